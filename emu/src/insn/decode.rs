//! From a 32-bit word to an [`Insn`]. Does not know which features a CPU has: that is asked when a block is built.

use std::sync::LazyLock;

use sysregs::Feature;

use super::{Format, Insn, Op, Pattern, ROWS};

/// Index bits: 31:21 say most about an instruction.
const KEY_BITS: u32 = 11;

/// What decoding asks of a row, in one place: the table is larger than the caches that a look-up should be in.
struct Candidate {
    pattern: Pattern,
    op: Op,
    feature: Feature,
    format: Format,
}

/// For each value of word[31:21], the rows that can match, the most specific first.
static BUCKETS: LazyLock<Vec<Box<[Candidate]>>> = LazyLock::new(|| {
    let mut by_specificity: Vec<&'static super::Row> = ROWS.iter().collect();
    by_specificity.sort_by_key(|row| std::cmp::Reverse(row.pattern.mask.count_ones()));
    let mut buckets: Vec<Vec<Candidate>> = (0..1 << KEY_BITS).map(|_| Vec::new()).collect();
    for row in by_specificity {
        let shift = 32 - KEY_BITS;
        let free = !(row.pattern.mask >> shift) & ((1 << KEY_BITS) - 1);
        // Every subset of the key bits that the row leaves open.
        let mut subset = free;
        loop {
            buckets[(row.pattern.value >> shift | subset) as usize].push(Candidate {
                pattern: row.pattern,
                op: row.op,
                feature: row.feature,
                format: row.format,
            });
            if subset == 0 {
                break;
            }
            subset = (subset - 1) & free;
        }
    }
    buckets.into_iter().map(Vec::into_boxed_slice).collect()
});

/// Decodes `word` as fetched from address `pc`; None when it is UNALLOCATED (no row, or operands that a row refuses).
pub fn decode(word: u32, pc: u64) -> Option<Insn> {
    let mut insn = Insn::new(Op::UDF, word);
    decode_into(&mut insn, word, pc).map(|_| insn)
}

/// As [`decode`], where the instruction will stay (a copy right after its small fields were written would wait for them), and the
/// feature that it takes.
pub fn decode_into(insn: &mut Insn, word: u32, pc: u64) -> Option<Feature> {
    // A row that refuses its operands may still leave the word to a less specific row.
    BUCKETS[(word >> (32 - KEY_BITS)) as usize].iter().find_map(|candidate| {
        if !candidate.pattern.matches(word) {
            return None;
        }
        *insn = Insn::new(candidate.op, word);
        (candidate.format)(insn, pc).then_some(candidate.feature)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_rows_specialise_one_another() {
        for (index, left) in ROWS.iter().enumerate() {
            for right in &ROWS[index + 1..] {
                let common = left.pattern.mask & right.pattern.mask;
                if (left.pattern.value ^ right.pattern.value) & common != 0 {
                    continue;
                }
                let nested = common == left.pattern.mask || common == right.pattern.mask;
                let distinct = nested && left.pattern.mask != right.pattern.mask;
                assert!(distinct || formats_disagree(left, right), "{} and {} overlap", left.name, right.name);
            }
        }
    }

    /// True when no word that both patterns match is accepted by both formats (a shift with immh = 0 is none, so its rows may
    /// cross those of the modified immediates). Register fields do not decide that: they stay zero.
    fn formats_disagree(left: &crate::insn::Row, right: &crate::insn::Row) -> bool {
        let accepts = |row: &crate::insn::Row, word| {
            let mut insn = Insn::new(row.op, word);
            (row.format)(&mut insn, 0)
        };
        let free = !(left.pattern.mask | right.pattern.mask) & !0x3ff;
        let mut chosen = 0u32;
        loop {
            let word = left.pattern.value | right.pattern.value | chosen;
            if accepts(left, word) && accepts(right, word) {
                return false;
            }
            // The next subset of the free bits.
            chosen = chosen.wrapping_sub(free) & free;
            if chosen == 0 {
                return true;
            }
        }
    }

    #[test]
    fn known_words_decode_to_their_rows() {
        let cases =
            [(0x9100_0420, Op::ADD_imm), (0xd503_201f, Op::HINT), (0xd503_207f, Op::WFI), (0xd65f_03c0, Op::RET), (0xd538_0000, Op::MRS)];
        for (word, op) in cases {
            assert_eq!(decode(word, 0).map(|insn| insn.op), Some(op), "{word:#010x}");
        }
        assert!(decode(0xffff_ffff, 0).is_none());
    }
}
