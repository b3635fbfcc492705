//! Dumps of guests on real Neoverse N1, V1 and V2 under Linux 5.10, 6.1 and 6.18, as Firecracker's project published them.
//! Nobody published what those CPUs report themselves: the 5.10 dump, which hides least, stands for the host.

use std::collections::BTreeMap;
use std::sync::Arc;

use kvm::idregs::mitigations::{Firmware, FirmwareAnswer};
use kvm::idregs::{AtReset, HostFacts, HostIds, VcpuIds, VmFeatures, VmIds, at_reset, reg_list};
use kvm::personality;
use sysregs::fields::aarch64::ID_AA64MMFR1_EL1;
use sysregs::{Encoding, IdValues, SysReg};

use crate::load::{decompress, number};

struct Dump {
    kernel: &'static str,
    cpu: &'static str,
    registers: BTreeMap<u64, u128>,
}

fn dumps() -> Vec<Dump> {
    let mut dumps: Vec<Dump> = Vec::new();
    for line in decompress(include_bytes!("../data/fingerprints.tsv.zst")).lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[0] == "FILE" {
            let (kernel, cpu) = columns[1].split_once('-').expect("kernel-cpu");
            dumps.push(Dump { kernel, cpu, registers: BTreeMap::new() });
        } else {
            let dump = dumps.last_mut().expect("FILE comes first");
            let value = u128::from_str_radix(columns[1].trim_start_matches("0x"), 16).expect("hex");
            dump.registers.insert(number(columns[0]), value);
        }
    }
    dumps
}

/// The host behind a 5.10 dump.
fn host(dump: &Dump) -> HostIds {
    let mut ids = IdValues::new();
    for (&id, &value) in &dump.registers {
        if let Some(register) = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding) {
            let e = register.encoding();
            if e.op0() == 3 && e.crn() == 0 && matches!(e.op1(), 0 | 1 | 3) {
                ids.set(register, value as u64);
            }
        } else if id & !0xff == 0x6020_0000_0011_0000 {
            ids.set_ccsidr(id as u8, value as u64);
        }
    }
    if dump.cpu == "neoverse-v2" {
        // The one field of these CPUs that 5.10 does not know and later kernels show.
        let mmfr1 = ids.get(SysReg::ID_AA64MMFR1_EL1).expect("dumped");
        ids.set(SysReg::ID_AA64MMFR1_EL1, ID_AA64MMFR1_EL1::ECBHB.insert(mmfr1, 1));
    }
    let firmware = Firmware { workaround_1: FirmwareAnswer::NotRequired, ..Firmware::default() };
    HostIds::new(vec![ids], HostFacts { firmware, ..HostFacts::default() })
}

/// Why a register differs, or is in only one of the lists.
fn exception(dump: &Dump, id: u64) -> Option<&'static str> {
    const PC: u64 = 0x6030_0000_0010_0040;
    const X0: u64 = 0x6030_0000_0010_0000;
    let register = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding);
    let amazon = "Amazon's kernel, not Linux of that version";
    match register {
        _ if id == PC || id == X0 => Some("Firecracker has loaded a kernel"),
        Some(SysReg::CLIDR_EL1) if dump.kernel == "6.18" => Some("Firecracker writes it"),
        // By their encodings; two names are swapped in ids.
        Some(SysReg::CNTV_CVAL_EL0 | SysReg::CNTPCT_EL0) => Some("Firecracker leaves counters out"),
        Some(SysReg::CNTP_CTL_EL0 | SysReg::CNTP_CVAL_EL0) if dump.kernel != "6.18" => Some(amazon),
        Some(SysReg::ID_AA64MMFR2_EL1 | SysReg::ID_MMFR4_EL1) if dump.kernel == "6.1" => Some(amazon),
        Some(SysReg::PMCR_EL0) if dump.cpu == "neoverse-v1" => Some("QEMU's V1 has another identification code than silicon"),
        _ => None,
    }
}

#[test]
fn real_hosts() {
    let dumps = dumps();
    let mut different = Vec::new();
    let mut compared = 0;
    for dump in &dumps {
        let oldest = dumps.iter().find(|other| other.cpu == dump.cpu && other.kernel == "5.10").expect("a 5.10 dump of each CPU");
        let personality = personality::by_name(dump.kernel).expect("known");
        let features = VmFeatures { psci_0_2: true, ..VmFeatures::default() };
        let vm = VmIds::new(personality, Arc::new(host(oldest)), features).expect("enough is known");
        let vcpu = VcpuIds::new(&vm, 0).expect("enough is known");
        let list = reg_list(&vm, &vcpu);
        let listed = list
            .iter()
            .filter(|&&id| !dump.registers.contains_key(&id) && exception(dump, id).is_none())
            .map(|id| format!("{} {}: {id:#x} is ours alone", dump.kernel, dump.cpu));
        different.extend(listed);
        for (&id, &recorded) in &dump.registers {
            if exception(dump, id).is_some() {
                continue;
            }
            compared += 1;
            let ours = if list.contains(&id) { at_reset(&vm, &vcpu, id).expect("known") } else { None };
            if ours != Some(AtReset::Value(recorded)) && ours != Some(AtReset::Time) {
                different.push(format!("{} {}: {id:#x} recorded {recorded:#x} ours {ours:x?}", dump.kernel, dump.cpu));
            }
        }
    }
    assert!(compared > 2000, "{compared}");
    assert!(different.is_empty(), "{} of {compared} differ:\n{}", different.len(), different.join("\n"));
}
