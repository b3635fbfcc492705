//! Hosts as people name them: a built-in model, a file, or what a guest sees of either under a host kernel.
//! Decides no register value: models and rules are `sysregs`, what a kernel shows is `kvm`.

mod bounded;
mod caches;
mod error;
mod file;
mod formats;
mod guest;
mod programs;

use std::collections::BTreeMap;
use std::path::Path;

use kvm::personality::{self, Personality};
use kvm::{Host, HostError};
use sysregs::dump::RegisterDump;
use sysregs::models::{self, HostModel};
use sysregs::{IdValues, SysReg, fields};

pub use bounded::{TEXT_MAX, read_file, read_text, text};
pub use caches::{Geometry, name as cache_name};
pub use error::{HostsError, nearest};
pub use formats::Format;
pub use guest::{VcpuFeatures, fresh};
pub use programs::behind_program;

/// Where a description comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// Built in.
    Model(&'static HostModel),
    /// A host file: what the CPUs themselves report.
    File,
    /// A register dump: what some guest was shown.
    Dump,
    /// Computed: what a guest is shown by this kernel.
    Guest(&'static Personality),
}

/// CPUs of one kind.
#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    /// What is not known is absent.
    pub ids: IdValues,
}

/// A host, or a guest's view of one.
#[derive(Clone, Debug)]
pub struct HostDescription {
    pub name: String,
    pub origin: Origin,
    /// What a file says about itself.
    pub about: BTreeMap<String, String>,
    /// At least one; the first has the boot CPU.
    pub clusters: Vec<Cluster>,
    /// Registers that identify nothing, where the origin is a dump or a guest.
    pub others: RegisterDump,
}

impl HostDescription {
    fn of_model(model: &'static HostModel) -> HostDescription {
        let cluster = Cluster { name: model.name.into(), ids: model.ids() };
        HostDescription {
            name: model.name.into(),
            origin: Origin::Model(model),
            about: BTreeMap::new(),
            clusters: vec![cluster],
            others: RegisterDump::new(),
        }
    }

    /// What a guest sees under a kernel.
    ///
    /// # Errors
    /// The kernel's rules need a value that nobody knows, or the host lacks a feature asked for.
    pub fn guest_view(&self, kernel: &'static Personality, features: VcpuFeatures) -> Result<HostDescription, HostsError> {
        guest::view(self, kernel, features)
    }

    /// The CPUs, where there is one kind of them.
    ///
    /// # Errors
    /// There are several.
    pub fn only_cluster(&self) -> Result<&Cluster, HostsError> {
        match self.clusters.as_slice() {
            [cluster] => Ok(cluster),
            _ => Err(HostsError::SeveralClusters(self.name.clone())),
        }
    }

    /// The host that runs `kernel` on these CPUs.
    ///
    /// # Errors
    /// An unknown kernel.
    pub fn with_kernel(&self, kernel: &str) -> Result<Host, HostError> {
        let mut clusters = self.clusters.iter().map(|cluster| cluster.ids.clone());
        // A description has at least one.
        let mut host = Host::with_ids(&self.name, clusters.next().unwrap_or_default(), kernel)?;
        host.other_clusters = clusters.collect();
        Ok(host)
    }

    /// A headline: the name, and whose view it is.
    pub fn title(&self) -> String {
        match self.origin {
            Origin::Model(_) => format!("{}, the CPU itself", self.name),
            Origin::File => format!("{}, the CPU itself, from a file", self.name),
            Origin::Dump => format!("{}, a dump of what a guest was shown", self.name),
            Origin::Guest(kernel) => format!("{} as a guest sees it under {}", self.name, kernel.name()),
        }
    }

    /// Where the values come from and what to know about them.
    pub fn notes(&self) -> Vec<String> {
        match self.origin {
            Origin::Model(model) => model.notes().map(Into::into).collect(),
            _ => self.about.iter().map(|(key, value)| format!("{key}: {value}")).collect(),
        }
    }
}

/// The described registers whose values are not known.
pub fn unknown(ids: &IdValues) -> Vec<SysReg> {
    // CSSELR_EL1 is a selector, no fact.
    let described = fields::registers().map(|(register, _)| register).filter(|register| *register != SysReg::CSSELR_EL1);
    described.filter(|register| ids.get(*register).is_none()).collect()
}

