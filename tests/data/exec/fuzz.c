// Random calls on a handful of descriptors, most of them KVM's: ioctl, mmap, dup, close, fork, KVM_RUN, from several threads. Nothing
// is expected of the answers, but that they come: fuzz SEED STEPS THREADS. The same numbers give the same calls with one thread.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PAGE 0x1000L
#define RAM 0x40000000ULL
#define MEMORY (64 * PAGE)
#define CORE(field) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))
// Descriptors that calls are about: those from FIRST to LAST are closed and replaced at will.
#define FIRST 10
#define LAST 42

static char *memory;
static __thread uint64_t state;
static __thread int is_child;

// SplitMix64.
static uint64_t next(void) {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t limit) {
    return next() % limit;
}

static int fd(void) {
    return below(20) ? FIRST + below(LAST - FIRST) : (int)next();
}

// Into the range, over whatever is there.
static void place(int made) {
    if (made < 0) return;
    if (made < FIRST || made >= LAST) {
        dup3(made, FIRST + below(LAST - FIRST), below(2) ? O_CLOEXEC : 0);
        close(made);
    }
}

static uint64_t word(void) {
    switch (below(14)) {
    case 0: return next();
    case 1: return 1ULL << below(64);
    case 2: return below(0x400) << 32 | below(0x400);
    case 3: return ~0ULL << below(64);
    case 4: return (uintptr_t)memory + below(MEMORY);
    case 5: return (uintptr_t)memory + (below(MEMORY) & -PAGE);
    case 6: return RAM + (below(0x100) << 12);
    case 7: return below(0x200) << 16;
    case 8: return 0x6030000000130000 | below(0x10000);
    case 9: return CORE(regs.regs[0]) + below(80);
    case 10: return below(10) << 32;
    case 11: return (uint64_t)fd() << (below(2) ? 0 : 32);
    case 12: return below(64) * PAGE;
    default: return below(40);
    }
}

static const unsigned long requests[] = {
    KVM_GET_API_VERSION, KVM_CREATE_VM, KVM_CHECK_EXTENSION, KVM_GET_VCPU_MMAP_SIZE, KVM_CREATE_VCPU, KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG,
    KVM_SET_USER_MEMORY_REGION, KVM_SET_USER_MEMORY_REGION, KVM_CREATE_IRQCHIP, KVM_IRQ_LINE, KVM_REGISTER_COALESCED_MMIO,
    KVM_UNREGISTER_COALESCED_MMIO, KVM_SET_GSI_ROUTING, KVM_IRQFD, KVM_IOEVENTFD, KVM_SIGNAL_MSI, KVM_CREATE_DEVICE, KVM_SET_DEVICE_ATTR,
    KVM_GET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR, KVM_ENABLE_CAP, KVM_ARM_PREFERRED_TARGET, KVM_ARM_VCPU_INIT, KVM_ARM_VCPU_FINALIZE, KVM_GET_ONE_REG,
    KVM_SET_ONE_REG, KVM_GET_REG_LIST, KVM_GET_MP_STATE, KVM_SET_MP_STATE, KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, KVM_SET_GUEST_DEBUG,
    KVM_SET_SIGNAL_MASK, KVM_GET_STATS_FD, KVM_RESET_DIRTY_RINGS, KVM_ARM_MTE_COPY_TAGS, 0xae49 | 0x40a00000, 0xaed4 | 0xc0400000,
    0xaeb5 | 0x40100000, 0xaeb6 | 0x80400000, FIONBIO, FIOCLEX, FIONCLEX,
};
#define PICK(array) (array)[below(sizeof(array) / sizeof *(array))]

// Guests: counts, stores everywhere, sleeps, leaves for a device, calls its firmware.
static const uint32_t guests[][4] = {
    {0x91000400, 0x17ffffff}, {0xf9000020, 0x8b030021, 0x17fffffe}, {0xd503207f, 0x17ffffff}, {0xd2a20001, 0xf9000020, 0x17ffffff}, {0xd4000002, 0x17ffffff}};

static void random_ioctl(void) {
    uint64_t *argument = (uint64_t *)(memory + (below(0x400) & -8));
    for (int i = below(12); i >= 0; i--) argument[i] = word();
    unsigned long request = below(40) ? PICK(requests) : next();
    if (request == KVM_SET_SIGNAL_MASK) ((uint64_t *)argument)[0] &= ~(1ULL << (32 + SIGALRM - 1)), ((uint64_t *)argument)[1] = 0;
    int made = ioctl(fd(), request, below(6) ? (unsigned long)argument : word());
    if (request == KVM_CREATE_VM || request == KVM_CREATE_VCPU || request == KVM_GET_STATS_FD || request == (0xaed4 | 0xc0400000)) place(made);
    if (request == KVM_CREATE_DEVICE && made == 0) place((int)(argument[0] >> 32));
}

