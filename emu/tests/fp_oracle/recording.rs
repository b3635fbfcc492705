//! What an oracle answered, kept as text: for each operation a digest over many generated cases and a few of them in
//! full. It holds no expectation that an oracle did not give.
//!
//! ```text
//! fadd.s 1 20000 0123456789abcdef        name, seed, count, digest
//! 3f800000 1 0 fpcr fpsr = value fpsr    operands, controls and outcome, hexadecimal
//! ```

use crate::Outcome;
use crate::cases::{Case, hash};
use crate::ops::Op;
use std::fmt;

pub struct Section {
    pub name: String,
    pub seed: u64,
    pub count: usize,
    pub digest: u64,
    pub examples: Vec<(Case, Outcome)>,
}

pub fn digest(outcomes: &[Outcome]) -> u64 {
    hash(outcomes.iter().flat_map(|(value, fpsr)| [*value, u64::from(*fpsr)]))
}

impl Section {
    /// The first two examples of every combination of flags raised.
    pub fn new(op: &Op, seed: u64, cases: &[Case], outcomes: &[Outcome]) -> Self {
        let mut seen: Vec<u32> = Vec::new();
        let mut examples = Vec::new();
        for (case, outcome) in cases.iter().zip(outcomes) {
            let key = outcome.1 | (case.fpsr << 8);
            if seen.iter().filter(|&&other| other == key).count() < 2 {
                seen.push(key);
                examples.push((*case, *outcome));
            }
        }
        Self { name: op.name.clone(), seed, count: cases.len(), digest: digest(outcomes), examples }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} {} {:016x}", self.name, self.seed, self.count, self.digest)?;
        for (case, (value, fpsr)) in &self.examples {
            let [a, b, c] = case.operands;
            writeln!(f, "{a:x} {b:x} {c:x} {:x} {:x} = {value:x} {fpsr:x}", case.fpcr, case.fpsr)?;
        }
        Ok(())
    }
}

fn hex(word: &str) -> u64 {
    u64::from_str_radix(word, 16).unwrap_or_else(|_| panic!("{word:?} is not hexadecimal"))
}

pub fn parse(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [a, b, c, fpcr, fpsr, "=", value, result_fpsr] => {
                let case = Case { operands: [a, b, c].map(hex), fpcr: hex(fpcr) as u32, fpsr: hex(fpsr) as u32 };
                let section = sections.last_mut().expect("an example before the first name");
                section.examples.push((case, (hex(value), hex(result_fpsr) as u32)));
            }
            [name, seed, count, digest] => sections.push(Section {
                name: name.into(),
                seed: seed.parse().expect("a seed"),
                count: count.parse().expect("a count"),
                digest: hex(digest),
                examples: Vec::new(),
            }),
            _ => panic!("not a line of a recording: {line:?}"),
        }
    }
    sections
}
