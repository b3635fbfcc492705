//! The registers of an ITS (IHI 0069 chapter 12.19), as `its_registers` of KVM has them.
//!
//! Not here: what the commands in the queue do.

use super::{Core, ItsError, State};

/// GITS_BASER.Valid and GITS_CBASER.Valid.
pub const VALID: u64 = 1 << 63;
/// GITS_BASER.Indirect.
pub const INDIRECT: u64 = 1 << 62;
/// Bytes of a page of a table: KVM supports one size.
pub const PAGE: u64 = 0x1_0000;
/// Bytes of an entry of any table of ABI revision 0.
pub const ENTRY: u64 = 8;
/// Bytes of a command.
pub const COMMAND: u64 = 32;

/// 64 KiB pages, inner shareable, inner RaWb; eight-byte entries.
const INITIAL_TABLE: u64 = 2 << 8 | 1 << 10 | 3 << 59 | (ENTRY - 1) << 48;
const DEVICES: u64 = 1 << 56;
const COLLECTIONS: u64 = 4 << 56;
/// Type and entry size.
const TABLE_READ_ONLY: u64 = 0x1f << 48 | 7 << 56;
const PAGE_SIZE_FIELD: u64 = 3 << 8;

const CTLR_ENABLED: u64 = 1;
const CTLR_QUIESCENT: u64 = 1 << 31;
const IIDR: u64 = 0x4b00_043b;
/// Physical LPIs; eight-byte entries; 16 bits of interrupt, event and device number; targets are processor numbers.
const TYPER: u64 = 1 | (ENTRY - 1) << 4 | 15 << 8 | 15 << 13;
/// Bits 19:5, and in GITS_CREADR nothing else.
const QUEUE_OFFSET: u64 = 0xf_ffe0;

/// A register of an ITS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    Ctlr,
    Iidr,
    Typer,
    Cbaser,
    Cwriter,
    Creadr,
    /// GITS_BASER of a number.
    Baser(u64),
    Identity,
}

impl Register {
    /// Bytes.
    pub fn size(self) -> u8 {
        if matches!(self, Register::Ctlr | Register::Iidr | Register::Identity) { 4 } else { 8 }
    }
}

/// The register that an offset lies in.
pub fn find(offset: u64) -> Option<Register> {
    Some(match offset {
        0x00..=0x03 => Register::Ctlr,
        0x04..=0x07 => Register::Iidr,
        0x08..=0x0f => Register::Typer,
        0x80..=0x87 => Register::Cbaser,
        0x88..=0x8f => Register::Cwriter,
        0x90..=0x97 => Register::Creadr,
        0x100..=0x13f => Register::Baser((offset - 0x100) / 8),
        0xffd0..=0xffff => Register::Identity,
        _ => return None,
    })
}

/// PIDR and CIDR.
fn identity(offset: u64) -> u64 {
    match offset & !3 {
        0xffe0 => 0x92,
        0xffe4 => 0xb4,
        0xffe8 => 0x3b,
        0xffd0 => 0x40,
        0xfff0 => 0x0d,
        0xfff4 => 0xf0,
        0xfff8 => 0x05,
        0xfffc => 0xb1,
        _ => 0,
    }
}

/// Whether a guest's access is of a size that the register takes.
fn allowed(register: Register, offset: u64, size: u8) -> bool {
    let sized = size == 4 || (size == 8 && register.size() == 8);
    sized && offset.is_multiple_of(u64::from(size).max(1))
}

/// The value of a register after a part of it was written.
fn merge(old: u64, offset: u64, size: u8, value: u64) -> u64 {
    if size == 8 {
        return value;
    }
    let shift = offset % 8 * 8;
    old & !(0xffff_ffff << shift) | (value & 0xffff_ffff) << shift
}

/// Shareability and cacheability that KVM does not offer become what it does.
fn sanitise(mut value: u64) -> u64 {
    if value >> 10 & 3 == 2 {
        value = value & !(3 << 10) | 1 << 10;
    }
    if value >> 59 & 7 < 2 {
        value = value & !(7 << 59) | 3 << 59;
    }
    if value >> 53 & 7 > 1 {
        value &= !(7 << 53);
    }
    value
}

impl State {
    /// The tables' registers at creation.
    pub fn reset_tables(&mut self) {
        self.device_table = INITIAL_TABLE | DEVICES;
        self.collection_table = INITIAL_TABLE | COLLECTIONS;
    }

