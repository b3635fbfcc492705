//! Rows of SVE: permute. Knows nothing of execution.

macro_rules! sve_permute_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
        }
    };
}
