//! PSCI as KVM implements it (arch/arm64/kvm/psci.c), by HVC or SMC. Keeps no version: that is a firmware register.

use std::sync::atomic::Ordering;

use super::hypercall::NOT_SUPPORTED;
use super::{StartRequest, VcpuExit, VcpuFd, VcpuState};
use crate::abi::cap::CAP_SYSTEM_EVENT_DATA;
use crate::abi::{exit as reason, mp_state, system_event};
use crate::idregs::firmware::Firmware;
use crate::vm::{Vm, lock};

/// Function identifiers without the SMC64 bit.
mod function {
    pub const VERSION: u32 = 0x8400_0000;
    pub const CPU_SUSPEND: u32 = 0x8400_0001;
    pub const CPU_OFF: u32 = 0x8400_0002;
    pub const CPU_ON: u32 = 0x8400_0003;
    pub const AFFINITY_INFO: u32 = 0x8400_0004;
    pub const MIGRATE_INFO_TYPE: u32 = 0x8400_0006;
    pub const SYSTEM_OFF: u32 = 0x8400_0008;
    pub const SYSTEM_RESET: u32 = 0x8400_0009;
    pub const FEATURES: u32 = 0x8400_000a;
    pub const SYSTEM_SUSPEND: u32 = 0x8400_000e;
    pub const SYSTEM_RESET2: u32 = 0x8400_0012;
    pub const SYSTEM_OFF2: u32 = 0x8400_0015;
    /// SMCCC_VERSION is a valid argument of FEATURES.
    pub const SMCCC_VERSION: u32 = 0x8000_0000;
    pub const SMC64: u32 = 1 << 30;
    /// PSCI 0.1 as KVM numbered it: `KVM_PSCI_FN_CPU_OFF` and `KVM_PSCI_FN_CPU_ON`.
    pub const OLD_CPU_OFF: u32 = 0x95c1_ba5f;
    pub const OLD_CPU_ON: u32 = 0x95c1_ba60;
}

/// Versions as in KVM_REG_ARM_PSCI_VERSION.
mod version {
    pub const V0_1: u64 = 1;
    pub const V1_0: u64 = 0x1_0000;
    pub const V1_1: u64 = 0x1_0001;
    pub const V1_3: u64 = 0x1_0003;
}

/// SYSTEM_RESET2: the architectural warm reset, and the first of the vendors' types.
const WARM_RESET: u64 = 0;
const VENDOR_RESET: u64 = 1 << 31;
/// SYSTEM_OFF2's only type.
const HIBERNATE_OFF: u64 = 1;

/// Return values.
mod status {
    pub const SUCCESS: u64 = 0;
    pub const INVALID_PARAMETERS: u64 = -2i64 as u64;
    pub const ALREADY_ON: u64 = -4i64 as u64;
    pub const INTERNAL_FAILURE: u64 = -6i64 as u64;
}

/// What becomes of a call.
pub(super) enum Outcome {
    /// X0 gets this.
    Return(u64),
    /// The vCPU is off now; X0 stays.
    Stop,
    /// The vCPU waits as by WFI; X0 is set.
    Wait,
    /// User space is told.
    Exit(VcpuExit),
}

/// MPIDR bits that an affinity has.
const AFFINITY: u64 = 0xff_00ff_ffff;

impl VcpuFd {
    pub(super) fn handle_psci(&self, state: &mut VcpuState, id: u32) -> Outcome {
        let version = self.vm.psci_version();
        let arguments = [state.cpu.x[1], state.cpu.x[2], state.cpu.x[3]];
        if version == version::V0_1 {
            return match id {
                function::OLD_CPU_OFF => self.cpu_off(state),
                function::OLD_CPU_ON => Outcome::Return(self.cpu_on(&arguments, version)),
                _ => Outcome::Return(NOT_SUPPORTED),
            };
        }
        let wide = id & function::SMC64 != 0;
        let arguments = if wide { arguments } else { arguments.map(|value| value & 0xffff_ffff) };
        match id & !function::SMC64 {
            function::CPU_SUSPEND => {
                state.set_results([status::SUCCESS, 0, 0, 0]);
                Outcome::Wait
            }
            function::CPU_OFF => self.cpu_off(state),
            function::CPU_ON => Outcome::Return(self.cpu_on(&arguments, version)),
            function::AFFINITY_INFO => Outcome::Return(self.affinity_info(&arguments)),
            function::SYSTEM_OFF => self.system_event(state, system_event::SHUTDOWN, 0),
            function::SYSTEM_RESET => self.system_event(state, system_event::RESET, 0),
            _ => self.handle_psci_1(state, id & !function::SMC64, &arguments, version),
        }
    }

