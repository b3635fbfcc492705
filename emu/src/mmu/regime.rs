//! The controls of the EL1&0 translation regime, gathered from TCR_EL1, SCTLR_EL1 and the TTBRs. Walks nothing.

use sysregs::{Feature, SysReg};

use super::plain_walk::PlainStart;
use super::{Fault, KnownPermissions, Translation};
use crate::cpu::Cpu;
use crate::mem::AccessKind;

/// Translation granule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granule {
    K4,
    K16,
    K64,
}

impl Granule {
    /// log2 of the page size.
    pub fn bits(self) -> u32 {
        match self {
            Granule::K4 => 12,
            Granule::K16 => 14,
            Granule::K64 => 16,
        }
    }
}

/// The half of the address space that one TTBR translates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Half {
    pub granule: Granule,
    /// TCR_EL1.TxSZ.
    pub size: u32,
    pub disabled: bool,
    pub top_byte_ignored: bool,
    /// TBID: the top byte is ignored for data only.
    pub top_byte_data_only: bool,
    pub no_hierarchy: bool,
    pub no_unprivileged: bool,
    /// TCR_EL1.DS and FEAT_LPA2 for this granule: 52-bit addresses in descriptors whose shareability is TCR_EL1's.
    pub long_descriptors: bool,
    /// TCR_EL1.SHx.
    pub shareability: u8,
    pub table: u64,
    pub start: Start,
    /// The same for tables that are plain.
    pub plain: Option<PlainStart>,
}

/// Where the walks of a half begin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    /// Bits of the input addresses.
    pub input_bits: u32,
    /// Bits of the output addresses.
    pub output_bits: u32,
    /// -1 for more than 48 bits with the 4K granule.
    pub level: i32,
    /// The first table; None when TTBR's address is larger than output addresses are.
    pub table: Option<u64>,
}

/// All of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regime {
    pub enabled: bool,
    pub lower: Half,
    pub upper: Half,
    pub mair: u64,
    pub write_implies_xn: bool,
    pub big_endian_walk: bool,
    /// SCTLR_EL1.EPAN.
    pub execute_pan: bool,
    /// TCR_EL1.HA and FEAT_HAFDBS.
    pub hardware_access_flag: bool,
    /// TCR_EL1.HD and FEAT_HAFDBS.
    pub hardware_dirty: bool,
    /// TCR_EL1.IPS in bits.
    pub output_bits: u32,
    /// PIR_EL1 and PIRE0_EL1, with TCR2_EL1.PIE and FEAT_S1PIE.
    pub indirect: Option<(u64, u64)>,
    /// FEAT_LPA: 52-bit physical addresses with the 64K granule.
    pub large_pa: bool,
    /// Physical address bits of the CPU.
    pub physical_bits: u32,
    /// FEAT_LVA: 52-bit input addresses with the 64K granule.
    pub large_va: bool,
    /// FEAT_TTST: TxSZ up to 48.
    pub small_tables: bool,
}

/// A regime comes from this register, among others, and from the CPU's features.
pub(crate) const fn is_control(register: SysReg) -> bool {
    use SysReg::{MAIR_EL1, PIR_EL1, PIRE0_EL1, SCTLR_EL1, TCR_EL1, TCR2_EL1, TTBR0_EL1, TTBR1_EL1};
    matches!(register, SCTLR_EL1 | TCR_EL1 | TTBR0_EL1 | TTBR1_EL1 | MAIR_EL1 | TCR2_EL1 | PIR_EL1 | PIRE0_EL1)
}

/// With the MMU off all addresses are one mapping.
const FLAT_SPAN: u8 = 63;

/// ID_AA64MMFR0_EL1.PARange and TCR_EL1.IPS to bits.
fn address_bits(field: u64) -> u32 {
    [32, 36, 40, 42, 44, 48, 52, 56][(field & 7) as usize]
}

