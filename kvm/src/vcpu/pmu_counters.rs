//! The counters of the emulated PMU: what they count, overflow, and the interrupt (arch/arm64/kvm/pmu-emul.c). An instruction is a
//! cycle. The register file is `pmu`'s.

use std::sync::Arc;

use sysregs::SysReg;

use super::pmu::{CYCLES, Pmu};
use super::{VcpuFd, VcpuState};
use crate::vm::lock;

/// Events that are counted; all others stay at zero.
const SW_INCR: u64 = 0x00;
const INST_RETIRED: u64 = 0x08;
const CPU_CYCLES: u64 = 0x11;
const CHAIN: u64 = 0x1e;
/// Bits of PMCR_EL0.
const ENABLE: u64 = 1 << 0;
const LONG_CYCLES: u64 = 1 << 6;
const LONG_EVENTS: u64 = 1 << 7;
/// Bits of PMEVTYPER<n>_EL0 and PMCCFILTR_EL0: do not count at EL1, at EL0.
const NOT_EL1: u32 = 31;
const NOT_EL0: u32 = 30;

/// Events that user space allows: a bit for each.
pub(crate) type EventFilter = Vec<u64>;

/// Where counting stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Counting {
    /// Instructions by level that the counters have seen.
    seen: [u64; 2],
    /// The level of the overflow interrupt.
    line: bool,
    /// KVM_ARM_VCPU_PMU_V3_FILTER.
    pub filter: Option<Arc<EventFilter>>,
}

impl VcpuState {
    /// Forgets what retired outside of a run.
    pub(super) fn start_counting(&mut self) {
        if self.controls.pmu.is_none() {
            return;
        }
        let level = self.cpu.pstate.el;
        self.cpu.levels.switch(self.cpu.retired, level);
        self.counting.seen = self.cpu.retired_by_level();
    }

    fn event_of(&self, pmu: &Pmu, counter: u64) -> u64 {
        if counter == CYCLES { CPU_CYCLES } else { self.cpu.sys(pmu.type_register(counter)) & 0xffff }
    }

    fn enabled(&self, counter: u64) -> bool {
        self.cpu.sys(SysReg::PMCR_EL0) & ENABLE != 0 && self.cpu.sys(SysReg::PMCNTENSET_EL0) >> counter & 1 != 0
    }

    /// The levels (EL0, EL1) at which an enabled counter counts instructions.
    fn counts_at(&self, pmu: &Pmu, counter: u64) -> [bool; 2] {
        let event = self.event_of(pmu, counter);
        let allowed = |filter: &Arc<EventFilter>| filter.get(event as usize / 64).is_some_and(|word| word >> (event % 64) & 1 != 0);
        let counted = matches!(event, INST_RETIRED | CPU_CYCLES) && self.counting.filter.as_ref().is_none_or(allowed);
        let exclusion = self.cpu.sys(pmu.type_register(counter));
        let at = |bit: u32| counted && self.enabled(counter) && exclusion >> bit & 1 == 0;
        [at(NOT_EL0), at(NOT_EL1)]
    }

    /// Bits of PMCEID0_EL0 or PMCEID1_EL0 that user space allows: 32 common events, and as many from 0x4000 on where there are such numbers.
    pub(super) fn unfiltered(&self, half: u32) -> u64 {
        let Some(filter) = &self.counting.filter else { return u64::MAX };
        let word = |event: usize| filter.get(event / 64).map_or(0, |word| word >> (32 * half) & 0xffff_ffff);
        word(0x4000) << 32 | word(0)
    }

    /// Bits of the counter whose carry is an overflow.
    fn overflow_bits(&self, pmu: &Pmu, counter: u64) -> u32 {
        let long = if counter == CYCLES { LONG_CYCLES } else { LONG_EVENTS };
        let wide = self.cpu.sys(SysReg::PMCR_EL0) & long != 0 && (counter == CYCLES || pmu.wide);
        if wide { 64 } else { 32 }
    }

