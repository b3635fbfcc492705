"""Advanced SIMD rows: instruction text and what it does to a State. The groups follow the Arm ARM's encoding tables."""
from neon import (SIZES, Shape, State, doubling_high, join, lanes, leading_signs, leading_zeros, mask, polynomial, reverse_bits, saturate,
                  shift_left, signed)

BHS = ["8b", "16b", "4h", "8h", "2s", "4s"]
BHSD = BHS + ["2d"]
HS = ["4h", "8h", "2s", "4s"]
HALVES = [("8b", "16b", "8h"), ("4h", "8h", "4s"), ("2s", "4s", "2d")]  # narrow, its upper-half form, wide


class Row:
    def __init__(self, text, model, feature=""):
        self.text, self.model, self.feature = text, model, feature


OUT = []


def row(text, model, feature=""):
    OUT.append(Row(text, model, feature))


def lanewise(name, shapes, function, feature=""):
    """Three registers of one shape: function(state, a, b, d, size) gives each lane."""
    for text in shapes:
        shape = Shape(text)

        def model(s, shape=shape):
            triples = zip(lanes(s.v[1], shape), lanes(s.v[2], shape), lanes(s.v[0], shape))
            s.v[0] = join([function(s, a, b, d, shape.size) for a, b, d in triples], shape.size)

        row(f"{name} v0.{text}, v1.{text}, v2.{text}", model, feature)


def pairwise(name, shapes, function):
    for text in shapes:
        shape = Shape(text)

        def model(s, shape=shape):
            all_lanes = lanes(s.v[1], shape) + lanes(s.v[2], shape)
            s.v[0] = join([function(all_lanes[i], all_lanes[i + 1], shape.size) for i in range(0, len(all_lanes), 2)], shape.size)

        row(f"{name} v0.{text}, v1.{text}, v2.{text}", model)


def unary(name, shapes, function, tail=""):
    for text in shapes:
        shape = Shape(text)

        def model(s, shape=shape):
            s.v[0] = join([function(s, a, d, shape.size) for a, d in zip(lanes(s.v[1], shape), lanes(s.v[0], shape))], shape.size)

        row(f"{name} v0.{text}, v1.{text}{tail}", model)


def scalars(name, letters, function):
    """The scalar forms of lane-wise operations: one lane, the rest of the register zero."""
    for letter in letters:
        size = SIZES[letter]

        def model(s, size=size):
            s.v[0] = function(s, s.v[1] & mask(size), s.v[2] & mask(size), s.v[0] & mask(size), size) & mask(size)

        row(f"{name} {letter}0, {letter}1, {letter}2", model)


def sg(function):
    """Adapts a function of signed lanes."""
    return lambda s, a, b, d, n: function(s, signed(a, n), signed(b, n), signed(d, n), n)


