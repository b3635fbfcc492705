//! The identification registers that each vCPU has for itself: affinity and caches.
//! Everything else is the VM's.

use sysregs::fields::cache::{CLIDR_EL1, CTR_EL0};
use sysregs::{SanitiseError, SysReg};

use super::file::{CLIDR_BITS, VmIds};
use super::guest::traps_caches;
use super::{Reason, Refusal};
use crate::personality::traits::CacheGeometry;

/// Values of CSSELR_EL1 that select a cache: seven levels, data and instruction (`CSSELR_MAX`).
pub const CACHE_SELECTORS: u8 = 14;

/// CLIDR_EL1.Ctype values.
const CTYPE_INSTRUCTION: i64 = 1;
const CTYPE_DATA: i64 = 2;
const CTYPE_SEPARATE: i64 = 3;
const CTYPE_UNIFIED: i64 = 4;
/// CLIDR_EL1.Ttype: tags unified with data.
const TTYPE_UNIFIED: u64 = 2;

/// What one vCPU has.
#[derive(Clone, Debug)]
pub struct VcpuIds {
    mpidr: u64,
    clidr: u64,
    /// CCSIDR values, once one was written that differs from the fabricated ones.
    ccsidr: Option<[u32; CACHE_SELECTORS as usize]>,
}

impl VcpuIds {
    /// The registers of a fresh vCPU of that id (`reset_mpidr`, `reset_clidr`).
    ///
    /// # Errors
    /// The host model leaves CTR_EL0 or CLIDR_EL1 unknown.
    pub fn new(vm: &VmIds, vcpu_id: u32) -> Result<VcpuIds, SanitiseError> {
        let clidr = match vm.personality().traits().cache_geometry {
            CacheGeometry::Physical => vm.host().boot(SysReg::CLIDR_EL1)?,
            CacheGeometry::Fabricated => fabricated_clidr(vm.host().system(SysReg::CTR_EL0)?, vm.features().mte),
        };
        Ok(VcpuIds { mpidr: mpidr(vcpu_id), clidr, ccsidr: None })
    }

    /// KVM_GET_ONE_REG of an identification register of the vCPU or its VM; `None` where KVM answers ENOENT.
    pub fn get(&self, vm: &VmIds, register: SysReg) -> Option<u64> {
        match register {
            SysReg::MPIDR_EL1 => Some(self.mpidr),
            SysReg::CLIDR_EL1 => Some(self.clidr),
            _ => vm.get(register),
        }
    }

    /// KVM_SET_ONE_REG of an identification register of the vCPU or its VM.
    ///
    /// # Errors
    /// The errno and the reason; nothing has changed then.
    pub fn set(&mut self, vm: &mut VmIds, register: SysReg, value: u64, after_first_run: bool) -> Result<(), Refusal> {
        match register {
            SysReg::MPIDR_EL1 => self.mpidr = value,
            SysReg::CLIDR_EL1 => {
                self.check_clidr(vm, value)?;
                self.clidr = value;
            }
            _ => vm.set(register, value, after_first_run)?,
        }
        Ok(())
    }

    /// `set_clidr`: at any time, as long as the VM's caches do not need less maintenance than the host's.
    fn check_clidr(&self, vm: &VmIds, wanted: u64) -> Result<(), Refusal> {
        let refuse = |reason| {
            let errno = vm.personality().traits().refusal;
            Err(Refusal { errno, register: Some(SysReg::CLIDR_EL1), wanted, reason })
        };
        if vm.personality().traits().cache_geometry == CacheGeometry::Physical {
            return if wanted == self.clidr { Ok(()) } else { refuse(Reason::Invariant { value: self.clidr }) };
        }
        if wanted & !CLIDR_BITS != 0 {
            return refuse(Reason::Reserved { bits: wanted & !CLIDR_BITS });
        }
        let ctr = host_ctr(vm);
        if CTR_EL0::IDC.bits(ctr) == 0 && needs_no_clean(wanted) {
            return refuse(Reason::Cache { minimum_line: minimum_line(ctr, 0) });
        }
        Ok(())
    }

    /// A demultiplexed CCSIDR value; `None` where KVM answers ENOENT.
    pub fn ccsidr(&self, vm: &VmIds, csselr: u8) -> Option<u32> {
        if csselr >= CACHE_SELECTORS {
            return None;
        }
        match (vm.personality().traits().cache_geometry, &self.ccsidr) {
            (CacheGeometry::Physical, _) => physical_ccsidr(vm, csselr),
            (CacheGeometry::Fabricated, Some(stored)) => stored.get(usize::from(csselr)).copied(),
            (CacheGeometry::Fabricated, None) => Some(fabricated_ccsidr(host_ctr(vm), csselr)),
        }
    }

    /// Writes a demultiplexed CCSIDR value (`demux_c15_set`, `set_ccsidr`), at any time.
    ///
    /// # Errors
    /// ENOENT for a selector without a cache; else the personality's errno for a value that it refuses.
    pub fn set_ccsidr(&mut self, vm: &VmIds, csselr: u8, wanted: u32) -> Result<(), Refusal> {
        let refuse = |reason| Refusal { errno: vm.personality().traits().refusal, register: None, wanted: wanted.into(), reason };
        let value = self.ccsidr(vm, csselr).ok_or(Refusal::absent(None, wanted.into()))?;
        if vm.personality().traits().cache_geometry == CacheGeometry::Physical {
            return if wanted == value { Ok(()) } else { Err(refuse(Reason::Invariant { value: value.into() })) };
        }
        let ctr = host_ctr(vm);
        let minimum_line = minimum_line(ctr, csselr);
        if 16 << (wanted & 7) < minimum_line {
            return Err(refuse(Reason::Cache { minimum_line }));
        }
        if wanted == value {
            return Ok(());
        }
        let stored = self.ccsidr.get_or_insert_with(|| std::array::from_fn(|at| fabricated_ccsidr(ctr, at as u8)));
        if let Some(slot) = stored.get_mut(usize::from(csselr)) {
            *slot = wanted;
        }
        Ok(())
    }

