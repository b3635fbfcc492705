"""Arm floating point on exact rationals, after the Arm ARM's shared pseudocode (FPUnpack, FPRound, FPAdd, ...): one function an
operation, from bit patterns to a bit pattern and FPSR flags. Slow and simple; it exists to disagree with fast implementations."""
from fractions import Fraction
from math import isqrt

IOC, DZC, OFC, UFC, IXC, IDC = 1, 2, 4, 8, 16, 128
RN, RP, RM, RZ, RA = 0, 1, 2, 3, 4  # FPCR.RMode values, and ties-to-away for some conversions


class Format:
    def __init__(self, letter, bits, exponent, fraction):
        self.letter, self.bits, self.exponent, self.fraction = letter, bits, exponent, fraction
        self.min_exponent = 2 - (1 << (exponent - 1))
        self.max_biased = (1 << exponent) - 1
        self.sign = 1 << (bits - 1)
        self.infinity = self.max_biased << fraction
        self.quiet = 1 << (fraction - 1)
        self.default_nan = self.infinity | self.quiet


H, S, D = Format("h", 16, 5, 10), Format("s", 32, 8, 23), Format("d", 64, 11, 52)


class Control:
    """FPCR, and the flags an operation raises."""

    def __init__(self, mode=RN, fz=False, dn=False, fz16=False, ahp=False):
        self.mode, self.fz, self.dn, self.fz16, self.ahp = mode, fz, dn, fz16, ahp
        self.flags = 0

    def value(self):
        return self.mode << 22 | self.fz << 24 | self.dn << 25 | self.ahp << 26 | self.fz16 << 19

    def flush(self, fmt):
        return self.fz16 if fmt is H else self.fz


class Number:
    """kind is 'snan', 'qnan', 'inf', 'zero' or 'number'."""

    def __init__(self, kind, sign, value=Fraction(0)):
        self.kind, self.sign, self.value = kind, sign, value

    @property
    def nan(self):
        return self.kind in ("snan", "qnan")


def power(e):
    return Fraction(1 << e) if e >= 0 else Fraction(1, 1 << -e)


def unpack(fmt, bits, c, convert=False):
    sign = bits >> (fmt.bits - 1) & 1
    biased, fraction = bits >> fmt.fraction & fmt.max_biased, bits & ((1 << fmt.fraction) - 1)
    if biased == fmt.max_biased and not (fmt is H and convert and c.ahp):
        if fraction == 0:
            return Number("inf", sign)
        return Number("qnan" if fraction & fmt.quiet else "snan", sign)
    if biased == 0:
        if fraction == 0:
            return Number("zero", sign)
        if c.flush(fmt) and not (fmt is H and convert):
            if fmt is not H:
                c.flags |= IDC
            return Number("zero", sign)
        magnitude = Fraction(fraction) * power(fmt.min_exponent - fmt.fraction)
    else:
        magnitude = (Fraction(fraction) + (1 << fmt.fraction)) * power(biased - 1 + fmt.min_exponent - fmt.fraction)
    return Number("number", sign, -magnitude if sign else magnitude)


def zero(fmt, sign):
    return fmt.sign if sign else 0


def infinity(fmt, sign):
    return fmt.infinity | zero(fmt, sign)


def floor_log2(value):
    e = value.numerator.bit_length() - value.denominator.bit_length()
    return e if power(e) <= value else e - 1


def rounds_up(mode, sign, integer, error):
    half = Fraction(1, 2)
    if mode == RN:
        return error > half or (error == half and integer & 1)
    if mode == RP:
        return error > 0 and not sign
    if mode == RM:
        return error > 0 and bool(sign)
    if mode == RA:
        return error >= half
    return False


def pack(fmt, value, c, mode=None, convert=False):
    """FPRound of a value that is not zero."""
    mode = c.mode if mode is None else mode
    sign, magnitude = value < 0, abs(value)
    exponent = floor_log2(magnitude)
    if exponent < fmt.min_exponent and c.flush(fmt) and not (fmt is H and convert):
        c.flags |= UFC
        return zero(fmt, sign)
    biased = max(exponent - fmt.min_exponent + 1, 0)
    scaled = magnitude * power(fmt.fraction - (exponent if biased else fmt.min_exponent))
    integer = scaled.numerator // scaled.denominator
    error = scaled - integer
    if biased == 0 and error:
        c.flags |= UFC
    if rounds_up(mode, sign, integer, error):
        integer += 1
        if integer == 1 << fmt.fraction:
            biased = 1
        if integer == 2 << fmt.fraction:
            biased += 1
            integer >>= 1
    if fmt is H and convert and c.ahp:
        if biased >= 1 << fmt.exponent:
            c.flags |= IOC
            return zero(fmt, sign) | 0x7FFF
    elif biased >= fmt.max_biased:
        c.flags |= OFC | IXC
        to_infinity = mode in (RN, RA) or (mode == RP and not sign) or (mode == RM and sign)
        return infinity(fmt, sign) if to_infinity else zero(fmt, sign) | (fmt.infinity - 1)
    if error:
        c.flags |= IXC
    return zero(fmt, sign) | biased << fmt.fraction | integer & ((1 << fmt.fraction) - 1)


