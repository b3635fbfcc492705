/* FEAT_LSE: SWP, CAS, CASP and the LD<op>/ST<op> family, every size and ordering, against a model in C. */
#include "atomics.h"

static struct cell cell;

#define INITIAL 0x8899aabb7cddee80ul
#define OPERAND 0x0123456789ab4d8ful

enum op { ADD, CLR, EOR, SET, SMAX, SMIN, UMAX, UMIN, SWP };

static s64 sign_extend(u64 value, unsigned bytes) { return (s64)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes); }

static u64 model(enum op op, u64 old, u64 operand, unsigned bytes)
{
    u64 mask = size_mask(bytes);
    s64 a = sign_extend(old, bytes), b = sign_extend(operand, bytes);
    old &= mask;
    operand &= mask;
    switch (op) {
    case ADD: return (old + operand) & mask;
    case CLR: return old & ~operand;
    case EOR: return old ^ operand;
    case SET: return old | operand;
    case SMAX: return a > b ? old : operand;
    case SMIN: return a < b ? old : operand;
    case UMAX: return old > operand ? old : operand;
    case UMIN: return old < operand ? old : operand;
    default: return operand;
    }
}

static bool verdict(enum op op, unsigned bytes, u64 old, u64 initial, u64 operand)
{
    u64 mask = size_mask(bytes), want = (initial & ~mask) | model(op, initial, operand, bytes);
    return old == (initial & mask) && cell_low(&cell) == want && cell_high(&cell) == 0x5555 && cell_guards(&cell);
}

#define ONE(op, name, suffix, bytes, w, initial, operand)                                                                      \
    ({                                                                                                                         \
        u64 old;                                                                                                               \
        cell_set(&cell, initial, 0x5555);                                                                                      \
        __asm__ volatile(".arch_extension lse\n\t" name suffix " %" w "2, %" w "0, %1"                                          \
                         : "=&r"(old), "+Q"(cell.value)                                                                        \
                         : "r"(operand)                                                                                        \
                         : "memory");                                                                                          \
        verdict(op, bytes, old, initial, operand);                                                                             \
    })
#define SIZES(op, name, initial, operand)                                                                                      \
    (ONE(op, name, "b", 1, "w", initial, operand) & ONE(op, name, "h", 2, "w", initial, operand) &                             \
     ONE(op, name, "", 4, "w", initial, operand) & ONE(op, name, "", 8, "", initial, operand))
#define BOTH_ORDERS(op, name) (SIZES(op, name, INITIAL, OPERAND) & SIZES(op, name, OPERAND, INITIAL))
#define FAMILY(op, name)                                                                                                       \
    check(BOTH_ORDERS(op, name) & BOTH_ORDERS(op, name "a") & BOTH_ORDERS(op, name "l") & BOTH_ORDERS(op, name "al"),          \
          name ": b, h, w, x; plain, a, l, al")

/* CAS: equal and unequal; the register receives the old value either way. */
#define CAS_ONE(name, suffix, bytes, w, expected, initial)                                                                     \
    ({                                                                                                                         \
        u64 old = expected, mask = size_mask(bytes);                                                                           \
        cell_set(&cell, initial, 0x5555);                                                                                      \
        __asm__ volatile(".arch_extension lse\n\t" name suffix " %" w "0, %" w "2, %1"                                          \
                         : "+r"(old), "+Q"(cell.value)                                                                         \
                         : "r"(OPERAND)                                                                                        \
                         : "memory");                                                                                          \
        bool equal = ((expected) & mask) == ((initial) & mask);                                                                \
        u64 want = equal ? ((initial) & ~mask) | (OPERAND & mask) : (initial);                                                 \
        old == ((initial) & mask) && cell_low(&cell) == want && cell_guards(&cell);                                            \
    })
