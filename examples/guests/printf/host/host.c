/* The workload through this machine's printf, and on standard error its length and hash for the guest to check:
 *   cc -o host host/host.c workload.c && ./host >text */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "../workload.h"

static uint64_t hash = 0xcbf29ce484222325u, length;

int out(const char *format, ...)
{
    static char text[4096];
    va_list args;
    va_start(args, format);
    int written = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (int i = 0; i < written; i++)
        hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
    length += (uint64_t)written;
    fputs(text, stdout);
    return written;
}

int main(void)
{
    workload();
    fprintf(stderr, "#define EXPECTED_LENGTH %lu\n#define EXPECTED_HASH 0x%lxul\n", (unsigned long)length, (unsigned long)hash);
    return 0;
}
