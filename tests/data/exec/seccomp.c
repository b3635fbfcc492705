// seccomp: what programs are refused, which of several filters' actions is taken and what it does, what threads, children and programs
// inherit. The same program runs on this machine's own kernel, which says whether the expectations are right.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#ifdef __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define PC(context) ((context)->uc_mcontext.pc)
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#define AT_CALL 17 // X0, the first argument
#else
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define PC(context) ((context)->uc_mcontext.gregs[REG_RIP])
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#define AT_CALL __NR_getppid // RAX, the number
#endif

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define LD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define RET(value) BPF_STMT(BPF_RET | BPF_K, value)
#define FIELD(name) offsetof(struct seccomp_data, name)

static long install(unsigned flags, const struct sock_filter *filter, size_t length) {
    struct sock_fprog program = {length, (struct sock_filter *)filter};
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

// An answer for one call, another for all others.
static long answer(unsigned flags, int number, uint32_t value, uint32_t otherwise) {
    struct sock_filter filter[] = {LD(FIELD(nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), RET(value), RET(otherwise)};
    return install(flags, filter, LENGTH(filter));
}

static int allow_new(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// What a child exits with, or minus the signal that ends it.
static int code_of(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#define IN_CHILD(...)                                                                                                                  \
    ({                                                                                                                                 \
        fflush(stdout);                                                                                                                \
        pid_t child = fork();                                                                                                          \
        if (child == 0) {                                                                                                              \
            failures = 0;                                                                                                              \
            __VA_ARGS__;                                                                                                               \
            fflush(stdout);                                                                                                            \
            _exit(failures ? 99 : 0);                                                                                                  \
        }                                                                                                                              \
        code_of(child);                                                                                                                \
    })

// Bad programs, each in one place. What kernels check is checked instruction by instruction in the emulator's own tests.
static void refused_programs(void) {
    const struct sock_filter bad[][4] = {
        {LD(0), RET(0), LD(0), LD(0)},
        {LD(64), RET(0), RET(0), RET(0)},
        {LD(2), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_LDX | BPF_W | BPF_ABS, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_LD | BPF_MEM, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_ST, 16), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 1), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_ALU | BPF_NEG | BPF_X, 0), RET(0), RET(0), RET(0)},
        {BPF_STMT(BPF_JMP | BPF_JA, 3), RET(0), RET(0), RET(0)},
        {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3), RET(0), RET(0), RET(0)},
        {BPF_STMT(0x55, 0), RET(0), RET(0), RET(0)},
        {RET(0), RET(0), RET(0), BPF_STMT(BPF_RET | BPF_X, 0)},
    };
    for (size_t index = 0; index < LENGTH(bad); index++) {
        long result = install(0, bad[index], 4);
        if (result != -1 || errno != EINVAL) printf("program %zu: %ld, errno %d\n", index, result, errno), failures++;
    }
    const struct sock_filter good[] = {RET(SECCOMP_RET_ALLOW)};
    const struct sock_filter *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(install(0, good, 0) == -1 && errno == EINVAL);
    CHECK(install(0, NULL, 1) == -1 && errno == EINVAL);
    CHECK(install(0, nowhere, 1) == -1 && errno == EFAULT);
    CHECK(install(0, nowhere, 4096) == -1 && errno == EFAULT);
    CHECK(install(0, nowhere, 4097) == -1 && errno == EINVAL);
    CHECK(install(1 << 20, good, 1) == -1 && errno == EINVAL);
    CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) == -1 && errno == EFAULT);
    CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, NULL) == -1 && errno == EFAULT);
    CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL) == -1 && errno == EINVAL);
    CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 0, good) == -1 && errno == EINVAL);
    CHECK(syscall(__NR_seccomp, 77, 0, NULL) == -1 && errno == EINVAL);
    CHECK(prctl(PR_SET_SECCOMP, 0, 0, 0, 0) == -1 && errno == EINVAL);
    CHECK(prctl(PR_SET_SECCOMP, 3, 0, 0, 0) == -1 && errno == EINVAL);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT);
    CHECK(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_DISABLED);

    uint32_t action = SECCOMP_RET_LOG, unknown = 0x7fff1234;
    struct seccomp_notif_sizes sizes;
    CHECK(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0);
    CHECK(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &unknown) == -1 && errno == EOPNOTSUPP);
    CHECK(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &action) == -1 && errno == EINVAL);
    CHECK(syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, nowhere) == -1 && errno == EFAULT);
    CHECK(syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0);
    CHECK(sizes.seccomp_notif == sizeof(struct seccomp_notif) && sizes.seccomp_notif_resp == sizeof(struct seccomp_notif_resp));
    CHECK(sizes.seccomp_data == sizeof(struct seccomp_data));
    munmap((void *)nowhere, 4096);
}

