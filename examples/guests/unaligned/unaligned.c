/* Alignment rules (Arm ARM B2.5): which accesses may be unaligned on Normal memory, which never, what SCTLR_EL1.A and Device memory add. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "unaligned";
const bool guest_wants_default_mmu = false;

/* Small functions of (address, value): "in" loads, "out" stores; the fault must come at their first instruction. */
#define ACCESS(name, text)                                                                                                     \
    extern const char name[];                                                                                                  \
    __asm__(".pushsection .text\n.balign 4\n.arch armv8.1-a\n" #name ":\n\t" text "\n\tret\n.popsection")
ACCESS(load2, "ldrh w0, [x0]");
ACCESS(load4, "ldr w0, [x0]");
ACCESS(load8, "ldr x0, [x0]");
ACCESS(load_signed, "ldrsw x0, [x0]");
ACCESS(load_pair, "ldp x0, x2, [x0]");
ACCESS(load_q, "ldr q0, [x0]");
ACCESS(load_q_pair, "ldp q0, q1, [x0]");
ACCESS(load_ld1, "ld1 {v0.4s}, [x0]");
ACCESS(load_ld1b, "ld1 {v0.16b}, [x0]");
ACCESS(load_ld4, "ld4 {v0.8h-v3.8h}, [x0]");
ACCESS(load_user, "ldtr x0, [x0]");
ACCESS(store2, "strh w1, [x0]");
ACCESS(store4, "str w1, [x0]");
ACCESS(store8, "str x1, [x0]");
ACCESS(store_pair, "stp x1, x1, [x0]");
ACCESS(store_q, "str q0, [x0]");
ACCESS(store_st2, "st2 {v0.8h, v1.8h}, [x0]");
ACCESS(exclusive4, "ldxr w0, [x0]");
ACCESS(exclusive8, "ldxr x0, [x0]");
ACCESS(exclusive_pair, "ldxp x0, x2, [x0]");
ACCESS(acquire4, "ldar w0, [x0]");
ACCESS(release8, "stlr x1, [x0]");
ACCESS(acquire_exclusive2, "ldaxrh w0, [x0]");
ACCESS(atomic8, "ldadd x1, x0, [x0]");
ACCESS(swap4, "swp w1, w0, [x0]");
ACCESS(zero_line, "dc zva, x0");

/* EL0's, for the unprivileged forms. */
static u8 buffer[4096] USER_DATA __attribute__((aligned(4096)));
/* The same page as Device memory. */
#define DEVICE_ALIAS 0x1000000000ul
enum { AT = 256 };

#define ALIGNMENT_FAULT(write) (0x96000021ul | (write) << 6)

static bool faults(const char *code, u64 address, bool write)
{
    struct trap t;
    try_el1(&t, code, address, 0, 0);
    bool right = t.taken && t.esr == ALIGNMENT_FAULT((u64)write) && t.elr == (u64)code && t.far == address;
    if (!right)
        printf("     address 0x%lx: taken %lu esr 0x%lx far 0x%lx\n", address & 0xfff, t.taken, t.esr, t.far);
    return right;
}

/* WnR of an atomic says whether a read would have faulted too; for alignment that is open to reading, so it is left out. */
static bool atomic_faults(const char *code, u64 address)
{
    struct trap t;
    try_el1(&t, code, address, 0, 0);
    return t.taken && (t.esr & ~BIT(6)) == ALIGNMENT_FAULT(0ul) && t.elr == (u64)code && t.far == address;
}

static bool completes(const char *code, u64 address)
{
    struct trap t;
    try_el1(&t, code, address, 0, 0);
    if (t.taken)
        printf("     address 0x%lx: esr 0x%lx\n", address & 0xfff, t.esr);
    return !t.taken;
}

struct plain {
    const char *name, *code;
    u32 size;   /* of what must be aligned where alignment is required: the element */
    bool write;
};

static const struct plain plain[] = {
    {"ldrh", load2, 2, false},          {"ldr w", load4, 4, false},      {"ldr x", load8, 8, false},
    {"ldrsw", load_signed, 4, false},   {"ldp x", load_pair, 8, false},  {"ldr q", load_q, 16, false},
    {"ldp q", load_q_pair, 16, false},  {"ld1 4s", load_ld1, 4, false},  {"ld4 8h", load_ld4, 2, false},
    {"ldtr x", load_user, 8, false},    {"strh", store2, 2, true},       {"str w", store4, 4, true},
    {"str x", store8, 8, true},         {"stp x", store_pair, 8, true},  {"str q", store_q, 16, true},
    {"st2 8h", store_st2, 2, true},
};

/* Exclusive, ordered and atomic accesses need their whole size aligned everywhere; FEAT_LSE2 lets most go unaligned within 16 bytes, so
 * those misaligned by one are placed across a 16-byte boundary. */
static const struct plain strict[] = {
    {"ldxr w", exclusive4, 4, false},    {"ldxr x", exclusive8, 8, false}, {"ldxp x", exclusive_pair, 16, false},
    {"ldaxrh", acquire_exclusive2, 2, false}, {"ldar w", acquire4, 4, false},   {"stlr x", release8, 8, true},
};

static u64 sctlr_a(bool on)
{
    u64 old = read_sysreg(sctlr_el1);
    write_sysreg(sctlr_el1, on ? old | BIT(1) : old & ~BIT(1));
    isb();
    return old;
}

/* Every misalignment within two elements. */
static void normal_memory(void)
{
    for (u32 i = 0; i < ARRAY_LEN(plain); i++) {
        bool right = true;
        for (u32 offset = 0; offset < 2 * plain[i].size; offset++)
            right &= completes(plain[i].code, (u64)buffer + AT + offset);
        printf("%s normal, A=0, %s: any address\n", right ? "ok  " : "FAIL", plain[i].name);
        check_quiet(right, plain[i].name);
    }
}

static void where_required(const char *what, u64 base)
{
    for (u32 i = 0; i < ARRAY_LEN(plain); i++) {
        bool right = true;
        for (u32 offset = 0; offset < 2 * plain[i].size; offset++) {
            u64 address = base + AT + offset;
            right &= offset % plain[i].size ? faults(plain[i].code, address, plain[i].write) : completes(plain[i].code, address);
        }
        printf("%s %s, %s: aligned to %u only\n", right ? "ok  " : "FAIL", what, plain[i].name, plain[i].size);
        check_quiet(right, plain[i].name);
    }
}

/* Whether exclusives work on Device memory at all is the implementation's choice: there only the fault counts. */
static void strict_everywhere(const char *what, u64 base, bool supported)
{
    for (u32 i = 0; i < ARRAY_LEN(strict); i++) {
        u64 address = base + AT + 16 - strict[i].size / 2;
        if (strict[i].size == 16)
            address = base + AT + 8;
        bool right = faults(strict[i].code, address, strict[i].write) && (!supported || completes(strict[i].code, base + AT));
        printf("%s %s, %s: aligned only\n", right ? "ok  " : "FAIL", what, strict[i].name);
        check_quiet(right, strict[i].name);
    }
    if (FIELD(read_sysreg(id_aa64isar0_el1), 20, 4) < 2)
        return;
    bool right = atomic_faults(atomic8, base + AT + 12) && atomic_faults(swap4, base + AT + 14);
    printf("%s %s, ldadd x and swp w: aligned only\n", right ? "ok  " : "FAIL", what);
    check_quiet(right, "LSE");
}

/* Unaligned values really are the bytes in order, across pages too. */
static void contents(void)
{
    static u8 two_pages[8192] __attribute__((aligned(4096)));
    for (u32 i = 0; i < sizeof two_pages; i++)
        two_pages[i] = (u8)(i * 7 + i / 256);
    bool right = true;
    for (u32 at = 4096 - 40; at < 4096 + 40; at++) {
        u64 want8 = 0;
        for (u32 i = 8; i--;)
            want8 = want8 << 8 | two_pages[at + i];
        struct trap t;
        try_el1(&t, load8, (u64)two_pages + at, 0, 0);
        right &= t.x0 == want8;
        try_el1(&t, load_signed, (u64)two_pages + at, 0, 0);
        right &= t.x0 == (u64)(s64)(s32)want8;
        u64 kept = want8, changed = 0;
        try_el1(&t, store8, (u64)two_pages + at, 0x0102030405060708, 0);
        for (u32 i = 8; i--;)
            changed = changed << 8 | two_pages[at + i];
        right &= changed == 0x0102030405060708;
        try_el1(&t, store8, (u64)two_pages + at, kept, 0);
    }
    check(right, "unaligned values across a page boundary");
}

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_map(&space, DEVICE_ALIAS, (u64)buffer, sizeof buffer, PTE_ATTR(MAIR_DEVICE_nGnRE) | PTE_AF | PTE_AP_EL0 | PTE_PXN | PTE_UXN, 3);
    mmu_enable(&space, NULL);
    normal_memory();
    contents();
    strict_everywhere("normal, A=0", (u64)buffer, true);
    sctlr_a(true);
    where_required("normal, A=1", (u64)buffer);
    sctlr_a(false);
    check(completes(load_ld1b, (u64)buffer + AT + 3), "ld1 16b has no alignment to miss");
    where_required("device", DEVICE_ALIAS);
    strict_everywhere("device", DEVICE_ALIAS, false);
    check(faults(zero_line, DEVICE_ALIAS + AT, true), "device, dc zva: always");
}
