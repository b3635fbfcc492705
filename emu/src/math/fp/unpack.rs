//! From bit patterns to values: `FPUnpack`, and what becomes of NaN operands (`FPProcessNaNs`).
//! It does not raise Input Denormal for FPCR.AH=1, which the architecture does after the operation: see `denormals`.

use super::env::{FpEnv, Fpcr, IDC, IOC};
use super::format::Format;
use super::real::Real;

/// `FPType`, denormals told apart because FPCR.AH reports them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Zero,
    Denormal,
    Normal,
    Infinity,
    QuietNan,
    SignallingNan,
}

/// An operand. `real` is the value of finite non-zero operands and meaningless, but for `sign`, otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unpacked {
    pub kind: Kind,
    pub bits: u64,
    pub real: Real,
}

impl Unpacked {
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::QuietNan | Kind::SignallingNan)
    }

    pub fn is_infinity(&self) -> bool {
        self.kind == Kind::Infinity
    }

    pub fn is_zero(&self) -> bool {
        self.kind == Kind::Zero
    }

    pub fn sign(&self) -> bool {
        self.real.sign
    }
}

/// `FPUnpack`: arithmetic's view, where FPCR.FZ16 applies to half precision and FPCR.AHP does not.
pub(super) fn unpack<F: Format>(bits: u64, env: &mut FpEnv) -> Unpacked {
    unpack_with::<F>(bits, F::IS_HALF && env.fpcr.has(Fpcr::FZ16), false, env)
}

/// `FPUnpackCV`: the conversions' view, where FPCR.AHP applies to half precision and FPCR.FZ16 does not.
pub(super) fn unpack_conversion<F: Format>(bits: u64, env: &mut FpEnv) -> Unpacked {
    unpack_with::<F>(bits, false, F::IS_HALF && env.fpcr.has(Fpcr::AHP), env)
}

fn unpack_with<F: Format>(bits: u64, flush_half: bool, alternative_half: bool, env: &mut FpEnv) -> Unpacked {
    let bits = bits & F::MASK;
    let sign = bits & F::SIGN != 0;
    let exponent = (bits >> F::FRACTION) & F::EXPONENT_ONES;
    let fraction = bits & F::FRACTION_MASK;
    let without_value = |kind| Unpacked { kind, bits, real: Real { sign, exponent: 0, significand: 0 } };
    if exponent == 0 {
        if fraction == 0 || flush_half || (!F::IS_HALF && flush_input(env)) {
            return without_value(Kind::Zero);
        }
        let shift = fraction.leading_zeros();
        let exponent = F::MIN_EXPONENT + (63 - F::FRACTION as i32) - shift as i32;
        return Unpacked { kind: Kind::Denormal, bits, real: Real { sign, exponent, significand: fraction << shift } };
    }
    if exponent == F::EXPONENT_ONES && !alternative_half {
        return without_value(match (fraction == 0, fraction & F::QUIET != 0) {
            (true, _) => Kind::Infinity,
            (false, true) => Kind::QuietNan,
            (false, false) => Kind::SignallingNan,
        });
    }
    let significand = (fraction | (1 << F::FRACTION)) << (63 - F::FRACTION);
    Unpacked { kind: Kind::Normal, bits, real: Real { sign, exponent: exponent as i32 - F::BIAS, significand } }
}

/// Whether a single, double or BFloat16 denormal counts as zero. FPCR.FZ does that while FPCR.AH is clear and reports
/// it; FPCR.FIZ does it silently.
fn flush_input(env: &mut FpEnv) -> bool {
    let flush = env.fpcr.has(Fpcr::FZ) && !env.alternate();
    if flush {
        env.raise(IDC);
    }
    flush || env.fpcr.has(Fpcr::FIZ)
}

/// `FPProcessDenorms`: with FPCR.AH an operation that used a denormal operand reports it.
pub(super) fn denormals<F: Format>(operands: &[&Unpacked], env: &mut FpEnv) {
    if env.alternate() && !F::IS_HALF && operands.iter().any(|operand| operand.kind == Kind::Denormal) {
        env.raise(IDC);
    }
}

/// `FPDefaultNaN`: positive, or negative with FPCR.AH.
pub(super) fn default_nan<F: Format>(env: &FpEnv) -> u64 {
    let sign = if env.alternate() { F::SIGN } else { 0 };
    sign | F::INFINITY | F::QUIET
}

/// Default NaN and Invalid Operation, for operations that have no answer.
pub(super) fn invalid<F: Format>(env: &mut FpEnv) -> u64 {
    env.raise(IOC);
    default_nan::<F>(env)
}

/// `FPProcessNaN`, told whether to signal rather than asked to look.
fn propagate<F: Format>(bits: u64, signalling: bool, env: &mut FpEnv) -> u64 {
    if signalling {
        env.raise(IOC);
    }
    if env.fpcr.has(Fpcr::DN) { default_nan::<F>(env) } else { bits | F::QUIET }
}

/// `FPProcessNaN` for an operand that is one.
pub(super) fn process_nan<F: Format>(operand: &Unpacked, env: &mut FpEnv) -> u64 {
    propagate::<F>(operand.bits, operand.kind == Kind::SignallingNan, env)
}

/// `FPProcessNaNs`: the first signalling NaN wins, then the first quiet one; with FPCR.AH simply the first NaN.
pub(super) fn process_nans<F: Format>(first: &Unpacked, second: &Unpacked, env: &mut FpEnv) -> Option<u64> {
    select_nan::<F>(&[first, second], &[first, second], env)
}

/// `FPProcessNaNs3` for addend and two factors. FPCR.AH prefers the first factor (register n), then the second (m).
pub(super) fn process_nans3<F: Format>(addend: &Unpacked, first: &Unpacked, second: &Unpacked, env: &mut FpEnv) -> Option<u64> {
    select_nan::<F>(&[addend, first, second], &[first, second, addend], env)
}

/// `FPProcessNaNs4` for two pairs of factors; FPCR.AH does not matter for which NaN is chosen.
pub(super) fn process_nans4<F: Format>(factors: [&Unpacked; 4], env: &mut FpEnv) -> Option<u64> {
    let find = |kind| factors.into_iter().find(|operand| operand.kind == kind);
    find(Kind::SignallingNan).or_else(|| find(Kind::QuietNan)).map(|operand| process_nan::<F>(operand, env))
}

fn select_nan<F: Format>(order: &[&Unpacked], alternate_order: &[&Unpacked], env: &mut FpEnv) -> Option<u64> {
    let find = |kind| order.iter().find(|operand| operand.kind == kind);
    let signalling = find(Kind::SignallingNan);
    let chosen =
        if env.alternate() { alternate_order.iter().find(|operand| operand.is_nan()) } else { signalling.or_else(|| find(Kind::QuietNan)) };
    chosen.map(|operand| propagate::<F>(operand.bits, signalling.is_some(), env))
}
