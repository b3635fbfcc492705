//! Emitters by the names of the rows' functions. An instruction that is not listed here is called.

mod atomic;
pub mod branch;
mod dp_flags;
mod dp_imm;
mod dp_reg;
mod fp;
mod fp_compare;
pub(super) mod fp_convert;
mod ldst;
mod ldst_pair;
mod ldst_simd;
mod simd_permute;
mod simd_three;
mod simd_two_reg;
pub(super) mod system;
mod vector;

use super::asm::{P66, Vop, x64};
use super::translate::Translator;
use crate::insn::{Insn, Op};
pub use ldst::Shape;
use ldst::{Extension, Mode};

/// Emits an instruction; false when there is no emitter for it here.
pub fn emit(t: &mut Translator, insn: &Insn) -> bool {
    t.host.native
        && (integer(t, insn) || memory(t, insn) || t.context.fp_enabled() && (vector(t, insn) || t.context.fp_plain() && float(t, insn)))
}

/// True when an instruction that writes SP leaves it a multiple of sixteen if it was one.
pub fn keeps_stack_aligned(insn: &Insn) -> bool {
    use crate::insn::effects::{LOAD, STORE};
    let constant = matches!(insn.op, Op::ADD_imm | Op::SUB_imm) && insn.rn == crate::insn::SP && insn.size == 1;
    let write_back = insn.effects() & (LOAD | STORE) != 0;
    (constant || write_back) && insn.imm & 15 == 0
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

/// An emitter that declines no operands: it is done.
macro_rules! done {
    ($emitted:expr) => {{
        $emitted;
        true
    }};
}

/// A match over rows that share a size and differ in the addressing mode.
macro_rules! by_mode {
    ($t:ident, $insn:ident, { $($offset:pat, $post:pat, $pre:pat, $register:pat => $emit:path $(, $argument:expr)*;)* }) => {
        match $insn.op {
            $($offset => $emit($t, $insn, Mode::Offset $(, $argument)*),
            $post => $emit($t, $insn, Mode::Post $(, $argument)*),
            $pre => $emit($t, $insn, Mode::Pre $(, $argument)*),
            $register => $emit($t, $insn, Mode::Register $(, $argument)*),)*
            _ => return false,
        }
    };
}

fn memory(t: &mut Translator, insn: &Insn) -> bool {
    general_memory(t, insn)
        || other_memory(t, insn)
        || atomic_memory(t, insn)
        || unprivileged_memory(t, insn)
        || t.context.fp_enabled() && (vector_memory(t, insn) || vector_structures(t, insn))
}

fn general_memory(t: &mut Translator, insn: &Insn) -> bool {
    use Extension::{Sign32, Sign64, Zero};
    by_mode!(t, insn, {
        Op::LDRB_uoff | Op::LDURB, Op::LDRB_post, Op::LDRB_pre, Op::LDRB_reg => ldst::load, 0, Zero;
        Op::LDRH_uoff | Op::LDURH, Op::LDRH_post, Op::LDRH_pre, Op::LDRH_reg => ldst::load, 1, Zero;
        Op::LDR_w_uoff | Op::LDUR_w, Op::LDR_w_post, Op::LDR_w_pre, Op::LDR_w_reg => ldst::load, 2, Zero;
        Op::LDR_x_uoff | Op::LDUR_x, Op::LDR_x_post, Op::LDR_x_pre, Op::LDR_x_reg => ldst::load, 3, Zero;
        Op::LDRSB_w_uoff | Op::LDURSB_w, Op::LDRSB_w_post, Op::LDRSB_w_pre, Op::LDRSB_w_reg => ldst::load, 0, Sign32;
        Op::LDRSH_w_uoff | Op::LDURSH_w, Op::LDRSH_w_post, Op::LDRSH_w_pre, Op::LDRSH_w_reg => ldst::load, 1, Sign32;
        Op::LDRSB_x_uoff | Op::LDURSB_x, Op::LDRSB_x_post, Op::LDRSB_x_pre, Op::LDRSB_x_reg => ldst::load, 0, Sign64;
        Op::LDRSH_x_uoff | Op::LDURSH_x, Op::LDRSH_x_post, Op::LDRSH_x_pre, Op::LDRSH_x_reg => ldst::load, 1, Sign64;
        Op::LDRSW_uoff | Op::LDURSW, Op::LDRSW_post, Op::LDRSW_pre, Op::LDRSW_reg => ldst::load, 2, Sign64;
        Op::STRB_uoff | Op::STURB, Op::STRB_post, Op::STRB_pre, Op::STRB_reg => ldst::store, 0;
        Op::STRH_uoff | Op::STURH, Op::STRH_post, Op::STRH_pre, Op::STRH_reg => ldst::store, 1;
        Op::STR_w_uoff | Op::STUR_w, Op::STR_w_post, Op::STR_w_pre, Op::STR_w_reg => ldst::store, 2;
        Op::STR_x_uoff | Op::STUR_x, Op::STR_x_post, Op::STR_x_pre, Op::STR_x_reg => ldst::store, 3;
    });
    true
}

fn other_memory(t: &mut Translator, insn: &Insn) -> bool {
    use Extension::{Sign64, Zero};
    match insn.op {
        Op::LDR_w_lit => ldst::load(t, insn, Mode::Literal, 2, Zero),
        Op::LDR_x_lit => ldst::load(t, insn, Mode::Literal, 3, Zero),
        Op::LDRSW_lit => ldst::load(t, insn, Mode::Literal, 2, Sign64),
        Op::LDP_w_off => ldst_pair::load(t, insn, Mode::Offset, 2, Zero),
        Op::LDP_w_post => ldst_pair::load(t, insn, Mode::Post, 2, Zero),
        Op::LDP_w_pre => ldst_pair::load(t, insn, Mode::Pre, 2, Zero),
        Op::LDPSW_off => ldst_pair::load(t, insn, Mode::Offset, 2, Sign64),
        Op::LDPSW_post => ldst_pair::load(t, insn, Mode::Post, 2, Sign64),
        Op::LDPSW_pre => ldst_pair::load(t, insn, Mode::Pre, 2, Sign64),
        Op::LDP_x_off => ldst_pair::load(t, insn, Mode::Offset, 3, Zero),
        Op::LDP_x_post => ldst_pair::load(t, insn, Mode::Post, 3, Zero),
        Op::LDP_x_pre => ldst_pair::load(t, insn, Mode::Pre, 3, Zero),
        Op::LDNP_w => ldst_pair::load(t, insn, Mode::Offset, 2, Zero),
        Op::LDNP_x => ldst_pair::load(t, insn, Mode::Offset, 3, Zero),
        Op::STNP_w => ldst_pair::store(t, insn, Mode::Offset, 2),
        Op::STNP_x => ldst_pair::store(t, insn, Mode::Offset, 3),
        Op::STP_w_off => ldst_pair::store(t, insn, Mode::Offset, 2),
        Op::STP_w_post => ldst_pair::store(t, insn, Mode::Post, 2),
        Op::STP_w_pre => ldst_pair::store(t, insn, Mode::Pre, 2),
        Op::STP_x_off => ldst_pair::store(t, insn, Mode::Offset, 3),
        Op::STP_x_post => ldst_pair::store(t, insn, Mode::Post, 3),
        Op::STP_x_pre => ldst_pair::store(t, insn, Mode::Pre, 3),
        _ => return false,
    }
    true
}

fn atomic_memory(t: &mut Translator, insn: &Insn) -> bool {
    use Extension::{Sign32, Sign64, Zero};
    match insn.op {
        Op::LDARB | Op::LDARH | Op::LDAR_w | Op::LDAR_x | Op::LDAPRB | Op::LDAPRH | Op::LDAPR_w | Op::LDAPR_x => {
            atomic::load_acquire(t, insn, Zero);
        }
        Op::LDAPURB | Op::LDAPURH | Op::LDAPUR_w | Op::LDAPUR_x => atomic::load_acquire(t, insn, Zero),
        Op::LDAPURSB_w | Op::LDAPURSH_w => atomic::load_acquire(t, insn, Sign32),
        Op::LDAPURSB_x | Op::LDAPURSH_x | Op::LDAPURSW => atomic::load_acquire(t, insn, Sign64),
        Op::STLRB | Op::STLRH | Op::STLR_w | Op::STLR_x => atomic::store_release(t, insn),
        Op::STLURB | Op::STLURH | Op::STLUR_w | Op::STLUR_x => atomic::store_release(t, insn),
        Op::LDXR | Op::LDAXR => atomic::ldxr(t, insn),
        Op::STXR | Op::STLXR => atomic::stxr(t, insn),
        Op::CLREX => atomic::clrex(t),
        Op::CAS => atomic::cas(t, insn),
        Op::SWP => atomic::swp(t, insn),
        Op::LDADD => atomic::ldadd(t, insn),
        Op::LDSET => atomic::ldset(t, insn),
        Op::LDCLR => atomic::ldclr(t, insn),
        Op::LDEOR => atomic::ldeor(t, insn),
        _ => return false,
    }
    true
}

/// Loads and stores with EL0's permissions: what Linux copies from and to user space with.
fn unprivileged_memory(t: &mut Translator, insn: &Insn) -> bool {
    use Extension::{Sign32, Sign64, Zero};
    match insn.op {
        Op::LDTRB => ldst::load_unprivileged(t, insn, 0, Zero),
        Op::LDTRH => ldst::load_unprivileged(t, insn, 1, Zero),
        Op::LDTR_w => ldst::load_unprivileged(t, insn, 2, Zero),
        Op::LDTR_x => ldst::load_unprivileged(t, insn, 3, Zero),
        Op::LDTRSB_w => ldst::load_unprivileged(t, insn, 0, Sign32),
        Op::LDTRSH_w => ldst::load_unprivileged(t, insn, 1, Sign32),
        Op::LDTRSB_x => ldst::load_unprivileged(t, insn, 0, Sign64),
        Op::LDTRSH_x => ldst::load_unprivileged(t, insn, 1, Sign64),
        Op::LDTRSW => ldst::load_unprivileged(t, insn, 2, Sign64),
        Op::STTRB => ldst::store_unprivileged(t, insn, 0),
        Op::STTRH => ldst::store_unprivileged(t, insn, 1),
        Op::STTR_w => ldst::store_unprivileged(t, insn, 2),
        Op::STTR_x => ldst::store_unprivileged(t, insn, 3),
        _ => return false,
    }
    true
}

fn vector_structures(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::LD1_multiple1 | Op::LD1_multiple2 | Op::LD1_multiple3 | Op::LD1_multiple4 => ldst_simd::ld1_multiple(t, insn, false),
        Op::LD1_multiple1_post | Op::LD1_multiple2_post | Op::LD1_multiple3_post | Op::LD1_multiple4_post => {
            ldst_simd::ld1_multiple(t, insn, true);
        }
        Op::ST1_multiple1 | Op::ST1_multiple2 | Op::ST1_multiple3 | Op::ST1_multiple4 => ldst_simd::st1_multiple(t, insn, false),
        Op::ST1_multiple1_post | Op::ST1_multiple2_post | Op::ST1_multiple3_post | Op::ST1_multiple4_post => {
            ldst_simd::st1_multiple(t, insn, true);
        }
        _ => return false,
    }
    true
}

