/* What a process may do with KVM's files: bad pointers, copies of descriptors, fork, threads, signals. Prints the first
   expectation that does not hold. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "should.h"

#define DEVICE 0x10000000ULL
#define SIZE 0x10000

static int kvm, size;

struct machine {
  int vm, vcpu;
  struct kvm_run *run;
  uint32_t *memory;
};

static int get(int vcpu, uint64_t id, void *to) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)to};
  return ioctl(vcpu, KVM_GET_ONE_REG, &reg);
}

static int set(int vcpu, uint64_t id, uint64_t value) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  return ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

static struct machine machine(const uint32_t *code, size_t bytes) {
  struct machine made = {.vm = ioctl(kvm, KVM_CREATE_VM, 0)};
  SHOULD(made.vm >= 0);
  made.memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(made.memory, code, bytes);
  struct kvm_userspace_memory_region slot = {.guest_phys_addr = RAM, .memory_size = SIZE, .userspace_addr = (uintptr_t)made.memory};
  SHOULD(ioctl(made.vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0);
  made.vcpu = ioctl(made.vm, KVM_CREATE_VCPU, 0);
  SHOULD(made.vcpu >= 0);
  made.run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, made.vcpu, 0);
  SHOULD(made.run != MAP_FAILED);
  struct kvm_vcpu_init init;
  SHOULD(ioctl(made.vm, KVM_ARM_PREFERRED_TARGET, &init) == 0);
  SHOULD(ioctl(made.vcpu, KVM_ARM_VCPU_INIT, &init) == 0);
  SHOULD(set(made.vcpu, CORE(regs.pc), RAM) == 0);
  return made;
}

static void destroy(struct machine *gone) {
  munmap(gone->run, size);
  close(gone->vcpu);
  close(gone->vm);
  munmap(gone->memory, SIZE);
}

/* movz x1, #0x1000, lsl #16; loop: str x0, [x1]; add x0, x0, #1; b loop */
static const uint32_t counts[] = {0xd2a20001, 0xf9000020, 0x91000400, 0x17fffffe};
static const uint32_t spins[] = {0x14000000};
static const uint32_t sleeps[] = {0xd503207f, 0x17ffffff};

static void bad_pointers(void) {
  struct machine m = machine(counts, sizeof counts);
  char *pages = mmap(NULL, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages + 0x1000, 0x1000, PROT_NONE);
  mprotect(pages + 0x2000, 0x1000, PROT_READ);
  void *bad[] = {NULL, (void *)8, (void *)-1, (void *)0xffff800000000000, (void *)0x800000000000, pages + 0x1000, pages + 0xffd};
  static const unsigned long vcpu_requests[] = {KVM_ARM_VCPU_INIT, KVM_GET_ONE_REG, KVM_SET_ONE_REG, KVM_GET_REG_LIST, KVM_GET_MP_STATE,
    KVM_SET_MP_STATE, KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, KVM_SET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR, KVM_SET_GUEST_DEBUG};
  static const unsigned long vm_requests[] = {KVM_SET_USER_MEMORY_REGION, KVM_IRQ_LINE, KVM_CREATE_DEVICE, KVM_ENABLE_CAP,
    KVM_ARM_PREFERRED_TARGET, KVM_ARM_SET_DEVICE_ADDR};
  struct kvm_create_device gic = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
  SHOULD(ioctl(m.vm, KVM_CREATE_DEVICE, &gic) == 0);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    for (size_t r = 0; r < sizeof vcpu_requests / sizeof *vcpu_requests; r++) REFUSED(ioctl(m.vcpu, vcpu_requests[r], bad[i]), EFAULT);
    for (size_t r = 0; r < sizeof vm_requests / sizeof *vm_requests; r++) REFUSED(ioctl(m.vm, vm_requests[r], bad[i]), EFAULT);
    REFUSED(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, bad[i]), EFAULT);
    /* A good structure that points to a bad place. */
    REFUSED(get(m.vcpu, CORE(regs.pc), bad[i]), EFAULT);
    struct kvm_one_reg reg = {.id = CORE(regs.pc), .addr = (uintptr_t)bad[i]};
    REFUSED(ioctl(m.vcpu, KVM_SET_ONE_REG, &reg), EFAULT);
    REFUSED(open(bad[i], O_RDWR), bad[i] == pages + 0xffd ? ENOENT : EFAULT);
  }
  REFUSED(get(m.vcpu, CORE(regs.pc), pages + 0x2000), EFAULT);
  uint64_t pc = 0;
  SHOULD(get(m.vcpu, CORE(regs.pc), &pc) == 0 && pc == RAM);
  close(gic.fd);
  munmap(pages, 0x3000);
  destroy(&m);
}

