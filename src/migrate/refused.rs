//! A value or a step that a destination refuses: what it was for, and what the caller may do about it. Decides nothing.

use kvm::errno::Errno;

use super::attribute;

/// What a value was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A register of a vCPU.
    Register {
        /// The vCPU.
        vcpu: u64,
        /// The register's id.
        id: u64,
    },
    /// An attribute of the interrupt controller or its ITS.
    Attribute {
        /// Its group.
        group: u32,
        /// The attribute.
        attr: u64,
    },
    /// KVM_ARM_VCPU_FINALIZE of a vCPU's SVE.
    Finalize {
        /// The vCPU.
        vcpu: u64,
    },
    /// The PMU's interrupt of a vCPU, and KVM_ARM_VCPU_PMU_V3_INIT.
    Pmu {
        /// The vCPU.
        vcpu: u64,
    },
    /// KVM_SET_VCPU_EVENTS.
    Events {
        /// The vCPU.
        vcpu: u64,
    },
    /// KVM_SET_MP_STATE.
    MpState {
        /// The vCPU.
        vcpu: u64,
    },
    /// KVM_ARM_SET_COUNTER_OFFSET.
    CounterOffset,
    /// KVM_ARM_MTE_COPY_TAGS to a page of the guest.
    Tags {
        /// Guest physical address.
        address: u64,
    },
}

/// A value that the destination did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What it was for.
    pub place: Place,
    /// The source's value, little-endian.
    pub value: Vec<u8>,
    /// KVM's answer.
    pub errno: Errno,
}

/// What to do about a refused value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The move fails.
    Fail,
    /// The destination keeps what it has; nothing is written.
    Skip,
    /// The destination's own value is read and written back, as QEMU's proposed `-hostinvariant` does.
    UseDestination,
}

/// Decides about refused values.
pub type OnRefused<'a> = &'a mut dyn FnMut(&Refused) -> Action;

/// The policy of a plain VMM: every refusal fails the move.
pub fn strict(_: &Refused) -> Action {
    Action::Fail
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} was refused with {}", self.place, self.errno)?;
        if self.value.is_empty() { Ok(()) } else { write!(f, ": the source's value is {}", Bytes(&self.value)) }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Register { vcpu, id } => write!(f, "register {} of vCPU {vcpu}", RegisterName(*id)),
            Place::Attribute { group, attr } => write!(f, "{} of the interrupt controller", attribute::name(*group, *attr)),
            Place::Finalize { vcpu } => write!(f, "KVM_ARM_VCPU_FINALIZE of vCPU {vcpu}"),
            Place::Pmu { vcpu } => write!(f, "KVM_SET_DEVICE_ATTR of the PMU of vCPU {vcpu}"),
            Place::Events { vcpu } => write!(f, "KVM_SET_VCPU_EVENTS of vCPU {vcpu}"),
            Place::MpState { vcpu } => write!(f, "KVM_SET_MP_STATE of vCPU {vcpu}"),
            Place::Tags { address } => write!(f, "KVM_ARM_MTE_COPY_TAGS to {address:#x}"),
            Place::CounterOffset => f.write_str("KVM_ARM_SET_COUNTER_OFFSET"),
        }
    }
}

/// A register's id, and its name where it is a system register that has one.
struct RegisterName(u64);

impl std::fmt::Display for RegisterName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let system = self.0 >> 16 & 0xfff == 0x13;
        let encoding = sysregs::Encoding((self.0 & 0xffff) as u16);
        match sysregs::SysReg::from_encoding(encoding).filter(|_| system) {
            Some(register) => write!(f, "{} ({:#018x})", register.name(), self.0),
            None => write!(f, "{:#018x}", self.0),
        }
    }
}

/// Little-endian bytes as a number: eight of them, or more where there is something above.
struct Bytes<'a>(&'a [u8]);

impl std::fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let significant = self.0.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1).max(8).min(self.0.len());
        f.write_str("0x")?;
        self.0[..significant].iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn long_registers_are_written_as_far_as_they_go() {
        let mut bytes = [0; 64];
        bytes[0] = 3;
        assert_eq!(Bytes(&bytes).to_string(), "0x0000000000000003");
        bytes[9] = 1;
        assert_eq!(Bytes(&bytes).to_string(), "0x01000000000000000003");
        assert_eq!(Bytes(&[0x34, 0x12]).to_string(), "0x1234");
    }
}
