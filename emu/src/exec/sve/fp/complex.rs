//! Complex arithmetic: elements in pairs, real part first, each part with its own predicate element. Polar forms are unknown here.

use super::{Done, Sources, by_format, merging, unpredicated};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Format, FpEnv};

/// Zdn plus Zm turned by 90 or 270 degrees.
pub fn fcadd(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => merging(cpu, insn, |from, index, env| {
        let imaginary = index & 1 != 0;
        let turned = from.m.get(insn.size, index ^ 1);
        // By 90 degrees the new real part is negated, by 270 the imaginary one.
        let turned = if imaginary == (insn.imm == 270) { fp::neg::<F>(turned, env) } else { turned };
        fp::add::<F>(from.d.get(insn.size, index), turned, env)
    }))
}

/// An element of Zda plus one part of Zn times a part of Zm turned; `pair` is where the factor's real part is in Zm.
#[inline(always)]
fn multiply_turned<F: Format>(from: &Sources, insn: &Insn, index: usize, pair: usize, env: &mut FpEnv) -> u64 {
    let imaginary = index & 1;
    // Odd quarter turns use the imaginary part of Zn, and exchange the parts of Zm.
    let quarter_turns = insn.imm / 90;
    let odd = usize::from(quarter_turns & 1 != 0);
    let negated = match quarter_turns {
        0 => false,
        1 => imaginary == 0,
        2 => true,
        _ => imaginary == 1,
    };
    let factor = from.m.get(insn.size, pair + (imaginary ^ odd));
    let factor = if negated { fp::neg::<F>(factor, env) } else { factor };
    fp::mul_add::<F>(from.d.get(insn.size, index), from.n.get(insn.size, (index & !1) + odd), factor, env)
}

pub fn fcmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => merging(cpu, insn, |from, index, env| multiply_turned::<F>(from, insn, index, index & !1, env)))
}

/// With the pair `aux` of each quadword of Zm.
pub fn fcmla_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => unpredicated(cpu, insn, |from, index, env| {
        let pair = super::in_quadword(insn.size, index, u64::from(2 * insn.aux));
        multiply_turned::<F>(from, insn, index, pair, env)
    }))
}
