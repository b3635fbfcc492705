//! The host as KVM sees it: its CPUs' ID values, made one system-wide value each, and what ID registers do not tell.
//! Independent of the kernel version and of any VM.

use sysregs::fields::aarch64::ID_AA64DFR0_EL1;
use sysregs::fields::cache::{CLIDR_EL1, CTR_EL0};
use sysregs::{Feature, IdField, IdValues, SafeRule, SanitiseError, SysReg, fields_of, sanitise_register, table_rule};

use super::mitigations::{self, Firmware, Mitigations};
use super::parts;

/// Facts about a host that are not in its ID registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// CPUs that are online.
    pub cpus: u32,
    /// The host's interrupt controller lets KVM offer a GIC with system registers.
    pub vgic_v3: bool,
    /// The host has a GICv5.
    pub gic_v5: bool,
    /// KVM runs with `kvm-arm.mode=nested` on CPUs that can.
    pub nested: bool,
    /// Mitigation services of the firmware.
    pub firmware: Firmware,
}

impl Default for HostFacts {
    /// A GICv3 host whose firmware has no mitigation service.
    fn default() -> Self {
        HostFacts { cpus: 1, vgic_v3: true, gic_v5: false, nested: false, firmware: Firmware::default() }
    }
}

/// The ID values of a host.
#[derive(Clone, Debug)]
pub struct HostIds {
    cpus: Vec<IdValues>,
    /// By register; 0 for those that the kernel does not keep.
    system: Box<[Result<u64, SanitiseError>]>,
    aarch32_el0: bool,
    facts: HostFacts,
    mitigations: Mitigations,
}

impl HostIds {
    /// A host with these CPUs, one of each kind; the first is the boot CPU.
    pub fn new(cpus: Vec<IdValues>, facts: HostFacts) -> HostIds {
        let effective: Vec<IdValues> = cpus.iter().map(with_effective_cache_type).collect();
        let refs: Vec<&IdValues> = effective.iter().collect();
        let kept = |register: &SysReg| fields_of(*register).iter().any(|field| field.rule != SafeRule::Unlisted);
        let value = |register: &SysReg| if kept(register) { sanitise_register(*register, &refs, table_rule) } else { Ok(0) };
        let system = SysReg::ALL.iter().map(value).collect();
        let mitigations = mitigations::assess(&cpus, facts.firmware);
        let aarch32_el0 = all_have(&cpus, Feature::AA32EL0);
        HostIds { cpus, system, aarch32_el0, facts, mitigations }
    }

    /// A host of one kind of CPU.
    pub fn of(ids: &IdValues) -> HostIds {
        HostIds::new(vec![ids.clone()], HostFacts::default())
    }

    pub fn facts(&self) -> &HostFacts {
        &self.facts
    }

    pub fn mitigations(&self) -> &Mitigations {
        &self.mitigations
    }

    /// The system-wide value of a register; 0 for one that the kernel does not keep.
    pub fn system(&self, register: SysReg) -> Result<u64, SanitiseError> {
        self.system.get(register as usize).copied().unwrap_or(Ok(0))
    }

    /// The system-wide value of a field.
    pub fn field(&self, field: &IdField) -> Result<i64, SanitiseError> {
        self.system(field.register).map(|value| field.extract(value))
    }

    /// The highest value of a field on any CPU.
    pub fn highest(&self, field: &IdField) -> Result<i64, SanitiseError> {
        let unknown = |cpu| SanitiseError::Unknown { register: field.register, cpu };
        self.cpus.iter().enumerate().try_fold(0, |highest: i64, (cpu, ids)| {
            let value = ids.get(field.register).ok_or(unknown(cpu))?;
            Ok(highest.max(field.extract(value)))
        })
    }

    /// The boot CPU's own value.
    pub fn boot(&self, register: SysReg) -> Result<u64, SanitiseError> {
        let boot = self.cpus.first().ok_or(SanitiseError::NoCpu)?;
        boot.get(register).ok_or(SanitiseError::Unknown { register, cpu: 0 })
    }

    /// The boot CPU's CCSIDR value of a cache.
    pub fn ccsidr(&self, csselr: u8) -> Option<u64> {
        self.cpus.first().and_then(|boot| boot.ccsidr(csselr))
    }

    /// CPUs that disagree about CTR_EL0, so that KVM traps the cache registers (ARM64_MISMATCHED_CACHE_TYPE): both
    /// what a CPU says and what it means differ from the system-wide value, the instruction cache policy apart.
    pub fn mismatched_cache_type(&self) -> bool {
        let Ok(system) = self.system(SysReg::CTR_EL0) else { return false };
        let listed = fields_of(SysReg::CTR_EL0).iter().filter(|field| field.rule != SafeRule::Unlisted);
        let strict = listed.fold(0, |mask, field| mask | field.mask()) & !CTR_EL0::L1Ip.mask();
        let differs = |ids: &IdValues| ids.ctr().is_some_and(|ctr| (ctr ^ system) & strict != 0);
        self.cpus.iter().any(|ids| differs(ids) && differs(&with_effective_cache_type(ids)))
    }

    /// The boot CPU's PMCR_EL0 out of reset.
    pub fn pmcr(&self) -> Result<u64, SanitiseError> {
        let unknown = SanitiseError::Unknown { register: SysReg::PMCR_EL0, cpu: 0 };
        self.cpus.first().and_then(parts::pmcr).ok_or(unknown)
    }

    /// The host has performance counters that KVM can use.
    pub fn has_pmu(&self) -> Result<bool, SanitiseError> {
        // 15 is IMPLEMENTATION DEFINED.
        Ok(!matches!(ID_AA64DFR0_EL1::PMUVer.bits(self.boot(SysReg::ID_AA64DFR0_EL1)?), 0 | 15))
    }

    /// SVE vector lengths that every CPU has: bit n for 128 * (n + 1) bits. `None` where one is unknown.
    pub fn vector_lengths(&self) -> Option<u16> {
        self.cpus.iter().map(parts::vector_lengths).reduce(|a, b| Some(a? & b?)).flatten()
    }

    /// Every CPU runs AArch32 at EL0 (`system_supports_32bit_el0`).
    pub fn aarch32_el0(&self) -> bool {
        self.aarch32_el0
    }

    /// Every CPU has the feature; a CPU of which it is unknown does not.
    pub fn all(&self, feature: Feature) -> bool {
        all_have(&self.cpus, feature)
    }
}

fn all_have(cpus: &[IdValues], feature: Feature) -> bool {
    !cpus.is_empty() && cpus.iter().all(|ids| feature.known(ids) == Some(true))
}

/// CTR_EL0 as the kernel takes it from a CPU: IDC holds, whatever the register says, where no level of
/// cache needs cleaning to the point of unification (`read_cpuid_effective_cachetype`).
fn with_effective_cache_type(ids: &IdValues) -> IdValues {
    let mut ids = ids.clone();
    if let (Some(ctr), Some(clidr)) = (ids.ctr(), ids.clidr()) {
        let needless = CLIDR_EL1::LoC.bits(clidr) == 0 || (CLIDR_EL1::LoUIS.bits(clidr) == 0 && CLIDR_EL1::LoUU.bits(clidr) == 0);
        if needless {
            ids.set(SysReg::CTR_EL0, CTR_EL0::IDC.insert(ctr, 1));
        }
    }
    ids
}
