//! Rows: Advanced SIMD by element, vector and scalar. Knows nothing of execution.

macro_rules! simd_element_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name                  encoding                                      format                    execution                syntax                                           feature effects
MUL_element              "0q 0 01111 ss l mmmmm 1000 h 0 nnnnn ddddd"  simd_element              simd_element::mul,       "mul {d:v}, {n:v}, {m:lane}"                     AdvSIMD FP;
MLA_element              "0q 1 01111 ss l mmmmm 0000 h 0 nnnnn ddddd"  simd_element              simd_element::mla,       "mla {d:v}, {n:v}, {m:lane}"                     AdvSIMD FP;
MLS_element              "0q 1 01111 ss l mmmmm 0100 h 0 nnnnn ddddd"  simd_element              simd_element::mls,       "mls {d:v}, {n:v}, {m:lane}"                     AdvSIMD FP;
SMULL_element            "0q 0 01111 ss l mmmmm 1010 h 0 nnnnn ddddd"  simd_half_element         simd_element::smull,     "smull{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
UMULL_element            "0q 1 01111 ss l mmmmm 1010 h 0 nnnnn ddddd"  simd_half_element         simd_element::umull,     "umull{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
SMLAL_element            "0q 0 01111 ss l mmmmm 0010 h 0 nnnnn ddddd"  simd_half_element         simd_element::smlal,     "smlal{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
UMLAL_element            "0q 1 01111 ss l mmmmm 0010 h 0 nnnnn ddddd"  simd_half_element         simd_element::umlal,     "umlal{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
SMLSL_element            "0q 0 01111 ss l mmmmm 0110 h 0 nnnnn ddddd"  simd_half_element         simd_element::smlsl,     "smlsl{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
UMLSL_element            "0q 1 01111 ss l mmmmm 0110 h 0 nnnnn ddddd"  simd_half_element         simd_element::umlsl,     "umlsl{o:two} {d:vwide}, {n:vhalf}, {m:lane}"    AdvSIMD FP;
SQDMULL_element          "0q 0 01111 ss l mmmmm 1011 h 0 nnnnn ddddd"  simd_half_element         simd_element::sqdmull,   "sqdmull{o:two} {d:vwide}, {n:vhalf}, {m:lane}"  AdvSIMD FP;
SQDMULL_element_scalar   "01 0 11111 ss l mmmmm 1011 h 0 nnnnn ddddd"  simd_scalar_long_element  simd_element::sqdmull,   "sqdmull {d:scalarwide}, {n:scalar}, {m:lane}"   AdvSIMD FP;
SQDMLAL_element          "0q 0 01111 ss l mmmmm 0011 h 0 nnnnn ddddd"  simd_half_element         simd_element::sqdmlal,   "sqdmlal{o:two} {d:vwide}, {n:vhalf}, {m:lane}"  AdvSIMD FP;
SQDMLAL_element_scalar   "01 0 11111 ss l mmmmm 0011 h 0 nnnnn ddddd"  simd_scalar_long_element  simd_element::sqdmlal,   "sqdmlal {d:scalarwide}, {n:scalar}, {m:lane}"   AdvSIMD FP;
SQDMLSL_element          "0q 0 01111 ss l mmmmm 0111 h 0 nnnnn ddddd"  simd_half_element         simd_element::sqdmlsl,   "sqdmlsl{o:two} {d:vwide}, {n:vhalf}, {m:lane}"  AdvSIMD FP;
SQDMLSL_element_scalar   "01 0 11111 ss l mmmmm 0111 h 0 nnnnn ddddd"  simd_scalar_long_element  simd_element::sqdmlsl,   "sqdmlsl {d:scalarwide}, {n:scalar}, {m:lane}"   AdvSIMD FP;
SQDMULH_element          "0q 0 01111 ss l mmmmm 1100 h 0 nnnnn ddddd"  simd_element              simd_element::sqdmulh,   "sqdmulh {d:v}, {n:v}, {m:lane}"                 AdvSIMD FP;
SQDMULH_element_scalar   "01 0 11111 ss l mmmmm 1100 h 0 nnnnn ddddd"  simd_scalar_element       simd_element::sqdmulh,   "sqdmulh {d:scalar}, {n:scalar}, {m:lane}"       AdvSIMD FP;
SQRDMULH_element         "0q 0 01111 ss l mmmmm 1101 h 0 nnnnn ddddd"  simd_element              simd_element::sqrdmulh,  "sqrdmulh {d:v}, {n:v}, {m:lane}"                AdvSIMD FP;
SQRDMULH_element_scalar  "01 0 11111 ss l mmmmm 1101 h 0 nnnnn ddddd"  simd_scalar_element       simd_element::sqrdmulh,  "sqrdmulh {d:scalar}, {n:scalar}, {m:lane}"      AdvSIMD FP;
SQRDMLAH_element         "0q 1 01111 ss l mmmmm 1101 h 0 nnnnn ddddd"  simd_element              simd_element::sqrdmlah,  "sqrdmlah {d:v}, {n:v}, {m:lane}"                RDM FP;
SQRDMLAH_element_scalar  "01 1 11111 ss l mmmmm 1101 h 0 nnnnn ddddd"  simd_scalar_element       simd_element::sqrdmlah,  "sqrdmlah {d:scalar}, {n:scalar}, {m:lane}"      RDM FP;
SQRDMLSH_element         "0q 1 01111 ss l mmmmm 1111 h 0 nnnnn ddddd"  simd_element              simd_element::sqrdmlsh,  "sqrdmlsh {d:v}, {n:v}, {m:lane}"                RDM FP;
SQRDMLSH_element_scalar  "01 1 11111 ss l mmmmm 1111 h 0 nnnnn ddddd"  simd_scalar_element       simd_element::sqrdmlsh,  "sqrdmlsh {d:scalar}, {n:scalar}, {m:lane}"      RDM FP;
SDOT_element             "0q 0 01111 10 l mmmmm 1110 h 0 nnnnn ddddd"  simd_dot_element          simd_element::sdot,      "sdot {d:v}, {n:vbytes}, {m:lane4b}"             DotProd FP;
UDOT_element             "0q 1 01111 10 l mmmmm 1110 h 0 nnnnn ddddd"  simd_dot_element          simd_element::udot,      "udot {d:v}, {n:vbytes}, {m:lane4b}"             DotProd FP;
SUDOT_element            "0q 0 01111 00 l mmmmm 1111 h 0 nnnnn ddddd"  simd_dot_element          simd_element::sudot,     "sudot {d:v}, {n:vbytes}, {m:lane4b}"            I8MM FP;
USDOT_element            "0q 0 01111 10 l mmmmm 1111 h 0 nnnnn ddddd"  simd_dot_element          simd_element::usdot,     "usdot {d:v}, {n:vbytes}, {m:lane4b}"            I8MM FP;
        }
    };
}
