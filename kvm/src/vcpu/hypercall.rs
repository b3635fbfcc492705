//! HVC and SMC: the SMC Calling Convention as KVM answers it (arch/arm64/kvm/hypercalls.c, trng.c, pvtime.c). PSCI is next
//! door; who may call what at the trap level (HCR_EL2.TSC, SCR_EL3.HCE) is the emulated CPU's business.

use std::time::{SystemTime, UNIX_EPOCH};

use emu::timer::TimerId;

use super::psci::Outcome;
use super::run::Bounds;
use super::smccc_filter::Action;
use super::{VcpuExit, VcpuFd, VcpuState};
use crate::abi::exit as reason;
use crate::idregs::firmware::{FIRMWARE, Firmware};
use crate::idregs::mitigations::FirmwareAnswer;
use crate::vm::{Vm, lock};

/// SMCCC NOT_SUPPORTED.
pub(super) const NOT_SUPPORTED: u64 = u64::MAX;
pub(super) const SUCCESS: u64 = 0;
/// ARCH_WORKAROUND_2 is not needed on this CPU; the TRNG's INVALID_PARAMETERS has the same number.
const NOT_REQUIRED: u64 = -2i64 as u64;
const INVALID_PARAMETERS: u64 = -2i64 as u64;
/// SMCCC 1.1.
const VERSION_1_1: u64 = 0x1_0001;
/// TRNG 1.0.
const TRNG_VERSION_1_0: u64 = 0x1_0000;

/// Function identifiers.
pub(super) mod function {
    pub const VERSION: u32 = 0x8000_0000;
    pub const ARCH_FEATURES: u32 = 0x8000_0001;
    pub const WORKAROUND_1: u32 = 0x8000_8000;
    pub const WORKAROUND_2: u32 = 0x8000_7fff;
    pub const WORKAROUND_3: u32 = 0x8000_3fff;
    pub const TRNG_VERSION: u32 = 0x8400_0050;
    pub const TRNG_FEATURES: u32 = 0x8400_0051;
    pub const TRNG_GET_UUID: u32 = 0x8400_0052;
    pub const TRNG_RND32: u32 = 0x8400_0053;
    pub const TRNG_RND64: u32 = 0xc400_0053;
    pub const PV_TIME_FEATURES: u32 = 0xc500_0020;
    pub const PV_TIME_ST: u32 = 0xc500_0021;
    pub const VENDOR_UID: u32 = 0x8600_ff01;
    pub const VENDOR_FEATURES: u32 = 0x8600_0000;
    pub const VENDOR_PTP: u32 = 0x8600_0001;
}

/// The TRNG back end's identity, 0d21e000-4384-11eb-8070-5244554e5a4c.
const TRNG_UUID: [u64; 4] = [0x00e0_210d, 0xeb11_8443, 0x4452_7080, 0x4c5a_4e55];
/// KVM's identity as a hypervisor, 28b46fb6-2ec5-11e9-a9ca-4b564d003a74.
const KVM_UUID: [u64; 4] = [0xb66f_b428, 0xe911_c52e, 0x564b_caa9, 0x743a_004d];

/// The bit of a firmware bitmap that a function needs (`kvm_smccc_test_fw_bmap`).
#[inline]
fn gate(function: u32) -> Option<(usize, u64)> {
    match function {
        function::TRNG_VERSION | function::TRNG_FEATURES | function::TRNG_GET_UUID | function::TRNG_RND32 | function::TRNG_RND64 => {
            Some((0, 1))
        }
        function::PV_TIME_FEATURES | function::PV_TIME_ST => Some((1, 1)),
        function::VENDOR_UID | function::VENDOR_FEATURES => Some((2, 1)),
        function::VENDOR_PTP => Some((2, 2)),
        _ => None,
    }
}

