//! SVE registers as user space saves and restores them. They live in the PE.

use emu::cpu::{PREDICATES, Predicate, ScalableVector};

use super::VcpuState;
use super::one_reg::RegBytes;
use crate::errno::{EINVAL, ENOENT, EPERM, Errno};
use crate::idregs::{OneReg, VmIds};

/// Bytes of a V register.
const V_BYTES: usize = 16;
/// KVM_ARM64_SVE_VLS in 64-bit words; only the first can have bits set.
const VLS_WORD: usize = 8;

/// SVE state of one vCPU.
#[derive(Clone, Debug)]
pub(super) struct Sve {
    /// Vector lengths that the vCPU can have: bit n for 128 * (n + 1) bits.
    pub lengths: u16,
    /// KVM_ARM_VCPU_FINALIZE is done.
    pub finalized: bool,
}

impl Sve {
    pub fn new(lengths: u16) -> Sve {
        Sve { lengths, finalized: false }
    }

    /// Bytes of the longest vector.
    fn vector_bytes(&self) -> usize {
        V_BYTES * (u16::BITS - self.lengths.leading_zeros()) as usize
    }

    /// `set_sve_vls`: the host's lengths up to some longest one.
    fn set_lengths(&mut self, bytes: &[u8], host: u16) -> Result<(), Errno> {
        let (low, rest) = bytes.split_at_checked(VLS_WORD).ok_or(EINVAL)?;
        let wanted = low.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        if rest.iter().any(|&byte| byte != 0) || wanted == 0 {
            return Err(EINVAL);
        }
        let up_to_longest = u64::MAX >> wanted.leading_zeros();
        if wanted != u64::from(host) & up_to_longest {
            return Err(EINVAL);
        }
        self.lengths = wanted as u16;
        Ok(())
    }
}

impl VcpuState {
    /// EPERM while SVE is waiting for KVM_ARM_VCPU_FINALIZE.
    pub(super) fn check_finalized(&self) -> Result<(), Errno> {
        if self.sve.as_ref().is_some_and(|sve| !sve.finalized) { Err(EPERM) } else { Ok(()) }
    }

    pub(super) fn get_sve(&self, register: OneReg, bytes: &mut RegBytes) -> Result<(), Errno> {
        let sve = self.sve.as_ref().ok_or(ENOENT)?;
        let (length, source): (usize, Vec<u8>) = match register {
            OneReg::SveVectorLengths => (2, sve.lengths.to_le_bytes().to_vec()),
            OneReg::SveZ(number) if number < 32 => (sve.vector_bytes(), self.cpu.whole_z(number).0.to_vec()),
            OneReg::SveP(number) if usize::from(number) < PREDICATES => (sve.vector_bytes() / 8, to_bytes(&self.cpu.whole_p(number))),
            OneReg::SveFfr => (sve.vector_bytes() / 8, to_bytes(&self.cpu.ffr())),
            _ => return Err(ENOENT),
        };
        for (to, from) in bytes.iter_mut().zip(source).take(length) {
            *to = from;
        }
        Ok(())
    }

    pub(super) fn set_sve(&mut self, register: OneReg, bytes: &[u8], vm_ids: &VmIds) -> Result<(), Errno> {
        let sve = self.sve.as_mut().ok_or(ENOENT)?;
        let length = sve.vector_bytes();
        match register {
            OneReg::SveVectorLengths => return sve.set_lengths(bytes, vm_ids.host().vector_lengths().ok_or(EINVAL)?),
            OneReg::SveZ(number) if number < 32 => {
                let mut vector = ScalableVector::ZERO;
                copy(&mut vector.0, bytes, length);
                self.cpu.set_whole_z(number, &vector);
            }
            OneReg::SveP(number) if usize::from(number) < PREDICATES => self.cpu.set_whole_p(number, &to_predicate(bytes, length / 8)),
            OneReg::SveFfr => self.cpu.set_ffr(&to_predicate(bytes, length / 8)),
            _ => return Err(ENOENT),
        }
        Ok(())
    }
}

fn to_bytes(predicate: &Predicate) -> Vec<u8> {
    predicate.0.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn to_predicate(bytes: &[u8], length: usize) -> Predicate {
    let mut predicate = Predicate::NONE;
    for (index, &byte) in bytes.iter().take(length).enumerate() {
        if let Some(word) = predicate.0.get_mut(index / 8) {
            *word |= u64::from(byte) << (8 * (index % 8));
        }
    }
    predicate
}

/// What lies beyond the vector length is dropped.
fn copy(to: &mut [u8], from: &[u8], length: usize) {
    for (to, from) in to.iter_mut().zip(from).take(length) {
        *to = *from;
    }
}
