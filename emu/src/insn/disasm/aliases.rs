//! Preferred aliases of the integer instructions (Arm ARM, "Alias conditions" of each instruction): templates that replace a
//! row's own syntax, and the operands that only aliases have. SIMD aliases are in `simd`, SVE's in the files of their groups.

use std::fmt::{Result, Write};

use super::{sve_permute, sve_predicate};
use crate::insn::{Insn, Op, SINK, SP, ZR};

/// The template of the alias that is preferred over the row's syntax.
pub(super) fn template(insn: &Insn) -> Option<&'static str> {
    let general = move_alias(insn).or_else(|| compare_alias(insn)).or_else(|| bitfield_alias(insn)).or_else(|| other_alias(insn));
    general.or_else(|| sve_predicate::alias(insn)).or_else(|| sve_permute::alias(insn))
}

/// MOV and MVN.
fn move_alias(insn: &Insn) -> Option<&'static str> {
    let shifts = insn.opt != 0 || insn.imm != 0;
    match insn.op {
        Op::ADD_imm if insn.bits(22, 10) == 0 && (insn.rd == SP || insn.rn == SP) => Some("mov {d:rsp}, {n:rsp}"),
        Op::ORR_shift if insn.rn == ZR && !shifts => Some("mov {d:r}, {m:r}"),
        Op::ORN_shift if insn.rn == ZR => Some("mvn {d:r}, {m:shift}"),
        Op::ORR_imm if insn.rn == ZR && (insn.rd == SP || !wide_move_makes(insn)) => Some("mov {d:rsp}, #{i:hex}"),
        Op::MOVZ if insn.imm != 0 || insn.aux == 0 => Some("mov {d:r}, #{i:hex}"),
        Op::MOVN if inverted_preferred(insn) => Some("mov {d:r}, #{i:inverted}"),
        _ => None,
    }
}

fn width(insn: &Insn) -> u32 {
    32 << (insn.size & 1)
}

fn width_mask(insn: &Insn) -> u64 {
    u64::MAX >> (64 - width(insn))
}

/// MoveWidePreferred(): one MOVZ or MOVN makes the immediate of an ORR.
fn wide_move_makes(insn: &Insn) -> bool {
    let fits = |value: u64| (0..width(insn)).step_by(16).any(|shift| value & !(0xffff << shift) == 0);
    fits(insn.imm) || fits(!insn.imm & width_mask(insn))
}

fn inverted_preferred(insn: &Insn) -> bool {
    (insn.imm != 0 || insn.aux == 0) && (insn.size == 1 || insn.bits(20, 5) != 0xffff)
}

/// CMP, CMN, TST and the negations.
fn compare_alias(insn: &Insn) -> Option<&'static str> {
    let (discarded, from_zero) = (insn.rd == SINK, insn.rn == ZR);
    match insn.op {
        Op::ADDS_imm if discarded => Some("cmn {n:rsp}, #{i:sh12}"),
        Op::SUBS_imm if discarded => Some("cmp {n:rsp}, #{i:sh12}"),
        Op::ADDS_shift if discarded => Some("cmn {n:r}, {m:shift}"),
        Op::SUBS_shift if discarded => Some("cmp {n:r}, {m:shift}"),
        Op::ADDS_ext if discarded => Some("cmn {n:rsp}, {m:extend}"),
        Op::SUBS_ext if discarded => Some("cmp {n:rsp}, {m:extend}"),
        Op::ANDS_imm if discarded => Some("tst {n:r}, #{i:hex}"),
        Op::ANDS_shift if discarded => Some("tst {n:r}, {m:shift}"),
        Op::SUB_shift if from_zero => Some("neg {d:r}, {m:shift}"),
        Op::SUBS_shift if from_zero => Some("negs {d:r}, {m:shift}"),
        Op::SBC if from_zero => Some("ngc {d:r}, {m:r}"),
        Op::SBCS if from_zero => Some("ngcs {d:r}, {m:r}"),
        _ => None,
    }
}