fn vector_memory(t: &mut Translator, insn: &Insn) -> bool {
    vector_single(t, insn) || vector_pair(t, insn)
}

fn vector_single(t: &mut Translator, insn: &Insn) -> bool {
    by_mode!(t, insn, {
        Op::LDR_b_uoff | Op::LDUR_b, Op::LDR_b_post, Op::LDR_b_pre, Op::LDR_b_reg => ldst::vector_load, 0;
        Op::LDR_h_uoff | Op::LDUR_h, Op::LDR_h_post, Op::LDR_h_pre, Op::LDR_h_reg => ldst::vector_load, 1;
        Op::LDR_s_uoff | Op::LDUR_s, Op::LDR_s_post, Op::LDR_s_pre, Op::LDR_s_reg => ldst::vector_load, 2;
        Op::LDR_d_uoff | Op::LDUR_d, Op::LDR_d_post, Op::LDR_d_pre, Op::LDR_d_reg => ldst::vector_load, 3;
        Op::LDR_q_uoff | Op::LDUR_q, Op::LDR_q_post, Op::LDR_q_pre, Op::LDR_q_reg => ldst::vector_load, 4;
        Op::STR_b_uoff | Op::STUR_b, Op::STR_b_post, Op::STR_b_pre, Op::STR_b_reg => ldst::vector_store, 0;
        Op::STR_h_uoff | Op::STUR_h, Op::STR_h_post, Op::STR_h_pre, Op::STR_h_reg => ldst::vector_store, 1;
        Op::STR_s_uoff | Op::STUR_s, Op::STR_s_post, Op::STR_s_pre, Op::STR_s_reg => ldst::vector_store, 2;
        Op::STR_d_uoff | Op::STUR_d, Op::STR_d_post, Op::STR_d_pre, Op::STR_d_reg => ldst::vector_store, 3;
        Op::STR_q_uoff | Op::STUR_q, Op::STR_q_post, Op::STR_q_pre, Op::STR_q_reg => ldst::vector_store, 4;
    });
    true
}

