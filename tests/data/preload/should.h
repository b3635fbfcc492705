/* Expectations of a program that uses KVM: the first that does not hold is printed and ends it. And what such programs name often. */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOULD(condition) \
  do { \
    if (!(condition)) { \
      printf("line %d: not so: %s (errno %d)\n", __LINE__, #condition, errno); \
      exit(1); \
    } \
  } while (0)
#define REFUSED(call, error) SHOULD((call) == -1 && errno == (error))

#define CORE(field) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(field))
#define RAM 0x40000000ULL
