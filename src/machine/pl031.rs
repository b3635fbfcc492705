//! The PL031 real-time clock (Arm DDI 0224, "PrimeCell Real Time Clock (PL031) Technical Reference Manual", chapter 3). It has
//! no clock of its own: each call brings the time, in nanoseconds since 1970, so that a deterministic run can bring its own.
//!
//! As on QEMU's board, the counter starts at the time of day and is enabled from reset, as if firmware had set it.

use serde::{Deserialize, Serialize};

use super::primecell;

const DR: u64 = 0x00;
const MR: u64 = 0x04;
const LR: u64 = 0x08;
const CR: u64 = 0x0c;
const IMSC: u64 = 0x10;
const RIS: u64 = 0x14;
const MIS: u64 = 0x18;
const ICR: u64 = 0x1c;

/// PeriphID0-3 (part 0x031, designer 0x41, revision 1) and PCellID0-3; the values QEMU's model shows.
const IDS: [u8; 8] = [0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const SECOND: u64 = 1_000_000_000;

/// The state that a guest can see, complete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pl031 {
    /// The counter is the time in seconds plus this, modulo 2^32.
    offset: u32,
    match_value: u32,
    load_value: u32,
    masked_in: bool,
    raised: bool,
    /// The counter up to which matches were looked for; `None` before the first look.
    seen: Option<u32>,
}

impl Pl031 {
    /// Whether `offset` names a register; reserved words read as zero and ignore writes, as the APB does.
    #[must_use]
    pub fn is_register(offset: u64) -> bool {
        matches!(offset, DR | MR | LR | CR | IMSC | RIS | MIS | ICR) || primecell::id_register(&IDS, offset).is_some()
    }

    /// Reads the register at a word-aligned offset.
    pub fn read(&mut self, offset: u64, now: u64) -> u32 {
        self.advance(now);
        match offset {
            DR => self.counter(now),
            MR => self.match_value,
            LR => self.load_value,
            CR => 1,
            IMSC => u32::from(self.masked_in),
            RIS => u32::from(self.raised),
            MIS => u32::from(self.interrupt()),
            _ => primecell::id_register(&IDS, offset).unwrap_or(0),
        }
    }

    /// Writes the register at a word-aligned offset. CR cannot disable a counter that runs (DDI 0224, 3.3.4).
    pub fn write(&mut self, offset: u64, value: u32, now: u64) {
        self.advance(now);
        match offset {
            MR => {
                self.match_value = value;
                self.raised |= value == self.counter(now);
            }
            LR => {
                self.load_value = value;
                self.offset = value.wrapping_sub(seconds(now));
                self.seen = Some(value);
                self.raised |= value == self.match_value;
            }
            IMSC => self.masked_in = value & 1 != 0,
            ICR if value & 1 != 0 => self.raised = false,
            _ => {}
        }
    }

    /// Raises the interrupt if the counter has reached the match value since the last look.
    pub fn advance(&mut self, now: u64) {
        let counter = self.counter(now);
        if let Some(seen) = self.seen {
            let elapsed = counter.wrapping_sub(seen);
            let to_match = self.match_value.wrapping_sub(seen);
            // A clock that steps back looks like nearly 2^32 seconds: not taken for having passed the match.
            self.raised |= to_match != 0 && to_match <= elapsed && elapsed < 1 << 31;
        }
        self.seen = Some(counter);
    }

    /// When the interrupt line will rise by itself, in the time scale of the calls; `None` if it will not.
    #[must_use]
    pub fn next_interrupt(&self, now: u64) -> Option<u64> {
        if !self.masked_in || self.raised {
            return None;
        }
        let to_match = match self.match_value.wrapping_sub(self.counter(now)) {
            0 => 1 << 32,
            seconds => u64::from(seconds),
        };
        (now / SECOND).checked_add(to_match)?.checked_mul(SECOND)
    }

    /// The level of RTCINTR.
    #[must_use]
    pub fn interrupt(&self) -> bool {
        self.raised && self.masked_in
    }

    fn counter(&self, now: u64) -> u32 {
        seconds(now).wrapping_add(self.offset)
    }
}

/// The counter has 32 bits and wraps, in 2106 for the time of day.
fn seconds(now: u64) -> u32 {
    (now / SECOND) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: u64 = 0x6b00_0000;

    enum Op {
        Read(u64, u32),
        Write(u64, u32),
        Line(bool),
        Next(Option<u64>),
    }
    use Op::{Line, Next, Read, Write};

    /// Second (after T), and what happens then.
    const STORY: &[(u64, Op)] = &[
        (0, Read(DR, T as u32)),
        (0, Read(CR, 1)),
        (0, Write(CR, 0)),
        (1, Read(DR, T as u32 + 1)),
        (1, Read(RIS, 0)),
        (1, Next(None)),
        (1, Write(MR, T as u32 + 10)),
        (1, Next(None)), // masked
        (1, Write(IMSC, 0xffff_ffff)),
        (1, Read(IMSC, 1)),
        (1, Next(Some(T + 10))),
        (9, Read(RIS, 0)),
        (9, Line(false)),
        (12, Line(true)),
        (12, Read(RIS, 1)),
        (12, Read(MIS, 1)),
        (12, Next(None)), // already up
        (12, Write(IMSC, 0)),
        (12, Read(MIS, 0)),
        (12, Line(false)),
        (12, Write(ICR, 0)),
        (12, Read(RIS, 1)),
        (12, Write(ICR, 1)),
        (12, Read(RIS, 0)),
        (13, Read(RIS, 0)), // no second match
        (13, Write(LR, 0xffff_fffe)),
        (13, Read(LR, 0xffff_fffe)),
        (13, Read(DR, 0xffff_fffe)),
        (13, Write(MR, 1)),
        (13, Write(IMSC, 1)),
        (13, Next(Some(T + 16))),
        (15, Read(DR, 0)),
        (15, Line(false)),
        (16, Line(true)),
        (16, Write(ICR, 1)),
        (10, Line(false)), // the host's clock steps back
        (10, Read(RIS, 0)),
        (20, Write(MR, 5)),
        (20, Read(RIS, 1)), // equal at once
        (20, Read(0x20, 0)),
        (20, Read(0xfe0, 0x31)),
        (20, Read(0xff8, 0x05)),
        (20, Read(0xffc, 0xb1)),
    ];

    #[test]
    fn story() {
        let mut rtc = Pl031::default();
        for (step, (second, op)) in STORY.iter().enumerate() {
            let now = (T + second) * SECOND + 123;
            match op {
                Read(offset, expected) => {
                    assert_eq!(rtc.read(*offset, now), *expected, "step {step}");
                }
                Write(offset, value) => rtc.write(*offset, *value, now),
                Line(expected) => {
                    rtc.advance(now);
                    assert_eq!(rtc.interrupt(), *expected, "step {step}");
                }
                Next(expected) => assert_eq!(rtc.next_interrupt(now), expected.map(|s| s * SECOND), "step {step}"),
            }
        }
    }
}
