//! What a destination refused besides registers, as findings: devices, events, power states, the counter's offset, the VM itself.
//! Registers are the rules' own (`contract`).

use kvm::errno::{EBUSY, EFAULT, EINVAL, ENODEV, ENOENT, ENXIO, Errno};

use super::finding::{Effect, Finding, Kind};
use super::policy::{Policy, Rules};
use crate::machine::MachineError;
use crate::migrate::{Place, Refused, attribute};
use crate::report::Severity;

/// A finding for what `restore` was refused. `cpus` is how many the VM has.
pub fn finding(refused: &Refused, rules: &Rules, cpus: usize) -> Finding {
    let of = |vcpu: u64| if cpus > 1 { format!(" of vCPU {vcpu}") } else { String::new() };
    let (subject, why) = match refused.place {
        Place::Register { vcpu, id } => (format!("{}{}", super::explain::name_of(id), of(vcpu)), "this vCPU refuses the value"),
        Place::Attribute { group, attr } => (attribute::name(group, attr), attribute_rule(group, attr, refused.errno)),
        Place::Finalize { vcpu } => (format!("KVM_ARM_VCPU_FINALIZE{}", of(vcpu)), "the vCPU's SVE cannot be made as on the source"),
        Place::Pmu { vcpu } => (
            format!("KVM_ARM_VCPU_PMU_V3_CTRL{}", of(vcpu)),
            "the PMU's interrupt cannot be set: this host's vCPU has no PMU, or one that is initialised already",
        ),
        Place::Events { vcpu } => (
            format!("KVM_SET_VCPU_EVENTS{}", of(vcpu)),
            "an SError is pending, and this host cannot give it its syndrome (no FEAT_RAS, KVM_CAP_ARM_INJECT_SERROR_ESR)",
        ),
        Place::MpState { vcpu } => (format!("KVM_SET_MP_STATE{}", of(vcpu)), "this kernel does not know the vCPU's power state"),
        Place::Tags { .. } => (
            "KVM_ARM_MTE_COPY_TAGS".into(),
            "the destination's VM has no Allocation Tags (KVM_CAP_ARM_MTE), and the guest's memory is tagged",
        ),
        Place::CounterOffset => (
            "KVM_ARM_SET_COUNTER_OFFSET".into(),
            "the kernel has no offset for the counters of a whole VM (KVM_CAP_COUNTER_OFFSET, since Linux 6.4)",
        ),
    };
    let untouched = matches!(refused.place, Place::Attribute { group, attr } if attribute::is_distributor_revision(group, attr));
    let tolerated = untouched && rules.policy != Policy::Strict;
    let (kind, effect) = if tolerated { (Kind::Tolerated, Effect::Nothing) } else { (Kind::Refused, Effect::Refuses) };
    let mut finding = Finding::new(kind, effect, subject);
    finding.source = value(&refused.value);
    finding.destination = if finding.source.is_empty() { String::new() } else { "its own".into() };
    finding.errno = Some(refused.errno);
    finding.rule = if tolerated {
        format!("{why}; QEMU and Firecracker do not restore this register, the guest finds the destination's revision")
    } else {
        why.into()
    };
    finding.severity = if tolerated { Severity::Harmless } else { Severity::Breaks };
    finding
}

/// Little-endian bytes as a number.
fn value(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().rev().map(|byte| format!("{byte:02x}")).collect();
    let short = digits.trim_start_matches('0');
    match (bytes.is_empty(), short.is_empty()) {
        (true, _) => String::new(),
        (false, true) => "0x0".into(),
        (false, false) => format!("0x{short}"),
    }
}

fn attribute_rule(group: u32, attr: u64, errno: Errno) -> &'static str {
    if attribute::is_distributor_revision(group, attr) {
        return "the revision of KVM's interrupt controller is another one on this kernel";
    }
    match errno {
        ENXIO | ENODEV | ENOENT => "the destination's interrupt controller has no such register",
        EBUSY => "the destination's interrupt controller is in use or not initialised",
        EFAULT => "the table that it names is not in guest memory",
        EINVAL => "the destination's interrupt controller does not take the source's value",
        _ => "the destination's interrupt controller refuses it",
    }
}

/// A guest that has a file of the source's host open.
pub fn open_file(handle: u64, path: &str) -> Finding {
    let mut finding = Finding::new(Kind::Refused, Effect::Refuses, format!("semihosting handle {handle}"));
    finding.source = format!("`{path}`");
    finding.destination = "no such file of its own".into();
    finding.rule = "a file that the guest has open by semihosting is the source host's: no state of a VM".into();
    finding.notices = "every read or write of it would fail; move the guest when it has closed the file (--at)".into();
    finding.severity = Severity::Breaks;
    finding
}

/// A destination on which there is no VM of the usual size.
pub fn no_machine(errno: Errno) -> Option<Finding> {
    hardware(&MachineError::Refused { step: "KVM_CREATE_VM", errno })
}

