/* A guest that prints about 200 KB, formatted; its length and hash are compared with what the build machine's C library prints. */
#include "format.h"
#include "guest.h"
#include "workload.h"

const char guest_name[] = "printf";

static u64 hash = FNV_START, length;

static void put_counted(char c)
{
    hash = fnv_byte(hash, (u8)c);
    length++;
    console_putc(c);
}

int out(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int written = format_to(put_counted, format, args);
    va_end(args);
    return written;
}

/* From host.c. */
#define EXPECTED_LENGTH 185480
#define EXPECTED_HASH 0x83c1d3d3c769d9cdul

void guest_main(void)
{
    workload();
    check_u64("length", length, EXPECTED_LENGTH);
    check_u64("fnv1a64", hash, EXPECTED_HASH);
}
