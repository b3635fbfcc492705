// Addresses that lie in structures, and buffers that end somewhere: vectors, messages, requests, KVM's structures. What is not the program's
// is EFAULT, and what is the emulator's stays as it is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PAGE 0x1000L
#define MOST 64

static char *bad[MOST + 4];
static int bads;

static int is_ours(unsigned long start) {
    unsigned long from, to;
    char line[512];
    int found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) found |= sscanf(line, "%lx-%lx", &from, &to) == 2 && from <= start && start < to;
    fclose(maps);
    return found;
}

// Where others than the program may write in its process: a name of the file that tells it.
static void find_bad_addresses(void) {
    char line[512], rights[8], name[64];
    unsigned long start, end;
    snprintf(name, sizeof name, "/proc/self/task/%ld/maps", syscall(SYS_gettid));
    FILE *maps = fopen(name, "r");
    while (maps && fgets(line, sizeof line, maps) && bads < MOST) {
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) == 3 && rights[1] == 'w' && !is_ours(start)) bad[bads++] = (char *)end - 64;
    }
    CHECK(bads > 3);
    fclose(maps);
    bad[bads++] = NULL;
    bad[bads++] = (char *)-64;
    bad[bads++] = (char *)0x800000000000;
    bad[bads++] = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

#define REFUSED(call, error)                                                                                                   \
    do {                                                                                                                       \
        errno = 0;                                                                                                             \
        long got = (long)(call);                                                                                               \
        if (got != -1 || errno != (error)) printf("line %d: %s: %ld (errno %d) with %p\n", __LINE__, #call, got, errno, at), failures++; \
    } while (0)

static void vectors(void *at) {
    static char text[64];
    int files[2], zero = open("/dev/zero", O_RDWR), file = open("/proc/self/exe", O_RDONLY);
    struct iovec good = {text, 8}, wild = {at, 8}, half[2] = {{text, 8}, {at, 8}};
    CHECK(pipe(files) == 0 && write(files[1], text, 32) == 32);
    REFUSED(readv(zero, &wild, 1), EFAULT);
    REFUSED(readv(files[0], &wild, 1), EFAULT);
    REFUSED(writev(files[1], &wild, 1), EFAULT);
    REFUSED(preadv(file, &wild, 1, 0), EFAULT);
    REFUSED(syscall(SYS_preadv2, file, &wild, 1L, 0L, 0L, 0L), EFAULT);
    REFUSED(vmsplice(files[1], &wild, 1, 0), EFAULT);
    REFUSED(process_vm_readv(getpid(), &wild, 1, &good, 1, 0), EFAULT);
    REFUSED(process_vm_readv(getpid(), &good, 1, &wild, 1, 0), EFAULT);
    REFUSED(process_vm_writev(getpid(), &good, 1, &wild, 1, 0), EFAULT);
    // What comes before is done.
    if ((long)at >= 0) CHECK(readv(zero, half, 2) == 8 && preadv(file, half, 2, 0) == 8 && memcmp(text, "\177ELF", 4) == 0);
    // But for addresses that no program can have, of which the kernel wants to see none.
    if ((long)at < 0) REFUSED(readv(zero, half, 2), EFAULT);
    // Those that are refused for another reason.
    REFUSED(readv(-1, &wild, 1), EBADF);
    REFUSED(readv(zero, &good, 1025), EINVAL);
    CHECK(readv(zero, NULL, 0) == 0);
    close(files[0]), close(files[1]), close(zero), close(file);
}

static void messages(void *at) {
    static char text[64], control[64];
    int pair[2];
    struct iovec good = {text, 8}, wild = {at, 8};
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    for (int i = 0; i < 4; i++) CHECK(write(pair[0], "12345678", 8) == 8);
    struct msghdr to_nowhere = {.msg_iov = &wild, .msg_iovlen = 1}, no_vector = {.msg_iov = at, .msg_iovlen = 1};
    struct msghdr no_control = {.msg_iov = &good, .msg_iovlen = 1, .msg_control = at, .msg_controllen = 32};
    struct msghdr no_name = {.msg_name = at, .msg_namelen = 16, .msg_iov = &good, .msg_iovlen = 1};
    REFUSED(sendmsg(pair[0], &to_nowhere, 0), EFAULT);
    REFUSED(recvmsg(pair[1], &to_nowhere, 0), EFAULT);
    REFUSED(sendmsg(pair[0], &no_vector, 0), EFAULT);
    REFUSED(recvmsg(pair[1], &no_vector, 0), EFAULT);
    if (at) {
        REFUSED(sendmsg(pair[0], &no_control, 0), EFAULT);
        REFUSED(sendmsg(pair[0], &no_name, 0), EFAULT);
    }
    struct mmsghdr several[2] = {{.msg_hdr = {.msg_iov = &good, .msg_iovlen = 1}}, {.msg_hdr = to_nowhere}};
    CHECK(sendmmsg(pair[0], several, 2, 0) == 1 && several[0].msg_len == 8);
    // And one that is right, with what comes back.
    memcpy(text, "abcdefgh", 8);
    struct msghdr message = {.msg_iov = &good, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    CHECK(recvmsg(pair[1], &message, 0) == 8 && memcmp(text, "12345678", 8) == 0 && message.msg_controllen == 0 && message.msg_flags == 0);
    struct iovec little = {text, 4};
    message = (struct msghdr){.msg_iov = &little, .msg_iovlen = 1};
    CHECK(recvmsg(pair[1], &message, 0) == 4 && message.msg_flags == MSG_TRUNC);
    CHECK(recvmsg(pair[1], NULL, 0) == -1 && errno == EFAULT);
    close(pair[0]), close(pair[1]);
}

// A descriptor that travels in the control data.
static void passed_descriptor(void) {
    int pair[2];
    union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; } control = {{.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    char byte = 1;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    *(int *)CMSG_DATA(&control.head) = pair[0];
    CHECK(sendmsg(pair[0], &message, 0) == 1);
    memset(&control, 0, sizeof control);
    struct mmsghdr several[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
    CHECK(recvmmsg(pair[1], several, 2, MSG_DONTWAIT, NULL) == 1 && several[0].msg_len == 1 && several[0].msg_hdr.msg_controllen == CMSG_SPACE(sizeof(int)));
    int got = *(int *)CMSG_DATA(&control.head);
    CHECK(control.head.cmsg_type == SCM_RIGHTS && got > 2 && write(got, &byte, 1) == 1 && read(pair[1], &byte, 1) == 1);
    close(got), close(pair[0]), close(pair[1]);
}

static void others(void *at) {
    int file = open("/proc/self/exe", O_RDONLY);
    REFUSED(prctl(PR_GET_NAME, at), EFAULT);
    REFUSED(prctl(PR_SET_NAME, at), EFAULT);
    REFUSED(fcntl(file, F_GETLK, at), EFAULT);
    REFUSED(ioctl(file, FIONREAD, at), EFAULT);
    REFUSED(syscall(SYS_getrandom, at, 8L, 0L), EFAULT);
    if (at) REFUSED(syscall(SYS_ppoll, at, 1L, NULL, NULL, 8L), EFAULT);
    if (at) REFUSED(syscall(SYS_prlimit64, 0L, (long)RLIMIT_CORE, NULL, at), EFAULT);
    close(file);
    int faults = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    struct uffdio_api api = {.api = UFFD_API};
    if (faults < 0 || ioctl(faults, UFFDIO_API, &api)) return;
    char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register whole = {.range = {(uintptr_t)at & -PAGE, PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    REFUSED(ioctl(faults, UFFDIO_REGISTER, at), EFAULT);
    if (!is_ours(whole.range.start)) REFUSED(ioctl(faults, UFFDIO_REGISTER, &whole), EINVAL);
    whole.range.start = (uintptr_t)page;
    CHECK(ioctl(faults, UFFDIO_REGISTER, &whole) == 0);
    struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)at & -PAGE, .len = PAGE};
    REFUSED(ioctl(faults, UFFDIO_COPY, &copy), (long)at < 0 ? EINVAL : EFAULT);
    copy = (struct uffdio_copy){.dst = (uintptr_t)page, .src = (uintptr_t)page + PAGE, .len = PAGE};
    CHECK(ioctl(faults, UFFDIO_COPY, &copy) == 0 && copy.copy == PAGE);
    close(faults);
    munmap(page, 2 * PAGE);
}

static void kvms(void *at) {
    int kvm = open("/dev/kvm", O_RDWR), vm = ioctl(kvm, KVM_CREATE_VM, 0), vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
    struct kvm_vcpu_init init;
    CHECK(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) == 0 && ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
    static char memory[4 * PAGE] __attribute__((aligned(4096)));
    struct kvm_userspace_memory_region slot = {.slot = 1, .flags = KVM_MEM_LOG_DIRTY_PAGES, .guest_phys_addr = 1 << 30, .memory_size = sizeof memory, .userspace_addr = (uintptr_t)memory};
    CHECK(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0);
    struct kvm_one_reg reg = {.id = 0x6030000000100000, .addr = (uintptr_t)at};
    REFUSED(ioctl(vcpu, KVM_GET_ONE_REG, &reg), EFAULT);
    REFUSED(ioctl(vcpu, KVM_SET_ONE_REG, &reg), EFAULT);
    REFUSED(ioctl(vcpu, KVM_GET_ONE_REG, at), EFAULT);
    REFUSED(ioctl(vcpu, KVM_GET_REG_LIST, at), EFAULT);
    struct kvm_dirty_log log = {.slot = 1, .dirty_bitmap = at};
    REFUSED(ioctl(vm, KVM_GET_DIRTY_LOG, &log), EFAULT);
    REFUSED(ioctl(vm, KVM_SET_USER_MEMORY_REGION, at), EFAULT);
    REFUSED(ioctl(vm, KVM_ARM_PREFERRED_TARGET, at), EFAULT);
    struct kvm_create_device vgic = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
    if (ioctl(vm, KVM_CREATE_DEVICE, &vgic) == 0) {
        struct kvm_device_attr attribute = {.group = KVM_DEV_ARM_VGIC_GRP_NR_IRQS, .addr = (uintptr_t)at};
        REFUSED(ioctl(vgic.fd, KVM_SET_DEVICE_ATTR, &attribute), EFAULT);
        attribute.group = KVM_DEV_ARM_VGIC_GRP_ADDR, attribute.attr = KVM_VGIC_V3_ADDR_TYPE_DIST;
        REFUSED(ioctl(vgic.fd, KVM_SET_DEVICE_ATTR, &attribute), EFAULT);
        REFUSED(ioctl(vgic.fd, KVM_GET_DEVICE_ATTR, at), EFAULT);
        close(vgic.fd);
    }
    // A list that runs into a page that is not there.
    char *edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + PAGE, PAGE);
    struct kvm_reg_list *list = (void *)(edge + PAGE - 24);
    list->n = 4096;
    REFUSED(ioctl(vcpu, KVM_GET_REG_LIST, list), EFAULT);
    munmap(edge, PAGE);
    close(vcpu), close(vm), close(kvm);
}

// A buffer that is the program's in the beginning only.
static void ends_of_buffers(void) {
    unsigned long start, end, last = 0, rights_of_last = 0;
    char line[512], rights[8];
    FILE *maps = fopen("/proc/self/maps", "r");
    int zero = open("/dev/zero", O_RDWR);
    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) == 3) last = end, rights_of_last = rights[1] == 'w';
    }
    fclose(maps);
    // Behind the highest mapping, and behind one in the middle.
    char *edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(edge + PAGE, PAGE);
    for (int i = 0; i < 2; i++) {
        char *at = i == 0 ? edge + PAGE : (char *)last;
        if (i == 1 && !rights_of_last) continue;
        CHECK(read(zero, at - 8, 1L << 30) == 8);
        struct iovec vector = {at - 8, 1L << 40};
        CHECK(readv(zero, &vector, 1) == 8);
        CHECK(syscall(SYS_clock_gettime, CLOCK_REALTIME, at - 8) == -1 && errno == EFAULT);
        CHECK(syscall(SYS_uname, at - 8) == -1 && errno == EFAULT);
    }
    close(zero);
}

int main(void) {
    find_bad_addresses();
    for (int i = 0; i < bads; i++) {
        vectors(bad[i]);
        messages(bad[i]);
        others(bad[i]);
        kvms(bad[i]);
    }
    passed_descriptor();
    ends_of_buffers();
    return verdict();
}
