/* The memory and string functions that compiled code calls; byte by byte or by aligned words, so they also work with the MMU off. */
#include "types.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    u8 *d = to;
    const u8 *s = from;
    if ((((u64)d | (u64)s) & 7) == 0)
        for (; n >= 8; n -= 8, d += 8, s += 8)
            *(u64 *)d = *(const u64 *)s;
    while (n--)
        *d++ = *s++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    u8 *d = to;
    const u8 *s = from;
    if (d < s)
        for (; n; n--)
            *d++ = *s++;
    else
        while (n--)
            d[n] = s[n];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    u8 *d = to;
    u64 word = 0x0101010101010101ul * (u8)byte;
    for (; n && ((u64)d & 7); n--)
        *d++ = (u8)byte;
    for (; n >= 8; n -= 8, d += 8)
        *(u64 *)d = word;
    while (n--)
        *d++ = (u8)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const u8 *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--, a++, b++)
        ;
    return n ? (u8)*a - (u8)*b : 0;
}
