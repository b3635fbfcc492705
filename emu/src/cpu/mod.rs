//! The architectural state of one processing element, and the vocabulary of what can stop it.
//!
//! The PE has EL0 and EL1; EL2 is the hypervisor that embeds it (`kvm`), which sees an [`Exit`] wherever hardware would
//! take an exception to EL2. This module executes nothing: engines do.

mod branch_type;
mod debug;
mod exception;
mod exit;
mod folded;
mod hypervisor;
mod levels;
mod monitor;
pub(crate) mod pac_memo;
mod pauth;
mod peers;
mod pstate;
mod reset;
mod scalable;
mod signal;
mod time;

use std::sync::Arc;

pub use branch_type::branch_type;
pub use debug::{COMPARATORS, Comparator, Debug, DebugRegisters, HypervisorDebug, exclusive_load};
pub use exception::{Exception, ExceptionClass, Vector};
pub use exit::{Exit, Stage2Abort, SysRegTrap};
pub(crate) use folded::{Folded, place};
pub use hypervisor::{Hypervisor, PublishedWord};
pub use levels::RetiredByLevel;
pub use monitor::Monitor;
use pac_memo::PacMemo;
pub use pauth::PauthKey;
pub use peers::Peers;
pub use pstate::{ExceptionLevel, Pstate, daif};
pub use reset::{CpuConfig, UnknownIdRegister};
use scalable::Scalable;
pub use scalable::{LONGEST_VECTOR, PREDICATES, Predicate, Vector as ScalableVector};
pub use signal::{Attention, VcpuSignal};
use sysregs::{FeatureSet, SysReg};

use crate::jit::JitState;
use crate::mem::{PhysicalMemory, RecentSlot, Tlb};
use crate::mmu::{KnownPermissions, Regime, is_control};
use crate::sys::InterruptPort;
use crate::timer::Timers;
use crate::trace::Trace;

/// Marks that an instruction did not complete; [`Cpu::pending`] says why. Zero-sized, so that results stay in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Why an instruction did not complete, or what happens instead of the next one.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Pending {
    /// Nothing.
    #[default]
    None,
    /// A synchronous exception taken to EL1.
    Exception(Exception),
    /// An exception taken to EL2, where the hypervisor is.
    Exit(Exit),
}

/// One processing element.
///
/// Invariant: `x[31]` is the stack pointer that PSTATE.SP and PSTATE.EL select, `x[32]` is zero, `x[33]` is a sink; see
/// [`crate::insn::Insn`]. The unselected stack pointers are in `sys[SP_EL0]` and `sys[SP_EL1]`.
///
/// The general registers come first, where an index needs no other base than the PE's own address.
#[repr(C)]
pub struct Cpu {
    /// X0..X30, current SP, zero, sink; the rest only makes every `index & 63` valid.
    pub x: [u64; 64],
    /// Address of the instruction to execute; inside a block only kept for instructions that end it.
    pub pc: u64,
    /// PSTATE.NZCV in bits 31:28.
    pub nzcv: u32,
    /// The rest of PSTATE.
    pub pstate: Pstate,
    /// V0..V31.
    pub v: [u128; 32],
    /// For each of Z0..Z31, 1 when its bits above V are in `scalable`, 0 when they are zero.
    pub(crate) upper_live: [u8; 32],
    /// FPCR.
    pub fpcr: u32,
    /// FPSR.
    pub fpsr: u32,
    /// FP and SIMD instructions execute without a trap at the current EL (derived from CPACR_EL1 and CPTR_EL2).
    pub fp_enabled: bool,
    /// Set with [`Stop`].
    pub pending: Pending,
    /// Local exclusive monitor.
    pub monitor: Monitor,
    /// WFE's event register.
    pub event: bool,
    /// Values of all system registers that are plain storage.
    pub(crate) sys: Box<[u64; SysReg::COUNT]>,
    /// Instructions that may still execute before the engine returns [`Exit::Budget`].
    pub budget: u64,
    /// Instructions retired since creation.
    pub retired: u64,
    /// `retired` by exception level.
    pub levels: RetiredByLevel,
    /// What the host CPU can execute.
    pub features: FeatureSet,
    /// Immutable facts of this PE.
    pub config: Arc<CpuConfig>,
    /// Guest physical memory.
    pub memory: Arc<PhysicalMemory>,
    /// Where in it this PE looked last.
    pub(crate) recent_slot: RecentSlot,
    /// How others reach this PE while it runs.
    pub signal: Arc<VcpuSignal>,
    /// Generic timers.
    pub timers: Timers,
    /// `retired` at the start of the block that executes; engines add the position inside it when it ends.
    pub block_retired: u64,
    /// `retired` at which the engine looks at the timers again; it executes no instruction beyond it.
    pub next_timer_check: u64,
    /// `retired` when the running quantum of virtual time began.
    pub quantum_start: u64,
    /// The interrupt controller's CPU interface, if the hypervisor has connected one.
    pub interrupts: Option<Box<dyn InterruptPort>>,
    /// What answers exits on the spot, if the hypervisor does.
    pub hypervisor: Option<Box<dyn Hypervisor>>,
    /// Loads of words that it has published.
    pub published_loads: u64,
    /// The other PEs of the machine.
    pub peers: Arc<Peers>,
    /// Broadcast TLB maintenance that a DSB has to wait for: index of the peer and ticket.
    pub(crate) flush_tickets: Vec<(usize, u64)>,
    /// Physical pages whose decoded code is stale; None is all of them. Emptied by the engine at the next block.
    pub(crate) stale_code: Vec<Option<u64>>,
    /// State of the generator behind RNDR; the hypervisor seeds it.
    pub random_state: u64,
    pub(crate) pac_memo: PacMemo,
    /// What generated code keeps here.
    pub(crate) jit: JitState,
    /// Breakpoints, watchpoints and software step.
    pub debug: Debug,
    pub(crate) scalable: Scalable,
    /// SVE vector lengths that there are: bit n for 128 * (n + 1) bits. The hypervisor may hide the longer ones.
    pub vector_lengths: u16,
    /// Answers to trapped reads of ID registers.
    pub(crate) folded: Option<Box<Folded>>,
    /// Translation controls, gathered; None when one has changed.
    pub(crate) known_regime: Option<Regime>,
    /// What was found in it.
    pub(crate) known_permissions: KnownPermissions,
    /// Set for a PE that runs a program and no operating system: its memory. Exceptions then leave as [`Exit::Exception`].
    pub program: Option<Arc<dyn crate::mmu::ProgramMemory>>,
    /// Receives events when tracing is on.
    pub trace: Option<Box<dyn Trace>>,
    /// Software TLB.
    pub tlb: Tlb,
}

