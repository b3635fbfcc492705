//! Every function of `emu::math::fp` beside an instruction that computes it, with registers 0 (result), 1, 2 and 3.

use crate::random::operands::Type::{self, B, D, H, S, X};
use emu::math::fp::{self, F16, F32, F64, Format, FpEnv, Rounding};

type Model = Box<dyn Fn([u64; 3], &mut FpEnv) -> u64>;

/// Where the instruction finds its operands and leaves its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// v0 = f(v1, v2, v3).
    Vector,
    /// v0 = f(v0, v1, v2).
    Accumulate,
    /// v0 = f(x1).
    FromGeneral,
    /// x0 = f(v1).
    ToGeneral,
    /// NZCV = f(v1, v2).
    Flags,
    /// x0 and, above bit 32, NZCV = f(v1).
    ToGeneralAndFlags,
}

pub struct Op {
    pub name: String,
    pub instruction: u32,
    pub shape: Shape,
    pub types: [Type; 3],
    /// Bits of the result to compare.
    pub mask: u64,
    pub model: Model,
}

fn op(name: String, instruction: u32, shape: Shape, types: [Type; 3], model: Model) -> Op {
    Op { name, instruction, shape, types, mask: u64::MAX, model }
}

const REGISTERS: u32 = (2 << 16) | (1 << 5);

type Unary = fn(u64, &mut FpEnv) -> u64;
type Binary = fn(u64, u64, &mut FpEnv) -> u64;
type Ternary = fn([u64; 3], &mut FpEnv) -> u64;

pub fn all() -> Vec<Op> {
    let mut ops = Vec::new();
    of_format::<F16>(H, 'h', 3 << 22, &mut ops);
    of_format::<F32>(S, 's', 0, &mut ops);
    of_format::<F64>(D, 'd', 1 << 22, &mut ops);
    conversions(&mut ops);
    singletons(&mut ops);
    ops
}

fn of_format<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    two_sources::<F>(kind, letter, ftype, ops);
    one_source::<F>(kind, letter, ftype, ops);
    multiply_add::<F>(kind, letter, ftype, ops);
    compares::<F>(kind, letter, ftype, ops);
    scalar_simd::<F>(kind, letter, ops);
    integers::<F>(kind, letter, ftype, ops);
}

fn two_sources<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    let rows: [(&str, Binary); 9] = [
        ("fmul", fp::mul::<F>),
        ("fdiv", fp::div::<F>),
        ("fadd", fp::add::<F>),
        ("fsub", fp::sub::<F>),
        ("fmax", fp::max::<F>),
        ("fmin", fp::min::<F>),
        ("fmaxnm", fp::max_num::<F>),
        ("fminnm", fp::min_num::<F>),
        ("fnmul", |a, b, env| {
            let product = fp::mul::<F>(a, b, env);
            fp::neg::<F>(product, env)
        }),
    ];
    for (opcode, (name, function)) in (0..).zip(rows) {
        let instruction = 0x1e20_0800 | ftype | (opcode << 12) | REGISTERS;
        let model: Model = Box::new(move |[a, b, _], env| function(a, b, env));
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Vector, [kind; 3], model));
    }
}

