//! The five numbers that name a system register or SYS operation, packed as KVM packs them.
//! Says nothing about whether a register exists there: that is `SysReg::from_encoding`.

use core::fmt;
use core::str::FromStr;

/// op0(2) op1(3) CRn(4) CRm(4) op2(3): the low 16 bits of a KVM_REG_ARM64_SYSREG id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Encoding(pub u16);

/// KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM64_SYSREG (arm64 uapi asm/kvm.h).
const KVM_SYSREG_U64: u64 = 0x6030_0000_0013_0000;

impl Encoding {
    /// Packs the five fields; bits beyond a field's width are dropped.
    pub const fn new(op0: u8, op1: u8, crn: u8, crm: u8, op2: u8) -> Self {
        Encoding(
            ((op0 as u16 & 3) << 14) | ((op1 as u16 & 7) << 11) | ((crn as u16 & 15) << 7) | ((crm as u16 & 15) << 3) | (op2 as u16 & 7),
        )
    }

    pub const fn op0(self) -> u8 {
        (self.0 >> 14) as u8
    }

    pub const fn op1(self) -> u8 {
        (self.0 >> 11) as u8 & 7
    }

    pub const fn crn(self) -> u8 {
        (self.0 >> 7) as u8 & 15
    }

    pub const fn crm(self) -> u8 {
        (self.0 >> 3) as u8 & 15
    }

    pub const fn op2(self) -> u8 {
        self.0 as u8 & 7
    }

    /// The ONE_REG id of the 64-bit system register at this encoding.
    pub const fn kvm_id(self) -> u64 {
        KVM_SYSREG_U64 + self.0 as u64
    }

    /// The inverse of [`kvm_id`](Self::kvm_id); `None` for any other register class or size.
    pub const fn from_kvm_id(id: u64) -> Option<Self> {
        if id & !0xffff == KVM_SYSREG_U64 { Some(Encoding(id as u16)) } else { None }
    }

    /// The assembler's name for an encoding without one, `S3_0_C0_C4_0`.
    pub const fn generic_name(self) -> GenericName {
        GenericName(self)
    }
}

/// Prints an encoding as `S<op0>_<op1>_C<n>_C<m>_<op2>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenericName(Encoding);

impl fmt::Display for GenericName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = self.0;
        write!(f, "S{}_{}_C{}_C{}_{}", e.op0(), e.op1(), e.crn(), e.crm(), e.op2())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{},{}", self.op0(), self.op1(), self.crn(), self.crm(), self.op2())
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoding({self})")
    }
}

/// The text is neither `3,0,0,4,0` nor `S3_0_C0_C4_0`, or a number exceeds its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEncoding;

impl fmt::Display for BadEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a register encoding: expected `3,0,0,4,0` or `S3_0_C0_C4_0`")
    }
}

impl core::error::Error for BadEncoding {}

impl FromStr for Encoding {
    type Err = BadEncoding;

    fn from_str(text: &str) -> Result<Self, BadEncoding> {
        let generic = text.strip_prefix(['S', 's']);
        let (mut parts, prefixed) = match generic {
            Some(rest) => (rest.split('_'), true),
            None => (text.split(','), false),
        };
        let mut next = |width: u32, letter: bool| {
            let part = parts.next().ok_or(BadEncoding)?.trim();
            let digits = if letter && prefixed { part.strip_prefix(['C', 'c']).ok_or(BadEncoding)? } else { part };
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let number = digits.parse::<u8>().map_err(|_| BadEncoding)?;
            if plain && u32::from(number) < (1 << width) { Ok(number) } else { Err(BadEncoding) }
        };
        let packed = Encoding::new(next(2, false)?, next(3, false)?, next(4, true)?, next(4, true)?, next(3, false)?);
        if parts.next().is_some() { Err(BadEncoding) } else { Ok(packed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn kvm_id_of_midr_is_the_documented_one() {
        let midr = Encoding::new(3, 0, 0, 0, 0);
        assert_eq!(midr.kvm_id(), 0x6030_0000_0013_c000);
        assert_eq!(Encoding::from_kvm_id(0x6030_0000_0013_c000), Some(midr));
        assert_eq!(Encoding::from_kvm_id(0x6020_0000_0011_0000), None);
    }

    #[test]
    fn every_encoding_survives_both_texts() {
        for bits in 0..=u16::MAX {
            let e = Encoding(bits);
            assert_eq!(e.to_string().parse(), Ok(e));
            assert_eq!(e.generic_name().to_string().parse(), Ok(e));
            assert_eq!(Encoding::new(e.op0(), e.op1(), e.crn(), e.crm(), e.op2()), e);
        }
    }

    #[test]
    fn bad_texts_are_refused() {
        for text in ["", "3,0,0,4", "3,0,0,4,0,0", "4,0,0,4,0", "3,0,0,4,8", "3,0,16,4,0", "S3_0_0_C4_0", "3,+0,0,4,0", "x"] {
            assert_eq!(text.parse::<Encoding>(), Err(BadEncoding), "{text}");
        }
    }
}
