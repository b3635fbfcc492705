//! Rows of SVE: memory. Knows nothing of execution.

macro_rules! sve_memory_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
        }
    };
}
