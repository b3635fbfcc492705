//! The PL011 UART (Arm DDI 0183, "PrimeCell UART (PL011) Technical Reference Manual", chapter 3). It holds no file and no
//! clock: bytes go out as the answer of a write and come in through [`Pl011::receive`], both at once; the baud rate is a
//! number that is kept and has no effect, and DMA requests have nobody to go to.
//!
//! Three habits of QEMU's model are kept because the programs for this board depend on them: the transmitter works whether or
//! not CR enables it; the receive interrupt is raised from the first byte on, whatever level IFLS sets (a real UART would
//! deliver a lone byte by its time-out interrupt, which is raised here too); and the transmit FIFO is always empty.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serialize};

use super::primecell;

const DR: u64 = 0x00;
const RSR_ECR: u64 = 0x04;
pub(super) const FR: u64 = 0x18;
const ILPR: u64 = 0x20;
const IBRD: u64 = 0x24;
const FBRD: u64 = 0x28;
const LCR_H: u64 = 0x2c;
const CR: u64 = 0x30;
const IFLS: u64 = 0x34;
const IMSC: u64 = 0x38;
const RIS: u64 = 0x3c;
const MIS: u64 = 0x40;
const ICR: u64 = 0x44;
const DMACR: u64 = 0x48;

/// PeriphID0-3 (part 0x011, designer 0x41, revision 1) and PCellID0-3; the values QEMU's model shows.
const IDS: [u8; 8] = [0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const FIFO_DEPTH: usize = 16;

const DR_BREAK: u16 = 1 << 10;
const DR_OVERRUN: u32 = 1 << 11;

const FR_CTS: u32 = 1 << 0;
const FR_DSR: u32 = 1 << 1;
const FR_DCD: u32 = 1 << 2;
const FR_RX_EMPTY: u32 = 1 << 4;
const FR_RX_FULL: u32 = 1 << 6;
const FR_TX_EMPTY: u32 = 1 << 7;
const FR_RI: u32 = 1 << 8;

const LCR_BREAK: u32 = 1 << 0;
const LCR_FIFO_ENABLE: u32 = 1 << 4;

const CR_LOOPBACK: u32 = 1 << 7;
const CR_DTR: u32 = 1 << 10;
const CR_RTS: u32 = 1 << 11;
const CR_OUT1: u32 = 1 << 12;
const CR_OUT2: u32 = 1 << 13;

const INT_RI: u32 = 1 << 0;
const INT_CTS: u32 = 1 << 1;
const INT_DCD: u32 = 1 << 2;
const INT_DSR: u32 = 1 << 3;
const INT_RX: u32 = 1 << 4;
const INT_TX: u32 = 1 << 5;
const INT_RX_TIMEOUT: u32 = 1 << 6;
const INT_BREAK: u32 = 1 << 9;
const INT_OVERRUN: u32 = 1 << 10;
const INT_ALL: u32 = 0x7ff;

/// Which output drives which input in loopback, and the interrupt of a change (DDI 0183, 3.3.8, LBE).
const LOOPBACK: [(u32, u32, u32); 4] =
    [(CR_RTS, FR_CTS, INT_CTS), (CR_DTR, FR_DSR, INT_DSR), (CR_OUT1, FR_DCD, INT_DCD), (CR_OUT2, FR_RI, INT_RI)];

/// The state that a guest can see, complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pl011 {
    /// Received entries in the format of DR: eight data bits, error flags above.
    #[serde(deserialize_with = "rx_fifo")]
    rx_fifo: VecDeque<u16>,
    /// A byte was lost since the FIFO last accepted one.
    overrun: bool,
    receive_status: u32,
    ilpr: u32,
    ibrd: u32,
    fbrd: u32,
    lcr_h: u32,
    cr: u32,
    ifls: u32,
    imsc: u32,
    ris: u32,
    dmacr: u32,
}

/// A FIFO from somewhere else, which may claim to hold more than it can.
fn rx_fifo<'de, D: Deserializer<'de>>(from: D) -> Result<VecDeque<u16>, D::Error> {
    let entries = VecDeque::deserialize(from)?;
    if entries.len() > FIFO_DEPTH {
        return Err(serde::de::Error::custom(format!("the UART's FIFO has {} entries, and room for {FIFO_DEPTH}", entries.len())));
    }
    Ok(entries)
}

impl Default for Pl011 {
    /// The reset values of DDI 0183, table 3-1.
    fn default() -> Self {
        Self {
            rx_fifo: VecDeque::new(),
            overrun: false,
            receive_status: 0,
            ilpr: 0,
            ibrd: 0,
            fbrd: 0,
            lcr_h: 0,
            cr: 0x300,
            ifls: 0x12,
            imsc: 0,
            ris: 0,
            dmacr: 0,
        }
    }
}

impl Pl011 {
    /// Whether `offset` names a register; reserved words read as zero and ignore writes, as the APB does.
    #[must_use]
    pub fn is_register(offset: u64) -> bool {
        matches!(offset, DR | RSR_ECR | FR | ILPR..=DMACR) || primecell::id_register(&IDS, offset).is_some()
    }

    /// Reads the register at a word-aligned offset. Reading DR takes a byte from the FIFO.
    pub fn read(&mut self, offset: u64) -> u32 {
        match offset {
            DR => self.read_data(),
            RSR_ECR => self.receive_status | (u32::from(self.overrun) << 3),
            FR => self.flags(),
            ILPR => self.ilpr,
            IBRD => self.ibrd,
            FBRD => self.fbrd,
            LCR_H => self.lcr_h,
            CR => self.cr,
            IFLS => self.ifls,
            IMSC => self.imsc,
            RIS => self.ris,
            MIS => self.ris & self.imsc,
            DMACR => self.dmacr,
            _ => primecell::id_register(&IDS, offset).unwrap_or(0),
        }
    }

