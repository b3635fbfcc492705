/* A secondary entry of its own: writes the state PSCI CPU_ON leaves to the record at x0, then turns the CPU off. */
.text
.global record_entry_state
record_entry_state:
    mrs     x1, currentel
    mrs     x2, daif
    mrs     x3, spsel
    mrs     x4, sctlr_el1
    mrs     x5, mpidr_el1
    stp     x1, x2, [x0]
    stp     x3, x4, [x0, #16]
    stp     x5, x0, [x0, #32]
    dsb     sy
    mov     w1, #1
    str     w1, [x0, #48]
    dsb     sy
    ldr     w0, =0x84000002         /* PSCI CPU_OFF */
    hvc     #0
1:  b       1b
