/* A flat image with a Linux header that behaves like a small kernel: reads its device tree, starts every CPU, takes timer ticks and
 * inter-processor interrupts, and runs two preempted EL0 processes with system calls. */
#include "image.h"

const char guest_name[] = "image";
const bool guest_wants_default_mmu = false;

void test_entry(void)
{
    check_u64("entry: CurrentEL", entry_state.current_el, 4);
    check_u64("entry: DAIF", entry_state.daif, 0x3c0);
    check_u64("entry: MMU and data cache off", entry_state.sctlr & 5, 0);
    check(entry_state.x0 != 0 && (entry_state.x0 & 7) == 0 && fdt_valid((const void *)entry_state.x0), "entry: x0 is a device tree");
    check(entry_state.x1 == 0 && entry_state.x2 == 0 && entry_state.x3 == 0, "entry: x1 to x3 are zero");
    check_u64("entry: offset from 2 MiB", entry_state.base & 0x1fffff, 0);
    check((const void *)entry_state.x0 == guest_dtb, "entry: it is the one in use");
}

void guest_main(void)
{
    static struct mmu_space space;
    test_entry();
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    test_device_tree();
    gic_init();
    test_cpus();
    test_processes();
}
