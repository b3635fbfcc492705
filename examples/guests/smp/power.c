/* PSCI CPU_ON, AFFINITY_INFO and CPU_OFF, their errors, and the state a CPU starts in. */
#include "smp.h"

enum { ON = 0, OFF = 1 };

static s64 affinity_info(unsigned cpu) { return psci(PSCI_AFFINITY_INFO, cpus[cpu].mpidr, 0, 0); }

extern const char record_entry_state[];
static struct {
    u64 current_el, daif, spsel, sctlr, mpidr, context;
    volatile u32 done;
} record __attribute__((aligned(64)));

static void entry_state(void)
{
    cache_clean(&record, sizeof record);
    s64 result = psci(PSCI_CPU_ON, cpus[1].mpidr, (u64)record_entry_state, (u64)&record);
    check_u64("CPU_ON", (u64)result, PSCI_SUCCESS);
    check(wait_until(record.done, MAX_WAIT), "it runs");
    check_u64("CurrentEL at entry", record.current_el, 4);
    check_u64("DAIF at entry", record.daif, 0x3c0);
    check_u64("SPSel at entry", record.spsel, 1);
    check_u64("SCTLR_EL1 M and C at entry", record.sctlr & 5, 0);
    check(record.context == (u64)&record, "x0 is the context argument");
    check((record.mpidr & 0xff00fffffful) == cpus[1].mpidr && (record.mpidr & BIT(31)), "MPIDR_EL1 is the one asked for");
    check(wait_until(affinity_info(1) == OFF, MAX_WAIT), "CPU_OFF turns it off");
}

static volatile u32 release, running;
static void wait_for_release(u64 cpu)
{
    (void)cpu;
    __atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
    while (!release)
        __asm__ volatile("yield");
}

static void states_and_errors(void)
{
    bool right = true;
    for (unsigned i = 1; i < workers; i++)
        right &= affinity_info(i) == OFF;
    check(right, "AFFINITY_INFO: all others off");
    check_u64("AFFINITY_INFO: this one on", (u64)affinity_info(0), ON);
    right = true;
    for (unsigned i = 1; i < workers; i++)
        right &= cpu_start(i, wait_for_release, 0) == PSCI_SUCCESS;
    check(right && wait_until(running == workers - 1, MAX_WAIT), "all started");
    right = true;
    for (unsigned i = 1; i < workers; i++)
        right &= affinity_info(i) == ON;
    check(right, "AFFINITY_INFO: all on");
    check_u64("CPU_ON of a running CPU", (u64)psci(PSCI_CPU_ON, cpus[1].mpidr, (u64)record_entry_state, 0), (u64)PSCI_ALREADY_ON);
    check_u64("CPU_ON of oneself", (u64)psci(PSCI_CPU_ON, cpus[0].mpidr, (u64)record_entry_state, 0), (u64)PSCI_ALREADY_ON);
    check_u64("CPU_ON of no CPU", (u64)psci(PSCI_CPU_ON, 0x7f7f7f, (u64)record_entry_state, 0), (u64)PSCI_INVALID_PARAMETERS);
    check_u64("AFFINITY_INFO of no CPU", (u64)psci(PSCI_AFFINITY_INFO, 0x7f7f7f, 0, 0), (u64)PSCI_INVALID_PARAMETERS);
    release = 1;
    right = true;
    for (unsigned i = 1; i < workers; i++)
        right &= wait_until(affinity_info(i) == OFF, MAX_WAIT);
    check(right, "all off again");
}

static u64 seen[MAX_CPUS];
static void note_identity(u64 cpu) { seen[cpu] = (read_sysreg(mpidr_el1) & 0xff00fffffful) | this_cpu()->index << 56; }

static void identities(void)
{
    check(everywhere(note_identity), "all on and off a third time");
    bool right = true;
    for (unsigned i = 0; i < workers; i++)
        right &= seen[i] == (cpus[i].mpidr | (u64)i << 56);
    check(right, "each has its own MPIDR_EL1 and TPIDR_EL1");
}

void test_power(void)
{
    entry_state();
    states_and_errors();
    identities();
}
