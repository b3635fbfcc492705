/* The per-CPU structure (found through TPIDR_EL1), start-up of the others, and a spinlock. */
#ifndef CPU_H
#define CPU_H

#include "asm_offsets.h"
#include "sysreg.h"

struct trap;

struct cpu {
    u64 stack_top;
    struct trap *try_result;   /* set while a probe (try_el1, try_el0) is running */
    u64 try_sp;
    u64 user_stack;            /* SP_EL0 of the next try_el0 */
    u64 user_pstate;           /* SPSR_EL1 of the next try_el0 */
    u64 index;
    u64 mpidr;                 /* affinity fields only, as PSCI and the GIC want them */
    void (*entry)(u64 argument);
    u64 argument;
    volatile u64 online;
    u64 reserved[6];
};
_Static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "asm_offsets.h");
_Static_assert(offsetof(struct cpu, try_result) == CPU_TRY_RESULT, "asm_offsets.h");
_Static_assert(offsetof(struct cpu, try_sp) == CPU_TRY_SP, "asm_offsets.h");
_Static_assert(offsetof(struct cpu, user_stack) == CPU_USER_STACK, "asm_offsets.h");
_Static_assert(offsetof(struct cpu, user_pstate) == CPU_USER_PSTATE, "asm_offsets.h");
_Static_assert(sizeof(struct cpu) == CPU_SIZE, "asm_offsets.h");

extern struct cpu cpus[MAX_CPUS];

static inline struct cpu *this_cpu(void) { return (struct cpu *)read_sysreg(tpidr_el1); }

/* How many CPUs the device tree has (at most MAX_CPUS); fills cpus[].mpidr in device-tree order. */
unsigned cpu_count(void);

/* PSCI CPU_ON of cpus[index], which runs entry(argument) on its own stack with the boot CPU's MMU set-up, then CPU_OFF. */
s64 cpu_start(unsigned index, void (*entry)(u64), u64 argument);

/* A spinlock of load-exclusive and store-exclusive; waits in WFE, which the clearing store's monitor event ends. */
struct spinlock { volatile u32 held; };

static inline void spin_lock(struct spinlock *lock)
{
    u32 seen, failed;
    __asm__ volatile("   sevl\n"
                     "1: wfe\n"
                     "2: ldaxr %w0, %2\n"
                     "   cbnz  %w0, 1b\n"
                     "   stxr  %w1, %w3, %2\n"
                     "   cbnz  %w1, 2b\n"
                     : "=&r"(seen), "=&r"(failed), "+Q"(lock->held)
                     : "r"(1)
                     : "memory");
}
static inline void spin_unlock(struct spinlock *lock) { __asm__ volatile("stlr wzr, %0" : "=Q"(lock->held)::"memory"); }

#endif
