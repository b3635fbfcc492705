//! The guest on every host, and its report. No value is expected that a host model or a personality decides.

use sysregs::SysReg;

use super::*;

fn config(cpu: &str) -> DemoConfig {
    DemoConfig { cpu: cpu.into(), host_kernel: "6.12".into() }
}

/// The models that hold every register a host needs.
fn whole_models() -> impl Iterator<Item = &'static str> {
    sysregs::models::all().iter().filter(|model| model.missing().is_empty()).map(|model| model.name)
}

#[test]
fn the_guest_sees_what_the_hypervisor_says_it_gives() {
    let mut hosts = 0;
    for cpu in whole_models() {
        let run = run_guest(&config(cpu)).unwrap_or_else(|error| panic!("{cpu}: {error}"));
        let host = sysregs::models::by_name(cpu).unwrap().ids();
        let mut compared = 0;
        for encoding in encodings() {
            let Some(seen) = run.seen.registers[&name_of(encoding)] else { continue };
            let kvm = run.vcpus[0].get_reg_u64(encoding.kvm_id()).ok();
            // Implementation and caches: some kernels let the guest read the CPU's own. 3,0,0,c1-c7 are always KVM's.
            let own = SysReg::from_encoding(encoding).and_then(|register| host.get(register));
            let always = encoding.op1() == 0 && encoding.crm() > 0;
            assert!(kvm.is_none_or(|kvm| kvm == seen) || (!always && own == Some(seen)), "{cpu}: {}: {seen:#x}", name_of(encoding));
            compared += usize::from(kvm.is_some());
        }
        assert!(compared >= 30, "{cpu}: {compared}");
        hosts += 1;
    }
    assert!(hosts >= 12, "{hosts}");
}

#[test]
fn the_undef_is_taken_and_left_on_every_host() {
    for cpu in whole_models() {
        let run = run_guest(&config(cpu)).unwrap_or_else(|error| panic!("{cpu}: {error}"));
        // EC 0, IL 1.
        assert_eq!(run.seen.undefined, Some(Undefined { esr: 0x200_0000, elr: run.udf }), "{cpu}");
        let udf = (run.udf - LOAD_ADDRESS) as usize;
        assert_eq!(assemble().unwrap().image[udf..udf + 4], [0; 4]);
    }
}

#[test]
fn every_encoding_of_the_id_space_is_read_once() {
    let run = run_guest(&config("neoverse-n1")).unwrap();
    assert_eq!(run.seen.registers.len(), encodings().len());
    let space = encodings().iter().filter(|e| (e.op0(), e.op1(), e.crn()) == (3, 0, 0)).count();
    assert_eq!(space, 64);
    for register in [SysReg::CTR_EL0, SysReg::DCZID_EL0, SysReg::CLIDR_EL1, SysReg::AIDR_EL1, SysReg::GMID_EL1, SysReg::SMIDR_EL1] {
        assert!(encodings().contains(&register.encoding()), "{register}");
    }
    // No MTE, no SME, and nothing at 3,0,0,0,1.
    for name in ["GMID_EL1", "SMIDR_EL1", "S3_0_C0_C0_1"] {
        assert_eq!(run.seen.registers[name], None, "{name}");
    }
    // TID3 traps each of 3,0,0,c1-c7.
    let reads = run.vcpus[0].id_register_reads();
    for encoding in encodings().iter().filter(|e| (e.op0(), e.op1(), e.crn()) == (3, 0, 0) && e.crm() > 0) {
        assert_eq!(reads.get(&encoding.0), Some(&1), "{encoding}");
    }
}

#[test]
fn the_caches_are_those_of_clidr() {
    for cpu in whole_models() {
        let run = run_guest(&config(cpu)).unwrap();
        let clidr = run.seen.registers["CLIDR_EL1"].unwrap();
        let expected: Vec<u8> = (0..14)
            .filter(|selector| match clidr >> (3 * (selector / 2)) & 7 {
                1 => selector % 2 == 1,
                3 => true,
                2 | 4 => selector % 2 == 0,
                _ => false,
            })
            .collect();
        assert_eq!(run.seen.caches.keys().copied().collect::<Vec<_>>(), expected, "{cpu}");
    }
}

