/* Recursive Fibonacci: calls, returns, stack frames. The two functions call each other so that the compiler cannot unroll them away. */
#include "../bench.h"

BENCH(fib, 10);

static __attribute__((noinline)) u64 odd(u64 n);

static __attribute__((noinline)) u64 even(u64 n)
{
    BENCH_OPAQUE(n);
    return n < 2 ? n : odd(n - 1) + odd(n - 2);
}

static __attribute__((noinline)) u64 odd(u64 n)
{
    BENCH_OPAQUE(n);
    return n < 2 ? n : even(n - 1) + even(n - 2);
}

static u64 fib(u64 iterations)
{
    u64 sum = 0;
    for (u64 n = 0; n < iterations; n++)
        sum = sum * 3 + even(23 + (n & 1));
    return sum;
}
