/* Priority order, the priority mask, and preemption. Values are multiples of 0x10, which every number of implemented bits keeps apart. */
#include "irqs.h"

static void order(void)
{
    spi_prepare(SPI_A, 0xc0);
    spi_prepare(SPI_B, 0x40);
    spi_prepare(SPI_C, 0x80);
    log_start();
    gic_set_pending(SPI_A);
    gic_set_pending(SPI_B);
    gic_set_pending(SPI_C);
    take(3);
    EXPECT("by priority", SPI_B, SPI_C, SPI_A);
    gic_set_priority(SPI_A, 0x40);
    gic_set_priority(SPI_C, 0x40);
    check_u64("priority reads back", gic_priority(SPI_C), 0x40);
    gic_set_pending(SPI_C);
    gic_set_pending(SPI_B);
    gic_set_pending(SPI_A);
    take(3);
    EXPECT("equal priority: lowest INTID first", SPI_A, SPI_B, SPI_C);
}

static void mask(void)
{
    gic_set_priority(SPI_A, 0x80);
    gic_set_priority(SPI_B, 0x70);
    gic_set_priority_mask(0x80);
    gic_set_pending(SPI_A);
    gic_set_pending(SPI_B);
    take(1);
    EXPECT("mask 0x80 lets 0x70 pass and holds 0x80", SPI_B);
    gic_set_priority_mask(0x88);
    take(1);
    EXPECT("mask 0x88 lets 0x80 pass", SPI_A);
    gic_set_pending(SPI_A);
    gic_set_priority_mask(0);
    take(0);
    EXPECT_NONE("mask 0 holds everything");
    gic_set_priority_mask(0xf8);
    take(1);
    EXPECT("mask 0xf8", SPI_A);
}

/* A handler that opens IRQs inside and writes down entries and exits: INTID on entry, INTID + 0x1000 on exit. */
static void (*inside)(u32 irq);
static void nesting_handler(struct trap_frame *frame)
{
    (void)frame;
    u32 acknowledged = gic_acknowledge(), irq = gic_intid(acknowledged);
    log_taken[log_count++] = irq;
    if (irq >= 1020)
        return;
    inside(irq);
    irq_enable();
    wait_until(false, 200);
    irq_disable();
    log_taken[log_count++] = irq + 0x1000;
    gic_end(acknowledged);
}

static bool expect_sequence(const char *label, const u32 *steps, u32 count)
{
    bool right = log_count == count;
    for (u32 i = 0; i < count && i < log_count; i++)
        right &= log_taken[i] == steps[i];
    if (!right)
        for (u32 i = 0; i < log_count; i++)
            printf("     0x%x\n", log_taken[i]);
    log_count = 0;
    return check(right, label);
}
#define SEQUENCE(label, ...) expect_sequence(label, (const u32[]){__VA_ARGS__}, ARRAY_LEN(((const u32[]){__VA_ARGS__})))
enum { END = 0x1000 };

static void raise_b(u32 irq)
{
    if (irq == SPI_A)
        gic_set_pending(SPI_B);
}
static void raise_b_then_c(u32 irq)
{
    if (irq == SPI_A)
        gic_set_pending(SPI_B);
    else if (irq == SPI_B)
        gic_set_pending(SPI_C);
}

static void nest(u8 a, u8 b, u8 c, void (*step)(u32), u32 count)
{
    gic_set_priority(SPI_A, a);
    gic_set_priority(SPI_B, b);
    gic_set_priority(SPI_C, c);
    log_count = 0;
    inside = step;
    irq_hook = nesting_handler;
    gic_set_pending(SPI_A);
    take(count);
}

static void preemption(void)
{
    nest(0xc0, 0x40, 0x20, raise_b, 4);
    SEQUENCE("higher priority preempts", SPI_A, SPI_B, SPI_B + END, SPI_A + END);
    nest(0x80, 0x80, 0x20, raise_b, 4);
    SEQUENCE("equal priority does not", SPI_A, SPI_A + END, SPI_B, SPI_B + END);
    nest(0x40, 0x80, 0x20, raise_b, 4);
    SEQUENCE("lower priority does not", SPI_A, SPI_A + END, SPI_B, SPI_B + END);
    nest(0xc0, 0x80, 0x40, raise_b_then_c, 6);
    SEQUENCE("three levels", SPI_A, SPI_B, SPI_C, SPI_C + END, SPI_B + END, SPI_A + END);
    check_u64("running priority after all", gic_running_priority(), 0xff);
    log_start();
}

void test_priorities(void)
{
    order();
    mask();
    preemption();
}
