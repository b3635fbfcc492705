/* About 200 KB of formatted text: every conversion with many flags, widths and precisions over awkward values. */
#include <stddef.h>
#include <stdint.h>

#include "workload.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t state = 0x123456789abcdef;
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void integers(void)
{
    static const char *const formats[] = {
        "[%d]", "[%8d]", "[%-8d]", "[%08d]", "[%+d]", "[% d]", "[%.5d]", "[%12.7d]", "[%-12.7d|]", "[%+.3d]", "[%u]", "[%010u]", "[%.0u]",
        "[%x]", "[%X]", "[%#x]", "[%#010x]", "[%#.6X]", "[%-#12x]", "[%o]", "[%#o]", "[%#8o]", "[%.9o]", "[%hhd]", "[%hd]", "[%hhu]", "[%hx]",
    };
    static const char *const wide[] = {
        "[%ld]", "[%22ld]", "[%-22ld]", "[%022ld]", "[%+ld]", "[%lu]", "[%lx]", "[%#lX]", "[%lo]", "[%.21ld]", "[%#.20lx]", "[%lld]", "[%jd]", "[%zu]",
    };
    static const uint64_t values[] = {0, 1, 9, 10, 99, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 1000000007,
                                      0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 12345678901234567890u};
    for (size_t v = 0; v < COUNT(values); v++) {
        for (size_t f = 0; f < COUNT(formats); f++)
            out(formats[f], (unsigned)values[v]);
        out("\n");
        for (size_t f = 0; f < COUNT(wide); f++)
            out(wide[f], values[v]);
        out("\n");
    }
}

static void strings(void)
{
    static const char *const texts[] = {"", "a", "hello", "a longer line of text, with punctuation", "tab\there"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        out("[%s][%10s][%-10s][%.3s][%12.4s][%-12.4s][%.0s]\n", texts[i], texts[i], texts[i], texts[i], texts[i], texts[i], texts[i]);
        for (int width = -14; width <= 14; width += 7)
            for (int precision = 0; precision < 6; precision += 2)
                out("[%*.*s]", width, precision, texts[i]);
        out("[%c%c][%5c][%-5c]%%\n", 'A' + (int)i, '0' + (int)i, 'z', 'y');
    }
    out("[%p][%20p]\n", (void *)0x1234, (void *)0xffff000012345678);
}

static double from_bits(uint64_t bits)
{
    double value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

static void floats(void)
{
    static const char *const formats[] = {
        "[%f]", "[%e]", "[%g]", "[%a]", "[%.0f]", "[%.0e]", "[%.1f]", "[%.3g]", "[%.17g]", "[%.10e]", "[%20.4f]", "[%-20.4e]", "[%020.5f]",
        "[%+f]", "[% g]", "[%#.0f]", "[%#g]", "[%#.3e]", "[%G]", "[%E]", "[%A]", "[%.0g]", "[%30.15f]",
    };
    static const double values[] = {
        0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 0.1, 0.3, 1e-5, 1e-4, 0.00012345, 123456.0, 1234567.0, 999998.5, 9.5, 99.5, 0.95, 0.05, 1e15, 1e16,
        1e22, 1e23, 3.141592653589793, 2.2250738585072014e-308, 4.9406564584124654e-324, 1.7976931348623157e308, 1.0 / 3, 2.0 / 3, 1e100, 1e-100,
        123.456, 5e-324 * 12345, 4503599627370496.5, 9007199254740993.0, 0.125, 0.375, 8.5, 1e9, 1e21, 1.25, 1.35,
    };
    for (size_t v = 0; v < COUNT(values); v++) {
        for (size_t f = 0; f < COUNT(formats); f++)
            out(formats[f], values[v]);
        out("\n");
    }
    out("[%f][%8e][%-8g][%08f][%F][%+E]\n", __builtin_inf(), -__builtin_inf(), __builtin_inf(), __builtin_inf(), -__builtin_inf(), __builtin_inf());
    out("[%f][%8g][%-8e|][%G]\n", __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), __builtin_nan(""));
    for (int i = 0; i < 150; i++) {
        double any = from_bits((next() & ~(0x7ffull << 52)) | (512 + next() % 1024) << 52), near = (double)(int64_t)next() / 1048576.0;
        out("%.17g %e %.3f %a\n", any, any, near, any);
        out("%-24.12g|%24.16e|%g|%.2f\n", near, near, near, near);
    }
}

static void mixed(void)
{
    for (int i = 0; i < 1600; i++) {
        uint64_t a = next(), b = next();
        double d = (double)(int64_t)a / 3.0;
        out("%4d: %016lx %+ld %s %5.2f%% %#o %c %.*e\n", i, a, (int64_t)b, i & 1 ? "odd" : "even", (double)(a % 10000) / 100, (unsigned)b, 'a' + (int)(b % 26),
            (int)(a % 15), d);
    }
}

void workload(void)
{
    integers();
    strings();
    floats();
    mixed();
}
