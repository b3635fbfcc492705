//! ID values as name and value texts, the form custom model files (JSON, TOML) are made of.
//! Reads and writes pairs of strings; the file syntax around them is the caller's.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use crate::{IdField, IdValues, Kind, SysReg, fields};

/// Why a name and value could not be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Neither a register, nor `REGISTER.FIELD`, nor `CCSIDR_EL1[n]`.
    UnknownName,
    /// The register exists but identifies nothing; a model has no place for it.
    NotIdentification {
        register: SysReg,
    },
    /// Not a number (`0x1f`, `0b11111`, `31`, `-1` for a signed field) and not `unknown`.
    BadNumber,
    /// The field of a register whose other bits are unknown.
    RestUnknown {
        field: &'static IdField,
    },
    DoesNotFit {
        field: &'static IdField,
        value: i64,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextError::UnknownName => f.write_str("no such register; expected a name like ID_AA64PFR0_EL1, S3_0_C0_C4_0 or CCSIDR_EL1[0]"),
            TextError::NotIdentification { register } => write!(f, "{register} is not an identification register"),
            TextError::BadNumber => f.write_str("not a number; expected 0x…, 0b…, decimal, or `unknown`"),
            TextError::RestUnknown { field } => write!(f, "cannot set {field}: the rest of {} is unknown", field.register),
            TextError::DoesNotFit { field, value } => write!(f, "{value} does not fit {field}, {} bits", field.width()),
        }
    }
}

impl core::error::Error for TextError {}

impl IdValues {
    /// Enters one pair: a register (by name or generic name), `REGISTER.FIELD` of a register already
    /// known, or `CCSIDR_EL1[csselr]`. The value `unknown` makes a register unknown again.
    pub fn set_text(&mut self, name: &str, value: &str) -> Result<(), TextError> {
        if let Some(csselr) = cache_selector(name) {
            let csselr = csselr?;
            match number(value)? {
                Some(value) => self.set_ccsidr(csselr, value as u64),
                None => self.forget_ccsidr(csselr),
            }
            return Ok(());
        }
        if let Some((register, field)) = name.split_once('.') {
            return self.set_field_text(register, field, value);
        }
        let register = identification(name)?;
        match number(value)? {
            Some(value) => self.set(register, value as u64),
            None => self.forget(register),
        }
        Ok(())
    }

    fn set_field_text(&mut self, register: &str, field: &str, value: &str) -> Result<(), TextError> {
        let register = identification(register)?;
        let field = fields::field(register, field).ok_or(TextError::UnknownName)?;
        let rest = self.get(register).ok_or(TextError::RestUnknown { field })?;
        let value = number(value)?.ok_or(TextError::BadNumber)?;
        if !field.holds(value) {
            return Err(TextError::DoesNotFit { field, value });
        }
        self.set(register, field.insert(rest, value));
        Ok(())
    }

    /// Everything known as pairs that [`set_text`](Self::set_text) reads back.
    pub fn texts(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let registers = self.registers().map(|(register, value)| (register.to_string(), format!("{value:#018x}")));
        let caches = self.caches().map(|(csselr, value)| (format!("CCSIDR_EL1[{csselr}]"), format!("{value:#018x}")));
        registers.chain(caches)
    }
}

fn identification(name: &str) -> Result<SysReg, TextError> {
    let register = SysReg::from_name(name).ok_or(TextError::UnknownName)?;
    if register.row().kind == Kind::Id || register == SysReg::CNTFRQ_EL0 {
        Ok(register)
    } else {
        Err(TextError::NotIdentification { register })
    }
}

/// The `n` of `CCSIDR_EL1[n]`; `None` for another kind of name.
fn cache_selector(name: &str) -> Option<Result<u8, TextError>> {
    let (register, rest) = name.split_once('[')?;
    let parse = || {
        let digits = rest.strip_suffix(']').filter(|_| register.eq_ignore_ascii_case("CCSIDR_EL1"));
        let csselr = number(digits.ok_or(TextError::UnknownName)?)?.and_then(|n| u8::try_from(n).ok());
        csselr.filter(|n| *n < 16).ok_or(TextError::BadNumber)
    };
    Some(parse())
}

/// A number in the notations that model files use, as 64 bits; `None` for `unknown`.
fn number(text: &str) -> Result<Option<i64>, TextError> {
    if text == "unknown" {
        return Ok(None);
    }
    let (digits, radix) = match text.get(..2) {
        Some("0x" | "0X") => (text.get(2..), 16),
        Some("0b" | "0B") => (text.get(2..), 2),
        _ => (Some(text), 10),
    };
    let digits = digits.unwrap_or_default().replace('_', "");
    let parsed = match digits.strip_prefix('-') {
        Some(_) if radix == 10 => digits.parse::<i64>().ok(),
        _ if digits.starts_with(['+', '-']) => None,
        _ => u64::from_str_radix(&digits, radix).ok().map(u64::cast_signed),
    };
    parsed.map(Some).ok_or(TextError::BadNumber)
}
