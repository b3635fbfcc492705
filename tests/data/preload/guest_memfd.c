/* Memory of a guest by descriptor, as a program has it: the descriptor itself, mappings, holes, a guest that runs in it. Prints the
   first expectation that does not hold. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "should.h"

#define PAGE 0x1000
#define SIZE (4 * PAGE)
#define HOLE (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

/* Newer than many headers. */
struct file {
  uint64_t size, flags, reserved[6];
};
struct region {
  uint32_t slot, flags;
  uint64_t guest, size, address, offset;
  uint32_t fd, pad;
  uint64_t more[14];
};
#define CREATE _IOWR(KVMIO, 0xd4, struct file)
#define SET_REGION2 _IOW(KVMIO, 0x49, struct region)
enum { MAPS = 1, SHARED = 2, OF_FILE = 4, EXIT_MEMORY_FAULT = 39 };

static int kvm, vm;

static int create(uint64_t size, uint64_t flags) {
  struct file file = {.size = size, .flags = flags};
  return ioctl(vm, CREATE, &file);
}

static int slot(uint32_t number, int fd, uint64_t offset, uint64_t size, void *address) {
  struct region region = {number, OF_FILE, RAM, size, (uintptr_t)address, offset, fd};
  return ioctl(vm, SET_REGION2, &region);
}

static void touched_in_a_child(volatile char *address, int signal) {
  pid_t child = fork();
  if (child == 0) {
    *address;
    _exit(0);
  }
  int status;
  SHOULD(waitpid(child, &status, 0) == child);
  SHOULD(signal ? WIFSIGNALED(status) && WTERMSIG(status) == signal : WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void descriptors(void) {
  REFUSED(create(0, 0), EINVAL);
  REFUSED(create(PAGE + 1, 0), EINVAL);
  REFUSED(create(PAGE, 4), EINVAL);
  REFUSED(ioctl(vm, CREATE, (void *)8), EFAULT);
  int fd = create(SIZE, MAPS | SHARED), other = create(PAGE, 0);
  SHOULD(fd >= 0 && other >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0);
  struct stat facts, of_other;
  SHOULD(fstat(fd, &facts) == 0 && facts.st_size == SIZE && facts.st_blksize == PAGE && fstat(other, &of_other) == 0);
  SHOULD(of_other.st_size == PAGE && facts.st_ino != of_other.st_ino && S_ISREG(facts.st_mode));
  char bytes[8] = {0};
  REFUSED(read(fd, bytes, 8), EINVAL);
  REFUSED(write(fd, bytes, 8), EINVAL);
  SHOULD(pread(fd, bytes, 8, 0) == -1 && pwrite(fd, bytes, 8, 0) == -1);
  REFUSED(ftruncate(fd, PAGE), EINVAL);
  REFUSED(ioctl(fd, KVM_GET_API_VERSION, 0), ENOTTY);
  SHOULD(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, 0) == MAP_FAILED && errno == ENODEV);
  SHOULD(mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EINVAL);
  char *memory = mmap(NULL, 2 * SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  SHOULD(memory != MAP_FAILED);
  memset(memory, 5, SIZE);
  REFUSED(fallocate(fd, 0, 0, PAGE), EOPNOTSUPP);
  REFUSED(fallocate(fd, HOLE, 1, PAGE), EINVAL);
  REFUSED(fallocate(fd, FALLOC_FL_KEEP_SIZE, SIZE, PAGE), EINVAL);
  SHOULD(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, SIZE) == 0 && fallocate(fd, HOLE, SIZE, PAGE) == 0);
  SHOULD(fallocate(fd, HOLE, PAGE, PAGE) == 0 && memory[0] == 5 && memory[PAGE] == 0 && memory[2 * PAGE] == 5);
  touched_in_a_child(memory + SIZE - 1, 0);
  touched_in_a_child(memory + SIZE, SIGBUS);
  /* Through a copy, and from an offset. */
  int copy = dup(fd);
  close(fd);
  char *part = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, copy, 2 * PAGE);
  SHOULD(part != MAP_FAILED && part[0] == 5 && fallocate(copy, HOLE, 2 * PAGE, PAGE) == 0 && part[0] == 0);
  munmap(part, PAGE);
  munmap(memory, 2 * SIZE);
  close(copy);
  close(other);
  /* It may be mapped, but its pages are not user space's. */
  fd = create(PAGE, MAPS);
  memory = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
  SHOULD(memory != MAP_FAILED);
  touched_in_a_child(memory, SIGBUS);
  munmap(memory, PAGE);
  close(fd);
}