static void descriptors(void) {
  struct machine m = machine(counts, sizeof counts);
  char byte = 0;
  int files[] = {kvm, m.vm, m.vcpu};
  for (int i = 0; i < 3; i++) {
    REFUSED(read(files[i], &byte, 1), EINVAL);
    REFUSED(write(files[i], &byte, 1), EINVAL);
    SHOULD(fcntl(files[i], F_GETFD) == FD_CLOEXEC);
  }
  SHOULD(mmap(NULL, size, PROT_READ, MAP_SHARED, m.vm, 0) == MAP_FAILED && errno == ENODEV);
  REFUSED(ioctl(m.vm, KVM_RUN, 0), EINVAL);
  REFUSED(ioctl(m.vcpu, _IO(KVMIO, 0xfe), 0), EINVAL);

  int copies[] = {dup(m.vcpu), fcntl(m.vcpu, F_DUPFD, 200), fcntl(m.vcpu, F_DUPFD_CLOEXEC, 300), dup2(m.vcpu, 400), dup3(m.vcpu, 401, O_CLOEXEC)};
  SHOULD(copies[1] >= 200 && copies[2] >= 300 && copies[3] == 400 && copies[4] == 401);
  SHOULD(fcntl(copies[0], F_GETFD) == 0 && fcntl(copies[1], F_GETFD) == 0 && fcntl(copies[2], F_GETFD) == FD_CLOEXEC);
  close(m.vcpu);
  uint64_t value = 0;
  REFUSED(get(m.vcpu, CORE(regs.pc), &value), EBADF);
  for (int i = 0; i < 5; i++) {
    SHOULD(set(copies[i], CORE(regs.regs[3]), 10 + i) == 0);
    SHOULD(get(copies[(i + 1) % 5], CORE(regs.regs[3]), &value) == 0 && value == 10u + i);
  }
  /* Something else takes the number of a copy, and a copy takes the number of something else. */
  int pipe_ends[2];
  SHOULD(pipe(pipe_ends) == 0);
  SHOULD(dup2(pipe_ends[1], copies[0]) == copies[0]);
  REFUSED(get(copies[0], CORE(regs.pc), &value), ENOTTY);
  SHOULD(write(copies[0], &byte, 1) == 1);
  SHOULD(dup2(copies[1], pipe_ends[1]) == pipe_ends[1]);
  SHOULD(get(pipe_ends[1], CORE(regs.pc), &value) == 0);
  SHOULD(close_range(300, 500, 0) == 0);
  REFUSED(get(400, CORE(regs.pc), &value), EBADF);
  /* A second mapping shows the same page; it outlives every descriptor. */
  struct kvm_run *again = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, copies[1], 0);
  m.run->immediate_exit = 1;
  SHOULD(again->immediate_exit == 1);
  REFUSED(ioctl(copies[1], KVM_RUN, 0), EINTR);
  again->immediate_exit = 0;
  SHOULD(ioctl(copies[1], KVM_RUN, 0) == 0 && again->exit_reason == KVM_EXIT_MMIO && again->mmio.phys_addr == DEVICE);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  close(copies[0]);
  close(copies[1]);
  SHOULD(m.run->exit_reason == KVM_EXIT_MMIO);
  munmap(again, size);
  munmap(m.run, size);
  close(m.vm);
  munmap(m.memory, SIZE);
  int fresh = open("/dev/kvm", O_RDWR);
  SHOULD(fcntl(fresh, F_GETFD) == 0 && ioctl(fresh, KVM_GET_API_VERSION, 0) == KVM_API_VERSION);
  close(fresh);
}

