//! The floating-point environment: FPCR controls and FPSR cumulative flags, as the arithmetic sees them.
//! It does not know which bits a CPU model implements: FPCR bits of absent features must be masked before they get here.

/// Rounding modes of the Arm ARM's `FPRounding` enumeration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    TieEven,
    PlusInfinity,
    MinusInfinity,
    Zero,
    TieAway,
    /// Von Neumann rounding: an inexact result gets its lowest bit set (FCVTXN, BFloat16 dot products).
    Odd,
}

/// The value of FPCR.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fpcr(pub u32);

impl Fpcr {
    /// Flush input denormals to zero (FEAT_AFP).
    pub const FIZ: u32 = 1 << 0;
    /// Alternate handling: x86-like denormal and NaN rules (FEAT_AFP).
    pub const AH: u32 = 1 << 1;
    /// Scalar results keep the destination's other elements (FEAT_AFP); an instruction's matter, not arithmetic's.
    pub const NEP: u32 = 1 << 2;
    /// Extended BFloat16 behaviours (FEAT_EBF16).
    pub const EBF: u32 = 1 << 13;
    pub const FZ16: u32 = 1 << 19;
    pub const RMODE: u32 = 3 << 22;
    pub const FZ: u32 = 1 << 24;
    pub const DN: u32 = 1 << 25;
    pub const AHP: u32 = 1 << 26;

    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    pub const fn with(self, bits: u32) -> Self {
        Self(self.0 | bits)
    }

    pub const fn without(self, bits: u32) -> Self {
        Self(self.0 & !bits)
    }

    /// `FPRoundingMode(fpcr)`.
    pub const fn rounding(self) -> Rounding {
        match (self.0 >> 22) & 3 {
            0 => Rounding::TieEven,
            1 => Rounding::PlusInfinity,
            2 => Rounding::MinusInfinity,
            _ => Rounding::Zero,
        }
    }
}

/// FPSR cumulative exception bits.
pub const IOC: u32 = 1 << 0;
pub const DZC: u32 = 1 << 1;
pub const OFC: u32 = 1 << 2;
pub const UFC: u32 = 1 << 3;
pub const IXC: u32 = 1 << 4;
pub const IDC: u32 = 1 << 7;
/// Integer saturation; kept in the same register, never touched here.
pub const QC: u32 = 1 << 27;

/// What an operation reads (FPCR) and accumulates into (FPSR).
///
/// Trapped floating-point exceptions (FPCR.IOE and its siblings) are an option of the architecture that no model here
/// has, so those bits read as zero and an exception only ever sets its cumulative bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FpEnv {
    pub fpcr: Fpcr,
    pub fpsr: u32,
}

impl FpEnv {
    pub const fn new(fpcr: u32, fpsr: u32) -> Self {
        Self { fpcr: Fpcr(fpcr), fpsr }
    }

    /// `FPProcessException` with trapping absent.
    pub(super) fn raise(&mut self, flags: u32) {
        self.fpsr |= flags;
    }

    /// FPCR.AH: the pseudocode's `altfp`.
    pub(super) const fn alternate(&self) -> bool {
        self.fpcr.has(Fpcr::AH)
    }

    /// Runs `operation` under other controls, keeping the flags it raises.
    pub(super) fn under<T>(&mut self, fpcr: Fpcr, operation: impl FnOnce(&mut FpEnv) -> T) -> T {
        let mut inner = FpEnv { fpcr, fpsr: self.fpsr };
        let result = operation(&mut inner);
        self.fpsr = inner.fpsr;
        result
    }

    /// The controls of the estimate and step instructions: with FPCR.AH they round to nearest, flush denormals both
    /// ways and raise nothing (`fpexc = FALSE`); without it they are ordinary operations.
    pub(super) fn estimate<T>(&mut self, operation: impl FnOnce(&mut FpEnv) -> T) -> T {
        if !self.alternate() {
            return operation(self);
        }
        let fpcr = self.fpcr.with(Fpcr::FIZ | Fpcr::FZ).without(Fpcr::RMODE);
        operation(&mut FpEnv { fpcr, fpsr: 0 })
    }
}
