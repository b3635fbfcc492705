/* FPCR and FPSR themselves, moves between register files, and conditional forms: what the row tables leave out. */
#include "fpsimd.h"

static u64 fpcr_with(u64 value)
{
    write_sysreg(fpcr, value);
    isb();
    u64 seen = read_sysreg(fpcr);
    write_sysreg(fpcr, 0);
    isb();
    return seen;
}

static void control(void)
{
    check_u64("FPCR RMode, FZ, DN, AHP can be set", fpcr_with(0x07c00000), 0x07c00000);
    check_u64("FPCR cleared", read_sysreg(fpcr), 0);
    write_sysreg(fpsr, 0x0800009f);
    check_u64("FPSR QC and cumulative flags can be set", read_sysreg(fpsr), 0x0800009f);
    write_sysreg(fpsr, 0);
    double a = 1.0, b = 3.0, c;
    __asm__ volatile("fdiv %d0, %d1, %d2" : "=w"(c) : "w"(a), "w"(b));
    __asm__ volatile("fadd %d0, %d1, %d2" : "=w"(c) : "w"(a), "w"(b));
    check_u64("flags are cumulative", read_sysreg(fpsr), 0x10);
    write_sysreg(fpsr, 0);
    check_u64("FPSR cleared", read_sysreg(fpsr), 0);
}

static void moves(void)
{
    u64 low, high;
    __asm__ volatile("movi v0.16b, #0xff\n\tfmov s0, %w2\n\tmov %0, v0.d[0]\n\tmov %1, v0.d[1]"
                     : "=r"(low), "=r"(high)
                     : "r"(0x12345678)
                     : "v0");
    check(low == 0x12345678 && high == 0, "fmov s, w clears the rest");
    __asm__ volatile("movi v0.16b, #0xff\n\tfmov v0.d[1], %2\n\tmov %0, v0.d[0]\n\tfmov %1, v0.d[1]"
                     : "=r"(low), "=r"(high)
                     : "r"(0x1122334455667788)
                     : "v0");
    check(low == ~0ul && high == 0x1122334455667788, "fmov v.d[1], x keeps the lower half");
    __asm__ volatile("movi v0.16b, #0xff\n\tldr b0, [%2]\n\tmov %0, v0.d[0]\n\tmov %1, v0.d[1]"
                     : "=&r"(low), "=&r"(high)
                     : "r"("\x5a")
                     : "v0", "memory");
    check(low == 0x5a && high == 0, "ldr b clears the rest");
}

static void conditional(void)
{
    u64 flags, chosen;
    __asm__ volatile("fmov d1, #1.0\n\tfmov d2, #2.0\n\tfcmp d1, d2\n\tfcsel d0, d1, d2, mi\n\tfmov %0, d0" : "=r"(chosen)::"v0", "v1", "v2", "cc");
    check_u64("fcsel taken", chosen, 0x3ff0000000000000);
    __asm__ volatile("fmov d1, #1.0\n\tfmov d2, #2.0\n\tfcmp d1, d2\n\tfcsel d0, d1, d2, gt\n\tfmov %0, d0" : "=r"(chosen)::"v0", "v1", "v2", "cc");
    check_u64("fcsel not taken", chosen, 0x4000000000000000);
    __asm__ volatile("fmov d1, #1.0\n\tfmov d2, #2.0\n\tfcmp d1, d2\n\tfccmp d2, d1, #3, mi\n\tmrs %0, nzcv" : "=r"(flags)::"v1", "v2", "cc");
    check_u64("fccmp condition holds", flags, 0x20000000);
    __asm__ volatile("fmov d1, #1.0\n\tfmov d2, #2.0\n\tfcmp d1, d2\n\tfccmpe d2, d1, #13, eq\n\tmrs %0, nzcv" : "=r"(flags)::"v1", "v2", "cc");
    check_u64("fccmp condition fails", flags, 0xd0000000);
}

void test_registers(void)
{
    control();
    moves();
    conditional();
}
