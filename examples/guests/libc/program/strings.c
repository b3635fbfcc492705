/* string.h over many lengths and alignments, each call against the obvious loop. */
#include <stdlib.h>
#include <string.h>

#include "program.h"

enum { SIZE = 1024, ROUNDS = 3000 };
static unsigned char a[SIZE + 64], b[SIZE + 64], c[SIZE + 64];

static void fill(unsigned char *to, unsigned long length, unsigned letters)
{
    for (unsigned long i = 0; i < length; i++)
        to[i] = (unsigned char)(1 + random_word() % letters);
}

static unsigned long pick(unsigned long limit) { return random_word() % limit; }

/* Short lengths as often as long ones. */
static unsigned long length_below(unsigned long limit) { return pick(1 + pick(1 + pick(limit))); }

static int sign(int value) { return (value > 0) - (value < 0); }

static void copies(void)
{
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long from = pick(32), to = pick(32), length = length_below(SIZE - 64);
        fill(a, SIZE, 255);
        fill(b, SIZE, 255);
        memcpy(c, b, SIZE);
        for (unsigned long i = 0; i < length; i++)
            c[to + i] = a[from + i];
        wrong += memcpy(b + to, a + from, length) != b + to || memcmp(b, c, SIZE) != 0;
        hash_bytes(b, SIZE);
        /* Overlapping, both ways. */
        memcpy(c, a, SIZE);
        unsigned long there = pick(SIZE - length), here = pick(SIZE - length);
        for (unsigned long i = 0; i < length; i++)
            c[there + i] = a[here + i];
        memmove(a + there, a + here, length);
        wrong += memcmp(a, c, SIZE) != 0;
        unsigned char value = (unsigned char)random_word();
        for (unsigned long i = 0; i < length; i++)
            c[there + i] = value;
        memset(a + there, value, length);
        wrong += memcmp(a, c, SIZE) != 0;
        hash_bytes(a, SIZE);
    }
    report("memcpy memmove memset", ROUNDS, wrong);
}

static void comparisons(void)
{
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long x = pick(32), y = pick(32), length = length_below(SIZE - 64), differs = pick(length + 1);
        fill(a + x, length, 3);
        memcpy(b + y, a + x, length);
        b[y + differs] = (unsigned char)(1 + pick(255));
        a[x + length] = b[y + length] = 0;
        int expected = 0;
        for (unsigned long i = 0; i < length && !expected; i++)
            expected = sign(a[x + i] - b[y + i]);
        unsigned long limit = pick(SIZE - 64);
        const char *left = (char *)a + x, *right = (char *)b + y;
        int limited = differs < limit ? expected : 0;
        wrong += sign(memcmp(a + x, b + y, length)) != expected || sign(strcmp(left, right)) != expected;
        wrong += sign(strncmp(left, right, limit)) != limited;
        wrong += strlen(left) != length || strnlen(left, limit) != (limit < length ? limit : length);
        hash_word((uint64_t)(expected + 1) << 32 | strlen(left));
    }
    report("memcmp strcmp strncmp strlen strnlen", ROUNDS, wrong);
}

static void searches(void)
{
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long x = pick(32), length = length_below(SIZE - 64), needle_length = length_below(12);
        fill(a + x, length, 4);
        fill(b, needle_length, 4);
        a[x + length] = b[needle_length] = 0;
        char *text = (char *)a + x, *needle = (char *)b;
        long first = -1, last = -1, found = -1;
        char letter = (char)(1 + pick(5));
        for (unsigned long i = 0; i < length; i++) {
            if (text[i] == letter)
                last = (long)i, first = first < 0 ? (long)i : first;
            if (found < 0 && i + needle_length <= length && memcmp(text + i, needle, needle_length) == 0)
                found = (long)i;
        }
        if (needle_length == 0)
            found = 0;
        wrong += strchr(text, letter) != (first < 0 ? NULL : text + first) || strrchr(text, letter) != (last < 0 ? NULL : text + last);
        wrong += memchr(text, letter, length) != (first < 0 ? NULL : text + first) || strstr(text, needle) != (found < 0 ? NULL : text + found);
        hash_word((uint64_t)first << 42 ^ (uint64_t)last << 21 ^ (uint64_t)found);
    }
    report("strchr strrchr memchr strstr", ROUNDS, wrong);
}

static void building(void)
{
    unsigned long wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long left = length_below(200), right = length_below(200), limit = pick(300);
        fill(a, left, 26);
        fill(b, right, 26);
        a[left] = b[right] = 0;
        strcpy((char *)c, (char *)a);
        strcat((char *)c, (char *)b);
        wrong += strlen((char *)c) != left + right || memcmp(c + left, b, right) != 0;
        memset(c, 0xee, SIZE);
        strncpy((char *)c, (char *)a, limit);
        wrong += c[limit] != 0xee || (left < limit && c[limit - 1] != 0);
        char *spans = (char *)c;
        strcpy(spans, (char *)a);
        hash_word(strspn(spans, "\1\2\3\4\5\6\7") << 32 | strcspn(spans, "\10\11\12"));
        char *rest = spans;
        for (char *token = strtok_r(spans, "\1\2\3", &rest); token; token = strtok_r(NULL, "\1\2\3", &rest))
            hash_bytes(token, strlen(token) + 1);
    }
    report("strcpy strcat strncpy strspn strcspn strtok_r", ROUNDS, wrong);
}

static int by_value(const void *left, const void *right)
{
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    return (x > y) - (x < y);
}

static void sorting(void)
{
    static uint32_t list[5000];
    unsigned long wrong = 0;
    for (int round = 0; round < 40; round++) {
        unsigned long count = 1 + pick(5000), limit = 1 + pick(100000);
        uint64_t before = 0, after = 0;
        for (unsigned long i = 0; i < count; i++)
            before += list[i] = (uint32_t)pick(limit);
        qsort(list, count, sizeof *list, by_value);
        for (unsigned long i = 0; i < count; i++) {
            after += list[i];
            wrong += i > 0 && list[i - 1] > list[i];
        }
        uint32_t key = list[pick(count)], *found = bsearch(&key, list, count, sizeof *list, by_value);
        wrong += before != after || !found || *found != key;
        hash_bytes(list, count * sizeof *list);
    }
    report("qsort bsearch", 40, wrong);
}

void strings(void)
{
    seed_random(1);
    void (*const parts[])(void) = {copies, comparisons, searches, building, sorting};
    for (unsigned long i = 0; i < sizeof parts / sizeof *parts; i++) {
        hash_reset();
        parts[i]();
    }
}
