//! Address to device: what an MMIO exit does. It holds the devices' state and no file, no clock and no lock; RAM and the GIC are
//! not here, as a virtual machine has them itself.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::memory_map::{self, PL011, PL031, Region, VIRTIO_MMIO, VIRTIO_MMIO_STRIDE};
use super::pl011::Pl011;
use super::pl031::Pl031;
use super::virtio_mmio;

/// A device of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Device {
    Pl011,
    Pl031,
    VirtioMmio,
}

impl Device {
    /// What it does depends on the time.
    #[must_use]
    pub fn has_time(self) -> bool {
        self == Device::Pl031
    }
}

const MAP: &[(Region, Device)] = &[(PL011, Device::Pl011), (PL031, Device::Pl031), (VIRTIO_MMIO, Device::VirtioMmio)];

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pl011 => "PL011",
            Self::Pl031 => "PL031",
            Self::VirtioMmio => "virtio-mmio",
        })
    }
}

/// Why an access reached no device. What follows is the caller's decision; on QEMU's board it is a synchronous external abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    #[error("nothing is at {addr:#x}{}", Absent(*addr))]
    Unmapped { addr: u64 },
    #[error("an access of {len} bytes at {addr:#x} is not one that the {device} has")]
    Width { device: Device, addr: u64, len: usize },
}

/// Names a device that QEMU's board has where ours has nothing.
struct Absent(u64);

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match memory_map::absent_device(self.0) {
            Some(name) => write!(f, " (this board has no {name})"),
            None => Ok(()),
        }
    }
}

/// An access to a word of a device that has no register: it reads as zero and ignores writes, as the hardware does, but is
/// remembered, as it may mean a register that is missing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedAccess {
    pub device: Device,
    pub offset: u64,
    pub write: bool,
}

/// More different reserved words than this are not remembered.
const RESERVED_MAX: usize = 32;

/// The devices and what they have to say to the outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bus {
    uart: Pl011,
    rtc: Pl031,
    /// Bytes that the UART sent and nobody took yet.
    output: Vec<u8>,
    /// Interrupt levels as last reported, bit n for SPI n.
    reported: u64,
    reserved: Vec<ReservedAccess>,
}

impl Bus {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The device at an address.
    #[must_use]
    pub fn device(addr: u64) -> Option<Device> {
        find(addr).map(|(device, _)| device)
    }

    /// Reads `len` (1, 2, 4 or 8) bytes at `addr` at the time `now`, in nanoseconds since 1970.
    ///
    /// Registers have 32 bits. A narrower access sees the bytes it names, a doubleword two registers; reading a byte of a
    /// register reads all of it, so the low byte of the UART's DR takes from the FIFO.
    ///
    /// # Errors
    /// When nothing is there, or the access has no meaning for the device.
    #[inline]
    pub fn read(&mut self, addr: u64, len: usize, now: u64) -> Result<u64, BusError> {
        let access = Access::new(addr, len)?;
        let low = u64::from(self.read_word(access.device, access.offset, now));
        let high = match len {
            8 => u64::from(self.read_word(access.device, access.offset + 4, now)),
            _ => 0,
        };
        Ok(((low | high << 32) >> access.shift) & mask(len))
    }

    /// Writes `len` (1, 2, 4 or 8) bytes; see [`Self::read`]. The bytes of a register that a narrow write does not name are
    /// written as zero: the peripheral bus has no byte strobes.
    ///
    /// # Errors
    /// When nothing is there, or the access has no meaning for the device.
    pub fn write(&mut self, addr: u64, len: usize, value: u64, now: u64) -> Result<(), BusError> {
        let access = Access::new(addr, len)?;
        let value = (value & mask(len)) << access.shift;
        self.write_word(access.device, access.offset, value as u32, now);
        if len == 8 {
            self.write_word(access.device, access.offset + 4, (value >> 32) as u32, now);
        }
        Ok(())
    }

