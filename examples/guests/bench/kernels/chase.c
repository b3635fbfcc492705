/* Pointer chase through 64 Ki nodes in one random cycle: a chain of dependent loads over 512 KiB. */
#include "../bench.h"

BENCH(chase, 60);

enum { NODES = 65536 };
struct node {
    struct node *next;
};
static struct node nodes[NODES];
static u32 order[NODES];

static u64 chase(u64 iterations)
{
    u64 state = 42;
    for (u32 i = 0; i < NODES; i++)
        order[i] = i;
    for (u32 i = NODES - 1; i > 0; i--) {
        u32 j = (u32)(bench_random(&state) >> 32) % (i + 1), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    for (u32 i = 0; i < NODES; i++)
        nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
    struct node *p = &nodes[0];
    u64 sum = 0;
    for (u64 n = 0; n < iterations; n++) {
        for (u32 i = 0; i < NODES - 1; i++)
            p = p->next;
        sum = sum * 31 + (u64)(p - nodes);
    }
    return sum;
}
