//! AArch64.BreakpointMatch(), AArch64.WatchpointMatch() and what they share. Raises nothing.
//!
//! Reserved and CONSTRAINED UNPREDICTABLE combinations do not match: mismatches, contexts in a breakpoint that is not
//! context-aware, links to one that matches addresses.

use sysregs::{Feature, SysReg};

use super::{Comparator, DebugRegisters};
use crate::cpu::{Cpu, ExceptionLevel};
use crate::mem::{AccessKind, TlbMode};

/// Bits of a virtual address that are compared, without tags.
const ADDRESS: u64 = (1 << 56) - 1;

impl Comparator {
    fn field(self, low: u32, bits: u32) -> u64 {
        self.control >> low & ((1 << bits) - 1)
    }

    /// PMC or PAC, SSC and HMC: the exception level, in Non-secure state.
    fn level_matches(self, privileged: bool) -> bool {
        let (levels, higher, state) = (self.field(1, 2), self.field(13, 1), self.field(14, 2));
        let secure_only = state == 2 || (state == 3 && higher == 0);
        !secure_only && levels >> u32::from(!privileged) & 1 != 0
    }

    fn linked_to(self) -> usize {
        self.field(16, 4) as usize
    }
}

/// A watchpoint's bytes: start and length of what it may match.
fn watched_range(watchpoint: Comparator) -> (u64, u64) {
    let bits = (watchpoint.field(24, 5) as u32).max(3);
    (watchpoint.value & ADDRESS & !((1 << bits) - 1), 1 << bits)
}

/// True when an enabled watchpoint covers part of the page of `address`.
pub(super) fn touches_page(watchpoint: Comparator, address: u64) -> bool {
    let (start, length) = watched_range(watchpoint);
    let page = address & ADDRESS & !0xfff;
    watchpoint.enabled() && page < start + length && start < page + 0x1000
}

/// WatchpointByteMatch().
fn byte_matches(watchpoint: Comparator, address: u64) -> bool {
    let mask = watchpoint.field(24, 5) as u32;
    let doubleword = if watchpoint.value >> 2 & 1 != 0 { 2 } else { 3 };
    let selected = watchpoint.field(5, 8) >> (address & ((1 << doubleword) - 1)) & 1 != 0;
    let bits = if mask > doubleword { mask } else { doubleword };
    // A mask wants all bytes selected.
    let consistent = mask == 0 || watchpoint.field(5, 8) == 0xff;
    selected && consistent && mask != 1 && mask != 2 && (address ^ watchpoint.value) & ADDRESS >> bits << bits == 0
}

impl Cpu {
    /// The breakpoint that `number` names as a linked one matches the context.
    fn linked_context_matches(&self, registers: &DebugRegisters, number: usize) -> bool {
        let linked = registers.breakpoints[number & 15];
        linked.enabled() && linked.field(20, 1) == 1 && self.context_matches(registers, number & 15)
    }

    /// What a context-aware breakpoint compares, of the types that are no address (DBGBCR.BT but for its lowest bit).
    fn context_matches(&self, registers: &DebugRegisters, number: usize) -> bool {
        let breakpoint = registers.breakpoints[number];
        let virtual_host = self.features.contains(Feature::VHE);
        let process = breakpoint.value as u32 == self.sys(SysReg::CONTEXTIDR_EL1) as u32;
        let hypervisor = breakpoint.value >> 32 == self.sys(SysReg::CONTEXTIDR_EL2) & 0xffff_ffff;
        let matches = match breakpoint.field(20, 4) & 0b1110 {
            0b0010 => process,
            0b0110 => virtual_host && process,
            0b1000 => self.machine_matches(breakpoint),
            0b1010 => self.machine_matches(breakpoint) && process,
            0b1100 => virtual_host && hypervisor,
            0b1110 => virtual_host && hypervisor && process,
            _ => false,
        };
        matches && number >= self.config.first_context_aware
    }

