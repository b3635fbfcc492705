//! 8-bit floating point (FEAT_FP8 and its neighbours): conversions and sums of products, as the Arm ARM summarises them under "FP8
//! instruction behaviors". Two formats, chosen by FPMR, are read and written here; no arithmetic has an 8-bit result of its own.
//!
//! Rounding is to nearest, nothing is flushed, NaN results are the default NaN, whatever FPCR says; of FPCR only AH counts.
//! An unsupported input format is a signalling NaN, an unsupported output format gives 0xff and Invalid Operation: the Arm
//! ARM leaves the choice.

use super::env::{FpEnv, Fpcr, IOC, IXC, OFC, Rounding};
use super::fast::Fast;
use super::format::{Bf16, F16, Format, infinity, max_normal, zero};
use super::real::{Real, Wide};
use super::round::round;
use super::unpack::{Kind, default_nan, unpack};

/// The value of FPMR.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fpmr(pub u64);

impl Fpmr {
    /// F8S1 or F8S2.
    fn source(self, second: bool) -> Option<Encoding> {
        Encoding::from_field(self.0 >> if second { 3 } else { 0 })
    }

    /// F8D.
    fn destination(self) -> Option<Encoding> {
        Encoding::from_field(self.0 >> 6)
    }

    /// OSM: multiplications saturate.
    fn saturates_products(self) -> bool {
        self.0 >> 14 & 1 != 0
    }

    /// OSC: conversions saturate.
    fn saturates_conversions(self) -> bool {
        self.0 >> 15 & 1 != 0
    }

    /// The low `bits` of LSCALE or LSCALE2.
    fn downscale(self, second: bool, bits: u32) -> i32 {
        (self.0 >> if second { 32 } else { 16 }) as i32 & ((1 << bits) - 1)
    }

    /// The low `bits` of NSCALE, signed.
    fn upscale(self, bits: u32) -> i32 {
        ((self.0 >> 24) as i32) << (32 - bits) >> (32 - bits)
    }
}

/// An encoding of the OCP 8-bit Floating Point Specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    E5m2,
    E4m3,
}

impl Encoding {
    fn from_field(field: u64) -> Option<Self> {
        match field & 7 {
            0 => Some(Self::E5m2),
            1 => Some(Self::E4m3),
            _ => None,
        }
    }
}

/// E5M2, which is IEEE's half precision cut short.
#[derive(Clone, Copy)]
struct E5m2;

/// E4M3 with one more exponent bit. In eight bits the all-ones exponent holds numbers too, and a single NaN.
#[derive(Clone, Copy)]
struct WideE4m3;

impl Fast for E5m2 {}
impl Fast for WideE4m3 {}

impl Format for E5m2 {
    const BITS: u32 = 8;
    const FRACTION: u32 = 2;
}

impl Format for WideE4m3 {
    const BITS: u32 = 9;
    const FRACTION: u32 = 3;
    const BIAS: i32 = 7;
}

/// E4M3's NaN without its sign; the largest number is one less.
const E4M3_NAN: u64 = 0x7f;

/// An 8-bit operand; finite is `(-1)^sign * significand * 2^exponent`.
enum Operand {
    Nan { signalling: bool },
    Infinity { sign: bool },
    Finite { sign: bool, significand: u64, exponent: i32 },
}

/// `FP8Unpack`. E4M3's NaN is a signalling one.
fn unpack8(bits: u8, encoding: Option<Encoding>) -> Operand {
    let (sign, magnitude) = (bits >> 7 != 0, u64::from(bits & 0x7f));
    let (fraction_bits, bias) = match encoding {
        None => return Operand::Nan { signalling: true },
        Some(Encoding::E4m3) if magnitude == E4M3_NAN => return Operand::Nan { signalling: true },
        Some(Encoding::E5m2) if magnitude == E5m2::INFINITY => return Operand::Infinity { sign },
        Some(Encoding::E5m2) if magnitude > E5m2::INFINITY => return Operand::Nan { signalling: magnitude & E5m2::QUIET == 0 },
        Some(Encoding::E4m3) => (WideE4m3::FRACTION, WideE4m3::BIAS),
        Some(Encoding::E5m2) => (E5m2::FRACTION, E5m2::BIAS),
    };
    let (field, fraction) = ((magnitude >> fraction_bits) as i32, magnitude & ((1 << fraction_bits) - 1));
    let hidden = u64::from(field != 0) << fraction_bits;
    Operand::Finite { sign, significand: fraction | hidden, exponent: field.max(1) - bias - fraction_bits as i32 }
}

