//! PSTATE apart from NZCV, and its SPSR layout. AArch32 state does not exist here: an SPSR that asks for it is illegal.

/// EL0 or EL1 of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum ExceptionLevel {
    /// Unprivileged.
    EL0 = 0,
    /// The guest's kernel.
    #[default]
    EL1 = 1,
}

/// PSTATE fields (Arm ARM D1.4 "Process state, PSTATE").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Pstate {
    /// Current exception level.
    pub el: ExceptionLevel,
    /// PSTATE.SP: true selects SP_ELx, false SP_EL0.
    pub sp: bool,
    /// D, A, I, F in bits 3..=0.
    pub daif: u8,
    /// Software step.
    pub ss: bool,
    /// Illegal execution state.
    pub il: bool,
    /// Privileged access never.
    pub pan: bool,
    /// User access override.
    pub uao: bool,
    /// Data independent timing.
    pub dit: bool,
    /// Speculative store bypass safe.
    pub ssbs: bool,
    /// Tag check override.
    pub tco: bool,
    /// Branch type, two bits.
    pub btype: u8,
    /// All-interrupts mask (FEAT_NMI).
    pub allint: bool,
}

/// Bits of [`Pstate::daif`].
pub mod daif {
    /// Debug exceptions masked.
    pub const D: u8 = 8;
    /// SError masked.
    pub const A: u8 = 4;
    /// IRQ masked.
    pub const I: u8 = 2;
    /// FIQ masked.
    pub const F: u8 = 1;
}

const SS: u32 = 21;
const IL: u32 = 20;
const PAN: u32 = 22;
const UAO: u32 = 23;
const DIT: u32 = 24;
const TCO: u32 = 25;
const ALLINT: u32 = 13;
const SSBS: u32 = 12;
const BTYPE: u32 = 10;

impl Pstate {
    /// The mode field M[3:0] of an SPSR: EL and stack pointer selection.
    pub fn mode(self) -> u64 {
        match self.el {
            ExceptionLevel::EL0 => 0,
            ExceptionLevel::EL1 => 4 | u64::from(self.sp),
        }
    }

    /// The SPSR image of this state with `nzcv` (bits 31:28).
    pub fn to_spsr(self, nzcv: u32) -> u64 {
        u64::from(nzcv & 0xf000_0000)
            | u64::from(self.tco) << TCO
            | u64::from(self.dit) << DIT
            | u64::from(self.uao) << UAO
            | u64::from(self.pan) << PAN
            | u64::from(self.ss) << SS
            | u64::from(self.il) << IL
            | u64::from(self.allint) << ALLINT
            | u64::from(self.ssbs) << SSBS
            | u64::from(self.btype & 3) << BTYPE
            | u64::from(self.daif) << 6
            | self.mode()
    }

    /// State from an SPSR image; None when M[4:0] names a state that does not exist at EL1 and below.
    pub fn from_spsr(spsr: u64) -> Option<(Pstate, u32)> {
        let bit = |n: u32| spsr >> n & 1 != 0;
        let (el, sp) = match spsr & 0x1f {
            0 => (ExceptionLevel::EL0, false),
            4 => (ExceptionLevel::EL1, false),
            5 => (ExceptionLevel::EL1, true),
            _ => return None,
        };
        let state = Pstate {
            el,
            sp,
            daif: (spsr >> 6 & 15) as u8,
            ss: bit(SS),
            il: bit(IL),
            pan: bit(PAN),
            uao: bit(UAO),
            dit: bit(DIT),
            ssbs: bit(SSBS),
            tco: bit(TCO),
            btype: (spsr >> BTYPE & 3) as u8,
            allint: bit(ALLINT),
        };
        Some((state, spsr as u32 & 0xf000_0000))
    }

    /// The same state with what even an illegal exception return takes from an SPSR image, and with its SS.
    #[must_use]
    pub fn with_masks_of(self, spsr: u64) -> Pstate {
        let bit = |n: u32| spsr >> n & 1 != 0;
        Pstate { daif: (spsr >> 6 & 15) as u8, pan: bit(PAN), allint: bit(ALLINT), ss: bit(SS), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spsr_round_trip() {
        for spsr in [0x3c5, 0x6000_0000, 0x8000_0005 | 1 << 22 | 1 << 12, 0x3c4 | 1 << 20 | 1 << 21] {
            let (state, flags) = Pstate::from_spsr(spsr).unwrap();
            assert_eq!(state.to_spsr(flags), spsr, "{spsr:#x}");
        }
        for illegal in [0x1, 0x8, 0x9, 0x10, 0x1d3, 0xd] {
            assert!(Pstate::from_spsr(illegal).is_none(), "{illegal:#x}");
        }
    }
}
