//! SVE and SVE2, integer data processing: where the elements come from and where results go, and one function a row from one line
//! a row. What happens to an element is said in the files of this folder. FPSR.QC is nobody's affair: SVE does not set it.
//!
//! A line of [`scalable`] is `name lanes T |arguments| result;`: the function `name` applies the closure to every element, where
//! `T` is the type that `insn.size` selects out of the set `lanes`. The operation before `=>` says what the arguments are; it is
//! one of the generic functions below.

use crate::cpu::{Cpu, ScalableVector};
use crate::insn::Insn;
use crate::math::simd::Lane;

/// Functions of rows, one a line; see the file's header.
macro_rules! scalable {
    ($operation:ident => $($name:ident $lanes:tt $lane:ident |$($argument:pat_param),+| $result:expr;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut $crate::cpu::Cpu, insn: &$crate::insn::Insn) -> Result<(), $crate::cpu::Stop> {
            cpu.check_sve()?;
            each_size!(insn $lanes $lane $crate::exec::sve::integer::$operation::<$lane>(cpu, insn, |$($argument),+| $result));
            Ok(())
        }
    )*};
}

pub mod complex;
pub mod dot;
pub mod immediate;
pub mod multiply;
pub mod plain;
pub mod predicated;
pub mod reduce;
pub mod saturating;
pub mod shift;

/// Elements of type `T` have 2^n bytes.
#[inline(always)]
const fn size<T: Lane>() -> u8 {
    (T::BITS.trailing_zeros() - 3) as u8
}

#[inline(always)]
fn get<T: Lane>(vector: &ScalableVector, index: usize) -> T {
    T::truncate(vector.get(size::<T>(), index).into())
}

#[inline(always)]
fn put<T: Lane>(vector: &mut ScalableVector, index: usize, value: T) {
    vector.set(size::<T>(), index, value.zero_extend() as u64);
}

/// Zd: every element, from its number.
#[inline(always)]
fn each<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(usize) -> T) {
    let mut out = ScalableVector::ZERO;
    for index in 0..cpu.elements(size::<T>()) {
        put(&mut out, index, f(index));
    }
    cpu.set_z(insn.rd, &out);
}

/// Zd: the elements that Pg (`opt`) says, from what they were and their number.
#[inline(always)]
fn each_active<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, usize) -> T) {
    let (pg, mut out) = (cpu.p(insn.opt), cpu.z(insn.rd));
    for index in (0..cpu.elements(size::<T>())).filter(|&index| pg.active(size::<T>(), index)) {
        let old = get(&out, index);
        put(&mut out, index, f(old, index));
    }
    cpu.set_z(insn.rd, &out);
}

/// Arguments: elements of Zn, Zm.
#[inline(always)]
fn two<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
    each(cpu, insn, |index| f(get(&n, index), get(&m, index)));
}

/// Arguments: active elements of Zdn, Zm.
#[inline(always)]
fn two_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let m = cpu.z(insn.rm);
    each_active(cpu, insn, |d, index| f(d, get(&m, index)));
}

/// Arguments: active elements of Zn.
#[inline(always)]
fn one_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T) -> T) {
    let n = cpu.z(insn.rn);
    each_active(cpu, insn, |_, index| f(get(&n, index)));
}

/// Arguments: elements of Zda, Zn, Zm.
#[inline(always)]
fn three<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> T) {
    let (d, n, m) = (cpu.z(insn.rd), cpu.z(insn.rn), cpu.z(insn.rm));
    each(cpu, insn, |index| f(get(&d, index), get(&n, index), get(&m, index)));
}

/// Arguments: active elements of Zd, Zn, Zm.
#[inline(always)]
fn three_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> T) {
    let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
    each_active(cpu, insn, |d, index| f(d, get(&n, index), get(&m, index)));
}

/// Arguments: elements of Zda, Zn, and the element `imm` of the same quadword of Zm.
#[inline(always)]
fn three_indexed<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> T) {
    let (d, n, m) = (cpu.z(insn.rd), cpu.z(insn.rn), cpu.z(insn.rm));
    let (others, chosen) = (!(128 / T::BITS as usize - 1), insn.imm as usize);
    each(cpu, insn, |index| f(get(&d, index), get(&n, index), get(&m, index & others | chosen)));
}

/// Arguments: elements of Zn, the immediate.
#[inline(always)]
fn shift<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u32) -> T) {
    let (n, amount) = (cpu.z(insn.rn), insn.imm as u32);
    each(cpu, insn, |index| f(get(&n, index), amount));
}

/// Arguments: active elements of Zdn, the immediate.
#[inline(always)]
fn shift_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u32) -> T) {
    let amount = insn.imm as u32;
    each_active(cpu, insn, |d, _| f(d, amount));
}

/// Arguments: elements of Zn, the doubleword of Zm in the same place.
#[inline(always)]
fn two_wide<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u64) -> T) {
    let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
    each(cpu, insn, |index| f(get(&n, index), m.get(3, index >> (3 - size::<T>()))));
}

/// Arguments: active elements of Zdn, the doubleword of Zm in the same place.
#[inline(always)]
fn two_wide_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u64) -> T) {
    let m = cpu.z(insn.rm);
    each_active(cpu, insn, |d, index| f(d, m.get(3, index >> (3 - size::<T>()))));
}

/// Arguments: elements of Zdn, the immediate.
#[inline(always)]
fn with_immediate<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let (d, imm) = (cpu.z(insn.rd), T::truncate(insn.imm.into()));
    each(cpu, insn, |index| f(get(&d, index), imm));
}

/// Arguments: neighbours, of Zdn for even elements of the result and of Zm for odd ones.
#[inline(always)]
fn pairs_merging<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let (d, m) = (cpu.z(insn.rd), cpu.z(insn.rm));
    each_active(cpu, insn, |_, index| {
        let source = if index & 1 == 0 { &d } else { &m };
        f(get(source, index & !1), get(source, index | 1))
    });
}
