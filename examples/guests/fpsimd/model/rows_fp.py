"""Scalar floating-point rows: instruction, operand sets, and the model of each. One hash covers every configuration and operand."""
import softfp as fp
from softfp import D, H, S, Control

# (mode, fz, dn) of each configuration; half precision uses FZ16 where the others use FZ.
CONFIGS = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (0, 1, 0), (0, 0, 1), (3, 1, 1)]


def control(config, ahp=False):
    mode, fz, dn = config
    return Control(mode, bool(fz), bool(dn), bool(fz), ahp)


def xorshift(state):
    while True:
        state ^= state << 13 & (1 << 64) - 1
        state ^= state >> 7
        state ^= state << 17 & (1 << 64) - 1
        yield state


def operands(fmt):
    """Zeros, infinities, NaNs with payloads, subnormals, limits, halves and neighbours, and a few of no particular kind."""
    one = (1 - fmt.min_exponent) << fmt.fraction
    sign = fmt.sign
    values = [0, one, one | 1, one - 1, one + (1 << fmt.fraction), one | fmt.quiet, one - (1 << fmt.fraction), fmt.infinity,
              fmt.infinity - 1, 1 << fmt.fraction, (1 << fmt.fraction) - 1, 1, fmt.infinity | 1, fmt.default_nan, fmt.default_nan | 5,
              one + (fmt.fraction << fmt.fraction), (one + (fmt.fraction << fmt.fraction)) | 1, (one * 3) // 2 & ~0xF, fmt.quiet >> 1]
    values += [values[i] | sign for i in (0, 1, 3, 7, 8, 9, 11, 12, 14, 16)]
    random = xorshift(0x9E3779B97F4A7C15)
    values += [next(random) & ((1 << fmt.bits) - 1) for _ in range(5)]
    # Near one, so that sums cancel and products do not leave the range.
    values += [(one + (next(random) % 5 - 2 << fmt.fraction)) ^ next(random) & ((1 << fmt.fraction) - 1) for _ in range(4)]
    return values


def more_operands(fmt, count):
    random = xorshift(0xD1B54A32D192ED03)
    extra = []
    for i in range(count):
        bits = next(random) & ((1 << fmt.bits) - 1)
        if i & 1:  # exponents that conversions to integers care about
            biased = 1 - fmt.min_exponent + next(random) % 70 - 4
            bits = bits & ~fmt.infinity | min(biased, fmt.max_biased - 1) << fmt.fraction
        extra.append(bits)
    return operands(fmt) + extra


def integers(bits):
    random = xorshift(0xA0761D6478BD642F)
    values = [0, 1, 2, 3, (1 << bits) - 1, 1 << bits - 1, (1 << bits - 1) - 1, (1 << 24) + 1, (1 << 24) + 3, (1 << 25) - 1, 0xFFFFFF80, 0x7FFFFFC0, 65519, 65520]
    values += [next(random) >> next(random) % 60 & (1 << bits) - 1 for _ in range(40)]
    if bits == 64:
        values += [(1 << 53) + 1, (1 << 54) + 2, (1 << 54) + 6, (1 << 63) + (1 << 10), (1 << 63) - 513, 0xFFFFFFFFFFFFFBFF]
    return values


class Row:
    """sets: operand lists (the cases are their product); result: 'v' vector register 0, 'x' general register 0, 'n' NZCV."""

    def __init__(self, text, sets, model, result="v", feature="", ahp=False):
        self.text, self.sets, self.model, self.result, self.feature, self.ahp = text, sets, model, result, feature, ahp


SETS = {}


def named_set(name, values):
    SETS.setdefault(name, values)
    return name


def rows():
    out = []
    for fmt in (D, S, H):
        f, feature = fmt.letter, "fp16" if fmt is H else ""
        two = [named_set("operands_" + f, operands(fmt))] * 2
        one = [named_set("many_" + f, more_operands(fmt, 120))]
        three = [named_set("few_" + f, operands(fmt)[:15] + operands(fmt)[-7:-5] + operands(fmt)[-2:])] * 3
        for name, model in [("fadd", fp.add), ("fsub", fp.sub), ("fmul", fp.mul), ("fdiv", fp.div), ("fnmul", fp.nmul), ("fmulx", fp.mulx),
                            ("fmax", fp.maximum), ("fmin", fp.minimum), ("fmaxnm", fp.maxnm), ("fminnm", fp.minnm), ("fabd", fp.abd),
                            ("frecps", fp.recps), ("frsqrts", fp.rsqrts)]:
            out.append(Row(f"{name} {f}0, {f}1, {f}2", two, lambda a, b, c, m=model, fmt=fmt: m(fmt, a, b, c), feature=feature))
        for name, model in [("fmadd", fp.madd), ("fmsub", fp.msub), ("fnmadd", fp.nmadd), ("fnmsub", fp.nmsub)]:
            out.append(Row(f"{name} {f}0, {f}1, {f}2, {f}3", three, lambda a, b, d, c, m=model, fmt=fmt: m(fmt, a, b, d, c), feature=feature))
        unary = [("fsqrt", fp.sqrt), ("frecpe", fp.recpe), ("frsqrte", fp.rsqrte), ("frecpx", fp.recpx)]
        unary += [("fabs", lambda fmt, a, c: a & ~fmt.sign), ("fneg", lambda fmt, a, c: a ^ fmt.sign), ("fmov", lambda fmt, a, c: a)]
        modes = [("n", fp.RN), ("p", fp.RP), ("m", fp.RM), ("z", fp.RZ), ("a", fp.RA)]
        unary += [("frint" + k, lambda fmt, a, c, mode=mode: fp.rint(fmt, a, c, mode)) for k, mode in modes]
        unary += [("frinti", lambda fmt, a, c: fp.rint(fmt, a, c)), ("frintx", lambda fmt, a, c: fp.rint(fmt, a, c, exact=True))]
        for name, model in unary:
            out.append(Row(f"{name} {f}0, {f}1", one, lambda a, c, m=model, fmt=fmt: m(fmt, a, c), feature=feature))
        for name, all_nans in [("fcmp", False), ("fcmpe", True)]:
            out.append(Row(f"{name} {f}1, {f}2", two, lambda a, b, c, e=all_nans, fmt=fmt: fp.compare(fmt, a, b, c, e) << 28, "n", feature))
            out.append(Row(f"{name} {f}1, #0.0", one, lambda a, c, e=all_nans, fmt=fmt: fp.compare(fmt, a, 0, c, e) << 28, "n", feature))
        for bits, r in ((32, "w"), (64, "x")):
            for signed, s in ((True, "s"), (False, "u")):
                for k, mode in modes:
                    out.append(Row(f"fcvt{k}{s} {r}0, {f}1", one, lambda a, c, fmt=fmt, bits=bits, signed=signed, mode=mode: fp.to_integer(
                        fmt, a, bits, signed, c, mode), "x", feature))
                fixed = bits // 2 - 3
                out.append(Row(f"fcvtz{s} {r}0, {f}1, #{fixed}", one, lambda a, c, fmt=fmt, bits=bits, signed=signed, n=fixed: fp.to_integer(
                    fmt, a, bits, signed, c, fp.RZ, n), "x", feature))
                ints = [named_set(f"integers_{bits}", integers(bits))]
                for n in (0, fixed):
                    tail = f", #{n}" if n else ""
                    out.append(Row(f"{s}cvtf {f}0, {r}1{tail}", ints, lambda a, c, fmt=fmt, bits=bits, signed=signed, n=n: fp.from_integer(
                        fmt, a, bits, signed, c, n), feature=feature))
    for source, target in ((D, S), (S, D), (S, H), (H, S), (D, H), (H, D)):
        one = [named_set("many_" + source.letter, more_operands(source, 120))]
        for ahp in (False, True) if H in (source, target) else (False,):
            out.append(Row(f"fcvt {target.letter}0, {source.letter}1", one, lambda a, c, s=source, t=target: fp.convert(s, t, a, c), ahp=ahp))
    out.append(Row("fcvtxn s0, d1", ["many_d"], fp.convert_odd))
    return out
