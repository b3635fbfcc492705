/* Conversion specifications: parsing, integers, strings, padding. */
#include "format.h"

struct sink {
    void (*put)(char);
    int length;
};

static void put(struct sink *s, char c)
{
    s->put(c);
    s->length++;
}

static void fill(struct sink *s, char c, int count)
{
    for (; count > 0; count--)
        put(s, c);
}

/* prefix, zeros and body in the field; zero padding goes between prefix and body. */
static void field(struct sink *s, const struct spec *spec, const char *prefix, int zeros, const char *body, int length, bool may_zero)
{
    int signs = 0;
    while (prefix[signs])
        signs++;
    if (zeros < 0)
        zeros = 0;
    int padding = spec->width - signs - zeros - length;
    if (!spec->left && spec->zero && may_zero && padding > 0) {
        zeros += padding;
        padding = 0;
    }
    if (!spec->left)
        fill(s, ' ', padding);
    for (int i = 0; i < signs; i++)
        put(s, prefix[i]);
    fill(s, '0', zeros);
    for (int i = 0; i < length; i++)
        put(s, body[i]);
    if (spec->left)
        fill(s, ' ', padding);
}

static const char *sign_of(const struct spec *spec, bool negative)
{
    return negative ? "-" : spec->plus ? "+" : spec->space ? " " : "";
}

static void number(struct sink *s, const struct spec *spec, uint64_t value, unsigned base, const char *prefix)
{
    char reversed[24], text[24];
    int count = 0;
    for (uint64_t v = value; v; v /= base) {
        unsigned d = (unsigned)(v % base);
        reversed[count++] = (char)(d < 10 ? '0' + d : (spec->upper ? 'A' : 'a') + d - 10);
    }
    for (int i = 0; i < count; i++)
        text[i] = reversed[count - 1 - i];
    int least = spec->precision < 0 ? 1 : spec->precision;
    if (base == 8 && spec->alternate && least <= count)
        least = count + 1;
    if (base == 16 && spec->alternate && value)
        prefix = spec->upper ? "0X" : "0x";
    field(s, spec, prefix, least - count, text, count, spec->precision < 0);
}

static void string(struct sink *s, const struct spec *spec, const char *text)
{
    int length = 0;
    while ((spec->precision < 0 || length < spec->precision) && text[length])
        length++;
    field(s, spec, "", 0, text, length, false);
}

static void floating(struct sink *s, const struct spec *spec, double value, char kind)
{
    static char text[FLOAT_TEXT];
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const char *sign = sign_of(spec, bits >> 63);
    if ((bits >> 52 & 0x7ff) == 0x7ff) {
        bool nan = bits << 12;
        field(s, spec, sign, 0, nan ? (spec->upper ? "NAN" : "nan") : (spec->upper ? "INF" : "inf"), 3, false);
        return;
    }
    int length = float_text(text, value, kind, spec);
    if (kind != 'a') {
        field(s, spec, sign, 0, text, length, true);
        return;
    }
    char prefix[4];
    int n = 0;
    if (*sign)
        prefix[n++] = *sign;
    prefix[n++] = text[0];
    prefix[n++] = text[1];
    prefix[n] = 0;
    field(s, spec, prefix, 0, text + 2, length - 2, true);
}

static uint64_t narrow(const struct spec *spec, uint64_t value)
{
    switch (spec->length) {
    case 'H': return (uint8_t)value;
    case 'h': return (uint16_t)value;
    case 'l': return value;
    default: return (uint32_t)value;
    }
}

static int64_t narrow_signed(const struct spec *spec, uint64_t value)
{
    switch (spec->length) {
    case 'H': return (int8_t)value;
    case 'h': return (int16_t)value;
    case 'l': return (int64_t)value;
    default: return (int32_t)value;
    }
}

static int count_of(const char **p, va_list *args)
{
    int n = 0;
    if (**p == '*') {
        ++*p;
        return va_arg(*args, int);
    }
    for (; **p >= '0' && **p <= '9'; ++*p)
        n = n * 10 + (**p - '0');
    return n;
}

static const char *parse(const char *p, struct spec *spec, va_list *args)
{
    for (;; p++) {
        if (*p == '-')
            spec->left = true;
        else if (*p == '0')
            spec->zero = true;
        else if (*p == '+')
            spec->plus = true;
        else if (*p == ' ')
            spec->space = true;
        else if (*p == '#')
            spec->alternate = true;
        else
            break;
    }
    spec->width = count_of(&p, args);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    spec->precision = -1;
    if (*p == '.') {
        p++;
        spec->precision = count_of(&p, args);
    }
    for (; *p == 'h' || *p == 'l' || *p == 'j' || *p == 'z' || *p == 't'; p++)
        spec->length = *p == 'h' ? (spec->length == 'h' ? 'H' : 'h') : 'l';
    return p;
}

static void convert(struct sink *s, char kind, struct spec *spec, va_list *args)
{
    uint64_t value;
    int64_t number_value;
    char c;
    if (kind >= 'A' && kind <= 'Z') {
        spec->upper = true;
        kind = (char)(kind - 'A' + 'a');
    }
    switch (kind) {
    case 'd':
    case 'i':
        value = spec->length == 'l' ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
        number_value = narrow_signed(spec, value);
        number(s, spec, number_value < 0 ? -(uint64_t)number_value : (uint64_t)number_value, 10, sign_of(spec, number_value < 0));
        break;
    case 'u':
    case 'o':
    case 'x':
        value = spec->length == 'l' ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
        number(s, spec, narrow(spec, value), kind == 'u' ? 10 : kind == 'o' ? 8 : 16, "");
        break;
    case 'p':
        spec->alternate = true;
        number(s, spec, (uint64_t)(uintptr_t)va_arg(*args, void *), 16, "");
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        field(s, spec, "", 0, &c, 1, false);
        break;
    case 's': string(s, spec, va_arg(*args, const char *)); break;
    case 'e':
    case 'f':
    case 'g':
    case 'a': floating(s, spec, va_arg(*args, double), kind); break;
    default: put(s, kind);
    }
}

int format_to(void (*sink_put)(char), const char *p, va_list args)
{
    struct sink s = {sink_put, 0};
    va_list copy;
    va_copy(copy, args);
    for (; *p; p++) {
        if (*p != '%') {
            put(&s, *p);
            continue;
        }
        struct spec spec = {0};
        p = parse(p + 1, &spec, &copy);
        if (!*p)
            break;
        convert(&s, *p, &spec, &copy);
    }
    va_end(copy);
    return s.length;
}
