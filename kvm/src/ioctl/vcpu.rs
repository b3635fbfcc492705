//! ioctls of a vCPU.

use emu::cpu::{COMPARATORS, Comparator, DebugRegisters};

use super::request as r;
use super::{Fields, UserSpace, field, unknown};
use crate::abi::refusal::GET_REFUSAL;
use crate::abi::{DeviceAttr, VcpuEvents, VcpuInit, exit};
use crate::errno::{E2BIG, EINVAL, ENOEXEC, Errno};
use crate::{GuestDebug, VcpuExit, VcpuFd};

/// KVM_INTERNAL_ERROR_EMULATION.
const INTERNAL_ERROR_EMULATION: u32 = 1;

pub(super) fn ioctl(vcpu: &VcpuFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    match request {
        r::RUN if argument != 0 => return Err(EINVAL),
        r::RUN => run(vcpu)?,
        r::ARM_VCPU_INIT => {
            let init = Fields::<32>::read(user, argument)?;
            let features = std::array::from_fn(|word| init.u32(4 + 4 * word));
            vcpu.vcpu_init(&VcpuInit { target: init.u32(0), features })?;
        }
        r::GET_ONE_REG | r::SET_ONE_REG => one_reg(vcpu, request, argument, user)?,
        r::GET_REG_LIST => reg_list(vcpu, argument, user)?,
        r::ARM_VCPU_FINALIZE if !vcpu.is_initialised() => return Err(ENOEXEC),
        r::ARM_VCPU_FINALIZE => vcpu.vcpu_finalize(Fields::<4>::read(user, argument)?.u32(0) as i32)?,
        r::GET_MP_STATE => user.copy_out(argument, &vcpu.get_mp_state().to_le_bytes())?,
        r::SET_MP_STATE => vcpu.set_mp_state(Fields::<4>::read(user, argument)?.u32(0))?,
        r::GET_VCPU_EVENTS => {
            let events = vcpu.get_vcpu_events()?;
            let mut bytes = [0; 64];
            bytes[0] = events.serror_pending.into();
            bytes[1] = events.serror_has_esr.into();
            for (to, from) in bytes.iter_mut().skip(8).zip(events.serror_esr.to_le_bytes()) {
                *to = from;
            }
            user.copy_out(argument, &bytes)?;
        }
        r::SET_VCPU_EVENTS if !vcpu.is_initialised() => return Err(ENOEXEC),
        r::SET_VCPU_EVENTS => {
            let events = Fields::<64>::read(user, argument)?;
            if events.any_set(3..8) || events.any_set(16..64) {
                return Err(EINVAL);
            }
            vcpu.set_vcpu_events(&VcpuEvents {
                serror_pending: events.u8(0) != 0,
                serror_has_esr: events.u8(1) != 0,
                ext_dabt_pending: events.u8(2) != 0,
                serror_esr: events.u64(8),
            })?;
        }
        r::SET_GUEST_DEBUG => {
            vcpu.set_guest_debug(&guest_debug(&Fields::read(user, argument)?))?;
        }
        r::SET_DEVICE_ATTR | r::GET_DEVICE_ATTR | r::HAS_DEVICE_ATTR => attribute(vcpu, request, argument, user)?,
        GET_REFUSAL => user.copy_out(argument, &vcpu.get_refusal()?.to_bytes())?,
        _ => return Err(unknown(request, EINVAL)),
    }
    Ok(0)
}

/// From `struct kvm_guest_debug`: control, padding, then 16 each of DBGBCR, DBGBVR, DBGWCR and DBGWVR.
fn guest_debug(fields: &Fields<520>) -> GuestDebug {
    let table = |number: usize, index: usize| fields.u64(8 + 8 * (COMPARATORS * number + index));
    let comparators = |number| std::array::from_fn(|index| Comparator { control: table(number, index), value: table(number + 1, index) });
    GuestDebug { control: fields.u32(0), registers: DebugRegisters { breakpoints: comparators(0), watchpoints: comparators(2) } }
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
    let register = Fields::<16>::read(user, argument)?;
    let (id, address) = (register.u64(0), register.u64(8));
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
    let room = Fields::<8>::read(user, argument)?.u64(0);
    let list = vcpu.get_reg_list()?;
    user.copy_out(argument, &(list.len() as u64).to_le_bytes())?;
    if room < list.len() as u64 {
        return Err(E2BIG);
    }
    let bytes: Vec<u8> = list.iter().flat_map(|id| id.to_le_bytes()).collect();
    user.copy_out(field(argument, 8)?, &bytes)
}

fn attribute(vcpu: &VcpuFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let attr = Fields::<24>::read(user, argument)?;
    let named = DeviceAttr { flags: attr.u32(0), group: attr.u32(4), attr: attr.u64(8) };
    let address = attr.u64(16);
    match request {
        r::HAS_DEVICE_ATTR => vcpu.has_device_attr(&named),
        r::GET_DEVICE_ATTR => {
            let (value, size) = vcpu.get_device_attr(&named)?;
            user.copy_out(address, value.to_le_bytes().get(..size).unwrap_or_default())
        }
        _ => vcpu.set_device_attr_with(&named, &mut |bytes| user.copy_in(address, bytes)),
    }
}
