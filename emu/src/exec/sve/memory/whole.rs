//! LDR and STR of Z and P registers, which are runs of bytes; prefetches, which do nothing.

use super::QUADWORD;
use crate::cpu::{Cpu, LONGEST_VECTOR, Predicate, ScalableVector, Stop};
use crate::exec::ldst::{Done, base, base_tags};
use crate::insn::Insn;

/// Bytes of a predicate for every 16 of a vector.
const PREDICATE_PART: usize = QUADWORD / 8;

/// Base plus a multiple of `bytes`.
fn place(cpu: &mut Cpu, insn: &Insn, bytes: usize) -> Result<u64, Stop> {
    Ok(base(cpu, insn)?.wrapping_add(insn.imm.wrapping_mul(bytes as u64)))
}

/// LDR of a Z register.
pub fn ldr_vector(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (bytes, mut out) = (cpu.vector_bytes().min(LONGEST_VECTOR), ScalableVector::ZERO);
    let address = place(cpu, insn, bytes)?;
    cpu.load_bytes(address, QUADWORD as u64, &mut out.0[..bytes], base_tags(insn))?;
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// STR of a Z register.
pub fn str_vector(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (bytes, mut data) = (cpu.vector_bytes().min(LONGEST_VECTOR), cpu.z(insn.rd));
    let address = place(cpu, insn, bytes)?;
    cpu.store_bytes(address, QUADWORD as u64, &mut data.0[..bytes], base_tags(insn))
}

/// The bytes of a predicate as they are in memory.
type PredicateBytes = [u8; LONGEST_VECTOR / 8];

fn predicate_bytes(cpu: &Cpu) -> usize {
    (cpu.vector_bytes() / 8).min(LONGEST_VECTOR / 8)
}

/// LDR of a predicate.
pub fn ldr_predicate(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (bytes, mut buffer): (_, PredicateBytes) = (predicate_bytes(cpu), [0; LONGEST_VECTOR / 8]);
    let address = place(cpu, insn, bytes)?;
    cpu.load_bytes(address, PREDICATE_PART as u64, &mut buffer[..bytes], base_tags(insn))?;
    let mut out = Predicate::NONE;
    for (word, bytes) in out.0.iter_mut().zip(buffer.chunks_exact(8)) {
        *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    }
    cpu.set_p(insn.rd, &out);
    Ok(())
}

/// STR of a predicate.
pub fn str_predicate(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (bytes, mut buffer): (_, PredicateBytes) = (predicate_bytes(cpu), [0; LONGEST_VECTOR / 8]);
    for (word, bytes) in cpu.p(insn.rd).0.iter().zip(buffer.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    let address = place(cpu, insn, bytes)?;
    cpu.store_bytes(address, PREDICATE_PART as u64, &mut buffer[..bytes], base_tags(insn))
}

/// PRFB, PRFH, PRFW, PRFD: hints.
pub fn prefetch(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.check_sve()
}