    /// Adds to a counter; a carry sets its overflow bit, and a CHAIN counter beside it counts one.
    fn advance(&mut self, pmu: &Pmu, counter: u64, by: u64) {
        let register = pmu.counter_register(counter);
        let old = self.cpu.sys(register);
        let (sum, carry) = old.overflowing_add(by);
        let bits = self.overflow_bits(pmu, counter);
        let overflow = if bits == 64 { carry } else { carry || sum >> bits != old >> bits };
        self.cpu.set_sys(register, sum & pmu.counter_mask(counter));
        if !overflow {
            return;
        }
        self.cpu.set_sys(SysReg::PMOVSSET_EL0, self.cpu.sys(SysReg::PMOVSSET_EL0) | 1 << counter);
        let next = counter + 1;
        // `kvm_pmu_counter_can_chain`
        if bits != 64 && counter.is_multiple_of(2) && next < pmu.counters && self.enabled(next) && self.event_of(pmu, next) == CHAIN {
            self.advance(pmu, next, 1);
        }
    }

    /// Brings the counters up to date.
    pub(super) fn sync_counters(&mut self) {
        let Some(pmu) = self.controls.pmu else { return };
        let now = self.cpu.retired_by_level();
        let [el0, el1] = [now[0] - self.counting.seen[0], now[1] - self.counting.seen[1]];
        self.counting.seen = now;
        if el0 | el1 == 0 {
            return;
        }
        for counter in pmu.all_counters() {
            let [at_el0, at_el1] = self.counts_at(&pmu, counter);
            let by = if at_el0 { el0 } else { 0 } + if at_el1 { el1 } else { 0 };
            if by != 0 {
                self.advance(&pmu, counter, by);
            }
        }
    }

    /// PMSWINC_EL0.
    pub(super) fn software_increment(&mut self, pmu: &Pmu, counters: u64) {
        for counter in pmu.all_counters().filter(|counter| counters >> counter & 1 != 0 && *counter != CYCLES) {
            if self.enabled(counter) && self.event_of(pmu, counter) == SW_INCR {
                self.advance(pmu, counter, 1);
            }
        }
    }

    /// Instructions until a counter may overflow, when an overflow would interrupt.
    fn until_overflow(&self) -> Option<u64> {
        let pmu = self.controls.pmu.as_ref()?;
        if self.cpu.sys(SysReg::PMINTENSET_EL1) == 0 || self.cpu.sys(SysReg::PMCR_EL0) & ENABLE == 0 {
            return None;
        }
        let counting = pmu.all_counters().filter(|&counter| self.counts_at(pmu, counter) != [false; 2]);
        counting.map(|counter| self.left(pmu, counter)).min()
    }

    fn left(&self, pmu: &Pmu, counter: u64) -> u64 {
        let value = self.cpu.sys(pmu.counter_register(counter));
        match self.overflow_bits(pmu, counter) {
            64 => value.wrapping_neg().max(1),
            bits => (1 << bits) - (value & ((1 << bits) - 1)),
        }
    }

    /// Shortens the budget to the next overflow; what was taken off.
    pub(super) fn limit_to_overflow(&mut self) -> u64 {
        let limit = self.until_overflow().unwrap_or(u64::MAX).min(self.cpu.budget);
        let held = self.cpu.budget - limit;
        self.cpu.budget = limit;
        held
    }

    /// The overflow interrupt is asserted (`kvm_pmu_overflow_status`).
    fn overflow_status(&self) -> bool {
        let Some(pmu) = &self.controls.pmu else { return false };
        let enabled = if pmu.overflow_of_enabled { self.cpu.sys(SysReg::PMCNTENSET_EL0) } else { u64::MAX };
        // What KVM leaves UNKNOWN at reset has bits of counters that do not exist.
        let set = self.cpu.sys(SysReg::PMOVSSET_EL0) & enabled & self.cpu.sys(SysReg::PMINTENSET_EL1) & pmu.mask();
        self.cpu.sys(SysReg::PMCR_EL0) & ENABLE != 0 && set != 0
    }
}

impl VcpuFd {
    /// Reports a change of the overflow interrupt to the interrupt controller (`kvm_pmu_update_state`).
    pub(super) fn update_pmu_interrupt(&self, state: &mut VcpuState) {
        if state.controls.pmu.is_none() {
            return;
        }
        state.sync_counters();
        let level = state.overflow_status();
        if std::mem::replace(&mut state.counting.line, level) == level {
            return;
        }
        let irq = lock(&self.vcpu.pmu).irq;
        if let (Some(vgic), Some(irq)) = (self.vm.vgic.get(), irq) {
            let private = (irq < 32).then_some(self.vcpu.index);
            vgic.set_owned_line(private, irq, level);
        }
    }
}
