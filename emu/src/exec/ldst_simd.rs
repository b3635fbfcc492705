//! Advanced SIMD structure loads and stores, and the load-and-replicate forms. Decodes nothing.
//!
//! Operands: `rd` first register, `opt` registers of a structure, `ra` repetitions (LD1 of several registers), `size` log2
//! of the element's bytes, `aux` the index of the element (single) or 1 for 128-bit vectors; `imm` and `rm` as post-index.

use super::ldst::{Done, base, base_tags};
use crate::cpu::Cpu;
use crate::insn::{Insn, ZR};
use crate::mem::Tags;

/// Up to four registers of sixteen bytes.
type Buffer = [u8; 64];

/// What comes after the access: the base plus its length, or plus a register. No effect without post-index.
pub(super) trait After {
    /// Whether the access is Tag Checked.
    fn tags(insn: &Insn) -> Tags;

    fn write_back(cpu: &mut Cpu, insn: &Insn, address: u64, length: usize);
}

/// No write-back.
pub(super) struct Stay;
/// Post-index.
pub(super) struct Advance;

impl After for Stay {
    fn tags(insn: &Insn) -> Tags {
        base_tags(insn)
    }

    fn write_back(_: &mut Cpu, _: &Insn, _: u64, _: usize) {}
}

impl After for Advance {
    fn tags(_: &Insn) -> Tags {
        Tags::Checked
    }

    fn write_back(cpu: &mut Cpu, insn: &Insn, address: u64, length: usize) {
        // Register 31 stands for the number of bytes that were transferred.
        let step = if insn.rm == ZR { length as u64 } else { cpu.r(insn.rm) };
        cpu.set_r(insn.rn, address.wrapping_add(step));
    }
}

/// The bytes of one register in a multiple-structures transfer.
fn register_bytes(insn: &Insn) -> usize {
    8 << insn.aux
}

fn multiple_length(insn: &Insn) -> usize {
    register_bytes(insn) * usize::from(insn.opt) * usize::from(insn.ra)
}

/// Calls `$function` with the element size of `$insn` in bytes as its constant parameter.
macro_rules! by_element_size {
    ($insn:expr, $function:ident($($argument:expr),*)) => {
        match $insn.size {
            0 => $function::<1>($($argument),*),
            1 => $function::<2>($($argument),*),
            2 => $function::<4>($($argument),*),
            _ => $function::<8>($($argument),*),
        }
    };
}

/// The bytes of the registers of a structure.
type Registers = [[u8; 16]; 4];

/// Memory to registers: element by element, over the registers in turn.
fn split<const SIZE: usize>(memory: &[u8], structure: u8, registers: &mut Registers) {
    for (lane, group) in memory.chunks_exact(SIZE * usize::from(structure)).enumerate() {
        for (register, element) in registers.iter_mut().zip(group.chunks_exact(SIZE)) {
            register[lane * SIZE..][..SIZE].copy_from_slice(element);
        }
    }
}

/// Registers to memory.
fn join<const SIZE: usize>(memory: &mut [u8], structure: u8, registers: &Registers) {
    for (lane, group) in memory.chunks_exact_mut(SIZE * usize::from(structure)).enumerate() {
        for (register, element) in registers.iter().zip(group.chunks_exact_mut(SIZE)) {
            element.copy_from_slice(&register[lane * SIZE..][..SIZE]);
        }
    }
}

fn element_mask(size: u8) -> u128 {
    u128::MAX >> (128 - (8 << size))
}

fn little_endian(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u128::from(byte))
}

/// LD1 (multiple structures): whole registers, one after the other.
pub fn ld1_multiple<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (address, length) = load_multiple::<A>(cpu, insn, &mut buffer)?;
    let step = register_bytes(insn);
    for (index, bytes) in buffer[..length].chunks_exact(step).enumerate() {
        let mut whole = [0; 16];
        whole[..step].copy_from_slice(bytes);
        cpu.set_q(insn.rd.wrapping_add(index as u8), u128::from_le_bytes(whole));
    }
    A::write_back(cpu, insn, address, length);
    Ok(())
}

