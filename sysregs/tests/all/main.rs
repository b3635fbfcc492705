//! Integration tests of the register tables, one binary.
//! Does not test what an access does: nothing here executes.

mod check;
mod directions;
mod dump;
mod encodings;
mod errata;
mod fields;
mod fuzz;
mod id_file;
mod sanitise;
