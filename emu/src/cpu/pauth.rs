//! Pointer authentication codes (AddPAC(), Auth() and Strip() of the Arm ARM). Knows no instruction, and does not ask whether
//! one is enabled or trapped.
//!
//! Where the ID registers announce an IMPLEMENTATION DEFINED algorithm (ID_AA64ISAR1_EL1.API), ours is QARMA5 too.

use sysregs::{Feature, SysReg};

use super::{Cpu, Exception, ExceptionClass, Stop};
use crate::math::qarma::{self, QARMA3, QARMA5};

/// One of the five keys, each of two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub enum PauthKey {
    IA,
    IB,
    DA,
    DB,
    GA,
}

impl PauthKey {
    /// APxxKeyHi_EL1 and APxxKeyLo_EL1.
    fn registers(self) -> (SysReg, SysReg) {
        use SysReg as R;
        match self {
            PauthKey::IA => (R::APIAKeyHi_EL1, R::APIAKeyLo_EL1),
            PauthKey::IB => (R::APIBKeyHi_EL1, R::APIBKeyLo_EL1),
            PauthKey::DA => (R::APDAKeyHi_EL1, R::APDAKeyLo_EL1),
            PauthKey::DB => (R::APDBKeyHi_EL1, R::APDBKeyLo_EL1),
            PauthKey::GA => (R::APGAKeyHi_EL1, R::APGAKeyLo_EL1),
        }
    }

    /// The pointer is one to data.
    pub fn data(self) -> bool {
        matches!(self, PauthKey::DA | PauthKey::DB)
    }

    fn second(self) -> bool {
        matches!(self, PauthKey::IB | PauthKey::DB)
    }
}

/// Which bits of a pointer hold what.
#[derive(Clone, Copy)]
struct Layout {
    /// The top byte is a tag, and stays.
    tagged: bool,
    /// Bits of the address; the code starts there.
    bottom: u32,
}

impl Layout {
    /// The bits of the authentication code: without bit 55, which tells the halves of the address space apart.
    fn code(self) -> u64 {
        let address = (1u64 << self.bottom) - 1;
        let top = if self.tagged { 0xff << 56 } else { 0 };
        !address & !(1 << 55) & !top
    }

    /// The pointer with copies of `upper` in place of the code.
    fn extended(self, pointer: u64, upper: bool) -> u64 {
        let field = self.code() | 1 << 55;
        if upper { pointer | field } else { pointer & !field }
    }
}

impl Cpu {
    /// EffectiveTBI() and CalculateBottomPACBit().
    fn pointer_layout(&self, upper: bool, data: bool) -> Layout {
        let tcr = self.sys(SysReg::TCR_EL1);
        let (ignored, data_only) = if upper { (tcr >> 38, tcr >> 52) } else { (tcr >> 37, tcr >> 51) };
        Layout { tagged: ignored & 1 != 0 && (data || data_only & 1 == 0), bottom: self.input_address_bits(upper) }
    }

    /// The half that an unsigned pointer is of: bit 55 when tags are in use at all, else bit 63.
    fn selects_upper(&self, pointer: u64, data: bool) -> bool {
        let tcr = self.sys(SysReg::TCR_EL1);
        let ignored = |tbi: u32, tbid: u32| tcr >> tbi & 1 != 0 && (data || tcr >> tbid & 1 == 0);
        let tags = ignored(37, 51) || ignored(38, 52);
        let has = |feature| self.features.contains(feature);
        let from_55 = tags || (has(Feature::PAuth2) && has(Feature::CONSTPACFIELD));
        pointer >> if from_55 { 55 } else { 63 } & 1 != 0
    }

    /// ComputePAC().
    pub fn compute_pac(&self, pointer: u64, modifier: u64, key: PauthKey) -> u64 {
        let (high, low) = key.registers();
        let variant = if self.features.contains(Feature::PACQARMA3) { QARMA3 } else { QARMA5 };
        let (high, low) = (self.sys(high), self.sys(low));
        self.pac_codes.code([pointer, modifier, high, low], || qarma::encipher(variant, pointer, modifier, high, low))
    }

    /// AddPAC(): the pointer with its code.
    pub fn add_pac(&self, pointer: u64, modifier: u64, key: PauthKey) -> u64 {
        let upper = self.selects_upper(pointer, key.data());
        let tagged = self.pointer_layout(pointer >> 55 & 1 != 0, key.data()).tagged;
        let layout = Layout { tagged, bottom: self.input_address_bits(upper) };
        let extended = layout.extended(pointer, upper);
        let mut code = self.compute_pac(extended, modifier, key);
        let field = layout.code() | 1 << 55;
        let second = self.features.contains(Feature::PAuth2);
        // A pointer that is not canonical must not get a code that authenticates.
        if pointer & field != 0 && pointer & field != field && !second {
            if self.features.contains(Feature::EPAC) {
                code = 0;
            } else {
                code ^= 1 << if layout.tagged { 54 } else { 62 };
            }
        }
        if second {
            code ^= pointer;
        }
        pointer & !field | code & layout.code() | u64::from(upper) << 55
    }

    /// Auth(): the pointer without its code, or one that faults when used, or (FEAT_FPAC) the exception. `combined` is
    /// authentication as part of a branch or load.
    pub fn authenticate(&mut self, pointer: u64, modifier: u64, key: PauthKey, combined: bool) -> Result<u64, Stop> {
        let upper = pointer >> 55 & 1 != 0;
        let layout = self.pointer_layout(upper, key.data());
        let original = layout.extended(pointer, upper);
        let code = self.compute_pac(original, modifier, key);
        if !self.features.contains(Feature::PAuth2) {
            if (pointer ^ code) & layout.code() == 0 {
                return Ok(original);
            }
            // The error code 0b01 or 0b10, below the sign or the tag.
            let shift = if layout.tagged { 53 } else { 61 };
            let error = if key.second() { 0b10 } else { 0b01 };
            return Ok(original & !(3 << shift) | error << shift);
        }
        let result = pointer ^ code & layout.code();
        let faults = self.features.contains(if combined { Feature::FPACCOMBINE } else { Feature::FPAC });
        if faults && result != original {
            let iss = u32::from(key.data()) << 1 | u32::from(key.second());
            return Err(self.raise(Exception::new(ExceptionClass::PauthFailure, iss)));
        }
        Ok(result)
    }

    /// Strip(): the pointer without its code.
    pub fn strip_pac(&self, pointer: u64, data: bool) -> u64 {
        let upper = pointer >> 55 & 1 != 0;
        self.pointer_layout(upper, data).extended(pointer, upper)
    }
}
