/* The smallest guest: prints over the PL011 with the MMU still off, then asks PSCI to power off. */
#include "guest.h"
#include "psci.h"

const char guest_name[] = "hello";
const bool guest_wants_default_mmu = false;

void guest_main(void)
{
    printf("hello from EL%lu\n", FIELD(read_sysreg(currentel), 2, 2));
    printf("bootargs: \"%s\"\n", bootargs());
    check(guest_dtb != NULL, "device tree found");
    check_u64("SPSel", read_sysreg(spsel), 1);
    check_u64("SCTLR_EL1.M", read_sysreg(sctlr_el1) & 1, 0);
    check_u64("CPUs", cpu_count(), bootarg_u64("cpus", 1));
    s64 version = psci(PSCI_VERSION, 0, 0, 0);
    check(version >= 0x2, "PSCI version is 0.2 or later");
}
