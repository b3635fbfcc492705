"""Floating-point vectors: the scalar model in every lane, flags of all lanes together; FPCR is zero."""
import softfp as fp
from neon import Shape, join, lanes, mask
from rows_simd import Row

SHAPES = ["2s", "4s", "2d"]


def format_of(shape):
    return fp.S if shape.size == 32 else fp.D


def rows():
    out = []
    for text in SHAPES:
        shape = Shape(text)
        fmt = format_of(shape)

        def lane_model(function, operands, fmt=fmt, shape=shape):
            def model(s):
                c = fp.Control()
                columns = [lanes(s.v[r], shape) for r in operands]
                s.v[0] = join([function(fmt, c, *values) for values in zip(*columns)], shape.size)
                s.fpsr |= c.flags

            return model

        for name, function in [("fadd", fp.add), ("fsub", fp.sub), ("fmul", fp.mul), ("fdiv", fp.div), ("fmulx", fp.mulx), ("fmax", fp.maximum),
                               ("fmin", fp.minimum), ("fmaxnm", fp.maxnm), ("fminnm", fp.minnm), ("fabd", fp.abd), ("frecps", fp.recps), ("frsqrts", fp.rsqrts)]:
            out.append(Row(f"{name} v0.{text}, v1.{text}, v2.{text}", lane_model(lambda fmt, c, a, b, f=function: f(fmt, a, b, c), (1, 2))))
        out.append(Row(f"fmla v0.{text}, v1.{text}, v2.{text}", lane_model(lambda fmt, c, d, a, b: fp.muladd(fmt, d, a, b, c), (0, 1, 2))))
        out.append(Row(f"fmls v0.{text}, v1.{text}, v2.{text}", lane_model(lambda fmt, c, d, a, b: fp.muladd(fmt, d, a ^ fmt.sign, b, c), (0, 1, 2))))
        for name, function in [("fsqrt", fp.sqrt), ("frecpe", fp.recpe), ("frsqrte", fp.rsqrte), ("fabs", lambda fmt, a, c: a & ~fmt.sign),
                               ("fneg", lambda fmt, a, c: a ^ fmt.sign), ("frintx", lambda fmt, a, c: fp.rint(fmt, a, c, exact=True)),
                               ("frinta", lambda fmt, a, c: fp.rint(fmt, a, c, fp.RA)), ("frintz", lambda fmt, a, c: fp.rint(fmt, a, c, fp.RZ))]:
            out.append(Row(f"{name} v0.{text}, v1.{text}", lane_model(lambda fmt, c, a, f=function: f(fmt, a, c), (1,))))
        for suffix, mode in (("ns", fp.RN), ("zu", fp.RZ), ("as", fp.RA), ("mu", fp.RM), ("ps", fp.RP), ("zs", fp.RZ)):
            function = lambda fmt, c, a, g=suffix[1] == "s", mode=mode: fp.to_integer(fmt, a, fmt.bits, g, c, mode)
            out.append(Row(f"fcvt{suffix} v0.{text}, v1.{text}", lane_model(function, (1,))))
        for prefix in "su":
            function = lambda fmt, c, a, g=prefix == "s": fp.from_integer(fmt, a, fmt.bits, g, c)
            out.append(Row(f"{prefix}cvtf v0.{text}, v1.{text}", lane_model(function, (1,))))
        truth = lambda holds, fmt: mask(fmt.bits) if holds else 0
        for name, nzcv, all_nans in (("fcmeq", (0b0110,), False), ("fcmge", (0b0110, 0b0010), True), ("fcmgt", (0b0010,), True)):
            out.append(Row(f"{name} v0.{text}, v1.{text}, v2.{text}", lane_model(
                lambda fmt, c, a, b, n=nzcv, e=all_nans: truth(fp.compare(fmt, a, b, c, e) in n, fmt), (1, 2))))
            out.append(Row(f"{name} v0.{text}, v1.{text}, #0.0", lane_model(
                lambda fmt, c, a, n=nzcv, e=all_nans: truth(fp.compare(fmt, a, 0, c, e) in n, fmt), (1,))))
        for name, nzcv in (("facge", (0b0110, 0b0010)), ("facgt", (0b0010,))):
            out.append(Row(f"{name} v0.{text}, v1.{text}, v2.{text}", lane_model(
                lambda fmt, c, a, b, n=nzcv: truth(fp.compare(fmt, a & ~fmt.sign, b & ~fmt.sign, c, True) in n, fmt), (1, 2))))
        for name, function in (("faddp", fp.add), ("fmaxp", fp.maximum), ("fminnmp", fp.minnm)):

            def pairs(s, f=function, fmt=fmt, shape=shape):
                c = fp.Control()
                values = lanes(s.v[1], shape) + lanes(s.v[2], shape)
                s.v[0] = join([f(fmt, values[i], values[i + 1], c) for i in range(0, len(values), 2)], shape.size)
                s.fpsr |= c.flags

            out.append(Row(f"{name} v0.{text}, v1.{text}, v2.{text}", pairs))

        def element(s, fmt=fmt, shape=shape):
            c = fp.Control()
            e = s.v[2] >> 128 - fmt.bits
            s.v[0] = join([fp.muladd(fmt, d, a, e, c) for a, d in zip(lanes(s.v[1], shape), lanes(s.v[0], shape))], shape.size)
            s.fpsr |= c.flags

        out.append(Row(f"fmla v0.{text}, v1.{text}, v2.{text[-1]}[{128 // fmt.bits - 1}]", element))
    for name, function in (("fmaxv", fp.maximum), ("fminv", fp.minimum), ("fmaxnmv", fp.maxnm), ("fminnmv", fp.minnm)):

        def reduce(s, f=function):
            c = fp.Control()
            a = lanes(s.v[1], Shape("4s"))
            s.v[0] = f(fp.S, f(fp.S, a[0], a[1], c), f(fp.S, a[2], a[3], c), c)
            s.fpsr |= c.flags

        out.append(Row(f"{name} s0, v1.4s", reduce))

    def narrow(s, high):
        c = fp.Control()
        packed = join([fp.convert(fp.D, fp.S, a, c) for a in lanes(s.v[1], Shape("2d"))], 32)
        s.v[0] = s.v[0] & mask(64) | packed << 64 if high else packed
        s.fpsr |= c.flags

    def widen(s, high):
        c = fp.Control()
        s.v[0] = join([fp.convert(fp.S, fp.D, a, c) for a in lanes(s.v[1] >> 64 * high, Shape("2s"))], 64)
        s.fpsr |= c.flags

    out.append(Row("fcvtn v0.2s, v1.2d", lambda s: narrow(s, 0)))
    out.append(Row("fcvtn2 v0.4s, v1.2d", lambda s: narrow(s, 1)))
    out.append(Row("fcvtl v0.2d, v1.2s", lambda s: widen(s, 0)))
    out.append(Row("fcvtl2 v0.2d, v1.4s", lambda s: widen(s, 1)))
    return out
