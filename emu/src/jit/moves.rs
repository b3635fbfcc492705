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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::pages::LATE;
    use super::super::region::{Page, word_of};
    use super::super::{Context, JitLevel};
    use super::*;
    use crate::cpu::{Cpu, CpuConfig};
    use crate::mem::{Halves, PhysicalMemory};
    use crate::timer::Clock;

    const PHYSICAL: u64 = 0x4000_0000;
    /// CBZ X0 over the next; ADD X1, X1, #1; B to the page behind. Both other blocks have late entries.
    const WORDS: [u32; 3] = [0xb400_0040, 0x9100_0421, 0x1400_03fe];
    const AFTER: u64 = 8;

    fn cpu() -> Cpu {
        let model = sysregs::models::by_name("cortex-a57").expect("a model");
        let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
        Cpu::new(Arc::new(config), Arc::new(PhysicalMemory::default()), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)))
    }

    /// A link may be made after everything was forgotten, by code that was running all the time, and the page move then.
    #[test]
    fn links_and_late_entries_go_with_their_page() {
        let mut cpu = cpu();
        let mut code = Code::new(JitLevel::V3, &cpu.features, false).expect("memory");
        let context = Context::of(&cpu);
        let read = |from: usize, to: &mut [u8]| {
            let page: Vec<u8> = WORDS.into_iter().flat_map(u32::to_le_bytes).chain([0; 4096]).collect();
            to.copy_from_slice(&page[from..from + to.len()]);
            true
        };
        let addresses = [1, 2, 3].map(|number| 0x7000_0000_0000 + 0x1_0000 * number);
        for address in addresses {
            cpu.pc = address;
            code.discover(&mut Page::default(), &read, &cpu, PHYSICAL, context);
            code.translate(PHYSICAL, address, context).expect("code");
        }
        code.forget_addresses(context.space(), Halves::ALL);
        let target = code.find(PHYSICAL, addresses[1], context).expect("code");
        code.link(0, context, target);
        assert_eq!((code.links[0].target, code.linked_to(0)), (addresses[0] + 0x1000, code.memory.offset(target)));

        let there = 0x7000_0009_0000;
        assert!(code.find(PHYSICAL, there, context).is_some() && code.pages_moved == 1);
        assert_eq!((code.links[0].target, code.linked_to(0)), (there + 0x1000, code.links[0].unlinked));

        let late = code.pages.find(&MappedPage::of(PHYSICAL, there, context)).expect("moved").at(word_of(AFTER));
        assert_ne!(late & LATE, 0, "nobody has come there");
        assert!(code.find(PHYSICAL, there + AFTER, context).is_some());
        assert_eq!(code.sites.last().map(|site| site.pc), Some(there + AFTER));
    }

    impl Code {
        /// Where a link's jump goes.
        fn linked_to(&self, link: usize) -> u32 {
            let at = self.links[link].jump;
            u32::from_le_bytes(self.memory.read(at)).wrapping_add(at + 4)
        }
    }
}
