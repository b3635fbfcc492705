// fork(2) while other threads run guests, programs and system calls: the child is one thread with everything in working order.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PAGE 0x1000L
#define RAM 0x40000000ULL
#define FORKS 25
#define CORE(field) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))

static atomic_int over;
static atomic_long work;

// Changes mappings, and touches many pages.
static void *maps(void *unused) {
    while (!over) {
        char *pages = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int i = 0; i < 64; i++) pages[i * PAGE] = 1;
        mprotect(pages, 32 * PAGE, PROT_READ);
        munmap(pages, 64 * PAGE);
        usleep(200);
        work++;
    }
    return unused;
}

// Fresh code, again and again.
static void *codes(void *unused) {
    uint32_t *code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (uint32_t i = 0; !over; i = (i + 1) & 0xffff) {
        code[0] = 0x52800000 | i << 5;
        code[1] = 0xd65f03c0;
        __builtin___clear_cache((char *)code, (char *)(code + 2));
        if (((uint32_t(*)(void))code)() != i) return "old code";
        work++;
    }
    return unused;
}

static void *files(void *unused) {
    while (!over) {
        int file = open("/proc/self/maps", O_RDONLY), kvm = open("/dev/kvm", O_RDWR), copy = dup(kvm);
        free(malloc(1000));
        close(file);
        close(kvm);
        close(copy);
        usleep(200);
        work++;
    }
    return unused;
}

static int vcpu;
static struct kvm_run *run;

// A guest that writes to a device: movz x1, #0x1000, lsl #16; str x0, [x1]; add x0, x0, #1; b .-8
static const uint32_t guest[] = {0xd2a20001, 0xf9000020, 0x91000400, 0x17fffffe};

static int machine(int kvm, struct kvm_run **page) {
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(memory, guest, sizeof guest);
    struct kvm_userspace_memory_region slot = {.guest_phys_addr = RAM, .memory_size = PAGE, .userspace_addr = (uintptr_t)memory};
    int cpu = -1;
    struct kvm_vcpu_init init;
    if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0) cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    uint64_t pc = RAM;
    struct kvm_one_reg reg = {.id = CORE(regs.pc), .addr = (uintptr_t)&pc};
    if (ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) || ioctl(cpu, KVM_ARM_VCPU_INIT, &init) || ioctl(cpu, KVM_SET_ONE_REG, &reg)) return -1;
    return cpu;
}

static void *guests(void *unused) {
    for (uint64_t i = 0; !over; i++) {
        if (ioctl(vcpu, KVM_RUN, 0) || run->exit_reason != KVM_EXIT_MMIO || *(uint64_t *)run->mmio.data != i) return "exit";
        work++;
    }
    return unused;
}

static void *one_more(void *number) {
    return (char *)number + 1;
}

// Everything that a child may want to do; what went wrong, or zero.
static int child_works(void) {
    // The parent's machine is not ours; a new one is.
    if (ioctl(vcpu, KVM_RUN, 0) != -1 || errno != EIO) return 1;
    struct kvm_run *own;
    int kvm = open("/dev/kvm", O_RDWR), cpu = machine(kvm, &own);
    if (cpu < 0 || ioctl(cpu, KVM_RUN, 0) || own->exit_reason != KVM_EXIT_MMIO) return 2;
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    if (mprotect(page, PAGE, PROT_READ) || munmap(page, PAGE)) return 3;
    uint32_t *code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    code[0] = 0x52800020;
    code[1] = 0xd65f03c0;
    __builtin___clear_cache((char *)code, (char *)(code + 2));
    if (((int (*)(void))code)() != 1) return 4;
    pthread_t thread;
    void *result;
    if (pthread_create(&thread, NULL, one_more, code) || pthread_join(thread, &result) || result != (char *)code + 1) return 5;
    pid_t grandchild = fork();
    if (grandchild == 0) _exit(9);
    int status;
    if (waitpid(grandchild, &status, 0) != grandchild || WEXITSTATUS(status) != 9) return 6;
    return 0;
}

int main(void) {
    void *(*all[])(void *) = {maps, maps, codes, codes, files, guests};
    enum { COUNT = sizeof all / sizeof *all };
    pthread_t threads[COUNT];
    vcpu = machine(open("/dev/kvm", O_RDWR | O_CLOEXEC), &run);
    CHECK(vcpu >= 0);
    for (int i = 0; i < COUNT; i++) CHECK(pthread_create(&threads[i], NULL, all[i], NULL) == 0);
    for (int i = 0; i < FORKS && !failures; i++) {
        pid_t child = fork();
        if (child == 0) _exit(child_works());
        int status;
        CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
        if (status) printf("fork %d: status %#x\n", i, status);
        CHECK(status == 0);
    }
    over = 1;
    for (int i = 0; i < COUNT; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0 && result == NULL);
    }
    CHECK(work > 0);
    return verdict();
}