/// Shifts, extensions and fields.
fn bitfield_alias(insn: &Insn) -> Option<&'static str> {
    let (rotate, top) = (u32::from(insn.rm), u32::from(insn.ra));
    let last = width(insn) - 1;
    let low = rotate == 0;
    match insn.op {
        Op::SBFM if top == last => Some("asr {d:r}, {n:r}, #{m:u}"),
        Op::SBFM if low && top == 7 => Some("sxtb {d:r}, {n:w}"),
        Op::SBFM if low && top == 15 => Some("sxth {d:r}, {n:w}"),
        Op::SBFM if low && top == 31 => Some("sxtw {d:r}, {n:w}"),
        Op::SBFM if top < rotate => Some("sbfiz {d:r}, {n:r}, {i:insert}"),
        Op::SBFM => Some("sbfx {d:r}, {n:r}, {i:extract}"),
        Op::UBFM if top == last => Some("lsr {d:r}, {n:r}, #{m:u}"),
        Op::UBFM if top + 1 == rotate => Some("lsl {d:r}, {n:r}, #{i:left}"),
        Op::UBFM if insn.size == 0 && low && top == 7 => Some("uxtb {d:r}, {n:r}"),
        Op::UBFM if insn.size == 0 && low && top == 15 => Some("uxth {d:r}, {n:r}"),
        Op::UBFM if top < rotate => Some("ubfiz {d:r}, {n:r}, {i:insert}"),
        Op::UBFM => Some("ubfx {d:r}, {n:r}, {i:extract}"),
        Op::BFM if top < rotate && insn.rn == ZR => Some("bfc {d:r}, {i:insert}"),
        Op::BFM if top < rotate => Some("bfi {d:r}, {n:r}, {i:insert}"),
        Op::BFM => Some("bfxil {d:r}, {n:r}, {i:extract}"),
        Op::EXTR if insn.rn == insn.rm => Some("ror {d:r}, {n:r}, #{i:u}"),
        _ => None,
    }
}

/// RET, barriers, variable shifts, conditional selects, multiplications and atomic stores.
fn other_alias(insn: &Insn) -> Option<&'static str> {
    // A condition that always holds has no inverse.
    let (same, zero, inverse) = (insn.rn == insn.rm, insn.rn == ZR, insn.opt < 14);
    let (no_addend, no_result) = (insn.ra == ZR, insn.rd == SINK && !insn.bit(23));
    match insn.op {
        Op::SUBPS if insn.rd == SINK => Some("cmpp {n:x}, {m:x}"),
        Op::IRG if insn.rm == ZR => Some("irg {d:x}, {n:x}"),
        Op::RET if insn.rn == 30 => Some("ret"),
        Op::DSB if insn.imm == 0 => Some("ssbb"),
        Op::DSB if insn.imm == 4 => Some("pssbb"),
        Op::LSLV => Some("lsl {d:r}, {n:r}, {m:r}"),
        Op::LSRV => Some("lsr {d:r}, {n:r}, {m:r}"),
        Op::ASRV => Some("asr {d:r}, {n:r}, {m:r}"),
        Op::RORV => Some("ror {d:r}, {n:r}, {m:r}"),
        Op::CSINC if same && zero && inverse => Some("cset {d:r}, {o:inverse}"),
        Op::CSINC if same && inverse => Some("cinc {d:r}, {n:r}, {o:inverse}"),
        Op::CSINV if same && zero && inverse => Some("csetm {d:r}, {o:inverse}"),
        Op::CSINV if same && inverse => Some("cinv {d:r}, {n:r}, {o:inverse}"),
        Op::CSNEG if same && inverse => Some("cneg {d:r}, {n:r}, {o:inverse}"),
        Op::MADD if no_addend => Some("mul {d:r}, {n:r}, {m:r}"),
        Op::MSUB if no_addend => Some("mneg {d:r}, {n:r}, {m:r}"),
        Op::SMADDL if no_addend => Some("smull {d:x}, {n:w}, {m:w}"),
        Op::SMSUBL if no_addend => Some("smnegl {d:x}, {n:w}, {m:w}"),
        Op::UMADDL if no_addend => Some("umull {d:x}, {n:w}, {m:w}"),
        Op::UMSUBL if no_addend => Some("umnegl {d:x}, {n:w}, {m:w}"),
        Op::LDADD if no_result => Some("stadd{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDCLR if no_result => Some("stclr{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDEOR if no_result => Some("steor{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDSET if no_result => Some("stset{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDSMAX if no_result => Some("stsmax{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDSMIN if no_result => Some("stsmin{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDUMAX if no_result => Some("stumax{w:order}{s:bh} {m:rt}, [{n:x}]"),
        Op::LDUMIN if no_result => Some("stumin{w:order}{s:bh} {m:rt}, [{n:x}]"),
        _ => None,
    }
}

/// Writes an operand that only aliases have; false when the kind is not one.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let (rotate, top) = (u32::from(insn.rm), u32::from(insn.ra));
    let result: Result = match kind {
        "inverted" => write!(out, "{:#x}", !value & width_mask(insn)),
        "insert" => write!(out, "#{}, #{}", width(insn) - rotate, top + 1),
        "extract" => write!(out, "#{rotate}, #{}", top - rotate + 1),
        "left" => write!(out, "{}", width(insn) - rotate),
        _ => return false,
    };
    result.is_ok()
}
