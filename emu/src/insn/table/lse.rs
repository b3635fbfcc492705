//! Rows: atomic memory operations. Knows nothing of execution.

macro_rules! lse_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// nameencoding                                       format execution    syntax                                          feature effects
LDADD  "zz 111 0 00 A R 1 sssss 0 000 00 nnnnn ttttt" atomic lse::ldadd,  "ldadd{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"  LSE LOAD | STORE;
LDCLR  "zz 111 0 00 A R 1 sssss 0 001 00 nnnnn ttttt" atomic lse::ldclr,  "ldclr{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"  LSE LOAD | STORE;
LDEOR  "zz 111 0 00 A R 1 sssss 0 010 00 nnnnn ttttt" atomic lse::ldeor,  "ldeor{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"  LSE LOAD | STORE;
LDSET  "zz 111 0 00 A R 1 sssss 0 011 00 nnnnn ttttt" atomic lse::ldset,  "ldset{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"  LSE LOAD | STORE;
LDSMAX "zz 111 0 00 A R 1 sssss 0 100 00 nnnnn ttttt" atomic lse::ldsmax, "ldsmax{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]" LSE LOAD | STORE;
LDSMIN "zz 111 0 00 A R 1 sssss 0 101 00 nnnnn ttttt" atomic lse::ldsmin, "ldsmin{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]" LSE LOAD | STORE;
LDUMAX "zz 111 0 00 A R 1 sssss 0 110 00 nnnnn ttttt" atomic lse::ldumax, "ldumax{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]" LSE LOAD | STORE;
LDUMIN "zz 111 0 00 A R 1 sssss 0 111 00 nnnnn ttttt" atomic lse::ldumin, "ldumin{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]" LSE LOAD | STORE;
SWP    "zz 111 0 00 A R 1 sssss 1 000 00 nnnnn ttttt" atomic lse::swp,    "swp{w:order}{s:bh} {m:rt}, {d:rt}, [{n:x}]"    LSE LOAD | STORE;
LDCLRP "00 011 0 01 A R 1 aaaaa 0 001 00 nnnnn ttttt" atomic_pair lse::ldclrp,  "ldclrp{w:order} {d:rt}, {a:rt}, [{n:x}]" LSE128 LOAD | STORE;
LDSETP "00 011 0 01 A R 1 aaaaa 0 011 00 nnnnn ttttt" atomic_pair lse::ldsetp,  "ldsetp{w:order} {d:rt}, {a:rt}, [{n:x}]" LSE128 LOAD | STORE;
SWPP   "00 011 0 01 A R 1 aaaaa 1 000 00 nnnnn ttttt" atomic_pair lse::swpp,    "swpp{w:order} {d:rt}, {a:rt}, [{n:x}]"   LSE128 LOAD | STORE;
        }
    };
}
