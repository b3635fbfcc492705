//! Mappings by size and number: a set of them that says quickly, and most often, that none contains an address. Translates nothing.

use rustc_hash::FxHashSet;

/// Mappings of 2^span bytes: log2 of the size, and the address above that.
#[derive(Debug, Default)]
pub(super) struct SpanSet {
    mappings: FxHashSet<(u8, u64)>,
    /// Their sizes: bit n for 1 << n.
    sizes: u64,
    /// A bit for each 64th of all hashes that a mapping has had.
    filter: u64,
}

#[inline]
fn filter_bit(span: u8, number: u64) -> u64 {
    1 << ((number ^ u64::from(span)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

impl SpanSet {
    pub fn len(&self) -> usize {
        self.mappings.len()
    }

    pub fn insert(&mut self, span: u8, number: u64) {
        if self.mappings.insert((span, number)) {
            self.sizes |= 1 << span;
            self.filter |= filter_bit(span, number);
        }
    }

    #[inline]
    pub fn has(&self, span: u8, number: u64) -> bool {
        self.filter & filter_bit(span, number) != 0 && self.really_has(span, number)
    }

    #[inline(never)]
    fn really_has(&self, span: u8, number: u64) -> bool {
        self.mappings.contains(&(span, number))
    }

    /// One of them contains an address.
    #[inline]
    pub fn contain(&self, address: u64) -> bool {
        let mut sizes = self.sizes;
        while sizes != 0 {
            let span = sizes.trailing_zeros() as u8;
            if self.has(span, address >> span) {
                return true;
            }
            sizes &= sizes - 1;
        }
        false
    }

    /// Drops those whose first address is not to be kept.
    pub fn retain(&mut self, keep: impl Fn(u64) -> bool) {
        self.mappings.retain(|&(span, number)| keep(number << span));
        if self.mappings.is_empty() {
            (self.sizes, self.filter) = (0, 0);
        }
    }

    pub fn clear(&mut self) {
        self.mappings.clear();
        (self.sizes, self.filter) = (0, 0);
    }
}
