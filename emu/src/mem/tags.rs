//! Allocation Tags (FEAT_MTE2): four bits for every sixteen bytes of host memory that guests see. They belong to the memory, not to a
//! slot, so that they outlive slots and are the same through all slots of one memory; a guest without tags never makes any.
//! Decides about no access.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// log2 of the host memory that a chunk of tags is for.
const CHUNK_BITS: u32 = 21;
/// Words of a 4 KiB page's tags; a word has those of sixteen granules.
pub const TAG_WORDS: usize = 16;
/// log2 of the bytes of a granule.
const GRANULE_BITS: u32 = 4;

type Chunk = Arc<[AtomicU64]>;

/// The tags of a VM's memory; what has no chunk has zeros.
#[derive(Debug, Default)]
pub(super) struct TagMemory {
    chunks: RwLock<BTreeMap<u64, Chunk>>,
}

impl TagMemory {
    /// The tags of the page at a host address, to be read and written.
    pub fn page(&self, host: u64) -> PageTags {
        let key = host >> CHUNK_BITS;
        let known = self.chunks.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let chunk = known.unwrap_or_else(|| {
            let mut chunks = self.chunks.write().unwrap_or_else(PoisonError::into_inner);
            chunks.entry(key).or_insert_with(|| (0..TAG_WORDS << (CHUNK_BITS - 12)).map(|_| AtomicU64::new(0)).collect()).clone()
        });
        PageTags { chunk, first: (host >> 12) as usize % (1 << (CHUNK_BITS - 12)) * TAG_WORDS }
    }

    /// The same, without making any: None is all zeros.
    pub fn existing(&self, host: u64) -> Option<PageTags> {
        let exists = self.chunks.read().unwrap_or_else(PoisonError::into_inner).contains_key(&(host >> CHUNK_BITS));
        exists.then(|| self.page(host))
    }

    /// The memory of a range is another from now on: its tags are zero.
    pub fn clear(&self, host: u64, size: u64) {
        let pages = (host >> 12)..=(host.saturating_add(size.max(1) - 1) >> 12);
        let chunks = self.chunks.read().unwrap_or_else(PoisonError::into_inner);
        for (&key, chunk) in chunks.range(pages.start() >> (CHUNK_BITS - 12)..=pages.end() >> (CHUNK_BITS - 12)) {
            let first = key << (CHUNK_BITS - 12);
            for (page, words) in (first..).zip(chunk.chunks_exact(TAG_WORDS)) {
                if pages.contains(&page) {
                    words.iter().for_each(|word| word.store(0, Ordering::Release));
                }
            }
        }
    }

    /// The memory of a range goes elsewhere, with its tags; what is left in its place is another.
    pub fn moves(&self, from: u64, to: u64, size: u64) {
        let pages = (from >> 12)..(from.saturating_add(size) >> 12);
        let mut moved = Vec::new();
        for (&key, chunk) in self.chunks.read().unwrap_or_else(PoisonError::into_inner).range(pages.start >> (CHUNK_BITS - 12)..) {
            let first = key << (CHUNK_BITS - 12);
            if first >= pages.end {
                break;
            }
            let inside = (first..).zip(chunk.chunks_exact(TAG_WORDS)).filter(|(page, _)| pages.contains(page));
            moved.extend(inside.map(|(page, words)| (page, std::array::from_fn(|index| words[index].load(Ordering::Acquire)))));
        }
        self.clear(from, size);
        self.clear(to, size);
        for (page, words) in moved {
            if words != [0; TAG_WORDS] {
                self.page(to + ((page - pages.start) << 12)).set_words(&words);
            }
        }
    }
}

/// The tags of one 4 KiB page.
#[derive(Clone, Debug)]
pub struct PageTags {
    chunk: Chunk,
    first: usize,
}

impl PageTags {
    fn word(&self, index: usize) -> Option<&AtomicU64> {
        self.chunk.get(self.first + index % TAG_WORDS)
    }

    /// The tag of the granule that an address lies in, of which the offset in the page counts.
    #[inline]
    pub fn get(&self, address: u64) -> u8 {
        let granule = (address & 0xfff) >> GRANULE_BITS;
        let word = self.word((granule / 16) as usize).map_or(0, |word| word.load(Ordering::Acquire));
        (word >> (granule % 16 * 4)) as u8 & 15
    }

    /// Sets it.
    pub fn set(&self, address: u64, tag: u8) {
        let granule = (address & 0xfff) >> GRANULE_BITS;
        let shift = granule % 16 * 4;
        if let Some(word) = self.word((granule / 16) as usize) {
            let update = |old: u64| Some(old & !(15 << shift) | u64::from(tag & 15) << shift);
            // Always Some: it never fails.
            let _ = word.fetch_update(Ordering::AcqRel, Ordering::Acquire, update);
        }
    }

    /// All of them, the lowest granule's in the lowest bits.
    pub fn words(&self) -> [u64; TAG_WORDS] {
        std::array::from_fn(|index| self.word(index).map_or(0, |word| word.load(Ordering::Acquire)))
    }

    /// Sets all of them.
    pub fn set_words(&self, words: &[u64; TAG_WORDS]) {
        for (index, &value) in words.iter().enumerate() {
            if let Some(word) = self.word(index) {
                word.store(value, Ordering::Release);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_made_when_asked_for() {
        let memory = TagMemory::default();
        assert!(memory.existing(0x7f00_0020_1000).is_none());
        let page = memory.page(0x7f00_0020_1000);
        page.set(0x123, 0xa);
        page.set(0xffff_fff0, 5);
        assert_eq!((page.get(0x120), page.get(0x12f), page.get(0x130), page.get(0xff8)), (0xa, 0xa, 0, 5));
        assert_eq!((page.words()[1], page.words()[15]), (0xa00, 5 << 60));
        assert_eq!(memory.existing(0x7f00_0020_1fff).map(|page| page.get(0x120)), Some(0xa));
        assert_eq!(memory.existing(0x7f00_0020_2000).map(|page| page.words()), Some([0; TAG_WORDS]));
        assert!(memory.existing(0x7f00_0040_0000).is_none());
    }

    #[test]
    fn tags_go_with_their_memory() {
        let memory = TagMemory::default();
        let tags = |page: u64| memory.page(page << 12);
        (0x1fe..0x203).for_each(|page| tags(page).set(0x40, page as u8 & 15));
        tags(0x5001).set(0, 9);
        memory.moves(0x1ff << 12, 0x5000 << 12, 0x3000);
        let at = |first: u64, count: u64| (first..first + count).map(|page| tags(page).get(0x40)).collect::<Vec<u8>>();
        assert_eq!((at(0x1fe, 5), at(0x5000, 4), tags(0x5001).get(0)), (vec![14, 0, 0, 0, 2], vec![15, 0, 1, 0], 0));
    }

    #[test]
    fn clearing_is_by_page() {
        let memory = TagMemory::default();
        let tags = |page: u64| memory.page(page << 12);
        (0x1fe..0x203).for_each(|page| tags(page).set(0, 3));
        memory.clear(0x1ff << 12, 0x3000);
        let left: Vec<u8> = (0x1fe..0x203).map(|page| tags(page).get(0)).collect();
        assert_eq!(left, [3, 0, 0, 0, 3]);
        memory.clear(0, u64::MAX);
        assert_eq!(tags(0x1fe).get(0), 0);
    }
}
