//! Pairwise operations and reductions. Lane-by-lane operations are in the parent.

use super::super::fp::{Done, by_format};
use super::{collect, take};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Format, FpEnv};

/// Neighbouring lanes of rn, then of rm.
#[inline(always)]
fn pairwise<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let mut half = |mut source: u128| {
        collect::<F>(insn.opt / 2, || {
            let first = take::<F>(&mut source);
            function(first, take::<F>(&mut source), &mut env)
        })
    };
    let (low, high) = (half(cpu.q(insn.rn)), half(cpu.q(insn.rm)));
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, low | high << (u32::from(insn.opt / 2) * F::BITS));
    Ok(())
}

/// `FPReduce`: halves of the vector are reduced on their own and then met, lower half first.
#[inline(always)]
fn reduce<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let mut vector = cpu.q(insn.rn);
    let mut lanes = insn.opt;
    // Meeting neighbours level by level is the same tree.
    while lanes > 1 {
        lanes /= 2;
        vector = collect::<F>(lanes, || {
            let first = take::<F>(&mut vector);
            function(first, take::<F>(&mut vector), &mut env)
        });
    }
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, vector & u128::from(F::MASK));
    Ok(())
}

macro_rules! instructions {
    ($shape:ident: $($name:ident = $function:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, F => $shape::<F>(cpu, insn, fp::$function::<F>))
        }
    )*};
}

instructions! { pairwise:
    faddp = add;
    fmaxp = max;
    fminp = min;
    fmaxnmp = max_num;
    fminnmp = min_num;
}

instructions! { reduce:
    faddp_scalar = add;
    fmaxp_scalar = max;
    fminp_scalar = min;
    fmaxnmp_scalar = max_num;
    fminnmp_scalar = min_num;
    fmaxv = max;
    fminv = min;
    fmaxnmv = max_num;
    fminnmv = min_num;
}
