/* Table building and translation registers. Table memory comes from a pool that only grows, or falls back to a mark. */
#include "mmu.h"
#include "fdt.h"
#include "guest.h"

#define POOL_SIZE (6ul << 20)
static NOINIT __attribute__((aligned(0x10000))) u8 pool[POOL_SIZE];
static u64 pool_used;

extern char __image_start[], __text_end[];
extern char __user_text_start[], __user_text_end[], __user_data_start[], __user_data_end[];

/* What the boot CPU runs with; written by mmu_publish, read by secondary CPUs with their MMU off. */
static struct {
    u64 mair, tcr, ttbr0, ttbr1, sctlr;
} published;

static unsigned index_bits(const struct mmu_space *s) { return s->granule_shift - 3; }

static u64 *new_table(unsigned granule_shift)
{
    u64 size = 1ul << granule_shift;
    pool_used = ALIGN_UP(pool_used, size);
    if (pool_used + size > POOL_SIZE) {
        printf("FAIL %s: out of table memory\n", guest_name);
        power_off();
    }
    u64 *table = (u64 *)(pool + pool_used);
    pool_used += size;
    memset(table, 0, size);
    return table;
}

u64 mmu_pool_mark(void) { return pool_used; }
void mmu_pool_release(u64 mark) { pool_used = mark; }

bool mmu_granule_supported(unsigned granule_shift)
{
    u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);
    switch (granule_shift) {
    case 12:
        return FIELD(mmfr0, 28, 4) != 0xf;
    case 14:
        return FIELD(mmfr0, 20, 4) != 0;
    default:
        return FIELD(mmfr0, 24, 4) != 0xf;
    }
}

void mmu_space_init(struct mmu_space *s, unsigned granule_shift, unsigned va_bits)
{
    s->granule_shift = granule_shift;
    s->va_bits = va_bits;
    unsigned levels = (va_bits - granule_shift + index_bits(s) - 1) / index_bits(s);
    s->start_level = 4 - levels;
    s->root = new_table(granule_shift);
}

static u64 *table_of(u64 entry) { return (u64 *)(entry & PTE_ADDRESS); }

/* Replaces an invalid or block descriptor by a table that maps the same. */
static void split(struct mmu_space *s, u64 *entry, unsigned level)
{
    u64 *table = new_table(s->granule_shift), old = *entry;
    if (old & PTE_VALID) {
        unsigned shift = mmu_level_shift(s, level + 1);
        for (u64 i = 0; i < 1ul << index_bits(s); i++)
            table[i] = (old + (i << shift)) | (level + 1 == 3 ? PTE_TABLE : 0);
    }
    *entry = (u64)table | PTE_VALID | PTE_TABLE;
}

u64 *mmu_entry(struct mmu_space *s, u64 va, unsigned level)
{
    u64 *table = s->root;
    va &= (1ul << s->va_bits) - 1;
    for (unsigned l = s->start_level;; l++) {
        u64 *entry = &table[(va >> mmu_level_shift(s, l)) & ((1ul << index_bits(s)) - 1)];
        if (l == level)
            return entry;
        if ((*entry & (PTE_VALID | PTE_TABLE)) != (PTE_VALID | PTE_TABLE))
            split(s, entry, l);
        table = table_of(*entry);
    }
}

static unsigned first_block_level(const struct mmu_space *s)
{
    unsigned level = s->granule_shift == 12 ? 1 : 2;
    return level > s->start_level ? level : s->start_level;
}

void mmu_map(struct mmu_space *s, u64 va, u64 pa, u64 size, u64 attributes, unsigned min_level)
{
    unsigned first = first_block_level(s) > min_level ? first_block_level(s) : min_level;
    while (size) {
        unsigned level = first;
        u64 unit = 1ul << mmu_level_shift(s, level);
        for (; level < 3 && ((va | pa) & (unit - 1) || size < unit); unit = 1ul << mmu_level_shift(s, level))
            level++;
        *mmu_entry(s, va, level) = mmu_leaf(pa, attributes, level);
        va += unit;
        pa += unit;
        size = size > unit ? size - unit : 0;
    }
}

