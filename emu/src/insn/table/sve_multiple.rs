//! Rows of SVE2.1: loads and stores of quadwords, and of two or four vectors that a predicate-as-counter governs. The latter are among the
//! encodings of FEAT_SME. Knows nothing of execution.

macro_rules! sve_multiple_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name         encoding                                  format                  execution                                             syntax                                                              feature effects
// Words and doublewords in quadwords
LD1_zq_p_bi     "1010 0101 i001 iiii 001g ggnn nnnd dddd" sve_quadwords_imm       sve::memory::ld1_to_quadwords::<Vectors>,             "ld1{w:mtype} {d:zlist}, {o:pz}, [{n:x}{i:mulvl}]"                  SVE2p1 LOAD | FP;
LD1_zq_p_br     "1010 0101 i00m mmmm 100g ggnn nnnd dddd" sve_quadwords_reg       sve::memory::ld1_to_quadwords::<Scalar>,              "ld1{w:mtype} {d:zlist}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"          SVE2p1 LOAD | FP;
ST1W_zq_p_bi    "1110 0101 0000 iiii 111g ggnn nnnd dddd" sve_quadwords_imm       sve::memory::st1_of_quadwords::<Vectors>,             "st1w {d:zlist}, {o:preg}, [{n:x}{i:mulvl}]"                        SVE2p1 STORE | FP;
ST1W_zq_p_br    "1110 0101 000m mmmm 010g ggnn nnnd dddd" sve_quadwords_reg       sve::memory::st1_of_quadwords::<Scalar>,              "st1w {d:zlist}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"                SVE2p1 STORE | FP;
ST1D_zq_p_bi    "1110 0101 1100 iiii 111g ggnn nnnd dddd" sve_quadwords_imm       sve::memory::st1_of_quadwords::<Vectors>,             "st1d {d:zlist}, {o:preg}, [{n:x}{i:mulvl}]"                        SVE2p1 STORE | FP;
ST1D_zq_p_br    "1110 0101 110m mmmm 010g ggnn nnnd dddd" sve_quadwords_reg       sve::memory::st1_of_quadwords::<Scalar>,              "st1d {d:zlist}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"                SVE2p1 STORE | FP;
// Structures of quadwords
LD2Q_z_p_bi     "1010 0100 1001 iiii 111g ggnn nnnd dddd" sve_load_quadwords_imm  sve::memory::load_quadword_structures::<Vectors>,     "ld2q {d:zrange}, {o:pz}, [{n:x}{i:mulvl}]"                         SVE2p1 LOAD | FP;
LD2Q_z_p_br     "1010 0100 101m mmmm 100g ggnn nnnd dddd" sve_load_quadwords_reg  sve::memory::load_quadword_structures::<Scalar>,      "ld2q {d:zrange}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"                 SVE2p1 LOAD | FP;
LD3Q_z_p_bi     "1010 0101 0001 iiii 111g ggnn nnnd dddd" sve_load_quadwords_imm  sve::memory::load_quadword_structures::<Vectors>,     "ld3q {d:zrange}, {o:pz}, [{n:x}{i:mulvl}]"                         SVE2p1 LOAD | FP;
LD3Q_z_p_br     "1010 0101 001m mmmm 100g ggnn nnnd dddd" sve_load_quadwords_reg  sve::memory::load_quadword_structures::<Scalar>,      "ld3q {d:zrange}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"                 SVE2p1 LOAD | FP;
LD4Q_z_p_bi     "1010 0101 1001 iiii 111g ggnn nnnd dddd" sve_load_quadwords_imm  sve::memory::load_quadword_structures::<Vectors>,     "ld4q {d:zrange}, {o:pz}, [{n:x}{i:mulvl}]"                         SVE2p1 LOAD | FP;
LD4Q_z_p_br     "1010 0101 101m mmmm 100g ggnn nnnd dddd" sve_load_quadwords_reg  sve::memory::load_quadword_structures::<Scalar>,      "ld4q {d:zrange}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"                 SVE2p1 LOAD | FP;
ST2Q_z_p_bi     "1110 0100 0100 iiii 000g ggnn nnnd dddd" sve_store_quadwords_imm sve::memory::store_quadword_structures::<Vectors>,    "st2q {d:zrange}, {o:preg}, [{n:x}{i:mulvl}]"                       SVE2p1 STORE | FP;
ST2Q_z_p_br     "1110 0100 011m mmmm 000g ggnn nnnd dddd" sve_store_quadwords_reg sve::memory::store_quadword_structures::<Scalar>,     "st2q {d:zrange}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"               SVE2p1 STORE | FP;
ST3Q_z_p_bi     "1110 0100 1000 iiii 000g ggnn nnnd dddd" sve_store_quadwords_imm sve::memory::store_quadword_structures::<Vectors>,    "st3q {d:zrange}, {o:preg}, [{n:x}{i:mulvl}]"                       SVE2p1 STORE | FP;
ST3Q_z_p_br     "1110 0100 101m mmmm 000g ggnn nnnd dddd" sve_store_quadwords_reg sve::memory::store_quadword_structures::<Scalar>,     "st3q {d:zrange}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"               SVE2p1 STORE | FP;
ST4Q_z_p_bi     "1110 0100 1100 iiii 000g ggnn nnnd dddd" sve_store_quadwords_imm sve::memory::store_quadword_structures::<Vectors>,    "st4q {d:zrange}, {o:preg}, [{n:x}{i:mulvl}]"                       SVE2p1 STORE | FP;
ST4Q_z_p_br     "1110 0100 111m mmmm 000g ggnn nnnd dddd" sve_store_quadwords_reg sve::memory::store_quadword_structures::<Scalar>,     "st4q {d:zrange}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"               SVE2p1 STORE | FP;
// Two vectors, or four
LD1_mz_p_bi     "1010 0000 0100 iiii fssg ggnn nnnd ddd0" sve_multiple_imm        sve::memory::ld1_multiple::<Vectors>,                 "ld1{w:mtype} {d:zrange}, {o:pnz}, [{n:x}{i:mulvl}]"                SVE2p1 LOAD | FP;
LD1_mz_p_br     "1010 0000 000m mmmm fssg ggnn nnnd ddd0" sve_multiple_reg        sve::memory::ld1_multiple::<Scalar>,                  "ld1{w:mtype} {d:zrange}, {o:pnz}, [{n:x}, {m:x}{w:mscale}]"        SVE2p1 LOAD | FP;
LDNT1_mz_p_bi   "1010 0000 0100 iiii fssg ggnn nnnd ddd1" sve_multiple_imm        sve::memory::ld1_multiple::<Vectors>,                 "ldnt1{w:mtype} {d:zrange}, {o:pnz}, [{n:x}{i:mulvl}]"              SVE2p1 LOAD | FP;
LDNT1_mz_p_br   "1010 0000 000m mmmm fssg ggnn nnnd ddd1" sve_multiple_reg        sve::memory::ld1_multiple::<Scalar>,                  "ldnt1{w:mtype} {d:zrange}, {o:pnz}, [{n:x}, {m:x}{w:mscale}]"      SVE2p1 LOAD | FP;
ST1_mz_p_bi     "1010 0000 0110 iiii fssg ggnn nnnd ddd0" sve_multiple_imm        sve::memory::st1_multiple::<Vectors>,                 "st1{w:mtype} {d:zrange}, {o:pnreg}, [{n:x}{i:mulvl}]"              SVE2p1 STORE | FP;
ST1_mz_p_br     "1010 0000 001m mmmm fssg ggnn nnnd ddd0" sve_multiple_reg        sve::memory::st1_multiple::<Scalar>,                  "st1{w:mtype} {d:zrange}, {o:pnreg}, [{n:x}, {m:x}{w:mscale}]"      SVE2p1 STORE | FP;
STNT1_mz_p_bi   "1010 0000 0110 iiii fssg ggnn nnnd ddd1" sve_multiple_imm        sve::memory::st1_multiple::<Vectors>,                 "stnt1{w:mtype} {d:zrange}, {o:pnreg}, [{n:x}{i:mulvl}]"            SVE2p1 STORE | FP;
STNT1_mz_p_br   "1010 0000 001m mmmm fssg ggnn nnnd ddd1" sve_multiple_reg        sve::memory::st1_multiple::<Scalar>,                  "stnt1{w:mtype} {d:zrange}, {o:pnreg}, [{n:x}, {m:x}{w:mscale}]"    SVE2p1 STORE | FP;
        }
    };
}