/// ST1 (multiple structures).
pub fn st1_multiple<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (step, length) = (register_bytes(insn), multiple_length(insn));
    for (index, bytes) in buffer[..length].chunks_exact_mut(step).enumerate() {
        bytes.copy_from_slice(&cpu.q(insn.rd.wrapping_add(index as u8)).to_le_bytes()[..step]);
    }
    store_multiple::<A>(cpu, insn, &mut buffer[..length])
}

fn load_multiple<A: After>(cpu: &mut Cpu, insn: &Insn, buffer: &mut Buffer) -> Result<(u64, usize), crate::cpu::Stop> {
    cpu.check_fp()?;
    let address = base(cpu, insn)?;
    let length = multiple_length(insn);
    cpu.load_elements(address, 1 << insn.size, &mut buffer[..length], A::tags(insn))?;
    Ok((address, length))
}

fn store_multiple<A: After>(cpu: &mut Cpu, insn: &Insn, bytes: &mut [u8]) -> Done {
    cpu.check_fp()?;
    let address = base(cpu, insn)?;
    cpu.store_elements(address, 1 << insn.size, bytes, A::tags(insn))?;
    A::write_back(cpu, insn, address, bytes.len());
    Ok(())
}

/// LD2, LD3, LD4 (multiple structures).
pub fn ldn_multiple<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (address, length) = load_multiple::<A>(cpu, insn, &mut buffer)?;
    let mut registers = Registers::default();
    by_element_size!(insn, split(&buffer[..length], insn.opt, &mut registers));
    for (structure, bytes) in (0..insn.opt).zip(registers) {
        cpu.set_q(insn.rd.wrapping_add(structure), u128::from_le_bytes(bytes));
    }
    A::write_back(cpu, insn, address, length);
    Ok(())
}

/// ST2, ST3, ST4 (multiple structures).
pub fn stn_multiple<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let length = multiple_length(insn);
    let mut registers = Registers::default();
    for (structure, bytes) in (0..insn.opt).zip(&mut registers) {
        *bytes = cpu.q(insn.rd.wrapping_add(structure)).to_le_bytes();
    }
    by_element_size!(insn, join(&mut buffer[..length], insn.opt, &registers));
    store_multiple::<A>(cpu, insn, &mut buffer[..length])
}

/// LD1..LD4 (single structure): one element of each register, the others stay.
pub fn ld_single<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (address, length) = load_single::<A>(cpu, insn, &mut buffer)?;
    let shift = (8 << insn.size) * insn.aux;
    for (structure, element) in buffer[..length].chunks_exact(1 << insn.size).enumerate() {
        let register = insn.rd.wrapping_add(structure as u8);
        let kept = cpu.q(register) & !(element_mask(insn.size) << shift);
        cpu.set_q(register, kept | little_endian(element) << shift);
    }
    A::write_back(cpu, insn, address, length);
    Ok(())
}

/// LD1R..LD4R: one element a register, copied to all its lanes.
pub fn ld_replicate<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (address, length) = load_single::<A>(cpu, insn, &mut buffer)?;
    // A one in every lane: multiplying by it copies the element.
    let lanes = (u128::MAX / element_mask(insn.size)) & (u128::MAX >> (128 - 8 * register_bytes(insn)));
    for (structure, element) in buffer[..length].chunks_exact(1 << insn.size).enumerate() {
        cpu.set_q(insn.rd.wrapping_add(structure as u8), little_endian(element) * lanes);
    }
    A::write_back(cpu, insn, address, length);
    Ok(())
}

fn load_single<A: After>(cpu: &mut Cpu, insn: &Insn, buffer: &mut Buffer) -> Result<(u64, usize), crate::cpu::Stop> {
    cpu.check_fp()?;
    let address = base(cpu, insn)?;
    let length = usize::from(insn.opt) << insn.size;
    cpu.load_elements(address, 1 << insn.size, &mut buffer[..length], A::tags(insn))?;
    Ok((address, length))
}

/// ST1..ST4 (single structure).
pub fn st_single<A: After>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mut buffer: Buffer = [0; 64];
    let (size, length) = (1usize << insn.size, usize::from(insn.opt) << insn.size);
    let at = size * insn.aux as usize;
    for (structure, element) in buffer[..length].chunks_exact_mut(size).enumerate() {
        element.copy_from_slice(&cpu.q(insn.rd.wrapping_add(structure as u8)).to_le_bytes()[at..at + size]);
    }
    store_multiple::<A>(cpu, insn, &mut buffer[..length])
}
