//! Stage 2 aborts: in-kernel device frames, MMIO exits, and what has no memory behind it (`kvm_handle_guest_abort`,
//! `io_mem_abort`).

use std::sync::atomic::Ordering;

use emu::cpu::{Cpu, Stage2Abort};
use emu::mem::Behind;
use emu::trace::Mmio;
use sysregs::SysReg;

use super::{Completion, VcpuExit, VcpuFd, VcpuState};
use crate::abi::exit as reason;
use crate::errno::{EFAULT, ENOSYS, Errno};
use crate::vm::{PAGE, Vm};

/// SCTLR_EL1.EE.
const SCTLR_EE: u64 = 1 << 25;

/// ISS.CM, WnR and DFSC.
const NISV_ISS: u64 = 1 << 8 | 1 << 6 | 0x3f;

/// ISS.DFSC.
const FAULT_STATUS: u64 = 0x3f;

/// DFSC and IFSC without the level, and a translation fault's.
pub(super) const TYPE: u8 = 0x3c;
pub(super) const TRANSLATION: u8 = 0x04;

/// An access that waits for its device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    address: u64,
    write: bool,
    register: u8,
    size: u32,
    sign_extend: bool,
    wide: bool,
}

impl From<&Stage2Abort> for Transfer {
    fn from(abort: &Stage2Abort) -> Transfer {
        Transfer {
            address: abort.ipa,
            write: abort.write(),
            register: abort.register(),
            size: abort.size(),
            sign_extend: abort.sign_extend(),
            wide: abort.wide(),
        }
    }
}

/// The low `size` bytes of `data`.
fn low_bytes(data: u64, size: u32) -> u64 {
    data & (u64::MAX >> (64 - 8 * size))
}

/// The rules of a kernel version for the data of an access to a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataRules {
    sign_extends: bool,
    order_by_level: bool,
}

impl VcpuFd {
    /// A slot whose host memory is not there, or may not be written.
    fn host_memory_fault(&self, ipa: u64) -> Errno {
        if self.vm.lacks_guest_memory(ipa) {
            self.vcpu.run.set_memory_fault(ipa & !(PAGE - 1), PAGE);
        }
        tracing::warn!(ipa = format_args!("{ipa:#x}"), "the host memory of a slot is not there");
        EFAULT
    }

    pub(super) fn handle_abort(&self, state: &mut VcpuState, abort: &Stage2Abort) -> Result<Option<VcpuExit>, Errno> {
        let (fetch, far) = (abort.fetch(), abort.far);
        state.fault_address = far;
        if abort.status() & TYPE == TRANSLATION {
            let stores = abort.write() || abort.table_walk();
            match self.vm.memory.behind(abort.ipa) {
                Behind::NoSlot => {}
                // The slot was being moved, and is back: the instruction executes again.
                Behind::Memory(backing) if !(backing.protected && stores) => return Ok(None),
                Behind::Absent | Behind::Memory(_) => return Err(self.host_memory_fault(abort.ipa)),
            }
        }
        if abort.ipa >> self.vm.ipa_limit() != 0 {
            self.inject_size_fault(state, fetch, far);
            return Ok(None);
        }
        if abort.ipa >> self.vm.ipa_bits != 0 || fetch || abort.table_walk() {
            self.inject_abort(state, fetch, far, abort.walk_level);
            return Ok(None);
        }
        if abort.cache_maintenance() {
            state.skip_instruction();
            return Ok(None);
        }
        if !abort.syndrome_valid() {
            return self.leave_without_syndrome(abort);
        }
        if abort.load_store_type() != 0 && abort.status() & TYPE == TRANSLATION {
            return Ok(Some(self.leave_for_load_store_64(abort)));
        }
        if self.handle_device(state, abort) {
            return Ok(None);
        }
        if abort.write() && self.write_to_bus(state, abort) {
            return Ok(None);
        }
        state.exits.user_mmio += 1;
        self.vcpu.run.set_exit_reason(reason::MMIO);
        Ok(Some(self.leave_for_mmio(state, abort)))
    }

    /// A write that an eventfd or the ring of coalesced MMIO takes.
    fn write_to_bus(&self, state: &mut VcpuState, abort: &Stage2Abort) -> bool {
        let data = Transfer::from(abort).stored(&state.cpu, self.data_rules());
        let alone = self.vm.vcpus.read().is_ok_and(|vcpus| vcpus.len() == 1);
        let ring = alone.then_some(&self.vcpu.run);
        if !self.vm.io_bus.write(abort.ipa, abort.size(), data, ring) {
            return false;
        }
        state.skip_instruction();
        true
    }

    /// ENOSYS, or KVM_EXIT_ARM_NISV with CM, WnR and DFSC of the syndrome (`kvm_vcpu_dabt_iss_nisv_sanitized`).
    fn leave_without_syndrome(&self, abort: &Stage2Abort) -> Result<Option<VcpuExit>, Errno> {
        if !self.vm.enabled.nisv_to_user.load(Ordering::Relaxed) {
            return Err(ENOSYS);
        }
        let (mut iss, ipa) = (abort.esr & NISV_ISS, abort.ipa);
        if abort.status() & !3 == TRANSLATION {
            iss = iss & !3 | self.translation_level(ipa);
        }
        self.vcpu.run.set_exit_reason(reason::ARM_NISV);
        self.vcpu.run.set_nisv(iss, ipa);
        Ok(Some(VcpuExit::Nisv { iss, ipa }))
    }

