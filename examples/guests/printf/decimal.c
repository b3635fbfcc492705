/* mantissa * 2^exponent in decimal, by long arithmetic in words of 32 bits: no rounding anywhere. */
#include "decimal.h"

enum { WORDS = 36, CHUNK = 1000000000, CHUNK_DIGITS = 9 };

static void put_chunk(char *out, uint32_t chunk)
{
    for (int i = CHUNK_DIGITS - 1; i >= 0; i--, chunk /= 10)
        out[i] = (char)('0' + chunk % 10);
}

/* Divides by 10^9 in place and returns the remainder. */
static uint32_t divide(uint32_t *words, int count)
{
    uint64_t remainder = 0;
    for (int i = count - 1; i >= 0; i--) {
        uint64_t part = remainder << 32 | words[i];
        words[i] = (uint32_t)(part / CHUNK);
        remainder = part % CHUNK;
    }
    return (uint32_t)remainder;
}

/* Multiplies by 10^9 in place and returns what overflows the top word. */
static uint32_t multiply(uint32_t *words, int count)
{
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        uint64_t part = (uint64_t)words[i] * CHUNK + carry;
        words[i] = (uint32_t)part;
        carry = part >> 32;
    }
    return (uint32_t)carry;
}

/* words |= value << shift. */
static void place(uint32_t *words, uint64_t value, int shift)
{
    int word = shift / 32, bit = shift % 32;
    words[word] |= (uint32_t)(value << bit);
    words[word + 1] |= (uint32_t)(value >> (32 - bit));
    if (bit)
        words[word + 2] |= (uint32_t)(value >> (64 - bit));
}

static void integer_part(struct decimal *d, uint32_t *words)
{
    char reversed[INTEGER_DIGITS + CHUNK_DIGITS], chunk[CHUNK_DIGITS];
    int count = 0, used = WORDS;
    while (used && !words[used - 1])
        used--;
    while (used) {
        put_chunk(chunk, divide(words, used));
        for (int i = CHUNK_DIGITS - 1; i >= 0; i--)
            reversed[count++] = chunk[i];
        while (used && !words[used - 1])
            used--;
    }
    while (count && reversed[count - 1] == '0')
        count--;
    for (int i = 0; i < count; i++)
        d->integer[i] = reversed[count - 1 - i];
    d->integer_count = count;
}

static void fraction_part(struct decimal *d, uint32_t *words, int count)
{
    int digits = 0;
    for (;;) {
        int low = 0;
        while (low < count && !words[low])
            low++;
        if (low == count)
            break;
        put_chunk(d->fraction + digits, multiply(words + low, count - low));
        digits += CHUNK_DIGITS;
    }
    while (digits && d->fraction[digits - 1] == '0')
        digits--;
    d->fraction_count = digits;
}

void decimal_of(struct decimal *d, uint64_t mantissa, int exponent)
{
    uint32_t words[WORDS + 2] = {0};
    d->integer_count = d->fraction_count = 0;
    if (exponent >= 0) {
        place(words, mantissa, exponent);
        integer_part(d, words);
        return;
    }
    if (exponent > -64) {
        place(words, mantissa >> -exponent, 0);
        integer_part(d, words);
        mantissa &= (1ull << -exponent) - 1;
    }
    /* The binary point sits at the top of the last word. */
    int count = (-exponent + 31) / 32;
    uint32_t fraction[WORDS + 2] = {0};
    place(fraction, mantissa, count * 32 + exponent);
    fraction_part(d, fraction, count);
}
