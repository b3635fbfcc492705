//! Flags of open files whose bits differ between arm64 and x86-64. All others are the same.

/// O_DIRECTORY, O_NOFOLLOW, O_DIRECT, O_LARGEFILE: on arm64, and on x86-64.
const DIFFERENT: [(u64, u64); 4] = [(0x4000, 0x1_0000), (0x8000, 0x2_0000), (0x1_0000, 0x4000), (0x2_0000, 0x8000)];

fn map(flags: u64, pairs: impl Iterator<Item = (u64, u64)> + Clone) -> u64 {
    let all = pairs.clone().fold(0, |all, (from, _)| all | from);
    pairs.fold(flags & !all, |mapped, (from, to)| if flags & from != 0 { mapped | to } else { mapped })
}

/// arm64's to the host's.
pub fn to_host(flags: u64) -> u64 {
    map(flags, DIFFERENT.into_iter())
}

/// The host's to arm64's.
pub fn from_host(flags: u64) -> u64 {
    map(flags, DIFFERENT.into_iter().map(|(theirs, ours)| (ours, theirs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_becomes_itself() {
        assert_eq!(to_host(0o200000), libc::O_DIRECT as u64);
        assert_eq!(to_host(0o40000), libc::O_DIRECTORY as u64);
        assert_eq!(to_host(0o100000), libc::O_NOFOLLOW as u64);
        for flags in [0, 0x1_0000, 0x3_c000, 0x4_2001] {
            assert_eq!(from_host(to_host(flags)), flags);
        }
    }
}