static void forks(void) {
  struct machine m = machine(counts, sizeof counts);
  uint64_t value;
  pid_t child = fork();
  if (child == 0) {
    /* A VM belongs to the memory it was made in; /dev/kvm itself does not. */
    REFUSED(get(m.vcpu, CORE(regs.pc), &value), EIO);
    REFUSED(ioctl(m.vm, KVM_CREATE_VCPU, 1), EIO);
    struct machine own = machine(counts, sizeof counts);
    SHOULD(ioctl(own.vcpu, KVM_RUN, 0) == 0 && own.run->exit_reason == KVM_EXIT_MMIO);
    close(m.vcpu);
    close(m.vm);
    exit(7);
  }
  int status;
  SHOULD(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
  SHOULD(get(m.vcpu, CORE(regs.pc), &value) == 0 && value == RAM);

  /* A child of vfork closes its own descriptors with the parent's memory in its hands. */
  child = vfork();
  if (child == 0) {
    close(m.vcpu);
    dup2(0, m.vm);
    _exit(8);
  }
  SHOULD(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 8);
  SHOULD(ioctl(m.vcpu, KVM_RUN, 0) == 0 && m.run->exit_reason == KVM_EXIT_MMIO);
  destroy(&m);
}

/* What has gone from under a slot is EFAULT of KVM_RUN, and comes back with the memory. */
static void lost_memory(void) {
  /* movz x1, #0x4100, lsl #16; ldr x0, [x1]; movz x1, #0x1000, lsl #16; str x0, [x1] */
  static const uint32_t loads[] = {0xd2a82001, 0xf9400020, 0xd2a20001, 0xf9000020};
  struct machine m = machine(loads, sizeof loads);
  uint64_t *page = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct kvm_userspace_memory_region slot = {.slot = 1, .guest_phys_addr = 0x41000000, .memory_size = 0x1000, .userspace_addr = (uintptr_t)page};
  *page = 77;
  SHOULD(ioctl(m.vm, KVM_SET_USER_MEMORY_REGION, &slot) == 0);
  for (int turn = 0; turn < 3; turn++) {
    uint64_t data, pc;
    SHOULD(ioctl(m.vcpu, KVM_RUN, 0) == 0 && m.run->exit_reason == KVM_EXIT_MMIO && m.run->mmio.phys_addr == DEVICE);
    memcpy(&data, m.run->mmio.data, 8);
    SHOULD(data == 77u + turn);
    m.run->immediate_exit = 1;
    REFUSED(ioctl(m.vcpu, KVM_RUN, 0), EINTR);
    m.run->immediate_exit = 0;
    SHOULD(set(m.vcpu, CORE(regs.pc), RAM) == 0);
    if (turn == 1) {
      munmap(page, 0x1000);
    } else {
      mprotect(page, 0x1000, PROT_NONE);
    }
    REFUSED(ioctl(m.vcpu, KVM_RUN, 0), EFAULT);
    SHOULD(get(m.vcpu, CORE(regs.pc), &pc) == 0 && pc == RAM + 4);
    SHOULD(mmap(page, 0x1000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page);
    *page = 78 + turn;
  }
  struct kvm_userspace_memory_region kernel = {.slot = 2, .guest_phys_addr = 0x42000000, .memory_size = 0x1000, .userspace_addr = 0xffff800000000000};
  REFUSED(ioctl(m.vm, KVM_SET_USER_MEMORY_REGION, &kernel), EINVAL);
  munmap(page, 0x1000);
  destroy(&m);
}

/* Writes that do not leave: to an eventfd, and to the ring of coalesced MMIO. */
static void taken_writes(void) {
  struct machine m = machine(counts, sizeof counts);
  int event = eventfd(0, 0), copy = dup(event);
  struct kvm_ioeventfd listen = {.addr = DEVICE, .len = 8, .fd = event, .datamatch = 2, .flags = KVM_IOEVENTFD_FLAG_DATAMATCH};
  SHOULD(ioctl(m.vm, KVM_IOEVENTFD, &listen) == 0);
  listen.fd = -1;
  REFUSED(ioctl(m.vm, KVM_IOEVENTFD, &listen), EBADF);
  listen.fd = kvm;
  REFUSED(ioctl(m.vm, KVM_IOEVENTFD, &listen), EINVAL);
  for (uint64_t expected = 0; expected < 5; expected++) {
    uint64_t data;
    if (expected == 2) continue;
    SHOULD(ioctl(m.vcpu, KVM_RUN, 0) == 0 && m.run->exit_reason == KVM_EXIT_MMIO);
    memcpy(&data, m.run->mmio.data, 8);
    SHOULD(data == expected);
  }
  uint64_t signalled = 0;
  SHOULD(read(event, &signalled, 8) == 8 && signalled == 1);
  listen.fd = copy;
  listen.flags |= KVM_IOEVENTFD_FLAG_DEASSIGN;
  SHOULD(ioctl(m.vm, KVM_IOEVENTFD, &listen) == 0);
  REFUSED(ioctl(m.vm, KVM_IOEVENTFD, &listen), ENOENT);

  struct kvm_coalesced_mmio_zone zone = {.addr = DEVICE, .size = 8};
  SHOULD(ioctl(m.vm, KVM_REGISTER_COALESCED_MMIO, &zone) == 0);
  int page = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_COALESCED_MMIO);
  struct kvm_coalesced_mmio_ring *ring = (void *)((char *)m.run + 4096 * page);
  SHOULD(page == 1 && ioctl(m.vcpu, KVM_RUN, 0) == 0);
  uint64_t first, last;
  memcpy(&first, ring->coalesced_mmio[0].data, 8);
  memcpy(&last, m.run->mmio.data, 8);
  SHOULD(ring->first == 0 && ring->last == 169 && first == 5 && last == 5 + 169);
  SHOULD(ring->coalesced_mmio[0].phys_addr == DEVICE && ring->coalesced_mmio[0].len == 8);
  close(event);
  close(copy);
  destroy(&m);
}

/* An eventfd that is an interrupt: the guest enables interrupt 33, waits for it, acknowledges it and says its number. */
/* movz x1, #0x0800, lsl #16; mov w2, #0x12; str w2, [x1]; mov w2, #-1; str w2, [x1, #0x84]; mov w2, #8; str w2, [x1,
   #0xc08]; mov w2, #2; str w2, [x1, #0x104]; mov x2, #0xff; msr S3_0_C4_C6_0, x2; mov x2, #1; msr S3_0_C12_C12_7, x2;
   isb; 1: wfi; mrs x0, S3_0_C12_C12_0; cmp x0, #1023; b.eq 1b; movz x1, #0x1000, lsl #16; str x0, [x1];
   msr S3_0_C12_C12_1, x0; b 1b */
static const uint32_t waits[] = {
    0xd2a10001, 0x52800242, 0xb9000022, 0x12800002, 0xb9008422, 0x52800102, 0xb90c0822, 0x52800042, 0xb9010422, 0xd2801fe2,
    0xd5184602, 0xd2800022, 0xd518cce2, 0xd5033fdf, 0xd503207f, 0xd538cc00, 0xf10ffc1f, 0x54ffffa0, 0xd2a20001, 0xf9000020,
    0xd518cc20, 0x17fffff9};

/* A device that wants another interrupt as soon as the guest is done with one. */
struct source {
  int trigger, done;
};

static void *raise_again(void *argument) {
  struct source *source = argument;
  uint64_t count, one = 1;
  SHOULD(read(source->done, &count, 8) == 8 && count == 1);
  SHOULD(write(source->trigger, &one, 8) == 8);
  return NULL;
}

static int place_gic(int vm) {
  struct kvm_create_device gic = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
  SHOULD(ioctl(vm, KVM_CREATE_DEVICE, &gic) == 0);
  uint64_t at[] = {0x8000000, 0x80a0000};
  for (int frame = 0; frame < 2; frame++) {
    struct kvm_device_attr place = {.group = KVM_DEV_ARM_VGIC_GRP_ADDR, .attr = KVM_VGIC_V3_ADDR_TYPE_DIST + frame, .addr = (uintptr_t)&at[frame]};
    SHOULD(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, &place) == 0);
  }
  struct kvm_device_attr ready = {.group = KVM_DEV_ARM_VGIC_GRP_CTRL, .attr = KVM_DEV_ARM_VGIC_CTRL_INIT};
  SHOULD(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, &ready) == 0);
  /* Number 5 means the second shared interrupt. */
  struct {
    struct kvm_irq_routing head;
    struct kvm_irq_routing_entry entry;
  } routing = {.head.nr = 1, .entry = {.gsi = 5, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 1}};
  SHOULD(ioctl(vm, KVM_SET_GSI_ROUTING, &routing) == 0);
  return gic.fd;
}

