//! What scenario files say of a move, made into one. Reads no file but guests, and runs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sysregs::SysReg;

use super::explain::{hint_for, id_named};
use super::host::LabHost;
use super::migration::{GuestImage, Migration};
use super::policy::{Clock, CpuHost, Policy, Tolerance};
use super::run::both;
use super::scenario::{Expectation, ScenarioError, Step};
use super::view::{View, id_of};
use super::vmm::Habit;
use crate::hosts::{self, HostDescription};
use crate::machine::{StopWhen, image_max};

/// What is said of a move; a remedy says only what is different.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    pub from: Option<String>,
    pub to: Option<String>,
    pub guest: Option<PathBuf>,
    pub append: Option<String>,
    pub at: Option<String>,
    pub cpus: Option<u64>,
    pub semihosting: Option<bool>,
    pub no_guest: Option<bool>,
    pub policy: Option<Policy>,
    pub cpu_host: Option<CpuHost>,
    pub clock: Option<Clock>,
    pub guest_kernel: Option<String>,
    pub unknown_from: Option<String>,
    pub writable_implementation: Option<bool>,
    pub announce: Option<bool>,
    pub memory_mib: Option<u64>,
    pub limit: Option<toml::Value>,
    pub seed: Option<toml::Value>,
    pub before_first_run: Option<BTreeMap<String, toml::Value>>,
    pub stream: Option<BTreeMap<String, toml::Value>>,
    pub vmm: Option<Vec<Habit>>,
    pub safe_to_miss: Option<Vec<String>>,
    pub under_mask: Option<BTreeMap<String, toml::Value>>,
    /// In a sentence, for a remedy.
    pub what: Option<String>,
    pub expect: Option<Expectation>,
}

pub const SETTINGS: [&str; 25] = [
    "from",
    "to",
    "guest",
    "append",
    "at",
    "cpus",
    "semihosting",
    "no-guest",
    "policy",
    "cpu-host",
    "clock",
    "guest-kernel",
    "unknown-from",
    "writable-implementation",
    "announce",
    "memory-mib",
    "limit",
    "seed",
    "before-first-run",
    "stream",
    "vmm",
    "safe-to-miss",
    "under-mask",
    "what",
    "expect",
];

/// Makes moves of settings.
pub struct Builder<'a> {
    pub name: &'a str,
    pub folder: &'a Path,
    pub described: &'a BTreeMap<String, HostDescription>,
}