fn one_source<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    let rows: [(&str, u32, Unary); 14] = [
        ("fabs", 1, |a, env| fp::abs::<F>(a, env)),
        ("fneg", 2, |a, env| fp::neg::<F>(a, env)),
        ("fsqrt", 3, fp::sqrt::<F>),
        ("frintn", 8, |a, env| fp::round_int::<F>(a, Rounding::TieEven, false, env)),
        ("frintp", 9, |a, env| fp::round_int::<F>(a, Rounding::PlusInfinity, false, env)),
        ("frintm", 10, |a, env| fp::round_int::<F>(a, Rounding::MinusInfinity, false, env)),
        ("frintz", 11, |a, env| fp::round_int::<F>(a, Rounding::Zero, false, env)),
        ("frinta", 12, |a, env| fp::round_int::<F>(a, Rounding::TieAway, false, env)),
        ("frintx", 14, |a, env| fp::round_int::<F>(a, env.fpcr.rounding(), true, env)),
        ("frinti", 15, |a, env| fp::round_int::<F>(a, env.fpcr.rounding(), false, env)),
        ("frint32z", 16, |a, env| fp::round_int_sized::<F>(a, Rounding::Zero, 32, env)),
        ("frint32x", 17, |a, env| fp::round_int_sized::<F>(a, env.fpcr.rounding(), 32, env)),
        ("frint64z", 18, |a, env| fp::round_int_sized::<F>(a, Rounding::Zero, 64, env)),
        ("frint64x", 19, |a, env| fp::round_int_sized::<F>(a, env.fpcr.rounding(), 64, env)),
    ];
    for (name, opcode, function) in rows {
        if kind == H && opcode >= 16 {
            continue;
        }
        let instruction = 0x1e20_4000 | ftype | (opcode << 15) | (1 << 5);
        let model: Model = Box::new(move |[a, _, _], env| function(a, env));
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Vector, [kind; 3], model));
    }
}

fn multiply_add<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    let rows = [
        ("fmadd", 0, false, false),
        ("fmsub", 1 << 15, false, true),
        ("fnmadd", 1 << 21, true, true),
        ("fnmsub", (1 << 21) | (1 << 15), true, false),
    ];
    for (name, opcode, negate_addend, negate_factor) in rows {
        let instruction = 0x1f00_0000 | ftype | opcode | (3 << 10) | REGISTERS;
        let model: Model = Box::new(move |[a, b, c], env| {
            let factor = if negate_factor { fp::neg::<F>(a, env) } else { a };
            let addend = if negate_addend { fp::neg::<F>(c, env) } else { c };
            fp::mul_add::<F>(addend, factor, b, env)
        });
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Vector, [kind; 3], model));
    }
}

fn compares<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    for (name, opcode, signal) in [("fcmp", 0, false), ("fcmpe", 0x10, true)] {
        let instruction = 0x1e20_2000 | ftype | opcode | REGISTERS;
        let model: Model = Box::new(move |[a, b, _], env| u64::from(fp::compare::<F>(a, b, signal, env)) << 28);
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Flags, [kind; 3], model));
    }
}

/// The scalar forms of Advanced SIMD instructions; half precision has encodings of its own.
fn scalar_simd<F: Format>(kind: Type, letter: char, ops: &mut Vec<Op>) {
    let encoding = |half, single| match kind {
        H => half,
        S => single,
        _ => single | (1 << 22),
    };
    let three_same: [(&str, u32, u32, Binary); 9] = [
        ("fmulx", 0x5e40_1c00, 0x5e20_dc00, fp::mulx::<F>),
        ("frecps", 0x5e40_3c00, 0x5e20_fc00, fp::recip_step::<F>),
        ("frsqrts", 0x5ec0_3c00, 0x5ea0_fc00, fp::rsqrt_step::<F>),
        ("fcmeq", 0x5e40_2400, 0x5e20_e400, |a, b, env| mask::<F>(fp::compare_eq::<F>(a, b, env))),
        ("fcmge", 0x7e40_2400, 0x7e20_e400, |a, b, env| mask::<F>(fp::compare_ge::<F>(a, b, env))),
        ("fcmgt", 0x7ec0_2400, 0x7ea0_e400, |a, b, env| mask::<F>(fp::compare_gt::<F>(a, b, env))),
        ("facge", 0x7e40_2c00, 0x7e20_ec00, |a, b, env| {
            let (a, b) = (fp::abs::<F>(a, env), fp::abs::<F>(b, env));
            mask::<F>(fp::compare_ge::<F>(a, b, env))
        }),
        ("facgt", 0x7ec0_2c00, 0x7ea0_ec00, |a, b, env| {
            let (a, b) = (fp::abs::<F>(a, env), fp::abs::<F>(b, env));
            mask::<F>(fp::compare_gt::<F>(a, b, env))
        }),
        ("fabd", 0x7ec0_1400, 0x7ea0_d400, |a, b, env| {
            let difference = fp::sub::<F>(a, b, env);
            fp::abs::<F>(difference, env)
        }),
    ];
    for (name, half, single, function) in three_same {
        let model: Model = Box::new(move |[a, b, _], env| function(a, b, env));
        let instruction = encoding(half, single) | REGISTERS;
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Vector, [kind; 3], model));
    }
    let two_registers: [(&str, u32, u32, Unary); 3] = [
        ("frecpe", 0x5ef9_d800, 0x5ea1_d800, |a, env| fp::recip_estimate::<F>(a, true, env)),
        ("frecpx", 0x5ef9_f800, 0x5ea1_f800, fp::recip_exponent::<F>),
        ("frsqrte", 0x7ef9_d800, 0x7ea1_d800, |a, env| fp::rsqrt_estimate::<F>(a, true, env)),
    ];
    for (name, half, single, function) in two_registers {
        let model: Model = Box::new(move |[a, _, _], env| function(a, env));
        let instruction = encoding(half, single) | (1 << 5);
        ops.push(op(format!("{name}.{letter}"), instruction, Shape::Vector, [kind; 3], model));
    }
}

