//! Instructions whose immediate is an address that follows from their own: what changes in them when their page is mapped elsewhere.
//! Decodes nothing.

use super::{Insn, Op};

impl Op {
    /// The immediate of a decoded instruction is an address near its own.
    pub fn is_relative(self) -> bool {
        let address = matches!(self, Op::ADR | Op::ADRP | Op::PRFM_lit);
        let literal = matches!(self, Op::LDR_w_lit | Op::LDR_x_lit | Op::LDRSW_lit | Op::LDR_s_lit | Op::LDR_d_lit | Op::LDR_q_lit);
        let branch = matches!(self, Op::B_uncond | Op::BL | Op::B_cond | Op::BC_cond | Op::CBZ | Op::CBNZ | Op::TBZ | Op::TBNZ);
        let compare = matches!(self, Op::CB_reg | Op::CB_imm | Op::CBB | Op::CBH);
        address || literal || branch || compare
    }
}

impl Insn {
    /// The same instruction in a page that is `delta`, a number of whole pages, above the page before.
    pub fn move_by(&mut self, delta: u64) {
        if self.op.is_relative() {
            self.imm = self.imm.wrapping_add(delta);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::insn::{ROWS, decode};

    #[test]
    fn instructions_that_move_are_as_if_decoded_there() {
        let (mut state, mut relative) = (0x1234_5678_9abc_def1u64, 0);
        for row in ROWS {
            for _ in 0..40 {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                let word = (state >> 32) as u32 & !row.pattern.mask | row.pattern.value;
                let Some(here) = decode::decode(word, 0x1_0000) else { continue };
                let there = decode::decode(word, 0x7_0000).expect("decoded before");
                let mut moved = here;
                moved.move_by(0x6_0000);
                assert_eq!((moved.op, moved.imm), (there.op, there.imm), "{} {word:#010x}", row.name);
                relative += u32::from(moved.imm != here.imm);
            }
        }
        assert!(relative > 400, "{relative}");
    }
}
