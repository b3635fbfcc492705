//! Rows of SVE: floating point. Knows nothing of execution.

macro_rules! sve_fp_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// Without a predicate
FADD_z_zz           "01100101 ss 0 mmmmm 000 000 nnnnn ddddd"     sve_fp             sve::fp::fadd,           "fadd {d:z}, {n:z}, {m:z}"                  SVE      FP;
FSUB_z_zz           "01100101 ss 0 mmmmm 000 001 nnnnn ddddd"     sve_fp             sve::fp::fsub,           "fsub {d:z}, {n:z}, {m:z}"                  SVE      FP;
FMUL_z_zz           "01100101 ss 0 mmmmm 000 010 nnnnn ddddd"     sve_fp             sve::fp::fmul,           "fmul {d:z}, {n:z}, {m:z}"                  SVE      FP;
FTSMUL_z_zz         "01100101 ss 0 mmmmm 000 011 nnnnn ddddd"     sve_fp             sve::fp::ftsmul,         "ftsmul {d:z}, {n:z}, {m:z}"                SVE      FP;
FRECPS_z_zz         "01100101 ss 0 mmmmm 000 110 nnnnn ddddd"     sve_fp             sve::fp::frecps,         "frecps {d:z}, {n:z}, {m:z}"                SVE      FP;
FRSQRTS_z_zz        "01100101 ss 0 mmmmm 000 111 nnnnn ddddd"     sve_fp             sve::fp::frsqrts,        "frsqrts {d:z}, {n:z}, {m:z}"               SVE      FP;
FRECPE_z_z          "01100101 ss 001 110 001100 nnnnn ddddd"      sve_fp             sve::fp::frecpe,         "frecpe {d:z}, {n:z}"                       SVE      FP;
FRSQRTE_z_z         "01100101 ss 001 111 001100 nnnnn ddddd"      sve_fp             sve::fp::frsqrte,        "frsqrte {d:z}, {n:z}"                      SVE      FP;
FTSSEL_z_zz         "00000100 ss 1 mmmmm 101100 nnnnn ddddd"      sve_fp             sve::fp::ftssel,         "ftssel {d:z}, {n:z}, {m:z}"                SVE      FP;
FEXPA_z_z           "00000100 ss 1 00000 101110 nnnnn ddddd"      sve_fp             sve::fp::fexpa,          "fexpa {d:z}, {n:z}"                        SVE      FP;
FTMAD_z_zzi         "01100101 ss 010 iii 100000 mmmmm ddddd"      sve_ftmad          sve::fp::ftmad,          "ftmad {d:z}, {d:z}, {m:z}, #{i:u}"         SVE      FP;
// Two sources, the first of them the destination
FADD_z_p_zz         "01100101 ss 00 0000 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fadd_merging,   "fadd {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FSUB_z_p_zz         "01100101 ss 00 0001 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fsub_merging,   "fsub {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FMUL_z_p_zz         "01100101 ss 00 0010 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmul_merging,   "fmul {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FSUBR_z_p_zz        "01100101 ss 00 0011 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fsubr_merging,  "fsubr {d:z}, {o:pm}, {d:z}, {m:z}"         SVE      FP;
FMAXNM_z_p_zz       "01100101 ss 00 0100 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmaxnm_merging, "fmaxnm {d:z}, {o:pm}, {d:z}, {m:z}"        SVE      FP;
FMINNM_z_p_zz       "01100101 ss 00 0101 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fminnm_merging, "fminnm {d:z}, {o:pm}, {d:z}, {m:z}"        SVE      FP;
FMAX_z_p_zz         "01100101 ss 00 0110 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmax_merging,   "fmax {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FMIN_z_p_zz         "01100101 ss 00 0111 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmin_merging,   "fmin {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FABD_z_p_zz         "01100101 ss 00 1000 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fabd_merging,   "fabd {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FSCALE_z_p_zz       "01100101 ss 00 1001 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fscale_merging, "fscale {d:z}, {o:pm}, {d:z}, {m:z}"        SVE      FP;
FMULX_z_p_zz        "01100101 ss 00 1010 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmulx_merging,  "fmulx {d:z}, {o:pm}, {d:z}, {m:z}"         SVE      FP;
FDIVR_z_p_zz        "01100101 ss 00 1100 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fdivr_merging,  "fdivr {d:z}, {o:pm}, {d:z}, {m:z}"         SVE      FP;
FDIV_z_p_zz         "01100101 ss 00 1101 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fdiv_merging,   "fdiv {d:z}, {o:pm}, {d:z}, {m:z}"          SVE      FP;
FADD_z_p_zs         "01100101 ss 011 000 100 ggg 0000 i ddddd"    sve_fp_half_or_one sve::fp::fadd_imm,       "fadd {d:z}, {o:pm}, {d:z}, {i:zfimm}"      SVE      FP;
FSUB_z_p_zs         "01100101 ss 011 001 100 ggg 0000 i ddddd"    sve_fp_half_or_one sve::fp::fsub_imm,       "fsub {d:z}, {o:pm}, {d:z}, {i:zfimm}"      SVE      FP;
FMUL_z_p_zs         "01100101 ss 011 010 100 ggg 0000 i ddddd"    sve_fp_half_or_two sve::fp::fmul_imm,       "fmul {d:z}, {o:pm}, {d:z}, {i:zfimm}"      SVE      FP;
FSUBR_z_p_zs        "01100101 ss 011 011 100 ggg 0000 i ddddd"    sve_fp_half_or_one sve::fp::fsubr_imm,      "fsubr {d:z}, {o:pm}, {d:z}, {i:zfimm}"     SVE      FP;
FMAXNM_z_p_zs       "01100101 ss 011 100 100 ggg 0000 i ddddd"    sve_fp_zero_or_one sve::fp::fmaxnm_imm,     "fmaxnm {d:z}, {o:pm}, {d:z}, {i:zfimm}"    SVE      FP;
FMINNM_z_p_zs       "01100101 ss 011 101 100 ggg 0000 i ddddd"    sve_fp_zero_or_one sve::fp::fminnm_imm,     "fminnm {d:z}, {o:pm}, {d:z}, {i:zfimm}"    SVE      FP;
FMAX_z_p_zs         "01100101 ss 011 110 100 ggg 0000 i ddddd"    sve_fp_zero_or_one sve::fp::fmax_imm,       "fmax {d:z}, {o:pm}, {d:z}, {i:zfimm}"      SVE      FP;
FMIN_z_p_zs         "01100101 ss 011 111 100 ggg 0000 i ddddd"    sve_fp_zero_or_one sve::fp::fmin_imm,       "fmin {d:z}, {o:pm}, {d:z}, {i:zfimm}"      SVE      FP;
FADDP_z_p_zz        "01100100 ss 010 000 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::faddp,          "faddp {d:z}, {o:pm}, {d:z}, {m:z}"         SVE2     FP;
FMAXNMP_z_p_zz      "01100100 ss 010 100 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmaxnmp,        "fmaxnmp {d:z}, {o:pm}, {d:z}, {m:z}"       SVE2     FP;
FMINNMP_z_p_zz      "01100100 ss 010 101 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fminnmp,        "fminnmp {d:z}, {o:pm}, {d:z}, {m:z}"       SVE2     FP;
FMAXP_z_p_zz        "01100100 ss 010 110 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fmaxp,          "fmaxp {d:z}, {o:pm}, {d:z}, {m:z}"         SVE2     FP;
FMINP_z_p_zz        "01100100 ss 010 111 100 ggg mmmmm ddddd"     sve_fp_destructive sve::fp::fminp,          "fminp {d:z}, {o:pm}, {d:z}, {m:z}"         SVE2     FP;
// One source
FABS_z_p_z          "00000100 ss 011 100 101 ggg nnnnn ddddd"     sve_fp             sve::fp::fabs,           "fabs {d:z}, {o:pm}, {n:z}"                 SVE      FP;
FNEG_z_p_z          "00000100 ss 011 101 101 ggg nnnnn ddddd"     sve_fp             sve::fp::fneg,           "fneg {d:z}, {o:pm}, {n:z}"                 SVE      FP;
FRINTN_z_p_z        "01100101 ss 000 000 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frintn,         "frintn {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTP_z_p_z        "01100101 ss 000 001 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frintp,         "frintp {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTM_z_p_z        "01100101 ss 000 010 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frintm,         "frintm {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTZ_z_p_z        "01100101 ss 000 011 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frintz,         "frintz {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTA_z_p_z        "01100101 ss 000 100 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frinta,         "frinta {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTX_z_p_z        "01100101 ss 000 110 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frintx,         "frintx {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRINTI_z_p_z        "01100101 ss 000 111 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frinti,         "frinti {d:z}, {o:pm}, {n:z}"               SVE      FP;
FRECPX_z_p_z        "01100101 ss 001 100 101 ggg nnnnn ddddd"     sve_fp             sve::fp::frecpx,         "frecpx {d:z}, {o:pm}, {n:z}"               SVE      FP;
FSQRT_z_p_z         "01100101 ss 001 101 101 ggg nnnnn ddddd"     sve_fp             sve::fp::fsqrt,          "fsqrt {d:z}, {o:pm}, {n:z}"                SVE      FP;
FLOGB_z_p_z         "01100101 00 011 ss 0 101 ggg nnnnn ddddd"    sve_flogb          sve::fp::flogb,          "flogb {d:z}, {o:pm}, {n:z}"                SVE2     FP;
// Conversions
FCVT_z_p_z_s2h      "01100101 10 0010 00 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::fcvt_s_to_h,    "fcvt {d:zh}, {o:pm}, {n:zs}"               SVE      FP;
FCVT_z_p_z_h2s      "01100101 10 0010 01 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::fcvt_h_to_s,    "fcvt {d:zs}, {o:pm}, {n:zh}"               SVE      FP;
FCVT_z_p_z_d2h      "01100101 11 0010 00 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvt_d_to_h,    "fcvt {d:zh}, {o:pm}, {n:zd}"               SVE      FP;
FCVT_z_p_z_h2d      "01100101 11 0010 01 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvt_h_to_d,    "fcvt {d:zd}, {o:pm}, {n:zh}"               SVE      FP;
FCVT_z_p_z_d2s      "01100101 11 0010 10 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvt_d_to_s,    "fcvt {d:zs}, {o:pm}, {n:zd}"               SVE      FP;
FCVT_z_p_z_s2d      "01100101 11 0010 11 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvt_s_to_d,    "fcvt {d:zd}, {o:pm}, {n:zs}"               SVE      FP;
FCVTX_z_p_z_d2s     "01100101 00 0010 10 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvtx,          "fcvtx {d:zs}, {o:pm}, {n:zd}"              SVE2     FP;
BFCVT_z_p_z_s2bf    "01100101 10 0010 10 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::bfcvt,          "bfcvt {d:zh}, {o:pm}, {n:zs}"              SVE_BF16 FP;
FCVTXNT_z_p_z_d2s   "01100100 00 0010 10 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvtxnt,        "fcvtxnt {d:zs}, {o:pm}, {n:zd}"            SVE2     FP;
FCVTNT_z_p_z_s2h    "01100100 10 0010 00 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::fcvtnt_s_to_h,  "fcvtnt {d:zh}, {o:pm}, {n:zs}"             SVE2     FP;
FCVTNT_z_p_z_d2s    "01100100 11 0010 10 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvtnt_d_to_s,  "fcvtnt {d:zs}, {o:pm}, {n:zd}"             SVE2     FP;
FCVTLT_z_p_z_h2s    "01100100 10 0010 01 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::fcvtlt_h_to_s,  "fcvtlt {d:zs}, {o:pm}, {n:zh}"             SVE2     FP;
FCVTLT_z_p_z_s2d    "01100100 11 0010 11 101 ggg nnnnn ddddd"     sve_fp_d           sve::fp::fcvtlt_s_to_d,  "fcvtlt {d:zd}, {o:pm}, {n:zs}"             SVE2     FP;
BFCVTNT_z_p_z_s2bf  "01100100 10 0010 10 101 ggg nnnnn ddddd"     sve_fp_s           sve::fp::bfcvtnt,        "bfcvtnt {d:zh}, {o:pm}, {n:zs}"            SVE_BF16 FP;
SCVTF_z_p_z_h2fp16  "01100101 01 010 01 0 101 ggg nnnnn ddddd"    sve_fp_h           sve::fp::scvtf_h_to_h,   "scvtf {d:zh}, {o:pm}, {n:zh}"              SVE      FP;
SCVTF_z_p_z_w2fp16  "01100101 01 010 10 0 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::scvtf_s_to_h,   "scvtf {d:zh}, {o:pm}, {n:zs}"              SVE      FP;
SCVTF_z_p_z_x2fp16  "01100101 01 010 11 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::scvtf_d_to_h,   "scvtf {d:zh}, {o:pm}, {n:zd}"              SVE      FP;
SCVTF_z_p_z_w2fp32  "01100101 10 010 10 0 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::scvtf_s_to_s,   "scvtf {d:zs}, {o:pm}, {n:zs}"              SVE      FP;
SCVTF_z_p_z_w2fp64  "01100101 11 010 00 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::scvtf_s_to_d,   "scvtf {d:zd}, {o:pm}, {n:zs}"              SVE      FP;
SCVTF_z_p_z_x2fp32  "01100101 11 010 10 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::scvtf_d_to_s,   "scvtf {d:zs}, {o:pm}, {n:zd}"              SVE      FP;
SCVTF_z_p_z_x2fp64  "01100101 11 010 11 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::scvtf_d_to_d,   "scvtf {d:zd}, {o:pm}, {n:zd}"              SVE      FP;
FCVTZS_z_p_z_fp162h "01100101 01 011 01 0 101 ggg nnnnn ddddd"    sve_fp_h           sve::fp::fcvtzs_h_to_h,  "fcvtzs {d:zh}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZS_z_p_z_fp162w "01100101 01 011 10 0 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::fcvtzs_h_to_s,  "fcvtzs {d:zs}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZS_z_p_z_fp162x "01100101 01 011 11 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzs_h_to_d,  "fcvtzs {d:zd}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZS_z_p_z_fp322w "01100101 10 011 10 0 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::fcvtzs_s_to_s,  "fcvtzs {d:zs}, {o:pm}, {n:zs}"             SVE      FP;
FCVTZS_z_p_z_fp642w "01100101 11 011 00 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzs_d_to_s,  "fcvtzs {d:zs}, {o:pm}, {n:zd}"             SVE      FP;
FCVTZS_z_p_z_fp322x "01100101 11 011 10 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzs_s_to_d,  "fcvtzs {d:zd}, {o:pm}, {n:zs}"             SVE      FP;
FCVTZS_z_p_z_fp642x "01100101 11 011 11 0 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzs_d_to_d,  "fcvtzs {d:zd}, {o:pm}, {n:zd}"             SVE      FP;
UCVTF_z_p_z_h2fp16  "01100101 01 010 01 1 101 ggg nnnnn ddddd"    sve_fp_h           sve::fp::ucvtf_h_to_h,   "ucvtf {d:zh}, {o:pm}, {n:zh}"              SVE      FP;
UCVTF_z_p_z_w2fp16  "01100101 01 010 10 1 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::ucvtf_s_to_h,   "ucvtf {d:zh}, {o:pm}, {n:zs}"              SVE      FP;
UCVTF_z_p_z_x2fp16  "01100101 01 010 11 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::ucvtf_d_to_h,   "ucvtf {d:zh}, {o:pm}, {n:zd}"              SVE      FP;
UCVTF_z_p_z_w2fp32  "01100101 10 010 10 1 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::ucvtf_s_to_s,   "ucvtf {d:zs}, {o:pm}, {n:zs}"              SVE      FP;
UCVTF_z_p_z_w2fp64  "01100101 11 010 00 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::ucvtf_s_to_d,   "ucvtf {d:zd}, {o:pm}, {n:zs}"              SVE      FP;
UCVTF_z_p_z_x2fp32  "01100101 11 010 10 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::ucvtf_d_to_s,   "ucvtf {d:zs}, {o:pm}, {n:zd}"              SVE      FP;
UCVTF_z_p_z_x2fp64  "01100101 11 010 11 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::ucvtf_d_to_d,   "ucvtf {d:zd}, {o:pm}, {n:zd}"              SVE      FP;
FCVTZU_z_p_z_fp162h "01100101 01 011 01 1 101 ggg nnnnn ddddd"    sve_fp_h           sve::fp::fcvtzu_h_to_h,  "fcvtzu {d:zh}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZU_z_p_z_fp162w "01100101 01 011 10 1 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::fcvtzu_h_to_s,  "fcvtzu {d:zs}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZU_z_p_z_fp162x "01100101 01 011 11 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzu_h_to_d,  "fcvtzu {d:zd}, {o:pm}, {n:zh}"             SVE      FP;
FCVTZU_z_p_z_fp322w "01100101 10 011 10 1 101 ggg nnnnn ddddd"    sve_fp_s           sve::fp::fcvtzu_s_to_s,  "fcvtzu {d:zs}, {o:pm}, {n:zs}"             SVE      FP;
FCVTZU_z_p_z_fp642w "01100101 11 011 00 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzu_d_to_s,  "fcvtzu {d:zs}, {o:pm}, {n:zd}"             SVE      FP;
FCVTZU_z_p_z_fp322x "01100101 11 011 10 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzu_s_to_d,  "fcvtzu {d:zd}, {o:pm}, {n:zs}"             SVE      FP;
FCVTZU_z_p_z_fp642x "01100101 11 011 11 1 101 ggg nnnnn ddddd"    sve_fp_d           sve::fp::fcvtzu_d_to_d,  "fcvtzu {d:zd}, {o:pm}, {n:zd}"             SVE      FP;
// Comparisons
FCMGE_p_p_zz        "01100101 ss 0 mmmmm 010 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmge,          "fcmge {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FCMGT_p_p_zz        "01100101 ss 0 mmmmm 010 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::fcmgt,          "fcmgt {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FCMEQ_p_p_zz        "01100101 ss 0 mmmmm 011 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmeq,          "fcmeq {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FCMNE_p_p_zz        "01100101 ss 0 mmmmm 011 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::fcmne,          "fcmne {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FCMUO_p_p_zz        "01100101 ss 0 mmmmm 110 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmuo,          "fcmuo {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FACGE_p_p_zz        "01100101 ss 0 mmmmm 110 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::facge,          "facge {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FACGT_p_p_zz        "01100101 ss 0 mmmmm 111 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::facgt,          "facgt {d:p}, {o:pz}, {n:z}, {m:z}"         SVE      FP;
FCMGE_p_p_z0        "01100101 ss 0100 00 001 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmge_zero,     "fcmge {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
FCMGT_p_p_z0        "01100101 ss 0100 00 001 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::fcmgt_zero,     "fcmgt {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
FCMLT_p_p_z0        "01100101 ss 0100 01 001 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmlt_zero,     "fcmlt {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
FCMLE_p_p_z0        "01100101 ss 0100 01 001 ggg nnnnn 1 dddd"    sve_fp_compare     sve::fp::fcmle_zero,     "fcmle {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
FCMEQ_p_p_z0        "01100101 ss 0100 10 001 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmeq_zero,     "fcmeq {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
FCMNE_p_p_z0        "01100101 ss 0100 11 001 ggg nnnnn 0 dddd"    sve_fp_compare     sve::fp::fcmne_zero,     "fcmne {d:p}, {o:pz}, {n:z}, #0.0"          SVE      FP;
// To a scalar
FADDV_v_p_z         "01100101 ss 000 000 001 ggg nnnnn ddddd"     sve_fp             sve::fp::faddv,          "faddv {d:f}, {o:preg}, {n:z}"              SVE      FP;
FMAXNMV_v_p_z       "01100101 ss 000 100 001 ggg nnnnn ddddd"     sve_fp             sve::fp::fmaxnmv,        "fmaxnmv {d:f}, {o:preg}, {n:z}"            SVE      FP;
FMINNMV_v_p_z       "01100101 ss 000 101 001 ggg nnnnn ddddd"     sve_fp             sve::fp::fminnmv,        "fminnmv {d:f}, {o:preg}, {n:z}"            SVE      FP;
FMAXV_v_p_z         "01100101 ss 000 110 001 ggg nnnnn ddddd"     sve_fp             sve::fp::fmaxv,          "fmaxv {d:f}, {o:preg}, {n:z}"              SVE      FP;
FMINV_v_p_z         "01100101 ss 000 111 001 ggg nnnnn ddddd"     sve_fp             sve::fp::fminv,          "fminv {d:f}, {o:preg}, {n:z}"              SVE      FP;
FADDA_v_p_z         "01100101 ss 011000 001 ggg mmmmm ddddd"      sve_fp_destructive sve::fp::fadda,          "fadda {d:f}, {o:preg}, {d:f}, {m:z}"       SVE      FP;
// Three sources
FMLA_z_p_zzz        "01100101 ss 1 mmmmm 000 ggg nnnnn ddddd"     sve_fp             sve::fp::fmla,           "fmla {d:z}, {o:pm}, {n:z}, {m:z}"          SVE      FP;
FMLS_z_p_zzz        "01100101 ss 1 mmmmm 001 ggg nnnnn ddddd"     sve_fp             sve::fp::fmls,           "fmls {d:z}, {o:pm}, {n:z}, {m:z}"          SVE      FP;
FNMLA_z_p_zzz       "01100101 ss 1 mmmmm 010 ggg nnnnn ddddd"     sve_fp             sve::fp::fnmla,          "fnmla {d:z}, {o:pm}, {n:z}, {m:z}"         SVE      FP;
FNMLS_z_p_zzz       "01100101 ss 1 mmmmm 011 ggg nnnnn ddddd"     sve_fp             sve::fp::fnmls,          "fnmls {d:z}, {o:pm}, {n:z}, {m:z}"         SVE      FP;
FMAD_z_p_zzz        "01100101 ss 1 aaaaa 100 ggg mmmmm ddddd"     sve_fp             sve::fp::fmad,           "fmad {d:z}, {o:pm}, {n:z}, {m:z}"          SVE      FP;
FMSB_z_p_zzz        "01100101 ss 1 aaaaa 101 ggg mmmmm ddddd"     sve_fp             sve::fp::fmsb,           "fmsb {d:z}, {o:pm}, {n:z}, {m:z}"          SVE      FP;
FNMAD_z_p_zzz       "01100101 ss 1 aaaaa 110 ggg mmmmm ddddd"     sve_fp             sve::fp::fnmad,          "fnmad {d:z}, {o:pm}, {n:z}, {m:z}"         SVE      FP;
FNMSB_z_p_zzz       "01100101 ss 1 aaaaa 111 ggg mmmmm ddddd"     sve_fp             sve::fp::fnmsb,          "fnmsb {d:z}, {o:pm}, {n:z}, {m:z}"         SVE      FP;
FMLA_z_zzzi_h       "01100100 0 i 1 ii mmm 000000 nnnnn ddddd"    sve_fp_elem_h      sve::fp::fmla_elem,      "fmla {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMLA_z_zzzi_s       "01100100 10 1 ii mmm 000000 nnnnn ddddd"     sve_fp_elem_s      sve::fp::fmla_elem,      "fmla {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMLA_z_zzzi_d       "01100100 11 1 i mmmm 000000 nnnnn ddddd"     sve_fp_elem_d      sve::fp::fmla_elem,      "fmla {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMLS_z_zzzi_h       "01100100 0 i 1 ii mmm 000001 nnnnn ddddd"    sve_fp_elem_h      sve::fp::fmls_elem,      "fmls {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMLS_z_zzzi_s       "01100100 10 1 ii mmm 000001 nnnnn ddddd"     sve_fp_elem_s      sve::fp::fmls_elem,      "fmls {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMLS_z_zzzi_d       "01100100 11 1 i mmmm 000001 nnnnn ddddd"     sve_fp_elem_d      sve::fp::fmls_elem,      "fmls {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMUL_z_zzi_h        "01100100 0 i 1 ii mmm 001000 nnnnn ddddd"    sve_fp_elem_h      sve::fp::fmul_elem,      "fmul {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMUL_z_zzi_s        "01100100 10 1 ii mmm 001000 nnnnn ddddd"     sve_fp_elem_s      sve::fp::fmul_elem,      "fmul {d:z}, {n:z}, {m:zelem}"              SVE      FP;
FMUL_z_zzi_d        "01100100 11 1 i mmmm 001000 nnnnn ddddd"     sve_fp_elem_d      sve::fp::fmul_elem,      "fmul {d:z}, {n:z}, {m:zelem}"              SVE      FP;
// Complex
FCADD_z_p_zz        "01100100 ss 00000 r 100 ggg mmmmm ddddd"     sve_fcadd          sve::fp::fcadd,          "fcadd {d:z}, {o:pm}, {d:z}, {m:z}, #{i:u}" SVE      FP;
FCMLA_z_p_zzz       "01100100 ss 0 mmmmm 0 rr ggg nnnnn ddddd"    sve_fcmla          sve::fp::fcmla,          "fcmla {d:z}, {o:pm}, {n:z}, {m:z}, #{i:u}" SVE      FP;
FCMLA_z_zzzi_h      "01100100 10 1 ii mmm 0001 rr nnnnn ddddd"    sve_fcmla_elem_h   sve::fp::fcmla_elem,     "fcmla {d:z}, {n:z}, {m:zpairelem}, #{i:u}" SVE      FP;
FCMLA_z_zzzi_s      "01100100 11 1 i mmmm 0001 rr nnnnn ddddd"    sve_fcmla_elem_s   sve::fp::fcmla_elem,     "fcmla {d:z}, {n:z}, {m:zpairelem}, #{i:u}" SVE      FP;
// Products that are wider than their factors
FMLALB_z_zzz        "01100100 10 1 mmmmm 10 0 00 0 nnnnn ddddd"   sve_fp_s           sve::fp::fmlalb,         "fmlalb {d:zs}, {n:zh}, {m:zh}"             SVE2     FP;
FMLALB_z_zzzi       "01100100 10 1 ii mmm 01 0 0 i 0 nnnnn ddddd" sve_fp_elem_long   sve::fp::fmlalb_elem,    "fmlalb {d:zs}, {n:zh}, {m:zhelem}"         SVE2     FP;
FMLALT_z_zzz        "01100100 10 1 mmmmm 10 0 00 1 nnnnn ddddd"   sve_fp_s           sve::fp::fmlalt,         "fmlalt {d:zs}, {n:zh}, {m:zh}"             SVE2     FP;
FMLALT_z_zzzi       "01100100 10 1 ii mmm 01 0 0 i 1 nnnnn ddddd" sve_fp_elem_long   sve::fp::fmlalt_elem,    "fmlalt {d:zs}, {n:zh}, {m:zhelem}"         SVE2     FP;
FMLSLB_z_zzz        "01100100 10 1 mmmmm 10 1 00 0 nnnnn ddddd"   sve_fp_s           sve::fp::fmlslb,         "fmlslb {d:zs}, {n:zh}, {m:zh}"             SVE2     FP;
FMLSLB_z_zzzi       "01100100 10 1 ii mmm 01 1 0 i 0 nnnnn ddddd" sve_fp_elem_long   sve::fp::fmlslb_elem,    "fmlslb {d:zs}, {n:zh}, {m:zhelem}"         SVE2     FP;
FMLSLT_z_zzz        "01100100 10 1 mmmmm 10 1 00 1 nnnnn ddddd"   sve_fp_s           sve::fp::fmlslt,         "fmlslt {d:zs}, {n:zh}, {m:zh}"             SVE2     FP;
FMLSLT_z_zzzi       "01100100 10 1 ii mmm 01 1 0 i 1 nnnnn ddddd" sve_fp_elem_long   sve::fp::fmlslt_elem,    "fmlslt {d:zs}, {n:zh}, {m:zhelem}"         SVE2     FP;
BFMLALB_z_zzz       "01100100 11 1 mmmmm 10 0 00 0 nnnnn ddddd"   sve_fp_s           sve::fp::bfmlalb,        "bfmlalb {d:zs}, {n:zh}, {m:zh}"            SVE_BF16 FP;
BFMLALB_z_zzzi      "01100100 11 1 ii mmm 01 0 0 i 0 nnnnn ddddd" sve_fp_elem_long   sve::fp::bfmlalb_elem,   "bfmlalb {d:zs}, {n:zh}, {m:zhelem}"        SVE_BF16 FP;
BFMLALT_z_zzz       "01100100 11 1 mmmmm 10 0 00 1 nnnnn ddddd"   sve_fp_s           sve::fp::bfmlalt,        "bfmlalt {d:zs}, {n:zh}, {m:zh}"            SVE_BF16 FP;
BFMLALT_z_zzzi      "01100100 11 1 ii mmm 01 0 0 i 1 nnnnn ddddd" sve_fp_elem_long   sve::fp::bfmlalt_elem,   "bfmlalt {d:zs}, {n:zh}, {m:zhelem}"        SVE_BF16 FP;
BFDOT_z_zzz         "01100100 01 1 mmmmm 100000 nnnnn ddddd"      sve_fp_s           sve::fp::bfdot,          "bfdot {d:zs}, {n:zh}, {m:zh}"              SVE_BF16 FP;
BFDOT_z_zzzi        "01100100 01 1 ii mmm 010000 nnnnn ddddd"     sve_fp_elem_s      sve::fp::bfdot_elem,     "bfdot {d:zs}, {n:zh}, {m:zhelem}"          SVE_BF16 FP;
// Matrices
BFMMLA_z_zzz        "01100100 01 1 mmmmm 111001 nnnnn ddddd"      sve_fp_s           sve::fp::bfmmla,         "bfmmla {d:zs}, {n:zh}, {m:zh}"             SVE_BF16 FP;
FMMLA_z_zzz_s       "01100100 10 1 mmmmm 111001 nnnnn ddddd"      sve_fp_s           sve::fp::fmmla_s,        "fmmla {d:z}, {n:z}, {m:z}"                 F32MM    FP;
FMMLA_z_zzz_d       "01100100 11 1 mmmmm 111001 nnnnn ddddd"      sve_fp_d           sve::fp::fmmla_d,        "fmmla {d:z}, {n:z}, {m:z}"                 F64MM    FP;
        }
    };
}
