//! Emitters by the names of the rows' functions. An instruction that is not listed here is called.

mod atomic;
pub mod branch;
mod dp_flags;
mod dp_imm;
mod dp_reg;
mod fp;
mod fp_compare;
pub(super) mod fp_convert;
pub(super) mod groups;
mod ldst;
mod ldst_pair;
mod ldst_simd;
mod memory_rows;
mod pauth;
mod simd_permute;
mod simd_three;
mod simd_two_reg;
pub(super) mod system;
mod vector;
mod vector_rows;

use super::asm::{Alu, Gpr, Mem, RAX, RCX, x64};
use super::translate::Translator;
use crate::cpu::PauthKey;
use crate::insn::{Insn, Op};
pub use ldst::Lookups;
use memory_rows::memory;
use vector_rows::{float, vector};

/// Emits an instruction; false when there is no emitter for it here.
pub fn emit(t: &mut Translator, insn: &Insn) -> bool {
    t.host.native
        && (integer(t, insn) || memory(t, insn) || t.context.fp_enabled() && (vector(t, insn) || t.context.fp_plain() && float(t, insn)))
}

/// True when an instruction that writes SP leaves it a multiple of sixteen if it was one.
pub fn keeps_stack_aligned(insn: &Insn) -> bool {
    use crate::insn::effects::{LOAD, STORE};
    let constant = matches!(insn.op, Op::ADD_imm | Op::SUB_imm) && insn.rn == crate::insn::SP && insn.size == 1;
    let write_back = insn.effects() & (LOAD | STORE) != 0 && !is_structure(insn.op);
    (constant || write_back) && insn.imm & 15 == 0
}

/// A load or store of structures that has an emitter: what it adds to its base is no immediate.
fn is_structure(op: Op) -> bool {
    use Op::*;
    let loads = matches!(op, LD1_multiple1_post | LD1_multiple2_post | LD1_multiple3_post | LD1_multiple4_post);
    loads || matches!(op, ST1_multiple1_post | ST1_multiple2_post | ST1_multiple3_post | ST1_multiple4_post)
}

