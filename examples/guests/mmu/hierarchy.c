/* APTable, PXNTable and UXNTable: limits that a table descriptor puts on everything below it. */
#include "harness.h"

struct rights {
    u8 el1, el0;   /* bits of 1 << enum access that are allowed */
};
enum { R = 1 << READ, W = 1 << WRITE, X = 1 << EXECUTE };

static const struct {
    const char *name;
    u64 table, leaf;
    struct rights rights;
} rows[] = {
    {"no limit", 0, PTE_AP_EL0, {R | W, R | W | X}},
    {"APTable=01 on EL0 page", PTE_AP_TABLE_NO_EL0, PTE_AP_EL0, {R | W | X, X}},
    {"APTable=10 on EL0 page", PTE_AP_TABLE_RO, PTE_AP_EL0, {R | X, R | X}},
    {"APTable=11 on EL0 page", PTE_AP_TABLE_RO | PTE_AP_TABLE_NO_EL0, PTE_AP_EL0, {R | X, X}},
    {"APTable=10 on EL1 page", PTE_AP_TABLE_RO, 0, {R | X, X}},
    {"PXNTable on EL1 page", PTE_PXN_TABLE, PTE_UXN, {R | W, 0}},
    {"UXNTable on EL0 text", PTE_UXN_TABLE, PTE_AP_EL0 | PTE_AP_RO, {R | X, R}},
    {"PXNTable UXNTable on shared text", PTE_PXN_TABLE | PTE_UXN_TABLE, PTE_AP_EL0 | PTE_AP_RO, {R, R}},
};

static bool agrees(enum level level, u8 allowed, u64 va)
{
    bool right = true;
    for (enum access kind = READ; kind <= EXECUTE; kind++)
        right &= allowed >> kind & 1 ? sees_page(level, kind, va, 0) : faults_with(level, kind, va, FSC_PERMISSION(3));
    return right;
}

void test_hierarchy(void)
{
    /* In the upper half of the lower range: 16K has two level-0 entries, and the first maps the kernel. */
    u64 va = 0x900000000000ul;
    for (unsigned level = space.start_level; level < 3; level++) {
        for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
            u64 page = map_leaf(va, 0, ATTR_NORMAL | rows[i].leaf, 3);
            u64 *entry = mmu_entry(&space, va, level), plain = *entry;
            *entry |= rows[i].table;
            tlbi_all();
            bool right = agrees(AT_EL1, rows[i].rights.el1, page) & agrees(AT_EL0, rows[i].rights.el0, page);
            *entry = plain;
            report(right, "level %u table, %s", level, rows[i].name);
        }
    }
    tlbi_all();
}
