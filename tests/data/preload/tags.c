/* KVM_CAP_ARM_MTE and KVM_ARM_MTE_COPY_TAGS of a program: tags go in and come out, and go with the memory that they belong to. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define RAM 0x40000000ull
#define SIZE 0x4000

static int vm;
static unsigned char tags[4 * 256];

static long copy(unsigned long long ipa, unsigned long long length, unsigned long long flags)
{
    struct kvm_arm_copy_mte_tags request = {.guest_ipa = ipa, .length = length, .addr = tags, .flags = flags};
    long copied = ioctl(vm, KVM_ARM_MTE_COPY_TAGS, &request);
    return copied < 0 ? -errno : copied;
}

static void show(const char *what)
{
    memset(tags, 0xff, sizeof tags);
    long copied = copy(RAM, SIZE, KVM_ARM_TAGS_FROM_GUEST);
    printf("%s: %#lx, tags %x %x %x\n", what, copied, tags[0], tags[256], tags[3 * 256]);
}

int main(void)
{
    int kvm = open("/dev/kvm", O_RDWR);
    vm = ioctl(kvm, KVM_CREATE_VM, 0);
    void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {.guest_phys_addr = RAM, .memory_size = SIZE, .userspace_addr = (unsigned long)memory};
    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
    printf("capability %d, without it %ld\n", ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_MTE), copy(RAM, SIZE, 0));
    struct kvm_enable_cap mte = {.cap = KVM_CAP_ARM_MTE};
    printf("enabled %d\n", ioctl(vm, KVM_ENABLE_CAP, &mte));
    memset(tags, 9, sizeof tags);
    printf("to the guest %#lx, beyond its memory %ld\n", copy(RAM + 0x1000, 0x2000, 0), copy(RAM + SIZE, 0x1000, 0));
    show("from the guest");
    mprotect(memory, SIZE, PROT_READ);
    mprotect(memory, SIZE, PROT_READ | PROT_WRITE);
    show("after mprotect");
    /* The same memory in another place. */
    void *place = mmap(NULL, 2 * SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory = mremap(memory, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    show("what is gone");
    region.memory_size = 0;
    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
    region.memory_size = SIZE, region.userspace_addr = (unsigned long)memory;
    ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
    show("after mremap");
    /* Other memory in the same place. */
    mmap((char *)memory + 0x1000, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    show("after mmap");
    ioctl(vm, KVM_CREATE_VCPU, 0);
    printf("too late %d\n", ioctl(vm, KVM_ENABLE_CAP, &mte) < 0 ? -errno : 0);
    return 0;
}
