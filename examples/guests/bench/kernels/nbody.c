/* Five bodies and their gravity: a square root and a division for each pair, among multiplications and additions that do not wait for
 * them. No operation is fused, so that every machine rounds alike. */
#include "../bench.h"

BENCH(nbody, 80);

enum { BODIES = 5, STEPS = 1000 };

static struct body {
    double x, y, z, vx, vy, vz, mass;
} bodies[BODIES];

static __attribute__((noinline, optimize("fp-contract=off"))) void advance(double dt)
{
    for (int i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            struct body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double pull = dt / (square * __builtin_sqrt(square));
            double on_a = b->mass * pull, on_b = a->mass * pull;
            a->vx -= dx * on_a;
            a->vy -= dy * on_a;
            a->vz -= dz * on_a;
            b->vx += dx * on_b;
            b->vy += dy * on_b;
            b->vz += dz * on_b;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        struct body *a = &bodies[i];
        a->x += dt * a->vx;
        a->y += dt * a->vy;
        a->z += dt * a->vz;
    }
}

static u64 nbody(u64 iterations)
{
    u64 state = 20181101, sum = 0;
    for (int i = 0; i < BODIES; i++) {
        double at[6];
        for (int k = 0; k < 6; k++)
            at[k] = (double)(bench_random(&state) >> 54) / 64.0 - 8.0;
        bodies[i] = (struct body){at[0] * 4, at[1] * 4, at[2] * 4, at[3] / 16, at[4] / 16, at[5] / 16, 1.0 + i};
    }
    for (u64 n = 0; n < iterations; n++) {
        for (int step = 0; step < STEPS; step++)
            advance(0.0078125);
        u64 bits;
        __builtin_memcpy(&bits, &bodies[n % BODIES].x, sizeof bits);
        sum = sum * 31 + bits;
    }
    return sum;
}
