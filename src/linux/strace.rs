//! `--strace`: system calls, signals and faults on standard error, one line each. Changes none.

use std::fmt::Write as _;
use std::io::Write as _;

use kvm::ioctl::REQUESTS;
use kvm_process::table;

use super::host::{self, Answer};
use super::inbox;
use super::signals::Fault;
use super::table::Row;
use super::thread::KEEP;

/// The most of a string that is shown.
const SHOWN: usize = 64;
/// Number of ioctl(2), whose request has a name.
const IOCTL: u64 = 29;
/// exit(2), exit_group(2) and execve(2): what they do comes before their answer.
const LEAVING: [u64; 3] = [93, 94, 221];

fn say(line: &str) {
    // A closed standard error cannot be told to anyone; one write is one line, whoever else writes.
    let _ = std::io::stderr().write_all(format!("[{}] {line}\n", inbox::thread_id()).as_bytes());
}

/// What is called.
pub fn before(number: u64, row: Option<&Row>, arguments: &[u64; 6]) -> String {
    let Some(row) = row else { return format!("system call {number}({:#x}, ...)", arguments[0]) };
    let mut line = format!("{}(", row.name);
    for (index, (kind, &value)) in row.arguments.chars().zip(arguments).enumerate() {
        if index > 0 {
            line.push_str(", ");
        }
        if number == IOCTL && index == 1 {
            line.push_str(&request(arguments[0], value));
        } else {
            argument(&mut line, kind, value);
        }
    }
    line.push(')');
    if LEAVING.contains(&number) {
        say(&line);
    }
    line
}

fn argument(line: &mut String, kind: char, value: u64) {
    // Writing to a string cannot fail.
    let _ = match kind {
        'd' => write!(line, "{}", value as i32),
        'n' => write!(line, "{value}"),
        'o' => write!(line, "{:#o}", value as u32),
        'p' if value == 0 => write!(line, "NULL"),
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

/// A request of KVM's by name: the same number means different things to a VM and a vCPU.
fn request(fd: u64, request: u64) -> String {
    let known = REQUESTS.iter().find(|(_, number)| u64::from(*number) == request & 0xffff_ffff);
    match known.filter(|_| table::is_ours(fd as i32)) {
        Some(("SET_ONE_REG", _)) | None => format!("{:#x}", request as u32),
        Some((name, _)) => format!("KVM_{name}"),
    }
}

/// What it answered.
pub fn after(line: &str, answer: Answer) {
    say(&match answer {
        Ok(value) if value < 1 << 20 => format!("{line} = {value}"),
        Ok(value) => format!("{line} = {value:#x}"),
        Err(KEEP) => line.to_owned(),
        Err(host::RESTART) => format!("{line} = ? a signal comes first"),
        Err(errno) => format!("{line} = -{} ({})", errno.0, std::io::Error::from_raw_os_error(errno.0)),
    });
}

/// A handler is called.
pub fn signal(number: u32, handler: u64) {
    say(&format!("--- signal {number}, handler {handler:#x} ---"));
}

/// A fault ends the program.
pub fn fatal(fault: &Fault, pc: u64) {
    say(&format!("--- signal {}, code {}, address {:#x}, pc {pc:#x}, which ends the program ---", fault.number, fault.code, fault.address));
}
