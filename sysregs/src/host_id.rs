//! The host-id text form: one CPU's ID registers and cache geometry, a line each.
//! Parses at compile time, so an embedded model that is malformed does not build; knows no file system.
//!
//! Tab-separated `op0 op1 CRn CRm op2 value`, then `csselr ccsidr` lines; values are `0x` hex; lines
//! that start with `#`, `op0` or `csselr` are comments and headings.

use crate::{Encoding, IdValues, SysReg};

/// Room for registers; the ID space with its reserved encodings has 64.
const REGISTERS: usize = 96;
/// Room for caches: seven levels, data and instruction.
const CACHES: usize = 14;

/// Why a host-id text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub line: usize,
    pub what: &'static str,
}

impl core::fmt::Display for ParseError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl core::error::Error for ParseError {}

/// A parsed host-id text.
#[derive(Clone, Copy, Debug)]
pub struct HostIdText {
    registers: [Option<(SysReg, u64)>; REGISTERS],
    caches: [Option<(u8, u64)>; CACHES],
}

impl HostIdText {
    /// Parses a whole text; the first fault is reported with its line.
    pub const fn parse(text: &str) -> Result<Self, ParseError> {
        let text = text.as_bytes();
        let mut rows = HostIdText { registers: [None; REGISTERS], caches: [None; CACHES] };
        let mut at = 0;
        let mut line = 1;
        while at < text.len() {
            if !matches!(text[at], b'#' | b'o' | b'c' | b'\n') {
                let (numbers, count) = match numbers(text, at) {
                    Ok(found) => found,
                    Err(what) => return Err(ParseError { line, what }),
                };
                if let Err(what) = rows.add(&numbers, count) {
                    return Err(ParseError { line, what });
                }
            }
            while at < text.len() && text[at] != b'\n' {
                at += 1;
            }
            at += 1;
            line += 1;
        }
        Ok(rows)
    }

    const fn add(&mut self, n: &[u64; 6], count: usize) -> Result<(), &'static str> {
        match count {
            6 => {
                if n[0] > 3 || n[1] > 7 || n[2] > 15 || n[3] > 15 || n[4] > 7 {
                    return Err("encoding out of range");
                }
                let encoding = Encoding::new(n[0] as u8, n[1] as u8, n[2] as u8, n[3] as u8, n[4] as u8);
                match SysReg::from_encoding(encoding) {
                    Some(register) => self.add_register(register, n[5]),
                    None => Err("no such register"),
                }
            }
            2 if n[0] < CACHES as u64 => match self.caches[n[0] as usize] {
                Some(_) => Err("cache given twice"),
                None => {
                    self.caches[n[0] as usize] = Some((n[0] as u8, n[1]));
                    Ok(())
                }
            },
            2 => Err("csselr beyond the seventh level"),
            _ => Err("expected 6 columns (register) or 2 (cache)"),
        }
    }

    const fn add_register(&mut self, register: SysReg, value: u64) -> Result<(), &'static str> {
        let mut i = 0;
        while i < REGISTERS {
            match self.registers[i] {
                Some((other, _)) if other as u16 == register as u16 => {
                    return Err("register given twice");
                }
                Some(_) => i += 1,
                None => {
                    self.registers[i] = Some((register, value));
                    return Ok(());
                }
            }
        }
        Err("too many registers")
    }

    /// The values; what the text does not name stays unknown.
    pub fn ids(&self) -> IdValues {
        let mut ids = IdValues::new();
        for &(register, value) in self.registers.iter().flatten() {
            ids.set(register, value);
        }
        for &(csselr, value) in self.caches.iter().flatten() {
            ids.set_ccsidr(csselr, value);
        }
        ids
    }
}

/// The tab-separated numbers of the line that starts at `at`.
const fn numbers(text: &[u8], mut at: usize) -> Result<([u64; 6], usize), &'static str> {
    let mut numbers = [0_u64; 6];
    let mut count = 0;
    loop {
        if count == numbers.len() {
            return Err("more than 6 columns");
        }
        let radix = if at + 1 < text.len() && text[at] == b'0' && text[at + 1] == b'x' {
            at += 2;
            16
        } else {
            10
        };
        let start = at;
        while at < text.len() && !matches!(text[at], b'\t' | b'\n' | b'\r') {
            let digit = match (text[at] as char).to_digit(radix) {
                Some(digit) => digit as u64,
                None => return Err("not a number"),
            };
            numbers[count] = match numbers[count].checked_mul(radix as u64) {
                Some(shifted) => match shifted.checked_add(digit) {
                    Some(sum) => sum,
                    None => return Err("number exceeds 64 bits"),
                },
                None => return Err("number exceeds 64 bits"),
            };
            at += 1;
        }
        if at == start {
            return Err("empty column");
        }
        count += 1;
        if at >= text.len() || text[at] != b'\t' {
            return Ok((numbers, count));
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_with_their_line() {
        let cases = [
            ("# c\n3\t0\t0\t4\t0\t0x1\n3\t0\t0\t4\t0\t0x1\n", 3, "register given twice"),
            ("3\t0\t0\t4\t8\t0x1", 1, "encoding out of range"),
            ("3\t7\t15\t15\t7\t0x1", 1, "no such register"),
            ("3\t0\t0\t4\t0", 1, "expected 6 columns (register) or 2 (cache)"),
            ("0x0\t0x1\n0x0\t0x2", 2, "cache given twice"),
            ("0x0\t0x1ffffffffffffffff", 1, "number exceeds 64 bits"),
            ("0x0\t", 1, "empty column"),
            ("0x0\tzz", 1, "not a number"),
            ("1\t1\t1\t1\t1\t1\t1", 1, "more than 6 columns"),
            ("14\t1", 1, "csselr beyond the seventh level"),
        ];
        for (text, line, what) in cases {
            assert_eq!(HostIdText::parse(text).err(), Some(ParseError { line, what }), "{text:?}");
        }
    }

    #[test]
    fn what_is_absent_stays_unknown() {
        let ids = HostIdText::parse("3\t0\t0\t4\t0\t0x22\n").expect("parses").ids();
        assert_eq!(ids.get(SysReg::ID_AA64PFR0_EL1), Some(0x22));
        assert_eq!(ids.get(SysReg::ID_AA64PFR1_EL1), None);
        assert_eq!(ids.ccsidr(0), None);
    }
}
