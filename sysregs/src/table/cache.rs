//! op0=3 op1=1 and op1=2: cache geometry and secondary identification.
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! cache_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            CCSIDR_EL1         3   1   0   0   0   RO(EL1)       Base         Hook;
            CLIDR_EL1          3   1   0   0   1   RO(EL1)       Base         Id;
            CCSIDR2_EL1        3   1   0   0   2   RO(EL1)       CCIDX        Hook;
            GMID_EL1           3   1   0   0   4   RO(EL1)       MTE2         Id;
            SMIDR_EL1          3   1   0   0   6   RO(EL1)       SME          Id;
            AIDR_EL1           3   1   0   0   7   RO(EL1)       Base         Id;
            CSSELR_EL1         3   2   0   0   0   RW(EL1)       Base         Value;
        }
    };
}
pub(crate) use cache_rows;
