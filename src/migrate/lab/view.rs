//! A vCPU as KVM's rules make it on a host: its registers by id, writes with the reason of a refusal, and what its guest reads.
//! No VM is made: the same rules answer the ioctls, and a test holds both against each other.

use kvm::errno::{EINVAL, ENOENT, Errno};
use kvm::idregs::firmware::Firmware;
use kvm::idregs::{
    AtReset, GuestRead, OneReg, Refusal, VcpuIds, VgicKind, VmFeatures, VmIds, at_reset, capability, lookup, reg_list, stored,
};
use sysregs::{Encoding, Feature, IdValues, Kind, SysReg};

use super::host::LabHost;
use crate::hosts::{self, HostsError};
use crate::report::templates::{Choice, Vcpu};

/// A refused KVM_SET_ONE_REG.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Denied {
    /// The register does not exist here.
    Absent(Errno),
    /// The value is refused.
    Refused(Refusal),
    /// SVE vector lengths that the host cannot have, bit n for 128 * (n + 1) bits; it has these.
    Lengths(u128),
}

impl Denied {
    pub fn errno(&self) -> Errno {
        match self {
            Denied::Absent(errno) => *errno,
            Denied::Refused(refusal) => refusal.errno,
            Denied::Lengths(_) => EINVAL,
        }
    }
}

/// A vCPU before its first run, and the CPU that it will run on.
#[derive(Clone, Debug)]
pub struct View {
    pub title: String,
    pub vm: VmIds,
    pub vcpu: VcpuIds,
    vgic: VgicKind,
    firmware: Firmware,
    /// The physical CPU.
    pub cpu: IdValues,
    /// Listed ids, ascending, with their values; `None` for running counters and what cannot be read. Values of identification
    /// registers are those of `vm`, `vcpu` and `firmware`, copied here for quick comparison.
    registers: Vec<(u64, Option<u128>)>,
}

impl View {
    /// A fresh vCPU of a VM with its GIC.
    ///
    /// # Errors
    /// The host lacks a feature, or too little is known of it.
    pub fn new(host: &LabHost, writable_implementation: bool) -> Result<View, HostsError> {
        host.known()?;
        let has_capability = host.kernel.capability(239).is_some();
        let (mut vm, vcpu) = hosts::fresh(&host.description, host.kernel, host.features, writable_implementation && has_capability)?;
        let vgic = if host.gic_v2 { VgicKind::V2 } else { VgicKind::V3 };
        vm.vgic_created(vgic);
        let unknown = |what| HostsError::Unknown { name: host.description.name.clone(), what };
        let mut registers = Vec::new();
        for id in reg_list(&vm, &vcpu) {
            // Kernels up to 4.20 list words of `struct kvm_regs` that are no registers.
            let readable = lookup(&vm, &vcpu, id, true).is_ok();
            let value = match at_reset(&vm, &vcpu, id).map_err(unknown)? {
                Some(AtReset::Value(value)) if readable => Some(value),
                _ => None,
            };
            registers.push((id, value));
        }
        registers.sort_unstable();
        let firmware = Firmware::new(&vm);
        Ok(View { title: host.title(), vm, vcpu, vgic, firmware, cpu: host.cpu(), registers })
    }

    /// Every listed register, ascending, and its value.
    pub fn registers(&self) -> &[(u64, Option<u128>)] {
        &self.registers
    }

    fn refresh(&mut self, id: u64) {
        if let Ok(at) = self.position(id)
            && let Some(&(_, reset)) = self.registers.get(at)
        {
            let value = self.value(id, reset);
            if let Some(entry) = self.registers.get_mut(at) {
                entry.1 = value;
            }
        }
    }

    fn position(&self, id: u64) -> Result<usize, usize> {
        self.registers.binary_search_by_key(&id, |&(listed, _)| listed)
    }

    /// Whether KVM_GET_REG_LIST names it.
    pub fn lists(&self, id: u64) -> bool {
        self.position(id).is_ok()
    }

    fn value(&self, id: u64, reset: Option<u128>) -> Option<u128> {
        match lookup(&self.vm, &self.vcpu, id, true) {
            Ok(OneReg::Id(register)) => self.vcpu.get(&self.vm, register).map(u128::from),
            Ok(OneReg::CacheSize(csselr)) => self.vcpu.ccsidr(&self.vm, csselr).map(u128::from),
            Ok(OneReg::Firmware(id)) => self.firmware.get(&self.vm, id).map(u128::from),
            _ => reset,
        }
    }