fn mask<F: Format>(truth: bool) -> u64 {
    if truth { F::MASK } else { 0 }
}

fn integers<F: Format>(kind: Type, letter: char, ftype: u32, ops: &mut Vec<Op>) {
    let modes = [
        ('n', 0, Rounding::TieEven),
        ('p', 1 << 19, Rounding::PlusInfinity),
        ('m', 2 << 19, Rounding::MinusInfinity),
        ('z', 3 << 19, Rounding::Zero),
        ('a', 4 << 16, Rounding::TieAway),
    ];
    for (width, sf) in [(32, 0), (64, 1 << 31)] {
        for (sign, unsigned) in [('s', false), ('u', true)] {
            let bit = u32::from(unsigned) << 16;
            let base = 0x1e20_0000 | sf | ftype | bit | (1 << 5);
            for (mode_letter, opcode, mode) in modes {
                let model: Model = Box::new(move |[a, _, _], env| fp::to_fixed::<F>(a, width, unsigned, 0, mode, env));
                let name = format!("fcvt{mode_letter}{sign}{width}.{letter}");
                ops.push(op(name, base | opcode, Shape::ToGeneral, [kind; 3], model));
            }
            let name = format!("{sign}cvtf{width}.{letter}");
            ops.push(op(name, base | (2 << 16), Shape::FromGeneral, [X; 3], from_general::<F>(width, unsigned, 0)));
            for fbits in [1, 7, 13, 32, 64].into_iter().filter(|&fbits| fbits <= width) {
                let base = 0x1e00_0000 | sf | ftype | bit | ((64 - fbits) << 10) | (1 << 5);
                let model: Model = Box::new(move |[a, _, _], env| fp::to_fixed::<F>(a, width, unsigned, fbits, Rounding::Zero, env));
                let name = format!("fcvtz{sign}{width}#{fbits}.{letter}");
                ops.push(op(name, base | (3 << 19), Shape::ToGeneral, [kind; 3], model));
                let model = from_general::<F>(width, unsigned, fbits);
                let name = format!("{sign}cvtf{width}#{fbits}.{letter}");
                ops.push(op(name, base | (2 << 16), Shape::FromGeneral, [X; 3], model));
            }
        }
    }
}

fn from_general<F: Format>(width: u32, unsigned: bool, fbits: u32) -> Model {
    Box::new(move |[x, _, _], env| {
        let value = match (width, unsigned) {
            (32, false) => x as i32 as u64,
            (32, true) => u64::from(x as u32),
            _ => x,
        };
        fp::from_fixed::<F>(value, unsigned, fbits, env)
    })
}

