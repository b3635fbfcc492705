//! Pointer authentication codes (AddPAC(), Auth() and Strip() of the Arm ARM). Knows no instruction, and does not ask whether
//! one is enabled or trapped.
//!
//! Where the ID registers announce an IMPLEMENTATION DEFINED algorithm (ID_AA64ISAR1_EL1.API), ours is QARMA5 too.

use sysregs::{Feature, SysReg};

use super::pac_memo::{Inputs, Operation};
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
    /// Those that sign pointers.
    pub(crate) const OF_POINTERS: [PauthKey; 4] = [PauthKey::IA, PauthKey::IB, PauthKey::DA, PauthKey::DB];

    /// APxxKeyHi_EL1 and APxxKeyLo_EL1.
    pub(crate) const fn registers(self) -> (SysReg, SysReg) {
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

/// Bits of a register that what instructions make of pointers depends on: SCTLR_EL1's enable the keys, HCR_EL2.API clear traps.
pub(super) const fn controls(register: SysReg) -> u64 {
    match register {
        SysReg::SCTLR_EL1 => 1 << 31 | 1 << 30 | 1 << 27 | 1 << 13,
        SysReg::HCR_EL2 => crate::sys::hcr::API,
        SysReg::TCR_EL1 => u64::MAX,
        _ => 0,
    }
}

/// Which bits of a pointer hold what.
#[derive(Clone, Copy)]
pub(super) struct Layout {
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
    fn pointer_layout(&mut self, upper: bool, data: bool) -> Layout {
        let layouts = self.pac_memo.layouts.unwrap_or_else(|| {
            [(false, false), (false, true), (true, false), (true, true)].map(|(upper, data)| self.find_layout(upper, data))
        });
        self.pac_memo.layouts = Some(layouts);
        layouts[usize::from(upper) << 1 | usize::from(data)]
    }

    fn find_layout(&self, upper: bool, data: bool) -> Layout {
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
        let variant = if self.features.contains(Feature::PACQARMA3) { &QARMA3 } else { &QARMA5 };
        qarma::encipher(variant, pointer, modifier, self.sys(high), self.sys(low))
    }

    fn pac_inputs(&self, operation: Operation, pointer: u64, modifier: u64, key: PauthKey) -> Inputs {
        let (high, low) = key.registers();
        Inputs { operation, pointer, modifier, low: self.sys(low), high: self.sys(high) }
    }

    /// The pointer as it is, because the key's instructions are not enabled.
    pub(crate) fn pass(&mut self, operation: Operation, pointer: u64, modifier: u64, key: PauthKey) -> u64 {
        self.pac_memo.keep(&self.pac_inputs(operation, pointer, modifier, key), pointer);
        pointer
    }

    /// AddPAC(), where the key's instructions are enabled.
    pub fn sign(&mut self, pointer: u64, modifier: u64, key: PauthKey) -> u64 {
        let inputs = self.pac_inputs(Operation::sign(key), pointer, modifier, key);
        if let Some(signed) = self.pac_memo.find(&inputs) {
            return signed;
        }
        let signed = self.add_pac(pointer, modifier, key);
        self.pac_memo.keep(&inputs, signed);
        if self.strip_pac(signed, key.data()) == pointer {
            // It is authenticated next, most often.
            self.pac_memo.keep(&self.pac_inputs(Operation::authenticate(key), signed, modifier, key), pointer);
        }
        signed
    }

    /// AddPAC(): the pointer with its code.
    fn add_pac(&mut self, pointer: u64, modifier: u64, key: PauthKey) -> u64 {
        let upper = self.selects_upper(pointer, key.data());
        let tagged = self.pointer_layout(pointer >> 55 & 1 != 0, key.data()).tagged;
        let layout = Layout { tagged, ..self.pointer_layout(upper, key.data()) };
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
        let inputs = self.pac_inputs(Operation::authenticate(key), pointer, modifier, key);
        if let Some(original) = self.pac_memo.find(&inputs) {
            return Ok(original);
        }
        let result = self.authenticate_anew(pointer, modifier, key, combined)?;
        if result == self.strip_pac(pointer, key.data()) {
            // What fails may do so in two ways.
            self.pac_memo.keep(&inputs, result);
        }
        Ok(result)
    }

    fn authenticate_anew(&mut self, pointer: u64, modifier: u64, key: PauthKey, combined: bool) -> Result<u64, Stop> {
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
    pub fn strip_pac(&mut self, pointer: u64, data: bool) -> u64 {
        let upper = pointer >> 55 & 1 != 0;
        self.pointer_layout(upper, data).extended(pointer, upper)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sysregs::fields::aarch64::ID_AA64ISAR1_EL1;

    use super::*;
    use crate::cpu::CpuConfig;
    use crate::mem::PhysicalMemory;
    use crate::timer::Clock;

    fn cpu(algorithm: i64) -> Cpu {
        let mut ids = sysregs::models::by_name("neoverse-n2").expect("a model").ids();
        let isar1 = ids.get(SysReg::ID_AA64ISAR1_EL1).expect("a complete model");
        ids.set(SysReg::ID_AA64ISAR1_EL1, ID_AA64ISAR1_EL1::API.insert(ID_AA64ISAR1_EL1::APA.insert(isar1, algorithm), 0));
        let config = CpuConfig::new(ids, 0x8000_0000, false).expect("a complete model");
        Cpu::new(Arc::new(config), Arc::new(PhysicalMemory::default()), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)))
    }

    /// Few pointers and modifiers, so that most have been met; keys that are the same in parts; canonical or not, signed or not.
    #[test]
    fn what_is_remembered_is_what_would_be_computed() {
        const POINTERS: [u64; 6] = [
            0x4000_1234,
            0xffff_8000_1234_5678,
            0x0080_0000_4000_1234,
            0x5500_0000_4000_1234,
            0xaaaa_0000_4000_1234,
            0xff7f_8000_1234_5678,
        ];
        let mut state = 7u64;
        let mut below = |count: u64| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) % count
        };
        // FEAT_PAuth, EPAC, PAuth2, FPAC (with and without FPACCOMBINE).
        for algorithm in 1..=5 {
            let mut cpu = cpu(algorithm);
            let mut pool = POINTERS.to_vec();
            for round in 0..4000 {
                if round % 50 == 0 {
                    let tags = below(4) << 37 | below(4) << 51;
                    cpu.set_sys(SysReg::TCR_EL1, 25 | 16 << 16 | tags);
                    let (high, low) = PauthKey::OF_POINTERS[below(4) as usize].registers();
                    cpu.set_sys(if below(2) == 0 { high } else { low }, below(2));
                }
                let key = PauthKey::OF_POINTERS[below(4) as usize];
                let (pointer, modifier) = (pool[below(pool.len() as u64) as usize], below(2) << 62 | 0x1000);
                if below(2) == 0 {
                    let expected = cpu.add_pac(pointer, modifier, key);
                    let signed = cpu.sign(pointer, modifier, key);
                    assert_eq!(signed, expected, "APA {algorithm}: {key:?} signs {pointer:#x} with {modifier:#x}");
                    pool.push(signed);
                } else {
                    let combined = below(2) == 0;
                    let expected = cpu.authenticate_anew(pointer, modifier, key, combined).ok();
                    let result = cpu.authenticate(pointer, modifier, key, combined).ok();
                    assert_eq!(result, expected, "APA {algorithm}: {key:?} authenticates {pointer:#x} with {modifier:#x}");
                }
                if pool.len() > 40 {
                    pool.truncate(POINTERS.len());
                }
            }
        }
    }
}
