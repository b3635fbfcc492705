//! Our request numbers, constants and structures against the kernel's arm64 headers, as a C compiler reads them. What headers
//! are too old for is left out. Needs gcc and Debian's linux-libc-dev-arm64-cross; without them the test says that it was
//! skipped. Tests no behaviour.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Command;

use kvm::abi::{NUMBERS, layout::LAYOUTS};
use kvm::ioctl::REQUESTS;
use kvm::personality::Personality;

use super::command::scratch;
use super::preload::compiled_from;

/// What C calls a thing, the macro that headers with it define, and our value.
fn ours() -> Vec<(String, String, u64)> {
    let mut rows = Vec::new();
    for (name, number) in REQUESTS {
        rows.push((format!("KVM_{name}"), format!("KVM_{name}"), u64::from(*number)));
    }
    for (prefix, name, value) in NUMBERS {
        let expression = format!("{prefix}{name}");
        let with = expression.rsplit(' ').next().expect("a name").to_owned();
        rows.push((expression, with, u64::from(*value)));
    }
    let every = kvm::personality::all().iter().flat_map(Personality::capabilities);
    let capabilities: BTreeMap<_, _> = every.map(|row| (row.name, row.number)).collect();
    for (name, number) in capabilities {
        rows.push((format!("KVM_CAP_{name}"), format!("KVM_CAP_{name}"), u64::from(number)));
    }
    for layout in LAYOUTS {
        let mut row = |expression, value: usize| rows.push((expression, layout.with.to_owned(), value as u64));
        let of = format!("struct {}", layout.name);
        row(format!("sizeof({of})"), layout.size);
        for (member, offset, size) in layout.fields {
            row(format!("offsetof({of}, {member})"), *offset);
            // A flexible array has none.
            if *size != 0 {
                row(format!("sizeof((({of} *)0)->{member})"), *size);
            }
        }
    }
    rows
}

#[test]
fn numbers_and_layouts_are_those_of_the_arm64_headers() {
    let rows = ours();
    let mut program = String::from("#include <stddef.h>\n#include <stdio.h>\n#include <linux/kvm.h>\nint main(void) {\n");
    for (index, (expression, with, _)) in rows.iter().enumerate() {
        writeln!(program, "#ifdef {with}\nprintf(\"{index} %llu\\n\", (unsigned long long)(unsigned)({expression}));\n#endif")
            .expect("a string");
    }
    program.push_str("return 0;\n}\n");
    let source = scratch("uapi").join("uapi.c");
    std::fs::write(&source, program).expect("writes");
    let Some(program) = compiled_from(&source) else { return };
    let output = Command::new(program).output().expect("runs");
    let theirs: BTreeMap<usize, u64> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(index, value)| (index.parse().expect("an index"), value.parse().expect("a number")))
        .collect();
    let differ: Vec<String> = theirs
        .iter()
        .filter(|(index, value)| rows[**index].2 != **value)
        .map(|(index, value)| format!("{}: {:#x} in C, {:#x} here", rows[*index].0, value, rows[*index].2))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    let left_out: BTreeSet<&str> =
        (0..rows.len()).filter(|index| !theirs.contains_key(index)).map(|index| rows[index].1.as_str()).collect();
    println!("{} of {} compared; not in these headers: {left_out:?}", theirs.len(), rows.len());
    // A header of Linux 5.10 has as many.
    assert!(theirs.len() > 200, "only {} compared", theirs.len());
}