fn integer(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::ADR | Op::ADRP => dp_imm::adr(t, insn),
        Op::ADD_imm => dp_imm::add_imm(t, insn),
        Op::SUB_imm => dp_imm::sub_imm(t, insn),
        Op::ADDS_imm => dp_imm::adds_imm(t, insn),
        Op::SUBS_imm => dp_imm::subs_imm(t, insn),
        Op::AND_imm => dp_imm::and_imm(t, insn),
        Op::ORR_imm => dp_imm::orr_imm(t, insn),
        Op::EOR_imm => dp_imm::eor_imm(t, insn),
        Op::ANDS_imm => dp_imm::ands_imm(t, insn),
        Op::MOVN => dp_imm::movn(t, insn),
        Op::MOVZ => dp_imm::movz(t, insn),
        Op::MOVK => dp_imm::movk(t, insn),
        Op::SBFM => dp_imm::sbfm(t, insn),
        Op::BFM => dp_imm::bfm(t, insn),
        Op::UBFM => dp_imm::ubfm(t, insn),
        Op::EXTR => dp_imm::extr(t, insn),
        Op::AND_shift => dp_reg::and_shift(t, insn),
        Op::BIC_shift => dp_reg::bic_shift(t, insn),
        Op::ORR_shift => dp_reg::orr_shift(t, insn),
        Op::ORN_shift => dp_reg::orn_shift(t, insn),
        Op::EOR_shift => dp_reg::eor_shift(t, insn),
        Op::EON_shift => dp_reg::eon_shift(t, insn),
        Op::ANDS_shift => dp_reg::ands_shift(t, insn),
        Op::BICS_shift => dp_reg::bics_shift(t, insn),
        Op::ADD_shift => dp_reg::add_shift(t, insn),
        Op::SUB_shift => dp_reg::sub_shift(t, insn),
        Op::ADDS_shift => dp_reg::adds_shift(t, insn),
        Op::SUBS_shift => dp_reg::subs_shift(t, insn),
        Op::ADD_ext => dp_reg::add_ext(t, insn),
        Op::SUB_ext => dp_reg::sub_ext(t, insn),
        Op::ADDS_ext => dp_reg::adds_ext(t, insn),
        Op::SUBS_ext => dp_reg::subs_ext(t, insn),
        Op::ADC => dp_reg::adc(t, insn),
        Op::SBC => dp_reg::sbc(t, insn),
        Op::ADCS => dp_reg::adcs(t, insn),
        Op::SBCS => dp_reg::sbcs(t, insn),
        Op::UDIV => dp_reg::udiv(t, insn),
        Op::SDIV => dp_reg::sdiv(t, insn),
        Op::LSLV => dp_reg::lslv(t, insn),
        Op::LSRV => dp_reg::lsrv(t, insn),
        Op::ASRV => dp_reg::asrv(t, insn),
        Op::RORV => dp_reg::rorv(t, insn),
        Op::MADD => dp_reg::madd(t, insn),
        Op::MSUB => dp_reg::msub(t, insn),
        Op::SMADDL => dp_reg::smaddl(t, insn),
        Op::SMSUBL => dp_reg::smsubl(t, insn),
        Op::UMADDL => dp_reg::umaddl(t, insn),
        Op::UMSUBL => dp_reg::umsubl(t, insn),
        Op::SMULH => dp_reg::smulh(t, insn),
        Op::UMULH => dp_reg::umulh(t, insn),
        Op::REV_w => dp_reg::rev_w(t, insn),
        Op::REV32 => dp_reg::rev32(t, insn),
        Op::REV_x => dp_reg::rev_x(t, insn),
        Op::RBIT => dp_reg::rbit(t, insn),
        Op::CLZ if t.host.v3 => dp_reg::clz(t, insn),
        Op::CRC32CB => dp_reg::crc32c(t, insn, 0),
        Op::CRC32CH => dp_reg::crc32c(t, insn, 1),
        Op::CRC32CW => dp_reg::crc32c(t, insn, 2),
        Op::CRC32CX => dp_reg::crc32c(t, insn, 3),
        Op::CSEL => dp_flags::csel(t, insn),
        Op::CSINC => dp_flags::csinc(t, insn),
        Op::CSINV => dp_flags::csinv(t, insn),
        Op::CSNEG => dp_flags::csneg(t, insn),
        Op::CCMN_reg => dp_flags::ccmn_reg(t, insn),
        Op::CCMP_reg => dp_flags::ccmp_reg(t, insn),
        Op::CCMN_imm => dp_flags::ccmn_imm(t, insn),
        Op::CCMP_imm => dp_flags::ccmp_imm(t, insn),
        Op::HINT | Op::PRFM_uoff | Op::PRFUM | Op::PRFM_reg | Op::PRFM_lit => {}
        Op::DMB => barrier(t, insn),
        Op::PACIASP | Op::PACIAZ | Op::PACIA1716 | Op::PACIA | Op::PACIZA => pauth::pac(t, insn, PauthKey::IA),
        Op::PACIBSP | Op::PACIBZ | Op::PACIB1716 | Op::PACIB | Op::PACIZB => pauth::pac(t, insn, PauthKey::IB),
        Op::PACDA | Op::PACDZA => pauth::pac(t, insn, PauthKey::DA),
        Op::PACDB | Op::PACDZB => pauth::pac(t, insn, PauthKey::DB),
        Op::AUTIASP | Op::AUTIAZ | Op::AUTIA1716 | Op::AUTIA | Op::AUTIZA => pauth::aut(t, insn, PauthKey::IA),
        Op::AUTIBSP | Op::AUTIBZ | Op::AUTIB1716 | Op::AUTIB | Op::AUTIZB => pauth::aut(t, insn, PauthKey::IB),
        Op::AUTDA | Op::AUTDZA => pauth::aut(t, insn, PauthKey::DA),
        Op::AUTDB | Op::AUTDZB => pauth::aut(t, insn, PauthKey::DB),
        Op::MRS | Op::MSR_reg | Op::MSR_imm | Op::ISB | Op::DSB | Op::SYS if insn.opt != 0 => return system::emit(t, insn),
        Op::B_uncond | Op::BL | Op::B_cond | Op::BC_cond | Op::CBZ | Op::CBNZ | Op::TBZ | Op::TBNZ | Op::BR | Op::BLR | Op::RET => {
            branch::terminator(t, insn, 0);
        }
        _ => return false,
    }
    true
}

/// The host orders loads with all that follows, and stores with stores: only DMB of all accesses is left to do. A locked
/// instruction does it at less cost than MFENCE, which orders more.
fn barrier(t: &mut Translator, insn: &Insn) {
    if insn.bits(9, 8) == 3 {
        x64!(t.asm ; lock or DWORD [rsp], 0);
    }
}

impl Translator {
    /// A 64-bit constant as a sign-extended one, or by way of `scratch`.
    pub fn alu_constant(&mut self, op: Alu, wide: bool, to: Gpr, value: u64, scratch: Gpr) {
        match i32::try_from(if wide { value as i64 } else { i64::from(value as i32) }) {
            Ok(short) => self.asm.alu_imm(op, wide, to, short),
            Err(_) => {
                self.asm.mov_imm(scratch, value);
                self.asm.alu(op, wide, to, scratch);
            }
        }
    }

    /// Address arithmetic shared by emitters: base register plus constant into RAX.
    pub fn address(&mut self, base: Gpr, offset: u64) {
        match i32::try_from(offset as i64) {
            Ok(0) if base == RAX => {}
            Ok(0) => self.asm.mov(true, RAX, base),
            Ok(offset) => self.asm.lea_rax(base, offset),
            Err(_) => {
                self.asm.mov_imm(RCX, offset);
                self.asm.lea(true, RAX, Mem::indexed(base, RCX, 0, 0));
            }
        }
    }
}
