//! Formats of SVE2 rows.
