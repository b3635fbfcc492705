/* TTBR1_EL1: the upper half, with its own size and granule; T0SZ of every start level. */
#include "harness.h"

static void upper_half(unsigned granule_shift, unsigned va_bits)
{
    static const char *const names[] = {[12] = "4K", [14] = "16K", [16] = "64K"};
    struct mmu_space upper;
    mmu_space_init(&upper, granule_shift, va_bits);
    u64 base = -(1ul << va_bits), top = -0x10000ul;
    *mmu_entry(&upper, base, 3) = mmu_leaf((u64)arena[0], ATTR_USER_TEXT, 3);
    *mmu_entry(&upper, top, 3) = mmu_leaf((u64)arena[1], ATTR_USER_DATA, 3);
    mmu_enable(&space, &upper);
    bool right = sees_page(AT_EL0, READ, base, 0) & sees_page(AT_EL0, EXECUTE, base, 0) & sees_page(AT_EL1, WRITE, top, 1) &
                 sees_page(AT_EL0, WRITE, top, 1);
    u64 hole = base + (1ul << granule_shift);
    right &= faults_with(AT_EL1, READ, hole, FSC_TRANSLATION(3)) & faults_with(AT_EL0, EXECUTE, hole, FSC_TRANSLATION(3));
    if (va_bits < 48)
        right &= faults_with(AT_EL1, WRITE, base - 4096, FSC_TRANSLATION(0));
    mmu_enable(&space, NULL);
    report(right, "upper half of %u bits, granule %s", va_bits, names[granule_shift]);
}

/* Every number of translated bits from 25 to 48 changes the start level or the size of the first table. */
static void sizes(void)
{
    for (unsigned va_bits = 25; va_bits <= 48; va_bits++) {
        struct mmu_space upper;
        u64 mark = mmu_pool_mark();
        if (va_bits <= space.granule_shift)
            continue;
        mmu_space_init(&upper, space.granule_shift, va_bits);
        u64 va = -(1ul << va_bits) + (5ul << space.granule_shift);
        *mmu_entry(&upper, va, 3) = mmu_leaf((u64)arena[2], ATTR_USER_TEXT, 3);
        mmu_enable(&space, &upper);
        bool right = sees_page(AT_EL0, EXECUTE, va, 2) & sees_page(AT_EL1, READ, va, 2);
        if (va_bits < 48)
            right &= faults_with(AT_EL0, READ, va - (1ul << va_bits), FSC_TRANSLATION(0));
        mmu_enable(&space, NULL);
        mmu_pool_release(mark);
        report(right, "%u translated bits: start level %u", va_bits, upper.start_level);
    }
}

void test_upper(void)
{
    for (unsigned shift = 12; shift <= 16; shift += 2)
        if (mmu_granule_supported(shift)) {
            u64 mark = mmu_pool_mark();
            upper_half(shift, 48);
            upper_half(shift, 39);
            upper_half(shift, 36);
            mmu_pool_release(mark);
        }
    sizes();
}
