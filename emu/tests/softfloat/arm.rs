//! What the Arm architecture makes of IEEE 754 arithmetic: rules that turn an answer of SoftFloat's into Arm's. They are written
//! down here once more, apart from `emu::math::fp`, and compute nothing themselves.
//!
//! * Default NaN (FPCR.DN): a NaN result is the default NaN. SoftFloat, compiled for VFPv2, propagates as Arm does without.
//! * Which NaN: the first signalling one, else the first quiet one. SoftFloat agrees for two operands. It takes the factors of a fused
//!   operation before the addend, Arm the addend first (FPProcessNaNs3): of several NaNs only the one that Arm takes is shown
//!   to SoftFloat, the others are replaced by one.
//! * Flushing (FPCR.FZ, FZ16): denormal operands count as zero, and report it unless they are halves; a result that was tiny is
//!   a zero with Underflow alone. SoftFloat says that a result was tiny by Underflow, or, when it was exact, by a denormal.
//! * FEAT_AFP (FPCR.AH, FIZ): tininess is detected after rounding, which SoftFloat does too; the default NaN is negative; the first
//!   NaN in the order of the operands' registers wins, signalling or not, and hides an invalid product; denormals report
//!   themselves instead of being flushed; FIZ alone flushes operands.

use emu::math::fp::{DZC, Format, Fpcr, IDC, IOC, IXC, Rounding, UFC};

use crate::berkeley::{Tininess, ask};

/// FPCR, and what FPSR holds before.
#[derive(Clone, Copy, Debug)]
pub struct Controls {
    pub fpcr: Fpcr,
    pub fpsr: u32,
}

/// Every combination that an operation reads. FPSR.IXC is among them because it opens the way to the host's FPU.
pub fn controls() -> Vec<Controls> {
    let flushing = [0, Fpcr::FZ | Fpcr::FZ16, Fpcr::FIZ, Fpcr::AH, Fpcr::AH | Fpcr::FZ | Fpcr::FZ16, Fpcr::AH | Fpcr::FIZ];
    let mut all = Vec::new();
    for flushing in flushing {
        for default_nan in [0, Fpcr::DN] {
            for rounding in 0..4 {
                for fpsr in [0, IXC] {
                    all.push(Controls { fpcr: Fpcr(flushing | default_nan | rounding << 22), fpsr });
                }
            }
        }
    }
    all
}

impl Controls {
    fn alternate(self) -> bool {
        self.fpcr.has(Fpcr::AH)
    }

    fn tininess(self) -> Tininess {
        if self.alternate() { Tininess::AfterRounding } else { Tininess::BeforeRounding }
    }

    pub fn rounding(self) -> Rounding {
        self.fpcr.rounding()
    }
}

pub fn is_nan<F: Format>(bits: u64) -> bool {
    bits & F::MASK & !F::SIGN > F::INFINITY
}

pub fn is_signalling<F: Format>(bits: u64) -> bool {
    is_nan::<F>(bits) && bits & F::QUIET == 0
}

pub fn is_zero<F: Format>(bits: u64) -> bool {
    bits & F::MASK & !F::SIGN == 0
}

pub fn is_infinity<F: Format>(bits: u64) -> bool {
    bits & F::MASK & !F::SIGN == F::INFINITY
}

pub fn is_denormal<F: Format>(bits: u64) -> bool {
    !is_zero::<F>(bits) && bits & F::INFINITY == 0
}

pub fn one<F: Format>() -> u64 {
    (F::BIAS as u64) << F::FRACTION
}

pub fn default_nan<F: Format>(controls: Controls) -> u64 {
    let sign = if controls.alternate() { F::SIGN } else { 0 };
    sign | F::INFINITY | F::QUIET
}

/// Whether the controls of half precision apply: they do in arithmetic, not in conversions between formats.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Arithmetic,
    Conversion,
}

