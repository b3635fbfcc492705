//! Rows of SVE: memory. A row is a form of addressing; the type of elements is a field. Knows nothing of execution.

macro_rules! sve_memory_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
LDR_z_bi          "1000 0101 10ii iiii 010i iinn nnnd dddd" sve_whole_vector            sve::memory::ldr_vector,                    "ldr {d:zreg}, [{n:x}{i:mulvl}]"                              SVE LOAD | FP;
LDR_p_bi          "1000 0101 10ii iiii 000i iinn nnn0 dddd" sve_whole_predicate         sve::memory::ldr_predicate,                 "ldr {d:preg}, [{n:x}{i:mulvl}]"                              SVE LOAD | FP;
STR_z_bi          "1110 0101 10ii iiii 010i iinn nnnd dddd" sve_whole_vector            sve::memory::str_vector,                    "str {d:zreg}, [{n:x}{i:mulvl}]"                              SVE STORE | FP;
STR_p_bi          "1110 0101 10ii iiii 000i iinn nnn0 dddd" sve_whole_predicate         sve::memory::str_predicate,                 "str {d:preg}, [{n:x}{i:mulvl}]"                              SVE STORE | FP;
LD1_z_p_bi        "1010 010t ttt0 iiii 101g ggnn nnnd dddd" sve_load_imm                sve::memory::ld1::<Vectors>,                "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"            SVE LOAD | FP;
LD1_z_p_br        "1010 010t tttm mmmm 010g ggnn nnnd dddd" sve_load_reg                sve::memory::ld1::<Scalar>,                 "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"    SVE LOAD | FP;
LDNF1_z_p_bi      "1010 010t ttt1 iiii 101g ggnn nnnd dddd" sve_load_imm                sve::memory::ldnf1,                         "ldnf1{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"          SVE LOAD | FP;
LDFF1_z_p_br      "1010 010t tttm mmmm 011g ggnn nnnd dddd" sve_load_first_fault        sve::memory::ldff1,                         "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"  SVE LOAD | FP;
LDNT1_z_p_bi      "1010 010z z000 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::ld1::<Vectors>,                "ldnt1{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"          SVE LOAD | FP;
LDNT1_z_p_br      "1010 010z z00m mmmm 110g ggnn nnnd dddd" sve_structures_reg          sve::memory::ld1::<Scalar>,                 "ldnt1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"  SVE LOAD | FP;
ST1_z_p_bi        "1110 010z zss0 iiii 111g ggnn nnnd dddd" sve_store_imm               sve::memory::st1::<Vectors>,                "st1{w:mtype} {d:transferred}, {o:preg}, [{n:x}{i:mulvl}]"          SVE STORE | FP;
ST1_z_p_br        "1110 010z zssm mmmm 010g ggnn nnnd dddd" sve_store_reg               sve::memory::st1::<Scalar>,                 "st1{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"  SVE STORE | FP;
STNT1_z_p_bi      "1110 010z z001 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::st1::<Vectors>,                "stnt1{w:mtype} {d:transferred}, {o:preg}, [{n:x}{i:mulvl}]"        SVE STORE | FP;
STNT1_z_p_br      "1110 010z z00m mmmm 011g ggnn nnnd dddd" sve_structures_reg          sve::memory::st1::<Scalar>,                 "stnt1{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:x}{w:mscale}]" SVE STORE | FP;
LD2_z_p_bi        "1010 010z z010 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::load_structures::<Vectors>,    "ld2{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"            SVE LOAD | FP;
LD3_z_p_bi        "1010 010z z100 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::load_structures::<Vectors>,    "ld3{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"            SVE LOAD | FP;
LD4_z_p_bi        "1010 010z z110 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::load_structures::<Vectors>,    "ld4{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:mulvl}]"            SVE LOAD | FP;
LD2_z_p_br        "1010 010z z01m mmmm 110g ggnn nnnd dddd" sve_structures_reg          sve::memory::load_structures::<Scalar>,     "ld2{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"    SVE LOAD | FP;
LD3_z_p_br        "1010 010z z10m mmmm 110g ggnn nnnd dddd" sve_structures_reg          sve::memory::load_structures::<Scalar>,     "ld3{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"    SVE LOAD | FP;
LD4_z_p_br        "1010 010z z11m mmmm 110g ggnn nnnd dddd" sve_structures_reg          sve::memory::load_structures::<Scalar>,     "ld4{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"    SVE LOAD | FP;
ST2_z_p_bi        "1110 010z z011 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::store_structures::<Vectors>,   "st2{w:mtype} {d:transferred}, {o:preg}, [{n:x}{i:mulvl}]"          SVE STORE | FP;
ST3_z_p_bi        "1110 010z z101 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::store_structures::<Vectors>,   "st3{w:mtype} {d:transferred}, {o:preg}, [{n:x}{i:mulvl}]"          SVE STORE | FP;
ST4_z_p_bi        "1110 010z z111 iiii 111g ggnn nnnd dddd" sve_structures_imm          sve::memory::store_structures::<Vectors>,   "st4{w:mtype} {d:transferred}, {o:preg}, [{n:x}{i:mulvl}]"          SVE STORE | FP;
ST2_z_p_br        "1110 010z z01m mmmm 011g ggnn nnnd dddd" sve_structures_reg          sve::memory::store_structures::<Scalar>,    "st2{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"  SVE STORE | FP;
ST3_z_p_br        "1110 010z z10m mmmm 011g ggnn nnnd dddd" sve_structures_reg          sve::memory::store_structures::<Scalar>,    "st3{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"  SVE STORE | FP;
ST4_z_p_br        "1110 010z z11m mmmm 011g ggnn nnnd dddd" sve_structures_reg          sve::memory::store_structures::<Scalar>,    "st4{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:x}{w:mscale}]"  SVE STORE | FP;
LD1R_z_p_bi       "1000 010t t1ii iiii 1ttg ggnn nnnd dddd" sve_load_replicate          sve::memory::ld1r,                          "ld1r{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:off}]"             SVE LOAD | FP;
LD1RQ_z_p_bi      "1010 010z z000 iiii 001g ggnn nnnd dddd" sve_load_block_imm          sve::memory::ld1rq::<Bytes>,                "ld1rq{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:off}]"            SVE LOAD | FP;
LD1RQ_z_p_br      "1010 010z z00m mmmm 000g ggnn nnnd dddd" sve_load_block_reg          sve::memory::ld1rq::<Scalar>,               "ld1rq{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"  SVE LOAD | FP;
LD1RO_z_p_bi      "1010 010z z010 iiii 001g ggnn nnnd dddd" sve_load_block_imm          sve::memory::ld1ro::<Bytes>,                "ld1ro{w:mtype} {d:transferred}, {o:pz}, [{n:x}{i:off}]"            F64MM LOAD | FP;
LD1RO_z_p_br      "1010 010z z01m mmmm 000g ggnn nnnd dddd" sve_load_block_reg          sve::memory::ld1ro::<Scalar>,               "ld1ro{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:x}{w:mscale}]"  F64MM LOAD | FP;
LD1_z_p_bz_s      "1000 010z zxsm mmmm 0u0g ggnn nnnd dddd" sve_gather_words            sve::memory::gather::<Offsets>,             "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]"   SVE LOAD | FP;
LDFF1_z_p_bz_s    "1000 010z zxsm mmmm 0u1g ggnn nnnd dddd" sve_gather_words            sve::memory::gather_first_fault::<Offsets>, "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]" SVE LOAD | FP;
LD1_z_p_bz_d_x32  "1100 010z zxsm mmmm 0u0g ggnn nnnd dddd" sve_gather_unpacked         sve::memory::gather::<Offsets>,             "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]"   SVE LOAD | FP;
LDFF1_z_p_bz_d_x32 "1100 010z zxsm mmmm 0u1g ggnn nnnd dddd" sve_gather_unpacked        sve::memory::gather_first_fault::<Offsets>, "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]" SVE LOAD | FP;
LD1_z_p_bz_d_64   "1100 010z z1sm mmmm 1u0g ggnn nnnd dddd" sve_gather_doublewords      sve::memory::gather::<Offsets>,             "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]"   SVE LOAD | FP;
LDFF1_z_p_bz_d_64 "1100 010z z1sm mmmm 1u1g ggnn nnnd dddd" sve_gather_doublewords      sve::memory::gather_first_fault::<Offsets>, "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:x}, {m:z}{w:mextend}]" SVE LOAD | FP;
LD1_z_p_ai_s      "1000 010z z01i iiii 1u0g ggnn nnnd dddd" sve_gather_at_words         sve::memory::gather::<Addresses>,           "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:z}{i:off}]"              SVE LOAD | FP;
LDFF1_z_p_ai_s    "1000 010z z01i iiii 1u1g ggnn nnnd dddd" sve_gather_at_words         sve::memory::gather_first_fault::<Addresses>, "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:z}{i:off}]"          SVE LOAD | FP;
LD1_z_p_ai_d      "1100 010z z01i iiii 1u0g ggnn nnnd dddd" sve_gather_at_doublewords   sve::memory::gather::<Addresses>,           "ld1{w:mtype} {d:transferred}, {o:pz}, [{n:z}{i:off}]"              SVE LOAD | FP;
LDFF1_z_p_ai_d    "1100 010z z01i iiii 1u1g ggnn nnnd dddd" sve_gather_at_doublewords   sve::memory::gather_first_fault::<Addresses>, "ldff1{w:mtype} {d:transferred}, {o:pz}, [{n:z}{i:off}]"          SVE LOAD | FP;
LDNT1_z_p_ar_s    "1000 010z z00m mmmm 10ug ggnn nnnd dddd" sve_gather_plus_words       sve::memory::gather::<Moved>,               "ldnt1{w:mtype} {d:transferred}, {o:pz}, [{n:z}, {m:x}]"            SVE2 LOAD | FP;
LDNT1_z_p_ar_d    "1100 010z z00m mmmm 1u0g ggnn nnnd dddd" sve_gather_plus_doublewords sve::memory::gather::<Moved>,               "ldnt1{w:mtype} {d:transferred}, {o:pz}, [{n:z}, {m:x}]"            SVE2 LOAD | FP;
ST1_z_p_bz_s      "1110 010z z1sm mmmm 1x0g ggnn nnnd dddd" sve_scatter_words           sve::memory::scatter::<Offsets>,            "st1{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE STORE | FP;
ST1_z_p_bz_d_x32  "1110 010z z0sm mmmm 1x0g ggnn nnnd dddd" sve_scatter_unpacked        sve::memory::scatter::<Offsets>,            "st1{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE STORE | FP;
ST1_z_p_bz_d_64   "1110 010z z0sm mmmm 101g ggnn nnnd dddd" sve_scatter_doublewords     sve::memory::scatter::<Offsets>,            "st1{w:mtype} {d:transferred}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE STORE | FP;
ST1_z_p_ai_s      "1110 010z z11i iiii 101g ggnn nnnd dddd" sve_scatter_at_words        sve::memory::scatter::<Addresses>,          "st1{w:mtype} {d:transferred}, {o:preg}, [{n:z}{i:off}]"            SVE STORE | FP;
ST1_z_p_ai_d      "1110 010z z10i iiii 101g ggnn nnnd dddd" sve_scatter_at_doublewords  sve::memory::scatter::<Addresses>,          "st1{w:mtype} {d:transferred}, {o:preg}, [{n:z}{i:off}]"            SVE STORE | FP;
STNT1_z_p_ar_s    "1110 010z z10m mmmm 001g ggnn nnnd dddd" sve_scatter_plus_words      sve::memory::scatter::<Moved>,              "stnt1{w:mtype} {d:transferred}, {o:preg}, [{n:z}, {m:x}]"          SVE2 STORE | FP;
STNT1_z_p_ar_d    "1110 010z z00m mmmm 001g ggnn nnnd dddd" sve_scatter_plus_doublewords sve::memory::scatter::<Moved>,             "stnt1{w:mtype} {d:transferred}, {o:preg}, [{n:z}, {m:x}]"          SVE2 STORE | FP;
PRF_i_p_bi        "1000 0101 11ii iiii 0zzg ggnn nnn0 oooo" sve_prefetch_imm            sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:x}{i:mulvl}]"         SVE FP;
PRF_i_p_br        "1000 010z z00m mmmm 110g ggnn nnn0 oooo" sve_prefetch_reg            sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:x}, {m:x}{w:mscale}]" SVE FP;
PRF_i_p_ai_s      "1000 010z z00i iiii 111g ggnn nnn0 oooo" sve_prefetch_at_words       sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:z}{i:off}]"           SVE FP;
PRF_i_p_ai_d      "1100 010z z00i iiii 111g ggnn nnn0 oooo" sve_prefetch_at_doublewords sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:z}{i:off}]"           SVE FP;
PRF_i_p_bz_s      "1000 0100 0x1m mmmm 0zzg ggnn nnn0 oooo" sve_prefetch_words          sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE FP;
PRF_i_p_bz_d_x32  "1100 0100 0x1m mmmm 0zzg ggnn nnn0 oooo" sve_prefetch_unpacked       sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE FP;
PRF_i_p_bz_d_64   "1100 0100 011m mmmm 1zzg ggnn nnn0 oooo" sve_prefetch_doublewords    sve::memory::prefetch,                      "prf{w:mtype} {d:zprfop}, {o:preg}, [{n:x}, {m:z}{w:mextend}]" SVE FP;
        }
    };
}
