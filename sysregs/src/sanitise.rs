//! The safe-value rules: one value for CPUs that differ, and whether a proposed value is safe.
//! Knows rules, not kernels: which rule a kernel version applies to a field is the caller's to say.
//!
//! The arithmetic is that of arm64's cpufeature code (`arm64_ftr_safe_value`, `init_cpu_ftr_reg`,
//! `update_cpu_ftr_reg`) and of KVM's write check (`arm64_check_features`).

use core::fmt;

use crate::fields::cache::{CLIDR_EL1, CTR_EL0};
use crate::fields::{self, aarch32};
use crate::{Feature, IdField, IdValues, SafeRule, SysReg, fields_of};

/// Which rule applies to a field; [`table_rule`] is the one of the field table.
pub type RuleOf = fn(&IdField) -> SafeRule;

/// The rule in the field's own row.
pub fn table_rule(field: &IdField) -> SafeRule {
    field.rule
}

impl SafeRule {
    /// The value to use where one CPU has `a` and another `b`.
    pub const fn safe(self, a: i64, b: i64) -> i64 {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        match self {
            SafeRule::Exact(fallback) => {
                if a == b {
                    a
                } else {
                    fallback as i64
                }
            }
            SafeRule::Lower(_) => low,
            SafeRule::Higher(_) => high,
            SafeRule::HigherOrZero(_) => {
                if a == 0 || b == 0 {
                    0
                } else {
                    high
                }
            }
            SafeRule::Unlisted => 0,
        }
    }

    /// Whether `value` may be promised where the limit is `limit`.
    pub const fn permits(self, value: i64, limit: i64) -> bool {
        match self {
            SafeRule::Unlisted => value == limit,
            _ => value == limit || self.safe(value, limit) == value,
        }
    }
}

/// Why no system-wide value could be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SanitiseError {
    /// No CPU was given.
    NoCpu,
    /// The value of this register on the CPU of this index is not known, and the rule needs it.
    Unknown { register: SysReg, cpu: usize },
}

impl fmt::Display for SanitiseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SanitiseError::NoCpu => f.write_str("no CPU to take ID values from"),
            SanitiseError::Unknown { register, cpu } => {
                write!(f, "{register} of CPU {cpu} is unknown, and a system-wide value needs it; give the model a value")
            }
        }
    }
}

impl core::error::Error for SanitiseError {}

/// The system-wide value of one register over all CPUs (one element per cluster is enough).
///
/// AArch32 registers are zero unless every CPU has AArch32 at EL0: their values on a CPU without it
/// are UNKNOWN, and KVM shows them as zero on a system that does not offer it (`aa32_id_visibility`).
pub fn sanitise_register(register: SysReg, cpus: &[&IdValues], rule: RuleOf) -> Result<u64, SanitiseError> {
    if aarch32::REGISTERS.iter().any(|(r, _)| *r == register) && !aarch32_everywhere(cpus)? {
        return Ok(0);
    }
    let mut system = Err(SanitiseError::NoCpu);
    for (cpu, ids) in cpus.iter().enumerate() {
        let raw = if register == SysReg::CTR_EL0 { effective_ctr(ids) } else { ids.get(register) };
        let raw = raw.ok_or(SanitiseError::Unknown { register, cpu })?;
        system = Ok(match system {
            Err(_) => listed_bits(register, raw, rule),
            Ok(so_far) => combine(register, so_far, raw, rule),
        });
    }
    system
}

fn aarch32_everywhere(cpus: &[&IdValues]) -> Result<bool, SanitiseError> {
    let mut everywhere = if cpus.is_empty() { Err(SanitiseError::NoCpu) } else { Ok(true) };
    for (cpu, ids) in cpus.iter().enumerate() {
        let unknown = SanitiseError::Unknown { register: SysReg::ID_AA64PFR0_EL1, cpu };
        let here = Feature::AA32EL0.known(ids).ok_or(unknown)?;
        everywhere = everywhere.map(|so_far| so_far && here);
    }
    everywhere
}

/// CTR_EL0 as Linux takes it (`read_cpuid_effective_cachetype`): when CLIDR_EL1 says that nothing
/// needs cleaning to the point of unification, IDC counts as set. Without a known CLIDR_EL1 there is
/// nothing to add; a clear IDC promises less and is safe.
pub fn effective_ctr(ids: &IdValues) -> Option<u64> {
    let ctr = ids.ctr()?;
    let coherent = ids.clidr().is_some_and(|clidr| {
        let unification = CLIDR_EL1::LoUIS.extract(clidr) == 0 && CLIDR_EL1::LoUU.extract(clidr) == 0;
        CLIDR_EL1::LoC.extract(clidr) == 0 || unification
    });
    Some(if coherent { CTR_EL0::IDC.insert(ctr, 1) } else { ctr })
}

/// The value with every field that has no rule cleared.
fn listed_bits(register: SysReg, raw: u64, rule: RuleOf) -> u64 {
    let listed = fields_of(register).iter().filter(|field| rule(field) != SafeRule::Unlisted);
    listed.fold(0, |value, field| value | raw & field.mask())
}

fn combine(register: SysReg, a: u64, b: u64, rule: RuleOf) -> u64 {
    let listed = fields_of(register).iter().filter(|field| rule(field) != SafeRule::Unlisted);
    listed.fold(0, |value, field| field.insert(value, rule(field).safe(field.extract(a), field.extract(b))))
}

/// Every register that has a field with a rule, system-wide. Registers without rules (MIDR_EL1,
/// CLIDR_EL1 and their like) are each CPU's own and not in the result.
pub fn sanitise(cpus: &[&IdValues], rule: RuleOf) -> Result<IdValues, SanitiseError> {
    let mut system = IdValues::new();
    for (register, fields) in fields::registers() {
        if fields.iter().any(|field| rule(field) != SafeRule::Unlisted) {
            system.set(register, sanitise_register(register, cpus, rule)?);
        }
    }
    Ok(system)
}