/// A finding for a VM that could not be made: `None` where that is no refusal of KVM's.
pub fn hardware(error: &MachineError) -> Option<Finding> {
    let (step, errno) = match error {
        MachineError::Refused { step, errno } => (*step, *errno),
        MachineError::Tags { errno, .. } => ("KVM_ENABLE_CAP", *errno),
        _ => return None,
    };
    let (name, rest) = step.split_once(' ').unwrap_or((step, ""));
    let mut finding = Finding::new(Kind::Refused, Effect::Refuses, if name.starts_with("KVM_") { name } else { step });
    finding.errno = Some(errno);
    finding.rule = match name {
        "KVM_CREATE_VM" => "the host cannot make a VM with 40 bits of guest physical address".into(),
        "KVM_SET_USER_MEMORY_REGION" => {
            "the guest's memory does not fit the guest physical addresses of this host, or is not to be had".into()
        }
        "KVM_ENABLE_CAP" => "the kernel does not have a capability that the source's VM uses".into(),
        "KVM_ARM_VM_SMCCC_FILTER" => "the kernel cannot forward the calls that tell the guest its implementations (since Linux 6.4)".into(),
        _ if rest.is_empty() => "the machine cannot be made on this host".into(),
        _ => format!("the machine cannot be made on this host: {step}"),
    };
    finding.severity = Severity::Breaks;
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(place: Place, errno: Errno) -> Refused {
        Refused { place, value: vec![0x34, 0x12, 0], errno }
    }

    #[test]
    fn each_place_is_named() {
        let rules = Rules::default();
        for (place, errno, subject, says) in [
            (Place::Attribute { group: 1, attr: 0x104 }, EINVAL, "GICD_ISENABLER1", "does not take"),
            (Place::Attribute { group: 5, attr: 0x70 }, ENXIO, "GICR_PROPBASER", "no such register"),
            (Place::Attribute { group: 8, attr: 0x80 }, EBUSY, "GITS_CBASER", "in use"),
            (Place::Attribute { group: 4, attr: 2 }, EFAULT, "KVM_DEV_ARM_ITS_RESTORE_TABLES", "not in guest memory"),
            (Place::Events { vcpu: 1 }, EINVAL, "KVM_SET_VCPU_EVENTS of vCPU 1", "FEAT_RAS"),
            (Place::MpState { vcpu: 0 }, EINVAL, "KVM_SET_MP_STATE of vCPU 0", "power state"),
            (Place::CounterOffset, EINVAL, "KVM_ARM_SET_COUNTER_OFFSET", "6.4"),
            (Place::Tags { address: 0x4000_0000 }, EINVAL, "KVM_ARM_MTE_COPY_TAGS", "KVM_CAP_ARM_MTE"),
            (Place::Pmu { vcpu: 0 }, ENXIO, "KVM_ARM_VCPU_PMU_V3_CTRL of vCPU 0", "no PMU"),
            (Place::Finalize { vcpu: 0 }, EINVAL, "KVM_ARM_VCPU_FINALIZE of vCPU 0", "SVE"),
        ] {
            let found = finding(&refused(place, errno), &rules, 2);
            assert_eq!((found.kind, found.effect, found.subject.as_str()), (Kind::Refused, Effect::Refuses, subject));
            assert_eq!((found.errno, found.source.as_str()), (Some(errno), "0x1234"));
            assert!(found.rule.contains(says), "{}", found.rule);
        }
        assert_eq!(finding(&refused(Place::MpState { vcpu: 0 }, EINVAL), &rules, 1).subject, "KVM_SET_MP_STATE");
    }

    /// What QEMU does not write stops no move of QEMU's.
    #[test]
    fn the_distributor_s_revision() {
        let place = Place::Attribute { group: 1, attr: 8 };
        for (policy, effect) in [(Policy::Qemu, Effect::Nothing), (Policy::Firecracker, Effect::Nothing), (Policy::Strict, Effect::Refuses)]
        {
            let rules = Rules { policy, ..Rules::default() };
            assert_eq!(finding(&refused(place, EINVAL), &rules, 1).effect, effect);
        }
    }

    #[test]
    fn a_vm_that_cannot_be_made() {
        for (step, subject, says) in [
            ("KVM_SET_USER_MEMORY_REGION", "KVM_SET_USER_MEMORY_REGION", "does not fit"),
            ("KVM_CREATE_DEVICE for the ITS", "KVM_CREATE_DEVICE", "for the ITS"),
            ("moving a vCPU to its cluster", "moving a vCPU to its cluster", "cannot be made"),
        ] {
            let found = hardware(&MachineError::Refused { step, errno: EINVAL }).expect("a refusal");
            assert_eq!((found.subject.as_str(), found.errno, found.effect), (subject, Some(EINVAL), Effect::Refuses));
            assert!(found.rule.contains(says), "{}", found.rule);
        }
        assert!(hardware(&MachineError::Thread(std::io::ErrorKind::Other.into())).is_none());
    }
}
