//! What it means to a guest that booted on A and goes on with B: the rules behind `invar cpu diff`.
//! Judges the values alone; whether KVM would refuse the move is the migration checks' business.

use sysregs::fields::aarch64::*;
use sysregs::fields::cache::{CTR_EL0, DCZID_EL0, GMID_EL1};
use sysregs::{Feature, IdField, IdValues, SafeRule, SysReg};

/// How much a guest is hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing that the guest relies on goes away.
    Harmless,
    /// The guest may decide differently, or show something outdated.
    Notable,
    /// The guest relies on what B does not promise.
    Breaks,
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Harmless => "harmless",
            Severity::Notable => "notable",
            Severity::Breaks => "breaks",
        }
    }
}

/// A judgement in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    pub severity: Severity,
    pub text: String,
}

impl Consequence {
    pub(super) fn new(severity: Severity, text: impl Into<String>) -> Consequence {
        Consequence { severity, text: text.into() }
    }
}

use Severity::{Breaks, Harmless, Notable};

/// (field, what happens when the value sinks from A to B).
static WHEN_LOWER: &[(&IdField, Severity, &str)] = &[
    (&CTR_EL0::DIC, Breaks, "the guest no longer invalidates the instruction cache after writing code: stale code may execute"),
    (&CTR_EL0::IDC, Breaks, "the guest no longer cleans the data cache after writing code: stale code may execute"),
    (&CTR_EL0::DminLine, Breaks, "cache maintenance loops step over lines: some are neither cleaned nor invalidated"),
    (&CTR_EL0::IminLine, Breaks, "instruction cache invalidation steps over lines: stale code may execute"),
    (&CTR_EL0::TminLine, Breaks, "maintenance of Allocation Tags steps over lines: some are neither cleaned nor invalidated"),
    (&DCZID_EL0::BS, Breaks, "DC ZVA zeroes less than memset was told: memory that should be zero is not"),
    (&GMID_EL1::BS, Breaks, "LDGM and STGM move fewer tags than the guest was told: some of its tags stay as they were"),
    (&ID_AA64MMFR0_EL1::PARANGE, Breaks, "page tables may hold physical addresses that B cannot translate: address size faults"),
    (&ID_AA64MMFR0_EL1::ASIDBITS, Breaks, "the guest's ASIDs are cut off: address spaces can mix in the TLB"),
    (&ID_AA64MMFR0_EL1::TGRAN4, Breaks, "page tables of this granule (or its 52-bit form) cannot be used on B"),
    (&ID_AA64MMFR0_EL1::TGRAN16, Breaks, "page tables of this granule (or its 52-bit form) cannot be used on B"),
    (&ID_AA64MMFR0_EL1::TGRAN64, Breaks, "page tables of this granule cannot be used on B"),
    (&ID_AA64DFR0_EL1::BRPs, Breaks, "breakpoints that the guest may hold in use are not there"),
    (&ID_AA64DFR0_EL1::WRPs, Breaks, "watchpoints that the guest may hold in use are not there"),
    (&ID_AA64DFR0_EL1::PMUVer, Breaks, "performance counters or events that the guest uses are not there"),
    (&ID_AA64PFR0_EL1::CSV2, Breaks, "the guest booted without the branch predictor (Spectre v2) mitigation that B may need"),
    (&ID_AA64PFR0_EL1::CSV3, Breaks, "the guest booted without the page table isolation (Meltdown) that B may need"),
    (&ID_AA64MMFR1_EL1::ECBHB, Breaks, "the guest booted without the branch history (Spectre-BHB) mitigation that B may need"),
    (&ID_AA64MMFR2_EL1::CCIDX, Notable, "CCSIDR_EL1 has another format than the guest decodes"),
];

/// (field, what happens when the value rises from A to B).
static WHEN_HIGHER: &[(&IdField, Severity, &str)] = &[
    (&CTR_EL0::DIC, Harmless, "the guest invalidates more than B needs"),
    (&CTR_EL0::IDC, Harmless, "the guest cleans more than B needs"),
    (&CTR_EL0::DminLine, Harmless, "the guest maintains each line more than once"),
    (&CTR_EL0::IminLine, Harmless, "the guest invalidates each line more than once"),
    (&CTR_EL0::TminLine, Harmless, "the guest maintains each line of Allocation Tags more than once"),
    (&DCZID_EL0::BS, Breaks, "DC ZVA zeroes more than memset was told: memory beyond is destroyed"),
    (&GMID_EL1::BS, Breaks, "LDGM and STGM move more tags than the guest was told: those beyond are destroyed"),
    (&DCZID_EL0::DZP, Breaks, "DC ZVA, which memset uses, is trapped or UNDEFINED"),
    (&ID_AA64PFR0_EL1::CSV2, Harmless, "the guest keeps a mitigation that B does not need"),
    (&ID_AA64PFR0_EL1::CSV3, Harmless, "the guest keeps a mitigation that B does not need"),
    (&ID_AA64MMFR1_EL1::ECBHB, Harmless, "the guest keeps a mitigation that B does not need"),
    (&ID_AA64MMFR2_EL1::CCIDX, Notable, "CCSIDR_EL1 has another format than the guest decodes"),
];

