//! Rows: memory copy and memory set (FEAT_MOPS). Knows nothing of execution.

macro_rules! mops_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name encoding                                format      execution              syntax                                     feature effects
CPYFP   "00 011 0 01 00 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_prologue, "cpyfp{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"  MOPS SETS_FLAGS;
CPYFM   "00 011 0 01 01 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_main,     "cpyfm{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"  MOPS READS_FLAGS | LOAD | STORE | BRANCH;
CPYFE   "00 011 0 01 10 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_main,     "cpyfe{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"  MOPS READS_FLAGS | LOAD | STORE | BRANCH;
SETP    "00 011 0 01 11 0 sssss 00oo 01 nnnnn ddddd" memory_set  mops::set_prologue,  "setp{w:set} [{d:x}]!, {n:x}!, {m:x}"      MOPS SETS_FLAGS;
SETM    "00 011 0 01 11 0 sssss 01oo 01 nnnnn ddddd" memory_set  mops::set_main,      "setm{w:set} [{d:x}]!, {n:x}!, {m:x}"      MOPS READS_FLAGS | STORE | BRANCH;
SETE    "00 011 0 01 11 0 sssss 10oo 01 nnnnn ddddd" memory_set  mops::set_main,      "sete{w:set} [{d:x}]!, {n:x}!, {m:x}"      MOPS READS_FLAGS | STORE | BRANCH;
CPYP    "00 011 1 01 00 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_prologue, "cpyp{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"   MOPS SETS_FLAGS;
CPYM    "00 011 1 01 01 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_main,     "cpym{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"   MOPS READS_FLAGS | LOAD | STORE | BRANCH;
CPYE    "00 011 1 01 10 0 sssss oooo 01 nnnnn ddddd" memory_copy mops::copy_main,     "cpye{w:cpy} [{d:x}]!, [{m:x}]!, {n:x}!"   MOPS READS_FLAGS | LOAD | STORE | BRANCH;
SETGP   "00 011 1 01 11 0 sssss 00oo 01 nnnnn ddddd" memory_set  mops::set_tag_prologue, "setgp{w:set} [{d:x}]!, {n:x}!, {m:x}"     MOPS SETS_FLAGS;
SETGM   "00 011 1 01 11 0 sssss 01oo 01 nnnnn ddddd" memory_set  mops::set_tag_main,     "setgm{w:set} [{d:x}]!, {n:x}!, {m:x}"     MOPS READS_FLAGS | STORE | BRANCH;
SETGE   "00 011 1 01 11 0 sssss 10oo 01 nnnnn ddddd" memory_set  mops::set_tag_main,     "setge{w:set} [{d:x}]!, {n:x}!, {m:x}"     MOPS READS_FLAGS | STORE | BRANCH;
        }
    };
}
