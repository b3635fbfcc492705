//! Loads and stores by virtual address: the TLB hit inline, everything else out of line. Permission rules are `mmu`'s.

use super::raw::{HostPage, Word};
use super::recent_slot::SlotView;
use super::slot::Backing;
use super::tag_check::{TAGGED, Tags};
use super::tlb::{DEVICE, Rights, SLOW_WRITE, TlbMode};
use crate::cpu::{Cpu, Exit, Pending, Stop};
use crate::mmu::{Fault, Translation};

/// What an access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// Data read.
    Read,
    /// Data write.
    Write,
    /// Instruction fetch.
    Fetch,
    /// Cache maintenance by address: needs read permission, reports WnR = 1 and CM = 1.
    Cache,
    /// No access: whether stores are permitted, for who stores nothing (AT, DC IVAC).
    MayWrite,
    /// No access: what memory is there, for the faults that come before those of permissions.
    Attributes,
}

impl Cpu {
    /// Loads a word at any alignment, with the permissions of the current EL.
    #[inline(always)]
    pub fn load<T: Word>(&mut self, address: u64, tags: Tags) -> Result<T, Stop> {
        let entry = self.tlb.entry(address);
        if entry.read == address & T::TAG_MASK {
            return Ok(T::read(HostPage(address.wrapping_add(entry.addend))));
        }
        self.load_as(self.tlb.mode(), address, tags)
    }

    /// Stores a word at any alignment, with the permissions of the current EL.
    #[inline(always)]
    pub fn store<T: Word>(&mut self, address: u64, value: T, tags: Tags) -> Result<(), Stop> {
        let entry = self.tlb.entry(address);
        if entry.write == address & T::TAG_MASK {
            T::write(HostPage(address.wrapping_add(entry.addend)), value);
            return Ok(());
        }
        self.store_as(self.tlb.mode(), address, value, tags)
    }

    /// Loads with the permissions of `mode` (LDTR has EL0's), out of line.
    #[cold]
    #[inline(never)]
    pub fn load_as<T: Word>(&mut self, mode: TlbMode, address: u64, tags: Tags) -> Result<T, Stop> {
        let offset = address & 0xfff;
        // Most who come here are unaligned, which is allowed.
        let entry = self.tlb.entry_of(mode, address);
        if entry.read == address & !0xfff && offset + T::SIZE <= 0x1000 && entry.physical & DEVICE == 0 && self.plain_data() {
            return Ok(T::read(HostPage(address.wrapping_add(entry.addend))));
        }
        self.check_alignment(mode, address, T::SIZE, AccessKind::Read)?;
        if offset + T::SIZE <= 0x1000 {
            let page = self.host_page(mode, address, AccessKind::Read)?;
            self.check_data_access(mode, address, T::SIZE, AccessKind::Read, tags)?;
            return Ok(self.in_order(T::read(page.add(offset))));
        }
        // Crosses into the next page: both must translate before anything is read.
        let low = self.host_page(mode, address, AccessKind::Read)?;
        let next = (address | 0xfff).wrapping_add(1);
        let high = self.host_page(mode, next, AccessKind::Read)?;
        self.check_data_access(mode, address, T::SIZE, AccessKind::Read, tags)?;
        let mut value = 0;
        for byte in (0..T::SIZE).rev() {
            let at = offset + byte;
            let page = if at < 0x1000 { low } else { high };
            value = value << 8 | u128::from(u8::read(page.add(at & 0xfff)));
        }
        Ok(self.in_order(T::truncate(value)))
    }

    /// Loads a word that the TLB did not answer for, and where no hole is known to be ([`Port::NoHole`]), with the permissions of the current EL.
    #[inline(always)]
    pub fn load_missed<T: Word>(&mut self, address: u64, tags: Tags) -> Result<T, Stop> {
        let mode = self.tlb.mode();
        if !address.is_multiple_of(T::SIZE) || self.tlb.entry(address).is_used() {
            return self.load_as(mode, address, tags);
        }
        let page = match self.fill_plainly::<false>(mode, address) {
            Some(page) => page,
            None => self.fill_by_walk(mode, address, AccessKind::Read)?,
        };
        self.check_data_access(mode, address, T::SIZE, AccessKind::Read, tags)?;
        Ok(self.in_order(T::read(page.add(address & 0xfff))))
    }

