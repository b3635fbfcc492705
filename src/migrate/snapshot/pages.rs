//! Pages of RAM in a section: a count, the addresses, then the pages that are not all zeros. Knows no stream.

use crate::migrate::state::{PAGE_SIZE, Page};

/// Pages of one section.
pub const CHUNK_PAGES: usize = 256;
/// In an address: the page is all zeros and not stored.
const ZERO: u64 = 1;

/// A page's new content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageUpdate<'a> {
    /// Guest physical address.
    pub address: u64,
    /// Content; None is all zeros.
    pub page: Option<&'a Page>,
}

/// As bytes.
#[must_use]
pub fn encode_pages(pages: &[PageUpdate<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + pages.len() * (8 + PAGE_SIZE));
    bytes.extend((pages.len() as u32).to_le_bytes());
    for update in pages {
        let address = update.address | if update.page.is_none() { ZERO } else { 0 };
        bytes.extend(address.to_le_bytes());
    }
    for page in pages.iter().filter_map(|update| update.page) {
        bytes.extend(page.as_slice());
    }
    bytes
}

/// From bytes: each page goes to `take`, in order.
///
/// # Errors
/// What is wrong with them, or what `take` says.
pub fn decode_pages(bytes: &[u8], mut take: impl FnMut(u64, Option<Page>) -> Result<(), String>) -> Result<(), String> {
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
        take(address, Some(Box::new(*page)))?;
        data = left;
    }
    if data.is_empty() { Ok(()) } else { Err("bytes follow its last page".into()) }
}
