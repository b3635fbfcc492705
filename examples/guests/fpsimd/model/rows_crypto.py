"""CRC32, AES, SHA-1, SHA-256 and the 64-bit polynomial multiply, from their standards (FIPS 197, FIPS 180-4)."""
from neon import Shape, join, lanes, mask, polynomial
from rows_simd import Row


def crc(value, data, bits, poly):
    """Bit-reflected CRC with no inversion, as the instructions compute it."""
    value ^= data
    for _ in range(bits):
        value = value >> 1 ^ (poly if value & 1 else 0)
    return value


def crc_step(accumulator, data, bits, poly):
    for i in range(0, bits, 8):
        accumulator = crc(accumulator, data >> i & 0xFF, 8, poly)
    return accumulator & mask(32)


def gf_multiply(a, b):
    out = 0
    while b:
        if b & 1:
            out ^= a
        a = a << 1 ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return out


def sbox_table():
    table = []
    for x in range(256):
        inverse = next((y for y in range(256) if gf_multiply(x, y) == 1), 0)
        out = 0x63
        for i in range(5):
            out ^= (inverse << i | inverse >> 8 - i) & 0xFF
        table.append(out)
    return table


SBOX = sbox_table()
INVERSE = [SBOX.index(i) for i in range(256)]


def to_bytes(v):
    return list(v.to_bytes(16, "little"))


def from_bytes(b):
    return int.from_bytes(bytes(b), "little")


def aese(s):
    state = to_bytes(s.v[0] ^ s.v[1])
    shifted = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
    s.v[0] = from_bytes(SBOX[b] for b in shifted)


def aesd(s):
    state = to_bytes(s.v[0] ^ s.v[1])
    shifted = [state[(i - 4 * (i % 4)) % 16] for i in range(16)]
    s.v[0] = from_bytes(INVERSE[b] for b in shifted)


def mix(s, row):
    state, out = to_bytes(s.v[1]), []
    for column in range(0, 16, 4):
        for i in range(4):
            value = 0
            for k in range(4):
                value ^= gf_multiply(state[column + k], row[(k - i) % 4])
            out.append(value)
    s.v[0] = from_bytes(out)


def rol(x, n):
    return (x << n | x >> 32 - n) & mask(32)


def ror(x, n):
    return rol(x, 32 - n)


def words(v):
    return lanes(v, Shape("4s"))


CHOOSE = lambda x, y, z: (y ^ z) & x ^ z
PARITY = lambda x, y, z: x ^ y ^ z
MAJORITY = lambda x, y, z: x & y | (x | y) & z


def sha1_hash(s, function):
    a, b, c, d = words(s.v[0])
    e = s.v[1] & mask(32)
    for w in words(s.v[2]):
        e, a, b, c, d = d, (e + rol(a, 5) + function(b, c, d) + w) & mask(32), a, rol(b, 30), c
    s.v[0] = join([a, b, c, d], 32)


def sha1su0(s):
    d, n, m = words(s.v[0]), words(s.v[1]), words(s.v[2])
    s.v[0] = join([d[2] ^ d[0] ^ m[0], d[3] ^ d[1] ^ m[1], n[0] ^ d[2] ^ m[2], n[1] ^ d[3] ^ m[3]], 32)


def sha1su1(s):
    d, n = words(s.v[0]), words(s.v[1])
    t = [d[0] ^ n[1], d[1] ^ n[2], d[2] ^ n[3], d[3]]
    out = [rol(x, 1) for x in t]
    out[3] ^= rol(t[0], 2)
    s.v[0] = join(out, 32)


def sha256_hash(s, part2):
    x, y = (words(s.v[1]), words(s.v[0])) if part2 else (words(s.v[0]), words(s.v[1]))
    a, b, c, d = x
    e, f, g, h = y
    for w in words(s.v[2]):
        t1 = h + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + CHOOSE(e, f, g) + w
        t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + MAJORITY(a, b, c)
        h, g, f, e, d, c, b, a = g, f, e, (d + t1) & mask(32), c, b, a, (t1 + t2) & mask(32)
    s.v[0] = join([e, f, g, h] if part2 else [a, b, c, d], 32)


def sha256su0(s):
    d, n = words(s.v[0]), words(s.v[1])
    t = d[1:] + n[:1]
    s.v[0] = join([a + (ror(x, 7) ^ ror(x, 18) ^ x >> 3) for a, x in zip(d, t)], 32)


def sha256su1(s):
    d, n, m = words(s.v[0]), words(s.v[1]), words(s.v[2])
    t0, out = n[1:] + m[:1], []
    sigma = lambda x: ror(x, 17) ^ ror(x, 19) ^ x >> 10
    for i in range(2):
        out.append((sigma(m[2 + i]) + d[i] + t0[i]) & mask(32))
    for i in range(2, 4):
        out.append((sigma(out[i - 2]) + d[i] + t0[i]) & mask(32))
    s.v[0] = join(out, 32)


def sha1h(s):
    s.v[0] = rol(s.v[1] & mask(32), 30)


def rows():
    out = []
    for name, poly in (("crc32", 0xEDB88320), ("crc32c", 0x82F63B78)):
        for letter, bits in (("b", 8), ("h", 16), ("w", 32), ("x", 64)):

            def model(s, bits=bits, poly=poly):
                s.x[2] = crc_step(s.x[1] & mask(32), s.x[3] & mask(bits), bits, poly)

            out.append(Row(f"{name}{letter} w2, w1, {'x' if bits == 64 else 'w'}3", model, "crc32"))
    out.append(Row("aese v0.16b, v1.16b", aese, "aes"))
    out.append(Row("aesd v0.16b, v1.16b", aesd, "aes"))
    out.append(Row("aesmc v0.16b, v1.16b", lambda s: mix(s, [2, 3, 1, 1]), "aes"))
    out.append(Row("aesimc v0.16b, v1.16b", lambda s: mix(s, [14, 11, 13, 9]), "aes"))
    out.append(Row("pmull v0.1q, v1.1d, v2.1d", lambda s: s.v.__setitem__(0, polynomial(s.v[1] & mask(64), s.v[2] & mask(64))), "pmull"))
    out.append(Row("pmull2 v0.1q, v1.2d, v2.2d", lambda s: s.v.__setitem__(0, polynomial(s.v[1] >> 64, s.v[2] >> 64)), "pmull"))
    out.append(Row("sha1c q0, s1, v2.4s", lambda s: sha1_hash(s, CHOOSE), "sha1"))
    out.append(Row("sha1p q0, s1, v2.4s", lambda s: sha1_hash(s, PARITY), "sha1"))
    out.append(Row("sha1m q0, s1, v2.4s", lambda s: sha1_hash(s, MAJORITY), "sha1"))
    out.append(Row("sha1h s0, s1", sha1h, "sha1"))
    out.append(Row("sha1su0 v0.4s, v1.4s, v2.4s", sha1su0, "sha1"))
    out.append(Row("sha1su1 v0.4s, v1.4s", sha1su1, "sha1"))
    out.append(Row("sha256h q0, q1, v2.4s", lambda s: sha256_hash(s, False), "sha256"))
    out.append(Row("sha256h2 q0, q1, v2.4s", lambda s: sha256_hash(s, True), "sha256"))
    out.append(Row("sha256su0 v0.4s, v1.4s", sha256su0, "sha256"))
    out.append(Row("sha256su1 v0.4s, v1.4s, v2.4s", sha256su1, "sha256"))
    return out
