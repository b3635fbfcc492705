/* Lists a vCPU's registers, reads some and writes some, as any program for arm64 KVM does. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static const uint64_t x0 = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.regs[0]);
static const uint64_t midr = ARM64_SYS_REG(3, 0, 0, 0, 0);
static const uint64_t isar0 = ARM64_SYS_REG(3, 0, 0, 6, 0);

static int must(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
  return result;
}

static uint64_t get(int vcpu, uint64_t id) {
  uint64_t value = 0;
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  must(ioctl(vcpu, KVM_GET_ONE_REG, &reg), "KVM_GET_ONE_REG");
  return value;
}

static const char *set(int vcpu, uint64_t id, uint64_t value) {
  struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
  return ioctl(vcpu, KVM_SET_ONE_REG, &reg) == 0 ? "accepted" : strerror(errno);
}

int main(void) {
  int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
  int vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
  int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
  struct kvm_vcpu_init init;
  must(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init), "KVM_ARM_PREFERRED_TARGET");
  init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
  must(ioctl(vcpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");

  struct kvm_reg_list count = {.n = 0};
  if (ioctl(vcpu, KVM_GET_REG_LIST, &count) != -1 || errno != E2BIG) return 1;
  struct kvm_reg_list *list = calloc(1, sizeof *list + count.n * sizeof list->reg[0]);
  list->n = count.n;
  must(ioctl(vcpu, KVM_GET_REG_LIST, list), "KVM_GET_REG_LIST");
  int readable = 0;
  for (uint64_t i = 0; i < list->n; i++) {
    uint64_t value[32];
    struct kvm_one_reg reg = {.id = list->reg[i], .addr = (uintptr_t)value};
    readable += ioctl(vcpu, KVM_GET_ONE_REG, &reg) == 0;
  }
  printf("registers %llu, readable %d\n", (unsigned long long)list->n, readable);

  printf("MIDR_EL1 %#llx\n", (unsigned long long)get(vcpu, midr));
  printf("set MIDR_EL1: %s\n", set(vcpu, midr, 0x410fd034));
  printf("set X0: %s\n", set(vcpu, x0, 0x1122334455667788));
  printf("X0 %#llx\n", (unsigned long long)get(vcpu, x0));
  /* A guest that is to move to a host without AES must not see it here. */
  printf("set ID_AA64ISAR0_EL1 without AES: %s\n", set(vcpu, isar0, get(vcpu, isar0) & ~0xf0ULL));
  printf("ID_AA64ISAR0_EL1 %#llx\n", (unsigned long long)get(vcpu, isar0));
  return 0;
}
