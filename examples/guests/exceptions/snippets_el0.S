/* The snippets at EL0. */
.section .user.text, "ax"
#define SNIP(name) .balign 8; .global el0_##name; el0_##name:
#define AT(name) .global el0_at_##name; el0_at_##name:
#define DONE b user_exit
#include "snippets.h"
