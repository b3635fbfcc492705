//! `emu::math::fp`, with its shortcuts through the host's FPU, against Berkeley SoftFloat: bits and exceptions under every FPCR that
//! the operations read. No CPU and no instruction is run here; that instructions use the right function is other tests' business.
//! What SoftFloat has no counterpart for (estimates, FSCALE, alternative half precision, BFloat16, FJCVTZS) is compared with QEMU by
//! `fp_oracle`.
//!
//! Operands are chosen as Berkeley's TestFloat chooses them: every combination of the special ones, and random ones of mixed classes;
//! half precision exhaustively where there is one operand. `INVAR_SOFTFLOAT_CASES` is the number of random cases for each operation,
//! `INVAR_SOFTFLOAT_SEED` where they begin.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

#[path = "../random/mod.rs"]
mod random;

mod arithmetic;
mod arm;
mod berkeley;
mod compare;
mod conversions;
mod driver;
mod fp8;
mod fused;
mod integers;