    /// KVM_EXIT_ARM_LDST64B: ESR_EL2 but for its DFSC. User space does all of it.
    fn leave_for_load_store_64(&self, abort: &Stage2Abort) -> VcpuExit {
        let (esr, ipa) = (abort.esr & !FAULT_STATUS, abort.ipa);
        self.vcpu.run.set_exit_reason(reason::ARM_LDST64B);
        self.vcpu.run.set_nisv(esr, ipa);
        VcpuExit::LoadStore64 { esr, ipa }
    }

    /// The level at which a stage 2 walk finds nothing: KVM has tables with 4 KiB granules where there is memory.
    fn translation_level(&self, ipa: u64) -> u64 {
        let near = |shift: u32| self.vm.memory.is_taken(ipa >> shift << shift, ((ipa >> shift) + 1) << shift, None);
        1 + u64::from(near(30)) + u64::from(near(21))
    }

    fn leave_for_mmio(&self, state: &mut VcpuState, abort: &Stage2Abort) -> VcpuExit {
        let (address, length) = (abort.ipa, abort.size());
        if abort.write() {
            let transfer = Transfer::from(abort);
            let data = transfer.stored(&state.cpu, self.data_rules());
            self.vcpu.run.set_mmio_write(address, data, length);
            state.trace_mmio(&transfer, Some(data));
            state.completion = Completion::MmioWrite(transfer);
            return VcpuExit::MmioWrite { address, length, data };
        }
        self.vcpu.run.set_mmio_read(address, length);
        state.completion = Completion::MmioRead(Transfer::from(abort));
        VcpuExit::MmioRead { address, length }
    }

    pub(super) fn data_rules(&self) -> DataRules {
        let traits = self.vm.host.personality.traits();
        DataRules { sign_extends: traits.mmio_sign_extends, order_by_level: traits.mmio_order_by_level }
    }

    /// An access to the frames of the GIC or of an ITS; false when the address is not theirs.
    fn handle_device(&self, state: &mut VcpuState, abort: &Stage2Abort) -> bool {
        let transfer = Transfer::from(abort);
        let stored = abort.write().then(|| transfer.stored(&state.cpu, self.data_rules()));
        let Some(data) = self.vm.device_access(self.vcpu.index, abort.ipa, abort.size() as u8, stored) else { return false };
        state.exits.device_mmio += 1;
        if stored.is_some() {
            state.trace_mmio(&transfer, stored);
            state.skip_instruction();
        } else {
            state.finish_read(&transfer, data, self.data_rules());
        }
        true
    }
}

impl Vm {
    /// A load from the frames of the GIC or of an ITS, or a store of `stored` to them, by a vCPU; None when the address is not theirs.
    #[inline]
    pub(super) fn device_access(&self, vcpu: usize, address: u64, size: u8, stored: Option<u64>) -> Option<u64> {
        let vgic = self.vgic.get()?;
        if let Some(frame) = vgic.locate(address) {
            return Some(match stored {
                Some(value) => {
                    vgic.mmio_write(vcpu, frame, size, value);
                    0
                }
                None => vgic.mmio_read(vcpu, frame, size),
            });
        }
        let (its, offset) = self.its_at(address)?;
        Some(match stored {
            Some(value) => {
                its.write(offset, size, value);
                0
            }
            None => its.read(offset, size),
        })
    }
}

impl Transfer {
    pub fn is_write(&self) -> bool {
        self.write
    }

    /// What a store writes to a device, little-endian (`vcpu_data_guest_to_host`).
    #[inline]
    pub fn stored(&self, cpu: &Cpu, rules: DataRules) -> u64 {
        let data = if self.register >= 31 { 0 } else { cpu.x[self.register as usize] };
        self.device_order(cpu, data, rules)
    }

    /// Puts what a load has read where the instruction wanted it (`kvm_handle_mmio_return`).
    #[inline]
    pub fn load(&self, cpu: &mut Cpu, data: u64, rules: DataRules) {
        let mut value = self.device_order(cpu, data, rules);
        if self.sign_extend && rules.sign_extends {
            let shift = 64 - 8 * self.size;
            value = ((value << shift) as i64 >> shift) as u64;
        }
        if !self.wide {
            value &= 0xffff_ffff;
        }
        if self.register < 31 {
            cpu.x[self.register as usize] = value;
        }
    }

    /// The low bytes, in the opposite order for a big-endian guest.
    #[inline]
    fn device_order(&self, cpu: &Cpu, data: u64, rules: DataRules) -> u64 {
        let big_endian = if rules.order_by_level { cpu.big_endian() } else { cpu.sys(SysReg::SCTLR_EL1) & SCTLR_EE != 0 };
        if big_endian { data.swap_bytes() >> (64 - 8 * self.size) } else { low_bytes(data, self.size) }
    }
}

impl VcpuState {
    pub(super) fn trace_mmio(&mut self, transfer: &Transfer, value: Option<u64>) {
        let Transfer { address, size, write, .. } = *transfer;
        if let Some(trace) = &mut self.cpu.trace {
            trace.mmio(self.cpu.pc, &Mmio { address, size, write, value });
        }
    }

    /// Finishes a load from a device.
    pub(super) fn finish_read(&mut self, transfer: &Transfer, data: u64, rules: DataRules) {
        self.trace_mmio(transfer, Some(low_bytes(data, transfer.size)));
        transfer.load(&mut self.cpu, data, rules);
        self.skip_instruction();
    }
}
