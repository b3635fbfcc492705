/* Semihosting calls, and the exit status they give the emulator. Command line: exit=N and how=extended|application|runtime choose the
 * end (default: SYS_EXIT_EXTENDED with 0). Everything is printed by semihosting except the checks. */
#include "guest.h"
#include "semihosting.h"

const char guest_name[] = "semihosting";

static s64 call(enum semihosting_operation operation, u64 a, u64 b, u64 c)
{
    u64 block[3] = {a, b, c};
    __asm__ volatile("" ::"r"(block) : "memory");
    return semihosting(operation, (u64)block);
}

static s64 open(const char *name, u64 mode) { return call(SYS_OPEN, (u64)name, mode, strlen(name)); }

static void console(void)
{
    semihosting(SYS_WRITE0, (u64) "SYS_WRITE0\n");
    for (const char *c = "SYS_WRITEC\n"; *c; c++)
        semihosting(SYS_WRITEC, (u64)c);
    s64 out = open(":tt", 4);
    check(out > 0, "SYS_OPEN of :tt for writing");
    check_u64("SYS_ISTTY or not", (u64)call(SYS_ISTTY, (u64)out, 0, 0) <= 1, 1);
    check_u64("SYS_WRITE leaves nothing unwritten", (u64)call(SYS_WRITE, (u64)out, (u64) "SYS_WRITE\n", 10), 0);
    check_u64("SYS_CLOSE", (u64)call(SYS_CLOSE, (u64)out, 0, 0), 0);
    check(call(SYS_WRITE, (u64)out, (u64) "x", 1) != 0, "SYS_WRITE to a closed handle writes nothing");
    check(call(SYS_CLOSE, 77, 0, 0) == -1, "SYS_CLOSE of no handle");
    check(call(SYS_ISERROR, (u64)-1, 0, 0) != 0 && call(SYS_ISERROR, 5, 0, 0) == 0, "SYS_ISERROR");
    check(open("/nonexistent/file", 0) == -1, "SYS_OPEN of a file that is not there");
    check(semihosting(SYS_ERRNO, 0) != 0, "SYS_ERRNO after it");
}

static void time(void)
{
    s64 first = semihosting(SYS_CLOCK, 0);
    check(first >= 0, "SYS_CLOCK");
    check(semihosting(SYS_CLOCK, 0) >= first, "SYS_CLOCK does not go back");
    check(semihosting(SYS_TIME, 0) > 1000000000, "SYS_TIME is after 2001");
    u64 elapsed = 0;
    check(semihosting(SYS_ELAPSED, (u64)&elapsed) == 0 && elapsed != 0, "SYS_ELAPSED");
    check(semihosting(SYS_TICKFREQ, 0) > 0, "SYS_TICKFREQ");
}

static char line[256];

/* QEMU gives the image's path and then the words of -append; only those are fixed. */
static void command_line(void)
{
    u64 block[2] = {(u64)line, sizeof line};
    __asm__ volatile("" ::: "memory");
    check_u64("SYS_GET_CMDLINE", (u64)semihosting(SYS_GET_CMDLINE, (u64)block), 0);
    check_u64("its length", block[1], strlen(line));
    const char *arguments = bootargs();
    size_t whole = strlen(line), part = strlen(arguments);
    check(whole >= part && !strcmp(line + whole - part, arguments), "it ends with the kernel command line");
    block[1] = 4;
    __asm__ volatile("" ::: "memory");
    check(semihosting(SYS_GET_CMDLINE, (u64)block) == -1, "a buffer too small is refused");
}

static void features(void)
{
    s64 file = open(":semihosting-features", 0);
    check(file > 0, "SYS_OPEN of :semihosting-features");
    u8 bytes[5] = {0};
    check_u64("SYS_FLEN is at least 5", call(SYS_FLEN, (u64)file, 0, 0) >= 5, 1);
    check_u64("SYS_READ", (u64)call(SYS_READ, (u64)file, (u64)bytes, 5), 0);
    check(bytes[0] == 'S' && bytes[1] == 'H' && bytes[2] == 'F' && bytes[3] == 'B', "magic SHFB");
    check((bytes[4] & 1) != 0, "SYS_EXIT_EXTENDED is announced");
    call(SYS_CLOSE, (u64)file, 0, 0);
}

static void finish(void)
{
    u64 code = bootarg_u64("exit", 0);
    printf("%s %s\n", check_failures() ? "FAIL" : "PASS", guest_name);
    if (check_failures())
        code = 99;
    if (bootarg_present("how=application"))
        call(SYS_EXIT, ADP_STOPPED_APPLICATION_EXIT, code, 0);
    else if (bootarg_present("how=runtime"))
        call(SYS_EXIT, ADP_STOPPED_RUN_TIME_ERROR, 0, 0);
    else
        call(SYS_EXIT_EXTENDED, ADP_STOPPED_APPLICATION_EXIT, code, 0);
    printf("FAIL %s: the exit call returned\n", guest_name);
    power_off();
}

void guest_main(void)
{
    console();
    time();
    command_line();
    features();
    finish();
}
