//! What instructions of the host have as operands: registers, memory, conditions, and opcodes as data. Encodes nothing.

/// A general register of the host by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gpr(pub u8);

pub const RAX: Gpr = Gpr(0);
pub const RCX: Gpr = Gpr(1);
pub const RDX: Gpr = Gpr(2);
pub const RBP: Gpr = Gpr(5);
pub const R14: Gpr = Gpr(14);
pub const R15: Gpr = Gpr(15);

/// A vector register of the host by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Xmm(pub u8);

/// base + index << scale + disp. Eight bytes, as [`Rm`] is: translation hands them on all the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mem {
    pub base: Gpr,
    /// [`NO_INDEX`] for none.
    pub(super) index: u8,
    pub(super) scale: u8,
    pub disp: i32,
}

/// In [`Mem::index`]: what the host's encoding has for none.
pub(super) const NO_INDEX: u8 = 4;

impl Mem {
    pub const fn at(base: Gpr, disp: i32) -> Mem {
        Mem { base, index: NO_INDEX, scale: 0, disp }
    }

    pub const fn indexed(base: Gpr, index: Gpr, scale: u8, disp: i32) -> Mem {
        Mem { base, index: index.0, scale, disp }
    }

    /// The memory `distance` bytes further.
    pub const fn further(self, distance: i32) -> Mem {
        Mem { disp: self.disp + distance, ..self }
    }
}

/// The operand that ModRM names in full: a register, or memory.
#[derive(Clone, Copy, Debug)]
pub struct Rm {
    /// The register, or the base.
    pub(super) number: u8,
    pub(super) is_register: bool,
    pub(super) index: u8,
    pub(super) scale: u8,
    pub(super) disp: i32,
}

impl Rm {
    const fn register(number: u8) -> Rm {
        Rm { number, is_register: true, index: 0, scale: 0, disp: 0 }
    }

    /// It is this general register.
    pub fn is(self, register: Gpr) -> bool {
        self.is_register && self.number == register.0
    }

    /// It is this vector register.
    pub fn is_vector(self, register: Xmm) -> bool {
        self.is_register && self.number == register.0
    }
}

impl From<Gpr> for Rm {
    #[inline(always)]
    fn from(register: Gpr) -> Rm {
        Rm::register(register.0)
    }
}

impl From<Xmm> for Rm {
    #[inline(always)]
    fn from(register: Xmm) -> Rm {
        Rm::register(register.0)
    }
}

impl From<Mem> for Rm {
    #[inline(always)]
    fn from(Mem { base, index, scale, disp }: Mem) -> Rm {
        Rm { number: base.0, is_register: false, index, scale, disp }
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