/// (register, what a difference in it means whatever the field).
static WHOLE: &[(SysReg, Severity, &str)] = &[
    (SysReg::MIDR_EL1, Notable, "another part or revision: the guest chose its errata work-arounds for A and does not choose again"),
    (SysReg::REVIDR_EL1, Notable, "fixes within a revision differ: the guest chose its errata work-arounds for A"),
    (SysReg::AIDR_EL1, Harmless, "IMPLEMENTATION DEFINED; Linux does not look at it"),
    (SysReg::MPIDR_EL1, Harmless, "KVM gives each vCPU its own affinity; the host's is not shown"),
    (SysReg::CLIDR_EL1, Harmless, "the cache hierarchy that the guest shows and uses for set/way operations is outdated"),
];

/// What the difference of one field means; `lost` and `gained` are the features in it.
pub(super) fn of_field(field: &'static IdField, a: i64, b: i64, lost: &[String], gained: &[String]) -> Consequence {
    if let Some((_, severity, text)) = WHOLE.iter().find(|(register, ..)| *register == field.register) {
        return Consequence::new(*severity, *text);
    }
    let table = if b < a { WHEN_LOWER } else { WHEN_HIGHER };
    if let Some((_, severity, text)) = table.iter().find(|(row, ..)| *row == field) {
        return Consequence::new(*severity, *text);
    }
    if !lost.is_empty() {
        return Consequence::new(
            Breaks,
            format!("what the guest found at boot is gone: using {} may trap or be UNDEFINED", lost.join(", ")),
        );
    }
    if !gained.is_empty() {
        return Consequence::new(Harmless, format!("{} stays unused until the guest boots again", gained.join(", ")));
    }
    by_rule(field, a, b)
}

/// What a field means depends on another register: lines and blocks of Allocation Tags to a guest that was told of no MTE2.
pub(super) fn without_tags(field: &'static IdField, guest: &IdValues) -> Option<Consequence> {
    let of_tags = *field == CTR_EL0::TminLine || *field == GMID_EL1::BS;
    let meaningless = of_tags && Feature::MTE2.known(guest) == Some(false);
    meaningless.then(|| Consequence::new(Harmless, "the guest was told of no Allocation Tags, which this is about"))
}

/// By the direction in which Linux holds a value to be safe: may a guest be told A's value where B's is the limit?
fn by_rule(field: &IdField, a: i64, b: i64) -> Consequence {
    match field.rule {
        SafeRule::Unlisted => Consequence::new(Notable, "Linux has no rule for this field and shows it to no guest"),
        rule if rule.permits(a, b) => Consequence::new(Harmless, format!("B keeps what A's value promises ({rule})")),
        rule => Consequence::new(Breaks, format!("B does not keep what A's value promises ({rule})")),
    }
}

/// What a difference in a register without described fields means.
pub(super) fn of_register(register: SysReg, a: u64, b: u64) -> Consequence {
    match register {
        SysReg::CNTFRQ_EL0 if a != 0 => {
            Consequence::new(Breaks, format!("the guest's clocks and timers run at {:.4} times their speed", b as f64 / a as f64))
        }
        _ => match WHOLE.iter().find(|(known, ..)| *known == register) {
            Some((_, severity, text)) => Consequence::new(*severity, *text),
            None => Consequence::new(Notable, "no rule says what this means"),
        },
    }
}

/// Cache geometry.
pub(super) fn of_cache() -> Consequence {
    Consequence::new(Harmless, "the cache geometry that the guest shows and uses for set/way operations is outdated")
}

/// Whether the value of a field of one register, known on one side only, can be judged: it cannot.
pub(super) fn of_unknown(known: &IdValues, register: SysReg) -> Consequence {
    let side = if known.get(register).is_some() { "B" } else { "A" };
    Consequence::new(Notable, format!("unknown on {side}: cannot be judged"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions() {
        let none: &[String] = &[];
        for (field, a, b, severity) in [
            (&CTR_EL0::DIC, 1, 0, Breaks),
            (&CTR_EL0::DIC, 0, 1, Harmless),
            (&DCZID_EL0::BS, 4, 5, Breaks),
            (&DCZID_EL0::BS, 5, 4, Breaks),
            (&ID_AA64MMFR0_EL1::PARANGE, 5, 4, Breaks),
            (&ID_AA64MMFR0_EL1::PARANGE, 4, 5, Harmless),
            (&ID_AA64DFR0_EL1::BRPs, 5, 1, Breaks),
            (&ID_AA64PFR0_EL1::CSV2, 2, 1, Breaks),
            (&sysregs::fields::cache::MIDR_EL1::Revision, 1, 2, Notable),
        ] {
            assert_eq!(of_field(field, a, b, none, none).severity, severity, "{field} {a} {b}");
        }
        let lost = ["FEAT_LSE".to_string()];
        let told = of_field(&ID_AA64ISAR0_EL1::ATOMIC, 2, 0, &lost, none);
        assert_eq!(told.severity, Breaks);
        assert!(told.text.contains("FEAT_LSE"));
        assert!(of_register(SysReg::CNTFRQ_EL0, 100, 25).text.contains("0.25"));
    }
}
