//! Formats of SVE rows: integer.