impl Half {
    fn lower(tcr: u64, table: u64) -> Half {
        let granule = match tcr >> 14 & 3 {
            1 => Granule::K64,
            2 => Granule::K16,
            _ => Granule::K4,
        };
        Half {
            granule,
            size: (tcr & 0x3f) as u32,
            disabled: tcr >> 7 & 1 != 0,
            top_byte_ignored: tcr >> 37 & 1 != 0,
            top_byte_data_only: tcr >> 51 & 1 != 0,
            no_hierarchy: tcr >> 41 & 1 != 0,
            no_unprivileged: tcr >> 55 & 1 != 0,
            long_descriptors: tcr >> 59 & 1 != 0,
            shareability: (tcr >> 12 & 3) as u8,
            table,
            start: Start::default(),
            plain: None,
        }
    }

    fn upper(tcr: u64, table: u64) -> Half {
        let granule = match tcr >> 30 & 3 {
            3 => Granule::K64,
            1 => Granule::K16,
            _ => Granule::K4,
        };
        Half {
            granule,
            size: (tcr >> 16 & 0x3f) as u32,
            disabled: tcr >> 23 & 1 != 0,
            top_byte_ignored: tcr >> 38 & 1 != 0,
            top_byte_data_only: tcr >> 52 & 1 != 0,
            no_hierarchy: tcr >> 42 & 1 != 0,
            no_unprivileged: tcr >> 56 & 1 != 0,
            long_descriptors: tcr >> 59 & 1 != 0,
            shareability: (tcr >> 28 & 3) as u8,
            table,
            start: Start::default(),
            plain: None,
        }
    }
}

impl Regime {
    /// The same with all that [`Half::start`] and [`Half::plain`] hold.
    fn with_starts(mut self) -> Regime {
        (self.lower.start, self.upper.start) = (self.start(&self.lower), self.start(&self.upper));
        (self.lower.plain, self.upper.plain) = (PlainStart::new(&self, &self.lower), PlainStart::new(&self, &self.upper));
        self
    }

    fn start(&self, half: &Half) -> Start {
        let (input_bits, output_bits) = (self.input_bits(half), self.output_bits(half));
        let granule_bits = half.granule.bits();
        let stride = granule_bits - 3;
        let level = 4 - (input_bits - granule_bits).div_ceil(stride) as i32;
        // Tables smaller than a page are aligned to their size.
        let shift = granule_bits + stride * (3 - level) as u32;
        let size_bits = (input_bits - shift + 3).max(if output_bits == 52 { 6 } else { 3 });
        let mut base = half.table & 0x0000_ffff_ffff_fffe;
        if output_bits == 52 {
            base = base & !0x3f | (half.table >> 2 & 0xf) << 48;
        }
        base &= !((1 << size_bits) - 1);
        Start { input_bits, output_bits, level, table: (base >> output_bits == 0).then_some(base) }
    }

    /// Bits of input addresses of a half; TxSZ outside what the CPU has counts as the nearest that it has.
    fn input_bits(&self, half: &Half) -> u32 {
        let large = half.long_descriptors || (self.large_va && half.granule == Granule::K64);
        let smallest = if large { 12 } else { 16 };
        let largest = match (self.small_tables, half.granule) {
            (false, _) => 39,
            (true, Granule::K64) => 47,
            (true, _) => 48,
        };
        64 - half.size.clamp(smallest, largest)
    }

    /// Bits of the output addresses of a half: the smaller of TCR_EL1.IPS, what the CPU has, and what descriptors hold.
    fn output_bits(&self, half: &Half) -> u32 {
        let large = half.long_descriptors || (self.large_pa && half.granule == Granule::K64);
        self.output_bits.min(self.physical_bits).min(if large { 52 } else { 48 })
    }

