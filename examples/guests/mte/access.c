/* Loads and stores of tags: what they change, with access to tags and without, aligned and not, at EL0, across pages. */
#include "mte.h"

extern const char el1_stg[], el1_stzgm[], el1_ldgm[], el0_ldgm[], el0_stgm[], el0_stg[], el1_st2g_far[];
__asm__(".arch armv8.5-a+memtag\n"
        ".text\n"
        "el1_stg: stg x1, [x0]\nret\n"
        "el1_ldgm: ldgm x0, [x0]\nret\n"
        "el1_stzgm: stzgm x1, [x0]\nret\n"
        "el1_st2g_far: st2g x1, [x0]\nret\n"
        ".section .user.text, \"ax\"\n"
        "el0_ldgm: ldgm x0, [x0]\nb user_exit\n"
        "el0_stgm: stgm x1, [x0]\nb user_exit\n"
        "el0_stg: stg x1, [x0]\nb user_exit\n"
        ".text");

static void expect(const char *label, const struct trap *t, u64 esr, u64 far)
{
    bool same = t->esr == esr && (far == 0 || t->far == far);
    if (!check(t->taken && same, label))
        printf("     taken %lu esr 0x%lx far 0x%lx\n", t->taken, t->esr, t->far);
}

void test_tag_access(void)
{
    struct trap t;
    u64 at = WINDOW + 0x1000;
    try_el1(&t, el1_stg, at + 8, with_tag(0, 1), 0);
    expect("stg at an address that is not aligned", &t, 0x96000061, at + 8);
    try_el1(&t, el1_stg, WINDOW + 0x100000, with_tag(0, 1), 0);
    expect("stg where nothing is", &t, 0x96000047, WINDOW + 0x100000);
    try_el0(&t, el0_ldgm, at, 0, 0);
    expect("ldgm at el0", &t, 0x02000000, 0);
    try_el0(&t, el0_stgm, at, 0, 0);
    expect("stgm at el0", &t, 0x02000000, 0);
    try_el0(&t, el0_stg, with_tag(at, 11), with_tag(0, 6), 0);
    check(t.esr == 0x560000e0 && get_tag(at) == 6, "stg at el0");
    /* The second page is not there: neither granule changes. */
    u64 last = WINDOW + WINDOW_SIZE - 16;
    set_tag(last, 2);
    try_el1(&t, el1_st2g_far, last, with_tag(0, 7), 0);
    expect("st2g over the end", &t, 0x96000047, WINDOW + WINDOW_SIZE);
    check(get_tag(last) == 2, "st2g over the end changes nothing");
    /* Without access, tags read as zero and stay. */
    set_tag(at, 6);
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) & ~SCTLR_ATA);
    isb();
    check(get_tag(at) == 0, "ldg without ATA");
    set_tag(at, 7);
    try_el1(&t, el1_ldgm, at, 0, 0);
    check(!t.taken && t.x0 == 0, "ldgm without ATA");
    *(u64 *)window_bytes(at) = 1;
    try_el1(&t, el1_stzgm, at, 3, 0);
    check(!t.taken && *(u64 *)window_bytes(at) == 0, "stzgm without ATA zeroes");
    set_checks(TCF_NONE);
    check(get_tag(at) == 6, "stores of tags without ATA change nothing");
    /* Memory that is not Tagged has no tags. */
    u64 plain = (u64)window_bytes(at);
    set_tag(plain, 9);
    check(get_tag(plain) == 0 && get_tag(at) == 6, "memory that is not Tagged");
}
