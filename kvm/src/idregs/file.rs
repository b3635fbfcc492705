//! A VM's ID file under a personality: initial values, writes with their reasons, the first run, the writable masks.
//! Registers that each vCPU has for itself are in `vcpu`.

use std::sync::Arc;

use sysregs::fields::aarch32::{ID_DFR0_EL1, ID_PFR1_EL1};
use sysregs::fields::aarch64::{ID_AA64DFR0_EL1, ID_AA64MMFR3_EL1, ID_AA64PFR0_EL1, ID_AA64PFR2_EL1};
use sysregs::{Encoding, IdField, IdFile, SanitiseError, SysReg, check_write};

use super::field_rule::{accept, kvm_rule, shown};
use super::host::HostIds;
use super::nested::{self, STAGE2_GRANULES};
use super::{Reason, Refusal, VmFeatures};
use crate::errno::{EINVAL, Errno};
use crate::personality::Personality;
use crate::personality::rule::Shown;
use crate::personality::traits::{Aarch32Absent, CacheType, GicFields, Implementation, Nested, PmuVersion};

/// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
const WRITABLE_IMP_ID_REGS: u32 = 239;
/// Bits 46:0 of CLIDR_EL1; the rest is RES0.
pub(super) const CLIDR_BITS: u64 = (1 << 47) - 1;

/// The interrupt controller of a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VgicKind {
    V2,
    V3,
    V5,
}

/// The ID registers of one VM.
#[derive(Clone, Debug)]
pub struct VmIds {
    pub(super) personality: &'static Personality,
    pub(super) host: Arc<HostIds>,
    pub(super) features: VmFeatures,
    file: IdFile,
}

/// The registers that are the ID file proper: op0=3, op1=0, CRn=0, CRm=1..7.
pub(super) fn id_space() -> impl Iterator<Item = SysReg> {
    (1..8).flat_map(|crm| (0..8).filter_map(move |op2| SysReg::from_encoding(Encoding::new(3, 0, 0, crm, op2))))
}

fn is_aarch32(register: SysReg) -> bool {
    is_id_space(register) && (1..=3).contains(&register.encoding().crm())
}

pub(super) fn is_id_space(register: SysReg) -> bool {
    let e = register.encoding();
    e.op0() == 3 && e.op1() == 0 && e.crn() == 0 && (1..8).contains(&e.crm())
}

/// The implementation registers with the bits that each can hold (`IMPLEMENTATION_ID`).
const IMPLEMENTATION: [(SysReg, u64); 3] = [(SysReg::MIDR_EL1, 0xffff_ffff), (SysReg::REVIDR_EL1, u64::MAX), (SysReg::AIDR_EL1, u64::MAX)];

impl VmIds {
    /// The file of a fresh VM (`kvm_reset_id_regs` at the first KVM_ARM_VCPU_INIT).
    ///
    /// # Errors
    /// The host model leaves a value unknown that the rules need.
    pub fn new(personality: &'static Personality, host: Arc<HostIds>, features: VmFeatures) -> Result<VmIds, SanitiseError> {
        if features.pmu {
            host.pmcr()?;
        }
        let mut ids = VmIds { personality, host, features, file: IdFile::new(kvm_rule) };
        for register in id_space() {
            let limit = ids.limit(register)?;
            ids.define(register, limit, personality.writable(register));
        }
        for (register, bits) in IMPLEMENTATION {
            let value = ids.host.boot(register)?;
            ids.define(register, value, bits);
        }
        let ctr = match personality.traits().cache_type {
            CacheType::BootCpu => ids.host.boot(SysReg::CTR_EL0)?,
            CacheType::System | CacheType::PerVm => ids.limit(SysReg::CTR_EL0)?,
        };
        ids.define(SysReg::CTR_EL0, ctr, personality.writable(SysReg::CTR_EL0));
        Ok(ids)
    }

    fn define(&mut self, register: SysReg, limit: u64, writable: u64) {
        let defined = self.file.define(register, limit, writable);
        debug_assert!(defined.is_ok(), "{register} has no place in an ID file");
    }

    /// What the rules show of a register: its initial value and the limit of every later write.
    fn limit(&self, register: SysReg) -> Result<u64, SanitiseError> {
        if self.is_raz(register) {
            return Ok(0);
        }
        let fields = self.personality.rules(register).map_or(&[][..], |rules| &rules.fields);
        let value =
            fields.iter().try_fold(0, |value, &(field, rule)| Ok(field.insert(value, shown(rule, field, &self.host, &self.features)?)))?;
        if !self.features.el2 {
            return Ok(value);
        }
        nested::limit(register, value, &self.host, &self.features, self.personality.traits())
    }