fn vector_pair(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::LDR_s_lit => ldst::vector_load(t, insn, Mode::Literal, 2),
        Op::LDR_d_lit => ldst::vector_load(t, insn, Mode::Literal, 3),
        Op::LDR_q_lit => ldst::vector_load(t, insn, Mode::Literal, 4),
        Op::LDP_s_off => ldst_pair::vector_load(t, insn, Mode::Offset, 2),
        Op::LDP_s_post => ldst_pair::vector_load(t, insn, Mode::Post, 2),
        Op::LDP_s_pre => ldst_pair::vector_load(t, insn, Mode::Pre, 2),
        Op::LDP_d_off => ldst_pair::vector_load(t, insn, Mode::Offset, 3),
        Op::LDP_d_post => ldst_pair::vector_load(t, insn, Mode::Post, 3),
        Op::LDP_d_pre => ldst_pair::vector_load(t, insn, Mode::Pre, 3),
        Op::LDP_q_off => ldst_pair::vector_load(t, insn, Mode::Offset, 4),
        Op::LDP_q_post => ldst_pair::vector_load(t, insn, Mode::Post, 4),
        Op::LDP_q_pre => ldst_pair::vector_load(t, insn, Mode::Pre, 4),
        Op::STP_s_off => ldst_pair::vector_store(t, insn, Mode::Offset, 2),
        Op::STP_s_post => ldst_pair::vector_store(t, insn, Mode::Post, 2),
        Op::STP_s_pre => ldst_pair::vector_store(t, insn, Mode::Pre, 2),
        Op::STP_d_off => ldst_pair::vector_store(t, insn, Mode::Offset, 3),
        Op::STP_d_post => ldst_pair::vector_store(t, insn, Mode::Post, 3),
        Op::STP_d_pre => ldst_pair::vector_store(t, insn, Mode::Pre, 3),
        Op::STP_q_off => ldst_pair::vector_store(t, insn, Mode::Offset, 4),
        Op::STP_q_post => ldst_pair::vector_store(t, insn, Mode::Post, 4),
        Op::STP_q_pre => ldst_pair::vector_store(t, insn, Mode::Pre, 4),
        _ => return false,
    }
    true
}