/// An operand as the operation sees it.
pub fn operand<F: Format>(bits: u64, purpose: Purpose, controls: Controls, flags: &mut u32) -> u64 {
    if !is_denormal::<F>(bits) {
        return bits;
    }
    if F::IS_HALF {
        let flush = purpose == Purpose::Arithmetic && controls.fpcr.has(Fpcr::FZ16);
        return if flush { bits & F::SIGN } else { bits };
    }
    let reported = controls.fpcr.has(Fpcr::FZ) && !controls.alternate();
    if reported {
        *flags |= IDC;
    }
    if reported || controls.fpcr.has(Fpcr::FIZ) { bits & F::SIGN } else { bits }
}

/// A result as the operation leaves it.
fn result<F: Format>(bits: u64, raised: u32, purpose: Purpose, controls: Controls) -> (u64, u32) {
    if is_nan::<F>(bits) {
        return (default_nan::<F>(controls), raised);
    }
    let flush = if F::IS_HALF { purpose == Purpose::Arithmetic && controls.fpcr.has(Fpcr::FZ16) } else { controls.fpcr.has(Fpcr::FZ) };
    if flush && (raised & UFC != 0 || is_denormal::<F>(bits)) {
        return (bits & F::SIGN, if controls.alternate() { raised | UFC | IXC } else { raised & !IXC | UFC });
    }
    (bits, raised)
}

/// The NaN that wins, and the operands that SoftFloat is shown for it. `order` names the operands as FPCR.AH ranks them, where that
/// is not their own order: it is given for fused operations, whose first operand is the addend.
fn with_one_nan<S: Format, const N: usize>(operands: [u64; N], controls: Controls) -> Option<[u64; N]> {
    let is_nan = |&index: &usize| is_nan::<S>(operands[index]);
    let own_order: [usize; N] = std::array::from_fn(|index| index);
    let chosen = if controls.alternate() {
        // The addend's register comes after those of the factors.
        let order: [usize; N] = std::array::from_fn(|index| if N == 3 { (index + 1) % N } else { index });
        order.into_iter().find(is_nan)
    } else {
        own_order.into_iter().find(|&index| is_signalling::<S>(operands[index])).or_else(|| own_order.into_iter().find(is_nan))
    }?;
    let hides_product = N == 3 && chosen == 0 && controls.alternate();
    Some(std::array::from_fn(|index| {
        let shown = index == chosen || (!is_nan(&index) && !hides_product);
        if shown { operands[index] } else { one::<S>() }
    }))
}

/// What an operation of Arm's from `S` to `D` gives that SoftFloat has too: result, and FPSR afterwards.
pub fn expected<S: Format, D: Format, const N: usize>(
    operands: [u64; N],
    purpose: Purpose,
    mode: Rounding,
    controls: Controls,
    operation: impl Fn([u64; N]) -> u64,
) -> (u64, u32) {
    let mut flags = controls.fpsr;
    let operands = operands.map(|bits| operand::<S>(bits, purpose, controls, &mut flags));
    if let Some(shown) = with_one_nan::<S, N>(operands, controls) {
        let (nan, raised) = ask(mode, controls.tininess(), || operation(shown));
        let signalling = operands.iter().any(|&bits| is_signalling::<S>(bits));
        let nan = if controls.fpcr.has(Fpcr::DN) { default_nan::<D>(controls) } else { nan };
        return (nan, flags | raised | if signalling { IOC } else { 0 });
    }
    let (bits, raised) = ask(mode, controls.tininess(), || operation(operands));
    if controls.alternate() && !S::IS_HALF && raised & (IOC | DZC) == 0 && operands.iter().any(|&bits| is_denormal::<S>(bits)) {
        flags |= IDC;
    }
    let (bits, raised) = result::<D>(bits, raised, purpose, controls);
    (bits, flags | raised)
}

/// The same for arithmetic within a format, rounded as FPCR says.
pub fn arithmetic<F: Format, const N: usize>(operands: [u64; N], controls: Controls, operation: impl Fn([u64; N]) -> u64) -> (u64, u32) {
    expected::<F, F, N>(operands, Purpose::Arithmetic, controls.rounding(), controls, operation)
}
