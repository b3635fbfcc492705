//! What a guest sees of a host under a kernel: the registers of a fresh vCPU, as KVM would list them.
//! Asks `kvm`'s rules directly; no VM is made and nothing runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use kvm::idregs::vcpu_init::{self, Earlier, feature};
use kvm::idregs::{AtReset, HostFacts, HostIds, VcpuIds, VmFeatures, VmIds, at_reset, capability, reg_list};
use kvm::personality::Personality;
use sysregs::dump::{RegisterDump, size_of_id};

use super::error::HostsError;
use super::formats::of_dump;
use super::{HostDescription, Origin};

const CAP_POINTER_AUTH: u32 = 171;
const CAP_MTE: u32 = 205;

/// What the vCPU is initialised with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VcpuFeatures {
    /// As `invar run` does: PSCI 0.2, and pointer authentication where the host has it.
    Usual,
    /// The same and these.
    UsualAnd { sve: bool, pmu: bool, mte: bool },
    /// PSCI 0.2 and just these.
    Exactly { sve: bool, pointer_auth: bool, pmu: bool, mte: bool },
}

impl VcpuFeatures {
    /// PSCI 0.2 alone.
    pub const NONE: VcpuFeatures = VcpuFeatures::Exactly { sve: false, pointer_auth: false, pmu: false, mte: false };
}

/// The ID registers of a fresh VM and its first vCPU; `writable_implementation` is KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
///
/// # Errors
/// As for [`view`].
pub fn fresh(
    host: &HostDescription,
    kernel: &'static Personality,
    wanted: VcpuFeatures,
    writable_implementation: bool,
) -> Result<(VmIds, VcpuIds), HostsError> {
    if matches!(host.origin, Origin::Guest(_)) {
        return Err(HostsError::AlreadyGuest { name: host.name.clone() });
    }
    let cpus = host.clusters.iter().map(|cluster| cluster.ids.clone()).collect::<Vec<_>>();
    let count = u32::try_from(cpus.len()).unwrap_or(u32::MAX);
    let ids = Arc::new(HostIds::new(cpus, HostFacts { cpus: count, ..HostFacts::default() }));
    let features = VmFeatures { writable_implementation, ..features(host, kernel, &ids, wanted)? };
    let unknown = |what| HostsError::Unknown { name: host.name.clone(), what };
    let vm = VmIds::new(kernel, ids, features).map_err(unknown)?;
    let vcpu = VcpuIds::new(&vm, 0).map_err(unknown)?;
    Ok((vm, vcpu))
}

/// The guest's view.
pub fn view(host: &HostDescription, kernel: &'static Personality, wanted: VcpuFeatures) -> Result<HostDescription, HostsError> {
    let (vm, vcpu) = fresh(host, kernel, wanted, false)?;
    let unknown = |what| HostsError::Unknown { name: host.name.clone(), what };
    let mut dump = RegisterDump::new();
    for id in reg_list(&vm, &vcpu) {
        // A running counter has no value to write down.
        if let Some(AtReset::Value(value)) = at_reset(&vm, &vcpu, id).map_err(unknown)? {
            let mut bytes = value.to_le_bytes().to_vec();
            bytes.resize(size_of_id(id), 0);
            dump.push(id, bytes)?;
        }
    }
    let about = BTreeMap::from([("host kernel".to_string(), kernel.name().to_string()), ("host CPU".into(), host.name.clone())]);
    Ok(HostDescription { origin: Origin::Guest(kernel), about, ..of_dump(&dump, &host.name) })
}

/// The features, refused where KVM_ARM_VCPU_INIT or KVM_ENABLE_CAP would.
fn features(host: &HostDescription, kernel: &'static Personality, ids: &HostIds, wanted: VcpuFeatures) -> Result<VmFeatures, HostsError> {
    let offered = |cap| capability::check_extension(kernel, ids, cap, true) == Ok(1);
    let (sve, pointer_auth, pmu, mte) = match wanted {
        VcpuFeatures::Usual => (false, offered(CAP_POINTER_AUTH), false, false),
        VcpuFeatures::UsualAnd { sve, pmu, mte } => (sve, offered(CAP_POINTER_AUTH), pmu, mte),
        VcpuFeatures::Exactly { sve, pointer_auth, pmu, mte } => (sve, pointer_auth, pmu, mte),
    };
    let refuse = |feature| Err(HostsError::Feature { feature, name: host.name.clone(), kernel: kernel.name() });
    if mte && !offered(CAP_MTE) {
        return refuse("mte");
    }
    // What nobody knows is no refusal of KVM's.
    let unknown = |what| HostsError::Unknown { name: host.name.clone(), what };
    if pmu && ids.has_pmu().map_err(unknown)? {
        ids.pmcr().map_err(unknown)?;
    }
    let target = vcpu_init::preferred_target(kernel, ids);
    let mut bits = feature::PSCI_0_2;
    let rows = [
        (sve, feature::SVE, "sve"),
        (pointer_auth, feature::PTRAUTH_ADDRESS | feature::PTRAUTH_GENERIC, "ptrauth"),
        (pmu, feature::PMU_V3, "pmu"),
    ];
    for (_, bit, name) in rows.into_iter().filter(|(wanted, ..)| *wanted) {
        bits |= bit;
        let words = [bits, 0, 0, 0, 0, 0, 0];
        if vcpu_init::check_vcpu_init(kernel, ids, target, &words, mte, Earlier::default()).is_err() {
            return refuse(name);
        }
    }
    Ok(VmFeatures::from_init(bits, mte, false))
}
