//! ID-register fields: where they lie, how they compare, which way is safe.
//! Does not say which field a given kernel lets anyone write.

use crate::{Feature, SysReg};

pub mod aarch32;
pub mod aarch64;
pub mod cache;

/// How a field's bits compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    Unsigned,
    /// Two's complement in the field's width: 0b1111 is -1, usually "not implemented".
    Signed,
}

/// How one value is chosen for CPUs that differ (`arm64_ftr_safe_value` in Linux); the payload is
/// the value used when nothing better is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SafeRule {
    /// CPUs must agree, else the safe value.
    Exact(i8),
    Lower(i8),
    Higher(i8),
    /// Zero (meaning "unknown") wins, else the higher.
    HigherOrZero(i8),
    /// Linux keeps no rule for the field: it never appears in a sanitised value.
    Unlisted,
}

impl core::fmt::Display for SafeRule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            SafeRule::Exact(fallback) => write!(f, "exactly that, or {fallback}"),
            SafeRule::Lower(_) => f.write_str("lower is safe"),
            SafeRule::Higher(_) => f.write_str("higher is safe"),
            SafeRule::HigherOrZero(_) => f.write_str("higher or zero is safe"),
            SafeRule::Unlisted => f.write_str("no rule"),
        }
    }
}

/// One field of one ID register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdField {
    pub register: SysReg,
    pub name: &'static str,
    pub msb: u8,
    pub lsb: u8,
    pub sign: Sign,
    pub rule: SafeRule,
    /// What the field's number is, where it is a number; else empty.
    pub note: &'static str,
    /// What single values mean, where that is more than the features they announce.
    pub values: &'static [(i64, &'static str)],
}

impl IdField {
    pub const fn width(&self) -> u32 {
        (self.msb - self.lsb) as u32 + 1
    }

    /// The field's bits within the register.
    pub const fn mask(&self) -> u64 {
        (u64::MAX >> (64 - self.width())) << self.lsb
    }

    /// The field's bits, right-aligned.
    pub const fn bits(&self, register: u64) -> u64 {
        (register & self.mask()) >> self.lsb
    }

    /// The field's value under its sign.
    pub const fn extract(&self, register: u64) -> i64 {
        let bits = self.bits(register);
        match self.sign {
            Sign::Unsigned => bits as i64,
            Sign::Signed => {
                let spare = 64 - self.width();
                ((bits << spare) as i64) >> spare
            }
        }
    }

    /// The register with this field replaced; excess bits of `value` are dropped.
    pub const fn insert(&self, register: u64, value: i64) -> u64 {
        (register & !self.mask()) | (((value as u64) << self.lsb) & self.mask())
    }

    /// Whether the field can hold the value under its sign.
    pub const fn holds(&self, value: i64) -> bool {
        self.extract(self.insert(0, value)) == value
    }

    /// What a value means, where the table says so.
    pub fn meaning(&self, value: i64) -> Option<&'static str> {
        self.values.iter().find(|(v, _)| *v == value).map(|(_, meaning)| *meaning)
    }

    /// The features that this value announces, alone or (see [`Feature::rule`]) with other fields.
    pub fn features(&self, value: i64) -> impl Iterator<Item = Feature> + '_ {
        Feature::ALL.iter().copied().filter(move |feature| {
            let mut terms = feature.rule().iter().flat_map(|alternative| alternative.iter());
            terms.any(|term| term.field == self && value >= term.min && value <= term.max)
        })
    }
}

impl core::fmt::Display for IdField {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{}", self.register, self.name)
    }
}

/// Makes a module per register with a constant per field, and the list of a file's registers.
macro_rules! id_registers {
    ($($register:ident { $($field:ident $msb:literal $lsb:literal $sign:ident $rule:ident $(($safe:literal))?
        $(: $note:literal)? $([$($value:literal $meaning:literal),* $(,)?])?;)* })*) => {
        $(
            #[allow(non_snake_case, non_upper_case_globals, reason = "the architecture's own spelling")]
            pub mod $register {
                use $crate::fields::{IdField, SafeRule, Sign};
                use $crate::SysReg;
                $(pub const $field: IdField = IdField {
                    register: SysReg::$register,
                    name: stringify!($field),
                    msb: $msb,
                    lsb: $lsb,
                    sign: Sign::$sign,
                    rule: SafeRule::$rule $(($safe))?,
                    note: concat!($($note)?),
                    values: &[$($(($value, $meaning)),*)?],
                };)*
                pub static FIELDS: &[IdField] = &[$($field),*];
            }
        )*

        /// The registers described here, each with its fields from the top bit down.
        pub static REGISTERS: &[(crate::SysReg, &[crate::IdField])] = &[
            $((crate::SysReg::$register, $register::FIELDS)),*
        ];
    };
}
pub(crate) use id_registers;

/// Every described register with its fields.
pub fn registers() -> impl Iterator<Item = (SysReg, &'static [IdField])> {
    [aarch32::REGISTERS, aarch64::REGISTERS, cache::REGISTERS].into_iter().flatten().copied()
}

static BY_REGISTER: [&[IdField]; SysReg::COUNT] = {
    let files = [aarch32::REGISTERS, aarch64::REGISTERS, cache::REGISTERS];
    let mut index: [&[IdField]; SysReg::COUNT] = [&[]; SysReg::COUNT];
    let mut file = 0;
    while file < files.len() {
        let mut i = 0;
        while i < files[file].len() {
            index[files[file][i].0 as usize] = files[file][i].1;
            i += 1;
        }
        file += 1;
    }
    index
};

/// The fields of a register, from the top bit down; empty for one that has no described field.
pub fn fields_of(register: SysReg) -> &'static [IdField] {
    BY_REGISTER[register as usize]
}

/// Looks a field up by name, in any letter case.
pub fn field(register: SysReg, name: &str) -> Option<&'static IdField> {
    fields_of(register).iter().find(|f| f.name.eq_ignore_ascii_case(name))
}
