"""Advanced SIMD on Python integers: registers are 128-bit numbers, lanes are taken out, worked on, and put back."""


class State:
    """What a row may read and write: V0 to V5, 128 bytes of memory at X0 (kept as an offset), X1 to X3, and FPSR."""

    def __init__(self, v, memory, x):
        self.v, self.memory, self.x, self.fpsr = list(v), bytearray(memory), list(x), 0

    def saturated(self):
        self.fpsr |= 1 << 27


def mask(bits):
    return (1 << bits) - 1


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


SIZES = {"b": 8, "h": 16, "s": 32, "d": 64}


class Shape:
    """An arrangement such as 8h: lane size and count."""

    def __init__(self, text):
        self.text, self.size, self.count = text, SIZES[text[-1]], int(text[:-1])
        self.bits = self.size * self.count


def lanes(value, shape):
    return [value >> i * shape.size & mask(shape.size) for i in range(shape.count)]


def join(values, size):
    out = 0
    for i, value in enumerate(values):
        out |= (value & mask(size)) << i * size
    return out


def saturate(state, value, bits, is_signed):
    low, high = (-(1 << bits - 1), mask(bits - 1)) if is_signed else (0, mask(bits))
    if value < low or value > high:
        state.saturated()
        value = low if value < low else high
    return value & mask(bits)


def shift_left(state, value, amount, bits, is_signed, rounding, saturating):
    """SSHL and its relatives: amount is the signed low byte of the shift lane; negative shifts right."""
    value = signed(value, bits) if is_signed else value
    amount = signed(amount & 0xFF, 8)
    if amount >= 0:
        result = value << amount
    else:
        result = (value + (1 << -amount - 1 if rounding else 0)) >> -amount
    return saturate(state, result, bits, is_signed) if saturating else result & mask(bits)


def polynomial(a, b):
    out = 0
    while b:
        if b & 1:
            out ^= a
        a <<= 1
        b >>= 1
    return out


def reverse_bits(value, bits):
    return int(f"{value:0{bits}b}"[::-1], 2)


def leading_zeros(value, bits):
    return bits - value.bit_length()


def leading_signs(value, bits):
    return leading_zeros((value ^ value << 1) & mask(bits) | 1, bits) if bits > 1 else 0


def doubling_high(state, a, b, bits, rounding, addend=0):
    """SQDMULH, SQRDMULH and (with an addend) SQRDMLAH."""
    total = (addend << bits) + 2 * signed(a, bits) * signed(b, bits) + ((1 << bits - 1) if rounding else 0)
    return saturate(state, total >> bits, bits, True)
