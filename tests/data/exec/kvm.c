// What may go wrong between a program and KVM: memory that changes under a guest, files that close, many vCPUs at a time.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define RAM 0x40000000ULL
#define SIZE 0x10000
#define CORE(field) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))

struct machine {
    int vm, vcpu;
    struct kvm_run *run;
    uint32_t *memory;
};

static int kvm, size;

static int set(int vcpu, uint64_t id, uint64_t value) {
    struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
    return ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

static struct machine machine(const uint32_t *code, size_t bytes) {
    struct machine made = {.vm = ioctl(kvm, KVM_CREATE_VM, 0)};
    made.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(made.memory, code, bytes);
    struct kvm_userspace_memory_region slot = {.guest_phys_addr = RAM, .memory_size = SIZE, .userspace_addr = (uintptr_t)made.memory};
    CHECK(ioctl(made.vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0);
    made.vcpu = ioctl(made.vm, KVM_CREATE_VCPU, 0);
    made.run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, made.vcpu, 0);
    struct kvm_vcpu_init init;
    CHECK(made.vm >= 0 && made.vcpu >= 0 && made.run != MAP_FAILED && ioctl(made.vm, KVM_ARM_PREFERRED_TARGET, &init) == 0);
    CHECK(ioctl(made.vcpu, KVM_ARM_VCPU_INIT, &init) == 0 && set(made.vcpu, CORE(regs.pc), RAM) == 0);
    return made;
}

static void leave(struct machine *made) {
    close(made->vcpu);
    close(made->vm);
    munmap(made->run, size);
    munmap(made->memory, SIZE);
}

// x0 to the address in x1, again and again.
static const uint32_t store[] = {0xf9000020, 0x17ffffff};
// Counts in x0, for ever.
static const uint32_t count[] = {0x91000400, 0x17ffffff};
// x0 to a device's address in x1.
static const uint32_t device[] = {0xd2a20001, 0x91000400, 0xf9000020, 0x17fffffe};

// One more at the address in x2, x3 times, then a device's write.
static const uint32_t together[] = {0xc85f7c45, 0x910004a5, 0xc8067c45, 0x35ffffa6, 0xf1000463, 0x54ffff61, 0xd2a20001, 0xf9000023, 0x14000000};

static void nothing(int number) {
    (void)number;
}

static void *run_for_ever(void *argument) {
    struct machine *made = argument;
    int result = ioctl(made->vcpu, KVM_RUN, 0);
    return (void *)(long)(result == -1 ? errno : 0);
}

static void *exits(void *argument) {
    struct machine made = machine(device, sizeof device);
    for (uint64_t i = 1; i <= 2000; i++) {
        if (ioctl(made.vcpu, KVM_RUN, 0) != 0 || made.run->exit_reason != KVM_EXIT_MMIO || *(uint64_t *)made.run->mmio.data != i) return "exit";
    }
    leave(&made);
    return argument;
}

static int add_vcpu(int vm, long id, uint64_t times, struct kvm_run **run) {
    struct kvm_vcpu_init init;
    int vcpu = ioctl(vm, KVM_CREATE_VCPU, id);
    *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    CHECK(vcpu >= 0 && ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) == 0 && ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
    CHECK(set(vcpu, CORE(regs.pc), RAM) == 0 && set(vcpu, CORE(regs.regs[2]), RAM + 0x8000) == 0 && set(vcpu, CORE(regs.regs[3]), times) == 0);
    return vcpu;
}

// Eight vCPUs of one machine, on two cores at most.
static void eight_on_two(void) {
    enum { VCPUS = 8, TIMES = 20000 };
    struct machine made = machine(together, sizeof together), each[VCPUS];
    cpu_set_t all, two;
    CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&two);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&two) < 2; cpu++) {
        if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &two);
    }
    CHECK(sched_setaffinity(0, sizeof two, &two) == 0);
    pthread_t threads[VCPUS];
    for (long i = 0; i < VCPUS; i++) each[i].vcpu = add_vcpu(made.vm, i + 1, TIMES, &each[i].run);
    for (long i = 0; i < VCPUS; i++) CHECK(pthread_create(&threads[i], NULL, run_for_ever, &each[i]) == 0);
    for (long i = 0; i < VCPUS; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0 && result == NULL && each[i].run->exit_reason == KVM_EXIT_MMIO);
        close(each[i].vcpu);
        munmap(each[i].run, size);
    }
    CHECK(*(uint64_t *)((char *)made.memory + 0x8000) == VCPUS * TIMES);
    CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
    leave(&made);
}

