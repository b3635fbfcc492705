//! Finite non-zero values between unpacking and rounding: a sign, an exponent and a significand wide enough that the
//! lowest bit can stand for everything below it. It knows no format and no rounding mode.

/// `(-1)^sign * significand * 2^(exponent - 63)`, with bit 63 of the significand set. Bit 0 is sticky: it is also set
/// when the exact value has non-zero bits below it. All formats here keep at most 53 bits, so at least ten bits lie
/// between the last kept one and the sticky one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real {
    pub sign: bool,
    pub exponent: i32,
    pub significand: u64,
}

/// The same with a 128-bit significand: `significand * 2^(exponent - 127)`, bit 127 set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide {
    pub sign: bool,
    pub exponent: i32,
    pub significand: u128,
}

/// Right shift that keeps in bit 0 whether anything was shifted out.
pub(super) fn shift_right_sticky(value: u64, distance: u32) -> u64 {
    match value.checked_shr(distance) {
        Some(shifted) => shifted | u64::from((shifted << distance) != value),
        None => u64::from(value != 0),
    }
}

fn shift_right_sticky_wide(value: u128, distance: u32) -> u128 {
    match value.checked_shr(distance) {
        Some(shifted) => shifted | u128::from((shifted << distance) != value),
        None => u128::from(value != 0),
    }
}

impl Wide {
    /// Moves the leading one to bit 127; `None` for zero.
    pub fn normalised(sign: bool, exponent: i32, significand: u128) -> Option<Self> {
        let shift = significand.leading_zeros();
        let significand = significand.checked_shl(shift)?;
        (significand != 0).then_some(Self { sign, exponent: exponent - shift as i32, significand })
    }

    /// The exact sum, or one that rounds alike; `None` when the operands cancel.
    ///
    /// Operands carry at most 106 significant bits (a product of two doubles). One bit of headroom for the carry
    /// leaves 21 zero bits below them, so alignment loses bits only at exponent differences above 21; there
    /// cancellation removes at most one leading bit and the sticky bit stays far below every rounding position.
    pub fn add(self, other: Self) -> Option<Self> {
        let swap = (self.exponent, self.significand) < (other.exponent, other.significand);
        let (large, small) = if swap { (other, self) } else { (self, other) };
        let distance = large.exponent.wrapping_sub(small.exponent) as u32;
        let high = large.significand >> 1;
        let low = shift_right_sticky_wide(small.significand >> 1, distance);
        let sum = if large.sign == small.sign { high + low } else { high - low };
        Self::normalised(large.sign, large.exponent + 1, sum)
    }

    pub fn narrow(self) -> Real {
        let sticky = self.significand as u64 != 0;
        Real { sign: self.sign, exponent: self.exponent, significand: (self.significand >> 64) as u64 | u64::from(sticky) }
    }

    /// Exact multiplication by a power of two.
    pub fn scaled(self, power: i32) -> Self {
        Self { exponent: self.exponent + power, ..self }
    }
}

impl Real {
    /// From an integer magnitude; `None` for zero.
    pub fn from_integer(sign: bool, magnitude: u64) -> Option<Self> {
        let shift = magnitude.leading_zeros();
        let significand = magnitude.checked_shl(shift)?;
        Some(Self { sign, exponent: 63 - shift as i32, significand })
    }

    pub fn widen(self) -> Wide {
        Wide { sign: self.sign, exponent: self.exponent, significand: u128::from(self.significand) << 64 }
    }

    pub fn multiply(self, other: Self) -> Wide {
        let product = u128::from(self.significand) * u128::from(other.significand);
        let carry = (product >> 127) as u32;
        Wide { sign: self.sign != other.sign, exponent: self.exponent + other.exponent + carry as i32, significand: product << (1 - carry) }
    }

    pub fn divide(self, other: Self) -> Self {
        // Both significands have bit 63 set, so the quotient has 63 or 64 bits: enough, with the remainder as sticky.
        let dividend = u128::from(self.significand) << 63;
        let divisor = u128::from(other.significand);
        let quotient = (dividend / divisor) as u64;
        let inexact = dividend % divisor != 0;
        let shift = quotient.leading_zeros();
        Self {
            sign: self.sign != other.sign,
            exponent: self.exponent - other.exponent - shift as i32,
            significand: (quotient | u64::from(inexact)) << shift,
        }
    }

    /// Square root of the magnitude.
    pub fn square_root(self) -> Self {
        // Halve an even exponent; the radicand then lies in [2^126, 2^128) and its root has bit 63 set.
        let odd = (self.exponent & 1) as u32;
        let radicand = u128::from(self.significand) << (63 + odd);
        let root = radicand.isqrt();
        let inexact = root * root != radicand;
        Self { sign: false, exponent: (self.exponent - odd as i32) / 2, significand: root as u64 | u64::from(inexact) }
    }

    /// Splits the magnitude times `2^scale` into its integer part, saturated at `u64::MAX` with `None`, and a 64-bit
    /// fraction whose bit 63 is one half and whose bit 0 is sticky.
    pub fn split(self, scale: i32) -> Option<(u64, u64)> {
        let exponent = self.exponent + scale;
        match exponent {
            64.. => None,
            63 => Some((self.significand, 0)),
            0..63 => {
                let bits = exponent as u32 + 1;
                Some((self.significand >> (64 - bits), self.significand << bits))
            }
            _ => Some((0, shift_right_sticky(self.significand, (-1 - exponent) as u32))),
        }
    }
}
