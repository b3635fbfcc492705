/* Shared by the scalar and the vector half of the fpsimd guest. */
#ifndef FPSIMD_H
#define FPSIMD_H

#include "guest.h"

/* What a row needs beyond Armv8.0 without the optional parts. */
enum feature { BASE, FP16, RDM, DOTPROD, CRC32, AES, PMULL, SHA1, SHA256, FEATURES };
bool feature_present(enum feature feature);
extern const char *const feature_names[FEATURES];

/* The hash of model/generate.py. */
static inline u64 mix(u64 hash, u64 value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ul;
    return hash ^ hash >> 29;
}

/* "sqadd v0.8b, ..." up to the first blank. */
size_t mnemonic_length(const char *text);

void test_scalar(void);
void test_vector(void);
void test_registers(void);

#endif
