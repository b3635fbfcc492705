//! Firmware pseudo-registers of a VM: PSCI version, mitigation levels, feature bitmaps.
//! Answers no hypercall; whoever does reads the values here.

use sysregs::fields::aarch64::ID_AA64PFR1_EL1;

use super::mitigations::State;
use super::{Reason, Refusal, VmIds};
use crate::errno::EINVAL;

/// KVM_REG_ARM_FW: PSCI version, then ARCH_WORKAROUND_1 to _3.
pub const FIRMWARE: u64 = 0x6030_0000_0014_0000;
/// KVM_REG_ARM_FW_FEAT_BMAP: standard, standard hypervisor, vendor hypervisor, and more of the last.
pub const BITMAPS: u64 = 0x6030_0000_0016_0000;

const PSCI_0_1: u64 = 1;
/// Every version that has a number; a personality knows those up to its newest.
const PSCI_VERSIONS: [u64; 6] = [PSCI_0_1, 2, 0x1_0000, 0x1_0001, 0x1_0002, 0x1_0003];

/// Level 3 of ARCH_WORKAROUND_2; 2 is "available", 1 "unknown". The others end at 2, "not required".
const WORKAROUND_2_NOT_REQUIRED: u64 = 3;
const WORKAROUND_2_AVAILABLE: u64 = 2;
const WORKAROUND_2_ENABLED: u64 = 1 << 4;
const LEVEL: u64 = 0xf;

/// The bits of each bitmap, and whether they are set in a fresh VM.
const BITMAP_BITS: [(u64, bool); 4] = [(1, true), (1, true), (3, true), (3, false)];

/// The firmware registers of one VM.
#[derive(Clone, Debug)]
pub struct Firmware {
    psci: u64,
    bitmaps: [u64; 4],
}

impl Firmware {
    /// Of a fresh VM: the newest PSCI for vCPUs that were asked for PSCI 0.2 or later.
    pub fn new(vm: &VmIds) -> Firmware {
        let psci = if vm.features().psci_0_2 { vm.personality().traits().psci } else { PSCI_0_1 };
        Firmware { psci, bitmaps: BITMAP_BITS.map(|(bits, set)| if set { bits } else { 0 }) }
    }

    /// The ids in KVM_GET_REG_LIST.
    pub fn ids(vm: &VmIds) -> impl Iterator<Item = u64> {
        let traits = vm.personality().traits();
        let firmware = 0..=u64::from(traits.workarounds);
        let bitmaps = 0..u64::from(traits.bitmaps);
        firmware.map(|n| FIRMWARE + n).chain(bitmaps.map(|n| BITMAPS + n))
    }

    /// The PSCI version that hypercalls follow.
    pub fn psci_version(&self) -> u64 {
        self.psci
    }

    /// One of the four bitmaps.
    pub fn bitmap(&self, index: usize) -> u64 {
        self.bitmaps.get(index).copied().unwrap_or_default()
    }

    /// KVM_GET_ONE_REG; `None` where KVM answers ENOENT.
    pub fn get(&self, vm: &VmIds, id: u64) -> Option<u64> {
        if !Firmware::ids(vm).any(|known| known == id) {
            return None;
        }
        match id {
            FIRMWARE => Some(self.psci),
            FIRMWARE.. if id < BITMAPS => workaround_level(vm, id - FIRMWARE),
            _ => usize::try_from(id - BITMAPS).ok().map(|index| self.bitmap(index)),
        }
    }

    /// KVM_SET_ONE_REG.
    ///
    /// # Errors
    /// ENOENT for a register that this kernel does not have, EINVAL for a promise that the host cannot keep,
    /// EBUSY for a bitmap that changes after the first run.
    pub fn set(&mut self, vm: &VmIds, id: u64, value: u64, after_first_run: bool) -> Result<(), Refusal> {
        let refuse = |host| Err(Refusal { errno: EINVAL, register: None, wanted: value, reason: Reason::Level { host } });
        let Some(current) = self.get(vm, id) else {
            return Err(Refusal::absent(None, value));
        };
        if id == FIRMWARE {
            let newest = vm.personality().traits().psci;
            let known = PSCI_VERSIONS.contains(&value) && value <= newest;
            if !known || (value == PSCI_0_1) == vm.features().psci_0_2 {
                return refuse(newest);
            }
            self.psci = value;
        } else if id < BITMAPS {
            return if level_allowed(id - FIRMWARE, value, current) { Ok(()) } else { refuse(current) };
        } else {
            let index = usize::try_from(id - BITMAPS).unwrap_or(usize::MAX);
            let known = BITMAP_BITS.get(index).map_or(0, |(bits, _)| *bits);
            if value & !known != 0 {
                return Err(Refusal { errno: EINVAL, register: None, wanted: value, reason: Reason::Reserved { bits: value & !known } });
            }
            if after_first_run && value != current {
                return Err(Refusal::frozen(None, value, current));
            }
            if let Some(bitmap) = self.bitmaps.get_mut(index) {
                *bitmap = value;
            }
        }
        Ok(())
    }
}

/// How far the host is safe (`get_kernel_wa_level`).
fn workaround_level(vm: &VmIds, workaround: u64) -> Option<u64> {
    let states = vm.host().mitigations();
    let plain = |state| match state {
        State::Vulnerable => 0,
        State::Mitigated => 1,
        State::Unaffected => 2,
    };
    match workaround {
        1 => Some(plain(states.spectre_v2)),
        2 => {
            let ssbs = if vm.personality().traits().workaround_2_of_vm { vm.field(&ID_AA64PFR1_EL1::SSBS) > 0 } else { states.ssbs };
            Some(match states.spectre_v4 {
                State::Vulnerable => 0,
                // Guests have PSTATE.SSBS for this and need no call.
                State::Mitigated if ssbs => 0,
                State::Mitigated | State::Unaffected => WORKAROUND_2_NOT_REQUIRED,
            })
        }
        3 => Some(plain(states.spectre_bhb)),
        _ => None,
    }
}

/// `kvm_arm_set_fw_reg`: accepted levels change nothing.
fn level_allowed(workaround: u64, value: u64, host: u64) -> bool {
    if workaround != 2 {
        return value & !LEVEL == 0 && value <= host;
    }
    if value & !(LEVEL | WORKAROUND_2_ENABLED) != 0 {
        return false;
    }
    let level = value & LEVEL;
    if value & WORKAROUND_2_ENABLED != 0 && level != WORKAROUND_2_AVAILABLE {
        return false;
    }
    match level {
        0 | 1 => true,
        WORKAROUND_2_AVAILABLE | WORKAROUND_2_NOT_REQUIRED => host == WORKAROUND_2_NOT_REQUIRED,
        _ => false,
    }
}
