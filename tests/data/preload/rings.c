/* The dirty ring of a vCPU as a program maps it, and signals that nothing but KVM_RUN is to notice. Prints the first expectation
   that does not hold. */
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
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "should.h"

#define PAGES 400
#define SIZE (PAGES * 0x1000ULL)
#define RING 4096
/* Entries that a vCPU fills before it leaves. */
#define ROOM (RING / 16 - 64)
#define RING_OFFSET (64 * 0x1000)
/* Newer than some headers. */
#define CAP_RING 223

static int kvm, size;

struct machine {
  int vm, vcpu;
  struct kvm_run *run;
  char *memory;
};

/* loop: str x0, [x1]; add x1, x1, #0x1000; subs x2, x2, #1; b.ne loop; movz x1, #0x1000, lsl #16; str x0, [x1] */
static const uint32_t stores[] = {0xf9000020, 0x91400421, 0xf1000442, 0x54ffffa1, 0xd2a20001, 0xf9000020};

static void set(int vcpu, uint64_t id, uint64_t value) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  SHOULD(ioctl(vcpu, KVM_SET_ONE_REG, &reg) == 0);
}

static struct machine machine(uint64_t ring) {
  struct machine made = {.vm = ioctl(kvm, KVM_CREATE_VM, 0)};
  struct kvm_enable_cap cap = {.cap = CAP_RING, .args = {ring}};
  SHOULD(made.vm >= 0 && (ring == 0 || ioctl(made.vm, KVM_ENABLE_CAP, &cap) == 0));
  made.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(made.memory, stores, sizeof stores);
  struct kvm_userspace_memory_region slot = {.slot = 5, .flags = KVM_MEM_LOG_DIRTY_PAGES, .guest_phys_addr = RAM, .memory_size = SIZE,
    .userspace_addr = (uintptr_t)made.memory};
  SHOULD(ioctl(made.vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0);
  made.vcpu = ioctl(made.vm, KVM_CREATE_VCPU, 0);
  made.run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, made.vcpu, 0);
  struct kvm_vcpu_init init;
  SHOULD(made.vcpu >= 0 && made.run != MAP_FAILED && ioctl(made.vm, KVM_ARM_PREFERRED_TARGET, &init) == 0);
  SHOULD(ioctl(made.vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
  set(made.vcpu, CORE(regs.pc), RAM);
  set(made.vcpu, CORE(regs.regs[0]), 77);
  return made;
}

static void destroy(struct machine *gone) {
  munmap(gone->run, size);
  close(gone->vcpu);
  close(gone->vm);
  munmap(gone->memory, SIZE);
}

static void rings(void) {
  struct machine m = machine(RING);
  /* What is outside of the ring is as it is without one. */
  SHOULD(mmap(NULL, RING, PROT_READ, MAP_PRIVATE, m.vcpu, RING_OFFSET) == MAP_FAILED && errno == EINVAL);
  SHOULD(mmap(NULL, RING, PROT_READ | PROT_EXEC, MAP_SHARED, m.vcpu, RING_OFFSET) == MAP_FAILED && errno == EINVAL);
  SHOULD(mmap(NULL, RING, PROT_READ, MAP_PRIVATE, m.vcpu, RING_OFFSET + RING) != MAP_FAILED);
  volatile struct kvm_dirty_gfn *ring = mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_SHARED, m.vcpu, RING_OFFSET);
  SHOULD((void *)ring != MAP_FAILED && ring[0].flags == 0);
  set(m.vcpu, CORE(regs.regs[1]), RAM + 0x1000);
  set(m.vcpu, CORE(regs.regs[2]), PAGES - 1);
  uint32_t next = 0, page = 1;
  for (int round = 0; round < 3; round++) {
    SHOULD(ioctl(m.vcpu, KVM_RUN, 0) == 0);
    int last = round == 2;
    SHOULD(m.run->exit_reason == (last ? KVM_EXIT_MMIO : 31));
    uint32_t taken = 0;
    for (; ring[next].flags == KVM_DIRTY_GFN_F_DIRTY; taken++, page++) {
      SHOULD(ring[next].slot == 5 && ring[next].offset == page);
      /* The last page of a full ring is about to be written. */
      SHOULD(*(uint64_t *)(m.memory + page * 0x1000) == (!last && taken == ROOM - 1 ? 0 : 77));
      ring[next].flags = KVM_DIRTY_GFN_F_RESET;
      next = (next + 1) % (RING / 16);
    }
    /* The page that the vCPU left at is noticed again. */
    page--;
    SHOULD(last ? page == PAGES - 1 : taken == ROOM);
    SHOULD(ioctl(m.vm, KVM_RESET_DIRTY_RINGS, 0) == (int)taken && ioctl(m.vm, KVM_RESET_DIRTY_RINGS, 0) == 0);
  }
  struct kvm_dirty_log log = {.slot = 5, .dirty_bitmap = m.memory};
  REFUSED(ioctl(m.vm, KVM_GET_DIRTY_LOG, &log), ENXIO);
  munmap((void *)ring, RING);
  destroy(&m);
  m = machine(0);
  REFUSED(ioctl(m.vm, KVM_RESET_DIRTY_RINGS, 0), EINVAL);
  destroy(&m);
}

/* A signal with its default action, blocked but for KVM_RUN: it ends KVM_RUN and stays pending. */
static void signals(void) {
  struct machine m = machine(0);
  sigset_t blocked, pending;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  struct {
    struct kvm_signal_mask head;
    uint8_t set[8];
  } mask = {.head.len = 8};
  SHOULD(ioctl(m.vcpu, KVM_SET_SIGNAL_MASK, &mask) == 0);
  const int numbers[] = {SIGUSR1, SIGCHLD};
  for (int i = 0; i < 4; i++) {
    int number = numbers[i % 2];
    raise(number);
    REFUSED(ioctl(m.vcpu, KVM_RUN, 0), EINTR);
    sigpending(&pending);
    SHOULD(m.run->exit_reason == KVM_EXIT_INTR && sigismember(&pending, number) == 1);
    struct timespec now = {0};
    SHOULD(sigtimedwait(&blocked, NULL, &now) == number);
    struct sigaction action;
    SHOULD(sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
  }
  /* Outside of KVM_RUN its default is what it always is. */
  for (int i = 0; i < 2; i++) {
    pid_t child = fork();
    if (child == 0) {
      raise(numbers[i]);
      sigprocmask(SIG_UNBLOCK, &blocked, NULL);
      _exit(3);
    }
    int status;
    SHOULD(waitpid(child, &status, 0) == child);
    SHOULD(i == 0 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 : WIFEXITED(status) && WEXITSTATUS(status) == 3);
  }
  destroy(&m);
}

int main(void) {
  kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  SHOULD(kvm >= 0);
  size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  rings();
  signals();
  puts("all as it should be");
  return 0;
}
