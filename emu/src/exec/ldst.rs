//! Loads and stores of one register. Decodes nothing; alignment and permissions are `mem`'s.
//!
//! An addressing mode is a type ([`Mode`]) and a row names both: `ldr_x::<Pre>`.
//!
//! CONSTRAINED UNPREDICTABLE in all groups of loads and stores, as QEMU does: with write-back and Rt (or Rt2) the base
//! register, a load leaves the written-back address in it, and a store stores the old value; when Rt = Rt2, LDP of general
//! registers leaves the first word, LDP of SIMD&FP registers and LDXP the second; a store-exclusive with Rs equal to Rt, Rt2
//! or Rn executes, with the old values.

use sysregs::SysReg;

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Stop};
use crate::insn::{Insn, SP};
use crate::math::bits;
use crate::mem::{Tags, TlbMode, Word};

pub(super) type Done = Result<(), Stop>;

/// Rn as a base: CheckSPAlignment() when it is the stack pointer.
#[inline(always)]
pub(super) fn base(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
    let base = cpu.r(insn.rn);
    if insn.rn == SP && base & 15 != 0 {
        check_stack_alignment(cpu)?;
    }
    Ok(base)
}

/// An access at Rn plus an immediate: Tag Unchecked when Rn is the stack pointer, which is how functions use their frames.
#[inline(always)]
pub(super) fn base_tags(insn: &Insn) -> Tags {
    if insn.rn == SP { Tags::Unchecked } else { Tags::Checked }
}

/// SCTLR_EL1.SA and SA0.
#[cold]
fn check_stack_alignment(cpu: &mut Cpu) -> Done {
    let bit = if cpu.pstate.el == ExceptionLevel::EL0 { 4 } else { 3 };
    if cpu.sys(SysReg::SCTLR_EL1) >> bit & 1 == 0 {
        return Ok(());
    }
    Err(cpu.raise(Exception::new(ExceptionClass::SpAlignment, 0)))
}

/// How an instruction forms its address, and with whose permissions and which ordering it accesses memory.
pub(super) trait Mode {
    /// The address.
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop>;

    /// Updates the base once nothing can fault any more.
    #[inline(always)]
    fn write_back(_: &mut Cpu, _: &Insn, _address: u64) {}

    /// Whether accesses are Tag Checked.
    #[inline(always)]
    fn tags(_: &Insn) -> Tags {
        Tags::Checked
    }

    #[inline(always)]
    fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64) -> Result<T, Stop> {
        cpu.load(address, Self::tags(insn))
    }

    #[inline(always)]
    fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64, value: T) -> Done {
        cpu.store(address, value, Self::tags(insn))
    }
}

/// Base plus immediate.
pub(super) struct Offset;
/// Base, which is then advanced by the immediate.
pub(super) struct Post;
/// Base plus immediate, which becomes the base.
pub(super) struct Pre;
/// Base plus extended register.
pub(super) struct Register;
/// The address that the format has made of pc and immediate.
pub(super) struct Literal;
/// Base plus immediate, with the permissions of EL0.
pub(super) struct Unprivileged;
/// Base plus immediate, acquire or release.
pub(super) struct Ordered;

impl Mode for Offset {
    #[inline(always)]
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        Ok(base(cpu, insn)?.wrapping_add(insn.imm))
    }

    #[inline(always)]
    fn tags(insn: &Insn) -> Tags {
        base_tags(insn)
    }
}

impl Mode for Post {
    #[inline(always)]
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        base(cpu, insn)
    }

    #[inline(always)]
    fn write_back(cpu: &mut Cpu, insn: &Insn, address: u64) {
        cpu.set_r(insn.rn, address.wrapping_add(insn.imm));
    }
}

impl Mode for Pre {
    #[inline(always)]
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        Offset::address(cpu, insn)
    }

    #[inline(always)]
    fn write_back(cpu: &mut Cpu, insn: &Insn, address: u64) {
        cpu.set_r(insn.rn, address);
    }
}

impl Mode for Register {
    #[inline(always)]
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        let offset = bits::extend(cpu.r(insn.rm), insn.aux as u8) << (insn.imm & 7);
        Ok(base(cpu, insn)?.wrapping_add(offset))
    }
}

