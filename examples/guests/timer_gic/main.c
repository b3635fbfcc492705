/* Interrupt controller and timers, on GICv2 or GICv3. */
#include "irqs.h"
#include "mmu.h"

const char guest_name[] = "timer_gic";
const bool guest_wants_default_mmu = false;

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    gic_init();
    printf("GICv%u\n", gic_version);
    log_start();
    test_timers();
    test_delivery();
    test_priorities();
    test_lines();
    test_low_level();
    test_cpus();
}
