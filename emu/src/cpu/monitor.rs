//! The local exclusive monitor. The global monitor is not modelled: a store-exclusive succeeds when memory still holds what
//! the load-exclusive saw, decided by a host compare-and-swap, as the architecture allows for IMPLEMENTATION DEFINED clearing.
//!
//! What the hypervisor does for the guest (HVC, devices, trapped registers) clears the monitor, as the ERET back does. A trapped read whose
//! answer was given in advance does not: `--traps=exact` has it go the whole way.

/// What LDXR remembered. Generated code reads and writes the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Monitor {
    /// The value that was loaded.
    pub(crate) value: u128,
    /// Virtual address of the exclusive access.
    pub(crate) address: u64,
    /// Size in bytes, 0 when the monitor is open.
    pub(crate) size: u64,
}

impl Monitor {
    /// ClearExclusiveLocal().
    #[inline]
    pub fn clear(&mut self) {
        self.size = 0;
    }

    /// Marks `size` bytes at `address`, which held `value`.
    #[inline]
    pub fn mark(&mut self, address: u64, size: u8, value: u128) {
        *self = Monitor { address, size: size.into(), value };
    }

    /// Address, size and value of what is marked.
    pub fn marked(&self) -> Option<(u64, u8, u128)> {
        (self.size != 0).then_some((self.address, self.size as u8, self.value))
    }

    /// The remembered value when the store-exclusive matches the marked range.
    #[inline]
    pub fn expected(&self, address: u64, size: u8) -> Option<u128> {
        (self.address == address && self.size == u64::from(size)).then_some(self.value)
    }
}
