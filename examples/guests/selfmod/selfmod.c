/* Self-modifying code: written, cleaned, invalidated, synchronised, then executed; in place, copied, page by page, through aliases. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "selfmod";
const bool guest_wants_default_mmu = false;

enum { WORDS = 1024 };
static u32 code[WORDS] __attribute__((aligned(4096)));

#define RET 0xd65f03c0u
static u32 movz(unsigned rd, u32 value) { return 0xd2800000 | value << 5 | rd; }
static u32 add_immediate(unsigned rd, unsigned rn, u32 value) { return 0x91000000 | value << 10 | rn << 5 | rd; }
static u32 branch(s32 words) { return 0x14000000 | ((u32)words & 0x3ffffff); }

typedef u64 (*function)(u64);

static u64 call(const u32 *entry, u64 argument)
{
    __asm__ volatile("" ::: "memory");
    return ((function)entry)(argument);
}

static void constant_rewritten(void)
{
    bool right = true;
    for (u32 i = 0; i < 500; i++) {
        code[0] = movz(0, i);
        code[1] = RET;
        cache_sync_code(code, 8);
        right &= call(code, 0) == i;
    }
    check(right, "a constant rewritten 500 times");
}

/* Only the second instruction changes: the block that starts before it must notice. */
static void middle_rewritten(void)
{
    bool right = true;
    code[0] = movz(0, 1000);
    code[2] = add_immediate(0, 0, 1);
    code[3] = RET;
    for (u32 i = 0; i < 300; i++) {
        code[1] = add_immediate(0, 0, i);
        cache_sync_code(&code[1], 4);
        right &= call(code, 0) == 1001 + i;
    }
    check(right, "an instruction in the middle of a block");
}

/* Links between blocks: a branch target moves back and forth while the branching block stays the same, then the branch itself moves. */
static void branches_rewritten(void)
{
    bool right = true;
    s32 to = 16;
    code[0] = branch(to);
    code[16] = movz(0, 16);
    code[17] = RET;
    code[32] = movz(0, 32);
    code[33] = RET;
    cache_sync_code(code, 34 * 4);
    for (u32 i = 0; i < 200; i++) {
        code[16] = movz(0, i);
        cache_sync_code(&code[16], 4);
        right &= call(code, 0) == (to == 16 ? i : 32);
        to = i & 1 ? 16 : 32;
        code[0] = branch(to);
        cache_sync_code(code, 4);
        right &= call(code, 0) == (to == 16 ? i : 32);
    }
    check(right, "branches and their targets");
}

/* Code that patches the instruction right after itself: x0 = new word for the slot. */
extern u32 patch_next[], patch_slot[];
__asm__(".section .data.patch, \"aw\"\n"
        ".balign 64\n"
        "patch_next:\n"
        "   adr x1, patch_slot\n"
        "   str w0, [x1]\n"
        "   dc cvau, x1\n"
        "   dsb ish\n"
        "   ic ivau, x1\n"
        "   dsb ish\n"
        "   isb\n"
        "patch_slot:\n"
        "   mov x0, #0\n"
        "   ret\n"
        ".text\n");

static void patches_itself(void)
{
    bool right = true;
    for (u32 i = 0; i < 300; i++)
        right &= call(patch_next, movz(0, i)) == i;
    check(right, "code that patches what follows it");
}

/* A function moved through every word of a page, over old copies of itself. */
static void moved_around(void)
{
    bool right = true;
    for (u32 i = 0; i + 3 < WORDS; i += 3) {
        code[i] = movz(1, i & 0xfff);
        code[i + 1] = 0x8b010000;   /* add x0, x0, x1 */
        code[i + 2] = RET;
        cache_sync_code(&code[i], 12);
        right &= call(&code[i], 7) == 7 + (i & 0xfff);
    }
    for (u32 i = 0; i + 3 < WORDS; i += 3)
        right &= call(&code[i], 1) == 1 + (i & 0xfff);
    check(right, "a page full of functions");
}

static struct mmu_space space;
#define ALIAS_WRITE 0x1000000000ul
#define ALIAS_RUN 0x1000010000ul

/* Written through one virtual address, run through two others. */
static void aliases(void)
{
    mmu_map(&space, ALIAS_WRITE, (u64)code, 4096, ATTR_KERNEL | PTE_PXN, 3);
    mmu_map(&space, ALIAS_RUN, (u64)code, 4096, ATTR_KERNEL | PTE_AP_RO, 3);
    tlbi_all();
    volatile u32 *window = (volatile u32 *)ALIAS_WRITE;
    bool right = true;
    for (u32 i = 0; i < 200; i++) {
        window[0] = movz(0, i);
        window[1] = RET;
        cache_sync_code((const void *)ALIAS_WRITE, 8);
        __asm__ volatile("ic iallu\n\tdsb nsh\n\tisb" ::: "memory");
        right &= call((const u32 *)ALIAS_RUN, 0) == i && call(code, 0) == i;
    }
    check(right, "written through one alias, run through two");
}

/* The page under a virtual address is exchanged: other code, same address, no cache maintenance needed beyond the TLB's. */
static void remapped(void)
{
    static u32 pages[2][1024] __attribute__((aligned(4096)));
    for (u32 i = 0; i < 2; i++) {
        pages[i][0] = movz(0, 100 + i);
        pages[i][1] = RET;
    }
    cache_sync_code(pages, sizeof pages);
    bool right = true;
    for (u32 i = 0; i < 100; i++) {
        *mmu_entry(&space, ALIAS_RUN, 3) = 0;
        tlbi_va(ALIAS_RUN, 0);
        mmu_map(&space, ALIAS_RUN, (u64)pages[i & 1], 4096, ATTR_KERNEL | PTE_AP_RO, 3);
        dsb();
        isb();
        right &= call((const u32 *)ALIAS_RUN, 0) == 100 + (i & 1);
    }
    check(right, "another page mapped at the same address");
}

/* A breakpoint planted, hit, and removed. */
static void breakpoint(void)
{
    struct trap t;
    bool right = true;
    code[0] = movz(0, 5);
    code[1] = RET;
    for (u32 i = 0; i < 50; i++) {
        u32 kept = code[0];
        code[0] = 0xd4200000 | i << 5;   /* brk #i */
        cache_sync_code(code, 4);
        try_el1(&t, code, 0, 0, 0);
        right &= t.taken && t.esr == (0xf2000000 | i) && t.elr == (u64)code;
        code[0] = kept;
        cache_sync_code(code, 4);
        try_el1(&t, code, 0, 0, 0);
        right &= !t.taken && t.x0 == 5;
    }
    check(right, "a breakpoint planted and removed");
}

void guest_main(void)
{
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    constant_rewritten();
    middle_rewritten();
    branches_rewritten();
    patches_itself();
    moved_around();
    aliases();
    remapped();
    breakpoint();
}
