/* Probes of one access and the regime under test. */
#include "harness.h"

struct mmu_space space;
const char *granule_name;
NOINIT __attribute__((aligned(0x10000))) u8 arena[ARENA_PAGES][0x10000];

const char *const access_names[] = {"read", "write", "execute", "ldtr", "sttr"};
const char *const level_names[] = {"el0", "el1"};

extern const char el0_load[], el0_store[], el0_call[], el0_ldtr[], el0_sttr[];
extern const char el1_load[], el1_store[], el1_call[], el1_ldtr[], el1_sttr[];
static const char *const code[2][5] = {
    {el0_load, el0_store, el0_call, el0_ldtr, el0_sttr},
    {el1_load, el1_store, el1_call, el1_ldtr, el1_sttr},
};

void regime_start(unsigned granule_shift, unsigned va_bits)
{
    mmu_disable();
    mmu_pool_release(0);
    granule_name = granule_shift == 12 ? "4K" : granule_shift == 14 ? "16K" : "64K";
    mmu_space_init(&space, granule_shift, va_bits);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
}

/* movz x0, #PAGE_CODE(n); ret. Every 4 KiB of a 64 KiB page has its own copy, so that any granule finds one. */
void arena_fill(void)
{
    for (unsigned n = 0; n < ARENA_PAGES; n++) {
        for (unsigned offset = 0; offset < sizeof arena[n]; offset += 4096) {
            u32 *words = (u32 *)(arena[n] + offset);
            words[0] = 0xd2800000 | PAGE_CODE(n) << 5;
            words[1] = 0xd65f03c0;
            *(u64 *)(arena[n] + offset + PAGE_DATA) = PAGE_VALUE(n);
        }
    }
    cache_sync_code(arena, sizeof arena);
}

u64 map_leaf(u64 va, unsigned page, u64 attributes, unsigned level)
{
    u64 mask = (1ul << mmu_level_shift(&space, level)) - 1, pa = (u64)arena[page];
    *mmu_entry(&space, va & ~mask, level) = mmu_leaf(pa & ~mask, attributes, level);
    dsb();
    isb();
    return (va & ~mask) | (pa & mask);
}

void access(struct trap *t, enum level level, enum access kind, u64 page_address)
{
    u64 address = kind == EXECUTE ? page_address : page_address + PAGE_DATA;
    if (level == AT_EL0)
        try_el0(t, code[level][kind], address, 0xbad, 0);
    else
        try_el1(t, code[level][kind], address, 0xbad, 0);
}

bool access_completed(const struct trap *t, enum level level)
{
    return level == AT_EL0 ? t->taken && t->esr == 0x560000e0 : !t->taken;
}

u64 fault_esr(enum level level, enum access kind, u32 fsc)
{
    u64 class = (kind == EXECUTE ? 0x20 : 0x24) + (level == AT_EL1);
    u64 wnr = kind == WRITE || kind == STTR;
    return class << 26 | BIT(25) | wnr << 6 | fsc;
}

bool faults_with(enum level level, enum access kind, u64 page_address, u32 fsc)
{
    struct trap t;
    u64 address = kind == EXECUTE ? page_address : page_address + PAGE_DATA;
    access(&t, level, kind, page_address);
    if (t.taken && t.esr == fault_esr(level, kind, fsc) && t.far == address)
        return true;
    printf("     %s %s of 0x%lx: taken %lu esr 0x%lx far 0x%lx; want esr 0x%lx\n", level_names[level], access_names[kind], address,
           t.taken, t.esr, t.far, fault_esr(level, kind, fsc));
    return false;
}

/* A completed write is put back, so that the arena stays as it was. */
bool sees_page(enum level level, enum access kind, u64 page_address, unsigned page)
{
    struct trap t;
    access(&t, level, kind, page_address);
    bool right = access_completed(&t, level);
    if (kind == WRITE || kind == STTR) {
        u64 *word = (u64 *)(arena[page] + (page_address & 0xf000 & ((1ul << space.granule_shift) - 1)) + PAGE_DATA);
        right = right && *word == 0xbad;
        *word = PAGE_VALUE(page);
    } else {
        right = right && t.x0 == (kind == EXECUTE ? PAGE_CODE(page) : PAGE_VALUE(page));
    }
    if (!right)
        printf("     %s %s of 0x%lx: taken %lu esr 0x%lx far 0x%lx x0 0x%lx; want page %u\n", level_names[level],
               access_names[kind], page_address, t.taken, t.esr, t.far, t.x0, page);
    return right;
}

void report(bool right, const char *format, ...)
{
    static char first_failure[128];
    char line[128];
    int used = snprintf(line, sizeof line, "%s ", granule_name);
    va_list args;
    va_start(args, format);
    vsnprintf(line + used, sizeof line - (size_t)used, format, args);
    va_end(args);
    if (!right && !first_failure[0])
        memcpy(first_failure, line, sizeof line);
    printf("%s %s\n", right ? "ok  " : "FAIL", line);
    check_quiet(right, first_failure);
}

bool expect_fault(const char *label, enum level level, enum access kind, u64 page_address, u32 fsc)
{
    bool right = faults_with(level, kind, page_address, fsc);
    report(right, "%s %s %s: esr 0x%lx", label, level_names[level], access_names[kind], fault_esr(level, kind, fsc));
    return right;
}

bool expect_page(const char *label, enum level level, enum access kind, u64 page_address, unsigned page)
{
    bool right = sees_page(level, kind, page_address, page);
    report(right, "%s %s %s: completes", label, level_names[level], access_names[kind]);
    return right;
}