static void without_privileges(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    const struct sock_filter good[] = {RET(SECCOMP_RET_ALLOW)};
    CHECK(syscall(SYS_capset, &header, none) == 0);
    CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
    // The length is looked at before, the instructions after.
    CHECK(install(0, good, 0) == -1 && errno == EINVAL);
    CHECK(install(0, good, 1) == -1 && errno == EACCES);
    CHECK(install(0, NULL, 1) == -1 && errno == EACCES);
    CHECK(allow_new() == 0 && install(0, good, 1) == 0);
    CHECK(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == -1 && errno == EINVAL);
}

// Two filters, each with one of these: what becomes of the call.
static void most_restrictive_action(void) {
    static const uint32_t actions[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | 3,
                                       SECCOMP_RET_USER_NOTIF,   SECCOMP_RET_TRACE,       SECCOMP_RET_LOG,  SECCOMP_RET_ALLOW};
    static const int ends[] = {-SIGSYS, -SIGSYS, -SIGSYS, 3, ENOSYS, ENOSYS, 0, 0};
    for (size_t older = 0; older < LENGTH(actions); older++)
        for (size_t newer = 0; newer < LENGTH(actions); newer++) {
            int code = IN_CHILD({
                allow_new();
                CHECK(answer(0, __NR_getppid, actions[older], SECCOMP_RET_ALLOW) == 0);
                CHECK(answer(0, __NR_getppid, actions[newer], SECCOMP_RET_ALLOW) == 0);
                _exit(syscall(__NR_getppid) == -1 ? errno : 0);
            });
            int expected = ends[older < newer ? older : newer];
            if (code != expected) printf("%#x, then %#x: %d\n", actions[older], actions[newer], code), failures++;
        }
}

static long errno_of(uint32_t older, uint32_t newer) {
    CHECK(answer(0, __NR_getppid, older, SECCOMP_RET_ALLOW) == 0 && answer(0, __NR_getppid, newer, SECCOMP_RET_ALLOW) == 0);
    return syscall(__NR_getppid) == -1 ? errno : 0;
}

static void data_of_actions(void) {
    allow_new();
    // The newest among equals; 0 is success; the largest is 4095. 512 and 513 are the kernel's own.
    CHECK(IN_CHILD(CHECK(errno_of(SECCOMP_RET_ERRNO | 5, SECCOMP_RET_ERRNO | 6) == 6)) == 0);
    CHECK(IN_CHILD(CHECK(errno_of(SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO) == 0)) == 0);
    CHECK(IN_CHILD(CHECK(errno_of(SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 512) == 512)) == 0);
    CHECK(IN_CHILD(CHECK(errno_of(SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 513) == 513)) == 0);
    CHECK(IN_CHILD(CHECK(errno_of(SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 0xffff) == 4095)) == 0);
    // No action at all.
    CHECK(IN_CHILD(errno_of(SECCOMP_RET_ALLOW, 0x12345678)) == -SIGSYS);
}

static siginfo_t trapped;
static uint64_t trapped_pc, trapped_result;

static void on_trap(int number, siginfo_t *info, void *context) {
    trapped = *info;
    trapped_pc = PC((ucontext_t *)context);
    trapped_result = RESULT((ucontext_t *)context);
    RESULT((ucontext_t *)context) = 1234;
}

static void trap(void) {
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSYS, &action, NULL) == 0 && allow_new() == 0);
    CHECK(answer(0, __NR_getppid, SECCOMP_RET_TRAP | 0xabcd, SECCOMP_RET_ALLOW) == 0);
    CHECK(syscall(__NR_getppid, 17) == 1234);
    CHECK(trapped.si_signo == SIGSYS && trapped.si_code == 1 && trapped.si_errno == 0xabcd);
    CHECK(trapped.si_syscall == __NR_getppid && trapped.si_arch == ARCHITECTURE);
    CHECK((uint64_t)trapped.si_call_addr == trapped_pc && trapped_result == AT_CALL);
    // Neither blocked nor ignored.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    CHECK(IN_CHILD(sigprocmask(SIG_BLOCK, &set, NULL), syscall(__NR_getppid)) == -SIGSYS);
    CHECK(IN_CHILD(signal(SIGSYS, SIG_IGN), syscall(__NR_getppid)) == -SIGSYS);
}

