/* The groups of the smp guest. */
#ifndef SMP_H
#define SMP_H

#include "guest.h"
#include "psci.h"
#include "timer.h"

enum { MAX_WAIT = 20000000 };   /* microseconds: only a hang takes this long */

/* Runs work(cpu index) on every CPU at once and returns when all have finished; false on a time-out. */
bool everywhere(void (*work)(u64 cpu));
extern unsigned workers;
/* All of `workers` meet here. */
void barrier(void);

void test_power(void);
void test_counters(void);
void test_ordering(void);
void test_translation(void);

#endif
