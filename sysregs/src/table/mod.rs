//! The table of AArch64 system registers, and the one macro that makes `SysReg` of it.
//! Does not hold values: a row says what a register is, not what it contains.
//!
//! Row: `NAME op0 op1 CRn CRm op2 guest feature kind;`
//! * guest: lowest exception level of MRS and MSR when no trap control stops them;
//! * feature: what must be implemented for the encoding to be allocated, else the access is
//!   UNDEFINED. Where the architecture asks for two features the row names the rarer one;
//! * kind: who answers an access, see [`Kind`].

mod cache;
mod debug;
mod debug_el0_el2;
mod el0;
mod el0_counters;
mod el1;
mod el12;
mod el2;
mod el3;
mod id_space;
mod trace;

use self::cache::cache_rows;
use self::debug::debug_rows;
use self::debug_el0_el2::debug_el0_el2_rows;
use self::el0::el0_rows;
use self::el0_counters::el0_counters_rows;
use self::el1::el1_rows;
use self::el2::el2_rows;
use self::el3::el3_rows;
use self::el12::el12_rows;
use self::id_space::id_space_rows;
use self::trace::trace_rows;
use crate::{Encoding, Feature};

/// Who answers an access to a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Identification: the value comes from an ID-register file.
    Id,
    /// Plain storage: a read gives what was last written.
    Value,
    /// Reads or writes have effects, or the value is computed.
    Hook,
    /// A view of PSTATE.
    PState,
}

/// One system register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: &'static str,
    pub encoding: Encoding,
    /// Lowest exception level that may read when nothing traps; [`NEVER`] for write-only.
    pub read_el: u8,
    /// Lowest exception level that may write when nothing traps; [`NEVER`] for read-only.
    pub write_el: u8,
    pub feature: Feature,
    pub kind: Kind,
}

/// In `read_el` or `write_el`: no exception level may.
pub const NEVER: u8 = 0xff;

/// The guest column's vocabulary: (read, write) exception levels.
#[allow(non_snake_case, non_upper_case_globals, reason = "spelled as in the rows")]
mod guest {
    use super::NEVER;
    pub const EL0: u8 = 0;
    pub const EL1: u8 = 1;
    pub const EL2: u8 = 2;
    pub const EL3: u8 = 3;
    pub const fn RO(el: u8) -> (u8, u8) {
        (el, NEVER)
    }
    pub const fn WO(el: u8) -> (u8, u8) {
        (NEVER, el)
    }
    pub const fn RW(el: u8) -> (u8, u8) {
        (el, el)
    }
    pub const RW_EL1_RO_EL0: (u8, u8) = (EL0, EL1);
    /// Not accessible in Non-debug state on a CPU with EL2: the DCC's DSPSR and DLR, and the
    /// registers that exist only where EL1 is the highest level.
    pub const NONE: (u8, u8) = (NEVER, NEVER);
    /// CNTFRQ_EL0, activity monitors: only the highest implemented level writes it; with EL3 that is EL3.
    pub const RO_EL0_RW_EL3: (u8, u8) = (EL0, EL3);
}

macro_rules! system_registers {
    (; $($name:ident $op0:literal $op1:literal $crn:literal $crm:literal $op2:literal
        $guest:ident $(($el:ident))? $feature:ident $kind:ident;)*) => {
        /// A system register; the discriminant is its dense index in encoding order.
        #[allow(non_camel_case_types, reason = "the architecture's own spelling")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SysReg { $($name),* }

        impl SysReg {
            /// Every register, in encoding order.
            pub const ALL: &'static [SysReg] = &[$(SysReg::$name),*];
        }

        static ROWS: [Row; SysReg::COUNT] = [$(Row {
            name: stringify!($name),
            encoding: Encoding::new($op0, $op1, $crn, $crm, $op2),
            read_el: guest::$guest$((guest::$el))?.0,
            write_el: guest::$guest$((guest::$el))?.1,
            feature: Feature::$feature,
            kind: Kind::$kind,
        }),*];
    };
    // Each row file passes its rows on to the next named here.
    ($next:ident $($rest:ident)*; $($rows:tt)*) => { $next! { $($rest)*; $($rows)* } };
}

debug_rows! { trace_rows debug_el0_el2_rows id_space_rows el1_rows cache_rows el0_rows el0_counters_rows
el2_rows el12_rows el3_rows system_registers; }

const ABSENT: u16 = u16::MAX;

/// Dense index by encoding, for op0=2 and op0=3 (bit 15 of an encoding is set for both).
static BY_ENCODING: [u16; 0x8000] = {
    let mut index = [ABSENT; 0x8000];
    let mut i = 0;
    while i < SysReg::COUNT {
        index[(ROWS[i].encoding.0 & 0x7fff) as usize] = i as u16;
        i += 1;
    }
    index
};

impl SysReg {
    /// Number of registers in the table.
    pub const COUNT: usize = Self::ALL.len();

    pub const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    pub const fn name(self) -> &'static str {
        self.row().name
    }

    pub const fn encoding(self) -> Encoding {
        self.row().encoding
    }

    /// The register at an encoding, or `None` where the table has no row (the access is UNDEFINED
    /// or IMPLEMENTATION DEFINED).
    pub const fn from_encoding(encoding: Encoding) -> Option<SysReg> {
        if encoding.op0() < 2 {
            return None;
        }
        match BY_ENCODING[(encoding.0 & 0x7fff) as usize] {
            ABSENT => None,
            index => Some(Self::ALL[index as usize]),
        }
    }

    /// Looks a name up in any letter case; generic names (`S3_0_C0_C4_0`) are understood too.
    pub fn from_name(name: &str) -> Option<SysReg> {
        if name.eq_ignore_ascii_case("DBGDTRTX_EL0") {
            // One encoding, two names: RX when read, TX when written.
            return Some(SysReg::DBGDTRRX_EL0);
        }
        let by_row = Self::ALL.iter().copied().find(|r| r.name().eq_ignore_ascii_case(name));
        by_row.or_else(|| Self::from_encoding(name.parse().ok()?))
    }
}

impl core::fmt::Display for SysReg {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}
