//! Rows: encodings that are known and not executed, or not on all memory: matrices (their whole space), 64-byte and transactional instructions.
//! Knows nothing of execution.

macro_rules! marked_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                       format          execution              syntax                           feature effects
SME            "1ii 0000 iiiiiiiiiiiiiiiiiiiiiiiii"           no_operands     system::matrix,        ".inst {w:word} // sme"          SME FP | UNIMPLEMENTED;
// Streaming vector lengths: of FEAT_SME alone, though their encodings are among those of SVE.
RDSVL          "0000 0100 1011 1111 0101 1iii iiid dddd"      rdvl            system::matrix,        "rdsvl {d:x}, #{i:simm}"         SME FP | UNIMPLEMENTED;
ADDSVL         "0000 0100 001n nnnn 0101 1iii iiid dddd"      pred_add_length system::matrix,        "addsvl {d:x}, {n:x}, #{i:simm}" SME FP | UNIMPLEMENTED;
ADDSPL         "0000 0100 011n nnnn 0101 1iii iiid dddd"      pred_add_length system::matrix,        "addspl {d:x}, {n:x}, #{i:simm}" SME FP | UNIMPLEMENTED;
ST64B          "11 111 0 00 0 0 1 11111 1 001 00 nnnnn ttttt" ls64_plain      ls64::store,           "st64b {d:x}, [{n:x}]"           LS64 STORE | SYSTEM;
LD64B          "11 111 0 00 0 0 1 11111 1 101 00 nnnnn ttttt" ls64_plain      ls64::load,            "ld64b {d:x}, [{n:x}]"           LS64 LOAD | SYSTEM;
ST64BV         "11 111 0 00 0 0 1 sssss 1 011 00 nnnnn ttttt" ls64_status     ls64::store_with_status, "st64bv {m:x}, {d:x}, [{n:x}]"   LS64_V STORE | UNIMPLEMENTED;
ST64BV0        "11 111 0 00 0 0 1 sssss 1 010 00 nnnnn ttttt" ls64_status     ls64::store_accelerator, "st64bv0 {m:x}, {d:x}, [{n:x}]"  LS64_ACCDATA STORE | UNIMPLEMENTED;
TSTART         "1101010100 1 00 011 0011 0000 011 ttttt"      transaction     system::unimplemented, "tstart {d:x}"                   TME SYSTEM | UNIMPLEMENTED;
TTEST          "1101010100 1 00 011 0011 0001 011 ttttt"      transaction     system::unimplemented, "ttest {d:x}"                    TME SYSTEM | UNIMPLEMENTED;
TCOMMIT        "1101010100 0 00 011 0011 0000 011 11111"      no_operands     system::unimplemented, "tcommit"                        TME SYSTEM | UNIMPLEMENTED;
TCANCEL        "11010100 011 iiiiiiiiiiiiiiii 000 00"         imm16           system::unimplemented, "tcancel #{i:u}"                 TME BRANCH | UNIMPLEMENTED;
        }
    };
}
