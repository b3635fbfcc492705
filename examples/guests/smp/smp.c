/* Several CPUs: power by PSCI, shared counters under every kind of lock, ordering, and TLB maintenance that reaches the others. */
#include "smp.h"

const char guest_name[] = "smp";
unsigned workers;

static void (*current_work)(u64);
static volatile u32 finished, arrived, generation;

static void worker(u64 index)
{
    current_work(index);
    __atomic_fetch_add(&finished, 1, __ATOMIC_RELEASE);
}

bool everywhere(void (*work)(u64))
{
    current_work = work;
    finished = arrived = 0;
    for (unsigned i = 1; i < workers; i++)
        if (cpu_start(i, worker, i) != PSCI_SUCCESS)
            return false;
    worker(0);
    bool right = wait_until(finished == workers, MAX_WAIT);
    for (unsigned i = 1; i < workers; i++)
        right &= wait_until(psci(PSCI_AFFINITY_INFO, cpus[i].mpidr, 0, 0) == 1, MAX_WAIT);
    return right;
}

void barrier(void)
{
    u32 mine = __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL) == workers) {
        arrived = 0;
        __atomic_store_n(&generation, mine + 1, __ATOMIC_RELEASE);
        sev();
        return;
    }
    while (__atomic_load_n(&generation, __ATOMIC_ACQUIRE) == mine)
        __asm__ volatile("yield");
}

void guest_main(void)
{
    workers = cpu_count();
    check_u64("CPUs", workers, bootarg_u64("cpus", 4));
    test_power();
    test_counters();
    test_ordering();
    test_translation();
}
