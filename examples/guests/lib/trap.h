/* Exceptions: the frame handlers see, hooks, and probes that run code which may trap and report what happened. */
#ifndef TRAP_H
#define TRAP_H

#include "cpu.h"

struct trap_frame {
    u64 x[31];
    u64 sp_el0;
    u64 elr, spsr;
    u64 esr, far;
    u64 vector;
    u64 reserved;
};
_Static_assert(offsetof(struct trap_frame, sp_el0) == FRAME_SP_EL0, "asm_offsets.h");
_Static_assert(offsetof(struct trap_frame, elr) == FRAME_ELR, "asm_offsets.h");
_Static_assert(offsetof(struct trap_frame, esr) == FRAME_ESR, "asm_offsets.h");
_Static_assert(offsetof(struct trap_frame, vector) == FRAME_VECTOR, "asm_offsets.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "asm_offsets.h");

/* Vector numbers in table order: 4 * (SP_EL0, SP_ELx, lower AArch64, lower AArch32) + (sync, IRQ, FIQ, SError). */
enum vector { VECTOR_SP0_SYNC = 0, VECTOR_SPX_SYNC = 4, VECTOR_SPX_IRQ = 5, VECTOR_EL0_SYNC = 8, VECTOR_EL0_IRQ = 9 };

/* What a probe saw. Without an exception only x0 counts. */
struct trap {
    u64 taken;
    u64 x0;
    u64 vector, esr, elr, far, spsr;
};
_Static_assert(offsetof(struct trap, taken) == TRAP_TAKEN, "asm_offsets.h");
_Static_assert(offsetof(struct trap, x0) == TRAP_X0, "asm_offsets.h");

/* Runs code(a0..a2) at EL1 with SP_EL1 until it returns or takes an exception, whichever is first. */
void try_el1(struct trap *result, const void *code, u64 a0, u64 a1, u64 a2);
/* The same with SPSel = 0 and SP_EL0 = stack. */
void try_el1t(struct trap *result, const void *code, u64 stack, u64 a0, u64 a1);
/* Enters code(a0..a2) at EL0 (cpu->user_stack, cpu->user_pstate); it always comes back by an exception, usually SVC. */
void try_el0(struct trap *result, const void *code, u64 a0, u64 a1, u64 a2);

/* Hooks; a synchronous hook returns true when it dealt with the exception. It runs without FP state saved: give it
 * __attribute__((target("general-regs-only"))). */
extern void (*irq_hook)(struct trap_frame *frame);
extern void (*fiq_hook)(struct trap_frame *frame);
extern bool (*sync_hook)(struct trap_frame *frame);

/* The SVC #0xe0 at EL0 that ends an EL0 probe; x0 passes through. */
extern const char user_exit[];

#define ESR_EC(esr) FIELD(esr, 26, 6)

#endif