fn changed(report: &mut Report, name: &str, guest: Option<u64>) {
    let row = report.registers.iter_mut().find(|row| row.name == name).unwrap();
    let register = SysReg::from_name(name).unwrap();
    *row = RegisterRow::new(name.into(), Some(register), row.encoding.clone(), Some(0x1111), guest, 3);
}

fn lines_with<'a>(table: &'a str, word: &str) -> Vec<&'a str> {
    table.lines().filter(|line| line.split_whitespace().any(|found| found == word)).collect()
}

#[test]
fn the_table_marks_what_differs_and_fits_a_terminal() {
    let mut report = run(&config("neoverse-v1")).unwrap();
    changed(&mut report, "ID_AA64PFR0_EL1", Some(0x1121));
    changed(&mut report, "ID_AA64PFR1_EL1", None);
    for all in [false, true] {
        let table = report.table(all);
        for line in table.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
        let register = lines_with(&table, "ID_AA64PFR0_EL1");
        assert_eq!(register.len(), 1);
        for part in ["≠", "0x1111", "0x1121", "3"] {
            assert!(register[0].split_whitespace().any(|found| found == part), "{part}: {register:?}");
        }
        assert!(lines_with(&table, "ID_AA64PFR1_EL1")[0].contains("UNDEFINED"));
        // EL1 is 2 instead of 1, EL2 is the same, EL3 too; what is zero on both sides is only in the whole table.
        assert_eq!(lines_with(&table, "EL1").iter().filter(|line| line.contains('≠')).count(), 1);
        assert_eq!(lines_with(&table, "EL2").iter().filter(|line| line.contains('≠')).count(), 0);
        assert_eq!(!lines_with(&table, "ID_AFR0_EL1").is_empty(), all);
        assert_eq!(!lines_with(&table, "SMIDR_EL1").is_empty(), all);
    }
}

#[test]
fn the_json_holds_values_as_text() {
    let mut report = run(&config("max")).unwrap();
    changed(&mut report, "ID_AA64PFR0_EL1", None);
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    let row = json["registers"].as_array().unwrap().iter().find(|row| row["name"] == "ID_AA64PFR0_EL1").unwrap();
    assert_eq!((row["host"].as_str(), row["guest"].is_null(), row["traps"].as_u64()), (Some("0x1111"), true, Some(3)));
    assert_eq!(json["summary"]["undefined_esr"], "0x2000000");
    assert!(json["summary"]["instructions"].as_u64().unwrap() > 1000);
}

#[test]
fn lines_that_are_not_the_guests() {
    for line in [
        "X = ",
        "X = 12",
        "X",
        "CCSIDR_EL1[x] = 0x1",
        "UDF #0: ESR_EL1 = 0x1",
        "unexpected exception: ESR_EL1 = 0x1, ELR_EL1 = 0x2, FAR_EL1 = 0x3",
    ] {
        assert!(matches!(Seen::parse(line), Err(DemoError::Console { .. })), "{line}");
    }
    let seen = Seen::parse("A = 0x10\nB UNDEFINED\nCCSIDR_EL1[2] = 0xff\nUDF #0: ESR_EL1 = 0x1, ELR_EL1 = 0x2\n").unwrap();
    assert_eq!(seen.registers.into_iter().collect::<Vec<_>>(), [("A".into(), Some(16)), ("B".into(), None)]);
    assert_eq!(seen.caches.into_iter().collect::<Vec<_>>(), [(2, Some(255))]);
    assert_eq!(seen.undefined, Some(Undefined { esr: 1, elr: 2 }));
}

#[test]
fn unknown_hosts_are_refused() {
    assert!(matches!(run(&config("cortex-z1")), Err(DemoError::Machine(MachineError::Host(_)))));
}
