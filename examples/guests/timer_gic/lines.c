/* Level-triggered device lines: the UART's transmit interrupt. */
#include "irqs.h"

#define UART_DR 0x00
#define UART_IMSC 0x38
#define UART_RIS 0x3c
#define UART_MIS 0x40
#define UART_ICR 0x44
#define UART_TX (1u << 5)

static void clear_uart(u32 irq)
{
    (void)irq;
    mmio_write32(console_base + UART_ICR, UART_TX);
}

static u32 refusals;
static void clear_uart_third_time(u32 irq)
{
    if (++refusals == 3)
        clear_uart(irq);
}

void test_lines(void)
{
    gic_set_edge(IRQ_UART, false);
    gic_set_priority(IRQ_UART, 0x80);
    gic_route(IRQ_UART, 0);
    gic_enable(IRQ_UART);
    mmio_write32(console_base + UART_ICR, 0x7ff);
    console_putc('#');
    console_putc('\n');
    check(wait_until(mmio_read32(console_base + UART_RIS) & UART_TX, 10000), "UART: transmit interrupt raw status");
    check_u64("UART: masked status while masked", mmio_read32(console_base + UART_MIS) & UART_TX, 0);
    log_start();
    quieten = clear_uart;
    take(0);
    EXPECT_NONE("UART: masked, no interrupt");
    /* The checks above printed: the interrupt is raised by now, and cleared once. */
    mmio_write32(console_base + UART_IMSC, UART_TX);
    take(1);
    mmio_write32(console_base + UART_IMSC, 0);
    EXPECT("UART: transmit interrupt", IRQ_UART);

    quieten = clear_uart_third_time;
    refusals = 0;
    console_putc('#');
    console_putc('\n');
    mmio_write32(console_base + UART_IMSC, UART_TX);
    take(3);
    mmio_write32(console_base + UART_IMSC, 0);
    EXPECT("UART: a level that stays is taken again", IRQ_UART, IRQ_UART, IRQ_UART);
    quieten = NULL;
    gic_disable(IRQ_UART);
}
