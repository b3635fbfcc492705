/* TLB maintenance: after each operation that covers it, a changed descriptor must be in effect. (That an operation leaves others
 * alone cannot be seen: any entry may be dropped at any time.) */
#include "harness.h"

typedef void (*operation)(u64 va, u64 asid);

#define OPERATION(name, op)                                                                                                    \
    static void name(u64 va, u64 asid)                                                                                         \
    {                                                                                                                          \
        u64 operand = ((va >> 12) & 0xffffffffffful) | asid << 48;                                                             \
        __asm__ volatile("dsb ishst\n\ttlbi " op ", %0\n\tdsb ish\n\tisb" ::"r"(operand) : "memory");                          \
    }
#define OPERATION_ALL(name, op)                                                                                                \
    static void name(u64 va, u64 asid)                                                                                         \
    {                                                                                                                          \
        (void)va, (void)asid;                                                                                                  \
        __asm__ volatile("dsb ishst\n\ttlbi " op "\n\tdsb ish\n\tisb" ::: "memory");                                           \
    }

OPERATION(vae1, "vae1")
OPERATION(vae1is, "vae1is")
OPERATION(vaae1, "vaae1")
OPERATION(vaae1is, "vaae1is")
OPERATION(vale1, "vale1")
OPERATION(vale1is, "vale1is")
OPERATION(vaale1, "vaale1")
OPERATION(vaale1is, "vaale1is")
OPERATION(aside1, "aside1")
OPERATION(aside1is, "aside1is")
OPERATION_ALL(vmalle1, "vmalle1")
OPERATION_ALL(vmalle1is, "vmalle1is")

/* ASIDE1 is not required to drop global entries. */
static const struct {
    const char *name;
    operation apply;
    bool by_asid;
} operations[] = {
    {"vae1", vae1, false},       {"vae1is", vae1is, false},     {"vaae1", vaae1, false},     {"vaae1is", vaae1is, false},
    {"vale1", vale1, false},     {"vale1is", vale1is, false},   {"vaale1", vaale1, false},   {"vaale1is", vaale1is, false},
    {"aside1", aside1, true},    {"aside1is", aside1is, true},  {"vmalle1", vmalle1, false}, {"vmalle1is", vmalle1is, false},
};

/* Break before make: page 0 is seen, then nothing, then page 1; each after one maintenance operation at most. */
static bool remap(operation apply, u64 attributes, unsigned leaf)
{
    u64 va = map_leaf(SLOT(leaf), 0, attributes, leaf);
    apply(va, 0);
    bool right = sees_page(AT_EL1, READ, va, 0) && sees_page(AT_EL0, READ, va, 0) && sees_page(AT_EL0, EXECUTE, va, 0);
    u64 *entry = mmu_entry(&space, va, leaf);
    *entry = 0;
    apply(va, 0);
    right &= faults_with(AT_EL1, READ, va, FSC_TRANSLATION(leaf)) && faults_with(AT_EL0, EXECUTE, va, FSC_TRANSLATION(leaf));
    /* An invalid descriptor is never cached: making it valid needs no TLBI. */
    va = map_leaf(SLOT(leaf), leaf == 3, attributes, leaf);
    right &= sees_page(AT_EL0, READ, va, leaf == 3) && sees_page(AT_EL0, EXECUTE, va, leaf == 3);
    *entry = 0;
    apply(va, 0);
    return right;
}

static void narrowed(operation apply, const char *name)
{
    u64 va = map_leaf(SLOT(4), 0, ATTR_NORMAL | PTE_AP_EL0 | PTE_PXN | PTE_NG, 3), *entry = mmu_entry(&space, va, 3);
    apply(va, 0);
    bool right = sees_page(AT_EL0, WRITE, va, 0);
    *entry |= PTE_AP_RO;
    apply(va, 0);
    right &= faults_with(AT_EL0, WRITE, va, FSC_PERMISSION(3)) && sees_page(AT_EL0, READ, va, 0);
    *entry |= PTE_UXN;
    apply(va, 0);
    right &= faults_with(AT_EL0, EXECUTE, va, FSC_PERMISSION(3));
    *entry &= ~PTE_AF;
    apply(va, 0);
    right &= faults_with(AT_EL0, READ, va, FSC_ACCESS_FLAG(3));
    report(right, "tlbi %s: rights taken away one by one", name);
}

/* A table pointer changed at each level above, then VAE1 (which covers intermediate entries). */
static void tables(void)
{
    for (unsigned level = space.start_level; level < 3; level++) {
        u64 a = map_leaf(0x900000000000ul, 0, ATTR_USER_TEXT, 3), b = map_leaf(0xc40000000000ul, 1, ATTR_USER_TEXT, 3);
        u64 *from = mmu_entry(&space, a, level), *to = mmu_entry(&space, b, level), old = *from;
        if (from == to)
            continue;
        tlbi_all();
        bool right = sees_page(AT_EL0, READ, a, 0);
        *from = 0;
        vae1is(a, 0);
        *from = *to;
        right &= sees_page(AT_EL0, READ, a, 1);
        *from = 0;
        vae1is(a, 0);
        *from = old;
        right &= sees_page(AT_EL0, READ, a, 0);
        report(right, "table replaced at level %u", level);
    }
}

void test_tlb(void)
{
    for (unsigned i = 0; i < ARRAY_LEN(operations); i++) {
        u64 global = operations[i].by_asid ? PTE_NG : 0;
        bool right = remap(operations[i].apply, ATTR_USER_TEXT | global, 3) & remap(operations[i].apply, ATTR_USER_TEXT | PTE_NG, 2);
        report(right, "tlbi %s: break before make", operations[i].name);
        narrowed(operations[i].apply, operations[i].name);
    }
    tables();
}
