//! SVE registers as user space saves and restores them. No SVE instruction is executed by this emulator: what a guest that uses
//! one gets is an exit that says so.

use super::VcpuState;
use super::one_reg::RegBytes;
use crate::errno::{EINVAL, ENOENT, EPERM, Errno};
use crate::idregs::{OneReg, VmIds};

/// Bytes of a vector register in ONE_REG, and in the V register that it extends.
const Z_BYTES: usize = 256;
const V_BYTES: usize = 16;
const P_BYTES: usize = 32;
const P_REGISTERS: usize = 16;
/// KVM_ARM64_SVE_VLS in 64-bit words; only the first can have bits set.
const VLS_WORD: usize = 8;

/// SVE state of one vCPU.
#[derive(Clone, Debug)]
pub(super) struct Sve {
    /// Vector lengths that the vCPU can have: bit n for 128 * (n + 1) bits.
    pub lengths: u16,
    /// KVM_ARM_VCPU_FINALIZE is done.
    pub finalized: bool,
    /// Z0..Z31 without their low 128 bits, which are the V registers.
    z: Vec<[u8; Z_BYTES - V_BYTES]>,
    /// P0..P15 and FFR.
    p: Vec<[u8; P_BYTES]>,
}

impl Sve {
    pub fn new(lengths: u16) -> Sve {
        Sve { lengths, finalized: false, z: vec![[0; Z_BYTES - V_BYTES]; 32], p: vec![[0; P_BYTES]; P_REGISTERS + 1] }
    }

    /// Registers are zero again; lengths stay.
    pub fn reset(&mut self) {
        *self = Sve { finalized: self.finalized, ..Sve::new(self.lengths) };
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

fn predicate(register: OneReg) -> Option<usize> {
    match register {
        OneReg::SveP(number) => Some(usize::from(number)),
        OneReg::SveFfr => Some(P_REGISTERS),
        _ => None,
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
            OneReg::SveZ(number) => {
                let high = sve.z.get(usize::from(number)).ok_or(ENOENT)?;
                let low = self.cpu.q(number).to_le_bytes();
                (sve.vector_bytes(), low.iter().chain(high).copied().collect())
            }
            _ => {
                let stored = predicate(register).and_then(|index| sve.p.get(index)).ok_or(ENOENT)?;
                (sve.vector_bytes() / 8, stored.to_vec())
            }
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
            OneReg::SveZ(number) => {
                let (low, high) = bytes.split_at_checked(V_BYTES).ok_or(EINVAL)?;
                self.cpu.set_q(number, low.iter().rev().fold(0, |value, &byte| value << 8 | u128::from(byte)));
                let stored = sve.z.get_mut(usize::from(number)).ok_or(ENOENT)?;
                copy(stored, high, length - V_BYTES);
            }
            _ => {
                let stored = predicate(register).and_then(|index| sve.p.get_mut(index)).ok_or(ENOENT)?;
                copy(stored, bytes, length / 8);
            }
        }
        Ok(())
    }
}

/// What lies beyond the vector length is dropped.
fn copy(to: &mut [u8], from: &[u8], length: usize) {
    for (to, from) in to.iter_mut().zip(from).take(length) {
        *to = *from;
    }
}
