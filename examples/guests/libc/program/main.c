/* The random numbers and hashes that the parts share. */
#include "program.h"

unsigned failures;
static uint64_t state, hash;

void seed_random(uint64_t seed) { state = seed; }

uint64_t random_word(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void hash_reset(void) { hash = 0xcbf29ce484222325u; }

void hash_bytes(const void *data, unsigned long length)
{
    const unsigned char *bytes = data;
    for (unsigned long i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
}

void hash_word(uint64_t word)
{
    for (int i = 0; i < 8; i++, word >>= 8)
        hash = (hash ^ (word & 0xff)) * 0x100000001b3u;
}

uint64_t hash_value(void) { return hash; }

void report(const char *name, unsigned long cases, unsigned long wrong)
{
    if (wrong) {
        failures++;
        printf("FAIL %s: %lu of %lu cases\n", name, wrong, cases);
        return;
    }
    printf("%s: %lu cases, %016llx\n", name, cases, (unsigned long long)hash);
}

int main(void)
{
    strings();
    numbers();
    mathematics();
    printf("%u parts failed\n", failures);
    return failures != 0;
}