def three_same():
    lanewise("add", BHSD, lambda s, a, b, d, n: a + b)
    lanewise("sub", BHSD, lambda s, a, b, d, n: a - b)
    lanewise("mul", BHS, lambda s, a, b, d, n: a * b)
    lanewise("mla", BHS, lambda s, a, b, d, n: d + a * b)
    lanewise("mls", BHS, lambda s, a, b, d, n: d - a * b)
    lanewise("sqadd", BHSD, sg(lambda s, a, b, d, n: saturate(s, a + b, n, True)))
    lanewise("uqadd", BHSD, lambda s, a, b, d, n: saturate(s, a + b, n, False))
    lanewise("sqsub", BHSD, sg(lambda s, a, b, d, n: saturate(s, a - b, n, True)))
    lanewise("uqsub", BHSD, lambda s, a, b, d, n: saturate(s, a - b, n, False))
    lanewise("shadd", BHS, sg(lambda s, a, b, d, n: a + b >> 1))
    lanewise("uhadd", BHS, lambda s, a, b, d, n: a + b >> 1)
    lanewise("srhadd", BHS, sg(lambda s, a, b, d, n: a + b + 1 >> 1))
    lanewise("urhadd", BHS, lambda s, a, b, d, n: a + b + 1 >> 1)
    lanewise("shsub", BHS, sg(lambda s, a, b, d, n: a - b >> 1))
    lanewise("uhsub", BHS, lambda s, a, b, d, n: a - b >> 1)
    lanewise("smax", BHS, sg(lambda s, a, b, d, n: max(a, b)))
    lanewise("smin", BHS, sg(lambda s, a, b, d, n: min(a, b)))
    lanewise("umax", BHS, lambda s, a, b, d, n: max(a, b))
    lanewise("umin", BHS, lambda s, a, b, d, n: min(a, b))
    lanewise("sabd", BHS, sg(lambda s, a, b, d, n: abs(a - b)))
    lanewise("uabd", BHS, lambda s, a, b, d, n: abs(a - b))
    lanewise("saba", BHS, sg(lambda s, a, b, d, n: d + abs(a - b)))
    lanewise("uaba", BHS, lambda s, a, b, d, n: d + abs(a - b))
    compare = {"cmgt": sg(lambda s, a, b, d, n: -(a > b)), "cmge": sg(lambda s, a, b, d, n: -(a >= b)), "cmhi": lambda s, a, b, d, n: -(a > b),
               "cmhs": lambda s, a, b, d, n: -(a >= b), "cmeq": lambda s, a, b, d, n: -(a == b), "cmtst": lambda s, a, b, d, n: -(a & b != 0)}
    for name, function in compare.items():
        lanewise(name, BHSD, function)
        scalars(name, "d", function)
    for prefix, is_signed in (("s", True), ("u", False)):
        for name, rounding, saturating in ((f"{prefix}shl", 0, 0), (f"{prefix}rshl", 1, 0), (f"{prefix}qshl", 0, 1), (f"{prefix}qrshl", 1, 1)):
            function = lambda s, a, b, d, n, g=is_signed, r=rounding, q=saturating: shift_left(s, a, b, n, g, r, q)
            lanewise(name, BHSD, function)
            scalars(name, "bhsd" if saturating else "d", function)
    for name, rounding in (("sqdmulh", 0), ("sqrdmulh", 1)):
        function = lambda s, a, b, d, n, r=rounding: doubling_high(s, a, b, n, r)
        lanewise(name, HS, function)
        scalars(name, "hs", function)
    lanewise("sqrdmlah", HS, lambda s, a, b, d, n: doubling_high(s, a, b, n, 1, signed(d, n)), "rdm")
    lanewise("sqrdmlsh", HS, sg(lambda s, a, b, d, n: saturate(s, (d << n) - 2 * a * b + (1 << n - 1) >> n, n, True)), "rdm")
    lanewise("pmul", ["8b", "16b"], lambda s, a, b, d, n: polynomial(a, b))
    pairwise("addp", BHSD, lambda a, b, n: a + b)
    pairwise("smaxp", BHS, lambda a, b, n: max(signed(a, n), signed(b, n)))
    pairwise("sminp", BHS, lambda a, b, n: min(signed(a, n), signed(b, n)))
    pairwise("umaxp", BHS, lambda a, b, n: max(a, b))
    pairwise("uminp", BHS, lambda a, b, n: min(a, b))
    for name, function in {"and": lambda s, a, b, d, n: a & b, "orr": lambda s, a, b, d, n: a | b, "eor": lambda s, a, b, d, n: a ^ b,
                           "bic": lambda s, a, b, d, n: a & ~b, "orn": lambda s, a, b, d, n: a | ~b, "bsl": lambda s, a, b, d, n: d & a | ~d & b,
                           "bit": lambda s, a, b, d, n: b & a | ~b & d, "bif": lambda s, a, b, d, n: ~b & a | b & d}.items():
        lanewise(name, ["8b", "16b"], function)
    for name, function in {"add": lambda s, a, b, d, n: a + b, "sub": lambda s, a, b, d, n: a - b}.items():
        scalars(name, "d", function)
    scalars("sqadd", "bhsd", sg(lambda s, a, b, d, n: saturate(s, a + b, n, True)))
    scalars("uqadd", "bhsd", lambda s, a, b, d, n: saturate(s, a + b, n, False))
    scalars("sqsub", "bhsd", sg(lambda s, a, b, d, n: saturate(s, a - b, n, True)))
    scalars("uqsub", "bhsd", lambda s, a, b, d, n: saturate(s, a - b, n, False))


