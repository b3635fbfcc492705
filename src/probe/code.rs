//! Code for the probe's guests: the few instructions that they are made of, and exception vectors that report. Runs nothing.

use super::machine::{DEVICE, Machine, PC, Probe, RAM, sysreg, x};

/// Offsets in RAM.
const VECTORS: u64 = 0x1000;
pub const CODE: u64 = 0x1_0000;
/// B to itself.
pub const LOOP: u32 = 0x1400_0000;
pub const ISB: u32 = 0xd503_3fdf;
/// Where reports of exceptions and of the end go.
pub const EXCEPTION: u64 = DEVICE + 0x10;
pub const END: u64 = DEVICE + 0x28;

/// MRS Xt of an encoding as in [`sysreg`].
pub const fn mrs(register: u64, rt: u32) -> u32 {
    0xd520_0000 | (register as u32 & 0xffff) << 5 | rt
}

/// MSR.
pub const fn msr(register: u64, rt: u32) -> u32 {
    0xd500_0000 | (register as u32 & 0xffff) << 5 | rt
}

/// STR Xt, [Xn, #offset].
pub const fn str(rt: u32, rn: u32, offset: u32) -> u32 {
    0xf900_0000 | (offset / 8) << 10 | rn << 5 | rt
}

/// MOV Xt, #value, of 16 bits.
pub const fn mov(rt: u32, value: u32) -> u32 {
    0xd280_0000 | value << 5 | rt
}

const ESR_EL1: u64 = sysreg(3, 0, 5, 2, 0);
const FAR_EL1: u64 = sysreg(3, 0, 6, 0, 0);
const ELR_EL1: u64 = sysreg(3, 0, 4, 0, 1);
const VBAR_EL1: u64 = sysreg(3, 0, 12, 0, 0);

/// A vector: its number and ESR_EL1 to the device, then on, `skip` bytes behind the instruction.
fn vector(number: u32, skip: u32) -> [u32; 9] {
    [
        mrs(ESR_EL1, 21),
        mov(22, number),
        // ORR X21, X21, X22, LSL #56
        0xaa00_0000 | 22 << 16 | 56 << 10 | 21 << 5 | 21,
        str(21, 20, 0x10),
        mrs(FAR_EL1, 21),
        mrs(ELR_EL1, 21),
        // ADD X21, X21, #skip
        0x9100_0000 | skip << 10 | 21 << 5 | 21,
        msr(ELR_EL1, 21),
        // ERET
        0xd69f_03e0,
    ]
}

impl Probe {
    /// Vectors that go on `skip` bytes behind what stopped.
    pub(super) fn vectors(&mut self, machine: &Machine, skip: u32) {
        for number in 0..16 {
            self.write_guest(machine.vm, RAM + VECTORS + 0x80 * u64::from(number), &vector(number, skip));
        }
    }

    /// The code of a guest, and registers so that it starts there.
    pub(super) fn load_guest(&mut self, machine: &Machine, code: &[u32]) {
        self.write_guest(machine.vm, RAM + CODE, code);
        for (id, value) in [(VBAR_EL1, RAM + VECTORS), (x(20), DEVICE), (PC, RAM + CODE)] {
            self.set(machine.vcpu, id, value);
        }
    }
}
