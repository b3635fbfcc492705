//! Before a register is touched: capabilities, KVM_ARM_PREFERRED_TARGET, KVM_ARM_VCPU_INIT, and which ids name a register.

use kvm::errno::Errno;
use kvm::idregs::capability::check_extension;
use kvm::idregs::lookup;
use kvm::idregs::vcpu_init::{Earlier, check_vcpu_init, feature, preferred_target};
use kvm::personality::capability::Enable;
use sysregs::Encoding;

use crate::exceptions::over_all;
use crate::load::{Recording, number};
use crate::machine::{DEMUX, Machine, feature_bits, host_of, personality_of};

/// An answer as recorded.
fn result<T>(answer: Result<T, Errno>, value: impl Fn(T) -> i64) -> String {
    answer.map_or_else(|errno| -i64::from(errno.0), value).to_string()
}

#[test]
fn capabilities() {
    over_all(19, |recording, verdict| {
        let (personality, host) = (personality_of(recording), host_of(recording));
        for row in recording.rows("CAP") {
            let capability = row[1].parse().expect("a number");
            let ours = check_extension(personality, &host, capability, row[0] == "vm");
            verdict.compare(&format_args!("CAP {} {capability}", row[0]), row[2], &result(ours, |value| value));
        }
    });
}

/// The probe enables every capability with arguments 0 on a VM without vCPUs and notes what is not EINVAL.
#[test]
fn enabling() {
    over_all(16, |recording, verdict| {
        let personality = personality_of(recording);
        let recorded: Vec<u32> = recording.rows("ENCAP").iter().map(|row| row[1].parse().expect("a number")).collect();
        if recorded.is_empty() {
            return;
        }
        for row in recording.rows("ENCAP") {
            verdict.compare(&format_args!("ENCAP {}", row[1]), &row.join(" "), &format!("vm {} 0", row[1]));
        }
        for row in personality.capabilities() {
            let offered = check_extension(personality, &host_of(recording), row.number, true) != Ok(0);
            let enabled = match row.enable {
                Enable::No => false,
                Enable::Yes | Enable::BeforeVcpus => offered,
                // Not decided by the capability alone.
                Enable::Arguments => continue,
            };
            let what = format_args!("ENCAP {} {}", row.number, row.name);
            verdict.compare(&what, &recorded.contains(&row.number).to_string(), &enabled.to_string());
        }
        for capability in &recorded {
            assert!(personality.capability(*capability).is_some_and(|row| row.enable != Enable::No), "{capability}");
        }
    });
}

#[test]
fn target() {
    over_all(19, |recording, verdict| {
        for row in recording.rows("PREF") {
            let ours = preferred_target(personality_of(recording), &host_of(recording));
            verdict.compare(&"PREF", &row.join(" "), &format!("0 {ours} 0x0 0x0 0x0 0x0 0x0 0x0 0x0"));
        }
    });
}

fn words(bits: u32) -> [u32; 7] {
    [bits, 0, 0, 0, 0, 0, 0]
}

/// KVM_ARM_VCPU_INIT on a fresh vCPU of a fresh VM.
fn init(recording: &Recording, target: u32, features: &[u32; 7], earlier: Earlier) -> Result<u32, Errno> {
    check_vcpu_init(personality_of(recording), &host_of(recording), target, features, false, earlier)
}

fn preferred(recording: &Recording) -> u32 {
    preferred_target(personality_of(recording), &host_of(recording))
}

#[test]
fn configurations() {
    over_all(19, |recording, verdict| {
        for row in recording.rows("INIT") {
            let bits = number(row[1]);
            assert_eq!(bits, feature_bits(recording, row[0]));
            let ours = init(recording, preferred(recording), &words(bits as u32), Earlier::default());
            verdict.compare(&format_args!("INIT {}", row[0]), row[2], &result(ours, |_| 0));
        }
    });
}

