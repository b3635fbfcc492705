// What the programs here have in common: a check that says where it failed.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;
#define CHECK(condition)                                                                                                       \
    do {                                                                                                                       \
        if (!(condition)) {                                                                                                    \
            printf("line %d: %s (errno %d, %s)\n", __LINE__, #condition, errno, strerror(errno));                              \
            failures++;                                                                                                        \
        }                                                                                                                      \
    } while (0)

static int verdict(void) {
    if (!failures) puts("all as it should be");
    return failures != 0;
}
