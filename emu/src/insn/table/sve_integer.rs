//! Rows of SVE: integer. Knows nothing of execution.

macro_rules! sve_integer_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
ADD_z_zz          "0000 0100 ss1m mmmm 0000 00nn nnnd dddd"   sve        sve::integer::add,              "add {d:z}, {n:z}, {m:z}"             SVE FP;
ADD_z_p_zz        "0000 0100 ss00 0000 000g ggmm mmmd dddd"   sve_destructive sve::integer::add_merging, "add {d:z}, {o:pm}, {d:z}, {m:z}"     SVE FP;
        }
    };
}
