/* What makes an access unchecked besides its form: TBI, TCMA, ATA, the memory's attribute; the upper half; and loads and stores of tags without
 * access to them. */
#include "mte.h"

extern const char el1_probe_load[], el0_probe_load[];
__asm__(".text\nel1_probe_load: ldr x0, [x0]\nret\n"
        ".section .user.text, \"ax\"\nel0_probe_load: ldr x0, [x0]\nb user_exit\n.text");

/* How a load ends: 0 completed, 1 Tag Check Fault, else the syndrome. */
static u64 load(unsigned level, u64 address)
{
    struct trap t;
    if (level == 0)
        try_el0(&t, el0_probe_load, address, 0, 0);
    else
        try_el1(&t, el1_probe_load, address, 0, 0);
    if (!t.taken || t.esr == 0x560000e0)
        return 0;
    return (t.esr & 0x3f) == 0x11 && t.far == address ? 1 : t.esr;
}

static void expect(const char *label, u64 address, u64 el0, u64 el1)
{
    u64 got0 = load(0, address), got1 = load(1, address);
    if (!check(got0 == el0 && got1 == el1, label))
        printf("     el0 0x%lx, el1 0x%lx\n", got0, got1);
}

static void set_tcr(u64 bits)
{
    write_sysreg(tcr_el1, (read_sysreg(tcr_el1) & ~(TCR_TBI0 | TCR_TCMA0)) | bits);
    isb();
    tlbi_all();
}

static void set_access(u64 bits)
{
    write_sysreg(sctlr_el1, (read_sysreg(sctlr_el1) & ~(SCTLR_ATA | SCTLR_ATA0)) | bits);
    isb();
}

static void upper_half(void)
{
    static struct mmu_space lower, upper;
    u64 high = -(1ul << 20), tcr;
    mmu_space_init(&lower, 12, 48);
    mmu_map_board(&lower);
    mmu_space_init(&upper, 12, 48);
    mmu_map(&upper, high, (u64)window_bytes(WINDOW), WINDOW_SIZE, ATTR_TAGGED, 3);
    set_checks(TCF_NONE);
    mmu_enable_with(&lower, &upper, mmu_tcr(&lower, &upper) | TCR_TBI1);
    write_sysreg(mair_el1, MAIR_VALUE | 0xf0ul << (8 * TAGGED_ATTR));
    tlbi_all();
    set_tag(high, 3);
    set_checks(TCF_SYNC);
    expect("upper half, the memory's tag", with_tag(high, 3), 0, 0);
    expect("upper half, tag 15", high, 1, 1);
    tcr = read_sysreg(tcr_el1);
    write_sysreg(tcr_el1, tcr | TCR_TCMA1);
    isb();
    tlbi_all();
    expect("upper half, tag 15 with TCMA1", high, 0, 0);
    expect("upper half, tag 0 with TCMA1", with_tag(high, 0), 1, 1);
    expect("upper half, the memory's tag with TCMA1", with_tag(high, 3), 0, 0);
    expect("upper half, tag 15 with TCMA1, after others", high, 0, 0);
    write_sysreg(TFSR_EL1, 0);
    write_sysreg(TFSRE0_EL1, 0);
    set_checks(TCF_ASYNC);
    expect("upper half, asynchronous", with_tag(high, 0), 0, 0);
    check(read_sysreg(TFSR_EL1) == 2 && read_sysreg(TFSRE0_EL1) == 2, "upper half notes TF1");
    set_checks(TCF_NONE);
}

void test_controls(void)
{
    u64 at = WINDOW + 0x2000;
    set_tag(at, 4);
    set_checks(TCF_SYNC);
    expect("tag 0 on tag 4", at, 1, 1);
    expect("tag 4 on tag 4", with_tag(at, 4), 0, 0);
    expect("tag 4 with the rest of the top byte", with_tag(at, 4) | 0xful << 60, 0, 0);
    expect("tag 5 with the rest of the top byte", with_tag(at, 5) | 0xaul << 60, 1, 1);
    set_tcr(TCR_TBI0 | TCR_TCMA0);
    expect("tag 0 with TCMA0", at, 0, 0);
    expect("tag 15 with TCMA0", with_tag(at, 15), 1, 1);
    expect("tag 0 with TCMA0, after others", at, 0, 0);
    set_tcr(0);
    expect("tag 0 without TBI0", at, 0, 0);
    set_tcr(TCR_TBI0);
    set_access(SCTLR_ATA0);
    expect("without ATA", at, 1, 0);
    set_access(SCTLR_ATA);
    expect("without ATA0", at, 0, 1);
    set_access(SCTLR_ATA | SCTLR_ATA0);
    /* Normal memory that is not Tagged, and an address that nothing is at. */
    expect("memory that is not Tagged", with_tag((u64)&this_cpu()->index, 7), 0x9200000ful, 0);
    expect("a translation fault comes first", with_tag(WINDOW + 0x100000, 7), 0x92000007ul, 0x96000007ul);
    upper_half();
}
