#!/usr/bin/env python3
"""Writes ../fp_rows.inc, ../fp_sets.inc, ../simd_rows.inc and ../simd_inputs.inc: what the guest runs, and the hash of all results that
the model gives. `generate.py --trace TEXT` prints every case of one row as the guest does with trace=N."""
import itertools
import pathlib
import sys

import rows_crypto
import rows_fp
import rows_memory
import rows_simd
import rows_vector_fp
from neon import State, mask

HERE = pathlib.Path(__file__).resolve().parent.parent
SPECIAL_S = [0, 0x80000000, 0x3F800000, 0x7F800000, 0xFF800000, 0x7FC00005, 0x7F800001, 1, 0x00800000, 0x7F7FFFFF, 0x80000003, 0xBFC00000, 0x4B000001, 0xFFA00000, 0x40490FDB]
SPECIAL_D = [0, 1 << 63, 0x3FF0000000000000, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000005, 0x7FF0000000000001, 1, 1 << 52,
             0x7FEFFFFFFFFFFFFF, 0x8000000000000003, 0xBFF8000000000000, 0x4330000000000001, 0xFFF4000000000000, 0x400921FB54442D18]


def mix(h, value):
    h = (h ^ value & mask(64)) * 0x9E3779B97F4A7C15 & mask(64)
    return h ^ h >> 29


def quads(random, count):
    return [next(random) for _ in range(count)]


def reshape(kind, value, random):
    if kind == "raw":
        return value
    if kind == "bytes":
        return int.from_bytes(bytes([0, 0x7F, 0x80, 0xFF, 1][b % 5] for b in value.to_bytes(8, "little")), "little")
    if kind == "special_s":
        return SPECIAL_S[value % len(SPECIAL_S)] | SPECIAL_S[(value >> 32) % len(SPECIAL_S)] << 32
    if kind == "special_d":
        return SPECIAL_D[value % len(SPECIAL_D)]
    if kind == "near_s":
        return value & 0x80FFFFFF80FFFFFF | 0x3F0000003F000000
    return value & 0x801FFFFFFFFFFFFF | 0x3FE0000000000000


def simd_inputs():
    """(v0..v5 as 12 halves, 16 words of memory, x1..x3) of each input set."""
    out = []
    for k, kind in enumerate(["raw", "raw", "raw", "bytes", "bytes", "special_s", "special_s", "special_s", "special_d", "special_d", "near_s", "near_d"]):
        random = rows_fp.xorshift(0x853C49E6748FEA9B + k * 0x2545F4914F6CDD1D & mask(64))
        values = [reshape(kind, q, random) for q in quads(random, 31)]
        for i in (10, 11):  # table indices: mostly in range
            values[i] = int.from_bytes(bytes(b % 72 for b in values[i].to_bytes(8, "little")), "little")
        out.append(values)
    return out


def simd_hash(row, inputs):
    h = 0
    for values in inputs:
        v = [values[2 * i] | values[2 * i + 1] << 64 for i in range(6)]
        memory = b"".join(q.to_bytes(8, "little") for q in values[12:28])
        state = State(v, memory, [0] + values[28:31])
        row.model(state)
        for register in state.v:
            register &= mask(128)
            h = mix(mix(h, register & mask(64)), register >> 64)
        for i in range(16):
            h = mix(h, int.from_bytes(state.memory[8 * i:8 * i + 8], "little"))
        h = mix(mix(mix(h, state.x[0]), state.x[2]), state.fpsr)
    return h


def fp_cases(row):
    sets = [rows_fp.SETS[name] for name in row.sets]
    for config in rows_fp.CONFIGS:
        for values in itertools.product(*sets):
            c = rows_fp.control(config, row.ahp)
            yield config, values, row.model(*values, c), c.flags


def fp_hash(row):
    h = 0
    for _, _, result, flags in fp_cases(row):
        h = mix(mix(h, result), flags)
    return h


def write(name, lines):
    (HERE / name).write_text("/* Written by model/generate.py. */\n" + "\n".join(lines) + "\n")


def main():
    fp_rows = rows_fp.rows()
    if len(sys.argv) > 2 and sys.argv[1] == "--trace":
        for row in fp_rows:
            if row.text == sys.argv[2]:
                for config, values, result, flags in fp_cases(row):
                    print("%u%u%u" % config, *("%x" % v for v in values), "-> %x %02x" % (result & mask(64), flags))
        return
    inputs = simd_inputs()
    write("simd_inputs.inc", ["{" + ", ".join(f"{q:#x}" for q in values) + "}," for values in inputs])
    # Equal mnemonics together (a stable sort): the guest prints a line for each.
    simd = rows_simd.rows() + rows_memory.rows() + rows_vector_fp.rows() + rows_crypto.rows()
    first = {}
    for r in simd:
        first.setdefault(r.text.split()[0], len(first))
    simd.sort(key=lambda r: first[r.text.split()[0]])
    write("simd_rows.inc", [f'ROW("{r.text}", {(r.feature or "base").upper()}, {simd_hash(r, inputs):#x})' for r in simd])
    names = list(rows_fp.SETS)
    set_lines = []
    for name in names:
        values = ", ".join(f"{v:#x}" for v in rows_fp.SETS[name])
        set_lines.append(f"SET({name}, {values})")
    write("fp_sets.inc", set_lines)
    lines = []
    for r in fp_rows:
        sets = ", ".join((r.sets + ["none", "none"])[:3])
        lines.append(f"ROW(\"{r.text}\", {sets}, '{r.result}', {(r.feature or 'base').upper()}, {int(r.ahp)}, {fp_hash(r):#x})")
    write("fp_rows.inc", lines)


main()