def default_nan(fmt, c):
    c.flags |= IOC
    return fmt.default_nan


def process_nan(fmt, number, bits, c):
    if number.kind == "snan":
        bits |= fmt.quiet
        c.flags |= IOC
    return fmt.default_nan if c.dn else bits


def process_nans(fmt, c, *pairs):
    """The first signalling NaN, else the first quiet one, else None."""
    for kind in ("snan", "qnan"):
        for number, bits in pairs:
            if number.kind == kind:
                return process_nan(fmt, number, bits, c)
    return None


def sum_of(fmt, a, b, c):
    """FPAdd of two unpacked numbers that are not NaNs."""
    if a.kind == "inf" and b.kind == "inf" and a.sign != b.sign:
        return default_nan(fmt, c)
    if a.kind == "inf" or b.kind == "inf":
        return infinity(fmt, a.sign if a.kind == "inf" else b.sign)
    if a.kind == "zero" and b.kind == "zero" and a.sign == b.sign:
        return zero(fmt, a.sign)
    value = a.value + b.value
    return pack(fmt, value, c) if value else zero(fmt, c.mode == RM)


def add(fmt, x, y, c):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    return sum_of(fmt, a, b, c) if nan is None else nan


def sub(fmt, x, y, c):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    return sum_of(fmt, a, Number(b.kind, b.sign ^ 1, -b.value), c) if nan is None else nan


def product(fmt, a, b, c, infinity_times_zero):
    kinds = {a.kind, b.kind}
    sign = a.sign ^ b.sign
    if kinds == {"inf", "zero"}:
        return infinity_times_zero(sign)
    if "inf" in kinds:
        return infinity(fmt, sign)
    if "zero" in kinds:
        return zero(fmt, sign)
    return pack(fmt, a.value * b.value, c)


def mul(fmt, x, y, c):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    return product(fmt, a, b, c, lambda sign: default_nan(fmt, c)) if nan is None else nan


def mulx(fmt, x, y, c):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    two = (1 - fmt.min_exponent + 1) << fmt.fraction
    return product(fmt, a, b, c, lambda sign: zero(fmt, sign) | two) if nan is None else nan


def nmul(fmt, x, y, c):
    return mul(fmt, x, y, c) ^ fmt.sign


def div(fmt, x, y, c):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    if nan is not None:
        return nan
    sign = a.sign ^ b.sign
    if a.kind == b.kind and a.kind in ("inf", "zero"):
        return default_nan(fmt, c)
    if a.kind == "inf" or b.kind == "zero":
        if a.kind != "inf":
            c.flags |= DZC
        return infinity(fmt, sign)
    if a.kind == "zero" or b.kind == "inf":
        return zero(fmt, sign)
    return pack(fmt, a.value / b.value, c)


