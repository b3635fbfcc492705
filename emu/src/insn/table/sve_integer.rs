//! Rows of SVE and SVE2: integer data processing. Knows nothing of execution.

macro_rules! sve_integer_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name          encoding                                  format                    execution                                   syntax                                               feature effects
// Predicated, two sources.
ADD_z_p_zz       "0000 0100 ss00 0000 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::add,              "add {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
SUB_z_p_zz       "0000 0100 ss00 0001 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::sub,              "sub {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
SUBR_z_p_zz      "0000 0100 ss00 0011 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::subr,             "subr {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
SMAX_z_p_zz      "0000 0100 ss00 1000 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::smax,             "smax {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
UMAX_z_p_zz      "0000 0100 ss00 1001 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::umax,             "umax {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
SMIN_z_p_zz      "0000 0100 ss00 1010 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::smin,             "smin {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
UMIN_z_p_zz      "0000 0100 ss00 1011 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::umin,             "umin {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
SABD_z_p_zz      "0000 0100 ss00 1100 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::sabd,             "sabd {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
UABD_z_p_zz      "0000 0100 ss00 1101 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::uabd,             "uabd {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
MUL_z_p_zz       "0000 0100 ss01 0000 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::mul,              "mul {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
SMULH_z_p_zz     "0000 0100 ss01 0010 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::smulh,            "smulh {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE FP;
UMULH_z_p_zz     "0000 0100 ss01 0011 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::umulh,            "umulh {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE FP;
SDIV_z_p_zz      "0000 0100 1s01 0100 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::sdiv,             "sdiv {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
UDIV_z_p_zz      "0000 0100 1s01 0101 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::udiv,             "udiv {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
SDIVR_z_p_zz     "0000 0100 1s01 0110 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::sdivr,            "sdivr {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE FP;
UDIVR_z_p_zz     "0000 0100 1s01 0111 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::udivr,            "udivr {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE FP;
ORR_z_p_zz       "0000 0100 ss01 1000 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::orr,              "orr {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
EOR_z_p_zz       "0000 0100 ss01 1001 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::eor,              "eor {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
AND_z_p_zz       "0000 0100 ss01 1010 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::and,              "and {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
BIC_z_p_zz       "0000 0100 ss01 1011 000g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::bic,              "bic {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
// Predicated shifts: by an immediate, by a vector, by doublewords.
ASR_z_p_zi       "0000 0100 tt00 0000 100g ggtt iiid dddd" sve_shift_right_merging   sve::integer::shift::asr_immediate_merging, "asr {d:z}, {o:pm}, {d:z}, #{i:u}"                   SVE FP;
LSR_z_p_zi       "0000 0100 tt00 0001 100g ggtt iiid dddd" sve_shift_right_merging   sve::integer::shift::lsr_immediate_merging, "lsr {d:z}, {o:pm}, {d:z}, #{i:u}"                   SVE FP;
LSL_z_p_zi       "0000 0100 tt00 0011 100g ggtt iiid dddd" sve_shift_left_merging    sve::integer::shift::lsl_immediate_merging, "lsl {d:z}, {o:pm}, {d:z}, #{i:u}"                   SVE FP;
ASRD_z_p_zi      "0000 0100 tt00 0100 100g ggtt iiid dddd" sve_shift_right_merging   sve::integer::shift::asrd_immediate_merging,"asrd {d:z}, {o:pm}, {d:z}, #{i:u}"                  SVE FP;
ASR_z_p_zz       "0000 0100 ss01 0000 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::asr,                   "asr {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
LSR_z_p_zz       "0000 0100 ss01 0001 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::lsr,                   "lsr {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
LSL_z_p_zz       "0000 0100 ss01 0011 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::lsl,                   "lsl {d:z}, {o:pm}, {d:z}, {m:z}"                    SVE FP;
ASRR_z_p_zz      "0000 0100 ss01 0100 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::asrr,                  "asrr {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
LSRR_z_p_zz      "0000 0100 ss01 0101 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::lsrr,                  "lsrr {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
LSLR_z_p_zz      "0000 0100 ss01 0111 100g ggmm mmmd dddd" sve_destructive           sve::integer::shift::lslr,                  "lslr {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE FP;
ASR_z_p_zw       "0000 0100 ss01 1000 100g ggmm mmmd dddd" sve_destructive_wide      sve::integer::shift::asr_wide_merging,      "asr {d:z}, {o:pm}, {d:z}, {m:zd}"                   SVE FP;
LSR_z_p_zw       "0000 0100 ss01 1001 100g ggmm mmmd dddd" sve_destructive_wide      sve::integer::shift::lsr_wide_merging,      "lsr {d:z}, {o:pm}, {d:z}, {m:zd}"                   SVE FP;
LSL_z_p_zw       "0000 0100 ss01 1011 100g ggmm mmmd dddd" sve_destructive_wide      sve::integer::shift::lsl_wide_merging,      "lsl {d:z}, {o:pm}, {d:z}, {m:zd}"                   SVE FP;
// Predicated, one source.
SXTB_z_p_z       "0000 0100 ss01 0000 101g ggnn nnnd dddd" sve_above_bytes           sve::integer::predicated::sxtb,             "sxtb {d:z}, {o:pm}, {n:z}"                          SVE FP;
UXTB_z_p_z       "0000 0100 ss01 0001 101g ggnn nnnd dddd" sve_above_bytes           sve::integer::predicated::uxtb,             "uxtb {d:z}, {o:pm}, {n:z}"                          SVE FP;
SXTH_z_p_z       "0000 0100 1s01 0010 101g ggnn nnnd dddd" sve                       sve::integer::predicated::sxth,             "sxth {d:z}, {o:pm}, {n:z}"                          SVE FP;
UXTH_z_p_z       "0000 0100 1s01 0011 101g ggnn nnnd dddd" sve                       sve::integer::predicated::uxth,             "uxth {d:z}, {o:pm}, {n:z}"                          SVE FP;
SXTW_z_p_z       "0000 0100 1101 0100 101g ggnn nnnd dddd" sve                       sve::integer::predicated::sxtw,             "sxtw {d:z}, {o:pm}, {n:z}"                          SVE FP;
UXTW_z_p_z       "0000 0100 1101 0101 101g ggnn nnnd dddd" sve                       sve::integer::predicated::uxtw,             "uxtw {d:z}, {o:pm}, {n:z}"                          SVE FP;
ABS_z_p_z        "0000 0100 ss01 0110 101g ggnn nnnd dddd" sve                       sve::integer::predicated::abs,              "abs {d:z}, {o:pm}, {n:z}"                           SVE FP;
NEG_z_p_z        "0000 0100 ss01 0111 101g ggnn nnnd dddd" sve                       sve::integer::predicated::neg,              "neg {d:z}, {o:pm}, {n:z}"                           SVE FP;
CLS_z_p_z        "0000 0100 ss01 1000 101g ggnn nnnd dddd" sve                       sve::integer::predicated::cls,              "cls {d:z}, {o:pm}, {n:z}"                           SVE FP;
CLZ_z_p_z        "0000 0100 ss01 1001 101g ggnn nnnd dddd" sve                       sve::integer::predicated::clz,              "clz {d:z}, {o:pm}, {n:z}"                           SVE FP;
CNT_z_p_z        "0000 0100 ss01 1010 101g ggnn nnnd dddd" sve                       sve::integer::predicated::cnt,              "cnt {d:z}, {o:pm}, {n:z}"                           SVE FP;
CNOT_z_p_z       "0000 0100 ss01 1011 101g ggnn nnnd dddd" sve                       sve::integer::predicated::cnot,             "cnot {d:z}, {o:pm}, {n:z}"                          SVE FP;
NOT_z_p_z        "0000 0100 ss01 1110 101g ggnn nnnd dddd" sve                       sve::integer::predicated::not,              "not {d:z}, {o:pm}, {n:z}"                           SVE FP;
// Predicated multiplication and addition.
MLA_z_p_zzz      "0000 0100 ss0m mmmm 010g ggnn nnnd dddd" sve                       sve::integer::multiply::mla_merging,        "mla {d:z}, {o:pm}, {n:z}, {m:z}"                    SVE FP;
MLS_z_p_zzz      "0000 0100 ss0m mmmm 011g ggnn nnnd dddd" sve                       sve::integer::multiply::mls_merging,        "mls {d:z}, {o:pm}, {n:z}, {m:z}"                    SVE FP;
MAD_z_p_zzz      "0000 0100 ss0m mmmm 110g ggaa aaad dddd" sve                       sve::integer::multiply::mad,                "mad {d:z}, {o:pm}, {m:z}, {n:z}"                    SVE FP;
MSB_z_p_zzz      "0000 0100 ss0m mmmm 111g ggaa aaad dddd" sve                       sve::integer::multiply::msb,                "msb {d:z}, {o:pm}, {m:z}, {n:z}"                    SVE FP;
// Reductions.
SADDV_r_p_z      "0000 0100 ss00 0000 001g ggnn nnnd dddd" sve_below_doublewords     sve::integer::reduce::saddv,                "saddv {d:fd}, {o:preg}, {n:z}"                      SVE FP;
UADDV_r_p_z      "0000 0100 ss00 0001 001g ggnn nnnd dddd" sve                       sve::integer::reduce::uaddv,                "uaddv {d:fd}, {o:preg}, {n:z}"                      SVE FP;
SMAXV_r_p_z      "0000 0100 ss00 1000 001g ggnn nnnd dddd" sve                       sve::integer::reduce::smaxv,                "smaxv {d:scalar}, {o:preg}, {n:z}"                  SVE FP;
UMAXV_r_p_z      "0000 0100 ss00 1001 001g ggnn nnnd dddd" sve                       sve::integer::reduce::umaxv,                "umaxv {d:scalar}, {o:preg}, {n:z}"                  SVE FP;
SMINV_r_p_z      "0000 0100 ss00 1010 001g ggnn nnnd dddd" sve                       sve::integer::reduce::sminv,                "sminv {d:scalar}, {o:preg}, {n:z}"                  SVE FP;
UMINV_r_p_z      "0000 0100 ss00 1011 001g ggnn nnnd dddd" sve                       sve::integer::reduce::uminv,                "uminv {d:scalar}, {o:preg}, {n:z}"                  SVE FP;
ORV_r_p_z        "0000 0100 ss01 1000 001g ggnn nnnd dddd" sve                       sve::integer::reduce::orv,                  "orv {d:scalar}, {o:preg}, {n:z}"                    SVE FP;
EORV_r_p_z       "0000 0100 ss01 1001 001g ggnn nnnd dddd" sve                       sve::integer::reduce::eorv,                 "eorv {d:scalar}, {o:preg}, {n:z}"                   SVE FP;
ANDV_r_p_z       "0000 0100 ss01 1010 001g ggnn nnnd dddd" sve                       sve::integer::reduce::andv,                 "andv {d:scalar}, {o:preg}, {n:z}"                   SVE FP;
// Unpredicated.
ADD_z_zz         "0000 0100 ss1m mmmm 0000 00nn nnnd dddd" sve                       sve::integer::plain::add,                   "add {d:z}, {n:z}, {m:z}"                            SVE FP;
SUB_z_zz         "0000 0100 ss1m mmmm 0000 01nn nnnd dddd" sve                       sve::integer::plain::sub,                   "sub {d:z}, {n:z}, {m:z}"                            SVE FP;
SQADD_z_zz       "0000 0100 ss1m mmmm 0001 00nn nnnd dddd" sve                       sve::integer::plain::sqadd,                 "sqadd {d:z}, {n:z}, {m:z}"                          SVE FP;
UQADD_z_zz       "0000 0100 ss1m mmmm 0001 01nn nnnd dddd" sve                       sve::integer::plain::uqadd,                 "uqadd {d:z}, {n:z}, {m:z}"                          SVE FP;
SQSUB_z_zz       "0000 0100 ss1m mmmm 0001 10nn nnnd dddd" sve                       sve::integer::plain::sqsub,                 "sqsub {d:z}, {n:z}, {m:z}"                          SVE FP;
UQSUB_z_zz       "0000 0100 ss1m mmmm 0001 11nn nnnd dddd" sve                       sve::integer::plain::uqsub,                 "uqsub {d:z}, {n:z}, {m:z}"                          SVE FP;
AND_z_zz         "0000 0100 001m mmmm 0011 00nn nnnd dddd" sve                       sve::integer::plain::and,                   "and {d:zd}, {n:zd}, {m:zd}"                         SVE FP;
ORR_z_zz         "0000 0100 011m mmmm 0011 00nn nnnd dddd" sve                       sve::integer::plain::orr,                   "{w:orr_or_mov}"                                     SVE FP;
EOR_z_zz         "0000 0100 101m mmmm 0011 00nn nnnd dddd" sve                       sve::integer::plain::eor,                   "eor {d:zd}, {n:zd}, {m:zd}"                         SVE FP;
BIC_z_zz         "0000 0100 111m mmmm 0011 00nn nnnd dddd" sve                       sve::integer::plain::bic,                   "bic {d:zd}, {n:zd}, {m:zd}"                         SVE FP;
ASR_z_zi         "0000 0100 tt1t tiii 1001 00nn nnnd dddd" sve_shift_right           sve::integer::shift::asr_immediate,         "asr {d:z}, {n:z}, #{i:u}"                           SVE FP;
LSR_z_zi         "0000 0100 tt1t tiii 1001 01nn nnnd dddd" sve_shift_right           sve::integer::shift::lsr_immediate,         "lsr {d:z}, {n:z}, #{i:u}"                           SVE FP;
LSL_z_zi         "0000 0100 tt1t tiii 1001 11nn nnnd dddd" sve_shift_left            sve::integer::shift::lsl_immediate,         "lsl {d:z}, {n:z}, #{i:u}"                           SVE FP;
ASR_z_zw         "0000 0100 ss1m mmmm 1000 00nn nnnd dddd" sve_below_doublewords     sve::integer::shift::asr_wide,              "asr {d:z}, {n:z}, {m:zd}"                           SVE FP;
LSR_z_zw         "0000 0100 ss1m mmmm 1000 01nn nnnd dddd" sve_below_doublewords     sve::integer::shift::lsr_wide,              "lsr {d:z}, {n:z}, {m:zd}"                           SVE FP;
LSL_z_zw         "0000 0100 ss1m mmmm 1000 11nn nnnd dddd" sve_below_doublewords     sve::integer::shift::lsl_wide,              "lsl {d:z}, {n:z}, {m:zd}"                           SVE FP;
ADR_z_az         "0000 0100 oo1m mmmm 1010 iinn nnnd dddd" sve_adr                   sve::integer::shift::adr,                   "adr {d:z}, [{n:z}, {m:zoffset}]"                    SVE FP;
// Immediates.
ORR_z_zi         "0000 0101 0000 00ii iiii iiii iiid dddd" sve_bitmask               sve::integer::immediate::orr,               "orr {d:z}, {d:z}, #{i:zbits}"                       SVE FP;
EOR_z_zi         "0000 0101 0100 00ii iiii iiii iiid dddd" sve_bitmask               sve::integer::immediate::eor,               "eor {d:z}, {d:z}, #{i:zbits}"                       SVE FP;
AND_z_zi         "0000 0101 1000 00ii iiii iiii iiid dddd" sve_bitmask               sve::integer::immediate::and,               "and {d:z}, {d:z}, #{i:zbits}"                       SVE FP;
ADD_z_zi         "0010 0101 ss10 0000 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::add,               "add {d:z}, {d:z}, #{i:zshifted}"                    SVE FP;
SUB_z_zi         "0010 0101 ss10 0001 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::sub,               "sub {d:z}, {d:z}, #{i:zshifted}"                    SVE FP;
SUBR_z_zi        "0010 0101 ss10 0011 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::subr,              "subr {d:z}, {d:z}, #{i:zshifted}"                   SVE FP;
SQADD_z_zi       "0010 0101 ss10 0100 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::sqadd,             "sqadd {d:z}, {d:z}, #{i:zshifted}"                  SVE FP;
UQADD_z_zi       "0010 0101 ss10 0101 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::uqadd,             "uqadd {d:z}, {d:z}, #{i:zshifted}"                  SVE FP;
SQSUB_z_zi       "0010 0101 ss10 0110 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::sqsub,             "sqsub {d:z}, {d:z}, #{i:zshifted}"                  SVE FP;
UQSUB_z_zi       "0010 0101 ss10 0111 11hi iiii iiid dddd" sve_shifted_immediate     sve::integer::immediate::uqsub,             "uqsub {d:z}, {d:z}, #{i:zshifted}"                  SVE FP;
SMAX_z_zi        "0010 0101 ss10 1000 110i iiii iiid dddd" sve_signed_immediate      sve::integer::immediate::smax,              "smax {d:z}, {d:z}, #{i:simm}"                       SVE FP;
UMAX_z_zi        "0010 0101 ss10 1001 110i iiii iiid dddd" sve_unsigned_immediate    sve::integer::immediate::umax,              "umax {d:z}, {d:z}, #{i:u}"                          SVE FP;
SMIN_z_zi        "0010 0101 ss10 1010 110i iiii iiid dddd" sve_signed_immediate      sve::integer::immediate::smin,              "smin {d:z}, {d:z}, #{i:simm}"                       SVE FP;
UMIN_z_zi        "0010 0101 ss10 1011 110i iiii iiid dddd" sve_unsigned_immediate    sve::integer::immediate::umin,              "umin {d:z}, {d:z}, #{i:u}"                          SVE FP;
MUL_z_zi         "0010 0101 ss11 0000 110i iiii iiid dddd" sve_signed_immediate      sve::integer::immediate::mul,               "mul {d:z}, {d:z}, #{i:simm}"                        SVE FP;
// Sums of products.
SDOT_z_zzz       "0100 0100 1s0m mmmm 0000 00nn nnnd dddd" sve                       sve::integer::dot::sdot,                    "sdot {d:z}, {n:zquarter}, {m:zquarter}"             SVE FP;
UDOT_z_zzz       "0100 0100 1s0m mmmm 0000 01nn nnnd dddd" sve                       sve::integer::dot::udot,                    "udot {d:z}, {n:zquarter}, {m:zquarter}"             SVE FP;
SDOT_z_zzzi      "0100 0100 1s1i mmmm 0000 00nn nnnd dddd" sve_index                 sve::integer::dot::sdot_indexed,            "sdot {d:z}, {n:zquarter}, {m:zquarter}[{i:u}]"      SVE FP;
UDOT_z_zzzi      "0100 0100 1s1i mmmm 0000 01nn nnnd dddd" sve_index                 sve::integer::dot::udot_indexed,            "udot {d:z}, {n:zquarter}, {m:zquarter}[{i:u}]"      SVE FP;
USDOT_z_zzz      "0100 0100 100m mmmm 0111 10nn nnnd dddd" sve                       sve::integer::dot::usdot,                   "usdot {d:z}, {n:zb}, {m:zb}"                        SVE_I8MM FP;
USDOT_z_zzzi     "0100 0100 101i immm 0001 10nn nnnd dddd" sve_index                 sve::integer::dot::usdot_indexed,           "usdot {d:z}, {n:zb}, {m:zb}[{i:u}]"                 SVE_I8MM FP;
SUDOT_z_zzzi     "0100 0100 101i immm 0001 11nn nnnd dddd" sve_index                 sve::integer::dot::sudot_indexed,           "sudot {d:z}, {n:zb}, {m:zb}[{i:u}]"                 SVE_I8MM FP;
SMMLA_z_zzz      "0100 0101 000m mmmm 1001 10nn nnnd dddd" sve                       sve::integer::dot::smmla,                   "smmla {d:zs}, {n:zb}, {m:zb}"                       SVE_I8MM FP;
USMMLA_z_zzz     "0100 0101 100m mmmm 1001 10nn nnnd dddd" sve                       sve::integer::dot::usmmla,                  "usmmla {d:zs}, {n:zb}, {m:zb}"                      SVE_I8MM FP;
UMMLA_z_zzz      "0100 0101 110m mmmm 1001 10nn nnnd dddd" sve                       sve::integer::dot::ummla,                   "ummla {d:zs}, {n:zb}, {m:zb}"                       SVE_I8MM FP;
// SVE2: multiplications.
MUL_z_zz         "0000 0100 ss1m mmmm 0110 00nn nnnd dddd" sve                       sve::integer::plain::mul,                   "mul {d:z}, {n:z}, {m:z}"                            SVE2 FP;
PMUL_z_zz        "0000 0100 001m mmmm 0110 01nn nnnd dddd" sve                       sve::integer::plain::pmul,                  "pmul {d:z}, {n:z}, {m:z}"                           SVE2 FP;
SMULH_z_zz       "0000 0100 ss1m mmmm 0110 10nn nnnd dddd" sve                       sve::integer::plain::smulh,                 "smulh {d:z}, {n:z}, {m:z}"                          SVE2 FP;
UMULH_z_zz       "0000 0100 ss1m mmmm 0110 11nn nnnd dddd" sve                       sve::integer::plain::umulh,                 "umulh {d:z}, {n:z}, {m:z}"                          SVE2 FP;
SQDMULH_z_zz     "0000 0100 ss1m mmmm 0111 00nn nnnd dddd" sve                       sve::integer::plain::sqdmulh,               "sqdmulh {d:z}, {n:z}, {m:z}"                        SVE2 FP;
SQRDMULH_z_zz    "0000 0100 ss1m mmmm 0111 01nn nnnd dddd" sve                       sve::integer::plain::sqrdmulh,              "sqrdmulh {d:z}, {n:z}, {m:z}"                       SVE2 FP;
MLA_z_zzzi       "0100 0100 si1i mmmm 0000 10nn nnnd dddd" sve_index                 sve::integer::multiply::mla_indexed,        "mla {d:z}, {n:z}, {m:z}[{i:u}]"                     SVE2 FP;
MLS_z_zzzi       "0100 0100 si1i mmmm 0000 11nn nnnd dddd" sve_index                 sve::integer::multiply::mls_indexed,        "mls {d:z}, {n:z}, {m:z}[{i:u}]"                     SVE2 FP;
SQRDMLAH_z_zzzi  "0100 0100 si1i mmmm 0001 00nn nnnd dddd" sve_index                 sve::integer::multiply::sqrdmlah_indexed,   "sqrdmlah {d:z}, {n:z}, {m:z}[{i:u}]"                SVE2 FP;
SQRDMLSH_z_zzzi  "0100 0100 si1i mmmm 0001 01nn nnnd dddd" sve_index                 sve::integer::multiply::sqrdmlsh_indexed,   "sqrdmlsh {d:z}, {n:z}, {m:z}[{i:u}]"                SVE2 FP;
SQDMULH_z_zzi    "0100 0100 si1i mmmm 1111 00nn nnnd dddd" sve_index                 sve::integer::multiply::sqdmulh_indexed,    "sqdmulh {d:z}, {n:z}, {m:z}[{i:u}]"                 SVE2 FP;
SQRDMULH_z_zzi   "0100 0100 si1i mmmm 1111 01nn nnnd dddd" sve_index                 sve::integer::multiply::sqrdmulh_indexed,   "sqrdmulh {d:z}, {n:z}, {m:z}[{i:u}]"                SVE2 FP;
MUL_z_zzi        "0100 0100 si1i mmmm 1111 10nn nnnd dddd" sve_index                 sve::integer::multiply::mul_indexed,        "mul {d:z}, {n:z}, {m:z}[{i:u}]"                     SVE2 FP;
// SVE2: complex numbers.
CDOT_z_zzz       "0100 0100 1s0m mmmm 0001 rrnn nnnd dddd" sve_rotation              sve::integer::complex::cdot,                "cdot {d:z}, {n:zquarter}, {m:zquarter}, #{u:u}"     SVE2 FP;
CDOT_z_zzzi      "0100 0100 1s1i mmmm 0100 rrnn nnnd dddd" sve_index_rotation        sve::integer::complex::cdot_indexed,        "cdot {d:z}, {n:zquarter}, {m:zquarter}[{i:u}], #{u:u}" SVE2 FP;
CMLA_z_zzz       "0100 0100 ss0m mmmm 0010 rrnn nnnd dddd" sve_rotation              sve::integer::complex::cmla,                "cmla {d:z}, {n:z}, {m:z}, #{u:u}"                   SVE2 FP;
CMLA_z_zzzi      "0100 0100 1s1i mmmm 0110 rrnn nnnd dddd" sve_index_complex         sve::integer::complex::cmla_indexed,        "cmla {d:z}, {n:z}, {m:z}[{i:u}], #{u:u}"            SVE2 FP;
SQRDCMLAH_z_zzz  "0100 0100 ss0m mmmm 0011 rrnn nnnd dddd" sve_rotation              sve::integer::complex::sqrdcmlah,           "sqrdcmlah {d:z}, {n:z}, {m:z}, #{u:u}"              SVE2 FP;
SQRDCMLAH_z_zzzi "0100 0100 1s1i mmmm 0111 rrnn nnnd dddd" sve_index_complex         sve::integer::complex::sqrdcmlah_indexed,   "sqrdcmlah {d:z}, {n:z}, {m:z}[{i:u}], #{u:u}"       SVE2 FP;
// SVE2: predicated, two sources.
SRSHL_z_p_zz     "0100 0100 ss00 0010 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::srshl,            "srshl {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
URSHL_z_p_zz     "0100 0100 ss00 0011 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::urshl,            "urshl {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SRSHLR_z_p_zz    "0100 0100 ss00 0110 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::srshlr,           "srshlr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
URSHLR_z_p_zz    "0100 0100 ss00 0111 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::urshlr,           "urshlr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SQSHL_z_p_zz     "0100 0100 ss00 1000 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqshl,            "sqshl {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UQSHL_z_p_zz     "0100 0100 ss00 1001 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqshl,            "uqshl {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SQRSHL_z_p_zz    "0100 0100 ss00 1010 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqrshl,           "sqrshl {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
UQRSHL_z_p_zz    "0100 0100 ss00 1011 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqrshl,           "uqrshl {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SQSHLR_z_p_zz    "0100 0100 ss00 1100 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqshlr,           "sqshlr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
UQSHLR_z_p_zz    "0100 0100 ss00 1101 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqshlr,           "uqshlr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SQRSHLR_z_p_zz   "0100 0100 ss00 1110 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqrshlr,          "sqrshlr {d:z}, {o:pm}, {d:z}, {m:z}"                SVE2 FP;
UQRSHLR_z_p_zz   "0100 0100 ss00 1111 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqrshlr,          "uqrshlr {d:z}, {o:pm}, {d:z}, {m:z}"                SVE2 FP;
SHADD_z_p_zz     "0100 0100 ss01 0000 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::shadd,            "shadd {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UHADD_z_p_zz     "0100 0100 ss01 0001 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::uhadd,            "uhadd {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SHSUB_z_p_zz     "0100 0100 ss01 0010 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::shsub,            "shsub {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UHSUB_z_p_zz     "0100 0100 ss01 0011 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::uhsub,            "uhsub {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SRHADD_z_p_zz    "0100 0100 ss01 0100 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::srhadd,           "srhadd {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
URHADD_z_p_zz    "0100 0100 ss01 0101 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::urhadd,           "urhadd {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SHSUBR_z_p_zz    "0100 0100 ss01 0110 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::shsubr,           "shsubr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
UHSUBR_z_p_zz    "0100 0100 ss01 0111 100g ggmm mmmd dddd" sve_destructive           sve::integer::predicated::uhsubr,           "uhsubr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SQADD_z_p_zz     "0100 0100 ss01 1000 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqadd,            "sqadd {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UQADD_z_p_zz     "0100 0100 ss01 1001 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqadd,            "uqadd {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SQSUB_z_p_zz     "0100 0100 ss01 1010 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqsub,            "sqsub {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UQSUB_z_p_zz     "0100 0100 ss01 1011 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqsub,            "uqsub {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SUQADD_z_p_zz    "0100 0100 ss01 1100 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::suqadd,           "suqadd {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
USQADD_z_p_zz    "0100 0100 ss01 1101 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::usqadd,           "usqadd {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
SQSUBR_z_p_zz    "0100 0100 ss01 1110 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::sqsubr,           "sqsubr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
UQSUBR_z_p_zz    "0100 0100 ss01 1111 100g ggmm mmmd dddd" sve_destructive           sve::integer::saturating::uqsubr,           "uqsubr {d:z}, {o:pm}, {d:z}, {m:z}"                 SVE2 FP;
ADDP_z_p_zz      "0100 0100 ss01 0001 101g ggmm mmmd dddd" sve_destructive           sve::integer::reduce::addp,                 "addp {d:z}, {o:pm}, {d:z}, {m:z}"                   SVE2 FP;
SMAXP_z_p_zz     "0100 0100 ss01 0100 101g ggmm mmmd dddd" sve_destructive           sve::integer::reduce::smaxp,                "smaxp {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UMAXP_z_p_zz     "0100 0100 ss01 0101 101g ggmm mmmd dddd" sve_destructive           sve::integer::reduce::umaxp,                "umaxp {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
SMINP_z_p_zz     "0100 0100 ss01 0110 101g ggmm mmmd dddd" sve_destructive           sve::integer::reduce::sminp,                "sminp {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
UMINP_z_p_zz     "0100 0100 ss01 0111 101g ggmm mmmd dddd" sve_destructive           sve::integer::reduce::uminp,                "uminp {d:z}, {o:pm}, {d:z}, {m:z}"                  SVE2 FP;
// SVE2: predicated, one source, and shifts by an immediate.
SADALP_z_p_z     "0100 0100 ss00 0100 101g ggnn nnnd dddd" sve_accumulating          sve::integer::reduce::sadalp,               "sadalp {d:z}, {o:pm}, {m:znarrow}"                  SVE2 FP;
UADALP_z_p_z     "0100 0100 ss00 0101 101g ggnn nnnd dddd" sve_accumulating          sve::integer::reduce::uadalp,               "uadalp {d:z}, {o:pm}, {m:znarrow}"                  SVE2 FP;
URECPE_z_p_z     "0100 0100 1000 0000 101g ggnn nnnd dddd" sve                       sve::integer::saturating::urecpe,           "urecpe {d:z}, {o:pm}, {n:z}"                        SVE2 FP;
URSQRTE_z_p_z    "0100 0100 1000 0001 101g ggnn nnnd dddd" sve                       sve::integer::saturating::ursqrte,          "ursqrte {d:z}, {o:pm}, {n:z}"                       SVE2 FP;
SQABS_z_p_z      "0100 0100 ss00 1000 101g ggnn nnnd dddd" sve                       sve::integer::saturating::sqabs,            "sqabs {d:z}, {o:pm}, {n:z}"                         SVE2 FP;
SQNEG_z_p_z      "0100 0100 ss00 1001 101g ggnn nnnd dddd" sve                       sve::integer::saturating::sqneg,            "sqneg {d:z}, {o:pm}, {n:z}"                         SVE2 FP;
SQSHL_z_p_zi     "0000 0100 tt00 0110 100g ggtt iiid dddd" sve_shift_left_merging    sve::integer::saturating::sqshl_immediate,  "sqshl {d:z}, {o:pm}, {d:z}, #{i:u}"                 SVE2 FP;
UQSHL_z_p_zi     "0000 0100 tt00 0111 100g ggtt iiid dddd" sve_shift_left_merging    sve::integer::saturating::uqshl_immediate,  "uqshl {d:z}, {o:pm}, {d:z}, #{i:u}"                 SVE2 FP;
SRSHR_z_p_zi     "0000 0100 tt00 1100 100g ggtt iiid dddd" sve_shift_right_merging   sve::integer::saturating::srshr_immediate,  "srshr {d:z}, {o:pm}, {d:z}, #{i:u}"                 SVE2 FP;
URSHR_z_p_zi     "0000 0100 tt00 1101 100g ggtt iiid dddd" sve_shift_right_merging   sve::integer::saturating::urshr_immediate,  "urshr {d:z}, {o:pm}, {d:z}, #{i:u}"                 SVE2 FP;
SQSHLU_z_p_zi    "0000 0100 tt00 1111 100g ggtt iiid dddd" sve_shift_left_merging    sve::integer::saturating::sqshlu_immediate, "sqshlu {d:z}, {o:pm}, {d:z}, #{i:u}"                SVE2 FP;
        }
    };
}
