//! SVE loads and stores: contiguous, structures, broadcasts, gathers and scatters, first-fault and non-fault loads, whole registers.
