//! INIT, REGLIST, REG, WMASKRC and WMASK rows: vCPU features, the registers each set of them gives, and KVM_ARM_GET_REG_WRITABLE_MASKS.
//! Writes no register.

use super::machine::{EL1_32, EL2, PMU, PSCI, PTRAUTH, Probe, SVE};
use super::program::{ARGUMENT, BUFFER, DATA, Fd, LIST};
use super::request as r;

/// -E2BIG.
const TOO_BIG: i64 = -7;
/// Words of the feature ID register space.
const MASKS: u64 = 192;

/// A set of vCPU features, by the name in the rows.
#[derive(Clone, Copy)]
struct Configuration {
    name: &'static str,
    features: u64,
    gic: bool,
    /// Capabilities that the host must have.
    needs: &'static [u64],
}

const fn configuration(name: &'static str, features: u64, needs: &'static [u64]) -> Configuration {
    Configuration { name, features, gic: false, needs }
}

const CONFIGURATIONS: [Configuration; 8] = [
    configuration("none", 0, &[]),
    configuration("psci", PSCI, &[]),
    Configuration { gic: true, ..configuration("psci_vgic3", PSCI, &[]) },
    configuration("pmu", PSCI | PMU, &[126]),
    configuration("el1_32", PSCI | EL1_32, &[105]),
    configuration("sve", PSCI | SVE, &[170]),
    configuration("ptrauth", PSCI | PTRAUTH, &[171, 172]),
    Configuration { gic: true, ..configuration("el2", PSCI | EL2, &[240]) },
];

/// An id as the rows have it: five numbers for a system register, else the low 32 bits.
pub fn encoding(id: u64) -> String {
    if id & 0xffff_0000 == 0x0013_0000 { operands(id) } else { format!("{:x}", id & 0xffff_ffff) }
}

/// op0,op1,CRn,CRm,op2 of an encoding in bits 15:0.
pub fn operands(bits: u64) -> String {
    format!("{},{},{},{},{}", bits >> 14 & 3, bits >> 11 & 7, bits >> 7 & 15, bits >> 3 & 15, bits & 7)
}

impl Probe {
    pub(super) fn configurations(&mut self) {
        for chosen in CONFIGURATIONS {
            if chosen.needs.iter().all(|&capability| self.capability(capability) > 0) {
                self.configuration(chosen);
            }
        }
        if self.full != PSCI {
            self.configuration(configuration("full", self.full, &[]));
        }
    }

    fn configuration(&mut self, Configuration { name, features, gic, .. }: Configuration) {
        let (machine, result) = self.make(features, false, gic);
        self.row(format_args!("INIT\t{name}\t{features:#x}\t{result}"));
        if result >= 0 {
            self.registers(name, machine.vcpu);
        }
        self.close(machine);
    }

    /// KVM_GET_REG_LIST as programs use it: once for the count, once for the list.
    pub(super) fn reg_list(&mut self, vcpu: Fd) -> Vec<u64> {
        let short = self.with(vcpu, r::GET_REG_LIST, &[0]);
        if short != TOO_BIG {
            self.err("reglist_n0", short);
            return Vec::new();
        }
        let count = self.program.load(ARGUMENT, 8);
        self.program.store(LIST, &[count], 8);
        let result = self.ioctl(vcpu, r::GET_REG_LIST, LIST);
        if result < 0 {
            self.err("reglist", result);
        }
        (1..=self.program.load(LIST, 8)).map(|at| self.program.load(LIST + 8 * at, 8)).collect()
    }

    fn registers(&mut self, name: &str, vcpu: Fd) {
        let list = self.reg_list(vcpu);
        self.row(format_args!("REGLIST\t{name}\t{}", list.len()));
        for id in list {
            let size = 1 << (id >> 52 & 15);
            self.program.store(DATA, &[], 512);
            let result = self.with(vcpu, r::GET_ONE_REG, &[id, DATA]);
            let value = if result < 0 {
                result.to_string()
            } else {
                self.program.bytes(DATA, size).iter().rev().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}"))
            };
            self.row(format_args!("REG\t{name}\t{id:#018x}\t{size}\t{value}"));
        }
    }

    pub(super) fn writable_masks(&mut self) {
        let machine = self.open();
        let mut ask = |words: &[u64]| self.with(machine.vm, r::ARM_GET_REG_WRITABLE_MASKS, words);
        // Address, range, thirteen reserved words of 32 bits.
        let results = [("novcpu", ask(&[LIST])), ("range1", ask(&[LIST, 1]))];
        let results = results.into_iter().chain([("reserved1", ask(&[LIST, 0, 1 << 32])), ("badaddr", ask(&[8]))]);
        let results: Vec<_> = results.collect();
        for &(name, result) in &results {
            self.row(format_args!("WMASKRC\t{name}\t{result}"));
        }
        if results.first().is_some_and(|&(_, result)| result == 0) {
            for at in 0..MASKS {
                let mask = self.program.load(LIST + 8 * at, 8);
                if mask != 0 {
                    let op1 = if at >> 6 == 2 { 3 } else { at >> 6 };
                    self.row(format_args!("WMASK\t3,{op1},0,{},{}\t{mask:#018x}", at >> 3 & 7, at & 7));
                }
            }
        }
        self.close(machine);
        // The list begins with zeroes for whoever reads it next.
        self.program.store(LIST, &[], 8 * MASKS as usize);
        self.program.store(BUFFER, &[], 8);
    }
}
