//! KVM_GET_DIRTY_LOG and KVM_CLEAR_DIRTY_LOG (virt/kvm/kvm_main.c): which pages of a memory slot the guest has written. The
//! writes are noticed in `emu::mem`; user space's own are not its business to log, but count when they come through this crate.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use emu::mem::Slot;

use crate::abi::cap::{CAP_MANUAL_DIRTY_LOG_PROTECT2, CAP_NR_MEMSLOTS};
use crate::errno::{EINVAL, ENOENT, ENXIO, Errno};
use crate::vm::VmFd;

/// KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE: reading the log leaves it as it is.
const MANUAL_PROTECT: u64 = 1;
/// KVM_DIRTY_LOG_INITIALLY_SET.
const INITIALLY_SET: u64 = 2;
/// Pages of one word of the log.
const WORD: u64 = 64;

impl VmFd {
    /// KVM_GET_DIRTY_LOG: a bit for each page of the slot. Unless KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 is enabled, the log starts
    /// anew.
    ///
    /// # Errors
    /// ENXIO with dirty rings and without KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, EINVAL for a number that no slot can have, ENOENT for
    /// a slot that does not exist or has no log.
    pub fn get_dirty_log(&self, slot: u32) -> Result<Vec<u64>, Errno> {
        if !self.vm.dirty_rings.has_bitmap() {
            return Err(ENXIO);
        }
        self.check_slot_number(slot)?;
        let slot = self.logged_slot(slot)?;
        let manual = self.vm.enabled.manual_dirty_log.load(Ordering::SeqCst) & MANUAL_PROTECT != 0;
        if self.vm.dirty_rings.in_use() {
            return Ok(self.vm.dirty_rings.take_bitmap(slot.id, |_| if manual { 0 } else { u64::MAX }));
        }
        if manual {
            return Ok((0..slot.log_words()).map(|word| slot.peek_dirty(word)).collect());
        }
        let log = (0..slot.log_words()).map(|word| slot.take_dirty(word, u64::MAX)).collect();
        // Nobody writes to these pages unnoticed when this returns.
        self.vm.peers.flush_and_wait();
        Ok(log)
    }

    /// KVM_CLEAR_DIRTY_LOG: the log of the pages that are set in `bitmap`, which begins at `first_page`, starts anew.
    ///
    /// # Errors
    /// EINVAL on kernels before 5.0, and for a range that is not in the slot or not made of whole words of the log, unless it
    /// ends with the slot; ENOENT as [`Self::get_dirty_log`].
    pub fn clear_dirty_log(&self, slot: u32, first_page: u64, num_pages: u32, bitmap: &[u64]) -> Result<(), Errno> {
        self.clear_dirty_log_with(slot, first_page, num_pages, &mut |words| {
            words.copy_from_slice(bitmap.get(..words.len()).ok_or(EINVAL)?);
            Ok(())
        })
    }

    /// The same with a bitmap that `fetch` brings once the range is known to be good.
    pub(crate) fn clear_dirty_log_with(
        &self,
        slot: u32,
        first_page: u64,
        num_pages: u32,
        fetch: &mut dyn FnMut(&mut [u64]) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        if self.check_extension(CAP_MANUAL_DIRTY_LOG_PROTECT2)? == 0 {
            return Err(EINVAL);
        }
        if !self.vm.dirty_rings.has_bitmap() {
            return Err(ENXIO);
        }
        self.check_slot_number(slot)?;
        if !first_page.is_multiple_of(WORD) {
            return Err(EINVAL);
        }
        let slot = self.logged_slot(slot)?;
        let (count, pages) = (u64::from(num_pages), slot.pages());
        let left = pages.checked_sub(first_page).ok_or(EINVAL)?;
        if count > left || (count < left && !count.is_multiple_of(WORD)) {
            return Err(EINVAL);
        }
        let mut bitmap = vec![0; count.div_ceil(WORD) as usize];
        fetch(&mut bitmap)?;
        let first = (first_page / WORD) as usize;
        if self.vm.dirty_rings.in_use() {
            let mask = |word: usize| word.checked_sub(first).and_then(|index| bitmap.get(index)).copied().unwrap_or_default();
            self.vm.dirty_rings.take_bitmap(slot.id, mask);
            return Ok(());
        }
        let cleared = bitmap.iter().zip(first..).fold(0, |all, (&mask, word)| all | slot.take_dirty(word, mask));
        if cleared != 0 {
            self.vm.peers.flush_and_wait();
        }
        Ok(())
    }

    fn check_slot_number(&self, slot: u32) -> Result<(), Errno> {
        let known = slot >> 16 == 0 && i64::from(slot) < self.check_extension(CAP_NR_MEMSLOTS)?;
        if known { Ok(()) } else { Err(EINVAL) }
    }

    fn logged_slot(&self, id: u32) -> Result<Arc<Slot>, Errno> {
        self.vm.memory.slot(id).filter(|slot| slot.flags.log_dirty).ok_or(ENOENT)
    }

    /// A slot is about to be installed: if its log begins, then with every page where KVM_DIRTY_LOG_INITIALLY_SET says so
    /// (`kvm_prepare_memory_region`).
    pub(crate) fn begin_log(&self, slot: &Slot, had_log: bool) {
        // kvm_dirty_log_manual_protect_and_init_set
        let initially_set = self.vm.enabled.manual_dirty_log.load(Ordering::SeqCst) & INITIALLY_SET != 0;
        let rings = &self.vm.dirty_rings;
        rings.slot_changes(slot.id, slot.flags.log_dirty.then(|| slot.pages()), initially_set);
        if slot.flags.log_dirty && !had_log && initially_set && !rings.in_use() {
            slot.mark_all_dirty();
        }
    }
}

#[cfg(test)]
mod tests {
    use vm_memory::MmapRegion;

