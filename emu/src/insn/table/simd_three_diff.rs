//! Rows: Advanced SIMD three registers of different widths, vector and scalar. Knows nothing of execution.

macro_rules! simd_three_diff_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name         encoding                                     format               execution                   syntax                                            feature effects
SADDL           "0q 0 01110 ss 1 mmmmm 0000 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::saddl,     "saddl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UADDL           "0q 1 01110 ss 1 mmmmm 0000 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::uaddl,     "uaddl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SADDW           "0q 0 01110 ss 1 mmmmm 0001 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::saddw,     "saddw{o:two} {d:vwide}, {n:vwide}, {m:vhalf}"    AdvSIMD FP;
UADDW           "0q 1 01110 ss 1 mmmmm 0001 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::uaddw,     "uaddw{o:two} {d:vwide}, {n:vwide}, {m:vhalf}"    AdvSIMD FP;
SSUBL           "0q 0 01110 ss 1 mmmmm 0010 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::ssubl,     "ssubl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
USUBL           "0q 1 01110 ss 1 mmmmm 0010 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::usubl,     "usubl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SSUBW           "0q 0 01110 ss 1 mmmmm 0011 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::ssubw,     "ssubw{o:two} {d:vwide}, {n:vwide}, {m:vhalf}"    AdvSIMD FP;
USUBW           "0q 1 01110 ss 1 mmmmm 0011 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::usubw,     "usubw{o:two} {d:vwide}, {n:vwide}, {m:vhalf}"    AdvSIMD FP;
ADDHN           "0q 0 01110 ss 1 mmmmm 0100 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::addhn,     "addhn{o:two} {d:vhalf}, {n:vwide}, {m:vwide}"    AdvSIMD FP;
RADDHN          "0q 1 01110 ss 1 mmmmm 0100 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::raddhn,    "raddhn{o:two} {d:vhalf}, {n:vwide}, {m:vwide}"   AdvSIMD FP;
SUBHN           "0q 0 01110 ss 1 mmmmm 0110 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::subhn,     "subhn{o:two} {d:vhalf}, {n:vwide}, {m:vwide}"    AdvSIMD FP;
RSUBHN          "0q 1 01110 ss 1 mmmmm 0110 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::rsubhn,    "rsubhn{o:two} {d:vhalf}, {n:vwide}, {m:vwide}"   AdvSIMD FP;
SABAL           "0q 0 01110 ss 1 mmmmm 0101 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::sabal,     "sabal{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UABAL           "0q 1 01110 ss 1 mmmmm 0101 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::uabal,     "uabal{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SABDL           "0q 0 01110 ss 1 mmmmm 0111 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::sabdl,     "sabdl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UABDL           "0q 1 01110 ss 1 mmmmm 0111 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::uabdl,     "uabdl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SMLAL_vector    "0q 0 01110 ss 1 mmmmm 1000 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::smlal,     "smlal{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UMLAL_vector    "0q 1 01110 ss 1 mmmmm 1000 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::umlal,     "umlal{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SMLSL_vector    "0q 0 01110 ss 1 mmmmm 1010 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::smlsl,     "smlsl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UMLSL_vector    "0q 1 01110 ss 1 mmmmm 1010 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::umlsl,     "umlsl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SMULL_vector    "0q 0 01110 ss 1 mmmmm 1100 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::smull,     "smull{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
UMULL_vector    "0q 1 01110 ss 1 mmmmm 1100 00 nnnnn ddddd"  simd_half_bhs        simd_three_diff::umull,     "umull{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
SQDMLAL_vector  "0q 0 01110 ss 1 mmmmm 1001 00 nnnnn ddddd"  simd_half_hs         simd_three_diff::sqdmlal,   "sqdmlal{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"  AdvSIMD FP;
SQDMLAL_scalar  "01 0 11110 ss 1 mmmmm 1001 00 nnnnn ddddd"  simd_scalar_long_hs  simd_three_diff::sqdmlal,   "sqdmlal {d:scalarwide}, {n:scalar}, {m:scalar}"  AdvSIMD FP;
SQDMLSL_vector  "0q 0 01110 ss 1 mmmmm 1011 00 nnnnn ddddd"  simd_half_hs         simd_three_diff::sqdmlsl,   "sqdmlsl{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"  AdvSIMD FP;
SQDMLSL_scalar  "01 0 11110 ss 1 mmmmm 1011 00 nnnnn ddddd"  simd_scalar_long_hs  simd_three_diff::sqdmlsl,   "sqdmlsl {d:scalarwide}, {n:scalar}, {m:scalar}"  AdvSIMD FP;
SQDMULL_vector  "0q 0 01110 ss 1 mmmmm 1101 00 nnnnn ddddd"  simd_half_hs         simd_three_diff::sqdmull,   "sqdmull{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"  AdvSIMD FP;
SQDMULL_scalar  "01 0 11110 ss 1 mmmmm 1101 00 nnnnn ddddd"  simd_scalar_long_hs  simd_three_diff::sqdmull,   "sqdmull {d:scalarwide}, {n:scalar}, {m:scalar}"  AdvSIMD FP;
PMULL           "0q 0 01110 ss 1 mmmmm 1110 00 nnnnn ddddd"  simd_half_b          simd_three_diff::pmull,     "pmull{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    AdvSIMD FP;
PMULL_1q        "0q 0 01110 11 1 mmmmm 1110 00 nnnnn ddddd"  simd_half_d          simd_three_diff::pmull_1q,  "pmull{o:two} {d:vwide}, {n:vhalf}, {m:vhalf}"    PMULL FP;
        }
    };
}
