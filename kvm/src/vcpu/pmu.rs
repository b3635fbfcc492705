//! The PMU that KVM emulates by trapping (arch/arm64/kvm/sys_regs.c and pmu-emul.c): its register file.
//! What the counters count is in `pmu_counters`.

use std::sync::atomic::Ordering;

use emu::cpu::ExceptionLevel;
use sysregs::{SanitiseError, SysReg};

use super::system_regs::stored_as;
use super::{VcpuFd, VcpuState};
use crate::errno::{EBUSY, EINVAL, Errno};
use crate::idregs::vcpu_init::feature;
use crate::idregs::{VmIds, event_type_bits};
use crate::personality::traits::{FineGrained, PmcrRules, StallSlots};
use crate::vm::HOST_COUNTERS;

/// PMCR_EL0: P and C act and read as zero.
const PMCR_ACTIONS: u64 = 6;
/// PMCR_EL0.LC, which is set where no AArch32 software could want it clear, and LP, which came with 64-bit counters.
const PMCR_LC: u64 = 1 << 6;
const PMCR_LP: u64 = 1 << 7;
/// PMCR_EL0.N.
const PMCR_N: u32 = 11;
/// The cycle counter's bit and index.
pub(super) const CYCLES: u64 = 31;
/// Events that the recorded hosts announce: SW_INCR and CPU_CYCLES (not INST_RETIRED, which is counted all the same); CHAIN, which KVM makes
/// itself; with PMUv3p1 STALL_FRONTEND and STALL_BACKEND, in PMCEID1_EL0.
const EVENTS: u64 = 1 | 1 << 0x11;
const CHAIN: u64 = 1 << 0x1e;
const STALLS: u64 = 3 << 3;
const PMU_V3P1: i64 = 4;
const PMU_V3P5: i64 = 6;
/// Events that PMMIR_EL1 belongs to: STALL_SLOT, and those of the front end and the back end with it.
const STALL_SLOT: u64 = 1 << 31;
const STALL_SLOTS: u64 = 7 << 29;
/// With PMUv3p4 also STALL.
const STALL: u64 = 1 << 28;
pub(super) const PMU_V3P4: i64 = 5;
/// PMMIR_EL1.SLOTS.
pub(super) const PMMIR_SLOTS: u64 = 0xff;

/// Facts of a vCPU's PMU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pmu {
    /// Event counters.
    pub counters: u64,
    /// They have 64 bits (FEAT_PMUv3p5).
    pub wide: bool,
    pmcr: PmcrRules,
    /// An overflow interrupts only while its counter is enabled.
    pub overflow_of_enabled: bool,
    /// Bits of PMCR_EL0 that writes leave set.
    pmcr_set: u64,
    event_type: u64,
    events: [u64; 2],
}

impl Pmu {
    pub fn new(vm: &VmIds, features: u32) -> Result<Pmu, SanitiseError> {
        use sysregs::fields::aarch64::ID_AA64DFR0_EL1;
        let host = vm.host();
        let version = host.field(&ID_AA64DFR0_EL1::PMUVer)?;
        let chain = if vm.personality().traits().fine_grained == FineGrained::AsBooted { 0 } else { CHAIN };
        let pmcr = vm.personality().traits().pmcr;
        let left_out = match vm.personality().traits().stall_slots {
            StallSlots::AllLeftOut if features & feature::PMU_V3_STRICT == 0 => STALL_SLOTS,
            StallSlots::OneLeftOut if version >= PMU_V3P4 => STALL_SLOT,
            _ => 0,
        };
        let known = |register: SysReg, otherwise: u64| host.boot(register).unwrap_or(otherwise);
        let stalls = if version >= PMU_V3P1 { STALLS } else { 0 } | if version >= PMU_V3P4 { STALL } else { 0 };
        Ok(Pmu {
            counters: host.pmcr()? >> 11 & 0x1f,
            wide: vm.field(&ID_AA64DFR0_EL1::PMUVer) >= PMU_V3P5,
            pmcr,
            overflow_of_enabled: vm.personality().traits().overflow_of_enabled,
            pmcr_set: if host.aarch32_el0() || !pmcr.sets_lc { 0 } else { PMCR_LC },
            event_type: event_type_bits(vm),
            events: [known(SysReg::PMCEID0_EL0, EVENTS) | chain, known(SysReg::PMCEID1_EL0, stalls) & !left_out],
        })
    }