    /// KVM_GET_ONE_REG.
    pub fn get(&self, id: u64) -> Option<u128> {
        let at = self.position(id).ok()?;
        self.registers.get(at).and_then(|&(id, reset)| self.value(id, reset))
    }

    /// What an id names here.
    pub fn names(&self, id: u64) -> Option<OneReg> {
        lookup(&self.vm, &self.vcpu, id, true).ok()
    }

    /// KVM_SET_ONE_REG before the first run, and before KVM_ARM_VCPU_FINALIZE. Ordinary registers but PMCR_EL0 keep no value here: they accept
    /// any, or say why not.
    ///
    /// # Errors
    /// What KVM answers and why; nothing has changed then.
    pub fn set(&mut self, id: u64, value: u128) -> Result<(), Denied> {
        self.write(id, value)?;
        self.refresh(id);
        Ok(())
    }

    fn write(&mut self, id: u64, value: u128) -> Result<(), Denied> {
        let register = lookup(&self.vm, &self.vcpu, id, true).map_err(Denied::Absent)?;
        let refused = Denied::Refused;
        match register {
            OneReg::Id(register) => self.vcpu.set(&mut self.vm, register, value as u64, false).map_err(refused),
            OneReg::CacheSize(csselr) => self.vcpu.set_ccsidr(&self.vm, csselr, value as u32).map_err(refused),
            OneReg::Firmware(id) => self.firmware.set(&self.vm, id, value as u64, false).map_err(refused),
            OneReg::System(register) => {
                let current = self.get(id).unwrap_or_default() as u64;
                let stored = stored(&self.vm, register, current, value as u64, false).map_err(refused)?;
                // The one of them whose value tells what the CPU has.
                if register == SysReg::PMCR_EL0 {
                    self.keep(id, stored.into());
                }
                Ok(())
            }
            OneReg::SveVectorLengths => {
                self.check_vector_lengths(value)?;
                self.keep(id, value);
                Ok(())
            }
            OneReg::Core { .. } | OneReg::SveZ(_) | OneReg::SveP(_) | OneReg::SveFfr => Ok(()),
        }
    }

    /// A value that is neither `vm`'s nor `vcpu`'s.
    fn keep(&mut self, id: u64, value: u128) {
        if let Ok(at) = self.position(id)
            && let Some(entry) = self.registers.get_mut(at)
        {
            entry.1 = Some(value);
        }
    }

    /// The host's lengths up to some longest one (`set_sve_vls`).
    fn check_vector_lengths(&self, wanted: u128) -> Result<(), Denied> {
        let host = self.vm.host().vector_lengths().map_or(0, u128::from);
        let up_to_longest = u128::MAX.checked_shr(wanted.leading_zeros()).unwrap_or(0);
        if wanted == 0 || wanted != host & up_to_longest { Err(Denied::Lengths(host)) } else { Ok(()) }
    }

    /// The vCPU runs for the first time.
    pub fn first_run(&mut self) {
        self.vm.finalize_first_run(Some(self.vgic));
    }

    /// The same vCPU after its first run: the source of a move. What is listed may follow what was written before.
    pub fn running(mut self) -> View {
        self.first_run();
        let before = std::mem::take(&mut self.registers);
        let reset =
            |id: u64| before.binary_search_by_key(&id, |&(listed, _)| listed).ok().and_then(|at| before.get(at)).and_then(|entry| entry.1);
        let mut ids = reg_list(&self.vm, &self.vcpu);
        ids.sort_unstable();
        self.registers = ids.into_iter().map(|id| (id, self.value(id, reset(id)))).collect();
        self
    }

    /// The same vCPU as a stream tells of it: with these values, and what else the stream names. The guest reads what it read.
    #[must_use]
    pub fn told(mut self, values: &[(u64, u64)]) -> View {
        for &(id, value) in values {
            match self.position(id) {
                Ok(at) => self.registers[at].1 = Some(value.into()),
                Err(at) => self.registers.insert(at, (id, Some(value.into()))),
            }
        }
        self
    }

