//! Rows of SVE2: integer and cryptography, without what is predicated, multiplies elements of one size, matches or looks up. Knows nothing
//! of execution.

macro_rules! sve2_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                  format               execution                        syntax                                          feature effects
// Results twice as wide as the elements, which are the even (B, bottom) or the odd (T, top) ones.
SADDLB_z_zz    "0100 0101 ss0m mmmm 0000 00nn nnnd dddd" sve2_long            sve::sve2::long::saddl,          "saddlb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SADDLT_z_zz    "0100 0101 ss0m mmmm 0000 01nn nnnd dddd" sve2_long            sve::sve2::long::saddl,          "saddlt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UADDLB_z_zz    "0100 0101 ss0m mmmm 0000 10nn nnnd dddd" sve2_long            sve::sve2::long::uaddl,          "uaddlb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UADDLT_z_zz    "0100 0101 ss0m mmmm 0000 11nn nnnd dddd" sve2_long            sve::sve2::long::uaddl,          "uaddlt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SSUBLB_z_zz    "0100 0101 ss0m mmmm 0001 00nn nnnd dddd" sve2_long            sve::sve2::long::ssubl,          "ssublb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SSUBLT_z_zz    "0100 0101 ss0m mmmm 0001 01nn nnnd dddd" sve2_long            sve::sve2::long::ssubl,          "ssublt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
USUBLB_z_zz    "0100 0101 ss0m mmmm 0001 10nn nnnd dddd" sve2_long            sve::sve2::long::usubl,          "usublb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
USUBLT_z_zz    "0100 0101 ss0m mmmm 0001 11nn nnnd dddd" sve2_long            sve::sve2::long::usubl,          "usublt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SABDLB_z_zz    "0100 0101 ss0m mmmm 0011 00nn nnnd dddd" sve2_long            sve::sve2::long::sabdl,          "sabdlb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SABDLT_z_zz    "0100 0101 ss0m mmmm 0011 01nn nnnd dddd" sve2_long            sve::sve2::long::sabdl,          "sabdlt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UABDLB_z_zz    "0100 0101 ss0m mmmm 0011 10nn nnnd dddd" sve2_long            sve::sve2::long::uabdl,          "uabdlb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UABDLT_z_zz    "0100 0101 ss0m mmmm 0011 11nn nnnd dddd" sve2_long            sve::sve2::long::uabdl,          "uabdlt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SADDLBT_z_zz   "0100 0101 ss0m mmmm 1000 00nn nnnd dddd" sve2_long_crossed    sve::sve2::long::saddl,          "saddlbt {d:z}, {n:znarrow}, {m:znarrow}"       SVE2 FP;
SSUBLBT_z_zz   "0100 0101 ss0m mmmm 1000 10nn nnnd dddd" sve2_long_crossed    sve::sve2::long::ssubl,          "ssublbt {d:z}, {n:znarrow}, {m:znarrow}"       SVE2 FP;
SSUBLTB_z_zz   "0100 0101 ss0m mmmm 1000 11nn nnnd dddd" sve2_long_crossed    sve::sve2::long::ssubl,          "ssubltb {d:z}, {n:znarrow}, {m:znarrow}"       SVE2 FP;
SADDWB_z_zz    "0100 0101 ss0m mmmm 0100 00nn nnnd dddd" sve2_long            sve::sve2::long::saddw,          "saddwb {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
SADDWT_z_zz    "0100 0101 ss0m mmmm 0100 01nn nnnd dddd" sve2_long            sve::sve2::long::saddw,          "saddwt {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
UADDWB_z_zz    "0100 0101 ss0m mmmm 0100 10nn nnnd dddd" sve2_long            sve::sve2::long::uaddw,          "uaddwb {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
UADDWT_z_zz    "0100 0101 ss0m mmmm 0100 11nn nnnd dddd" sve2_long            sve::sve2::long::uaddw,          "uaddwt {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
SSUBWB_z_zz    "0100 0101 ss0m mmmm 0101 00nn nnnd dddd" sve2_long            sve::sve2::long::ssubw,          "ssubwb {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
SSUBWT_z_zz    "0100 0101 ss0m mmmm 0101 01nn nnnd dddd" sve2_long            sve::sve2::long::ssubw,          "ssubwt {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
USUBWB_z_zz    "0100 0101 ss0m mmmm 0101 10nn nnnd dddd" sve2_long            sve::sve2::long::usubw,          "usubwb {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
USUBWT_z_zz    "0100 0101 ss0m mmmm 0101 11nn nnnd dddd" sve2_long            sve::sve2::long::usubw,          "usubwt {d:z}, {n:z}, {m:znarrow}"              SVE2 FP;
SABALB_z_zz    "0100 0101 ss0m mmmm 1100 00nn nnnd dddd" sve2_long            sve::sve2::long::sabal,          "sabalb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SABALT_z_zz    "0100 0101 ss0m mmmm 1100 01nn nnnd dddd" sve2_long            sve::sve2::long::sabal,          "sabalt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UABALB_z_zz    "0100 0101 ss0m mmmm 1100 10nn nnnd dddd" sve2_long            sve::sve2::long::uabal,          "uabalb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UABALT_z_zz    "0100 0101 ss0m mmmm 1100 11nn nnnd dddd" sve2_long            sve::sve2::long::uabal,          "uabalt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
// Products twice as wide.
SMULLB_z_zz    "0100 0101 ss0m mmmm 0111 00nn nnnd dddd" sve2_long            sve::sve2::long::smull,          "smullb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SMULLT_z_zz    "0100 0101 ss0m mmmm 0111 01nn nnnd dddd" sve2_long            sve::sve2::long::smull,          "smullt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMULLB_z_zz    "0100 0101 ss0m mmmm 0111 10nn nnnd dddd" sve2_long            sve::sve2::long::umull,          "umullb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMULLT_z_zz    "0100 0101 ss0m mmmm 0111 11nn nnnd dddd" sve2_long            sve::sve2::long::umull,          "umullt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SQDMULLB_z_zz  "0100 0101 ss0m mmmm 0110 00nn nnnd dddd" sve2_long            sve::sve2::long::sqdmull,        "sqdmullb {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
SQDMULLT_z_zz  "0100 0101 ss0m mmmm 0110 01nn nnnd dddd" sve2_long            sve::sve2::long::sqdmull,        "sqdmullt {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
PMULLB_z_zz    "0100 0101 s10m mmmm 0110 10nn nnnd dddd" sve2_long            sve::sve2::long::pmull,          "pmullb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
PMULLT_z_zz    "0100 0101 s10m mmmm 0110 11nn nnnd dddd" sve2_long            sve::sve2::long::pmull,          "pmullt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
PMULLB_z_zz_q  "0100 0101 000m mmmm 0110 10nn nnnd dddd" sve2_long_quadword   sve::sve2::long::pmull_quadword, "pmullb {d:zq}, {n:zd}, {m:zd}"                 SVE_PMULL128 FP;
PMULLT_z_zz_q  "0100 0101 000m mmmm 0110 11nn nnnd dddd" sve2_long_quadword   sve::sve2::long::pmull_quadword, "pmullt {d:zq}, {n:zd}, {m:zd}"                 SVE_PMULL128 FP;
SMLALB_z_zz    "0100 0100 ss0m mmmm 0100 00nn nnnd dddd" sve2_long            sve::sve2::long::smlal,          "smlalb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SMLALT_z_zz    "0100 0100 ss0m mmmm 0100 01nn nnnd dddd" sve2_long            sve::sve2::long::smlal,          "smlalt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMLALB_z_zz    "0100 0100 ss0m mmmm 0100 10nn nnnd dddd" sve2_long            sve::sve2::long::umlal,          "umlalb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMLALT_z_zz    "0100 0100 ss0m mmmm 0100 11nn nnnd dddd" sve2_long            sve::sve2::long::umlal,          "umlalt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SMLSLB_z_zz    "0100 0100 ss0m mmmm 0101 00nn nnnd dddd" sve2_long            sve::sve2::long::smlsl,          "smlslb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SMLSLT_z_zz    "0100 0100 ss0m mmmm 0101 01nn nnnd dddd" sve2_long            sve::sve2::long::smlsl,          "smlslt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMLSLB_z_zz    "0100 0100 ss0m mmmm 0101 10nn nnnd dddd" sve2_long            sve::sve2::long::umlsl,          "umlslb {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
UMLSLT_z_zz    "0100 0100 ss0m mmmm 0101 11nn nnnd dddd" sve2_long            sve::sve2::long::umlsl,          "umlslt {d:z}, {n:znarrow}, {m:znarrow}"        SVE2 FP;
SQDMLALB_z_zz  "0100 0100 ss0m mmmm 0110 00nn nnnd dddd" sve2_long            sve::sve2::long::sqdmlal,        "sqdmlalb {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
SQDMLALT_z_zz  "0100 0100 ss0m mmmm 0110 01nn nnnd dddd" sve2_long            sve::sve2::long::sqdmlal,        "sqdmlalt {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
SQDMLSLB_z_zz  "0100 0100 ss0m mmmm 0110 10nn nnnd dddd" sve2_long            sve::sve2::long::sqdmlsl,        "sqdmlslb {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
SQDMLSLT_z_zz  "0100 0100 ss0m mmmm 0110 11nn nnnd dddd" sve2_long            sve::sve2::long::sqdmlsl,        "sqdmlslt {d:z}, {n:znarrow}, {m:znarrow}"      SVE2 FP;
SQDMLALBT_z_zz "0100 0100 ss0m mmmm 0000 10nn nnnd dddd" sve2_long_bottom_top sve::sve2::long::sqdmlal,        "sqdmlalbt {d:z}, {n:znarrow}, {m:znarrow}"     SVE2 FP;
SQDMLSLBT_z_zz "0100 0100 ss0m mmmm 0000 11nn nnnd dddd" sve2_long_bottom_top sve::sve2::long::sqdmlsl,        "sqdmlslbt {d:z}, {n:znarrow}, {m:znarrow}"     SVE2 FP;
// By one element of every 128 bits.
SMULLB_z_zzi   "0100 0100 1s1m mmmm 1100 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smull,          "smullb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SMULLT_z_zzi   "0100 0100 1s1m mmmm 1100 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smull,          "smullt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMULLB_z_zzi   "0100 0100 1s1m mmmm 1101 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umull,          "umullb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMULLT_z_zzi   "0100 0100 1s1m mmmm 1101 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umull,          "umullt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SQDMULLB_z_zzi "0100 0100 1s1m mmmm 1110 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmull,        "sqdmullb {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
SQDMULLT_z_zzi "0100 0100 1s1m mmmm 1110 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmull,        "sqdmullt {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
SMLALB_z_zzi   "0100 0100 1s1m mmmm 1000 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smlal,          "smlalb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SMLALT_z_zzi   "0100 0100 1s1m mmmm 1000 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smlal,          "smlalt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMLALB_z_zzi   "0100 0100 1s1m mmmm 1001 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umlal,          "umlalb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMLALT_z_zzi   "0100 0100 1s1m mmmm 1001 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umlal,          "umlalt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SMLSLB_z_zzi   "0100 0100 1s1m mmmm 1010 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smlsl,          "smlslb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SMLSLT_z_zzi   "0100 0100 1s1m mmmm 1010 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::smlsl,          "smlslt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMLSLB_z_zzi   "0100 0100 1s1m mmmm 1011 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umlsl,          "umlslb {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
UMLSLT_z_zzi   "0100 0100 1s1m mmmm 1011 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::umlsl,          "umlslt {d:z}, {n:znarrow}, {m:sve2_element}"   SVE2 FP;
SQDMLALB_z_zzi "0100 0100 1s1m mmmm 0010 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmlal,        "sqdmlalb {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
SQDMLALT_z_zzi "0100 0100 1s1m mmmm 0010 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmlal,        "sqdmlalt {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
SQDMLSLB_z_zzi "0100 0100 1s1m mmmm 0011 i0nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmlsl,        "sqdmlslb {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
SQDMLSLT_z_zzi "0100 0100 1s1m mmmm 0011 i1nn nnnd dddd" sve2_long_indexed    sve::sve2::long::sqdmlsl,        "sqdmlslt {d:z}, {n:znarrow}, {m:sve2_element}" SVE2 FP;
// Accumulating, of one size.
SABA_z_zz      "0100 0101 ss0m mmmm 1111 10nn nnnd dddd" sve                  sve::sve2::accumulate::saba,     "saba {d:z}, {n:z}, {m:z}"                      SVE2 FP;
UABA_z_zz      "0100 0101 ss0m mmmm 1111 11nn nnnd dddd" sve                  sve::sve2::accumulate::uaba,     "uaba {d:z}, {n:z}, {m:z}"                      SVE2 FP;
SQRDMLAH_z_zz  "0100 0100 ss0m mmmm 0111 00nn nnnd dddd" sve                  sve::sve2::accumulate::sqrdmlah, "sqrdmlah {d:z}, {n:z}, {m:z}"                  SVE2 FP;
SQRDMLSH_z_zz  "0100 0100 ss0m mmmm 0111 01nn nnnd dddd" sve                  sve::sve2::accumulate::sqrdmlsh, "sqrdmlsh {d:z}, {n:z}, {m:z}"                  SVE2 FP;
ADCLB_z_zz     "0100 0101 0s0m mmmm 1101 00nn nnnd dddd" sve2_carry           sve::sve2::accumulate::adcl,     "adclb {d:z}, {n:z}, {m:z}"                     SVE2 FP;
ADCLT_z_zz     "0100 0101 0s0m mmmm 1101 01nn nnnd dddd" sve2_carry           sve::sve2::accumulate::adcl,     "adclt {d:z}, {n:z}, {m:z}"                     SVE2 FP;
SBCLB_z_zz     "0100 0101 1s0m mmmm 1101 00nn nnnd dddd" sve2_carry           sve::sve2::accumulate::sbcl,     "sbclb {d:z}, {n:z}, {m:z}"                     SVE2 FP;
SBCLT_z_zz     "0100 0101 1s0m mmmm 1101 01nn nnnd dddd" sve2_carry           sve::sve2::accumulate::sbcl,     "sbclt {d:z}, {n:z}, {m:z}"                     SVE2 FP;
CADD_z_zz      "0100 0101 ss00 0000 1101 1rmm mmmd dddd" sve2_complex         sve::sve2::accumulate::cadd,     "cadd {d:z}, {d:z}, {m:z}, #{i:u}"              SVE2 FP;
SQCADD_z_zz    "0100 0101 ss00 0001 1101 1rmm mmmd dddd" sve2_complex         sve::sve2::accumulate::sqcadd,   "sqcadd {d:z}, {d:z}, {m:z}, #{i:u}"            SVE2 FP;
// Shifts by an immediate.
SSHLLB_z_zi    "0100 0101 0t0t tiii 1010 00nn nnnd dddd" sve2_shift_long      sve::sve2::shift::sshll,         "sshllb {d:z}, {n:znarrow}, #{i:u}"             SVE2 FP;
SSHLLT_z_zi    "0100 0101 0t0t tiii 1010 01nn nnnd dddd" sve2_shift_long      sve::sve2::shift::sshll,         "sshllt {d:z}, {n:znarrow}, #{i:u}"             SVE2 FP;
USHLLB_z_zi    "0100 0101 0t0t tiii 1010 10nn nnnd dddd" sve2_shift_long      sve::sve2::shift::ushll,         "ushllb {d:z}, {n:znarrow}, #{i:u}"             SVE2 FP;
USHLLT_z_zi    "0100 0101 0t0t tiii 1010 11nn nnnd dddd" sve2_shift_long      sve::sve2::shift::ushll,         "ushllt {d:z}, {n:znarrow}, #{i:u}"             SVE2 FP;
SSRA_z_zi      "0100 0101 tt0t tiii 1110 00nn nnnd dddd" sve2_shift_right     sve::sve2::shift::ssra,          "ssra {d:z}, {n:z}, #{i:u}"                     SVE2 FP;
USRA_z_zi      "0100 0101 tt0t tiii 1110 01nn nnnd dddd" sve2_shift_right     sve::sve2::shift::usra,          "usra {d:z}, {n:z}, #{i:u}"                     SVE2 FP;
SRSRA_z_zi     "0100 0101 tt0t tiii 1110 10nn nnnd dddd" sve2_shift_right     sve::sve2::shift::srsra,         "srsra {d:z}, {n:z}, #{i:u}"                    SVE2 FP;
URSRA_z_zi     "0100 0101 tt0t tiii 1110 11nn nnnd dddd" sve2_shift_right     sve::sve2::shift::ursra,         "ursra {d:z}, {n:z}, #{i:u}"                    SVE2 FP;
SRI_z_zi       "0100 0101 tt0t tiii 1111 00nn nnnd dddd" sve2_shift_right     sve::sve2::shift::sri,           "sri {d:z}, {n:z}, #{i:u}"                      SVE2 FP;
SLI_z_zi       "0100 0101 tt0t tiii 1111 01nn nnnd dddd" sve2_shift_left      sve::sve2::shift::sli,           "sli {d:z}, {n:z}, #{i:u}"                      SVE2 FP;
XAR_z_zz       "0000 0100 tt1t tiii 0011 01mm mmmd dddd" sve2_rotate          sve::sve2::shift::xar,           "xar {d:z}, {d:z}, {m:z}, #{i:u}"               SVE2 FP;
// Results half as wide, in the even elements (B), the others zero, or in the odd ones (T), the others kept.
SQXTNB_z_z     "0100 0101 0t1t t000 0100 00nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::sqxtn,        "sqxtnb {d:znarrow}, {n:z}"                     SVE2 FP;
SQXTNT_z_z     "0100 0101 0t1t t000 0100 01nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::sqxtn,        "sqxtnt {d:znarrow}, {n:z}"                     SVE2 FP;
UQXTNB_z_z     "0100 0101 0t1t t000 0100 10nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::uqxtn,        "uqxtnb {d:znarrow}, {n:z}"                     SVE2 FP;
UQXTNT_z_z     "0100 0101 0t1t t000 0100 11nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::uqxtn,        "uqxtnt {d:znarrow}, {n:z}"                     SVE2 FP;
SQXTUNB_z_z    "0100 0101 0t1t t000 0101 00nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::sqxtun,       "sqxtunb {d:znarrow}, {n:z}"                    SVE2 FP;
SQXTUNT_z_z    "0100 0101 0t1t t000 0101 01nn nnnd dddd" sve2_extract_narrow  sve::sve2::narrow::sqxtun,       "sqxtunt {d:znarrow}, {n:z}"                    SVE2 FP;
SQSHRUNB_z_zi  "0100 0101 0t1t tiii 0000 00nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqshrun,      "sqshrunb {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
SQSHRUNT_z_zi  "0100 0101 0t1t tiii 0000 01nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqshrun,      "sqshrunt {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
SQRSHRUNB_z_zi "0100 0101 0t1t tiii 0000 10nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqrshrun,     "sqrshrunb {d:znarrow}, {n:z}, #{i:u}"          SVE2 FP;
SQRSHRUNT_z_zi "0100 0101 0t1t tiii 0000 11nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqrshrun,     "sqrshrunt {d:znarrow}, {n:z}, #{i:u}"          SVE2 FP;
SHRNB_z_zi     "0100 0101 0t1t tiii 0001 00nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::shrn,         "shrnb {d:znarrow}, {n:z}, #{i:u}"              SVE2 FP;
SHRNT_z_zi     "0100 0101 0t1t tiii 0001 01nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::shrn,         "shrnt {d:znarrow}, {n:z}, #{i:u}"              SVE2 FP;
RSHRNB_z_zi    "0100 0101 0t1t tiii 0001 10nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::rshrn,        "rshrnb {d:znarrow}, {n:z}, #{i:u}"             SVE2 FP;
RSHRNT_z_zi    "0100 0101 0t1t tiii 0001 11nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::rshrn,        "rshrnt {d:znarrow}, {n:z}, #{i:u}"             SVE2 FP;
SQSHRNB_z_zi   "0100 0101 0t1t tiii 0010 00nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqshrn,       "sqshrnb {d:znarrow}, {n:z}, #{i:u}"            SVE2 FP;
SQSHRNT_z_zi   "0100 0101 0t1t tiii 0010 01nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqshrn,       "sqshrnt {d:znarrow}, {n:z}, #{i:u}"            SVE2 FP;
SQRSHRNB_z_zi  "0100 0101 0t1t tiii 0010 10nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqrshrn,      "sqrshrnb {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
SQRSHRNT_z_zi  "0100 0101 0t1t tiii 0010 11nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::sqrshrn,      "sqrshrnt {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
UQSHRNB_z_zi   "0100 0101 0t1t tiii 0011 00nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::uqshrn,       "uqshrnb {d:znarrow}, {n:z}, #{i:u}"            SVE2 FP;
UQSHRNT_z_zi   "0100 0101 0t1t tiii 0011 01nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::uqshrn,       "uqshrnt {d:znarrow}, {n:z}, #{i:u}"            SVE2 FP;
UQRSHRNB_z_zi  "0100 0101 0t1t tiii 0011 10nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::uqrshrn,      "uqrshrnb {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
UQRSHRNT_z_zi  "0100 0101 0t1t tiii 0011 11nn nnnd dddd" sve2_shift_narrow    sve::sve2::narrow::uqrshrn,      "uqrshrnt {d:znarrow}, {n:z}, #{i:u}"           SVE2 FP;
ADDHNB_z_zz    "0100 0101 ss1m mmmm 0110 00nn nnnd dddd" sve2_long            sve::sve2::narrow::addhn,        "addhnb {d:znarrow}, {n:z}, {m:z}"              SVE2 FP;
ADDHNT_z_zz    "0100 0101 ss1m mmmm 0110 01nn nnnd dddd" sve2_long            sve::sve2::narrow::addhn,        "addhnt {d:znarrow}, {n:z}, {m:z}"              SVE2 FP;
RADDHNB_z_zz   "0100 0101 ss1m mmmm 0110 10nn nnnd dddd" sve2_long            sve::sve2::narrow::raddhn,       "raddhnb {d:znarrow}, {n:z}, {m:z}"             SVE2 FP;
RADDHNT_z_zz   "0100 0101 ss1m mmmm 0110 11nn nnnd dddd" sve2_long            sve::sve2::narrow::raddhn,       "raddhnt {d:znarrow}, {n:z}, {m:z}"             SVE2 FP;
SUBHNB_z_zz    "0100 0101 ss1m mmmm 0111 00nn nnnd dddd" sve2_long            sve::sve2::narrow::subhn,        "subhnb {d:znarrow}, {n:z}, {m:z}"              SVE2 FP;
SUBHNT_z_zz    "0100 0101 ss1m mmmm 0111 01nn nnnd dddd" sve2_long            sve::sve2::narrow::subhn,        "subhnt {d:znarrow}, {n:z}, {m:z}"              SVE2 FP;
RSUBHNB_z_zz   "0100 0101 ss1m mmmm 0111 10nn nnnd dddd" sve2_long            sve::sve2::narrow::rsubhn,       "rsubhnb {d:znarrow}, {n:z}, {m:z}"             SVE2 FP;
RSUBHNT_z_zz   "0100 0101 ss1m mmmm 0111 11nn nnnd dddd" sve2_long            sve::sve2::narrow::rsubhn,       "rsubhnt {d:znarrow}, {n:z}, {m:z}"             SVE2 FP;
// Bits.
EOR3_z_zzz     "0000 0100 001m mmmm 0011 10aa aaad dddd" sve2_ternary         sve::sve2::bitwise::eor3,        "eor3 {d:zd}, {d:zd}, {m:zd}, {a:zd}"           SVE2 FP;
BCAX_z_zzz     "0000 0100 011m mmmm 0011 10aa aaad dddd" sve2_ternary         sve::sve2::bitwise::bcax,        "bcax {d:zd}, {d:zd}, {m:zd}, {a:zd}"           SVE2 FP;
BSL_z_zzz      "0000 0100 001m mmmm 0011 11aa aaad dddd" sve2_ternary         sve::sve2::bitwise::bsl,         "bsl {d:zd}, {d:zd}, {m:zd}, {a:zd}"            SVE2 FP;
BSL1N_z_zzz    "0000 0100 011m mmmm 0011 11aa aaad dddd" sve2_ternary         sve::sve2::bitwise::bsl1n,       "bsl1n {d:zd}, {d:zd}, {m:zd}, {a:zd}"          SVE2 FP;
BSL2N_z_zzz    "0000 0100 101m mmmm 0011 11aa aaad dddd" sve2_ternary         sve::sve2::bitwise::bsl2n,       "bsl2n {d:zd}, {d:zd}, {m:zd}, {a:zd}"          SVE2 FP;
NBSL_z_zzz     "0000 0100 111m mmmm 0011 11aa aaad dddd" sve2_ternary         sve::sve2::bitwise::nbsl,        "nbsl {d:zd}, {d:zd}, {m:zd}, {a:zd}"           SVE2 FP;
EORBT_z_zz     "0100 0101 ss0m mmmm 1001 00nn nnnd dddd" sve                  sve::sve2::bitwise::eorbt,       "eorbt {d:z}, {n:z}, {m:z}"                     SVE2 FP;
EORTB_z_zz     "0100 0101 ss0m mmmm 1001 01nn nnnd dddd" sve                  sve::sve2::bitwise::eortb,       "eortb {d:z}, {n:z}, {m:z}"                     SVE2 FP;
BEXT_z_zz      "0100 0101 ss0m mmmm 1011 00nn nnnd dddd" sve                  sve::sve2::bitwise::bext,        "bext {d:z}, {n:z}, {m:z}"                      SVE_BitPerm FP;
BDEP_z_zz      "0100 0101 ss0m mmmm 1011 01nn nnnd dddd" sve                  sve::sve2::bitwise::bdep,        "bdep {d:z}, {n:z}, {m:z}"                      SVE_BitPerm FP;
BGRP_z_zz      "0100 0101 ss0m mmmm 1011 10nn nnnd dddd" sve                  sve::sve2::bitwise::bgrp,        "bgrp {d:z}, {n:z}, {m:z}"                      SVE_BitPerm FP;
// Histograms.
HISTCNT_z_p_zz "0100 0101 1s1m mmmm 110g ggnn nnnd dddd" sve                  sve::sve2::histogram::histcnt,   "histcnt {d:z}, {o:pz}, {n:z}, {m:z}"           SVE2 FP;
HISTSEG_z_zz   "0100 0101 001m mmmm 1010 00nn nnnd dddd" sve                  sve::sve2::histogram::histseg,   "histseg {d:z}, {n:z}, {m:z}"                   SVE2 FP;
// Cryptography.
AESMC_z_z      "0100 0101 0010 0000 1110 0000 000d dddd" sve                  sve::sve2::crypto::aesmc,        "aesmc {d:zb}, {d:zb}"                          SVE_AES FP;
AESIMC_z_z     "0100 0101 0010 0000 1110 0100 000d dddd" sve                  sve::sve2::crypto::aesimc,       "aesimc {d:zb}, {d:zb}"                         SVE_AES FP;
AESE_z_zz      "0100 0101 0010 0010 1110 00mm mmmd dddd" sve_destructive      sve::sve2::crypto::aese,         "aese {d:zb}, {d:zb}, {m:zb}"                   SVE_AES FP;
AESD_z_zz      "0100 0101 0010 0010 1110 01mm mmmd dddd" sve_destructive      sve::sve2::crypto::aesd,         "aesd {d:zb}, {d:zb}, {m:zb}"                   SVE_AES FP;
SM4E_z_zz      "0100 0101 0010 0011 1110 00mm mmmd dddd" sve_destructive      sve::sve2::crypto::sm4e,         "sm4e {d:zs}, {d:zs}, {m:zs}"                   SVE_SM4 FP;
SM4EKEY_z_zz   "0100 0101 001m mmmm 1111 00nn nnnd dddd" sve                  sve::sve2::crypto::sm4ekey,      "sm4ekey {d:zs}, {n:zs}, {m:zs}"                SVE_SM4 FP;
RAX1_z_zz      "0100 0101 001m mmmm 1111 01nn nnnd dddd" sve                  sve::sve2::crypto::rax1,         "rax1 {d:zd}, {n:zd}, {m:zd}"                   SVE_SHA3 FP;
        }
    };
}
