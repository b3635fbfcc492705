//! How x86-64 instructions are put together: prefixes, ModRM, displacements of the shortest form. Knows no instruction by name.

use super::{Assembler, Mem, Rm, Vop};

/// An instruction as far as its displacement: at most seven bytes, in an integer, because translation spends its time here.
#[derive(Default)]
struct Bytes {
    bytes: u64,
    count: usize,
    /// The displacement and how many bytes of it there are.
    disp: i32,
    disp_count: usize,
}

impl Bytes {
    #[inline(always)]
    fn push(&mut self, value: u8) {
        self.bytes |= u64::from(value) << (8 * self.count);
        self.count += 1;
    }

    #[inline(always)]
    fn modrm(&mut self, reg: u8, rm: Rm) {
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Reg(number) => self.push(0xc0 | reg | number & 7),
            Rm::Mem(Mem { base, index, disp }) => {
                let (mode, disp_count) = match disp {
                    0 if base.0 & 7 != 5 => (0x00, 0),
                    _ if i8::try_from(disp).is_ok() => (0x40, 1),
                    _ => (0x80, 4),
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
                (self.disp, self.disp_count) = (disp, disp_count);
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
    #[inline]
    pub(super) fn byte(&mut self, value: u8) {
        self.code.push(value);
    }

    #[inline]
    pub(super) fn dword(&mut self, value: u32) {
        self.code.extend_from_slice(&value.to_le_bytes());
    }

    /// As many bytes as there may be, a number that the compiler knows, and then without those that are not the instruction's.
    #[inline(always)]
    fn put(&mut self, instruction: &Bytes) {
        let Bytes { bytes, count, disp, disp_count } = *instruction;
        let disp = u64::from(disp as u32);
        // `count` is less than eight.
        let bits = (8 * count as u32) & 63;
        let low = bytes | disp << bits;
        let high = (disp >> 1) >> (63 - bits);
        let end = self.code.len() + count + disp_count;
        let mut room = [0; 16];
        room[..8].copy_from_slice(&low.to_le_bytes());
        room[8..].copy_from_slice(&high.to_le_bytes());
        self.code.extend_from_slice(&room);
        self.code.truncate(end);
    }

    /// Legacy encoding: prefix (0 for none), REX, map, opcode, ModRM.
    #[inline(always)]
    pub(super) fn legacy(&mut self, prefix: u8, wide: bool, map: u8, opcode: u8, reg: u8, rm: Rm, byte_register: bool) {
        let mut to = Bytes::default();
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

    #[inline(always)]
    pub(super) fn plain(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 0, opcode, reg, rm, false);
    }

    #[inline(always)]
    pub(super) fn two_byte(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 1, opcode, reg, rm, false);
    }

    #[inline(always)]
    pub(super) fn vex(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
        let Vop(pp, map, opcode) = op;
        let (x, b) = extension(rm);
        let low = (!second & 15) << 3 | pp;
        let mut to = Bytes::default();
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