    /// Stores with the permissions of `mode` (STTR has EL0's), out of line.
    #[cold]
    #[inline(never)]
    pub fn store_as<T: Word>(&mut self, mode: TlbMode, address: u64, value: T, tags: Tags) -> Result<(), Stop> {
        let offset = address & 0xfff;
        let entry = self.tlb.entry_of(mode, address);
        if entry.write == address & !0xfff && offset + T::SIZE <= 0x1000 && entry.physical & DEVICE == 0 && self.plain_data() {
            T::write(HostPage(address.wrapping_add(entry.addend)), value);
            return Ok(());
        }
        self.check_alignment(mode, address, T::SIZE, AccessKind::Write)?;
        let value = self.in_order(value);
        if offset + T::SIZE <= 0x1000 {
            let page = self.host_page(mode, address, AccessKind::Write)?;
            self.check_data_access(mode, address, T::SIZE, AccessKind::Write, tags)?;
            T::write(page.add(offset), value);
            self.after_store(mode, address, T::SIZE);
            return Ok(());
        }
        // Crosses into the next page: both must be writable before anything is written.
        let low = self.host_page(mode, address, AccessKind::Write)?;
        let next = (address | 0xfff).wrapping_add(1);
        let high = self.host_page(mode, next, AccessKind::Write)?;
        self.check_data_access(mode, address, T::SIZE, AccessKind::Write, tags)?;
        for byte in 0..T::SIZE {
            let at = offset + byte;
            let page = if at < 0x1000 { low } else { high };
            u8::write(page.add(at & 0xfff), (value.extend() >> (8 * byte)) as u8);
        }
        self.after_crossing_store(mode, address, T::SIZE);
        Ok(())
    }

    /// Stores two words, one after the other in memory; when the second may not be stored, neither is.
    #[inline(always)]
    pub fn store_pair<T: Word>(&mut self, address: u64, low: T, high: T, tags: Tags) -> Result<(), Stop> {
        let entry = self.tlb.entry(address);
        // Inside one page whose stores are fast both are allowed.
        if address & 0xfff > 0x1000 - 2 * T::SIZE || entry.write != address & !0xfff {
            self.prepare_pair(address, T::SIZE, tags)?;
        }
        self.store(address, low, tags)?;
        self.store(address.wrapping_add(T::SIZE), high, tags)
    }

    #[cold]
    fn prepare_pair(&mut self, address: u64, size: u64, tags: Tags) -> Result<(), Stop> {
        self.check_alignment(self.tlb.mode(), address, size, AccessKind::Write)?;
        self.probe_write(address, 2 * size, tags)
    }

    /// Checks that `size` bytes at `address` may be written, without writing: for instructions whose partial effects would show.
    pub fn probe_write(&mut self, address: u64, size: u64, tags: Tags) -> Result<(), Stop> {
        let mode = self.tlb.mode();
        self.host_page(mode, address, AccessKind::Write)?;
        let last = address.wrapping_add(size - 1);
        if (address ^ last) & !0xfff != 0 {
            self.host_page(mode, last & !0xfff, AccessKind::Write)?;
        }
        self.check_data_access(mode, address, size, AccessKind::Write, tags)
    }

    /// Alignment rules for plain accesses of `size` bytes at `address`: SCTLR_EL1.A, and Device memory.
    pub(super) fn check_alignment(&mut self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        // Vector accesses are checked by element or register size elsewhere; 16 bytes is the largest single access.
        if address.is_multiple_of(size) {
            return Ok(());
        }
        if self.alignment_checked() {
            return Err(self.alignment_fault(address, kind));
        }
        self.check_device_alignment(mode, address, kind)
    }

