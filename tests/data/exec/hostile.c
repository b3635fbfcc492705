// A program that means no good, or has lost its way: wild pointers to system calls and to KVM, mappings that are not its own, jumps and
// stacks into nowhere. Each gives what Linux gives; nothing of the emulator's suffers, and the program goes on.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PAGE 0x1000L

// Where nothing of the program's is. In `kept` it may do nothing; what was `unmapped` may be anybody's by now.
static char *kept, *unmapped;
static long bad[12];

static void find_bad_addresses(void) {
    kept = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unmapped = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(unmapped, 64 * PAGE);
    long all[] = {0, 8, -1, -8, -4096, 1L << 47, (1L << 47) - 8, 1L << 48, (long)0xffff800000000000, (long)kept + PAGE, (long)unmapped + PAGE, (long)unmapped + 63 * PAGE};
    memcpy(bad, all, sizeof all);
}

// Which argument is an address that does not work; all others are good.
struct call {
    const char *name;
    long number;
    int wild;
    long arguments[6];
    // Null is a good address for it.
    int optional;
};

static long answer(const struct call *call, long address) {
    long a[6];
    memcpy(a, call->arguments, sizeof a);
    a[call->wild] = address;
    long result = syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return result == -1 ? -errno : result;
}

static void system_calls(void) {
    int files[2], pair[2], epoll = epoll_create1(0), zero = open("/dev/zero", O_RDWR), exe = open("/proc/self/exe", O_RDONLY);
    static char buffer[256];
    static struct timespec soon = {0, 1};
    static struct iovec vector[2];
    CHECK(pipe(files) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && epoll >= 0 && zero >= 0 && exe >= 0);
    CHECK(write(files[1], buffer, 100) == 100 && write(pair[0], buffer, 100) == 100);
    long name = (long)"/", text = (long)buffer;
    const struct call calls[] = {
        {"openat", SYS_openat, 1, {AT_FDCWD, 0, O_RDONLY}},
        {"read a pipe", SYS_read, 1, {files[0], 0, 8}},
        {"read zeros", SYS_read, 1, {zero, 0, 8}},
        {"read a file", SYS_read, 1, {exe, 0, 8}},
        {"pread64", SYS_pread64, 1, {exe, 0, 8, 0}},
        {"write", SYS_write, 1, {files[1], 0, 8}},
        {"readv", SYS_readv, 1, {files[0], 0, 2}},
        {"writev", SYS_writev, 1, {files[1], 0, 2}},
        {"newfstatat", SYS_newfstatat, 1, {AT_FDCWD, 0, text, 0}},
        {"newfstatat, to", SYS_newfstatat, 2, {AT_FDCWD, name, 0, 0}},
        {"fstat", SYS_fstat, 1, {exe, 0}},
        {"statx", SYS_statx, 4, {AT_FDCWD, name, 0, 0x7ff, 0}},
        {"statfs", SYS_statfs, 1, {name, 0}},
        {"faccessat", SYS_faccessat, 1, {AT_FDCWD, 0, 0}},
        {"readlinkat", SYS_readlinkat, 2, {AT_FDCWD, (long)"/proc/self/exe", 0, 64}},
        {"getcwd", SYS_getcwd, 0, {0, 200}},
        {"getdents64", SYS_getdents64, 1, {open("/", O_RDONLY | O_DIRECTORY), 0, 256}},
        {"pipe2", SYS_pipe2, 0, {0, 0}},
        {"epoll_ctl", SYS_epoll_ctl, 3, {epoll, EPOLL_CTL_ADD, files[0], 0}},
        {"ppoll", SYS_ppoll, 0, {0, 1, (long)&soon, 0}},
        {"ppoll, until", SYS_ppoll, 2, {text, 0, 0, 0}, 1},
        {"pselect6", SYS_pselect6, 1, {8, 0, 0, 0, (long)&soon, 0}, 1},
        {"sendto", SYS_sendto, 1, {pair[0], 0, 8, 0, 0, 0}},
        {"recvfrom", SYS_recvfrom, 1, {pair[1], 0, 8, MSG_PEEK, 0, 0}},
        {"sendmsg", SYS_sendmsg, 1, {pair[0], 0, 0}},
        {"recvmsg", SYS_recvmsg, 1, {pair[1], 0, 0}},
        {"getsockname", SYS_getsockname, 1, {pair[0], 0, (long)(buffer + 128)}},
        {"clock_gettime", SYS_clock_gettime, 1, {CLOCK_MONOTONIC, 0}},
        {"clock_nanosleep", SYS_clock_nanosleep, 2, {CLOCK_MONOTONIC, 0, 0, 0}},
        {"nanosleep", SYS_nanosleep, 0, {0, 0}},
        {"futex", SYS_futex, 0, {0, 0, 0, (long)&soon}},
        {"getrandom", SYS_getrandom, 0, {0, 8, 0}},
        {"uname", SYS_uname, 0, {0}},
        {"sysinfo", SYS_sysinfo, 0, {0}},
        {"times", SYS_times, 0, {0}, 1},
        {"getrlimit", SYS_prlimit64, 3, {0, 3, 0, 0}, 1},
        {"getrusage", SYS_getrusage, 1, {0, 0}},
        {"sched_getaffinity", SYS_sched_getaffinity, 2, {0, 128, 0}},
        {"rt_sigaction", SYS_rt_sigaction, 1, {SIGUSR2, 0, 0, 8}, 1},
        {"rt_sigaction, before", SYS_rt_sigaction, 2, {SIGUSR2, 0, 0, 8}, 1},
        {"rt_sigprocmask", SYS_rt_sigprocmask, 1, {SIG_BLOCK, 0, 0, 8}, 1},
        {"rt_sigprocmask, before", SYS_rt_sigprocmask, 2, {SIG_BLOCK, 0, 0, 8}, 1},
        {"rt_sigpending", SYS_rt_sigpending, 0, {0, 8}},
        {"rt_sigsuspend", SYS_rt_sigsuspend, 0, {0, 8}},
        {"rt_sigtimedwait", SYS_rt_sigtimedwait, 0, {0, 0, (long)&soon, 8}},
        {"sigaltstack", SYS_sigaltstack, 0, {0, 0}, 1},
        {"sigaltstack, before", SYS_sigaltstack, 1, {0, 0}, 1},
        {"timerfd_settime", SYS_timerfd_settime, 2, {-1, 0, 0, 0}},
        {"memfd_create", SYS_memfd_create, 0, {0, 0}},
        {"mincore", SYS_mincore, 2, {(long)buffer & -PAGE, PAGE, 0}},
        {"execve", SYS_execve, 0, {0, 0, 0}},
        {"execve, arguments", SYS_execve, 1, {(long)"/proc/self/exe", 0, 0}, 1},
        {"clone3", SYS_clone3, 0, {0, 88}},
        {"setsockopt", SYS_setsockopt, 3, {pair[0], SOL_SOCKET, SO_SNDBUF, 0, 4}},
        {"process_vm_readv", SYS_process_vm_readv, 1, {getpid(), 0, 1, (long)vector, 1, 0}},
        {"wait4", SYS_wait4, 1, {0, 0, WNOHANG, 0}, 1},
    };
    *(int *)(buffer + 128) = 16;
    vector[0] = vector[1] = (struct iovec){buffer, 8};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
            if (bad[b] == 0 && calls[i].optional) continue;
            long got = answer(&calls[i], bad[b]);
            // Some look at other things first.
            int other = (calls[i].number == SYS_timerfd_settime && got == -EBADF) || (calls[i].number == SYS_futex && bad[b] & 3 && got == -EINVAL) || (calls[i].number == SYS_wait4 && got == -ECHILD);
            if (got != -EFAULT && !other) {
                printf("%s(argument %d = %#lx): %ld\n", calls[i].name, calls[i].wild, bad[b], got);
                failures++;
            }
        }
    }
    // What has no bytes needs no address; what is good in the beginning is good so far.
    CHECK(write(files[1], (void *)bad[1], 0) == 0 && read(files[0], kept, 0) == 0);
    char *edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(edge + PAGE, PAGE, PROT_NONE);
    CHECK(syscall(SYS_clock_gettime, CLOCK_REALTIME, edge + PAGE - 8) == -1 && errno == EFAULT);
    CHECK(syscall(SYS_uname, edge + PAGE - 100) == -1 && errno == EFAULT);
    CHECK(read(zero, edge + PAGE - 8, 16) == 8 && open(edge + PAGE - 1, O_RDONLY) == -1);
    int all[] = {files[0], files[1], pair[0], pair[1], epoll, zero, exe};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) close(all[i]);
}

