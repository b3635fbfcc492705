//! Rows: branches, exception generation and system instructions. Knows nothing of execution.

macro_rules! branch_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name      encoding                                        format         execution             syntax                            feature effects
B_uncond    "0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"             branch26       branch::b,            "b {i:addr}"                      Base BRANCH;
BL          "1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii"             branch26       branch::bl,           "bl {i:addr}"                     Base BRANCH;
B_cond      "0101010 0 iiiiiiiiiiiiiiiiiii 0 cccc"           branch_cond    branch::b_cond,       "b.{o:cond} {i:addr}"             Base BRANCH | READS_FLAGS;
BC_cond     "0101010 0 iiiiiiiiiiiiiiiiiii 1 cccc"           branch_cond    branch::b_cond,       "bc.{o:cond} {i:addr}"            HBC BRANCH | READS_FLAGS;
CBZ         "s 011010 0 iiiiiiiiiiiiiiiiiii ttttt"           branch_reg19   branch::cbz,          "cbz {d:r}, {i:addr}"             Base BRANCH;
CBNZ        "s 011010 1 iiiiiiiiiiiiiiiiiii ttttt"           branch_reg19   branch::cbnz,         "cbnz {d:r}, {i:addr}"            Base BRANCH;
TBZ         "b 011011 0 bbbbb iiiiiiiiiiiiii ttttt"          branch_bit14   branch::tbz,          "tbz {d:r}, #{o:u}, {i:addr}"     Base BRANCH;
TBNZ        "b 011011 1 bbbbb iiiiiiiiiiiiii ttttt"          branch_bit14   branch::tbnz,         "tbnz {d:r}, #{o:u}, {i:addr}"    Base BRANCH;
BR          "1101011 0 0 00 11111 0000 0 0 nnnnn 00000"      branch_reg     branch::br,           "br {n:x}"                        Base BRANCH;
BLR         "1101011 0 0 01 11111 0000 0 0 nnnnn 00000"      branch_reg     branch::blr,          "blr {n:x}"                       Base BRANCH;
RET         "1101011 0 0 10 11111 0000 0 0 nnnnn 00000"      branch_reg     branch::ret,          "ret {n:x}"                       Base BRANCH;
ERET        "1101011 0 100 11111 0000 0 0 11111 00000"       no_operands    branch::eret,         "eret"                            Base BRANCH;
DRPS        "1101011 0 101 11111 0000 0 0 11111 00000"       no_operands    branch::drps,         "drps"                            Base BRANCH;
SVC         "11010100 000 iiiiiiiiiiiiiiii 000 01"           imm16          branch::svc,          "svc #{i:hex}"                    Base BRANCH;
HVC         "11010100 000 iiiiiiiiiiiiiiii 000 10"           imm16          branch::hvc,          "hvc #{i:hex}"                    Base BRANCH;
SMC         "11010100 000 iiiiiiiiiiiiiiii 000 11"           imm16          branch::smc,          "smc #{i:hex}"                    Base BRANCH;
BRK         "11010100 001 iiiiiiiiiiiiiiii 000 00"           imm16          branch::brk,          "brk #{i:hex}"                    Base BRANCH;
HLT         "11010100 010 iiiiiiiiiiiiiiii 000 00"           imm16          branch::hlt,          "hlt #{i:hex}"                    Base BRANCH;
DCPS1       "11010100 101 iiiiiiiiiiiiiiii 000 01"           imm16          branch::dcps,         "dcps1 {i:dcps}"                  Base BRANCH;
DCPS2       "11010100 101 iiiiiiiiiiiiiiii 000 10"           imm16          branch::dcps,         "dcps2 {i:dcps}"                  Base BRANCH;
DCPS3       "11010100 101 iiiiiiiiiiiiiiii 000 11"           imm16          branch::dcps,         "dcps3 {i:dcps}"                  Base BRANCH;
UDF         "0000000000000000 iiiiiiiiiiiiiiii"              imm16_low      branch::udf,          "udf #{i:u}"                      Base BRANCH;
HINT        "1101010100 0 00 011 0010 hhhh hhh 11111"        hint           system::hint,         "{i:hint}"                        Base NONE;
WFE         "1101010100 0 00 011 0010 0000 010 11111"        no_operands    system::wfe,          "wfe"                             Base SYSTEM;
WFI         "1101010100 0 00 011 0010 0000 011 11111"        no_operands    system::wfi,          "wfi"                             Base SYSTEM;
SEV         "1101010100 0 00 011 0010 0000 100 11111"        no_operands    system::sev,          "sev"                             Base NONE;
SEVL        "1101010100 0 00 011 0010 0000 101 11111"        no_operands    system::sevl,         "sevl"                            Base NONE;
YIELD       "1101010100 0 00 011 0010 0000 001 11111"        no_operands    system::yield_hint,   "yield"                           Base SYSTEM;
CLREX       "1101010100 0 00 011 0011 mmmm 010 11111"        crm            system::clrex,        "clrex {i:clrex}"                 Base NONE;
DSB         "1101010100 0 00 011 0011 mmmm 100 11111"        crm            system::dsb,          "dsb {i:barrier}"                 Base SYSTEM;
DMB         "1101010100 0 00 011 0011 mmmm 101 11111"        crm            system::dmb,          "dmb {i:barrier}"                 Base NONE;
ISB         "1101010100 0 00 011 0011 mmmm 110 11111"        crm            system::isb,          "isb {i:isb}"                     Base SYSTEM;
SB          "1101010100 0 00 011 0011 0000 111 11111"        no_operands    system::sb,           "sb"                              SB NONE;
MSR_imm     "1101010100 0 00 ooo 0100 mmmm ppp 11111"        msr_imm        system::msr_imm,      "msr {i:pstate}"                  Base SYSTEM;
CFINV       "1101010100 0 00 000 0100 0000 000 11111"        no_operands    system::cfinv,        "cfinv"                           FlagM READS_FLAGS | SETS_FLAGS;
XAFLAG      "1101010100 0 00 000 0100 0000 001 11111"        no_operands    system::xaflag,       "xaflag"                          FlagM2 READS_FLAGS | SETS_FLAGS;
AXFLAG      "1101010100 0 00 000 0100 0000 010 11111"        no_operands    system::axflag,       "axflag"                          FlagM2 READS_FLAGS | SETS_FLAGS;
SYS         "1101010100 0 01 ooo nnnn mmmm ppp ttttt"        sys            system::sys,          "{i:sys}{d:xopt}"                 Base SYSTEM;
SYSL        "1101010100 1 01 ooo nnnn mmmm ppp ttttt"        sysl           system::sysl,         "sysl {d:x}, {i:sysl}"            Base SYSTEM;
MSR_reg     "1101010100 0 1o ooo nnnn mmmm ppp ttttt"        msr_reg        system::msr_reg,      "msr {i:sysreg}, {d:x}"           Base SYSTEM;
MRS         "1101010100 1 1o ooo nnnn mmmm ppp ttttt"        mrs            system::mrs,          "mrs {d:x}, {i:sysreg}"           Base READS_FLAGS;
CB_reg      "s 1110100 ccc mmmmm 00 iiiiiiiii ttttt"        compare_branch_reg branch::cb_reg,       "cb{o:cond} {d:r}, {m:r}, {i:addr}" CMPBR BRANCH;
CBB         "0 1110100 ccc mmmmm 10 iiiiiiiii ttttt"        compare_branch_reg branch::cbb,          "cbb{o:cond} {d:r}, {m:r}, {i:addr}" CMPBR BRANCH;
CBH         "0 1110100 ccc mmmmm 11 iiiiiiiii ttttt"        compare_branch_reg branch::cbh,          "cbh{o:cond} {d:r}, {m:r}, {i:addr}" CMPBR BRANCH;
CB_imm      "s 1110101 ccc uuuuuu 0 iiiiiiiii ttttt"        compare_branch_imm branch::cb_imm,       "cb{o:cond} {d:r}, #{u:u}, {i:addr}" CMPBR BRANCH;
WFET        "1101010100 0 00 011 0001 0000 000 ttttt"       wait_timeout   system::wfet,         "wfet {n:x}"                      WFxT SYSTEM;
WFIT        "1101010100 0 00 011 0001 0000 001 ttttt"       wait_timeout   system::wfit,         "wfit {n:x}"                      WFxT SYSTEM;
        }
    };
}
