/* The parts of the image guest. */
#ifndef IMAGE_H
#define IMAGE_H

#include "fdt.h"
#include "gic.h"
#include "guest.h"
#include "mmu.h"
#include "psci.h"
#include "timer.h"
#include "trap.h"

/* What head.S found on entry. */
struct entry_state {
    u64 x0, x1, x2, x3, current_el, daif, sctlr, base;
};
extern struct entry_state entry_state;

void test_entry(void);
void test_device_tree(void);
void test_cpus(void);
void test_processes(void);

#endif
