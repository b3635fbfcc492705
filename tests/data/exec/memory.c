// Memory: mappings that come, go and change, code that is written, and what belongs to others.
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

static _Thread_local sigjmp_buf back;

static void escape(int number) {
    siglongjmp(back, number);
}

static int faults(volatile char *address, int write) {
    int number = sigsetjmp(back, 1);
    if (number) return number;
    if (write) *address = 1;
    else (void)*address;
    return 0;
}

// Writes a function that returns `value`, and calls it.
static int generated(uint32_t *code, unsigned value) {
    code[0] = 0x52800000 | value << 5;
    code[1] = 0xd65f03c0;
    __builtin___clear_cache((char *)code, (char *)(code + 2));
    return ((int (*)(void))code)();
}

static volatile int stop;
static char *volatile shared;

static void *reader(void *argument) {
    while (!stop) {
        char *page = shared;
        if (page) faults(page, 0);
    }
    return argument;
}

int main(void) {
    struct sigaction action = {.sa_handler = escape, .sa_flags = SA_NODEFER};
    sigaction(SIGSEGV, &action, NULL);
    char *start = mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(start != MAP_FAILED);
    memset(start, 7, 16 * 4096);
    CHECK(munmap(start + 4096, 4096) == 0 && faults(start + 4096, 0) == SIGSEGV && faults(start + 8192, 1) == 0);
    CHECK(mprotect(start, 4096, PROT_READ) == 0 && faults(start, 1) == SIGSEGV && faults(start, 0) == 0);
    CHECK(mprotect(start, 4096, PROT_READ | PROT_WRITE) == 0 && faults(start, 1) == 0);
    CHECK(mprotect(start, 3 * 4096, PROT_READ) == -1 && errno == ENOMEM);
    CHECK(mprotect(start + 1, 4096, PROT_READ) == -1 && errno == EINVAL);
    CHECK(mmap(start, 4096, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == start && faults(start, 0) == SIGSEGV);
    CHECK(mmap(start + 4096, 4096, PROT_READ, MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == start + 4096);
    CHECK(mmap(start, 4096, PROT_READ, MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EEXIST);
    start[8192] = 9;
    char *moved = mremap(start + 8192, 4096, 8 * 4096, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && moved[0] == 9 && moved[4095] == 7 && moved[4096] == 0);
    CHECK(moved == start + 8192 || faults(start + 8192, 0) == SIGSEGV);
    char *grown = mremap(moved, 8 * 4096, 4096, 0);
    CHECK(grown == moved && faults(moved + 4096, 0) == SIGSEGV);
    CHECK(madvise(moved, 4096, MADV_DONTNEED) == 0 && moved[0] == 0);
    CHECK(munmap((void *)0x7ffffffff000, 1 << 20) == -1 && errno == EINVAL);

    // A large piece that is touched here and there.
    size_t large = (size_t)1 << 36;
    char *sparse = mmap(NULL, large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(sparse != MAP_FAILED);
    for (size_t at = 0; at < large; at += large / 16) sparse[at] = 1;
    CHECK(munmap(sparse, large) == 0 && faults(sparse, 0) == SIGSEGV);

    // The heap of brk(2), and a fixed address.
    void *heap = sbrk(0);
    CHECK(sbrk(1 << 20) == heap && (((char *)heap)[(1 << 20) - 1] = 1) && sbrk(-(1 << 20)) != (void *)-1);
    char *fixed = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(fixed == (char *)0x10000000 && (fixed[0] = 1) && munmap(fixed, 4096) == 0);

    // Unmapping takes what is the program's: here is the emulator itself.
    CHECK(munmap((void *)0x700000000000, 0xfff00000000) == 0 && getpid() > 0);
    CHECK(munmap((void *)0x10000, 0x20000) == 0);

    // Code: written again at the same place, and mapped again there.
    uint32_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < 100; i++) CHECK(generated(code, i) == (int)i);
    for (unsigned i = 0; i < 20; i++) {
        munmap(code, 4096);
        CHECK(mmap(code, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == code);
        code[0] = 0x52800000 | (i + 500) << 5;
        code[1] = 0xd65f03c0;
        CHECK(((int (*)(void))code)() == (int)i + 500);
    }
    CHECK(mprotect(code, 4096, PROT_READ) == 0);
    int number = sigsetjmp(back, 1);
    if (!number) ((void (*)(void))code)();
    CHECK(number == SIGSEGV);

    // A file that has become shorter than its mapping.
    char path[] = "/tmp/invar-memory-XXXXXX";
    int file = mkstemp(path);
    CHECK(file >= 0 && unlink(path) == 0 && ftruncate(file, 8192) == 0);
    char *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    CHECK(mapped != MAP_FAILED && (mapped[5000] = 3) && ftruncate(file, 4096) == 0 && faults(mapped, 0) == 0);
    sigaction(SIGBUS, &action, NULL);
    number = sigsetjmp(back, 1);
    if (!number) {
        (void)*(volatile char *)(mapped + 5000);
        // It may come a little late.
        for (volatile int i = 0; i < 1000000; i++)
            ;
    }
    CHECK(number == SIGBUS);
    // And again, until the file is longer: then it has what is written.
    number = sigsetjmp(back, 1);
    if (!number) {
        mapped[5000] = 4;
        for (volatile int i = 0; i < 1000000; i++)
            ;
    }
    CHECK(number == SIGBUS && ftruncate(file, 8192) == 0 && mapped[5000] == 0 && (mapped[5000] = 5) && pread(file, path, 1, 5000) == 1 && path[0] == 5);

    // One thread reads what another unmaps, again and again.
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, reader, NULL) == 0);
    for (int i = 0; i < 300; i++) {
        char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        page[0] = 1;
        shared = page;
        if (i % 8 == 0) usleep(100);
        munmap(page, 4096);
    }
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    return verdict();
}