    use super::*;
    use crate::abi::{VcpuInit, vcpu_feature};
    use crate::{Host, Kvm, VcpuExit, VcpuFd, core_regs};

    const BASE: u64 = 0x4000_0000;
    const PAGES: u64 = 130;
    const CAP: u32 = CAP_MANUAL_DIRTY_LOG_PROTECT2;

    /// `str x0, [x1]; b .`, in the first page.
    const STORE: [u32; 2] = [0xf900_0020, 0x1400_0000];

    fn machine(kernel: &str) -> (VmFd, VcpuFd) {
        let vm = Kvm::new(Host::new("cortex-a72", kernel).expect("known")).create_vm().expect("a VM");
        vm.add_memory(3, BASE, Arc::new(MmapRegion::new((PAGES * 4096) as usize).expect("memory"))).expect("a slot");
        let code: Vec<u8> = STORE.iter().flat_map(|word| word.to_le_bytes()).collect();
        vm.memory().write_bytes(BASE, &code).expect("there is memory");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let VcpuInit { target, mut features } = vm.get_preferred_target();
        features[0] = vcpu_feature::PSCI_0_2;
        vcpu.vcpu_init(&VcpuInit { target, features }).expect("initialised");
        (vm, vcpu)
    }

    /// The guest stores to pages.
    fn store(vcpu: &VcpuFd, pages: &[u64]) {
        for page in pages {
            vcpu.set_reg_u64(core_regs::PC, BASE).expect("set");
            vcpu.set_reg_u64(core_regs::x(1), BASE + page * 4096 + 8).expect("set");
            assert_eq!(vcpu.run_for(3), Ok(VcpuExit::Quantum));
        }
    }

    fn bits(pages: &[u64]) -> Vec<u64> {
        let mut words = vec![0; PAGES.div_ceil(64) as usize];
        pages.iter().for_each(|page| words[(page / 64) as usize] |= 1 << (page % 64));
        words
    }

    #[test]
    fn reading_starts_the_log_anew() {
        let (vm, vcpu) = machine("4.20");
        assert_eq!(vm.get_dirty_log(3), Err(ENOENT));
        store(&vcpu, &[1, 2]);
        vm.log_dirty_pages(3, true).expect("a log");
        assert_eq!(vm.get_dirty_log(3), Ok(bits(&[])));
        for pages in [&[5, 64, 129][..], &[5, 1], &[0], &[]] {
            store(&vcpu, pages);
            store(&vcpu, pages);
            assert_eq!(vm.get_dirty_log(3), Ok(bits(pages)));
        }
        store(&vcpu, &[7]);
        vm.log_dirty_pages(3, true).expect("as it is");
        assert_eq!(vm.get_dirty_log(3), Ok(bits(&[7])));
        vm.log_dirty_pages(3, false).expect("no log");
        store(&vcpu, &[7]);
        assert_eq!(vm.get_dirty_log(3), Err(ENOENT));
        assert_eq!(vm.clear_dirty_log(3, 0, 64, &[0]), Err(EINVAL), "4.20 has no such ioctl");
    }

    #[test]
    fn clearing_by_hand() {
        let (vm, vcpu) = machine("6.12");
        vm.enable_cap(CAP, 0, [MANUAL_PROTECT, 0, 0, 0]).expect("offered");
        vm.log_dirty_pages(3, true).expect("a log");
        store(&vcpu, &[3, 70, 128]);
        for _ in 0..2 {
            assert_eq!(vm.get_dirty_log(3), Ok(bits(&[3, 70, 128])));
        }
        assert_eq!(vm.clear_dirty_log(3, 64, 64, &[u64::MAX]), Ok(()));
        assert_eq!(vm.get_dirty_log(3), Ok(bits(&[3, 128])));
        assert_eq!(vm.clear_dirty_log(3, 128, 2, &[u64::MAX]), Ok(()));
        store(&vcpu, &[70]);
        assert_eq!(vm.get_dirty_log(3), Ok(bits(&[3, 70])));
        assert_eq!(vm.clear_dirty_log(3, 0, 64, &[0]), Ok(()), "nothing set, nothing cleared");
        assert_eq!(vm.get_dirty_log(3), Ok(bits(&[3, 70])));
    }

    #[test]
    fn initially_every_page() {
        let (vm, _) = machine("6.12");
        vm.enable_cap(CAP, 0, [MANUAL_PROTECT | INITIALLY_SET, 0, 0, 0]).expect("offered");
        vm.log_dirty_pages(3, true).expect("a log");
        assert_eq!(vm.get_dirty_log(3), Ok(vec![u64::MAX, u64::MAX, 3]));
    }

    #[test]
    fn errnos() {
        let (vm, _) = machine("6.12");
        vm.log_dirty_pages(3, true).expect("a log");
        assert_eq!(vm.get_dirty_log(4), Err(ENOENT));
        assert_eq!(vm.get_dirty_log(1 << 16 | 3), Err(EINVAL));
        assert_eq!(vm.get_dirty_log(0xffff), Err(EINVAL));
        assert_eq!(vm.clear_dirty_log(4, 0, 64, &[0]), Err(ENOENT));
        assert_eq!(vm.clear_dirty_log(4, 1, 64, &[0]), Err(EINVAL));
        for (first, count) in [(1, 64), (0, 63), (0, 131), (192, 0), (128, 3), (64, 65)] {
            assert_eq!(vm.clear_dirty_log(3, first, count, &[0; 4]), Err(EINVAL), "{first} {count}");
        }
        for (first, count) in [(0, 130), (64, 64), (128, 2), (128, 0)] {
            assert_eq!(vm.clear_dirty_log(3, first, count, &[0; 4]), Ok(()), "{first} {count}");
        }
    }
}
