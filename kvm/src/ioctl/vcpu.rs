//! ioctls of a vCPU.

use emu::cpu::{COMPARATORS, Comparator, DebugRegisters};

use super::request as r;
use super::{Fields, KvmFile, UserSpace, device_attr, field, unknown};
use crate::abi::refusal::GET_REFUSAL;
use crate::abi::{VcpuEvents, VcpuInit, exit, layout};
use crate::errno::{E2BIG, EINVAL, ENOEXEC, Errno};
use crate::{GuestDebug, VcpuExit, VcpuFd};

/// SIGKILL and SIGSTOP in a set of signals.
const UNBLOCKABLE: u64 = 1 << 8 | 1 << 18;
/// KVM_INTERNAL_ERROR_EMULATION.
const INTERNAL_ERROR_EMULATION: u32 = 1;

pub(super) fn ioctl(vcpu: &VcpuFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    match request {
        r::RUN if argument != 0 => return Err(EINVAL),
        r::RUN => run(vcpu)?,
        r::GET_STATS_FD if vcpu.vm().has_statistics() => {
            return Ok(user.install(KvmFile::Statistics(vcpu.statistics_file()?))?.into());
        }
        r::ARM_VCPU_INIT => {
            use layout::vcpu_init as l;
            let init = Fields::<{ l::SIZE }>::read(user, argument)?;
            let features = std::array::from_fn(|word| init.u32(l::FEATURES + 4 * word));
            vcpu.vcpu_init(&VcpuInit { target: init.u32(l::TARGET), features })?;
        }
        r::GET_ONE_REG | r::SET_ONE_REG => one_reg(vcpu, request, argument, user)?,
        r::GET_REG_LIST => reg_list(vcpu, argument, user)?,
        r::ARM_VCPU_FINALIZE if vcpu.has_finalize() && !vcpu.is_initialised() => return Err(ENOEXEC),
        r::ARM_VCPU_FINALIZE if vcpu.has_finalize() => vcpu.vcpu_finalize(Fields::<4>::read(user, argument)?.u32(0) as i32)?,
        r::GET_MP_STATE => user.copy_out(argument, &vcpu.get_mp_state().to_le_bytes())?,
        r::SET_MP_STATE => {
            let state = Fields::<{ layout::mp_state::SIZE }>::read(user, argument)?;
            vcpu.set_mp_state(state.u32(layout::mp_state::STATE))?;
        }
        r::GET_VCPU_EVENTS => user.copy_out(argument, &events_to_bytes(&vcpu.get_vcpu_events()?))?,
        r::SET_VCPU_EVENTS => {
            vcpu.check_events_allowed()?;
            vcpu.set_vcpu_events(&events(argument, user)?)?;
        }
        r::SET_SIGNAL_MASK => vcpu.set_signal_mask(signal_mask(argument, user)?),
        r::SET_GUEST_DEBUG => vcpu.set_guest_debug(&guest_debug(&Fields::read(user, argument)?))?,
        r::SET_DEVICE_ATTR | r::GET_DEVICE_ATTR | r::HAS_DEVICE_ATTR => attribute(vcpu, request, argument, user)?,
        GET_REFUSAL => user.copy_out(argument, &vcpu.get_refusal()?.to_bytes())?,
        _ => return Err(unknown(request, EINVAL)),
    }
    Ok(0)
}

/// To `struct kvm_vcpu_events`.
fn events_to_bytes(events: &VcpuEvents) -> [u8; layout::vcpu_events::SIZE] {
    use layout::vcpu_events as l;
    let mut bytes = [0; l::SIZE];
    bytes[l::SERROR_PENDING] = events.serror_pending.into();
    bytes[l::SERROR_HAS_ESR] = events.serror_has_esr.into();
    bytes.iter_mut().skip(l::SERROR_ESR).zip(events.serror_esr.to_le_bytes()).for_each(|(to, from)| *to = from);
    bytes
}

