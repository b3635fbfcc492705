//! KVM_GET_ONE_REG, KVM_SET_ONE_REG and KVM_GET_REG_LIST: bytes in and out of every register space.
//! Which ids exist and what identification registers accept is `idregs`'; here values meet the vCPU that holds them.

use std::sync::atomic::Ordering;

use sysregs::SysReg;

use super::{VcpuFd, VcpuState};
use crate::errno::{EINVAL, ENOEXEC, EPERM, Errno};
use crate::idregs::firmware::Firmware;
use crate::idregs::{OneReg, Refusal, VcpuIds, VmIds, lookup, reg_list};
use crate::vm::lock;

/// Bytes of the widest register, an SVE vector of 2048 bits.
pub(crate) const WIDEST: usize = 256;

/// A register's bytes.
pub(crate) type RegBytes = [u8; WIDEST];

/// The bytes that an id says its register has, if it can be a register at all.
fn size_of(id: u64) -> Option<usize> {
    let size = 1 << (id >> 52 & 15);
    (size <= WIDEST).then_some(size)
}

fn number(bytes: &[u8]) -> u128 {
    bytes.iter().take(16).rev().fold(0, |value, &byte| value << 8 | u128::from(byte))
}

fn put(bytes: &mut [u8], value: u128) {
    for (byte, source) in bytes.iter_mut().zip(value.to_le_bytes()) {
        *byte = source;
    }
}

/// A vCPU with the identification that lookups need, all locked.
struct Registers<'a> {
    state: &'a mut VcpuState,
    vm_ids: &'a mut VmIds,
    firmware: &'a mut Firmware,
}

impl VcpuFd {
    /// KVM_GET_ONE_REG: fills `data` from its start and says how many bytes the register has.
    ///
    /// # Errors
    /// ENOEXEC before KVM_ARM_VCPU_INIT; ENOENT, EINVAL or EPERM for an id that names no register; EINVAL when `data` is too short.
    pub fn get_one_reg(&self, id: u64, data: &mut [u8]) -> Result<usize, Errno> {
        let (bytes, size) = self.read_register(id)?;
        let source = bytes.get(..size).ok_or(EINVAL)?;
        data.get_mut(..size).ok_or(EINVAL)?.copy_from_slice(source);
        Ok(size)
    }

    /// KVM_SET_ONE_REG with the first bytes of `data`; says how many the register took.
    ///
    /// # Errors
    /// As [`Self::get_one_reg`], and what the register itself refuses.
    pub fn set_one_reg(&self, id: u64, data: &[u8]) -> Result<usize, Errno> {
        self.write_register(id, &mut |bytes| {
            let size = bytes.len();
            bytes.copy_from_slice(data.get(..size).ok_or(EINVAL)?);
            Ok(())
        })
    }

    /// KVM_GET_ONE_REG of a register of at most 64 bits. An addition of this shim.
    ///
    /// # Errors
    /// As [`Self::get_one_reg`].
    pub fn get_reg_u64(&self, id: u64) -> Result<u64, Errno> {
        let (bytes, size) = self.read_register(id)?;
        if size > 8 { Err(EINVAL) } else { Ok(number(bytes.get(..size).unwrap_or_default()) as u64) }
    }

    /// KVM_SET_ONE_REG of a register of at most 64 bits. An addition of this shim.
    ///
    /// # Errors
    /// As [`Self::set_one_reg`].
    pub fn set_reg_u64(&self, id: u64, value: u64) -> Result<(), Errno> {
        self.set_one_reg(id, &value.to_le_bytes()).map(|_| ())
    }

    /// KVM_GET_REG_LIST: every id, in the kernel's order.
    ///
    /// # Errors
    /// ENOEXEC before KVM_ARM_VCPU_INIT, EPERM before KVM_ARM_VCPU_FINALIZE of what needs it.
    pub fn get_reg_list(&self) -> Result<Vec<u64>, Errno> {
        self.with_registers(|registers| {
            registers.state.check_finalized()?;
            let (vm_ids, ids) = registers.ids()?;
            Ok(reg_list(vm_ids, ids))
        })
    }

