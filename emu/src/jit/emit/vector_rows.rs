//! Emitters of Advanced SIMD and floating point by the names of their rows' functions. Emits nothing itself.

use super::{fp, fp_compare, fp_convert, simd_permute, simd_three, simd_two_reg};
use crate::insn::{Insn, Op};
use crate::jit::asm::{P66, Vop};
use crate::jit::translate::Translator;

/// An emitter that declines no operands: it is done.
macro_rules! done {
    ($emitted:expr) => {{
        $emitted;
        true
    }};
}

pub fn vector(t: &mut Translator, insn: &Insn) -> bool {
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
    use super::vector::{PADD, PSUB};
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

pub fn float(t: &mut Translator, insn: &Insn) -> bool {
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
