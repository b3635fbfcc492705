//! Trapped reads of ID registers whose answer the hypervisor has given in advance, so that generated code need not leave for
//! it. They are counted as if they had trapped. Which registers trap, and what they read, is not decided here.

use super::{Attention, Cpu};

/// Encodings of 3,0,0,c0–c7,0–7.
const SPACE: usize = 64;

/// Answers and counts by CRm and op2.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    pub values: [Option<u64>; SPACE],
    pub counts: [u64; SPACE],
}

/// The place of an encoding in [`Folded`], when it is in the ID space.
pub(crate) fn place(encoding: u16) -> Option<usize> {
    let encoding = sysregs::Encoding(encoding);
    let inside = encoding.op0() == 3 && encoding.op1() == 0 && encoding.crn() == 0 && encoding.crm() < 8;
    inside.then(|| usize::from(encoding.crm()) << 3 | usize::from(encoding.op2()))
}

impl Cpu {
    /// From now on a read of the ID space (3,0,0,CRm,op2) at EL1 that would trap may be answered with `values`, by CRm and op2.
    pub fn fold_id_reads(&mut self, values: [Option<u64>; SPACE]) {
        let counts = self.folded.as_ref().map_or([0; SPACE], |folded| folded.counts);
        self.folded = Some(Box::new(Folded { values, counts }));
        self.drop_code();
    }

    /// Reads that were answered so, by encoding.
    pub fn folded_reads(&self) -> impl Iterator<Item = (u16, u64)> {
        let counts = self.folded.as_ref().map_or([0; SPACE], |folded| folded.counts);
        let encoding = |place: usize| sysregs::Encoding::new(3, 0, 0, (place >> 3) as u8, (place & 7) as u8).0;
        counts.into_iter().enumerate().filter(|(_, count)| *count != 0).map(move |(place, count)| (encoding(place), count))
    }

    /// Drops all decoded and generated code, and what is known of devices: something changed that it was made for.
    pub fn drop_code(&mut self) {
        self.stale_code.push(None);
        self.tlb.forget_holes();
        self.signal.set(Attention::FlushCode);
    }
}