/* str x0, [x1]; movz x1, #0x1000, lsl #16; str x0, [x1] */
static const uint32_t store[] = {0xf9000020, 0xd2a20001, 0xf9000020};

static void set(int vcpu, uint64_t id, uint64_t value) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  SHOULD(ioctl(vcpu, KVM_SET_ONE_REG, &reg) == 0);
}

static void guests(void) {
  struct kvm_vcpu_init init;
  int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
  struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  SHOULD(vcpu >= 0 && ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) == 0 && ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
  int fd = create(SIZE, MAPS | SHARED), unmappable = create(SIZE, 0), event = eventfd(0, 0);
  char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  REFUSED(slot(0, -1, 0, SIZE, memory), EBADF);
  REFUSED(slot(0, event, 0, SIZE, memory), EINVAL);
  REFUSED(slot(0, vm, 0, SIZE, memory), EINVAL);
  REFUSED(slot(0, unmappable, 0, SIZE, memory), EINVAL);
  REFUSED(slot(0, fd, PAGE, SIZE, memory), EINVAL);
  REFUSED(slot(0, fd, 0, SIZE, memory + 1), EINVAL);
  struct region logged = {0, OF_FILE | KVM_MEM_LOG_DIRTY_PAGES, RAM, SIZE, (uintptr_t)memory, 0, fd};
  REFUSED(ioctl(vm, SET_REGION2, &logged), EINVAL);
  struct kvm_userspace_memory_region old = {.flags = OF_FILE, .guest_phys_addr = RAM, .memory_size = SIZE, .userspace_addr = (uintptr_t)memory};
  REFUSED(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &old), EINVAL);
  SHOULD(slot(0, fd, 0, SIZE, memory) == 0);
  REFUSED(slot(0, fd, 0, SIZE, memory), EINVAL);
  for (uint64_t turn = 1; turn <= 3; turn++) {
    memcpy(memory, store, sizeof store);
    /* The last turn's store to a device is completed first. */
    set(vcpu, CORE(regs.pc), turn == 1 ? RAM : RAM - 4);
    set(vcpu, CORE(regs.regs[0]), turn);
    set(vcpu, CORE(regs.regs[1]), RAM + 2 * PAGE);
    SHOULD(ioctl(vcpu, KVM_RUN, 0) == 0 && run->exit_reason == KVM_EXIT_MMIO && *(uint64_t *)(memory + 2 * PAGE) == turn);
    SHOULD(fallocate(fd, HOLE, 0, SIZE) == 0 && *(uint64_t *)(memory + 2 * PAGE) == 0);
  }
  /* A child's copy goes without the slot. */
  int copy = create(PAGE, MAPS | SHARED), status;
  struct region small = {7, OF_FILE, RAM + SIZE, PAGE, 0, 0, copy};
  SHOULD(ioctl(vm, SET_REGION2, &small) == 0);
  pid_t child = fork();
  if (child == 0) {
    int holes = fallocate(copy, HOLE, 0, PAGE);
    close(copy);
    _exit(holes);
  }
  SHOULD(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(copy);
  munmap(memory, SIZE);
  close(fd);
  SHOULD(slot(0, -1, 0, 0, NULL) == 0);
  /* One that nobody has mapped is gone with its descriptor. */
  fd = create(SIZE, MAPS | SHARED);
  SHOULD(slot(1, fd, 0, SIZE, NULL) == 0);
  close(fd);
  set(vcpu, CORE(regs.pc), RAM + PAGE - 4);
  REFUSED(ioctl(vcpu, KVM_RUN, 0), EFAULT);
  uint64_t fault[3];
  memcpy(fault, &run->mmio, sizeof fault);
  SHOULD(run->exit_reason == EXIT_MEMORY_FAULT && fault[0] == 0 && fault[1] == RAM + PAGE && fault[2] == PAGE);
  SHOULD(slot(1, -1, 0, 0, NULL) == 0);
  close(unmappable);
  close(event);
  munmap(run, size);
  close(vcpu);
}

int main(void) {
  kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  vm = ioctl(kvm, KVM_CREATE_VM, 0);
  SHOULD(kvm >= 0 && vm >= 0);
  descriptors();
  guests();
  puts("all as it should be");
  return 0;
}