static void run_to_interrupt(struct machine *m) {
  uint64_t number;
  SHOULD(ioctl(m->vcpu, KVM_RUN, 0) == 0 && m->run->exit_reason == KVM_EXIT_MMIO && m->run->mmio.phys_addr == DEVICE);
  memcpy(&number, m->run->mmio.data, 8);
  SHOULD(number == 33);
}

static void interrupts(void) {
  struct machine m = machine(waits, sizeof waits);
  struct kvm_irqfd irq = {.fd = eventfd(0, 0), .gsi = 5};
  REFUSED(ioctl(m.vm, KVM_IRQFD, &irq), EAGAIN);
  int gic = place_gic(m.vm);
  SHOULD(ioctl(m.vm, KVM_IRQFD, &irq) == 0);
  REFUSED(ioctl(m.vm, KVM_IRQFD, &irq), EBUSY);
  uint64_t one = 1;
  SHOULD(write(irq.fd, &one, 8) == 8);
  run_to_interrupt(&m);
  irq.flags = KVM_IRQFD_FLAG_DEASSIGN;
  SHOULD(ioctl(m.vm, KVM_IRQFD, &irq) == 0);
  close(irq.fd);
  close(gic);
  destroy(&m);
}

/* A level: down when the guest says that it is done, and whoever wants to know is told. */
static void levels(void) {
  struct machine m = machine(waits, sizeof waits);
  /* Not an edge: mov w2, #0. */
  m.memory[5] = 0x52800002;
  int gic = place_gic(m.vm);
  struct kvm_irqfd irq = {.fd = eventfd(0, 0), .gsi = 5, .flags = KVM_IRQFD_FLAG_RESAMPLE, .resamplefd = m.vm};
  REFUSED(ioctl(m.vm, KVM_IRQFD, &irq), EINVAL);
  irq.resamplefd = -1;
  REFUSED(ioctl(m.vm, KVM_IRQFD, &irq), EBADF);
  struct source source = {.trigger = irq.fd, .done = irq.resamplefd = eventfd(0, 0)};
  SHOULD(ioctl(m.vm, KVM_IRQFD, &irq) == 0);
  uint64_t one = 1;
  SHOULD(write(irq.fd, &one, 8) == 8);
  run_to_interrupt(&m);
  pthread_t thread;
  pthread_create(&thread, NULL, raise_again, &source);
  run_to_interrupt(&m);
  pthread_join(thread, NULL);
  irq.flags = KVM_IRQFD_FLAG_DEASSIGN;
  SHOULD(ioctl(m.vm, KVM_IRQFD, &irq) == 0);
  close(irq.fd);
  close(irq.resamplefd);
  close(gic);
  destroy(&m);
}

