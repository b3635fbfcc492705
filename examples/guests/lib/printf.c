/* A small printf: integers, strings, padding. No floating point; the printf guest brings its own exact one. */
#include "guest.h"

struct sink {
    char *buffer;   /* NULL: the console */
    size_t size, length;
};

static void put(struct sink *s, char c)
{
    if (!s->buffer)
        console_putc(c);
    else if (s->length + 1 < s->size)
        s->buffer[s->length] = c;
    s->length++;
}

static void pad(struct sink *s, char c, int count)
{
    for (; count > 0; count--)
        put(s, c);
}

struct spec {
    bool left, zero;
    int width, longs;
};

static void put_text(struct sink *s, const struct spec *spec, const char *text, int length)
{
    if (!spec->left)
        pad(s, ' ', spec->width - length);
    for (int i = 0; i < length; i++)
        put(s, text[i]);
    if (spec->left)
        pad(s, ' ', spec->width - length);
}

static void put_number(struct sink *s, const struct spec *spec, u64 value, unsigned base, bool upper, const char *prefix)
{
    char digits[24];
    int n = 0, signs = (int)strlen(prefix);
    do {
        unsigned d = (unsigned)(value % base);
        digits[n++] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
        value /= base;
    } while (value);
    int fill = spec->width - n - signs;
    if (!spec->left && !spec->zero)
        pad(s, ' ', fill);
    for (int i = 0; i < signs; i++)
        put(s, prefix[i]);
    if (!spec->left && spec->zero)
        pad(s, '0', fill);
    while (n)
        put(s, digits[--n]);
    if (spec->left)
        pad(s, ' ', fill);
}

static const char *parse(const char *p, struct spec *spec, va_list *args)
{
    for (;; p++) {
        if (*p == '-')
            spec->left = true;
        else if (*p == '0')
            spec->zero = true;
        else
            break;
    }
    if (*p == '*') {
        spec->width = va_arg(*args, int);
        p++;
    }
    for (; *p >= '0' && *p <= '9'; p++)
        spec->width = spec->width * 10 + (*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        spec->longs++;
    return p;
}

static void convert(struct sink *s, char kind, const struct spec *spec, va_list *args)
{
    const char *text;
    char c;
    s64 number;
    switch (kind) {
    case 'd':
        number = spec->longs ? va_arg(*args, s64) : va_arg(*args, int);
        put_number(s, spec, number < 0 ? -(u64)number : (u64)number, 10, false, number < 0 ? "-" : "");
        break;
    case 'u':
    case 'x':
    case 'X':
        put_number(s, spec, spec->longs ? va_arg(*args, u64) : va_arg(*args, u32), kind == 'u' ? 10 : 16, kind == 'X', "");
        break;
    case 'p':
        put_number(s, spec, va_arg(*args, u64), 16, false, "0x");
        break;
    case 's':
        text = va_arg(*args, const char *);
        put_text(s, spec, text, (int)strlen(text));
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_text(s, spec, &c, 1);
        break;
    default:
        put(s, kind);
    }
}

static void format(struct sink *s, const char *p, va_list *args)
{
    for (; *p; p++) {
        if (*p != '%') {
            put(s, *p);
            continue;
        }
        struct spec spec = {0};
        p = parse(p + 1, &spec, args);
        if (!*p)
            return;
        convert(s, *p, &spec, args);
    }
}

int vprintf(const char *text, va_list args)
{
    struct sink s = {0};
    va_list copy;
    va_copy(copy, args);
    format(&s, text, &copy);
    va_end(copy);
    return (int)s.length;
}

int printf(const char *text, ...)
{
    va_list args;
    va_start(args, text);
    int length = vprintf(text, args);
    va_end(args);
    return length;
}

int vsnprintf(char *buffer, size_t size, const char *text, va_list args)
{
    struct sink s = {buffer, size, 0};
    va_list copy;
    va_copy(copy, args);
    format(&s, text, &copy);
    va_end(copy);
    if (size)
        buffer[s.length < size ? s.length : size - 1] = 0;
    return (int)s.length;
}

int snprintf(char *buffer, size_t size, const char *text, ...)
{
    va_list args;
    va_start(args, text);
    int length = vsnprintf(buffer, size, text, args);
    va_end(args);
    return length;
}
