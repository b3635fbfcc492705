//! What the Advanced SIMD groups share: operands in, results out, and one function a row from one line a row. Does no
//! arithmetic; see [`crate::math::simd`].
//!
//! A line of [`lanewise`] is `name lanes T |arguments| result;`: the function `name` applies the closure to every lane,
//! where `T` is the lane type that `insn.size` selects out of the set `lanes`. The operation before `=>` says what the
//! arguments are and where the result goes; it is one of the generic functions below.

use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::simd::{self, Lane, Signed, Wide, Widen};

/// FPSR.QC: cumulative saturation.
const QC: u32 = 1 << 27;

/// Evaluates an expression with `$lane` as the type that `insn.size` selects.
macro_rules! each_size {
    ($insn:ident unsigned $lane:ident $body:expr) => { each_size!($insn [u8 u16 u32 u64] $lane $body) };
    ($insn:ident signed $lane:ident $body:expr) => { each_size!($insn [i8 i16 i32 i64] $lane $body) };
    ($insn:ident unsigned_bhs $lane:ident $body:expr) => { each_size!($insn [u8 u16 u32] $lane $body) };
    ($insn:ident signed_bhs $lane:ident $body:expr) => { each_size!($insn [i8 i16 i32] $lane $body) };
    ($insn:ident signed_hs $lane:ident $body:expr) => {
        match $insn.size {
            1 => { type $lane = i16; $body }
            _ => { type $lane = i32; $body }
        }
    };
    ($insn:ident unsigned_hs $lane:ident $body:expr) => {
        match $insn.size {
            1 => { type $lane = u16; $body }
            _ => { type $lane = u32; $body }
        }
    };
    ($insn:ident $only:ident $lane:ident $body:expr) => {{ type $lane = $only; $body }};
    ($insn:ident [$b:ident $h:ident $s:ident] $lane:ident $body:expr) => {
        match $insn.size {
            0 => { type $lane = $b; $body }
            1 => { type $lane = $h; $body }
            _ => { type $lane = $s; $body }
        }
    };
    ($insn:ident [$b:ident $h:ident $s:ident $d:ident] $lane:ident $body:expr) => {
        match $insn.size {
            0 => { type $lane = $b; $body }
            1 => { type $lane = $h; $body }
            2 => { type $lane = $s; $body }
            _ => { type $lane = $d; $body }
        }
    };
}

/// Functions of rows, one a line; see the file's header.
macro_rules! lanewise {
    ($operation:ident => $($name:ident $lanes:ident $lane:ident |$($argument:pat_param),+| $result:expr;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut $crate::cpu::Cpu, insn: &$crate::insn::Insn) -> Result<(), $crate::cpu::Stop> {
            cpu.check_fp()?;
            each_size!(insn $lanes $lane $crate::exec::simd::$operation::<$lane>(cpu, insn, |$($argument),+| $result));
            Ok(())
        }
    )*};
}

/// A SIMD&FP register in place.
#[inline(always)]
pub(super) fn register(cpu: &Cpu, index: u8) -> &u128 {
    &cpu.v[(index & 31) as usize]
}

/// The lanes that the instruction operates on.
#[inline(always)]
pub(super) fn active<T: Lane>(insn: &Insn) -> usize {
    ((128 - (insn.aux & 127)) / T::BITS) as usize
}

/// Writes `rd`; the bits above the result become zero.
#[inline(always)]
pub(super) fn put<T: Lane>(cpu: &mut Cpu, insn: &Insn, vector: T::Vector) {
    *T::view_mut(cpu.v_mut(insn.rd)) = simd::without_top::<T>(vector, insn.aux);
}

/// Writes the narrowed lanes in the lower half of `vector`: to the upper half of `rd`, or to the lower with zeros above.
#[inline(always)]
pub(super) fn put_half<T: Lane>(cpu: &mut Cpu, insn: &Insn, vector: T::Vector) {
    if insn.opt == 0 {
        return put::<T>(cpu, insn, vector);
    }
    let target = cpu.v_mut(insn.rd);
    *T::view_mut(target) = simd::join_halves::<T>(target, vector);
}

/// Sets FPSR.QC when something saturated.
#[inline(always)]
pub(super) fn note_saturation(cpu: &mut Cpu, saturated: bool) {
    if saturated {
        cpu.fpsr |= QC;
    }
}

