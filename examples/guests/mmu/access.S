/* Single accesses at EL1 (el1_*) and EL0 (el0_*): x0 = address, x1 = value to store; the value loaded comes back in x0. */

.macro accesses level, end
.global \level\()_load, \level\()_store, \level\()_load_byte, \level\()_ldtr, \level\()_sttr, \level\()_ldp
\level\()_load:
    ldr     x0, [x0]
    \end
\level\()_store:
    str     x1, [x0]
    \end
\level\()_load_byte:
    ldrb    w0, [x0]
    \end
\level\()_ldtr:
    ldtr    x0, [x0]
    \end
\level\()_sttr:
    sttr    x1, [x0]
    \end
\level\()_ldp:
    ldp     x0, x1, [x0]
    \end
.endm

.text
accesses el1, ret
/* Calls the code at x0, which returns to the probe. */
.global el1_call
el1_call:
    ret     x0

.section .user.text, "ax"
accesses el0, "b user_exit"
.global el0_call
el0_call:
    adrp    x30, user_exit
    add     x30, x30, :lo12:user_exit
    ret     x0
