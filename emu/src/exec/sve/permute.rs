//! SVE moves of elements: broadcast, reverse, interleave, unpack, table look-up, select, last elements.
