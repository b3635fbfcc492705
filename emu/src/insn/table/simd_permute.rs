//! Rows: Advanced SIMD copies, permutations, extraction and table look-up. Knows nothing of execution.

macro_rules! simd_permute_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name             encoding                                       format               execution                   syntax                           feature effects
DUP_element         "0q 0 01110000 iiiii 0 0000 1 nnnnn ddddd"     simd_dup_element     simd_permute::dup_element,  "dup {d:v}, {n:lane}"            AdvSIMD FP;
DUP_element_scalar  "01 0 11110000 iiiii 0 0000 1 nnnnn ddddd"     simd_dup_scalar      simd_permute::dup_element,  "mov {d:scalar}, {n:lane}"       AdvSIMD FP;
DUP_general         "0q 0 01110000 iiiii 0 0001 1 nnnnn ddddd"     simd_dup_general     simd_permute::dup_general,  "dup {d:v}, {n:rlane}"           AdvSIMD FP;
INS_general         "01 0 01110000 iiiii 0 0011 1 nnnnn ddddd"     simd_insert_general  simd_permute::ins_general,  "mov {d:lane}, {n:rlane}"        AdvSIMD FP;
INS_element         "01 1 01110000 iiiii 0 jjjj 1 nnnnn ddddd"     simd_insert_element  simd_permute::ins_element,  "mov {d:lane}, {n:lanefrom}"     AdvSIMD FP;
SMOV                "0q 0 01110000 iiiii 0 0101 1 nnnnn ddddd"     simd_signed_move     simd_permute::smov,         "smov {d:rq}, {n:lane}"          AdvSIMD FP;
UMOV                "0q 0 01110000 iiiii 0 0111 1 nnnnn ddddd"     simd_unsigned_move   simd_permute::umov,         "{s:umov} {d:rq}, {n:lane}"      AdvSIMD FP;
ZIP1                "0q 0 01110 ss 0 mmmmm 0 011 10 nnnnn ddddd"   simd_bhsd            simd_permute::zip1,         "zip1 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
ZIP2                "0q 0 01110 ss 0 mmmmm 0 111 10 nnnnn ddddd"   simd_bhsd            simd_permute::zip2,         "zip2 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
UZP1                "0q 0 01110 ss 0 mmmmm 0 001 10 nnnnn ddddd"   simd_bhsd            simd_permute::uzp1,         "uzp1 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
UZP2                "0q 0 01110 ss 0 mmmmm 0 101 10 nnnnn ddddd"   simd_bhsd            simd_permute::uzp2,         "uzp2 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
TRN1                "0q 0 01110 ss 0 mmmmm 0 010 10 nnnnn ddddd"   simd_bhsd            simd_permute::trn1,         "trn1 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
TRN2                "0q 0 01110 ss 0 mmmmm 0 110 10 nnnnn ddddd"   simd_bhsd            simd_permute::trn2,         "trn2 {d:v}, {n:v}, {m:v}"       AdvSIMD FP;
EXT                 "0q 1 01110 00 0 mmmmm 0 iiii 0 nnnnn ddddd"   simd_extract         simd_permute::ext,          "ext {d:v}, {n:v}, {m:v}, #{i}"  AdvSIMD FP;
TBL                 "0q 0 01110 00 0 mmmmm 0 ll 0 00 nnnnn ddddd"  simd_table           simd_permute::tbl,          "tbl {d:v}, {n:table}, {m:v}"    AdvSIMD FP;
TBX                 "0q 0 01110 00 0 mmmmm 0 ll 1 00 nnnnn ddddd"  simd_table           simd_permute::tbx,          "tbx {d:v}, {n:table}, {m:v}"    AdvSIMD FP;
LUTI2_b             "01 0 01110 10 0 mmmmm 0 ii 1 00 nnnnn ddddd"  lookup_indexed       simd_permute::luti2,        "luti2 {d:v}, {n:luttable}, v{m}[{a}]" LUT FP;
LUTI2_h             "01 0 01110 11 0 mmmmm 0 iii 00 nnnnn ddddd"   lookup_indexed       simd_permute::luti2,        "luti2 {d:v}, {n:luttable}, v{m}[{a}]" LUT FP;
LUTI4_b             "01 0 01110 01 0 mmmmm 0 i 10 00 nnnnn ddddd"  lookup_indexed       simd_permute::luti4,        "luti4 {d:v}, {n:luttable}, v{m}[{a}]" LUT FP;
LUTI4_h             "01 0 01110 01 0 mmmmm 0 ii 1 00 nnnnn ddddd"  lookup_indexed       simd_permute::luti4,        "luti4 {d:v}, {n:luttable}, v{m}[{a}]" LUT FP;
        }
    };
}