    /// PMCR_EL0 after a guest's write.
    fn written_pmcr(&self, stored: u64, value: u64) -> u64 {
        let actions = if self.pmcr.keeps_actions { 0 } else { PMCR_ACTIONS };
        let lp = if self.wide || self.pmcr.keeps_lp { 0 } else { PMCR_LP };
        stored & !self.pmcr.mask | value & self.pmcr.mask & !actions & !lp | self.pmcr_set
    }

    /// PMCNTENSET_EL0 and the like: a bit for each counter.
    pub fn mask(&self) -> u64 {
        counter_mask(self.counters)
    }

    /// The numbers of all counters.
    pub fn all_counters(&self) -> impl Iterator<Item = u64> + use<> {
        (0..self.counters).chain([CYCLES])
    }

    /// PMEVCNTR<n>_EL0 or PMCCNTR_EL0, of a counter that exists.
    pub fn counter_register(&self, index: u64) -> SysReg {
        self.numbered(index, Numbered::Counter).unwrap_or(SysReg::PMCCNTR_EL0)
    }

    /// PMEVTYPER<n>_EL0 or PMCCFILTR_EL0.
    pub fn type_register(&self, index: u64) -> SysReg {
        self.numbered(index, Numbered::Type).unwrap_or(SysReg::PMCCFILTR_EL0)
    }

    /// The bits that a counter has.
    pub fn counter_mask(&self, index: u64) -> u64 {
        if index == CYCLES || self.wide { u64::MAX } else { 0xffff_ffff }
    }

