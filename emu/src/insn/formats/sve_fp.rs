//! Formats of SVE rows: fp.
