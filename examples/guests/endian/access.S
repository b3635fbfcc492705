/* Accesses of every class, for both byte orders and both levels: x0 is the buffer, x1..x4 and v0..v3 are values. Results are x0..x4,
 * v0..v3 and what the buffer then holds. Nothing here may use the stack. */

/* Entry of EL0's runs, which end with user_exit; common code of both. x0 code, x1 buffer, x2 results. */
.section .user.text, "ax"
.balign 4
.global endian_run_el0
endian_run_el0:
    adr     x15, user_exit
.global endian_run
endian_run:
    mov     x16, x0
    mov     x17, x2
    mov     x0, x1
    movz    x1, #0xcdef
    movk    x1, #0x89ab, lsl #16
    movk    x1, #0x4567, lsl #32
    movk    x1, #0x0123, lsl #48
    movz    x2, #0x3210
    movk    x2, #0x7654, lsl #16
    movk    x2, #0xba98, lsl #32
    movk    x2, #0xfedc, lsl #48
    rbit    x3, x1
    rbit    x4, x2
    mov     v0.d[0], x1
    mov     v0.d[1], x2
    mov     v1.d[0], x3
    mov     v1.d[1], x4
    rev32   v2.16b, v0.16b
    rev32   v3.16b, v1.16b
    adr     x30, 1f
    ret     x16
