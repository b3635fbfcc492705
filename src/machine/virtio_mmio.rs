//! The virtio-mmio slots, all of them empty: a driver that probes one reads device ID 0 and goes on (virtio 1.2, 4.2.2). It
//! implements no virtio device.

/// "virt", little-endian.
const MAGIC: u32 = 0x7472_6976;
/// Empty transports of QEMU's board answer as legacy ones.
const VERSION: u32 = 1;
/// "QEMU", which drivers ignore in an empty slot.
const VENDOR: u32 = 0x554d_4551;

/// Reads the register at a word-aligned offset in a slot; everything but the identification is zero.
#[must_use]
pub fn read(offset: u64) -> u32 {
    match offset {
        0x00 => MAGIC,
        0x04 => VERSION,
        0x0c => VENDOR,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    /// What qemu-system-aarch64 7.2 -M virt answers.
    #[test]
    fn as_measured() {
        for (offset, expected) in [
            (0x00, 0x7472_6976),
            (0x04, 1),
            (0x08, 0),
            (0x0c, 0x554d_4551),
            (0x10, 0),
            (0x34, 0),
            (0x44, 0),
            (0x60, 0),
            (0x70, 0),
            (0x100, 0),
        ] {
            assert_eq!(super::read(offset), expected, "{offset:#x}");
        }
    }
}
