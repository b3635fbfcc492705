/* The permission matrix: AP[2:1], PXN, UXN and SCTLR_EL1.WXN against reads, writes and fetches from both levels. */
#include "harness.h"

#define SCTLR_WXN BIT(19)

struct rights {
    bool read, write, execute;
};

/* Arm ARM D8.4: what EL0 can write, EL1 cannot execute; WXN takes execution from what the same level can write; EL0 may execute
 * what it cannot read. */
static void model(unsigned ap, bool pxn, bool uxn, bool wxn, struct rights *el0, struct rights *el1)
{
    bool user = ap & 1, read_only = ap & 2;
    el1->read = true;
    el1->write = !read_only;
    el1->execute = !pxn && !(user && !read_only) && !(wxn && el1->write);
    el0->read = user;
    el0->write = user && !read_only;
    el0->execute = !uxn && !(wxn && el0->write);
}

static bool agrees(enum level level, const struct rights *rights, u64 va, unsigned leaf)
{
    const bool allowed[] = {rights->read, rights->write, rights->execute};
    bool right = true;
    for (enum access kind = READ; kind <= EXECUTE; kind++)
        right &= allowed[kind] ? sees_page(level, kind, va, 5) : faults_with(level, kind, va, FSC_PERMISSION(leaf));
    return right;
}

static void row(unsigned leaf, unsigned ap, bool pxn, bool uxn, bool wxn)
{
    struct rights el0, el1;
    model(ap, pxn, uxn, wxn, &el0, &el1);
    u64 attributes = ATTR_NORMAL | (u64)ap << 6 | (pxn ? PTE_PXN : 0) | (uxn ? PTE_UXN : 0);
    u64 va = map_leaf(SLOT(leaf), 5, attributes, leaf);
    write_sysreg(sctlr_el1, (read_sysreg(sctlr_el1) & ~SCTLR_WXN) | (wxn ? SCTLR_WXN : 0));
    tlbi_all();
    bool right = agrees(AT_EL0, &el0, va, leaf) & agrees(AT_EL1, &el1, va, leaf);
    report(right, "level %u ap=%u pxn=%u uxn=%u wxn=%u: el1 %c%c%c el0 %c%c%c", leaf, ap, pxn, uxn, wxn, el1.read ? 'r' : '-',
           el1.write ? 'w' : '-', el1.execute ? 'x' : '-', el0.read ? 'r' : '-', el0.write ? 'w' : '-', el0.execute ? 'x' : '-');
}

void test_permissions(void)
{
    for (unsigned leaf = 2; leaf <= 3; leaf++)
        for (unsigned bits = 0; bits < 32; bits++)
            row(leaf, bits & 3, bits & 4, bits & 8, bits & 16);
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) & ~SCTLR_WXN);
    tlbi_all();
}
