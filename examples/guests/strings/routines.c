/* See routines.h. Compiled on its own so that nothing is inlined into, or specialised for, its callers. */
#include "routines.h"

/* Eight bytes at any address: the compiler may use unaligned loads, and does. */
typedef struct {
    uint64_t v;
} __attribute__((packed, aligned(1), may_alias)) any64;
typedef struct {
    uint64_t a, b, c, d;
} __attribute__((packed, aligned(1), may_alias)) any256;

void *t_memcpy(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    for (; n >= 32; n -= 32, d += 32, s += 32) {
        any256 piece = *(const any256 *)s;
        *(any256 *)d = piece;
    }
    for (; n >= 8; n -= 8, d += 8, s += 8) {
        any64 piece = *(const any64 *)s;
        *(any64 *)d = piece;
    }
    while (n--)
        *d++ = *s++;
    return to;
}

void *t_memmove(void *to, const void *from, size_t n)
{
    uint8_t *d = to;
    const uint8_t *s = from;
    if (d <= s || d >= s + n)
        return t_memcpy(to, from, n);
    /* Through a temporary: source and target of one piece may overlap. */
    for (; n >= 32; n -= 32) {
        any256 piece = *(const any256 *)(s + n - 32);
        *(any256 *)(d + n - 32) = piece;
    }
    while (n--)
        d[n] = s[n];
    return to;
}

void *t_memset(void *to, int byte, size_t n)
{
    uint8_t *d = to;
    for (size_t i = 0; i < n; i++)
        d[i] = (uint8_t)byte;
    return to;
}

int t_memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    while (n >= 8 && ((const any64 *)p)->v == ((const any64 *)q)->v) {
        p += 8;
        q += 8;
        n -= 8;
    }
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

void *t_memchr(const void *s, int byte, size_t n)
{
    const uint8_t *p = s;
    uint64_t pattern = 0x0101010101010101ull * (uint8_t)byte;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t v = ((const any64 *)p)->v ^ pattern, zero = (v - 0x0101010101010101ull) & ~v & 0x8080808080808080ull;
        if (zero)
            return (void *)(p + __builtin_ctzll(zero) / 8);
    }
    for (; n; n--, p++)
        if (*p == (uint8_t)byte)
            return (void *)p;
    return NULL;
}

size_t t_strlen(const char *s)
{
    const char *p = s;
    while (*p)
        p++;
    return (size_t)(p - s);
}

int t_strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

char *t_strcpy(char *to, const char *from)
{
    char *d = to;
    while ((*d++ = *from++))
        ;
    return to;
}

char *t_strrchr(const char *s, int byte)
{
    const char *last = NULL;
    do
        if (*s == (char)byte)
            last = s;
    while (*s++);
    return (char *)last;
}

char *t_strstr(const char *text, const char *word)
{
    size_t n = t_strlen(word);
    for (; *text; text++)
        if (t_memcmp(text, word, t_strlen(text) < n ? t_strlen(text) + 1 : n) == 0)
            return (char *)text;
    return n ? NULL : (char *)text;
}

void t_reverse(uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        uint8_t t = s[i];
        s[i] = s[n - 1 - i];
        s[n - 1 - i] = t;
    }
}

uint64_t t_sum_bytes(const uint8_t *s, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += s[i];
    return sum;
}

size_t t_count(const uint8_t *s, size_t n, uint8_t byte)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += s[i] == byte;
    return count;
}

void t_upper(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 32) : s[i];
}

void t_xor(uint8_t *to, const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = a[i] ^ b[i];
}

uint32_t t_adler(const uint8_t *s, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + s[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

void t_widen(uint16_t *to, const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint16_t)(from[i] * 257);
}

void t_swap16(uint8_t *s, size_t pairs)
{
    for (size_t i = 0; i < pairs; i++) {
        uint8_t t = s[2 * i];
        s[2 * i] = s[2 * i + 1];
        s[2 * i + 1] = t;
    }
}

int64_t t_strtol(const char *s)
{
    int64_t value = 0;
    int negative = *s == '-';
    for (s += negative; *s >= '0' && *s <= '9'; s++)
        value = value * 10 + (*s - '0');
    return negative ? -value : value;
}

size_t t_itoa(char *out, int64_t value)
{
    char reversed[24];
    size_t n = 0, length = 0;
    uint64_t v = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        reversed[n++] = (char)('0' + v % 10);
    while (v /= 10);
    if (value < 0)
        out[length++] = '-';
    while (n)
        out[length++] = reversed[--n];
    out[length] = 0;
    return length;
}
