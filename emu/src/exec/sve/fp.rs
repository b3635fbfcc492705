//! SVE floating point: arithmetic, fused operations, comparisons, conversions, reductions, matrices, BFloat16.