    /// What PSCI 1.0 and later add.
    fn handle_psci_1(&self, state: &mut VcpuState, id: u32, arguments: &[u64; 3], version: u64) -> Outcome {
        let invalid = Outcome::Return(status::INVALID_PARAMETERS);
        match id {
            function::SYSTEM_SUSPEND if version >= version::V1_0 && self.vm.suspend_enabled() => {
                // Registers stay, narrow as they were taken: user space decides what the call returns.
                state.cpu.x[1..4].copy_from_slice(arguments);
                self.vcpu.run.set_exit_reason(reason::SYSTEM_EVENT);
                self.vcpu.run.set_system_event(system_event::SUSPEND, &[]);
                Outcome::Exit(VcpuExit::SystemEvent { kind: system_event::SUSPEND, flags: 0 })
            }
            function::SYSTEM_RESET2 if version >= version::V1_1 => match arguments[0] {
                WARM_RESET | VENDOR_RESET.. => self.system_event(state, system_event::RESET, 1),
                _ => invalid,
            },
            function::SYSTEM_OFF2 if version >= version::V1_3 => match arguments {
                [0 | HIBERNATE_OFF, 0, _] => self.system_event(state, system_event::SHUTDOWN, 1),
                _ => invalid,
            },
            _ => Outcome::Return(NOT_SUPPORTED),
        }
    }

    /// X0 is what a later CPU_ON overwrites.
    fn cpu_off(&self, state: &mut VcpuState) -> Outcome {
        state.set_results([status::SUCCESS, 0, 0, 0]);
        self.vcpu.set_power(mp_state::STOPPED);
        Outcome::Stop
    }

    fn cpu_on(&self, arguments: &[u64; 3], version: u64) -> u64 {
        let [target, pc, context] = *arguments;
        if !self.is_affinity(target) {
            return status::INVALID_PARAMETERS;
        }
        let target = target & AFFINITY;
        let vcpus = self.vm.vcpus();
        let Some(vcpu) = vcpus.iter().find(|vcpu| vcpu.mpidr & AFFINITY == target) else { return status::INVALID_PARAMETERS };
        match vcpu.start(StartRequest { pc, context }) {
            true => status::SUCCESS,
            false if version == version::V0_1 => status::INVALID_PARAMETERS,
            false => status::ALREADY_ON,
        }
    }

    fn is_affinity(&self, target: u64) -> bool {
        target & !AFFINITY == 0 || !self.vm.host.personality.traits().affinity_checked
    }

    /// 0 on, 1 off, over all vCPUs that the affinity at the given level names.
    fn affinity_info(&self, arguments: &[u64; 3]) -> u64 {
        let [target, level, _] = *arguments;
        if !self.is_affinity(target) {
            return status::INVALID_PARAMETERS;
        }
        let mask = match level {
            0 => AFFINITY,
            1 => AFFINITY & !0xff,
            2 => AFFINITY & !0xffff,
            3 => AFFINITY & !0xff_ffff,
            _ => return status::INVALID_PARAMETERS,
        };
        let vcpus = self.vm.vcpus();
        let mut matching = vcpus.iter().filter(|vcpu| vcpu.mpidr & mask == target & mask).peekable();
        if matching.peek().is_none() {
            return status::INVALID_PARAMETERS;
        }
        u64::from(!matching.any(|vcpu| vcpu.power() != mp_state::STOPPED))
    }

