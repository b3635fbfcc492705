//! SVE2 integer arithmetic: widening, narrowing, saturating, pairwise, bitwise, histograms, cryptography.
