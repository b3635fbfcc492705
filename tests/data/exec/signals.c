// Signals: frames, masks, alternate stacks, restarted calls, faults.
#define _GNU_SOURCE
#include <fenv.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t seen, nested;
static volatile int last_code;
static void *volatile last_address;
static volatile unsigned long handler_sp;
static sigjmp_buf back;

static void count(int number) {
    (void)number;
    seen++;
}

static void inform(int number, siginfo_t *info, void *context) {
    seen++;
    last_code = info->si_code;
    last_address = info->si_addr;
    handler_sp = (unsigned long)__builtin_frame_address(0);
    (void)number, (void)context;
}

static void set(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    CHECK(sigaction(number, &action, NULL) == 0);
}

static void set_simple(int number, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK(sigaction(number, &action, NULL) == 0);
}

static void escape(int number, siginfo_t *info, void *context) {
    last_code = info->si_code;
    last_address = info->si_addr;
    seen = number;
    (void)context;
    siglongjmp(back, 1);
}

// Changes a register of what it interrupted, and goes on behind the instruction.
static void repair(int number, siginfo_t *info, void *context) {
    ucontext_t *uc = context;
    last_address = info->si_addr;
    seen = number;
    uc->uc_mcontext.regs[9] = 0x1234;
    uc->uc_mcontext.pc += 4;
}

static void inner(int number) {
    (void)number;
    nested++;
}

static void outer(int number) {
    // Blocked until the handler returns.
    raise(SIGUSR2);
    seen = nested;
    (void)number;
}

static void *kill_later(void *target) {
    usleep(20000);
    pthread_kill(*(pthread_t *)target, SIGUSR1);
    return NULL;
}

static int died(void (*how)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        how();
        _exit(77);
    }
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

static void load_nothing(void) {
    signal(SIGSEGV, SIG_DFL);
    (void)*(volatile int *)8;
}

static void call_abort(void) {
    abort();
}

static void blocked_fault(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    set(SIGSEGV, inform, 0);
    (void)*(volatile int *)8;
}

int main(void) {
    set_simple(SIGUSR1, count, 0);
    CHECK(raise(SIGUSR1) == 0 && seen == 1);

    // Floating-point registers survive, and so do flags and the stack.
    double value = 1.5;
    for (int i = 0; i < 10; i++) {
        value *= 1.25;
        kill(getpid(), SIGUSR1);
    }
    CHECK(value > 13.9 && value < 14 && seen == 11);

    // Blocked signals wait; standard ones once, real-time ones in order and each.
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGRTMIN);
    CHECK(sigprocmask(SIG_BLOCK, &mask, &old) == 0);
    set(SIGRTMIN, inform, 0);
    seen = 0;
    raise(SIGUSR1);
    raise(SIGUSR1);
    union sigval sent = {.sival_int = 42};
    for (int i = 0; i < 3; i++) CHECK(sigqueue(getpid(), SIGRTMIN, sent) == 0);
    CHECK(seen == 0);
    sigset_t pending;
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR1) == 1 && sigismember(&pending, SIGUSR2) == 0);
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    CHECK(seen == 4 && last_code == SI_QUEUE);

    // A handler's own mask.
    struct sigaction action = {.sa_handler = outer};
    sigaddset(&action.sa_mask, SIGUSR2);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    set_simple(SIGUSR2, inner, 0);
    raise(SIGUSR1);
    CHECK(seen == 0 && nested == 1);
    struct sigaction before;
    CHECK(sigaction(SIGUSR1, NULL, &before) == 0 && before.sa_handler == outer && sigismember(&before.sa_mask, SIGUSR2) == 1);

    // sigsuspend handles with one mask and returns to the other; sigwait takes without a handler.
    sigprocmask(SIG_BLOCK, &mask, NULL);
    set_simple(SIGUSR1, count, 0);
    seen = 0;
    raise(SIGUSR1);
    CHECK(seen == 0);
    CHECK(sigsuspend(&old) == -1 && errno == EINTR && seen == 1);
    sigset_t now;
    sigprocmask(SIG_SETMASK, NULL, &now);
    CHECK(sigismember(&now, SIGUSR1) == 1);
    raise(SIGUSR1);
    siginfo_t info;
    CHECK(sigwaitinfo(&mask, &info) == SIGUSR1 && seen == 1);
    sigprocmask(SIG_SETMASK, &old, NULL);

    // A call that waits: ended, or restarted.
    int ends[2];
    char byte;
    pthread_t me = pthread_self(), killer;
    CHECK(pipe(ends) == 0);
    seen = 0;
    pthread_create(&killer, NULL, kill_later, &me);
    CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR && seen == 1);
    pthread_join(killer, NULL);
    set_simple(SIGUSR1, count, SA_RESTART);
    pid_t child = fork();
    if (child == 0) {
        usleep(20000);
        kill(getppid(), SIGUSR1);
        usleep(50000);
        (void)!write(ends[1], "x", 1);
        _exit(0);
    }
    CHECK(read(ends[0], &byte, 1) == 1 && byte == 'x' && seen == 2);
    CHECK(waitpid(child, NULL, 0) == child);

    // A signal finds code that calls nothing.
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    set_simple(SIGALRM, count, 0);
    seen = 0;
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    while (!seen)
        ;

    // Faults: where and why, on another stack.
    static char stack_memory[65536] __attribute__((aligned(16)));
    stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
    CHECK(sigaltstack(&stack, NULL) == 0);
    set(SIGSEGV, escape, SA_ONSTACK);
    if (!sigsetjmp(back, 1)) *(volatile int *)0x10 = 1;
    CHECK(seen == SIGSEGV && last_code == SEGV_MAPERR && last_address == (void *)0x10);
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!sigsetjmp(back, 1)) page[5000] = 1;
    CHECK(last_code == SEGV_ACCERR && last_address == page + 5000);
    munmap(page, 4096);
    if (!sigsetjmp(back, 1)) (void)*(volatile char *)page;
    CHECK(last_code == SEGV_MAPERR && last_address == page);
    if (!sigsetjmp(back, 1)) ((void (*)(void))(page + 4096))();
    CHECK(last_code == SEGV_ACCERR && last_address == page + 4096);
    // The emulator's own memory is none of the program's.
    if (!sigsetjmp(back, 1)) (void)*(volatile char *)0x555555555000;
    CHECK(last_code == SEGV_MAPERR);
    stack_t current;
    CHECK(sigaltstack(NULL, &current) == 0 && current.ss_flags == 0 && current.ss_sp == stack_memory);
    set(SIGILL, escape, 0);
    seen = 0;
    if (!sigsetjmp(back, 1)) __asm__ volatile(".inst 0");
    CHECK(seen == SIGILL && last_code == ILL_ILLOPC);
    set(SIGTRAP, repair, 0);
    unsigned long repaired;
    __asm__ volatile("mov x9, #0\n brk #1\n mov %0, x9" : "=r"(repaired) : : "x9");
    CHECK(repaired == 0x1234 && seen == SIGTRAP);
    set(SIGUSR2, inform, SA_ONSTACK);
    raise(SIGUSR2);
    CHECK(handler_sp > (unsigned long)stack_memory && handler_sp < (unsigned long)stack_memory + sizeof stack_memory);

    // What ends a process.
    int status = died(load_nothing);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = died(call_abort);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    status = died(blocked_fault);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    return verdict();
}
