/* Numbers to text and back, which C libraries of any worth do exactly. */
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { ROUNDS = 4000 };

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Finite; half of them between 2^-30 and 2^30. */
static double number(void)
{
    uint64_t bits = random_word();
    if (random_word() & 1)
        bits = (bits & 0x800fffffffffffff) | (1023 - 30 + random_word() % 60) << 52;
    return (bits >> 52 & 0x7ff) == 0x7ff ? 1.0 : double_of(bits);
}

static void printing(void)
{
    static const char *const formats[] = {"%.17g", "%a", "%e", "%.0f", "%.3f", "%g", "%.40e", "%+-30.12g|", "%030.5f", "%#.8G"};
    static char text[512];
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double value = number();
        snprintf(text, sizeof text, "%.17g", value);
        wrong += bits_of(strtod(text, NULL)) != bits_of(value);
        for (unsigned long i = 0; i < sizeof formats / sizeof *formats; i++) {
            int length = snprintf(text, sizeof text, formats[i], value);
            hash_bytes(text, (unsigned long)length);
        }
        uint64_t a = random_word(), b = random_word(), c = random_word();
        int length = snprintf(text, sizeof text, "%lld %llx %08x %-12d| %+ld %c %10.3s %%", (long long)a, (long long)b, (unsigned)c, (int)b,
                              (long)c, 'A' + (int)(a % 26), "abcdef");
        hash_bytes(text, (unsigned long)length);
    }
    report("printf, and strtod of %.17g", ROUNDS, wrong);
}

static void parsing(void)
{
    static char text[64];
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        /* Up to thirty digits, a point somewhere, an exponent: what is between two doubles, too. */
        unsigned long at = 0, digits = 1 + random_word() % 30, point = random_word() % 31;
        for (unsigned long i = 0; i < digits; i++) {
            if (i == point)
                text[at++] = '.';
            text[at++] = (char)('0' + random_word() % 10);
        }
        at += (unsigned long)snprintf(text + at, 10, "e%d", (int)(random_word() % 600) - 300);
        char *end;
        hash_word(bits_of(strtod(text, &end)));
        wrong += end != text + at;
        long integer = (long)(random_word() >> random_word() % 60);
        int base = 2 + (int)(random_word() % 35);
        char digits_of[80], *p = digits_of + sizeof digits_of;
        *--p = 0;
        for (unsigned long rest = integer < 0 ? 0 - (unsigned long)integer : (unsigned long)integer; rest || !*p; rest /= (unsigned)base)
            *--p = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % (unsigned)base];
        if (integer < 0)
            *--p = '-';
        wrong += strtol(p, &end, base) != integer || *end != 0;
    }
    report("strtod strtol", ROUNDS, wrong);
}

void numbers(void)
{
    printf("%.17g %.17g %a %g %e %f\n", 0.1, 1.0 / 3, 1.0 / 3, 1e100, 5e-324, 12345.678);
    seed_random(2);
    hash_reset();
    printing();
    hash_reset();
    parsing();
}
