//! The identification values of one CPU: ID registers, cache geometry, timer frequency.
//! Holds facts only; what a kernel or a VM shows of them is not decided here.

use alloc::collections::BTreeMap;

use crate::SysReg;
use crate::host_id::{HostIdText, ParseError};

/// Identification values as the CPU itself reports them. A value that nobody recorded is absent,
/// never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdValues {
    registers: BTreeMap<SysReg, u64>,
    /// CCSIDR_EL1 by CSSELR_EL1 (level in bits 3:1, instruction in bit 0).
    caches: BTreeMap<u8, u64>,
}

impl IdValues {
    pub const fn new() -> Self {
        IdValues { registers: BTreeMap::new(), caches: BTreeMap::new() }
    }

    /// The register's value, or `None` if unknown.
    pub fn get(&self, register: SysReg) -> Option<u64> {
        self.registers.get(&register).copied()
    }

    pub fn set(&mut self, register: SysReg, value: u64) {
        self.registers.insert(register, value);
    }

    /// Makes a value unknown again.
    pub fn forget(&mut self, register: SysReg) {
        self.registers.remove(&register);
    }

    /// CCSIDR_EL1 for a CSSELR_EL1 value, or `None` if unknown.
    pub fn ccsidr(&self, csselr: u8) -> Option<u64> {
        self.caches.get(&csselr).copied()
    }

    pub fn set_ccsidr(&mut self, csselr: u8, value: u64) {
        self.caches.insert(csselr, value);
    }

    /// Makes a cache's geometry unknown again.
    pub fn forget_ccsidr(&mut self, csselr: u8) {
        self.caches.remove(&csselr);
    }

    /// Every known register, in encoding order.
    pub fn registers(&self) -> impl Iterator<Item = (SysReg, u64)> + '_ {
        self.registers.iter().map(|(&register, &value)| (register, value))
    }

    /// Every known cache, by CSSELR_EL1 value.
    pub fn caches(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        self.caches.iter().map(|(&csselr, &value)| (csselr, value))
    }

    pub fn midr(&self) -> Option<u64> {
        self.get(SysReg::MIDR_EL1)
    }

    /// MPIDR_EL1 of the CPU that was read: a template, other CPUs differ in affinity.
    pub fn mpidr(&self) -> Option<u64> {
        self.get(SysReg::MPIDR_EL1)
    }

    pub fn revidr(&self) -> Option<u64> {
        self.get(SysReg::REVIDR_EL1)
    }

    pub fn aidr(&self) -> Option<u64> {
        self.get(SysReg::AIDR_EL1)
    }

    pub fn ctr(&self) -> Option<u64> {
        self.get(SysReg::CTR_EL0)
    }

    pub fn dczid(&self) -> Option<u64> {
        self.get(SysReg::DCZID_EL0)
    }

    pub fn clidr(&self) -> Option<u64> {
        self.get(SysReg::CLIDR_EL1)
    }

    /// Timer frequency in Hz.
    pub fn cntfrq(&self) -> Option<u64> {
        self.get(SysReg::CNTFRQ_EL0)
    }

    /// Reads the host-id text form, see [`HostIdText`](crate::host_id::HostIdText).
    pub fn parse_tsv(text: &str) -> Result<Self, ParseError> {
        HostIdText::parse(text).map(|rows| rows.ids())
    }
}
