//! Names, decoded values, rules in words, and the kernels on which a write would have gone another way.
//! Decides nothing: whether a value is refused is asked of KVM's rules.

use std::collections::HashMap;

use kvm::idregs::firmware::{BITMAPS, FIRMWARE};
use kvm::idregs::{CACHE_SIZES, Reason, SVE_VECTOR_LENGTHS};
use kvm::personality::{self, Personality};
use sysregs::{IdField, RegisterView, SysReg, dump};

use super::finding::{Effect, FieldPair, Finding, Kind};
use super::host::LabHost;
use super::view::{Denied, View, register_of};
use crate::hosts::nearest;
use crate::report::Severity;
use crate::report::templates;

const FIRMWARE_NAMES: [&str; 4] = [
    "KVM_REG_ARM_PSCI_VERSION",
    "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1",
    "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2",
    "KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3",
];
const BITMAP_NAMES: [&str; 4] =
    ["KVM_REG_ARM_STD_BMAP", "KVM_REG_ARM_STD_HYP_BMAP", "KVM_REG_ARM_VENDOR_HYP_BMAP", "KVM_REG_ARM_VENDOR_HYP_BMAP_2"];

const VECTOR_LENGTHS_NAME: &str = "KVM_REG_ARM64_SVE_VLS";

/// The register's name; its id where it has none.
pub fn name_of(id: u64) -> String {
    let named = |base: u64, names: &[&str]| {
        let index = usize::try_from(id.checked_sub(base)?).ok()?;
        names.get(index).map(|name| (*name).to_string())
    };
    if id == SVE_VECTOR_LENGTHS {
        return VECTOR_LENGTHS_NAME.into();
    }
    named(FIRMWARE, &FIRMWARE_NAMES)
        .or_else(|| named(BITMAPS, &BITMAP_NAMES))
        .or_else(|| register_of(id).map(|register| register.to_string()))
        .unwrap_or_else(|| dump::name_of_id(id))
}

/// The same, and names of the core registers.
pub fn any_name_of(id: u64) -> String {
    const SPECIAL: [(u64, &str); 12] = [
        (62, "SP"),
        (64, "PC"),
        (66, "PSTATE"),
        (68, "SP_EL1"),
        (70, "ELR_EL1"),
        (72, "SPSR_EL1"),
        (74, "SPSR_abt"),
        (76, "SPSR_und"),
        (78, "SPSR_irq"),
        (80, "SPSR_fiq"),
        (212, "FPSR"),
        (213, "FPCR"),
    ];
    let word = id & 0xffff;
    match word {
        _ if id >> 16 & 0xfff != 0x10 => name_of(id),
        0..=60 => format!("X{}", word / 2),
        84..212 => format!("V{}", (word - 84) / 4),
        _ => SPECIAL.iter().find(|(at, _)| *at == word).map_or_else(|| name_of(id), |(_, name)| (*name).to_string()),
    }
}

/// The id of a register as people write it: a name or a number.
pub fn id_named(name: &str) -> Option<u64> {
    if let Some(digits) = name.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok();
    }
    let position = |names: &[&str], base: u64| names.iter().position(|known| *known == name).map(|at| base + at as u64);
    if let Some(selector) = name.strip_prefix("CCSIDR_EL1[").and_then(|rest| rest.strip_suffix(']')) {
        return selector.parse::<u64>().ok().filter(|selector| *selector < 14).map(|selector| CACHE_SIZES + selector);
    }
    position(&FIRMWARE_NAMES, FIRMWARE)
        .or_else(|| position(&BITMAP_NAMES, BITMAPS))
        .or_else(|| position(&[VECTOR_LENGTHS_NAME], SVE_VECTOR_LENGTHS))
        .or_else(|| SysReg::from_name(name).map(super::view::id_of))
}

/// What was probably meant by a name that no register has.
pub fn hint_for(name: &str) -> String {
    let registers = SysReg::ALL.iter().map(|register| register.name());
    let names: Vec<&str> = registers.chain(FIRMWARE_NAMES).chain(BITMAP_NAMES).collect();
    match nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a register's name, or its KVM id in hexadecimal".into(),
    }
}

/// A field's value in words.
pub fn words(field: &IdField, value: i64) -> String {
    let features: Vec<String> = field.features(value).map(|feature| feature.to_string()).collect();
    let told = [field.meaning(value).map(str::to_string), (!features.is_empty()).then(|| features.join(" "))];
    let told: Vec<String> = told.into_iter().flatten().collect();
    match told.is_empty() {
        // Implementers and part numbers.
        true if field.width() >= 8 => format!("{value:#x}"),
        true => value.to_string(),
        false => format!("{value} ({})", told.join("; ")),
    }
}

/// Words for pairs of values, kept because fleets ask for the same ones again and again.
#[derive(Debug, Default)]
pub struct Memo {
    fields: HashMap<(SysReg, u64, u64), Vec<FieldPair>>,
    /// Consequences, by register and both values.
    pub consequences: HashMap<(SysReg, u64, u64), (Severity, String)>,
    /// Errata, by MIDR, REVIDR and CTR of both sides.
    pub errata: HashMap<[Option<u64>; 6], Vec<String>>,
}

