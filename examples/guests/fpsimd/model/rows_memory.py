"""Structure loads and stores: LD1-LD4, ST1-ST4, single lanes and replication, with and without write-back."""
from neon import SIZES, Shape, join, lanes, mask
from rows_simd import BHS, Row

ALL = BHS + ["1d", "2d"]


def registers(count, text):
    return "{" + ", ".join(f"v{i}.{text}" for i in range(count)) + "}"


def load(s, offset, size):
    return int.from_bytes(s.memory[offset:offset + size // 8], "little")


def store(s, offset, size, value):
    s.memory[offset:offset + size // 8] = (value & mask(size)).to_bytes(size // 8, "little")


def multiple(count, structure, text):
    """(register, lane, memory offset) of every element: structures interleave, LD1 with several registers does not."""
    shape = Shape(text)
    step = shape.size // 8
    for r in range(count):
        for lane in range(shape.count):
            yield r, lane, (lane * structure + r) * step if structure > 1 else (r * shape.count + lane) * step


def whole(out):
    for structure, count in ((1, 1), (1, 2), (1, 3), (1, 4), (2, 2), (3, 3), (4, 4)):
        for text in ALL:
            if text == "1d" and structure > 1:
                continue
            shape = Shape(text)
            total = count * shape.bits // 8

            def loads(s, structure=structure, count=count, text=text, shape=shape):
                values = [[0] * shape.count for _ in range(count)]
                for r, lane, offset in multiple(count, structure, text):
                    values[r][lane] = load(s, offset, shape.size)
                for r in range(count):
                    s.v[r] = join(values[r], shape.size)

            def stores(s, structure=structure, count=count, text=text, shape=shape):
                for r, lane, offset in multiple(count, structure, text):
                    store(s, offset, shape.size, lanes(s.v[r], shape)[lane])

            for name, model in ((f"ld{structure}", loads), (f"st{structure}", stores)):
                out.append(Row(f"{name} {registers(count, text)}, [x0]", model))

                def post(s, model=model, total=total):
                    model(s)
                    s.x[0] += total

                def post_register(s, model=model):
                    model(s)
                    s.x[0] += s.x[3]

                out.append(Row(f"{name} {registers(count, text)}, [x0], #{total}", post))
                out.append(Row(f"{name} {registers(count, text)}, [x0], x3", post_register))


def single(out):
    for count in (1, 2, 3, 4):
        for letter, size in SIZES.items():
            index = 128 // size - 1 if size < 64 else 1
            step = size // 8

            def load_lane(s, count=count, size=size, index=index, step=step):
                for r in range(count):
                    s.v[r] = s.v[r] & ~(mask(size) << index * size) | load(s, r * step, size) << index * size

            def store_lane(s, count=count, size=size, index=index, step=step):
                for r in range(count):
                    store(s, r * step, size, s.v[r] >> index * size)

            names = registers(count, letter)
            for name, model in ((f"ld{count}", load_lane), (f"st{count}", store_lane)):
                out.append(Row(f"{name} {names}[{index}], [x0]", model))

                def post(s, model=model, total=count * step):
                    model(s)
                    s.x[0] += total

                out.append(Row(f"{name} {names}[{index}], [x0], #{count * step}", post))
            for text in (t for t in ALL if t[-1] == letter):

                def replicate(s, count=count, shape=Shape(text), step=step):
                    for r in range(count):
                        s.v[r] = join([load(s, r * step, shape.size)] * shape.count, shape.size)

                out.append(Row(f"ld{count}r {registers(count, text)}, [x0]", replicate))


def rows():
    out = []
    whole(out)
    single(out)
    return out
