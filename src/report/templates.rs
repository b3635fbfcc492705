//! An ID file in the spellings of others: QEMU's properties and Firecracker's CPU templates. Decides no value.

use std::collections::BTreeMap;

use kvm::idregs::SVE_VECTOR_LENGTHS;
use serde_json::{Value, json};
use sysregs::errata::Implementation;
use sysregs::{Encoding, Kind, SysReg, fields_of};

/// A write, as a line.
pub fn one_reg(id: u64, value: u64) -> String {
    let when = if id == SVE_VECTOR_LENGTHS { ", before KVM_ARM_VCPU_FINALIZE" } else { "" };
    format!("KVM_SET_ONE_REG {id:#018x} = {value:#018x}  # {}{when}", crate::migrate::lab::name_of(id))
}

/// Vector lengths in bits, of KVM_REG_ARM64_SVE_VLS.
pub fn vector_bits(lengths: u128) -> Vec<u32> {
    (0..16).filter(|n| lengths >> n & 1 != 0).map(|n| 128 * (n + 1)).collect()
}

/// The same in words.
pub fn vector_lengths(lengths: u128) -> String {
    let bits: Vec<String> = vector_bits(lengths).iter().map(u32::to_string).collect();
    format!("{} bits", bits.join(", "))
}

/// What a VMM does so that its guest can ask for implementations.
pub const DISCOVER: &str = "KVM_ARM_VM_SMCCC_FILTER forwards 0xc6000040 and 0xc6000041 (DISCOVER_IMPL_VER, DISCOVER_IMPL_CPUS), and the VMM answers \
                            with this list; guests since Linux 6.15 ask";

/// One entry of that list.
pub fn target(cpu: &Implementation) -> String {
    let revidr = cpu.revidr.map_or_else(|| "unknown".into(), |revidr| format!("{revidr:#x}"));
    format!("target implementation: MIDR_EL1={:#x} REVIDR_EL1={revidr}", cpu.midr)
}

/// The same for programs.
pub fn target_json(cpu: &Implementation) -> Value {
    json!({ "midr": format!("{:#x}", cpu.midr), "revidr": cpu.revidr.map(|revidr| format!("{revidr:#x}")) })
}

/// What the vCPUs of a move have of the features that a VMM chooses, and what the hosts offer besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vcpu {
    pub sve: Choice,
    pub pointer_auth: Choice,
    pub pmu: Choice,
    pub mte: Choice,
}

/// One feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The vCPUs do not have it, and no host could give it.
    #[default]
    Absent,
    /// The vCPUs do not have it, and a VMM that enables what it finds would give it.
    LeftOut,
    Used,
}

impl Choice {
    /// By whether it is used, and offered by any host.
    pub const fn of(used: bool, offered: bool) -> Choice {
        match (used, offered) {
            (true, _) => Choice::Used,
            (false, true) => Choice::LeftOut,
            (false, false) => Choice::Absent,
        }
    }
}

/// KVM_REG_ARM_PSCI_VERSION.
const PSCI_VERSION: u64 = 0x6030_0000_0014_0000;

/// QEMU's `-cpu` argument, and what it cannot say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Qemu {
    pub argument: String,
    /// Which of its properties no release has, and writes without a property.
    pub notes: Vec<String>,
}

/// Released versions have switches for whole features only, and `-cpu host` enables all that it finds; single fields are spelt as the
/// proposed customisable host model does, `SYSREG_<register>_<field>`.
pub fn qemu(writes: &BTreeMap<u64, u64>, bits: &BTreeMap<u64, u64>, vcpu: Vcpu) -> Qemu {
    let mut words = vec!["-cpu host".to_string()];
    let switches = [("pauth=off", vcpu.pointer_auth), ("sve=off", vcpu.sve), ("pmu=off", vcpu.pmu)];
    words.extend(switches.into_iter().filter(|(_, choice)| *choice == Choice::LeftOut).map(|(word, _)| word.to_string()));
    let (mut proposed, mut left) = (Vec::new(), Vec::new());
    let mut notes = Vec::new();
    for (&id, &value) in writes {
        if id == PSCI_VERSION {
            words.push(format!("kvm-psci-version={}.{}", value >> 16, value & 0xffff));
            notes.push("kvm-psci-version is a property of newer QEMU only; 7.2 has none for the PSCI version".into());
            continue;
        }
        if id == SVE_VECTOR_LENGTHS {
            words.extend(vector_bits(value.into()).into_iter().map(|bits| format!("sve{bits}=on")));
            continue;
        }
        let register = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding);
        let changed = bits.get(&id).copied().unwrap_or(u64::MAX);
        let fields = register.map_or(&[][..], fields_of).iter().filter(|field| field.mask() & changed != 0);
        let before = proposed.len();
        // A CPU's identity and a selector's caches are no fields of the proposal's.
        if let Some(register) = register.filter(|register| register.row().kind == Kind::Id && *register != SysReg::CCSIDR_EL1) {
            proposed.extend(fields.map(|field| format!("SYSREG_{register}_{}={:#x}", field.name, field.bits(value))));
        }
        if proposed.len() == before {
            left.push(format!("{}={value:#x}", crate::migrate::lab::name_of(id)));
        }
    }
    if !proposed.is_empty() {
        notes.push("SYSREG_… are properties of a proposed customisable host model, and in no released QEMU".into());
    }
    if !left.is_empty() {
        notes.push(format!("QEMU has no property for {}", left.join(" ")));
    }
    if vcpu.mte == Choice::Used {
        notes.push("Allocation Tags are the machine's: -machine virt,mte=on".into());
    }
    words.extend(proposed);
    Qemu { argument: words.join(","), notes }
}