    /// For an unaligned access: an Alignment fault on Device memory, which comes before Permission faults and any fault of stage 2. An
    /// access that has none of those changes nothing in the tables by that.
    pub(super) fn check_device_alignment(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<(), Stop> {
        let entry = self.tlb.entry_of(mode, address);
        let device = if [entry.read, entry.write].contains(&entry.tag(address)) {
            entry.physical & DEVICE != 0
        } else {
            match self.translate(address, AccessKind::Attributes, mode) {
                Ok(translation) => translation.device,
                Err(fault) => return Err(self.abort(address, kind, fault)),
            }
        };
        if device { Err(self.alignment_fault(address, kind)) } else { Ok(()) }
    }

    /// The host page of `address`, filling the TLB; a missing translation, permission or backing is an abort.
    pub(super) fn host_page(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<HostPage, Stop> {
        let entry = self.tlb.entry_of(mode, address);
        let page = entry.tag(address);
        let hit = match kind {
            AccessKind::Write => entry.write == page || (entry.read == page && entry.physical & SLOW_WRITE != 0),
            _ => entry.read == page,
        };
        if hit {
            let (host, physical) = (entry.host_page(address), entry.physical);
            if kind == AccessKind::Write && physical & SLOW_WRITE != 0 {
                self.announce_store(physical & !0xfff)?;
            }
            return Ok(host);
        }
        self.fill(mode, address, kind)
    }

    /// A store that must be noticed is about to happen. Where the hypervisor has no room for another page it leaves instead, as if
    /// somebody had asked for attention before the instruction.
    fn announce_store(&mut self, physical: u64) -> Result<(), Stop> {
        if self.memory.announce_store(physical) {
            self.pending = Pending::Exit(Exit::Kicked);
            return Err(Stop);
        }
        Ok(())
    }

    #[inline(never)]
    fn fill(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<HostPage, Stop> {
        if let Some(physical) = self.tlb.hole(mode, address, kind) {
            self.ask_for_port(address, physical);
            return Err(self.abort(address, kind, Fault::stage2(physical)));
        }
        let filled = match kind {
            AccessKind::Read => self.fill_plainly::<false>(mode, address),
            AccessKind::Write => self.fill_plainly::<true>(mode, address),
            AccessKind::Fetch | AccessKind::Cache | AccessKind::MayWrite | AccessKind::Attributes => None,
        };
        match filled {
            Some(page) => Ok(page),
            None => self.fill_by_walk(mode, address, kind),
        }
    }

    /// As [`Self::fill_by_walk`], for a load or a store that is like others before it; None leaves it to that. It is apart so that little has
    /// to be kept on the way: what is stored and loaded again takes most of the time otherwise.
    #[inline(never)]
    fn fill_plainly<const STORE: bool>(&mut self, mode: TlbMode, address: u64) -> Option<HostPage> {
        if self.program.is_some() || self.watches_pages() || self.tlb.has_page_tags() {
            return None;
        }
        let big_endian = self.big_endian_in(mode);
        let (physical, translation, backing) = self.walk_plainly(address, mode, STORE)?;
        if translation.attributes == TAGGED || STORE && (backing.readonly || backing.protected || backing.watch_writes) {
            return None;
        }
        let rights = Rights { big_endian, ..rights(physical, translation, &backing) };
        self.tlb.insert(mode, address, backing.host, &rights);
        Some(backing.host)
    }

    #[inline(never)]
    fn fill_by_walk(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<HostPage, Stop> {
        match self.walk(address, kind, mode) {
            Some(Ok(translation)) => self.enter_translation(mode, address, kind, &translation),
            Some(Err(fault)) => Err(self.abort(address, kind, fault)),
            None => self.fill_without_walk(mode, address, kind),
        }
    }

    #[inline(never)]
    fn fill_without_walk(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<HostPage, Stop> {
        match self.translate(address, kind, mode) {
            Ok(translation) => self.enter_translation(mode, address, kind, &translation),
            Err(fault) => Err(self.abort(address, kind, fault)),
        }
    }

    /// Has the TLB hold a translation, if there is memory behind it.
    #[inline(always)]
    fn enter_translation(&mut self, mode: TlbMode, address: u64, kind: AccessKind, translation: &Translation) -> Result<HostPage, Stop> {
        let mut memory = SlotView { memory: &self.memory, recent: &mut self.recent_slot };
        let Some(backing) = memory.backing(translation.physical) else {
            return Err(self.nothing_there(mode, address, kind, *translation));
        };
        if kind == AccessKind::Write && backing.protected {
            return Err(self.abort(address, kind, Fault::stage2(translation.physical)));
        }
        if kind == AccessKind::Write && backing.readonly {
            return Err(self.abort(address, kind, Fault::stage2_permission(translation.physical)));
        }
        let tags = self.is_tagged(translation.attributes).then(|| self.memory.tags_behind(&backing));
        let checked = tags.is_some() && self.checks_tags(mode, address);
        let (watchpoint, big_endian) = (self.page_watched(address), self.big_endian_in(mode));
        let rights = Rights { watchpoint, big_endian, checked, ..rights(translation.physical, translation, &backing) };
        self.tlb.insert(mode, address, backing.host, &rights);
        if tags.is_some() || self.tlb.has_page_tags() {
            self.tlb.insert_page_tags(mode, address, tags);
        }
        if kind == AccessKind::Write && backing.watch_writes {
            self.announce_store(translation.physical)?;
        }
        Ok(backing.host)
    }

    /// Stage 2 has no memory.
    #[cold]
    #[inline(never)]
    fn nothing_there(&mut self, mode: TlbMode, address: u64, kind: AccessKind, translation: Translation) -> Stop {
        // A slot whose host memory is not there may have it the next time.
        if !self.memory.is_slot(translation.physical) {
            self.tlb.insert_hole(mode, address, &translation);
            self.ask_for_port(address, translation.physical);
        }
        self.abort(address, kind, Fault::stage2(translation.physical))
    }

    /// Has the hole of an address know who is there.
    fn ask_for_port(&mut self, address: u64, physical: u64) {
        // Who traces wants to see exits.
        if !self.tlb.has_port(address)
            && self.plain_data()
            && self.trace.is_none()
            && let Some(hypervisor) = &mut self.hypervisor
        {
            let port = hypervisor.port(physical);
            self.tlb.set_port(address, port, hypervisor.published(port, physical & !0xfff));
        }
    }

    /// Bookkeeping after a store inside a page that did not go through a plain writable entry.
    pub(super) fn after_store(&mut self, mode: TlbMode, address: u64, size: u64) {
        if let Some(physical) = self.watched(mode, address) {
            self.note_store(address, physical, size);
        }
    }

    /// The same for a store that may lie in two pages. Noting the first may empty the TLB, so both are looked up before.
    pub(super) fn after_crossing_store(&mut self, mode: TlbMode, address: u64, size: u64) {
        let here = size.min(0x1000 - (address & 0xfff));
        let next = address.wrapping_add(here);
        let second = if here < size { self.watched(mode, next) } else { None };
        self.after_store(mode, address, here);
        if let Some(physical) = second {
            self.note_store(next, physical, size - here);
        }
    }

    /// The physical address, when stores there must be noticed.
    #[inline]
    fn watched(&self, mode: TlbMode, address: u64) -> Option<u64> {
        let physical = self.tlb.entry_of(mode, address).physical;
        (physical & SLOW_WRITE != 0).then_some(physical & !0xfff | address & 0xfff)
    }

    #[inline(never)]
    fn note_store(&mut self, address: u64, physical: u64, size: u64) {
        if self.memory.note_store(physical, size) {
            self.code_written(physical & !0xfff);
        }
        // The page may need no watching any more (its code is gone, it is dirty already): let the next store ask again.
        if self.memory.backing(physical).is_some_and(|backing| !backing.watch_writes) {
            self.tlb.flush_page(address);
        }
    }
}

#[inline(always)]
fn rights(physical: u64, translation: &Translation, backing: &Backing) -> Rights {
    Rights {
        physical: physical & !0xfff,
        read: translation.read,
        write: translation.write && !backing.readonly && !backing.protected,
        device: translation.device,
        span: translation.span,
        watch_writes: backing.watch_writes,
        watchpoint: false,
        checked: false,
        big_endian: false,
    }
}