// A machine that works.
static void machine(void) {
    int kvm = open("/dev/kvm", O_RDWR), vm = ioctl(kvm, KVM_CREATE_VM, 0);
    struct kvm_userspace_memory_region slot = {.flags = below(2), .guest_phys_addr = RAM, .memory_size = MEMORY, .userspace_addr = (uintptr_t)memory};
    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot);
    // The last pages stay.
    memcpy(memory + MEMORY - PAGE, PICK(guests), sizeof *guests);
    for (int count = 1 + below(2); count > 0; count--) {
        int vcpu = ioctl(vm, KVM_CREATE_VCPU, count);
        struct kvm_vcpu_init init;
        uint64_t pc = RAM + MEMORY - PAGE, step = below(2) ? 8 : PAGE;
        struct kvm_one_reg where = {.id = CORE(regs.pc), .addr = (uintptr_t)&pc}, by = {.id = CORE(regs.regs[3]), .addr = (uintptr_t)&step};
        ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init);
        ioctl(vcpu, KVM_ARM_VCPU_INIT, &init);
        ioctl(vcpu, KVM_SET_ONE_REG, &where);
        ioctl(vcpu, KVM_SET_ONE_REG, &by);
        place(vcpu);
    }
    place(vm);
    place(kvm);
}

static __thread sigjmp_buf untouched;
static __thread volatile int touching;

static void fault(int number) {
    if (touching) siglongjmp(untouched, 1);
    signal(number, SIG_DFL);
    raise(number);
}

// The descriptor may have become a short file's, and the pages may lie in a hole of `memory` that another thread maps again.
static void touch(struct kvm_run *page) {
    if (sigsetjmp(untouched, 1) == 0) {
        touching = 1;
        if (below(4) == 0) page->immediate_exit = below(2);
        if (below(8) == 0) ((uint64_t *)page)[below(1024)] = next();
    }
    touching = 0;
}

// KVM_RUN, which a signal ends at the latest.
static void run(void) {
    int vcpu = fd();
    struct kvm_run *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    if (page != MAP_FAILED) touch(page);
    ioctl(vcpu, KVM_RUN, 0);
    if (page != MAP_FAILED) munmap(page, 2 * PAGE);
}

// A signal for this thread every two milliseconds: whatever waits ends.
static void start_timer(void) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM, ._sigev_un._tid = syscall(SYS_gettid)};
    struct itimerspec often = {{0, 2000000}, {0, 2000000}};
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &often, NULL) == 0);
}

static void step(void);

static void forks(void) {
    if (is_child) return;
    pid_t child = fork();
    if (child == 0) {
        is_child = 1;
        start_timer();
        for (int i = below(20); i > 0; i--) step();
        if (below(3) == 0) kill(getpid(), SIGKILL);
        _exit(0);
    }
    int status;
    while (child > 0 && waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
}

static void change_memory(void) {
    char *at = memory + PAGE + (below(MEMORY - 8 * PAGE) & -PAGE);
    long size = PAGE << below(3);
    switch (below(4)) {
    case 0: mprotect(at, size, below(2) ? PROT_READ : PROT_READ | PROT_WRITE); break;
    case 1: madvise(at, size, MADV_DONTNEED); break;
    case 2: munmap(at, size); break;
    default: mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
}

static void step(void) {
    uint64_t value = 1;
    struct pollfd polled = {.fd = fd(), .events = POLLIN};
    switch (below(34)) {
    case 0: place(open("/dev/kvm", below(2) ? O_RDWR : O_RDWR | O_CLOEXEC)); break;
    case 1: place(dup(fd())); break;
    case 2: dup3(fd(), FIRST + below(LAST - FIRST), 0); break;
    case 3: place(fcntl(fd(), below(2) ? F_DUPFD : F_DUPFD_CLOEXEC, below(60))); break;
    case 4: close(FIRST + below(LAST - FIRST)); break;
    case 5: { int first = FIRST + below(LAST - FIRST); syscall(SYS_close_range, first, first + below(LAST - first), below(8) ? 0 : 4); break; }
    case 6: place(eventfd(below(3), below(2) ? EFD_NONBLOCK : EFD_NONBLOCK | EFD_CLOEXEC)); break;
    case 7: { int file = fd(); if (fcntl(file, F_GETFL) & O_NONBLOCK) write(file, &value, 8); break; }
    case 8: poll(&polled, 1, 0); break;
    case 9: { void *page = mmap(NULL, (1 + below(4)) * PAGE, PROT_READ, MAP_SHARED, fd(), below(4) * PAGE); if (page != MAP_FAILED) munmap(page, PAGE); break; }
    case 10: fcntl(fd(), F_SETFL, below(2) ? O_NONBLOCK : 0); break;
    case 11: if (below(20) == 0) forks(); break;
    case 12: case 13: change_memory(); break;
    case 14: machine(); break;
    case 15: case 16: case 17: case 18: run(); break;
    default: random_ioctl();
    }
}

static void nothing(int number) {
    (void)number;
}

static int steps;

static void *fuzz(void *seed) {
    state = (uintptr_t)seed;
    start_timer();
    for (int i = 0; i < steps; i++) step();
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    uint64_t seed = strtoull(arguments[1], NULL, 0);
    steps = atoi(arguments[2]);
    int others = atoi(arguments[3]) - 1;
    signal(SIGSEGV, fault);
    signal(SIGBUS, fault);
    memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    // No call is to be restarted: KVM_RUN and what waits end.
    struct sigaction action = {.sa_handler = nothing};
    sigaction(SIGALRM, &action, NULL);
    pthread_t threads[8];
    for (long i = 0; i < others; i++) pthread_create(&threads[i], NULL, fuzz, (void *)(seed * 100 + i + 1));
    fuzz((void *)(seed * 100));
    for (int i = 0; i < others; i++) pthread_join(threads[i], NULL);
    return verdict();
}
