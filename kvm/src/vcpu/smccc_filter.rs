//! KVM_ARM_VM_SMCCC_FILTER: which calls KVM handles, denies or forwards to user space. Answers no call.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::errno::{EBUSY, EEXIST, EINVAL, Errno};
use crate::vm::{VmFd, lock};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// KVM answers as ever.
    #[default]
    Handle,
    /// NOT_SUPPORTED.
    Deny,
    /// KVM_EXIT_HYPERCALL.
    Forward,
}

#[derive(Clone, Copy, Debug)]
struct Range {
    first: u32,
    last: u32,
    action: Action,
}

/// Architecture calls cannot be filtered (`init_smccc_filter` reserves them).
const RESERVED: [(u32, u32); 2] = [(0x8000_0000, 0x8000_ffff), (0xc000_0000, 0xc000_ffff)];

/// A VM's filter.
#[derive(Debug, Default)]
pub(crate) struct SmcccFilter {
    ranges: Mutex<Vec<Range>>,
    /// There are ranges; most VMs have none, and calls need not lock.
    present: AtomicBool,
}

impl SmcccFilter {
    /// `kvm_smccc_get_action`.
    #[inline]
    pub fn action(&self, function: u32) -> Action {
        if self.present.load(Ordering::Acquire) { self.action_in_ranges(function) } else { Action::Handle }
    }

    fn action_in_ranges(&self, function: u32) -> Action {
        let ranges = lock(&self.ranges);
        ranges.iter().find(|range| (range.first..=range.last).contains(&function)).map_or(Action::Handle, |range| range.action)
    }

    /// Adds `count` functions from `first` on.
    ///
    /// # Errors
    /// EINVAL for an empty or wrapping range or an unknown action, EBUSY when the VM has run, EEXIST for one that meets another or architecture calls.
    pub fn add(&self, first: u32, count: u32, action: u8, has_run: bool) -> Result<(), Errno> {
        let action = match action {
            0 => Action::Handle,
            1 => Action::Deny,
            2 => Action::Forward,
            _ => return Err(EINVAL),
        };
        let last = count.checked_sub(1).and_then(|more| first.checked_add(more)).ok_or(EINVAL)?;
        if has_run {
            return Err(EBUSY);
        }
        let mut ranges = lock(&self.ranges);
        let meets = |(from, to): (u32, u32)| first <= to && from <= last;
        if RESERVED.into_iter().any(meets) || ranges.iter().any(|range| meets((range.first, range.last))) {
            return Err(EEXIST);
        }
        ranges.push(Range { first, last, action });
        self.present.store(true, Ordering::Release);
        Ok(())
    }
}

impl VmFd {
    /// KVM_SET_DEVICE_ATTR of KVM_ARM_VM_SMCCC_FILTER: `count` functions from `first` on are handled (0), denied (1), forwarded (2).
    ///
    /// # Errors
    /// EINVAL for an empty or wrapping range, an unknown action, and on kernels without filters; EBUSY after the first run; EEXIST
    /// for a range that meets another or architecture calls.
    pub fn set_smccc_filter(&self, first: u32, count: u32, action: u8) -> Result<(), Errno> {
        // The filter came together with SMC calls (6.4).
        if !self.vm.host.personality.traits().smc_calls {
            return Err(EINVAL);
        }
        // No functions from 0 on end at the last one, and that is no smaller.
        let all = first == 0 && count == 0 && !self.vm.host.personality.traits().empty_filter_refused;
        let count = if all { u32::MAX } else { count };
        self.vm.smccc_filter.add(first, count, action, self.vm.has_run.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let filter = SmcccFilter::default();
        assert_eq!(filter.add(0x8400_0000, 0, 1, false), Err(EINVAL));
        assert_eq!(filter.add(0xffff_ffff, 2, 1, false), Err(EINVAL));
        assert_eq!(filter.add(0x8400_0000, 1, 3, false), Err(EINVAL));
        assert_eq!(filter.add(0x8400_0000, 1, 3, true), Err(EINVAL));
        assert_eq!(filter.add(0x8000_ffff, 1, 1, true), Err(EBUSY));
        assert_eq!(filter.add(0x8000_ffff, 1, 1, false), Err(EEXIST));
        assert_eq!(filter.add(0xbfff_ffff, 2, 2, false), Err(EEXIST));
        assert_eq!(filter.add(0x8400_0000, 0x20, 1, false), Ok(()));
        assert_eq!(filter.add(0x8400_001f, 1, 2, false), Err(EEXIST));
        assert_eq!(filter.add(0x8400_0020, 1, 2, false), Ok(()));
        for (function, action) in [
            (0x83ff_ffff, Action::Handle),
            (0x8400_0000, Action::Deny),
            (0x8400_001f, Action::Deny),
            (0x8400_0020, Action::Forward),
            (0x8400_0021, Action::Handle),
        ] {
            assert_eq!(filter.action(function), action, "{function:#x}");
        }
    }
}
