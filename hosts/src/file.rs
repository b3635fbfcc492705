//! Host files, TOML or JSON: a base model and what differs, cluster by cluster; also what `invar cpu dump` writes.
//! Guesses nothing: what neither base nor file says stays unknown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sysregs::dump::RegisterDump;
use sysregs::{IdValues, SysReg, models};

use super::caches::{self, CacheRow};
use super::error::HostsError;
use super::{Cluster, HostDescription, Origin};

const PMCR_N_SHIFT: u32 = 11;
const VECTOR_LENGTHS: [u64; 5] = [128, 256, 512, 1024, 2048];

/// A value: a number, a text that holds one or is `unknown`, or the fields of a register.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Signed(i64),
    Unsigned(u64),
    Text(String),
    Fields(BTreeMap<String, Value>),
}

/// What can be said of a cluster, and at the top of the file of all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClusterRows {
    name: Option<String>,
    base: Option<String>,
    /// `r4p1`: MIDR_EL1.Variant and .Revision.
    revision: Option<String>,
    revidr: Option<Value>,
    /// PMCR_EL0.N, which no identification register tells.
    #[serde(rename = "pmu-counters")]
    pmu_counters: Option<u64>,
    /// Bits of SVE's vectors: powers of two from 128, none left out.
    #[serde(rename = "vector-lengths")]
    vector_lengths: Option<Vec<u64>>,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    cache: Vec<CacheRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostFile {
    name: Option<String>,
    #[serde(default)]
    about: BTreeMap<String, String>,
    base: Option<String>,
    revision: Option<String>,
    revidr: Option<Value>,
    #[serde(rename = "pmu-counters")]
    pmu_counters: Option<u64>,
    #[serde(rename = "vector-lengths")]
    vector_lengths: Option<Vec<u64>>,
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    cache: Vec<CacheRow>,
    #[serde(default)]
    cluster: Vec<ClusterRows>,
    /// Makes the file a dump of what a guest was shown: registers that identify nothing, by KVM id.
    registers: Option<BTreeMap<String, String>>,
}

pub fn parse_toml(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    let file = toml::from_str(text).map_err(|error| HostsError::Syntax(error.to_string().trim_end().into()))?;
    describe(file, name)
}

pub fn parse_json(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    let file = serde_json::from_str(text).map_err(|error| HostsError::Syntax(error.to_string()))?;
    describe(file, name)
}

fn describe(file: HostFile, name: &str) -> Result<HostDescription, HostsError> {
    let HostFile { name: own, about, base, revision, revidr, pmu_counters, vector_lengths, set, cache, mut cluster, registers } = file;
    let common = ClusterRows { name: None, base, revision, revidr, pmu_counters, vector_lengths, set, cache };
    if cluster.is_empty() {
        cluster.push(ClusterRows::default());
    }
    let name = own.unwrap_or_else(|| name.into());
    let clusters = cluster.iter().zip(0..).map(|(rows, index)| {
        let base = rows.base.as_ref().or(common.base.as_ref());
        let mut ids = base.map_or_else(|| Ok(IdValues::new()), |base| base_ids(base))?;
        apply(&mut ids, &common)?;
        apply(&mut ids, rows)?;
        let plain = base.cloned().unwrap_or_else(|| if index == 0 { name.clone() } else { format!("{name}-{index}") });
        Ok(Cluster { name: rows.name.clone().unwrap_or(plain), ids })
    });
    let clusters = clusters.collect::<Result<Vec<_>, HostsError>>()?;
    let origin = if registers.is_some() { Origin::Dump } else { Origin::File };
    let others = dump(&registers.unwrap_or_default())?;
    Ok(HostDescription { name, origin, about, clusters, others })
}

fn base_ids(base: &str) -> Result<IdValues, HostsError> {
    models::by_name(base).map(models::HostModel::ids).ok_or_else(|| HostsError::unknown_model(base))
}

fn dump(registers: &BTreeMap<String, String>) -> Result<RegisterDump, HostsError> {
    let lines: String = registers.iter().map(|(id, value)| format!("{id} {value}\n")).collect();
    Ok(RegisterDump::parse(&lines)?)
}

/// Whole registers first, then fields, so that the order in the file does not matter.
fn apply(ids: &mut IdValues, rows: &ClusterRows) -> Result<(), HostsError> {
    let mut pairs = Vec::new();
    for (name, value) in &rows.set {
        flatten(name, value, &mut pairs)?;
    }
    pairs.sort_by_key(|(name, _)| name.contains('.'));
    if let Some(value) = &rows.revidr {
        flatten("REVIDR_EL1", value, &mut pairs)?;
    }
    for (name, value) in pairs {
        ids.set_text(&name, &value).map_err(|error| HostsError::Value { name, value, error })?;
    }
    if let Some(revision) = &rows.revision {
        set_revision(ids, revision)?;
    }
    uncounted(ids, rows)?;
    rows.cache.iter().try_for_each(|row| caches::set(ids, row))
}

