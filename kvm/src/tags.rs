//! KVM_ARM_MTE_COPY_TAGS (`kvm_vm_ioctl_mte_copy_tags`): Allocation Tags of guest memory, a byte each, page by page. Whether the host
//! memory of a slot can have tags (its mapping's flags) is not looked at: here all can.

use std::sync::atomic::Ordering;

use emu::mem::TAG_WORDS;

use crate::VmFd;
use crate::errno::{EBUSY, EFAULT, EINVAL, Errno};
use crate::vm::lock;

const PAGE: u64 = 0x1000;
/// MTE_GRANULES_PER_PAGE.
pub const TAGS_PER_PAGE: usize = 256;
/// KVM_ARM_TAGS_FROM_GUEST.
pub const TAGS_FROM_GUEST: u64 = 1;

/// The tags of one page.
pub(crate) type PageOfTags = [u8; TAGS_PER_PAGE];

/// `struct kvm_arm_copy_mte_tags`, without the address of the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyMteTags {
    /// First guest physical address.
    pub guest_ipa: u64,
    /// Bytes of guest memory.
    pub length: u64,
    /// [`TAGS_FROM_GUEST`], or 0 for tags that go to the guest.
    pub flags: u64,
    /// Zeros.
    pub reserved: [u64; 2],
}

/// One byte a granule, as user space has them.
fn unpack(words: &[u64; TAG_WORDS]) -> PageOfTags {
    std::array::from_fn(|granule| (words[granule / 16] >> (granule % 16 * 4)) as u8 & 15)
}

/// Bits above a tag are ignored (STG does not look at them).
fn pack(tags: &PageOfTags) -> [u64; TAG_WORDS] {
    std::array::from_fn(|word| tags[16 * word..16 * (word + 1)].iter().rev().fold(0, |all, &tag| all << 4 | u64::from(tag & 15)))
}

impl VmFd {
    /// KVM_ARM_MTE_COPY_TAGS from the guest, from `guest_ipa` on: a page for each 256 bytes of `tags`. Gives the bytes of guest memory
    /// whose tags were copied: fewer when something later has no memory.
    ///
    /// # Errors
    /// As [`Self::mte_copy_tags_to_guest`], without EBUSY.
    pub fn mte_copy_tags_from_guest(&self, guest_ipa: u64, tags: &mut [u8]) -> Result<u64, Errno> {
        let copy = CopyMteTags { guest_ipa, length: 16 * tags.len() as u64, flags: TAGS_FROM_GUEST, reserved: [0; 2] };
        self.copy_tags(&copy, &mut |offset, page| {
            tags.get_mut(offset..offset + TAGS_PER_PAGE).ok_or(EFAULT)?.copy_from_slice(page);
            Ok(())
        })
    }

    /// KVM_ARM_MTE_COPY_TAGS to the guest.
    ///
    /// # Errors
    /// EINVAL for a VM without KVM_CAP_ARM_MTE and for what is not whole pages; EFAULT when the first page has no memory, or none that
    /// may be written; EBUSY while some slot logs dirty pages (since 6.13: tags are not logged).
    pub fn mte_copy_tags_to_guest(&self, guest_ipa: u64, tags: &[u8]) -> Result<u64, Errno> {
        let copy = CopyMteTags { guest_ipa, length: 16 * tags.len() as u64, flags: 0, reserved: [0; 2] };
        self.copy_tags(&copy, &mut |offset, page| {
            page.copy_from_slice(tags.get(offset..offset + TAGS_PER_PAGE).ok_or(EFAULT)?);
            Ok(())
        })
    }

    /// The checks in the kernel's order, then page by page; `user` takes the tags of a page, or brings them, at an offset in the buffer.
    pub(crate) fn copy_tags(
        &self,
        copy: &CopyMteTags,
        user: &mut dyn FnMut(usize, &mut PageOfTags) -> Result<(), Errno>,
    ) -> Result<u64, Errno> {
        if !self.vm.enabled.mte.load(Ordering::SeqCst) || copy.reserved != [0; 2] || copy.flags & !TAGS_FROM_GUEST != 0 {
            return Err(EINVAL);
        }
        if !copy.length.is_multiple_of(PAGE) || !copy.guest_ipa.is_multiple_of(PAGE) || i32::try_from(copy.length).is_err() {
            return Err(EINVAL);
        }
        let _no_slot_changes = lock(&self.vm.slots);
        let to_guest = copy.flags & TAGS_FROM_GUEST == 0;
        let logging = || self.vm.memory.slots().iter().any(|slot| slot.flags.log_dirty);
        if to_guest && self.vm.host.personality.traits().unlogged_tags_refused && logging() {
            return Err(EBUSY);
        }
        let mut done = 0;
        while done < copy.length {
            let (offset, address) = ((done / PAGE) as usize * TAGS_PER_PAGE, copy.guest_ipa.wrapping_add(done));
            let copied = if to_guest { self.set_tags(address, offset, user) } else { self.get_tags(address, offset, user) };
            match copied {
                Ok(()) => done += PAGE,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    fn get_tags(
        &self,
        address: u64,
        offset: usize,
        user: &mut dyn FnMut(usize, &mut PageOfTags) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let words = self.vm.memory.page_tags(address).ok_or(EFAULT)?;
        user(offset, &mut unpack(&words))
    }

    /// When user space's copy breaks, the page has no stale tags.
    fn set_tags(
        &self,
        address: u64,
        offset: usize,
        user: &mut dyn FnMut(usize, &mut PageOfTags) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let writable = self.vm.memory.backing(address).is_some_and(|backing| !backing.readonly);
        if !writable {
            return Err(EFAULT);
        }
        let mut page = [0; TAGS_PER_PAGE];
        let brought = user(offset, &mut page);
        let words = if brought.is_ok() { pack(&page) } else { [0; TAG_WORDS] };
        self.vm.memory.set_page_tags(address, &words);
        brought
    }
}

#[cfg(test)]
mod tests;
