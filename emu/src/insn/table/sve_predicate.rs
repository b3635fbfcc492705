//! Rows of SVE: predicate. Knows nothing of execution.

macro_rules! sve_predicate_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                      format     execution                       syntax                                feature effects
RDVL              "0000 0100 1011 1111 0101 0iii iiid dddd"   rdvl       sve::predicate::rdvl,           "rdvl {d:x}, #{i:simm}"               SVE FP;
PTRUE             "0010 0101 ss01 1000 1110 00ii iii0 dddd"   sve_ptrue  sve::predicate::ptrue,          "ptrue {d:p}{i:pattern}"              SVE FP;
PTRUES            "0010 0101 ss01 1001 1110 00ii iii0 dddd"   sve_ptrue  sve::predicate::ptrue,          "ptrues {d:p}{i:pattern}"             SVE FP | SETS_FLAGS;
        }
    };
}
