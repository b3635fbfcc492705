/* The snippets at EL1, and the few that only make sense there. */
.text
#define SNIP(name) .balign 8; .global el1_##name; el1_##name:
#define AT(name) .global el1_at_##name; el1_at_##name:
#define DONE ret
#include "snippets.h"

SNIP(hvc)                       /* x0 = function: no exception at EL1 */
            hvc     #0
            ret
SNIP(eret_to)                   /* x0 = SPSR: an exception return to AT */
            adr     x9, el1_at_eret_to
            msr     elr_el1, x9
            msr     spsr_el1, x0
            eret
AT(eret_to) nop
            ret
