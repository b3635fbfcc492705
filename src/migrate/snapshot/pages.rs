//! Pages of RAM in a section: a count, the addresses, then the pages that are not all zeros. Knows no stream.

use crate::migrate::state::PAGE_SIZE;

/// Pages of one section.
pub const CHUNK_PAGES: usize = 256;
/// In an address: the page is all zeros and not stored.
const ZERO: u64 = 1;
/// Bytes before the pages of a full section.
const ROOM: usize = 4 + CHUNK_PAGES * 8;

/// What becomes of pages of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeros {
    /// They are named.
    Told,
    /// They are left out: the reader's RAM is all zeros.
    Known,
}

/// Pages on their way into a section. How many they are is known last, so that there is room for all addresses before the first.
#[derive(Clone, Debug)]
pub struct PageBatch {
    addresses: Vec<u64>,
    bytes: Vec<u8>,
}

impl Default for PageBatch {
    fn default() -> PageBatch {
        PageBatch { addresses: Vec::with_capacity(CHUNK_PAGES), bytes: vec![0; ROOM] }
    }
}

impl PageBatch {
    /// Adds the page at `address`.
    pub fn add(&mut self, address: u64, page: &[u8; PAGE_SIZE], zeros: Zeros) {
        if *page != [0; PAGE_SIZE] {
            self.addresses.push(address);
            self.bytes.extend_from_slice(page);
        } else if zeros == Zeros::Told {
            self.addresses.push(address | ZERO);
        }
    }

    /// No page more goes into this section.
    pub fn is_full(&self) -> bool {
        self.addresses.len() == CHUNK_PAGES
    }

    /// The section's content, when there is any; the batch is empty afterwards, once `send` has had it.
    ///
    /// # Errors
    /// What `send` says.
    pub fn take<E>(&mut self, send: impl FnOnce(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.addresses.is_empty() {
            return Ok(());
        }
        let count = self.addresses.len();
        let start = ROOM - 4 - 8 * count;
        self.bytes[start..start + 4].copy_from_slice(&(count as u32).to_le_bytes());
        for (place, address) in self.bytes[start + 4..ROOM].chunks_exact_mut(8).zip(&self.addresses) {
            place.copy_from_slice(&address.to_le_bytes());
        }
        let sent = send(&self.bytes[start..]);
        self.addresses.clear();
        self.bytes.truncate(ROOM);
        sent
    }
}

/// From bytes: each page goes to `take`, in order; None is all zeros.
///
/// # Errors
/// What is wrong with them, or what `take` says.
pub fn decode_pages(bytes: &[u8], mut take: impl FnMut(u64, Option<&[u8; PAGE_SIZE]>) -> Result<(), String>) -> Result<(), String> {
    let (count, rest) = bytes.split_first_chunk::<4>().ok_or("it has no count")?;
    let count = u32::from_le_bytes(*count) as usize;
    let (addresses, mut data) = rest.split_at_checked(count.saturating_mul(8)).ok_or("it has fewer addresses than it says")?;
    for address in addresses.chunks_exact(8) {
        let address = address.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
        if address & !ZERO & (PAGE_SIZE as u64 - 1) != 0 {
            return Err(format!("{address:#x} is not the address of a page"));
        }
        if address & ZERO != 0 {
            take(address & !ZERO, None)?;
            continue;
        }
        let (page, left) = data.split_first_chunk::<PAGE_SIZE>().ok_or("it has fewer pages than addresses")?;
        take(address, Some(page))?;
        data = left;
    }
    if data.is_empty() { Ok(()) } else { Err("bytes follow its last page".into()) }
}
