//! `--strace`: system calls, signals and faults on standard error, one line each. Changes none.

use std::fmt::Write as _;
use std::io::Write as _;

use kvm::ioctl::{KvmFile, REQUESTS};
use kvm_process::table;
use sysregs::{Encoding, SysReg};

use super::host::{self, Answer};
use super::inbox;
use super::signals::Fault;
use super::table::Row;
use super::thread::KEEP;

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

/// What is called.
pub fn before(number: u64, row: Option<&Row>, arguments: &[u64; 6]) -> String {
    let Some(row) = row else { return format!("system call {number}({:#x}, ...)", arguments[0]) };
    let mut line = format!("{}(", row.name);
    for (index, (kind, &value)) in row.arguments.chars().zip(arguments).enumerate() {
        if index > 0 {
            line.push_str(", ");
        }
        if number == IOCTL && index == 1 {
            line.push_str(&request(arguments[0], value, arguments[2]));
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

/// A request of KVM's by name, with the register that it is about.
fn request(fd: u64, request: u64, argument: u64) -> String {
    let request = request as u32;
    let Some(entry) = table::find(fd as i32) else { return format!("{request:#x}") };
    // One number means different things to a VM and a vCPU.
    let name = match (request, &entry.file) {
        (GET_ONE_REG, KvmFile::Vcpu(_)) => Some("GET_ONE_REG"),
        (GET_ONE_REG, _) => Some("ARM_SET_DEVICE_ADDR"),
        _ => REQUESTS.iter().find(|(_, number)| *number == request).map(|(name, _)| *name),
    };
    match name {
        Some(name @ ("GET_ONE_REG" | "SET_ONE_REG")) => format!("KVM_{name} {}", register(argument)),
        Some(name) => format!("KVM_{name}"),
        None => format!("{request:#x}"),
    }
}

/// The register of a `struct kvm_one_reg`.
fn register(argument: u64) -> String {
    let Ok(id) = host::read_u64(argument) else { return format!("{argument:#x}") };
    // KVM_REG_ARM64_SYSREG.
    let system = (id >> 16 & 0xfff == 0x13).then(|| SysReg::from_encoding(Encoding(id as u16))).flatten();
    system.map_or_else(|| format!("{id:#x}"), |register| register.name().into())
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
