/* Runs the string workload and compares its hashes with the build machine's; then routines right up to the end of mapped memory. */
#include "guest.h"
#include "mmu.h"
#include "routines.h"
#include "workload.h"
#include "expected.h"

const char guest_name[] = "strings";
const bool guest_wants_default_mmu = false;

#define EDGE 0x1000000000ul
static u8 frame[4096] __attribute__((aligned(4096)));

/* The page after EDGE is not mapped: reading or writing one byte too many would end the run. */
static void at_the_edge(void)
{
    u8 *end = (u8 *)EDGE + 4096;
    bool right = true;
    for (size_t n = 0; n < 150; n++) {
        t_memset(end - n, (int)n, n);
        right &= t_sum_bytes(end - n, n) == n * (n & 0xff);
        right &= t_count(end - n, n, (u8)n) == n;
        t_memcpy(end - n, end - 2 * n - 1, n);
        t_reverse(end - n, n);
        if (n) {
            end[-1] = 0;
            t_memset(end - n, 'x', n - 1);
            right &= t_strlen((char *)end - n) == n - 1;
        }
    }
    check(right, "up to the last mapped byte");
}

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_map(&space, EDGE, (u64)frame, sizeof frame, ATTR_KERNEL | PTE_PXN, 3);
    mmu_enable(&space, NULL);
    for (int i = 0; i < GROUPS; i++)
        check_u64(groups[i].name, groups[i].run(), expected[i]);
    at_the_edge();
}