    /// An AArch32 register that the kernel knows, on a host without AArch32 at EL0.
    fn is_aarch32_absent(&self, register: SysReg) -> bool {
        is_aarch32(register) && !self.host.aarch32_el0() && self.personality.rules(register).is_some()
    }

    fn is_raz(&self, register: SysReg) -> bool {
        self.personality.traits().aarch32_absent == Aarch32Absent::Zero && self.is_aarch32_absent(register)
    }

    pub fn personality(&self) -> &'static Personality {
        self.personality
    }

    pub fn host(&self) -> &HostIds {
        &self.host
    }

    pub fn features(&self) -> &VmFeatures {
        &self.features
    }

    /// The whole file, for those who compare or print.
    pub fn file(&self) -> &IdFile {
        &self.file
    }

    /// KVM_GET_ONE_REG; `None` where KVM answers ENOENT, and for what each vCPU has for itself.
    pub fn get(&self, register: SysReg) -> Option<u64> {
        self.file.get(register).map(|value| if self.is_raz(register) { 0 } else { value })
    }

    /// The value of a field.
    pub fn field(&self, field: &IdField) -> i64 {
        self.get(field.register).map_or(0, |value| field.extract(value))
    }

    /// KVM_SET_ONE_REG, before or after a vCPU of the VM has run.
    ///
    /// # Errors
    /// The errno and the reason; nothing has changed then.
    pub fn set(&mut self, register: SysReg, value: u64, after_first_run: bool) -> Result<(), Refusal> {
        match register {
            SysReg::MIDR_EL1 | SysReg::REVIDR_EL1 | SysReg::AIDR_EL1 => self.set_implementation(register, value, after_first_run),
            SysReg::CTR_EL0 if self.personality.traits().cache_type != CacheType::PerVm => self.set_invariant(register, value),
            SysReg::CTR_EL0 => self.set_id(register, value, after_first_run),
            _ if is_id_space(register) => self.set_id(register, value, after_first_run),
            _ => Err(Refusal::absent(Some(register), value)),
        }
    }

    fn refuse(&self, register: SysReg, wanted: u64, reason: Reason) -> Refusal {
        Refusal { errno: self.personality.traits().refusal, register: Some(register), wanted, reason }
    }

    fn set_invariant(&mut self, register: SysReg, wanted: u64) -> Result<(), Refusal> {
        match self.get(register) {
            Some(value) if value == wanted => Ok(()),
            Some(value) => Err(self.refuse(register, wanted, Reason::Invariant { value })),
            None => Err(Refusal::absent(Some(register), wanted)),
        }
    }

    /// `set_imp_id_reg`.
    fn set_implementation(&mut self, register: SysReg, wanted: u64, after_first_run: bool) -> Result<(), Refusal> {
        if self.personality.traits().implementation == Implementation::BootCpu {
            return self.set_invariant(register, wanted);
        }
        let Some(entry) = self.file.entry(register).copied() else {
            return Err(Refusal::absent(Some(register), wanted));
        };
        if entry.value == wanted {
            return Ok(());
        }
        if !self.features.writable_implementation {
            let reason = Reason::NeedsCapability { capability: WRITABLE_IMP_ID_REGS, value: entry.value };
            return Err(self.refuse(register, wanted, reason));
        }
        if after_first_run || self.file.is_frozen() {
            return Err(Refusal::frozen(Some(register), wanted, entry.value));
        }
        if wanted & !entry.writable != 0 {
            return Err(self.refuse(register, wanted, Reason::Reserved { bits: wanted & !entry.writable }));
        }
        self.store(register, wanted);
        Ok(())
    }

    /// `set_id_reg` with what stands in front of it for some registers.
    fn set_id(&mut self, register: SysReg, given: u64, after_first_run: bool) -> Result<(), Refusal> {
        if self.is_aarch32_absent(register) && self.personality.traits().aarch32_absent != Aarch32Absent::Ordinary {
            return Ok(());
        }
        let wanted = self.accepted(register, given).map_err(|reason| self.refuse(register, given, reason))?;
        let Some(entry) = self.file.entry(register).copied() else {
            return Err(Refusal::absent(Some(register), given));
        };
        let frozen = after_first_run || self.file.is_frozen();
        if frozen && self.personality.traits().frozen_after_run {
            return if wanted == entry.value { Ok(()) } else { Err(Refusal::frozen(Some(register), given, entry.value)) };
        }
        let checked = self.as_compared(register, wanted, entry.limit);
        check_write(register, checked, entry.limit, entry.writable, kvm_rule)
            .map_err(|refusal| self.refuse(register, given, Reason::Limit(refusal)))?;
        self.store(register, wanted);
        if self.personality.traits().pmu_version == PmuVersion::Coupled {
            self.couple_pmu_versions(register, given);
        }
        Ok(())
    }

    /// The value that is checked: fields as their rules change them.
    fn accepted(&self, register: SysReg, given: u64) -> Result<u64, Reason> {
        let fields = self.personality.rules(register).map_or(&[][..], |rules| &rules.fields);
        let coupled = self.personality.traits().pmu_version == PmuVersion::Coupled;
        let filtered = fields.iter().filter(|(_, rule)| rule.filters_writes() || self.features.el2);
        filtered.into_iter().try_fold(given, |value, &(field, rule)| {
            let wanted = field.extract(value);
            if self.breaks_nested_rule(field, wanted) {
                return Err(Reason::Inconsistent { field, wanted });
            }
            if coupled && rule == Shown::Pmu && self.features.pmu != !matches!(wanted, 0 | 15) {
                return Err(Reason::Inconsistent { field, wanted });
            }
            Ok(field.insert(value, accept(rule, field, wanted, &self.host, &self.features)?))
        })
    }

    /// A vCPU with EL2 cannot lose AArch64 at EL2, nor, before 6.18, any granule at stage 2.
    fn breaks_nested_rule(&self, field: &IdField, wanted: i64) -> bool {
        if !self.features.el2 {
            return false;
        }
        let granule = self.personality.traits().nested == Nested::FixedGranules && STAGE2_GRANULES.contains(&field);
        let limit = self.file.entry(field.register).map(|entry| field.extract(entry.limit));
        (granule && limit != Some(wanted)) || (field == &ID_AA64PFR0_EL1::EL2 && wanted == 0)
    }

    /// The value for the comparison with the limit: a PMU version taken for a negative number is always below it.
    fn as_compared(&self, register: SysReg, wanted: u64, limit: u64) -> u64 {
        let field = match register {
            SysReg::ID_AA64DFR0_EL1 => &ID_AA64DFR0_EL1::PMUVer,
            SysReg::ID_DFR0_EL1 => &ID_DFR0_EL1::PerfMon,
            _ => return wanted,
        };
        let passes = self.personality.traits().pmu_version == PmuVersion::Signed && field.extract(wanted) >= 8;
        if passes && self.personality.writable(register) & field.mask() != 0 { field.insert(wanted, field.extract(limit)) } else { wanted }
    }

    /// Linux 6.3 keeps one PMU version for both registers, and "IMPLEMENTATION DEFINED" as it was given.
    fn couple_pmu_versions(&mut self, register: SysReg, given: u64) {
        let (pmuver, perfmon) = (&ID_AA64DFR0_EL1::PMUVer, &ID_DFR0_EL1::PerfMon);
        let version = match register {
            SysReg::ID_AA64DFR0_EL1 => pmuver.extract(given),
            SysReg::ID_DFR0_EL1 => match perfmon.extract(given) {
                3 => 1,
                other => other,
            },
            _ => return,
        };
        self.rewrite(pmuver, version);
        self.rewrite(perfmon, if version == 1 { 3 } else { version });
    }

    fn store(&mut self, register: SysReg, value: u64) {
        let stored = self.file.overrule(register, value);
        debug_assert!(stored.is_ok(), "{register} is frozen or absent");
    }

    fn rewrite(&mut self, field: &IdField, value: i64) {
        if let Some(old) = self.file.get(field.register) {
            self.store(field.register, field.insert(old, value));
        }
    }

    /// A GIC was created for the VM (`kvm_vgic_create`): kernels since 6.18 rewrite its ID fields now. One that was created
    /// before the first KVM_ARM_VCPU_INIT leaves no trace: that is when the file comes into being.
    pub fn vgic_created(&mut self, vgic: VgicKind) {
        if matches!(self.personality.traits().gic_fields, GicFields::AtCreation | GicFields::AtCreationAndFirstRun) {
            self.follow_gic(vgic);
        }
    }

    fn follow_gic(&mut self, vgic: VgicKind) {
        let v3 = i64::from(vgic == VgicKind::V3);
        let checks_aarch32 = self.personality.traits().gic_fields == GicFields::AtCreationAndFirstRun;
        let v3_aarch32 = if checks_aarch32 && !self.host.aarch32_el0() { 0 } else { v3 };
        self.rewrite(&ID_AA64PFR0_EL1::GIC, v3);
        self.rewrite(&ID_PFR1_EL1::GIC, v3_aarch32);
        if self.personality.shown(&ID_AA64PFR2_EL1::GCIE) == Shown::GicV5 {
            self.rewrite(&ID_AA64PFR2_EL1::GCIE, i64::from(vgic == VgicKind::V5));
        }
    }

    /// A vCPU of the VM is about to run for the first time (`kvm_finalize_sys_regs`); `vgic` is the VM's GIC in the kernel.
    pub fn finalize_first_run(&mut self, vgic: Option<VgicKind>) {
        if self.file.is_frozen() {
            return;
        }
        match (self.personality.traits().gic_fields, vgic) {
            (GicFields::Kept, _) | (GicFields::AtCreation, Some(_)) => {}
            (GicFields::AtFirstRun, Some(VgicKind::V3)) if self.host.facts().vgic_v3 => {}
            (GicFields::AtCreationAndFirstRun, Some(vgic)) => self.follow_gic(vgic),
            (GicFields::AtFirstRun, _) | (GicFields::AtCreation | GicFields::AtCreationAndFirstRun, None) => self.clear_gic(),
        }
        if self.personality.traits().dependencies_enforced {
            self.drop_dependents();
        }
        if self.personality.traits().frozen_after_run {
            self.file.freeze();
        }
    }

    /// Stage-1 permission indirection and overlays are controlled through TCR2_EL1 (`kvm_idregs_enforce_dependencies`).
    fn drop_dependents(&mut self) {
        if self.field(&ID_AA64MMFR3_EL1::TCRX) == 0 {
            self.rewrite(&ID_AA64MMFR3_EL1::S1PIE, 0);
            self.rewrite(&ID_AA64MMFR3_EL1::S1POE, 0);
        }
    }

    fn clear_gic(&mut self) {
        for field in [&ID_AA64PFR0_EL1::GIC, &ID_PFR1_EL1::GIC] {
            self.rewrite(field, 0);
        }
        if self.personality.shown(&ID_AA64PFR2_EL1::GCIE) == Shown::GicV5 {
            self.rewrite(&ID_AA64PFR2_EL1::GCIE, 0);
        }
    }

    /// KVM_ARM_GET_REG_WRITABLE_MASKS.
    ///
    /// # Errors
    /// EINVAL on kernels that do not have it.
    pub fn writable_masks(&self) -> Result<[u64; 192], Errno> {
        writable_masks(self.personality, &self.host)
    }
}