// Mappings: what is not the program's neither goes nor changes.
static void mappings(void) {
    static const long places[] = {0, 1L << 32, 1L << 40, 1L << 46, 0x7ff000000000};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        long size = (1L << 47) - PAGE - places[i];
        CHECK(mprotect((void *)places[i], size, PROT_READ) == -1 && errno == ENOMEM);
        CHECK(madvise((void *)places[i], size, MADV_RANDOM) == -1 && errno == ENOMEM);
        CHECK(mmap((void *)places[i], size, PROT_READ, MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
        CHECK(mremap((void *)places[i], PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
    }
    CHECK(munmap(unmapped, 64 * PAGE) == 0 && munmap((void *)(1L << 40), 1L << 45) == 0);
    CHECK(munmap((void *)1, PAGE) == -1 && errno == EINVAL);
    CHECK(munmap((void *)PAGE, -PAGE) == -1 && errno == EINVAL && munmap((void *)PAGE, 0) == -1 && errno == EINVAL);
    CHECK(mmap(NULL, -1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap((void *)-PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mremap(kept, PAGE, -1, MREMAP_MAYMOVE) == MAP_FAILED);
    // Advice reaches what is there, and then says that not all of it is.
    char *three = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(three, 7, 3 * PAGE);
    munmap(three + PAGE, PAGE);
    CHECK(madvise(three, 3 * PAGE, MADV_DONTNEED) == -1 && errno == ENOMEM && three[0] == 0 && three[2 * PAGE] == 0);
}

// How a child ends that does something.
static int ends(void (*work)(void)) {
    pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void nothing(int number) {
    (void)number;
}

static void jump(void) {
    ((void (*)(void))bad[3])();
}

static void jump_unaligned(void) {
    ((void (*)(void))((char *)nothing + 2))();
}

static void jump_to_data(void) {
    static uint32_t code[] = {0xd65f03c0};
    ((void (*)(void))code)();
}

static void write_to_code(void) {
    *(volatile char *)ends = 0;
}

static void read_what_is_gone(void) {
    *(volatile char *)unmapped;
}

static void handler_nowhere(void) {
    signal(SIGUSR1, (void (*)(int))0x1234000);
    raise(SIGUSR1);
}

static void stack_nowhere(void) {
    signal(SIGUSR1, nothing);
    __asm__ volatile("mov x8, %0\n mov x0, %1\n mov x1, %2\n mov sp, %3\n svc 0\n b ." : : "r"((long)SYS_tkill), "r"((long)getpid()), "r"((long)SIGUSR1), "r"(0x10000L) : "x0", "x1", "x8", "memory");
}

static void no_frame(void) {
    __asm__ volatile("mov x8, %0\n mov sp, %1\n svc 0\n b ." : : "r"((long)SYS_rt_sigreturn), "r"(0x10000L) : "x8", "memory");
}

static void *overflow(void *depth) {
    volatile char frame[4096];
    frame[0] = 1;
    return (char *)overflow((char *)depth + frame[0]) + frame[0];
}

static void stack_overflow(void) {
    overflow(NULL);
}

static void *forget_the_list(void *list) {
    // What the kernel walks when the thread ends.
    syscall(SYS_set_robust_list, list, 24L);
    syscall(SYS_set_tid_address, 8L);
    syscall(SYS_exit, 0L);
    return NULL;
}

static void bad_lists(void) {
    static long circle[3];
    circle[0] = (long)circle + 8;
    circle[1] = (long)circle + 8;
    long lists[] = {8, (long)kept, (long)circle};
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, forget_the_list, (void *)lists[i]);
        pthread_detach(thread);
    }
    sched_yield();
}

static void thread_on_bad_stack(void) {
    syscall(SYS_clone, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, 0x10010L, 0L, 0L, 0L);
    for (;;) pause();
}

static void kill_itself(void) {
    kill(getpid(), SIGKILL);
}

int main(void) {
    find_bad_addresses();
    system_calls();
    mappings();
    CHECK(ends(jump) == SIGSEGV);
    CHECK(ends(jump_unaligned) == SIGBUS);
    CHECK(ends(jump_to_data) == SIGSEGV);
    CHECK(ends(write_to_code) == SIGSEGV);
    CHECK(ends(read_what_is_gone) == SIGSEGV);
    CHECK(ends(handler_nowhere) == SIGSEGV);
    CHECK(ends(stack_nowhere) == SIGSEGV);
    CHECK(ends(no_frame) == SIGSEGV);
    CHECK(ends(stack_overflow) == SIGSEGV);
    CHECK(ends(bad_lists) == 0);
    CHECK(ends(thread_on_bad_stack) == SIGSEGV);
    CHECK(ends(kill_itself) == SIGKILL);
    return verdict();
}
