//! KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE: what a vCPU is made of before it runs. Which features go together is decided in
//! `idregs::vcpu_init`.

use std::sync::atomic::Ordering;

use emu::cpu::Attention;
use sysregs::SysReg;

use super::id_view::IdView;
use super::sve::Sve;
use super::traps::Controls;
use super::{Completion, Vcpu, VcpuFd, VcpuState};
use crate::abi::cap::CAP_SVE;
use crate::abi::{VcpuInit, mp_state, vcpu_feature};
use crate::errno::{EINVAL, ENOEXEC, EPERM, Errno};
use crate::idregs::firmware::Firmware;
use crate::idregs::vcpu_init::{Earlier, check_vcpu_init, left_by_refusal};
use crate::idregs::{AtReset, VcpuIds, VmFeatures, VmIds, at_reset, one_reg_id};
use crate::vm::lock;

/// KVM_ARM_VCPU_SVE as KVM_ARM_VCPU_FINALIZE names it.
const FINALIZE_SVE: i32 = 4;

impl VcpuFd {
    /// KVM_ARM_VCPU_INIT.
    ///
    /// # Errors
    /// EINVAL for a wrong target, for features that the host lacks or that differ from before; ENOENT for unknown feature bits.
    pub fn vcpu_init(&self, init: &VcpuInit) -> Result<(), Errno> {
        let host = &self.vm.host;
        let mut state = lock(&self.vcpu.state);
        let mut vm_features = lock(&self.vm.features);
        let earlier = self.earlier(state.features, *vm_features);
        let mte = self.vm.enabled.mte.load(Ordering::SeqCst);
        let features =
            check_vcpu_init(host.personality, &self.vm.host_ids, init.target, &init.features, mte, earlier).inspect_err(|_| {
                if state.features.is_none() {
                    let left = left_by_refusal(host.personality, &self.vm.host_ids, init.target, &init.features, earlier.left);
                    self.vcpu.features.store(left, Ordering::SeqCst);
                }
            })?;
        if state.ids.is_none() {
            self.create_identity(&mut state, self.without_absent_pmu(features))?;
        }
        vm_features.get_or_insert(features);
        drop(vm_features);
        state.features = Some(features);
        self.vcpu.features.store(features, Ordering::SeqCst);
        self.derive_view(&mut state)?;
        state.reset(features);
        self.reset_counter_masks(&mut state);
        self.reset_timer_lines(&mut state);
        if !(state.prepared && host.personality.traits().init_keeps_pending) {
            self.drop_pending();
        }
        let power = if features & vcpu_feature::POWER_OFF != 0 { mp_state::STOPPED } else { mp_state::RUNNABLE };
        self.vcpu.mp_state.store(power, Ordering::SeqCst);
        Ok(())
    }

    fn earlier(&self, vcpu: Option<u32>, vm: Option<u32>) -> Earlier {
        let left = if vcpu.is_none() { self.vcpu.features.load(Ordering::SeqCst) } else { 0 };
        let vcpus = self.vm.vcpus();
        let others = vcpus.iter().filter(|other| other.index != self.vcpu.index);
        let others = [true, false].map(|narrow| others.clone().any(|other| other.is_narrow() == narrow));
        Earlier { vcpu, vm, left, others }
    }

    /// What is left of features where the host has no PMU, and the kernel does not ask: KVM_ARM_VCPU_PMU_V3 is but a name.
    fn without_absent_pmu(&self, features: u32) -> u32 {
        if self.vm.host_ids.has_pmu() == Ok(false) { features & !vcpu_feature::PMU_V3 } else { features }
    }

    /// The timers are off, and an interrupt of theirs is as new (`kvm_timer_vcpu_reset`).
    pub(super) fn reset_timer_lines(&self, state: &mut VcpuState) {
        if let Some(vgic) = self.vm.vgic.get().filter(|_| state.prepared) {
            state.cpu.update_timer_lines();
            vgic.reset_mapped_lines(self.vcpu.index);
        }
    }

