/* PL011 by polling; the board's firmware-less UART needs no baud rate, only its enable bits. */
#include "guest.h"

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE BIT(4)
#define UART_FR_TXFF BIT(5)

u64 console_base = 0x09000000;

void console_putc(char c)
{
    while (mmio_read32(console_base + UART_FR) & UART_FR_TXFF)
        ;
    mmio_write32(console_base + UART_DR, (u8)c);
}

void console_write(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        console_putc(text[i]);
}

int console_getc_nonblocking(void)
{
    if (mmio_read32(console_base + UART_FR) & UART_FR_RXFE)
        return -1;
    return mmio_read32(console_base + UART_DR) & 0xff;
}