/// What no identification register tells: PMCR_EL0.N, and ZCR_EL1.LEN as the CPU keeps it of all ones.
fn uncounted(ids: &mut IdValues, rows: &ClusterRows) -> Result<(), HostsError> {
    match rows.pmu_counters {
        Some(counters @ 0..=31) => ids.set(SysReg::PMCR_EL0, counters << PMCR_N_SHIFT),
        Some(counters) => return Err(HostsError::Syntax(format!("pmu-counters = {counters}: a PMU has at most 31 event counters"))),
        None => {}
    }
    let Some(lengths) = &rows.vector_lengths else { return Ok(()) };
    let complete = (1..=VECTOR_LENGTHS.len()).any(|count| VECTOR_LENGTHS[..count] == lengths[..]);
    match lengths.last().filter(|_| complete) {
        Some(longest) => ids.set(SysReg::ZCR_EL1, longest / 128 - 1),
        None => {
            let what = format!("vector-lengths = {lengths:?}: powers of two from 128 to 2048, each up to the longest, shortest first");
            return Err(HostsError::Syntax(what));
        }
    }
    Ok(())
}

/// `r3p1`: MIDR_EL1.Variant and .Revision.
pub fn set_revision(ids: &mut IdValues, revision: &str) -> Result<(), HostsError> {
    let parts = revision.strip_prefix('r').and_then(|rest| rest.split_once('p'));
    let (variant, patch) = parts.ok_or_else(|| HostsError::Revision(revision.into()))?;
    for (name, value) in [("MIDR_EL1.Variant", variant), ("MIDR_EL1.Revision", patch)] {
        ids.set_text(name, value).map_err(|error| HostsError::Value { name: name.into(), value: value.into(), error })?;
    }
    Ok(())
}

fn flatten(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) -> Result<(), HostsError> {
    match value {
        Value::Signed(number) => pairs.push((name.into(), number.to_string())),
        Value::Unsigned(number) => pairs.push((name.into(), number.to_string())),
        Value::Text(text) => pairs.push((name.into(), text.clone())),
        Value::Fields(fields) if !name.contains('.') => {
            for (field, value) in fields {
                flatten(&format!("{name}.{field}"), value, pairs)?;
            }
        }
        Value::Fields(_) => return Err(HostsError::NotAValue(name.into())),
    }
    Ok(())
}

#[derive(Serialize)]
struct WrittenCluster<'a> {
    name: &'a str,
    #[serde(rename = "pmu-counters", skip_serializing_if = "Option::is_none")]
    pmu_counters: Option<u64>,
    #[serde(rename = "vector-lengths", skip_serializing_if = "Option::is_none")]
    vector_lengths: Option<Vec<u64>>,
    set: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    about: BTreeMap<String, String>,
    cluster: Vec<WrittenCluster<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<BTreeMap<String, String>>,
}

/// One cluster; what `uncounted` reads has keys of its own.
fn written(cluster: &Cluster) -> WrittenCluster<'_> {
    let apart = [SysReg::PMCR_EL0, SysReg::ZCR_EL1].map(SysReg::name);
    let lengths = |zcr: u64| VECTOR_LENGTHS.into_iter().filter(|length| *length <= 128 * (zcr + 1)).collect();
    WrittenCluster {
        name: &cluster.name,
        pmu_counters: cluster.ids.get(SysReg::PMCR_EL0).map(|pmcr| pmcr >> PMCR_N_SHIFT & 0x1f),
        vector_lengths: cluster.ids.get(SysReg::ZCR_EL1).map(lengths),
        set: cluster.ids.texts().filter(|(name, _)| !apart.contains(&name.as_str())).collect(),
    }
}

/// The file that says everything known, without a base; [`parse_json`] reads it back.
pub fn to_json(host: &HostDescription) -> Result<String, HostsError> {
    let mut about = host.about.clone();
    if let Origin::Model(model) = host.origin {
        about.insert("source".into(), model.source().into());
    }
    let words = host.others.to_text();
    let pair = |line: &str| line.split_once(' ').map(|(id, value)| (id.to_string(), value.to_string()));
    let is_dump = matches!(host.origin, Origin::Dump | Origin::Guest(_));
    let written = Written {
        name: &host.name,
        about,
        cluster: host.clusters.iter().map(written).collect(),
        registers: is_dump.then(|| words.lines().filter_map(pair).collect()),
    };
    serde_json::to_string_pretty(&written).map(|text| text + "\n").map_err(|error| HostsError::Syntax(error.to_string()))
}
