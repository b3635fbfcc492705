//! Memory tagging (FEAT_MTE) as it is without access to Allocation Tags, which no VM of this build has (HCR_EL2.ATA is clear):
//! tags read as zero and writes of them are ignored, but addresses are translated, checked and aligned as always. Holds no tags.

use super::ldst::{Done, Mode, base};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::bits;
use crate::mem::AccessKind;

/// Bytes of a tag granule.
const GRANULE: u64 = 16;

/// AddressWithAllocationTag() with the tag zero.
fn untagged(address: u64) -> u64 {
    address & !(15 << 56)
}

/// The address without tag and sign: what SUBP subtracts.
fn address56(value: u64) -> u64 {
    ((value << 8) as i64 >> 8) as u64
}

/// ADDG: the address moves, the tag becomes zero.
pub fn addg(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, untagged(cpu.r(insn.rn).wrapping_add(insn.imm)));
    Ok(())
}

/// SUBG.
pub fn subg(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, untagged(cpu.r(insn.rn).wrapping_sub(insn.imm)));
    Ok(())
}

/// IRG: the only tag there is.
pub fn irg(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, untagged(cpu.r(insn.rn)));
    Ok(())
}

/// GMI: adds the tag of an address to a mask of excluded tags.
pub fn gmi(cpu: &mut Cpu, insn: &Insn) -> Done {
    let tag = cpu.r(insn.rn) >> 56 & 15;
    cpu.set_r(insn.rd, cpu.r(insn.rm) | 1 << tag);
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
    cpu.load::<u8>(address)?;
    cpu.set_r(insn.rd, untagged(cpu.r(insn.rm)));
    Ok(())
}

/// A store of tags to `granules`.
fn store_tags(cpu: &mut Cpu, address: u64, granules: u64) -> Result<(), Stop> {
    if !address.is_multiple_of(GRANULE) {
        return Err(cpu.alignment_fault(address, AccessKind::Write));
    }
    cpu.probe_write(address, granules * GRANULE)
}

/// STG, ST2G: `opt` granules.
pub fn stg<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, insn.opt.into())?;
    M::write_back(cpu, insn, address);
    Ok(())
}

/// STZG, STZ2G: zero the memory, too.
pub fn stzg<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, insn.opt.into())?;
    for granule in 0..u64::from(insn.opt) {
        cpu.store(address.wrapping_add(granule * GRANULE), 0u128)?;
    }
    M::write_back(cpu, insn, address);
    Ok(())
}

/// STGP: stores a pair, too.
pub fn stgp<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    store_tags(cpu, address, 1)?;
    cpu.store(address, u128::from(cpu.r(insn.ra)) << 64 | u128::from(cpu.r(insn.rd)))?;
    M::write_back(cpu, insn, address);
    Ok(())
}
