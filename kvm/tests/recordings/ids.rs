//! Identification and firmware registers: values, every nibble written with every value, before and after the first run, masks.

use sysregs::Encoding;

use crate::exceptions::over_all;
use crate::load::{Recording, Row, number};
use crate::machine::{DEMUX, Machine, host_of, is_firmware, personality_of};

/// Whether the row is about a register that the ID file or the vCPU's identification registers hold.
fn concerns_ids(id: u64) -> bool {
    match Encoding::from_kvm_id(id) {
        Some(e) => e.op0() == 3 && e.crn() == 0 && matches!(e.op1(), 0 | 1 | 3),
        None => id & !0xff == DEMUX || is_firmware(id),
    }
}

/// Calls `row` with every row of a record type that is about an ID register, and one fresh machine per configuration.
fn each(recording: &Recording, record: &str, mut row: impl FnMut(&mut Machine, &str, u64, &Row)) {
    let mut machine: Option<(&str, Machine)> = None;
    for columns in recording.rows(record) {
        let (cfg, id) = (columns[0], number(columns[1]));
        if !concerns_ids(id) {
            continue;
        }
        let slot = match &mut machine {
            Some((of, machine)) if *of == cfg => machine,
            _ => &mut machine.insert((cfg, Machine::new(recording, cfg))).1,
        };
        row(slot, cfg, id, columns);
    }
}

#[test]
fn initial_values() {
    over_all(19, |recording, verdict| {
        each(recording, "REG", |machine, cfg, id, row| {
            let width = 2 * row[2].parse::<usize>().expect("size") + 2;
            let ours = machine.get(id).map_or_else(|errno| errno.to_string(), |value| format!("{value:#0width$x}"));
            verdict.compare(&format_args!("REG {cfg} {id:#x}"), row[3], &ours);
        });
    });
}

#[test]
fn absent_registers() {
    over_all(16, |recording, verdict| {
        each(recording, "NIBGET", |machine, cfg, id, row| {
            let ours = machine.get(id).map_or_else(|errno| errno.to_string(), |value| format!("{value:#x}"));
            verdict.compare(&format_args!("NIBGET {cfg} {}", row[2]), row[3], &ours);
        });
    });
}

/// What the probe does for a NIB row: each value into one nibble, read back, restore.
fn write_nibble(machine: &mut Machine, id: u64, nibble: u32) -> String {
    let original = machine.get(id).expect("NIB rows are of readable registers");
    let mut results = Vec::new();
    let mut odd = String::new();
    for value in 0..16 {
        let wanted = original & !(0xf << (4 * nibble)) | value << (4 * nibble);
        let result = machine.set(id, wanted);
        let back = machine.get(id).expect("still readable");
        if result == 0 && back != wanted {
            odd += &format!("{value:x}:{back:#x} ");
        }
        results.push(result.to_string());
        assert_eq!(machine.set(id, original), 0, "{id:#x} can be restored");
        assert_eq!(machine.get(id), Ok(original));
    }
    let nibble_value = original >> (4 * nibble) & 15;
    format!("{nibble} {nibble_value:x} {} {}", results.join(","), if odd.is_empty() { "-" } else { &odd })
}

#[test]
fn every_nibble() {
    over_all(16, |recording, verdict| {
        each(recording, "NIB", |machine, cfg, id, row| {
            let ours = write_nibble(machine, id, row[3].parse().expect("a nibble's number"));
            verdict.compare(&format_args!("NIB {cfg} {}", row[2]), &row[3..].join(" "), &ours);
        });
    });
}

#[test]
fn whole_registers() {
    over_all(16, |recording, verdict| {
        each(recording, "WHOLE", |machine, cfg, id, row| {
            let ones = if id & !0xff == DEMUX { u64::from(u32::MAX) } else { u64::MAX };
            let original = machine.get(id).expect("WHOLE rows are of readable registers");
            let mut ours = format!("{original:#x} {}", machine.set(id, original));
            for value in [0, ones] {
                let result = machine.set(id, value);
                ours += &format!(" {result} {:#x}", machine.get(id).expect("still readable"));
                if value == 0 {
                    assert_eq!(machine.set(id, original), 0);
                }
            }
            ours += &format!(" {}", machine.set(id, original));
            verdict.compare(&format_args!("WHOLE {cfg} {}", row[2]), &row[3..].join(" "), &ours);
        });
    });
}

#[test]
fn after_the_first_run() {
    over_all(16, |recording, verdict| {
        let mut machine = Machine::new(recording, "psci");
        machine.run();
        for row in recording.rows("POSTRUN") {
            let id = row[0].parse::<Encoding>().expect("an encoding").kvm_id();
            let value = machine.get(id).expect("readable");
            let mut set = |wanted| machine.set(id, wanted);
            let mut ours = format!("{value:#x} same={} xor1={} restore={}", set(value), set(value ^ 1), set(value));
            // The column's name promises bits 7:4; the probe's C expression clears bits 3:0 with them.
            ours += &format!(" clrnib1={}", set(value & !0xff));
            set(value);
            ours += &format!(" ones={}", set(u64::MAX));
            set(value);
            verdict.compare(&format_args!("POSTRUN {}", row[0]), &row[1..].join(" "), &ours);
        }
    });
}

#[test]
fn writable_masks() {
    over_all(17, |recording, verdict| {
        let ours = kvm::idregs::writable_masks(personality_of(recording), &host_of(recording));
        for row in recording.rows("WMASKRC").iter().filter(|row| row[0] == "novcpu") {
            let result = ours.as_ref().map_or_else(|errno| -i64::from(errno.0), |_| 0);
            verdict.compare(&"WMASKRC", row[1], &result.to_string());
        }
        let Ok(masks) = ours else { return };
        let mut listed = Vec::new();
        for (index, mask) in masks.into_iter().enumerate().filter(|(_, mask)| *mask != 0) {
            let op1 = if index >> 6 == 2 { 3 } else { index >> 6 };
            listed.push(format!("3,{op1},0,{},{} {mask:#018x}", index >> 3 & 7, index & 7));
        }
        let recorded: Vec<String> = recording.rows("WMASK").iter().map(|row| row.join(" ")).collect();
        if !recorded.is_empty() {
            verdict.compare(&"WMASK", &recorded.join("\n"), &listed.join("\n"));
        }
    });
}
