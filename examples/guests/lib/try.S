/* Probes: run code that may trap, come back either way. See trap.h. */
#include "asm_offsets.h"

.macro probe_enter
    stp     x29, x30, [sp, #-112]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    str     x0, [sp, #96]
    mrs     x9, tpidr_el1
    mov     x10, sp
    str     x10, [x9, #CPU_TRY_SP]
    str     x0, [x9, #CPU_TRY_RESULT]
    str     xzr, [x0, #TRAP_TAKEN]
.endm

/* Jumps by RET, not BLR: a branch with link would leave PSTATE.BTYPE set where FEAT_BTI is implemented. */
.macro probe_jump target
    ldr     x10, =PROBE_NZCV
    msr     nzcv, x10
    ret     \target
.endm

.text
.global try_el1
try_el1:
    probe_enter
    mov     x9, x1
    mov     x0, x2
    mov     x1, x3
    mov     x2, x4
    adr     x30, returned
    probe_jump x9

.global try_el1t
try_el1t:
    probe_enter
    mov     x9, x1
    msr     sp_el0, x2
    mov     x0, x3
    mov     x1, x4
    msr     spsel, #0
    adr     x30, returned
    probe_jump x9

.global try_el0
try_el0:
    probe_enter
    ldr     x10, [x9, #CPU_USER_STACK]
    msr     sp_el0, x10
    ldr     x10, [x9, #CPU_USER_PSTATE]
    msr     spsr_el1, x10
    msr     elr_el1, x1
    mov     x0, x2
    mov     x1, x3
    mov     x2, x4
    eret

returned:
    msr     spsel, #1
    mrs     x9, tpidr_el1
    ldr     x10, [x9, #CPU_TRY_RESULT]
    str     x0, [x10, #TRAP_X0]

/* trap_entry sends an exception taken inside a probe here, at EL1h. */
.global try_resume
try_resume:
    mrs     x9, tpidr_el1
    str     xzr, [x9, #CPU_TRY_RESULT]
    ldr     x10, [x9, #CPU_TRY_SP]
    mov     sp, x10
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #112
    ret
