//! Scalable registers in the states of vectors: a whole register is cut into quadwords, of which the first of `z3` is `q3`, the second
//! `z3.1`; predicates and FFR likewise (`p3`, `p3.1`). Knows no instruction.

use emu::cpu::{Cpu, Predicate};

use super::State;

/// Hexadecimal digits of a quadword.
const DIGITS: usize = 32;

/// `z3`, `p3` or `ffr`: the key of its first quadword, the beginning of those of the others, and how many there are.
fn register(key: &str) -> Option<(String, String, usize)> {
    let numbered = |letter, limit| key.strip_prefix(letter).filter(|number| number.parse().is_ok_and(|number: u8| number < limit));
    match (numbered('z', 32), numbered('p', 16), key) {
        (Some(number), ..) => Some((format!("q{number}"), format!("{key}."), 16)),
        (_, Some(_), _) | (_, _, "ffr") => Some((key.into(), format!("{key}."), 2)),
        _ => None,
    }
}

/// Puts all quadwords of a scalable register into the state; those without digits are zero. False when the key is of something else.
pub fn insert(state: &mut State, key: &str, digits: &str) -> Result<bool, String> {
    let Some((first, others, count)) = register(key) else { return Ok(false) };
    let mut rest = digits;
    for part in 0..count {
        let (before, quadword) = rest.split_at(rest.len().saturating_sub(DIGITS));
        let value = if quadword.is_empty() { 0 } else { u128::from_str_radix(quadword, 16).map_err(|error| format!("{key}: {error}"))? };
        state.insert(if part == 0 { first.clone() } else { format!("{others}{part}") }, value);
        rest = before;
    }
    if rest.is_empty() { Ok(true) } else { Err(format!("{key}: too many digits")) }
}

/// Writes a quadword, or the `lengths` of vectors that there are (bit n: n + 1 quadwords); false when the key is of something else.
pub fn apply(cpu: &mut Cpu, key: &str, value: u128) -> bool {
    if key == "lengths" {
        cpu.vector_lengths = value as u16;
        return true;
    }
    let (name, part) = key.split_once('.').and_then(|(name, part)| Some((name, part.parse().ok()?))).unwrap_or((key, 0));
    if register(name).is_none() {
        return false;
    }
    let number = || name[1..].parse().unwrap_or_default();
    if name.starts_with('z') {
        let mut vector = cpu.whole_z(number());
        vector.set_quadword(part, value);
        cpu.set_whole_z(number(), &vector);
        return true;
    }
    let change = |mut predicate: Predicate| {
        (predicate.0[2 * part], predicate.0[2 * part + 1]) = (value as u64, (value >> 64) as u64);
        predicate
    };
    match name {
        "ffr" => cpu.set_ffr(&change(cpu.ffr())),
        _ => cpu.set_whole_p(number(), &change(cpu.whole_p(number()))),
    }
    true
}

/// What is not zero and not in a V register.
pub fn observe(cpu: &Cpu, state: &mut State) {
    let mut put = |name: String, part: usize, value: u128| {
        if value != 0 {
            state.insert(if part == 0 { name } else { format!("{name}.{part}") }, value);
        }
    };
    for number in 0..32 {
        let vector = cpu.whole_z(number);
        (1..16).for_each(|part| put(format!("z{number}"), part, vector.quadword(part)));
    }
    let predicates = (0..16).map(|number| (format!("p{number}"), cpu.whole_p(number))).chain([("ffr".into(), cpu.ffr())]);
    for (name, predicate) in predicates {
        let half = |part: usize| u128::from(predicate.0[2 * part + 1]) << 64 | u128::from(predicate.0[2 * part]);
        (0..2).for_each(|part| put(name.clone(), part, half(part)));
    }
}
