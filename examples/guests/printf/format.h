/* A complete C formatter: flags, widths, precisions, length modifiers, and exact decimal floating point. */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spec {
    bool left, zero, plus, space, alternate, upper;
    int width, precision;   /* precision -1: not given */
    char length;            /* 'H' hh, 'h', 'l' (also ll, j, z, t), 0 */
};

enum { FLOAT_TEXT = 1500 };

/* The text of a double without sign and padding (kind: one of e f g a); returns its length. */
int float_text(char *out, double value, char kind, const struct spec *spec);

int format_to(void (*put)(char c), const char *format, va_list args);

#endif
