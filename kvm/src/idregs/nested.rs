//! What a vCPU with EL2 of its own may be told at most (`limit_nv_id_reg`), on top of every other rule.
//! Emulates no nested virtualisation.

use sysregs::fields::aarch64::*;
use sysregs::{IdField, SanitiseError, SysReg};

use super::{HostIds, VmFeatures};
use crate::personality::traits::{NestedFields, Traits};

/// How a field is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Zero,
    AtMost(i64),
    Is(i64),
    /// Zero where the vCPU has E2H0 instead of VHE.
    ZeroWithE2h0,
    /// "Implemented at stage 2" for granules from the host's page size up that the host can use there.
    Stage2Granule(&'static IdField),
    /// Nested virtualisation inside the guest: what VHE without E2H0 leaves.
    NestedFraction,
    /// VHE only, and no HCR_EL2.NV1.
    NoE2h0,
}

/// Values of ID_AA64MMFR4_EL1.NV_frac.
const NV2_ONLY: i64 = 1;
const NV3: i64 = 3;

macro_rules! nested {
    ($($register:ident [$($field:ident)*] $limit:ident $(($($of:tt)*))?;)*) => {
        &[$((
            SysReg::$register,
            &[$(&$register::$field),*],
            Limit::$limit $(($($of)*))?,
        )),*]
    };
}

type Row = (SysReg, &'static [&'static IdField], Limit);

static LIMITS: &[Row] = nested! {
    ID_AA64PFR0_EL1 [RME AMU MPAM SEL2] Zero;
    ID_AA64PFR0_EL1 [EL0 EL1 EL2 EL3] Is(1);
    ID_AA64PFR2_EL1 [GCIE] Zero;
    ID_AA64ISAR1_EL1 [LS64 SPECRES] Zero;
    ID_AA64MMFR0_EL1 [EXS SNSMEM] Zero;
    ID_AA64MMFR0_EL1 [ECV] AtMost(1);
    ID_AA64MMFR0_EL1 [PARANGE] AtMost(5);
    ID_AA64MMFR0_EL1 [TGRAN4_2] Is(2);
    ID_AA64MMFR0_EL1 [TGRAN16_2] Stage2Granule(&ID_AA64MMFR0_EL1::TGRAN16);
    ID_AA64MMFR0_EL1 [TGRAN64_2] Stage2Granule(&ID_AA64MMFR0_EL1::TGRAN64);
    ID_AA64MMFR1_EL1 [VH] ZeroWithE2h0;
    ID_AA64MMFR2_EL1 [BBM ST CCIDX VARange] Zero;
    ID_AA64MMFR2_EL1 [TTL] Is(1);
    ID_AA64MMFR4_EL1 [NV_frac] NestedFraction;
    ID_AA64MMFR4_EL1 [E2H0] NoE2h0;
};

/// What is not among the few fields that [`NestedFields::Allowed`] allows.
static NOT_ALLOWED: &[Row] = nested! {
    ID_AA64PFR1_EL1 [PFAR DF2 MTEX THE GCS MTE_frac NMI RNDR_trap SME MPAM_frac RAS_frac MTE] Zero;
    ID_AA64DFR0_EL1 [ExtTrcBuff BRBE MTPMU TraceBuffer TraceFilt DoubleLock PMSVer CTX_CMPs SEBEP PMSS TraceVer] Zero;
    ID_AA64DFR0_EL1 [DebugVer] AtMost(7);
    ID_AA64MMFR1_EL1 [ECBHB CMOW TIDCP1 nTLBPA AFP ETS TWED XNX SpecSEI HAFDBS] Zero;
};

/// What [`NestedFields::AllButDenied`] denies.
static DENIED: &[Row] = nested! {
    ID_AA64PFR1_EL1 [PFAR MTEX THE GCS MTE_frac NMI SME MPAM_frac MTE] Zero;
    ID_AA64DFR0_EL1 [ExtTrcBuff BRBE MTPMU TraceBuffer TraceFilt PMSVer CTX_CMPs SEBEP PMSS TraceVer] Zero;
    ID_AA64DFR0_EL1 [DebugVer] AtMost(10);
    ID_AA64MMFR1_EL1 [CMOW nTLBPA ETS] Zero;
    ID_AA64MMFR1_EL1 [HAFDBS] AtMost(1);
};

/// The three stage-2 granule fields.
pub(super) const STAGE2_GRANULES: [&IdField; 3] = [&ID_AA64MMFR0_EL1::TGRAN4_2, &ID_AA64MMFR0_EL1::TGRAN16_2, &ID_AA64MMFR0_EL1::TGRAN64_2];

/// Limits a register's value for a vCPU with EL2.
pub(super) fn limit(register: SysReg, value: u64, host: &HostIds, vm: &VmFeatures, traits: &Traits) -> Result<u64, SanitiseError> {
    let changed = match traits.nested_fields {
        NestedFields::Allowed => NOT_ALLOWED,
        NestedFields::AllButDenied => DENIED,
    };
    let rows = LIMITS.iter().chain(changed).filter(|(limited, _, _)| *limited == register);
    let fields = rows.flat_map(|(_, fields, limit)| fields.iter().map(move |field| (*field, *limit)));
    fields.into_iter().try_fold(value, |value, (field, limit)| {
        let shown = field.extract(value);
        let limited = match limit {
            Limit::Zero => 0,
            Limit::AtMost(most) => shown.min(most),
            Limit::Is(fixed) => fixed,
            Limit::ZeroWithE2h0 => {
                if vm.e2h0 {
                    0
                } else {
                    shown
                }
            }
            Limit::Stage2Granule(stage1) => stage2_granule(field, stage1, host)?,
            Limit::NestedFraction if vm.e2h0 => 0,
            // Unless the host says more precisely what it has, and the kernel hands that on.
            Limit::NestedFraction if traits.nested_fraction_of_host => host.field(field)?.clamp(NV2_ONLY, NV3),
            Limit::NestedFraction => NV2_ONLY,
            Limit::NoE2h0 => {
                if vm.e2h0 {
                    0
                } else {
                    -2
                }
            }
        };
        Ok(field.insert(value, limited))
    })
}

/// 0 at stage 2 means "as stage 1"; 1 "not implemented".
fn stage2_granule(stage2: &IdField, stage1: &IdField, host: &HostIds) -> Result<i64, SanitiseError> {
    let usable = match host.field(stage2)? {
        0 if stage1 == &ID_AA64MMFR0_EL1::TGRAN16 => host.field(stage1)? >= 1,
        0 => host.field(stage1)? >= 0,
        implemented => implemented >= 2,
    };
    Ok(if usable { 2 } else { 1 })
}