/// FPCR as these operations see it.
fn controls(fpcr: Fpcr) -> Fpcr {
    Fpcr(fpcr.0 & Fpcr::AH | Fpcr::DN)
}

/// `FP8ConvertFP` and `FP8ConvertBF`, of the first or second input stream.
fn widen<D: Format>(bits: u8, second: bool, scale_bits: u32, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    env.under(controls(env.fpcr), |env| match unpack8(bits, fpmr.source(second)) {
        Operand::Nan { signalling } => {
            if signalling {
                env.raise(IOC);
            }
            default_nan::<D>(env)
        }
        Operand::Infinity { sign } => infinity::<D>(sign),
        Operand::Finite { sign, significand, exponent } => match Real::from_integer(sign, significand) {
            None => zero::<D>(sign),
            Some(real) => {
                let exponent = real.exponent + exponent - fpmr.downscale(second, scale_bits);
                round::<D>(Real { exponent, ..real }, Rounding::TieEven, env)
            }
        },
    })
}

/// F1CVTL and F2CVTL: to half precision, divided by two to the power of FPMR.LSCALE or LSCALE2.
pub fn fp8_to_half(bits: u8, second: bool, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    widen::<F16>(bits, second, 4, fpmr, env)
}

/// BF1CVTL and BF2CVTL: the same to BFloat16.
pub fn fp8_to_bf16(bits: u8, second: bool, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    widen::<Bf16>(bits, second, 6, fpmr, env)
}

/// `FPConvertFP8`: from half or single precision, multiplied by two to the power of FPMR.NSCALE.
pub fn to_fp8<S: Format>(bits: u64, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    let Some(encoding) = fpmr.destination() else {
        env.raise(IOC);
        return 0xff;
    };
    let scale = fpmr.upscale(if S::IS_HALF { 5 } else { 8 });
    env.under(controls(env.fpcr), |env| {
        let operand = unpack::<S>(bits, env);
        let sign = u64::from(operand.sign()) << 7;
        match operand.kind {
            Kind::QuietNan | Kind::SignallingNan => {
                if operand.kind == Kind::SignallingNan {
                    env.raise(IOC);
                }
                default_nan8(encoding, env)
            }
            Kind::Infinity => overflow8(sign, encoding, fpmr, env),
            Kind::Zero => sign,
            Kind::Normal | Kind::Denormal => {
                let real = Real { exponent: operand.real.exponent + scale, ..operand.real };
                round8(real, sign, encoding, fpmr, env)
            }
        }
    })
}

fn default_nan8(encoding: Encoding, env: &FpEnv) -> u64 {
    match encoding {
        Encoding::E5m2 => default_nan::<E5m2>(env),
        Encoding::E4m3 => u64::from(env.alternate()) << 7 | E4M3_NAN,
    }
}

fn round8(real: Real, sign: u64, encoding: Encoding, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    let (magnitude, largest) = match encoding {
        Encoding::E5m2 => (round::<E5m2>(real, Rounding::TieEven, env) & (E5m2::SIGN - 1), E5m2::MAX_NORMAL),
        Encoding::E4m3 => (round::<WideE4m3>(real, Rounding::TieEven, env) & (WideE4m3::SIGN - 1), E4M3_NAN - 1),
    };
    if magnitude > largest { overflow8(sign, encoding, fpmr, env) } else { sign | magnitude }
}

