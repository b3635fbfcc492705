//! A fleet's matrix as one HTML page that needs nothing else: data, style and script are in it. Decides nothing.
//!
//! A fleet of a hundred hosts has ten thousand moves with forty findings each, so the page says everything once: texts by number,
//! findings by number, and the findings of a move as what differs from those of another.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use serde_json::{Value, json};

use crate::migrate::lab::plan::Plan;
use crate::migrate::lab::{Finding, Verdict};

/// The page without its data.
const PAGE: &str = include_str!("plan.html");
/// Where the data goes.
const PLACE: &str = "/*DATA*/null";
/// What joins the sentences of a text.
const JOINT: &str = "; ";
/// Lists of findings among which a similar one is looked for.
const WINDOW: usize = 128;

/// The page.
pub fn plan_html(plan: &Plan) -> String {
    // A script element ends at the first `</`, wherever that is.
    let data = data(plan).to_string().replace("</", "<\\/");
    PAGE.replacen(PLACE, &data, 1)
}

/// Things that are said once and named by number.
struct Pool<T> {
    numbers: HashMap<T, usize>,
    things: Vec<T>,
}

impl<T: Clone + Eq + Hash> Pool<T> {
    fn new() -> Pool<T> {
        Pool { numbers: HashMap::new(), things: Vec::new() }
    }

    fn number(&mut self, thing: T) -> usize {
        let things = &mut self.things;
        *self.numbers.entry(thing).or_insert_with_key(|thing| {
            things.push(thing.clone());
            things.len() - 1
        })
    }
}

/// Texts and fields of all findings.
struct Words {
    pieces: Pool<String>,
    fields: Pool<[usize; 3]>,
}

impl Words {
    /// A text is the number of its one sentence, or the numbers of several. 0 is no text.
    fn text(&mut self, text: &str) -> Value {
        let mut numbers: Vec<usize> = text.split(JOINT).map(|piece| self.pieces.number(piece.into())).collect();
        if numbers.len() == 1 { json!(numbers.pop()) } else { json!(numbers) }
    }

    fn finding(&mut self, finding: &Finding) -> Value {
        let errno = finding.errno.map_or_else(String::new, |errno| errno.to_string());
        let Finding { subject, source, destination, rule, kernels, notices, .. } = finding;
        let texts = [finding.kind.name(), subject, source, destination, &errno, rule, kernels, notices];
        let mut row: Vec<Value> = texts.into_iter().map(|text| self.text(text)).collect();
        let fields: Vec<usize> = finding
            .fields
            .iter()
            .map(|pair| {
                let texts = [&pair.name, &pair.source, &pair.destination].map(|text| self.pieces.number(text.clone()));
                self.fields.number(texts)
            })
            .collect();
        let errata: Vec<Value> = finding.errata.iter().map(|erratum| self.text(erratum)).collect();
        row.extend([json!(fields), json!(errata)]);
        // Most have nothing in the last columns.
        let used = row.iter().rposition(|value| *value != json!(0) && *value != json!([])).map_or(0, |at| at + 1);
        row.truncate(used);
        json!(row)
    }
}

/// The worst first, then by register: the order in which they are told.
fn ranks(findings: &[Finding]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&at| findings.get(at).map(|finding| (Reverse(finding.effect), Reverse(finding.severity), finding.id)));
    let mut ranks = vec![0; order.len()];
    for (rank, at) in order.into_iter().enumerate() {
        ranks[at] = rank;
    }
    ranks
}

/// Hosts, a string of signs a source, and for each cell the number of its list of findings.
fn data(plan: &Plan) -> Value {
    let ranks = ranks(&plan.findings);
    let mut words = Words { pieces: Pool::new(), fields: Pool::new() };
    words.text("");
    let mut findings = vec![Value::Null; plan.findings.len()];
    for (finding, &rank) in plan.findings.iter().zip(&ranks) {
        findings[rank] = words.finding(finding);
    }
    let mut lists: Pool<Vec<usize>> = Pool::new();
    let mut rows = Vec::new();
    for row in &plan.cells {
        let signs: String = row.iter().map(|cell| cell.verdict.map_or('?', Verdict::sign)).collect();
        let list = |cell: &[u32]| {
            let mut list: Vec<usize> = cell.iter().filter_map(|&number| ranks.get(number as usize).copied()).collect();
            list.sort_unstable();
            list
        };
        let lists_of: Vec<usize> = row.iter().map(|cell| lists.number(list(&cell.findings))).collect();
        rows.push(json!({ "signs": signs, "lists": lists_of }));
    }
    json!({
        "policy": plan.policy,
        "hosts": plan.hosts,
        "unknown": plan.unknown,
        "pieces": words.pieces.things,
        "fields": words.fields.things,
        "findings": findings,
        "lists": differences(&lists.things),
        "rows": rows,
    })
}

/// Each ascending list as `[back, step…]`: it is the list `back` places before it (0: an empty one), but for the numbers that the
/// steps lead to.
fn differences(lists: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let earlier = lists.iter().take(at).rev().take(WINDOW).zip(1..);
        let candidates = earlier.map(|(other, back)| (back, exclusive(list, other)));
        let none = std::iter::once((0, list.clone()));
        let Some((back, different)) = candidates.chain(none).min_by_key(|(_, different)| different.len()) else { continue };
        let mut last = 0;
        let steps = different.into_iter().map(|number| number - std::mem::replace(&mut last, number));
        found.push(std::iter::once(back).chain(steps).collect());
    }
    found
}

/// What is in one of two ascending lists alone.
fn exclusive(a: &[usize], b: &[usize]) -> Vec<usize> {
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut different = Vec::new();
    loop {
        match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x == y => drop((a.next(), b.next())),
            (Some(x), Some(y)) if x < y => different.extend(a.next()),
            (_, Some(_)) => different.extend(b.next()),
            (Some(_), None) => different.extend(a.next()),
            (None, None) => return different,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back() {
        let lists = [vec![1, 2, 5], vec![], vec![1, 2, 6], vec![1, 2, 5, 9], vec![3]];
        let told = differences(&lists);
        assert_eq!(told[2], [2, 5, 1], "two places back, without 5 and with 6");
        let mut again: Vec<Vec<usize>> = Vec::new();
        for (at, told) in told.iter().enumerate() {
            let base = if told[0] == 0 { Vec::new() } else { again[at - told[0]].clone() };
            let sum = |last: &mut usize, step: &usize| {
                *last += step;
                Some(*last)
            };
            let numbers: Vec<usize> = told[1..].iter().scan(0, sum).collect();
            again.push(exclusive(&base, &numbers));
        }
        assert_eq!(again, lists);
    }
}
