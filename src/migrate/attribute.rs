//! The attributes of GIC and ITS devices by the names of the registers behind them. Decides nothing about their values.

use kvm::abi::{its, vgic};
use sysregs::{Encoding, SysReg};

/// First offset, distance of the copies where there are several, name.
type Row = (u64, u64, &'static str);

/// GICD_, and GICR_ from its SGI_base on.
const DISTRIBUTOR: &[Row] = &[
    (0x0, 0, "CTLR"),
    (0x4, 0, "TYPER"),
    (0x8, 0, "IIDR"),
    (0xc, 0, "TYPER2"),
    (0x10, 0, "STATUSR"),
    (0x80, 4, "IGROUPR"),
    (0x100, 4, "ISENABLER"),
    (0x180, 4, "ICENABLER"),
    (0x200, 4, "ISPENDR"),
    (0x280, 4, "ICPENDR"),
    (0x300, 4, "ISACTIVER"),
    (0x380, 4, "ICACTIVER"),
    (0x400, 4, "IPRIORITYR"),
    (0x800, 4, "ITARGETSR"),
    (0xc00, 4, "ICFGR"),
    (0xf10, 4, "CPENDSGIR"),
    (0xf20, 4, "SPENDSGIR"),
    (0x6000, 8, "IROUTER"),
];
const REDISTRIBUTOR: &[Row] = &[
    (0x0, 0, "CTLR"),
    (0x4, 0, "IIDR"),
    (0x8, 0, "TYPER"),
    (0x10, 0, "STATUSR"),
    (0x14, 0, "WAKER"),
    (0x70, 0, "PROPBASER"),
    (0x74, 0, "PROPBASER[63:32]"),
    (0x78, 0, "PENDBASER"),
    (0x7c, 0, "PENDBASER[63:32]"),
];
const CPU_INTERFACE: &[Row] = &[(0x0, 0, "CTLR"), (0x4, 0, "PMR"), (0x8, 0, "BPR"), (0x1c, 0, "ABPR"), (0xd0, 4, "APR"), (0xfc, 0, "IIDR")];
const TRANSLATION: &[Row] = &[
    (0x0, 0, "CTLR"),
    (0x4, 0, "IIDR"),
    (0x8, 0, "TYPER"),
    (0x80, 0, "CBASER"),
    (0x88, 0, "CWRITER"),
    (0x90, 0, "CREADR"),
    (0x100, 8, "BASER"),
];
/// Where a redistributor's frame for private interrupts begins.
const SGI_BASE: u64 = 0x1_0000;

fn named(prefix: &str, rows: &[Row], offset: u64) -> String {
    match rows.iter().rev().find(|(first, ..)| *first <= offset) {
        Some((_, 0, name)) => format!("{prefix}_{name}"),
        Some((first, stride, name)) => format!("{prefix}_{name}{}", (offset - first) / stride),
        None => format!("{prefix} + {offset:#x}"),
    }
}

/// The register behind an attribute, or the action.
#[must_use]
pub fn name(group: u32, attr: u64) -> String {
    let offset = attr & 0xffff_ffff;
    match group {
        vgic::GRP_DIST_REGS => named("GICD", DISTRIBUTOR, offset),
        vgic::GRP_CPU_REGS => named("GICC", CPU_INTERFACE, offset),
        vgic::GRP_REDIST_REGS if offset >= SGI_BASE => named("GICR", DISTRIBUTOR, offset - SGI_BASE),
        vgic::GRP_REDIST_REGS => named("GICR", REDISTRIBUTOR, offset),
        vgic::GRP_CPU_SYSREGS => {
            let encoding = Encoding((attr & 0xffff) as u16);
            SysReg::from_encoding(encoding).map_or_else(|| encoding.generic_name().to_string(), |register| register.name().to_string())
        }
        vgic::GRP_LEVEL_INFO => format!("line levels of interrupts {} to {}", attr & 0x3ff, (attr & 0x3ff) + 31),
        its::GRP_REGS => named("GITS", TRANSLATION, offset),
        its::GRP_CTRL if attr == its::CTRL_RESTORE_TABLES => "KVM_DEV_ARM_ITS_RESTORE_TABLES".into(),
        _ => format!("attribute {attr:#x} of group {group}"),
    }
}

/// It is the revision of the distributor's implementation.
#[must_use]
pub fn is_distributor_revision(group: u32, attr: u64) -> bool {
    (group, attr & 0xffff_ffff) == (vgic::GRP_DIST_REGS, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (group, attr, expected) in [
            (vgic::GRP_DIST_REGS, 8, "GICD_IIDR"),
            (vgic::GRP_DIST_REGS, 0x1_0000_0104, "GICD_ISENABLER1"),
            (vgic::GRP_DIST_REGS, 0x6108, "GICD_IROUTER33"),
            (vgic::GRP_REDIST_REGS, 0x0001_0100, "GICR_ISENABLER0"),
            (vgic::GRP_REDIST_REGS, 0x70, "GICR_PROPBASER"),
            (vgic::GRP_CPU_REGS, 0xd4, "GICC_APR1"),
            (vgic::GRP_CPU_SYSREGS, u64::from(SysReg::ICC_PMR_EL1.encoding().0), "ICC_PMR_EL1"),
            (vgic::GRP_LEVEL_INFO, 32, "line levels of interrupts 32 to 63"),
            (its::GRP_REGS, 0x108, "GITS_BASER1"),
            (its::GRP_CTRL, its::CTRL_RESTORE_TABLES, "KVM_DEV_ARM_ITS_RESTORE_TABLES"),
            (99, 1, "attribute 0x1 of group 99"),
        ] {
            assert_eq!(name(group, attr), expected);
        }
        assert!(is_distributor_revision(1, 8) && !is_distributor_revision(5, 8));
    }
}