    /// KVM_GET_ONE_REG into a buffer for any register.
    pub(crate) fn read_register(&self, id: u64) -> Result<(RegBytes, usize), Errno> {
        let offsets = self.vm.counters.offsets();
        self.with_registers(|registers| {
            registers.state.use_counter_offsets(offsets);
            let register = registers.lookup(id)?;
            let size = size_of(id).ok_or(EINVAL)?;
            let mut bytes = [0; WIDEST];
            registers.read(register, &mut bytes)?;
            Ok((bytes, size))
        })
    }

    /// KVM_SET_ONE_REG with bytes that `fetch` brings once the register is known to exist.
    pub(crate) fn write_register(&self, id: u64, fetch: &mut dyn FnMut(&mut [u8]) -> Result<(), Errno>) -> Result<usize, Errno> {
        let has_run = self.vm.has_run.load(Ordering::SeqCst);
        let early = self.vm.host.personality.traits().value_before_register && is_system(id);
        let size = self.with_registers(|registers| {
            let register = registers.lookup(id).or_else(|errno| {
                // A value that cannot be read is what is wrong first.
                if early {
                    fetch(&mut [0; 8])?;
                }
                Err(errno)
            })?;
            let size = size_of(id).ok_or(EINVAL)?;
            registers.check_writable(register)?;
            let mut buffer = [0; WIDEST];
            let bytes = buffer.get_mut(..size).ok_or(EINVAL)?;
            fetch(bytes)?;
            if let OneReg::System(timer) = register
                && let Some(counter) = super::timer_regs::counter(timer)
            {
                self.vm.counters.set(counter, &registers.state.cpu.timers, number(bytes) as u64);
                return Ok(size);
            }
            if register == OneReg::System(SysReg::PMMIR_EL1) {
                return self.set_slots(number(bytes) as u64, has_run).map(|()| size);
            }
            // Who asks for a strict PMU says how many counters it has by an attribute alone (`set_pmcr`).
            let counts = register == OneReg::System(SysReg::PMCR_EL0);
            let frozen = has_run || counts && self.has_strict_pmu();
            registers.write(id, register, bytes, frozen)?;
            if counts && !frozen {
                self.share_counters(registers.state);
            }
            Ok(size)
        })?;
        if is_identification(id) {
            let mut state = lock(&self.vcpu.state);
            // The first run derives the view anyway.
            if state.prepared {
                self.derive_view(&mut state)?;
            }
        }
        Ok(size)
    }

    fn with_registers<T>(&self, work: impl FnOnce(&mut Registers<'_>) -> Result<T, Errno>) -> Result<T, Errno> {
        let mut state = lock(&self.vcpu.state);
        // A pending CPU_ON comes first (`kvm_check_request(KVM_REQ_VCPU_RESET)`).
        self.serve_start(&mut state);
        if state.features.is_none() {
            return Err(ENOEXEC);
        }
        let mut identity = lock(&self.vm.ids);
        let mut firmware = lock(&self.vm.firmware);
        self.adopt_counters(&mut state);
        let (Some(vm_ids), Some(firmware)) = (&mut *identity, &mut *firmware) else { return Err(ENOEXEC) };
        work(&mut Registers { state: &mut state, vm_ids, firmware })
    }
}

/// What no other register space claims is a system register, or would be (`kvm_arm_set_reg`).
fn is_system(id: u64) -> bool {
    const SIZE: u64 = 0xf << 52;
    let arm64 = (id & !SIZE) >> 32 == 0x6000_0000;
    arm64 && !matches!(id >> 16 & 0xfff, 0x10 | 0x11 | 0x14 | 0x15 | 0x16)
}

/// op0=3, CRn=0 of the system registers, and the CCSIDR values: what the guest's view is made of.
fn is_identification(id: u64) -> bool {
    let system = id >> 16 & 0xfff == 0x13 && id >> 14 & 3 == 3 && id >> 7 & 15 == 0;
    let cache_size = id >> 16 & 0xfff == 0x11;
    system || cache_size
}

impl Registers<'_> {
    fn ids(&self) -> Result<(&VmIds, &VcpuIds), Errno> {
        let ids = self.state.ids.as_ref().ok_or(ENOEXEC)?;
        Ok((&*self.vm_ids, ids))
    }

