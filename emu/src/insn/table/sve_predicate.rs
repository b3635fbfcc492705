//! Rows of SVE: predicates, comparisons that make them, and counts. Knows nothing of execution.

macro_rules! sve_predicate_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name      encoding                                   format                execution                           syntax                                  feature effects
// Multiples of the vector length.
RDVL         "0000 0100 1011 1111 0101 0iii iiid dddd"  rdvl                  sve::predicate::rdvl,               "rdvl {d:x}, #{i:simm}"                 SVE FP;
ADDVL        "0000 0100 001n nnnn 0101 0iii iiid dddd"  pred_add_length       sve::predicate::addvl,              "addvl {d:x}, {n:x}, #{i:simm}"         SVE FP;
ADDPL        "0000 0100 011n nnnn 0101 0iii iiid dddd"  pred_add_length       sve::predicate::addpl,              "addpl {d:x}, {n:x}, #{i:simm}"         SVE FP;
// Predicates from nothing, from themselves, and from FFR.
PTRUE        "0010 0101 ss01 1000 1110 00ii iii0 dddd"  sve_ptrue             sve::predicate::ptrue,              "ptrue {d:p}{i:pattern}"                SVE FP;
PTRUES       "0010 0101 ss01 1001 1110 00ii iii0 dddd"  sve_ptrue             sve::predicate::ptrue,              "ptrues {d:p}{i:pattern}"               SVE FP | SETS_FLAGS;
PFALSE       "0010 0101 0001 1000 1110 0100 0000 dddd"  predicate_one         sve::predicate::pfalse,             "pfalse {d:pb}"                         SVE FP;
PFIRST       "0010 0101 0101 1000 1100 000g ggg0 dddd"  predicate_one         sve::predicate::pfirst,             "pfirst {d:pb}, {n:preg}, {d:pb}"       SVE FP | SETS_FLAGS;
PNEXT        "0010 0101 ss01 1001 1100 010g ggg0 dddd"  predicate_one         sve::predicate::pnext,              "pnext {d:p}, {n:preg}, {d:p}"          SVE FP | SETS_FLAGS;
PTEST        "0010 0101 0101 0000 11gg gg0n nnn0 0000"  predicate_two         sve::predicate::ptest,              "ptest {o:preg}, {n:pb}"                SVE FP | SETS_FLAGS;
SETFFR       "0010 0101 0010 1100 1001 0000 0000 0000"  no_operands           sve::predicate::setffr,             "setffr"                                SVE FP;
RDFFR_p_f    "0010 0101 0001 1001 1111 0000 0000 dddd"  predicate_one         sve::predicate::rdffr,              "rdffr {d:pb}"                          SVE FP;
RDFFR_p_p_f  "0010 0101 0001 1000 1111 000g ggg0 dddd"  predicate_one         sve::predicate::rdffr_zeroing,      "rdffr {d:pb}, {n:pz}"                  SVE FP;
RDFFRS       "0010 0101 0101 1000 1111 000g ggg0 dddd"  predicate_one         sve::predicate::rdffr_zeroing,      "rdffrs {d:pb}, {n:pz}"                 SVE FP | SETS_FLAGS;
WRFFR        "0010 0101 0010 1000 1001 000n nnn0 0000"  predicate_one         sve::predicate::wrffr,              "wrffr {n:pb}"                          SVE FP;
// Logic, bit by bit.
AND_p_p_pp   "0010 0101 0000 mmmm 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::and,                "and {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
ANDS_p_p_pp  "0010 0101 0100 mmmm 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::and,                "ands {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
BIC_p_p_pp   "0010 0101 0000 mmmm 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::bic,                "bic {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
BICS_p_p_pp  "0010 0101 0100 mmmm 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::bic,                "bics {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
EOR_p_p_pp   "0010 0101 0000 mmmm 01gg gg1n nnn0 dddd"  predicate_two         sve::predicate::eor,                "eor {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
EORS_p_p_pp  "0010 0101 0100 mmmm 01gg gg1n nnn0 dddd"  predicate_two         sve::predicate::eor,                "eors {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
SEL_p_p_pp   "0010 0101 0000 mmmm 01gg gg1n nnn1 dddd"  predicate_two         sve::predicate::sel,                "sel {d:pb}, {o:preg}, {n:pb}, {m:pb}"  SVE FP;
ORR_p_p_pp   "0010 0101 1000 mmmm 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::orr,                "orr {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
ORRS_p_p_pp  "0010 0101 1100 mmmm 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::orr,                "orrs {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
ORN_p_p_pp   "0010 0101 1000 mmmm 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::orn,                "orn {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
ORNS_p_p_pp  "0010 0101 1100 mmmm 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::orn,                "orns {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
NOR_p_p_pp   "0010 0101 1000 mmmm 01gg gg1n nnn0 dddd"  predicate_two         sve::predicate::nor,                "nor {d:pb}, {o:pz}, {n:pb}, {m:pb}"    SVE FP;
NORS_p_p_pp  "0010 0101 1100 mmmm 01gg gg1n nnn0 dddd"  predicate_two         sve::predicate::nor,                "nors {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP | SETS_FLAGS;
NAND_p_p_pp  "0010 0101 1000 mmmm 01gg gg1n nnn1 dddd"  predicate_two         sve::predicate::nand,               "nand {d:pb}, {o:pz}, {n:pb}, {m:pb}"   SVE FP;
NANDS_p_p_pp "0010 0101 1100 mmmm 01gg gg1n nnn1 dddd"  predicate_two         sve::predicate::nand,               "nands {d:pb}, {o:pz}, {n:pb}, {m:pb}"  SVE FP | SETS_FLAGS;
// Partition breaks.
BRKPA        "0010 0101 0000 mmmm 11gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkpa,              "brkpa {d:pb}, {o:pz}, {n:pb}, {m:pb}"  SVE FP;
BRKPAS       "0010 0101 0100 mmmm 11gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkpa,              "brkpas {d:pb}, {o:pz}, {n:pb}, {m:pb}" SVE FP | SETS_FLAGS;
BRKPB        "0010 0101 0000 mmmm 11gg gg0n nnn1 dddd"  predicate_two         sve::predicate::brkpb,              "brkpb {d:pb}, {o:pz}, {n:pb}, {m:pb}"  SVE FP;
BRKPBS       "0010 0101 0100 mmmm 11gg gg0n nnn1 dddd"  predicate_two         sve::predicate::brkpb,              "brkpbs {d:pb}, {o:pz}, {n:pb}, {m:pb}" SVE FP | SETS_FLAGS;
BRKA_z       "0010 0101 0001 0000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brka_zeroing,       "brka {d:pb}, {o:pz}, {n:pb}"           SVE FP;
BRKAS        "0010 0101 0101 0000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brka_zeroing,       "brkas {d:pb}, {o:pz}, {n:pb}"          SVE FP | SETS_FLAGS;
BRKA_m       "0010 0101 0001 0000 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::brka_merging,       "brka {d:pb}, {o:pm}, {n:pb}"           SVE FP;
BRKB_z       "0010 0101 1001 0000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkb_zeroing,       "brkb {d:pb}, {o:pz}, {n:pb}"           SVE FP;
BRKBS        "0010 0101 1101 0000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkb_zeroing,       "brkbs {d:pb}, {o:pz}, {n:pb}"          SVE FP | SETS_FLAGS;
BRKB_m       "0010 0101 1001 0000 01gg gg0n nnn1 dddd"  predicate_two         sve::predicate::brkb_merging,       "brkb {d:pb}, {o:pm}, {n:pb}"           SVE FP;
BRKN         "0010 0101 0001 1000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkn,               "brkn {d:pb}, {o:pz}, {n:pb}, {d:pb}"   SVE FP;
BRKNS        "0010 0101 0101 1000 01gg gg0n nnn0 dddd"  predicate_two         sve::predicate::brkn,               "brkns {d:pb}, {o:pz}, {n:pb}, {d:pb}"  SVE FP | SETS_FLAGS;
// Elements moved between predicates.
ZIP1_p_pp    "0000 0101 ss10 mmmm 0100 000n nnn0 dddd"  predicate_two         sve::predicate::zip1,               "zip1 {d:p}, {n:p}, {m:p}"              SVE FP;
ZIP2_p_pp    "0000 0101 ss10 mmmm 0100 010n nnn0 dddd"  predicate_two         sve::predicate::zip2,               "zip2 {d:p}, {n:p}, {m:p}"              SVE FP;
UZP1_p_pp    "0000 0101 ss10 mmmm 0100 100n nnn0 dddd"  predicate_two         sve::predicate::uzp1,               "uzp1 {d:p}, {n:p}, {m:p}"              SVE FP;
UZP2_p_pp    "0000 0101 ss10 mmmm 0100 110n nnn0 dddd"  predicate_two         sve::predicate::uzp2,               "uzp2 {d:p}, {n:p}, {m:p}"              SVE FP;
TRN1_p_pp    "0000 0101 ss10 mmmm 0101 000n nnn0 dddd"  predicate_two         sve::predicate::trn1,               "trn1 {d:p}, {n:p}, {m:p}"              SVE FP;
TRN2_p_pp    "0000 0101 ss10 mmmm 0101 010n nnn0 dddd"  predicate_two         sve::predicate::trn2,               "trn2 {d:p}, {n:p}, {m:p}"              SVE FP;
REV_p_p      "0000 0101 ss11 0100 0100 000n nnn0 dddd"  predicate_one         sve::predicate::rev,                "rev {d:p}, {n:p}"                      SVE FP;
PUNPKLO      "0000 0101 0011 0000 0100 000n nnn0 dddd"  predicate_one         sve::predicate::punpklo,            "punpklo {d:ph}, {n:pb}"                SVE FP;
PUNPKHI      "0000 0101 0011 0001 0100 000n nnn0 dddd"  predicate_one         sve::predicate::punpkhi,            "punpkhi {d:ph}, {n:pb}"                SVE FP;
// Counts of active elements.
CNTP         "0010 0101 ss10 0000 10gg gg0n nnnd dddd"  pred_count_active     sve::predicate::cntp,               "cntp {d:x}, {o:preg}, {n:p}"           SVE FP;
INCP_r       "0010 0101 ss10 1100 1000 100n nnnd dddd"  pred_active_step      sve::predicate::increment_active,   "incp {d:x}, {m:p}"                     SVE FP;
DECP_r       "0010 0101 ss10 1101 1000 100n nnnd dddd"  pred_active_step      sve::predicate::increment_active,   "decp {d:x}, {m:p}"                     SVE FP;
INCP_z       "0010 0101 ss10 1100 1000 000n nnnd dddd"  pred_active_step_z    sve::predicate::increment_z_active, "incp {d:z}, {m:p}"                     SVE FP;
DECP_z       "0010 0101 ss10 1101 1000 000n nnnd dddd"  pred_active_step_z    sve::predicate::increment_z_active, "decp {d:z}, {m:p}"                     SVE FP;
SQINCP_r_sx  "0010 0101 ss10 1000 1000 100n nnnd dddd"  pred_active_sat       sve::predicate::saturate_w_active,  "sqincp {d:x}, {m:p}, {d:w}"            SVE FP;
UQINCP_r_uw  "0010 0101 ss10 1001 1000 100n nnnd dddd"  pred_active_sat       sve::predicate::saturate_w_active,  "uqincp {d:w}, {m:p}"                   SVE FP;
SQDECP_r_sx  "0010 0101 ss10 1010 1000 100n nnnd dddd"  pred_active_sat       sve::predicate::saturate_w_active,  "sqdecp {d:x}, {m:p}, {d:w}"            SVE FP;
UQDECP_r_uw  "0010 0101 ss10 1011 1000 100n nnnd dddd"  pred_active_sat       sve::predicate::saturate_w_active,  "uqdecp {d:w}, {m:p}"                   SVE FP;
SQINCP_r_x   "0010 0101 ss10 1000 1000 110n nnnd dddd"  pred_active_sat       sve::predicate::saturate_x_active,  "sqincp {d:x}, {m:p}"                   SVE FP;
UQINCP_r_x   "0010 0101 ss10 1001 1000 110n nnnd dddd"  pred_active_sat       sve::predicate::saturate_x_active,  "uqincp {d:x}, {m:p}"                   SVE FP;
SQDECP_r_x   "0010 0101 ss10 1010 1000 110n nnnd dddd"  pred_active_sat       sve::predicate::saturate_x_active,  "sqdecp {d:x}, {m:p}"                   SVE FP;
UQDECP_r_x   "0010 0101 ss10 1011 1000 110n nnnd dddd"  pred_active_sat       sve::predicate::saturate_x_active,  "uqdecp {d:x}, {m:p}"                   SVE FP;
SQINCP_z     "0010 0101 ss10 1000 1000 000n nnnd dddd"  pred_active_sat_z     sve::predicate::saturate_z_active,  "sqincp {d:z}, {m:p}"                   SVE FP;
UQINCP_z     "0010 0101 ss10 1001 1000 000n nnnd dddd"  pred_active_sat_z     sve::predicate::saturate_z_active,  "uqincp {d:z}, {m:p}"                   SVE FP;
SQDECP_z     "0010 0101 ss10 1010 1000 000n nnnd dddd"  pred_active_sat_z     sve::predicate::saturate_z_active,  "sqdecp {d:z}, {m:p}"                   SVE FP;
UQDECP_z     "0010 0101 ss10 1011 1000 000n nnnd dddd"  pred_active_sat_z     sve::predicate::saturate_z_active,  "uqdecp {d:z}, {m:p}"                   SVE FP;
// Counts of the elements that a pattern names.
CNT_r        "0000 0100 ss10 uuuu 1110 00ii iiid dddd"  pred_named_step       sve::predicate::cnt,                "cnt{s:bhwd} {d:x}{i:times}"            SVE FP;
INC_r        "0000 0100 ss11 uuuu 1110 00ii iiid dddd"  pred_named_step       sve::predicate::increment,          "inc{s:bhwd} {d:x}{i:times}"            SVE FP;
DEC_r        "0000 0100 ss11 uuuu 1110 01ii iiid dddd"  pred_named_step       sve::predicate::increment,          "dec{s:bhwd} {d:x}{i:times}"            SVE FP;
INC_z        "0000 0100 ss11 uuuu 1100 00ii iiid dddd"  pred_named_step_z     sve::predicate::increment_z,        "inc{s:bhwd} {d:z}{i:times}"            SVE FP;
DEC_z        "0000 0100 ss11 uuuu 1100 01ii iiid dddd"  pred_named_step_z     sve::predicate::increment_z,        "dec{s:bhwd} {d:z}{i:times}"            SVE FP;
SQINC_r_sx   "0000 0100 ss10 uuuu 1111 00ii iiid dddd"  pred_named_sat        sve::predicate::saturate_w,         "sqinc{s:bhwd} {d:x}, {d:w}{i:times}"   SVE FP;
UQINC_r_uw   "0000 0100 ss10 uuuu 1111 01ii iiid dddd"  pred_named_sat        sve::predicate::saturate_w,         "uqinc{s:bhwd} {d:w}{i:times}"          SVE FP;
SQDEC_r_sx   "0000 0100 ss10 uuuu 1111 10ii iiid dddd"  pred_named_sat        sve::predicate::saturate_w,         "sqdec{s:bhwd} {d:x}, {d:w}{i:times}"   SVE FP;
UQDEC_r_uw   "0000 0100 ss10 uuuu 1111 11ii iiid dddd"  pred_named_sat        sve::predicate::saturate_w,         "uqdec{s:bhwd} {d:w}{i:times}"          SVE FP;
SQINC_r_x    "0000 0100 ss11 uuuu 1111 00ii iiid dddd"  pred_named_sat        sve::predicate::saturate_x,         "sqinc{s:bhwd} {d:x}{i:times}"          SVE FP;
UQINC_r_x    "0000 0100 ss11 uuuu 1111 01ii iiid dddd"  pred_named_sat        sve::predicate::saturate_x,         "uqinc{s:bhwd} {d:x}{i:times}"          SVE FP;
SQDEC_r_x    "0000 0100 ss11 uuuu 1111 10ii iiid dddd"  pred_named_sat        sve::predicate::saturate_x,         "sqdec{s:bhwd} {d:x}{i:times}"          SVE FP;
UQDEC_r_x    "0000 0100 ss11 uuuu 1111 11ii iiid dddd"  pred_named_sat        sve::predicate::saturate_x,         "uqdec{s:bhwd} {d:x}{i:times}"          SVE FP;
SQINC_z      "0000 0100 ss10 uuuu 1100 00ii iiid dddd"  pred_named_sat_z      sve::predicate::saturate_z,         "sqinc{s:bhwd} {d:z}{i:times}"          SVE FP;
UQINC_z      "0000 0100 ss10 uuuu 1100 01ii iiid dddd"  pred_named_sat_z      sve::predicate::saturate_z,         "uqinc{s:bhwd} {d:z}{i:times}"          SVE FP;
SQDEC_z      "0000 0100 ss10 uuuu 1100 10ii iiid dddd"  pred_named_sat_z      sve::predicate::saturate_z,         "sqdec{s:bhwd} {d:z}{i:times}"          SVE FP;
UQDEC_z      "0000 0100 ss10 uuuu 1100 11ii iiid dddd"  pred_named_sat_z      sve::predicate::saturate_z,         "uqdec{s:bhwd} {d:z}{i:times}"          SVE FP;
// Control of loops.
WHILELT      "0010 0101 ss1m mmmm 000x 01nn nnn0 dddd"  pred_while_general    sve::predicate::while_lt,           "whilelt {d:p}, {n:rwide}, {m:rwide}"   SVE FP | SETS_FLAGS;
WHILELE      "0010 0101 ss1m mmmm 000x 01nn nnn1 dddd"  pred_while_general    sve::predicate::while_le,           "whilele {d:p}, {n:rwide}, {m:rwide}"   SVE FP | SETS_FLAGS;
WHILELO      "0010 0101 ss1m mmmm 000x 11nn nnn0 dddd"  pred_while_general    sve::predicate::while_lo,           "whilelo {d:p}, {n:rwide}, {m:rwide}"   SVE FP | SETS_FLAGS;
WHILELS      "0010 0101 ss1m mmmm 000x 11nn nnn1 dddd"  pred_while_general    sve::predicate::while_ls,           "whilels {d:p}, {n:rwide}, {m:rwide}"   SVE FP | SETS_FLAGS;
WHILEGE      "0010 0101 ss1m mmmm 000x 00nn nnn0 dddd"  pred_while_general    sve::predicate::while_ge,           "whilege {d:p}, {n:rwide}, {m:rwide}"   SVE2 FP | SETS_FLAGS;
WHILEGT      "0010 0101 ss1m mmmm 000x 00nn nnn1 dddd"  pred_while_general    sve::predicate::while_gt,           "whilegt {d:p}, {n:rwide}, {m:rwide}"   SVE2 FP | SETS_FLAGS;
WHILEHS      "0010 0101 ss1m mmmm 000x 10nn nnn0 dddd"  pred_while_general    sve::predicate::while_hs,           "whilehs {d:p}, {n:rwide}, {m:rwide}"   SVE2 FP | SETS_FLAGS;
WHILEHI      "0010 0101 ss1m mmmm 000x 10nn nnn1 dddd"  pred_while_general    sve::predicate::while_hi,           "whilehi {d:p}, {n:rwide}, {m:rwide}"   SVE2 FP | SETS_FLAGS;
WHILEWR      "0010 0101 ss1m mmmm 0011 00nn nnn0 dddd"  pred_while_general    sve::predicate::while_wr,           "whilewr {d:p}, {n:x}, {m:x}"           SVE2 FP | SETS_FLAGS;
WHILERW      "0010 0101 ss1m mmmm 0011 00nn nnn1 dddd"  pred_while_general    sve::predicate::while_rw,           "whilerw {d:p}, {n:x}, {m:x}"           SVE2 FP | SETS_FLAGS;
CTERMEQ      "0010 0101 1x1m mmmm 0010 00nn nnn0 0000"  pred_loop_termination sve::predicate::cterm,              "ctermeq {n:rwide}, {m:rwide}"          SVE FP | READS_FLAGS | SETS_FLAGS;
CTERMNE      "0010 0101 1x1m mmmm 0010 00nn nnn1 0000"  pred_loop_termination sve::predicate::cterm,              "ctermne {n:rwide}, {m:rwide}"          SVE FP | READS_FLAGS | SETS_FLAGS;
// Comparisons of vectors.
CMPHS_p_p_zz "0010 0100 ss0m mmmm 000g ggnn nnn0 dddd"  pred_compare          sve::predicate::cmphs,              "cmphs {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPHI_p_p_zz "0010 0100 ss0m mmmm 000g ggnn nnn1 dddd"  pred_compare          sve::predicate::cmphi,              "cmphi {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPGE_p_p_zz "0010 0100 ss0m mmmm 100g ggnn nnn0 dddd"  pred_compare          sve::predicate::cmpge,              "cmpge {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPGT_p_p_zz "0010 0100 ss0m mmmm 100g ggnn nnn1 dddd"  pred_compare          sve::predicate::cmpgt,              "cmpgt {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPEQ_p_p_zz "0010 0100 ss0m mmmm 101g ggnn nnn0 dddd"  pred_compare          sve::predicate::cmpeq,              "cmpeq {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPNE_p_p_zz "0010 0100 ss0m mmmm 101g ggnn nnn1 dddd"  pred_compare          sve::predicate::cmpne,              "cmpne {d:p}, {o:pz}, {n:z}, {m:z}"     SVE FP | SETS_FLAGS;
CMPEQ_p_p_zw "0010 0100 ss0m mmmm 001g ggnn nnn0 dddd"  pred_compare_wide     sve::predicate::cmpeq_wide,         "cmpeq {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPNE_p_p_zw "0010 0100 ss0m mmmm 001g ggnn nnn1 dddd"  pred_compare_wide     sve::predicate::cmpne_wide,         "cmpne {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPGE_p_p_zw "0010 0100 ss0m mmmm 010g ggnn nnn0 dddd"  pred_compare_wide     sve::predicate::cmpge_wide,         "cmpge {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPGT_p_p_zw "0010 0100 ss0m mmmm 010g ggnn nnn1 dddd"  pred_compare_wide     sve::predicate::cmpgt_wide,         "cmpgt {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPLT_p_p_zw "0010 0100 ss0m mmmm 011g ggnn nnn0 dddd"  pred_compare_wide     sve::predicate::cmplt_wide,         "cmplt {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPLE_p_p_zw "0010 0100 ss0m mmmm 011g ggnn nnn1 dddd"  pred_compare_wide     sve::predicate::cmple_wide,         "cmple {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPHS_p_p_zw "0010 0100 ss0m mmmm 110g ggnn nnn0 dddd"  pred_compare_wide     sve::predicate::cmphs_wide,         "cmphs {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPHI_p_p_zw "0010 0100 ss0m mmmm 110g ggnn nnn1 dddd"  pred_compare_wide     sve::predicate::cmphi_wide,         "cmphi {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPLO_p_p_zw "0010 0100 ss0m mmmm 111g ggnn nnn0 dddd"  pred_compare_wide     sve::predicate::cmplo_wide,         "cmplo {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPLS_p_p_zw "0010 0100 ss0m mmmm 111g ggnn nnn1 dddd"  pred_compare_wide     sve::predicate::cmpls_wide,         "cmpls {d:p}, {o:pz}, {n:z}, {m:zd}"    SVE FP | SETS_FLAGS;
CMPHS_p_p_zi "0010 0100 ss1i iiii ii0g ggnn nnn0 dddd"  pred_compare_unsigned sve::predicate::cmphs_imm,          "cmphs {d:p}, {o:pz}, {n:z}, #{i:u}"    SVE FP | SETS_FLAGS;
CMPHI_p_p_zi "0010 0100 ss1i iiii ii0g ggnn nnn1 dddd"  pred_compare_unsigned sve::predicate::cmphi_imm,          "cmphi {d:p}, {o:pz}, {n:z}, #{i:u}"    SVE FP | SETS_FLAGS;
CMPLO_p_p_zi "0010 0100 ss1i iiii ii1g ggnn nnn0 dddd"  pred_compare_unsigned sve::predicate::cmplo_imm,          "cmplo {d:p}, {o:pz}, {n:z}, #{i:u}"    SVE FP | SETS_FLAGS;
CMPLS_p_p_zi "0010 0100 ss1i iiii ii1g ggnn nnn1 dddd"  pred_compare_unsigned sve::predicate::cmpls_imm,          "cmpls {d:p}, {o:pz}, {n:z}, #{i:u}"    SVE FP | SETS_FLAGS;
CMPGE_p_p_zi "0010 0101 ss0i iiii 000g ggnn nnn0 dddd"  pred_compare_signed   sve::predicate::cmpge_imm,          "cmpge {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
CMPGT_p_p_zi "0010 0101 ss0i iiii 000g ggnn nnn1 dddd"  pred_compare_signed   sve::predicate::cmpgt_imm,          "cmpgt {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
CMPLT_p_p_zi "0010 0101 ss0i iiii 001g ggnn nnn0 dddd"  pred_compare_signed   sve::predicate::cmplt_imm,          "cmplt {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
CMPLE_p_p_zi "0010 0101 ss0i iiii 001g ggnn nnn1 dddd"  pred_compare_signed   sve::predicate::cmple_imm,          "cmple {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
CMPEQ_p_p_zi "0010 0101 ss0i iiii 100g ggnn nnn0 dddd"  pred_compare_signed   sve::predicate::cmpeq_imm,          "cmpeq {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
CMPNE_p_p_zi "0010 0101 ss0i iiii 100g ggnn nnn1 dddd"  pred_compare_signed   sve::predicate::cmpne_imm,          "cmpne {d:p}, {o:pz}, {n:z}, #{i:simm}" SVE FP | SETS_FLAGS;
MATCH        "0100 0101 ss1m mmmm 100g ggnn nnn0 dddd"  pred_compare_match    sve::predicate::matches,            "match {d:p}, {o:pz}, {n:z}, {m:z}"     SVE2 FP | SETS_FLAGS;
NMATCH       "0100 0101 ss1m mmmm 100g ggnn nnn1 dddd"  pred_compare_match    sve::predicate::matches_none,       "nmatch {d:p}, {o:pz}, {n:z}, {m:z}"    SVE2 FP | SETS_FLAGS;
        }
    };
}
