//! Rows: ordered loads and stores with write-back, of pairs and of SIMD&FP registers (FEAT_LRCPC3). Knows nothing of execution.

macro_rules! rcpc3_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name       encoding                                      format           execution                     syntax                                      feature effects
STILP_w       "10 011001 00 0 aaaaa 000 1 10 nnnnn ttttt"   ordered_pair     rcpc3::stilp::<Offset>,       "stilp {d:rt}, {a:rt}, [{n:x}]"             LRCPC3 STORE;
STILP_w_pre   "10 011001 00 0 aaaaa 000 0 10 nnnnn ttttt"   ordered_pair     rcpc3::stilp::<Pre>,          "stilp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!" LRCPC3 STORE;
LDIAPP_w      "10 011001 01 0 aaaaa 000 1 10 nnnnn ttttt"   ordered_pair     rcpc3::ldiapp::<Offset>,      "ldiapp {d:rt}, {a:rt}, [{n:x}]"            LRCPC3 LOAD;
LDIAPP_w_post "10 011001 01 0 aaaaa 000 0 10 nnnnn ttttt"   ordered_pair     rcpc3::ldiapp::<Post>,        "ldiapp {d:rt}, {a:rt}, [{n:x}], #{i:simm}" LRCPC3 LOAD;
STLR_w_pre    "10 011001 10 0 00000 0000 10 nnnnn ttttt"    ordered_step     rcpc3::stlr_w,                "stlr {d:rt}, [{n:x}, #{i:simm}]!"          LRCPC3 STORE;
LDAPR_w_post  "10 011001 11 0 00000 0000 10 nnnnn ttttt"    ordered_step     rcpc3::ldapr_w,               "ldapr {d:rt}, [{n:x}], #{i:simm}"          LRCPC3 LOAD;
STILP_x       "11 011001 00 0 aaaaa 000 1 10 nnnnn ttttt"   ordered_pair     rcpc3::stilp::<Offset>,       "stilp {d:rt}, {a:rt}, [{n:x}]"             LRCPC3 STORE;
STILP_x_pre   "11 011001 00 0 aaaaa 000 0 10 nnnnn ttttt"   ordered_pair     rcpc3::stilp::<Pre>,          "stilp {d:rt}, {a:rt}, [{n:x}, #{i:simm}]!" LRCPC3 STORE;
LDIAPP_x      "11 011001 01 0 aaaaa 000 1 10 nnnnn ttttt"   ordered_pair     rcpc3::ldiapp::<Offset>,      "ldiapp {d:rt}, {a:rt}, [{n:x}]"            LRCPC3 LOAD;
LDIAPP_x_post "11 011001 01 0 aaaaa 000 0 10 nnnnn ttttt"   ordered_pair     rcpc3::ldiapp::<Post>,        "ldiapp {d:rt}, {a:rt}, [{n:x}], #{i:simm}" LRCPC3 LOAD;
STLR_x_pre    "11 011001 10 0 00000 0000 10 nnnnn ttttt"    ordered_step     rcpc3::stlr_x,                "stlr {d:rt}, [{n:x}, #{i:simm}]!"          LRCPC3 STORE;
LDAPR_x_post  "11 011001 11 0 00000 0000 10 nnnnn ttttt"    ordered_step     rcpc3::ldapr_x,               "ldapr {d:rt}, [{n:x}], #{i:simm}"          LRCPC3 LOAD;
STLUR_b       "00 011101 00 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::str_b::<Ordered>,       "stlur {d:vt}, [{n:x}{i:off}]"              LRCPC3 STORE | FP;
LDAPUR_b      "00 011101 01 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::ldr_b::<Ordered>,       "ldapur {d:vt}, [{n:x}{i:off}]"             LRCPC3 LOAD | FP;
STLUR_h       "01 011101 00 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::str_h::<Ordered>,       "stlur {d:vt}, [{n:x}{i:off}]"              LRCPC3 STORE | FP;
LDAPUR_h      "01 011101 01 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::ldr_h::<Ordered>,       "ldapur {d:vt}, [{n:x}{i:off}]"             LRCPC3 LOAD | FP;
STLUR_s       "10 011101 00 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::str_s::<Ordered>,       "stlur {d:vt}, [{n:x}{i:off}]"              LRCPC3 STORE | FP;
LDAPUR_s      "10 011101 01 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::ldr_s::<Ordered>,       "ldapur {d:vt}, [{n:x}{i:off}]"             LRCPC3 LOAD | FP;
STLUR_d       "11 011101 00 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::str_d::<Ordered>,       "stlur {d:vt}, [{n:x}{i:off}]"              LRCPC3 STORE | FP;
LDAPUR_d      "11 011101 01 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::ldr_d::<Ordered>,       "ldapur {d:vt}, [{n:x}{i:off}]"             LRCPC3 LOAD | FP;
STLUR_q       "00 011101 10 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::str_q::<Ordered>,       "stlur {d:vt}, [{n:x}{i:off}]"              LRCPC3 STORE | FP;
LDAPUR_q      "00 011101 11 0 iiiiiiiii 10 nnnnn ttttt"     vector_imm9      ldst::ldr_q::<Ordered>,       "ldapur {d:vt}, [{n:x}{i:off}]"             LRCPC3 LOAD | FP;
STL1          "0 q 001101 0 0 0 00001 100 0 01 nnnnn ttttt" structure_single ldst_simd::st_single::<Stay>, "stl1 {d:velement}, [{n:x}]"                LRCPC3 STORE | FP;
LDAP1         "0 q 001101 0 1 0 00001 100 0 01 nnnnn ttttt" structure_single ldst_simd::ld_single::<Stay>, "ldap1 {d:velement}, [{n:x}]"               LRCPC3 LOAD | FP;
        }
    };
}
