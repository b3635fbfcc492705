//! What a guest's own MRS of an identification register gives under a personality.
//! Answers reads only; writes are UNDEFINED and no business of an ID file.

use sysregs::{Encoding, Feature, SysReg};

use super::file::{VmIds, is_id_space};
use super::vcpu::VcpuIds;
use crate::personality::traits::{CacheGeometry, Implementation};

/// The outcome of a guest's read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestRead {
    /// KVM traps the read, or has put the value where the CPU reads it (VPIDR_EL2, VMPIDR_EL2).
    Value(u64),
    /// Not trapped: the guest sees the CPU that it runs on.
    Hardware,
    /// Not an identification register: decided elsewhere.
    Elsewhere,
}

impl VcpuIds {
    /// A guest's MRS at EL1 of any encoding of the identification space.
    pub fn guest_read(&self, vm: &VmIds, encoding: Encoding) -> GuestRead {
        let Some(register) = SysReg::from_encoding(encoding) else {
            return GuestRead::Elsewhere;
        };
        let traits = vm.personality().traits();
        let value = |register| self.get(vm, register).map_or(GuestRead::Elsewhere, GuestRead::Value);
        match register {
            SysReg::MPIDR_EL1 => GuestRead::Value(self.get(vm, register).unwrap_or_default()),
            // Up to 6.14 VPIDR_EL2 holds the MIDR of the physical CPU, and the other two are not trapped.
            SysReg::MIDR_EL1 | SysReg::REVIDR_EL1 | SysReg::AIDR_EL1 => match traits.implementation {
                Implementation::BootCpu => GuestRead::Hardware,
                Implementation::PerVm => value(register),
            },
            SysReg::CLIDR_EL1 => match traits.cache_geometry {
                CacheGeometry::Physical => GuestRead::Hardware,
                CacheGeometry::Fabricated => value(register),
            },
            SysReg::CTR_EL0 => self.guest_ctr(vm),
            _ if is_id_space(register) => value(register),
            _ => GuestRead::Elsewhere,
        }
    }

    /// CTR_EL0 is trapped with the other cache registers (HCR_EL2.TID2), unless HCR_EL2.TID4 can trap those alone and the
    /// VM has the host's value (`vcpu_reset_hcr`); before caches were fabricated, only where CPUs differ.
    fn guest_ctr(&self, vm: &VmIds) -> GuestRead {
        let value = vm.get(SysReg::CTR_EL0);
        let same = value.is_some() && value == vm.host().system(SysReg::CTR_EL0).ok();
        let untrapped = match vm.personality().traits().cache_geometry {
            CacheGeometry::Physical => !traps_caches(vm),
            CacheGeometry::Fabricated => same && vm.host().all(Feature::EVT) && !vm.host().mismatched_cache_type(),
        };
        match value {
            Some(value) if !untrapped => GuestRead::Value(value),
            _ => GuestRead::Hardware,
        }
    }
}

/// Whether a kernel that shows physical caches traps accesses to them.
pub(super) fn traps_caches(vm: &VmIds) -> bool {
    vm.features().el1_32bit || vm.host().mismatched_cache_type()
}
