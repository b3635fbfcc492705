/* The smallest virtual machine monitor: a guest of a few instructions in memory of this program's, and a console at 0x9000000
   that it reaches by MMIO exits through the mmapped kvm_run. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static const uint64_t ram = 0x40000000, console = 0x9000000, power = 0x9001000;

static const uint32_t code[] = {
    0xd2a12001, /* mov  x1, #0x9000000       console     */
    0x39400020, /* ldrb w0, [x1]        <-   a character  */
    0x34000080, /* cbz  w0, end          |                */
    0x11008000, /* add  w0, w0, #32      |   lower case   */
    0x39000020, /* strb w0, [x1]         |                */
    0x17fffffc, /* b    ----------------/                 */
    0x91400421, /* end: add x1, x1, #1, lsl #12    power  */
    0xf900003f, /* str  xzr, [x1]                         */
};

static int must(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
  return result;
}

int main(void) {
  int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
  int vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
  void *memory = mmap(NULL, 0x10000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memcpy(memory, code, sizeof code);
  struct kvm_userspace_memory_region region = {.guest_phys_addr = ram, .memory_size = 0x10000, .userspace_addr = (uintptr_t)memory};
  must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");

  int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
  int size = must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
  struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  if (run == MAP_FAILED) must(-1, "mmap");
  struct kvm_vcpu_init init;
  must(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init), "KVM_ARM_PREFERRED_TARGET");
  must(ioctl(vcpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
  struct kvm_one_reg pc = {.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.pc), .addr = (uintptr_t)&ram};
  must(ioctl(vcpu, KVM_SET_ONE_REG, &pc), "KVM_SET_ONE_REG");

  const char *input = "HELLO";
  for (;;) {
    must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
    if (run->exit_reason != KVM_EXIT_MMIO) return 1;
    if (run->mmio.phys_addr == power) break;
    if (run->mmio.phys_addr != console || run->mmio.len != 1) return 1;
    if (run->mmio.is_write)
      putchar(run->mmio.data[0]);
    else
      run->mmio.data[0] = *input ? *input++ : 0;
  }
  putchar('\n');
  return 0;
}
