/* From the first C instruction to guest_main and back: device tree, console, default translation, the secondary CPUs. */
#include "fdt.h"
#include "guest.h"
#include "mmu.h"
#include "psci.h"

struct cpu cpus[MAX_CPUS];
const void *guest_dtb;

extern char stacks[], user_stacks[];
extern void secondary_start(void);

#define MPIDR_AFFINITY 0xff00fffffful

/* An ELF image finds the tree at the start of RAM (QEMU leaves x0 zero); a Linux-style loader passes it in x0. */
static const void *find_dtb(u64 x0)
{
    if (x0 && !(x0 & 7) && fdt_valid((const void *)x0))
        return (const void *)x0;
    const void *ram = (const void *)0x40000000;
    return fdt_valid(ram) ? ram : NULL;
}

void guest_start(u64 x0)
{
    for (unsigned i = 0; i < MAX_CPUS; i++) {
        cpus[i].index = i;
        cpus[i].stack_top = (u64)stacks + (i + 1) * STACK_SIZE;
        cpus[i].user_stack = (u64)user_stacks + (i + 1) * USER_STACK_SIZE;
        cpus[i].user_pstate = PROBE_NZCV | PSTATE_DAIF;
    }
    cpus[0].mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
    cpus[0].online = 1;
    guest_dtb = find_dtb(x0);
    if (guest_wants_default_mmu)
        mmu_default();
    guest_main();
    guest_finish();
}

unsigned cpu_count(void)
{
    static unsigned count;
    if (!count) {
        struct fdt_node cpu;
        while (count < MAX_CPUS && fdt_nth(guest_dtb, "device_type", "cpu", count, &cpu))
            cpus[count++].mpidr = fdt_reg_address(&cpu, 0) & MPIDR_AFFINITY;
    }
    return count;
}

s64 cpu_start(unsigned index, void (*entry)(u64), u64 argument)
{
    struct cpu *cpu = &cpus[index];
    cpu->entry = entry;
    cpu->argument = argument;
    cpu->online = 0;
    cache_clean(cpu, sizeof *cpu);
    mmu_publish();
    return psci(PSCI_CPU_ON, cpu->mpidr, (u64)secondary_start, (u64)cpu);
}

void secondary_main(struct cpu *cpu)
{
    mmu_adopt();
    cpu->online = 1;
    cpu->entry(cpu->argument);
    psci(PSCI_CPU_OFF, 0, 0, 0);
    printf("FAIL %s: CPU_OFF returned on cpu %lu\n", guest_name, cpu->index);
}

void power_off(void)
{
    psci(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;)
        wfi();
}