fn conversions(ops: &mut Vec<Op>) {
    let rows: [(&str, u32, Type, Unary); 8] = [
        ("fcvt.s.h", 0x1ee2_4020, H, fp::convert::<F16, F32>),
        ("fcvt.d.h", 0x1ee2_c020, H, fp::convert::<F16, F64>),
        ("fcvt.h.s", 0x1e23_c020, S, fp::convert::<F32, F16>),
        ("fcvt.d.s", 0x1e22_c020, S, fp::convert::<F32, F64>),
        ("fcvt.h.d", 0x1e63_c020, D, fp::convert::<F64, F16>),
        ("fcvt.s.d", 0x1e62_4020, D, fp::convert::<F64, F32>),
        ("fcvtxn", 0x7e61_6820, D, |a, env| fp::convert_with::<F64, F32>(a, Rounding::Odd, env)),
        ("bfcvt", 0x1e63_4020, S, fp::convert_bf16),
    ];
    for (name, instruction, kind, function) in rows {
        let model: Model = Box::new(move |[a, _, _], env| function(a, env));
        ops.push(op(name.into(), instruction, Shape::Vector, [kind; 3], model));
    }
    // 16-bit integers exist in vector registers only.
    for (name, instruction, unsigned, mode, fbits) in [
        ("fcvtzs16", 0x5ef9_b820, false, Rounding::Zero, 0),
        ("fcvtzu16", 0x7ef9_b820, true, Rounding::Zero, 0),
        ("fcvtns16", 0x5e79_a820, false, Rounding::TieEven, 0),
        ("fcvtau16", 0x7e79_c820, true, Rounding::TieAway, 0),
        ("fcvtzs16#5", 0x5f1b_fc20, false, Rounding::Zero, 5),
        ("fcvtzu16#16", 0x7f10_fc20, true, Rounding::Zero, 16),
    ] {
        let model: Model = Box::new(move |[a, _, _], env| fp::to_fixed::<F16>(a, 16, unsigned, fbits, mode, env));
        ops.push(op(name.into(), instruction, Shape::Vector, [H; 3], model));
    }
}

fn singletons(ops: &mut Vec<Op>) {
    let js: Model = Box::new(|[a, _, _], env| {
        let (result, exact) = fp::to_fixed_js(a, env);
        u64::from(result) | (u64::from(exact) << 62)
    });
    ops.push(op("fjcvtzs".into(), 0x1e7e_0020, Shape::ToGeneralAndFlags, [D; 3], js));

    let accumulate: [(&str, u32, [Type; 3], Ternary); 5] = [
        ("fmlal", 0x0e22_ec20, [S, H, H], |[z, a, b], env| fp::mul_add_halves(z, a, b, env)),
        ("fmlsl", 0x0ea2_ec20, [S, H, H], |[z, a, b], env| {
            let a = fp::neg::<F16>(a, env);
            fp::mul_add_halves(z, a, b, env)
        }),
        ("bfmlalb", 0x2ec2_fc20, [S, B, B], |[z, a, b], env| fp::mul_add_bf16(z, a, b, env)),
        ("bfdot.1", 0x2e42_fc20, [S, B, B], |[z, a, b], env| fp::dot_add(z, (a, 0), (b, 0), env)),
        ("bfdot.2", 0x2e42_fc20, [S, S, S], |[z, a, b], env| fp::dot_add(z, (a & 0xffff, a >> 16), (b & 0xffff, b >> 16), env)),
    ];
    for (name, instruction, types, function) in accumulate {
        let mut op = op(name.into(), instruction, Shape::Accumulate, types, Box::new(function));
        op.mask = 0xffff_ffff;
        ops.push(op);
    }
    for (name, instruction, function) in
        [("urecpe", 0x0ea1_c820, fp::unsigned_recip_estimate as fn(u32) -> u32), ("ursqrte", 0x2ea1_c820, fp::unsigned_rsqrt_estimate)]
    {
        let model: Model = Box::new(move |[a, _, _], _| u64::from(function(a as u32)) | (u64::from(function((a >> 32) as u32)) << 32));
        ops.push(op(name.into(), instruction, Shape::Vector, [X; 3], model));
    }
}
