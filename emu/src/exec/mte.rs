//! Memory tagging (FEAT_MTE, FEAT_MTE2): Logical Address Tags in registers, Allocation Tags in memory. Where a CPU has no access to
//! Allocation Tags (SCTLR_EL1.ATA, HCR_EL2.ATA) they read as zero and writes are ignored, but addresses are translated, checked and
//! aligned as always. Holds no tags, and checks none: that is `mem`'s.

use sysregs::SysReg;

use super::ldst::{Done, Mode, base};
use crate::cpu::{Cpu, ExceptionLevel, Exit, Stop};
use crate::insn::Insn;
use crate::math::{bits, tags};
use crate::mem::{AccessKind, GRANULE, Tags, logical_tag};

/// AddressWithAllocationTag()
fn with_tag(address: u64, tag: u8) -> u64 {
    address & !(15 << 56) | u64::from(tag & 15) << 56
}

/// The address without tag and sign: what SUBP subtracts.
fn address56(value: u64) -> u64 {
    ((value << 8) as i64 >> 8) as u64
}

/// GCR_EL1.Exclude.
fn excluded(cpu: &Cpu) -> u16 {
    cpu.sys(SysReg::GCR_EL1) as u16
}

/// ADDG and SUBG: the address moves, and so does the tag, over those that GCR_EL1 excludes.
fn move_tag(cpu: &mut Cpu, insn: &Insn, address: u64) -> Done {
    let tag = if cpu.tag_access_enabled() { tags::choose(logical_tag(cpu.r(insn.rn)), insn.aux as u8, excluded(cpu)) } else { 0 };
    cpu.set_r(insn.rd, with_tag(address, tag));
    Ok(())
}

pub fn addg(cpu: &mut Cpu, insn: &Insn) -> Done {
    move_tag(cpu, insn, cpu.r(insn.rn).wrapping_add(insn.imm))
}

/// SUBG.
pub fn subg(cpu: &mut Cpu, insn: &Insn) -> Done {
    move_tag(cpu, insn, cpu.r(insn.rn).wrapping_sub(insn.imm))
}

/// IRG: a random tag that is not excluded.
pub fn irg(cpu: &mut Cpu, insn: &Insn) -> Done {
    let exclude = cpu.r(insn.rm) as u16 | excluded(cpu);
    let tag = if cpu.tag_access_enabled() { random_tag(cpu, exclude) } else { 0 };
    cpu.set_r(insn.rd, with_tag(cpu.r(insn.rn), tag));
    Ok(())
}

/// With GCR_EL1.RRND the choice is IMPLEMENTATION DEFINED: here it comes from where RNDR's numbers do. Without it, RGSR_EL1 says all.
fn random_tag(cpu: &mut Cpu, exclude: u16) -> u8 {
    if cpu.sys(SysReg::GCR_EL1) >> 16 & 1 != 0 {
        return tags::choose(0, cpu.random_word() as u8 & 15, exclude);
    }
    let state = cpu.sys(SysReg::RGSR_EL1);
    let (offset, seed) = tags::random_offset((state >> 8) as u16);
    let tag = tags::choose(state as u8 & 15, offset, exclude);
    cpu.set_sys(SysReg::RGSR_EL1, u64::from(seed) << 8 | u64::from(tag));
    tag
}

/// GMI: adds the tag of an address to a mask of excluded tags.
pub fn gmi(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.rm) | 1 << logical_tag(cpu.r(insn.rn)));
    Ok(())
}

/// SUBP.
pub fn subp(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, address56(cpu.r(insn.rn)).wrapping_sub(address56(cpu.r(insn.rm))));
    Ok(())
}

/// SUBPS.
pub fn subps(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right) = (address56(cpu.r(insn.rn)), address56(cpu.r(insn.rm)));
    let (result, flags) = bits::add_with_carry64(left, !right, true);
    cpu.set_r(insn.rd, result);
    cpu.nzcv = flags;
    Ok(())
}

/// LDG: the tag of the granule goes into the address in Rt.
pub fn ldg(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = base(cpu, insn)?.wrapping_add(insn.imm) & !(GRANULE - 1);
    let tag = cpu.load_tags(address, 1)? as u8;
    cpu.set_r(insn.rd, with_tag(cpu.r(insn.rm), tag));
    Ok(())
}

/// A store of the tag to `granules`, which must be aligned.
fn store_tags(cpu: &mut Cpu, address: u64, granules: u64, tag: u8) -> Result<(), Stop> {
    if !address.is_multiple_of(GRANULE) {
        return Err(cpu.alignment_fault(address, AccessKind::Write));
    }
    cpu.store_tags(cpu.tlb.mode(), address, granules, |_| tag)
}

/// STG, ST2G: `opt` granules get the tag in Rt.
pub fn stg<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, insn.opt.into(), logical_tag(cpu.r(insn.rd)))?;
    M::write_back(cpu, insn, address);
    Ok(())
}

/// STZG, STZ2G: zero the memory, too.
pub fn stzg<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, insn.opt.into(), logical_tag(cpu.r(insn.rd)))?;
    for granule in 0..u64::from(insn.opt) {
        cpu.store(address.wrapping_add(granule * GRANULE), 0u128, Tags::Unchecked)?;
    }
    M::write_back(cpu, insn, address);
    Ok(())
}

/// STGP: stores a pair; the tag is that of the address.
pub fn stgp<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, 1, logical_tag(address))?;
    cpu.store_doublewords(address, u128::from(cpu.r(insn.ra)) << 64 | u128::from(cpu.r(insn.rd)), Tags::Unchecked)?;
    M::write_back(cpu, insn, address);
    Ok(())
}

/// The block of LDGM and STGM that holds the base: its address, its granules, and where in the register the first one's tag is.
fn block(cpu: &mut Cpu, insn: &Insn) -> Result<(u64, u64, u64), Stop> {
    if cpu.pstate.el == ExceptionLevel::EL0 {
        return Err(cpu.undefined());
    }
    let Some(size) = cpu.config.tag_block else { return Err(cpu.exit(Exit::UnknownIdValue(SysReg::GMID_EL1))) };
    let address = base(cpu, insn)? & !(size - 1);
    Ok((address, size / GRANULE, address / GRANULE % 16 * 4))
}

/// LDGM: the tags of a block.
pub fn ldgm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (address, count, shift) = block(cpu, insn)?;
    let tags = cpu.load_tags(address, count)?;
    cpu.set_r(insn.rd, tags << shift);
    Ok(())
}

/// STGM.
pub fn stgm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (address, count, shift) = block(cpu, insn)?;
    let tags = cpu.r(insn.rm) >> shift;
    cpu.store_tags(cpu.tlb.mode(), address, count, |granule| (tags >> (4 * granule)) as u8)
}

/// STZGM: zeros a block of DC ZVA's, whose granules all get the tag in Rt's lowest bits.
pub fn stzgm(cpu: &mut Cpu, insn: &Insn) -> Done {
    if cpu.pstate.el == ExceptionLevel::EL0 {
        return Err(cpu.undefined());
    }
    let (address, tag) = (base(cpu, insn)?, cpu.r(insn.rm) as u8);
    cpu.zero_block(address, Some(tag))
}
