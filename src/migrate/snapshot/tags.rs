//! Allocation Tags of pages in a section: a count, the addresses, then the tags of pages where some are not zero. Knows no stream.

use crate::migrate::state::{PAGE_SIZE, PageTags, TAG_BYTES};

/// Pages of one section.
pub const CHUNK_TAGS: usize = 4096;
/// In an address: the tags are all zeros and not stored.
const ZERO: u64 = 1;

/// New tags of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagUpdate<'a> {
    /// Guest physical address.
    pub address: u64,
    /// The tags; None is all zeros.
    pub tags: Option<&'a PageTags>,
}

/// As bytes.
#[must_use]
pub fn encode_tags(pages: &[TagUpdate<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + pages.len() * (8 + TAG_BYTES));
    bytes.extend((pages.len() as u32).to_le_bytes());
    for update in pages {
        bytes.extend((update.address | if update.tags.is_none() { ZERO } else { 0 }).to_le_bytes());
    }
    for tags in pages.iter().filter_map(|update| update.tags) {
        bytes.extend(tags.as_slice());
    }
    bytes
}

/// From bytes: each page's tags go to `take`, in order.
///
/// # Errors
/// What is wrong with them, or what `take` says.
pub fn decode_tags(bytes: &[u8], mut take: impl FnMut(u64, Option<PageTags>) -> Result<(), String>) -> Result<(), String> {
    let (count, rest) = bytes.split_first_chunk::<4>().ok_or("it has no count")?;
    let count = u32::from_le_bytes(*count) as usize;
    let (addresses, mut data) = rest.split_at_checked(count.saturating_mul(8)).ok_or("it has fewer addresses than it says")?;
    for address in addresses.as_chunks::<8>().0 {
        let address = u64::from_le_bytes(*address);
        if address & !ZERO & (PAGE_SIZE as u64 - 1) != 0 {
            return Err(format!("{address:#x} is not the address of a page"));
        }
        if address & ZERO != 0 {
            take(address & !ZERO, None)?;
            continue;
        }
        let (tags, left) = data.split_first_chunk::<TAG_BYTES>().ok_or("it has tags of fewer pages than addresses")?;
        take(address, Some(*tags))?;
        data = left;
    }
    if data.is_empty() { Ok(()) } else { Err("bytes follow its last tags".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back_and_damage_is_noticed() {
        let some = [0x5a; TAG_BYTES];
        let updates = [TagUpdate { address: 0x4000_0000, tags: Some(&some) }, TagUpdate { address: 0x4000_2000, tags: None }];
        let bytes = encode_tags(&updates);
        let decode = |bytes: &[u8]| {
            let mut found = Vec::new();
            decode_tags(bytes, |address, tags| {
                found.push((address, tags));
                Ok(())
            })?;
            Ok::<_, String>(found)
        };
        assert_eq!(decode(&bytes), Ok(vec![(0x4000_0000, Some(some)), (0x4000_2000, None)]));
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length}");
        }
        assert!(decode(&[&bytes[..], &[0]].concat()).is_err());
        let mut crooked = bytes;
        crooked[5] = 8;
        assert!(decode(&crooked).is_err());
    }
}
