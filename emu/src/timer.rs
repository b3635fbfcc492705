//! The virtual and physical EL1 generic timers. Knows no interrupt controller: it reports the level of each timer's line.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Where time comes from: the only source of it for a guest.
#[derive(Debug)]
pub enum Clock {
    /// Host monotonic time.
    Host {
        /// Counter ticks per second.
        frequency: u64,
        /// Time zero.
        start: Instant,
    },
    /// Time is work: a count that the embedding scheduler advances (deterministic runs).
    Virtual {
        /// Counter ticks per second, as CNTFRQ_EL0 reports it.
        frequency: u64,
        /// Nanoseconds so far.
        nanoseconds: AtomicU64,
    },
}

impl Clock {
    /// Host time from now.
    pub fn host(frequency: u64) -> Clock {
        Clock::Host { frequency, start: Instant::now() }
    }

    /// Virtual time from zero.
    pub fn virtual_time(frequency: u64) -> Clock {
        Clock::Virtual { frequency, nanoseconds: AtomicU64::new(0) }
    }

    /// Ticks per second.
    pub fn frequency(&self) -> u64 {
        match self {
            Clock::Host { frequency, .. } | Clock::Virtual { frequency, .. } => *frequency,
        }
    }

    /// Nanoseconds since time zero, without what the running quantum of a virtual clock adds.
    pub fn nanoseconds(&self) -> u64 {
        match self {
            Clock::Host { start, .. } => start.elapsed().as_nanos() as u64,
            Clock::Virtual { nanoseconds, .. } => nanoseconds.load(Ordering::Relaxed),
        }
    }

    /// Advances a virtual clock; no effect on host time.
    pub fn advance(&self, by: u64) {
        if let Clock::Virtual { nanoseconds, .. } = self {
            nanoseconds.fetch_add(by, Ordering::Relaxed);
        }
    }

    /// True for virtual time.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Clock::Virtual { .. })
    }

    /// Nanoseconds to ticks.
    pub fn ticks(&self, nanoseconds: u64) -> u64 {
        (u128::from(nanoseconds) * u128::from(self.frequency()) / 1_000_000_000) as u64
    }

    /// Ticks to nanoseconds, rounded up.
    pub fn duration(&self, ticks: u64) -> Duration {
        let nanoseconds = (u128::from(ticks) * 1_000_000_000).div_ceil(u128::from(self.frequency().max(1)));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

/// Which of the two EL1 timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum TimerId {
    /// CNTV_*.
    Virtual = 0,
    /// CNTP_*.
    Physical = 1,
}

/// CNTx_CTL_EL0 and CNTx_CVAL_EL0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timer {
    /// ENABLE and IMASK; ISTATUS is computed.
    pub control: u64,
    /// Compare value.
    pub compare: u64,
    /// The counter that the guest sees is the system count minus this.
    pub offset: u64,
}

/// When a WFIT or WFET ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// CNTVCT_EL0.
    pub count: u64,
    /// An event ends the wait, too (WFET).
    pub events: bool,
}

const ENABLE: u64 = 1;
const IMASK: u64 = 2;
const ISTATUS: u64 = 4;

impl Timer {
    fn fired(&self, count: u64) -> bool {
        self.control & ENABLE != 0 && count.wrapping_sub(self.offset) >= self.compare
    }

    fn line(&self, count: u64) -> bool {
        self.control & IMASK == 0 && self.fired(count)
    }
}

/// The timers of one PE.
#[derive(Debug)]
pub struct Timers {
    /// The source of time.
    pub clock: std::sync::Arc<Clock>,
    /// Virtual and physical timer.
    pub timers: [Timer; 2],
    /// Nanoseconds of virtual time that the running quantum has used so far.
    pub quantum_nanoseconds: u64,
    /// The PE waits in WFIT or WFET. Raises no line.
    pub alarm: Option<Alarm>,
    /// As last reported, if ever.
    lines: [Option<bool>; 2],
}

impl Timers {
    /// Timers out of reset.
    pub fn new(clock: std::sync::Arc<Clock>) -> Timers {
        Timers { clock, timers: [Timer::default(); 2], quantum_nanoseconds: 0, alarm: None, lines: [None; 2] }
    }

    /// The system count.
    pub fn system_count(&self) -> u64 {
        self.clock.ticks(self.clock.nanoseconds() + self.quantum_nanoseconds)
    }

    /// Nanoseconds of virtual time until the counter is `ticks` ahead: exact, wherever in a tick it is now.
    pub fn nanoseconds_to(&self, ticks: u64) -> u64 {
        let now = self.clock.nanoseconds() + self.quantum_nanoseconds;
        let then = self.clock.duration(self.clock.ticks(now).saturating_add(ticks)).as_nanos();
        u64::try_from(then).unwrap_or(u64::MAX).saturating_sub(now)
    }