static void *count(void *argument) {
  struct machine *m = argument;
  uint64_t sum = 0;
  for (int i = 0; i < 500; i++) {
    SHOULD(ioctl(m->vcpu, KVM_RUN, 0) == 0);
    SHOULD(m->run->exit_reason == KVM_EXIT_MMIO && m->run->mmio.is_write && m->run->mmio.phys_addr == DEVICE);
    uint64_t data;
    memcpy(&data, m->run->mmio.data, 8);
    sum += data;
  }
  return (void *)sum;
}

static void threads(void) {
  struct machine machines[4];
  pthread_t running[4];
  for (int i = 0; i < 4; i++) {
    machines[i] = machine(counts, sizeof counts);
    SHOULD(set(machines[i].vcpu, CORE(regs.regs[0]), 1000 * i) == 0);
  }
  for (int i = 0; i < 4; i++) pthread_create(&running[i], NULL, count, &machines[i]);
  for (int i = 0; i < 4; i++) {
    void *sum;
    pthread_join(running[i], &sum);
    SHOULD((uint64_t)sum == 500 * 1000ULL * i + 499 * 500 / 2);
    destroy(&machines[i]);
  }
}

static struct machine interrupted;
static volatile sig_atomic_t handled;

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)context;
  uint64_t pc;
  /* The vCPU is free while a handler runs. */
  handled += number == info->si_signo && get(interrupted.vcpu, CORE(regs.pc), &pc) == 0 && pc >= RAM && pc < RAM + 8;
}

