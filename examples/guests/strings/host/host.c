/* The hashes on this machine, for ../expected.h:  cc -O1 -o host host/host.c workload.c routines.c && ./host >expected.h */
#include <stdio.h>

#include "../workload.h"

int main(void)
{
    printf("/* Written by host/host.c. */\nstatic const u64 expected[GROUPS] = {\n");
    for (int i = 0; i < GROUPS; i++)
        printf("    0x%016lx, /* %s */\n", (unsigned long)groups[i].run(), groups[i].name);
    printf("};\n");
    return 0;
}