    /// HCR_EL2.VSE, VI and VF as new. With a GIC in the kernel the lines are its.
    fn drop_pending(&self) {
        self.vcpu.signal.clear(Attention::SError);
        if self.vm.vgic.get().is_none() {
            [Attention::Irq, Attention::Fiq].into_iter().for_each(|line| self.vcpu.signal.clear(line));
        }
    }

    /// The kernel knows KVM_ARM_VCPU_FINALIZE, which came with SVE (5.2).
    pub(crate) fn has_finalize(&self) -> bool {
        self.vm.host.personality.capability(CAP_SVE).is_some()
    }

    /// KVM_ARM_VCPU_FINALIZE.
    ///
    /// # Errors
    /// ENOEXEC before KVM_ARM_VCPU_INIT, EINVAL for a feature that the vCPU does not have or that needs no finishing, EPERM twice.
    pub fn vcpu_finalize(&self, feature: i32) -> Result<(), Errno> {
        let mut state = lock(&self.vcpu.state);
        if state.features.is_none() {
            return Err(ENOEXEC);
        }
        let sve = state.sve.as_mut().filter(|_| feature == FINALIZE_SVE).ok_or(EINVAL)?;
        if sve.finalized {
            return Err(EPERM);
        }
        let lengths = sve.lengths;
        sve.finalized = true;
        state.cpu.vector_lengths = lengths;
        Ok(())
    }

    /// The vCPU's ID registers and reset values, and the VM's ID registers when this is its first vCPU to be initialised.
    fn create_identity(&self, state: &mut VcpuState, features: u32) -> Result<(), Errno> {
        let mut vm_ids = lock(&self.vm.ids);
        if vm_ids.is_none() {
            let created = self.create_vm_ids(features)?;
            *lock(&self.vm.firmware) = Some(Firmware::new(&created));
            *vm_ids = Some(created);
        }
        let vm_ids = vm_ids.as_ref().ok_or(EINVAL)?;
        let ids = VcpuIds::new(vm_ids, self.vcpu.id as u32).map_err(|error| unknown(&error))?;
        state.reset_values = reset_values(vm_ids, &ids)?;
        state.controls = Controls::new(vm_ids, &state.reset_values, features)?;
        if vm_ids.features().sve {
            state.sve = Some(Sve::new(vm_ids.host().vector_lengths().ok_or(EINVAL)?));
        }
        state.ids = Some(ids);
        Ok(())
    }

    fn create_vm_ids(&self, features: u32) -> Result<VmIds, Errno> {
        let enabled = &self.vm.enabled;
        let implementation = enabled.writable_implementation.load(Ordering::SeqCst);
        let features = VmFeatures::from_init(features, enabled.mte.load(Ordering::SeqCst), implementation);
        let mut created = VmIds::new(self.vm.host.personality, self.vm.host_ids.clone(), features).map_err(|error| unknown(&error))?;
        if let Some(vgic) = self.vm.vgic.get() {
            created.vgic_created(vgic.kind());
        }
        Ok(created)
    }

    /// Brings what the guest reads up to date with the ID registers.
    pub(super) fn derive_view(&self, state: &mut VcpuState) -> Result<(), Errno> {
        let ids = lock(&self.vm.ids);
        let (Some(vm_ids), Some(vcpu_ids)) = (&*ids, &state.ids) else { return Err(ENOEXEC) };
        state.view = IdView::derive(vm_ids, vcpu_ids);
        state.forget_answers();
        state.cpu.set_sys(SysReg::VMPIDR_EL2, state.view.mpidr());
        state.cpu.set_sys(SysReg::VPIDR_EL2, state.view.midr(&state.cpu.config.ids));
        if !self.vm.host.exact_traps {
            let values = state.view.space(&state.cpu.config.ids);
            state.cpu.fold_id_reads(values);
        }
        Ok(())
    }

