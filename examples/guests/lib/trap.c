/* Exception dispatch: hooks, probes, and a readable death for anything else. */
#include "trap.h"
#include "guest.h"

void (*irq_hook)(struct trap_frame *frame);
void (*fiq_hook)(struct trap_frame *frame);
bool (*sync_hook)(struct trap_frame *frame);
extern const char try_resume[];

static void die(const struct trap_frame *f)
{
    printf("\nunexpected exception: vector %lu esr 0x%lx elr 0x%lx far 0x%lx spsr 0x%lx cpu %lu\n", f->vector, f->esr, f->elr,
           f->far, f->spsr, this_cpu()->index);
    for (unsigned i = 0; i < 31; i++)
        printf("x%-2u 0x%016lx%s", i, f->x[i], i % 3 == 2 ? "\n" : "  ");
    printf("\nFAIL %s: unexpected exception\n", guest_name);
    power_off();
}

void trap_entry(struct trap_frame *f)
{
    unsigned kind = f->vector & 3;
    if (kind == 1 && irq_hook) {
        irq_hook(f);
        return;
    }
    if (kind == 2 && fiq_hook) {
        fiq_hook(f);
        return;
    }
    if (kind == 0 && sync_hook && sync_hook(f))
        return;
    struct trap *result = this_cpu()->try_result;
    if (kind != 0 || !result)
        die(f);
    *result = (struct trap){1, f->x[0], f->vector, f->esr, f->elr, f->far, f->spsr};
    f->elr = (u64)try_resume;
    f->spsr = PSTATE_DAIF | PSTATE_EL1H;
}
