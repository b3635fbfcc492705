//! A host as the lab is told of it: `CPU[:REVISION][@KERNEL][+FEATURE…]`. Describes it; makes no VM.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kvm::idregs::HostIds;
use kvm::personality::Personality;
use sysregs::models::ModelKind;
use sysregs::{IdValues, SysReg};

use super::policy::{Policy, Rules};
use crate::hosts::{self, HostDescription, HostsError, Origin, VcpuFeatures};

/// The kernel of a host that is named without one.
const USUAL_KERNEL: &str = "6.12";
/// What may stand behind `+`; `clusterN` besides.
const FEATURES: [&str; 6] = ["sve", "pmu", "mte", "ptrauth", "plain", "gicv2"];

/// One side of a move.
#[derive(Clone, Debug)]
pub struct LabHost {
    /// As it was given.
    pub spec: String,
    pub description: HostDescription,
    pub kernel: &'static Personality,
    /// What the VM's vCPUs have.
    pub features: VcpuFeatures,
    /// The cluster on which the vCPU runs.
    pub cluster: usize,
    /// The VM has a GICv2, for which the host must have the compatibility interface.
    pub gic_v2: bool,
}

impl LabHost {
    /// Finds the host.
    ///
    /// # Errors
    /// Unknown names, with what was probably meant.
    pub fn parse(spec: &str) -> Result<LabHost, HostsError> {
        LabHost::parse_among(spec, &BTreeMap::new())
    }

    /// The same, where some names mean descriptions that are at hand.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_among(spec: &str, known: &BTreeMap<String, HostDescription>) -> Result<LabHost, HostsError> {
        let (base, words) = split(spec);
        let (name, kernel) = split_kernel(base);
        let kernel = kernel.unwrap_or(USUAL_KERNEL);
        let description = match known.get(name) {
            Some(description) => description.clone(),
            None => hosts::host_named(name)?,
        };
        let kernel = hosts::kernel_named(kernel)?;
        let mut host = LabHost { spec: spec.into(), description, kernel, features: VcpuFeatures::Usual, cluster: 0, gic_v2: false };
        host.apply(&words)?;
        Ok(host)
    }

    fn apply(&mut self, words: &[&str]) -> Result<(), HostsError> {
        let has = |feature: &str| words.contains(&feature);
        for word in words {
            let cluster = word.strip_prefix("cluster").and_then(|number| number.parse::<usize>().ok());
            match cluster {
                Some(number) if number < self.description.clusters.len() => self.cluster = number,
                None if FEATURES.contains(word) => {}
                _ => return Err(unknown_feature(word, self.description.clusters.len())),
            }
        }
        self.gic_v2 = has("gicv2");
        let (sve, pmu, mte) = (has("sve"), has("pmu"), has("mte"));
        self.features = match (has("plain"), has("ptrauth")) {
            (false, false) if !(sve || pmu || mte) => VcpuFeatures::Usual,
            (false, false) => VcpuFeatures::UsualAnd { sve, pmu, mte },
            (_, pointer_auth) => VcpuFeatures::Exactly { sve, pointer_auth, pmu, mte },
        };
        Ok(())
    }

    /// As it was given: name or file, and the rest.
    pub fn parts(&self) -> (&str, &str) {
        let (name, _) = split_kernel(split(&self.spec).0);
        self.spec.split_at(name.len())
    }

    /// The CPU that the vCPU runs on.
    pub fn cpu(&self) -> IdValues {
        self.description.clusters.get(self.cluster).map(|cluster| cluster.ids.clone()).unwrap_or_default()
    }

    /// A short title: CPU and kernel.
    pub fn title(&self) -> String {
        let cluster = if self.description.clusters.len() > 1 { format!(" (cluster {})", self.cluster) } else { String::new() };
        format!("{}{cluster} under {}", self.description.name, self.kernel.name())
    }

    /// The same, as short as it can be: `neoverse-n1@6.12+pmu`.
    pub fn label(&self) -> String {
        let cluster = if self.description.clusters.len() > 1 { format!("+cluster{}", self.cluster) } else { String::new() };
        let kernel = self.kernel.name();
        format!("{}@{}{cluster}{}", self.description.name, kernel.strip_prefix("linux-").unwrap_or(kernel), self.words())
    }

    /// The vCPU's features as they are given.
    fn words(&self) -> String {
        let (plain, ptrauth, sve, pmu, mte) = match self.features {
            VcpuFeatures::Usual => (false, false, false, false, false),
            VcpuFeatures::UsualAnd { sve, pmu, mte } => (false, false, sve, pmu, mte),
            VcpuFeatures::Exactly { sve, pointer_auth, pmu, mte } => (!pointer_auth, pointer_auth, sve, pmu, mte),
        };
        let rows = [(plain, "+plain"), (ptrauth, "+ptrauth"), (sve, "+sve"), (pmu, "+pmu"), (mte, "+mte"), (self.gic_v2, "+gicv2")];
        rows.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect()
    }

    /// What a verdict about this host leaves out: a guest was shown less than the CPU has.
    pub fn limit(&self) -> Option<String> {
        let seen_by_a_guest = match self.description.origin {
            Origin::Model(model) => model.kind == ModelKind::GuestView,
            Origin::Dump => true,
            Origin::File | Origin::Guest(_) => false,
        };
        let name = &self.description.name;
        let what = "what that hypervisor hid counts as absent";
        seen_by_a_guest.then(|| format!("{name} is what a guest was shown of its CPU, not the CPU: {what}"))
    }

    /// The same host as a policy's VMM makes its vCPUs: Firecracker's are plain.
    #[must_use]
    pub fn under(&self, rules: &Rules) -> LabHost {
        let plain = rules.policy == Policy::Firecracker && self.features == VcpuFeatures::Usual;
        LabHost { features: if plain { VcpuFeatures::NONE } else { self.features }, ..self.clone() }
    }

    /// The same host with another kernel.
    pub fn with_kernel(&self, kernel: &'static Personality) -> LabHost {
        LabHost { kernel, ..self.clone() }
    }

    /// Fills what this host's record does not know with a stand-in's values; says how many registers that were.
    pub fn stand_in(&mut self, other: &IdValues) -> usize {
        let mut filled = 0;
        for cluster in &mut self.description.clusters {
            let missing = other.registers().filter(|(register, _)| cluster.ids.get(*register).is_none()).collect::<Vec<_>>();
            for (register, value) in missing {
                cluster.ids.set(register, value);
                filled += 1;
            }
            let counters = |ids: &IdValues| HostIds::of(ids).pmcr();
            if let (Err(_), Ok(pmcr)) = (counters(&cluster.ids), counters(other)) {
                cluster.ids.set(SysReg::PMCR_EL0, pmcr);
                filled += 1;
            }
            for (csselr, value) in other.caches() {
                if cluster.ids.ccsidr(csselr).is_none() {
                    cluster.ids.set_ccsidr(csselr, value);
                }
            }
        }
        filled
    }

    /// Whether a vCPU can be made of what is known.
    ///
    /// # Errors
    /// The registers that KVM's rules need and nobody knows.
    pub fn known(&self) -> Result<(), HostsError> {
        // A guest's view is no host, whatever it knows.
        if matches!(self.description.origin, Origin::Guest(_)) {
            return Ok(());
        }
        let missing = self.description.clusters.iter().flat_map(|cluster| hosts::missing(&cluster.ids));
        let registers: BTreeSet<SysReg> = missing.collect();
        if registers.is_empty() {
            return Ok(());
        }
        Err(HostsError::PartlyKnown { name: self.description.name.clone(), registers: registers.into_iter().collect() })
    }
}

