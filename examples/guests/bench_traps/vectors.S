/* Vectors with as little as possible in them, so that the cost seen is the exception's own. Everything else goes to the library's table. */

.macro forward offset
    .balign 128
    b       vectors + \offset
.endm

.text
.balign 2048
.global bench_vectors
bench_vectors:
    forward 0x000
    forward 0x080
    forward 0x100
    forward 0x180
    /* EL1h synchronous: a translation fault of the page at x9, whose descriptor is at x10 and becomes x11. */
    .balign 128
    str     x11, [x10]
    dsb     ishst
    eret
    forward 0x280
    forward 0x300
    forward 0x380
    /* EL0 synchronous: SVC returns at once while x0 is not zero. */
    .balign 128
    cbz     x0, 1f
    eret
1:  b       vectors + 0x400
    forward 0x480
    forward 0x500
    forward 0x580
    forward 0x600
    forward 0x680
    forward 0x700
    forward 0x780

/* x0 = how many SVCs. */
.section .user.text, "ax"
.global user_svc_loop
user_svc_loop:
    svc     #1
    sub     x0, x0, #1
    cbnz    x0, user_svc_loop
    b       user_exit

/* x0 = count, x9 = page, x10 = its descriptor, x11 = the valid descriptor: each turn faults once. */
.text
.global fault_loop
fault_loop:
    mov     x9, x1
    mov     x10, x2
    mov     x11, x3
    lsr     x12, x9, #12
1:  str     xzr, [x10]
    dsb     ishst
    tlbi    vae1, x12
    dsb     nsh
    isb
    ldr     x13, [x9]
    subs    x0, x0, #1
    b.ne    1b
    ret
