//! Creation and reset of a PE, and the facts about it that never change. What the guest is told about the CPU is the
//! hypervisor's business (`VPIDR_EL2`, `VMPIDR_EL2`, traps); here is what the CPU is.

use std::sync::Arc;

use sysregs::{FeatureSet, IdValues, SysReg};

use super::pac_memo::PacMemo;
use super::{Cpu, Debug, ExceptionLevel, Monitor, Pending, Pstate, Scalable, VcpuSignal};
use crate::jit::JitState;
use crate::mem::{PhysicalMemory, RecentSlot, Tlb, TlbMode};
use crate::mmu::KnownPermissions;
use crate::timer::{Clock, Timers};

/// Facts of one PE.
#[derive(Debug)]
pub struct CpuConfig {
    /// ID registers and cache geometry of the host CPU model.
    pub ids: IdValues,
    /// MPIDR_EL1 of the PE.
    pub mpidr: u64,
    /// ID_AA64MMFR0_EL1.PARange.
    pub parange: u8,
    /// ID_AA64MMFR1_EL1.HAFDBS is 2 or more: dirty state is managed by hardware too.
    pub hardware_dirty: bool,
    /// Number of the first breakpoint that can look at contexts (ID_AA64DFR0_EL1.BRPs and CTX_CMPs).
    pub first_context_aware: usize,
    /// log2 of the DC ZVA block in bytes; None when DCZID_EL0.DZP is set.
    pub zero_block: Option<u8>,
    /// Bytes of the block of LDGM and STGM; None when the model does not give GMID_EL1.
    pub tag_block: Option<u64>,
    /// CTR_EL0.DminLine in bytes.
    pub data_line: u64,
    /// HLT #0xF000 is a semihosting call.
    pub semihosting: bool,
}

/// What a host model does not tell although the CPU cannot work without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host model does not give {register}, which the emulated CPU needs")]
pub struct UnknownIdRegister {
    /// The register.
    pub register: &'static str,
}

impl CpuConfig {
    /// Facts of a PE of the given model.
    ///
    /// # Errors
    /// When the model leaves a register unknown that execution depends on: unknown values are never guessed.
    pub fn new(ids: IdValues, mpidr: u64, semihosting: bool) -> Result<CpuConfig, UnknownIdRegister> {
        let need = |register: SysReg| ids.get(register).ok_or(UnknownIdRegister { register: register.name() });
        let mmfr0 = need(SysReg::ID_AA64MMFR0_EL1)?;
        let mmfr1 = need(SysReg::ID_AA64MMFR1_EL1)?;
        let dfr0 = need(SysReg::ID_AA64DFR0_EL1)?;
        let dczid = need(SysReg::DCZID_EL0)?;
        let ctr = need(SysReg::CTR_EL0)?;
        Ok(CpuConfig {
            mpidr,
            parange: (mmfr0 & 15) as u8,
            hardware_dirty: mmfr1 & 15 >= 2,
            first_context_aware: (dfr0 >> 12 & 15).saturating_sub(dfr0 >> 28 & 15) as usize,
            zero_block: (dczid & 0x10 == 0).then_some((dczid & 15) as u8 + 2),
            tag_block: ids.get(SysReg::GMID_EL1).map(|gmid| 4 << (gmid & 15)),
            data_line: 4 << (ctr >> 16 & 15),
            semihosting,
            ids,
        })
    }
}

impl Cpu {
    /// A PE out of reset at EL1h with everything masked, as KVM_ARM_VCPU_INIT leaves it.
    pub fn new(config: Arc<CpuConfig>, memory: Arc<PhysicalMemory>, signal: Arc<VcpuSignal>, clock: Arc<Clock>) -> Cpu {
        let mut cpu = Cpu {
            x: [0; 64],
            pc: 0,
            nzcv: 0,
            pstate: Pstate::default(),
            v: [0; 32],
            upper_live: [0; 32],
            scalable: Scalable::default(),
            fpcr: 0,
            fpsr: 0,
            fp_enabled: false,
            pending: Pending::None,
            monitor: Monitor::default(),
            event: false,
            tlb: Tlb::default(),
            sys: Box::new([0; SysReg::COUNT]),
            budget: 0,
            retired: 0,
            levels: super::RetiredByLevel::default(),
            block_retired: 0,
            next_timer_check: 0,
            quantum_start: 0,
            features: FeatureSet::from_ids(&config.ids),
            config,
            memory,
            recent_slot: RecentSlot::default(),
            signal,
            timers: Timers::new(clock),
            interrupts: None,
            hypervisor: None,
            published_loads: 0,
            peers: Arc::default(),
            flush_tickets: Vec::new(),
            stale_code: Vec::new(),
            random_state: 0,
            pac_memo: PacMemo::default(),
            jit: JitState::default(),
            debug: Debug::default(),
            vector_lengths: 1,
            folded: None,
            known_regime: None,
            known_permissions: KnownPermissions::default(),
            program: None,
            trace: None,
        };
        cpu.reset();
        cpu
    }

    /// Goes on as another PE, with its features and facts: what a hypervisor's scheduler does to a vCPU on a big.LITTLE machine.
    pub fn move_to(&mut self, config: Arc<CpuConfig>) {
        self.features = FeatureSet::from_ids(&config.ids);
        self.config = config;
        self.known_regime = None;
        self.pac_memo.forget();
        self.monitor.clear();
        self.tlb.flush();
        // Code was decoded for the other PE's features.
        self.drop_code();
        self.update_derived();
    }

    /// Architectural reset of the state that executing code sees. System registers become zero: the hypervisor sets what
    /// it wants otherwise.
    pub fn reset(&mut self) {
        self.x = [0; 64];
        self.pc = 0;
        self.nzcv = 0;
        self.v = [0; 32];
        self.reset_scalable();
        (self.fpcr, self.fpsr) = (0, 0);
        self.sys.fill(0);
        self.known_regime = None;
        self.pac_memo.forget();
        self.pending = Pending::None;
        self.monitor.clear();
        self.event = false;
        self.pstate = Pstate { el: ExceptionLevel::EL1, sp: true, daif: 0xf, ..Pstate::default() };
        self.set_sys(SysReg::VMPIDR_EL2, self.config.mpidr);
        self.set_sys(SysReg::VPIDR_EL2, self.config.ids.get(SysReg::MIDR_EL1).unwrap_or_default());
        self.tlb.flush();
        self.update_derived();
        self.update_debug();
    }

    /// Re-derives what is cached from EL, PAN and the FP controls; to be called after any of them changed.
    pub fn update_derived(&mut self) {
        let user = self.pstate.el == ExceptionLevel::EL0;
        self.tlb.set_mode(match (user, self.pstate.pan) {
            (true, _) => TlbMode::User,
            (false, false) => TlbMode::Kernel,
            (false, true) => TlbMode::KernelPan,
        });
        let fpen = self.sys(SysReg::CPACR_EL1) >> 20 & 3;
        let allowed_by_el1 = fpen == 3 || (fpen == 1 && !user);
        self.fp_enabled = allowed_by_el1 && !self.fp_trapped_to_el2();
    }
}
