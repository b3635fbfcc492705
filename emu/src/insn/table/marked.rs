//! Rows: RDVL; encodings that are known and not executed: scalable vectors and matrices (their whole space), 8-bit
//! floating point, 64-byte and transactional instructions. Knows nothing of execution.

macro_rules! marked_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                       format      execution              syntax                          feature effects
RDVL    "0000 0100 1011 1111 0101 0iii iiid dddd"       rdvl        scalable::rdvl,        "rdvl {d:x}, #{i:simm}"         SVE FP;
SVE     "iii 0010 iiiiiiiiiiiiiiiiiiiiiiiii"           no_operands system::scalable,      ".inst {w:word} // sve"         SVE FP | UNIMPLEMENTED;
SME     "1ii 0000 iiiiiiiiiiiiiiiiiiiiiiiii"           no_operands system::scalable,      ".inst {w:word} // sme"         SME FP | UNIMPLEMENTED;
F8CVTL       "0 q 1 01110 tt 10000 10111 10 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8 FP | UNIMPLEMENTED;
F8CVTN       "0 q 0 01110 0t 0 mmmmm 11110 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8 FP | UNIMPLEMENTED;
F8MLAL       "0 q 0 01110 11 0 mmmmm 11111 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8FMA FP | UNIMPLEMENTED;
F8MLALL      "0 q 0 01110 0t 0 mmmmm 11000 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8FMA FP | UNIMPLEMENTED;
F8MLAL_elem  "0 q 0 01111 11 iimmmm 0000 i 0 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8FMA FP | UNIMPLEMENTED;
F8MLALL_elem "0 q 1 01111 0t iimmmm 1000 i 0 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8FMA FP | UNIMPLEMENTED;
F8DOT4       "0 q 0 01110 00 0 mmmmm 11111 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8DOT4 FP | UNIMPLEMENTED;
F8DOT2       "0 q 0 01110 01 0 mmmmm 11111 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8DOT2 FP | UNIMPLEMENTED;
F8DOT4_elem  "0 q 0 01111 00 immmmm 0000 i 0 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8DOT4 FP | UNIMPLEMENTED;
F8DOT2_elem  "0 q 0 01111 01 immmmm 0000 i 0 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" FP8DOT2 FP | UNIMPLEMENTED;
F8MMLA_s     "0 1 1 01110 10 0 mmmmm 11101 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" F8F32MM FP | UNIMPLEMENTED;
F8MMLA_h     "0 1 1 01110 00 0 mmmmm 11101 1 nnnnn ddddd" no_operands system::fp8, ".inst {w:word} // fp8" F8F16MM FP | UNIMPLEMENTED;
ST64B   "11 111 0 00 0 0 1 11111 1 001 00 nnnnn ttttt" ls64_plain  system::unimplemented, "st64b {d:x}, [{n:x}]"          LS64 STORE | UNIMPLEMENTED;
LD64B   "11 111 0 00 0 0 1 11111 1 101 00 nnnnn ttttt" ls64_plain  system::unimplemented, "ld64b {d:x}, [{n:x}]"          LS64 LOAD | UNIMPLEMENTED;
ST64BV  "11 111 0 00 0 0 1 sssss 1 011 00 nnnnn ttttt" ls64_status system::unimplemented, "st64bv {m:x}, {d:x}, [{n:x}]"  LS64_V STORE | UNIMPLEMENTED;
ST64BV0 "11 111 0 00 0 0 1 sssss 1 010 00 nnnnn ttttt" ls64_status system::unimplemented, "st64bv0 {m:x}, {d:x}, [{n:x}]" LS64_ACCDATA STORE | UNIMPLEMENTED;
TSTART  "1101010100 1 00 011 0011 0000 011 ttttt"      transaction system::unimplemented, "tstart {d:x}"                  TME SYSTEM | UNIMPLEMENTED;
TTEST   "1101010100 1 00 011 0011 0001 011 ttttt"      transaction system::unimplemented, "ttest {d:x}"                   TME SYSTEM | UNIMPLEMENTED;
TCOMMIT "1101010100 0 00 011 0011 0000 011 11111"      no_operands system::unimplemented, "tcommit"                       TME SYSTEM | UNIMPLEMENTED;
TCANCEL "11010100 011 iiiiiiiiiiiiiiii 000 00"         imm16       system::unimplemented, "tcancel #{i:u}"                TME BRANCH | UNIMPLEMENTED;
        }
    };
}
