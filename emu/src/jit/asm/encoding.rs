//! How x86-64 instructions are put together: prefixes, ModRM, displacements of the shortest form. Knows no instruction by name.

use super::{Assembler, Mem, Rm, Vop};

/// No instruction of ours is longer, immediates apart.
const LONGEST: usize = 16;

/// An instruction so far. Translation spends its time here, so that bytes go to the code together.
struct Bytes {
    bytes: [u8; LONGEST],
    count: usize,
}

impl Bytes {
    #[inline(always)]
    fn push(&mut self, value: u8) {
        self.bytes[self.count % LONGEST] = value;
        self.count += 1;
    }

    #[inline(always)]
    fn modrm(&mut self, reg: u8, rm: Rm) {
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Reg(number) => self.push(0xc0 | reg | number & 7),
            Rm::Mem(Mem { base, index, disp }) => {
                let short = i8::try_from(disp).is_ok();
                let mode = match disp {
                    0 if base.0 & 7 != 5 => 0x00,
                    _ if short => 0x40,
                    _ => 0x80,
                };
                match index {
                    Some((index, scale)) => {
                        self.push(mode | reg | 4);
                        self.push(scale << 6 | (index.0 & 7) << 3 | base.0 & 7);
                    }
                    None if base.0 & 7 == 4 => {
                        self.push(mode | reg | 4);
                        self.push(0x24);
                    }
                    None => self.push(mode | reg | base.0 & 7),
                }
                match mode {
                    0x40 => self.push(disp as u8),
                    0x80 => disp.to_le_bytes().into_iter().for_each(|byte| self.push(byte)),
                    _ => {}
                }
            }
        }
    }
}

/// The X and B extension bits of an operand.
fn extension(rm: Rm) -> (u8, u8) {
    match rm {
        Rm::Reg(number) => (0, number >> 3),
        Rm::Mem(mem) => (mem.index.map_or(0, |(index, _)| index.0 >> 3), mem.base.0 >> 3),
    }
}

impl Assembler {
    pub(super) fn byte(&mut self, value: u8) {
        self.code.push(value);
    }

    pub(super) fn dword(&mut self, value: u32) {
        self.code.extend_from_slice(&value.to_le_bytes());
    }

    /// All bytes at once, whose number is known to the compiler, and then without those that are not the instruction's.
    fn put(&mut self, instruction: &Bytes) {
        let start = self.code.len();
        self.code.extend_from_slice(&instruction.bytes);
        self.code.truncate(start + instruction.count);
    }

    /// Legacy encoding: prefix (0 for none), REX, map, opcode, ModRM.
    pub(super) fn legacy(&mut self, prefix: u8, wide: bool, map: u8, opcode: u8, reg: u8, rm: Rm, byte_register: bool) {
        let mut to = Bytes { bytes: [0; LONGEST], count: 0 };
        if prefix != 0 {
            to.push(prefix);
        }
        let (x, b) = extension(rm);
        let rex = 0x40 | u8::from(wide) << 3 | (reg >> 3) << 2 | x << 1 | b;
        if rex != 0x40 || byte_register {
            to.push(rex);
        }
        if map != 0 {
            to.push(0x0f);
        }
        match map {
            2 => to.push(0x38),
            3 => to.push(0x3a),
            _ => {}
        }
        to.push(opcode);
        to.modrm(reg, rm);
        self.put(&to);
    }

    pub(super) fn plain(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 0, opcode, reg, rm, false);
    }

    pub(super) fn two_byte(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 1, opcode, reg, rm, false);
    }

    pub(super) fn vex(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
        let Vop(pp, map, opcode) = op;
        let (x, b) = extension(rm);
        let low = (!second & 15) << 3 | pp;
        let mut to = Bytes { bytes: [0; LONGEST], count: 0 };
        if map == 1 && !wide && x == 0 && b == 0 {
            to.push(0xc5);
            to.push((!(reg >> 3) & 1) << 7 | low);
        } else {
            to.push(0xc4);
            to.push((!(reg >> 3) & 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | map);
            to.push(u8::from(wide) << 7 | low);
        }
        to.push(opcode);
        to.modrm(reg, rm);
        self.put(&to);
    }
}
