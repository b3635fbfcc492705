//! The refusal query (KVM_CAP_INVAR_REFUSAL_INFO): which register and field the last refused KVM_SET_ONE_REG broke, and why.
//! Off until the VM enables it; changes no errno and no value.

use std::sync::atomic::Ordering;

use super::VcpuFd;
use crate::abi::refusal::{RefusalInfo, RefusalReason};
use crate::errno::{EINVAL, ENOENT, Errno};
use crate::idregs::{Reason, Refusal};
use crate::vm::lock;

impl VcpuFd {
    /// KVM_INVAR_GET_REFUSAL: the last value that KVM_SET_ONE_REG refused on this vCPU. An addition of this shim.
    ///
    /// # Errors
    /// EINVAL when the VM has not enabled the capability, as for any unknown request; ENOENT when nothing was refused yet.
    pub fn get_refusal(&self) -> Result<RefusalInfo, Errno> {
        if !self.vm.enabled.refusal_info.load(Ordering::SeqCst) {
            return Err(EINVAL);
        }
        let refused = lock(&self.vcpu.state).refused;
        refused.map(|(id, refusal)| describe(id, &refusal)).ok_or(ENOENT)
    }
}

fn describe(id: u64, refusal: &Refusal) -> RefusalInfo {
    let (reason, accepted) = match refusal.reason {
        Reason::Absent => (RefusalReason::Absent, None),
        Reason::Frozen { value } => (RefusalReason::Frozen, Some(value)),
        Reason::Invariant { value } => (RefusalReason::Invariant, Some(value)),
        Reason::Limit(_) => (RefusalReason::Limit, None),
        Reason::BelowMinimum { .. } => (RefusalReason::BelowMinimum, None),
        Reason::Inconsistent { .. } => (RefusalReason::Inconsistent, None),
        Reason::NeedsCapability { value, .. } => (RefusalReason::NeedsCapability, Some(value)),
        Reason::Reserved { .. } => (RefusalReason::ReservedBits, None),
        Reason::Cache { .. } => (RefusalReason::CacheGeometry, None),
        Reason::Level { .. } => (RefusalReason::FirmwareLevel, None),
    };
    let named = refusal.fields().iter().fold(0, |mask, field| mask | field.mask());
    let fields = match refusal.reason {
        Reason::Reserved { bits } => bits,
        // Bits that no field names still differ.
        Reason::Limit(sysregs::Refusal::ReadOnly { differing, .. }) => named | differing,
        _ => named,
    };
    RefusalInfo { id, wanted: refusal.wanted, accepted, fields, reason, error: refusal.errno.0.unsigned_abs() }
}

#[cfg(test)]
mod tests {
    use sysregs::SysReg;
    use sysregs::fields::aarch64::ID_AA64ISAR0_EL1;

    use super::*;
    use crate::abi::refusal::CAP_INVAR_REFUSAL_INFO;
    use crate::abi::{VcpuInit, vcpu_feature};
    use crate::errno::EINVARIANT;
    use crate::idregs::one_reg_id;
    use crate::{Host, Kvm, VmFd};

    fn vcpu(kernel: &str, opted_in: bool) -> (VmFd, VcpuFd) {
        let vm = Kvm::new(Host::new("neoverse-n1", kernel).expect("known")).create_vm().expect("a VM");
        if opted_in {
            vm.enable_cap(CAP_INVAR_REFUSAL_INFO, 0, [0; 4]).expect("every personality offers it");
        }
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let VcpuInit { target, mut features } = vm.get_preferred_target();
        features[0] = vcpu_feature::PSCI_0_2;
        vcpu.vcpu_init(&VcpuInit { target, features }).expect("initialised");
        (vm, vcpu)
    }

    /// Nobody sees a difference without asking: neither errno nor query.
    #[test]
    fn off_by_default_and_no_errno_changes() {
        let midr = one_reg_id(SysReg::MIDR_EL1);
        for (kernel, errno) in [("4.20", EINVAL), ("rfc-einvariant", EINVARIANT), ("6.12", EINVAL), ("7.3", EINVAL)] {
            for opted_in in [false, true] {
                let (vm, vcpu) = vcpu(kernel, opted_in);
                assert_eq!(vm.check_extension(CAP_INVAR_REFUSAL_INFO), Ok(1));
                assert_eq!(vcpu.get_refusal(), Err(if opted_in { ENOENT } else { EINVAL }), "{kernel}: nothing refused yet");
                assert_eq!(vcpu.set_reg_u64(midr, 0x413f_d0c1), Err(errno), "{kernel}");
                assert_eq!(vcpu.get_refusal().is_ok(), opted_in, "{kernel}");
            }
        }
    }

    #[test]
    fn names_register_field_and_rule() {
        let (_vm, vcpu) = vcpu("6.12", true);
        let isar0 = one_reg_id(SysReg::ID_AA64ISAR0_EL1);
        let value = vcpu.get_reg_u64(isar0).expect("listed");
        let wanted = ID_AA64ISAR0_EL1::SHA3.insert(value, 1);
        vcpu.set_reg_u64(isar0, wanted).expect_err("the host has no SHA3");
        let refusal = vcpu.get_refusal().expect("asked for");
        let expected = RefusalInfo {
            id: isar0,
            wanted,
            accepted: None,
            fields: ID_AA64ISAR0_EL1::SHA3.mask(),
            reason: RefusalReason::Limit,
            error: 22,
        };
        assert_eq!(refusal, expected);
        let midr = one_reg_id(SysReg::MIDR_EL1);
        vcpu.set_reg_u64(midr, 0x413f_d0c1).expect_err("invariant");
        let refusal = vcpu.get_refusal().expect("asked for");
        assert_eq!((refusal.reason, refusal.accepted), (RefusalReason::Invariant, Some(0x414f_d0c1)));
        // Variant alone: bits 23:20.
        assert_eq!((refusal.id, refusal.fields), (midr, 0xf0_0000));
        assert_eq!(refusal.to_bytes()[32..44], [3, 0, 0, 0, 22, 0, 0, 0, 1, 0, 0, 0]);
    }
}