    /// The selectors that GET_REG_LIST names.
    pub fn cache_selectors(&self, vm: &VmIds) -> impl Iterator<Item = u8> {
        (0..CACHE_SELECTORS).filter(move |&csselr| self.ccsidr(vm, csselr).is_some())
    }

    /// What the guest reads from CCSIDR_EL1 with this in CSSELR_EL1 (`access_ccsidr`); None when the result register is left
    /// as it was.
    pub fn guest_ccsidr(&self, vm: &VmIds, csselr: u64) -> Option<u64> {
        let selector = u8::try_from(csselr).unwrap_or(u8::MAX);
        match vm.personality().traits().cache_geometry {
            CacheGeometry::Fabricated if selector >= CACHE_SELECTORS => None,
            CacheGeometry::Fabricated => Some(self.ccsidr(vm, selector).unwrap_or_default().into()),
            CacheGeometry::Physical => {
                let value = vm.host().ccsidr(selector).unwrap_or_default();
                // Guests would flush by set and way: where reads are trapped, data and unified caches seem to have one of each.
                Some(if selector & 1 == 0 && traps_caches(vm) { value & !SETS_AND_WAYS } else { value })
            }
        }
    }
}

/// CCSIDR_EL1.NumSets and Associativity.
const SETS_AND_WAYS: u64 = 0x0fff_fff8;

/// Affinity from a vCPU's id: 16 at level 0, 256 at levels 1 and 2 (`kvm_calculate... reset_mpidr`).
fn mpidr(vcpu_id: u32) -> u64 {
    let id = u64::from(vcpu_id);
    1 << 31 | (id & 0xf) | (id >> 4 & 0xff) << 8 | (id >> 12 & 0xff) << 16
}

fn host_ctr(vm: &VmIds) -> u64 {
    // A vCPU exists only where its VM's file does, for which CTR_EL0 is known.
    vm.host().system(SysReg::CTR_EL0).unwrap_or_default()
}

/// Bytes of the smallest cache line, for the instruction side with an odd selector (`get_min_cache_line_size`).
fn minimum_line(ctr: u64, csselr: u8) -> u32 {
    let log2_words = if csselr & 1 == 1 { CTR_EL0::IminLine.bits(ctr) } else { CTR_EL0::DminLine.bits(ctr) };
    4 << log2_words
}

fn fabricated_ccsidr(ctr: u64, csselr: u8) -> u32 {
    minimum_line(ctr, csselr).trailing_zeros().saturating_sub(4)
}

/// No level needs cleaning to the point of unification: what CTR_EL0.IDC announces.
fn needs_no_clean(clidr: u64) -> bool {
    CLIDR_EL1::LoC.bits(clidr) == 0 || (CLIDR_EL1::LoUIS.bits(clidr) == 0 && CLIDR_EL1::LoUU.bits(clidr) == 0)
}

/// The simplest caches that agree with CTR_EL0 (`reset_clidr`).
fn fabricated_clidr(ctr: u64, mte: bool) -> u64 {
    let coherent_instructions = CTR_EL0::DIC.bits(ctr) == 1;
    let mut clidr = 0;
    let level = if CTR_EL0::IDC.bits(ctr) == 1 {
        let level = if coherent_instructions { 1 } else { 2 };
        clidr |= (CTYPE_UNIFIED as u64) << (3 * (level - 1));
        level
    } else {
        clidr = CLIDR_EL1::LoUU.insert(clidr, 1);
        clidr = CLIDR_EL1::LoUIS.insert(clidr, 1);
        clidr = CLIDR_EL1::Ctype1.insert(clidr, CTYPE_DATA);
        1
    };
    if !coherent_instructions {
        let ctype = CLIDR_EL1::Ctype1.extract(clidr) | CTYPE_INSTRUCTION;
        clidr = CLIDR_EL1::Ctype1.insert(clidr, ctype);
    }
    clidr = CLIDR_EL1::LoC.insert(clidr, level);
    if mte {
        clidr |= TTYPE_UNIFIED << (CLIDR_EL1::Ttype1.lsb + 2 * (level as u8 - 1));
    }
    clidr
}

/// The boot CPU's cache, if CLIDR_EL1 says that there is one (`is_valid_cache`).
fn physical_ccsidr(vm: &VmIds, csselr: u8) -> Option<u32> {
    let clidr = vm.host().boot(SysReg::CLIDR_EL1).ok()?;
    let ctype = (clidr >> (3 * (csselr >> 1)) & 7) as i64;
    let exists = match ctype {
        CTYPE_SEPARATE => true,
        CTYPE_INSTRUCTION => csselr & 1 == 1,
        CTYPE_DATA | CTYPE_UNIFIED => csselr & 1 == 0,
        _ => false,
    };
    if !exists {
        return None;
    }
    vm.host().ccsidr(csselr).map(|value| value as u32)
}
