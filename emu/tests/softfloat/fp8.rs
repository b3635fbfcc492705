//! 8-bit formats: sums of products and conversions from 8 bits against SoftFloat's quadruple precision, in which products and their
//! sums are exact; conversions to 8 bits against a search for the nearest of all numbers of the format.

use emu::math::fp::{self, F16, F32, FpEnv, Fpcr, Fpmr, IOC, IXC, OFC, Rounding, UFC};

use crate::arm::{Controls, default_nan, is_nan, is_signalling};
use crate::berkeley::{Berkeley, Quad, Tininess, ask};
use crate::driver::{Outcome, few_specials, many_specials, random, setting};
use crate::random::Random;

/// The value of an 8-bit pattern, a NaN for NaNs. `e4m3` tells the formats apart.
fn value(bits: u8, e4m3: bool) -> f64 {
    let (fraction_bits, bias) = if e4m3 { (3, 7) } else { (2, 15) };
    let magnitude = i32::from(bits & 0x7f);
    let (exponent, fraction) = (magnitude >> fraction_bits, magnitude & ((1 << fraction_bits) - 1));
    let number = match (e4m3, magnitude) {
        (true, 0x7f) | (false, 0x7d..) => f64::NAN,
        (false, 0x7c) => f64::INFINITY,
        _ if exponent == 0 => f64::from(fraction) * 2_f64.powi(1 - bias - fraction_bits),
        _ => f64::from(fraction | 1 << fraction_bits) * 2_f64.powi(exponent - bias - fraction_bits),
    };
    if bits >> 7 != 0 { -number } else { number }
}

/// FPMR of two input formats, a destination format, saturation of products and conversions, and scales.
fn fpmr(random: &mut Random) -> Fpmr {
    let formats = random.next() & 0b1_001_001;
    let scales = random.next() & 0x3f_ff7f_0000;
    // Large scales leave nothing to see.
    let small = if random.one_in(2) { 0x0707_0f07 << 16 } else { u64::MAX };
    Fpmr(formats | random.next() & 0xc000 | scales & small)
}

fn quad(value: f64) -> Quad {
    <emu::math::fp::F64 as Berkeley>::to_quad(value.to_bits())
}

/// The sum rounded once: exact, or to odd with more than twice the digits, then to nearest.
fn sum_products<D: Berkeley>(addend: u64, pairs: &[(u8, u8)], fpmr: Fpmr, fpcr: Fpcr) -> u64 {
    let (first, second) = (fpmr.0 & 1 != 0, fpmr.0 >> 3 & 1 != 0);
    let scale = (fpmr.0 >> 16 & if D::BITS == 16 { 0xf } else { 0x7f }) as i32;
    let products = pairs.iter().map(|&(a, b)| quad(value(a, first) * value(b, second)).scaled(-scale));
    let (total, _) = ask(Rounding::Odd, Tininess::BeforeRounding, || {
        products.reduce(Quad::add).map_or(D::to_quad(addend), |sum| sum.add(D::to_quad(addend)))
    });
    let (bits, raised) = ask(Rounding::TieEven, Tininess::BeforeRounding, || D::from_quad(total));
    if is_nan::<D>(bits) {
        return default_nan::<D>(Controls { fpcr, fpsr: 0 });
    }
    // Overflow, not an infinity among the operands.
    if raised & OFC != 0 && fpmr.0 >> 14 & 1 != 0 { bits - 1 } else { bits }
}

fn check_sum<D: Berkeley>(addend: u64, pairs: &[(u8, u8)], fpmr: Fpmr, fpcr: Fpcr) {
    let ours = fp::fp8_sum_products::<D>(addend, pairs.iter().copied(), fpmr, fpcr);
    let expected = sum_products::<D>(addend, pairs, fpmr, fpcr);
    assert_eq!(ours, expected, "{} {addend:x} + {pairs:x?}, FPMR {:x}, FPCR {:x}", D::NAME, fpmr.0, fpcr.0);
}

