//! Rows: Advanced SIMD structure loads and stores. Knows nothing of execution.

macro_rules! ldst_simd_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name            encoding                                      format              execution                           syntax                               feature effects
ST4_multiple       "0 q 001100 0 0 0 00000 0000 zz nnnnn ttttt"  structures4         ldst_simd::stn_multiple::<Stay>,    "st4 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD4_multiple       "0 q 001100 0 1 0 00000 0000 zz nnnnn ttttt"  structures4         ldst_simd::ldn_multiple::<Stay>,    "ld4 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST1_multiple4      "0 q 001100 0 0 0 00000 0010 zz nnnnn ttttt"  registers4          ldst_simd::st1_multiple::<Stay>,    "st1 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD1_multiple4      "0 q 001100 0 1 0 00000 0010 zz nnnnn ttttt"  registers4          ldst_simd::ld1_multiple::<Stay>,    "ld1 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST3_multiple       "0 q 001100 0 0 0 00000 0100 zz nnnnn ttttt"  structures3         ldst_simd::stn_multiple::<Stay>,    "st3 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD3_multiple       "0 q 001100 0 1 0 00000 0100 zz nnnnn ttttt"  structures3         ldst_simd::ldn_multiple::<Stay>,    "ld3 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST1_multiple3      "0 q 001100 0 0 0 00000 0110 zz nnnnn ttttt"  registers3          ldst_simd::st1_multiple::<Stay>,    "st1 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD1_multiple3      "0 q 001100 0 1 0 00000 0110 zz nnnnn ttttt"  registers3          ldst_simd::ld1_multiple::<Stay>,    "ld1 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST1_multiple1      "0 q 001100 0 0 0 00000 0111 zz nnnnn ttttt"  registers1          ldst_simd::st1_multiple::<Stay>,    "st1 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD1_multiple1      "0 q 001100 0 1 0 00000 0111 zz nnnnn ttttt"  registers1          ldst_simd::ld1_multiple::<Stay>,    "ld1 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST2_multiple       "0 q 001100 0 0 0 00000 1000 zz nnnnn ttttt"  structures2         ldst_simd::stn_multiple::<Stay>,    "st2 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD2_multiple       "0 q 001100 0 1 0 00000 1000 zz nnnnn ttttt"  structures2         ldst_simd::ldn_multiple::<Stay>,    "ld2 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST1_multiple2      "0 q 001100 0 0 0 00000 1010 zz nnnnn ttttt"  registers2          ldst_simd::st1_multiple::<Stay>,    "st1 {d:vlist}, [{n:x}]"             AdvSIMD STORE | FP;
LD1_multiple2      "0 q 001100 0 1 0 00000 1010 zz nnnnn ttttt"  registers2          ldst_simd::ld1_multiple::<Stay>,    "ld1 {d:vlist}, [{n:x}]"             AdvSIMD LOAD | FP;
ST4_multiple_post  "0 q 001100 1 0 0 mmmmm 0000 zz nnnnn ttttt"  structures4         ldst_simd::stn_multiple::<Advance>, "st4 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD4_multiple_post  "0 q 001100 1 1 0 mmmmm 0000 zz nnnnn ttttt"  structures4         ldst_simd::ldn_multiple::<Advance>, "ld4 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST1_multiple4_post "0 q 001100 1 0 0 mmmmm 0010 zz nnnnn ttttt"  registers4          ldst_simd::st1_multiple::<Advance>, "st1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD1_multiple4_post "0 q 001100 1 1 0 mmmmm 0010 zz nnnnn ttttt"  registers4          ldst_simd::ld1_multiple::<Advance>, "ld1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST3_multiple_post  "0 q 001100 1 0 0 mmmmm 0100 zz nnnnn ttttt"  structures3         ldst_simd::stn_multiple::<Advance>, "st3 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD3_multiple_post  "0 q 001100 1 1 0 mmmmm 0100 zz nnnnn ttttt"  structures3         ldst_simd::ldn_multiple::<Advance>, "ld3 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST1_multiple3_post "0 q 001100 1 0 0 mmmmm 0110 zz nnnnn ttttt"  registers3          ldst_simd::st1_multiple::<Advance>, "st1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD1_multiple3_post "0 q 001100 1 1 0 mmmmm 0110 zz nnnnn ttttt"  registers3          ldst_simd::ld1_multiple::<Advance>, "ld1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST1_multiple1_post "0 q 001100 1 0 0 mmmmm 0111 zz nnnnn ttttt"  registers1          ldst_simd::st1_multiple::<Advance>, "st1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD1_multiple1_post "0 q 001100 1 1 0 mmmmm 0111 zz nnnnn ttttt"  registers1          ldst_simd::ld1_multiple::<Advance>, "ld1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST2_multiple_post  "0 q 001100 1 0 0 mmmmm 1000 zz nnnnn ttttt"  structures2         ldst_simd::stn_multiple::<Advance>, "st2 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD2_multiple_post  "0 q 001100 1 1 0 mmmmm 1000 zz nnnnn ttttt"  structures2         ldst_simd::ldn_multiple::<Advance>, "ld2 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST1_multiple2_post "0 q 001100 1 0 0 mmmmm 1010 zz nnnnn ttttt"  registers2          ldst_simd::st1_multiple::<Advance>, "st1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD STORE | FP;
LD1_multiple2_post "0 q 001100 1 1 0 mmmmm 1010 zz nnnnn ttttt"  registers2          ldst_simd::ld1_multiple::<Advance>, "ld1 {d:vlist}, [{n:x}]{m:vpost}"    AdvSIMD LOAD | FP;
ST1_single         "0 q 001101 0 0 0 00000 cc0 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Stay>,       "st1 {d:velement}, [{n:x}]"          AdvSIMD STORE | FP;
LD1_single         "0 q 001101 0 1 0 00000 cc0 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Stay>,       "ld1 {d:velement}, [{n:x}]"          AdvSIMD LOAD | FP;
LD1R               "0 q 001101 0 1 0 00000 110 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Stay>,    "ld1r {d:vlist}, [{n:x}]"            AdvSIMD LOAD | FP;
ST2_single         "0 q 001101 0 0 1 00000 cc0 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Stay>,       "st2 {d:velement}, [{n:x}]"          AdvSIMD STORE | FP;
LD2_single         "0 q 001101 0 1 1 00000 cc0 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Stay>,       "ld2 {d:velement}, [{n:x}]"          AdvSIMD LOAD | FP;
LD2R               "0 q 001101 0 1 1 00000 110 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Stay>,    "ld2r {d:vlist}, [{n:x}]"            AdvSIMD LOAD | FP;
ST3_single         "0 q 001101 0 0 0 00000 cc1 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Stay>,       "st3 {d:velement}, [{n:x}]"          AdvSIMD STORE | FP;
LD3_single         "0 q 001101 0 1 0 00000 cc1 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Stay>,       "ld3 {d:velement}, [{n:x}]"          AdvSIMD LOAD | FP;
LD3R               "0 q 001101 0 1 0 00000 111 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Stay>,    "ld3r {d:vlist}, [{n:x}]"            AdvSIMD LOAD | FP;
ST4_single         "0 q 001101 0 0 1 00000 cc1 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Stay>,       "st4 {d:velement}, [{n:x}]"          AdvSIMD STORE | FP;
LD4_single         "0 q 001101 0 1 1 00000 cc1 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Stay>,       "ld4 {d:velement}, [{n:x}]"          AdvSIMD LOAD | FP;
LD4R               "0 q 001101 0 1 1 00000 111 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Stay>,    "ld4r {d:vlist}, [{n:x}]"            AdvSIMD LOAD | FP;
ST1_single_post    "0 q 001101 1 0 0 mmmmm cc0 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Advance>,    "st1 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD STORE | FP;
LD1_single_post    "0 q 001101 1 1 0 mmmmm cc0 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Advance>,    "ld1 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD LOAD | FP;
LD1R_post          "0 q 001101 1 1 0 mmmmm 110 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Advance>, "ld1r {d:vlist}, [{n:x}]{m:vpost}"   AdvSIMD LOAD | FP;
ST2_single_post    "0 q 001101 1 0 1 mmmmm cc0 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Advance>,    "st2 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD STORE | FP;
LD2_single_post    "0 q 001101 1 1 1 mmmmm cc0 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Advance>,    "ld2 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD LOAD | FP;
LD2R_post          "0 q 001101 1 1 1 mmmmm 110 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Advance>, "ld2r {d:vlist}, [{n:x}]{m:vpost}"   AdvSIMD LOAD | FP;
ST3_single_post    "0 q 001101 1 0 0 mmmmm cc1 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Advance>,    "st3 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD STORE | FP;
LD3_single_post    "0 q 001101 1 1 0 mmmmm cc1 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Advance>,    "ld3 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD LOAD | FP;
LD3R_post          "0 q 001101 1 1 0 mmmmm 111 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Advance>, "ld3r {d:vlist}, [{n:x}]{m:vpost}"   AdvSIMD LOAD | FP;
ST4_single_post    "0 q 001101 1 0 1 mmmmm cc1 s zz nnnnn ttttt" structure_single    ldst_simd::st_single::<Advance>,    "st4 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD STORE | FP;
LD4_single_post    "0 q 001101 1 1 1 mmmmm cc1 s zz nnnnn ttttt" structure_single    ldst_simd::ld_single::<Advance>,    "ld4 {d:velement}, [{n:x}]{m:vpost}" AdvSIMD LOAD | FP;
LD4R_post          "0 q 001101 1 1 1 mmmmm 111 0 zz nnnnn ttttt" structure_replicate ldst_simd::ld_replicate::<Advance>, "ld4r {d:vlist}, [{n:x}]{m:vpost}"   AdvSIMD LOAD | FP;
        }
    };
}
