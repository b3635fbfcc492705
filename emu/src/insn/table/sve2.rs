//! Rows of SVE2: integer and cryptography. Knows nothing of execution.

macro_rules! sve2_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
        }
    };
}
