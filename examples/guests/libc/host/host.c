/* Prints program/expected.inc: the functions in long double, rounded to double. On x86-64, whose long double has 64 bits of precision:
 *   cc -O1 -o host host/host.c -lm && ./host >program/expected.inc
 * The whole program on this machine: cc -O2 -fno-builtin -ffp-contract=off on the files of program/, -lm. */
#include <string.h>

#include "../program/arguments.h"

static uint64_t state;
void seed_random(uint64_t seed) { state = seed; }
uint64_t random_word(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void put(long double exact)
{
    double value = (double)exact;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    static int column;
    printf("0x%016llx,%s", (unsigned long long)bits, ++column % 6 ? " " : "\n");
}

int main(void)
{
    seed_random(3);
#define ONE(name, low, high, allowed) \
    for (int i = 0; i < ARGUMENTS; i++) \
        put(name##l(between(low, high)));
#define TWO(name, low, high, low2, high2, allowed) \
    for (int i = 0; i < ARGUMENTS; i++) { \
        double x = between(low, high), y = between(low2, high2); \
        put(name##l(x, y)); \
    }
    FUNCTIONS(ONE, TWO)
    return 0;
}
