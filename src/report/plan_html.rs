//! A fleet's matrix as one HTML page that needs nothing else: data, style and script are in it. Decides nothing.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::migrate::lab::Verdict;
use crate::migrate::lab::plan::Plan;

/// The page without its data.
const PAGE: &str = include_str!("plan.html");
/// Where the data goes.
const PLACE: &str = "/*DATA*/null";

/// The page.
pub fn plan_html(plan: &Plan) -> String {
    // A script element ends at the first `</`, wherever that is.
    let data = data(plan).to_string().replace("</", "<\\/");
    PAGE.replacen(PLACE, &data, 1)
}

/// Hosts, a string of signs a source, and for each cell the number of its list of findings.
fn data(plan: &Plan) -> Value {
    let mut numbers: HashMap<&[u32], usize> = HashMap::new();
    let mut lists: Vec<&[u32]> = Vec::new();
    let mut rows = Vec::new();
    for row in &plan.cells {
        let signs: String = row.iter().map(|cell| cell.verdict.map_or('?', Verdict::sign)).collect();
        let lists_of: Vec<usize> = row
            .iter()
            .map(|cell| {
                *numbers.entry(cell.findings.as_slice()).or_insert_with(|| {
                    lists.push(&cell.findings);
                    lists.len() - 1
                })
            })
            .collect();
        rows.push(json!({ "signs": signs, "lists": lists_of }));
    }
    let findings: Vec<Value> = plan.findings.iter().map(|finding| compact(&finding.to_json())).collect();
    json!({ "policy": plan.policy, "hosts": plan.hosts, "unknown": plan.unknown, "rows": rows, "lists": lists, "findings": findings })
}

/// Without what is empty.
fn compact(value: &Value) -> Value {
    let empty = |value: &Value| value.is_null() || value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(fields) => {
            fields.iter().filter(|(_, value)| !empty(value)).map(|(key, value)| (key.clone(), value.clone())).collect()
        }
        other => other.clone(),
    }
}
