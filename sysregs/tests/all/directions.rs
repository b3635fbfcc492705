//! Which registers may be read and written, held against what binutils warns about. Encodings are `encodings`' business.

use std::io::Write;
use std::process::{Command, Stdio};

use sysregs::{Kind, NEVER, SysReg};

#[test]
fn identification_is_read_only() {
    for &register in SysReg::ALL.iter().filter(|register| register.row().kind == Kind::Id && **register != SysReg::CSSELR_EL1) {
        assert_eq!(register.row().write_el, NEVER, "{}", register.name());
    }
}

/// The assembler's complaints about `mrs` and `msr` of every register, one line of source each.
fn complaints() -> Option<String> {
    let mut source = String::from(".arch armv9.3-a+sve2+sme+memtag+rng+ls64+pauth+profile+predres\n");
    for register in SysReg::ALL {
        let name = register.name().to_lowercase();
        source += &format!("mrs x0, {name}\nmsr {name}, x0\n");
    }
    let mut command = Command::new("aarch64-linux-gnu-as");
    command.args(["-o", "/dev/null", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut assembler = match command.spawn() {
        Ok(assembler) => assembler,
        Err(error) => {
            eprintln!("SKIPPED: aarch64-linux-gnu-as: {error}; read and write access was not compared with binutils");
            return None;
        }
    };
    assembler.stdin.take().expect("a pipe").write_all(source.as_bytes()).expect("the assembler reads");
    Some(String::from_utf8_lossy(&assembler.wait_with_output().expect("the assembler ends").stderr).into_owned())
}

/// Registers that share an encoding with one of the other direction.
const SHARED: [SysReg; 2] = [SysReg::DBGDTRRX_EL0, SysReg::RVBAR_EL1];

#[test]
fn access_agrees_with_binutils() {
    let Some(complaints) = complaints() else { return };
    let mut compared = 0;
    for line in complaints.lines() {
        let Some(number) = line.split(':').nth(1).and_then(|text| text.trim().parse::<usize>().ok()) else { continue };
        let Some(&register) = SysReg::ALL.get(number.saturating_sub(2) / 2) else { continue };
        if SHARED.contains(&register) {
            continue;
        }
        if line.contains("cannot be written") {
            compared += 1;
            assert_eq!(register.row().write_el, NEVER, "{} is read-only", register.name());
        } else if line.contains("cannot be read") {
            compared += 1;
            assert_eq!(register.row().read_el, NEVER, "{} is write-only", register.name());
        }
    }
    assert!(compared > 200, "binutils says of {compared} registers that they go one way only");
}