    /// VTTBR_EL2.VMID, of 16 bits where VTCR_EL2.VS says so.
    fn machine_matches(&self, breakpoint: Comparator) -> bool {
        let wide = self.features.contains(Feature::VMID16) && self.sys(SysReg::VTCR_EL2) >> 19 & 1 != 0;
        let mask = if wide { 0xffff } else { 0xff };
        (self.sys(SysReg::VTTBR_EL2) >> 48 ^ breakpoint.value >> 32) & mask == 0
    }

    /// Some breakpoint matches the instruction at pc.
    pub(super) fn breakpoint_matches(&self) -> bool {
        let registers = &self.debug.registers;
        let privileged = self.pstate.el == ExceptionLevel::EL1;
        let candidates = registers.breakpoints.iter().enumerate();
        candidates.filter(|(_, breakpoint)| breakpoint.enabled() && breakpoint.level_matches(privileged)).any(|(number, breakpoint)| {
            // BAS is RES1 where there is no AArch32 state.
            let selected = breakpoint.field(5, 4) != 0 || self.config.ids.get(SysReg::ID_AA64PFR0_EL1).is_some_and(|pfr0| pfr0 & 15 == 1);
            let address = selected && (self.pc ^ breakpoint.value) & ADDRESS & !3 == 0;
            match breakpoint.field(20, 4) {
                0b0000 => address,
                0b0001 => address && self.linked_context_matches(registers, breakpoint.linked_to()),
                // A linked context counts for the breakpoints that name it.
                kind => kind & 1 == 0 && self.context_matches(registers, number),
            }
        })
    }

    /// The first byte of an access that some watchpoint matches.
    pub(super) fn watchpoint_matches(&self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Option<u64> {
        let registers = &self.debug.registers;
        let direction = if kind == AccessKind::Read { 1 } else { 2 };
        let candidates = registers.watchpoints.iter().filter(|watchpoint| {
            let context = watchpoint.field(20, 1) == 0 || self.linked_context_matches(registers, watchpoint.linked_to());
            let level = watchpoint.level_matches(mode != TlbMode::User);
            watchpoint.enabled() && level && context && watchpoint.field(3, 2) & direction != 0
        });
        let first =
            |watchpoint: &Comparator| (0..size).map(|byte| address.wrapping_add(byte)).find(|&byte| byte_matches(*watchpoint, byte));
        candidates.filter_map(first).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watchpoint(value: u64, bytes: u64, mask: u64) -> Comparator {
        Comparator { value, control: 1 | 3 << 1 | 3 << 3 | bytes << 5 | mask << 24 }
    }

    #[test]
    fn bytes_and_masks() {
        let four = watchpoint(0x1000, 0xf0, 0);
        assert!(!byte_matches(four, 0x1003) && byte_matches(four, 0x1004) && byte_matches(four, 0xff00_0000_0000_1007));
        let word = watchpoint(0x1004, 0x0f, 0);
        assert!(byte_matches(word, 0x1004) && !byte_matches(word, 0x1000) && !byte_matches(word, 0x1008));
        let range = watchpoint(0x1000, 0xff, 12);
        assert!(byte_matches(range, 0x1fff) && !byte_matches(range, 0x2000));
        assert!(!byte_matches(watchpoint(0x1000, 0x0f, 12), 0x1000));
    }

    #[test]
    fn pages() {
        assert!(touches_page(watchpoint(0x1ff8, 0xff, 0), 0x1234) && !touches_page(watchpoint(0x1ff8, 0xff, 0), 0x2000));
        assert!(touches_page(watchpoint(0x10000, 0xff, 14), 0x13fff) && !touches_page(watchpoint(0x10000, 0xff, 14), 0x14000));
    }

    #[test]
    fn levels() {
        let at = |control: u64| Comparator { value: 0, control: 1 | control };
        assert!(at(1 << 1).level_matches(true) && !at(1 << 1).level_matches(false));
        assert!(at(2 << 1).level_matches(false) && !at(2 << 1).level_matches(true));
        assert!(!at(3 << 1 | 2 << 14).level_matches(true) && at(3 << 1 | 1 << 14).level_matches(true));
    }
}
