// Files that a program and KVM share: eventfds of one VM, whose copies have numbers out of the program's way, and a guest's memory, which
// has no huge pages.
#define _GNU_SOURCE
#include <linux/kvm.h>
#include <pthread.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PMD (2ul << 20)
#define CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, uint64_t[8])
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
enum { MAPS = 1, SHARED = 2 };

static int kvm;
static volatile int stale, done;

static int machine(void) {
    int vm = ioctl(kvm, KVM_CREATE_VM, 0), vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    struct kvm_vcpu_init init;
    struct kvm_create_device gic = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
    CHECK(vcpu >= 0 && ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) == 0 && ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
    CHECK(ioctl(vm, KVM_CREATE_DEVICE, &gic) == 0);
    uint64_t distributor = 0x8000000, redistributor = 0x80a0000;
    struct kvm_device_attr attributes[] = {
        {.group = KVM_DEV_ARM_VGIC_GRP_ADDR, .attr = KVM_VGIC_V3_ADDR_TYPE_DIST, .addr = (uintptr_t)&distributor},
        {.group = KVM_DEV_ARM_VGIC_GRP_ADDR, .attr = KVM_VGIC_V3_ADDR_TYPE_REDIST, .addr = (uintptr_t)&redistributor},
        {.group = KVM_DEV_ARM_VGIC_GRP_CTRL, .attr = KVM_DEV_ARM_VGIC_CTRL_INIT},
    };
    for (int i = 0; i < 3; i++) CHECK(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, &attributes[i]) == 0);
    return vm;
}

static int irqfd(int vm, int fd, uint32_t gsi, uint32_t flags) {
    struct kvm_irqfd request = {.fd = fd, .gsi = gsi, .flags = flags};
    return ioctl(vm, KVM_IRQFD, &request) ? errno : 0;
}

static void *juggle(void *vm) {
    while (!done) {
        int fd = stale, assigned = irqfd(*(int *)vm, fd, 8, 0), taken = irqfd(*(int *)vm, fd, 8, KVM_IRQFD_FLAG_DEASSIGN);
        // It is an eventfd of the program's, or nothing.
        CHECK(assigned == 0 || assigned == EBADF || assigned == EBUSY);
        CHECK(taken == 0 || taken == EBADF);
    }
    return NULL;
}

int main(void) {
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    int one = machine(), two = machine(), event = eventfd(0, 0);
    CHECK(irqfd(one, event, 8, 0) == 0 && irqfd(one, event, 9, 0) == EBUSY && irqfd(two, event, 8, 0) == EBUSY);
    int next = dup(0);
    CHECK(next == event + 1);
    close(next);
    CHECK(irqfd(one, event, 8, KVM_IRQFD_FLAG_DEASSIGN) == 0 && irqfd(two, event, 8, 0) == 0);

    pthread_t thread;
    stale = eventfd(0, 0);
    CHECK(pthread_create(&thread, NULL, juggle, &two) == 0);
    for (int i = 0; i < 1000; i++) {
        irqfd(one, stale, 8, 0);
        irqfd(one, stale, 8, KVM_IRQFD_FLAG_DEASSIGN);
        close(stale);
        stale = eventfd(0, 0);
    }
    done = 1;
    pthread_join(thread, NULL);

    uint64_t file[8] = {PMD, MAPS | SHARED};
    int memory = ioctl(one, CREATE_GUEST_MEMFD, file);
    uintptr_t room = (uintptr_t)mmap(NULL, 2 * PMD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *mapped = mmap((void *)((room + PMD - 1) & -PMD), PMD, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, memory, 0);
    CHECK(memory >= 0 && mapped != MAP_FAILED);
    for (size_t i = 0; i < PMD; i += 4096) (void)*(volatile char *)(mapped + i);
    CHECK(madvise(mapped, PMD, MADV_COLLAPSE) == -1 && errno == EINVAL);
    CHECK(madvise(mapped, PMD, MADV_DONTNEED) == 0 && mapped[0] == 0);
    return verdict();
}
