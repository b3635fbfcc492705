//! Rows: data processing (immediate). Knows nothing of execution.

macro_rules! dp_imm_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                 format          execution                syntax                                  feature effects
ADR           "0ii 10000 iiiiiiiiiiiiiiiiiii ddddd"     adr             dp_imm::adr,             "adr {d:x}, {i:addr}"                   Base NONE;
ADRP          "1ii 10000 iiiiiiiiiiiiiiiiiii ddddd"     adrp            dp_imm::adr,             "adrp {d:x}, {i:addr}"                  Base NONE;
ADD_imm       "s 0 0 100010 h iiiiiiiiiiii nnnnn ddddd" add_sub_imm     dp_imm::add_imm,         "add {d:rsp}, {n:rsp}, #{i:sh12}"       Base NONE;
ADDS_imm      "s 0 1 100010 h iiiiiiiiiiii nnnnn ddddd" adds_subs_imm   dp_imm::adds_imm,        "adds {d:r}, {n:rsp}, #{i:sh12}"        Base SETS_FLAGS;
SUB_imm       "s 1 0 100010 h iiiiiiiiiiii nnnnn ddddd" add_sub_imm     dp_imm::sub_imm,         "sub {d:rsp}, {n:rsp}, #{i:sh12}"       Base NONE;
SUBS_imm      "s 1 1 100010 h iiiiiiiiiiii nnnnn ddddd" adds_subs_imm   dp_imm::subs_imm,        "subs {d:r}, {n:rsp}, #{i:sh12}"        Base SETS_FLAGS;
SMAX_imm      "s 00 100011 1 0000 iiiiiiii nnnnn ddddd" signed_imm8     dp_reg::smax_imm,        "smax {d:r}, {n:r}, #{i:simm}"          CSSC NONE;
UMAX_imm      "s 00 100011 1 0001 iiiiiiii nnnnn ddddd" unsigned_imm8   dp_reg::umax_imm,        "umax {d:r}, {n:r}, #{i:u}"             CSSC NONE;
SMIN_imm      "s 00 100011 1 0010 iiiiiiii nnnnn ddddd" signed_imm8     dp_reg::smin_imm,        "smin {d:r}, {n:r}, #{i:simm}"          CSSC NONE;
UMIN_imm      "s 00 100011 1 0011 iiiiiiii nnnnn ddddd" unsigned_imm8   dp_reg::umin_imm,        "umin {d:r}, {n:r}, #{i:u}"             CSSC NONE;
AND_imm       "s 00 100100 N rrrrrr iiiiii nnnnn ddddd" logical_imm_sp  dp_imm::and_imm,         "and {d:rsp}, {n:r}, #{i:hex}"          Base NONE;
ORR_imm       "s 01 100100 N rrrrrr iiiiii nnnnn ddddd" logical_imm_sp  dp_imm::orr_imm,         "orr {d:rsp}, {n:r}, #{i:hex}"          Base NONE;
EOR_imm       "s 10 100100 N rrrrrr iiiiii nnnnn ddddd" logical_imm_sp  dp_imm::eor_imm,         "eor {d:rsp}, {n:r}, #{i:hex}"          Base NONE;
ANDS_imm      "s 11 100100 N rrrrrr iiiiii nnnnn ddddd" logical_imm_zr  dp_imm::ands_imm,        "ands {d:r}, {n:r}, #{i:hex}"           Base SETS_FLAGS;
MOVN          "s 00 100101 hh iiiiiiiiiiiiiiii ddddd"   move_wide       dp_imm::movn,            "movn {d:r}, #{i:mov}"                  Base NONE;
MOVZ          "s 10 100101 hh iiiiiiiiiiiiiiii ddddd"   move_wide       dp_imm::movz,            "movz {d:r}, #{i:mov}"                  Base NONE;
MOVK          "s 11 100101 hh iiiiiiiiiiiiiiii ddddd"   move_wide       dp_imm::movk,            "movk {d:r}, #{i:mov}"                  Base NONE;
SBFM          "s 00 100110 N rrrrrr iiiiii nnnnn ddddd" bitfield        dp_imm::sbfm,            "sbfm {d:r}, {n:r}, #{m:u}, #{a:u}"     Base NONE;
BFM           "s 01 100110 N rrrrrr iiiiii nnnnn ddddd" bitfield        dp_imm::bfm,             "bfm {d:r}, {n:r}, #{m:u}, #{a:u}"      Base NONE;
UBFM          "s 10 100110 N rrrrrr iiiiii nnnnn ddddd" bitfield        dp_imm::ubfm,            "ubfm {d:r}, {n:r}, #{m:u}, #{a:u}"     Base NONE;
EXTR          "s 00 100111 N 0 mmmmm iiiiii nnnnn ddddd" extract        dp_imm::extr,            "extr {d:r}, {n:r}, {m:r}, #{i:u}"      Base NONE;
        }
    };
}
