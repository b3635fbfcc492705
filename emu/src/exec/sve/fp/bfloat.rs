//! BFloat16 arithmetic that does not widen (FEAT_SVE_B16B16). It obeys FPCR as single precision does, and raises what that would.

use super::multiply::{by_element, clamp, three};
use super::{Done, two, two_merging};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Bf16};

/// Functions of BFloat16 elements, one a line, by shape.
macro_rules! bfloat_instructions {
    ($shape:ident: $($name:ident = |$($operand:ident),*; $env:ident| $body:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            $shape(cpu, insn, |$($operand,)* $env| $body)
        }
    )*};
}

bfloat_instructions! { two:
    bfadd = |a, b; env| fp::add::<Bf16>(a, b, env);
    bfsub = |a, b; env| fp::sub::<Bf16>(a, b, env);
    bfmul = |a, b; env| fp::mul::<Bf16>(a, b, env);
}

bfloat_instructions! { two_merging:
    bfadd_merging = |a, b; env| fp::add::<Bf16>(a, b, env);
    bfsub_merging = |a, b; env| fp::sub::<Bf16>(a, b, env);
    bfmul_merging = |a, b; env| fp::mul::<Bf16>(a, b, env);
    bfmax_merging = |a, b; env| fp::max::<Bf16>(a, b, env);
    bfmin_merging = |a, b; env| fp::min::<Bf16>(a, b, env);
    bfmaxnm_merging = |a, b; env| fp::max_num::<Bf16>(a, b, env);
    bfminnm_merging = |a, b; env| fp::min_num::<Bf16>(a, b, env);
}

bfloat_instructions! { three:
    bfmla = |d, n, m; env| fp::mul_add::<Bf16>(d, n, m, env);
    bfmls = |d, n, m; env| fp::mul_add::<Bf16>(d, fp::neg::<Bf16>(n, env), m, env);
}

bfloat_instructions! { by_element:
    bfmla_elem = |d, n, m; env| fp::mul_add::<Bf16>(d, n, m, env);
    bfmls_elem = |d, n, m; env| fp::mul_add::<Bf16>(d, fp::neg::<Bf16>(n, env), m, env);
    bfmul_elem = |_d, n, m; env| fp::mul::<Bf16>(n, m, env);
}

/// BFCLAMP.
pub fn bfclamp(cpu: &mut Cpu, insn: &Insn) -> Done {
    clamp::<Bf16>(cpu, insn)
}
