/* Two EL0 processes on one CPU, switched by a timer tick and by system calls; neither may disturb the other's registers. */
#include "image.h"

enum { PROCESSES = 2, SYS_YIELD = 1, SYS_EXIT = 2, SYS_ADD = 3, SYS_PREEMPTIONS = 4, STEPS = 200000 };

static struct process {
    struct trap_frame frame;
    bool exited;
    u64 result, yields, sum;
} processes[PROCESSES];
static unsigned current;
static u32 preemptions;

static inline u64 system_call(u64 number, u64 argument)
{
    register u64 x0 __asm__("x0") = argument;
    register u64 x8 __asm__("x8") = number;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8) : "memory");
    return x0;
}

/* At EL0: no data but its own stack. */
static USER_TEXT void process_main(u64 seed)
{
    u64 x = seed;
    for (u32 i = 0; i < STEPS; i++) {
        x = x * 6364136223846793005ul + 1442695040888963407ul;
        if (i % 20000 == 0)
            system_call(SYS_YIELD, 0);
        if (i % 50000 == 0)
            x ^= system_call(SYS_ADD, i);
    }
    /* However fast the machine, the tick gets its chance. */
    while (system_call(SYS_PREEMPTIONS, 0) < 3)
        ;
    system_call(SYS_EXIT, x);
    for (;;)
        ;
}

static u64 expected(u64 seed)
{
    u64 x = seed, sum = 0;
    for (u32 i = 0; i < STEPS; i++) {
        x = x * 6364136223846793005ul + 1442695040888963407ul;
        if (i % 50000 == 0)
            x ^= sum += i;
    }
    return x;
}

/* Saves the running process, takes the next that has not exited; with none left, ends the probe that started the first. */
static void switch_process(struct trap_frame *frame)
{
    processes[current].frame = *frame;
    for (unsigned i = 1; i <= PROCESSES; i++) {
        unsigned next = (current + i) % PROCESSES;
        if (processes[next].exited)
            continue;
        current = next;
        *frame = processes[next].frame;
        return;
    }
}

static bool service(struct trap_frame *frame)
{
    if (frame->vector != VECTOR_EL0_SYNC || ESR_EC(frame->esr) != 0x15)
        return false;
    struct process *p = &processes[current];
    switch (frame->x[8]) {
    case SYS_YIELD:
        p->yields++;
        switch_process(frame);
        return true;
    case SYS_ADD:
        p->sum += frame->x[0];
        frame->x[0] = p->sum;
        return true;
    case SYS_PREEMPTIONS: frame->x[0] = preemptions; return true;
    case SYS_EXIT:
        p->exited = true;
        p->result = frame->x[0];
        for (unsigned i = 0; i < PROCESSES; i++)
            if (!processes[i].exited) {
                switch_process(frame);
                return true;
            }
        return false;   /* the probe's own business: it ends */
    default: return false;
    }
}

static void tick(struct trap_frame *frame)
{
    u32 acknowledged = gic_acknowledge();
    timer_virtual_after(timer_ticks(200));
    if (gic_intid(acknowledged) < 1020)
        gic_end(acknowledged);
    if (frame->vector == VECTOR_EL0_IRQ) {
        preemptions++;
        switch_process(frame);
    }
}

void test_processes(void)
{
    struct trap t;
    for (unsigned i = 0; i < PROCESSES; i++) {
        struct trap_frame *f = &processes[i].frame;
        f->x[0] = i + 1;
        f->elr = (u64)process_main;
        f->spsr = 0;
        f->sp_el0 = cpus[i].user_stack;
    }
    irq_hook = tick;
    sync_hook = service;
    gic_enable(IRQ_TIMER_VIRTUAL);
    timer_virtual_after(timer_ticks(200));
    current = 0;
    this_cpu()->user_pstate = 0;
    try_el0(&t, process_main, 1, 0, 0);
    timer_virtual_off();
    irq_hook = NULL;
    sync_hook = NULL;
    for (unsigned i = 0; i < PROCESSES; i++) {
        check(processes[i].exited, "process: exited");
        check_u64("process: result", processes[i].result, expected(i + 1));
        check_u64("process: yields", processes[i].yields, 10);
    }
    check(preemptions >= 3, "processes were preempted");
}
