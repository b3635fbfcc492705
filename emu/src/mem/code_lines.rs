//! Which 64-byte lines of memory hold decoded instructions: a word of bits for each 4 KiB page. Decodes nothing and drops nothing.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Pages in a piece of a sparse table: eight GiB.
const PIECE: usize = 1 << 21;

/// The words of all pages.
#[derive(Debug)]
pub(super) enum CodeLines {
    /// One after the other.
    Dense(Box<[AtomicU64]>),
    /// In pieces that are there once something in them is marked: for address spaces, which are mostly empty.
    Sparse(Box<[OnceLock<Box<[AtomicU64]>>]>),
}

impl Default for CodeLines {
    fn default() -> CodeLines {
        CodeLines::Dense(Box::default())
    }
}

impl CodeLines {
    /// For the pages of a slot, which may be more than anybody has memory for.
    pub fn of_slot(pages: u64) -> CodeLines {
        if pages > PIECE as u64 { CodeLines::sparse(pages) } else { CodeLines::Dense(super::raw::zeroed(pages as usize)) }
    }

    /// For so many pages.
    pub fn sparse(pages: u64) -> CodeLines {
        CodeLines::Sparse((0..pages.div_ceil(PIECE as u64)).map(|_| OnceLock::new()).collect())
    }

    #[inline]
    fn word(&self, page: usize) -> Option<&AtomicU64> {
        match self {
            CodeLines::Dense(words) => words.get(page),
            CodeLines::Sparse(pieces) => pieces.get(page / PIECE)?.get()?.get(page % PIECE),
        }
    }

    /// The lines of a page.
    #[inline]
    pub fn of(&self, page: usize) -> u64 {
        self.word(page).map_or(0, |word| word.load(Ordering::SeqCst))
    }

    /// Adds lines; returns those that there were.
    pub fn mark(&self, page: usize, lines: u64) -> u64 {
        if let CodeLines::Sparse(pieces) = self
            && let Some(piece) = pieces.get(page / PIECE)
        {
            piece.get_or_init(|| super::raw::zeroed(PIECE));
        }
        self.word(page).map_or(0, |word| word.fetch_or(lines, Ordering::SeqCst))
    }

    /// Forgets a page's.
    pub fn clear(&self, page: usize) {
        if let Some(word) = self.word(page) {
            word.store(0, Ordering::SeqCst);
        }
    }

    /// Forgets the lines of the pages from `first` to `last`; returns those pages that had any.
    pub fn take(&self, first: usize, last: usize) -> Vec<usize> {
        let mut taken = Vec::new();
        let mut page = first;
        while page <= last {
            match self.word(page) {
                Some(word) if word.swap(0, Ordering::SeqCst) != 0 => taken.push(page),
                Some(_) => {}
                // Nothing is marked in the rest of the piece.
                None => page |= PIECE - 1,
            }
            page += 1;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparse_table_has_what_is_marked() {
        let lines = CodeLines::sparse(1 << 35);
        let far = (1 << 35) - 1;
        assert_eq!((lines.mark(far, 5), lines.mark(far, 2), lines.of(far), lines.of(7)), (0, 5, 7, 0));
        lines.mark(PIECE, 1);
        lines.mark(PIECE + 9, 1);
        assert_eq!(lines.take(3, PIECE + 8), [PIECE]);
        assert_eq!(lines.take(0, far), [PIECE + 9, far]);
        assert_eq!(lines.of(far), 0);
        assert_eq!(lines.mark(1 << 35, 1), 0);
    }
}
