//! What a register *is*: encodings, rows, ID fields, features, ID-register values and host models.
//! Knows no CPU that executes, no KVM ABI errno and no kernel version's policy.
//!
//! Start at [`SysReg`] (the register table), [`fields`] (the ID fields), [`Feature`] (what their
//! values mean) and [`models`] (real and emulated host CPUs as data).

#![no_std]

extern crate alloc;

mod check;
pub mod dump;
mod encoding;
pub mod errata;
mod feature;
pub mod fields;
pub mod host_id;
mod id_file;
mod ids;
pub mod models;
mod sanitise;
mod sysop;
mod table;
mod text;
mod view;

pub use check::{Contradiction, check};
pub use encoding::{BadEncoding, Encoding, GenericName};
pub use feature::{Feature, FeatureSet, Term};
pub use fields::{IdField, SafeRule, Sign, fields_of};
pub use host_id::ParseError;
pub use id_file::{IdEntry, IdFile, Refusal, check_write};
pub use ids::IdValues;
pub use sanitise::{RuleOf, SanitiseError, effective_ctr, sanitise, sanitise_register, table_rule};
pub use sysop::{SysOp, SysOpRow};
pub use table::{Kind, NEVER, Row, SysReg};
pub use text::TextError;
pub use view::{Difference, RegisterView, SetError};