/// The ERR rows `init.*` that are a matter of target and features.
fn init_row(recording: &Recording, case: &str) -> Option<Result<u32, Errno>> {
    use feature::*;
    let target = preferred(recording);
    let fresh = |target, bits| init(recording, target, &words(bits), Earlier::default());
    let first = Earlier { vcpu: Some(PSCI_0_2), vm: Some(PSCI_0_2), ..Earlier::default() };
    let again = |bits| init(recording, target, &words(bits), first);
    if let Some(number) = case.strip_prefix("target_") {
        let radix = if number.len() == 8 { 16 } else { 10 };
        return Some(fresh(u32::from_str_radix(number, radix).expect("a target"), PSCI_0_2));
    }
    if let Some(bit) = case.strip_prefix("featbit_") {
        return Some(fresh(target, 1 << bit.parse::<u32>().expect("a bit")));
    }
    Some(match case {
        "featword3" => init(recording, target, &[PSCI_0_2, 0, 0, 1, 0, 0, 0], Earlier::default()),
        "ptrauth_addr_only" => fresh(target, PSCI_0_2 | PTRAUTH_ADDRESS),
        "sve_pmu_all" => fresh(target, PSCI_0_2 | PMU_V3 | SVE | PTRAUTH_ADDRESS | PTRAUTH_GENERIC),
        "32bit_sve" => fresh(target, PSCI_0_2 | EL1_32BIT | SVE),
        "32bit_el2" => fresh(target, PSCI_0_2 | EL1_32BIT | HAS_EL2),
        "ok" => fresh(target, PSCI_0_2),
        "again_same" | "again_same2" => again(PSCI_0_2),
        "again_other_feat_pmu" => again(PSCI_0_2 | PMU_V3),
        "again_nofeat" => again(0),
        "again_poweroff_too" => again(PSCI_0_2 | POWER_OFF),
        "again_other_target0" => init(recording, u32::from(target == 0), &words(PSCI_0_2), first),
        "vcpu2_other_features(none)" => init(recording, target, &words(0), Earlier { vcpu: None, ..first }),
        // Where the second vCPU was accepted without features it now has none.
        "vcpu2_poweroff_same" => {
            let earlier = init(recording, target, &words(0), Earlier { vcpu: None, ..first }).ok();
            init(recording, target, &words(PSCI_0_2 | POWER_OFF), Earlier { vcpu: earlier, ..first })
        }
        _ => return None,
    })
}

#[test]
fn misuse_of_init() {
    over_all(16, |recording, verdict| {
        for row in recording.rows("ERR") {
            let Some(case) = row[0].strip_prefix("init.") else { continue };
            if let Some(ours) = init_row(recording, case) {
                verdict.compare(&format_args!("ERR {}", row[0]), row[1], &result(ours, |_| 0));
            }
        }
    });
}

const CORE: u64 = 0x6030_0000_0010_0000;

fn sysreg(op0: u8, op1: u8, crn: u8, crm: u8, op2: u8) -> u64 {
    // op0 0 and 1 do not survive Encoding's users, but they do an id.
    Encoding::new(op0, op1, crn, crm, op2).kvm_id()
}

/// The ids of the ERR rows `reg.get_*` that depend on nothing but the id.
fn named_ids() -> Vec<(&'static str, u64)> {
    let pfr0 = sysreg(3, 0, 0, 4, 0);
    vec![
        ("undef_3_0_0_3_3", sysreg(3, 0, 0, 3, 3)),
        ("3_0_0_7_7", sysreg(3, 0, 0, 7, 7)),
        ("3_0_0_8_0", sysreg(3, 0, 0, 8, 0)),
        ("3_0_0_0_1", sysreg(3, 0, 0, 0, 1)),
        ("unknown_sys_3_7_15_15_7", sysreg(3, 7, 15, 15, 7)),
        ("op0_0", sysreg(0, 0, 0, 0, 0)),
        ("op0_1", sysreg(1, 0, 0, 0, 0)),
        ("sys_u32", pfr0 & !(15 << 52) | 2 << 52),
        ("sys_u128", pfr0 & !(15 << 52) | 4 << 52),
        ("core_u32_pc", 0x6020_0000_0010_0040),
        ("core_u64_odd", CORE + 0x41),
        ("core_past_end", CORE + 0xd6),
        ("core_big", CORE + 0xfffe),
        ("core_fpsr_u64", CORE + 0xd4),
        ("core_fpsr_u32", 0x6020_0000_0010_00d4),
        ("core_vq0_u128", 0x6040_0000_0010_0054),
        ("core_vq0_u64", 0x6030_0000_0010_0054),
        ("x86id", 0x2030_0000_0000_0000),
        ("arm32id", 0x4020_0000_0010_0000),
        ("id0", 0),
        ("idff", u64::MAX),
        ("coproc_unknown_0x0012", 0x6030_0000_0012_0000),
        ("coproc_unknown_0x00ff", 0x6030_0000_00ff_0000),
        ("sys_upperbits", pfr0 | 1 << 32),
        ("fw_0", 0x6030_0000_0014_0000),
        ("fw_99", 0x6030_0000_0014_0099),
        ("fwbmap_0", 0x6030_0000_0016_0000),
        ("fwbmap_9", 0x6030_0000_0016_0009),
        ("sve_z0_nosve", 0x6080_0000_0015_0000),
        ("sve_vls_nosve", 0x6060_0000_0015_ffff),
        ("demux_0", DEMUX),
        ("demux_15", DEMUX + 15),
        ("demux_16", DEMUX + 16),
        ("demux_id1", DEMUX + 0x100),
        ("demux_u64", 0x6030_0000_0011_0000),
        ("cntvct", sysreg(3, 3, 14, 3, 2)),
        ("cntv_ctl", sysreg(3, 3, 14, 3, 1)),
        ("cntvoff", sysreg(3, 4, 14, 0, 3)),
        ("cntpct_3_3_14_0_1", sysreg(3, 3, 14, 0, 1)),
        ("cntp_ctl", sysreg(3, 3, 14, 2, 1)),
        ("cntfrq", sysreg(3, 3, 14, 0, 0)),
        ("midr_el1", sysreg(3, 0, 0, 0, 0)),
    ]
}

