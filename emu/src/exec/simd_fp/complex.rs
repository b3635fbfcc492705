//! Complex arithmetic (FEAT_FCMA): lanes in pairs, real part first. Half precision needs FEAT_FP16 besides.

use super::super::fp::{Done, by_format};
use super::{collect, lane};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Format};
use sysregs::Feature;

fn check(cpu: &mut Cpu, insn: &Insn) -> Done {
    if insn.size == 1 && !cpu.features.contains(Feature::FP16) {
        return Err(cpu.undefined());
    }
    cpu.check_fp()
}

/// rn plus rm turned by 90 or 270 degrees.
pub fn fcadd(cpu: &mut Cpu, insn: &Insn) -> Done {
    check(cpu, insn)?;
    by_format!(insn, F => add_turned::<F>(cpu, insn));
    Ok(())
}

fn add_turned<F: Format>(cpu: &mut Cpu, insn: &Insn) {
    let mut env = cpu.fp_env();
    let (n, m) = (cpu.q(insn.rn), cpu.q(insn.rm));
    let mut index = 0;
    let result = collect::<F>(insn.opt, || {
        let imaginary = index & 1 != 0;
        let turned = lane::<F>(m, index ^ 1);
        // By 90 degrees the new real part is negated, by 270 the imaginary one.
        let turned = if imaginary == (insn.imm == 270) { fp::neg::<F>(turned, &env) } else { turned };
        let sum = fp::add::<F>(lane::<F>(n, index), turned, &mut env);
        index += 1;
        sum
    });
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
}

/// rd plus one part of rn times rm turned by the rotation.
pub fn fcmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    check(cpu, insn)?;
    by_format!(insn, F => multiply_turned::<F>(cpu, insn, None));
    Ok(())
}

/// The same with one pair of rm.
pub fn fcmla_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    check(cpu, insn)?;
    by_format!(insn, F => multiply_turned::<F>(cpu, insn, Some(insn.aux)));
    Ok(())
}

fn multiply_turned<F: Format>(cpu: &mut Cpu, insn: &Insn, pair: Option<u32>) {
    let mut env = cpu.fp_env();
    let (d, n, m) = (cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    let quarter_turns = (insn.imm / 90) as u32;
    // Odd quarter turns use the imaginary part of rn, and exchange the parts of rm.
    let odd = quarter_turns & 1;
    let mut index = 0;
    let result = collect::<F>(insn.opt, || {
        let imaginary = index & 1;
        let first = index & !1;
        let from = pair.map_or(first, |pair| 2 * pair) + (imaginary ^ odd);
        let negated = match quarter_turns {
            0 => false,
            1 => imaginary == 0,
            2 => true,
            _ => imaginary == 1,
        };
        let factor = lane::<F>(m, from);
        let factor = if negated { fp::neg::<F>(factor, &env) } else { factor };
        let sum = fp::mul_add::<F>(lane::<F>(d, index), lane::<F>(n, first + odd), factor, &mut env);
        index += 1;
        sum
    });
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
}
