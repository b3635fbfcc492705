//! Formats of SVE rows: memory.
