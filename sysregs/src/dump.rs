//! Register dumps: (KVM register id, value) lists as Firecracker's fingerprints and raw texts hold
//! them, and the ID values in them. Converts pairs of strings; reads no file and knows no JSON.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::{Encoding, IdValues, Kind, SysReg};

/// KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX, class CCSIDR: the low byte is CSSELR_EL1.
const KVM_CCSIDR: u64 = 0x6020_0000_0011_0000;

/// The largest KVM register (KVM_REG_SIZE_U2048) in bytes.
const LARGEST: usize = 256;

/// One register of a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpEntry {
    /// KVM's register id.
    pub id: u64,
    /// The value, little-endian; as long as the id says.
    pub value: Vec<u8>,
}

impl DumpEntry {
    /// The value as a number, if it has at most 64 bits.
    pub fn number(&self) -> Option<u64> {
        let bytes = self.value.iter().rev();
        (self.value.len() <= 8).then(|| bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// Bytes of the register that a KVM id names (its bits 55:52).
pub const fn size_of_id(id: u64) -> usize {
    1 << (id >> 52 & 0xf)
}

/// A bit pattern in which some bits may be left open, as CPU templates have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// Little-endian; zero where open.
    pub value: Vec<u8>,
    /// Which bits are given.
    pub given: Vec<u8>,
}

impl Bitmap {
    /// Reads `0b` and one character a bit: `0`, `1`, or `x` for open; `_` only groups.
    pub fn parse(text: &str) -> Result<Self, DumpError> {
        let digits = text.strip_prefix("0b").ok_or(DumpError::BadBitmap)?;
        let bits: Vec<u8> = digits.bytes().filter(|b| *b != b'_').rev().collect();
        if bits.is_empty() || bits.len() > LARGEST * 8 {
            return Err(DumpError::BadBitmap);
        }
        let mut bitmap = Bitmap { value: Vec::new(), given: Vec::new() };
        for byte in bits.chunks(8) {
            let (mut value, mut given) = (0, 0);
            for (i, bit) in byte.iter().enumerate() {
                match bit {
                    b'0' => given |= 1 << i,
                    b'1' => {
                        given |= 1 << i;
                        value |= 1 << i;
                    }
                    b'x' => {}
                    _ => return Err(DumpError::BadBitmap),
                }
            }
            bitmap.value.push(value);
            bitmap.given.push(given);
        }
        Ok(bitmap)
    }

    /// Whether no bit is open. A last byte with fewer than eight digits counts as open above them.
    pub fn is_complete(&self) -> bool {
        self.given.iter().all(|byte| *byte == 0xff)
    }
}

/// Why a dump could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpError {
    /// Not a `0x` number of 64 bits.
    BadId,
    /// Not `0b` with digits 0, 1, x.
    BadBitmap,
    /// Not a `0x` number, or more digits than the id's size allows.
    BadValue { id: u64 },
    /// The bitmap leaves bits open: a template, not a dump.
    Open { id: u64 },
    /// The value's length is not the one its id states.
    WrongSize { id: u64, expected: usize, found: usize },
    /// The id occurs twice.
    Repeated { id: u64 },
    /// A line is not `id value`.
    BadLine { line: usize },
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DumpError::BadId => f.write_str("register id is not a 0x number of 64 bits"),
            DumpError::BadBitmap => f.write_str("bitmap is not 0b followed by 0, 1 or x"),
            DumpError::BadValue { id } => write!(f, "value of register {id:#x} is not a 0x number of its size"),
            DumpError::Open { id } => write!(f, "register {id:#x} has open bits (x): a template, not a dump"),
            DumpError::WrongSize { id, expected, found } => write!(f, "register {id:#x} has {expected} bytes, its value {found}"),
            DumpError::Repeated { id } => write!(f, "register {id:#x} occurs twice"),
            DumpError::BadLine { line } => write!(f, "line {line}: expected `0x<register id> 0x<value>`"),
        }
    }
}

impl core::error::Error for DumpError {}

/// A dump in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterDump {
    entries: Vec<DumpEntry>,
}

impl RegisterDump {
    pub const fn new() -> Self {
        RegisterDump { entries: Vec::new() }
    }

    pub fn entries(&self) -> &[DumpEntry] {
        &self.entries
    }