#[test]
fn register_ids() {
    over_all(16, |recording, verdict| {
        let machine = Machine::new(recording, "psci");
        for (name, id) in named_ids() {
            let recorded = recording.rows("ERR").iter().find(|row| row[0].strip_prefix("reg.get_") == Some(name));
            if let Some(row) = recorded {
                let ours = lookup(&machine.vm, &machine.vcpu, id, false);
                verdict.compare(&format_args!("ERR reg.get_{name}"), row[1], &result(ours, |_| 0));
            }
        }
    });
}

/// Every id that is listed names a register, and no register is named by an id that is not listed.
#[test]
fn listed_ids_are_exactly_those_that_exist() {
    over_all(19, |recording, verdict| {
        for row in recording.rows("REGLIST") {
            let machine = Machine::new(recording, row[0]);
            let list = kvm::idregs::reg_list(&machine.vm, &machine.vcpu);
            for &id in &list {
                assert!(lookup(&machine.vm, &machine.vcpu, id, true).is_ok(), "{} {}: {id:#x}", recording.name, row[0]);
            }
            let existing = (0..=u16::MAX).map(|bits| Encoding(bits).kvm_id());
            let existing = existing.filter(|&id| lookup(&machine.vm, &machine.vcpu, id, true).is_ok()).count();
            let listed = list.iter().filter(|&&id| id & !0xffff == 0x6030_0000_0013_0000).count();
            verdict.compare(&format_args!("{} system registers", row[0]), &listed.to_string(), &existing.to_string());
        }
    });
}

/// After the first run bitmaps are frozen, and the PSCI version is not.
#[test]
fn firmware_after_the_first_run() {
    over_all(16, |recording, verdict| {
        let mut machine = Machine::new(recording, "psci");
        machine.run();
        for row in recording.rows("ERR") {
            let Some(case) = row[0].strip_prefix("postrun.") else { continue };
            let ours = if case == "set_fw0_psci_1.0" {
                machine.set(0x6030_0000_0014_0000, 0x1_0000)
            } else if let Some((index, action)) = case.strip_prefix("fwbmap").and_then(|rest| rest.split_once('.')) {
                let id = 0x6030_0000_0016_0000 + number(index);
                let value = if action == "same" { machine.get(id).expect("listed") } else { 0 };
                machine.set(id, value)
            } else {
                continue;
            };
            verdict.compare(&format_args!("ERR {}", row[0]), row[1], &ours.to_string());
        }
    });
}

/// The firmware rows among ERR: PSCI versions and every bit of every bitmap.
#[test]
fn firmware_values() {
    over_all(16, |recording, verdict| {
        for row in recording.rows("ERR") {
            let Some(case) = row[0].strip_prefix("reg.") else { continue };
            let mut machine = Machine::new(recording, "psci");
            let ours = if let Some(version) = case.strip_prefix("set_fw0_psci_") {
                let value = match version.split_once('.') {
                    Some((major, minor)) => number(major) << 16 | number(minor),
                    None => number(version),
                };
                machine.set(0x6030_0000_0014_0000, value).to_string()
            } else if let Some((index, action)) = case.strip_prefix("fwbmap").and_then(|rest| rest.split_once('.')) {
                let id = 0x6030_0000_0016_0000 + number(index);
                match action.strip_prefix("set_bit") {
                    Some(bit) => machine.set(id, 1 << number(bit)).to_string(),
                    None if action == "set0" => machine.set(id, 0).to_string(),
                    None if action == "restore" => {
                        let value = machine.get(id).unwrap_or_default();
                        machine.set(id, value).to_string()
                    }
                    None => machine
                        .get(id)
                        .map_or_else(|errno| format!("{:#x}", 0xdead_0000_0000_0000 | -errno as u64), |value| format!("{value:#x}")),
                }
            } else {
                continue;
            };
            verdict.compare(&format_args!("ERR {}", row[0]), row[1], &ours);
        }
    });
}