fn vector(t: &mut Translator, insn: &Insn) -> bool {
    vector_three(t, insn) || vector_two(t, insn) || vector_long(t, insn) || vector_moves(t, insn)
}

fn vector_three(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::AND_vector => done!(simd_three::and(t, insn)),
        Op::BIC_vector => done!(simd_three::bic(t, insn)),
        Op::ORR_vector => done!(simd_three::orr(t, insn)),
        Op::ORN_vector => done!(simd_three::orn(t, insn)),
        Op::EOR_vector => done!(simd_three::eor(t, insn)),
        Op::BSL_vector => done!(simd_three::bsl(t, insn)),
        Op::BIT_vector => done!(simd_three::bit(t, insn)),
        Op::BIF_vector => done!(simd_three::bif(t, insn)),
        Op::ADD_vector | Op::ADD_scalar => done!(simd_three::add(t, insn)),
        Op::SUB_vector | Op::SUB_scalar => done!(simd_three::sub(t, insn)),
        Op::MUL_vector => simd_three::mul(t, insn),
        Op::MLA_vector => simd_three::mla(t, insn),
        Op::MLS_vector => simd_three::mls(t, insn),
        Op::CMGT_vector | Op::CMGT_scalar => done!(simd_three::cmgt(t, insn)),
        Op::CMGE_vector | Op::CMGE_scalar => done!(simd_three::cmge(t, insn)),
        Op::CMHI_vector => simd_three::cmhi(t, insn),
        Op::CMHS_vector => simd_three::cmhs(t, insn),
        Op::CMEQ_vector | Op::CMEQ_scalar => done!(simd_three::cmeq(t, insn)),
        Op::CMTST_vector | Op::CMTST_scalar => done!(simd_three::cmtst(t, insn)),
        Op::SMAX_vector => simd_three::smax(t, insn),
        Op::UMAX_vector => simd_three::umax(t, insn),
        Op::SMIN_vector => simd_three::smin(t, insn),
        Op::UMIN_vector => simd_three::umin(t, insn),
        Op::ADDP_vector => simd_three::addp(t, insn),
        Op::UMAXP_vector => simd_three::pairs_of_bytes(t, insn, Vop(P66, 1, 0xde)),
        Op::UMINP_vector => simd_three::pairs_of_bytes(t, insn, Vop(P66, 1, 0xda)),
        _ => false,
    }
}

