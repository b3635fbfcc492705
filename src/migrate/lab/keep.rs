//! A move that was made, written as a scenario file that expects the very same again. Runs nothing.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::explain::name_of;
use super::finding::Effect;
use super::host::LabHost;
use super::migration::{Migration, Report};
use super::policy::{Clock, CpuHost, Policy, Tolerance};
use crate::hosts;
use crate::machine::StopWhen;

/// Why a move cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error("`{}` cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` is no UTF-8, and a scenario file cannot name it", path.display())]
    NotText { path: PathBuf },
    #[error("the scenario cannot be written as TOML: {0}")]
    Toml(#[from] toml::ser::Error),
}

/// The scenario's text. Hosts that are files in TOML become part of it; a guest and other files are named by their absolute paths.
///
/// # Errors
/// A host file or guest that is not there any more.
pub fn scenario_text(migration: &Migration, report: &Report, guest: Option<&Path>) -> Result<String, KeepError> {
    let mut described = Table::new();
    let mut case = settings(migration);
    for (side, host) in [("from", &migration.from), ("to", &migration.to)] {
        case.insert(side.into(), kept_host(host, &mut described)?.into());
    }
    if let Some(guest) = guest {
        case.insert("guest".into(), text_of(absolute(guest)?)?.into());
    }
    case.insert("expect".into(), Value::Table(expectation(report)));
    let mut file = Table::new();
    file.insert("title".into(), format!("{} to {}", report.from, report.to).into());
    file.insert("case".into(), Value::Table(case));
    if !described.is_empty() {
        file.insert("host".into(), Value::Table(described));
    }
    Ok(toml::to_string(&file)?)
}

fn absolute(path: &Path) -> Result<PathBuf, KeepError> {
    path.canonicalize().map_err(|source| KeepError::Read { path: path.into(), source })
}

/// A path as a scenario can write it: whole, or not at all.
fn text_of(path: PathBuf) -> Result<String, KeepError> {
    path.into_os_string().into_string().map_err(|path| KeepError::NotText { path: path.into() })
}

/// How the scenario names a host.
fn kept_host(host: &LabHost, described: &mut Table) -> Result<String, KeepError> {
    let (base, rest) = host.parts();
    if !hosts::is_file(base) {
        return Ok(host.spec.clone());
    }
    let path = absolute(Path::new(base))?;
    let text = hosts::read_text(&path).map_err(|source| KeepError::Read { path: path.clone(), source })?;
    match toml::from_str::<Table>(&text) {
        Ok(table) => {
            let stem = path.file_stem().map_or_else(|| "host".into(), |stem| stem.to_string_lossy().replace(['@', '+', ':', '/'], "-"));
            // Two files of one name are two hosts.
            let free = |name: &String| described.get(name).is_none_or(|known| known.as_table() == Some(&table));
            let name = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}"))).find(free).unwrap_or(stem);
            described.insert(name.clone(), Value::Table(table));
            Ok(format!("{name}{rest}"))
        }
        Err(_) => Ok(text_of(path)? + rest),
    }
}

fn hexadecimal(value: u64) -> Value {
    format!("{value:#x}").into()
}

/// TOML's integers have 63 bits.
fn integer(value: u64) -> Value {
    i64::try_from(value).map_or_else(|_| hexadecimal(value), Value::from)
}

/// What is not as usual.
fn settings(migration: &Migration) -> Table {
    let (usual, rules) = (Migration::new(migration.from.clone(), migration.to.clone()), &migration.rules);
    let mut case = Table::new();
    let mut put = |name: &str, differs: bool, value: Value| {
        if differs {
            case.insert(name.into(), value);
        }
    };
    if let super::GuestImage::Image { append, .. } = &migration.guest {
        put("append", !append.is_empty(), append.clone().into());
    }
    put("no-guest", matches!(migration.guest, super::GuestImage::None), true.into());
    put("at", migration.at != StopWhen::Marker(1), migration.at.to_string().into());
    put("cpus", migration.cpus != usual.cpus, integer(migration.cpus));
    put("semihosting", migration.semihosting, true.into());
    put("policy", rules.policy != Policy::default(), rules.policy.name().into());
    put("cpu-host", rules.cpu_host == CpuHost::This, "this".into());
    let clock = match rules.clock {
        Clock::Register => "register",
        Clock::Offset => "offset",
        Clock::Forgotten => "forgotten",
    };
    put("clock", rules.clock != Clock::default(), clock.into());
    put("guest-kernel", !rules.guest_kernel.is_empty(), rules.guest_kernel.clone().into());
    if let Some(model) = &migration.unknown_from {
        put("unknown-from", true, model.clone().into());
    }
    put("writable-implementation", rules.writable_implementation, true.into());
    put("announce", !rules.targets.is_empty(), true.into());
    put("memory-mib", migration.memory != usual.memory, integer(migration.memory >> 20));
    put("limit", migration.limit != usual.limit, integer(migration.limit));
    put("seed", migration.seed != usual.seed, integer(migration.seed));
    let writes: Table = rules.before_first_run.iter().map(|&(id, value)| (named(id), hexadecimal(value))).collect();
    put("before-first-run", !writes.is_empty(), Value::Table(writes));
    let mut missing = Vec::new();
    let mut masked = Table::new();
    for tolerance in &rules.tolerances {
        match *tolerance {
            Tolerance::SafeToMiss { id } => missing.push(Value::from(named(id))),
            Tolerance::UnderMask { id, mask } => drop(masked.insert(named(id), hexadecimal(mask))),
        }
    }
    put("safe-to-miss", !missing.is_empty(), Value::Array(missing));
    put("under-mask", !masked.is_empty(), Value::Table(masked));
    case
}

/// The name, where it means the same id again.
fn named(id: u64) -> String {
    let name = name_of(id);
    if super::explain::id_named(&name) == Some(id) { name } else { format!("{id:#018x}") }
}

fn expectation(report: &Report) -> Table {
    let mut expect = Table::new();
    expect.insert("verdict".into(), report.verdict.name().into());
    let effective = || report.findings.iter().filter(|finding| finding.effect != Effect::Nothing);
    let errnos: std::collections::BTreeSet<i32> = effective().filter_map(|finding| finding.errno.map(|errno| errno.0)).collect();
    if let (1, Some(errno)) = (errnos.len(), errnos.first()) {
        expect.insert("errno".into(), i64::from(*errno).into());
    }
    let findings: Vec<Value> = effective().map(|finding| finding.label().into()).collect();
    expect.insert("findings".into(), Value::Array(findings));
    expect.insert("only".into(), true.into());
    if let Some(states) = &report.states {
        expect.insert("moved-state".into(), format!("{:032x}", states.moved).into());
        if let Some(end) = states.end {
            expect.insert("end-state".into(), format!("{end:032x}").into());
        }
    }
    expect
}
