//! How x86-64 instructions are put together: prefixes, ModRM, displacements of the shortest form. Knows no instruction by name.

use super::{Assembler, Mem, Rm, Vop};

impl Assembler {
    pub(super) fn byte(&mut self, value: u8) {
        self.code.push(value);
    }

    pub(super) fn dword(&mut self, value: u32) {
        self.code.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn modrm(&mut self, reg: u8, rm: Rm) {
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Reg(number) => self.byte(0xc0 | reg | number & 7),
            Rm::Mem(Mem { base, index, disp }) => {
                let short = i8::try_from(disp).is_ok();
                let mode = match disp {
                    0 if base.0 & 7 != 5 => 0x00,
                    _ if short => 0x40,
                    _ => 0x80,
                };
                match index {
                    Some((index, scale)) => {
                        self.byte(mode | reg | 4);
                        self.byte(scale << 6 | (index.0 & 7) << 3 | base.0 & 7);
                    }
                    None if base.0 & 7 == 4 => {
                        self.byte(mode | reg | 4);
                        self.byte(0x24);
                    }
                    None => self.byte(mode | reg | base.0 & 7),
                }
                match mode {
                    0x40 => self.byte(disp as u8),
                    0x80 => self.dword(disp as u32),
                    _ => {}
                }
            }
        }
    }

    /// The X and B extension bits of an operand.
    pub(super) fn extension(rm: Rm) -> (u8, u8) {
        match rm {
            Rm::Reg(number) => (0, number >> 3),
            Rm::Mem(mem) => (mem.index.map_or(0, |(index, _)| index.0 >> 3), mem.base.0 >> 3),
        }
    }

    /// Legacy encoding: prefix (0 for none), REX, map, opcode, ModRM.
    pub(super) fn legacy(&mut self, prefix: u8, wide: bool, map: u8, opcode: u8, reg: u8, rm: Rm, byte_register: bool) {
        if prefix != 0 {
            self.byte(prefix);
        }
        let (x, b) = Self::extension(rm);
        let rex = 0x40 | u8::from(wide) << 3 | (reg >> 3) << 2 | x << 1 | b;
        if rex != 0x40 || byte_register {
            self.byte(rex);
        }
        match map {
            1 => self.byte(0x0f),
            2 => self.code.extend_from_slice(&[0x0f, 0x38]),
            3 => self.code.extend_from_slice(&[0x0f, 0x3a]),
            _ => {}
        }
        self.byte(opcode);
        self.modrm(reg, rm);
    }

    pub(super) fn plain(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 0, opcode, reg, rm, false);
    }

    pub(super) fn two_byte(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 1, opcode, reg, rm, false);
    }

    pub(super) fn vex(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
        let Vop(pp, map, opcode) = op;
        let (x, b) = Self::extension(rm);
        let low = (!second & 15) << 3 | pp;
        if map == 1 && !wide && x == 0 && b == 0 {
            self.byte(0xc5);
            self.byte((!(reg >> 3) & 1) << 7 | low);
        } else {
            self.byte(0xc4);
            self.byte((!(reg >> 3) & 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | map);
            self.byte(u8::from(wide) << 7 | low);
        }
        self.byte(opcode);
        self.modrm(reg, rm);
    }
}
