//! x86-64 machine code: encodings, labels, and nothing about guests. An encoding is data, so that one row serves the SSE and
//! the AVX form of a vector instruction; that, and translation speed, is why this is not a macro assembler.

/// A general register of the host by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gpr(pub u8);

pub const RAX: Gpr = Gpr(0);
pub const RCX: Gpr = Gpr(1);
pub const RDX: Gpr = Gpr(2);
pub const RBX: Gpr = Gpr(3);
pub const RSP: Gpr = Gpr(4);
pub const RBP: Gpr = Gpr(5);
pub const RSI: Gpr = Gpr(6);
pub const RDI: Gpr = Gpr(7);
pub const R12: Gpr = Gpr(12);
pub const R13: Gpr = Gpr(13);
pub const R14: Gpr = Gpr(14);
pub const R15: Gpr = Gpr(15);

/// A vector register of the host by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Xmm(pub u8);

/// base + index << scale + disp.
#[derive(Clone, Copy, Debug)]
pub struct Mem {
    pub base: Gpr,
    pub index: Option<(Gpr, u8)>,
    pub disp: i32,
}

impl Mem {
    pub const fn at(base: Gpr, disp: i32) -> Mem {
        Mem { base, index: None, disp }
    }

    pub const fn indexed(base: Gpr, index: Gpr, scale: u8, disp: i32) -> Mem {
        Mem { base, index: Some((index, scale)), disp }
    }
}

/// The operand that ModRM names in full.
#[derive(Clone, Copy, Debug)]
pub enum Rm {
    Reg(u8),
    Mem(Mem),
}

impl From<Gpr> for Rm {
    fn from(register: Gpr) -> Rm {
        Rm::Reg(register.0)
    }
}

impl From<Xmm> for Rm {
    fn from(register: Xmm) -> Rm {
        Rm::Reg(register.0)
    }
}

impl From<Mem> for Rm {
    fn from(mem: Mem) -> Rm {
        Rm::Mem(mem)
    }
}

/// Two-operand arithmetic by its /digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Alu {
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shifts by their /digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Shift {
    Ror = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// One-operand arithmetic (opcode F7) by its /digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Unary {
    Not = 2,
    Neg = 3,
    Mul = 4,
    Imul = 5,
    Div = 6,
    Idiv = 7,
}

/// Condition codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cc {
    O = 0,
    No = 1,
    B = 2,
    Ae = 3,
    E = 4,
    Ne = 5,
    Be = 6,
    A = 7,
    S = 8,
    Ns = 9,
    P = 10,
    Np = 11,
    L = 12,
    Ge = 13,
    Le = 14,
    G = 15,
}

impl Cc {
    pub fn inverted(self) -> Cc {
        const ALL: [Cc; 16] =
            [Cc::O, Cc::No, Cc::B, Cc::Ae, Cc::E, Cc::Ne, Cc::Be, Cc::A, Cc::S, Cc::Ns, Cc::P, Cc::Np, Cc::L, Cc::Ge, Cc::Le, Cc::G];
        ALL[self as usize ^ 1]
    }
}

/// Mandatory prefix of a vector instruction, as VEX.pp.
pub const NP: u8 = 0;
pub const P66: u8 = 1;
pub const PF3: u8 = 2;
pub const PF2: u8 = 3;

/// A vector instruction: prefix, opcode map (1 = 0F, 2 = 0F38, 3 = 0F3A), opcode.
#[derive(Clone, Copy, Debug)]
pub struct Vop(pub u8, pub u8, pub u8);

/// A place in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(u32);

const UNBOUND: u32 = u32::MAX;

/// Code under construction, position-independent.
#[derive(Default)]
pub struct Assembler {
    pub code: Vec<u8>,
    labels: Vec<u32>,
    fixups: Vec<(u32, Label)>,
    /// Vector instructions take their VEX forms.
    pub avx: bool,
}

impl Assembler {
    pub fn new(avx: bool) -> Assembler {
        Assembler { avx, ..Assembler::default() }
    }

    pub fn clear(&mut self) {
        self.code.clear();
        self.labels.clear();
        self.fixups.clear();
    }

    pub fn position(&self) -> u32 {
        self.code.len() as u32
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    pub fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.code.len() as u32;
    }

    /// Where a bound label is.
    pub fn offset(&self, label: Label) -> u32 {
        self.labels[label.0 as usize]
    }

    /// Fills in the jumps; false when a label was never bound.
    pub fn resolve(&mut self) -> bool {
        for &(at, label) in &self.fixups {
            let target = self.labels[label.0 as usize];
            if target == UNBOUND {
                return false;
            }
            let relative = target.wrapping_sub(at + 4);
            self.code[at as usize..at as usize + 4].copy_from_slice(&relative.to_le_bytes());
        }
        true
    }

    fn byte(&mut self, value: u8) {
        self.code.push(value);
    }

    fn dword(&mut self, value: u32) {
        self.code.extend_from_slice(&value.to_le_bytes());
    }

    fn modrm(&mut self, reg: u8, rm: Rm) {
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
    fn extension(rm: Rm) -> (u8, u8) {
        match rm {
            Rm::Reg(number) => (0, number >> 3),
            Rm::Mem(mem) => (mem.index.map_or(0, |(index, _)| index.0 >> 3), mem.base.0 >> 3),
        }
    }

    /// Legacy encoding: prefix (0 for none), REX, map, opcode, ModRM.
    fn legacy(&mut self, prefix: u8, wide: bool, map: u8, opcode: u8, reg: u8, rm: Rm, byte_register: bool) {
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

    fn plain(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 0, opcode, reg, rm, false);
    }

    fn two_byte(&mut self, wide: bool, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, wide, 1, opcode, reg, rm, false);
    }