    /// Writes the register at a word-aligned offset; a byte in the answer was transmitted.
    #[must_use = "a transmitted byte is lost otherwise"]
    pub fn write(&mut self, offset: u64, value: u32) -> Option<u8> {
        match offset {
            DR => return Some(self.transmit(value as u8)),
            RSR_ECR => {
                self.receive_status = 0;
                self.overrun = false;
            }
            ILPR => self.ilpr = value & 0xff,
            IBRD => self.ibrd = value & 0xffff,
            FBRD => self.fbrd = value & 0x3f,
            LCR_H => self.write_line_control(value & 0xff),
            CR => self.write_control(value & 0xff87),
            IFLS => self.ifls = value & 0x3f,
            IMSC => self.imsc = value & INT_ALL,
            ICR => self.ris &= !(value & INT_ALL),
            DMACR => self.dmacr = value & 0x7,
            _ => {}
        }
        None
    }

    /// Hands in a byte from outside; `false` if the FIFO is full, and then the caller keeps the byte, as a sender held by
    /// flow control does.
    #[must_use = "a refused byte is still the caller's"]
    pub fn receive(&mut self, byte: u8) -> bool {
        if self.receive_space() == 0 {
            return false;
        }
        self.accept(u16::from(byte));
        true
    }

    /// How many bytes [`Self::receive`] will take now.
    #[must_use]
    pub fn receive_space(&self) -> usize {
        self.depth().saturating_sub(self.rx_fifo.len())
    }

    /// Takes a received byte for somebody else, as if the guest had read it.
    pub fn take_received(&mut self) -> Option<u8> {
        (!self.rx_fifo.is_empty()).then(|| self.read_data() as u8)
    }

    /// The level of UARTINTR.
    #[must_use]
    pub fn interrupt(&self) -> bool {
        self.ris & self.imsc != 0
    }

    /// With FIFOs disabled there is one holding register.
    fn depth(&self) -> usize {
        if self.lcr_h & LCR_FIFO_ENABLE != 0 { FIFO_DEPTH } else { 1 }
    }

    /// The programmed receive level (DDI 0183, 3.3.9): below it a real UART waits for the time-out.
    fn receive_level(&self) -> usize {
        if self.lcr_h & LCR_FIFO_ENABLE == 0 {
            return 1;
        }
        match (self.ifls >> 3) & 7 {
            0 => 2,
            1 => 4,
            2 => 8,
            3 => 12,
            _ => 14,
        }
    }

    /// FR.
    pub fn flags(&self) -> u32 {
        let mut flags = FR_TX_EMPTY | self.modem_inputs();
        if self.rx_fifo.is_empty() {
            flags |= FR_RX_EMPTY;
        }
        if self.receive_space() == 0 {
            flags |= FR_RX_FULL;
        }
        flags
    }

    /// No modem is connected, so its lines are only driven by loopback.
    fn modem_inputs(&self) -> u32 {
        let looped = self.cr & CR_LOOPBACK != 0;
        let driven = LOOPBACK.iter().filter(|(output, _, _)| looped && self.cr & output != 0);
        driven.fold(0, |inputs, (_, input, _)| inputs | input)
    }

    fn read_data(&mut self) -> u32 {
        let Some(entry) = self.rx_fifo.pop_front() else {
            return 0;
        };
        if self.rx_fifo.is_empty() {
            self.ris &= !(INT_RX | INT_RX_TIMEOUT);
        }
        self.receive_status = u32::from(entry >> 8) & 0x7;
        u32::from(entry) | if self.overrun { DR_OVERRUN } else { 0 }
    }

    fn transmit(&mut self, byte: u8) -> u8 {
        if self.cr & CR_LOOPBACK != 0 {
            self.accept_or_overrun(u16::from(byte));
        }
        // The byte has left already, so the FIFO has just passed every transmit level on its way down.
        self.ris |= INT_TX;
        byte
    }

    fn accept(&mut self, entry: u16) {
        self.rx_fifo.push_back(entry);
        self.overrun = false;
        self.ris |= INT_RX;
        if self.rx_fifo.len() < self.receive_level() {
            self.ris |= INT_RX_TIMEOUT;
        }
        if entry & DR_BREAK != 0 {
            self.ris |= INT_BREAK;
        }
    }

    fn accept_or_overrun(&mut self, entry: u16) {
        if self.receive_space() > 0 {
            self.accept(entry);
        } else {
            self.overrun = true;
            self.ris |= INT_OVERRUN;
        }
    }

    /// Changing FEN empties the FIFO: it becomes the holding register, or the other way round.
    fn write_line_control(&mut self, value: u32) {
        let changed = self.lcr_h ^ value;
        self.lcr_h = value;
        if changed & LCR_FIFO_ENABLE != 0 {
            self.rx_fifo.clear();
            self.ris &= !(INT_RX | INT_RX_TIMEOUT);
        }
        if changed & value & LCR_BREAK != 0 && self.cr & CR_LOOPBACK != 0 {
            self.accept_or_overrun(DR_BREAK);
        }
    }

    fn write_control(&mut self, value: u32) {
        let before = self.modem_inputs();
        self.cr = value;
        let changed = before ^ self.modem_inputs();
        for (_, input, interrupt) in LOOPBACK {
            if changed & input != 0 {
                self.ris |= interrupt;
            }
        }
    }
}

#[cfg(test)]
#[path = "pl011_tests.rs"]
mod tests;
