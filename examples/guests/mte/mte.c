/* Memory tagging (FEAT_MTE2, FEAT_MTE3): the arithmetic of tags, loads and stores of tags, and Tag Checks of every form of access. Needs a board
 * with memory for tags. */
#include "mte.h"

const char guest_name[] = "mte";
const bool guest_wants_default_mmu = false;

static struct mmu_space space;
static NOINIT __attribute__((aligned(0x10000))) u8 memory[WINDOW_SIZE];

void set_checks(unsigned kind)
{
    u64 mask = SCTLR_TCF(3) | SCTLR_TCF0(3);
    u64 sctlr = (read_sysreg(sctlr_el1) & ~mask) | SCTLR_TCF(kind) | SCTLR_TCF0(kind) | SCTLR_ATA | SCTLR_ATA0;
    write_sysreg(sctlr_el1, sctlr);
    isb();
}

u8 *window_bytes(u64 address) { return memory + (address & (WINDOW_SIZE - 1)); }

u64 next_random(void)
{
    static u64 state = 0x9e3779b97f4a7c15ul;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Bytes and tags. */
u64 hash_window(void)
{
    u64 hash = FNV_START;
    for (u64 offset = 0; offset < WINDOW_SIZE; offset += 8)
        hash = fnv_u64(hash, *(u64 *)(memory + offset));
    for (u64 offset = 0; offset < WINDOW_SIZE; offset += 16)
        hash = fnv_byte(hash, (u8)get_tag(WINDOW + offset));
    return hash;
}

void guest_main(void)
{
    memset(memory, 0, sizeof memory);
    mmu_space_init(&space, 12, 48);
    mmu_map_board(&space);
    mmu_map(&space, WINDOW, (u64)memory, WINDOW_SIZE, ATTR_TAGGED, 3);
    mmu_enable_with(&space, NULL, mmu_tcr(&space, NULL) | TCR_TBI0);
    write_sysreg(mair_el1, MAIR_VALUE | 0xf0ul << (8 * TAGGED_ATTR));
    /* FP for both levels; DC ZVA and the like for EL0. */
    write_sysreg(cpacr_el1, 3ul << 20);
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | BIT(14) | BIT(26));
    isb();
    tlbi_all();
    printf("MTE %lu, blocks of %u bytes\n", FIELD(read_sysreg(id_aa64pfr1_el1), 8, 4), 4u << FIELD(read_sysreg(S3_1_C0_C0_4), 0, 4));
    set_checks(TCF_NONE);
    test_registers();
    test_tag_access();
    test_forms();
    test_controls();
    test_random();
    mmu_disable();
}
