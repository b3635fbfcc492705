/* %e, %f, %g and %a of a double: the exact expansion, rounded to nearest with ties to even as a C library does. */
#include "decimal.h"
#include "format.h"

/* Significant digits around a decimal point. */
struct digits {
    char text[INTEGER_DIGITS + FRACTION_DIGITS + 1];
    int count;
    int point;   /* how many of them stand before the point; may be negative or beyond */
};

static void significant(struct digits *s, const struct decimal *d)
{
    s->count = 0;
    s->point = d->integer_count;
    for (int i = 0; i < d->integer_count; i++)
        s->text[s->count++] = d->integer[i];
    int skip = 0;
    if (!d->integer_count)
        for (; skip < d->fraction_count && d->fraction[skip] == '0'; skip++)
            s->point--;
    for (int i = skip; i < d->fraction_count; i++)
        s->text[s->count++] = d->fraction[i];
}

/* Keeps the first `keep` digits, which may be none or fewer than none. */
static void round_to(struct digits *s, int keep)
{
    if (keep >= s->count)
        return;
    bool up = false;
    if (keep >= 0) {
        bool rest = false;
        for (int i = keep + 1; i < s->count; i++)
            rest |= s->text[i] != '0';
        bool odd = keep > 0 && (s->text[keep - 1] & 1);
        up = s->text[keep] > '5' || (s->text[keep] == '5' && (rest || odd));
    }
    s->count = keep > 0 ? keep : 0;
    if (!up)
        return;
    int i = s->count - 1;
    for (; i >= 0 && s->text[i] == '9'; i--)
        s->text[i] = '0';
    if (i >= 0) {
        s->text[i]++;
        return;
    }
    /* A carry out of the top: one more digit before the point. */
    for (int k = s->count; k > 0; k--)
        s->text[k] = s->text[k - 1];
    s->text[0] = '1';
    s->count++;
    s->point = keep > 0 ? s->point + 1 : s->point - keep + 1;
}

static char digit_at(const struct digits *s, int index) { return index >= 0 && index < s->count ? s->text[index] : '0'; }

static int fixed(char *out, const struct digits *s, int precision, bool point)
{
    int n = 0;
    if (s->point <= 0 || !s->count)
        out[n++] = '0';
    else
        for (int i = 0; i < s->point; i++)
            out[n++] = digit_at(s, i);
    if (precision || point)
        out[n++] = '.';
    for (int i = 0; i < precision; i++)
        out[n++] = s->count ? digit_at(s, s->point + i) : '0';
    return n;
}

static int exponent_text(char *out, char letter, int exponent, int least)
{
    int n = 0;
    char reversed[8];
    out[n++] = letter;
    out[n++] = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    int count = 0;
    do
        reversed[count++] = (char)('0' + exponent % 10);
    while (exponent /= 10);
    while (count < least)
        reversed[count++] = '0';
    while (count)
        out[n++] = reversed[--count];
    return n;
}

static int scientific(char *out, const struct digits *s, int precision, bool point, bool upper)
{
    int n = 0;
    out[n++] = digit_at(s, 0);
    if (precision || point)
        out[n++] = '.';
    for (int i = 1; i <= precision; i++)
        out[n++] = digit_at(s, i);
    return n + exponent_text(out + n, upper ? 'E' : 'e', s->count ? s->point - 1 : 0, 2);
}

/* %g: the exponent after rounding to P digits decides the style, trailing zeros go unless '#'. */
static int general(char *out, struct digits *s, const struct spec *spec)
{
    int precision = spec->precision < 0 ? 6 : spec->precision ? spec->precision : 1;
    round_to(s, precision);
    int exponent = s->count ? s->point - 1 : 0, shown = s->count < precision ? s->count : precision;
    while (shown && s->text[shown - 1] == '0')
        shown--;
    if (exponent < -4 || exponent >= precision)
        return scientific(out, s, spec->alternate ? precision - 1 : shown ? shown - 1 : 0, spec->alternate, spec->upper);
    int decimals = spec->alternate ? precision - 1 - exponent : shown - 1 - exponent;
    return fixed(out, s, decimals > 0 ? decimals : 0, spec->alternate);
}

static int hexadecimal(char *out, uint64_t bits, bool upper)
{
    int n = 0, exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t fraction = bits & 0xfffffffffffffull;
    out[n++] = '0';
    out[n++] = upper ? 'X' : 'x';
    out[n++] = exponent ? '1' : '0';
    if (fraction)
        out[n++] = '.';
    for (int shift = 48; fraction; shift -= 4) {
        unsigned d = (unsigned)(fraction >> shift);
        out[n++] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
        fraction &= (1ull << shift) - 1;
    }
    exponent = exponent ? exponent - 1023 : bits << 1 ? -1022 : 0;
    return n + exponent_text(out + n, upper ? 'P' : 'p', exponent, 1);
}

int float_text(char *out, double value, char kind, const struct spec *spec)
{
    static struct decimal decimal;
    static struct digits digits;
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    if (kind == 'a')
        return hexadecimal(out, bits & ~(1ull << 63), spec->upper);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = (bits & 0xfffffffffffffull) | (exponent ? 1ull << 52 : 0);
    decimal_of(&decimal, mantissa, (exponent ? exponent : 1) - 1075);
    significant(&digits, &decimal);
    int precision = spec->precision < 0 ? 6 : spec->precision;
    if (kind == 'g')
        return general(out, &digits, spec);
    if (kind == 'e') {
        round_to(&digits, precision + 1);
        return scientific(out, &digits, precision, spec->alternate, spec->upper);
    }
    round_to(&digits, digits.point + precision);
    return fixed(out, &digits, precision, spec->alternate);
}
