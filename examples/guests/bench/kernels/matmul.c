/* 64 by 64 double matrix product: the compiler vectorises it with fused multiply-adds. Small whole numbers keep every result exact. */
#include "../bench.h"

BENCH(matmul, 24);

enum { N = 64 };
static double a[N][N], b[N][N], c[N][N];

static __attribute__((noinline)) void multiply(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            c[i][j] = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++)
                c[i][j] += a[i][k] * b[k][j];
}

static u64 matmul(u64 iterations)
{
    u64 state = 1234567, sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(bench_random(&state) >> 54);
            b[i][j] = (double)(bench_random(&state) >> 54) - 512;
        }
    for (u64 n = 0; n < iterations; n++) {
        a[n % N][(n / N) % N] += 1;
        multiply();
        sum = sum * 31 + (u64)(int64_t)c[n % N][(n * 7) % N];
    }
    return sum;
}
