/* Vectorised string and memory routines at every alignment and many lengths, on arrays that end where the mapped memory ends. The
 * results are folded into a hash that this same file gives on the build machine too (host/host.c). */
#include "routines.h"
#include "workload.h"

enum { SIZE = 512 };
static uint8_t source[SIZE], other[SIZE], target[SIZE];
static uint16_t wide[SIZE];

static uint64_t fold(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 29;
}

static uint64_t fold_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3ull;
    return hash;
}

static uint64_t state;
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void refill(uint64_t seed)
{
    state = seed;
    for (int i = 0; i < SIZE; i++) {
        source[i] = (uint8_t)next();
        other[i] = (uint8_t)(next() % 96 + 32);
        target[i] = (uint8_t)i;
    }
}

static const size_t lengths[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255};
#define LENGTHS (sizeof lengths / sizeof lengths[0])

static uint64_t copies(void)
{
    uint64_t hash = 1;
    for (size_t from = 0; from < 16; from++)
        for (size_t to = 0; to < 16; to += 3)
            for (size_t k = 0; k < LENGTHS; k++) {
                refill(from * 1000 + to * 100 + k + 1);
                t_memcpy(target + to, source + from, lengths[k]);
                hash = fold_bytes(hash, target, SIZE);
            }
    return hash;
}

static uint64_t moves(void)
{
    uint64_t hash = 2;
    for (size_t k = 0; k < LENGTHS; k++)
        for (int shift = -20; shift <= 20; shift += 3) {
            refill(k * 50 + (size_t)(shift + 21));
            t_memmove(source + 100 + shift, source + 100, lengths[k]);
            hash = fold_bytes(hash, source, SIZE);
        }
    return hash;
}

static uint64_t fills(void)
{
    uint64_t hash = 3;
    for (size_t at = 0; at < 17; at++)
        for (size_t k = 0; k < LENGTHS; k++) {
            refill(at * 77 + k + 1);
            t_memset(target + at, (int)(at * 16 + k), lengths[k]);
            t_xor(target + 2 * at, source + at, other + 3, lengths[k]);
            t_reverse(target + at, lengths[k]);
            t_swap16(target + 5, lengths[k] / 2);
            hash = fold_bytes(hash, target, SIZE);
        }
    return hash;
}

static uint64_t searches(void)
{
    uint64_t hash = 4;
    refill(99);
    for (size_t at = 0; at < 20; at++)
        for (size_t k = 0; k < LENGTHS; k++) {
            size_t n = lengths[k];
            uint8_t *found = t_memchr(other + at, 'q', n);
            hash = fold(hash, found ? (uint64_t)(found - other) : 9999);
            hash = fold(hash, t_count(other + at, n, 'e'));
            hash = fold(hash, t_sum_bytes(source + at, n));
            hash = fold(hash, t_adler(source + at, n));
            t_memcpy(target, other + at, n);
            hash = fold(hash, (uint64_t)t_memcmp(target, other + at, n));
            if (n) {
                target[n - 1] ^= 1;
                hash = fold(hash, (uint64_t)(int64_t)(t_memcmp(target, other + at, n) > 0));
            }
            t_widen(wide, source + at, n);
            hash = fold_bytes(hash, wide, 2 * n);
        }
    return hash;
}

static uint64_t texts(void)
{
    static const char *const words[] = {"", "a", "needle", "the quick brown fox jumps over the lazy dog", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789", "aaaaaaaaaaaaaaab"};
    static char buffer[256], copy[256];
    uint64_t hash = 5;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (size_t at = 0; at < 16; at++) {
            t_strcpy(buffer + at, words[i]);
            hash = fold(hash, t_strlen(buffer + at));
            for (size_t j = 0; j < sizeof words / sizeof words[0]; j++) {
                int order = t_strcmp(buffer + at, words[j]);
                hash = fold(hash, (uint64_t)((order > 0) - (order < 0) + 1));
                char *found = t_strstr(buffer + at, words[j]);
                hash = fold(hash, found ? (uint64_t)(found - buffer) : 9999);
            }
            char *last = t_strrchr(buffer + at, 'o');
            hash = fold(hash, last ? (uint64_t)(last - buffer) : 9999);
            t_strcpy(copy, buffer + at);
            t_upper(copy, t_strlen(copy));
            hash = fold_bytes(hash, copy, t_strlen(copy) + 1);
        }
    return hash;
}

static uint64_t numbers(void)
{
    char text[32];
    uint64_t hash = 6;
    state = 1234567;
    for (int i = 0; i < 2000; i++) {
        int64_t value = (int64_t)next();
        value >>= next() % 63;
        size_t length = t_itoa(text, value);
        hash = fold_bytes(hash, text, length + 1);
        hash = fold(hash, (uint64_t)(t_strtol(text) - value));
    }
    return hash;
}

const struct group groups[GROUPS] = {{"copies", copies}, {"moves", moves}, {"fills", fills}, {"searches", searches}, {"texts", texts}, {"numbers", numbers}};
