/* Tags in registers: IRG with its generator, GMI, ADDG, SUBG, SUBP, SUBPS, as hashes of many random operands. */
#include "mte.h"

/* ADDG and SUBG have immediates only: a few of each. */
#define MOVE(op, address, offset, tag)                                                                                        \
    ({                                                                                                                         \
        u64 result_;                                                                                                           \
        __asm__ volatile(#op " %0, %1, #" #offset ", #" #tag : "=r"(result_) : "r"(address));                                \
        result_;                                                                                                               \
    })

static u64 irg(u64 address, u64 exclude)
{
    u64 result;
    __asm__ volatile("irg %0, %1, %2" : "=r"(result) : "r"(address), "r"(exclude));
    return result;
}

static u64 gmi(u64 address, u64 mask)
{
    u64 result;
    __asm__ volatile("gmi %0, %1, %2" : "=r"(result) : "r"(address), "r"(mask));
    return result;
}

static u64 subtract(u64 left, u64 right)
{
    u64 result, flags, plain;
    __asm__ volatile("subp %0, %3, %4\n\tsubps %1, %3, %4\n\tmrs %2, nzcv"
                     : "=&r"(plain), "=&r"(result), "=r"(flags)
                     : "r"(left), "r"(right)
                     : "cc");
    return plain ^ result << 1 ^ flags;
}

void test_registers(void)
{
    for (unsigned round = 0; round < 8; round++) {
        u64 generated = FNV_START, moved = FNV_START, others = FNV_START;
        write_sysreg(RGSR_EL1, round == 0 ? 0 : next_random() & 0xffff0f);
        for (unsigned i = 0; i < 300; i++) {
            if (i % 16 == 0)
                write_sysreg(GCR_EL1, round == 1 ? 0 : next_random() & next_random() & 0xffff);
            u64 address = next_random(), mask = next_random() & next_random();
            generated = fnv_u64(generated, irg(address, round < 2 ? 0 : mask));
            generated = fnv_u64(generated, read_sysreg(RGSR_EL1));
            moved = fnv_u64(moved, MOVE(addg, address, 0, 0) + MOVE(addg, address, 16, 1) + MOVE(addg, address, 1008, 15));
            moved = fnv_u64(moved, MOVE(subg, address, 0, 3) + MOVE(subg, address, 32, 7) + MOVE(subg, address, 1008, 0));
            others = fnv_u64(others, gmi(address, mask));
            others = fnv_u64(others, subtract(address, i & 1 ? next_random() : address ^ mask));
        }
        printf("round %u: irg %lx, addg and subg %lx, gmi and subp %lx\n", round, generated, moved, others);
    }
    /* All tags excluded: zero, and zero is the last tag then. */
    write_sysreg(GCR_EL1, 0xffff);
    write_sysreg(RGSR_EL1, 0x1235);
    check(irg(with_tag(0x1230, 9), 0) == 0x1230 && (read_sysreg(RGSR_EL1) & 15) == 0, "irg with all tags excluded");
    check(MOVE(addg, with_tag(0x1230, 9), 16, 3) == 0x1240, "addg with all tags excluded");
    write_sysreg(GCR_EL1, 0);
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) & ~SCTLR_ATA);
    isb();
    check(irg(with_tag(0x1230, 9), 0) == 0x1230 && MOVE(addg, with_tag(0x1230, 9), 16, 3) == 0x1240, "tags without SCTLR_EL1.ATA are zero");
    check(gmi(with_tag(0x1230, 9), 1) == 0x201, "gmi without SCTLR_EL1.ATA");
    set_checks(TCF_NONE);
}