    /// The address that is translated, without its tag byte where TBI says so.
    pub fn untagged(&self, address: u64, kind: AccessKind) -> u64 {
        let half = if address >> 55 & 1 != 0 { &self.upper } else { &self.lower };
        let ignored = half.top_byte_ignored && !(half.top_byte_data_only && kind == AccessKind::Fetch);
        if !ignored {
            return address;
        }
        ((address << 8) as i64 >> 8) as u64
    }

    /// Translation with the MMU off: identity; data is Device-nGnRnE, code Normal.
    pub fn flat(&self, address: u64, kind: AccessKind) -> Result<Translation, Fault> {
        let address = self.untagged(address, kind);
        if address >> self.physical_bits != 0 {
            return Err(Fault::address_size(0));
        }
        let device = kind != AccessKind::Fetch;
        let attributes = if device { 0 } else { 0xbb };
        Ok(Translation {
            physical: address,
            read: true,
            write: true,
            execute: true,
            device,
            span: FLAT_SPAN,
            not_global: false,
            attributes,
            shareability: 2,
            guarded: false,
        })
    }
}

impl Cpu {
    /// Bits of the input addresses of the lower or upper half.
    pub(crate) fn input_address_bits(&self, upper: bool) -> u32 {
        let regime = self.regime();
        if upper { regime.upper.start.input_bits } else { regime.lower.start.input_bits }
    }

    /// The regime as its controls are now.
    #[inline]
    pub(super) fn regime(&self) -> Regime {
        self.known_regime.unwrap_or_else(|| self.gather_regime())
    }

    /// Has [`Cpu::known_regime`] hold what [`Self::regime`] is.
    #[inline]
    pub(super) fn gather_known_regime(&mut self) {
        if self.known_regime.is_none() {
            self.known_regime = Some(self.gather_regime());
            self.known_permissions = KnownPermissions::default();
        }
    }

    fn gather_regime(&self) -> Regime {
        let tcr = self.sys(SysReg::TCR_EL1);
        let sctlr = self.sys(SysReg::SCTLR_EL1);
        let has = |feature| self.features.contains(feature);
        let physical_bits = address_bits(self.config.parange.into()).min(52);
        let memory_features = self.config.ids.get(SysReg::ID_AA64MMFR0_EL1).unwrap_or_default();
        let mut lower = Half::lower(tcr, self.sys(SysReg::TTBR0_EL1));
        let mut upper = Half::upper(tcr, self.sys(SysReg::TTBR1_EL1));
        for half in [&mut lower, &mut upper] {
            half.no_hierarchy &= has(Feature::HPDS);
            half.no_unprivileged &= has(Feature::E0PD);
            half.top_byte_data_only &= has(Feature::PAuth);
            half.long_descriptors &= match half.granule {
                Granule::K4 => memory_features >> 28 & 15 == 1,
                Granule::K16 => memory_features >> 20 & 15 == 2,
                Granule::K64 => false,
            };
        }
        let indirect = has(Feature::S1PIE) && has(Feature::TCR2) && self.sys(SysReg::TCR2_EL1) >> 1 & 1 != 0;
        let regime = Regime {
            enabled: sctlr & 1 != 0,
            lower,
            upper,
            mair: self.sys(SysReg::MAIR_EL1),
            write_implies_xn: sctlr >> 19 & 1 != 0,
            big_endian_walk: sctlr >> 25 & 1 != 0,
            execute_pan: sctlr >> 57 & 1 != 0 && has(Feature::PAN3),
            hardware_access_flag: tcr >> 39 & 1 != 0 && has(Feature::HAFDBS),
            hardware_dirty: tcr >> 39 & 3 == 3 && has(Feature::HAFDBS) && self.config.hardware_dirty,
            output_bits: address_bits(tcr >> 32),
            indirect: indirect.then(|| (self.sys(SysReg::PIR_EL1), self.sys(SysReg::PIRE0_EL1))),
            large_pa: has(Feature::LPA),
            physical_bits,
            large_va: has(Feature::LVA),
            small_tables: has(Feature::TTST),
        };
        regime.with_starts()
    }
}
