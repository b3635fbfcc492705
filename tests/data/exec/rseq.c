// Restartable sequences: registration, the CPU's number, sections that start again when they are interrupted.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 4, TIMES = 30000 };

static struct rseq *own(void) {
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static volatile long counters[CPU_SETSIZE][8];
static long restarts;
extern char section_start[], section_end[];

// One more for this CPU, without an atomic instruction; zero when it is to be tried again.
static __attribute__((noinline)) long add_here(void) {
    struct rseq *self = own();
    uint32_t cpu = *(volatile uint32_t *)&self->cpu_id_start;
    volatile long *counter = counters[cpu];
    long done;
    __asm__ volatile(
        ".pushsection .data\n .balign 32\n"
        "77: .word 0, 0\n .quad section_start, section_end - section_start, 79f\n"
        ".popsection\n"
        "adrp x9, 77b\n add x9, x9, :lo12:77b\n str x9, [%1, #8]\n"
        ".globl section_start, section_end\n"
        "section_start: ldr w9, [%1, #4]\n cmp w9, %w2\n b.ne 80f\n"
        "ldr x10, [%3]\n mov x11, #20\n"
        "78: subs x11, x11, #1\n b.ne 78b\n"
        "add x10, x10, #1\n mov %0, #1\n str x10, [%3]\n"
        "section_end: b 81f\n"
        ".inst 0xd428bc00\n"
        "79: nop\n"
        "80: mov %0, #0\n"
        "81:\n"
        : "=&r"(done) : "r"(self), "r"(cpu), "r"(counter) : "x9", "x10", "x11", "cc", "memory");
    return done;
}

static void *adds(void *restarted) {
    long again = 0;
    for (int i = 0; i < TIMES; i++) {
        while (!add_here()) again++;
    }
    __atomic_fetch_add(&restarts, again, __ATOMIC_SEQ_CST);
    return NULL;
}

static volatile int handled, inside;

static void on_signal(int number, siginfo_t *info, void *context) {
    uint64_t pc = ((ucontext_t *)context)->uc_mcontext.pc;
    inside += pc >= (uintptr_t)section_start && pc < (uintptr_t)section_end;
    handled++;
}

static void *registers_itself(void *unused) {
    static __thread struct rseq area __attribute__((aligned(64)));
    struct rseq *known = own();
    long mine = (long)&area, sig = RSEQ_SIG;
    CHECK(syscall(SYS_rseq, known, 32, 0, RSEQ_SIG) == -1 && errno == EBUSY);
    CHECK(syscall(SYS_rseq, known, 32, 0, 1) == -1 && errno == EPERM);
    CHECK(syscall(SYS_rseq, mine, 32, 0, RSEQ_SIG) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, known, 32, RSEQ_FLAG_UNREGISTER, 1) == -1 && errno == EPERM);
    CHECK(syscall(SYS_rseq, known, 64, RSEQ_FLAG_UNREGISTER, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, mine, 32, RSEQ_FLAG_UNREGISTER, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, known, 32, RSEQ_FLAG_UNREGISTER, sig) == 0 && known->cpu_id == (uint32_t)RSEQ_CPU_ID_UNINITIALIZED);
    CHECK(syscall(SYS_rseq, known, 32, RSEQ_FLAG_UNREGISTER, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, mine + 8, 32, 0, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, mine, 16, 0, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, mine, 32, 4, sig) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, 0xffff800000000000, 32, 0, sig) == -1 && errno == EFAULT);
    area.cpu_id = 12345;
    CHECK(syscall(SYS_rseq, mine, 32, 0, sig) == 0 && area.cpu_id == area.cpu_id_start && area.cpu_id < CPU_SETSIZE);
    CHECK(syscall(SYS_rseq, mine, 32, RSEQ_FLAG_UNREGISTER, sig) == 0);
    return unused;
}

int main(void) {
    pthread_t threads[THREADS];
    CHECK(__rseq_size == 32);
    pthread_create(&threads[0], NULL, registers_itself, NULL);
    pthread_join(threads[0], NULL);

    // The number follows the thread.
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0, turn = 0; turn < 3 * CPU_COUNT(&all); cpu = (cpu + 1) % CPU_SETSIZE) {
        if (!CPU_ISSET(cpu, &all)) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        unsigned told;
        CHECK(sched_setaffinity(0, sizeof one, &one) == 0 && own()->cpu_id == cpu && own()->cpu_id_start == cpu);
        CHECK(syscall(SYS_getcpu, &told, NULL, NULL) == 0 && told == cpu);
        turn++;
    }
    sched_setaffinity(0, sizeof all, &all);

    // No handler finds the thread inside.
    long expected = 0;
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    while (handled < 200) {
        while (!add_here()) restarts++;
        expected++;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(inside == 0);

    // Many threads on few CPUs: none is lost.
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, adds, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    long sum = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) sum += counters[cpu][0];
    if (sum != expected + THREADS * TIMES) printf("%ld instead of %ld\n", sum, expected + THREADS * TIMES);
    CHECK(sum == expected + THREADS * TIMES);
    return verdict();
}
