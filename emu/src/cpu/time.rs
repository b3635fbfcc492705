//! When a PE looks at its timers. With the host's clock that is every so many instructions; with virtual time a nanosecond is
//! an instruction, and the look is at exactly the instruction at which a timer fires, whatever the engine.

use super::Cpu;
use crate::timer::TimerId;

/// Instructions between two looks when time is the host's.
const HOST_SLICE: u64 = 1 << 14;

impl Cpu {
    /// Virtual time: brings the clock up to `retired` instructions.
    pub fn sync_time(&mut self, retired: u64) {
        if self.timers.clock.is_virtual() {
            self.timers.quantum_nanoseconds = retired.saturating_sub(self.quantum_start);
        }
    }

    /// Ends a quantum of virtual time: what it used becomes the machine's time.
    pub fn finish_quantum(&mut self) {
        self.sync_time(self.retired);
        let used = std::mem::take(&mut self.timers.quantum_nanoseconds);
        self.timers.clock.advance(used);
        self.quantum_start = self.retired;
    }

    /// Reports timer lines and schedules the next look, between two blocks.
    pub fn check_timers(&mut self) {
        self.check_timers_at(self.retired);
    }

    /// The same, when `retired` instructions have retired: inside a block that is more than the engine has counted.
    pub(crate) fn check_timers_at(&mut self, retired: u64) {
        self.sync_time(retired);
        self.update_timer_lines();
        let ahead = if self.timers.clock.is_virtual() {
            self.timers.next_deadline().map_or(u64::MAX, |ticks| self.timers.nanoseconds_to(ticks).max(1))
        } else {
            HOST_SLICE
        };
        self.next_timer_check = retired.saturating_add(ahead);
    }

    /// Reports changed timer lines to the interrupt controller.
    pub fn update_timer_lines(&mut self) {
        self.report_timer_lines(self.timers.system_count());
    }

    /// A counter as the guest reads it. The line of a timer that has fired by then is high from the next block on, so that no guest sees
    /// the time of an interrupt go by without it.
    pub(crate) fn read_counter(&mut self, id: TimerId) -> u64 {
        let count = self.timers.system_count();
        self.report_timer_lines(count);
        count.wrapping_sub(self.timers.timers[id as usize].offset)
    }

    fn report_timer_lines(&mut self, count: u64) {
        let changed = self.timers.changed_lines(count);
        let Some(port) = &mut self.interrupts else { return };
        for (id, level) in [TimerId::Virtual, TimerId::Physical].into_iter().zip(changed) {
            if let Some(level) = level {
                port.timer_line(id, level);
            }
        }
    }
}
