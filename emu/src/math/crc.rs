//! The CRC-32 polynomials of the CRC32 and CRC32C instructions. No initial or final inversion: the guest does that.

/// A step of eight bits for each byte value.
pub type Table = [u32; 256];

/// Polynomial 0x04C11DB7, reflected.
pub static CRC32: Table = table(0x04c1_1db7);
/// Polynomial 0x1EDC6F41 (Castagnoli), reflected.
pub static CRC32C: Table = table(0x1edc_6f41);

const fn table(polynomial: u32) -> Table {
    let reflected = polynomial.reverse_bits();
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 != 0 { value >> 1 ^ reflected } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

/// Adds the low `bytes` bytes of `value`, the lowest first, to a checksum.
pub fn update(table: &Table, checksum: u32, value: u64, bytes: usize) -> u32 {
    value.to_le_bytes().iter().take(bytes).fold(checksum, |sum, byte| sum >> 8 ^ table[(sum as u8 ^ byte) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue entries CRC-32/ISO-HDLC and CRC-32/ISCSI.
    #[test]
    fn check_values() {
        let sum = |table| b"123456789".iter().fold(u32::MAX, |sum, &byte| update(table, sum, byte.into(), 1));
        assert_eq!(!sum(&CRC32), 0xcbf4_3926);
        assert_eq!(!sum(&CRC32C), 0xe306_9283);
        let eight = update(&CRC32C, u32::MAX, u64::from_le_bytes(*b"12345678"), 8);
        assert_eq!(!update(&CRC32C, eight, b'9'.into(), 1), 0xe306_9283);
    }
}