// Everything goes while a vCPU runs: its page, its memory, its files; it ends as the last of them says.
static void all_goes(void) {
    struct machine made = machine(count, sizeof count);
    pthread_t thread;
    void *result;
    // Its page is a page of this process as any other.
    munmap(made.run, size);
    pthread_create(&thread, NULL, run_for_ever, &made);
    usleep(5000);
    CHECK(close(made.vm) == 0 && close(made.vcpu) == 0 && munmap(made.memory, SIZE) == 0);
    // EBADF where the thread was too late.
    CHECK(pthread_join(thread, &result) == 0 && ((long)result == EFAULT || (long)result == EBADF));
}

int main(void) {
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    CHECK(kvm >= 0 && ioctl(kvm, KVM_GET_API_VERSION, 0) == 12 && size >= (int)sizeof(struct kvm_run));

    // Memory that goes, comes back, and may be read alone.
    struct machine made = machine(store, sizeof store);
    char *page = (char *)made.memory + 0x8000;
    CHECK(set(made.vcpu, CORE(regs.regs[1]), RAM + 0x8000) == 0);
    CHECK(mprotect(page, 0x1000, PROT_READ) == 0 && ioctl(made.vcpu, KVM_RUN, 0) == -1 && errno == EFAULT);
    CHECK(munmap(page, 0x1000) == 0 && ioctl(made.vcpu, KVM_RUN, 0) == -1 && errno == EFAULT);
    CHECK(mmap(page, 0x1000, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == page);
    CHECK(set(made.vcpu, CORE(regs.regs[0]), 77) == 0);
    pthread_t thread;
    pthread_create(&thread, NULL, run_for_ever, &made);
    while (*(volatile uint64_t *)page != 77) usleep(1000);
    // While it stores there.
    CHECK(mprotect(page, 0x1000, PROT_READ) == 0);
    void *result;
    CHECK(pthread_join(thread, &result) == 0 && (long)result == EFAULT);
    leave(&made);

    // A signal ends KVM_RUN; files that close meanwhile stay until it has.
    signal(SIGUSR1, nothing);
    siginterrupt(SIGUSR1, 1);
    made = machine(count, sizeof count);
    pthread_create(&thread, NULL, run_for_ever, &made);
    usleep(20000);
    close(made.vm);
    close(made.vcpu);
    usleep(20000);
    pthread_kill(thread, SIGUSR1);
    CHECK(pthread_join(thread, &result) == 0 && (long)result == EINTR);
    CHECK(ioctl(made.vcpu, KVM_RUN, 0) == -1 && errno == EBADF);
    munmap(made.run, size);
    munmap(made.memory, SIZE);

    // Many at a time.
    pthread_t threads[8];
    for (long i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, exits, (void *)i) == 0);
    for (long i = 0; i < 8; i++) CHECK(pthread_join(threads[i], &result) == 0 && (long)result == i);

    eight_on_two();
    for (int i = 0; i < 5; i++) all_goes();

    // One that is killed while a vCPU runs.
    pid_t child = fork();
    if (child == 0) {
        kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
        struct machine own = machine(count, sizeof count);
        ioctl(own.vcpu, KVM_RUN, 0);
        _exit(1);
    }
    usleep(50000);
    int status;
    CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

    // Bad addresses, and requests that nobody has.
    made = machine(count, sizeof count);
    CHECK(ioctl(made.vcpu, KVM_GET_ONE_REG, 8) == -1 && errno == EFAULT);
    CHECK(ioctl(made.vcpu, KVM_GET_REG_LIST, ~0UL) == -1 && errno == EFAULT);
    CHECK(ioctl(made.vm, 0xaeff, 0) == -1 && (errno == EINVAL || errno == ENOTTY));
    struct pollfd polled = {.fd = made.vcpu, .events = POLLIN};
    CHECK(poll(&polled, 1, 0) >= 0);
    leave(&made);
    return verdict();
}
