//! Rows: pointer authentication (FEAT_PAuth). Knows nothing of execution.

macro_rules! pauth_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name   encoding                                      format            execution           syntax                             feature effects
XPACLRI   "1101010100 0 00 011 0010 0000 111 11111"     pauth_lr_zero     pauth::xpac,        "xpaclri"                          PAuth NONE;
PACIA1716 "1101010100 0 00 011 0010 0001 000 11111"     pauth_1716        pauth::pac::<IA>,   "pacia1716"                        PAuth NONE;
PACIB1716 "1101010100 0 00 011 0010 0001 010 11111"     pauth_1716        pauth::pac::<IB>,   "pacib1716"                        PAuth NONE;
AUTIA1716 "1101010100 0 00 011 0010 0001 100 11111"     pauth_1716        pauth::aut::<IA>,   "autia1716"                        PAuth NONE;
AUTIB1716 "1101010100 0 00 011 0010 0001 110 11111"     pauth_1716        pauth::aut::<IB>,   "autib1716"                        PAuth NONE;
PACIAZ    "1101010100 0 00 011 0010 0011 000 11111"     pauth_lr_zero     pauth::pac::<IA>,   "paciaz"                           PAuth NONE;
PACIASP   "1101010100 0 00 011 0010 0011 001 11111"     pauth_lr_sp       pauth::pac::<IA>,   "paciasp"                          PAuth NONE;
PACIBZ    "1101010100 0 00 011 0010 0011 010 11111"     pauth_lr_zero     pauth::pac::<IB>,   "pacibz"                           PAuth NONE;
PACIBSP   "1101010100 0 00 011 0010 0011 011 11111"     pauth_lr_sp       pauth::pac::<IB>,   "pacibsp"                          PAuth NONE;
AUTIAZ    "1101010100 0 00 011 0010 0011 100 11111"     pauth_lr_zero     pauth::aut::<IA>,   "autiaz"                           PAuth NONE;
AUTIASP   "1101010100 0 00 011 0010 0011 101 11111"     pauth_lr_sp       pauth::aut::<IA>,   "autiasp"                          PAuth NONE;
AUTIBZ    "1101010100 0 00 011 0010 0011 110 11111"     pauth_lr_zero     pauth::aut::<IB>,   "autibz"                           PAuth NONE;
AUTIBSP   "1101010100 0 00 011 0010 0011 111 11111"     pauth_lr_sp       pauth::aut::<IB>,   "autibsp"                          PAuth NONE;
PACIA     "1 1 0 11010110 00001 00 0 0 00 nnnnn ddddd"  pauth_reg         pauth::pac::<IA>,   "pacia {d:x}, {n:x}"               PAuth NONE;
PACIB     "1 1 0 11010110 00001 00 0 0 01 nnnnn ddddd"  pauth_reg         pauth::pac::<IB>,   "pacib {d:x}, {n:x}"               PAuth NONE;
PACDA     "1 1 0 11010110 00001 00 0 0 10 nnnnn ddddd"  pauth_reg         pauth::pac::<DA>,   "pacda {d:x}, {n:x}"               PAuth NONE;
PACDB     "1 1 0 11010110 00001 00 0 0 11 nnnnn ddddd"  pauth_reg         pauth::pac::<DB>,   "pacdb {d:x}, {n:x}"               PAuth NONE;
AUTIA     "1 1 0 11010110 00001 00 0 1 00 nnnnn ddddd"  pauth_reg         pauth::aut::<IA>,   "autia {d:x}, {n:x}"               PAuth NONE;
AUTIB     "1 1 0 11010110 00001 00 0 1 01 nnnnn ddddd"  pauth_reg         pauth::aut::<IB>,   "autib {d:x}, {n:x}"               PAuth NONE;
AUTDA     "1 1 0 11010110 00001 00 0 1 10 nnnnn ddddd"  pauth_reg         pauth::aut::<DA>,   "autda {d:x}, {n:x}"               PAuth NONE;
AUTDB     "1 1 0 11010110 00001 00 0 1 11 nnnnn ddddd"  pauth_reg         pauth::aut::<DB>,   "autdb {d:x}, {n:x}"               PAuth NONE;
PACIZA    "1 1 0 11010110 00001 00 1 0 00 11111 ddddd"  pauth_zero        pauth::pac::<IA>,   "paciza {d:x}"                     PAuth NONE;
PACIZB    "1 1 0 11010110 00001 00 1 0 01 11111 ddddd"  pauth_zero        pauth::pac::<IB>,   "pacizb {d:x}"                     PAuth NONE;
PACDZA    "1 1 0 11010110 00001 00 1 0 10 11111 ddddd"  pauth_zero        pauth::pac::<DA>,   "pacdza {d:x}"                     PAuth NONE;
PACDZB    "1 1 0 11010110 00001 00 1 0 11 11111 ddddd"  pauth_zero        pauth::pac::<DB>,   "pacdzb {d:x}"                     PAuth NONE;
AUTIZA    "1 1 0 11010110 00001 00 1 1 00 11111 ddddd"  pauth_zero        pauth::aut::<IA>,   "autiza {d:x}"                     PAuth NONE;
AUTIZB    "1 1 0 11010110 00001 00 1 1 01 11111 ddddd"  pauth_zero        pauth::aut::<IB>,   "autizb {d:x}"                     PAuth NONE;
AUTDZA    "1 1 0 11010110 00001 00 1 1 10 11111 ddddd"  pauth_zero        pauth::aut::<DA>,   "autdza {d:x}"                     PAuth NONE;
AUTDZB    "1 1 0 11010110 00001 00 1 1 11 11111 ddddd"  pauth_zero        pauth::aut::<DB>,   "autdzb {d:x}"                     PAuth NONE;
XPACI     "1 1 0 11010110 00001 010000 11111 ddddd"     pauth_zero        pauth::xpac,        "xpaci {d:x}"                      PAuth NONE;
XPACD     "1 1 0 11010110 00001 010001 11111 ddddd"     pauth_zero        pauth::xpac,        "xpacd {d:x}"                      PAuth NONE;
PACGA     "1 0 0 11010110 mmmmm 001100 nnnnn ddddd"     pauth_generic     pauth::pacga,       "pacga {d:x}, {n:x}, {m:x}"        PACGA NONE;
BRAAZ     "1101011 0 000 11111 00001 0 nnnnn 11111"     pauth_branch_zero pauth::bra::<IA>,   "braaz {n:x}"                      PAuth BRANCH;
BLRAAZ    "1101011 0 001 11111 00001 0 nnnnn 11111"     pauth_branch_zero pauth::blra::<IA>,  "blraaz {n:x}"                     PAuth BRANCH;
RETAA     "1101011 0 010 11111 00001 0 11111 11111"     pauth_return      pauth::reta::<IA>,  "retaa"                            PAuth BRANCH;
ERETAA    "1101011 0 100 11111 00001 0 11111 11111"     pauth_return      pauth::ereta::<IA>, "eretaa"                           PAuth BRANCH;
BRAA      "1101011 1 000 11111 00001 0 nnnnn mmmmm"     pauth_branch      pauth::bra::<IA>,   "braa {n:x}, {m:x}"                PAuth BRANCH;
BLRAA     "1101011 1 001 11111 00001 0 nnnnn mmmmm"     pauth_branch      pauth::blra::<IA>,  "blraa {n:x}, {m:x}"               PAuth BRANCH;
BRABZ     "1101011 0 000 11111 00001 1 nnnnn 11111"     pauth_branch_zero pauth::bra::<IB>,   "brabz {n:x}"                      PAuth BRANCH;
BLRABZ    "1101011 0 001 11111 00001 1 nnnnn 11111"     pauth_branch_zero pauth::blra::<IB>,  "blrabz {n:x}"                     PAuth BRANCH;
RETAB     "1101011 0 010 11111 00001 1 11111 11111"     pauth_return      pauth::reta::<IB>,  "retab"                            PAuth BRANCH;
ERETAB    "1101011 0 100 11111 00001 1 11111 11111"     pauth_return      pauth::ereta::<IB>, "eretab"                           PAuth BRANCH;
BRAB      "1101011 1 000 11111 00001 1 nnnnn mmmmm"     pauth_branch      pauth::bra::<IB>,   "brab {n:x}, {m:x}"                PAuth BRANCH;
BLRAB     "1101011 1 001 11111 00001 1 nnnnn mmmmm"     pauth_branch      pauth::blra::<IB>,  "blrab {n:x}, {m:x}"               PAuth BRANCH;
LDRAA_off "11 111 0 00 0 s 1 iiiiiiiii 0 1 nnnnn ttttt" pauth_load        pauth::ldra::<DA>,  "ldraa {d:x}, [{n:x}{i:off}]"      PAuth LOAD;
LDRAA_pre "11 111 0 00 0 s 1 iiiiiiiii 1 1 nnnnn ttttt" pauth_load        pauth::ldra::<DA>,  "ldraa {d:x}, [{n:x}{i:off}]!" PAuth LOAD;
LDRAB_off "11 111 0 00 1 s 1 iiiiiiiii 0 1 nnnnn ttttt" pauth_load        pauth::ldra::<DB>,  "ldrab {d:x}, [{n:x}{i:off}]"      PAuth LOAD;
LDRAB_pre "11 111 0 00 1 s 1 iiiiiiiii 1 1 nnnnn ttttt" pauth_load        pauth::ldra::<DB>,  "ldrab {d:x}, [{n:x}{i:off}]!" PAuth LOAD;
        }
    };
}