    /// CNTVCT_EL0 or CNTPCT_EL0.
    pub fn count(&self, id: TimerId) -> u64 {
        self.system_count().wrapping_sub(self.timers[id as usize].offset)
    }

    /// CNTx_CTL_EL0 with ISTATUS.
    pub fn control(&self, id: TimerId) -> u64 {
        let timer = &self.timers[id as usize];
        timer.control & (ENABLE | IMASK) | if timer.fired(self.system_count()) { ISTATUS } else { 0 }
    }

    /// CNTx_TVAL_EL0: the signed 32-bit distance to the compare value.
    pub fn value(&self, id: TimerId) -> u64 {
        self.timers[id as usize].compare.wrapping_sub(self.count(id)) & 0xffff_ffff
    }

    /// Writes CNTx_TVAL_EL0.
    pub fn set_value(&mut self, id: TimerId, value: u64) {
        let count = self.count(id);
        self.timers[id as usize].compare = count.wrapping_add_signed(i64::from(value as i32));
    }

    /// The lines that changed since the last call, with their new level at the system count `count`.
    pub fn changed_lines(&mut self, count: u64) -> [Option<bool>; 2] {
        let now = self.timers.map(|timer| timer.line(count));
        let before = std::mem::replace(&mut self.lines, now.map(Some));
        std::array::from_fn(|index| (Some(now[index]) != before[index]).then_some(now[index]))
    }

    /// Forgets what lines were reported, so that the next [`Self::changed_lines`] reports every line: whoever is told may have
    /// been given another state meanwhile.
    pub fn forget_lines(&mut self) {
        self.lines = [None; 2];
    }

    /// True when the PE waits in WFIT or WFET and the time has come.
    pub fn alarm_due(&self) -> bool {
        self.alarm.is_some_and(|alarm| self.count(TimerId::Virtual) >= alarm.count)
    }

    /// Ticks until the next line can go high, or a WFIT or WFET ends; None when nothing is going to happen.
    pub fn next_deadline(&self) -> Option<u64> {
        let count = self.system_count();
        let ahead = |timer: &Timer| {
            let waiting = timer.control & (ENABLE | IMASK) == ENABLE && !timer.fired(count);
            waiting.then(|| timer.compare.wrapping_sub(count.wrapping_sub(timer.offset)))
        };
        let alarm = self.alarm.map(|alarm| alarm.count.saturating_sub(self.count(TimerId::Virtual)));
        self.timers.iter().filter_map(ahead).chain(alarm).min()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn changed(timers: &mut Timers) -> [Option<bool>; 2] {
        timers.changed_lines(timers.system_count())
    }

    #[test]
    fn virtual_timer_fires_when_time_passes() {
        let clock = Arc::new(Clock::virtual_time(1_000_000_000));
        let mut timers = Timers::new(clock.clone());
        timers.timers[0].control = ENABLE;
        timers.set_value(TimerId::Virtual, 100);
        assert_eq!(timers.next_deadline(), Some(100));
        assert_eq!(changed(&mut timers), [Some(false), Some(false)]);
        assert_eq!(changed(&mut timers), [None, None]);
        clock.advance(100);
        assert_eq!(changed(&mut timers), [Some(true), None]);
        assert_eq!(timers.control(TimerId::Virtual), ENABLE | ISTATUS);
        assert_eq!(timers.value(TimerId::Virtual), 0);
        clock.advance(1);
        assert_eq!(timers.value(TimerId::Virtual), 0xffff_ffff);
        timers.timers[0].control |= IMASK;
        assert_eq!(changed(&mut timers), [Some(false), None]);
        assert_eq!(timers.next_deadline(), None);
    }

    #[test]
    fn an_alarm_is_a_deadline_without_a_line() {
        let clock = Arc::new(Clock::virtual_time(1_000_000_000));
        let mut timers = Timers::new(clock.clone());
        timers.timers[0].offset = 10;
        clock.advance(30);
        timers.alarm = Some(Alarm { count: 50, events: false });
        assert_eq!((timers.next_deadline(), timers.alarm_due()), (Some(30), false));
        clock.advance(30);
        assert_eq!((timers.next_deadline(), timers.alarm_due(), changed(&mut timers)), (Some(0), true, [Some(false), Some(false)]));
        timers.alarm = None;
        assert_eq!((timers.next_deadline(), timers.alarm_due()), (None, false));
    }

    #[test]
    fn offsets_shift_the_guest_view() {
        let clock = Arc::new(Clock::virtual_time(50_000_000));
        clock.advance(2_000_000_000);
        let mut timers = Timers::new(clock);
        timers.timers[0].offset = 99_999_990;
        assert_eq!(timers.count(TimerId::Virtual), 10);
        assert_eq!(timers.count(TimerId::Physical), 100_000_000);
    }
}
