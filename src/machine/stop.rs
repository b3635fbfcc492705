//! Where a run is to be interrupted, and how people write it: `--at` of `invar run`, `resume`, `receive` and `migrate`, and `at` of
//! scenario files. Interrupts nothing.

use std::str::FromStr;
use std::time::Duration;

/// The function (in X0) of the HVC by which a guest says that it is somewhere. Nobody answers it: the guest gets NOT_SUPPORTED, as of every
/// number that KVM does not know.
pub const MARKER: u64 = 0xc600_4d56;

/// When a run is to be interrupted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StopWhen {
    /// Only when somebody asks.
    #[default]
    Asked,
    /// After so many instructions of all CPUs since power-on; exactly then in deterministic runs.
    Instructions(u64),
    /// When the serial port has sent this text.
    Console(Vec<u8>),
    /// When a CPU has called [`MARKER`] so often.
    Marker(u64),
    /// When so much of the VM's time has passed: since power-on in deterministic runs, where an instruction is a nanosecond, and since it
    /// began here in others.
    Time(Duration),
}

/// Units of time; `s` last, because the others end with it.
const UNITS: [(&str, u64); 4] = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];

/// Not a point of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of marker, marker:3 (the third call), 1000000 (instructions), console:TEXT, 20ms (of the guest's time), seconds:2")]
pub struct NoPoint(String);

fn number(text: &str) -> Option<u64> {
    let plain = text.replace('_', "");
    // A sign would pass for a part of the number.
    let digits = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'));
    plain.strip_prefix("0x").map_or_else(|| digits(&plain, 10), |hexadecimal| digits(hexadecimal, 16))
}

fn time(text: &str) -> Option<Duration> {
    let (unit, factor) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let nanoseconds = number(text.strip_suffix(unit)?)?.checked_mul(factor)?;
    Some(Duration::from_nanos(nanoseconds))
}

fn seconds(text: &str) -> Option<Duration> {
    let whole = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    u64::try_from(whole.as_nanos()).ok().map(Duration::from_nanos)
}

fn point(text: &str) -> Option<StopWhen> {
    if text == "marker" {
        return Some(StopWhen::Marker(1));
    }
    if let Some((kind, rest)) = text.split_once(':') {
        return match kind {
            "marker" => number(rest).filter(|&count| count > 0).map(StopWhen::Marker),
            "console" => Some(StopWhen::Console(rest.into())),
            "instructions" => number(rest).map(StopWhen::Instructions),
            "seconds" => seconds(rest).map(StopWhen::Time),
            _ => None,
        };
    }
    number(text).map(StopWhen::Instructions).or_else(|| time(text).map(StopWhen::Time))
}

impl FromStr for StopWhen {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<StopWhen, NoPoint> {
        point(text).ok_or_else(|| NoPoint(text.into()))
    }
}

impl std::fmt::Display for StopWhen {
    /// As it is written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StopWhen::Asked => f.write_str("asked"),
            StopWhen::Instructions(count) => write!(f, "{count}"),
            StopWhen::Console(text) => write!(f, "console:{}", String::from_utf8_lossy(text)),
            StopWhen::Marker(1) => f.write_str("marker"),
            StopWhen::Marker(count) => write!(f, "marker:{count}"),
            StopWhen::Time(time) => write!(f, "{}ns", time.as_nanos()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points() {
        for (text, point) in [
            ("marker", StopWhen::Marker(1)),
            ("marker:3", StopWhen::Marker(3)),
            ("1000", StopWhen::Instructions(1000)),
            ("instructions:1000", StopWhen::Instructions(1000)),
            ("0x1_000", StopWhen::Instructions(4096)),
            ("1_000_000", StopWhen::Instructions(1_000_000)),
            ("20ms", StopWhen::Time(Duration::from_millis(20))),
            ("7ns", StopWhen::Time(Duration::from_nanos(7))),
            ("3s", StopWhen::Time(Duration::from_secs(3))),
            ("seconds:0.5", StopWhen::Time(Duration::from_millis(500))),
            ("console:login: ", StopWhen::Console("login: ".into())),
        ] {
            assert_eq!(text.parse(), Ok(point.clone()));
            assert_eq!(point.to_string().parse(), Ok(point), "{text}");
        }
        for wrong in [
            "",
            "soon",
            "-1",
            "+1",
            "20 ms",
            "99999999999999999999",
            "99999999999999999s",
            "ms",
            "marker:0",
            "marker:",
            "marker:x",
            "seconds:-1",
            "seconds:nan",
            "seconds:1e300",
            "instructions:",
            "at:5",
            "0x",
        ] {
            assert!(wrong.parse::<StopWhen>().is_err(), "{wrong}");
        }
    }
}
