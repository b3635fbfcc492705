//! The JIT: guest code becomes x86-64 code, a region at a time. An instruction without an emitter is a call of its interpreter
//! function, so everything executes from the first day; an emitter has its row's name in lower case, as the function has.
//!
//! [`store`] owns the code of one PE, [`translate`] makes it, [`entry`] runs it; when to do so is the engine's business
//! (`crate::engine`). No code is shared between PEs.

mod asm;
mod cache;
mod emit;
mod entry;
mod exits;
mod flags;
mod interpreted;
mod jump_table;
mod kept;
mod late;
mod layout;
mod moves;
mod outline;
mod pages;
mod pieces;
mod region;
mod registers;
mod store;
mod thunks;
mod touched;
mod translate;

pub(crate) use emit::system::CALLED;
pub(crate) use entry::{Left, enter, is_untouched, relies_on_stale, site_of};
pub(crate) use exits::Tag;
pub use layout::JitState;
pub(crate) use region::{Page, Region, Site};
pub(crate) use store::Code;
use thunks::Thunks;

use sysregs::{Feature, FeatureSet};

use crate::cpu::Cpu;
use crate::math::fp::Fpcr;
use crate::mem::SET_MODES;

/// How much of the host the emitters use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum JitLevel {
    /// No emitters: every instruction is a call of its interpreter function.
    Calls,
    /// x86-64-v2: SSE4.2.
    V2,
    /// x86-64-v3 where the host has it: AVX2, FMA3, BMI2; else v2.
    #[default]
    V3,
}

/// What the host has, as far as emitters ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Host {
    /// Any emitters at all.
    pub native: bool,
    /// AVX2, FMA3, BMI2, LZCNT.
    pub v3: bool,
    /// The guest's CPU has FEAT_LSE2: aligned pairs are one access.
    pub atomic_pairs: bool,
    /// The guest's CPU has FEAT_BTI: indirect branches leave PSTATE.BTYPE set.
    pub branch_types: bool,
}

impl Host {
    /// What `level` may use of this machine.
    pub fn detect(level: JitLevel, features: &FeatureSet) -> Host {
        let v2 = is_x86_feature_detected!("sse4.2") && is_x86_feature_detected!("ssse3") && is_x86_feature_detected!("popcnt");
        let v3 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt");
        Host {
            native: v2 && level != JitLevel::Calls,
            v3: v2 && v3 && level == JitLevel::V3,
            atomic_pairs: features.contains(Feature::LSE2),
            branch_types: features.contains(Feature::BTI),
        }
    }
}

/// The state of the PE that code depends on besides its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Context(u8);

impl Context {
    /// Number of different contexts.
    pub const COUNT: usize = 256;

    pub fn of(cpu: &Cpu) -> Context {
        let plain = !Fpcr(cpu.fpcr).has(Fpcr::RMODE | Fpcr::FZ | Fpcr::AH | Fpcr::FIZ | Fpcr::NEP);
        Context(
            cpu.tlb.set() as u8
                | u8::from(cpu.fp_enabled) << 3
                | u8::from(plain) << 4
                | u8::from(cpu.alignment_checked()) << 5
                | u8::from(cpu.pstate.sp) << 6
                | u8::from(cpu.tlb.scattered()) << 7,
        )
    }

    pub fn index(self) -> usize {
        self.0.into()
    }

    /// The set of the TLB: mode and address space.
    pub fn tlb_set(self) -> usize {
        usize::from(self.0 & 7)
    }

    /// The address space.
    pub fn space(self) -> usize {
        self.tlb_set() / SET_MODES
    }

    /// FP and SIMD instructions do not trap.
    pub fn fp_enabled(self) -> bool {
        self.0 & 8 != 0
    }

    /// FPCR asks for what the host does by default.
    pub fn fp_plain(self) -> bool {
        self.0 & 16 != 0
    }

    /// Pages have no common addend: R15 is the address of the TLB's entries instead.
    pub fn scattered(self) -> bool {
        self.0 & 128 != 0
    }

    /// SCTLR_EL1.A: unaligned accesses fault.
    pub fn aligned_only(self) -> bool {
        self.0 & 32 != 0
    }
}
