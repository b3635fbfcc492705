//! The local exclusive monitor. The global monitor is not modelled: a store-exclusive succeeds when memory still holds what
//! the load-exclusive saw, decided by a host compare-and-swap, as the architecture allows for IMPLEMENTATION DEFINED clearing.

/// What LDXR remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Monitor {
    /// Virtual address of the exclusive access, None when open.
    pub address: Option<u64>,
    /// Size in bytes.
    pub size: u8,
    /// The value that was loaded.
    pub value: u128,
}

impl Monitor {
    /// ClearExclusiveLocal().
    #[inline]
    pub fn clear(&mut self) {
        self.address = None;
    }

    /// Marks `size` bytes at `address`, which held `value`.
    #[inline]
    pub fn mark(&mut self, address: u64, size: u8, value: u128) {
        *self = Monitor { address: Some(address), size, value };
    }

    /// The remembered value when the store-exclusive matches the marked range.
    #[inline]
    pub fn expected(&self, address: u64, size: u8) -> Option<u128> {
        (self.address == Some(address) && self.size == size).then_some(self.value)
    }
}
