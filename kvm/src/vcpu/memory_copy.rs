//! Memory Copy and Memory Set exceptions of EL1: registers in the form of another PE's option go back to what the prologue had
//! (`kvm_hyp_handle_mops`; Arm ARM, rules CNTMJ and MWFQH). EL0's are its kernel's affair.

use super::VcpuState;

/// PSTATE.N.
const NEGATIVE: u32 = 1 << 31;

impl VcpuState {
    /// The sequence begins again with its prologue.
    pub(super) fn restart_memory_copy(&mut self, esr: u64) {
        let bit = |at: u32| esr >> at & 1 != 0;
        let (set, epilogue) = (bit(24), bit(18));
        // WrongOption and OptionA of the PE that reports: the registers are in the other form.
        let option_a = bit(16) != bit(17);
        let number = |at: u32| (esr >> at & 31) as u8;
        let (to, from, count) = (number(10), number(5), number(0));
        let size = self.register(count);
        if option_a {
            // Minus the bytes that remain; the addresses are those of the end. Backward copies have neither.
            if set || size >> 63 != 0 {
                self.move_register(to, size);
                if !set {
                    self.move_register(from, size);
                }
                self.set_register(count, size.wrapping_neg());
            }
        } else if !set && self.cpu.nzcv & NEGATIVE != 0 {
            // A backward copy, with the addresses past the last byte.
            self.move_register(to, size.wrapping_neg());
            self.move_register(from, size.wrapping_neg());
        }
        self.cpu.pc = self.cpu.pc.wrapping_sub(if epilogue { 8 } else { 4 });
        // A step that was due for this instruction is over.
        if self.cpu.stepping() {
            self.cpu.finish_step(false);
        }
    }

    /// A general register by number, 31 being XZR.
    fn register(&self, number: u8) -> u64 {
        if number >= 31 { 0 } else { self.cpu.x[number as usize] }
    }

    fn move_register(&mut self, number: u8, by: u64) {
        self.set_register(number, self.register(number).wrapping_add(by));
    }

    /// A general register by number; XZR takes nothing.
    fn set_register(&mut self, number: u8, value: u64) {
        if number < 31 {
            self.cpu.x[number as usize] = value;
        }
    }
}
