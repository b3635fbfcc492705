//! Rows: 8-bit floating point on scalable vectors, of FEAT_FP8 and its neighbours, and what came with it: FEAT_FAMINMAX, FEAT_LUT. Knows
//! nothing of execution.

macro_rules! sve_fp8_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name          encoding                                  format              execution                     syntax                                   feature  effects
F1CVT_z_z8       "0110 0101 0000 1000 0011 00nn nnnd dddd" sve_fp_h            sve::fp::f1cvt,               "f1cvt {d:zh}, {n:zb}"                   FP8      FP;
F2CVT_z_z8       "0110 0101 0000 1000 0011 01nn nnnd dddd" sve_fp_h            sve::fp::f2cvt,               "f2cvt {d:zh}, {n:zb}"                   FP8      FP;
BF1CVT_z_z8      "0110 0101 0000 1000 0011 10nn nnnd dddd" sve_fp_h            sve::fp::bf1cvt,              "bf1cvt {d:zh}, {n:zb}"                  FP8      FP;
BF2CVT_z_z8      "0110 0101 0000 1000 0011 11nn nnnd dddd" sve_fp_h            sve::fp::bf2cvt,              "bf2cvt {d:zh}, {n:zb}"                  FP8      FP;
F1CVTLT_z_z8     "0110 0101 0000 1001 0011 00nn nnnd dddd" sve_fp_h            sve::fp::f1cvtlt,             "f1cvtlt {d:zh}, {n:zb}"                 FP8      FP;
F2CVTLT_z_z8     "0110 0101 0000 1001 0011 01nn nnnd dddd" sve_fp_h            sve::fp::f2cvtlt,             "f2cvtlt {d:zh}, {n:zb}"                 FP8      FP;
BF1CVTLT_z_z8    "0110 0101 0000 1001 0011 10nn nnnd dddd" sve_fp_h            sve::fp::bf1cvtlt,            "bf1cvtlt {d:zh}, {n:zb}"                FP8      FP;
BF2CVTLT_z_z8    "0110 0101 0000 1001 0011 11nn nnnd dddd" sve_fp_h            sve::fp::bf2cvtlt,            "bf2cvtlt {d:zh}, {n:zb}"                FP8      FP;
FCVTN_z8_mz2_h   "0110 0101 0000 1010 0011 00nn nn0d dddd" sve_fp8_narrow_h    sve::fp::fcvtn_fp8,           "fcvtn {d:zb}, {n:zspan}"                FP8      FP;
FCVTNB_z8_mz2_s  "0110 0101 0000 1010 0011 01nn nn0d dddd" sve_fp8_narrow_s    sve::fp::fcvtnb_fp8,          "fcvtnb {d:zb}, {n:zspan}"               FP8      FP;
BFCVTN_z8_mz2_h  "0110 0101 0000 1010 0011 10nn nn0d dddd" sve_fp8_narrow_h    sve::fp::bfcvtn_fp8,          "bfcvtn {d:zb}, {n:zspan}"               FP8      FP;
FCVTNT_z8_mz2_s  "0110 0101 0000 1010 0011 11nn nn0d dddd" sve_fp8_narrow_s    sve::fp::fcvtnt_fp8,          "fcvtnt {d:zb}, {n:zspan}"               FP8      FP;
FMLALB_z_z8z8    "0110 0100 101m mmmm 1000 10nn nnnd dddd" sve_fp_h            sve::fp::fmlalb_fp8,          "fmlalb {d:zh}, {n:zb}, {m:zb}"          FP8FMA   FP;
FMLALT_z_z8z8    "0110 0100 101m mmmm 1001 10nn nnnd dddd" sve_fp_h            sve::fp::fmlalt_fp8,          "fmlalt {d:zh}, {n:zb}, {m:zb}"          FP8FMA   FP;
FMLALB_z_z8z8i   "0110 0100 001i immm 0101 iinn nnnd dddd" sve_fp8_elem_h      sve::fp::fmlalb_fp8_elem,     "fmlalb {d:zh}, {n:zb}, {m:zbelem}"      FP8FMA   FP;
FMLALT_z_z8z8i   "0110 0100 101i immm 0101 iinn nnnd dddd" sve_fp8_elem_h      sve::fp::fmlalt_fp8_elem,     "fmlalt {d:zh}, {n:zb}, {m:zbelem}"      FP8FMA   FP;
FMLALLBB_z_z8z8  "0110 0100 001m mmmm 1000 10nn nnnd dddd" sve_fp_s            sve::fp::fmlallbb,            "fmlallbb {d:zs}, {n:zb}, {m:zb}"        FP8FMA   FP;
FMLALLBT_z_z8z8  "0110 0100 001m mmmm 1001 10nn nnnd dddd" sve_fp_s            sve::fp::fmlallbt,            "fmlallbt {d:zs}, {n:zb}, {m:zb}"        FP8FMA   FP;
FMLALLTB_z_z8z8  "0110 0100 001m mmmm 1010 10nn nnnd dddd" sve_fp_s            sve::fp::fmlalltb,            "fmlalltb {d:zs}, {n:zb}, {m:zb}"        FP8FMA   FP;
FMLALLTT_z_z8z8  "0110 0100 001m mmmm 1011 10nn nnnd dddd" sve_fp_s            sve::fp::fmlalltt,            "fmlalltt {d:zs}, {n:zb}, {m:zb}"        FP8FMA   FP;
FMLALLBB_z_z8z8i "0110 0100 001i immm 1100 iinn nnnd dddd" sve_fp8_elem_s      sve::fp::fmlallbb_elem,       "fmlallbb {d:zs}, {n:zb}, {m:zbelem}"    FP8FMA   FP;
FMLALLBT_z_z8z8i "0110 0100 011i immm 1100 iinn nnnd dddd" sve_fp8_elem_s      sve::fp::fmlallbt_elem,       "fmlallbt {d:zs}, {n:zb}, {m:zbelem}"    FP8FMA   FP;
FMLALLTB_z_z8z8i "0110 0100 101i immm 1100 iinn nnnd dddd" sve_fp8_elem_s      sve::fp::fmlalltb_elem,       "fmlalltb {d:zs}, {n:zb}, {m:zbelem}"    FP8FMA   FP;
FMLALLTT_z_z8z8i "0110 0100 111i immm 1100 iinn nnnd dddd" sve_fp8_elem_s      sve::fp::fmlalltt_elem,       "fmlalltt {d:zs}, {n:zb}, {m:zbelem}"    FP8FMA   FP;
FDOT_z_z8z8_h    "0110 0100 001m mmmm 1000 01nn nnnd dddd" sve_fp_h            sve::fp::fdot_fp8_h,          "fdot {d:zh}, {n:zb}, {m:zb}"            FP8DOT2  FP;
FDOT_z_z8z8i_h   "0110 0100 001i immm 0100 i1nn nnnd dddd" sve_fp8_pair_elem   sve::fp::fdot_fp8_elem_h,     "fdot {d:zh}, {n:zb}, {m:zbelem}"        FP8DOT2  FP;
FDOT_z_z8z8_s    "0110 0100 011m mmmm 1000 01nn nnnd dddd" sve_fp_s            sve::fp::fdot_fp8_s,          "fdot {d:zs}, {n:zb}, {m:zb}"            FP8DOT4  FP;
FDOT_z_z8z8i_s   "0110 0100 011i immm 0100 01nn nnnd dddd" sve_fp_elem_s       sve::fp::fdot_fp8_elem_s,     "fdot {d:zs}, {n:zb}, {m:zbelem}"        FP8DOT4  FP;
FMMLA_z_z8z8_s   "0110 0100 001m mmmm 1110 00nn nnnd dddd" sve_fp_s            sve::fp::fmmla_fp8_s,         "fmmla {d:zs}, {n:zb}, {m:zb}"           F8F32MM  FP;
FMMLA_z_z8z8_h   "0110 0100 011m mmmm 1110 00nn nnnd dddd" sve_fp_h            sve::fp::fmmla_fp8_h,         "fmmla {d:zh}, {n:zb}, {m:zb}"           F8F16MM  FP;
// The larger and the smaller magnitude
FAMAX_z_p_zz     "0110 0101 ss00 1110 100g ggmm mmmd dddd" sve_fp_destructive  sve::fp::famax_merging,       "famax {d:z}, {o:pm}, {d:z}, {m:z}"      FAMINMAX FP;
FAMIN_z_p_zz     "0110 0101 ss00 1111 100g ggmm mmmd dddd" sve_fp_destructive  sve::fp::famin_merging,       "famin {d:z}, {o:pm}, {d:z}, {m:z}"      FAMINMAX FP;
// Elements of a table by indices of two or four bits
LUTI2_z_zz_b     "0100 0101 ii1m mmmm 1011 00nn nnnd dddd" sve_lookup_b        sve::permute::luti2,          "luti2 {d:z}, {n:zlist}, {m:zreg}[{i:u}]" LUT     FP;
LUTI2_z_zz_h     "0100 0101 ii1m mmmm 101i 10nn nnnd dddd" sve_lookup_pairs    sve::permute::luti2,          "luti2 {d:z}, {n:zlist}, {m:zreg}[{i:u}]" LUT     FP;
LUTI4_z_zz_b     "0100 0101 i11m mmmm 1010 01nn nnnd dddd" sve_lookup_nibbles  sve::permute::luti4,          "luti4 {d:z}, {n:zlist}, {m:zreg}[{i:u}]" LUT     FP;
LUTI4_z_zz_h     "0100 0101 ii1m mmmm 1011 11nn nnnd dddd" sve_lookup_h        sve::permute::luti4_wide,     "luti4 {d:z}, {n:zlist}, {m:zreg}[{i:u}]" LUT     FP;
LUTI4_z_mz2z_h   "0100 0101 ii1m mmmm 1011 01nn nnnd dddd" sve_lookup_h        sve::permute::luti4_two,      "luti4 {d:z}, {n:zspan}, {m:zreg}[{i:u}]" LUT     FP;
        }
    };
}
