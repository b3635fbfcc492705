//! Compares a recording with what the probe prints, row by row: a row is found by the columns that name it. Knows no exception itself.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::exceptions;
use super::form::starred;
use super::load::{Recording, is_end};

/// In place of a row.
const ABSENT: &str = "(no row)";

/// How one recording fared.
pub struct Comparison {
    pub name: &'static str,
    /// Recorded rows.
    pub rows: usize,
    equal: usize,
    /// Equal but for numbers that are others every time.
    in_form: usize,
    /// Rows that we have and the recording has not, with a reason; they are counted in `excepted`, too.
    pub additional: usize,
    /// Differences with a reason.
    pub excepted: BTreeMap<&'static str, usize>,
    /// Differences without.
    pub problems: Vec<String>,
}

/// How many columns name a row, the record type included.
fn key_columns(record: &str) -> usize {
    match record {
        "PREF" => 1,
        "CAP" | "REG" | "ENCAP" | "GST" | "GSTW" | "GSTX" | "GCCSIDR" | "CALL2" => 3,
        "WHOLE" | "NIBGET" | "CALL" | "GSTSUM" => 4,
        "NIB" => 5,
        _ => 2,
    }
}

/// The name of a row, and the row.
fn named<'a>(rows: impl Iterator<Item = &'a str>) -> Vec<(String, &'a str)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    rows.filter(|row| !is_end(row))
        .map(|row| {
            let record = row.split('\t').next().unwrap_or_default();
            let key = row.split('\t').take(key_columns(record)).collect::<Vec<_>>().join("\t");
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            // The same question may be asked again.
            (if *count == 1 { key } else { format!("{key}\tagain {count}") }, row)
        })
        .collect()
}

impl Comparison {
    pub fn new(recording: &'static Recording, ours: &[String]) -> Comparison {
        let recorded = named(recording.rows.iter().copied());
        let ours = named(ours.iter().map(String::as_str));
        let mut comparison = Comparison {
            name: recording.name,
            rows: recorded.len(),
            equal: 0,
            in_form: 0,
            additional: 0,
            excepted: BTreeMap::new(),
            problems: Vec::new(),
        };
        let our_rows: HashMap<&str, &str> = ours.iter().map(|(key, row)| (key.as_str(), *row)).collect();
        let their_rows: HashMap<&str, &str> = recorded.iter().map(|(key, row)| (key.as_str(), *row)).collect();
        for (key, row) in &recorded {
            comparison.row(recording, key, row, our_rows.get(key.as_str()).copied());
        }
        for (key, row) in ours.iter().filter(|(key, _)| !their_rows.contains_key(key.as_str())) {
            comparison.difference(recording, key, ABSENT, row);
        }
        let order = |rows: &[(String, &str)], other: &HashMap<&str, &str>| -> Vec<String> {
            rows.iter().map(|(key, _)| key.clone()).filter(|key| other.contains_key(key.as_str())).collect()
        };
        let (theirs, ours) = (order(&recorded, &our_rows), order(&ours, &their_rows));
        if let Some(at) = theirs.iter().zip(&ours).position(|(theirs, ours)| theirs != ours) {
            comparison.problems.push(format!("{}: order: recorded `{}`, ours `{}`", recording.name, theirs[at], ours[at]));
        }
        comparison
    }

    fn row(&mut self, recording: &Recording, key: &str, row: &str, ours: Option<&str>) {
        match ours {
            Some(ours) if ours == row => self.equal += 1,
            Some(ours) if starred(row).is_some_and(|form| starred(ours) == Some(form)) => self.in_form += 1,
            ours => self.difference(recording, key, row, ours.unwrap_or(ABSENT)),
        }
    }

    fn difference(&mut self, recording: &Recording, key: &str, row: &str, ours: &str) {
        let columns: Vec<&str> = key.split('\t').collect();
        match columns.split_first().and_then(|(record, key)| exceptions::find(recording, record, key)) {
            Some(reason) => {
                self.additional += usize::from(row == ABSENT);
                *self.excepted.entry(reason).or_default() += 1;
            }
            None => self.problems.push(format!("{}:\n    recorded {row}\n    ours     {ours}", recording.name)),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Comparison { name, rows, equal, in_form, additional, excepted, problems } = self;
        write!(
            f,
            "{name:17} {rows:6} rows, {equal:6} equal, {in_form:3} in form, {:2} different, {additional} additional",
            problems.len()
        )?;
        for (reason, count) in excepted {
            write!(f, "; {count} {reason}")?;
        }
        Ok(())
    }
}