    fn lookup(&self, id: u64) -> Result<OneReg, Errno> {
        let (vm_ids, ids) = self.ids()?;
        let finalized = self.state.sve.as_ref().is_some_and(|sve| sve.finalized);
        lookup(vm_ids, ids, id, finalized).inspect_err(|errno| {
            tracing::debug!(id = format_args!("{id:#x}"), %errno, "no such register");
        })
    }

    fn read(&mut self, register: OneReg, bytes: &mut RegBytes) -> Result<(), Errno> {
        let value = match register {
            OneReg::Core { word, .. } => self.state.get_core(word)?,
            OneReg::Id(named) => {
                let (vm_ids, ids) = self.ids()?;
                ids.get(vm_ids, named).ok_or(ENOEXEC)?.into()
            }
            OneReg::CacheSize(csselr) => {
                let (vm_ids, ids) = self.ids()?;
                ids.ccsidr(vm_ids, csselr).ok_or(ENOEXEC)?.into()
            }
            OneReg::System(named) => self.state.get_system(self.vm_ids, named).into(),
            OneReg::Firmware(id) => self.firmware.get(self.vm_ids, id).ok_or(ENOEXEC)?.into(),
            OneReg::SveVectorLengths | OneReg::SveZ(_) | OneReg::SveP(_) | OneReg::SveFfr => return self.state.get_sve(register, bytes),
        };
        put(bytes, value);
        Ok(())
    }

    /// Refusals that come before the value is looked at.
    fn check_writable(&self, register: OneReg) -> Result<(), Errno> {
        let finalized = self.state.sve.as_ref().is_some_and(|sve| sve.finalized);
        if register == OneReg::SveVectorLengths && finalized { Err(EPERM) } else { Ok(()) }
    }

    fn write(&mut self, id: u64, register: OneReg, bytes: &[u8], has_run: bool) -> Result<(), Errno> {
        let value = number(bytes);
        let answer = match register {
            OneReg::Core { word, .. } => return self.state.set_core(word, value, self.vm_ids.host().aarch32_el0()),
            OneReg::Id(named) => {
                let ids = self.state.ids.as_mut().ok_or(ENOEXEC)?;
                ids.set(self.vm_ids, named, value as u64, has_run)
            }
            OneReg::CacheSize(csselr) => {
                let ids = self.state.ids.as_mut().ok_or(ENOEXEC)?;
                ids.set_ccsidr(self.vm_ids, csselr, value as u32)
            }
            OneReg::System(named) => self.state.set_system(self.vm_ids, named, value as u64, has_run),
            OneReg::Firmware(id) => self.firmware.set(self.vm_ids, id, value as u64, has_run),
            OneReg::SveVectorLengths | OneReg::SveZ(_) | OneReg::SveP(_) | OneReg::SveFfr => {
                return self.state.set_sve(register, bytes, self.vm_ids);
            }
        };
        answer.map_err(|refusal| self.state.refuse(id, refusal))
    }
}

impl VcpuState {
    /// Keeps the reason for whoever asks; user space gets the errno.
    fn refuse(&mut self, id: u64, refusal: Refusal) -> Errno {
        tracing::info!(id = format_args!("{id:#x}"), %refusal, "KVM_SET_ONE_REG refused");
        self.refused = Some((id, refusal));
        refusal.errno
    }
}
