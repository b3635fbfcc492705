/* Encodings that no architecture version allocates: each must be UNDEFINED at EL1 with its own address in ELR_EL1. */
#include "cases.h"

static const struct {
    u32 word;
    const char *why;
} words[] = {
    {0x0000ffff, "udf #0xffff"},
    {0x02000000, "top level op0 = 0001"},
    {0x06000000, "top level op0 = 0011"},
    {0x9240fc00, "logical immediate of all ones"},
    {0x52c00000, "movz w, lsl #32"},
    {0x32800000, "move wide opc = 01"},
    {0x53400000, "ubfm w with N = 1"},
    {0x93000000, "sbfm x with N = 0"},
    {0x73000000, "bitfield opc = 11"},
    {0x13808000, "extr w, lsb >= 32"},
    {0x93800000, "extr x with N = 0"},
    {0x0b008000, "add w, shift >= 32"},
    {0x0bc00000, "add with ror"},
    {0x0b201400, "add extended, shift 5"},
    {0x0b600000, "add extended, opt = 01"},
    {0x1a000400, "adc with a sub-opcode"},
    {0x1a800800, "csel op2 = 10"},
    {0x3a800000, "csel with S"},
    {0x7a400010, "ccmp with o3"},
    {0x5ac00c00, "rev64 w"},
    {0x1ac00400, "two-source opcode 1, w"},
    {0x1b200000, "smaddl with w destination"},
    {0xd4000000, "svc opcode with LL = 00"},
    {0xd4200001, "brk opcode with LL = 01"},
    {0xd4a00000, "dcps with LL = 00"},
    {0xd61e0000, "br with op2 != 11111"},
    {0xd61f0001, "br with op4 != 0"},
    {0xd500301f, "barrier space, op1 = 0"},
    {0xd502401f, "msr immediate, op1 = 2"},
    {0x1ea02800, "fadd, type 10"},
    {0x1e201020, "fmov immediate, imm5 != 0"},
    {0x1e202001, "fcmp, opcode2 low bits"},
    {0x1f800000, "fmadd, type 10"},
    {0x1e020000, "scvtf fixed point w, scale 64"},
    {0x0ee08400, "add 1d vector"},
    {0x4ee09c00, "mul 2d"},
    {0x0e000c00, "dup, imm5 = 0"},
    {0x0e60d400, "fadd 1d vector"},
    {0x0ee0b800, "abs 1d vector"},
    {0x2e205800 | 3u << 22, "not with size 11"},
};

void run_unallocated(void)
{
    static u32 code[2] __attribute__((aligned(64)));
    unsigned wrong = 0;
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        struct trap t;
        code[0] = words[i].word;
        code[1] = 0xd65f03c0;   /* ret */
        cache_sync_code(code, sizeof code);
        try_el1(&t, code, 0, 0, 0);
        if (!t.taken || t.esr != ESR_UNDEF || t.elr != (u64)code) {
            printf("FAIL 0x%08x %s: taken %lu esr 0x%lx\n", words[i].word, words[i].why, t.taken, t.esr);
            wrong++;
        }
    }
    check_u64("unallocated encodings", ARRAY_LEN(words) - wrong, ARRAY_LEN(words));
}