fn fpcr(random: &mut Random) -> Fpcr {
    // Nothing but AH may matter.
    Fpcr(random.next() as u32 & (Fpcr::AH | Fpcr::FIZ | Fpcr::FZ | Fpcr::FZ16 | Fpcr::DN | Fpcr::AHP | Fpcr::RMODE))
}

fn sums<D: Berkeley>() {
    let seed = setting("INVAR_SOFTFLOAT_SEED", 1);
    println!("seed {seed}");
    let source = &mut Random::new(seed);
    for addend in few_specials::<D>() {
        for bytes in 0..=u16::MAX {
            check_sum::<D>(addend, &[(bytes as u8, (bytes >> 8) as u8)], fpmr(source), fpcr(source));
        }
    }
    for _ in 0..setting("INVAR_SOFTFLOAT_CASES", 50_000) * 10 {
        let [addend] = random::<D, 1>(source);
        let length = source.pick(&[1, 2, 4, 8]);
        let mut pairs: Vec<(u8, u8)> = (0..length).map(|_| (source.next() as u8, source.next() as u8)).collect();
        if source.one_in(2) {
            // Infinities and NaNs are half of all sums otherwise.
            pairs.iter_mut().for_each(|(a, b)| (*a, *b) = (*a & 0xbb, *b & 0xbb));
        }
        check_sum::<D>(addend, &pairs, fpmr(source), fpcr(source));
    }
}

#[test]
fn sums_to_half() {
    sums::<F16>();
}

#[test]
fn sums_to_single() {
    sums::<F32>();
}

/// From 8 bits to half precision; BFloat16 is the upper half of the exact single.
#[test]
fn widening() {
    let source = &mut Random::new(1);
    for bits in 0..=u8::MAX {
        for _ in 0..2000 {
            let (fpmr, fpcr) = (fpmr(source), fpcr(source));
            let controls = Controls { fpcr, fpsr: 0 };
            for second in [false, true] {
                let e4m3 = fpmr.0 >> if second { 3 } else { 0 } & 1 != 0;
                let value = value(bits, e4m3);
                let scale = (fpmr.0 >> if second { 32 } else { 16 }) as i32;
                let signalling = value.is_nan() && (e4m3 || bits & 2 == 0);
                let nan = if signalling { IOC } else { 0 };
                let tininess = if fpcr.has(Fpcr::AH) { Tininess::AfterRounding } else { Tininess::BeforeRounding };
                let (half, raised) = ask(Rounding::TieEven, tininess, || F16::from_quad(quad(value).scaled(-(scale & 0xf))));
                let expected = if value.is_nan() { (default_nan::<F16>(controls), nan) } else { (half, raised) };
                let mut env = FpEnv { fpcr, fpsr: 0 };
                let ours = (fp::fp8_to_half(bits, second, fpmr, &mut env), env.fpsr);
                assert_eq!(ours, expected, "{bits:x} FPMR {:x} FPCR {:x}", fpmr.0, fpcr.0);

                let single = F32::from_quad(quad(value).scaled(-(scale & 0x3f)));
                assert!(value.is_nan() || single & 0xffff == 0, "{value} is no BFloat16");
                let expected = if value.is_nan() { (default_nan::<F32>(controls) >> 16, nan) } else { (single >> 16, 0) };
                let mut env = FpEnv { fpcr, fpsr: 0 };
                let ours = (fp::fp8_to_bf16(bits, second, fpmr, &mut env), env.fpsr);
                assert_eq!(ours, expected, "{bits:x} FPMR {:x} FPCR {:x}", fpmr.0, fpcr.0);
            }
        }
    }
}

/// The nearest number of the format to a positive one, of two the even one. The number after the largest stands for overflow.
fn nearest(number: f64, e4m3: bool) -> (u8, f64) {
    let largest = if e4m3 { 0x7e } else { 0x7b };
    let beyond = if e4m3 { 480.0 } else { 65536.0 };
    if number >= beyond {
        // Farther away, all distances look alike.
        return (largest + 1, beyond);
    }
    let numbers = (0..=largest + 1).map(|bits| (bits, if bits > largest { beyond } else { value(bits, e4m3) }));
    numbers.min_by(|a, b| (a.1 - number).abs().total_cmp(&(b.1 - number).abs()).then((a.0 & 1).cmp(&(b.0 & 1)))).expect("numbers")
}

