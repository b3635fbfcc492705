/* The text both sides print: the guest through format.c, the build machine (host.c) through its C library. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

int out(const char *format, ...);
void workload(void);

#endif