def two_register():
    unary("abs", BHSD, lambda s, a, d, n: abs(signed(a, n)))
    unary("neg", BHSD, lambda s, a, d, n: -a)
    unary("mvn", ["8b", "16b"], lambda s, a, d, n: ~a)
    unary("cls", BHS, lambda s, a, d, n: leading_signs(a, n) if a not in (0, mask(n)) else n - 1)
    unary("clz", BHS, lambda s, a, d, n: leading_zeros(a, n))
    unary("cnt", ["8b", "16b"], lambda s, a, d, n: bin(a).count("1"))
    unary("rbit", ["8b", "16b"], lambda s, a, d, n: reverse_bits(a, n))
    unary("sqabs", BHSD, lambda s, a, d, n: saturate(s, abs(signed(a, n)), n, True))
    unary("sqneg", BHSD, lambda s, a, d, n: saturate(s, -signed(a, n), n, True))
    unary("suqadd", BHSD, lambda s, a, d, n: saturate(s, signed(d, n) + a, n, True))
    unary("usqadd", BHSD, lambda s, a, d, n: saturate(s, d + signed(a, n), n, False))
    for name, function in {"cmeq": lambda a: a == 0, "cmgt": lambda a: a > 0, "cmge": lambda a: a >= 0, "cmlt": lambda a: a < 0, "cmle": lambda a: a <= 0}.items():
        unary(name, BHSD, lambda s, a, d, n, f=function: -f(signed(a, n)), ", #0")
    for name, container in (("rev16", 16), ("rev32", 32), ("rev64", 64)):
        for text in BHS:
            shape = Shape(text)
            if shape.size >= container:
                continue

            def reverse(s, shape=shape, group=container // shape.size):
                values = lanes(s.v[1], shape)
                s.v[0] = join([values[i - i % group + group - 1 - i % group] for i in range(shape.count)], shape.size)

            row(f"{name} v0.{text}, v1.{text}", reverse)
    for narrow, full, wide in HALVES:
        for source in (narrow, full):
            shape = Shape(source)
            result = f"{shape.count // 2}{wide[-1]}"
            for name, is_signed, accumulate in (("saddlp", 1, 0), ("uaddlp", 0, 0), ("sadalp", 1, 1), ("uadalp", 0, 1)):

                def widen_pairs(s, shape=shape, is_signed=is_signed, accumulate=accumulate):
                    values = [signed(a, shape.size) if is_signed else a for a in lanes(s.v[1], shape)]
                    old = lanes(s.v[0], Shape(f"{shape.count // 2}{'hsd'['bhs'.index(shape.text[-1])]}"))
                    s.v[0] = join([values[2 * i] + values[2 * i + 1] + (old[i] if accumulate else 0) for i in range(shape.count // 2)], shape.size * 2)

                row(f"{name} v0.{result}, v1.{source}", widen_pairs)


def upper(value, high):
    return value >> 64 if high else value & mask(64)


def put_half(s, values, size, high):
    """Narrowing results: the low half clears the rest, the second half keeps the first."""
    packed = join(values, size)
    s.v[0] = s.v[0] & mask(64) | packed << 64 if high else packed


def narrowing():
    kinds = {
        "xtn": lambda s, a, n: a, "sqxtn": lambda s, a, n: saturate(s, signed(a, 2 * n), n, True),
        "uqxtn": lambda s, a, n: saturate(s, a, n, False), "sqxtun": lambda s, a, n: saturate(s, signed(a, 2 * n), n, False),
    }
    for name, function in kinds.items():
        for narrow, full, wide in HALVES:
            for high in (0, 1):

                def model(s, f=function, wide=Shape(wide), high=high):
                    put_half(s, [f(s, a, wide.size // 2) for a in lanes(s.v[1], wide)], wide.size // 2, high)

                row(f"{name}{'2' if high else ''} v0.{full if high else narrow}, v1.{wide}", model)
    for name, sign, rounding in (("addhn", 1, 0), ("raddhn", 1, 1), ("subhn", -1, 0), ("rsubhn", -1, 1)):
        for narrow, full, wide in HALVES:
            for high in (0, 1):

                def half(s, wide=Shape(wide), high=high, sign=sign, rounding=rounding):
                    n = wide.size // 2
                    pairs = zip(lanes(s.v[1], wide), lanes(s.v[2], wide))
                    put_half(s, [a + sign * b + (1 << n - 1 if rounding else 0) >> n for a, b in pairs], n, high)

                row(f"{name}{'2' if high else ''} v0.{full if high else narrow}, v1.{wide}, v2.{wide}", half)


def widening():
    functions = {"addl": lambda a, b, d: a + b, "subl": lambda a, b, d: a - b, "abdl": lambda a, b, d: abs(a - b), "abal": lambda a, b, d: d + abs(a - b),
                 "mull": lambda a, b, d: a * b, "mlal": lambda a, b, d: d + a * b, "mlsl": lambda a, b, d: d - a * b}
    for narrow, full, wide in HALVES:
        source, target = Shape(narrow), Shape(wide)
        for high in (0, 1):
            mark, text = ("2", full) if high else ("", narrow)
            for prefix, is_signed in (("s", 1), ("u", 0)):
                take = lambda v, high=high, is_signed=is_signed, source=source: [signed(a, source.size) if is_signed else a for a in lanes(upper(v, high), source)]
                for name, function in functions.items():

                    def model(s, f=function, take=take, target=target):
                        triples = zip(take(s.v[1]), take(s.v[2]), lanes(s.v[0], target))
                        s.v[0] = join([f(a, b, d) for a, b, d in triples], target.size)

                    row(f"{prefix}{name}{mark} v0.{wide}, v1.{text}, v2.{text}", model)
                for name, sign in (("addw", 1), ("subw", -1)):

                    def wide_model(s, sign=sign, take=take, target=target):
                        s.v[0] = join([a + sign * b for a, b in zip(lanes(s.v[1], target), take(s.v[2]))], target.size)

                    row(f"{prefix}{name}{mark} v0.{wide}, v1.{wide}, v2.{text}", wide_model)
            if narrow == "8b":
                def polynomials(s, high=high, source=source, target=target):
                    s.v[0] = join([polynomial(a, b) for a, b in zip(lanes(upper(s.v[1], high), source), lanes(upper(s.v[2], high), source))], 16)

                row(f"pmull{mark} v0.8h, v1.{text}, v2.{text}", polynomials)
                continue
            for name, accumulate in (("sqdmull", 0), ("sqdmlal", 1), ("sqdmlsl", -1)):

                def doubling(s, high=high, source=source, target=target, accumulate=accumulate):
                    out = []
                    for a, b, d in zip(lanes(upper(s.v[1], high), source), lanes(upper(s.v[2], high), source), lanes(s.v[0], target)):
                        product = saturate(s, 2 * signed(a, source.size) * signed(b, source.size), target.size, True)
                        if accumulate:
                            product = saturate(s, signed(d, target.size) + accumulate * signed(product, target.size), target.size, True)
                        out.append(product)
                    s.v[0] = join(out, target.size)

                row(f"{name}{mark} v0.{wide}, v1.{text}, v2.{text}", doubling)


def across():
    for text in ("8b", "16b", "4h", "8h", "4s"):
        shape = Shape(text)
        letter = text[-1]
        wide = "hsd"["bhs".index(letter)]
        for name, is_signed, function in (("addv", 0, sum), ("smaxv", 1, max), ("sminv", 1, min), ("umaxv", 0, max), ("uminv", 0, min)):

            def reduce(s, shape=shape, is_signed=is_signed, function=function):
                s.v[0] = function(signed(a, shape.size) if is_signed else a for a in lanes(s.v[1], shape)) & mask(shape.size)

            row(f"{name} {letter}0, v1.{text}", reduce)
        for name, is_signed in (("saddlv", 1), ("uaddlv", 0)):

            def long(s, shape=shape, is_signed=is_signed):
                s.v[0] = sum(signed(a, shape.size) if is_signed else a for a in lanes(s.v[1], shape)) & mask(2 * shape.size)

            row(f"{name} {wide}0, v1.{text}", long)


def shift_right(value, amount, size, is_signed, rounding):
    value = signed(value, size) if is_signed else value
    return value + (1 << amount - 1 if rounding else 0) >> amount


def shifts():
    for text in BHSD:
        shape = Shape(text)
        n = shape.size
        for amount in (1, n // 2 + 1, n):
            for prefix, g in (("s", 1), ("u", 0)):
                for middle, rounding in (("sh", 0), ("rsh", 1)):
                    base = f"{prefix}{middle}r" if middle == "sh" else f"{prefix}rshr"
                    into = f"{prefix}sra" if middle == "sh" else f"{prefix}rsra"
                    for name, accumulate in ((base, 0), (into, 1)):

                        def right(s, shape=shape, amount=amount, g=g, r=rounding, accumulate=accumulate):
                            pairs = zip(lanes(s.v[1], shape), lanes(s.v[0], shape))
                            s.v[0] = join([shift_right(a, amount, shape.size, g, r) + (d if accumulate else 0) for a, d in pairs], shape.size)

                        row(f"{name} v0.{text}, v1.{text}, #{amount}", right)

            def insert_right(s, shape=shape, amount=amount):
                keep = mask(shape.size) & ~(mask(shape.size) >> amount)
                s.v[0] = join([d & keep | a >> amount for a, d in zip(lanes(s.v[1], shape), lanes(s.v[0], shape))], shape.size)

            row(f"sri v0.{text}, v1.{text}, #{amount}", insert_right)
        for amount in (0, n // 2 - 1, n - 1):

            def left(s, shape=shape, amount=amount):
                s.v[0] = join([a << amount for a in lanes(s.v[1], shape)], shape.size)

            def insert_left(s, shape=shape, amount=amount):
                s.v[0] = join([a << amount | d & mask(amount) for a, d in zip(lanes(s.v[1], shape), lanes(s.v[0], shape))], shape.size)

            row(f"shl v0.{text}, v1.{text}, #{amount}", left)
            row(f"sli v0.{text}, v1.{text}, #{amount}", insert_left)
            for name, source_signed, result_signed in (("sqshl", 1, 1), ("uqshl", 0, 0), ("sqshlu", 1, 0)):

                def saturating(s, shape=shape, amount=amount, g=source_signed, t=result_signed):
                    s.v[0] = join([saturate(s, (signed(a, shape.size) if g else a) << amount, shape.size, t) for a in lanes(s.v[1], shape)], shape.size)

                row(f"{name} v0.{text}, v1.{text}, #{amount}", saturating)


def shifts_across_sizes():
    kinds = (("shrn", 0, 0, None), ("rshrn", 0, 1, None), ("sqshrn", 1, 0, True), ("sqrshrn", 1, 1, True), ("uqshrn", 0, 0, False),
             ("uqrshrn", 0, 1, False), ("sqshrun", 1, 0, False), ("sqrshrun", 1, 1, False))
    for narrow, full, wide in HALVES:
        n = Shape(narrow).size
        for high in (0, 1):
            mark, text = ("2", full) if high else ("", narrow)
            for amount in (1, n // 2 + 1, n):
                for name, g, rounding, result in kinds:

                    def model(s, wide=Shape(wide), high=high, amount=amount, g=g, r=rounding, result=result):
                        size = wide.size // 2
                        values = [shift_right(a, amount, wide.size, g, r) for a in lanes(s.v[1], wide)]
                        put_half(s, [v if result is None else saturate(s, v, size, result) for v in values], size, high)

                    row(f"{name}{mark} v0.{text}, v1.{wide}, #{amount}", model)
            for name, g in (("sshll", 1), ("ushll", 0)):
                for amount in (0, n - 1):

                    def long(s, source=Shape(narrow), high=high, amount=amount, g=g):
                        s.v[0] = join([(signed(a, source.size) if g else a) << amount for a in lanes(upper(s.v[1], high), source)], 2 * source.size)

                    row(f"{name}{mark} v0.{wide}, v1.{text}, #{amount}", long)


def by_element():
    for text, wide in (("4h", "4s"), ("8h", "4s"), ("2s", "2d"), ("4s", "2d")):
        shape, letter = Shape(text), text[-1]
        index = 128 // shape.size - 2
        element = lambda s, shape=shape, index=index: s.v[2] >> index * shape.size & mask(shape.size)
        simple = {"mul": lambda s, a, e, d, n: a * e, "mla": lambda s, a, e, d, n: d + a * e, "mls": lambda s, a, e, d, n: d - a * e,
                  "sqdmulh": lambda s, a, e, d, n: doubling_high(s, a, e, n, 0), "sqrdmulh": lambda s, a, e, d, n: doubling_high(s, a, e, n, 1)}
        for name, function in simple.items():

            def model(s, shape=shape, element=element, f=function):
                e = element(s)
                s.v[0] = join([f(s, a, e, d, shape.size) for a, d in zip(lanes(s.v[1], shape), lanes(s.v[0], shape))], shape.size)

            row(f"{name} v0.{text}, v1.{text}, v2.{letter}[{index}]", model)
        high = shape.bits == 128
        half, target = Shape(f"{64 // shape.size}{letter}"), Shape(wide)
        for prefix, g in (("s", 1), ("u", 0)):
            for name, sign in (("mull", None), ("mlal", 1), ("mlsl", -1)):

                def long(s, half=half, target=target, element=element, high=high, g=g, sign=sign):
                    cast = (lambda a: signed(a, half.size)) if g else (lambda a: a)
                    e = cast(element(s))
                    pairs = zip(lanes(upper(s.v[1], high), half), lanes(s.v[0], target))
                    s.v[0] = join([(d + sign * cast(a) * e) if sign else cast(a) * e for a, d in pairs], target.size)

                row(f"{prefix}{name}{'2' if high else ''} v0.{wide}, v1.{text}, v2.{letter}[{index}]", long)


def permutes():
    for text in BHSD:
        shape = Shape(text)
        half = shape.count // 2
        orders = {"zip1": lambda a, b, h: [v for i in range(h) for v in (a[i], b[i])], "zip2": lambda a, b, h: [v for i in range(h) for v in (a[h + i], b[h + i])],
                  "uzp1": lambda a, b, h: (a + b)[0::2], "uzp2": lambda a, b, h: (a + b)[1::2],
                  "trn1": lambda a, b, h: [v for i in range(h) for v in (a[2 * i], b[2 * i])], "trn2": lambda a, b, h: [v for i in range(h) for v in (a[2 * i + 1], b[2 * i + 1])]}
        for name, order in orders.items():

            def model(s, shape=shape, order=order, half=half):
                s.v[0] = join(order(lanes(s.v[1], shape), lanes(s.v[2], shape), half), shape.size)

            row(f"{name} v0.{text}, v1.{text}, v2.{text}", model)
    for text, offsets in (("8b", (0, 3, 7)), ("16b", (0, 1, 8, 15))):
        for offset in offsets:

            def extract(s, bits=Shape(text).bits, offset=offset):
                s.v[0] = ((s.v[1] & mask(bits)) | (s.v[2] & mask(bits)) << bits) >> 8 * offset & mask(bits)

            row(f"ext v0.{text}, v1.{text}, v2.{text}, #{offset}", extract)
    for text in ("8b", "16b"):
        for count in (1, 2, 3, 4):
            for name, extend in (("tbl", 0), ("tbx", 1)):

                def table(s, shape=Shape(text), count=count, extend=extend):
                    entries = b"".join(s.v[1 + i].to_bytes(16, "little") for i in range(count))
                    pairs = zip(lanes(s.v[5], shape), lanes(s.v[0], shape))
                    s.v[0] = join([entries[i] if i < len(entries) else d if extend else 0 for i, d in pairs], 8)

                names = ", ".join(f"v{1 + i}.16b" for i in range(count))
                row(f"{name} v0.{text}, {{{names}}}, v5.{text}", table)


def moves():
    for letter, size in SIZES.items():
        index = 128 // size - 1
        for text in (t for t in BHSD if t[-1] == letter):

            def duplicate(s, shape=Shape(text), index=index):
                s.v[0] = join([s.v[1] >> index * shape.size & mask(shape.size)] * shape.count, shape.size)

            def duplicate_general(s, shape=Shape(text)):
                s.v[0] = join([s.x[1]] * shape.count, shape.size)

            row(f"dup v0.{text}, v1.{letter}[{index}]", duplicate)
            row(f"dup v0.{text}, {'x' if size == 64 else 'w'}1", duplicate_general)

        def insert(s, size=size, index=index):
            value = s.v[1] & mask(size)
            s.v[0] = s.v[0] & ~(mask(size) << index * size) | value << index * size

        def insert_general(s, size=size, index=index):
            s.v[0] = s.v[0] & ~(mask(size) << index * size) | (s.x[1] & mask(size)) << index * size

        def scalar(s, size=size, index=index):
            s.v[0] = s.v[1] >> index * size & mask(size)

        def to_general(s, size=size, index=index):
            s.x[2] = s.v[1] >> index * size & mask(size)

        row(f"ins v0.{letter}[{index}], v1.{letter}[0]", insert)
        row(f"ins v0.{letter}[{index}], {'x' if size == 64 else 'w'}1", insert_general)
        row(f"mov {letter}0, v1.{letter}[{index}]", scalar)
        row(f"umov {'x' if size == 64 else 'w'}2, v1.{letter}[{index}]", to_general)
        for register, bits in (("w", 32), ("x", 64)):
            if size < bits:

                def signed_general(s, size=size, index=index, bits=bits):
                    s.x[2] = signed(s.v[1] >> index * size & mask(size), size) & mask(bits)

                row(f"smov {register}2, v1.{letter}[{index}]", signed_general)


def immediates():
    def fill(value, bits, total):
        return join([value] * (total // bits), bits)

    for text, total in (("8b", 64), ("16b", 128)):
        row(f"movi v0.{text}, #0xa5", lambda s, t=total: s.v.__setitem__(0, fill(0xA5, 8, t)))
    for text, bits, total in (("4h", 16, 64), ("8h", 16, 128), ("2s", 32, 64), ("4s", 32, 128)):
        for shift in range(0, bits, 8):
            value = 0xA5 << shift
            row(f"movi v0.{text}, #0xa5, lsl #{shift}", lambda s, v=value, b=bits, t=total: s.v.__setitem__(0, fill(v, b, t)))
            row(f"mvni v0.{text}, #0xa5, lsl #{shift}", lambda s, v=value, b=bits, t=total: s.v.__setitem__(0, fill(~v, b, t)))
            row(f"orr v0.{text}, #0xa5, lsl #{shift}", lambda s, v=value, b=bits, t=total: s.v.__setitem__(0, s.v[0] & mask(t) | fill(v, b, t)))
            row(f"bic v0.{text}, #0xa5, lsl #{shift}", lambda s, v=value, b=bits, t=total: s.v.__setitem__(0, s.v[0] & mask(t) & ~fill(v, b, t)))
        if bits == 32:
            for shift in (8, 16):
                value = 0xA5 << shift | mask(shift)
                row(f"movi v0.{text}, #0xa5, msl #{shift}", lambda s, v=value, t=total: s.v.__setitem__(0, fill(v, 32, t)))
                row(f"mvni v0.{text}, #0xa5, msl #{shift}", lambda s, v=value, t=total: s.v.__setitem__(0, fill(~v, 32, t)))
    row("movi d0, #0xff00ff0000ffff00", lambda s: s.v.__setitem__(0, 0xFF00FF0000FFFF00))
    row("movi v0.2d, #0xff00ff0000ffff00", lambda s: s.v.__setitem__(0, fill(0xFF00FF0000FFFF00, 64, 128)))
    row("fmov v0.4s, #-1.5", lambda s: s.v.__setitem__(0, fill(0xBFC00000, 32, 128)))
    row("fmov v0.2d, #31.0", lambda s: s.v.__setitem__(0, fill(0x403F000000000000, 64, 128)))
    row("fmov d0, #0.125", lambda s: s.v.__setitem__(0, 0x3FC0000000000000))


def dot_products():
    for name, g in (("sdot", 1), ("udot", 0)):
        for text, source in (("2s", "8b"), ("4s", "16b")):

            def model(s, target=Shape(text), source=Shape(source), g=g):
                cast = (lambda a: signed(a, 8)) if g else (lambda a: a)
                a, b = lanes(s.v[1], source), lanes(s.v[2], source)
                s.v[0] = join([d + sum(cast(a[4 * i + k]) * cast(b[4 * i + k]) for k in range(4)) for i, d in enumerate(lanes(s.v[0], target))], 32)

            row(f"{name} v0.{text}, v1.{source}, v2.{source}", model, "dotprod")


def rows():
    for group in (three_same, two_register, narrowing, widening, across, shifts, shifts_across_sizes, by_element, permutes, moves, immediates, dot_products):
        group()
    return OUT
