//! Memory copy and memory set (FEAT_MOPS). Decodes nothing.
//!
//! Option A of the Arm ARM: after the prologue the size register holds minus the bytes that remain, the address registers point
//! past the end (backward copies keep them at the start, and the size positive), and PSTATE.NZCV is zero. The prologue moves nothing;
//! main and epilogue move a part inside one page (of each address) and execute again until nothing remains, so that a fault
//! finds registers from which the instruction goes on, and interrupts are taken in between.

use sysregs::{Feature, SysReg};

use super::ldst::{Done, unprivileged};
use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop};
use crate::insn::{Insn, ZR};
use crate::mem::{AccessKind, GRANULE, Tags, TlbMode, logical_tag};

/// Largest size that a set or a forward-only copy works on.
const LARGEST: u64 = i64::MAX as u64;
/// The same for copies that look at the direction.
const LARGEST_MOVE: u64 = 0x007f_ffff_ffff_ffff;
/// Bytes of an address that are compared.
const ADDRESS: u64 = (1 << 56) - 1;
const FLAG_C: u32 = 1 << 29;

/// SCTLR_EL1.MSCEn for EL0, HCRX_EL2.MSCEn for both.
fn check_enabled(cpu: &mut Cpu) -> Done {
    let user = cpu.pstate.el == ExceptionLevel::EL0 && cpu.sys(SysReg::SCTLR_EL1) >> 33 & 1 == 0;
    let hypervisor = cpu.features.contains(Feature::HCX) && cpu.sys(SysReg::HCRX_EL2) & crate::sys::hcrx::MSCEN == 0;
    if user || hypervisor { Err(cpu.undefined()) } else { Ok(()) }
}

/// Main and epilogue after a prologue of option B.
fn check_option(cpu: &mut Cpu, insn: &Insn, set: bool) -> Done {
    if cpu.nzcv & FLAG_C == 0 {
        return Ok(());
    }
    let number = |register: u8| if register >= ZR { 31 } else { u32::from(register) };
    let (stage, options) = if set { (insn.bits(15, 14), insn.bits(13, 12)) } else { (insn.bits(23, 22), insn.bits(15, 12)) };
    let wrong_option_a = 1 << 17 | 1 << 16;
    let registers = number(insn.rd) << 10 | number(insn.rm) << 5 | number(insn.rn);
    let iss = u32::from(set) << 24 | options << 19 | u32::from(stage == 2) << 18 | wrong_option_a | registers;
    let exception = Exception::new(ExceptionClass::Mops, iss);
    let hypervisor = cpu.pstate.el == ExceptionLevel::EL1 && cpu.sys(SysReg::HCRX_EL2) & crate::sys::hcrx::MCE2 != 0;
    Err(if hypervisor { cpu.exit(Exit::MemoryCopy { esr: exception.esr }) } else { cpu.raise(exception) })
}

/// Whose permissions the accesses have, by an option bit of the instruction.
fn mode(cpu: &Cpu, insn: &Insn, bit: u32) -> TlbMode {
    if insn.bit(bit) { unprivileged(cpu) } else { cpu.tlb.mode() }
}

/// Bytes from `address` to the end of its page.
fn to_page_end(address: u64) -> u64 {
    0x1000 - (address & 0xfff)
}

/// Bytes from the start of the page to `address`, which is past the last byte.
fn from_page_start(address: u64) -> u64 {
    (address.wrapping_sub(1) & 0xfff) + 1
}

/// Executes again while something remains.
fn next(cpu: &mut Cpu, done: bool) {
    if done {
        cpu.pc = cpu.pc.wrapping_add(4);
    }
}

/// SETP.
pub fn set_prologue(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    begin_set(cpu, insn, cpu.r(insn.rn).min(LARGEST));
    Ok(())
}

fn begin_set(cpu: &mut Cpu, insn: &Insn, size: u64) {
    cpu.set_r(insn.rd, cpu.r(insn.rd).wrapping_add(size));
    cpu.set_r(insn.rn, size.wrapping_neg());
    cpu.nzcv = 0;
}

/// SETM, SETE.
pub fn set_main(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    set_with(cpu, insn, None)
}

