//! What a guest's own MRS of identification registers gave: values, and which reads are not trapped.

use kvm::idregs::{GuestRead, VgicKind};
use sysregs::{Encoding, SysReg};

use crate::exceptions::over_all;
use crate::load::{Recording, number};
use crate::machine::{Machine, host_of};

/// A machine of the configuration after its first run, with its GIC.
fn running(recording: &Recording, cfg: &str) -> Machine {
    let mut machine = Machine::new(recording, cfg);
    machine.vm.finalize_first_run((cfg == "psci_vgic3").then_some(VgicKind::V3));
    machine
}

#[test]
fn reads_of_the_identification_space() {
    over_all(16, |recording, verdict| {
        let host = host_of(recording);
        let mut machine: Option<(&str, Machine)> = None;
        for row in recording.rows("GST") {
            let (cfg, encoding) = (row[0], row[1].parse::<Encoding>().expect("an encoding"));
            if encoding.op0() != 3 || encoding.crn() != 0 {
                continue;
            }
            let slot = match &mut machine {
                Some((of, machine)) if *of == cfg => machine,
                _ => &mut machine.insert((cfg, running(recording, cfg))).1,
            };
            let ours = match slot.vcpu.guest_read(&slot.vm, encoding) {
                GuestRead::Value(value) => value,
                GuestRead::Hardware => {
                    let register = SysReg::from_encoding(encoding).expect("only registers have hardware values");
                    host.boot(register).expect("known")
                }
                GuestRead::Elsewhere => {
                    assert!(!(encoding.op1() == 0 && (1..8).contains(&encoding.crm())), "{encoding}");
                    continue;
                }
            };
            verdict.compare(&format_args!("GST {cfg} {encoding}"), &row[2..].join(" "), &format!("OK {ours:#x}"));
        }
    });
}

#[test]
fn cache_sizes() {
    over_all(16, |recording, verdict| {
        for row in recording.rows("GCCSIDR") {
            let machine = running(recording, row[0]);
            let csselr = row[1].strip_prefix("csselr=").expect("csselr=n");
            // The probe moves the selector with the register that it reads into.
            let ours = machine.vcpu.guest_ccsidr(&machine.vm, number(csselr)).unwrap_or(number(csselr));
            verdict.compare(&format_args!("GCCSIDR {} {csselr}", row[0]), &row[2..].join(" "), &format!("OK {ours:#x}"));
        }
    });
}
