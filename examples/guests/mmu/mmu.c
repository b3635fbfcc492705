/* Stage-1 translation at EL1&0, table-driven, with each granule the CPU has. */
#include "harness.h"

const char guest_name[] = "mmu";
const bool guest_wants_default_mmu = false;

static void (*const groups[])(void) = {
    test_faults, test_blocks, test_permissions, test_hierarchy, test_unprivileged, test_address_translate,
    test_tlb,    test_asid,   test_upper,       test_tags,      test_crossing,     test_optional,
};

void guest_main(void)
{
    arena_fill();
    for (unsigned shift = 12; shift <= 16; shift += 2) {
        if (!mmu_granule_supported(shift)) {
            printf("granule of %u bits: not implemented\n", shift);
            continue;
        }
        for (unsigned i = 0; i < ARRAY_LEN(groups); i++) {
            regime_start(shift, 48);
            groups[i]();
        }
    }
    mmu_disable();
}