    /// `kvm_prepare_system_event`: every vCPU stops, user space is told. X0 shows a failure should user space go on.
    fn system_event(&self, state: &mut VcpuState, kind: u32, flags: u64) -> Outcome {
        for vcpu in self.vm.vcpus() {
            vcpu.set_power(mp_state::STOPPED);
        }
        state.set_results([status::INTERNAL_FAILURE, 0, 0, 0]);
        self.vcpu.run.set_exit_reason(reason::SYSTEM_EVENT);
        let data = [flags];
        let has_data = self.vm.host.personality.capability(CAP_SYSTEM_EVENT_DATA).is_some();
        self.vcpu.run.set_system_event(kind, if has_data { &data } else { &[] });
        Outcome::Exit(VcpuExit::SystemEvent { kind, flags })
    }
}

impl Vm {
    /// Calls whose answer depends on the VM and the first argument alone, those that nobody knows among them.
    #[inline]
    pub(super) fn standing_psci_answer(&self, id: u32, argument: u32) -> Option<u64> {
        let narrow = id & !function::SMC64;
        let old = matches!(id, function::OLD_CPU_OFF | function::OLD_CPU_ON);
        // Most who ask for what no version has do so often.
        if !old && !narrow_only(narrow) && !acts(narrow) {
            return Some(NOT_SUPPORTED);
        }
        let version = self.psci_version();
        if version == version::V0_1 {
            return (!old).then_some(NOT_SUPPORTED);
        }
        if id != narrow && narrow_only(narrow) {
            return Some(NOT_SUPPORTED);
        }
        match narrow {
            function::VERSION => Some(version),
            // No trusted OS.
            function::MIGRATE_INFO_TYPE => Some(2),
            function::FEATURES if version >= version::V1_0 => Some(self.psci_features(argument, version)),
            _ if acts(narrow) => None,
            _ => Some(NOT_SUPPORTED),
        }
    }

    /// The version that this VM's calls follow.
    fn psci_version(&self) -> u64 {
        lock(&self.firmware).as_ref().map_or(version::V0_1, Firmware::psci_version)
    }

    fn suspend_enabled(&self) -> bool {
        self.enabled.system_suspend.load(Ordering::Relaxed)
    }

    /// PSCI_FEATURES.
    fn psci_features(&self, id: u32, version: u64) -> u64 {
        let narrow = id & !function::SMC64;
        if id == function::SMCCC_VERSION {
            return status::SUCCESS;
        }
        if id != narrow && narrow_only(narrow) {
            return NOT_SUPPORTED;
        }
        match narrow {
            function::VERSION
            | function::CPU_SUSPEND
            | function::CPU_OFF
            | function::CPU_ON
            | function::AFFINITY_INFO
            | function::MIGRATE_INFO_TYPE
            | function::SYSTEM_OFF
            | function::SYSTEM_RESET
            | function::FEATURES => status::SUCCESS,
            function::SYSTEM_SUSPEND if self.suspend_enabled() => status::SUCCESS,
            function::SYSTEM_RESET2 if version >= version::V1_1 => status::SUCCESS,
            function::SYSTEM_OFF2 if version >= version::V1_3 => HIBERNATE_OFF,
            _ => NOT_SUPPORTED,
        }
    }
}

/// Functions that look at vCPUs or do something to them.
#[inline]
fn acts(id: u32) -> bool {
    matches!(
        id,
        function::CPU_SUSPEND
            | function::CPU_OFF
            | function::CPU_ON
            | function::AFFINITY_INFO
            | function::SYSTEM_OFF
            | function::SYSTEM_RESET
            | function::SYSTEM_SUSPEND
            | function::SYSTEM_RESET2
            | function::SYSTEM_OFF2
    )
}

/// Functions without an SMC64 form.
#[inline]
fn narrow_only(id: u32) -> bool {
    matches!(
        id,
        function::VERSION
            | function::CPU_OFF
            | function::MIGRATE_INFO_TYPE
            | function::SYSTEM_OFF
            | function::SYSTEM_RESET
            | function::FEATURES
    )
}