fn vector_two(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::NOT => done!(simd_two_reg::not(t, insn)),
        Op::NEG_vector | Op::NEG_scalar => done!(simd_two_reg::neg(t, insn)),
        Op::ABS_vector => simd_two_reg::abs(t, insn),
        Op::CMEQ_zero_vector | Op::CMEQ_zero_scalar => done!(simd_two_reg::cmeq_zero(t, insn)),
        Op::CMGT_zero_vector | Op::CMGT_zero_scalar => done!(simd_two_reg::cmgt_zero(t, insn)),
        Op::CMGE_zero_vector | Op::CMGE_zero_scalar => done!(simd_two_reg::cmge_zero(t, insn)),
        Op::CMLT_zero_vector | Op::CMLT_zero_scalar => done!(simd_two_reg::cmlt_zero(t, insn)),
        Op::CMLE_zero_vector | Op::CMLE_zero_scalar => done!(simd_two_reg::cmle_zero(t, insn)),
        Op::ADDV => simd_three::addv(t, insn),
        Op::SMAXV => simd_three::smaxv(t, insn),
        Op::UMAXV => simd_three::umaxv(t, insn),
        Op::SMINV => simd_three::sminv(t, insn),
        Op::UMINV => simd_three::uminv(t, insn),
        Op::ADDP_scalar => done!(simd_two_reg::addp_scalar(t, insn)),
        Op::SSHR_vector => simd_two_reg::sshr(t, insn),
        Op::USHR_vector | Op::USHR_scalar => simd_two_reg::ushr(t, insn),
        Op::SSRA_vector => simd_two_reg::ssra(t, insn),
        Op::USRA_vector | Op::USRA_scalar => simd_two_reg::usra(t, insn),
        Op::SHL_vector | Op::SHL_scalar => simd_two_reg::shl(t, insn),
        Op::MOVI_word | Op::MOVI_half | Op::MOVI_ones | Op::MOVI_byte | Op::MOVI_mask_scalar | Op::MOVI_mask_vector => {
            done!(simd_two_reg::movi(t, insn))
        }
        Op::MVNI_word | Op::MVNI_half | Op::MVNI_ones => done!(simd_two_reg::mvni(t, insn)),
        Op::ORR_vector_imm_word | Op::ORR_vector_imm_half => done!(simd_two_reg::orr_imm(t, insn)),
        Op::BIC_vector_imm_word | Op::BIC_vector_imm_half => done!(simd_two_reg::bic_imm(t, insn)),
        Op::FMOV_vec_imm_s | Op::FMOV_vec_imm_d => done!(simd_two_reg::fmov_imm(t, insn)),
        _ => false,
    }
}

