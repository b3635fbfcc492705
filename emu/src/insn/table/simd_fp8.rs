//! Rows: 8-bit floating point of FEAT_FP8 and its neighbours, in vectors. FSCALE, which knows no 8-bit format, is in `simd_fp`.

macro_rules! simd_fp8_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name          encoding                                       format          execution                syntax                                            feature effects
F1CVTL        "0 q 1 01110 00 10000 10111 10 nnnnn ddddd"      fp8_convert     simd_fp::f1cvtl,         "f1cvtl{u:ftwo} {d:fv}, {n:fvnarrow}"            FP8     FP;
F2CVTL        "0 q 1 01110 01 10000 10111 10 nnnnn ddddd"      fp8_convert     simd_fp::f2cvtl,         "f2cvtl{u:ftwo} {d:fv}, {n:fvnarrow}"            FP8     FP;
BF1CVTL       "0 q 1 01110 10 10000 10111 10 nnnnn ddddd"      fp8_convert     simd_fp::bf1cvtl,        "bf1cvtl{u:ftwo} {d:fv}, {n:fvnarrow}"           FP8     FP;
BF2CVTL       "0 q 1 01110 11 10000 10111 10 nnnnn ddddd"      fp8_convert     simd_fp::bf2cvtl,        "bf2cvtl{u:ftwo} {d:fv}, {n:fvnarrow}"           FP8     FP;
FCVTN_fp8_h   "0 q 0 01110 01 0 mmmmm 11110 1 nnnnn ddddd"     simd_fp_h       simd_fp::fcvtn_fp8_h,    "fcvtn {d:fvbytes}, {n:fv}, {m:fv}"              FP8     FP;
FCVTN_fp8_s   "0 q 0 01110 00 0 mmmmm 11110 1 nnnnn ddddd"     fp8_quarter     simd_fp::fcvtn_fp8_s,    "fcvtn{u:ftwo} {d:fvquarter}, {n:fv}, {m:fv}"    FP8     FP;
FMLALB_fp8    "0 0 0 01110 11 0 mmmmm 11111 1 nnnnn ddddd"     fp8_long        simd_fp::fmlalb_fp8,     "fmlalb {d:fv}, {n:fvbytes}, {m:fvbytes}"        FP8FMA  FP;
FMLALT_fp8    "0 1 0 01110 11 0 mmmmm 11111 1 nnnnn ddddd"     fp8_long        simd_fp::fmlalt_fp8,     "fmlalt {d:fv}, {n:fvbytes}, {m:fvbytes}"        FP8FMA  FP;
FMLALLBB      "0 0 0 01110 00 0 mmmmm 11000 1 nnnnn ddddd"     fp8_long_long   simd_fp::fmlallbb,       "fmlallbb {d:fv}, {n:fvbytes}, {m:fvbytes}"      FP8FMA  FP;
FMLALLBT      "0 0 0 01110 01 0 mmmmm 11000 1 nnnnn ddddd"     fp8_long_long   simd_fp::fmlallbt,       "fmlallbt {d:fv}, {n:fvbytes}, {m:fvbytes}"      FP8FMA  FP;
FMLALLTB      "0 1 0 01110 00 0 mmmmm 11000 1 nnnnn ddddd"     fp8_long_long   simd_fp::fmlalltb,       "fmlalltb {d:fv}, {n:fvbytes}, {m:fvbytes}"      FP8FMA  FP;
FMLALLTT      "0 1 0 01110 01 0 mmmmm 11000 1 nnnnn ddddd"     fp8_long_long   simd_fp::fmlalltt,       "fmlalltt {d:fv}, {n:fvbytes}, {m:fvbytes}"      FP8FMA  FP;
FMLALB_elem   "0 0 0 01111 11 LM i mmm 0000 H 0 nnnnn ddddd"   fp8_long_elem   simd_fp::fmlalb_elem,    "fmlalb {d:fv}, {n:fvbytes}, {m:fbelem}"         FP8FMA  FP;
FMLALT_elem   "0 1 0 01111 11 LM i mmm 0000 H 0 nnnnn ddddd"   fp8_long_elem   simd_fp::fmlalt_elem,    "fmlalt {d:fv}, {n:fvbytes}, {m:fbelem}"         FP8FMA  FP;
FMLALLBB_elem "0 0 1 01111 00 LM i mmm 1000 H 0 nnnnn ddddd"   fp8_long_long_elem simd_fp::fmlallbb_elem, "fmlallbb {d:fv}, {n:fvbytes}, {m:fbelem}"     FP8FMA  FP;
FMLALLBT_elem "0 0 1 01111 01 LM i mmm 1000 H 0 nnnnn ddddd"   fp8_long_long_elem simd_fp::fmlallbt_elem, "fmlallbt {d:fv}, {n:fvbytes}, {m:fbelem}"     FP8FMA  FP;
FMLALLTB_elem "0 1 1 01111 00 LM i mmm 1000 H 0 nnnnn ddddd"   fp8_long_long_elem simd_fp::fmlalltb_elem, "fmlalltb {d:fv}, {n:fvbytes}, {m:fbelem}"     FP8FMA  FP;
FMLALLTT_elem "0 1 1 01111 01 LM i mmm 1000 H 0 nnnnn ddddd"   fp8_long_long_elem simd_fp::fmlalltt_elem, "fmlalltt {d:fv}, {n:fvbytes}, {m:fbelem}"     FP8FMA  FP;
FDOT_fp8_h    "0 q 0 01110 01 0 mmmmm 11111 1 nnnnn ddddd"     simd_fp_h       simd_fp::fdot_fp8_h,     "fdot {d:fv}, {n:fvbytes}, {m:fvbytes}"          FP8DOT2 FP;
FDOT_fp8_s    "0 q 0 01110 00 0 mmmmm 11111 1 nnnnn ddddd"     simd_fp_widening simd_fp::fdot_fp8_s,    "fdot {d:fv}, {n:fvbytes}, {m:fvbytes}"          FP8DOT4 FP;
FDOT_elem_h   "0 q 0 01111 01 LM mmmm 0000 H 0 nnnnn ddddd"    simd_fp_elem_h  simd_fp::fdot_elem_h,    "fdot {d:fv}, {n:fvbytes}, {m:fbpairelem}"       FP8DOT2 FP;
FDOT_elem_s   "0 q 0 01111 00 L mmmmm 0000 H 0 nnnnn ddddd"    simd_fp_pair_elem simd_fp::fdot_elem_s,  "fdot {d:fv}, {n:fvbytes}, {m:lane4b}"           FP8DOT4 FP;
FMMLA_fp8_s   "0 1 1 01110 10 0 mmmmm 11101 1 nnnnn ddddd"     fp8_long_long   simd_fp::fmmla_fp8_s,    "fmmla {d:fv}, {n:fvbytes}, {m:fvbytes}"         F8F32MM FP;
FMMLA_fp8_h   "0 1 1 01110 00 0 mmmmm 11101 1 nnnnn ddddd"     fp8_long        simd_fp::fmmla_fp8_h,    "fmmla {d:fv}, {n:fvbytes}, {m:fvbytes}"         F8F16MM FP;
        }
    };
}
