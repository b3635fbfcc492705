/* What a guest sees of the library: its own entry point, console, checks, and the end of the run. */
#ifndef GUEST_H
#define GUEST_H

#include "cpu.h"
#include "sysreg.h"

/* Each guest defines these two. guest_main runs at EL1 on the boot CPU and returns when all its checks are made. */
extern const char guest_name[];
void guest_main(void);

/* A guest that sets up translation itself (or wants none) defines this as false; otherwise lib/start.c maps the first GiB as
 * Device and each GiB of RAM as Normal write-back, by 1 GiB blocks. */
extern const bool guest_wants_default_mmu;

/* PL011. */
void console_putc(char c);
void console_write(const char *text, size_t length);
int console_getc_nonblocking(void);
extern u64 console_base;

/* d u x X c s p %, with l and ll, width, zero and left padding; no floating point (the library does not use FP registers). */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *format, va_list args);
int vsnprintf(char *buffer, size_t size, const char *format, va_list args);
int snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Checks: each prints one line, "ok   LABEL" or "FAIL LABEL: ..."; the first failure becomes the reason of the run. */
bool check(bool condition, const char *label);
bool check_u64(const char *label, u64 got, u64 want);
/* Fails the run without a line when it holds: for loops that report once. */
bool check_quiet(bool condition, const char *label);
unsigned check_failures(void);

/* Prints PASS or FAIL and powers off; start.c calls it when guest_main returns. */
__attribute__((noreturn)) void guest_finish(void);
__attribute__((noreturn)) void power_off(void);

/* Command line from /chosen/bootargs, "" without one; values of `key=number`, presence of `word`. */
const char *bootargs(void);
u64 bootarg_u64(const char *key, u64 fallback);
bool bootarg_present(const char *word);

/* The device tree found at start, or NULL. */
extern const void *guest_dtb;

/* 64-bit FNV-1a, for transcripts that would be too long. */
#define FNV_START 0xcbf29ce484222325ul
static inline u64 fnv_byte(u64 hash, u8 byte) { return (hash ^ byte) * 0x100000001b3ul; }
static inline u64 fnv_u64(u64 hash, u64 value)
{
    for (int i = 0; i < 8; i++, value >>= 8)
        hash = fnv_byte(hash, (u8)value);
    return hash;
}
static inline u64 fnv_u32(u64 hash, u32 value)
{
    for (int i = 0; i < 4; i++, value >>= 8)
        hash = fnv_byte(hash, (u8)value);
    return hash;
}

#endif