def sqrt(fmt, x, c):
    a = unpack(fmt, x, c)
    if a.nan:
        return process_nan(fmt, a, x, c)
    if a.kind == "zero":
        return zero(fmt, a.sign)
    if a.sign:
        return default_nan(fmt, c)
    if a.kind == "inf":
        return infinity(fmt, 0)
    # Enough bits that truncation with a sticky bit rounds as the real root does.
    shift = 2 * (fmt.fraction + 4) - 2 * (floor_log2(a.value) // 2)
    scaled = a.value * power(shift)
    whole = scaled.numerator // scaled.denominator
    root = isqrt(whole)
    exact = root * root == whole and scaled.denominator == 1
    return pack(fmt, (Fraction(root) + (0 if exact else Fraction(1, 4))) * power(-shift // 2), c)


def muladd(fmt, z, x, y, c):
    addend, a, b = unpack(fmt, z, c), unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (addend, z), (a, x), (b, y))
    invalid_product = {a.kind, b.kind} == {"inf", "zero"}
    if addend.kind == "qnan" and invalid_product:
        return default_nan(fmt, c)
    if nan is not None:
        return nan
    sign = a.sign ^ b.sign
    p = Number("inf" if "inf" in (a.kind, b.kind) else "zero" if "zero" in (a.kind, b.kind) else "number", sign, a.value * b.value)
    if invalid_product or (addend.kind == "inf" and p.kind == "inf" and addend.sign != sign):
        return default_nan(fmt, c)
    return sum_of(fmt, addend, p, c)


def madd(fmt, x, y, z, c):
    return muladd(fmt, z, x, y, c)


def msub(fmt, x, y, z, c):
    return muladd(fmt, z, x ^ fmt.sign, y, c)


def nmadd(fmt, x, y, z, c):
    return muladd(fmt, z ^ fmt.sign, x ^ fmt.sign, y, c)


def nmsub(fmt, x, y, z, c):
    return muladd(fmt, z ^ fmt.sign, x, y, c)


def extreme(fmt, x, y, c, largest):
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    if nan is not None:
        return nan
    rank = lambda n: (-1 if n.sign else 1, 0) if n.kind == "inf" else (0, n.value)
    first = rank(a) > rank(b) if largest else rank(a) < rank(b)
    chosen = a if first else b
    if chosen.kind == "inf":
        return infinity(fmt, chosen.sign)
    if chosen.kind == "zero" and (a.kind == "zero" and b.kind == "zero"):
        return zero(fmt, (a.sign and b.sign) if largest else (a.sign or b.sign))
    if chosen.kind == "zero":
        return zero(fmt, chosen.sign)
    return pack(fmt, chosen.value, c)


def maximum(fmt, x, y, c):
    return extreme(fmt, x, y, c, True)


def minimum(fmt, x, y, c):
    return extreme(fmt, x, y, c, False)


def extreme_number(fmt, x, y, c, largest):
    """A single quiet NaN loses against a number."""
    scratch = Control()
    a, b = unpack(fmt, x, scratch), unpack(fmt, y, scratch)
    if a.kind == "qnan" and not b.nan:
        x = infinity(fmt, largest)
    elif b.kind == "qnan" and not a.nan:
        y = infinity(fmt, largest)
    return extreme(fmt, x, y, c, largest)


def maxnm(fmt, x, y, c):
    return extreme_number(fmt, x, y, c, True)


def minnm(fmt, x, y, c):
    return extreme_number(fmt, x, y, c, False)


def abd(fmt, x, y, c):
    return sub(fmt, x, y, c) & ~fmt.sign


def step(fmt, x, y, c, constant, halve):
    """FRECPS and FRSQRTS: constant - x * y, one rounding; infinity times zero counts as zero."""
    x ^= fmt.sign
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    nan = process_nans(fmt, c, (a, x), (b, y))
    if nan is not None:
        return nan
    if {a.kind, b.kind} == {"inf", "zero"}:
        return pack(fmt, Fraction(constant, 2 if halve else 1), c)
    if "inf" in (a.kind, b.kind):
        return infinity(fmt, a.sign ^ b.sign)
    value = (constant + a.value * b.value) / (2 if halve else 1)
    return pack(fmt, value, c) if value else zero(fmt, c.mode == RM)


def recps(fmt, x, y, c):
    return step(fmt, x, y, c, 2, False)


def rsqrts(fmt, x, y, c):
    return step(fmt, x, y, c, 3, True)


def recpx(fmt, x, c):
    a = unpack(fmt, x, c)
    if a.nan:
        return process_nan(fmt, a, x, c)
    biased = x >> fmt.fraction & fmt.max_biased
    flipped = fmt.max_biased - 1 if biased == 0 else ~biased & fmt.max_biased
    return x & fmt.sign | flipped << fmt.fraction


def recip_estimate(a):
    """9 bits in and out (Arm ARM RecipEstimate)."""
    a = a * 2 + 1
    return ((1 << 19) // a + 1) // 2


def recpe(fmt, x, c):
    a = unpack(fmt, x, c)
    if a.nan:
        return process_nan(fmt, a, x, c)
    if a.kind == "inf":
        return zero(fmt, a.sign)
    if a.kind == "zero":
        c.flags |= DZC
        return infinity(fmt, a.sign)
    if abs(a.value) < power(fmt.min_exponent - 2):
        c.flags |= OFC | IXC
        up = c.mode == RN or (c.mode == RP and not a.sign) or (c.mode == RM and a.sign)
        return infinity(fmt, a.sign) if up else zero(fmt, a.sign) | (fmt.infinity - 1)
    limit = power(-fmt.min_exponent)
    if c.flush(fmt) and abs(a.value) >= limit:
        c.flags |= UFC
        return zero(fmt, a.sign)
    fraction = (x & ((1 << fmt.fraction) - 1)) << (52 - fmt.fraction)
    exponent = x >> fmt.fraction & fmt.max_biased
    if exponent == 0:
        if fraction >> 51 == 0:
            exponent = -1
            fraction = fraction << 2 & ((1 << 52) - 1)
        else:
            fraction = fraction << 1 & ((1 << 52) - 1)
    estimate = recip_estimate(0x100 | fraction >> 44)
    result = 2 * (1 - fmt.min_exponent) - 1 - exponent
    fraction = (estimate & 0xFF) << 44
    if result == 0:
        fraction = 1 << 51 | fraction >> 1
    elif result == -1:
        fraction = 1 << 50 | fraction >> 2
        result = 0
    return zero(fmt, a.sign) | (result & fmt.max_biased) << fmt.fraction | fraction >> (52 - fmt.fraction)


def rsqrt_estimate(a):
    """Arm ARM RecipSqrtEstimate: 128 <= a < 512."""
    if a < 256:
        a = a * 2 + 1
    else:
        a = (a >> 1 << 1) * 2 + 2
    b = 512
    while a * (b + 1) * (b + 1) < 1 << 28:
        b += 1
    return (b + 1) // 2


def rsqrte(fmt, x, c):
    a = unpack(fmt, x, c)
    if a.nan:
        return process_nan(fmt, a, x, c)
    if a.kind == "zero":
        c.flags |= DZC
        return infinity(fmt, a.sign)
    if a.sign:
        return default_nan(fmt, c)
    if a.kind == "inf":
        return 0
    fraction = (x & ((1 << fmt.fraction) - 1)) << (52 - fmt.fraction)
    exponent = x >> fmt.fraction & fmt.max_biased
    if exponent == 0:
        while not fraction >> 51:
            fraction = fraction << 1 & ((1 << 52) - 1)
            exponent -= 1
        fraction = fraction << 1 & ((1 << 52) - 1)
    scaled = 0x80 | fraction >> 45 if exponent & 1 else 0x100 | fraction >> 44
    result = (3 * (1 - fmt.min_exponent) - 1 - exponent) // 2
    return result << fmt.fraction | (rsqrt_estimate(scaled) & 0xFF) << (fmt.fraction - 8)


def integral(value, mode):
    sign, magnitude = value < 0, abs(value)
    whole = magnitude.numerator // magnitude.denominator
    error = magnitude - whole
    if rounds_up(mode, sign, whole, error):
        whole += 1
    return -whole if sign else whole, error != 0


def rint(fmt, x, c, mode=None, exact=False):
    a = unpack(fmt, x, c)
    if a.nan:
        return process_nan(fmt, a, x, c)
    if a.kind == "inf":
        return infinity(fmt, a.sign)
    if a.kind == "zero":
        return zero(fmt, a.sign)
    whole, inexact = integral(a.value, c.mode if mode is None else mode)
    if exact and inexact:
        c.flags |= IXC
    return pack(fmt, Fraction(whole), Control(RZ)) if whole else zero(fmt, a.sign)


def to_integer(fmt, x, bits, signed, c, mode, fbits=0):
    a = unpack(fmt, x, c)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if a.nan:
        c.flags |= IOC
        return 0
    if a.kind == "inf":
        c.flags |= IOC
        return (low if a.sign else high) & ((1 << bits) - 1)
    whole, inexact = integral(a.value * power(fbits), mode)
    if whole < low or whole > high:
        c.flags |= IOC
        whole = low if whole < low else high
    elif inexact:
        c.flags |= IXC
    return whole & ((1 << bits) - 1)


def from_integer(fmt, x, bits, signed, c, fbits=0):
    x &= (1 << bits) - 1
    if signed and x >> (bits - 1):
        x -= 1 << bits
    return pack(fmt, Fraction(x) * power(-fbits), c) if x else 0


def convert(source, target, x, c, mode=None):
    a = unpack(source, x, c, convert=True)
    alternative = target is H and c.ahp
    if a.nan:
        if alternative:
            c.flags |= IOC
            return zero(target, a.sign)
        if a.kind == "snan":
            c.flags |= IOC
        if c.dn:
            return target.default_nan
        payload, shift = x & (source.quiet - 1), target.fraction - source.fraction
        payload = payload << shift if shift >= 0 else payload >> -shift
        return zero(target, a.sign) | target.default_nan | payload
    if a.kind == "inf":
        if alternative:
            c.flags |= IOC
            return zero(target, a.sign) | 0x7FFF
        return infinity(target, a.sign)
    if a.kind == "zero":
        return zero(target, a.sign)
    return pack(target, a.value, c, mode, convert=True)


def convert_odd(x, c):
    """FCVTXN: double to single, round to odd."""
    a = unpack(D, x, c)
    if a.kind != "number":
        return convert(D, S, x, c)
    trial = Control(RZ, c.fz, c.dn)
    bits = pack(S, a.value, trial)
    c.flags |= trial.flags
    return bits | 1 if trial.flags & IXC else bits


def compare(fmt, x, y, c, signal_all):
    """NZCV in bits 3:0."""
    a, b = unpack(fmt, x, c), unpack(fmt, y, c)
    if a.nan or b.nan:
        if signal_all or "snan" in (a.kind, b.kind):
            c.flags |= IOC
        return 0b0011
    rank = lambda n: (-1 if n.sign else 1, 0) if n.kind == "inf" else (0, n.value)
    if rank(a) == rank(b):
        return 0b0110
    return 0b1000 if rank(a) < rank(b) else 0b0010
