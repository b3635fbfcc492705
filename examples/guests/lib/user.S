/* What every guest has at EL0: a stack for each CPU, and the call that ends an EL0 probe (x0 passes through). */
#include "asm_offsets.h"

.section .user.text, "ax"
.global user_exit
user_exit:
    svc     #0xe0

.section .user.data, "aw"
.balign 4096
.global user_stacks
user_stacks:
    .skip MAX_CPUS * USER_STACK_SIZE
