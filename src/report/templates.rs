//! An ID file in the spellings of others: QEMU's properties and Firecracker's CPU templates. Decides no value.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sysregs::errata::Implementation;
use sysregs::{Encoding, SysReg, fields_of};

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

/// QEMU's `-cpu` argument. Released versions have switches for whole features only; single fields are spelt as the proposed
/// customisable host model does, `SYSREG_<register>_<field>`.
pub fn qemu(writes: &BTreeMap<u64, u64>, bits: &BTreeMap<u64, u64>, without_pointer_auth: bool) -> String {
    let mut words = vec!["-cpu host".to_string()];
    if without_pointer_auth {
        words.push("pauth=off".into());
    }
    for (&id, &value) in writes {
        let Some(register) = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding) else { continue };
        let changed = bits.get(&id).copied().unwrap_or(u64::MAX);
        let fields = fields_of(register).iter().filter(|field| field.mask() & changed != 0);
        words.extend(fields.map(|field| format!("SYSREG_{register}_{}={:#x}", field.name, field.bits(value))));
    }
    words.join(",")
}

/// A custom CPU template: given bits as digits, `x` where the host's own stay.
pub fn firecracker(writes: &BTreeMap<u64, u64>, bits: &BTreeMap<u64, u64>) -> Value {
    let modifier = |(id, value): (&u64, &u64)| {
        let given = bits.get(id).copied().unwrap_or(u64::MAX);
        json!({ "addr": format!("{id:#x}"), "bitmap": bitmap(*id, *value, given) })
    };
    json!({ "kvm_capabilities": [], "vcpu_features": [], "reg_modifiers": writes.iter().map(modifier).collect::<Vec<_>>() })
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
