//! Kernel versions as numbers: which personalities are nearest to a version that has none.
//! Gives none in its place: what changed between two versions is not known to hold of one between them.

use super::{Personality, all};

/// Series of a version: `6.12` of `6.12`, `linux-6.12`, `v6.12.107` and `6.12-rc1`.
fn series(name: &str) -> Option<(u32, u32)> {
    let number = name.strip_prefix("linux-").or_else(|| name.strip_prefix('v')).unwrap_or(name);
    let (major, rest) = number.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let minor = rest.get(..digits)?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Which personalities are nearest to a version without one, as a clause; nothing for what is no version.
pub fn nearest(name: &str) -> Option<String> {
    let wanted = series(name)?;
    let known = || all().iter().map(Personality::name).filter_map(|name| Some((series(name)?, name)));
    if let Some((_, same)) = known().find(|&(series, _)| series == wanted) {
        return Some(format!("that series is `{same}`"));
    }
    let before = known().filter(|&(series, _)| series < wanted).max();
    let after = known().filter(|&(series, _)| series > wanted).min();
    match (before, after) {
        (Some((_, before)), Some((_, after))) => Some(format!("the nearest are `{before}` before it and `{after}` after it")),
        (Some((_, newest)), None) => Some(format!("the newest is `{newest}`")),
        (None, Some((_, oldest))) => Some(format!("the oldest is `{oldest}`")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lie_between_versions() {
        let between = |before, after| Some(format!("the nearest are `linux-{before}` before it and `linux-{after}` after it"));
        for (given, expected) in [
            ("6.9", between("6.8", "6.12")),
            ("6.10", between("6.8", "6.12")),
            ("linux-6.13", between("6.12", "6.14")),
            ("v7.1-rc3", between("7.0", "7.2")),
            ("5.4", between("4.20", "5.10")),
            ("6.12.107", Some("that series is `linux-6.12`".into())),
            ("v6.1", Some("that series is `linux-6.1`".into())),
            ("99.9", Some(format!("the newest is `{}`", all().last().map_or("", Personality::name)))),
            ("3.18", Some("the oldest is `linux-4.20`".into())),
            ("6", None),
            ("six.nine", None),
            ("6.", None),
            ("", None),
            ("einvariant", None),
        ] {
            assert_eq!(nearest(given), expected, "{given}");
        }
    }

    #[test]
    fn a_host_says_what_is_near() {
        let refused = |kernel| crate::Host::new("max", kernel).map(|_| ()).expect_err("no such kernel").to_string();
        let near =
            "there is no host kernel named `7.1`: the nearest are `linux-7.0` before it and `linux-7.2` after it; the personalities are ";
        assert!(refused("7.1").starts_with(near), "{}", refused("7.1"));
        assert!(refused("minix").starts_with("there is no host kernel named `minix`; the personalities are linux-4.20, "));
    }
}