/// The registers that KVM's rules need and these values do not have: of a built-in model, what `HostModel::missing` says.
pub fn missing(ids: &IdValues) -> Vec<SysReg> {
    let listed = |register: &SysReg| fields::fields_of(*register).iter().any(|field| field.rule != fields::SafeRule::Unlisted);
    let own = [SysReg::MIDR_EL1, SysReg::REVIDR_EL1, SysReg::AIDR_EL1, SysReg::CLIDR_EL1, SysReg::DCZID_EL0];
    let needed = fields::registers().map(|(register, _)| register).filter(listed).chain(own);
    needed.filter(|register| ids.get(*register).is_none()).collect()
}

/// Finds `NAME`, `FILE`, `NAME@KERNEL` or `FILE@KERNEL`.
///
/// # Errors
/// Unknown names, unreadable or contradictory files, values that the kernel's rules need and nobody knows.
pub fn find(spec: &str, features: VcpuFeatures) -> Result<HostDescription, HostsError> {
    match spec.rsplit_once('@') {
        Some((host, kernel)) if !Path::new(spec).exists() => guest::view(&host_named(host)?, kernel_named(kernel)?, features),
        _ => host_named(spec),
    }
}

/// Whether a `--cpu` argument means a file.
pub fn is_file(spec: &str) -> bool {
    models::by_name(spec).is_none() && (spec.contains(['/', '.']) || Path::new(spec).is_file())
}

/// A host by model name or file; `NAME:r3p1` is the same CPU in another revision.
///
/// # Errors
/// As [`find`].
pub fn host_named(spec: &str) -> Result<HostDescription, HostsError> {
    if let Some((name, revision)) = spec.rsplit_once(':').filter(|(_, revision)| revision.starts_with('r') && !Path::new(spec).exists()) {
        let mut host = host_named(name)?;
        for cluster in &mut host.clusters {
            file::set_revision(&mut cluster.ids, revision)?;
        }
        // A built-in model in another revision is no longer that model.
        return Ok(HostDescription { name: spec.into(), origin: Origin::File, ..host });
    }
    if let Some(model) = models::by_name(spec) {
        return Ok(HostDescription::of_model(model));
    }
    if is_file(spec) {
        return from_file(Path::new(spec));
    }
    Err(HostsError::unknown_model(spec))
}

/// The host to run guests on that `--cpu` and `--host-kernel` mean, or the variables that stand for them.
///
/// # Errors
/// Unknown names or a bad file.
pub fn modelled(cpu: &str, kernel: &str) -> Result<kvm::Host, HostsError> {
    if !is_file(cpu) {
        return Ok(kvm::Host::new(cpu, kernel)?);
    }
    Ok(host_named(cpu)?.with_kernel(kernel)?)
}

/// Reads a host file or register dump.
///
/// # Errors
/// It cannot be read, or what is wrong with it.
pub fn from_file(path: &Path) -> Result<HostDescription, HostsError> {
    let text = read_text(path).map_err(|source| HostsError::Read { path: path.into(), source })?;
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    formats::parse(&text, &name).map_err(|error| HostsError::File { path: path.into(), error: Box::new(error) })
}

/// A personality by kernel version.
///
/// # Errors
/// There is none of that name.
pub fn kernel_named(name: &str) -> Result<&'static Personality, HostsError> {
    personality::by_name(name).ok_or_else(|| HostsError::unknown_kernel(name))
}

/// Reads the text of a host file or register dump, in whatever format it is.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str, name: &str) -> Result<HostDescription, HostsError> {
    formats::parse(text, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_of_a_model() {
        for model in models::all() {
            assert_eq!(missing(&model.ids()), model.missing(), "{}", model.name);
        }
    }

    #[test]
    fn a_host_without_a_register_is_none() {
        for text in ["", "# nothing\n", "name = \"empty\"\n", "{}", "{\"reg_modifiers\": []}"] {
            assert!(matches!(parse(text, "empty"), Err(HostsError::Empty)), "{text}");
        }
        assert!(parse("set = { MIDR_EL1 = 0x413fd0c1 }", "partial").is_ok());
    }
}
