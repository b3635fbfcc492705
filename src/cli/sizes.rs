//! Numbers as people write them: `512M`, `2G`, `0x4000_0000`, `1.5` seconds. Nothing else.

use std::time::Duration;

/// A number, decimal or `0x` hexadecimal, underscores allowed.
pub fn number(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let parsed = match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => plain.parse(),
    };
    parsed.map_err(|error| format!("`{text}` is not a number ({error})"))
}

/// A size in bytes; a suffix K, M, G (or KiB, MiB, GiB) multiplies, a bare number up to 65535 is MiB as in QEMU's `-m`.
pub fn size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let split = if lower.starts_with("0x") { lower.len() } else { lower.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(lower.len()) };
    let (digits, unit) = lower.split_at(split);
    let value = number(digits)?;
    let shift = match unit {
        "" if value < 0x1_0000 && !lower.starts_with("0x") => 20,
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err(format!("`{unit}` is not a unit; use K, M or G")),
    };
    value.checked_mul(1 << shift).ok_or_else(|| format!("`{text}` is too large"))
}

/// Seconds, with a fraction.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let value: f64 = text.parse().map_err(|error| format!("`{text}` is not a number of seconds ({error})"))?;
    Duration::try_from_secs_f64(value).map_err(|error| format!("`{text}` is not a number of seconds ({error})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("512M", 512 << 20),
            ("2G", 2 << 30),
            ("64k", 65536),
            ("256", 256 << 20),
            ("0x100000", 1 << 20),
            ("1GiB", 1 << 30),
            ("65536", 65536),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "1T", "-1", "99999999999G", "1.5G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_and_seconds() {
        assert_eq!(number("0x4000_0000"), Ok(0x4000_0000));
        assert!(number("0xzz").is_err());
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert!(seconds("-1").is_err() && seconds("x").is_err() && seconds("nan").is_err());
    }
}
