/* The groups of checks, each a hash that does not depend on the machine. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdint.h>

enum { GROUPS = 6 };
struct group {
    const char *name;
    uint64_t (*run)(void);
};
extern const struct group groups[GROUPS];

#endif
