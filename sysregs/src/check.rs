//! Architectural dependencies between ID values: does a set of ID registers contradict itself?
//! Reports, never repairs; and says nothing about what a kernel or a VM would accept.
//!
//! A rule whose registers are unknown is silent: unknown is not wrong. Source: the field texts of
//! Arm ARM section D24.2 ("if this field is …, then … must be …") and the feature texts of A2.

use alloc::vec::Vec;
use core::fmt;

use crate::fields::aarch32::*;
use crate::fields::aarch64::*;
use crate::{Feature, IdField, IdValues, fields};

/// One way in which ID values contradict each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Contradiction {
    /// A feature is announced and none of those that it needs is.
    Missing { feature: Feature, needs: &'static [Feature] },
    /// Two fields describe the same thing and differ.
    Disagree { fields: [&'static IdField; 2], values: [i64; 2] },
    /// Only one of these fields may be non-zero.
    Exclusive { fields: &'static [IdField], values: [i64; 3] },
    /// The architecture gives the value no meaning although it gives a higher one a meaning.
    Reserved { field: &'static IdField, value: i64 },
}

impl Contradiction {
    /// The fields whose values the contradiction is about.
    pub fn fields(&self) -> Vec<&'static IdField> {
        match *self {
            Contradiction::Missing { feature, needs } => {
                let terms = core::iter::once(&feature).chain(needs).flat_map(|f| f.rule().iter());
                let mut fields = Vec::new();
                for term in terms.flat_map(|alternative| alternative.iter()) {
                    if !fields.contains(&term.field) {
                        fields.push(term.field);
                    }
                }
                fields
            }
            Contradiction::Disagree { fields, .. } => fields.to_vec(),
            Contradiction::Exclusive { fields, .. } => fields.iter().collect(),
            Contradiction::Reserved { field, .. } => alloc::vec![field],
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Contradiction::Missing { feature, needs } => {
                write!(f, "{feature} is announced without ")?;
                for (i, need) in needs.iter().enumerate() {
                    write!(f, "{}{need}", if i == 0 { "" } else { " or " })?;
                }
                f.write_str(", which it requires")
            }
            Contradiction::Disagree { fields: [a, b], values: [x, y] } => {
                write!(f, "{a} is {x} but {b} is {y}; they must agree")
            }
            Contradiction::Exclusive { fields, values } => {
                for (i, (field, value)) in fields.iter().zip(values).enumerate() {
                    write!(f, "{}{field} is {value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("; at most one may be non-zero")
            }
            Contradiction::Reserved { field, value } => write!(f, "{field} is {value}, a reserved value"),
        }
    }
}

macro_rules! requirements {
    ($($feature:ident => $($need:ident)|+;)*) => {
        /// (feature, features of which it needs at least one). Levels of one field need no row.
        static REQUIREMENTS: &[(Feature, &[Feature])] = &[$((Feature::$feature, &[$(Feature::$need),+])),*];
    };
}

requirements! {
    // Advanced SIMD and floating point
    AES => AdvSIMD;
    SHA1 => AdvSIMD;
    SHA1 => SHA256;
    SHA256 => SHA1;
    SHA512 => SHA3;
    SHA3 => SHA512;
    SM3 => AdvSIMD;
    RDM => AdvSIMD;
    DotProd => AdvSIMD;
    FCMA => AdvSIMD;
    FHM => FP16;
    JSCVT => FP;
    FRINTTS => FP;
    BF16 => AdvSIMD;
    I8MM => AdvSIMD;
    FP8 => FPMR;
    FP8FMA => FP8;
    FP8DOT4 => FP8;
    FP8DOT2 => FP8;
    // Scalable vectors and matrices: ID_AA64ZFR0_EL1 describes both modes
    SVE => FP16;
    SVE2 => SVE | SME;
    SVE_AES => SVE2;
    SVE_BitPerm => SVE2;
    SVE_SHA3 => SVE2;
    SVE_SM4 => SVE2;
    SVE_BF16 => SVE | SME;
    SVE_I8MM => SVE | SME;
    SVE_B16B16 => SVE2 | SME2;
    F32MM => SVE;
    F64MM => SVE;
    SME => FP16;
    SME => BF16;
    SME2p1 => SME2;
    SME_FA64 => SME;
    SME_FA64 => SVE2;
    SME_F64F64 => SME;
    SME_I16I64 => SME;
    SME_F16F16 => SME2;
    SME_B16B16 => SME2;
    SME_LUTv2 => SME2;
    // Memory
    LPA => TGRAN64 | LPA2;
    LVA => TGRAN64;
    LVA3 => D128;
    S1PIE => TCR2;
    S1POE => TCR2;
    AIE => TCR2;
    MEC => RME;
    // Exception levels
    VHE => EL2;
    VHE => Debugv8p1;
    NV => EL2;
    FGT => EL2;
    HCX => EL2;
    EVT => EL2;
    TWED => EL2;
    S2FWB => EL2;
    XNX => EL2;
    ECV_POFF => EL2;
    SEL2 => EL2;
    SEL2 => EL3;
    RME => EL3;
    // Reliability, monitors, trace
    IESB => RAS;
    PMUv3_ICNTR => PMUv3p9;
    PMUv3_SS => PMUv3;
    SEBEP => PMUv3;
    HPMN0 => PMUv3;
    MTPMU => PMUv3;
    TRBE => TRF;
}

/// Pairs that must be equal in every implementation.
static AGREE: &[[&IdField; 2]] = &[[&ID_AA64PFR0_EL1::FP, &ID_AA64PFR0_EL1::AdvSIMD], [&ID_AA64ISAR0_EL1::SM3, &ID_AA64ISAR0_EL1::SM4]];

/// Pairs that must be equal where AArch32 exists: its ID registers describe the same hardware. Only
/// fields for which Linux has a rule: the others read zero in every guest (ID_ISAR5_EL1.VCMA).
static AGREE_AARCH32: &[[&IdField; 2]] = &[
    [&ID_ISAR5_EL1::CRC32, &ID_AA64ISAR0_EL1::CRC32],
    [&ID_ISAR5_EL1::AES, &ID_AA64ISAR0_EL1::AES],
    [&ID_ISAR5_EL1::SHA1, &ID_AA64ISAR0_EL1::SHA1],
    [&ID_ISAR5_EL1::RDM, &ID_AA64ISAR0_EL1::RDM],
    [&ID_ISAR6_EL1::JSCVT, &ID_AA64ISAR1_EL1::JSCVT],
    [&ID_ISAR6_EL1::DP, &ID_AA64ISAR0_EL1::DP],
    [&ID_ISAR6_EL1::FHM, &ID_AA64ISAR0_EL1::FHM],
    [&ID_ISAR6_EL1::SB, &ID_AA64ISAR1_EL1::SB],
    [&ID_PFR0_EL1::DIT, &ID_AA64PFR0_EL1::DIT],
    [&ID_MMFR4_EL1::CnP, &ID_AA64MMFR2_EL1::CnP],
    [&ID_DFR0_EL1::CopDbg, &ID_AA64DFR0_EL1::DebugVer],
    [&ID_DFR0_EL1::TraceFilt, &ID_AA64DFR0_EL1::TraceFilt],
];

/// One algorithm each for addresses and for generic authentication.
static EXCLUSIVE: [&[IdField]; 2] = [
    &[ID_AA64ISAR1_EL1::APA, ID_AA64ISAR1_EL1::API, ID_AA64ISAR2_EL1::APA3],
    &[ID_AA64ISAR1_EL1::GPA, ID_AA64ISAR1_EL1::GPI, ID_AA64ISAR2_EL1::GPA3],
];

/// Every contradiction among the known values, in table order.
pub fn check(ids: &IdValues) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for &(feature, needs) in REQUIREMENTS {
        let absent = needs.iter().all(|need| need.known(ids) == Some(false));
        if feature.implemented(ids) && absent {
            found.push(Contradiction::Missing { feature, needs });
        }
    }
    disagreements(AGREE, ids, &mut found);
    if Feature::AA32EL0.implemented(ids) {
        disagreements(AGREE_AARCH32, ids, &mut found);
    }
    for fields in EXCLUSIVE {
        let mut values = [0; 3];
        for (value, field) in values.iter_mut().zip(fields) {
            *value = field_value(field, ids).unwrap_or(0);
        }
        if values.iter().filter(|v| **v != 0).count() > 1 {
            found.push(Contradiction::Exclusive { fields, values });
        }
    }
    reserved(ids, &mut found);
    found
}

fn field_value(field: &IdField, ids: &IdValues) -> Option<i64> {
    ids.get(field.register).map(|register| field.extract(register))
}

fn disagreements(pairs: &'static [[&'static IdField; 2]], ids: &IdValues, found: &mut Vec<Contradiction>) {
    for &[a, b] in pairs {
        if let (Some(x), Some(y)) = (field_value(a, ids), field_value(b, ids))
            && x != y
        {
            found.push(Contradiction::Disagree { fields: [a, b], values: [x, y] });
        }
    }
}

/// Values in the gaps of a field's enumeration. Values above its end may be a newer architecture's.
fn reserved(ids: &IdValues, found: &mut Vec<Contradiction>) {
    for field in fields::aarch64::REGISTERS.iter().flat_map(|(_, fields)| fields.iter()) {
        let highest = field.values.iter().map(|(value, _)| *value).max();
        if let (Some(value), Some(highest)) = (field_value(field, ids), highest)
            && value < highest
            && field.meaning(value).is_none()
        {
            found.push(Contradiction::Reserved { field, value });
        }
    }
}
