//! Rows: memory tagging (FEAT_MTE). Knows nothing of execution.

macro_rules! mte_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name    encoding                                    format       execution              syntax                                   feature effects
ADDG       "1 0 0 100011 0 iiiiii 00 tttt nnnnn ddddd" tag_add      mte::addg,             "addg {d:x}, {n:x}, #{i:hex}, #{u:hex}"  MTE NONE;
SUBG       "1 1 0 100011 0 iiiiii 00 tttt nnnnn ddddd" tag_add      mte::subg,             "subg {d:x}, {n:x}, #{i:hex}, #{u:hex}"  MTE NONE;
SUBP       "1 0 0 11010110 mmmmm 000000 nnnnn ddddd"   tag_subtract mte::subp,             "subp {d:x}, {n:x}, {m:x}"               MTE NONE;
SUBPS      "1 0 1 11010110 mmmmm 000000 nnnnn ddddd"   tag_subtract mte::subps,            "subps {d:x}, {n:x}, {m:x}"              MTE SETS_FLAGS;
IRG        "1 0 0 11010110 mmmmm 000100 nnnnn ddddd"   tag_random   mte::irg,              "irg {d:x}, {n:x}, {m:x}"                MTE NONE;
GMI        "1 0 0 11010110 mmmmm 000101 nnnnn ddddd"   tag_mask     mte::gmi,              "gmi {d:x}, {n:x}, {m:x}"                MTE NONE;
LDG        "11011001 01 1 iiiiiiiii 00 nnnnn ttttt"    tag_load     mte::ldg,              "ldg {d:x}, [{n:x}{i:off}]"              MTE LOAD;
STG_post   "11011001 00 1 iiiiiiiii 01 nnnnn ttttt"    tag_store    mte::stg::<Post>,      "stg {d:x}, [{n:x}], #{i:simm}"          MTE STORE;
STG_off    "11011001 00 1 iiiiiiiii 10 nnnnn ttttt"    tag_store    mte::stg::<Offset>,    "stg {d:x}, [{n:x}{i:off}]"              MTE STORE;
STG_pre    "11011001 00 1 iiiiiiiii 11 nnnnn ttttt"    tag_store    mte::stg::<Pre>,       "stg {d:x}, [{n:x}, #{i:simm}]!"         MTE STORE;
STZG_post  "11011001 01 1 iiiiiiiii 01 nnnnn ttttt"    tag_store    mte::stzg::<Post>,     "stzg {d:x}, [{n:x}], #{i:simm}"         MTE STORE;
STZG_off   "11011001 01 1 iiiiiiiii 10 nnnnn ttttt"    tag_store    mte::stzg::<Offset>,   "stzg {d:x}, [{n:x}{i:off}]"             MTE STORE;
STZG_pre   "11011001 01 1 iiiiiiiii 11 nnnnn ttttt"    tag_store    mte::stzg::<Pre>,      "stzg {d:x}, [{n:x}, #{i:simm}]!"        MTE STORE;
ST2G_post  "11011001 10 1 iiiiiiiii 01 nnnnn ttttt"    tag_store    mte::stg::<Post>,      "st2g {d:x}, [{n:x}], #{i:simm}"         MTE STORE;
ST2G_off   "11011001 10 1 iiiiiiiii 10 nnnnn ttttt"    tag_store    mte::stg::<Offset>,    "st2g {d:x}, [{n:x}{i:off}]"             MTE STORE;
ST2G_pre   "11011001 10 1 iiiiiiiii 11 nnnnn ttttt"    tag_store    mte::stg::<Pre>,       "st2g {d:x}, [{n:x}, #{i:simm}]!"        MTE STORE;
STZ2G_post "11011001 11 1 iiiiiiiii 01 nnnnn ttttt"    tag_store    mte::stzg::<Post>,     "stz2g {d:x}, [{n:x}], #{i:simm}"        MTE STORE;
STZ2G_off  "11011001 11 1 iiiiiiiii 10 nnnnn ttttt"    tag_store    mte::stzg::<Offset>,   "stz2g {d:x}, [{n:x}{i:off}]"            MTE STORE;
STZ2G_pre  "11011001 11 1 iiiiiiiii 11 nnnnn ttttt"    tag_store    mte::stzg::<Pre>,      "stz2g {d:x}, [{n:x}, #{i:simm}]!"       MTE STORE;
STZGM      "11011001 00 1 000000000 00 nnnnn ttttt"    tag_multiple mte::stzgm,            "stzgm {d:x}, [{n:x}]"                   MTE2 STORE;
STGM       "11011001 10 1 000000000 00 nnnnn ttttt"    tag_multiple mte::stgm,             "stgm {d:x}, [{n:x}]"                    MTE2 STORE;
LDGM       "11011001 11 1 000000000 00 nnnnn ttttt"    tag_multiple mte::ldgm,             "ldgm {d:x}, [{n:x}]"                    MTE2 LOAD;
STGP_post  "01 101 0 001 0 iiiiiii aaaaa nnnnn ttttt"  tag_pair     mte::stgp::<Post>,     "stgp {d:x}, {a:x}, [{n:x}], #{i:simm}"  MTE STORE;
STGP_off   "01 101 0 010 0 iiiiiii aaaaa nnnnn ttttt"  tag_pair     mte::stgp::<Offset>,   "stgp {d:x}, {a:x}, [{n:x}{i:off}]"      MTE STORE;
STGP_pre   "01 101 0 011 0 iiiiiii aaaaa nnnnn ttttt"  tag_pair     mte::stgp::<Pre>,      "stgp {d:x}, {a:x}, [{n:x}, #{i:simm}]!" MTE STORE;
        }
    };
}
