//! The parameter block that X1 points at, and strings of the guest. Every access may fail with EFAULT; nothing here trusts a
//! length that the guest gave.

use rustix::io::Errno;

use super::{APPLICATION_EXIT, Guest};

/// Bytes moved between guest and host at a time.
pub const CHUNK: usize = 0x1_0000;
/// Longest file name (PATH_MAX).
const NAME_MAX: u64 = 4096;
/// Longest string of SYS_WRITE0: one without an end in sight is a wild pointer.
const STRING_MAX: usize = 16 << 20;
const PAGE: u64 = 0x1000;

/// A call's parameter: mostly the address of a block of 64-bit fields.
pub struct Block<'a> {
    guest: &'a dyn Guest,
    address: u64,
}

impl<'a> Block<'a> {
    pub fn new(guest: &'a dyn Guest, address: u64) -> Self {
        Block { guest, address }
    }

    pub fn guest(&self) -> &'a dyn Guest {
        self.guest
    }

    pub fn address(&self) -> u64 {
        self.address
    }

    fn field_address(&self, index: u64) -> u64 {
        self.address.wrapping_add(8 * index)
    }

    pub fn field(&self, index: u64) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        self.guest.read(self.field_address(index), &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    pub fn set_field(&self, index: u64, value: u64) -> Result<(), Errno> {
        self.guest.write(self.field_address(index), &value.to_le_bytes())
    }

    /// A file name: its address in field `index`, its length in the field `length`.
    pub fn name(&self, index: u64, length: u64) -> Result<Vec<u8>, Errno> {
        let (address, length) = (self.field(index)?, self.field(length)?);
        if length > NAME_MAX {
            return Err(Errno::NAMETOOLONG);
        }
        let mut name = vec![0; length as usize];
        self.guest.read(address, &mut name)?;
        Ok(name)
    }

    /// The string at the parameter itself, up to a zero byte.
    pub fn terminated_string(&self) -> Result<Vec<u8>, Errno> {
        let mut text = Vec::new();
        let mut page = [0; PAGE as usize];
        while text.len() < STRING_MAX {
            let at = self.address.wrapping_add(text.len() as u64);
            let room = (PAGE - at % PAGE) as usize;
            let part = page.get_mut(..room).unwrap_or_default();
            self.guest.read(at, part)?;
            let end = part.iter().position(|&byte| byte == 0);
            text.extend(part.iter().take(end.unwrap_or(room)));
            if end.is_some() {
                return Ok(text);
            }
        }
        Err(Errno::TOOBIG)
    }

    /// Writes `text` and a zero byte to a buffer of `size` bytes.
    pub fn put_string(&self, address: u64, size: u64, text: &[u8]) -> Result<(), Errno> {
        if text.len() as u64 >= size {
            return Err(Errno::TOOBIG);
        }
        self.guest.write(address, text)?;
        self.guest.write(address.wrapping_add(text.len() as u64), &[0])
    }

    /// SYS_EXIT and SYS_EXIT_EXTENDED, which are the same in AArch64: a reason and, for an application's exit, its status.
    /// Any other reason means that the program did not end well.
    pub fn exit_status(&self) -> Result<i32, Errno> {
        Ok(if self.field(0)? == APPLICATION_EXIT { self.field(1)? as i32 } else { 1 })
    }
}
