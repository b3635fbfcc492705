//! The reference pages `docs/{registers,id-fields,personalities}.md` are written from the tables; this checks that they are as
//! the tables say. `INVAR_BLESS=1 cargo test --release docs` writes them anew. Judges no sentence of the other pages.

use std::fmt::Write;

use kvm::idregs::one_reg_id;
use kvm::personality::capability::Answer;
use kvm::personality::registers::When;
use kvm::personality::{self, Personality};
use sysregs::{Kind, SysReg, fields};

use super::command::root;

const HEAD: &str = "Written from the tables of the code by `INVAR_BLESS=1 cargo test --release docs`; do not edit.\n";

fn level(read: u8, write: u8) -> String {
    let name = |el: u8| if el == sysregs::NEVER { "-".to_string() } else { format!("EL{el}") };
    format!("{} / {}", name(read), name(write))
}

/// The first kernel that lists a register for some vCPU, by name.
fn listed_since(register: SysReg) -> &'static str {
    let lists = |p: &&Personality| p.listing(register).is_some_and(|(when, _)| when != When::Never);
    personality::all().iter().find(lists).map_or("", Personality::name)
}

fn registers() -> String {
    let mut page = format!(
        "# System registers\n\n{HEAD}\nAccess: lowest exception level of MRS / MSR when nothing traps. Feature: without it the encoding is UNDEFINED. \
         Listed: the first kernel whose KVM_GET_REG_LIST has it for some vCPU, identification apart (see [personalities](personalities.md)).\n\n\
         | register | op0,op1,CRn,CRm,op2 | ONE_REG id | access | feature | kind | listed |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for &register in SysReg::ALL {
        let row = register.row();
        let kind = match row.kind {
            Kind::Id => "identification",
            Kind::Value => "storage",
            Kind::Hook => "effects",
            Kind::PState => "PSTATE",
        };
        let feature = if row.feature == sysregs::Feature::Base { String::new() } else { row.feature.to_string() };
        writeln!(
            page,
            "| {} | {} | {:#x} | {} | {feature} | {kind} | {} |",
            row.name,
            row.encoding,
            one_reg_id(register),
            level(row.read_el, row.write_el),
            listed_since(register)
        )
        .expect("a string grows");
    }
    page
}

fn id_fields() -> String {
    let mut page = format!(
        "# ID-register fields\n\n{HEAD}\nSafe: how one value is chosen for CPUs that differ, and which way a value may be changed.\n"
    );
    for (register, fields) in fields::registers() {
        write!(page, "\n## {register}\n\n| bits | field | sign | safe | meaning |\n| --- | --- | --- | --- | --- |\n")
            .expect("a string grows");
        for field in fields {
            let bits = if field.msb == field.lsb { field.lsb.to_string() } else { format!("{}:{}", field.msb, field.lsb) };
            let range =
                (0..1i64 << field.width().min(4)).map(|value| if field.holds(value) { value } else { value - (1 << field.width()) });
            let mut meanings: Vec<String> = if field.note.is_empty() { Vec::new() } else { vec![field.note.to_string()] };
            for value in range {
                let features: Vec<String> = field.features(value).map(|feature| feature.to_string()).collect();
                let meaning = field.meaning(value).map(str::to_string).into_iter().chain(features).collect::<Vec<_>>().join(", ");
                if !meaning.is_empty() {
                    meanings.push(format!("{value}: {meaning}"));
                }
            }
            writeln!(page, "| {bits} | {} | {:?} | {} | {} |", field.name, field.sign, field.rule, meanings.join("; "))
                .expect("a string grows");
        }
    }
    page
}

fn answer(answer: Answer) -> String {
    match answer {
        Answer::Is(value) => value.to_string(),
        Answer::MessageDevice => "1 on a VM with an ITS".into(),
        Answer::Vcpus(with_gicv3) => format!("{with_gicv3} with a GICv3"),
        made_of => format!("{made_of:?}"),
    }
}

fn personalities() -> String {
    let all = personality::all();
    let mut page = format!(
        "# Personalities\n\n{HEAD}\nOne per host kernel version, oldest first; what is not said of a version is as in the one before it.\n"
    );
    let header = |page: &mut String, first: &str| {
        let names: Vec<&str> = all.iter().map(|p| p.name().trim_start_matches("linux-")).collect();
        write!(page, "\n| {first} | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(all.len())).expect("a string grows");
    };
    page.push_str("\n## Traits\n");
    for personality in all {
        let traits = format!("{:?}", personality.traits());
        let traits = traits.trim_start_matches("Traits { ").trim_end_matches(" }").replace(", ", "; ");
        write!(page, "\n**{}**: {traits}\n", personality.name()).expect("a string grows");
    }
    page.push_str("\n## Capabilities\n\nWhat KVM_CHECK_EXTENSION answers: a number, or what it is made of. A blank is 0.\n");
    header(&mut page, "capability");
    let mut numbers: Vec<u32> = all.iter().flat_map(|p| p.capabilities().map(|row| row.number)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        let name = all.iter().find_map(|p| p.capability(number)).map_or("", |row| row.name);
        let answers = all.iter().map(|p| p.capability(number).map_or(String::new(), |row| answer(row.answer)));
        writeln!(page, "| {name} ({number}) | {} |", answers.collect::<Vec<_>>().join(" | ")).expect("a string grows");
    }
    page.push_str("\n## Writable bits of ID registers before the first run\n");
    header(&mut page, "register");
    for &register in SysReg::ALL {
        if all.iter().all(|p| p.writable(register) == 0) {
            continue;
        }
        let masks = all.iter().map(|p| match p.writable(register) {
            0 => String::new(),
            mask => format!("{mask:#x}"),
        });
        writeln!(page, "| {register} | {} |", masks.collect::<Vec<_>>().join(" | ")).expect("a string grows");
    }
    page.push_str("\n## What is shown of ID fields\n\nA blank is zero (hidden).\n");
    header(&mut page, "field");
    for (_, fields) in fields::registers() {
        for field in fields {
            let shown: Vec<String> = all.iter().map(|p| format!("{:?}", p.shown(field)).replace("Hidden", "")).collect();
            if shown.iter().any(|text| !text.is_empty()) {
                writeln!(page, "| {field} | {} |", shown.join(" | ")).expect("a string grows");
            }
        }
    }
    page
}

#[test]
fn docs_are_as_the_tables_say() {
    let pages = [("registers.md", registers()), ("id-fields.md", id_fields()), ("personalities.md", personalities())];
    for (name, page) in pages {
        let path = root().join("docs").join(name);
        if std::env::var_os("INVAR_BLESS").is_some() {
            std::fs::write(&path, &page).expect("docs/ is writable");
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        let line = there.lines().zip(page.lines()).position(|(old, new)| old != new);
        assert!(there == page, "docs/{name} is not as the tables say (line {line:?}); INVAR_BLESS=1 writes it anew");
    }
}