/// Name or file, and the kernel behind `@`.
fn split_kernel(base: &str) -> (&str, Option<&str>) {
    match base.rsplit_once('@') {
        Some((name, kernel)) if !Path::new(base).exists() => (name, Some(kernel)),
        _ => (base, None),
    }
}

/// The words behind `+`, which no model name has; a file's name may.
fn split(spec: &str) -> (&str, Vec<&str>) {
    if Path::new(spec).exists() {
        return (spec, Vec::new());
    }
    let mut words = spec.split('+');
    let base = words.next().unwrap_or_default();
    (base, words.collect())
}

fn unknown_feature(word: &str, clusters: usize) -> HostsError {
    let hint = match hosts::nearest(word, &FEATURES) {
        Some(near) => format!("did you mean `+{near}`?"),
        None => format!(
            "the vCPU features are {}; `plain` is PSCI and nothing else; this host's clusters are cluster0 to cluster{}",
            FEATURES.join(", "),
            clusters - 1
        ),
    };
    HostsError::UnknownFeature { name: word.into(), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications() {
        let host = LabHost::parse("neoverse-n1:r3p1@4.20+sve+pmu").expect("known");
        assert_eq!((host.kernel.name(), host.label().as_str()), ("linux-4.20", "neoverse-n1:r3p1@4.20+sve+pmu"));
        assert_eq!(host.features, VcpuFeatures::UsualAnd { sve: true, pmu: true, mte: false });
        assert_eq!(host.cpu().midr().map(|midr| midr >> 20 & 15), Some(3));
        assert_eq!(LabHost::parse("max").expect("known").kernel.name(), "linux-6.12");
        assert_eq!(LabHost::parse("max+plain").expect("known").features, VcpuFeatures::NONE);
        for (wrong, hint) in [
            ("neovers-n1", "`neoverse-n1`"),
            ("max@6.13", "linux-6.1"),
            ("max+svee", "`+sve`"),
            ("max+cluster1", "cluster0"),
            ("max:r3", ""),
            ("", "models"),
            ("+sve", "models"),
            ("@6.12", "models"),
        ] {
            let error = LabHost::parse(wrong).expect_err(wrong);
            assert!(error.hint().contains(hint), "{wrong}: {}", error.hint());
        }
    }
}
