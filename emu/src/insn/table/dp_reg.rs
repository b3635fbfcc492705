//! Rows: data processing (register). Knows nothing of execution.

macro_rules! dp_reg_rows {
    ($callback:ident [$($rest:ident)*] $($rows:tt)*) => {
        chain_rows! { $callback [$($rest)*] $($rows)*
// name        encoding                                       format           execution              syntax                                  feature effects
AND_shift     "s 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::and_shift,     "and {d:r}, {n:r}, {m:shift}"           Base NONE;
BIC_shift     "s 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::bic_shift,     "bic {d:r}, {n:r}, {m:shift}"           Base NONE;
ORR_shift     "s 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::orr_shift,     "orr {d:r}, {n:r}, {m:shift}"           Base NONE;
ORN_shift     "s 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::orn_shift,     "orn {d:r}, {n:r}, {m:shift}"           Base NONE;
EOR_shift     "s 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::eor_shift,     "eor {d:r}, {n:r}, {m:shift}"           Base NONE;
EON_shift     "s 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::eon_shift,     "eon {d:r}, {n:r}, {m:shift}"           Base NONE;
ANDS_shift    "s 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::ands_shift,    "ands {d:r}, {n:r}, {m:shift}"          Base SETS_FLAGS;
BICS_shift    "s 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd"     logical_shift    dp_reg::bics_shift,    "bics {d:r}, {n:r}, {m:shift}"          Base SETS_FLAGS;
ADD_shift     "s 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"    add_sub_shift    dp_reg::add_shift,     "add {d:r}, {n:r}, {m:shift}"           Base NONE;
ADDS_shift    "s 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"    add_sub_shift    dp_reg::adds_shift,    "adds {d:r}, {n:r}, {m:shift}"          Base SETS_FLAGS;
SUB_shift     "s 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd"    add_sub_shift    dp_reg::sub_shift,     "sub {d:r}, {n:r}, {m:shift}"           Base NONE;
SUBS_shift    "s 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd"    add_sub_shift    dp_reg::subs_shift,    "subs {d:r}, {n:r}, {m:shift}"          Base SETS_FLAGS;
ADD_ext       "s 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"   add_sub_ext      dp_reg::add_ext,       "add {d:rsp}, {n:rsp}, {m:extend}"      Base NONE;
ADDS_ext      "s 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"   adds_subs_ext    dp_reg::adds_ext,      "adds {d:r}, {n:rsp}, {m:extend}"       Base SETS_FLAGS;
SUB_ext       "s 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd"   add_sub_ext      dp_reg::sub_ext,       "sub {d:rsp}, {n:rsp}, {m:extend}"      Base NONE;
SUBS_ext      "s 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd"   adds_subs_ext    dp_reg::subs_ext,      "subs {d:r}, {n:rsp}, {m:extend}"       Base SETS_FLAGS;
ADC           "s 0 0 11010000 mmmmm 000000 nnnnn ddddd"      three_reg        dp_reg::adc,           "adc {d:r}, {n:r}, {m:r}"               Base READS_FLAGS;
ADCS          "s 0 1 11010000 mmmmm 000000 nnnnn ddddd"      three_reg        dp_reg::adcs,          "adcs {d:r}, {n:r}, {m:r}"              Base READS_FLAGS | SETS_FLAGS;
SBC           "s 1 0 11010000 mmmmm 000000 nnnnn ddddd"      three_reg        dp_reg::sbc,           "sbc {d:r}, {n:r}, {m:r}"               Base READS_FLAGS;
SBCS          "s 1 1 11010000 mmmmm 000000 nnnnn ddddd"      three_reg        dp_reg::sbcs,          "sbcs {d:r}, {n:r}, {m:r}"              Base READS_FLAGS | SETS_FLAGS;
RMIF          "1 0 1 11010000 iiiiii 00001 nnnnn 0 kkkk"     rmif             dp_flags::rmif,        "rmif {n:x}, #{u:u}, #{i:u}"            FlagM READS_FLAGS | SETS_FLAGS;
SETF8         "0 0 1 11010000 000000 0 0010 nnnnn 0 1101"    setf             dp_flags::setf8,       "setf8 {n:w}"                           FlagM READS_FLAGS | SETS_FLAGS;
SETF16        "0 0 1 11010000 000000 1 0010 nnnnn 0 1101"    setf             dp_flags::setf16,      "setf16 {n:w}"                          FlagM READS_FLAGS | SETS_FLAGS;
CCMN_reg      "s 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 ffff"   cond_cmp_reg     dp_flags::ccmn_reg,    "ccmn {n:r}, {m:r}, #{u:hex}, {o:cond}" Base READS_FLAGS | SETS_FLAGS;
CCMP_reg      "s 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 ffff"   cond_cmp_reg     dp_flags::ccmp_reg,    "ccmp {n:r}, {m:r}, #{u:hex}, {o:cond}" Base READS_FLAGS | SETS_FLAGS;
CCMN_imm      "s 0 1 11010010 iiiii cccc 1 0 nnnnn 0 ffff"   cond_cmp_imm     dp_flags::ccmn_imm,    "ccmn {n:r}, #{i:hex}, #{u:hex}, {o:cond}" Base READS_FLAGS | SETS_FLAGS;
CCMP_imm      "s 1 1 11010010 iiiii cccc 1 0 nnnnn 0 ffff"   cond_cmp_imm     dp_flags::ccmp_imm,    "ccmp {n:r}, #{i:hex}, #{u:hex}, {o:cond}" Base READS_FLAGS | SETS_FLAGS;
CSEL          "s 0 0 11010100 mmmmm cccc 00 nnnnn ddddd"     cond_select      dp_flags::csel,        "csel {d:r}, {n:r}, {m:r}, {o:cond}"    Base READS_FLAGS;
CSINC         "s 0 0 11010100 mmmmm cccc 01 nnnnn ddddd"     cond_select      dp_flags::csinc,       "csinc {d:r}, {n:r}, {m:r}, {o:cond}"   Base READS_FLAGS;
CSINV         "s 1 0 11010100 mmmmm cccc 00 nnnnn ddddd"     cond_select      dp_flags::csinv,       "csinv {d:r}, {n:r}, {m:r}, {o:cond}"   Base READS_FLAGS;
CSNEG         "s 1 0 11010100 mmmmm cccc 01 nnnnn ddddd"     cond_select      dp_flags::csneg,       "csneg {d:r}, {n:r}, {m:r}, {o:cond}"   Base READS_FLAGS;
UDIV          "s 0 0 11010110 mmmmm 000010 nnnnn ddddd"      three_reg        dp_reg::udiv,          "udiv {d:r}, {n:r}, {m:r}"              Base NONE;
SDIV          "s 0 0 11010110 mmmmm 000011 nnnnn ddddd"      three_reg        dp_reg::sdiv,          "sdiv {d:r}, {n:r}, {m:r}"              Base NONE;
LSLV          "s 0 0 11010110 mmmmm 001000 nnnnn ddddd"      three_reg        dp_reg::lslv,          "lslv {d:r}, {n:r}, {m:r}"              Base NONE;
LSRV          "s 0 0 11010110 mmmmm 001001 nnnnn ddddd"      three_reg        dp_reg::lsrv,          "lsrv {d:r}, {n:r}, {m:r}"              Base NONE;
ASRV          "s 0 0 11010110 mmmmm 001010 nnnnn ddddd"      three_reg        dp_reg::asrv,          "asrv {d:r}, {n:r}, {m:r}"              Base NONE;
RORV          "s 0 0 11010110 mmmmm 001011 nnnnn ddddd"      three_reg        dp_reg::rorv,          "rorv {d:r}, {n:r}, {m:r}"              Base NONE;
SMAX_reg      "s 0 0 11010110 mmmmm 011000 nnnnn ddddd"      three_reg        dp_reg::smax_reg,      "smax {d:r}, {n:r}, {m:r}"              CSSC NONE;
UMAX_reg      "s 0 0 11010110 mmmmm 011001 nnnnn ddddd"      three_reg        dp_reg::umax_reg,      "umax {d:r}, {n:r}, {m:r}"              CSSC NONE;
SMIN_reg      "s 0 0 11010110 mmmmm 011010 nnnnn ddddd"      three_reg        dp_reg::smin_reg,      "smin {d:r}, {n:r}, {m:r}"              CSSC NONE;
UMIN_reg      "s 0 0 11010110 mmmmm 011011 nnnnn ddddd"      three_reg        dp_reg::umin_reg,      "umin {d:r}, {n:r}, {m:r}"              CSSC NONE;
CRC32B        "0 0 0 11010110 mmmmm 010000 nnnnn ddddd"      three_reg        dp_reg::crc32b,        "crc32b {d:w}, {n:w}, {m:w}"            CRC32 NONE;
CRC32H        "0 0 0 11010110 mmmmm 010001 nnnnn ddddd"      three_reg        dp_reg::crc32h,        "crc32h {d:w}, {n:w}, {m:w}"            CRC32 NONE;
CRC32W        "0 0 0 11010110 mmmmm 010010 nnnnn ddddd"      three_reg        dp_reg::crc32w,        "crc32w {d:w}, {n:w}, {m:w}"            CRC32 NONE;
CRC32X        "1 0 0 11010110 mmmmm 010011 nnnnn ddddd"      three_reg        dp_reg::crc32x,        "crc32x {d:w}, {n:w}, {m:x}"            CRC32 NONE;
CRC32CB       "0 0 0 11010110 mmmmm 010100 nnnnn ddddd"      three_reg        dp_reg::crc32cb,       "crc32cb {d:w}, {n:w}, {m:w}"           CRC32 NONE;
CRC32CH       "0 0 0 11010110 mmmmm 010101 nnnnn ddddd"      three_reg        dp_reg::crc32ch,       "crc32ch {d:w}, {n:w}, {m:w}"           CRC32 NONE;
CRC32CW       "0 0 0 11010110 mmmmm 010110 nnnnn ddddd"      three_reg        dp_reg::crc32cw,       "crc32cw {d:w}, {n:w}, {m:w}"           CRC32 NONE;
CRC32CX       "1 0 0 11010110 mmmmm 010111 nnnnn ddddd"      three_reg        dp_reg::crc32cx,       "crc32cx {d:w}, {n:w}, {m:x}"           CRC32 NONE;
RBIT          "s 1 0 11010110 00000 000000 nnnnn ddddd"      two_reg          dp_reg::rbit,          "rbit {d:r}, {n:r}"                     Base NONE;
REV16         "s 1 0 11010110 00000 000001 nnnnn ddddd"      two_reg          dp_reg::rev16,         "rev16 {d:r}, {n:r}"                    Base NONE;
REV_w         "0 1 0 11010110 00000 000010 nnnnn ddddd"      two_reg          dp_reg::rev_w,         "rev {d:w}, {n:w}"                      Base NONE;
REV32         "1 1 0 11010110 00000 000010 nnnnn ddddd"      two_reg          dp_reg::rev32,         "rev32 {d:x}, {n:x}"                    Base NONE;
REV_x         "1 1 0 11010110 00000 000011 nnnnn ddddd"      two_reg          dp_reg::rev_x,         "rev {d:x}, {n:x}"                      Base NONE;
CLZ           "s 1 0 11010110 00000 000100 nnnnn ddddd"      two_reg          dp_reg::clz,           "clz {d:r}, {n:r}"                      Base NONE;
CLS           "s 1 0 11010110 00000 000101 nnnnn ddddd"      two_reg          dp_reg::cls,           "cls {d:r}, {n:r}"                      Base NONE;
CTZ           "s 1 0 11010110 00000 000110 nnnnn ddddd"      two_reg          dp_reg::ctz,           "ctz {d:r}, {n:r}"                      CSSC NONE;
CNT_reg       "s 1 0 11010110 00000 000111 nnnnn ddddd"      two_reg          dp_reg::cnt_reg,       "cnt {d:r}, {n:r}"                      CSSC NONE;
ABS_reg       "s 1 0 11010110 00000 001000 nnnnn ddddd"      two_reg          dp_reg::abs_reg,       "abs {d:r}, {n:r}"                      CSSC NONE;
MADD          "s 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd"     four_reg         dp_reg::madd,          "madd {d:r}, {n:r}, {m:r}, {a:r}"       Base NONE;
MSUB          "s 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd"     four_reg         dp_reg::msub,          "msub {d:r}, {n:r}, {m:r}, {a:r}"       Base NONE;
SMADDL        "1 00 11011 001 mmmmm 0 aaaaa nnnnn ddddd"     four_reg         dp_reg::smaddl,        "smaddl {d:x}, {n:w}, {m:w}, {a:x}"     Base NONE;
SMSUBL        "1 00 11011 001 mmmmm 1 aaaaa nnnnn ddddd"     four_reg         dp_reg::smsubl,        "smsubl {d:x}, {n:w}, {m:w}, {a:x}"     Base NONE;
SMULH         "1 00 11011 010 mmmmm 0 aaaaa nnnnn ddddd"     four_reg         dp_reg::smulh,         "smulh {d:x}, {n:x}, {m:x}"             Base NONE;
UMADDL        "1 00 11011 101 mmmmm 0 aaaaa nnnnn ddddd"     four_reg         dp_reg::umaddl,        "umaddl {d:x}, {n:w}, {m:w}, {a:x}"     Base NONE;
UMSUBL        "1 00 11011 101 mmmmm 1 aaaaa nnnnn ddddd"     four_reg         dp_reg::umsubl,        "umsubl {d:x}, {n:w}, {m:w}, {a:x}"     Base NONE;
UMULH         "1 00 11011 110 mmmmm 0 aaaaa nnnnn ddddd"     four_reg         dp_reg::umulh,         "umulh {d:x}, {n:x}, {m:x}"             Base NONE;
        }
    };
}