impl Mode for Literal {
    #[inline(always)]
    fn address(_: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        Ok(insn.imm)
    }

    #[inline(always)]
    fn tags(_: &Insn) -> Tags {
        Tags::Unchecked
    }
}

/// Whose permissions LDTR and STTR have: EL0's, unless PSTATE.UAO makes them plain.
pub(super) fn unprivileged(cpu: &Cpu) -> TlbMode {
    if cpu.pstate.el == ExceptionLevel::EL1 && !cpu.pstate.uao { TlbMode::User } else { cpu.tlb.mode() }
}

impl Mode for Unprivileged {
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        Offset::address(cpu, insn)
    }

    fn tags(insn: &Insn) -> Tags {
        base_tags(insn)
    }

    fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64) -> Result<T, Stop> {
        cpu.load_as(unprivileged(cpu), address, Self::tags(insn))
    }

    fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64, value: T) -> Done {
        cpu.store_as(unprivileged(cpu), address, value, Self::tags(insn))
    }
}

impl Mode for Ordered {
    #[inline(always)]
    fn address(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Stop> {
        Offset::address(cpu, insn)
    }

    #[inline(always)]
    fn tags(insn: &Insn) -> Tags {
        base_tags(insn)
    }

    #[inline(always)]
    fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64) -> Result<T, Stop> {
        cpu.load_ordered(address, Self::tags(insn))
    }

    fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64, value: T) -> Done {
        cpu.store_ordered(address, value, Self::tags(insn))
    }
}

/// Loads into a general register: the type in memory and what becomes of it.
macro_rules! loads {
    ($($name:ident = $type:ty, |$value:ident| $result:expr;)*) => {$(
        #[inline(always)]
        pub fn $name<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            let address = M::address(cpu, insn)?;
            let $value = M::load::<$type>(cpu, insn, address)?;
            cpu.set_r(insn.rd, $result);
            M::write_back(cpu, insn, address);
            Ok(())
        }
    )*};
}

loads! {
    ldrb = u8, |value| value.into();
    ldrh = u16, |value| value.into();
    ldr_w = u32, |value| value.into();
    ldr_x = u64, |value| value;
    ldrsb_w = u8, |value| u64::from(i32::from(value as i8) as u32);
    ldrsh_w = u16, |value| u64::from(i32::from(value as i16) as u32);
    ldrsb_x = u8, |value| value as i8 as u64;
    ldrsh_x = u16, |value| value as i16 as u64;
    ldrsw = u32, |value| value as i32 as u64;
}

macro_rules! stores {
    ($($name:ident = $type:ty;)*) => {$(
        #[inline(always)]
        pub fn $name<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            let address = M::address(cpu, insn)?;
            M::store(cpu, insn, address, cpu.r(insn.rd) as $type)?;
            M::write_back(cpu, insn, address);
            Ok(())
        }
    )*};
}

stores! {
    strb = u8;
    strh = u16;
    str_w = u32;
    str_x = u64;
}

/// Loads and stores of a SIMD&FP register. A load clears the bits above.
macro_rules! vector_transfers {
    ($($load:ident $store:ident = $type:ty;)*) => {$(
        #[inline(always)]
        pub fn $load<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            let address = M::address(cpu, insn)?;
            let value = M::load::<$type>(cpu, insn, address)?;
            cpu.set_q(insn.rd, value.into());
            M::write_back(cpu, insn, address);
            Ok(())
        }

        #[inline(always)]
        pub fn $store<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            let address = M::address(cpu, insn)?;
            M::store(cpu, insn, address, cpu.q(insn.rd) as $type)?;
            M::write_back(cpu, insn, address);
            Ok(())
        }
    )*};
}

vector_transfers! {
    ldr_b str_b = u8;
    ldr_h str_h = u16;
    ldr_s str_s = u32;
    ldr_d str_d = u64;
    ldr_q str_q = u128;
}

/// PRFM, PRFUM: a hint that never faults, not even for a misaligned stack pointer.
#[inline(always)]
pub fn prfm(_: &mut Cpu, _: &Insn) -> Done {
    Ok(())
}
