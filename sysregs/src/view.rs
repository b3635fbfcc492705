//! A register seen as fields: read and set by name, and which fields two values differ in.
//! For people and policies; hot paths use [`IdField`]'s plain arithmetic on `u64`.

use alloc::vec::Vec;
use core::fmt;

use bitvec::order::Lsb0;
use bitvec::slice::BitSlice;
use bitvec::view::BitView;

use crate::{IdField, SysReg, fields, fields_of};

/// A value of one register with its fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RegisterView {
    pub register: SysReg,
    pub value: u64,
}

/// A field of a view cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetError {
    /// The register has no field of that name.
    NoSuchField,
    /// The field is too narrow for the value.
    DoesNotFit { field: &'static IdField, value: i64 },
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetError::NoSuchField => f.write_str("the register has no such field"),
            SetError::DoesNotFit { field, value } => write!(f, "{value} does not fit {field}, {} bits", field.width()),
        }
    }
}

impl core::error::Error for SetError {}

/// What differs between two values of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    Field {
        field: &'static IdField,
        left: i64,
        right: i64,
    },
    /// A bit that belongs to no described field.
    Bit {
        bit: u8,
        left: bool,
        right: bool,
    },
}

impl RegisterView {
    pub const fn new(register: SysReg, value: u64) -> Self {
        RegisterView { register, value }
    }

    /// The register's bits, lowest first.
    pub fn bits(&self) -> &BitSlice<u64, Lsb0> {
        self.value.view_bits()
    }

    /// One field's bits, lowest first.
    pub fn field_bits(&self, field: &IdField) -> &BitSlice<u64, Lsb0> {
        self.bits().get(usize::from(field.lsb)..=usize::from(field.msb)).unwrap_or_default()
    }

    /// The field's value under its sign, or `None` if the register has no such field.
    pub fn get(&self, field: &str) -> Option<i64> {
        fields::field(self.register, field).map(|field| field.extract(self.value))
    }

    pub fn set(&mut self, field: &str, value: i64) -> Result<(), SetError> {
        let field = fields::field(self.register, field).ok_or(SetError::NoSuchField)?;
        if !field.holds(value) {
            return Err(SetError::DoesNotFit { field, value });
        }
        self.value = field.insert(self.value, value);
        Ok(())
    }

    /// The fields with their values, from the top bit down.
    pub fn fields(&self) -> impl Iterator<Item = (&'static IdField, i64)> + use<> {
        let value = self.value;
        fields_of(self.register).iter().map(move |field| (field, field.extract(value)))
    }

    /// Set bits that no described field covers, lowest first.
    pub fn stray_bits(&self) -> Vec<u8> {
        let covered = fields_of(self.register).iter().fold(0, |mask, field| mask | field.mask());
        one_bits(self.value & !covered)
    }

    /// Fields, then stray bits, in which another value of the same register differs.
    pub fn differences(&self, other: u64) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut rest = self.value ^ other;
        for field in fields_of(self.register).iter().filter(|field| field.mask() & (self.value ^ other) != 0) {
            found.push(Difference::Field { field, left: field.extract(self.value), right: field.extract(other) });
            rest &= !field.mask();
        }
        let set = |value: u64, bit: u8| value >> bit & 1 != 0;
        let strays = one_bits(rest).into_iter().map(|bit| Difference::Bit { bit, left: set(self.value, bit), right: set(other, bit) });
        found.extend(strays);
        found
    }
}

fn one_bits(value: u64) -> Vec<u8> {
    value.view_bits::<Lsb0>().iter_ones().filter_map(|bit| u8::try_from(bit).ok()).collect()
}

impl fmt::Debug for RegisterView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {:#018x}", self.register, self.value)?;
        for (field, value) in self.fields() {
            write!(f, " {}={value}", field.name)?;
        }
        Ok(())
    }
}