fn vector_long(t: &mut Translator, insn: &Insn) -> bool {
    use vector::{PADD, PSUB};
    match insn.op {
        Op::XTN => simd_two_reg::xtn(t, insn),
        Op::SHRN => simd_two_reg::shrn(t, insn),
        Op::SSHLL => simd_two_reg::sshll(t, insn),
        Op::USHLL => simd_two_reg::ushll(t, insn),
        Op::SADDL => simd_two_reg::add_long(t, insn, &PADD, true),
        Op::UADDL => simd_two_reg::add_long(t, insn, &PADD, false),
        Op::SSUBL => simd_two_reg::add_long(t, insn, &PSUB, true),
        Op::USUBL => simd_two_reg::add_long(t, insn, &PSUB, false),
        Op::SADDW => simd_two_reg::add_wide(t, insn, &PADD, true),
        Op::UADDW => simd_two_reg::add_wide(t, insn, &PADD, false),
        Op::SSUBW => simd_two_reg::add_wide(t, insn, &PSUB, true),
        Op::USUBW => simd_two_reg::add_wide(t, insn, &PSUB, false),
        Op::SMULL_vector => simd_two_reg::multiply_long(t, insn, true, None),
        Op::UMULL_vector => simd_two_reg::multiply_long(t, insn, false, None),
        Op::SMLAL_vector => simd_two_reg::multiply_long(t, insn, true, Some(&PADD)),
        Op::UMLAL_vector => simd_two_reg::multiply_long(t, insn, false, Some(&PADD)),
        Op::SMLSL_vector => simd_two_reg::multiply_long(t, insn, true, Some(&PSUB)),
        Op::UMLSL_vector => simd_two_reg::multiply_long(t, insn, false, Some(&PSUB)),
        _ => return false,
    }
    true
}

fn vector_moves(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::DUP_element | Op::DUP_element_scalar => done!(simd_permute::dup_element(t, insn)),
        Op::DUP_general => done!(simd_permute::dup_general(t, insn)),
        Op::INS_general => done!(simd_permute::ins_general(t, insn)),
        Op::INS_element => done!(simd_permute::ins_element(t, insn)),
        Op::SMOV => done!(simd_permute::smov(t, insn)),
        Op::UMOV => done!(simd_permute::umov(t, insn)),
        Op::ZIP1 => done!(simd_permute::zip1(t, insn)),
        Op::ZIP2 => done!(simd_permute::zip2(t, insn)),
        Op::UZP1 => simd_permute::uzp(t, insn, false),
        Op::UZP2 => simd_permute::uzp(t, insn, true),
        Op::TRN1 => simd_permute::trn(t, insn, false),
        Op::TRN2 => simd_permute::trn(t, insn, true),
        Op::EXT => simd_permute::ext(t, insn),
        Op::TBL => simd_permute::tbl(t, insn),
        Op::FMOV_s_to_w | Op::FMOV_d_to_x => done!(fp::fmov_to_general(t, insn)),
        Op::FMOV_w_to_s | Op::FMOV_x_to_d => done!(fp::fmov_from_general(t, insn)),
        Op::FMOV_top_to_x => done!(fp::fmov_top_to_general(t, insn)),
        Op::FMOV_x_to_top => done!(fp::fmov_top_from_general(t, insn)),
        Op::FMOV_imm => fp::fmov_imm(t, insn),
        _ => false,
    }
}

fn float(t: &mut Translator, insn: &Insn) -> bool {
    scalar_float(t, insn) || float_conversions(t, insn) || packed_float(t, insn)
}