/// Whether a number is below the smallest normal one: itself, or rounded as if there were no smallest.
fn is_tiny(number: f64, e4m3: bool, after_rounding: bool) -> bool {
    let (smallest, digits) = if e4m3 { (2_f64.powi(-6), 4) } else { (2_f64.powi(-14), 3) };
    // Rounds up to the smallest normal number: half a unit below it, at its precision less one exponent.
    number < if after_rounding { smallest * (1.0 - 2_f64.powi(-digits - 1)) } else { smallest }
}

fn narrowed<S: Berkeley>(bits: u64, fpmr: Fpmr, fpcr: Fpcr) -> Outcome {
    let e4m3 = fpmr.0 >> 6 & 1 != 0;
    let (sign, scale) = (if bits & S::SIGN != 0 { 0x80 } else { 0 }, (fpmr.0 >> 24) as u8);
    let scale = if S::BITS == 16 { i32::from((scale << 3) as i8 >> 3) } else { i32::from(scale as i8) };
    if is_nan::<S>(bits) {
        let sign = if fpcr.has(Fpcr::AH) { 0x80 } else { 0 };
        return (sign | if e4m3 { 0x7f } else { 0x7e }, if is_signalling::<S>(bits) { IOC } else { 0 });
    }
    let double = |bits| match S::BITS {
        16 => crate::berkeley::half_to_double(bits),
        _ => crate::berkeley::single_to_double(bits),
    };
    let number = f64::from_bits(double(bits)).abs() * 2_f64.powi(scale);
    let (rounded, close) = nearest(number, e4m3);
    let largest = if e4m3 { 0x7e } else { 0x7b };
    if number.is_infinite() || rounded > largest {
        let saturates = fpmr.0 >> 15 & 1 != 0;
        let magnitude = if saturates { largest } else { largest + 1 };
        return (sign | u64::from(magnitude), OFC | IXC);
    }
    let inexact = close.to_bits() != number.to_bits();
    let tiny = is_tiny(number, e4m3, fpcr.has(Fpcr::AH));
    let flags = if inexact { IXC } else { 0 } | if inexact && tiny { UFC } else { 0 };
    (sign | u64::from(rounded), flags)
}

fn narrowing<S: Berkeley>() {
    let source = &mut Random::new(setting("INVAR_SOFTFLOAT_SEED", 1));
    let check = |bits: u64, source: &mut Random| {
        let (fpmr, fpcr) = (fpmr(source), fpcr(source));
        let mut env = FpEnv { fpcr, fpsr: 0 };
        let ours = (fp::to_fp8::<S>(bits, fpmr, &mut env), env.fpsr);
        assert_eq!(ours, narrowed::<S>(bits, fpmr, fpcr), "{bits:x} FPMR {:x} FPCR {:x}", fpmr.0, fpcr.0);
    };
    for bits in many_specials::<S>() {
        for _ in 0..4 {
            check(bits, source);
        }
    }
    for _ in 0..setting("INVAR_SOFTFLOAT_CASES", 50_000) {
        let [bits] = random::<S, 1>(source);
        check(bits, source);
    }
}

#[test]
fn narrowing_half() {
    narrowing::<F16>();
}

#[test]
fn narrowing_single() {
    narrowing::<F32>();
}

/// Formats that FPMR has no meaning for.
#[test]
fn unsupported_formats() {
    let mut env = FpEnv::new(0, 0);
    assert_eq!((fp::to_fp8::<F32>(0x3f80_0000, Fpmr(2 << 6), &mut env), env.fpsr), (0xff, IOC));
    let mut env = FpEnv::new(0, 0);
    assert_eq!((fp::fp8_to_half(0, false, Fpmr(7), &mut env), env.fpsr), (0x7e00, IOC));
    assert_eq!(fp::fp8_sum_products::<F32>(0, [(0, 0)], Fpmr(4 << 3), Fpcr(0)), 0x7fc0_0000);
}