// Each word of the arguments, as the errno that a filter makes of it.
static void arguments(void) {
    allow_new();
    for (int word = 0; word < 12; word++) {
        CHECK(IN_CHILD({
            struct sock_filter filter[] = {
                LD(FIELD(nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 1, 0), RET(SECCOMP_RET_ALLOW),
                LD(FIELD(args) + 4 * word), BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO), BPF_STMT(BPF_RET | BPF_A, 0)};
            CHECK(install(0, filter, LENGTH(filter)) == 0);
            long result = syscall(__NR_getppid, 0x200000001, 0x400000003, 0x600000005, 0x800000007, 0xa00000009, 0xc0000000b);
            CHECK(result == -1 && errno == word + 1);
        }) == 0);
    }
    // Of the others, architecture and place, which is behind the call.
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSYS, &action, NULL) == 0);
    struct sock_filter other[] = {LD(FIELD(arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0), RET(SECCOMP_RET_KILL_PROCESS),
                                  RET(SECCOMP_RET_ALLOW)};
    CHECK(install(0, other, LENGTH(other)) == 0 && answer(0, __NR_getppid, SECCOMP_RET_TRAP, SECCOMP_RET_ALLOW) == 0);
    CHECK(syscall(__NR_getppid) == 1234);
    struct sock_filter place[] = {LD(FIELD(nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpgid, 0, 5),
                                  LD(FIELD(instruction_pointer)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)trapped_pc, 0, 3),
                                  LD(FIELD(instruction_pointer) + 4), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, trapped_pc >> 32, 0, 1),
                                  RET(SECCOMP_RET_ERRNO | 77), RET(SECCOMP_RET_ALLOW)};
    CHECK(install(0, place, LENGTH(place)) == 0);
    // All of the C library's syscall() are in one place.
    CHECK(syscall(__NR_getpgid, 0) == -1 && errno == 77);
}

static void no_such_call(void) {
    allow_new();
    CHECK(answer(0, -1, SECCOMP_RET_ERRNO | 41, SECCOMP_RET_ALLOW) == 0 && answer(0, 999, SECCOMP_RET_ERRNO | 42, SECCOMP_RET_ALLOW) == 0);
    CHECK(syscall(-1) == -1 && errno == 41);
    CHECK(syscall(999) == -1 && errno == 42);
    CHECK(syscall(998) == -1 && errno == ENOSYS);
}

static void strict(int how) {
    if (how == 0) CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == 0);
    else CHECK(syscall(__NR_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) == 0);
    char byte;
    int done = syscall(__NR_read, -1, &byte, 1) == -1 && errno == EBADF && syscall(__NR_write, -1, &byte, 1) == -1;
    if (how == 2) syscall(__NR_getpid);
    syscall(__NR_exit, done ? 8 : 9);
}

static void most_instructions(void) {
    static struct sock_filter filter[4096];
    for (size_t index = 0; index < LENGTH(filter); index++) filter[index] = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
    allow_new();
    int count = 0;
    while (install(0, filter, LENGTH(filter)) == 0) count++;
    // In the kernel each is two, three come before, and older filters cost four more: 32768 - 3 * (3 + 2 * 4096 + 4) are left.
    CHECK(errno == ENOMEM && count == 3);
    CHECK(install(0, filter, 4085) == -1 && errno == ENOMEM);
    CHECK(install(0, filter, 4084) == 0);
    CHECK(install(0, filter, 1) == -1 && errno == ENOMEM);
}

static void *call_killed(void *_) {
    syscall(__NR_getppid);
    return NULL;
}

static void killed_thread(void) {
    pthread_t thread;
    allow_new();
    CHECK(answer(0, __NR_getppid, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_ALLOW) == 0);
    void *result = &thread;
    CHECK(pthread_create(&thread, NULL, call_killed, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(syscall(__NR_getpid) == getpid());
}

static void *be_killed_later(void *_) {
    usleep(50000);
    syscall(__NR_getppid);
    return NULL;
}

// The first thread is killed; the process ends with the other.
static void killed_first_thread(void) {
    pthread_t thread;
    allow_new();
    CHECK(answer(0, __NR_getppid, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_ALLOW) == 0);
    CHECK(pthread_create(&thread, NULL, be_killed_later, NULL) == 0);
    syscall(__NR_getppid);
}

static pthread_barrier_t barrier;
static int before, after, privileges, sibling;

static void *be_synchronised(void *own) {
    if (own) CHECK(answer(0, __NR_getpgid, SECCOMP_RET_ERRNO | 9, SECCOMP_RET_ALLOW) == 0);
    sibling = syscall(__NR_gettid);
    before = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    after = syscall(__NR_getppid) == -1 ? errno : 0;
    privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    return NULL;
}

static void synchronise(void *own) {
    pthread_t thread;
    if (own) allow_new();
    pthread_barrier_init(&barrier, NULL, 2);
    CHECK(pthread_create(&thread, NULL, be_synchronised, own) == 0);
    pthread_barrier_wait(&barrier);
    allow_new();
    long result = answer(SECCOMP_FILTER_FLAG_TSYNC, __NR_getppid, SECCOMP_RET_ERRNO | 7, SECCOMP_RET_ALLOW);
    if (own) {
        CHECK(result == sibling && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0);
        unsigned flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
        CHECK(answer(flags, __NR_getppid, SECCOMP_RET_ERRNO | 7, SECCOMP_RET_ALLOW) == -1 && errno == ESRCH);
    } else {
        CHECK(result == 0);
    }
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    CHECK(before == (own ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED) && after == (own ? 0 : 7) && privileges == 1);
    // It is gone.
    if (own) CHECK(answer(SECCOMP_FILTER_FLAG_TSYNC, __NR_getppid, SECCOMP_RET_ERRNO | 7, SECCOMP_RET_ALLOW) == 0);
}

// What /proc/self/status says of `key`, a number.
static int status_of(const char *key) {
    char line[256];
    int found = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':') found = atoi(line + strlen(key) + 1);
    if (file) fclose(file);
    return found;
}

static int descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = -1;
    while (folder && readdir(folder)) count++;
    closedir(folder);
    return count;
}

