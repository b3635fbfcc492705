//! Emitters of loads and stores by the names of their rows' functions. Emits nothing itself.

use super::ldst::{self, Extension, Mode};
use super::{atomic, ldst_pair, ldst_simd};
use crate::insn::{Insn, Op};
use crate::jit::translate::Translator;

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

pub fn memory(t: &mut Translator, insn: &Insn) -> bool {
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
