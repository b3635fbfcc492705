//! Writes what an oracle answered as lines of `tests/insn/*.ins`, whose format the head of `insn_vectors.rs` explains.

use std::fmt::Write;

use emu::insn::decode::decode;
use emu::insn::disasm::disassemble;

use crate::driver::{Record, Reply};

/// The two files: scalar floating point and Advanced SIMD.
#[derive(Default)]
pub struct Vectors {
    pub scalar: String,
    pub simd: String,
}

impl Vectors {
    pub fn add(&mut self, word: u32, record: &Record, reply: &Reply) {
        let Some(insn) = decode(word, 0) else { return };
        let mut line = format!("{word:08x} {} |", disassemble(&insn));
        for (number, value) in record.v.iter().enumerate() {
            // Of the registers that are loaded, those that the instruction may name.
            let named = [insn.rd, insn.rn, insn.rm, insn.ra].map(usize::from).contains(&number);
            if named && *value != 0 {
                _ = write!(line, " q{number}={value:x}");
            }
        }
        for (name, value) in [("fpcr", record.fpcr), ("fpsr", record.fpsr), ("nzcv", record.nzcv >> 28)] {
            if value != 0 {
                _ = write!(line, " {name}={value:x}");
            }
        }
        for (number, value) in [(1, record.x1), (2, !record.x1), (3, record.x1.swap_bytes())] {
            if usize::from(insn.rn) == number && insn.row().syntax.contains("{n:rsf}") && value != 0 {
                _ = write!(line, " x{number}={value:x}");
            }
        }
        line.push_str(" =>");
        if reply.v0 != record.v[0] {
            _ = write!(line, " q0={:x}", reply.v0);
        }
        for (name, before, after) in [
            ("x0", 0, reply.x0),
            ("fpsr", record.fpsr.into(), reply.fpsr.into()),
            ("nzcv", (record.nzcv >> 28).into(), (reply.nzcv >> 28).into()),
        ] {
            if before != after {
                _ = write!(line, " {name}={after:x}");
            }
        }
        let scalar = word >> 24 & 0x5e == 0x1e;
        let file = if scalar { &mut self.scalar } else { &mut self.simd };
        file.push_str(&line);
        file.push('\n');
    }
}