1:  stp     x0, x1, [x17]
    stp     x2, x3, [x17, #16]
    str     x4, [x17, #32]
    stp     d0, d1, [x17, #40]
    stp     d2, d3, [x17, #56]
    mov     x0, v0.d[1]
    mov     x1, v1.d[1]
    stp     x0, x1, [x17, #72]
    mov     x0, v2.d[1]
    mov     x1, v3.d[1]
    stp     x0, x1, [x17, #88]
    ret     x15

/* EL1's: big-endian data and tables around the access. x0 code, x1 buffer, x2 results, x3 TTBR0_EL1 with tables in that order. */
.text
.balign 4
.global endian_run_el1
endian_run_el1:
    stp     x29, x30, [sp, #-16]!
    mrs     x10, sctlr_el1
    mrs     x12, ttbr0_el1
    bic     x11, x10, #1
    orr     x13, x10, #(1 << 25)
    msr     sctlr_el1, x11
    isb
    msr     ttbr0_el1, x3
    isb
    tlbi    vmalle1
    dsb     nsh
    msr     sctlr_el1, x13
    isb
    adrp    x9, endian_run
    add     x9, x9, :lo12:endian_run
    adr     x15, 2f
    br      x9
2:  msr     sctlr_el1, x11
    isb
    msr     ttbr0_el1, x12
    isb
    tlbi    vmalle1
    dsb     nsh
    msr     sctlr_el1, x10
    isb
    ldp     x29, x30, [sp], #16
    ret

/* snippet NAME, "TEXT": an access and the way back, with an entry of the table that C sees. */
.macro snippet name:vararg
    .section .rodata.endian_names, "aMS", %progbits, 1
77: .asciz  \name
    .section .data.endian_table, "aw"
    .quad   77b, 78f
    .section .user.text, "ax"
    .balign 4
78:
.endm
.macro access text
    snippet "\text"
    \text
    ret
.endm
.macro access2 text, more
    snippet "\text; \more"
    \text
    \more
    ret
.endm

.section .data.endian_table, "aw"
.balign 8
.global endian_plain
endian_plain:

.arch armv8.1-a
access "ldrb w0, [x0, #1]"
access "ldrsb x0, [x0]"
access "ldrh w0, [x0]"
access "ldrsh w0, [x0]"
access "ldrsh x0, [x0]"
access "ldr w0, [x0]"
access "ldrsw x0, [x0]"
access "ldr x0, [x0, #8]"
access "ldr x2, [x0], #8"
access "ldr x2, [x0, #16]!"
access "ldur w0, [x0, #-3]"
access "ldp w2, w3, [x0]"
access "ldp x2, x3, [x0]"
access "ldpsw x2, x3, [x0, #4]"
access "ldp x2, x3, [x0, #16]!"
access "ldnp x2, x3, [x0, #8]"
access "ldr b0, [x0]"
access "ldr h0, [x0]"
access "ldr s0, [x0]"
access "ldr d0, [x0]"
access "ldr q0, [x0]"
access "ldp s0, s1, [x0]"
access "ldp d0, d1, [x0]"
access "ldp q0, q1, [x0]"
access "strb w1, [x0, #1]"
access "strh w1, [x0]"
access "str w1, [x0]"
access "str x1, [x0, #8]"
access "str x1, [x0, #8]!"
access "str x1, [x0], #-8"
access "stp w1, w2, [x0]"
access "stp x1, x2, [x0]"
access "stp x1, x2, [x0, #16]!"
access "stnp x1, x2, [x0, #8]"
access "str b0, [x0]"
access "str h0, [x0]"
access "str s0, [x0]"
access "str d0, [x0]"
access "str q0, [x0]"
access "stp s0, s1, [x0]"
access "stp d0, d1, [x0]"
access "stp q0, q1, [x0]"
access "ldtrh w0, [x0]"
access "ldtr w0, [x0]"
access "ldtrsw x0, [x0]"
access "ldtr x0, [x0]"
access "sttrh w1, [x0]"
access "sttr w1, [x0]"
access "sttr x1, [x0]"
access "ld1 {v0.16b}, [x0]"
access "ld1 {v0.8b, v1.8b}, [x0]"
access "ld1 {v0.4h}, [x0]"
access "ld1 {v0.8h-v2.8h}, [x0]"
access "ld1 {v0.4s-v3.4s}, [x0]"
access "ld1 {v0.2d, v1.2d}, [x0], #32"
access "ld1 {v0.1d}, [x0]"
access "ld2 {v0.16b, v1.16b}, [x0]"
access "ld2 {v0.4h, v1.4h}, [x0]"
access "ld3 {v0.4s-v2.4s}, [x0]"
access "ld4 {v0.2d-v3.2d}, [x0]"
access "ld4 {v0.8h-v3.8h}, [x0]"
access "st1 {v0.16b}, [x0]"
access "st1 {v0.4h-v2.4h}, [x0]"
access "st1 {v0.4s, v1.4s}, [x0]"
access "st1 {v0.2d-v3.2d}, [x0]"
access "st2 {v0.8h, v1.8h}, [x0]"
access "st3 {v0.2s-v2.2s}, [x0]"
access "st4 {v0.2d-v3.2d}, [x0]"
access "ld1 {v0.h}[3], [x0]"
access "ld1 {v0.d}[1], [x0]"
access "ld2 {v0.s, v1.s}[2], [x0]"
access "ld3 {v0.h-v2.h}[7], [x0]"
access "ld4 {v0.b-v3.b}[9], [x0]"
access "st1 {v0.h}[3], [x0]"
access "st1 {v0.d}[1], [x0]"
access "st2 {v0.s, v1.s}[2], [x0]"
access "st4 {v0.h-v3.h}[5], [x0]"
access "ld1r {v0.4h}, [x0]"
access "ld1r {v0.2d}, [x0]"
access "ld2r {v0.4s, v1.4s}, [x0]"
access "ld4r {v0.8h-v3.8h}, [x0]"
    .section .data.endian_table, "aw"
    .quad   0, 0

/* Aligned addresses only. */
.global endian_ordered
endian_ordered:
access "ldarb w0, [x0]"
access "ldarh w0, [x0]"
access "ldar w0, [x0]"
access "ldar x0, [x0]"
access "stlrh w1, [x0]"
access "stlr w1, [x0]"
access "stlr x1, [x0]"
access2 "ldxrh w5, [x0]", "stxrh w2, w1, [x0]"
access2 "ldxr w5, [x0]", "stxr w2, w1, [x0]"
access2 "ldaxr x5, [x0]", "stlxr w2, x1, [x0]"
access2 "ldxp w5, w6, [x0]", "stxp w4, w1, w2, [x0]"
access2 "ldaxp x5, x6, [x0]", "stlxp w4, x1, x2, [x0]"
access2 "ldxp w3, w4, [x0]", "clrex"
access2 "ldxp x3, x4, [x0]", "clrex"
    .section .data.endian_table, "aw"
    .quad   0, 0

/* FEAT_LSE. */
.global endian_atomic
endian_atomic:
access "ldaddh w1, w2, [x0]"
access "ldadd w1, w2, [x0]"
access "ldaddal x1, x2, [x0]"
access "stadd w1, [x0]"
access "ldclr x1, x2, [x0]"
access "ldeor w1, w2, [x0]"
access "ldset x1, x2, [x0]"
access "ldsmaxh w1, w2, [x0]"
access "ldsmin w1, w2, [x0]"
access "ldumax x1, x2, [x0]"
access "lduminb w1, w2, [x0]"
access "swp w1, w2, [x0]"
access "swpal x1, x2, [x0]"
access2 "ldr w3, [x0]", "cas w3, w1, [x0]"
access2 "ldr x3, [x0]", "casal x3, x1, [x0]"
access2 "ldrh w3, [x0]", "cash w3, w1, [x0]"
access "cas x3, x1, [x0]"
access2 "ldp w2, w3, [x0]", "casp w2, w3, w4, w5, [x0]"
access2 "ldp x2, x3, [x0]", "casp x2, x3, x4, x5, [x0]"
access "casp w2, w3, w4, w5, [x0]"
access "casp x2, x3, x4, x5, [x0]"
    .section .data.endian_table, "aw"
    .quad   0, 0
