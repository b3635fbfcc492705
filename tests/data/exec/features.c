// An instruction of each feature that the auxiliary vector announces: what is announced is executed.
#include <signal.h>
#include <stdint.h>
#include <sys/auxv.h>

#include "check.h"

// Data: X2 is the address of `memory`, X4 of other words, X5 a number of bytes, X3 a time that has passed. What comes before is kept.
static uint64_t memory[8] __attribute__((aligned(64))), others[8];
static const char *current;

#define INSTRUCTION(word)                                                                                                      \
    ({                                                                                                                         \
        register uint64_t x2 __asm__("x2") = (uint64_t)memory;                                                                 \
        register uint64_t x3 __asm__("x3") = 0;                                                                                \
        register uint64_t x4 __asm__("x4") = (uint64_t)others;                                                                 \
        register uint64_t x5 __asm__("x5") = 16;                                                                               \
        __asm__ volatile(".inst " #word                                                                                        \
                         : "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)                                                              \
                         :                                                                                                     \
                         : "x0", "x1", "v0", "v1", "v2", "v3", "cc", "memory");                                               \
    })

static void stop(int signal) {
    (void)signal;
    printf("UNDEFINED: %s\n", current);
    fflush(stdout);
    _Exit(1);
}

#define ROW(which, bit, name, word)                                                                                            \
    if (getauxval(which) >> bit & 1) {                                                                                         \
        current = name;                                                                                                        \
        INSTRUCTION(word);                                                                                                     \
        announced++;                                                                                                           \
    }

int main(void) {
    int announced = 0;
    signal(SIGILL, stop);
    ROW(AT_HWCAP, 0, "fp", 0x1e202800)
    ROW(AT_HWCAP, 1, "asimd", 0x4ea08400)
    ROW(AT_HWCAP, 3, "aes", 0x4e284820)
    ROW(AT_HWCAP, 4, "pmull", 0x0ee2e020)
    ROW(AT_HWCAP, 5, "sha1", 0x5e280820)
    ROW(AT_HWCAP, 6, "sha2", 0x5e282820)
    ROW(AT_HWCAP, 7, "crc32", 0x1ac24820)
    ROW(AT_HWCAP, 8, "atomics", 0xb8200041)
    ROW(AT_HWCAP, 9, "fphp", 0x1ee02800)
    ROW(AT_HWCAP, 10, "asimdhp", 0x0e401400)
    ROW(AT_HWCAP, 12, "asimdrdm", 0x6e828420)
    ROW(AT_HWCAP, 13, "jscvt", 0x1e7e0000)
    ROW(AT_HWCAP, 14, "fcma", 0x6e82e420)
    ROW(AT_HWCAP, 15, "lrcpc", 0xb8bfc040)
    ROW(AT_HWCAP, 16, "dcpop", 0xd50b7c22)
    ROW(AT_HWCAP, 17, "sha3", 0xce020c20)
    ROW(AT_HWCAP, 18, "sm3", 0xce62c020)
    ROW(AT_HWCAP, 19, "sm4", 0xcec08420)
    ROW(AT_HWCAP, 20, "asimddp", 0x6e829420)
    ROW(AT_HWCAP, 21, "sha512", 0xcec08020)
    ROW(AT_HWCAP, 23, "asimdfhm", 0x0e22ec20)
    ROW(AT_HWCAP, 24, "dit", 0xd53b42a0)
    ROW(AT_HWCAP, 26, "ilrcpc", 0x99400040)
    ROW(AT_HWCAP, 27, "flagm", 0xd500401f)
    ROW(AT_HWCAP, 28, "ssbs", 0xd53b42c0)
    ROW(AT_HWCAP, 29, "sb", 0xd50330ff)
    ROW(AT_HWCAP2, 0, "dcpodp", 0xd50b7d22)
    ROW(AT_HWCAP2, 7, "flagm2", 0xd500405f)
    ROW(AT_HWCAP2, 8, "frint", 0x1e28c020)
    ROW(AT_HWCAP2, 13, "i8mm", 0x4e829c20)
    ROW(AT_HWCAP2, 14, "bf16", 0x6e42fc20)
    ROW(AT_HWCAP2, 15, "dgh", 0xd50320df)
    ROW(AT_HWCAP2, 16, "rng", 0xd53b2400)
    ROW(AT_HWCAP2, 31, "wfxt", 0xd5031023)
    ROW(AT_HWCAP2, 34, "cssc", 0x9ac26020)
    others[0] = 7;
    ROW(AT_HWCAP2, 43, "mops", 0x190404a2)
    CHECK(announced >= 7);
    return verdict();
}
