//! Values that are another every time: clocks, counters, random numbers. They are compared in form only. Excuses no wrong row.

/// Registers by their encoding in GST rows.
const MOVING: [&str; 9] = [
    // CNTPCT_EL0, CNTVCT_EL0, CNTPCTSS_EL0, CNTVCTSS_EL0
    "3,3,14,0,1",
    "3,3,14,0,2",
    "3,3,14,0,5",
    "3,3,14,0,6",
    // CNTP_TVAL_EL0, CNTV_TVAL_EL0
    "3,3,14,2,0",
    "3,3,14,3,0",
    // PMCCNTR_EL0
    "3,3,9,13,0",
    // RNDR, RNDRRS
    "3,3,2,4,0",
    "3,3,2,4,1",
];
/// CNTVCT_EL0 and CNTPCT_EL0 in REG rows.
const COUNTERS: [&str; 2] = ["0x603000000013df1a", "0x603000000013df01"];
/// PTP, TRNG_RND32 and TRNG_RND64.
const CALLS: [&str; 3] = ["0x86000001", "0x84000053", "0xc4000053"];
/// SMCCC error codes are negative.
const FAILED: &str = "x0=0xffffffff";

/// The row with stars for what moves; None when nothing does.
pub fn starred(row: &str) -> Option<String> {
    let columns: Vec<&str> = row.split('\t').collect();
    let moving = match columns.as_slice() {
        ["REG", _, id, _, _] => COUNTERS.contains(id).then_some(4),
        ["GST", _, encoding, "OK", _] => MOVING.contains(encoding).then_some(4),
        ["CALL", _, _, call, _, _, "ret", answer] => {
            (CALLS.iter().any(|function| call.starts_with(function)) && !answer.starts_with(FAILED)).then_some(7)
        }
        ["EXIT", "rndr#0", "rc=0", ..] => return Some(rndr(&columns)),
        _ => None,
    }?;
    let stars = if columns[0] == "CALL" { answer(columns[3], columns[moving]) } else { digits(columns[moving]) };
    let starred = columns.iter().enumerate().map(|(at, &column)| if at == moving { stars.as_str() } else { column });
    Some(starred.collect::<Vec<_>>().join("\t"))
}

/// A number, by whether it is one.
fn digits(value: &str) -> String {
    let hex = value.strip_prefix("0x").is_some_and(|digits| u64::from_str_radix(digits, 16).is_ok());
    if hex { "*".into() } else { value.into() }
}

/// Random numbers have as many bits as were asked for, in X3, X2, X1; a clock has 32 in each of X0 to X3.
fn answer(call: &str, columns: &str) -> String {
    let bits = call.split(['(', ',']).nth(1).and_then(|digits| u64::from_str_radix(digits.trim_start_matches("0x"), 16).ok());
    let (clock, word) = (call.starts_with(CALLS[0]), if call.starts_with(CALLS[1]) { 32 } else { 64 });
    let widths = if clock { [32; 3] } else { [2, 1, 0].map(|before| bits.unwrap_or_default().saturating_sub(before * word).min(word)) };
    let starred = |part: &str| {
        let Some((name, value)) = part.split_once('=') else { return part.to_owned() };
        let width = match name {
            "x1" => widths[0],
            "x2" => widths[1],
            "x3" => widths[2],
            _ if clock => 32,
            _ => return part.to_owned(),
        };
        let number = u64::from_str_radix(value.trim_start_matches("0x"), 16).expect("hexadecimal");
        let fits = width > 0 && number.checked_shr(width as u32).unwrap_or(0) == 0;
        format!("{name}={}", if fits { "*" } else { value })
    };
    columns.split(' ').map(starred).collect::<Vec<_>>().join(" ")
}

/// RNDR: X0 is the number, and is reported.
fn rndr(columns: &[&str]) -> String {
    let starred = |part: &str| match part.split_once('=') {
        Some((name @ ("x0" | "data"), value)) => format!("{name}={}", digits(value)),
        _ => part.to_owned(),
    };
    let columns = columns.iter().map(|column| column.split(' ').map(starred).collect::<Vec<_>>().join(" "));
    columns.collect::<Vec<_>>().join("\t")
}