// Executed with two filters, of which the older is for getppid and the newer for getpgid.
static int executed(const char *count) {
    CHECK(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER);
    CHECK(syscall(__NR_getppid) == -1 && errno == 11);
    CHECK(syscall(__NR_getpgid, 0) == -1 && errno == 12);
    CHECK(descriptors() == atoi(count) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    return failures ? 99 : 13;
}

static void inherited(const char *self) {
    CHECK(allow_new() == 0 && answer(0, __NR_getppid, SECCOMP_RET_ERRNO | 11, SECCOMP_RET_ALLOW) == 0);
    CHECK(answer(0, __NR_getpgid, SECCOMP_RET_ERRNO | 12, SECCOMP_RET_ALLOW) == 0);
    CHECK(status_of("Seccomp") == 2 && status_of("Seccomp_filters") == 2 && status_of("NoNewPrivs") == 1 && status_of("Pid") == getpid());
    int count = descriptors();
    CHECK(execl("/nowhere", "nowhere", NULL) == -1 && errno == ENOENT && descriptors() == count);
    // More than a new program can have: 80 times 120 KB.
    static char large[120000], *many[82] = {"many"};
    memset(large, 'x', sizeof large - 1);
    for (int index = 1; index < 81; index++) many[index] = large;
    CHECK(execv(self, many) == -1 && errno == E2BIG && descriptors() == count);
    CHECK(IN_CHILD(CHECK(syscall(__NR_getppid) == -1 && errno == 11)) == 0);
    char text[16];
    snprintf(text, sizeof text, "%d", count);
    execl(self, self, "executed", text, NULL);
    CHECK(0);
}

int main(int count, char **arguments_) {
    if (count == 3 && strcmp(arguments_[1], "executed") == 0) return executed(arguments_[2]);
    if (count == 3 && strcmp(arguments_[1], "execute") == 0) {
        // A program that is not this emulator's.
        CHECK(allow_new() == 0 && answer(0, __NR_getppid, SECCOMP_RET_ERRNO | 11, SECCOMP_RET_ALLOW) == 0);
        CHECK(execl(arguments_[2], arguments_[2], NULL) == -1 && errno == EPERM);
        return verdict();
    }
    char self[4096] = "";
    CHECK(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    CHECK(status_of("Seccomp") == 0 && status_of("NoNewPrivs") == 0 && status_of("Pid") == getpid());
    refused_programs();
    CHECK(IN_CHILD(without_privileges()) == 0);
    most_restrictive_action();
    CHECK(IN_CHILD(data_of_actions()) == 0);
    CHECK(IN_CHILD(trap()) == 0);
    CHECK(IN_CHILD(arguments()) == 0);
    CHECK(IN_CHILD(no_such_call()) == 0);
    CHECK(IN_CHILD(strict(0)) == 8);
    CHECK(IN_CHILD(strict(1)) == 8);
    CHECK(IN_CHILD(strict(2)) == -SIGKILL);
    CHECK(IN_CHILD(most_instructions()) == 0);
    CHECK(IN_CHILD(killed_thread()) == 0);
    CHECK(IN_CHILD(killed_first_thread()) == -SIGSYS);
    CHECK(IN_CHILD(synchronise(NULL)) == 0);
    CHECK(IN_CHILD(synchronise(self)) == 0);
    CHECK(IN_CHILD(inherited(self)) == 13);
    return verdict();
}