/* RAM from the device tree, rounded to what the largest common block (512 MiB at 64K) maps. */
static u64 ram_size(void)
{
    struct fdt_node memory;
    u64 size = 0;
    if (fdt_nth(guest_dtb, "device_type", "memory", 0, &memory))
        size = fdt_reg_size(&memory, 0);
    return ALIGN_UP(size ? size : 1, 1ul << 30);
}

void mmu_map_board(struct mmu_space *s)
{
    u64 text = (u64)__user_text_start, data = (u64)__user_data_start;
    mmu_map(s, 0, 0, 1ul << 30, ATTR_DEVICE, 0);
    mmu_map(s, 0x40000000, 0x40000000, ram_size(), ATTR_KERNEL, 0);
    mmu_map(s, (u64)__image_start, (u64)__image_start, (u64)(__text_end - __image_start), ATTR_KERNEL | PTE_AP_RO, 3);
    mmu_map(s, text, text, (u64)__user_text_end - text, ATTR_USER_TEXT, 3);
    mmu_map(s, data, data, (u64)__user_data_end - data, ATTR_USER_DATA, 3);
}

static u64 granule_field(unsigned shift, bool upper)
{
    if (upper)
        return shift == 12 ? 2 : shift == 14 ? 1 : 3;
    return shift == 12 ? 0 : shift == 14 ? 2 : 1;
}

/* Write-back, inner-shareable walks; physical size as the CPU has it, at most 48 bits; TTBR1 walks only with an upper tree. */
u64 mmu_tcr(const struct mmu_space *lower, const struct mmu_space *upper)
{
    u64 range = FIELD(read_sysreg(id_aa64mmfr0_el1), 0, 4);
    u64 tcr = (range > 5 ? 5 : range) << 32;
    tcr |= (64 - lower->va_bits) | 1ul << 8 | 1ul << 10 | 3ul << 12 | granule_field(lower->granule_shift, false) << 14;
    if (upper)
        tcr |= (u64)(64 - upper->va_bits) << 16 | 1ul << 24 | 1ul << 26 | 3ul << 28 |
               granule_field(upper->granule_shift, true) << 30;
    else
        tcr |= BIT(23) | 25ul << 16 | 2ul << 30;
    return tcr;
}

#define SCTLR_MMU (BIT(0) | BIT(2) | BIT(12))

void mmu_disable(void)
{
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) & ~SCTLR_MMU);
    isb();
}

void mmu_enable(const struct mmu_space *lower, const struct mmu_space *upper)
{
    mmu_enable_with(lower, upper, mmu_tcr(lower, upper));
}

void mmu_enable_with(const struct mmu_space *lower, const struct mmu_space *upper, u64 tcr)
{
    if (read_sysreg(sctlr_el1) & 1)
        mmu_disable();
    dsb();
    write_sysreg(mair_el1, MAIR_VALUE);
    write_sysreg(tcr_el1, tcr);
    write_sysreg(ttbr0_el1, (u64)lower->root);
    write_sysreg(ttbr1_el1, upper ? (u64)upper->root : 0);
    isb();
    tlbi_all();
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_MMU);
    isb();
}

void mmu_default(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map(&space, 0, 0, 1ul << 30, ATTR_DEVICE, 0);
    mmu_map(&space, 0x40000000, 0x40000000, ram_size(), ATTR_KERNEL, 0);
    mmu_enable(&space, NULL);
}

void mmu_publish(void)
{
    published.mair = read_sysreg(mair_el1);
    published.tcr = read_sysreg(tcr_el1);
    published.ttbr0 = read_sysreg(ttbr0_el1);
    published.ttbr1 = read_sysreg(ttbr1_el1);
    published.sctlr = read_sysreg(sctlr_el1);
    cache_clean(&published, sizeof published);
}

void mmu_adopt(void)
{
    write_sysreg(mair_el1, published.mair);
    write_sysreg(tcr_el1, published.tcr);
    write_sysreg(ttbr0_el1, published.ttbr0);
    write_sysreg(ttbr1_el1, published.ttbr1);
    isb();
    __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
    write_sysreg(sctlr_el1, published.sctlr);
    isb();
}