/// Sets what lies in one page, and the tags of its granules when there is a tag.
fn set_with(cpu: &mut Cpu, insn: &Insn, tag: Option<u8>) -> Done {
    check_option(cpu, insn, true)?;
    let remaining = cpu.r(insn.rn).wrapping_neg();
    if (remaining as i64) <= 0 {
        next(cpu, true);
        return Ok(());
    }
    let address = cpu.r(insn.rd).wrapping_sub(remaining);
    let length = remaining.min(to_page_end(address));
    let mode = mode(cpu, insn, 12);
    if let Some(tag) = tag {
        cpu.store_tags(mode, address, length / GRANULE, |_| tag)?;
    }
    let checked = if tag.is_some() { Tags::Unchecked } else { Tags::Checked };
    cpu.store_part(mode, address, &[cpu.r(insn.rm) as u8; 0x1000][..length as usize], checked)?;
    cpu.set_r(insn.rn, (remaining - length).wrapping_neg());
    next(cpu, remaining == length);
    Ok(())
}

/// What SETG asks for besides: FEAT_MTE, and whole granules.
fn check_granules(cpu: &mut Cpu, address: u64, size: u64) -> Done {
    if !cpu.features.contains(Feature::MTE) {
        return Err(cpu.undefined());
    }
    let whole = size.is_multiple_of(GRANULE) && (size == 0 || address.is_multiple_of(GRANULE));
    if whole { Ok(()) } else { Err(cpu.alignment_fault(address, AccessKind::Write)) }
}

/// SETGP.
pub fn set_tag_prologue(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    // The largest size is one of whole granules.
    let size = if cpu.r(insn.rn) > LARGEST { LARGEST & !(GRANULE - 1) } else { cpu.r(insn.rn) };
    check_granules(cpu, cpu.r(insn.rd), size)?;
    begin_set(cpu, insn, size);
    Ok(())
}

/// SETGM, SETGE: SETM that gives memory the tag of its address instead of checking it.
pub fn set_tag_main(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    let remaining = cpu.r(insn.rn).wrapping_neg();
    let address = cpu.r(insn.rd).wrapping_sub(remaining);
    check_granules(cpu, address, if remaining as i64 > 0 { remaining } else { 0 })?;
    set_with(cpu, insn, Some(logical_tag(address)))
}

/// CPYFP, CPYP (bit 26 is set): the latter copies backward when the destination begins inside the source.
pub fn copy_prologue(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    let either_way = insn.bit(26);
    let size = cpu.r(insn.rn).min(if either_way { LARGEST_MOVE } else { LARGEST });
    let (to, from) = (cpu.r(insn.rd), cpu.r(insn.rm));
    let distance = (to & ADDRESS).wrapping_sub(from & ADDRESS);
    let backward = either_way && to & ADDRESS > from & ADDRESS && distance < size;
    if backward {
        cpu.set_r(insn.rn, size);
    } else {
        cpu.set_r(insn.rd, to.wrapping_add(size));
        cpu.set_r(insn.rm, from.wrapping_add(size));
        cpu.set_r(insn.rn, size.wrapping_neg());
    }
    cpu.nzcv = 0;
    Ok(())
}

/// Moves `length` bytes inside one page each.
fn copy_part(cpu: &mut Cpu, insn: &Insn, to: u64, from: u64, length: u64) -> Result<(), Stop> {
    let mut buffer = [0u8; 0x1000];
    let part = &mut buffer[..length as usize];
    let (write_mode, read_mode) = (mode(cpu, insn, 12), mode(cpu, insn, 13));
    cpu.load_part(read_mode, from, part)?;
    cpu.store_part(write_mode, to, part, Tags::Checked)
}

/// CPYFM, CPYFE, CPYM, CPYE.
pub fn copy_main(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu)?;
    check_option(cpu, insn, false)?;
    let size = cpu.r(insn.rn);
    let (to, from) = (cpu.r(insn.rd), cpu.r(insn.rm));
    if (size as i64) < 0 {
        let remaining = size.wrapping_neg();
        let (to, from) = (to.wrapping_add(size), from.wrapping_add(size));
        let length = remaining.min(to_page_end(to)).min(to_page_end(from));
        copy_part(cpu, insn, to, from, length)?;
        cpu.set_r(insn.rn, size.wrapping_add(length));
        next(cpu, remaining == length);
    } else if size > 0 && insn.bit(26) {
        let (to_end, from_end) = (to.wrapping_add(size), from.wrapping_add(size));
        let length = size.min(from_page_start(to_end)).min(from_page_start(from_end));
        copy_part(cpu, insn, to_end.wrapping_sub(length), from_end.wrapping_sub(length), length)?;
        cpu.set_r(insn.rn, size - length);
        next(cpu, size == length);
    } else {
        next(cpu, true);
    }
    Ok(())
}