/// A number that is too large, or an infinity.
fn overflow8(sign: u64, encoding: Encoding, fpmr: Fpmr, env: &mut FpEnv) -> u64 {
    env.raise(OFC | IXC);
    sign | match (encoding, fpmr.saturates_conversions()) {
        (Encoding::E5m2, false) => E5m2::INFINITY,
        (Encoding::E5m2, true) => E5m2::MAX_NORMAL,
        (Encoding::E4m3, false) => E4M3_NAN,
        (Encoding::E4m3, true) => E4M3_NAN - 1,
    }
}

/// The sum of products so far.
#[derive(Default)]
struct Sum {
    /// In units of 2^-32, the square of the smallest number.
    finite: i128,
    /// Infinities of either sign.
    infinity: [bool; 2],
    /// Whether every product was a zero, and whether any had this sign.
    all_zero: bool,
    zero_sign: [bool; 2],
    invalid: bool,
}

impl Sum {
    fn add(&mut self, a: &Operand, b: &Operand) {
        use Operand::{Finite, Infinity, Nan};
        match (a, b) {
            (Nan { .. }, _) | (_, Nan { .. }) => self.invalid = true,
            (Infinity { .. }, Finite { significand: 0, .. }) | (Finite { significand: 0, .. }, Infinity { .. }) => self.invalid = true,
            (Infinity { sign: x }, Infinity { sign: y } | Finite { sign: y, .. }) | (Finite { sign: x, .. }, Infinity { sign: y }) => {
                self.infinity[usize::from(x != y)] = true;
            }
            (Finite { sign: x, significand: s, exponent: e }, Finite { sign: y, significand: t, exponent: f }) => {
                let product = i128::from(s * t) << (e + f + 32);
                self.finite += if x != y { -product } else { product };
                self.all_zero &= product == 0;
                self.zero_sign[usize::from(x != y)] = true;
            }
        }
    }
}

/// `FP8MulAddFP` and `FP8DotAddFP`: the addend plus the products of pairs of the first and second input stream, divided by two to the
/// power of FPMR.LSCALE, all rounded once. Raises nothing.
pub fn fp8_sum_products<D: Format>(addend: u64, pairs: impl IntoIterator<Item = (u8, u8)>, fpmr: Fpmr, fpcr: Fpcr) -> u64 {
    let env = &mut FpEnv { fpcr: controls(fpcr), fpsr: 0 };
    let z = unpack::<D>(addend, env);
    let mut sum = Sum { all_zero: true, ..Sum::default() };
    for (a, b) in pairs {
        sum.add(&unpack8(a, fpmr.source(false)), &unpack8(b, fpmr.source(true)));
    }
    if z.is_infinity() {
        sum.infinity[usize::from(z.sign())] = true;
    }
    if z.is_nan() || sum.invalid || sum.infinity == [true, true] {
        return default_nan::<D>(env);
    }
    if sum.infinity != [false, false] {
        return infinity::<D>(sum.infinity[1]);
    }
    // Zeros of one sign keep it.
    if z.is_zero() && sum.all_zero {
        sum.zero_sign[usize::from(z.sign())] = true;
        return zero::<D>(sum.zero_sign == [false, true]);
    }
    let scale = fpmr.downscale(false, if D::IS_HALF { 4 } else { 7 });
    let products = Wide::normalised(sum.finite < 0, 127 - 32 - scale, sum.finite.unsigned_abs());
    let addend = (!z.is_zero()).then(|| z.real.widen());
    let total = match (products, addend) {
        (Some(products), Some(addend)) => products.add(addend),
        (one, None) | (None, one) => one,
    };
    let Some(total) = total else { return zero::<D>(false) };
    let result = round::<D>(total.narrow(), Rounding::TieEven, env);
    if env.fpsr & OFC != 0 && fpmr.saturates_products() { max_normal::<D>(total.sign) } else { result }
}
