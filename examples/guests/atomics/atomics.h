/* The groups of the atomics guest. */
#ifndef ATOMICS_H
#define ATOMICS_H

#include "guest.h"
#include "trap.h"

/* A cell with guard bytes on both sides: every access of every size must leave them alone. */
struct cell {
    u8 before[16], value[16], after[16];
} __attribute__((aligned(16)));

void cell_set(struct cell *cell, u64 low, u64 high);
u64 cell_low(const struct cell *cell);
u64 cell_high(const struct cell *cell);
bool cell_guards(const struct cell *cell);

static inline u64 size_mask(unsigned bytes) { return bytes == 8 ? ~0ul : (1ul << 8 * bytes) - 1; }

void test_exclusives(void);
void test_lse(void);
void test_acquire_release(void);

#endif