#define CAS_FAMILY(name)                                                                                                       \
    check(CAS_ONE(name, "b", 1, "w", INITIAL, INITIAL) & CAS_ONE(name, "h", 2, "w", INITIAL, INITIAL) &                        \
              CAS_ONE(name, "", 4, "w", INITIAL, INITIAL) & CAS_ONE(name, "", 8, "", INITIAL, INITIAL) &                       \
              CAS_ONE(name, "b", 1, "w", INITIAL ^ 1, INITIAL) & CAS_ONE(name, "h", 2, "w", INITIAL ^ 0x100, INITIAL) &         \
              CAS_ONE(name, "", 4, "w", INITIAL ^ 0x10000, INITIAL) & CAS_ONE(name, "", 8, "", INITIAL ^ BIT(63), INITIAL) &    \
              CAS_ONE(name, "b", 1, "w", INITIAL ^ 0x100, INITIAL),                                                            \
          name ": b, h, w, x; equal and not")

static void compare_and_swap_pair(void)
{
    cell_set(&cell, 1, 2);
    register u64 x4 __asm__("x4") = 1;
    register u64 x5 __asm__("x5") = 2;
    register u64 x6 __asm__("x6") = 0x66;
    register u64 x7 __asm__("x7") = 0x77;
    __asm__ volatile(".arch_extension lse\n\tcaspal x4, x5, x6, x7, %2" : "+r"(x4), "+r"(x5), "+Q"(cell.value) : "r"(x6), "r"(x7) : "memory");
    u64 first_low = x4, first_high = x5;
    bool right = first_low == 1 && first_high == 2 && cell_low(&cell) == 0x66 && cell_high(&cell) == 0x77 && cell_guards(&cell);
    x4 = 0x66;
    x5 = 0x78;
    x6 = 3;
    x7 = 4;
    __asm__ volatile(".arch_extension lse\n\tcasp x4, x5, x6, x7, %2" : "+r"(x4), "+r"(x5), "+Q"(cell.value) : "r"(x6), "r"(x7) : "memory");
    u64 seen_low = x4, seen_high = x5;
    right &= seen_low == 0x66 && seen_high == 0x77 && cell_low(&cell) == 0x66 && cell_high(&cell) == 0x77;
    check(right, "casp: 16 bytes, equal and not");
    cell_set(&cell, 0x0000000200000001, 9);
    x4 = 1;
    x5 = 2;
    x6 = 0xaaaaaaaa;
    x7 = 0xbbbbbbbb;
    __asm__ volatile(".arch_extension lse\n\tcaspa w4, w5, w6, w7, %2" : "+r"(x4), "+r"(x5), "+Q"(cell.value) : "r"(x6), "r"(x7) : "memory");
    u64 half_low = x4, half_high = x5;
    check(half_low == 1 && half_high == 2 && cell_low(&cell) == 0xbbbbbbbbaaaaaaaa && cell_high(&cell) == 9, "casp: 8 bytes");
}

/* With XZR as destination the LD forms are the ST forms. */
static void without_result(void)
{
    cell_set(&cell, 10, 0x5555);
    __asm__ volatile(".arch_extension lse\n\tstadd %1, %0\n\tsteorl %2, %0\n\tstumax %1, %0" : "+Q"(cell.value) : "r"(20ul), "r"(1ul) : "memory");
    check_u64("stadd, steorl, stumax", cell_low(&cell), 31);
}

void test_lse(void)
{
    FAMILY(SWP, "swp");
    FAMILY(ADD, "ldadd");
    FAMILY(CLR, "ldclr");
    FAMILY(EOR, "ldeor");
    FAMILY(SET, "ldset");
    FAMILY(SMAX, "ldsmax");
    FAMILY(SMIN, "ldsmin");
    FAMILY(UMAX, "ldumax");
    FAMILY(UMIN, "ldumin");
    CAS_FAMILY("cas");
    CAS_FAMILY("casa");
    CAS_FAMILY("casl");
    CAS_FAMILY("casal");
    compare_and_swap_pair();
    without_result();
}
