/* Shared by the groups of the timer_gic guest: a log of interrupts taken and what to do about each source. */
#ifndef IRQS_H
#define IRQS_H

#include "gic.h"
#include "guest.h"
#include "timer.h"
#include "trap.h"

enum { LOG_SIZE = 32 };

/* Acknowledge values in the order taken, on this machine's CPU 0. */
extern volatile u32 log_count;
extern u32 log_taken[LOG_SIZE];
extern u64 log_vector;

/* Called between acknowledge and end: stops a level-triggered source; may be NULL. */
extern void (*quieten)(u32 irq);

void log_start(void);
void standard_handler(struct trap_frame *frame);
/* With IRQs open: until `count` are logged, or 200 ms. Then a moment more for those that should not come. */
void take(u32 count);
/* Compares the log with a list of INTIDs; one line. */
bool expect_log(const char *label, const u32 *irqs, u32 count);
#define EXPECT(label, ...) expect_log(label, (const u32[]){__VA_ARGS__}, ARRAY_LEN(((const u32[]){__VA_ARGS__})))
#define EXPECT_NONE(label) expect_log(label, NULL, 0)

/* An edge-triggered SPI of no device: enabled, priority set, routed to CPU 0. */
void spi_prepare(u32 irq, u8 priority);
enum { SPI_A = 60, SPI_B = 61, SPI_C = 62 };

void test_timers(void);
void test_delivery(void);
void test_priorities(void);
void test_lines(void);
void test_low_level(void);
void test_cpus(void);

#endif
