//! Rows of SVE: broadcasts, permutations, selections and prefixes. Knows nothing of execution.

macro_rules! sve_permute_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name           encoding                                   format               execution                      syntax                                         feature effects
// One value for all elements.
DUP_z_r           "0000 0101 ss10 0000 0011 10nn nnnd dddd"  perm_from_general    sve::permute::dup_general,     "mov {d:z}, {n:rlane}"                         SVE FP;
DUP_z_zi          "0000 0101 ii1i iiii 0010 00nn nnnd dddd"  perm_dup_element     sve::permute::dup_element,     "mov {d:z}, {n:zelement}"                      SVE FP;
DUP_z_i           "0010 0101 ss11 1000 11hi iiii iiid dddd"  perm_copy_integer    sve::permute::dup_immediate,   "mov {d:z}, #{i:shifted}"                      SVE FP;
DUPM              "0000 0101 1100 00ii iiii iiii iiid dddd"  perm_copy_mask       sve::permute::dup_immediate,   "dupm {d:z}, #{i:lanehex}"                     SVE FP;
FDUP              "0010 0101 ss11 1001 110i iiii iiid dddd"  perm_copy_fp         sve::permute::dup_immediate,   "fmov {d:z}, #{i:fimm}"                        SVE FP;
CPY_z_p_r         "0000 0101 ss10 1000 101g ggnn nnnd dddd"  perm_from_general    sve::permute::cpy_general,     "mov {d:z}, {o:pm}, {n:rlane}"                 SVE FP;
CPY_z_p_v         "0000 0101 ss10 0000 100g ggnn nnnd dddd"  sve                  sve::permute::cpy_scalar,      "mov {d:z}, {o:pm}, {n:f}"                     SVE FP;
CPY_z_p_i         "0000 0101 ss01 gggg 01hi iiii iiid dddd"  perm_copy_integer    sve::permute::cpy_merging,     "mov {d:z}, {o:pm}, #{i:shifted}"              SVE FP;
CPY_z_o_i         "0000 0101 ss01 gggg 00hi iiii iiid dddd"  perm_copy_integer    sve::permute::cpy_zeroing,     "mov {d:z}, {o:pz}, #{i:shifted}"              SVE FP;
FCPY              "0000 0101 ss01 gggg 110i iiii iiid dddd"  perm_copy_fp         sve::permute::cpy_merging,     "fmov {d:z}, {o:pm}, #{i:fimm}"                SVE FP;
// Series, and one more element.
INDEX_z_ii        "0000 0100 ss1i iiii 0100 00ii iiid dddd"  perm_index_series    sve::permute::index,           "index {d:z}, #{i:simm}, #{u:word32}"          SVE FP;
INDEX_z_ri        "0000 0100 ss1i iiii 0100 01nn nnnd dddd"  perm_index_series    sve::permute::index,           "index {d:z}, {n:rlane}, #{u:word32}"          SVE FP;
INDEX_z_ir        "0000 0100 ss1m mmmm 0100 10ii iiid dddd"  perm_index_series    sve::permute::index,           "index {d:z}, #{i:simm}, {m:rlane}"            SVE FP;
INDEX_z_rr        "0000 0100 ss1m mmmm 0100 11nn nnnd dddd"  perm_index_series    sve::permute::index,           "index {d:z}, {n:rlane}, {m:rlane}"            SVE FP;
INSR_z_r          "0000 0101 ss10 0100 0011 10nn nnnd dddd"  perm_insert_general  sve::permute::insr_general,    "insr {d:z}, {n:rlane}"                        SVE FP;
INSR_z_v          "0000 0101 ss11 0100 0011 10nn nnnd dddd"  sve                  sve::permute::insr_scalar,     "insr {d:z}, {n:f}"                            SVE FP;
// All elements to other places.
REV_z_z           "0000 0101 ss11 1000 0011 10nn nnnd dddd"  sve                  sve::permute::rev,             "rev {d:z}, {n:z}"                             SVE FP;
SUNPKLO           "0000 0101 ss11 0000 0011 10nn nnnd dddd"  perm_unpack          sve::permute::sunpklo,         "sunpklo {d:z}, {n:znarrow}"                   SVE FP;
SUNPKHI           "0000 0101 ss11 0001 0011 10nn nnnd dddd"  perm_unpack          sve::permute::sunpkhi,         "sunpkhi {d:z}, {n:znarrow}"                   SVE FP;
UUNPKLO           "0000 0101 ss11 0010 0011 10nn nnnd dddd"  perm_unpack          sve::permute::uunpklo,         "uunpklo {d:z}, {n:znarrow}"                   SVE FP;
UUNPKHI           "0000 0101 ss11 0011 0011 10nn nnnd dddd"  perm_unpack          sve::permute::uunpkhi,         "uunpkhi {d:z}, {n:znarrow}"                   SVE FP;
ZIP1_z_zz         "0000 0101 ss1m mmmm 0110 00nn nnnd dddd"  sve                  sve::permute::zip1,            "zip1 {d:z}, {n:z}, {m:z}"                     SVE FP;
ZIP2_z_zz         "0000 0101 ss1m mmmm 0110 01nn nnnd dddd"  sve                  sve::permute::zip2,            "zip2 {d:z}, {n:z}, {m:z}"                     SVE FP;
UZP1_z_zz         "0000 0101 ss1m mmmm 0110 10nn nnnd dddd"  sve                  sve::permute::uzp1,            "uzp1 {d:z}, {n:z}, {m:z}"                     SVE FP;
UZP2_z_zz         "0000 0101 ss1m mmmm 0110 11nn nnnd dddd"  sve                  sve::permute::uzp2,            "uzp2 {d:z}, {n:z}, {m:z}"                     SVE FP;
TRN1_z_zz         "0000 0101 ss1m mmmm 0111 00nn nnnd dddd"  sve                  sve::permute::trn1,            "trn1 {d:z}, {n:z}, {m:z}"                     SVE FP;
TRN2_z_zz         "0000 0101 ss1m mmmm 0111 01nn nnnd dddd"  sve                  sve::permute::trn2,            "trn2 {d:z}, {n:z}, {m:z}"                     SVE FP;
ZIP1_z_zz_q       "0000 0101 101m mmmm 0000 00nn nnnd dddd"  perm_quadwords       sve::permute::zip1,            "zip1 {d:z}, {n:z}, {m:z}"                     F64MM FP;
ZIP2_z_zz_q       "0000 0101 101m mmmm 0000 01nn nnnd dddd"  perm_quadwords       sve::permute::zip2,            "zip2 {d:z}, {n:z}, {m:z}"                     F64MM FP;
UZP1_z_zz_q       "0000 0101 101m mmmm 0000 10nn nnnd dddd"  perm_quadwords       sve::permute::uzp1,            "uzp1 {d:z}, {n:z}, {m:z}"                     F64MM FP;
UZP2_z_zz_q       "0000 0101 101m mmmm 0000 11nn nnnd dddd"  perm_quadwords       sve::permute::uzp2,            "uzp2 {d:z}, {n:z}, {m:z}"                     F64MM FP;
TRN1_z_zz_q       "0000 0101 101m mmmm 0001 10nn nnnd dddd"  perm_quadwords       sve::permute::trn1,            "trn1 {d:z}, {n:z}, {m:z}"                     F64MM FP;
TRN2_z_zz_q       "0000 0101 101m mmmm 0001 11nn nnnd dddd"  perm_quadwords       sve::permute::trn2,            "trn2 {d:z}, {n:z}, {m:z}"                     F64MM FP;
EXT_z_zi_des      "0000 0101 001i iiii 000i iinn nnnd dddd"  perm_extract         sve::permute::ext,             "ext {d:zb}, {d:zb}, {m:zb}, #{i:u}"           SVE FP;
EXT_z_zi_con      "0000 0101 011i iiii 000i iinn nnnd dddd"  perm_extract_pair    sve::permute::ext,             "ext {d:zb}, {n:zpair}, #{i:u}"                SVE2 FP;
TBL_z_zz_1        "0000 0101 ss1m mmmm 0011 00nn nnnd dddd"  sve                  sve::permute::tbl,             "tbl {d:z}, {n:zlist}, {m:z}"                  SVE FP;
TBL_z_zz_2        "0000 0101 ss1m mmmm 0010 10nn nnnd dddd"  sve                  sve::permute::tbl_two,         "tbl {d:z}, {n:zpair}, {m:z}"                  SVE2 FP;
TBX_z_zz          "0000 0101 ss1m mmmm 0010 11nn nnnd dddd"  sve                  sve::permute::tbx,             "tbx {d:z}, {n:z}, {m:z}"                      SVE2 FP;
// Elements that a predicate chooses.
SEL_z_p_zz        "0000 0101 ss1m mmmm 11gg ggnn nnnd dddd"  perm_select          sve::permute::sel,             "sel {d:z}, {o:preg}, {n:z}, {m:z}"            SVE FP;
COMPACT           "0000 0101 ss10 0001 100g ggnn nnnd dddd"  perm_compact         sve::permute::compact,         "compact {d:z}, {o:preg}, {n:z}"               SVE FP;
SPLICE_z_p_zz_des "0000 0101 ss10 1100 100g ggnn nnnd dddd"  perm_splice          sve::permute::splice,          "splice {d:z}, {o:preg}, {d:z}, {m:z}"         SVE FP;
SPLICE_z_p_zz_con "0000 0101 ss10 1101 100g ggnn nnnd dddd"  perm_splice_pair     sve::permute::splice,          "splice {d:z}, {o:preg}, {n:zpair}"            SVE2 FP;
LASTA_r_p_z       "0000 0101 ss10 0000 101g ggnn nnnd dddd"  perm_last_to_general sve::permute::last_general,    "lasta {d:rlane}, {o:preg}, {n:z}"             SVE FP;
LASTB_r_p_z       "0000 0101 ss10 0001 101g ggnn nnnd dddd"  perm_last_to_general sve::permute::last_general,    "lastb {d:rlane}, {o:preg}, {n:z}"             SVE FP;
LASTA_v_p_z       "0000 0101 ss10 0010 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::last_scalar,     "lasta {d:f}, {o:preg}, {n:z}"                 SVE FP;
LASTB_v_p_z       "0000 0101 ss10 0011 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::last_scalar,     "lastb {d:f}, {o:preg}, {n:z}"                 SVE FP;
CLASTA_r_p_z      "0000 0101 ss11 0000 101g ggnn nnnd dddd"  perm_last_to_general sve::permute::clast_general,   "clasta {d:rlane}, {o:preg}, {d:rlane}, {n:z}" SVE FP;
CLASTB_r_p_z      "0000 0101 ss11 0001 101g ggnn nnnd dddd"  perm_last_to_general sve::permute::clast_general,   "clastb {d:rlane}, {o:preg}, {d:rlane}, {n:z}" SVE FP;
CLASTA_v_p_z      "0000 0101 ss10 1010 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::clast_scalar,    "clasta {d:f}, {o:preg}, {d:f}, {n:z}"         SVE FP;
CLASTB_v_p_z      "0000 0101 ss10 1011 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::clast_scalar,    "clastb {d:f}, {o:preg}, {d:f}, {n:z}"         SVE FP;
CLASTA_z_p_zz     "0000 0101 ss10 1000 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::clast_vector,    "clasta {d:z}, {o:preg}, {d:z}, {n:z}"         SVE FP;
CLASTB_z_p_zz     "0000 0101 ss10 1001 100g ggnn nnnd dddd"  perm_last_to_vector  sve::permute::clast_vector,    "clastb {d:z}, {o:preg}, {d:z}, {n:z}"         SVE FP;
// Elements turned in place, and copies for destructive instructions.
REVB_z_z          "0000 0101 ss10 0100 100g ggnn nnnd dddd"  perm_reverse_bytes   sve::permute::revb,            "revb {d:z}, {o:pm}, {n:z}"                    SVE FP;
REVH_z_z          "0000 0101 ss10 0101 100g ggnn nnnd dddd"  perm_reverse_halves  sve::permute::revh,            "revh {d:z}, {o:pm}, {n:z}"                    SVE FP;
REVW_z_z          "0000 0101 ss10 0110 100g ggnn nnnd dddd"  perm_reverse_words   sve::permute::revw,            "revw {d:z}, {o:pm}, {n:z}"                    SVE FP;
RBIT_z_p_z        "0000 0101 ss10 0111 100g ggnn nnnd dddd"  sve                  sve::permute::rbit,            "rbit {d:z}, {o:pm}, {n:z}"                    SVE FP;
MOVPRFX_z_z       "0000 0100 0010 0000 1011 11nn nnnd dddd"  sve                  sve::permute::movprfx,         "movprfx {d:zreg}, {n:zreg}"                   SVE FP;
MOVPRFX_z_p_z_m   "0000 0100 ss01 0001 001g ggnn nnnd dddd"  sve                  sve::permute::movprfx_merging, "movprfx {d:z}, {o:pm}, {n:z}"                 SVE FP;
MOVPRFX_z_p_z_z   "0000 0100 ss01 0000 001g ggnn nnnd dddd"  sve                  sve::permute::movprfx_zeroing, "movprfx {d:z}, {o:pz}, {n:z}"                 SVE FP;
        }
    };
}