impl VcpuFd {
    /// A call by HVC (pc is after it) or SMC (pc is at it, and is moved on as HVC does).
    pub(super) fn handle_hypercall(&self, state: &mut VcpuState, smc: bool, immediate: u16, bounds: Bounds) -> Option<VcpuExit> {
        state.exits.hypercall += 1;
        let traits = self.vm.host.personality.traits();
        if smc {
            state.exits.smc += 1;
            state.skip_instruction();
            // `handle_smc`: until 6.4 there was nobody to call; since then only SMC #0 is a call.
            if !traits.smc_calls || immediate != 0 {
                state.cpu.x[0] = NOT_SUPPORTED;
                return None;
            }
        }
        let function = state.cpu.x[0] as u32;
        if !smc && self.vm.is_workaround(function) {
            // The vectors answer these themselves, whatever the host needs (`el1_sync` of hyp-entry.S), touch X0 only, and count nothing.
            state.exits.workaround += 1;
            state.cpu.x[0] = SUCCESS;
            return None;
        }
        match self.vm.smccc_filter.action(function) {
            Action::Handle => {}
            Action::Deny => {
                state.set_results([NOT_SUPPORTED, 0, 0, 0]);
                return None;
            }
            Action::Forward => {
                let (number, flags) = (u64::from(function), u64::from(smc));
                self.vcpu.run.set_exit_reason(reason::HYPERCALL);
                self.vcpu.run.set_hypercall(number, flags);
                return Some(VcpuExit::Hypercall { number, flags });
            }
        }
        let results = self.call(state, function).or_else(|| self.vm.standing_answer(function, state.cpu.x[1] as u32));
        if let Some(results) = results {
            state.set_results(results);
            return None;
        }
        match self.handle_psci(state, function) {
            Outcome::Return(value) => state.set_results([value, 0, 0, 0]),
            Outcome::Stop => {}
            Outcome::Wait => return self.wait(state, bounds),
            Outcome::Exit(exit) => return Some(exit),
        }
        None
    }

    /// What depends on the vCPU, PSCI apart: X0 to X3, or None for a function that is not one of them.
    fn call(&self, state: &mut VcpuState, function: u32) -> Option<[u64; 4]> {
        if !self.vm.offers(function) {
            return Some([NOT_SUPPORTED, 0, 0, 0]);
        }
        let one = |value: u64| Some([value, 0, 0, 0]);
        match function {
            function::PV_TIME_FEATURES => one(self.stolen_time_features(state.cpu.x[1] as u32)),
            function::PV_TIME_ST => one(self.start_stolen_time(state)),
            function::VENDOR_PTP => Some(state.wall_clock()),
            function::TRNG_RND32 => Some(state.entropy(32)),
            function::TRNG_RND64 => Some(state.entropy(64)),
            _ => None,
        }
    }
}

impl Vm {
    /// ARCH_WORKAROUND_1 to _3, as far as this kernel knows them.
    #[inline]
    pub(super) fn is_workaround(&self, function: u32) -> bool {
        let known = self.host.personality.traits().workarounds;
        match function {
            function::WORKAROUND_1 => true,
            function::WORKAROUND_2 => true,
            function::WORKAROUND_3 => known >= 3,
            _ => false,
        }
    }

    /// Calls whose answer depends on the VM and the first argument alone, those that nobody knows among them: X0 to X3.
    #[inline]
    pub(super) fn standing_answer(&self, function: u32, argument: u32) -> Option<[u64; 4]> {
        let one = |value: u64| Some([value, 0, 0, 0]);
        if !self.offers(function) {
            return one(NOT_SUPPORTED);
        }
        match function {
            function::VERSION => one(VERSION_1_1),
            function::ARCH_FEATURES => one(self.arch_features(argument)),
            function::VENDOR_UID => Some(KVM_UUID),
            function::VENDOR_FEATURES => Some([self.bitmap(2), 0, self.bitmap(3), 0]),
            function::TRNG_VERSION => one(TRNG_VERSION_1_0),
            function::TRNG_FEATURES => one(match argument {
                asked if gate(asked) == Some((0, 1)) => SUCCESS,
                _ => NOT_SUPPORTED,
            }),
            function::TRNG_GET_UUID => Some(TRNG_UUID),
            function::PV_TIME_FEATURES | function::PV_TIME_ST | function::VENDOR_PTP | function::TRNG_RND32 | function::TRNG_RND64 => None,
            _ => self.standing_psci_answer(function, argument).map(|value| [value, 0, 0, 0]),
        }
    }

    /// The function exists in this kernel and user space has not taken it away.
    #[inline]
    fn offers(&self, function: u32) -> bool {
        let traits = self.host.personality.traits();
        match gate(function) {
            None => true,
            // Kernels from before the bitmaps had stolen time, but neither a TRNG nor the vendor's calls.
            Some((index, _)) if traits.bitmaps == 0 => index == 1 && traits.pv_time,
            Some((index, bit)) => self.bitmap(index) & bit != 0,
        }
    }