    /// Appends a register.
    pub fn push(&mut self, id: u64, value: Vec<u8>) -> Result<(), DumpError> {
        let expected = size_of_id(id);
        if value.len() != expected {
            return Err(DumpError::WrongSize { id, expected, found: value.len() });
        }
        if self.get(id).is_some() {
            return Err(DumpError::Repeated { id });
        }
        self.entries.push(DumpEntry { id, value });
        Ok(())
    }

    pub fn get(&self, id: u64) -> Option<&DumpEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// From the (`addr`, `bitmap`) pairs of a Firecracker fingerprint's `reg_modifiers`. Firecracker
    /// pads every bitmap to 128 digits; what lies above the register must be zero or open.
    pub fn from_modifiers<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, DumpError> {
        let mut dump = Self::new();
        for (addr, bitmap) in pairs {
            let id = hex(addr).ok_or(DumpError::BadId)?;
            let mut bitmap = Bitmap::parse(bitmap)?;
            let size = size_of_id(id);
            if bitmap.value.iter().skip(size).any(|byte| *byte != 0) {
                return Err(DumpError::WrongSize { id, expected: size, found: bitmap.value.len() });
            }
            bitmap.value.truncate(size);
            bitmap.given.truncate(size);
            if bitmap.given.len() < size || !bitmap.is_complete() {
                return Err(DumpError::Open { id });
            }
            dump.push(id, bitmap.value)?;
        }
        Ok(dump)
    }

    /// The (`addr`, `bitmap`) pairs of a Firecracker fingerprint, in the same notation and padding.
    pub fn modifiers(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.entries.iter().map(|entry| {
            let bits: String = entry.value.iter().rev().map(|byte| format!("{byte:08b}")).collect();
            (format!("{:#x}", entry.id), format!("0b{bits:0>128}"))
        })
    }

    /// From lines `0x<id> 0x<value>`, in KVM_GET_REG_LIST's order; `#` starts a comment line.
    pub fn parse(text: &str) -> Result<Self, DumpError> {
        let mut dump = Self::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            let (Some(id), Some(value), None) = (words.next().and_then(hex), words.next(), words.next()) else {
                return Err(DumpError::BadLine { line: index + 1 });
            };
            dump.push(id, hex_bytes(value, size_of_id(id)).ok_or(DumpError::BadValue { id })?)?;
        }
        Ok(dump)
    }

    /// The lines that [`parse`](Self::parse) reads.
    pub fn to_text(&self) -> String {
        let line = |entry: &DumpEntry| {
            let digits: String = entry.value.iter().rev().map(|byte| format!("{byte:02x}")).collect();
            format!("{:#018x} 0x{digits}\n", entry.id)
        };
        self.entries.iter().map(line).collect()
    }

    /// The identification values in the dump: what the guest was shown, not what its host is.
    pub fn id_values(&self) -> IdValues {
        let mut ids = IdValues::new();
        for entry in &self.entries {
            let Some(number) = entry.number() else { continue };
            let register = Encoding::from_kvm_id(entry.id).and_then(SysReg::from_encoding);
            match register.filter(|register| register.row().kind == Kind::Id) {
                Some(register) => ids.set(register, number),
                None if entry.id & !0xff == KVM_CCSIDR => ids.set_ccsidr(entry.id as u8, number),
                None => {}
            }
        }
        ids
    }
}

impl fmt::Display for RegisterDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

fn hex(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'))?;
    u64::from_str_radix(digits, 16).ok()
}

/// A hexadecimal number of any length as `size` little-endian bytes; `None` if it does not fit.
fn hex_bytes(text: &str, size: usize) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.is_empty())?;
    let mut nibbles = digits.chars().rev().map(|c| c.to_digit(16));
    let mut bytes = Vec::with_capacity(size);
    for _ in 0..size {
        let low = nibbles.next().unwrap_or(Some(0))?;
        let high = nibbles.next().unwrap_or(Some(0))?;
        bytes.push((high << 4 | low) as u8);
    }
    nibbles.all(|nibble| nibble == Some(0)).then_some(bytes)
}

/// A text that names what a KVM id is, as far as this room knows it.
pub fn name_of_id(id: u64) -> String {
    match Encoding::from_kvm_id(id) {
        Some(encoding) => SysReg::from_encoding(encoding).map_or_else(|| encoding.generic_name().to_string(), |r| r.to_string()),
        None if id & !0xff == KVM_CCSIDR => format!("CCSIDR_EL1[{}]", id & 0xff),
        None => format!("{id:#018x}"),
    }
}
