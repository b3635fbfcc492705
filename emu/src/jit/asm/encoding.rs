//! How x86-64 instructions are put together: prefixes, ModRM, displacements of the shortest form. Knows no instruction by name.

use super::{Assembler, Gpr, NO_INDEX, Rm, Vop};

/// ModRM, SIB and displacement: the bytes, the lowest first, and how many there are.
#[inline(always)]
fn modrm(reg: u8, rm: Rm) -> (u64, usize) {
    let reg = (reg & 7) << 3;
    if rm.is_register {
        return (u64::from(0xc0 | reg | rm.number & 7), 1);
    }
    let (mode, bytes) = match rm.disp {
        0 if rm.number & 7 != 5 => (0x00, 0),
        disp if disp == i32::from(disp as i8) => (0x40, 1),
        _ => (0x80, 4),
    };
    let disp = u64::from(rm.disp as u32);
    if rm.index == NO_INDEX && rm.number & 7 != 4 {
        return (u64::from(mode | reg | rm.number & 7) | disp << 8, 1 + bytes);
    }
    let sib = rm.scale << 6 | (rm.index & 7) << 3 | rm.number & 7;
    (u64::from(mode | reg | 4) | u64::from(sib) << 8 | disp << 16, 2 + bytes)
}

/// The X and B extension bits of an operand, as REX has them.
#[inline(always)]
fn extension(rm: Rm) -> u8 {
    (rm.index >> 3) << 1 | rm.number >> 3
}

impl Assembler {
    #[inline]
    pub(super) fn byte(&mut self, value: u8) {
        self.room.push([value]);
    }

    #[inline]
    pub(super) fn dword(&mut self, value: u32) {
        self.room.push(value.to_le_bytes());
    }

    /// Up to seven bytes and up to eight behind them: always sixteen, a number that the compiler knows, and then without those that are
    /// not the instruction's.
    #[inline(always)]
    fn put(&mut self, head: u64, head_bytes: usize, (tail, tail_bytes): (u64, usize)) {
        let bits = (8 * head_bytes as u32) & 63;
        let mut room = [0; 16];
        room[..8].copy_from_slice(&(head | tail << bits).to_le_bytes());
        room[8..].copy_from_slice(&((tail >> 1) >> (63 - bits)).to_le_bytes());
        self.room.put(room, head_bytes + tail_bytes);
    }

    /// Legacy encoding: prefix (0 for none), REX, map, opcode, ModRM.
    #[inline(always)]
    pub(super) fn legacy(&mut self, prefix: u8, wide: bool, map: u8, opcode: u8, reg: u8, rm: Rm, byte_register: bool) {
        let opcode = u64::from(opcode);
        let (opcode, opcode_bytes) = match map {
            0 => (opcode, 1),
            1 => (0x0f | opcode << 8, 2),
            2 => (0x380f | opcode << 16, 3),
            _ => (0x3a0f | opcode << 16, 3),
        };
        let rex = 0x40 | u8::from(wide) << 3 | (reg >> 3) << 2 | extension(rm);
        let (head, bytes) =
            if rex != 0x40 || byte_register { (u64::from(rex) | opcode << 8, opcode_bytes + 1) } else { (opcode, opcode_bytes) };
        let (head, bytes) = if prefix != 0 { (u64::from(prefix) | head << 8, bytes + 1) } else { (head, bytes) };
        self.put(head, bytes, modrm(reg, rm));
    }

    /// MOV of all 64 bits between a register and memory at a short distance from RBP: `opcode` 8B or 89.
    #[inline(always)]
    pub(super) fn near_base(&mut self, opcode: u8, register: Gpr, distance: i8) {
        let bytes = [0x48 | (register.0 >> 3) << 2, opcode, 0x45 | (register.0 & 7) << 3, distance as u8];
        self.room.push(bytes);
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
        let extension = u64::from(extension(rm));
        let low = u64::from((!second & 15) << 3 | pp);
        let reg_bit = u64::from(!(reg >> 3) & 1) << 7;
        let (head, bytes) = if map == 1 && !wide && extension == 0 {
            (0xc5 | (reg_bit | low) << 8 | u64::from(opcode) << 16, 3)
        } else {
            let first = reg_bit | (extension ^ 3) << 5 | u64::from(map);
            (0xc4 | first << 8 | (u64::from(wide) << 7 | low) << 16 | u64::from(opcode) << 24, 4)
        };
        self.put(head, bytes, modrm(reg, rm));
    }
}
