//! Instructions on general registers whose operands are known when guest code is translated only. Fixed sequences are `dynasm!`'s.

use super::{Alu, Assembler, Cc, Gpr, Mem, P66, PF2, PF3, RAX, Rm, Shift, Unary, Vop};

impl Assembler {
    pub fn mov(&mut self, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.plain(wide, 0x8b, to.0, from.into());
    }

    /// A constant, in the shortest form that leaves the flags alone.
    pub fn mov_imm(&mut self, to: Gpr, value: u64) {
        if value >> 32 == 0 {
            if to.0 >= 8 {
                self.byte(0x41);
            }
            self.byte(0xb8 | to.0 & 7);
            self.dword(value as u32);
        } else if value as i64 == i64::from(value as i32) {
            self.plain(true, 0xc7, 0, to.into());
            self.dword(value as u32);
        } else {
            self.byte(0x48 | to.0 >> 3);
            self.byte(0xb8 | to.0 & 7);
            self.room.push(value.to_le_bytes());
        }
    }

    /// A guest register's home, or other memory near RBP.
    pub fn load_near(&mut self, to: Gpr, distance: i8) {
        self.near_base(0x8b, to, distance);
    }

    pub fn store_near(&mut self, distance: i8, from: Gpr) {
        self.near_base(0x89, from, distance);
    }

    pub fn store(&mut self, wide: bool, to: Mem, from: Gpr) {
        self.plain(wide, 0x89, from.0, to.into());
    }

    /// Stores a sign-extended constant.
    pub fn store_imm(&mut self, wide: bool, to: Mem, value: i32) {
        self.plain(wide, 0xc7, 0, to.into());
        self.dword(value as u32);
    }

    pub fn store8(&mut self, to: Mem, from: Gpr) {
        self.legacy(0, false, 0, 0x88, from.0, to.into(), true);
    }

    pub fn store8_imm(&mut self, to: Mem, value: u8) {
        self.legacy(0, false, 0, 0xc6, 0, to.into(), false);
        self.byte(value);
    }

    pub fn store16(&mut self, to: Mem, from: Gpr) {
        self.legacy(0x66, false, 0, 0x89, from.0, to.into(), false);
    }

    pub fn zero_extend8(&mut self, to: Gpr, from: impl Into<Rm>) {
        self.legacy(0, false, 1, 0xb6, to.0, from.into(), true);
    }

    pub fn zero_extend16(&mut self, to: Gpr, from: impl Into<Rm>) {
        self.two_byte(false, 0xb7, to.0, from.into());
    }

    pub fn sign_extend8(&mut self, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.legacy(0, wide, 1, 0xbe, to.0, from.into(), true);
    }

    pub fn sign_extend16(&mut self, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.two_byte(wide, 0xbf, to.0, from.into());
    }

    pub fn sign_extend32(&mut self, to: Gpr, from: impl Into<Rm>) {
        self.plain(true, 0x63, to.0, from.into());
    }

    pub fn lea(&mut self, wide: bool, to: Gpr, from: Mem) {
        self.plain(wide, 0x8d, to.0, from.into());
    }

    /// RAX = base + a constant.
    pub fn lea_rax(&mut self, base: Gpr, distance: i32) {
        let (rex, low) = (0x48 | base.0 >> 3, base.0 & 7);
        match i8::try_from(distance) {
            Ok(short) if low != 4 => self.room.push([rex, 0x8d, 0x40 | low, short as u8]),
            _ => self.lea(true, RAX, Mem::at(base, distance)),
        }
    }

    pub fn alu(&mut self, op: Alu, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.plain(wide, (op as u8) << 3 | 3, to.0, from.into());
    }

    pub fn alu_imm(&mut self, op: Alu, wide: bool, to: impl Into<Rm>, value: i32) {
        if let Ok(short) = i8::try_from(value) {
            self.plain(wide, 0x83, op as u8, to.into());
            self.byte(short as u8);
        } else {
            self.plain(wide, 0x81, op as u8, to.into());
            self.dword(value as u32);
        }
    }

    pub fn test(&mut self, wide: bool, left: Gpr, right: impl Into<Rm>) {
        self.plain(wide, 0x85, left.0, right.into());
    }

    pub fn test_imm(&mut self, wide: bool, left: impl Into<Rm>, value: i32) {
        self.plain(wide, 0xf7, 0, left.into());
        self.dword(value as u32);
    }

    pub fn test_imm8(&mut self, left: impl Into<Rm>, value: u8) {
        self.legacy(0, false, 0, 0xf6, 0, left.into(), true);
        self.byte(value);
    }

    pub fn bit_test(&mut self, wide: bool, value: impl Into<Rm>, bit: u8) {
        self.two_byte(wide, 0xba, 4, value.into());
        self.byte(bit);
    }

    pub fn shift(&mut self, kind: Shift, wide: bool, to: Gpr, amount: u8) {
        self.plain(wide, 0xc1, kind as u8, to.into());
        self.byte(amount);
    }

    /// By CL.
    pub fn shift_cl(&mut self, kind: Shift, wide: bool, to: Gpr) {
        self.plain(wide, 0xd3, kind as u8, to.into());
    }

    /// BMI2: SHLX, SHRX, SARX. `amount` is a register.
    pub fn shift_by(&mut self, kind: Shift, wide: bool, to: Gpr, from: Gpr, amount: Gpr) {
        let prefix = match kind {
            Shift::Shl => P66,
            Shift::Shr => PF2,
            _ => PF3,
        };
        self.vex(wide, Vop(prefix, 2, 0xf7), to.0, amount.0, from.into());
    }

    pub fn shift_double_right(&mut self, wide: bool, to: Gpr, high: Gpr, amount: u8) {
        self.two_byte(wide, 0xac, high.0, to.into());
        self.byte(amount);
    }

    pub fn unary(&mut self, op: Unary, wide: bool, operand: impl Into<Rm>) {
        self.plain(wide, 0xf7, op as u8, operand.into());
    }

    pub fn imul(&mut self, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.two_byte(wide, 0xaf, to.0, from.into());
    }

    /// Sign of RAX into RDX.
    pub fn sign_to_rdx(&mut self, wide: bool) {
        if wide {
            self.byte(0x48);
        }
        self.byte(0x99);
    }

    pub fn set(&mut self, cc: Cc, to: Gpr) {
        self.legacy(0, false, 1, 0x90 | cc as u8, 0, to.into(), true);
    }

    pub fn cmov(&mut self, cc: Cc, wide: bool, to: Gpr, from: impl Into<Rm>) {
        self.two_byte(wide, 0x40 | cc as u8, to.0, from.into());
    }

    pub fn bswap(&mut self, wide: bool, register: Gpr) {
        let rex = 0x40 | u8::from(wide) << 3 | register.0 >> 3;
        if rex != 0x40 {
            self.byte(rex);
        }
        self.byte(0x0f);
        self.byte(0xc8 | register.0 & 7);
    }

    pub fn lzcnt(&mut self, wide: bool, to: Gpr, from: Gpr) {
        self.legacy(0xf3, wide, 1, 0xbd, to.0, from.into(), false);
    }

    /// CRC32C of `1 << size` bytes.
    pub fn crc32c(&mut self, size: u8, to: Gpr, from: Gpr) {
        let prefix_16 = size == 1;
        if prefix_16 {
            self.byte(0x66);
        }
        self.legacy(0xf2, size == 3, 2, if size == 0 { 0xf0 } else { 0xf1 }, to.0, from.into(), size == 0);
    }

    pub fn complement_carry(&mut self) {
        self.byte(0xf5);
    }
}
