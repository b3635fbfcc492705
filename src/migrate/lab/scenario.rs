//! Scenario files: a move, what is to be expected of it, and remedies with theirs. TOML; wrong names get the nearest right one.
//! Runs moves by `run` and compares; knows no rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::finding::{Effect, Finding, Verdict};
use super::migration::{Migration, MigrationError, Report};
use super::run::migrate;
use super::settings::{Builder, SETTINGS, Settings};
use crate::hosts::{self, HostsError, nearest};

/// Why a scenario is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("the scenario `{}` cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{name}: the guest `{}` cannot be read: {source}", path.display())]
    Guest { name: String, path: PathBuf, source: std::io::Error },
    #[error("{name}: {what}")]
    Syntax { name: String, what: String },
    #[error("{name}: `{key}` is nothing that {table} can say")]
    UnknownKey { name: String, table: String, key: String, hint: String },
    #[error("there is no scenario named `{name}`")]
    UnknownName { name: String, hint: String },
    #[error("{name}: {error}")]
    Host { name: String, error: HostsError },
    #[error("{name}: {error}")]
    Migration { name: String, error: MigrationError },
}

impl ScenarioError {
    /// What to do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ScenarioError::UnknownKey { hint, .. } | ScenarioError::UnknownName { hint, .. } => hint.clone(),
            ScenarioError::Host { error, .. } => error.hint(),
            ScenarioError::Migration { error, .. } => error.hint(),
            ScenarioError::Guest { .. } => "a guest's path begins at the folder of the scenario's file".into(),
            ScenarioError::Read { .. } | ScenarioError::Syntax { .. } => "examples/scenarios has files to start from".into(),
        }
    }
}

const EXPECTATION: [&str; 6] = ["verdict", "errno", "findings", "only", "moved-state", "end-state"];
const TOP: [&str; 5] = ["title", "report", "case", "remedy", "host"];

/// What is to be expected.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    pub verdict: Verdict,
    /// Of everything that is refused.
    pub errno: Option<i32>,
    /// Kind and subject, such as `refused MIDR_EL1`.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Nothing else has an effect.
    #[serde(default)]
    pub only: bool,
    /// Hash of the captured machine; of this version of `invar`.
    pub moved_state: Option<String>,
    /// Hash of the machine when the guest ended.
    pub end_state: Option<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    title: String,
    #[serde(default)]
    report: String,
    case: Settings,
    #[serde(default)]
    remedy: Vec<Settings>,
    #[serde(default)]
    host: BTreeMap<String, toml::Table>,
}

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub title: String,
    /// What users reported, and where.
    pub report: String,
    /// The case as reported, then the remedies; each with what was done and what is expected.
    pub steps: Vec<Step>,
}

/// One move of a scenario.
#[derive(Clone, Debug)]
pub struct Step {
    pub what: String,
    pub migration: Migration,
    pub expect: Option<Expectation>,
}

/// How a step went.
#[derive(Debug)]
pub struct Check {
    pub what: String,
    pub report: Report,
    /// What is not as expected; `None` where nothing is expected.
    pub differences: Option<Vec<String>>,
}

impl Check {
    pub fn as_expected(&self) -> Option<bool> {
        self.differences.as_ref().map(Vec::is_empty)
    }
}

macro_rules! library {
    ($($name:literal)*) => {
        /// The named scenarios, by name.
        static LIBRARY: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../examples/scenarios/", $name, ".toml")))),*];
    };
}

library! {
    "aarch32-differs"
    "big-little"
    "cache-type-dic"
    "counter-not-restored"
    "firmware-bitmap-downgrade"
    "firmware-bitmaps-appear"
    "fleet-v1-to-n1"
    "gic-field"
    "gicv2-on-gicv3"
    "identical-boards"
    "instructions-gone"
    "mte-fraction"
    "neoverse-n1-stepping"
    "os-lock-status"
    "permission-registers-upgrade"
    "pmu-version"
    "pointer-authentication-algorithm"
    "psci-downgrade"
    "register-of-another-list"
    "sve-core-registers"
    "sve-lengths-late"
    "thunderx-stepping"
    "thunderx-to-thunderx2"
    "timer-frequency"
}

/// Every named scenario.
///
/// # Errors
/// A fault in one of them.
pub fn library() -> Result<Vec<Scenario>, ScenarioError> {
    LIBRARY.iter().map(|(name, text)| Scenario::parse(text, name, Path::new(""))).collect()
}

