//! KVM_GET_REG_LIST and what every listed register holds after KVM_ARM_VCPU_INIT.

use kvm::idregs::{AtReset, at_reset, reg_list};

use crate::exceptions::{find, over_all};
use crate::load::{Recording, Row, number};
use crate::machine::Machine;

/// The REG rows of each configuration.
fn lists(recording: &Recording) -> Vec<(&'static str, Vec<&Row>)> {
    let mut lists: Vec<(&str, Vec<&Row>)> = Vec::new();
    for row in recording.rows("REG") {
        match lists.last_mut() {
            Some((cfg, rows)) if *cfg == row[0] => rows.push(row),
            _ => lists.push((row[0], vec![row])),
        }
    }
    lists
}

#[test]
fn order() {
    over_all(19, |recording, verdict| {
        for (cfg, rows) in lists(recording) {
            let machine = Machine::new(recording, cfg);
            let ours = reg_list(&machine.vm, &machine.vcpu);
            let recorded: Vec<u64> = rows.iter().map(|row| number(row[1])).collect();
            let first = (0..recorded.len().max(ours.len())).find(|&at| recorded.get(at) != ours.get(at));
            verdict.compare(
                &format_args!("list {cfg} from #{first:?}"),
                &format!("{:x?}", first.map(|at| recorded.get(at))),
                &format!("{:x?}", first.map(|at| ours.get(at))),
            );
        }
    });
}

#[test]
fn counts() {
    over_all(19, |recording, verdict| {
        for row in recording.rows("REGLIST") {
            let machine = Machine::new(recording, row[0]);
            let ours = reg_list(&machine.vm, &machine.vcpu).len();
            verdict.compare(&format_args!("REGLIST {}", row[0]), row[1], &ours.to_string());
        }
    });
}

#[test]
fn values_at_reset() {
    over_all(19, |recording, verdict| {
        for (cfg, rows) in lists(recording) {
            let machine = Machine::new(recording, cfg);
            for row in rows {
                let id = number(row[1]);
                let ours = at_reset(&machine.vm, &machine.vcpu, id).expect("every value is known");
                if find(recording, "REG", row).is_some() {
                    assert_eq!(ours, Some(AtReset::Time), "{id:#x}");
                    continue;
                }
                let width = 2 * row[2].parse::<usize>().expect("size") + 2;
                let ours = match ours {
                    Some(AtReset::Value(value)) => format!("{value:#0width$x}"),
                    other => format!("{other:?}"),
                };
                verdict.compare(&format_args!("REG {cfg} {id:#x}"), row[3], &ours);
            }
        }
    });
}
