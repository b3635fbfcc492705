/* Cache maintenance by VA translates its address and aborts like an access (Arm ARM D7.5.8): ESR has CM and WnR set whatever the
 * direction, FAR is the address as given. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "cachefaults";
const bool guest_wants_default_mmu = false;

#define OPERATION(name, text)                                                                                                  \
    extern const char el1_##name[], el0_##name[];                                                                              \
    __asm__(".pushsection .text\nel1_" #name ":\n\t" text "\n\tret\n.popsection\n"                                             \
            ".pushsection .user.text, \"ax\"\nel0_" #name ":\n\t" text "\n\tb user_exit\n.popsection")
OPERATION(cvac, "dc cvac, x0");
OPERATION(cvau, "dc cvau, x0");
OPERATION(civac, "dc civac, x0");
OPERATION(ivac, "dc ivac, x0");
OPERATION(ivau, "ic ivau, x0");

#define UNMAPPED 0x2000000044ul
#define READ_ONLY 0x1000000000ul
#define KERNEL_ONLY 0x1000010000ul
#define SCTLR_UCI BIT(26)

static u8 page[4096] __attribute__((aligned(4096)));

static void row(const char *label, const char *code, bool el0, u64 address, u32 fsc)
{
    struct trap t;
    if (el0)
        try_el0(&t, code, address, 0, 0);
    else
        try_el1(&t, code, address, 0, 0);
    u64 want = (el0 ? 0x92000140ul : 0x96000140ul) | fsc;
    bool completes = el0 ? t.esr == 0x560000e0 : !t.taken;
    bool right = fsc ? t.taken && t.esr == want && t.elr == (u64)code && t.far == address : completes;
    printf("%s %s: ", right ? "ok  " : "FAIL", label);
    if (fsc)
        printf("esr 0x%lx\n", want);
    else
        printf("completes\n");
    check_quiet(right, label);
}

enum { TRANSLATION_1 = 0x05, PERMISSION_3 = 0x0f, NONE = 0 };

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_map(&space, READ_ONLY, (u64)page, 4096, ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO | PTE_PXN | PTE_UXN, 3);
    mmu_map(&space, KERNEL_ONLY, (u64)page, 4096, ATTR_KERNEL | PTE_PXN, 3);
    mmu_enable(&space, NULL);
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_UCI);
    isb();

    row("dc cvac el1 unmapped", el1_cvac, false, UNMAPPED, TRANSLATION_1);
    row("dc cvau el1 unmapped", el1_cvau, false, UNMAPPED, TRANSLATION_1);
    row("dc civac el1 unmapped", el1_civac, false, UNMAPPED, TRANSLATION_1);
    row("dc ivac el1 unmapped", el1_ivac, false, UNMAPPED, TRANSLATION_1);
    row("ic ivau el1 unmapped", el1_ivau, false, UNMAPPED, TRANSLATION_1);
    row("dc cvac el0 unmapped", el0_cvac, true, UNMAPPED, TRANSLATION_1);
    row("dc cvau el0 unmapped", el0_cvau, true, UNMAPPED, TRANSLATION_1);
    row("dc civac el0 unmapped", el0_civac, true, UNMAPPED, TRANSLATION_1);
    row("ic ivau el0 unmapped", el0_ivau, true, UNMAPPED, TRANSLATION_1);

    row("dc cvac el1 read-only page", el1_cvac, false, READ_ONLY + 8, NONE);
    row("dc civac el1 read-only page", el1_civac, false, READ_ONLY + 8, NONE);
    row("dc ivac el1 read-only page", el1_ivac, false, READ_ONLY + 8, PERMISSION_3);
    row("dc cvac el0 read-only page", el0_cvac, true, READ_ONLY + 8, NONE);
    row("dc cvac el0 kernel page", el0_cvac, true, KERNEL_ONLY + 8, PERMISSION_3);
    row("dc cvau el0 kernel page", el0_cvau, true, KERNEL_ONLY + 8, PERMISSION_3);
    row("dc civac el0 kernel page", el0_civac, true, KERNEL_ONLY + 8, PERMISSION_3);
    row("dc cvac el1 kernel page", el1_cvac, false, KERNEL_ONLY + 8, NONE);
}
