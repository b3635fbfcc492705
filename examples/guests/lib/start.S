/* Entry of the boot CPU (x0 may hold the device tree) and of the others (x0 = struct cpu, by PSCI's context argument). */
#include "asm_offsets.h"

/* SCTLR_EL1 with only its v8.0 RES1 bits: MMU, caches and alignment checks off, no EL0 privileges. */
#define SCTLR_OFF 0x30d00800

.macro cpu_common
    msr     daifset, #0xf
    msr     spsel, #1
    ldr     x9, =SCTLR_OFF
    msr     sctlr_el1, x9
    mov     x9, #(3 << 20)          /* CPACR_EL1.FPEN: FP and Advanced SIMD for EL0 and EL1 */
    msr     cpacr_el1, x9
    adr     x9, vectors
    msr     vbar_el1, x9
    isb
.endm

.section .text.start, "ax"
.global _start
_start:
    mov     x19, x0
    cpu_common
    adrp    x0, __bss_start
    add     x0, x0, :lo12:__bss_start
    adrp    x1, __bss_end
    add     x1, x1, :lo12:__bss_end
1:  cmp     x0, x1
    b.hs    2f
    stp     xzr, xzr, [x0], #16
    b       1b
2:  adrp    x9, cpus
    add     x9, x9, :lo12:cpus
    msr     tpidr_el1, x9
    adrp    x10, stacks + STACK_SIZE
    add     x10, x10, :lo12:stacks + STACK_SIZE
    str     x10, [x9, #CPU_STACK_TOP]
    mov     sp, x10
    mov     x0, x19
    bl      guest_start
3:  wfi
    b       3b

.global secondary_start
secondary_start:
    mov     x19, x0
    cpu_common
    msr     tpidr_el1, x19
    ldr     x9, [x19, #CPU_STACK_TOP]
    mov     sp, x9
    mov     x0, x19
    bl      secondary_main
4:  wfi
    b       4b

.section .bss.stacks, "aw", %nobits
.balign 64
.global stacks
stacks:
    .skip MAX_CPUS * STACK_SIZE
