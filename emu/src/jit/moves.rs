//! Code that goes with its page to another virtual address. A page of a library is somewhere else in each process, so that its code would be
//! translated for each of them; what names addresses in it is known by place instead, and is changed. Code of the upper half, where
//! kernels are, stays. Executes nothing.

use std::ops::Range;

use super::pages::MappedPage;
use super::pieces::Piece;
use super::store::Code;
use crate::mem::is_upper;

fn of<'a, T>(kept: &'a mut [T], numbers: &Range<u32>) -> &'a mut [T] {
    kept.get_mut(numbers.start as usize..numbers.end as usize).unwrap_or_default()
}

impl Code {
    /// Lets code of the same physical page that was found last at another address, which nobody relies on any more, be what is found at `to`.
    #[cold]
    pub(super) fn move_page(&mut self, to: &MappedPage) -> Option<()> {
        if is_upper(to.address) {
            return None;
        }
        let (from, number) = self.pages.give(to, self.epoch(to))?;
        let delta = to.address.wrapping_sub(from);
        let pieces = std::mem::take(&mut self.pages.movable(number).pieces);
        pieces.iter().for_each(|piece| self.move_piece(piece, delta));
        self.pages.movable(number).pieces = pieces;
        self.pages_moved += 1;
        Some(())
    }

    fn move_piece(&mut self, piece: &Piece, delta: u64) {
        let add = |address: &mut u64| *address = address.wrapping_add(delta);
        for site in of(&mut self.sites, &piece.sites) {
            add(&mut site.pc);
            site.insn.move_by(delta);
        }
        for link in of(&mut self.links, &piece.links) {
            add(&mut link.target);
            self.memory.patch_jump(link.jump, link.unlinked);
        }
        of(&mut self.late_entries, &piece.entries).iter_mut().for_each(|entry| add(&mut entry.pc));
        of(&mut self.frames, &piece.frames).iter_mut().for_each(|frame| add(&mut frame.page));
        for constant in of(&mut self.constants, &piece.constants) {
            self.memory.add(*constant, delta);
        }
    }
}