fn scalar_float(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::FMOV => fp::fmov(t, insn),
        Op::FABS => fp::fabs(t, insn),
        Op::FNEG => fp::fneg(t, insn),
        Op::FSQRT => fp::fsqrt(t, insn),
        Op::FADD => fp::fadd(t, insn),
        Op::FSUB => fp::fsub(t, insn),
        Op::FMUL => fp::fmul(t, insn),
        Op::FDIV => fp::fdiv(t, insn),
        Op::FNMUL => fp::fnmul(t, insn),
        Op::FMADD => fp::fmadd(t, insn),
        Op::FMSUB => fp::fmsub(t, insn),
        Op::FNMADD => fp::fnmadd(t, insn),
        Op::FNMSUB => fp::fnmsub(t, insn),
        Op::FCMP => fp_compare::fcmp(t, insn, false, false),
        Op::FCMPE => fp_compare::fcmp(t, insn, true, false),
        Op::FCMP_zero => fp_compare::fcmp(t, insn, false, true),
        Op::FCMPE_zero => fp_compare::fcmp(t, insn, true, true),
        Op::FCCMP => fp_compare::fccmp(t, insn, false),
        Op::FCCMPE => fp_compare::fccmp(t, insn, true),
        Op::FMAX | Op::FMAXNM => fp_compare::fmax(t, insn),
        Op::FMIN | Op::FMINNM => fp_compare::fmin(t, insn),
        Op::FCSEL => fp_compare::fcsel(t, insn),
        _ => false,
    }
}

fn float_conversions(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::FCVT_s_to_d => fp_convert::fcvt_s_to_d(t, insn),
        Op::FCVT_d_to_s => fp_convert::fcvt_d_to_s(t, insn),
        Op::SCVTF => fp_convert::from_general(t, insn, true),
        Op::UCVTF => fp_convert::from_general(t, insn, false),
        Op::SCVTF_scalar | Op::SCVTF_vec => fp_convert::from_integers(t, insn, true),
        Op::UCVTF_scalar => fp_convert::from_integers(t, insn, false),
        Op::FCVTZS => fp_convert::fcvtzs(t, insn),
        Op::FCVTZU => fp_convert::fcvtzu(t, insn),
        Op::FCVTZS_scalar | Op::FCVTZS_vec => fp_convert::fcvtzs_vec(t, insn),
        Op::FRINTN => fp_convert::round(t, insn, false, 0),
        Op::FRINTM => fp_convert::round(t, insn, false, 1),
        Op::FRINTP => fp_convert::round(t, insn, false, 2),
        Op::FRINTZ => fp_convert::round(t, insn, false, 3),
        Op::FRINTN_vec => fp_convert::round(t, insn, true, 0),
        Op::FRINTM_vec => fp_convert::round(t, insn, true, 1),
        Op::FRINTP_vec => fp_convert::round(t, insn, true, 2),
        Op::FRINTZ_vec => fp_convert::round(t, insn, true, 3),
        _ => false,
    }
}

fn packed_float(t: &mut Translator, insn: &Insn) -> bool {
    match insn.op {
        Op::FADD_vec => fp::fadd_vec(t, insn),
        Op::FSUB_vec => fp::fsub_vec(t, insn),
        Op::FMUL_vec => fp::fmul_vec(t, insn),
        Op::FDIV_vec => fp::fdiv_vec(t, insn),
        Op::FSQRT_vec => fp::fsqrt_vec(t, insn),
        Op::FABD_vec | Op::FABD_scalar => fp::fabd(t, insn),
        Op::FMLA_vec => fp::fmla(t, insn),
        Op::FMLS_vec => fp::fmls(t, insn),
        Op::FMLA_elem | Op::FMLA_elem_scalar => fp::fmla_elem(t, insn),
        Op::FMLS_elem | Op::FMLS_elem_scalar => fp::fmls_elem(t, insn),
        Op::FMUL_elem | Op::FMUL_elem_scalar => fp::fmul_elem(t, insn),
        Op::FADDP_vec => fp::faddp_vec(t, insn),
        Op::FMAX_vec | Op::FMAXNM_vec => fp_compare::fmax_vec(t, insn),
        Op::FMIN_vec | Op::FMINNM_vec => fp_compare::fmin_vec(t, insn),
        Op::FADDP_scalar => fp::faddp_scalar(t, insn),
        Op::FABS_vec => fp::fabs_vec(t, insn),
        Op::FNEG_vec => fp::fneg_vec(t, insn),
        Op::FCMEQ_vec | Op::FCMEQ_scalar => fp_compare::compare(t, insn, 0, false),
        Op::FCMGT_vec | Op::FCMGT_scalar => fp_compare::compare(t, insn, 1, true),
        Op::FCMGE_vec | Op::FCMGE_scalar => fp_compare::compare(t, insn, 2, true),
        _ => false,
    }
}
