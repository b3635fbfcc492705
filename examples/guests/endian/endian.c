/* Big-endian data (SCTLR_EL1.EE, E0E): what accesses of every class make of the same bytes, at EL1 with tables in that order too, and at EL0. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "endian";
const bool guest_wants_default_mmu = false;

struct access {
    const char *text;
    const void *code;
};
extern const struct access endian_plain[], endian_ordered[], endian_atomic[];
void endian_run_el1(const void *code, void *buffer, void *results, u64 table);
void endian_run_el0(const void *code, void *buffer, void *results);

extern const char __user_text_start[], __user_text_end[];

enum { RESULTS = 13, PAGE = 4096 };
#define SCTLR_E0E BIT(24)
#define SCTLR_EE BIT(25)

/* Two pages for accesses that cross, and what the access leaves in registers. */
static u8 buffer[2 * PAGE] USER_DATA __attribute__((aligned(PAGE)));
static u64 results[RESULTS] USER_DATA;
static u64 big_endian_table;

static void fill(void)
{
    u32 state = 1;
    for (u32 i = 0; i < sizeof buffer; i++) {
        state = state * 1664525 + 1013904223;
        buffer[i] = (u8)(state >> 24);
    }
}

/* Registers and memory after the access at this offset; without an exception, or 0. */
static u64 outcome(const struct access *access, u32 offset, bool user)
{
    fill();
    if (user) {
        struct trap t;
        try_el0(&t, endian_run_el0, (u64)access->code, (u64)buffer + offset, (u64)results);
        if (ESR_EC(t.esr) != 0x15) {
            printf("     %s: esr 0x%lx far 0x%lx\n", access->text, t.esr, t.far);
            return 0;
        }
    } else {
        endian_run_el1(access->code, buffer + offset, results, big_endian_table);
    }
    u64 hash = FNV_START;
    for (u32 i = 0; i < RESULTS; i++) {
        u64 value = __builtin_bswap64(results[i]);
        /* The base register may have moved. */
        u64 moved = value - (u64)buffer;
        results[i] = moved < sizeof buffer ? moved : value;
        hash = fnv_u64(hash, results[i]);
    }
    for (u32 i = 0; i < sizeof buffer; i++)
        hash = fnv_byte(hash, buffer[i]);
    return hash;
}

static void one(const struct access *access, const u32 *offsets, u32 count, bool user)
{
    printf("%s el%u:", access->text, user ? 0 : 1);
    for (u32 i = 0; i < count; i++) {
        u64 hash = outcome(access, offsets[i], user);
        if (i == 0)
            printf(" x0 %lx x2 %lx d0 %lx", results[0], results[2], results[5]);
        printf(" %016lx", hash);
        check_quiet(hash != 0, access->text);
    }
    printf("\n");
}

static void all(const struct access *table, const u32 *offsets, u32 count, bool user)
{
    for (; table->text; table++)
        one(table, offsets, count, user);
}

static void level(bool user)
{
    static const u32 anywhere[] = {64, 67, PAGE - 1, PAGE - 6, PAGE - 16}, aligned[] = {64, PAGE - 16};
    all(endian_plain, anywhere, ARRAY_LEN(anywhere), user);
    all(endian_ordered, aligned, ARRAY_LEN(aligned), user);
    if (FIELD(read_sysreg(id_aa64isar0_el1), 20, 4) >= 2)
        all(endian_atomic, aligned, ARRAY_LEN(aligned), user);
}

/* The table at this level, and those below it, with their bytes reversed. */
static void reverse(const struct mmu_space *space, u64 *table, unsigned level)
{
    for (u32 i = 0; i < 512; i++) {
        u64 descriptor = table[i];
        if (level < 3 && (descriptor & 3) == 3)
            reverse(space, (u64 *)(descriptor & PTE_ADDRESS), level + 1);
        table[i] = __builtin_bswap64(descriptor);
    }
}

/* The code of the accesses is for both levels here. */
static void map(struct mmu_space *space)
{
    mmu_space_init(space, 12, 39);
    mmu_map_board(space);
    u64 text = (u64)__user_text_start;
    mmu_map(space, text, text, (u64)__user_text_end - text, ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO, 3);
}

void guest_main(void)
{
    struct mmu_space little, big;
    map(&little);
    map(&big);
    reverse(&big, big.root, big.start_level);
    big_endian_table = (u64)big.root;
    mmu_enable(&little, NULL);
    level(false);
    u64 sctlr = read_sysreg(sctlr_el1);
    write_sysreg(sctlr_el1, sctlr | SCTLR_E0E);
    isb();
    check_u64("SCTLR_EL1 with E0E", read_sysreg(sctlr_el1) & (SCTLR_EE | SCTLR_E0E), SCTLR_E0E);
    level(true);
    write_sysreg(sctlr_el1, sctlr);
    isb();
}
