//! Rows of SVE: fp. Knows nothing of execution.

macro_rules! sve_fp_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
        }
    };
}
