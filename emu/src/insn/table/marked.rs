//! Rows: encodings that are known and not executed: what is left of SVE2.1, matrices (their whole space),
//! 64-byte and transactional instructions. Knows nothing of execution.

macro_rules! marked_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                       format          execution              syntax                           feature effects
// SVE2.1.
SVE_LD1_q      "1010 0101 i00m mmmm 100g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_LD1_qi     "1010 0101 i001 iiii 001g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_LD2Q       "1010 0100 101m mmmm 100g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_LD2Qi      "1010 0100 1001 iiii 111g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_LD34Q      "1010 0101 i01m mmmm 100g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_LD34Qi     "1010 0101 i001 iiii 111g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST1W_q     "1110 0101 000m mmmm 010g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST1W_qi    "1110 0101 0000 iiii 111g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST1D_q     "1110 0101 110m mmmm 010g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST1D_qi    "1110 0101 1100 iiii 111g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST2Q       "1110 0100 011m mmmm 000g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST2Qi      "1110 0100 0100 iiii 000g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST34Q      "1110 0100 1i1m mmmm 000g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SVE_ST34Qi     "1110 0100 1i00 iiii 000g ggnn nnnd dddd"      no_operands     system::scalable,      ".inst {w:word} // sve"          SVE2p1 FP | UNIMPLEMENTED;
SME            "1ii 0000 iiiiiiiiiiiiiiiiiiiiiiiii"           no_operands     system::matrix,        ".inst {w:word} // sme"          SME FP | UNIMPLEMENTED;
// Streaming vector lengths: of FEAT_SME alone, though their encodings are among those of SVE.
RDSVL          "0000 0100 1011 1111 0101 1iii iiid dddd"      rdvl            system::matrix,        "rdsvl {d:x}, #{i:simm}"         SME FP | UNIMPLEMENTED;
ADDSVL         "0000 0100 001n nnnn 0101 1iii iiid dddd"      pred_add_length system::matrix,        "addsvl {d:x}, {n:x}, #{i:simm}" SME FP | UNIMPLEMENTED;
ADDSPL         "0000 0100 011n nnnn 0101 1iii iiid dddd"      pred_add_length system::matrix,        "addspl {d:x}, {n:x}, #{i:simm}" SME FP | UNIMPLEMENTED;
ST64B          "11 111 0 00 0 0 1 11111 1 001 00 nnnnn ttttt" ls64_plain      system::unimplemented, "st64b {d:x}, [{n:x}]"           LS64 STORE | UNIMPLEMENTED;
LD64B          "11 111 0 00 0 0 1 11111 1 101 00 nnnnn ttttt" ls64_plain      system::unimplemented, "ld64b {d:x}, [{n:x}]"           LS64 LOAD | UNIMPLEMENTED;
ST64BV         "11 111 0 00 0 0 1 sssss 1 011 00 nnnnn ttttt" ls64_status     system::unimplemented, "st64bv {m:x}, {d:x}, [{n:x}]"   LS64_V STORE | UNIMPLEMENTED;
ST64BV0        "11 111 0 00 0 0 1 sssss 1 010 00 nnnnn ttttt" ls64_status     system::unimplemented, "st64bv0 {m:x}, {d:x}, [{n:x}]"  LS64_ACCDATA STORE | UNIMPLEMENTED;
TSTART         "1101010100 1 00 011 0011 0000 011 ttttt"      transaction     system::unimplemented, "tstart {d:x}"                   TME SYSTEM | UNIMPLEMENTED;
TTEST          "1101010100 1 00 011 0011 0001 011 ttttt"      transaction     system::unimplemented, "ttest {d:x}"                    TME SYSTEM | UNIMPLEMENTED;
TCOMMIT        "1101010100 0 00 011 0011 0000 011 11111"      no_operands     system::unimplemented, "tcommit"                        TME SYSTEM | UNIMPLEMENTED;
TCANCEL        "11010100 011 iiiiiiiiiiiiiiii 000 00"         imm16           system::unimplemented, "tcancel #{i:u}"                 TME BRANCH | UNIMPLEMENTED;
        }
    };
}