    /// Bytes of the command queue.
    pub fn queue_size(&self) -> u64 {
        ((self.cbaser & 0xff) + 1) << 12
    }
}

impl Core {
    pub fn read(&self, offset: u64, size: u8) -> u64 {
        let Some(register) = find(offset).filter(|&register| allowed(register, offset, size)) else { return 0 };
        let s = &self.state;
        let whole = match register {
            Register::Ctlr => (u64::from(s.enabled) * CTLR_ENABLED) | (u64::from(s.creadr == s.cwriter) * CTLR_QUIESCENT),
            Register::Iidr => IIDR,
            Register::Typer => TYPER,
            Register::Cbaser => s.cbaser,
            Register::Cwriter => s.cwriter,
            Register::Creadr => s.creadr,
            Register::Baser(0) => s.device_table,
            Register::Baser(1) => s.collection_table,
            Register::Baser(_) => 0,
            Register::Identity => identity(offset),
        };
        match (register.size(), size) {
            (8, 4) => whole >> (offset % 8 * 8) & 0xffff_ffff,
            _ => whole,
        }
    }

    pub fn write(&mut self, offset: u64, size: u8, value: u64) {
        let Some(register) = find(offset).filter(|&register| allowed(register, offset, size)) else { return };
        match register {
            Register::Ctlr => self.write_control(value),
            Register::Cbaser if !self.state.enabled => {
                // 64 KiB aligned whatever the guest says.
                self.state.cbaser = sanitise(merge(self.state.cbaser, offset, size, value)) & !0xf000;
                self.state.creadr = 0;
                self.state.cwriter = 0;
            }
            Register::Cwriter => {
                let new = merge(self.state.cwriter, offset, size, value) & QUEUE_OFFSET;
                if new < self.state.queue_size() {
                    self.state.cwriter = new;
                    self.process_commands();
                }
            }
            Register::Baser(number) if !self.state.enabled => self.write_table(number, offset, size, value),
            _ => {}
        }
    }

    /// GITS_CREADR and the ABI revision in GITS_IIDR are writable from outside.
    pub fn user_write(&mut self, offset: u64, value: u64) -> Result<(), ItsError> {
        let register = find(offset).ok_or(ItsError::NoRegister)?;
        match register {
            Register::Creadr if self.state.enabled => Err(ItsError::Busy),
            Register::Creadr => {
                let new = value & QUEUE_OFFSET;
                if new >= self.state.queue_size() {
                    return Err(ItsError::Invalid);
                }
                self.state.creadr = new;
                Ok(())
            }
            // There is one ABI revision, 0.
            Register::Iidr if value >> 12 & 0xf != 0 => Err(ItsError::Invalid),
            _ => {
                self.write(offset, register.size(), value);
                Ok(())
            }
        }
    }

    fn write_control(&mut self, value: u64) {
        let s = &mut self.state;
        let enable = value & CTLR_ENABLED != 0;
        let tables = s.device_table & s.collection_table & s.cbaser & VALID != 0;
        // UNPREDICTABLE without its tables: KVM ignores it.
        if enable && !s.enabled && !tables {
            return;
        }
        s.enabled = enable;
        self.process_commands();
    }

    fn write_table(&mut self, number: u64, offset: u64, size: u8, value: u64) {
        let s = &mut self.state;
        let (register, kind, cleared) = match number {
            0 => (&mut s.device_table, DEVICES, 0),
            1 => (&mut s.collection_table, COLLECTIONS, INDIRECT),
            _ => return,
        };
        let new = merge(*register, offset, size, value) & !(TABLE_READ_ONLY | cleared | PAGE_SIZE_FIELD);
        let old = std::mem::replace(register, sanitise(new) | kind | (ENTRY - 1) << 48 | 2 << 8);
        let forgets = if self.rules.new_table_forgets { *register != old } else { *register & VALID == 0 };
        if forgets {
            if number == 0 { self.forget_devices() } else { self.forget_collections() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_that_kvm_does_not_offer() {
        assert_eq!(sanitise(2 << 10) >> 10 & 3, 1);
        assert_eq!(sanitise(0) >> 59 & 7, 3);
        assert_eq!(sanitise(7 << 59) >> 59 & 7, 7);
        assert_eq!(sanitise(5 << 53) >> 53 & 7, 0);
        assert_eq!(merge(0x1111_2222_3333_4444, 0x84, 4, 0xffff_0000_dead_beef), 0xdead_beef_3333_4444);
    }
}
