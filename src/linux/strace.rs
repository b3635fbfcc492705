//! `--strace`: system calls, signals and faults on standard error, one line each. Changes none.

use std::fmt::Write as _;
use std::io::Write as _;

use kvm::ioctl::{KvmFile, REQUESTS};
use kvm_process::table;

use super::host::{self, Answer};
use super::signals::Fault;
use super::table::Row;
use super::thread::KEEP;
use super::{decode, inbox};

/// The most of a string that is shown.
const SHOWN: usize = 64;
/// Number of ioctl(2), whose request has a name.
const IOCTL: u64 = 29;
/// KVM_GET_ONE_REG of a vCPU.
const GET_ONE_REG: u32 = 0x4010_aeab;
/// exit(2), exit_group(2) and execve(2): what they do comes before their answer.
const LEAVING: [u64; 3] = [93, 94, 221];

fn say(line: &str) {
    // A closed standard error cannot be told to anyone; one write is one line, whoever else writes.
    let _ = std::io::stderr().write_all(format!("[{}] {line}\n", inbox::thread_id()).as_bytes());
}

/// A line that lacks its answer.
pub struct Line {
    text: String,
    /// The `struct kvm_one_reg` whose register was asked for.
    asked: Option<u64>,
}

/// What is called.
pub fn before(number: u64, row: Option<&Row>, arguments: &[u64; 6]) -> Line {
    let Some(row) = row else { return Line { text: format!("system call {number}({:#x}, ...)", arguments[0]), asked: None } };
    let mut text = format!("{}(", row.name);
    let request = if number == IOCTL { name_of(arguments[0], arguments[1]) } else { None };
    let asked = (request == Some("GET_ONE_REG")).then_some(arguments[2]);
    for (index, (kind, &value)) in row.arguments.chars().zip(arguments).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let words = match (request, index) {
            (Some(name @ ("GET_ONE_REG" | "SET_ONE_REG")), 1) => {
                decode::register(arguments[2]).map(|register| format!("KVM_{name} {register}"))
            }
            (Some(name), 1) => Some(format!("KVM_{name}")),
            (Some("SET_ONE_REG"), 2) => decode::register_value(value),
            (Some(name), 2) => decode::structure(name, value),
            // AT_FDCWD
            (None, 0) if row.arguments.starts_with("ds") && value as i32 == libc::AT_FDCWD => Some("AT_FDCWD".to_owned()),
            _ => decode::argument(row.name, index, value),
        };
        match words {
            Some(words) => text.push_str(&words),
            None => argument(&mut text, kind, value),
        }
    }
    text.push(')');
    if LEAVING.contains(&number) {
        say(&text);
    }
    Line { text, asked }
}

fn argument(line: &mut String, kind: char, value: u64) {
    // Writing to a string cannot fail.
    let _ = match kind {
        'd' => write!(line, "{}", value as i32),
        'n' => write!(line, "{value}"),
        'o' => write!(line, "{:#o}", value as u32),
        'p' | 'a' | 'v' if value == 0 => write!(line, "NULL"),
        's' => write!(line, "{}", string(value)),
        _ => write!(line, "{value:#x}"),
    };
}

fn string(address: u64) -> String {
    match host::read_string(address, 4096) {
        Ok(text) if text.len() > SHOWN => format!("\"{}\"...", text.get(..SHOWN).unwrap_or_default().escape_ascii()),
        Ok(text) => format!("\"{}\"", text.escape_ascii()),
        Err(_) => format!("{address:#x}"),
    }
}

/// A request of KVM's by name.
fn name_of(fd: u64, request: u64) -> Option<&'static str> {
    let (entry, request) = (table::find(fd as i32)?, request as u32);
    // One number means different things to a VM and a vCPU.
    match (request, &entry.file) {
        (GET_ONE_REG, KvmFile::Vcpu(_)) => Some("GET_ONE_REG"),
        (GET_ONE_REG, _) => Some("ARM_SET_DEVICE_ADDR"),
        _ => REQUESTS.iter().find(|(_, number)| *number == request).map(|(name, _)| *name),
    }
}

/// What it answered.
pub fn after(line: &Line, answer: Answer) {
    let text = &line.text;
    say(&match answer {
        Ok(value) if value < 1 << 20 => {
            let register = line.asked.and_then(decode::register_value).map_or_else(String::new, |value| format!(", {value}"));
            format!("{text} = {value}{register}")
        }
        Ok(value) => format!("{text} = {value:#x}"),
        Err(KEEP) => text.clone(),
        Err(host::RESTART) => format!("{text} = ? a signal comes first"),
        Err(errno) => {
            let meaning = std::io::Error::from_raw_os_error(errno.0).to_string();
            let meaning = meaning.split(" (os error").next().unwrap_or_default();
            format!("{text} = -1 {} ({meaning})", errno.name().map_or_else(|| format!("errno {}", errno.0), str::to_owned))
        }
    });
}

/// A handler is called.
pub fn signal(number: u32, handler: u64) {
    say(&format!("--- signal {number}, handler {handler:#x} ---"));
}

/// seccomp ends a thread instead of a call, or the program.
pub fn ended(call: &str, signal: i32) {
    say(&format!("--- seccomp: {call} is not made, and ends its caller as signal {signal} does ---"));
}

/// A fault ends the program.
pub fn fatal(fault: &Fault, pc: u64) {
    say(&format!("--- signal {}, code {}, address {:#x}, pc {pc:#x}, which ends the program ---", fault.number, fault.code, fault.address));
}