    /// KVM_RUN's first questions: ENOEXEC before KVM_ARM_VCPU_INIT, EPERM before KVM_ARM_VCPU_FINALIZE.
    pub(super) fn check_complete(&self, state: &VcpuState) -> Result<(), Errno> {
        if state.features.is_none() { Err(ENOEXEC) } else { state.check_finalized() }
    }
}

impl VcpuFd {
    /// First-run checks of `kvm_timer_enable` and `kvm_arm_pmu_v3_enable`.
    pub(super) fn check_interrupts(&self, state: &VcpuState) -> Result<(), Errno> {
        let has_pmu = state.features.unwrap_or_default() & vcpu_feature::PMU_V3 != 0;
        let mut pmu = lock(&self.vcpu.pmu);
        if has_pmu && !pmu.created && !self.vm.host.personality.traits().unready_pmu_is_zero {
            return Err(EINVAL);
        }
        let Some(vgic) = self.vm.vgic.get() else {
            pmu.ready = pmu.created;
            return Ok(());
        };
        // EL2's two timers do not exist for these guests.
        let numbers = |vcpu: &Vcpu| [0, 1].map(|timer: usize| vcpu.timer_irqs[timer].load(Ordering::SeqCst));
        let [virtual_timer, physical_timer] = numbers(&self.vcpu);
        // vCPUs that were made after the attribute was set have the numbers of old (`timer_irqs_are_valid`).
        if self.vm.vcpus().iter().any(|vcpu| numbers(vcpu) != [virtual_timer, physical_timer]) {
            return Err(EINVAL);
        }
        // An interrupt has one owner, and the PMU may have been made before there was a GIC.
        let irq = pmu.irq.filter(|_| pmu.created);
        let owned_once = virtual_timer != physical_timer && irq != Some(virtual_timer) && irq != Some(physical_timer);
        let has_line = !pmu.created || irq.is_some_and(|irq| vgic.has_line(irq));
        pmu.ready = pmu.created && owned_once && has_line;
        if owned_once && has_line { Ok(()) } else { Err(EINVAL) }
    }
}

/// A model without a value that KVM cannot do without: nothing is guessed.
fn unknown(error: &sysregs::SanitiseError) -> Errno {
    tracing::warn!(%error, "the host model is incomplete");
    EINVAL
}

/// Registers of this vCPU and their values after a reset.
fn reset_values(vm_ids: &VmIds, ids: &VcpuIds) -> Result<Vec<(SysReg, u64)>, Errno> {
    let mut values = Vec::new();
    for (register, _, _) in vm_ids.personality().listed() {
        let value = at_reset(vm_ids, ids, one_reg_id(register)).map_err(|error| unknown(&error))?;
        if let Some(AtReset::Value(value)) = value {
            values.push((register, value as u64));
        }
    }
    Ok(values)
}

impl VcpuState {
    /// `kvm_reset_vcpu`: registers, PSTATE, and the EL2 controls that KVM runs a guest with.
    pub(super) fn reset(&mut self, features: u32) {
        let cpu = &mut self.cpu;
        // The hypervisor's own registers survive a reset of the guest's state.
        let kept = [SysReg::VMPIDR_EL2, SysReg::VPIDR_EL2, SysReg::VSESR_EL2].map(|register| (register, cpu.sys(register)));
        cpu.reset();
        kept.into_iter().for_each(|(register, value)| cpu.set_sys(register, value));
        self.controls.apply(cpu);
        // Timers stop; their compare values stay (`kvm_timer_vcpu_reset`).
        for timer in &mut cpu.timers.timers {
            timer.control = 0;
        }
        // States that this CPU does not have, with everything masked: AArch32 Supervisor, and EL2h.
        self.foreign_pstate = match features {
            _ if features & vcpu_feature::EL1_32BIT != 0 => Some(0x1d3),
            _ if features & vcpu_feature::HAS_EL2 != 0 => Some(0x3c9),
            _ => None,
        };
        self.set_reset_values();
        self.cpu.update_derived();
        self.completion = Completion::None;
        self.stop_waiting();
    }
}