impl Scenario {
    /// By name or file.
    ///
    /// # Errors
    /// No such scenario, or what is wrong with it.
    pub fn find(spec: &str) -> Result<Scenario, ScenarioError> {
        if let Some((name, text)) = LIBRARY.iter().find(|(name, _)| *name == spec) {
            return Scenario::parse(text, name, Path::new(""));
        }
        let path = Path::new(spec);
        if !path.exists() && !spec.contains(['/', '.']) {
            let names: Vec<&str> = LIBRARY.iter().map(|(name, _)| *name).collect();
            let hint = match nearest(spec, &names) {
                Some(near) => format!("did you mean `{near}`? `invar migrate --list` names all; a file is given by its path"),
                None => "`invar migrate --list` names all; a file is given by its path".into(),
            };
            return Err(ScenarioError::UnknownName { name: spec.into(), hint });
        }
        let text = hosts::read_text(path).map_err(|source| ScenarioError::Read { path: path.into(), source })?;
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        // What is wrong is told of the file; the scenario is called without its folder.
        let scenario = Scenario::parse(&text, spec, path.parent().unwrap_or(Path::new("")))?;
        Ok(Scenario { name, ..scenario })
    }

    /// From the text of a file; guests are looked for in `folder`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, name: &str, folder: &Path) -> Result<Scenario, ScenarioError> {
        let syntax = |what: String| ScenarioError::Syntax { name: name.into(), what: what.trim_end().into() };
        let table: toml::Table = toml::from_str(text).map_err(|error| syntax(error.to_string()))?;
        check_names(name, &table)?;
        let file: File = table.try_into().map_err(|error: toml::de::Error| syntax(error.to_string()))?;
        let mut described = BTreeMap::new();
        for (host, rows) in &file.host {
            let text = toml::to_string(rows).map_err(|error| syntax(error.to_string()))?;
            let parsed = hosts::parse(&text, host).map_err(|error| ScenarioError::Host { name: name.into(), error })?;
            described.insert(host.clone(), parsed);
        }
        let builder = Builder { name, folder, described: &described };
        let mut steps = vec![builder.step(&file.case, None)?];
        for remedy in &file.remedy {
            steps.push(builder.step(remedy, Some(&file.case))?);
        }
        Ok(Scenario { name: name.into(), title: file.title, report: file.report, steps })
    }

    /// Runs every step.
    ///
    /// # Errors
    /// A step that cannot be run at all.
    pub fn run(&self) -> Result<Vec<Check>, ScenarioError> {
        let step = |step: &Step| {
            let report = migrate(&step.migration).map_err(|error| ScenarioError::Migration { name: self.name.clone(), error })?;
            let differences = step.expect.as_ref().map(|expect| expect.compare(&report));
            Ok(Check { what: step.what.clone(), report, differences })
        };
        self.steps.iter().map(step).collect()
    }
}

/// Names that no table can say.
fn check_names(name: &str, table: &toml::Table) -> Result<(), ScenarioError> {
    known(name, "a scenario", table, &TOP)?;
    let remedies = table.get("remedy").and_then(toml::Value::as_array).into_iter().flatten();
    for settings in table.get("case").into_iter().chain(remedies).filter_map(toml::Value::as_table) {
        known(name, "a move", settings, &SETTINGS)?;
        if let Some(expect) = settings.get("expect").and_then(toml::Value::as_table) {
            known(name, "an expectation", expect, &EXPECTATION)?;
        }
    }
    Ok(())
}

fn known(name: &str, what: &str, table: &toml::Table, keys: &[&str]) -> Result<(), ScenarioError> {
    let Some(key) = table.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
    let hint = match nearest(key, keys) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it can say {}", keys.join(", ")),
    };
    Err(ScenarioError::UnknownKey { name: name.into(), table: what.into(), key: key.clone(), hint })
}

impl Expectation {
    /// What is not as expected.
    pub fn compare(&self, report: &Report) -> Vec<String> {
        let mut differences = Vec::new();
        if report.verdict != self.verdict {
            differences.push(format!("the verdict is {}, expected {}", report.verdict.name(), self.verdict.name()));
        }
        let found: Vec<String> = report.findings.iter().map(Finding::label).collect();
        differences.extend(self.findings.iter().filter(|wanted| !found.contains(wanted)).map(|wanted| format!("not found: {wanted}")));
        let effective = report.findings.iter().filter(|finding| finding.effect != Effect::Nothing);
        if self.only {
            let others = effective.clone().map(Finding::label).filter(|label| !self.findings.contains(label));
            differences.extend(others.map(|label| format!("not expected: {label}")));
        }
        let told = |state: Option<u128>| state.map_or_else(|| "none".into(), |state| format!("{state:032x}"));
        let (moved, end) = (report.states.as_ref().map(|states| states.moved), report.states.as_ref().and_then(|states| states.end));
        for (what, wanted, found) in [("captured", &self.moved_state, moved), ("last", &self.end_state, end)] {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| **wanted != told(found)) {
                differences.push(format!("the {what} state is {}, expected {wanted}", told(found)));
            }
        }
        if let Some(errno) = self.errno {
            let refused = effective.filter_map(|finding| finding.errno.map(|given| (finding, given.0)));
            let other = refused.filter(|(_, given)| *given != errno);
            differences.extend(other.map(|(finding, given)| format!("{}: errno {given}, expected {errno}", finding.label())));
        }
        differences
    }
}