/// A custom CPU template: given bits as digits, `x` where the host's own stay.
pub fn firecracker(writes: &BTreeMap<u64, u64>, bits: &BTreeMap<u64, u64>, vcpu: Vcpu) -> Value {
    let modifier = |(id, value): (&u64, &u64)| {
        let given = bits.get(id).copied().unwrap_or(u64::MAX);
        json!({ "addr": format!("{id:#x}"), "bitmap": bitmap(*id, *value, given) })
    };
    // KVM_CAP_ARM_PMU_V3, _SVE, _PTRAUTH_ADDRESS and _GENERIC with the bits of `kvm_vcpu_init::features`.
    let rows: [(Choice, u32, &[&str]); 3] =
        [(vcpu.pmu, 1 << 3, &["126"]), (vcpu.sve, 1 << 4, &["170"]), (vcpu.pointer_auth, 3 << 5, &["171", "172"])];
    let used = || rows.iter().filter(|(choice, ..)| *choice == Choice::Used);
    let features = used().fold(0, |all, (_, bit, _)| all | bit);
    let mut capabilities: Vec<&str> = used().flat_map(|(_, _, capabilities)| capabilities.iter().copied()).collect();
    if writes_implementation(writes) {
        capabilities.push("239");
    }
    // Every bit that is not asked for stays as it is.
    let digits: String = format!("{features:b}").replace('0', "x");
    let vcpu_features = if features == 0 { json!([]) } else { json!([{ "index": 0, "bitmap": format!("0b{digits}") }]) };
    json!({
        "kvm_capabilities": capabilities,
        "vcpu_features": vcpu_features,
        "reg_modifiers": writes.iter().filter(|(id, _)| **id != SVE_VECTOR_LENGTHS).map(modifier).collect::<Vec<_>>(),
    })
}

/// What a template needs that it cannot say.
pub fn firecracker_notes(writes: &BTreeMap<u64, u64>, vcpu: Vcpu) -> Vec<String> {
    let mut notes = Vec::new();
    if writes_implementation(writes) {
        notes.push(
            "MIDR_EL1, REVIDR_EL1 and AIDR_EL1 need a Firecracker that enables KVM_CAP_ARM_WRITABLE_IMP_ID_REGS (239); a template only checks that KVM has it"
                .into(),
        );
    }
    if let Some(&lengths) = writes.get(&SVE_VECTOR_LENGTHS) {
        notes.push(format!(
            "a template is written after KVM_ARM_VCPU_FINALIZE, too late for vectors of {} and no others (KVM_REG_ARM64_SVE_VLS={lengths:#x})",
            vector_lengths(lengths.into())
        ));
    }
    if vcpu.mte == Choice::Used {
        notes.push("a template cannot give the VM Allocation Tags (KVM_CAP_ARM_MTE)".into());
    }
    notes
}

/// MIDR_EL1, REVIDR_EL1 or AIDR_EL1 is among them.
pub fn writes_implementation(writes: &BTreeMap<u64, u64>) -> bool {
    let register = |id: &u64| Encoding::from_kvm_id(*id).and_then(SysReg::from_encoding);
    writes.keys().filter_map(register).any(|register| matches!(register, SysReg::MIDR_EL1 | SysReg::REVIDR_EL1 | SysReg::AIDR_EL1))
}

fn bitmap(id: u64, value: u64, given: u64) -> String {
    let width = 8 * sysregs::dump::size_of_id(id).min(8);
    let digit = |bit: usize| match (given >> bit & 1, value >> bit & 1) {
        (0, _) => 'x',
        (_, 0) => '0',
        _ => '1',
    };
    format!("0b{}", (0..width).rev().map(digit).collect::<String>())
}
