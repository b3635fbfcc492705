/* Floating point and Advanced SIMD, every instruction against a model in exact arithmetic that ran on another machine (model/). */
#include "fpsimd.h"

const char guest_name[] = "fpsimd";

const char *const feature_names[FEATURES] = {"base", "FP16", "RDM", "DotProd", "CRC32", "AES", "PMULL", "SHA1", "SHA256"};

bool feature_present(enum feature feature)
{
    u64 isar0 = read_sysreg(id_aa64isar0_el1), pfr0 = read_sysreg(id_aa64pfr0_el1);
    switch (feature) {
    case FP16: return FIELD(pfr0, 16, 4) == 1 && FIELD(pfr0, 20, 4) == 1;
    case RDM: return FIELD(isar0, 28, 4) >= 1;
    case DOTPROD: return FIELD(isar0, 44, 4) >= 1;
    case CRC32: return FIELD(isar0, 16, 4) >= 1;
    case AES: return FIELD(isar0, 4, 4) >= 1;
    case PMULL: return FIELD(isar0, 4, 4) >= 2;
    case SHA1: return FIELD(isar0, 8, 4) >= 1;
    case SHA256: return FIELD(isar0, 12, 4) >= 1;
    default: return true;
    }
}

size_t mnemonic_length(const char *text)
{
    size_t n = 0;
    while (text[n] && text[n] != ' ')
        n++;
    return n;
}

void guest_main(void)
{
    for (enum feature f = FP16; f < FEATURES; f++)
        if (!feature_present(f))
            printf("%s: not implemented\n", feature_names[f]);
    test_registers();
    test_scalar();
    test_vector();
}
