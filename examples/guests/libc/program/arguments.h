/* The arguments that the functions of math.h are given: the same for the program and for the table of what they should give. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <math.h>

#include "program.h"

enum { ARGUMENTS = 96 };

/* In [low, high), as fine as a double can be. */
static inline double between(double low, double high) { return low + (high - low) * ((double)(random_word() >> 11) * 0x1p-53); }

/* name, the interval of the first argument, of the second (functions of one argument ignore it), and how many units in the last place
 * a library may be off. */
#define FUNCTIONS(F1, F2) \
    F1(sin, -50, 50, 1) F1(cos, -50, 50, 1) F1(tan, -50, 50, 1) F1(exp, -100, 100, 1) F1(exp2, -100, 100, 1) F1(expm1, -3, 3, 1) \
    F1(log, 1e-6, 1e6, 1) F1(log2, 1e-6, 1e6, 1) F1(log10, 1e-6, 1e6, 2) F1(log1p, -0.9, 9, 1) F1(asin, -1, 1, 1) F1(acos, -1, 1, 1) \
    F1(atan, -20, 20, 1) F1(sinh, -20, 20, 2) F1(cosh, -20, 20, 2) F1(tanh, -4, 4, 2) F1(cbrt, -1e9, 1e9, 4) \
    F2(pow, 0.01, 100, -20, 20, 1) F2(atan2, -10, 10, -10, 10, 1) F2(hypot, -1e3, 1e3, -1e3, 1e3, 1)

#endif