impl Cpu {
    /// Reads a general register, stack pointer or zero by operand index.
    #[inline(always)]
    pub fn r(&self, index: u8) -> u64 {
        self.x[(index & 63) as usize]
    }

    /// Writes a general register, stack pointer or sink by operand index.
    #[inline(always)]
    pub fn set_r(&mut self, index: u8, value: u64) {
        self.x[(index & 63) as usize] = value;
    }

    /// Reads the low 32 bits of a general register.
    #[inline(always)]
    pub fn w(&self, index: u8) -> u32 {
        self.r(index) as u32
    }

    /// Writes a 32-bit result, zero-extended.
    #[inline(always)]
    pub fn set_w(&mut self, index: u8, value: u32) {
        self.set_r(index, value.into());
    }

    /// Writes a result of the operand width `size` (1 = 64-bit, 0 = 32-bit, zero-extended).
    #[inline(always)]
    pub fn set_sized(&mut self, index: u8, size: u8, value: u64) {
        self.set_r(index, if size == 1 { value } else { value & 0xffff_ffff });
    }

    /// Reads a SIMD&FP register.
    #[inline(always)]
    pub fn q(&self, index: u8) -> u128 {
        self.v[(index & 31) as usize]
    }

    /// Writes a SIMD&FP register, all 128 bits (narrower results are zero-extended by the caller).
    #[inline(always)]
    pub fn set_q(&mut self, index: u8, value: u128) {
        *self.v_mut(index) = value;
    }

    /// A SIMD&FP register to be written as a whole: the scalable register's upper part becomes zero.
    #[inline(always)]
    pub fn v_mut(&mut self, index: u8) -> &mut u128 {
        let index = usize::from(index & 31);
        self.upper_live[index] = 0;
        &mut self.v[index]
    }

    /// A system register's stored value.
    #[inline(always)]
    pub fn sys(&self, register: SysReg) -> u64 {
        self.sys[register as usize]
    }

    /// Stores a system register's value, without effects.
    #[inline(always)]
    pub fn set_sys(&mut self, register: SysReg, value: u64) {
        if is_control(register) {
            self.known_regime = None;
        }
        if pauth::controls(register) != 0 && (self.sys(register) ^ value) & pauth::controls(register) != 0 {
            self.pac_memo.forget();
        }
        self.sys[register as usize] = value;
    }

    /// Raises a synchronous exception to EL1 in place of the current instruction.
    #[cold]
    pub fn raise(&mut self, exception: Exception) -> Stop {
        self.pending = Pending::Exception(exception);
        Stop
    }

    /// Leaves for EL2 in place of the current instruction.
    #[cold]
    pub fn exit(&mut self, exit: Exit) -> Stop {
        self.pending = Pending::Exit(exit);
        Stop
    }

    /// The Undefined Instruction exception.
    #[cold]
    pub fn undefined(&mut self) -> Stop {
        self.raise(Exception::unknown())
    }

    /// CheckFPAdvSIMDEnabled64(): every FP and SIMD instruction calls this first.
    #[inline(always)]
    pub fn check_fp(&mut self) -> Result<(), Stop> {
        if self.fp_enabled { Ok(()) } else { Err(self.fp_trap()) }
    }
}
