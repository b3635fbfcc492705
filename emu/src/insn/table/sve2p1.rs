//! Rows of what came after SVE2: BFloat16 that does not widen, and of SVE2.1 all but the loads and stores in
//! `sve_multiple`. Knows nothing of execution.

macro_rules! sve2p1_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                  format               execution                            syntax                                      feature    effects
// BFloat16: encodings of floating-point rows with a size of 0
BFADD_z_zz     "0110 0101 000m mmmm 0000 00nn nnnd dddd" sve_bf16             sve::fp::bfadd,                      "bfadd {d:z}, {n:z}, {m:z}"                 SVE_B16B16 FP;
BFSUB_z_zz     "0110 0101 000m mmmm 0000 01nn nnnd dddd" sve_bf16             sve::fp::bfsub,                      "bfsub {d:z}, {n:z}, {m:z}"                 SVE_B16B16 FP;
BFMUL_z_zz     "0110 0101 000m mmmm 0000 10nn nnnd dddd" sve_bf16             sve::fp::bfmul,                      "bfmul {d:z}, {n:z}, {m:z}"                 SVE_B16B16 FP;
BFCLAMP_z_zz   "0110 0100 001m mmmm 0010 01nn nnnd dddd" sve_bf16             sve::fp::bfclamp,                    "bfclamp {d:z}, {n:z}, {m:z}"               SVE_B16B16 FP;
BFADD_z_p_zz   "0110 0101 0000 0000 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfadd_merging,              "bfadd {d:z}, {o:pm}, {d:z}, {m:z}"         SVE_B16B16 FP;
BFSUB_z_p_zz   "0110 0101 0000 0001 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfsub_merging,              "bfsub {d:z}, {o:pm}, {d:z}, {m:z}"         SVE_B16B16 FP;
BFMUL_z_p_zz   "0110 0101 0000 0010 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfmul_merging,              "bfmul {d:z}, {o:pm}, {d:z}, {m:z}"         SVE_B16B16 FP;
BFMAXNM_z_p_zz "0110 0101 0000 0100 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfmaxnm_merging,            "bfmaxnm {d:z}, {o:pm}, {d:z}, {m:z}"       SVE_B16B16 FP;
BFMINNM_z_p_zz "0110 0101 0000 0101 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfminnm_merging,            "bfminnm {d:z}, {o:pm}, {d:z}, {m:z}"       SVE_B16B16 FP;
BFMAX_z_p_zz   "0110 0101 0000 0110 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfmax_merging,              "bfmax {d:z}, {o:pm}, {d:z}, {m:z}"         SVE_B16B16 FP;
BFMIN_z_p_zz   "0110 0101 0000 0111 100g ggmm mmmd dddd" sve_bf16_destructive sve::fp::bfmin_merging,              "bfmin {d:z}, {o:pm}, {d:z}, {m:z}"         SVE_B16B16 FP;
BFMLA_z_p_zzz  "0110 0101 001m mmmm 000g ggnn nnnd dddd" sve_bf16             sve::fp::bfmla,                      "bfmla {d:z}, {o:pm}, {n:z}, {m:z}"         SVE_B16B16 FP;
BFMLS_z_p_zzz  "0110 0101 001m mmmm 001g ggnn nnnd dddd" sve_bf16             sve::fp::bfmls,                      "bfmls {d:z}, {o:pm}, {n:z}, {m:z}"         SVE_B16B16 FP;
BFMLA_z_zzzi   "0110 0100 0i1i immm 0000 10nn nnnd dddd" sve_fp_elem_h        sve::fp::bfmla_elem,                 "bfmla {d:z}, {n:z}, {m:zelem}"             SVE_B16B16 FP;
BFMLS_z_zzzi   "0110 0100 0i1i immm 0000 11nn nnnd dddd" sve_fp_elem_h        sve::fp::bfmls_elem,                 "bfmls {d:z}, {n:z}, {m:zelem}"             SVE_B16B16 FP;
BFMUL_z_zzi    "0110 0100 0i1i immm 0010 10nn nnnd dddd" sve_fp_elem_h        sve::fp::bfmul_elem,                 "bfmul {d:z}, {n:z}, {m:zelem}"             SVE_B16B16 FP;
// Between two bounds
SCLAMP_z_zz    "0100 0100 ss0m mmmm 1100 00nn nnnd dddd" sve                  sve::integer::plain::sclamp,         "sclamp {d:z}, {n:z}, {m:z}"                SVE2p1     FP;
UCLAMP_z_zz    "0100 0100 ss0m mmmm 1100 01nn nnnd dddd" sve                  sve::integer::plain::uclamp,         "uclamp {d:z}, {n:z}, {m:z}"                SVE2p1     FP;
FCLAMP_z_zz    "0110 0100 ss1m mmmm 0010 01nn nnnd dddd" sve_fp               sve::fp::fclamp,                     "fclamp {d:z}, {n:z}, {m:z}"                SVE2p1     FP;
// Products of halfwords to words
SDOT_z_zz_h2s  "0100 0100 000m mmmm 1100 10nn nnnd dddd" sve_fp_s             sve::integer::dot::sdot_two,         "sdot {d:zs}, {n:zh}, {m:zh}"               SVE2p1     FP;
UDOT_z_zz_h2s  "0100 0100 000m mmmm 1100 11nn nnnd dddd" sve_fp_s             sve::integer::dot::udot_two,         "udot {d:zs}, {n:zh}, {m:zh}"               SVE2p1     FP;
SDOT_z_zzi_h2s "0100 0100 100i immm 1100 10nn nnnd dddd" sve_fp_elem_s        sve::integer::dot::sdot_two_indexed, "sdot {d:zs}, {n:zh}, {m:zhelem}"           SVE2p1     FP;
UDOT_z_zzi_h2s "0100 0100 100i immm 1100 11nn nnnd dddd" sve_fp_elem_s        sve::integer::dot::udot_two_indexed, "udot {d:zs}, {n:zh}, {m:zhelem}"           SVE2p1     FP;
// Single precision less products of BFloat16
BFMLSLB_z_zzz  "0110 0100 111m mmmm 1010 00nn nnnd dddd" sve_fp_s             sve::fp::bfmlslb,                    "bfmlslb {d:zs}, {n:zh}, {m:zh}"            SVE2p1     FP;
BFMLSLT_z_zzz  "0110 0100 111m mmmm 1010 01nn nnnd dddd" sve_fp_s             sve::fp::bfmlslt,                    "bfmlslt {d:zs}, {n:zh}, {m:zh}"            SVE2p1     FP;
BFMLSLB_z_zzzi "0110 0100 111i immm 0110 i0nn nnnd dddd" sve_fp_elem_long     sve::fp::bfmlslb_elem,               "bfmlslb {d:zs}, {n:zh}, {m:zhelem}"        SVE2p1     FP;
BFMLSLT_z_zzzi "0110 0100 111i immm 0110 i1nn nnnd dddd" sve_fp_elem_long     sve::fp::bfmlslt_elem,               "bfmlslt {d:zs}, {n:zh}, {m:zhelem}"        SVE2p1     FP;
// Each quadword by itself
DUPQ_z_zi      "0000 0101 001i iiii 0010 01nn nnnd dddd" sve2p1_dup           sve::quadword::dupq,                 "dupq {d:z}, {n:zindexed}"                  SVE2p1     FP;
EXTQ_z_zi_des  "0000 0101 0110 iiii 0010 01mm mmmd dddd" sve2p1_extract       sve::quadword::extq,                 "extq {d:zb}, {d:zb}, {m:zb}, #{i:u}"       SVE2p1     FP;
REVD_z_p_z     "0000 0101 0010 1110 100g ggnn nnnd dddd" perm_quadwords       sve::quadword::revd,                 "revd {d:z}, {o:pm}, {n:z}"                 SVE2p1     FP;
ZIPQ1_z_zz     "0100 0100 ss0m mmmm 1110 00nn nnnd dddd" sve                  sve::quadword::zipq1,                "zipq1 {d:z}, {n:z}, {m:z}"                 SVE2p1     FP;
ZIPQ2_z_zz     "0100 0100 ss0m mmmm 1110 01nn nnnd dddd" sve                  sve::quadword::zipq2,                "zipq2 {d:z}, {n:z}, {m:z}"                 SVE2p1     FP;
UZPQ1_z_zz     "0100 0100 ss0m mmmm 1110 10nn nnnd dddd" sve                  sve::quadword::uzpq1,                "uzpq1 {d:z}, {n:z}, {m:z}"                 SVE2p1     FP;
UZPQ2_z_zz     "0100 0100 ss0m mmmm 1110 11nn nnnd dddd" sve                  sve::quadword::uzpq2,                "uzpq2 {d:z}, {n:z}, {m:z}"                 SVE2p1     FP;
TBLQ_z_zz      "0100 0100 ss0m mmmm 1111 10nn nnnd dddd" sve                  sve::quadword::tblq,                 "tblq {d:z}, {n:zlist}, {m:z}"              SVE2p1     FP;
TBXQ_z_zz      "0000 0101 ss1m mmmm 0011 01nn nnnd dddd" sve                  sve::quadword::tbxq,                 "tbxq {d:z}, {n:z}, {m:z}"                  SVE2p1     FP;
// A quadword of the same elements of all quadwords
ADDQV_z_p_z    "0000 0100 ss00 0101 001g ggnn nnnd dddd" sve                  sve::quadword::addqv,                "addqv {d:vlanes}, {o:preg}, {n:z}"         SVE2p1     FP;
SMAXQV_z_p_z   "0000 0100 ss00 1100 001g ggnn nnnd dddd" sve                  sve::quadword::smaxqv,               "smaxqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
UMAXQV_z_p_z   "0000 0100 ss00 1101 001g ggnn nnnd dddd" sve                  sve::quadword::umaxqv,               "umaxqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
SMINQV_z_p_z   "0000 0100 ss00 1110 001g ggnn nnnd dddd" sve                  sve::quadword::sminqv,               "sminqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
UMINQV_z_p_z   "0000 0100 ss00 1111 001g ggnn nnnd dddd" sve                  sve::quadword::uminqv,               "uminqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
ORQV_z_p_z     "0000 0100 ss01 1100 001g ggnn nnnd dddd" sve                  sve::quadword::orqv,                 "orqv {d:vlanes}, {o:preg}, {n:z}"          SVE2p1     FP;
EORQV_z_p_z    "0000 0100 ss01 1101 001g ggnn nnnd dddd" sve                  sve::quadword::eorqv,                "eorqv {d:vlanes}, {o:preg}, {n:z}"         SVE2p1     FP;
ANDQV_z_p_z    "0000 0100 ss01 1110 001g ggnn nnnd dddd" sve                  sve::quadword::andqv,                "andqv {d:vlanes}, {o:preg}, {n:z}"         SVE2p1     FP;
FADDQV_z_p_z   "0110 0100 ss01 0000 101g ggnn nnnd dddd" sve_fp               sve::fp::faddqv,                     "faddqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
FMAXNMQV_z_p_z "0110 0100 ss01 0100 101g ggnn nnnd dddd" sve_fp               sve::fp::fmaxnmqv,                   "fmaxnmqv {d:vlanes}, {o:preg}, {n:z}"      SVE2p1     FP;
FMINNMQV_z_p_z "0110 0100 ss01 0101 101g ggnn nnnd dddd" sve_fp               sve::fp::fminnmqv,                   "fminnmqv {d:vlanes}, {o:preg}, {n:z}"      SVE2p1     FP;
FMAXQV_z_p_z   "0110 0100 ss01 0110 101g ggnn nnnd dddd" sve_fp               sve::fp::fmaxqv,                     "fmaxqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
FMINQV_z_p_z   "0110 0100 ss01 0111 101g ggnn nnnd dddd" sve_fp               sve::fp::fminqv,                     "fminqv {d:vlanes}, {o:preg}, {n:z}"        SVE2p1     FP;
// Elements of two vectors in turns, half as wide
SQCVTN_z_mz2   "0100 0101 0011 0001 0100 00nn nn0d dddd" sve2p1_narrow        sve::sve2::narrow::sqcvtn,           "sqcvtn {d:zh}, {n:zspan}"                  SVE2p1     FP;
SQCVTUN_z_mz2  "0100 0101 0011 0001 0101 00nn nn0d dddd" sve2p1_narrow        sve::sve2::narrow::sqcvtun,          "sqcvtun {d:zh}, {n:zspan}"                 SVE2p1     FP;
UQCVTN_z_mz2   "0100 0101 0011 0001 0100 10nn nn0d dddd" sve2p1_narrow        sve::sve2::narrow::uqcvtn,           "uqcvtn {d:zh}, {n:zspan}"                  SVE2p1     FP;
SQRSHRN_z_mz2  "0100 0101 1011 iiii 0010 10nn nn0d dddd" sve2p1_narrow_shift  sve::sve2::narrow::sqrshrn_pair,     "sqrshrn {d:zh}, {n:zspan}, #{i:u}"         SVE2p1     FP;
SQRSHRUN_z_mz2 "0100 0101 1011 iiii 0000 10nn nn0d dddd" sve2p1_narrow_shift  sve::sve2::narrow::sqrshrun_pair,    "sqrshrun {d:zh}, {n:zspan}, #{i:u}"        SVE2p1     FP;
UQRSHRN_z_mz2  "0100 0101 1011 iiii 0011 10nn nn0d dddd" sve2p1_narrow_shift  sve::sve2::narrow::uqrshrn_pair,     "uqrshrn {d:zh}, {n:zspan}, #{i:u}"         SVE2p1     FP;
// Single precision and products of half precision
FDOT_z_zzz     "0110 0100 001m mmmm 1000 00nn nnnd dddd" sve_fp_s             sve::fp::fdot,                       "fdot {d:zs}, {n:zh}, {m:zh}"               SVE2p1     FP;
FDOT_z_zzzi    "0110 0100 001i immm 0100 00nn nnnd dddd" sve_fp_elem_s        sve::fp::fdot_elem,                  "fdot {d:zs}, {n:zh}, {m:zhelem}"           SVE2p1     FP;
// Predicates-as-counter
PTRUE_pn_i     "0010 0101 ss10 0000 0111 1000 0001 0ddd" sve2p1_ptrue         sve::predicate::ptrue_counter,       "ptrue {d:pn}"                              SVE2p1     FP;
CNTP_r_pn      "0010 0101 ss10 0000 1000 0v1n nnnd dddd" sve2p1_count_active  sve::predicate::cntp_counter,        "cntp {d:x}, {n:pn}, vlx{o:u}"              SVE2p1     FP;
PEXT_pn_rr     "0010 0101 ss10 0000 0111 00ii nnn1 dddd" sve2p1_pext          sve::predicate::pext,                "pext {d:p}, {n:pnreg}[{i:u}]"              SVE2p1     FP;
PEXT_pp_rr     "0010 0101 ss10 0000 0111 010i nnn1 dddd" sve2p1_pext_pair     sve::predicate::pext,                "pext {d:pspan}, {n:pnreg}[{u:u}]"          SVE2p1     FP;
WHILEGE_pn_rr  "0010 0101 ss1m mmmm 01v0 00nn nnn1 0ddd" sve2p1_while_counter sve::predicate::while_ge_counter,    "whilege {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILEGT_pn_rr  "0010 0101 ss1m mmmm 01v0 00nn nnn1 1ddd" sve2p1_while_counter sve::predicate::while_gt_counter,    "whilegt {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILEHS_pn_rr  "0010 0101 ss1m mmmm 01v0 10nn nnn1 0ddd" sve2p1_while_counter sve::predicate::while_hs_counter,    "whilehs {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILEHI_pn_rr  "0010 0101 ss1m mmmm 01v0 10nn nnn1 1ddd" sve2p1_while_counter sve::predicate::while_hi_counter,    "whilehi {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILELT_pn_rr  "0010 0101 ss1m mmmm 01v0 01nn nnn1 0ddd" sve2p1_while_counter sve::predicate::while_lt_counter,    "whilelt {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILELE_pn_rr  "0010 0101 ss1m mmmm 01v0 01nn nnn1 1ddd" sve2p1_while_counter sve::predicate::while_le_counter,    "whilele {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILELO_pn_rr  "0010 0101 ss1m mmmm 01v0 11nn nnn1 0ddd" sve2p1_while_counter sve::predicate::while_lo_counter,    "whilelo {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
WHILELS_pn_rr  "0010 0101 ss1m mmmm 01v0 11nn nnn1 1ddd" sve2p1_while_counter sve::predicate::while_ls_counter,    "whilels {d:pn}, {n:x}, {m:x}, vlx{o:u}"    SVE2p1     FP;
// Two predicates
WHILEGE_pp_rr  "0010 0101 ss1m mmmm 0101 00nn nnn1 ddd0" sve2p1_while_pair    sve::predicate::while_ge_pair,       "whilege {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILEGT_pp_rr  "0010 0101 ss1m mmmm 0101 00nn nnn1 ddd1" sve2p1_while_pair    sve::predicate::while_gt_pair,       "whilegt {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILEHS_pp_rr  "0010 0101 ss1m mmmm 0101 10nn nnn1 ddd0" sve2p1_while_pair    sve::predicate::while_hs_pair,       "whilehs {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILEHI_pp_rr  "0010 0101 ss1m mmmm 0101 10nn nnn1 ddd1" sve2p1_while_pair    sve::predicate::while_hi_pair,       "whilehi {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILELT_pp_rr  "0010 0101 ss1m mmmm 0101 01nn nnn1 ddd0" sve2p1_while_pair    sve::predicate::while_lt_pair,       "whilelt {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILELE_pp_rr  "0010 0101 ss1m mmmm 0101 01nn nnn1 ddd1" sve2p1_while_pair    sve::predicate::while_le_pair,       "whilele {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILELO_pp_rr  "0010 0101 ss1m mmmm 0101 11nn nnn1 ddd0" sve2p1_while_pair    sve::predicate::while_lo_pair,       "whilelo {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
WHILELS_pp_rr  "0010 0101 ss1m mmmm 0101 11nn nnn1 ddd1" sve2p1_while_pair    sve::predicate::while_ls_pair,       "whilels {d:pspan}, {n:x}, {m:x}"           SVE2p1     FP;
// Predicates and what selects them, or bits of a vector
PSEL_p_ppi     "0010 0101 ii1i iirr 01nn nn0m mmm0 dddd" sve2p1_psel          sve::predicate::psel,                "psel {d:preg}, {n:preg}, {m:p}[{a:w}, {i:u}]" SVE2p1  FP;
PMOV_p_zi      "0000 0101 ii10 1ii0 0011 10nn nnn0 dddd" sve2p1_pmov_p        sve::predicate::pmov_to_predicate,   "pmov {d:p}, {n:zpart}"                     SVE2p1     FP;
PMOV_z_pi      "0000 0101 ii10 1ii1 0011 100n nnnd dddd" sve2p1_pmov_z        sve::predicate::pmov_to_vector,      "pmov {d:zpart}, {n:p}"                     SVE2p1     FP;
// Quadwords, with an address for each
LD1Q_z_p_ar_d  "1100 0100 000m mmmm 101g ggnn nnnd dddd" sve2p1_quadwords_at  sve::memory::gather_quadwords,       "ld1q {d:zlist}, {o:pz}, [{n:zd}, {m:x}]"   SVE2p1     LOAD | FP;
ST1Q_z_p_ar_d  "1110 0100 001m mmmm 001g ggnn nnnd dddd" sve2p1_quadwords_at  sve::memory::scatter_quadwords,      "st1q {d:zlist}, {o:preg}, [{n:zd}, {m:x}]" SVE2p1     STORE | FP;
        }
    };
}