    /// Hands console input to the UART and says how many bytes it took; the rest must wait until the guest has read some.
    #[must_use = "bytes that were not taken are still the caller's"]
    pub fn receive(&mut self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| self.uart.receive(**byte)).count()
    }

    /// The UART's flag register, which a look does not change.
    #[must_use]
    pub fn uart_flags(&self) -> u32 {
        self.uart.flags()
    }

    /// How many bytes [`Self::receive`] will take now.
    #[must_use]
    pub fn receive_space(&self) -> usize {
        self.uart.receive_space()
    }

    /// Takes up to `max` bytes back that the UART received and the guest has not read.
    pub fn take_received(&mut self, max: usize) -> Vec<u8> {
        (0..max).map_while(|_| self.uart.take_received()).collect()
    }

    /// What the UART sent since the last call.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// What the UART sent and [`Self::take_output`] has not taken.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Lets time pass for devices that act by themselves.
    pub fn advance(&mut self, now: u64) {
        self.rtc.advance(now);
    }

    /// When [`Self::advance`] will next change an interrupt level; `None` if nothing is planned.
    #[must_use]
    pub fn next_event(&self, now: u64) -> Option<u64> {
        self.rtc.next_interrupt(now)
    }

    /// Interrupt levels, bit n for SPI n.
    #[must_use]
    pub fn levels(&self) -> u64 {
        u64::from(self.uart.interrupt()) << memory_map::SPI_PL011 | u64::from(self.rtc.interrupt()) << memory_map::SPI_PL031
    }

    /// SPIs whose level changed since the last call, with the new level. To be asked after every call that can change one:
    /// read, write, receive, advance.
    pub fn level_changes(&mut self) -> impl Iterator<Item = (u32, bool)> + use<> {
        let levels = self.levels();
        let mut changed = levels ^ std::mem::replace(&mut self.reported, levels);
        std::iter::from_fn(move || {
            let spi = changed.trailing_zeros();
            changed &= changed.wrapping_sub(1);
            (spi < u64::BITS).then(|| (spi, levels >> spi & 1 != 0))
        })
    }

    /// Words without a register that the guest touched, each once, the first few.
    #[must_use]
    pub fn reserved_accesses(&self) -> &[ReservedAccess] {
        &self.reserved
    }

    #[inline]
    fn read_word(&mut self, device: Device, offset: u64, now: u64) -> u32 {
        self.note_reserved(device, offset, false);
        match device {
            Device::Pl011 => self.uart.read(offset),
            Device::Pl031 => self.rtc.read(offset, now),
            Device::VirtioMmio => virtio_mmio::read(offset % VIRTIO_MMIO_STRIDE),
        }
    }

    fn write_word(&mut self, device: Device, offset: u64, value: u32, now: u64) {
        self.note_reserved(device, offset, true);
        match device {
            Device::Pl011 => self.output.extend(self.uart.write(offset, value)),
            Device::Pl031 => self.rtc.write(offset, value, now),
            // An empty slot ignores writes.
            Device::VirtioMmio => {}
        }
    }

    fn note_reserved(&mut self, device: Device, offset: u64, write: bool) {
        let known = match device {
            Device::Pl011 => Pl011::is_register(offset),
            Device::Pl031 => Pl031::is_register(offset),
            Device::VirtioMmio => true,
        };
        let access = ReservedAccess { device, offset, write };
        if !known && self.reserved.len() < RESERVED_MAX && !self.reserved.contains(&access) {
            self.reserved.push(access);
        }
    }
}

fn find(addr: u64) -> Option<(Device, u64)> {
    MAP.iter().find_map(|(region, device)| Some((*device, region.offset(addr)?)))
}

fn mask(len: usize) -> u64 {
    match len {
        1 => 0xff,
        2 => 0xffff,
        4 => 0xffff_ffff,
        _ => u64::MAX,
    }
}

/// An access in terms of the device: the word it starts in, and where in the word.
struct Access {
    device: Device,
    offset: u64,
    shift: u32,
}

impl Access {
    #[inline]
    fn new(addr: u64, len: usize) -> Result<Self, BusError> {
        let (device, offset) = find(addr).ok_or(BusError::Unmapped { addr })?;
        let in_word = offset % 4;
        // Up to a word: must not leave it. A doubleword: two words, and device regions are whole pages, so the second is there.
        let fits = match len {
            1 | 2 | 4 => in_word + len as u64 <= 4,
            8 => offset.is_multiple_of(8),
            _ => false,
        };
        if !fits {
            return Err(BusError::Width { device, addr, len });
        }
        Ok(Self { device, offset: offset - in_word, shift: in_word as u32 * 8 })
    }
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