impl Builder<'_> {
    fn syntax(&self, what: impl Into<String>) -> ScenarioError {
        ScenarioError::Syntax { name: self.name.into(), what: what.into() }
    }

    pub fn step(&self, settings: &Settings, base: Option<&Settings>) -> Result<Step, ScenarioError> {
        let merged = base.map_or_else(|| settings.clone(), |base| settings.over(base));
        let what = settings.what.clone().unwrap_or_else(|| if base.is_some() { "with the remedy".into() } else { "as reported".into() });
        Ok(Step { what, migration: self.migration(&merged)?, expect: settings.expect.clone() })
    }

    fn host(&self, spec: Option<&String>, side: &str) -> Result<LabHost, ScenarioError> {
        let spec = spec.ok_or_else(|| self.syntax(format!("`{side}` is missing")))?;
        LabHost::parse_among(spec, self.described).map_err(|error| ScenarioError::Host { name: self.name.into(), error })
    }

    fn migration(&self, settings: &Settings) -> Result<Migration, ScenarioError> {
        let (from, to) = (self.host(settings.from.as_ref(), "from")?, self.host(settings.to.as_ref(), "to")?);
        let mut migration = Migration::new(from, to);
        if let Some(at) = &settings.at {
            migration.at = at.parse::<StopWhen>().map_err(|what| self.syntax(what.to_string()))?;
        }
        migration.cpus = settings.cpus.unwrap_or(migration.cpus);
        migration.semihosting = settings.semihosting == Some(true);
        migration.memory = settings.memory_mib.map_or(migration.memory, |mib| mib << 20);
        for (value, number) in [(&settings.limit, &mut migration.limit), (&settings.seed, &mut migration.seed)] {
            *number = value.as_ref().map_or(Ok(*number), |value| self.number(value))?;
        }
        migration.unknown_from.clone_from(&settings.unknown_from);
        if settings.no_guest == Some(true) {
            migration.guest = GuestImage::None;
        } else if let Some(guest) = &settings.guest {
            let path = self.folder.join(guest);
            let unreadable = |source| ScenarioError::Guest { name: self.name.into(), path: path.clone(), source };
            let bytes = hosts::read_file(&path, image_max(migration.memory)).map_err(unreadable)?;
            migration.guest = GuestImage::Image { bytes, append: settings.append.clone().unwrap_or_default() };
        }
        let targets = if settings.announce == Some(true) { both(&migration.from, &migration.to) } else { Vec::new() };
        let rules = &mut migration.rules;
        rules.policy = settings.policy.unwrap_or_default();
        rules.cpu_host = settings.cpu_host.unwrap_or_default();
        rules.clock = settings.clock.unwrap_or_default();
        rules.guest_kernel = self.guest_kernel(settings)?;
        rules.writable_implementation = settings.writable_implementation == Some(true);
        rules.targets = targets;
        rules.tolerances = self.tolerances(settings)?;
        rules.vmm = settings.vmm.clone().unwrap_or_default();
        let writes = self.values(settings.before_first_run.as_ref(), &migration)?;
        let sent = self.values(settings.stream.as_ref(), &migration)?;
        (migration.rules.before_first_run, migration.rules.stream) = (writes, sent);
        Ok(migration)
    }

    fn guest_kernel(&self, settings: &Settings) -> Result<String, ScenarioError> {
        let Some(kernel) = &settings.guest_kernel else { return Ok(String::new()) };
        if sysregs::errata::KERNELS.contains(&kernel.as_str()) {
            return Ok(kernel.clone());
        }
        Err(self.syntax(format!("`guest-kernel` is one of {}, whose errata tables are known", sysregs::errata::KERNELS.join(", "))))
    }

    fn register(&self, name: &str) -> Result<u64, ScenarioError> {
        id_named(name).ok_or_else(|| ScenarioError::UnknownKey {
            name: self.name.into(),
            table: "a register".into(),
            key: name.into(),
            hint: hint_for(name),
        })
    }

    fn number(&self, value: &toml::Value) -> Result<u64, ScenarioError> {
        let parsed = match value {
            toml::Value::Integer(number) => Some(*number as u64),
            toml::Value::String(text) => match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            },
            _ => None,
        };
        parsed.ok_or_else(|| self.syntax(format!("`{value}` is not a number")))
    }

    fn tolerances(&self, settings: &Settings) -> Result<Vec<Tolerance>, ScenarioError> {
        let mut tolerances = Vec::new();
        for name in settings.safe_to_miss.iter().flatten() {
            tolerances.push(Tolerance::SafeToMiss { id: self.register(name)? });
        }
        for (name, mask) in settings.under_mask.iter().flatten() {
            tolerances.push(Tolerance::UnderMask { id: self.register(name)?, mask: self.number(mask)? });
        }
        Ok(tolerances)
    }

    /// Whole registers, or `REGISTER.FIELD` over the source's own value.
    fn values(&self, rows: Option<&BTreeMap<String, toml::Value>>, migration: &Migration) -> Result<Vec<(u64, u64)>, ScenarioError> {
        let Some(rows) = rows.filter(|rows| !rows.is_empty()) else { return Ok(Vec::new()) };
        let mut own = View::new(&migration.from, migration.rules.uses_writable_implementation())
            .map_err(|error| ScenarioError::Host { name: self.name.into(), error })?;
        let mut writes: BTreeMap<u64, u64> = BTreeMap::new();
        for (name, value) in rows {
            let value = self.number(value)?;
            let (id, value) = match name.split_once('.') {
                None => (self.register(name)?, value),
                Some((register, field)) => {
                    let id = self.register(register)?;
                    let known = SysReg::from_name(register).and_then(|register| sysregs::fields::field(register, field));
                    let field = known.ok_or_else(|| self.syntax(format!("{register} has no field `{field}`")))?;
                    let old = writes.get(&id).copied().or_else(|| own.get(id_of(field.register)).map(|value| value as u64));
                    (id, field.insert(old.unwrap_or_default(), value as i64))
                }
            };
            writes.insert(id, value);
        }
        // Values that the source refuses are the scenario's own business and are told when it runs.
        for (&id, &value) in &writes {
            let _ = own.set(id, value.into());
        }
        Ok(writes.into_iter().collect())
    }
}

impl Settings {
    /// These, and the base's where these say nothing.
    fn over(&self, base: &Settings) -> Settings {
        macro_rules! either {
            ($($field:ident)*) => { Settings { $($field: self.$field.clone().or_else(|| base.$field.clone()),)* expect: self.expect.clone() } };
        }
        either!(from to guest append at cpus semihosting no_guest policy cpu_host clock guest_kernel unknown_from writable_implementation announce memory_mib limit
            seed before_first_run stream vmm safe_to_miss under_mask what)
    }
}
