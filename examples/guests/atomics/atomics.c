/* Exclusives, acquire/release and LSE atomics of every size, one CPU. */
#include "atomics.h"

const char guest_name[] = "atomics";

void cell_set(struct cell *cell, u64 low, u64 high)
{
    memset(cell, 0xc3, sizeof *cell);
    memcpy(cell->value, &low, 8);
    memcpy(cell->value + 8, &high, 8);
}

u64 cell_low(const struct cell *cell)
{
    u64 value;
    memcpy(&value, cell->value, 8);
    return value;
}

u64 cell_high(const struct cell *cell)
{
    u64 value;
    memcpy(&value, cell->value + 8, 8);
    return value;
}

bool cell_guards(const struct cell *cell)
{
    bool right = true;
    for (unsigned i = 0; i < 16; i++)
        right &= cell->before[i] == 0xc3 && cell->after[i] == 0xc3;
    return right;
}

void guest_main(void)
{
    test_exclusives();
    test_acquire_release();
    if (FIELD(read_sysreg(id_aa64isar0_el1), 20, 4) >= 2)
        test_lse();
    else
        printf("LSE: not implemented\n");
}
