//! The registers of a freshly initialised GICv3 against the recordings of real KVM (256 interrupts,
//! one vCPU): rows VGICD, VGICR, VGICC and VGICL, and the guest's own reads.

use super::super::{Gic, GicConfig, GicModel, IidrWrite, UserError, icc};
use super::{Ear, new};
use std::sync::Arc;

/// Recorded on Neoverse N1 under 6.12; 6.1, 6.16, 6.18, 6.19 and 7.3 on every CPU give the same.
static ROWS: &str = include_str!("../../../tests/gic/fresh-v3.tsv");

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

fn encoding(text: &str) -> u16 {
    let f: Vec<u16> = text.split(',').map(|n| n.parse().unwrap()).collect();
    icc::encode(f[0], f[1], f[2], f[3], f[4])
}

fn frame_row(has: bool, value: u32, row: &[&str]) -> bool {
    has == (row[2] == "has=0") && u64::from(value) == hex(row[4])
}

fn check(gic: &Gic, row: &[&str]) -> bool {
    match row[0] {
        "VGICD" => {
            let at = hex(row[1]);
            frame_row(gic.uaccess_dist_has(at), gic.uaccess_dist_read(0, at), row)
        }
        "VGICR" => {
            let at = hex(row[1]);
            frame_row(gic.uaccess_redist_has(at), gic.uaccess_redist_read(0, at), row)
        }
        "VGICC" => {
            let reg = encoding(row[1]);
            let got = gic.uaccess_cpu_sysreg_read(0, reg);
            let expected = match row[2] {
                "get=0" => Ok(hex(row[3])),
                "get=-22" => Err(UserError::InvalidValue),
                "get=-2" => Err(UserError::UnknownRegister),
                other => panic!("{other}"),
            };
            got == expected && gic.uaccess_cpu_sysreg_has(reg) == (row[2] != "get=-2")
        }
        "VGICL" => {
            let intid = row[1].trim_start_matches("intid").parse().unwrap();
            gic.uaccess_line_level_read(0, intid) == Ok(hex(row[3]) as u32)
        }
        "GST" => gic.sysreg_read(0, encoding(row[1])) == Some(hex(row[3])),
        other => panic!("row {other}"),
    }
}

#[test]
fn registers_are_those_of_real_kvm() {
    let mut rows = 0;
    for line in ROWS.lines().filter(|l| !l.starts_with('#')) {
        let (gic, _) = new(GicModel::V3, 1, 256);
        let row: Vec<&str> = line.split('\t').collect();
        assert!(check(&gic, &row), "{line}");
        rows += 1;
    }
    assert!(rows > 100, "only {rows} rows");
}

/// All registers at 3,0,12 and 3,0,4,6 that the recorded guest could not read are UNDEF here.
#[test]
fn other_encodings_are_undef() {
    let readable: Vec<u16> =
        ROWS.lines().filter_map(|l| l.strip_prefix("GST\t")).map(|l| encoding(l.split('\t').next().unwrap())).collect();
    let (gic, _) = new(GicModel::V3, 1, 256);
    for op1 in 0..8 {
        for crn in [4, 12] {
            for crm in 0..16 {
                for op2 in 0..8 {
                    let reg = icc::encode(3, op1, crn, crm, op2);
                    let readable = readable.contains(&reg);
                    assert_eq!(gic.sysreg_read(0, reg).is_some(), readable, "{reg:#x}");
                }
            }
        }
    }
}

#[test]
fn a_host_with_nmi_has_its_register() {
    let mut config = GicConfig::new(GicModel::V3, 64);
    config.host.nmi = true;
    let gic = Gic::with_config(config, &[0], Arc::new(Ear::default())).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::NMIAR1), Some(1023));
}

#[test]
fn kernels_differ_in_the_revision() {
    for (revision, iidr_write, value, accepted, then) in [
        (2, IidrWrite::MustMatch, 0x4b00_243b, true, 2),
        (2, IidrWrite::MustMatch, 0x4b00_343b, false, 2),
        (3, IidrWrite::KeepsRevision, 0x4b00_243b, true, 3),
        (3, IidrWrite::KeepsRevision, 0x4b00_f43b, true, 3),
        (3, IidrWrite::KeepsRevision, 0x4c00_343b, false, 3),
        (3, IidrWrite::SelectsRevision { oldest: 2 }, 0x4b00_243b, true, 2),
        (3, IidrWrite::SelectsRevision { oldest: 2 }, 0x4b00_143b, false, 3),
        (3, IidrWrite::SelectsRevision { oldest: 1 }, 0x4b00_143b, true, 1),
        (3, IidrWrite::SelectsRevision { oldest: 2 }, 0x4b00_443b, false, 3),
    ] {
        let mut config = GicConfig::new(GicModel::V3, 64);
        (config.revision, config.iidr_write) = (revision, iidr_write);
        let gic = Gic::with_config(config, &[0], Arc::new(Ear::default())).unwrap();
        assert_eq!(gic.uaccess_dist_write(0, 8, value).is_ok(), accepted);
        assert_eq!(gic.uaccess_dist_read(0, 8), 0x4b00_043b | then << 12);
        // CES and IR came with revision 3.
        assert_eq!(gic.redist_read(0, 0, 4), if then == 3 { 6 } else { 0 });
    }
}
