/* math.h: exact functions by their bits, the others against correctly rounded values (expected.inc, from host/host.c). */
#include <fenv.h>
#include <string.h>

#include "arguments.h"

static const uint64_t expected[] = {
#include "expected.inc"
};

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Distance in representable numbers. */
static uint64_t distance(double value, uint64_t wanted)
{
    int64_t x = (int64_t)bits_of(value), y = (int64_t)wanted;
    x = x < 0 ? INT64_MIN - x : x;
    y = y < 0 ? INT64_MIN - y : y;
    return x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
}

static const uint64_t *next = expected;

static void judge(const char *name, unsigned allowed, unsigned long wrong)
{
    if (wrong)
        failures++;
    printf("%s%s: %d arguments within %u units of the exact value's last place\n", wrong ? "FAIL " : "", name, ARGUMENTS, allowed);
}

#define ONE(name, low, high, allowed) \
    static void test_##name(void) \
    { \
        unsigned long wrong = 0; \
        for (int i = 0; i < ARGUMENTS; i++) \
            wrong += distance(name(between(low, high)), *next++) > allowed; \
        judge(#name, allowed, wrong); \
    }
#define TWO(name, low, high, low2, high2, allowed) \
    static void test_##name(void) \
    { \
        unsigned long wrong = 0; \
        for (int i = 0; i < ARGUMENTS; i++) { \
            double x = between(low, high), y = between(low2, high2); \
            wrong += distance(name(x, y), *next++) > allowed; \
        } \
        judge(#name, allowed, wrong); \
    }
FUNCTIONS(ONE, TWO)

/* What IEEE 754 and the C standard leave no choice about, in every rounding mode. */
static void exact(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (int turn = 0; turn < 4000; turn++) {
        volatile double x = between(-1e6, 1e6), y = between(-1e6, 1e6), z = between(-1e12, 1e12);
        volatile float f = (float)x, g = (float)y, h = (float)z;
        fesetround(modes[turn % 4]);
        double results[] = {fma(x, y, z), sqrt(fabs(x)), rint(x / 3), nearbyint(y / 7), fmod(x, y), remainder(x, y), x / y, x * y, x + y,
                            fmaf(f, g, h), sqrtf(fabsf(f)), f / g, (double)lrint(x), (float)x};
        fesetround(FE_TONEAREST);
        double others[] = {floor(x), ceil(y), trunc(x), round(y), ldexp(x, turn % 40 - 20), logb(y), nextafter(x, y), copysign(x, z),
                           fmax(x, y), fmin(x, y), fdim(x, y)};
        hash_bytes(results, sizeof results);
        hash_bytes(others, sizeof others);
    }
    report("fma sqrt rint fmod and others, bit for bit", 4000, 0);
}

void mathematics(void)
{
    seed_random(3);
#define CALL1(name, low, high, allowed) test_##name();
#define CALL2(name, low, high, low2, high2, allowed) test_##name();
    FUNCTIONS(CALL1, CALL2)
    hash_reset();
    exact();
}
