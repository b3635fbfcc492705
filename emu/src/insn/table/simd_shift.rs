//! Rows: Advanced SIMD shifts by immediate, vector and scalar, and modified immediates. Knows nothing of execution.

macro_rules! simd_shift_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name              encoding                                    format                     execution              syntax                                                feature effects
SSHR_vector          "0q 0 011110 hhhh bbb 00000 1 nnnnn ddddd"  simd_shift_right           simd_shift::sshr,      "sshr {d:v}, {n:v}, #{i}"                             AdvSIMD FP;
SSHR_scalar          "01 0 111110 hhhh bbb 00000 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::sshr,      "sshr {d:scalar}, {n:scalar}, #{i}"                   AdvSIMD FP;
USHR_vector          "0q 1 011110 hhhh bbb 00000 1 nnnnn ddddd"  simd_shift_right           simd_shift::ushr,      "ushr {d:v}, {n:v}, #{i}"                             AdvSIMD FP;
USHR_scalar          "01 1 111110 hhhh bbb 00000 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::ushr,      "ushr {d:scalar}, {n:scalar}, #{i}"                   AdvSIMD FP;
SSRA_vector          "0q 0 011110 hhhh bbb 00010 1 nnnnn ddddd"  simd_shift_right           simd_shift::ssra,      "ssra {d:v}, {n:v}, #{i}"                             AdvSIMD FP;
SSRA_scalar          "01 0 111110 hhhh bbb 00010 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::ssra,      "ssra {d:scalar}, {n:scalar}, #{i}"                   AdvSIMD FP;
USRA_vector          "0q 1 011110 hhhh bbb 00010 1 nnnnn ddddd"  simd_shift_right           simd_shift::usra,      "usra {d:v}, {n:v}, #{i}"                             AdvSIMD FP;
USRA_scalar          "01 1 111110 hhhh bbb 00010 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::usra,      "usra {d:scalar}, {n:scalar}, #{i}"                   AdvSIMD FP;
SRSHR_vector         "0q 0 011110 hhhh bbb 00100 1 nnnnn ddddd"  simd_shift_right           simd_shift::srshr,     "srshr {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
SRSHR_scalar         "01 0 111110 hhhh bbb 00100 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::srshr,     "srshr {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
URSHR_vector         "0q 1 011110 hhhh bbb 00100 1 nnnnn ddddd"  simd_shift_right           simd_shift::urshr,     "urshr {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
URSHR_scalar         "01 1 111110 hhhh bbb 00100 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::urshr,     "urshr {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
SRSRA_vector         "0q 0 011110 hhhh bbb 00110 1 nnnnn ddddd"  simd_shift_right           simd_shift::srsra,     "srsra {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
SRSRA_scalar         "01 0 111110 hhhh bbb 00110 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::srsra,     "srsra {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
URSRA_vector         "0q 1 011110 hhhh bbb 00110 1 nnnnn ddddd"  simd_shift_right           simd_shift::ursra,     "ursra {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
URSRA_scalar         "01 1 111110 hhhh bbb 00110 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::ursra,     "ursra {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
SHL_vector           "0q 0 011110 hhhh bbb 01010 1 nnnnn ddddd"  simd_shift_left            simd_shift::shl,       "shl {d:v}, {n:v}, #{i}"                              AdvSIMD FP;
SHL_scalar           "01 0 111110 hhhh bbb 01010 1 nnnnn ddddd"  simd_scalar_shift_left_d   simd_shift::shl,       "shl {d:scalar}, {n:scalar}, #{i}"                    AdvSIMD FP;
SLI_vector           "0q 1 011110 hhhh bbb 01010 1 nnnnn ddddd"  simd_shift_left            simd_shift::sli,       "sli {d:v}, {n:v}, #{i}"                              AdvSIMD FP;
SLI_scalar           "01 1 111110 hhhh bbb 01010 1 nnnnn ddddd"  simd_scalar_shift_left_d   simd_shift::sli,       "sli {d:scalar}, {n:scalar}, #{i}"                    AdvSIMD FP;
SRI_vector           "0q 1 011110 hhhh bbb 01000 1 nnnnn ddddd"  simd_shift_right           simd_shift::sri,       "sri {d:v}, {n:v}, #{i}"                              AdvSIMD FP;
SRI_scalar           "01 1 111110 hhhh bbb 01000 1 nnnnn ddddd"  simd_scalar_shift_right_d  simd_shift::sri,       "sri {d:scalar}, {n:scalar}, #{i}"                    AdvSIMD FP;
SQSHL_imm_vector     "0q 0 011110 hhhh bbb 01110 1 nnnnn ddddd"  simd_shift_left            simd_shift::sqshl,     "sqshl {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
SQSHL_imm_scalar     "01 0 111110 hhhh bbb 01110 1 nnnnn ddddd"  simd_scalar_shift_left     simd_shift::sqshl,     "sqshl {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
UQSHL_imm_vector     "0q 1 011110 hhhh bbb 01110 1 nnnnn ddddd"  simd_shift_left            simd_shift::uqshl,     "uqshl {d:v}, {n:v}, #{i}"                            AdvSIMD FP;
UQSHL_imm_scalar     "01 1 111110 hhhh bbb 01110 1 nnnnn ddddd"  simd_scalar_shift_left     simd_shift::uqshl,     "uqshl {d:scalar}, {n:scalar}, #{i}"                  AdvSIMD FP;
SQSHLU_vector        "0q 1 011110 hhhh bbb 01100 1 nnnnn ddddd"  simd_shift_left            simd_shift::sqshlu,    "sqshlu {d:v}, {n:v}, #{i}"                           AdvSIMD FP;
SQSHLU_scalar        "01 1 111110 hhhh bbb 01100 1 nnnnn ddddd"  simd_scalar_shift_left     simd_shift::sqshlu,    "sqshlu {d:scalar}, {n:scalar}, #{i}"                 AdvSIMD FP;
SHRN                 "0q 0 011110 hhhh bbb 10000 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::shrn,      "shrn{o:two} {d:vhalf}, {n:vwide}, #{i}"              AdvSIMD FP;
RSHRN                "0q 0 011110 hhhh bbb 10001 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::rshrn,     "rshrn{o:two} {d:vhalf}, {n:vwide}, #{i}"             AdvSIMD FP;
SQSHRN_vector        "0q 0 011110 hhhh bbb 10010 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::sqshrn,    "sqshrn{o:two} {d:vhalf}, {n:vwide}, #{i}"            AdvSIMD FP;
SQSHRN_scalar        "01 0 111110 hhhh bbb 10010 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::sqshrn,    "sqshrn {d:scalar}, {n:scalarwide}, #{i}"             AdvSIMD FP;
UQSHRN_vector        "0q 1 011110 hhhh bbb 10010 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::uqshrn,    "uqshrn{o:two} {d:vhalf}, {n:vwide}, #{i}"            AdvSIMD FP;
UQSHRN_scalar        "01 1 111110 hhhh bbb 10010 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::uqshrn,    "uqshrn {d:scalar}, {n:scalarwide}, #{i}"             AdvSIMD FP;
SQRSHRN_vector       "0q 0 011110 hhhh bbb 10011 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::sqrshrn,   "sqrshrn{o:two} {d:vhalf}, {n:vwide}, #{i}"           AdvSIMD FP;
SQRSHRN_scalar       "01 0 111110 hhhh bbb 10011 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::sqrshrn,   "sqrshrn {d:scalar}, {n:scalarwide}, #{i}"            AdvSIMD FP;
UQRSHRN_vector       "0q 1 011110 hhhh bbb 10011 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::uqrshrn,   "uqrshrn{o:two} {d:vhalf}, {n:vwide}, #{i}"           AdvSIMD FP;
UQRSHRN_scalar       "01 1 111110 hhhh bbb 10011 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::uqrshrn,   "uqrshrn {d:scalar}, {n:scalarwide}, #{i}"            AdvSIMD FP;
SQSHRUN_vector       "0q 1 011110 hhhh bbb 10000 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::sqshrun,   "sqshrun{o:two} {d:vhalf}, {n:vwide}, #{i}"           AdvSIMD FP;
SQSHRUN_scalar       "01 1 111110 hhhh bbb 10000 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::sqshrun,   "sqshrun {d:scalar}, {n:scalarwide}, #{i}"            AdvSIMD FP;
SQRSHRUN_vector      "0q 1 011110 hhhh bbb 10001 1 nnnnn ddddd"  simd_shift_narrow          simd_shift::sqrshrun,  "sqrshrun{o:two} {d:vhalf}, {n:vwide}, #{i}"          AdvSIMD FP;
SQRSHRUN_scalar      "01 1 111110 hhhh bbb 10001 1 nnnnn ddddd"  simd_scalar_shift_narrow   simd_shift::sqrshrun,  "sqrshrun {d:scalar}, {n:scalarwide}, #{i}"           AdvSIMD FP;
SSHLL                "0q 0 011110 hhhh bbb 10100 1 nnnnn ddddd"  simd_shift_long            simd_shift::sshll,     "{w:xtl}{o:two} {d:vwide}, {n:vhalf}, {i:unlessxtl}"  AdvSIMD FP;
USHLL                "0q 1 011110 hhhh bbb 10100 1 nnnnn ddddd"  simd_shift_long            simd_shift::ushll,     "{w:xtl}{o:two} {d:vwide}, {n:vhalf}, {i:unlessxtl}"  AdvSIMD FP;
MOVI_word            "0q 0 0111100000 aaa 0cc0 01 bbbbb ddddd"   simd_imm_word              simd_shift::movi,      "movi {d:v}, #{a:hex}{o:lsl}"                         AdvSIMD FP;
MOVI_half            "0q 0 0111100000 aaa 10c0 01 bbbbb ddddd"   simd_imm_half              simd_shift::movi,      "movi {d:v}, #{a:hex}{o:lsl}"                         AdvSIMD FP;
MOVI_ones            "0q 0 0111100000 aaa 110c 01 bbbbb ddddd"   simd_imm_ones              simd_shift::movi,      "movi {d:v}, #{a:hex}, msl #{o}"                      AdvSIMD FP;
MOVI_byte            "0q 0 0111100000 aaa 1110 01 bbbbb ddddd"   simd_imm_byte              simd_shift::movi,      "movi {d:v}, #{a:hex}"                                AdvSIMD FP;
MOVI_mask_scalar     "00 1 0111100000 aaa 1110 01 bbbbb ddddd"   simd_imm_mask              simd_shift::movi,      "movi d{d}, #{i:hex}"                                 AdvSIMD FP;
MOVI_mask_vector     "01 1 0111100000 aaa 1110 01 bbbbb ddddd"   simd_imm_mask              simd_shift::movi,      "movi {d:v}, #{i:hex}"                                AdvSIMD FP;
MVNI_word            "0q 1 0111100000 aaa 0cc0 01 bbbbb ddddd"   simd_imm_word              simd_shift::mvni,      "mvni {d:v}, #{a:hex}{o:lsl}"                         AdvSIMD FP;
MVNI_half            "0q 1 0111100000 aaa 10c0 01 bbbbb ddddd"   simd_imm_half              simd_shift::mvni,      "mvni {d:v}, #{a:hex}{o:lsl}"                         AdvSIMD FP;
MVNI_ones            "0q 1 0111100000 aaa 110c 01 bbbbb ddddd"   simd_imm_ones              simd_shift::mvni,      "mvni {d:v}, #{a:hex}, msl #{o}"                      AdvSIMD FP;
ORR_vector_imm_word  "0q 0 0111100000 aaa 0cc1 01 bbbbb ddddd"   simd_imm_word              simd_shift::orr_imm,   "orr {d:v}, #{a:hex}{o:lsl}"                          AdvSIMD FP;
ORR_vector_imm_half  "0q 0 0111100000 aaa 10c1 01 bbbbb ddddd"   simd_imm_half              simd_shift::orr_imm,   "orr {d:v}, #{a:hex}{o:lsl}"                          AdvSIMD FP;
BIC_vector_imm_word  "0q 1 0111100000 aaa 0cc1 01 bbbbb ddddd"   simd_imm_word              simd_shift::bic_imm,   "bic {d:v}, #{a:hex}{o:lsl}"                          AdvSIMD FP;
BIC_vector_imm_half  "0q 1 0111100000 aaa 10c1 01 bbbbb ddddd"   simd_imm_half              simd_shift::bic_imm,   "bic {d:v}, #{a:hex}{o:lsl}"                          AdvSIMD FP;
        }
    };
}