/// The lane of `rm` that a by-element instruction names.
#[inline(always)]
fn element<T: Lane>(cpu: &Cpu, insn: &Insn) -> T {
    T::element(cpu.q(insn.rm), insn.imm as u32)
}

/// Arguments: lanes of rd, rn, rm.
#[inline(always)]
pub(super) fn three<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> T) {
    let out = simd::map::<T>(register(cpu, insn.rd), register(cpu, insn.rn), register(cpu, insn.rm), f);
    put::<T>(cpu, insn, out);
}

/// Arguments: lanes of rd and rn, the element.
#[inline(always)]
pub(super) fn three_element<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> T) {
    let (element, n) = (element::<T>(cpu, insn), register(cpu, insn.rn));
    let out = simd::map::<T>(register(cpu, insn.rd), n, n, |d, n, _| f(d, n, element));
    put::<T>(cpu, insn, out);
}

/// Arguments: lanes of rd, rn, rm; the result also says whether it saturated.
#[inline(always)]
pub(super) fn three_saturating<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> (T, bool)) {
    let (d, n, m) = (register(cpu, insn.rd), register(cpu, insn.rn), register(cpu, insn.rm));
    let (out, saturated) = simd::map_saturating::<T>(d, n, m, active::<T>(insn), f);
    put::<T>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// Arguments: lanes of rd and rn, the element; the result also says whether it saturated.
#[inline(always)]
pub(super) fn three_element_saturating<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, T) -> (T, bool)) {
    let (element, n) = (element::<T>(cpu, insn), register(cpu, insn.rn));
    let (out, saturated) = simd::map_saturating::<T>(register(cpu, insn.rd), n, n, active::<T>(insn), |d, n, _| f(d, n, element));
    put::<T>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// Arguments: neighbouring lanes of rm:rn.
#[inline(always)]
pub(super) fn pairs<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let out = simd::pairwise::<T>(register(cpu, insn.rn), register(cpu, insn.rm), f);
    let target = cpu.v_mut(insn.rd);
    *T::view_mut(target) = out;
    if insn.aux != 0 {
        // Of 64-bit operands only the lower halves take part: their results are the first and third word.
        let [first, _, third, _] = *u32::view(target);
        *u32::view_mut(target) = [first, third, 0, 0];
    }
}

/// Arguments: wide lanes of rd, narrow lanes of a half of rn and of rm.
#[inline(always)]
pub(super) fn long<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T, T) -> Wide<T>) {
    let upper = insn.opt != 0;
    let (n, m) = (simd::half::<T>(register(cpu, insn.rn), upper), simd::half::<T>(register(cpu, insn.rm), upper));
    let out = simd::lengthen::<T>(register(cpu, insn.rd), n, m, f);
    put::<Wide<T>>(cpu, insn, out);
}

/// Arguments: wide lanes of rd, narrow lanes of a half of rn, the element.
#[inline(always)]
pub(super) fn long_element<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T, T) -> Wide<T>) {
    let (element, n) = (element::<T>(cpu, insn), simd::half::<T>(register(cpu, insn.rn), insn.opt != 0));
    let out = simd::lengthen::<T>(register(cpu, insn.rd), n, n, |d, n, _| f(d, n, element));
    put::<Wide<T>>(cpu, insn, out);
}

/// [`long`] with a result that also says whether it saturated.
#[inline(always)]
pub(super) fn long_saturating<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T, T) -> (Wide<T>, bool)) {
    let upper = insn.opt != 0;
    let (n, m) = (simd::half::<T>(register(cpu, insn.rn), upper), simd::half::<T>(register(cpu, insn.rm), upper));
    let (out, saturated) = simd::lengthen_saturating::<T>(register(cpu, insn.rd), n, m, active::<Wide<T>>(insn), f);
    put::<Wide<T>>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// [`long_element`] with a result that also says whether it saturated.
#[inline(always)]
pub(super) fn long_element_saturating<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T, T) -> (Wide<T>, bool)) {
    let (element, n) = (element::<T>(cpu, insn), simd::half::<T>(register(cpu, insn.rn), insn.opt != 0));
    let f = |d, n, _| f(d, n, element);
    let (out, saturated) = simd::lengthen_saturating::<T>(register(cpu, insn.rd), n, n, active::<Wide<T>>(insn), f);
    put::<Wide<T>>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// Arguments: wide lanes of rn, narrow lanes of a half of rm.
#[inline(always)]
pub(super) fn wide<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T) -> Wide<T>) {
    let out = simd::widen::<T>(register(cpu, insn.rn), simd::half::<T>(register(cpu, insn.rm), insn.opt != 0), f);
    put::<Wide<T>>(cpu, insn, out);
}