    /// What a guest on this vCPU reads by MRS, as far as anything is known of the CPU.
    pub fn seen(&self) -> IdValues {
        let mut seen = IdValues::new();
        for register in identification() {
            if let Some(value) = self.guest_reads(register) {
                seen.set(register, value);
            }
        }
        let clidr = seen.clidr().unwrap_or_default();
        for csselr in (0..14).filter(|csselr| has_cache(clidr, *csselr)) {
            if let Some(value) = self.vcpu.guest_ccsidr(&self.vm, csselr.into()) {
                seen.set_ccsidr(csselr, value);
            }
        }
        seen
    }

    /// One register of [`seen`](Self::seen).
    pub fn guest_reads(&self, register: SysReg) -> Option<u64> {
        match self.vcpu.guest_read(&self.vm, register.encoding()) {
            GuestRead::Value(value) => Some(value),
            GuestRead::Hardware => self.cpu.get(register),
            // Not trapped and not emulated: the CPU's own, where it has it.
            GuestRead::Elsewhere if matches!(register, SysReg::CNTFRQ_EL0 | SysReg::DCZID_EL0) => self.cpu.get(register),
            // HCR_EL2.TID5 is not set for vCPUs with Allocation Tags, and by older kernels for none.
            GuestRead::Elsewhere if register == SysReg::GMID_EL1 && (self.vm.features().mte || !self.traps_tag_block()) => {
                self.cpu.get(register)
            }
            GuestRead::Elsewhere => None,
        }
    }

    /// KVM_CREATE_VM makes VMs with the usual 40 bits of guest physical address here.
    pub fn has_machines(&self) -> bool {
        const USUAL_BITS: u8 = 40;
        capability::ipa_bits(self.vm.personality(), self.vm.host()).is_ok_and(|bits| bits >= USUAL_BITS)
    }

    /// PMCR_EL0.N, where the vCPU has a PMU.
    pub fn counters(&self) -> Option<u64> {
        self.get(id_of(SysReg::PMCR_EL0)).map(|pmcr| counters_of(pmcr as u64))
    }

    fn traps_tag_block(&self) -> bool {
        self.vm.personality().traits().id_space_traps
    }

    /// Whether a register is missing here.
    pub fn lacks(&self, id: u64) -> Option<Errno> {
        lookup(&self.vm, &self.vcpu, id, true).err().or(if self.lists(id) { None } else { Some(ENOENT) })
    }
}

/// What vCPUs of these hosts have, and what the hosts could give them.
pub fn vcpu(views: &[&View]) -> Vcpu {
    let all = |used: fn(&VmFeatures) -> bool| views.iter().all(|view| used(view.vm.features()));
    let any = |feature: Feature| views.iter().any(|view| feature.known(&view.cpu) == Some(true));
    Vcpu {
        sve: Choice::of(all(|features| features.sve), any(Feature::SVE)),
        pointer_auth: Choice::of(all(|features| features.pointer_auth), any(Feature::PAuth)),
        pmu: Choice::of(all(|features| features.pmu), any(Feature::PMUv3)),
        mte: Choice::of(all(|features| features.mte), any(Feature::MTE2)),
    }
}

/// PMCR_EL0.N.
pub const fn counters_of(pmcr: u64) -> u64 {
    pmcr >> 11 & 0x1f
}

/// The registers that a guest can identify its CPU by.
pub fn identification() -> impl Iterator<Item = SysReg> {
    let named = SysReg::ALL.iter().copied().filter(|register| register.row().kind == Kind::Id);
    named.chain([SysReg::CNTFRQ_EL0])
}

fn has_cache(clidr: u64, csselr: u8) -> bool {
    matches!((clidr >> (3 * (csselr >> 1)) & 7, csselr & 1), (1 | 3, 1) | (2..=4, 0))
}

/// The id of a register, under which user space knows it.
pub fn id_of(register: SysReg) -> u64 {
    kvm::idregs::one_reg_id(register)
}

/// The register of an id; names of ids that are swapped in the interface are the register's own.
pub fn register_of(id: u64) -> Option<SysReg> {
    let named = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding)?;
    let swapped = [SysReg::CNTVCT_EL0, SysReg::CNTV_CVAL_EL0].into_iter().find(|register| id_of(*register) == id);
    Some(swapped.unwrap_or(named))
}
