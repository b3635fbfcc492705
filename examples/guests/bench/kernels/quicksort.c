/* Quicksort of 4096 records through a comparison callback: indirect calls, swaps, recursion, unpredictable branches. */
#include "../bench.h"

BENCH(quicksort, 12);

enum { COUNT = 4096 };
struct record {
    u32 key, value;
};
static struct record records[COUNT];

typedef int (*compare_function)(const struct record *, const struct record *);

static __attribute__((noinline)) int by_key(const struct record *a, const struct record *b)
{
    return a->key < b->key ? -1 : a->key > b->key;
}

static __attribute__((noinline)) int by_value(const struct record *a, const struct record *b)
{
    return a->value < b->value ? -1 : a->value > b->value;
}

static void swap(struct record *a, struct record *b)
{
    struct record t = *a;
    *a = *b;
    *b = t;
}

static __attribute__((noinline)) void sort(struct record *low, struct record *high, compare_function compare)
{
    while (low < high) {
        struct record *left = low, *right = high, pivot = low[(high - low) / 2];
        while (left <= right) {
            while (compare(left, &pivot) < 0)
                left++;
            while (compare(right, &pivot) > 0)
                right--;
            if (left <= right)
                swap(left++, right--);
        }
        if (right - low < high - left) {
            sort(low, right, compare);
            low = left;
        } else {
            sort(left, high, compare);
            high = right;
        }
    }
}

static u64 quicksort(u64 iterations)
{
    u64 state = 0x9e3779b97f4a7c15u, sum = 0;
    compare_function orders[2] = {by_key, by_value};
    for (u64 n = 0; n < iterations; n++) {
        for (u32 i = 0; i < COUNT; i++) {
            u64 r = bench_random(&state);
            records[i] = (struct record){(u32)(r >> 32), (u32)r};
        }
        compare_function order = orders[n & 1];
        BENCH_OPAQUE(order);
        sort(records, records + COUNT - 1, order);
        for (u32 i = 0; i < COUNT; i += 64)
            sum = sum * 31 + records[i].key;
    }
    return sum;
}