/// Arguments: wide lanes of rn and rm; narrow results.
#[inline(always)]
pub(super) fn narrow<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, Wide<T>) -> T) {
    let out = simd::narrow::<Wide<T>, T>(register(cpu, insn.rn), register(cpu, insn.rm), f);
    put_half::<T>(cpu, insn, out);
}

#[inline(always)]
fn narrow_clipped<W: Lane, T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(W, u32) -> (T, bool)) {
    let shift = insn.imm as u32;
    let (out, saturated) = simd::narrow_saturating::<W, T>(register(cpu, insn.rn), active::<T>(insn), |lane| f(lane, shift));
    put_half::<T>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// Arguments: wide lanes of rn, the immediate; narrow results that also say whether they saturated.
#[inline(always)]
pub(super) fn narrow_saturating<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, u32) -> (T, bool)) {
    narrow_clipped::<Wide<T>, T>(cpu, insn, f);
}

/// [`narrow_saturating`] from signed lanes whatever the signedness of the narrow ones.
#[inline(always)]
pub(super) fn narrow_signed_saturating<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Signed<Wide<T>>, u32) -> (T, bool)) {
    narrow_clipped::<Signed<Wide<T>>, T>(cpu, insn, f);
}

/// Arguments: wide lanes of rn and the immediate; narrow results.
#[inline(always)]
pub(super) fn narrow_shift<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, u32) -> T) {
    let (n, shift) = (register(cpu, insn.rn), insn.imm as u32);
    let out = simd::narrow::<Wide<T>, T>(n, n, |lane, _| f(lane, shift));
    put_half::<T>(cpu, insn, out);
}

/// Arguments: wide lanes of rd, two neighbouring narrow lanes of rn.
#[inline(always)]
pub(super) fn pairs_long<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(Wide<T>, T, T) -> Wide<T>) {
    let out = simd::pairwise_long::<T>(register(cpu, insn.rd), register(cpu, insn.rn), f);
    put::<Wide<T>>(cpu, insn, out);
}

/// Arguments: lanes of rd and rn, the immediate.
#[inline(always)]
pub(super) fn shift<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T, u32) -> T) {
    let (n, amount) = (register(cpu, insn.rn), insn.imm as u32);
    let out = simd::map::<T>(register(cpu, insn.rd), n, n, |d, n, _| f(d, n, amount));
    put::<T>(cpu, insn, out);
}

/// Arguments: lanes of rn, the immediate; the result also says whether it saturated.
#[inline(always)]
pub(super) fn shift_saturating<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u32) -> (T, bool)) {
    let (n, amount) = (register(cpu, insn.rn), insn.imm as u32);
    let (out, saturated) = simd::map_saturating::<T>(n, n, n, active::<T>(insn), |_, n, _| f(n, amount));
    put::<T>(cpu, insn, out);
    note_saturation(cpu, saturated);
}

/// Arguments: narrow lanes of a half of rn, the immediate; wide results.
#[inline(always)]
pub(super) fn shift_long<T: Widen>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, u32) -> Wide<T>) {
    let (n, amount) = (simd::half::<T>(register(cpu, insn.rn), insn.opt != 0), insn.imm as u32);
    let out = simd::lengthen::<T>(register(cpu, insn.rd), n, n, |_, n, _| f(n, amount));
    put::<Wide<T>>(cpu, insn, out);
}

/// Arguments: lanes of rd, the modified immediate.
#[inline(always)]
pub(super) fn immediate<T: Lane>(cpu: &mut Cpu, insn: &Insn, f: impl Fn(T, T) -> T) {
    let (d, imm) = (register(cpu, insn.rd), T::truncate(insn.imm.into()));
    let out = simd::map::<T>(d, d, d, |d, _, _| f(d, imm));
    put::<T>(cpu, insn, out);
}