    /// The register of counter `index` that PMXEVCNTR_EL0 or PMXEVTYPER_EL0 stands for.
    fn numbered(&self, index: u64, kind: Numbered) -> Option<SysReg> {
        let crm = match kind {
            Numbered::Counter if index == CYCLES => return Some(SysReg::PMCCNTR_EL0),
            Numbered::Type if index == CYCLES => return Some(SysReg::PMCCFILTR_EL0),
            Numbered::Counter => 8,
            Numbered::Type => 12,
        };
        let encoding = sysregs::Encoding::new(3, 3, 14, crm + (index >> 3) as u8, (index & 7) as u8);
        SysReg::from_encoding(encoding).filter(|_| index < self.counters)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbered {
    Counter,
    Type,
}

/// PMEVCNTR<n>_EL0 or PMEVTYPER<n>_EL0.
fn index_of(register: SysReg) -> Option<(u64, Numbered)> {
    let e = register.encoding();
    let numbered = e.op0() == 3 && e.op1() == 3 && e.crn() == 14 && e.crm() >= 8 && register != SysReg::PMCCFILTR_EL0;
    let kind = if e.crm() < 12 { Numbered::Counter } else { Numbered::Type };
    numbered.then(|| (u64::from(e.crm() & 3) << 3 | u64::from(e.op2()), kind))
}

impl VcpuState {
    /// The register that an access means: selected ones through PMSELR_EL0, and only existing counters.
    fn pmu_target(&self, pmu: &Pmu, register: SysReg) -> Option<SysReg> {
        let selected = self.cpu.sys(SysReg::PMSELR_EL0) & 0x1f;
        match register {
            SysReg::PMXEVCNTR_EL0 => pmu.numbered(selected, Numbered::Counter),
            SysReg::PMXEVTYPER_EL0 => pmu.numbered(selected, Numbered::Type),
            _ => match index_of(register) {
                Some((index, _)) => Some(register).filter(|_| index < pmu.counters),
                None => Some(stored_as(register)),
            },
        }
    }

    /// PMUSERENR_EL0: EN opens everything to EL0, the others a part (`check_pmu_access_disabled`). What is closed is UNDEFINED,
    /// not a trap to EL1: the hardware's own PMUSERENR_EL0 is open, so that the access gets here.
    fn pmu_allowed(&self, register: SysReg, read: bool) -> Option<()> {
        const EN: u64 = 1;
        const SW: u64 = 2;
        const CR: u64 = 4;
        const ER: u64 = 8;
        let opened_by = match register {
            SysReg::PMUSERENR_EL0 => return Some(()),
            SysReg::PMSWINC_EL0 => EN | SW,
            SysReg::PMCCNTR_EL0 if read => EN | CR,
            SysReg::PMSELR_EL0 => EN | ER,
            SysReg::PMXEVCNTR_EL0 if read => EN | ER,
            _ if read && matches!(index_of(register), Some((_, Numbered::Counter))) => EN | ER,
            _ => EN,
        };
        let user = self.cpu.pstate.el == ExceptionLevel::EL0;
        (!user || self.cpu.sys(SysReg::PMUSERENR_EL0) & opened_by != 0).then_some(())
    }

    /// `kvm_vcpu_reload_pmu`, once before the first run: user space may have taken counters away, which PMCR_EL0.N tells.
    pub(super) fn reload_pmu(&mut self, masked: bool) {
        let Some(pmu) = &mut self.controls.pmu else { return };
        pmu.counters = self.cpu.sys(SysReg::PMCR_EL0) >> PMCR_N & 0x1f;
        let mask = if masked { pmu.mask() } else { u64::MAX };
        for register in [SysReg::PMOVSSET_EL0, SysReg::PMINTENSET_EL1, SysReg::PMCNTENSET_EL0] {
            self.cpu.set_sys(register, self.cpu.sys(register) & mask);
        }
    }

    /// A trapped read; None for UNDEFINED.
    pub(super) fn read_pmu(&self, register: SysReg) -> Option<u64> {
        let pmu = self.controls.pmu.as_ref()?;
        self.pmu_allowed(register, true)?;
        let target = self.pmu_target(pmu, register)?;
        let stored = self.cpu.sys(target);
        Some(match target {
            SysReg::PMCR_EL0 => stored & !PMCR_ACTIONS,
            SysReg::PMCEID0_EL0 => pmu.events[0] & self.unfiltered(0),
            SysReg::PMCEID1_EL0 => pmu.events[1] & self.unfiltered(1),
            SysReg::PMSELR_EL0 => stored & 0x1f,
            SysReg::PMUSERENR_EL0 => stored & 15,
            SysReg::PMCNTENSET_EL0 | SysReg::PMINTENSET_EL1 | SysReg::PMOVSSET_EL0 => stored & pmu.mask(),
            _ => stored,
        })
    }

    /// A trapped write; None for UNDEFINED.
    pub(super) fn write_pmu(&mut self, register: SysReg, value: u64) -> Option<()> {
        let pmu = self.controls.pmu?;
        self.pmu_allowed(register, false)?;
        let target = self.pmu_target(&pmu, register)?;
        let stored = self.cpu.sys(target);
        let new = match register {
            SysReg::PMCR_EL0 => {
                self.reset_counters(&pmu, value);
                pmu.written_pmcr(stored, value)
            }
            SysReg::PMCNTENSET_EL0 | SysReg::PMINTENSET_EL1 | SysReg::PMOVSSET_EL0 => stored | value & pmu.mask(),
            SysReg::PMCNTENCLR_EL0 | SysReg::PMINTENCLR_EL1 | SysReg::PMOVSCLR_EL0 => stored & !(value & pmu.mask()),
            SysReg::PMSELR_EL0 => value & 0x1f,
            SysReg::PMUSERENR_EL0 => value & 15,
            SysReg::PMSWINC_EL0 => {
                self.software_increment(&pmu, value);
                return Some(());
            }
            _ => match index_of(target) {
                Some((index, Numbered::Counter)) => value & pmu.counter_mask(index),
                Some((_, Numbered::Type)) => value & pmu.event_type,
                None if target == SysReg::PMCCFILTR_EL0 => value & pmu.event_type,
                None if target == SysReg::PMCCNTR_EL0 => value,
                None => return None,
            },
        };
        self.cpu.set_sys(target, new);
        Some(())
    }

    /// PMCR_EL0.P and C.
    fn reset_counters(&mut self, pmu: &Pmu, pmcr: u64) {
        if pmcr & 2 != 0 {
            for index in 0..pmu.counters {
                if let Some(register) = pmu.numbered(index, Numbered::Counter) {
                    self.cpu.set_sys(register, 0);
                }
            }
        }
        if pmcr & 4 != 0 {
            self.cpu.set_sys(SysReg::PMCCNTR_EL0, 0);
        }
    }
}

impl VcpuFd {
    /// The number of counters is the VM's (`kvm->arch.nr_pmu_counters`), on kernels where it can be set at all.
    pub(super) fn share_counters(&self, state: &VcpuState) {
        if self.vm.host.personality.traits().pmu_registers_masked {
            let counters = state.cpu.sys(SysReg::PMCR_EL0) >> PMCR_N & 0x1f;
            self.vm.pmu_counters.store(counters as u32, Ordering::SeqCst);
        }
    }

    /// Another vCPU, or this one before its last reset, may have set it (`kvm_vcpu_read_pmcr`). PMMIR_EL1 is the VM's, too (`get_pmmir`).
    pub(super) fn adopt_counters(&self, state: &mut VcpuState) {
        state.cpu.set_sys(SysReg::PMMIR_EL1, self.vm.pmu_slots.load(Ordering::SeqCst).into());
        let counters = self.vm.pmu_counters.load(Ordering::SeqCst);
        if counters != HOST_COUNTERS {
            let others = state.cpu.sys(SysReg::PMCR_EL0) & !(0x1f << PMCR_N);
            state.cpu.set_sys(SysReg::PMCR_EL0, others | u64::from(counters) << PMCR_N);
        }
    }

    /// A vCPU enters the guest: how many counters there are is not fixed by a first run (`kvm_arm_pmu_v3_set_nr_counters`).
    pub(super) fn follow_counters(&self, state: &mut VcpuState) {
        self.adopt_counters(state);
        let counters = state.cpu.sys(SysReg::PMCR_EL0) >> PMCR_N & 0x1f;
        if let Some(pmu) = &mut state.controls.pmu {
            pmu.counters = counters;
        }
    }

    /// `reset_pmu_reg`, with the counters that the VM has now.
    pub(super) fn reset_counter_masks(&self, state: &mut VcpuState) {
        if self.lacks_choice() {
            self.vm.pmu_counters.store(0, Ordering::SeqCst);
        }
        self.adopt_counters(state);
        if self.vm.host.personality.traits().pmu_registers_masked {
            let counters = state.cpu.sys(SysReg::PMCR_EL0) >> PMCR_N & 0x1f;
            for register in [SysReg::PMOVSSET_EL0, SysReg::PMINTENSET_EL1, SysReg::PMCNTENSET_EL0] {
                state.cpu.set_sys(register, state.cpu.sys(register) & counter_mask(counters));
            }
        }
    }

    /// `set_pmmir`: the slots can be given up.
    pub(super) fn set_slots(&self, value: u64, has_run: bool) -> Result<(), Errno> {
        let same = value == u64::from(self.vm.pmu_slots.load(Ordering::SeqCst));
        if value & !PMMIR_SLOTS != 0 {
            return Err(EINVAL);
        }
        match (has_run, value) {
            _ if same => Ok(()),
            (true, _) => Err(EBUSY),
            (false, 0) => {
                self.vm.pmu_slots.store(0, Ordering::SeqCst);
                Ok(())
            }
            (false, _) => Err(EINVAL),
        }
    }
}

/// A bit for each of so many event counters, and the cycle counter's.
fn counter_mask(counters: u64) -> u64 {
    1 << CYCLES | ((1 << counters) - 1)
}

/// A performance monitor register.
pub(super) fn is_pmu(register: SysReg) -> bool {
    let e = register.encoding();
    let el1 = e.op1() == 0 && e.crn() == 9 && e.crm() == 14;
    let el0 = e.op1() == 3 && ((e.crn() == 9 && (12..=14).contains(&e.crm())) || (e.crn() == 14 && e.crm() >= 8));
    e.op0() == 3 && (el1 || el0)
}
