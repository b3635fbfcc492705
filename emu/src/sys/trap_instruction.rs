//! Traps that the hypervisor sets on SYS instructions by their names: HCR_EL2.TTLB and TTLBOS, and those bits of HFGITR_EL2 that take an
//! instruction away from a guest that is not told of it. Its bits for what every guest has are not here.

use std::sync::LazyLock;

use sysregs::{Feature, SysOp, SysReg};

use super::Access;
use super::trap_el2::hcr;
use crate::cpu::{Cpu, Stop};

/// Instructions with bits 16 to 50 of HFGITR_EL2. With HCRX_EL2.FGTnXS clear, which is how it stays, a bit is the nXS form's, too.
const NAMES: [&str; 35] = [
    "AT_S1E1RP",
    "AT_S1E1WP",
    "TLBI_VMALLE1OS",
    "TLBI_VAE1OS",
    "TLBI_ASIDE1OS",
    "TLBI_VAAE1OS",
    "TLBI_VALE1OS",
    "TLBI_VAALE1OS",
    "TLBI_RVAE1OS",
    "TLBI_RVAAE1OS",
    "TLBI_RVALE1OS",
    "TLBI_RVAALE1OS",
    "TLBI_VMALLE1IS",
    "TLBI_VAE1IS",
    "TLBI_ASIDE1IS",
    "TLBI_VAAE1IS",
    "TLBI_VALE1IS",
    "TLBI_VAALE1IS",
    "TLBI_RVAE1IS",
    "TLBI_RVAAE1IS",
    "TLBI_RVALE1IS",
    "TLBI_RVAALE1IS",
    "TLBI_RVAE1",
    "TLBI_RVAAE1",
    "TLBI_RVALE1",
    "TLBI_RVAALE1",
    "TLBI_VMALLE1",
    "TLBI_VAE1",
    "TLBI_ASIDE1",
    "TLBI_VAAE1",
    "TLBI_VALE1",
    "TLBI_VAALE1",
    "CFP_RCTX",
    "DVP_RCTX",
    "CPP_RCTX",
];
const FIRST: usize = 16;

/// What stops an instruction: any of these bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traps {
    hcr: u64,
    fine_grained: u64,
}

/// By operation.
static TRAPS: LazyLock<Box<[Traps]>> = LazyLock::new(|| SysOp::ALL.iter().map(|op| traps(op.name())).collect());

fn traps(name: &str) -> Traps {
    let without_attribute = name.trim_end_matches("nXS");
    let outer = if without_attribute.ends_with("OS") { hcr::TTLBOS } else { 0 };
    Traps { hcr: if name.starts_with("TLBI_") { hcr::TTLB | outer } else { 0 }, fine_grained: fine_grained(without_attribute) }
}

fn fine_grained(name: &str) -> u64 {
    match name {
        "DC_CVADP" | "DC_CGVADP" | "DC_CGDVADP" => 1 << 9,
        "COSP_RCTX" => 1 << 60,
        "AT_S1E1A" => 1 << 62,
        _ => NAMES.iter().position(|&other| other == name).map_or(0, |place| 1 << (FIRST + place)),
    }
}

/// The bits of HFGITR_EL2 that stop what `which` is true of.
pub fn instructions(which: impl Fn(SysOp) -> bool) -> u64 {
    SysOp::ALL.iter().filter(|&&op| which(op)).fold(0, |all, op| all | fine_grained(op.name()))
}

impl Cpu {
    pub(super) fn instruction_trapped(&self, op: SysOp) -> bool {
        let traps = TRAPS[op as usize];
        self.sys(SysReg::HCR_EL2) & traps.hcr != 0
            || self.features.contains(Feature::FGT) && self.sys(SysReg::HFGITR_EL2) & traps.fine_grained != 0
    }

    pub(super) fn check_instruction_traps(&mut self, op: SysOp, access: &Access) -> Result<(), Stop> {
        if self.instruction_trapped(op) { Err(self.trap_to_el2(access)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_instruction() {
        for name in NAMES {
            assert!(SysOp::from_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn bits_are_the_architectures() {
        for (name, bit) in [
            ("AT_S1E1WP", 17),
            ("TLBI_VMALLE1OS", 18),
            ("TLBI_RVAE1OSnXS", 24),
            ("TLBI_VMALLE1IS", 28),
            ("TLBI_RVAALE1", 41),
            ("TLBI_VAALE1nXS", 47),
            ("CPP_RCTX", 50),
            ("DC_CGDVADP", 9),
        ] {
            assert_eq!(traps(name).fine_grained, 1 << bit, "{name}");
        }
        assert_eq!(traps("DC_CVAP"), Traps { hcr: 0, fine_grained: 0 });
    }
}
