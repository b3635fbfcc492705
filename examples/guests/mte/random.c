/* Random stores of tags and data, with checks on: hashes of all bytes and tags. What works on blocks of DC ZVA, whose size CPUs differ in, is
 * checked by itself. */
#include "mte.h"

#define STORE(code) __asm__ volatile(code ::"r"(value), "r"(address), "r"(other) : "memory")

static u64 step(u64 hash)
{
    /* No access reaches beyond the window. */
    u64 offset = 64 + next_random() % ((WINDOW_SIZE - 256) / 16) * 16;
    u64 address = with_tag(WINDOW + offset, next_random()), value = next_random(), other = next_random(), loaded = value;
    switch (next_random() % 11) {
    case 0: STORE("stg %0, [%1]"); break;
    case 1: STORE("st2g %0, [%1, #16]"); break;
    case 2: STORE("stzg %0, [%1]"); break;
    case 3: STORE("stz2g %0, [%1, #32]"); break;
    case 4: STORE("stgp %0, %2, [%1, #16]"); break;
    case 5: STORE("stgm %0, [%1]"); break;
    case 6: __asm__ volatile("ldgm %0, [%1]" : "=r"(loaded) : "r"(address) : "memory"); break;
    case 7: __asm__ volatile("ldg %0, [%1, #16]" : "+r"(loaded) : "r"(address) : "memory"); break;
    case 8: __asm__ volatile("stg %0, [%0], #16" : "+r"(address) : : "memory"); break;
    case 9: __asm__ volatile("stz2g %1, [%0, #-32]!\n\tadd %0, %0, #32" : "+r"(address) : "r"(value) : "memory"); break;
    default:
        address = with_tag(address, get_tag(address));
        STORE("stp %0, %2, [%1]");
        break;
    }
    return fnv_u64(fnv_u64(hash, loaded), address);
}

/* Block of DC ZVA around an address: all of it, and nothing else, has the tag (and zeros). */
static void block(const char *label, u64 address, u64 tag, bool zeroed)
{
    u64 size = 4ul << FIELD(read_sysreg(dczid_el0), 0, 4), start = address & ~(size - 1) & ~(15ul << 56);
    bool right = true;
    for (u64 at = start - 64; at < start + size + 64; at += 16) {
        bool inside = at >= start && at < start + size;
        right &= get_tag(at) == (inside ? tag : 7) && (*(u64 *)window_bytes(at) == 0) == (inside && zeroed);
    }
    check(right, label);
}

static void blocks(void)
{
    u64 address = with_tag(WINDOW + 0x1818, 11), value = 0xf3;
    enum { GVA, GZVA, STZGM };
    static const char *const labels[] = {"dc gva", "dc gzva", "stzgm"};
    for (unsigned i = GVA; i <= STZGM; i++) {
        for (u64 offset = 0; offset < WINDOW_SIZE; offset += 8) {
            *(u64 *)window_bytes(offset) = 1;
            set_tag(WINDOW + offset, 7);
        }
        if (i == GVA)
            __asm__ volatile("dc gva, %0" ::"r"(address) : "memory");
        else if (i == GZVA)
            __asm__ volatile("dc gzva, %0" ::"r"(address) : "memory");
        else
            __asm__ volatile("stzgm %0, [%1]" ::"r"(value), "r"(address & ~15ul) : "memory");
        block(labels[i], address, i == STZGM ? 3 : 11, i != GVA);
    }
}

void test_random(void)
{
    static struct mmu_space space;
    mmu_space_init(&space, 12, 48);
    mmu_map_board(&space);
    mmu_map(&space, WINDOW, (u64)window_bytes(WINDOW), WINDOW_SIZE, ATTR_TAGGED, 3);
    mmu_enable_with(&space, NULL, mmu_tcr(&space, NULL) | TCR_TBI0);
    write_sysreg(mair_el1, MAIR_VALUE | 0xf0ul << (8 * TAGGED_ATTR));
    tlbi_all();
    set_checks(TCF_SYNC);
    blocks();
    memset(window_bytes(0), 0, WINDOW_SIZE);
    u64 hash = FNV_START;
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < 400; i++)
            hash = step(hash);
        printf("random %u: %lx %lx\n", round, hash, hash_window());
    }
    set_checks(TCF_NONE);
}
