//! The notations of hosts and register dumps: told apart by content, read, and written. Touches no file.

use serde::Deserialize;
use serde_json::{Value, json};
use sysregs::dump::RegisterDump;
use sysregs::{Encoding, IdValues, Kind, SysReg};

use super::error::HostsError;
use super::{Cluster, HostDescription, Origin, file};

/// A notation to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// A host file of ours, which every verb and `run --cpu` read
    Json,
    /// Firecracker's fingerprint: `addr` and `bitmap` of each register
    Firecracker,
    /// Lines of KVM register id and value, as KVM_GET_REG_LIST and KVM_GET_ONE_REG give them
    Text,
}

#[derive(Deserialize)]
struct Modifier {
    addr: String,
    bitmap: String,
}

/// What Firecracker says of a fingerprint's host; kept as `about`.
const ABOUT: [&str; 5] = ["firecracker_version", "kernel_version", "microcode_version", "bios_version", "bios_revision"];

/// Reads any of the notations.
pub fn parse(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    let host = parse_any(text, name)?;
    let says = |ids: &IdValues| ids.registers().next().is_some() || ids.caches().next().is_some();
    let empty = host.others.entries().is_empty() && !host.clusters.iter().any(|cluster| says(&cluster.ids));
    if empty { Err(HostsError::Empty) } else { Ok(host) }
}

fn parse_any(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if line.starts_with('{') {
        return parse_json(text, name);
    }
    if line.starts_with("0x") && !line.contains('=') {
        return Ok(of_dump(&RegisterDump::parse(text)?, name));
    }
    if line.starts_with("op0\t") || line.starts_with(|c: char| c.is_ascii_digit()) {
        let ids = IdValues::parse_tsv(text).map_err(|error| HostsError::Syntax(error.to_string()))?;
        let source = text.lines().find_map(|line| line.strip_prefix("# ")).map(|line| ("source".into(), line.into()));
        return Ok(HostDescription {
            name: name.into(),
            origin: Origin::File,
            about: source.into_iter().collect(),
            clusters: vec![Cluster { name: name.into(), ids }],
            others: RegisterDump::new(),
        });
    }
    file::parse_toml(text, name)
}

fn parse_json(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    let syntax = |error: serde_json::Error| HostsError::Syntax(error.to_string());
    let value: Value = serde_json::from_str(text).map_err(syntax)?;
    let modifiers = value.get("guest_cpu_config").unwrap_or(&value).get("reg_modifiers");
    let Some(modifiers) = modifiers else { return file::parse_json(text, name) };
    let modifiers: Vec<Modifier> = serde_json::from_value(modifiers.clone()).map_err(syntax)?;
    let pairs = modifiers.iter().map(|modifier| (modifier.addr.as_str(), modifier.bitmap.as_str()));
    let mut host = of_dump(&RegisterDump::from_modifiers(pairs)?, name);
    for key in ABOUT {
        if let Some(text) = value.get(key).and_then(Value::as_str) {
            host.about.insert(key.into(), text.into());
        }
    }
    Ok(host)
}

/// Whether the register of a dump has its place among the ID values.
fn identifies(id: u64) -> bool {
    let register = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding);
    register.is_some_and(|register| register.row().kind == Kind::Id) || id & !0xff == kvm::idregs::CACHE_SIZES
}

/// A dump, its identification apart from the rest.
pub fn of_dump(dump: &RegisterDump, name: &str) -> HostDescription {
    let mut others = RegisterDump::new();
    for entry in dump.entries().iter().filter(|entry| !identifies(entry.id)) {
        // An entry of a dump has the right size and occurs once.
        let _ = others.push(entry.id, entry.value.clone());
    }
    HostDescription {
        name: name.into(),
        origin: Origin::Dump,
        about: Default::default(),
        clusters: vec![Cluster { name: name.into(), ids: dump.id_values() }],
        others,
    }
}

impl HostDescription {
    /// Every register by KVM id, ascending, as a dump holds them.
    ///
    /// # Errors
    /// The description is of CPUs, not of what a guest was shown, or of several kinds.
    pub fn registers(&self) -> Result<RegisterDump, HostsError> {
        if !matches!(self.origin, Origin::Dump | Origin::Guest(_)) {
            return Err(HostsError::NotADump(self.name.clone()));
        }
        let cluster = self.only_cluster()?;
        let registers = cluster.ids.registers().map(|(register, value)| (register.encoding().kvm_id(), value.to_le_bytes().to_vec()));
        let cache = |(csselr, value): (u8, u64)| (kvm::idregs::CACHE_SIZES + u64::from(csselr), (value as u32).to_le_bytes().to_vec());
        let caches = cluster.ids.caches().map(cache);
        let others = self.others.entries().iter().map(|entry| (entry.id, entry.value.clone()));
        let mut all: Vec<(u64, Vec<u8>)> = registers.chain(caches).chain(others).collect();
        all.sort();
        let mut dump = RegisterDump::new();
        for (id, value) in all {
            dump.push(id, value)?;
        }
        Ok(dump)
    }

    /// Writes it down.
    ///
    /// # Errors
    /// As [`registers`](Self::registers), for the formats that hold dumps.
    pub fn to_format(&self, format: Format) -> Result<String, HostsError> {
        match format {
            Format::Json => file::to_json(self),
            Format::Text => Ok(self.registers()?.to_text()),
            Format::Firecracker => {
                let modifiers: Vec<Value> =
                    self.registers()?.modifiers().map(|(addr, bitmap)| json!({ "addr": addr, "bitmap": bitmap })).collect();
                let config = json!({ "kvm_capabilities": [], "vcpu_features": [], "reg_modifiers": modifiers });
                let mut fingerprint = json!({ "guest_cpu_config": config });
                for key in ABOUT {
                    let known = self.about.get(key).map_or("unknown", String::as_str);
                    fingerprint[key] = known.into();
                }
                let text = serde_json::to_string_pretty(&fingerprint).map_err(|error| HostsError::Syntax(error.to_string()))?;
                Ok(text + "\n")
            }
        }
    }
}
