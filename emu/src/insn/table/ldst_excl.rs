//! Rows: exclusive and ordered loads and stores, compare and swap. Knows nothing of execution.

macro_rules! ldst_excl_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name    encoding                                       format            execution                 syntax                                              feature effects
STXR       "zz 001000 0 0 0 sssss 0 aaaaa nnnnn ttttt"    exclusive         ldst_excl::stxr,          "stxr{s:bh} {m:w}, {d:rt}, [{n:x}]"                 Base LOAD | STORE;
STLXR      "zz 001000 0 0 0 sssss 1 aaaaa nnnnn ttttt"    exclusive         ldst_excl::stxr,          "stlxr{s:bh} {m:w}, {d:rt}, [{n:x}]"                Base LOAD | STORE;
LDXR       "zz 001000 0 1 0 sssss 0 aaaaa nnnnn ttttt"    exclusive         ldst_excl::ldxr,          "ldxr{s:bh} {d:rt}, [{n:x}]"                        Base LOAD;
LDAXR      "zz 001000 0 1 0 sssss 1 aaaaa nnnnn ttttt"    exclusive         ldst_excl::ldxr,          "ldaxr{s:bh} {d:rt}, [{n:x}]"                       Base LOAD;
STXP       "1z 001000 0 0 1 sssss 0 aaaaa nnnnn ttttt"    exclusive         ldst_excl::stxp,          "stxp {m:w}, {d:rt}, {a:rt}, [{n:x}]"               Base LOAD | STORE;
STLXP      "1z 001000 0 0 1 sssss 1 aaaaa nnnnn ttttt"    exclusive         ldst_excl::stxp,          "stlxp {m:w}, {d:rt}, {a:rt}, [{n:x}]"              Base LOAD | STORE;
LDXP       "1z 001000 0 1 1 sssss 0 aaaaa nnnnn ttttt"    exclusive         ldst_excl::ldxp,          "ldxp {d:rt}, {a:rt}, [{n:x}]"                      Base LOAD;
LDAXP      "1z 001000 0 1 1 sssss 1 aaaaa nnnnn ttttt"    exclusive         ldst_excl::ldxp,          "ldaxp {d:rt}, {a:rt}, [{n:x}]"                     Base LOAD;
STLRB      "00 001000 1 0 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::strb::<Ordered>,    "stlrb {d:rt}, [{n:x}]"                             Base STORE | ISV;
STLRH      "01 001000 1 0 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::strh::<Ordered>,    "stlrh {d:rt}, [{n:x}]"                             Base STORE | ISV;
STLR_w     "10 001000 1 0 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::str_w::<Ordered>,   "stlr {d:rt}, [{n:x}]"                              Base STORE | ISV;
STLR_x     "11 001000 1 0 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::str_x::<Ordered>,   "stlr {d:rt}, [{n:x}]"                              Base STORE | ISV;
LDARB      "00 001000 1 1 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::ldrb::<Ordered>,    "ldarb {d:rt}, [{n:x}]"                             Base LOAD | ISV;
LDARH      "01 001000 1 1 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::ldrh::<Ordered>,    "ldarh {d:rt}, [{n:x}]"                             Base LOAD | ISV;
LDAR_w     "10 001000 1 1 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::ldr_w::<Ordered>,   "ldar {d:rt}, [{n:x}]"                              Base LOAD | ISV;
LDAR_x     "11 001000 1 1 0 sssss 1 aaaaa nnnnn ttttt"    ordered           ldst::ldr_x::<Ordered>,   "ldar {d:rt}, [{n:x}]"                              Base LOAD | ISV;
STLLRB     "00 001000 1 0 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::strb::<Ordered>,    "stllrb {d:rt}, [{n:x}]"                            LOR STORE | ISV;
STLLRH     "01 001000 1 0 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::strh::<Ordered>,    "stllrh {d:rt}, [{n:x}]"                            LOR STORE | ISV;
STLLR_w    "10 001000 1 0 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::str_w::<Ordered>,   "stllr {d:rt}, [{n:x}]"                             LOR STORE | ISV;
STLLR_x    "11 001000 1 0 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::str_x::<Ordered>,   "stllr {d:rt}, [{n:x}]"                             LOR STORE | ISV;
LDLARB     "00 001000 1 1 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::ldrb::<Ordered>,    "ldlarb {d:rt}, [{n:x}]"                            LOR LOAD | ISV;
LDLARH     "01 001000 1 1 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::ldrh::<Ordered>,    "ldlarh {d:rt}, [{n:x}]"                            LOR LOAD | ISV;
LDLAR_w    "10 001000 1 1 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::ldr_w::<Ordered>,   "ldlar {d:rt}, [{n:x}]"                             LOR LOAD | ISV;
LDLAR_x    "11 001000 1 1 0 sssss 0 aaaaa nnnnn ttttt"    ordered           ldst::ldr_x::<Ordered>,   "ldlar {d:rt}, [{n:x}]"                             LOR LOAD | ISV;
LDAPRB     "00 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" ordered           ldst::ldrb::<Ordered>,    "ldaprb {d:rt}, [{n:x}]"                            LRCPC LOAD | ISV;
LDAPRH     "01 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" ordered           ldst::ldrh::<Ordered>,    "ldaprh {d:rt}, [{n:x}]"                            LRCPC LOAD | ISV;
LDAPR_w    "10 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" ordered           ldst::ldr_w::<Ordered>,   "ldapr {d:rt}, [{n:x}]"                             LRCPC LOAD | ISV;
LDAPR_x    "11 111 0 00 1 0 1 11111 1 100 00 nnnnn ttttt" ordered           ldst::ldr_x::<Ordered>,   "ldapr {d:rt}, [{n:x}]"                             LRCPC LOAD | ISV;
STLURB     "00 011001 00 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::strb::<Ordered>,    "stlurb {d:rt}, [{n:x}{i:off}]"                     LRCPC2 STORE | ISV;
LDAPURB    "00 011001 01 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrb::<Ordered>,    "ldapurb {d:rt}, [{n:x}{i:off}]"                    LRCPC2 LOAD | ISV;
LDAPURSB_x "00 011001 10 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrsb_x::<Ordered>, "ldapursb {d:rt}, [{n:x}{i:off}]"                   LRCPC2 LOAD | ISV;
LDAPURSB_w "00 011001 11 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrsb_w::<Ordered>, "ldapursb {d:rt}, [{n:x}{i:off}]"                   LRCPC2 LOAD | ISV;
STLURH     "01 011001 00 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::strh::<Ordered>,    "stlurh {d:rt}, [{n:x}{i:off}]"                     LRCPC2 STORE | ISV;
LDAPURH    "01 011001 01 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrh::<Ordered>,    "ldapurh {d:rt}, [{n:x}{i:off}]"                    LRCPC2 LOAD | ISV;
LDAPURSH_x "01 011001 10 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrsh_x::<Ordered>, "ldapursh {d:rt}, [{n:x}{i:off}]"                   LRCPC2 LOAD | ISV;
LDAPURSH_w "01 011001 11 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrsh_w::<Ordered>, "ldapursh {d:rt}, [{n:x}{i:off}]"                   LRCPC2 LOAD | ISV;
STLUR_w    "10 011001 00 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::str_w::<Ordered>,   "stlur {d:rt}, [{n:x}{i:off}]"                      LRCPC2 STORE | ISV;
LDAPUR_w   "10 011001 01 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldr_w::<Ordered>,   "ldapur {d:rt}, [{n:x}{i:off}]"                     LRCPC2 LOAD | ISV;
LDAPURSW   "10 011001 10 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldrsw::<Ordered>,   "ldapursw {d:rt}, [{n:x}{i:off}]"                   LRCPC2 LOAD | ISV;
STLUR_x    "11 011001 00 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::str_x::<Ordered>,   "stlur {d:rt}, [{n:x}{i:off}]"                      LRCPC2 STORE | ISV;
LDAPUR_x   "11 011001 01 0 iiiiiiiii 00 nnnnn ttttt"      ordered_imm9      ldst::ldr_x::<Ordered>,   "ldapur {d:rt}, [{n:x}{i:off}]"                     LRCPC2 LOAD | ISV;
CAS        "zz 001000 1 A 1 sssss R 11111 nnnnn ttttt"    compare_swap      ldst_excl::cas,           "cas{w:cas_order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"    LSE LOAD | STORE;
CASP       "0z 001000 0 A 1 sssss R 11111 nnnnn ttttt"    compare_swap_pair ldst_excl::casp,          "casp{w:cas_order} {o:rtpair}, {a:rtpair}, [{n:x}]" LSE LOAD | STORE;
        }
    };
}
