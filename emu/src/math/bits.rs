//! Bit-level arithmetic of the integer instructions, as pure functions. Knows no CPU and no instruction word.

/// The wmask of DecodeBitMasks() in the Arm ARM (shared pseudocode): None for reserved values.
pub const fn decode_bit_masks(element64: bool, imms: u32, immr: u32) -> Option<u64> {
    let combined = ((element64 as u32) << 6) | (!imms & 0x3f);
    if combined == 0 {
        return None;
    }
    let length = 31 - combined.leading_zeros();
    if length == 0 {
        return None;
    }
    let size = 1u32 << length;
    let levels = size - 1;
    let (ones, rotate) = (imms & levels, immr & levels);
    if ones == levels {
        return None;
    }
    let element_mask = u64::MAX >> (64 - size);
    let run = u64::MAX >> (63 - ones);
    let mut pattern = if rotate == 0 { run } else { (run >> rotate) | (run << (size - rotate)) };
    pattern &= element_mask;
    let mut width = size;
    while width < 64 {
        pattern |= pattern << width;
        width *= 2;
    }
    Some(pattern)
}

/// Packs N, Z, C, V into the layout of the NZCV register (bits 31:28).
#[inline(always)]
pub const fn nzcv(n: bool, z: bool, c: bool, v: bool) -> u32 {
    ((n as u32) << 31) | ((z as u32) << 30) | ((c as u32) << 29) | ((v as u32) << 28)
}

/// AddWithCarry() on 64 bits: the sum and its flags.
#[inline(always)]
pub const fn add_with_carry64(left: u64, right: u64, carry: bool) -> (u64, u32) {
    let (partial, carry1) = left.overflowing_add(right);
    let (sum, carry2) = partial.overflowing_add(carry as u64);
    let overflow = ((left ^ sum) & (right ^ sum)) >> 63 != 0;
    (sum, nzcv((sum as i64) < 0, sum == 0, carry1 | carry2, overflow))
}

/// AddWithCarry() on 32 bits: the sum and its flags.
#[inline(always)]
pub const fn add_with_carry32(left: u32, right: u32, carry: bool) -> (u32, u32) {
    let (partial, carry1) = left.overflowing_add(right);
    let (sum, carry2) = partial.overflowing_add(carry as u32);
    let overflow = ((left ^ sum) & (right ^ sum)) >> 31 != 0;
    (sum, nzcv((sum as i32) < 0, sum == 0, carry1 | carry2, overflow))
}

/// ExtendReg() without the shift: `kind` is UXTB, UXTH, UXTW, UXTX, SXTB, SXTH, SXTW, SXTX.
#[inline(always)]
pub const fn extend(value: u64, kind: u8) -> u64 {
    match kind & 7 {
        0 => value as u8 as u64,
        1 => value as u16 as u64,
        2 => value as u32 as u64,
        4 => value as i8 as u64,
        5 => value as i16 as u64,
        6 => value as i32 as u64,
        _ => value,
    }
}

/// SDIV on 64 bits: zero when the divisor is, and no overflow trap.
#[inline(always)]
pub const fn signed_divide64(left: u64, right: u64) -> u64 {
    if right == 0 { 0 } else { (left as i64).wrapping_div(right as i64) as u64 }
}

/// SDIV on 32 bits.
#[inline(always)]
pub const fn signed_divide32(left: u32, right: u32) -> u32 {
    if right == 0 { 0 } else { (left as i32).wrapping_div(right as i32) as u32 }
}

/// REV16: swaps the bytes of each halfword.
#[inline(always)]
pub const fn reverse_in_halfwords(value: u64) -> u64 {
    (value & 0x00ff_00ff_00ff_00ff) << 8 | value >> 8 & 0x00ff_00ff_00ff_00ff
}

/// ConditionHolds() for the four-bit condition `cond` on packed flags.
#[inline(always)]
pub const fn condition_holds(cond: u8, flags: u32) -> bool {
    // One bit a flag combination: 16 conditions x 16 values of NZCV, computed once at compile time.
    (CONDITIONS[(cond & 15) as usize] >> (flags >> 28)) & 1 != 0
}

const CONDITIONS: [u16; 16] = {
    let mut table = [0u16; 16];
    let mut cond = 0;
    while cond < 16 {
        let mut flags = 0;
        while flags < 16 {
            let (n, z, c, v) = (flags & 8 != 0, flags & 4 != 0, flags & 2 != 0, flags & 1 != 0);
            let base = match cond >> 1 {
                0 => z,
                1 => c,
                2 => n,
                3 => v,
                4 => c && !z,
                5 => n == v,
                6 => n == v && !z,
                _ => true,
            };
            // The lowest bit inverts, except for 0b1111, which is "always" as well.
            if base != (cond & 1 == 1 && cond != 15) {
                table[cond] |= 1 << flags;
            }
            flags += 1;
        }
        cond += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_masks_follow_the_manual() {
        let cases = [
            (true, 0b000000, 0, Some(1)),
            (true, 0b111110, 0, Some(u64::MAX >> 1)),
            (true, 0b111111, 0, None),
            (false, 0b111100, 0, Some(0x5555_5555_5555_5555)),
            (false, 0b111100, 1, Some(0xaaaa_aaaa_aaaa_aaaa)),
            (false, 0b111101, 0, None),
            (false, 0b000111, 0, Some(0x0000_00ff_0000_00ff)),
            (true, 0b000111, 8, Some(0xff00_0000_0000_0000)),
            (false, 0b110000, 1, Some(0x8080_8080_8080_8080)),
        ];
        for (element64, imms, immr, expected) in cases {
            assert_eq!(decode_bit_masks(element64, imms, immr), expected, "N={element64} imms={imms:#b} immr={immr}");
        }
    }

    #[test]
    fn flags_of_sums() {
        assert_eq!(add_with_carry64(u64::MAX, 0, true), (0, nzcv(false, true, true, false)));
        assert_eq!(add_with_carry64(i64::MAX as u64, 1, false).1, nzcv(true, false, false, true));
        assert_eq!(add_with_carry32(5, !5, true), (0, nzcv(false, true, true, false)));
    }

    #[test]
    fn conditions() {
        let z = nzcv(false, true, false, false);
        assert!(condition_holds(0, z) && !condition_holds(1, z));
        assert!(condition_holds(14, 0) && condition_holds(15, 0));
        assert!(condition_holds(13, z) && !condition_holds(12, z));
        let n = nzcv(true, false, false, false);
        assert!(condition_holds(11, n) && !condition_holds(10, n));
    }
}
