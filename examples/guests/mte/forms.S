/* Every form of access once: x0 = address, x1 and x2 = values to store; what was loaded comes back in x0. The table `forms` says of each what
 * struct form in mte.h says. */
.arch armv8.5-a+memtag

/* A form: its name, instructions, x0's offset in its granule, the first byte accessed (from x0), how many, and WRITE, RMW, UNCHECKED,
 * STACK (SP is x0 meanwhile: an exception at EL1 writes below). */
.macro form label, at, start, length, flags, code
.text
el1_\label:
    \code
    ret
.section .user.text, "ax"
el0_\label:
    \code
    b       user_exit
.section .rodata.names, "a"
name_\label:
    .asciz "\label"
.section .rodata.forms, "a"
    .quad   name_\label, el0_\label, el1_\label
    .word   \at, \start, \length, \flags
.endm

#define READ 0
#define WRITE 1
#define RMW 2
#define UNCHECKED 4
#define STACK 8

.section .rodata.forms, "a"
.balign 8
.global forms
forms:

form ldrb_offset,   8, 1, 1, READ,  "ldrb w0, [x0, #1]"
form ldrh_post,     8, 0, 2, READ,  "ldrh w9, [x0], #2; mov x0, x9"
form ldr_w_pre,     8, -8, 4, READ, "ldr w9, [x0, #-8]!; mov x0, x9"
form ldr_x,         8, 0, 8, READ,  "ldr x0, [x0]"
form ldr_x_across,  8, 4, 8, READ,  "ldr x0, [x0, #4]"
form ldr_register,  8, 4, 4, READ,  "mov x9, #1; ldr w0, [x0, x9, lsl #2]"
form ldrsw,         8, 0, 4, READ,  "ldrsw x0, [x0]"
form ldur,          8, 5, 8, READ,  "ldur x0, [x0, #5]"
form ldtr,          8, 0, 8, READ,  "ldtr x0, [x0]"
form ldp_w,         8, 4, 8, READ,  "ldp w9, w10, [x0, #4]; add x0, x9, x10"
form ldp_x,         8, 0, 16, READ, "ldp x9, x10, [x0]; add x0, x9, x10"
form ldp_post,      0, 0, 16, READ, "ldp x9, x10, [x0], #16; add x0, x9, x10"
form ldpsw_pre,     8, 4, 8, READ,  "ldpsw x9, x10, [x0, #4]!; add x0, x9, x10"
form ldnp,          8, 0, 16, READ, "ldnp x9, x10, [x0]; add x0, x9, x10"
form ldr_q,         8, 0, 16, READ, "ldr q0, [x0]; fmov x0, d0"
form ldr_s,         8, 0, 4, READ,  "ldr s0, [x0]; fmov w0, s0"
form ldp_q,         0, 0, 32, READ, "ldp q0, q1, [x0]; fmov x0, d1"
form ld1_two,       0, 0, 32, READ, "ld1 {v0.16b, v1.16b}, [x0]; fmov x0, d1"
form ld4_post,      0, 0, 32, READ, "ld4 {v0.8b, v1.8b, v2.8b, v3.8b}, [x0], #32; fmov x0, d3"
form ld2_lane,      8, 0, 16, READ, "ld2 {v0.d, v1.d}[1], [x0]; mov x0, v1.d[1]"
form ld3_replicate, 8, 0, 12, READ, "ld3r {v0.4s, v1.4s, v2.4s}, [x0]; fmov x0, d2"
form ldxr,          8, 0, 8, READ,  "ldxr x0, [x0]"
form ldaxp,         0, 0, 16, READ, "ldaxp x9, x10, [x0]; add x0, x9, x10"
form ldar,          8, 0, 8, READ,  "ldar x0, [x0]"
form ldlarb,        8, 0, 1, READ,  "ldlarb w0, [x0]"
form ldapr,         8, 0, 8, READ,  "ldapr x0, [x0]"
form ldapur,        8, 0, 4, READ,  "ldapur w0, [x0]"
form strb_offset,   8, 1, 1, WRITE, "strb w1, [x0, #1]"
form strh_post,     8, 0, 2, WRITE, "strh w1, [x0], #2"
form str_w_pre,     8, -8, 4, WRITE, "str w1, [x0, #-8]!"
form str_x,         8, 0, 8, WRITE, "str x1, [x0]"
form str_x_across,  8, 4, 8, WRITE, "str x1, [x0, #4]"
form str_register,  8, 4, 4, WRITE, "mov x9, #1; str w1, [x0, x9, lsl #2]"
form sttr,          8, 0, 8, WRITE, "sttr x1, [x0]"
form stp_w,         8, 4, 8, WRITE, "stp w1, w2, [x0, #4]"
form stp_x,         8, 0, 16, WRITE, "stp x1, x2, [x0]"
form stp_post,      0, 0, 16, WRITE, "stp x1, x2, [x0], #16"
form stp_d,         8, 0, 16, WRITE, "fmov d0, x1; fmov d1, x2; stp d0, d1, [x0]"
form str_q,         8, 0, 16, WRITE, "dup v0.2d, x1; str q0, [x0]"
form stp_q,         0, 0, 32, WRITE, "dup v0.2d, x1; dup v1.2d, x2; stp q0, q1, [x0]"
form st1_two,       0, 0, 32, WRITE, "dup v0.2d, x1; dup v1.2d, x2; st1 {v0.16b, v1.16b}, [x0]"
form st3_post,      8, 0, 24, WRITE, "dup v0.2d, x1; dup v1.2d, x2; mov v2.16b, v0.16b; st3 {v0.8b, v1.8b, v2.8b}, [x0], #24"
form st2_lane,      8, 0, 16, WRITE, "dup v0.2d, x1; dup v1.2d, x2; st2 {v0.d, v1.d}[0], [x0]"
form stlr,          8, 0, 8, WRITE, "stlr x1, [x0]"
form stllrh,        8, 0, 2, WRITE, "stllrh w1, [x0]"
form stlur,         8, 0, 4, WRITE, "stlur w1, [x0]"
form stxr,          8, 0, 8, WRITE, "mrs x10, tco; msr tco, #1; ldxr x9, [x0]; msr tco, x10; stxr w9, x1, [x0]"
form stlxp,         0, 0, 16, WRITE, "mrs x10, tco; msr tco, #1; ldxp x9, x11, [x0]; msr tco, x10; stlxp w9, x1, x2, [x0]"
form dc_zva,        0, 0, 0, WRITE, "dc zva, x0"
form ldadd,         8, 0, 8, RMW,   "ldadd x1, x0, [x0]"
form stset,         8, 0, 4, RMW,   "stset w1, [x0]"
form swpalb,        8, 0, 1, RMW,   "swpalb w1, w0, [x0]"
form cas,           8, 0, 8, RMW,   "mov x9, x1; cas x9, x2, [x0]; mov x0, x9"
form casp,          0, 0, 16, RMW,  "mov x8, x1; mov x9, x2; casp x8, x9, x2, x3, [x0]; mov x0, x8"
/* Relative to SP: only write-back and an index register make an access checked. */
form sp_ldr,        0, 8, 8, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; ldr x0, [sp, #8]; mov sp, x9"
form sp_ldp,        0, 0, 16, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; ldp x0, x10, [sp]; mov sp, x9"
form sp_str,        0, 8, 8, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; str x1, [sp, #8]; mov sp, x9"
form sp_ld1,        0, 0, 16, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; ld1 {v0.2d}, [sp]; mov sp, x9; fmov x0, d0"
form sp_ldxr,       0, 0, 8, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; ldxr x0, [sp]; mov sp, x9"
form sp_ldadd,      0, 0, 8, UNCHECKED|STACK, "mov x9, sp; mov sp, x0; ldadd x1, x0, [sp]; mov sp, x9"
form sp_post,       0, 0, 8, STACK,  "mov x9, sp; mov sp, x0; ldr x0, [sp], #16; mov sp, x9"
form sp_pre,        0, -16, 8, WRITE|STACK, "mov x9, sp; mov sp, x0; str x1, [sp, #-16]!; mov sp, x9"
form sp_pair_post,  0, 0, 16, STACK, "mov x9, sp; mov sp, x0; ldp x0, x10, [sp], #32; mov sp, x9"
form sp_register,   0, 8, 8, STACK,  "mov x9, sp; mov sp, x0; mov x10, #8; ldr x0, [sp, x10]; mov sp, x9"
form sp_ld1_post,   0, 0, 16, STACK, "mov x9, sp; mov sp, x0; ld1 {v0.2d}, [sp], #16; mov sp, x9; fmov x0, d0"
/* What accesses no data. */
form prfm,          8, 0, 8, UNCHECKED, "prfm pldl1keep, [x0]"
form dc_civac,      8, 0, 8, UNCHECKED, "dc civac, x0"

.section .rodata.forms, "a"
.global forms_end
forms_end:
