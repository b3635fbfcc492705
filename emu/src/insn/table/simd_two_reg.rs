//! Rows: Advanced SIMD two registers, across lanes, and scalar pairs. Knows nothing of execution.

macro_rules! simd_two_reg_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name           encoding                                    format            execution                   syntax                                             feature effects
CLS_vector        "0q 0 01110 ss 10000 00100 10 nnnnn ddddd"  simd_bhs          simd_two_reg::cls,          "cls {d:v}, {n:v}"                                 AdvSIMD FP;
CLZ_vector        "0q 1 01110 ss 10000 00100 10 nnnnn ddddd"  simd_bhs          simd_two_reg::clz,          "clz {d:v}, {n:v}"                                 AdvSIMD FP;
ABS_vector        "0q 0 01110 ss 10000 01011 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::abs,          "abs {d:v}, {n:v}"                                 AdvSIMD FP;
ABS_scalar        "01 0 11110 ss 10000 01011 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::abs,          "abs {d:scalar}, {n:scalar}"                       AdvSIMD FP;
NEG_vector        "0q 1 01110 ss 10000 01011 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::neg,          "neg {d:v}, {n:v}"                                 AdvSIMD FP;
NEG_scalar        "01 1 11110 ss 10000 01011 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::neg,          "neg {d:scalar}, {n:scalar}"                       AdvSIMD FP;
SQABS_vector      "0q 0 01110 ss 10000 00111 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::sqabs,        "sqabs {d:v}, {n:v}"                               AdvSIMD FP;
SQABS_scalar      "01 0 11110 ss 10000 00111 10 nnnnn ddddd"  simd_scalar_bhsd  simd_two_reg::sqabs,        "sqabs {d:scalar}, {n:scalar}"                     AdvSIMD FP;
SQNEG_vector      "0q 1 01110 ss 10000 00111 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::sqneg,        "sqneg {d:v}, {n:v}"                               AdvSIMD FP;
SQNEG_scalar      "01 1 11110 ss 10000 00111 10 nnnnn ddddd"  simd_scalar_bhsd  simd_two_reg::sqneg,        "sqneg {d:scalar}, {n:scalar}"                     AdvSIMD FP;
SUQADD_vector     "0q 0 01110 ss 10000 00011 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::suqadd,       "suqadd {d:v}, {n:v}"                              AdvSIMD FP;
SUQADD_scalar     "01 0 11110 ss 10000 00011 10 nnnnn ddddd"  simd_scalar_bhsd  simd_two_reg::suqadd,       "suqadd {d:scalar}, {n:scalar}"                    AdvSIMD FP;
USQADD_vector     "0q 1 01110 ss 10000 00011 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::usqadd,       "usqadd {d:v}, {n:v}"                              AdvSIMD FP;
USQADD_scalar     "01 1 11110 ss 10000 00011 10 nnnnn ddddd"  simd_scalar_bhsd  simd_two_reg::usqadd,       "usqadd {d:scalar}, {n:scalar}"                    AdvSIMD FP;
CMGT_zero_vector  "0q 0 01110 ss 10000 01000 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::cmgt_zero,    "cmgt {d:v}, {n:v}, #0"                            AdvSIMD FP;
CMGT_zero_scalar  "01 0 11110 ss 10000 01000 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::cmgt_zero,    "cmgt {d:scalar}, {n:scalar}, #0"                  AdvSIMD FP;
CMGE_zero_vector  "0q 1 01110 ss 10000 01000 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::cmge_zero,    "cmge {d:v}, {n:v}, #0"                            AdvSIMD FP;
CMGE_zero_scalar  "01 1 11110 ss 10000 01000 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::cmge_zero,    "cmge {d:scalar}, {n:scalar}, #0"                  AdvSIMD FP;
CMEQ_zero_vector  "0q 0 01110 ss 10000 01001 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::cmeq_zero,    "cmeq {d:v}, {n:v}, #0"                            AdvSIMD FP;
CMEQ_zero_scalar  "01 0 11110 ss 10000 01001 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::cmeq_zero,    "cmeq {d:scalar}, {n:scalar}, #0"                  AdvSIMD FP;
CMLE_zero_vector  "0q 1 01110 ss 10000 01001 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::cmle_zero,    "cmle {d:v}, {n:v}, #0"                            AdvSIMD FP;
CMLE_zero_scalar  "01 1 11110 ss 10000 01001 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::cmle_zero,    "cmle {d:scalar}, {n:scalar}, #0"                  AdvSIMD FP;
CMLT_zero_vector  "0q 0 01110 ss 10000 01010 10 nnnnn ddddd"  simd_bhsd         simd_two_reg::cmlt_zero,    "cmlt {d:v}, {n:v}, #0"                            AdvSIMD FP;
CMLT_zero_scalar  "01 0 11110 ss 10000 01010 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::cmlt_zero,    "cmlt {d:scalar}, {n:scalar}, #0"                  AdvSIMD FP;
CNT_vector        "0q 0 01110 00 10000 00101 10 nnnnn ddddd"  simd_bytes        simd_two_reg::cnt,          "cnt {d:v}, {n:v}"                                 AdvSIMD FP;
NOT               "0q 1 01110 00 10000 00101 10 nnnnn ddddd"  simd_bytes        simd_two_reg::not,          "mvn {d:v}, {n:v}"                                 AdvSIMD FP;
RBIT_vector       "0q 1 01110 01 10000 00101 10 nnnnn ddddd"  simd_bytes        simd_two_reg::rbit,         "rbit {d:v}, {n:v}"                                AdvSIMD FP;
REV16_vector      "0q 0 01110 00 10000 00001 10 nnnnn ddddd"  simd_bytes        simd_two_reg::rev16,        "rev16 {d:v}, {n:v}"                               AdvSIMD FP;
REV32_vector      "0q 1 01110 ss 10000 00000 10 nnnnn ddddd"  simd_bh           simd_two_reg::rev32,        "rev32 {d:v}, {n:v}"                               AdvSIMD FP;
REV64_vector      "0q 0 01110 ss 10000 00000 10 nnnnn ddddd"  simd_bhs          simd_two_reg::rev64,        "rev64 {d:v}, {n:v}"                               AdvSIMD FP;
XTN               "0q 0 01110 ss 10000 10010 10 nnnnn ddddd"  simd_half_bhs     simd_two_reg::xtn,          "xtn{o:two} {d:vhalf}, {n:vwide}"                  AdvSIMD FP;
SQXTN_vector      "0q 0 01110 ss 10000 10100 10 nnnnn ddddd"  simd_half_bhs     simd_two_reg::sqxtn,        "sqxtn{o:two} {d:vhalf}, {n:vwide}"                AdvSIMD FP;
SQXTN_scalar      "01 0 11110 ss 10000 10100 10 nnnnn ddddd"  simd_scalar_bhs   simd_two_reg::sqxtn,        "sqxtn {d:scalar}, {n:scalarwide}"                 AdvSIMD FP;
UQXTN_vector      "0q 1 01110 ss 10000 10100 10 nnnnn ddddd"  simd_half_bhs     simd_two_reg::uqxtn,        "uqxtn{o:two} {d:vhalf}, {n:vwide}"                AdvSIMD FP;
UQXTN_scalar      "01 1 11110 ss 10000 10100 10 nnnnn ddddd"  simd_scalar_bhs   simd_two_reg::uqxtn,        "uqxtn {d:scalar}, {n:scalarwide}"                 AdvSIMD FP;
SQXTUN_vector     "0q 1 01110 ss 10000 10010 10 nnnnn ddddd"  simd_half_bhs     simd_two_reg::sqxtun,       "sqxtun{o:two} {d:vhalf}, {n:vwide}"               AdvSIMD FP;
SQXTUN_scalar     "01 1 11110 ss 10000 10010 10 nnnnn ddddd"  simd_scalar_bhs   simd_two_reg::sqxtun,       "sqxtun {d:scalar}, {n:scalarwide}"                AdvSIMD FP;
SHLL              "0q 1 01110 ss 10000 10011 10 nnnnn ddddd"  simd_half_bhs     simd_two_reg::shll,         "shll{o:two} {d:vwide}, {n:vhalf}, #{s:lanebits}"  AdvSIMD FP;
SADDLP            "0q 0 01110 ss 10000 00010 10 nnnnn ddddd"  simd_bhs          simd_two_reg::saddlp,       "saddlp {d:vsum}, {n:v}"                           AdvSIMD FP;
UADDLP            "0q 1 01110 ss 10000 00010 10 nnnnn ddddd"  simd_bhs          simd_two_reg::uaddlp,       "uaddlp {d:vsum}, {n:v}"                           AdvSIMD FP;
SADALP            "0q 0 01110 ss 10000 00110 10 nnnnn ddddd"  simd_bhs          simd_two_reg::sadalp,       "sadalp {d:vsum}, {n:v}"                           AdvSIMD FP;
UADALP            "0q 1 01110 ss 10000 00110 10 nnnnn ddddd"  simd_bhs          simd_two_reg::uadalp,       "uadalp {d:vsum}, {n:v}"                           AdvSIMD FP;
URECPE            "0q 0 01110 10 10000 11100 10 nnnnn ddddd"  simd_s            simd_two_reg::urecpe,       "urecpe {d:v}, {n:v}"                              AdvSIMD FP;
URSQRTE           "0q 1 01110 10 10000 11100 10 nnnnn ddddd"  simd_s            simd_two_reg::ursqrte,      "ursqrte {d:v}, {n:v}"                             AdvSIMD FP;
ADDV              "0q 0 01110 ss 11000 11011 10 nnnnn ddddd"  simd_across       simd_two_reg::addv,         "addv {d:scalar}, {n:v}"                           AdvSIMD FP;
SMAXV             "0q 0 01110 ss 11000 01010 10 nnnnn ddddd"  simd_across       simd_two_reg::smaxv,        "smaxv {d:scalar}, {n:v}"                          AdvSIMD FP;
UMAXV             "0q 1 01110 ss 11000 01010 10 nnnnn ddddd"  simd_across       simd_two_reg::umaxv,        "umaxv {d:scalar}, {n:v}"                          AdvSIMD FP;
SMINV             "0q 0 01110 ss 11000 11010 10 nnnnn ddddd"  simd_across       simd_two_reg::sminv,        "sminv {d:scalar}, {n:v}"                          AdvSIMD FP;
UMINV             "0q 1 01110 ss 11000 11010 10 nnnnn ddddd"  simd_across       simd_two_reg::uminv,        "uminv {d:scalar}, {n:v}"                          AdvSIMD FP;
SADDLV            "0q 0 01110 ss 11000 00011 10 nnnnn ddddd"  simd_across       simd_two_reg::saddlv,       "saddlv {d:scalarwide}, {n:v}"                     AdvSIMD FP;
UADDLV            "0q 1 01110 ss 11000 00011 10 nnnnn ddddd"  simd_across       simd_two_reg::uaddlv,       "uaddlv {d:scalarwide}, {n:v}"                     AdvSIMD FP;
ADDP_scalar       "01 0 11110 11 11000 11011 10 nnnnn ddddd"  simd_scalar_d     simd_two_reg::addp_scalar,  "addp {d:scalar}, v{n}.2d"                         AdvSIMD FP;
        }
    };
}