static void after(int microseconds) {
  struct itimerval timer = {.it_value = {.tv_usec = microseconds}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

/* What files of KVM do not do. */
static void refusals(void) {
  struct machine made = machine(spins, sizeof spins);
  struct kvm_create_device vgic = {.type = KVM_DEV_TYPE_ARM_VGIC_V3};
  char byte = 0;
  SHOULD(ioctl(made.vm, KVM_CREATE_DEVICE, &vgic) == 0);
  int files[] = {kvm, made.vm, made.vcpu, vgic.fd}, statistics = ioctl(made.vm, KVM_GET_STATS_FD, NULL);
  for (int i = 0; i < 4; i++) {
    REFUSED(read(files[i], &byte, 1), EINVAL);
    REFUSED(write(files[i], &byte, 1), EINVAL);
    REFUSED(ftruncate(files[i], 0), EINVAL);
    REFUSED(fsync(files[i]), EINVAL);
    if (files[i] == vgic.fd) REFUSED(lseek(files[i], 0, SEEK_CUR), ESPIPE);
    else SHOULD(lseek(files[i], 4096, SEEK_SET) == 0);
    if (files[i] != made.vcpu) SHOULD(mmap(NULL, 4096, PROT_READ, MAP_SHARED, files[i], 0) == MAP_FAILED && errno == ENODEV);
  }
  /* Statistics are read from the beginning on, or from anywhere. */
  char head[24], again[24];
  SHOULD(statistics >= 0 && (fcntl(statistics, F_GETFD) & FD_CLOEXEC) && (fcntl(statistics, F_GETFL) & O_ACCMODE) == O_RDONLY);
  SHOULD(read(statistics, head, sizeof head) == sizeof head && pread(statistics, again, sizeof again, 0) == sizeof again && !memcmp(head, again, sizeof head));
  SHOULD(lseek(statistics, 0, SEEK_SET) == sizeof head && lseek(statistics, 0, SEEK_END) == sizeof head);
  SHOULD(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, statistics, 0) == MAP_FAILED && errno == ENODEV);
  SHOULD(mmap(NULL, 4096, PROT_READ, MAP_SHARED, statistics, 0) == MAP_FAILED && errno == ENODEV);
  REFUSED(write(statistics, head, 1), EBADF);
  REFUSED(ioctl(statistics, KVM_CHECK_EXTENSION, 0), ENOTTY);
  int copy = dup(statistics);
  SHOULD(close(statistics) == 0 && pread(copy, again, sizeof again, 0) == sizeof again);
  SHOULD(mmap(NULL, 4096, PROT_READ, MAP_SHARED, copy, 0) == MAP_FAILED && errno == ENODEV);
  SHOULD(close(copy) == 0 && close(vgic.fd) == 0);
  destroy(&made);
}

static void signals(void) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART}, old;
  SHOULD(sigaction(SIGALRM, &action, NULL) == 0);
  SHOULD(sigaction(SIGALRM, NULL, &old) == 0 && old.sa_sigaction == on_signal && (old.sa_flags & SA_SIGINFO));
  const uint32_t *guests[] = {spins, sleeps};
  for (int i = 0; i < 2; i++) {
    interrupted = machine(guests[i], 8);
    for (int turn = 1; turn <= 3; turn++) {
      after(3000);
      REFUSED(ioctl(interrupted.vcpu, KVM_RUN, 0), EINTR);
      SHOULD(interrupted.run->exit_reason == KVM_EXIT_INTR);
      SHOULD(handled == 3 * i + turn);
    }
    destroy(&interrupted);
  }
  /* A signal that is blocked but for KVM_RUN ends it and stays pending. */
  interrupted = machine(spins, sizeof spins);
  sigset_t blocked, before, pending;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  SHOULD(sigaction(SIGUSR1, &action, NULL) == 0);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  struct {
    struct kvm_signal_mask head;
    uint8_t set[8];
  } mask = {.head.len = 8};
  SHOULD(ioctl(interrupted.vcpu, KVM_SET_SIGNAL_MASK, &mask) == 0);
  raise(SIGUSR1);
  REFUSED(ioctl(interrupted.vcpu, KVM_RUN, 0), EINTR);
  sigpending(&pending);
  SHOULD(handled == 6 && sigismember(&pending, SIGUSR1));
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  SHOULD(handled == 7);
  destroy(&interrupted);
}

int main(void) {
  kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  SHOULD(kvm >= 0);
  size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  SHOULD(size == 8192);
  bad_pointers();
  descriptors();
  lost_memory();
  taken_writes();
  interrupts();
  levels();
  forks();
  threads();
  refusals();
  signals();
  puts("all as it should be");
  return 0;
}