    fn bitmap(&self, index: usize) -> u64 {
        let known = index < usize::from(self.host.personality.traits().bitmaps);
        let firmware = lock(&self.firmware);
        firmware.as_ref().filter(|_| known).map_or(0, |firmware| firmware.bitmap(index))
    }

    /// SMCCC_ARCH_FEATURES.
    fn arch_features(&self, feature: u32) -> u64 {
        let plain = |level| match level {
            1 => SUCCESS,
            2 => 1,
            _ => NOT_SUPPORTED,
        };
        let traits = self.host.personality.traits();
        let answer = match feature {
            function::WORKAROUND_1 | function::WORKAROUND_2 if traits.workarounds_of_host => self.host_workaround(feature),
            function::WORKAROUND_1 => plain(self.workaround(1)),
            function::WORKAROUND_2 if self.workaround(2) == 3 => NOT_REQUIRED,
            function::WORKAROUND_3 => plain(self.workaround(3)),
            function::PV_TIME_FEATURES if self.offers(function::PV_TIME_FEATURES) => SUCCESS,
            _ => NOT_SUPPORTED,
        };
        if traits.arch_features_narrow { answer & 0xffff_ffff } else { answer }
    }

    /// What the host needs, or lets its guests do.
    fn host_workaround(&self, feature: u32) -> u64 {
        let (mitigations, firmware) = (self.host_ids.mitigations(), self.host_ids.facts().firmware.workaround_2);
        match (feature, firmware) {
            (function::WORKAROUND_1, _) if mitigations.listed => SUCCESS,
            (function::WORKAROUND_1, _) => NOT_SUPPORTED,
            // PSTATE.SSBS does it, and the kernel's state is as after boot: guests may call.
            _ if mitigations.ssbs => SUCCESS,
            (_, FirmwareAnswer::Required) => SUCCESS,
            (_, FirmwareAnswer::NotRequired) => NOT_REQUIRED,
            (_, FirmwareAnswer::NotSupported) => NOT_SUPPORTED,
        }
    }

    /// The level of a workaround, as its firmware register shows it.
    fn workaround(&self, number: u64) -> u64 {
        let (ids, firmware) = (lock(&self.ids), lock(&self.firmware));
        match (&*ids, &*firmware) {
            (Some(ids), Some(firmware)) => Firmware::get(firmware, ids, FIRMWARE + number).unwrap_or(0),
            _ => 0,
        }
    }
}

impl VcpuState {
    /// `smccc_set_retval`.
    pub(super) fn set_results(&mut self, results: [u64; 4]) {
        self.cpu.x[..4].copy_from_slice(&results);
    }

    /// KVM's PTP clock: wall clock and counter at one instant (`kvm_ptp_get_time`).
    fn wall_clock(&mut self) -> [u64; 4] {
        let counter = match self.cpu.x[1] as u32 {
            0 => TimerId::Virtual,
            1 => TimerId::Physical,
            _ => return [NOT_SUPPORTED, 0, 0, 0],
        };
        self.cpu.sync_time(self.cpu.retired);
        let timers = &self.cpu.timers;
        let count = timers.count(counter);
        let nanoseconds = if timers.clock.is_virtual() {
            timers.clock.nanoseconds() + timers.quantum_nanoseconds
        } else {
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
        };
        [nanoseconds >> 32, nanoseconds & 0xffff_ffff, count >> 32, count & 0xffff_ffff]
    }

    /// TRNG_RND: X1 bits in X1 to X3, the lowest in X3 (`kvm_trng_do_rnd`).
    fn entropy(&mut self, width: u32) -> [u64; 4] {
        let wanted = self.cpu.x[1];
        if wanted > u64::from(3 * width) {
            return [INVALID_PARAMETERS, 0, 0, 0];
        }
        let mut left = wanted as u32;
        let mut words = [0; 3];
        for word in words.iter_mut().rev() {
            let bits = left.min(width);
            if bits > 0 {
                *word = self.cpu.random_word() >> (64 - bits);
            }
            left -= bits;
        }
        let [high, middle, low] = words;
        [SUCCESS, high, middle, low]
    }
}
