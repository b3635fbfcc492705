/* The exact decimal expansion of a finite double. */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdint.h>

enum { INTEGER_DIGITS = 320, FRACTION_DIGITS = 1100 };

struct decimal {
    int integer_count, fraction_count;   /* integer part without leading zeros, fraction without trailing ones */
    char integer[INTEGER_DIGITS];        /* '0' to '9', most significant first */
    char fraction[FRACTION_DIGITS];
};

void decimal_of(struct decimal *d, uint64_t mantissa, int exponent);

#endif