/// From `struct kvm_vcpu_events`, in which nothing else may be set.
fn events(argument: u64, user: &mut dyn UserSpace) -> Result<VcpuEvents, Errno> {
    use layout::vcpu_events as l;
    let events = Fields::<{ l::SIZE }>::read(user, argument)?;
    if events.any_set(l::PADDING..l::SERROR_ESR) || events.any_set(l::RESERVED..l::SIZE) {
        return Err(EINVAL);
    }
    Ok(VcpuEvents {
        serror_pending: events.u8(l::SERROR_PENDING) != 0,
        serror_has_esr: events.u8(l::SERROR_HAS_ESR) != 0,
        ext_dabt_pending: events.u8(l::EXT_DABT_PENDING) != 0,
        serror_esr: events.u64(l::SERROR_ESR),
    })
}

/// `struct kvm_signal_mask` without SIGKILL and SIGSTOP, which nothing blocks; no pointer, no mask.
fn signal_mask(argument: u64, user: &mut dyn UserSpace) -> Result<Option<u64>, Errno> {
    use layout::signal_mask as l;
    if argument == 0 {
        return Ok(None);
    }
    if Fields::<{ l::SIZE }>::read(user, argument)?.u32(l::LENGTH) != 8 {
        return Err(EINVAL);
    }
    let set = Fields::<8>::read(user, field(argument, l::SET)?)?.u64(0);
    Ok(Some(set & !UNBLOCKABLE))
}

/// From `struct kvm_guest_debug`: control, padding, then 16 each of DBGBCR, DBGBVR, DBGWCR and DBGWVR.
fn guest_debug(fields: &Fields<{ layout::guest_debug::SIZE }>) -> GuestDebug {
    let table = |number: usize, index: usize| fields.u64(layout::guest_debug::REGISTERS + 8 * (COMPARATORS * number + index));
    let comparators = |number| std::array::from_fn(|index| Comparator { control: table(number, index), value: table(number + 1, index) });
    GuestDebug {
        control: fields.u32(layout::guest_debug::CONTROL),
        registers: DebugRegisters { breakpoints: comparators(0), watchpoints: comparators(2) },
    }
}

/// KVM_RUN; what this emulator cannot do leaves as KVM_EXIT_INTERNAL_ERROR, never unnoticed.
fn run(vcpu: &VcpuFd) -> Result<(), Errno> {
    if let VcpuExit::Unsupported { word, what } = vcpu.run()? {
        tracing::error!(word, what, "KVM_RUN stops: not supported");
        vcpu.run_page().set_exit_reason(exit::INTERNAL_ERROR);
        vcpu.run_page().set_internal_error(INTERNAL_ERROR_EMULATION);
    }
    Ok(())
}

fn one_reg(vcpu: &VcpuFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    if !vcpu.is_initialised() {
        return Err(ENOEXEC);
    }
    let register = Fields::<{ layout::one_reg::SIZE }>::read(user, argument)?;
    let (id, address) = (register.u64(layout::one_reg::ID), register.u64(layout::one_reg::ADDRESS));
    if request == r::SET_ONE_REG {
        return vcpu.write_register(id, &mut |bytes| user.copy_in(address, bytes)).map(|_| ());
    }
    let (bytes, size) = vcpu.read_register(id)?;
    user.copy_out(address, bytes.get(..size).unwrap_or_default())
}

fn reg_list(vcpu: &VcpuFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    if !vcpu.is_initialised() {
        return Err(ENOEXEC);
    }
    // The kernel's number has 32 bits.
    let room = Fields::<{ layout::reg_list::SIZE }>::read(user, argument)?.u32(layout::reg_list::COUNT);
    let list = vcpu.get_reg_list()?;
    user.copy_out(argument, &(list.len() as u64).to_le_bytes())?;
    if (room as usize) < list.len() {
        return Err(E2BIG);
    }
    let bytes: Vec<u8> = list.iter().flat_map(|id| id.to_le_bytes()).collect();
    user.copy_out(field(argument, layout::reg_list::SIZE)?, &bytes)
}

fn attribute(vcpu: &VcpuFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let (named, address) = device_attr(user, argument)?;
    match request {
        r::HAS_DEVICE_ATTR => vcpu.has_device_attr(&named),
        r::GET_DEVICE_ATTR => {
            let (value, size) = vcpu.get_device_attr(&named)?;
            user.copy_out(address, value.to_le_bytes().get(..size).unwrap_or_default())
        }
        _ => vcpu.set_device_attr_with(&named, &mut |bytes| user.copy_in(address, bytes)),
    }
}
