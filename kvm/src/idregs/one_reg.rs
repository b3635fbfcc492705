//! KVM_GET_ONE_REG and KVM_SET_ONE_REG ids: which register one names on a vCPU, or the errno for none.
//! Reads and writes nothing, and looks at no user pointer.

use sysregs::{Encoding, SysReg};

use super::firmware::Firmware;
use super::reg_list::{SVE_VECTOR_LENGTHS, invariants, is_listed, one_reg_id};
use super::{VcpuIds, VmIds};
use crate::errno::{EINVAL, ENOENT, EPERM, Errno};
use crate::personality::traits::TimerList;

/// A register as user space names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneReg {
    /// A part of `struct kvm_regs`: its first 32-bit word, and its bytes.
    Core {
        word: u16,
        bytes: u8,
    },
    /// A register of the ID file, the vCPU's own identification, or an invariant.
    Id(SysReg),
    /// CCSIDR_EL1 by CSSELR_EL1 value.
    CacheSize(u8),
    /// Any other system register, timers included.
    System(SysReg),
    /// A firmware pseudo-register or bitmap, by its id.
    Firmware(u64),
    /// The set of SVE vector lengths.
    SveVectorLengths,
    /// Z0-Z31.
    SveZ(u8),
    /// P0-P15.
    SveP(u8),
    SveFfr,
}

const SIZE_SHIFT: u32 = 52;
const SPACE: u64 = 0x0fff_0000;
/// What is left of the low half of an id.
const INDEX: u64 = 0xf000_ffff;
const ARM64: u64 = 0x6000_0000;
const U32: u64 = 2;
const U64: u64 = 3;
/// `struct kvm_regs` in 32-bit words.
const CORE_WORDS: u64 = 216;

/// What an id names.
///
/// # Errors
/// EINVAL, ENOENT, and EPERM for SVE registers before KVM_ARM_VCPU_FINALIZE.
pub fn lookup(vm: &VmIds, vcpu: &VcpuIds, id: u64, sve_finalized: bool) -> Result<OneReg, Errno> {
    let size = id >> SIZE_SHIFT & 15;
    if (id & !(15 << SIZE_SHIFT)) >> 32 != ARM64 {
        return Err(EINVAL);
    }
    match (id & SPACE) >> 16 {
        0x10 => core(vm, id, size),
        0x11 => cache_size(vm, vcpu, id, size),
        0x13 => system(vm, vcpu, id, size),
        0x14 => firmware(vm, id).ok_or(vm.personality().traits().unknown_firmware),
        0x16 => firmware(vm, id).ok_or(ENOENT),
        0x15 => sve(vm, id, sve_finalized),
        _ => invariant_in_any_space(vm, id, size),
    }
}

fn core(vm: &VmIds, id: u64, size: u64) -> Result<OneReg, Errno> {
    // Every bit besides architecture, size and space is the offset (`core_reg_offset_from_id`).
    let word = id & INDEX;
    if word >= CORE_WORDS || word + ((1 << size) / 4) >= CORE_WORDS {
        return Err(ENOENT);
    }
    let bytes = match word {
        // x0-x30, sp, pc, pstate, sp_el1, elr_el1, spsr[5]
        0..0x52 if word & 1 == 0 => 8,
        0x54..0xd4 if word & 3 == 0 && !vm.features().sve => 16,
        0xd4 | 0xd5 => 4,
        _ => return Err(EINVAL),
    };
    if 1 << size != u64::from(bytes) {
        return Err(EINVAL);
    }
    Ok(OneReg::Core { word: word as u16, bytes })
}

fn cache_size(vm: &VmIds, vcpu: &VcpuIds, id: u64, size: u64) -> Result<OneReg, Errno> {
    let csselr = u8::try_from(id & INDEX).map_err(|_| ENOENT)?;
    let exists = size == U32 && vcpu.ccsidr(vm, csselr).is_some();
    if exists { Ok(OneReg::CacheSize(csselr)) } else { Err(ENOENT) }
}

fn firmware(vm: &VmIds, id: u64) -> Option<OneReg> {
    Firmware::ids(vm).find(|known| *known == id).map(OneReg::Firmware)
}

const SVE_Z: u64 = 0x6080_0000_0015_0000;
const SVE_Z_LAST: u64 = SVE_Z + 0x3ff;
const SVE_P: u64 = 0x6050_0000_0015_0400;
const SVE_P_LAST: u64 = SVE_P + 0x1ff;
const SVE_FFR: u64 = 0x6050_0000_0015_0600;
const SVE_FFR_LAST: u64 = SVE_FFR + 0x1f;

fn sve(vm: &VmIds, id: u64, finalized: bool) -> Result<OneReg, Errno> {
    if !vm.features().sve {
        return Err(ENOENT);
    }
    if id == SVE_VECTOR_LENGTHS {
        return Ok(OneReg::SveVectorLengths);
    }
    if !finalized {
        return Err(EPERM);
    }
    let (slice, number) = (id & 0x1f, (id >> 5 & 0x1f) as u8);
    let named = match id {
        SVE_Z..=SVE_Z_LAST => OneReg::SveZ(number),
        SVE_P..=SVE_P_LAST => OneReg::SveP(number & 15),
        SVE_FFR..=SVE_FFR_LAST => OneReg::SveFfr,
        _ => return Err(EINVAL),
    };
    // One slice holds the longest vectors that there can be.
    if slice == 0 { Ok(named) } else { Err(ENOENT) }
}

fn system(vm: &VmIds, vcpu: &VcpuIds, id: u64, size: u64) -> Result<OneReg, Errno> {
    if size != U64 {
        return Err(ENOENT);
    }
    let named = Encoding::from_kvm_id(id).and_then(SysReg::from_encoding).ok_or(ENOENT)?;
    if let Some(timer) = timer(vm, id) {
        return Ok(OneReg::System(timer));
    }
    if vcpu.get(vm, named).is_some() {
        return Ok(OneReg::Id(named));
    }
    match vm.personality().listing(named) {
        Some((when, _)) if is_listed(when, vm) => Ok(OneReg::System(named)),
        _ => Err(ENOENT),
    }
}

fn timer(vm: &VmIds, id: u64) -> Option<SysReg> {
    let registers: &[SysReg] = match vm.personality().traits().timers {
        TimerList::Virtual => &[SysReg::CNTV_CTL_EL0, SysReg::CNTVCT_EL0, SysReg::CNTV_CVAL_EL0],
        TimerList::Both | TimerList::AmongSystemRegisters => &[
            SysReg::CNTV_CTL_EL0,
            SysReg::CNTVCT_EL0,
            SysReg::CNTV_CVAL_EL0,
            SysReg::CNTP_CTL_EL0,
            SysReg::CNTPCT_EL0,
            SysReg::CNTP_CVAL_EL0,
        ],
    };
    registers.iter().copied().find(|&register| one_reg_id(register) == id)
}

/// The look-up of invariants does not look at the space of an id: a quirk of kernels that have them.
fn invariant_in_any_space(vm: &VmIds, id: u64, size: u64) -> Result<OneReg, Errno> {
    let named = SysReg::from_encoding(Encoding(id as u16));
    let possible = size == U64 && id & INDEX & !0xffff == 0;
    let invariant = named.filter(|named| possible && invariants(vm).any(|register| register == *named));
    invariant.map(OneReg::Id).ok_or(ENOENT)
}