/// KVM_ARM_GET_REG_WRITABLE_MASKS, range 0: needs no vCPU and does not look at what the VM enabled.
///
/// # Errors
/// EINVAL on kernels that do not have it.
pub fn writable_masks(personality: &Personality, host: &HostIds) -> Result<[u64; 192], Errno> {
    let traits = personality.traits();
    if !traits.reports_masks {
        return Err(EINVAL);
    }
    let mut masks = [0; 192];
    let mut put = |register: SysReg, bits: u64| {
        if let Some(slot) = masks.get_mut(mask_index(register.encoding())) {
            *slot = bits;
        }
    };
    for (register, rules) in personality.registers() {
        if !is_aarch32(register) || host.aarch32_el0() {
            put(register, rules.writable);
        }
    }
    put(SysReg::CLIDR_EL1, if traits.clidr_mask_whole { u64::MAX } else { CLIDR_BITS });
    if traits.implementation == Implementation::PerVm {
        for (register, bits) in IMPLEMENTATION {
            put(register, bits);
        }
    }
    Ok(masks)
}

/// KVM_ARM_FEATURE_ID_RANGE_INDEX of arm64's uapi asm/kvm.h: op1 3 takes the third place.
fn mask_index(e: Encoding) -> usize {
    let op1 = if e.op1() == 3 { 2 } else { e.op1() };
    usize::from(op1) << 6 | usize::from(e.crm()) << 3 | usize::from(e.op2())
}
