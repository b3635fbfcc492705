//! Formats of SVE rows: permute.