    fn vex(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
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

    // ---- moves

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
            self.code.extend_from_slice(&value.to_le_bytes());
        }
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

    // ---- arithmetic

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

    pub fn imul_imm(&mut self, wide: bool, to: Gpr, from: Gpr, value: i32) {
        self.plain(wide, 0x69, to.0, from.into());
        self.dword(value as u32);
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

    /// SF, ZF, AF, PF, CF into AH.
    pub fn lahf(&mut self) {
        self.byte(0x9f);
    }

    // ---- control

    pub fn jmp(&mut self, label: Label) {
        self.byte(0xe9);
        self.fixups.push((self.position(), label));
        self.dword(0);
    }

    pub fn jcc(&mut self, cc: Cc, label: Label) {
        self.byte(0x0f);
        self.byte(0x80 | cc as u8);
        self.fixups.push((self.position(), label));
        self.dword(0);
    }

    pub fn call(&mut self, label: Label) {
        self.byte(0xe8);
        self.fixups.push((self.position(), label));
        self.dword(0);
    }

    /// A jump or call whose distance is known: `opcode` E9 or E8.
    pub fn relative(&mut self, opcode: u8, distance: i32) {
        self.byte(opcode);
        self.dword(distance as u32);
    }

    pub fn jmp_to(&mut self, target: impl Into<Rm>) {
        self.plain(false, 0xff, 4, target.into());
    }

    pub fn call_to(&mut self, target: impl Into<Rm>) {
        self.plain(false, 0xff, 2, target.into());
    }

    pub fn ret(&mut self) {
        self.byte(0xc3);
    }

    pub fn push(&mut self, register: Gpr) {
        if register.0 >= 8 {
            self.byte(0x41);
        }
        self.byte(0x50 | register.0 & 7);
    }

    pub fn pop(&mut self, register: Gpr) {
        if register.0 >= 8 {
            self.byte(0x41);
        }
        self.byte(0x58 | register.0 & 7);
    }

    pub fn mfence(&mut self) {
        self.code.extend_from_slice(&[0x0f, 0xae, 0xf0]);
    }

    // ---- vectors

    fn vector(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
        if self.avx {
            return self.vex(wide, op, reg, second, rm);
        }
        let prefix = [0, 0x66, 0xf3, 0xf2][op.0 as usize];
        self.legacy(prefix, wide, op.1, op.2, reg, rm, false);
    }

    /// Two operands: `to` = op(`from`).
    pub fn v2(&mut self, op: Vop, to: Xmm, from: impl Into<Rm>) {
        self.vector(false, op, to.0, 0, from.into());
    }

    pub fn v2_imm(&mut self, op: Vop, to: Xmm, from: impl Into<Rm>, imm: u8) {
        self.v2(op, to, from);
        self.byte(imm);
    }

    /// Three operands. Without AVX `to` must not be `second` unless it is also `first`; [`Self::v3`]'s callers use
    /// [`Self::v3_safe`] when they cannot tell.
    pub fn v3(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>) {
        if !self.avx && to != first {
            self.vmov(to, first);
        }
        self.vector(false, op, to.0, first.0, second.into());
    }

    /// Three operands, any of which may be the same; `spare` is clobbered.
    pub fn v3_safe(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>, spare: Xmm) {
        let mut second = second.into();
        if !self.avx
            && to != first
            && let Rm::Reg(number) = second
            && number == to.0
        {
            self.vmov(spare, to);
            second = spare.into();
        }
        self.v3(op, to, first, second);
    }

    pub fn v3_imm(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>, imm: u8, spare: Xmm) {
        self.v3_safe(op, to, first, second, spare);
        self.byte(imm);
    }

    /// A shift by immediate: opcode and /digit.
    pub fn v_shift(&mut self, opcode: u8, digit: u8, to: Xmm, from: Xmm, amount: u8) {
        if self.avx {
            self.vex(false, Vop(P66, 1, opcode), digit, to.0, from.into());
        } else {
            self.vmov(to, from);
            self.legacy(0x66, false, 1, opcode, digit, to.into(), false);
        }
        self.byte(amount);
    }

    /// FMA3, 64-bit lanes when `wide`.
    pub fn fma(&mut self, opcode: u8, wide: bool, to: Xmm, second: Xmm, third: impl Into<Rm>) {
        self.vex(wide, Vop(P66, 2, opcode), to.0, second.0, third.into());
    }

    /// Between general and vector registers, or conversions of 64-bit integers: REX.W as given.
    pub fn v_general(&mut self, op: Vop, wide: bool, reg: u8, second: u8, rm: impl Into<Rm>) {
        self.vector(wide, op, reg, second, rm.into());
    }

    pub fn vmov(&mut self, to: Xmm, from: Xmm) {
        if to != from {
            self.v2(Vop(NP, 1, 0x28), to, from);
        }
    }

    /// All sixteen bytes, any alignment.
    pub fn vload(&mut self, to: Xmm, from: Mem) {
        self.v2(Vop(PF3, 1, 0x6f), to, from);
    }

    pub fn vstore(&mut self, to: Mem, from: Xmm) {
        self.v2(Vop(PF3, 1, 0x7f), from, to);
    }

    /// Eight bytes, zero above.
    pub fn vmovq(&mut self, to: Xmm, from: impl Into<Rm>) {
        self.v2(Vop(PF3, 1, 0x7e), to, from);
    }

    pub fn byte_after(&mut self, imm: u8) {
        self.byte(imm);
    }
}