/// A finding about two values of a register, decoded.
pub fn difference(kind: Kind, effect: Effect, memo: &mut Memo, id: u64, source: u128, destination: Option<u128>) -> Finding {
    let mut finding = Finding::new(kind, effect, name_of(id));
    finding.id = Some(id);
    finding.source = format!("{source:#x}");
    finding.destination = destination.map_or_else(|| "none".into(), |value| format!("{value:#x}"));
    if let (Some(register), Some(own)) = (register_of(id), destination) {
        let key = (register, source as u64, own as u64);
        finding.fields = memo.fields.entry(key).or_insert_with(|| fields(register, source as u64, own as u64)).clone();
    }
    finding
}

/// The fields in which two values of a register differ.
pub fn fields(register: SysReg, source: u64, destination: u64) -> Vec<FieldPair> {
    let differences = RegisterView::new(register, source).differences(destination);
    let pair = |difference| match difference {
        sysregs::Difference::Field { field, left, right } => {
            FieldPair { name: field.name.into(), source: words(field, left), destination: words(field, right) }
        }
        sysregs::Difference::Bit { bit, left, right } => {
            let digit = |set: bool| u8::from(set).to_string();
            FieldPair { name: format!("bit {bit}"), source: digit(left), destination: digit(right) }
        }
    };
    differences.into_iter().map(pair).collect()
}

/// Why a write was refused.
pub fn rule(denied: &Denied) -> String {
    let refusal = match denied {
        Denied::Absent(errno) => return format!("KVM knows no such register on this vCPU ({errno})"),
        Denied::Lengths(host) => {
            return format!("this host's vectors have {}: all of them up to some longest one, or none", templates::vector_lengths(*host));
        }
        Denied::Refused(refusal) => refusal,
    };
    match refusal.reason {
        Reason::Invariant { value } => format!("invariant: only this host's own value {value:#x} is accepted"),
        Reason::NeedsCapability { capability, value } => {
            format!("writable only with capability {capability} (KVM_CAP_ARM_WRITABLE_IMP_ID_REGS), which is not enabled; it is {value:#x}")
        }
        Reason::Limit(limit) => limit.to_string(),
        Reason::Level { host } => format!("{:#x} is not a level up to this host's {host:#x}", refusal.wanted),
        _ => refusal.to_string(),
    }
}

/// On which kernels the destination's CPU would take a value; remembers what it was asked.
#[derive(Debug, Default)]
pub struct Kernels {
    views: HashMap<String, Vec<OnKernel>>,
    answers: HashMap<(String, u64, Option<u128>), String>,
}

/// A CPU on one kernel, without and with KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
type OnKernel = (&'static Personality, Option<View>, Option<View>);

/// What a kernel does with a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    No,
    WithCapability,
    Yes,
}

impl Kernels {
    /// In one sentence, for a register that was refused (or is missing, without a value).
    pub fn tell(&mut self, host: &LabHost, id: u64, value: Option<u128>) -> String {
        let cpu = format!("{}/{:?}", host.description.name, host.features);
        let key = (cpu.clone(), id, value);
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        let views = self.views.entry(cpu).or_insert_with(|| views(host));
        let answer = sentence(views, host.kernel, id, value);
        self.answers.insert(key, answer.clone());
        answer
    }
}

fn views(host: &LabHost) -> Vec<OnKernel> {
    // The proposal never became a kernel.
    let kernels = personality::all().iter().filter(|kernel| kernel.name().starts_with("linux-"));
    let view = |kernel, capability| View::new(&host.with_kernel(kernel), capability).ok();
    kernels.map(|kernel| (kernel, view(kernel, false), view(kernel, true))).collect()
}

fn takes(plain: Option<&View>, capable: Option<&View>, id: u64, value: Option<u128>) -> Takes {
    let accepts = |view: Option<&View>| {
        view.is_some_and(|view| match value {
            None => view.lists(id),
            Some(value) => view.clone().set(id, value).is_ok(),
        })
    };
    match (accepts(plain), accepts(capable)) {
        (true, _) => Takes::Yes,
        (false, true) => Takes::WithCapability,
        (false, false) => Takes::No,
    }
}

fn sentence(views: &[OnKernel], here: &Personality, id: u64, value: Option<u128>) -> String {
    let mut ranges: Vec<(Takes, &str, &str)> = Vec::new();
    for (kernel, plain, capable) in views {
        let taken = takes(plain.as_ref(), capable.as_ref(), id, value);
        match ranges.last_mut() {
            Some((last, _, until)) if *last == taken => *until = kernel.name(),
            _ => ranges.push((taken, kernel.name(), kernel.name())),
        }
    }
    let verb = if value.is_some() { ("accepted", "refused") } else { ("listed", "not listed") };
    let newest = views.last().map_or(here.name(), |(kernel, ..)| kernel.name());
    let told: Vec<String> = ranges
        .iter()
        .map(|(taken, from, until)| {
            let what = match taken {
                Takes::Yes => verb.0.to_string(),
                Takes::WithCapability => format!("{} with capability 239", verb.0),
                Takes::No => verb.1.to_string(),
            };
            match (*from == *until, *until == newest) {
                (_, true) if ranges.len() == 1 => format!("{what} by every kernel from {from} to {until}"),
                (_, true) => format!("{what} since {from}"),
                (true, false) => format!("{what} by {from}"),
                (false, false) => format!("{what} from {from} to {until}"),
            }
        })
        .collect();
    format!("on this CPU {}", told.join(", "))
}
