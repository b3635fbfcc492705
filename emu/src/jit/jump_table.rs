//! The table that indirect branches look at: by address, the code for it. Generated code knows where things are. Knows nothing of what has to
//! be forgotten when.

use crate::mem::is_upper;

/// Entries, and the bits of an address that are its index times four. With a quarter of them branches of a system's kernel looked
/// further four times as often.
const ENTRIES: usize = 1 << 14;
pub const JUMP_MASK: i32 = (ENTRIES as i32 - 1) << 2;

/// From the start of a table to its landings.
pub const LANDINGS: i32 = 16 * ENTRIES as i32;

/// The place is listed for an address of the lower half; of the upper, one bit higher.
const LISTED: u32 = 1 << 30;

/// The index of an address.
fn index(pc: u64) -> usize {
    (pc >> 2) as usize % ENTRIES
}

/// The entries of a context: an address and its code each, and behind all of them, half a word each, the values of PSTATE.BTYPE, as bits, with
/// which branches may go there ([`crate::cpu::Cpu::landings`]), and by half whether the place is listed. It lies in memory that the host
/// backs where it is used.
pub struct JumpTable(Box<[u64]>);

impl JumpTable {
    pub fn new() -> JumpTable {
        let mut table = JumpTable(vec![0; 2 * ENTRIES + ENTRIES / 2].into_boxed_slice());
        table.clear(0);
        table
    }

    /// Where generated code finds it.
    pub fn address(&self) -> u64 {
        self.0.as_ptr().expose_provenance() as u64
    }

    /// Code for an address, unless `branch_type` keeps branches from landing there.
    #[inline]
    pub fn code(&self, pc: u64, branch_type: u8) -> Option<u64> {
        let at = index(pc);
        (self.0[2 * at] == pc && self.flags(at) >> branch_type & 1 != 0).then_some(self.0[2 * at + 1])
    }

    /// Sets the code for an address. Its place, if that is to be listed.
    pub fn set(&mut self, pc: u64, code: u64, landings: u32) -> Option<u16> {
        let (at, listed) = (index(pc), LISTED << u32::from(is_upper(pc)));
        let known = self.flags(at) & (LISTED | LISTED << 1);
        (self.0[2 * at], self.0[2 * at + 1]) = (pc, code);
        self.set_flags(at, landings | known | listed);
        // Branches that take turns in a place must not make the list longer and longer.
        (known & listed == 0).then_some(at as u16)
    }

    /// Forgets the address of a half in a place that was listed for it.
    pub fn forget(&mut self, place: u16, half: usize) {
        let at = usize::from(place);
        self.set_flags(at, self.flags(at) & !(LISTED << half));
        if usize::from(is_upper(self.0[2 * at])) == half {
            self.clear(at);
        }
    }

    /// Forgets an address.
    pub fn remove(&mut self, pc: u64) {
        if self.0[2 * index(pc)] == pc {
            self.clear(index(pc));
        }
    }

    /// The place has an address whose index is another's, so that nothing is equal to it there.
    fn clear(&mut self, at: usize) {
        self.0[2 * at] = if at == 0 { 4 } else { 0 };
    }

    #[inline]
    fn flags(&self, at: usize) -> u32 {
        (self.0[2 * ENTRIES + at / 2] >> (32 * (at % 2))) as u32
    }

    fn set_flags(&mut self, at: usize, flags: u32) {
        let (word, shift) = (&mut self.0[2 * ENTRIES + at / 2], 32 * (at % 2));
        *word = *word & !(0xffff_ffff << shift) | u64::from(flags) << shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_listed_once_by_half_and_forgotten() {
        let mut table = JumpTable::new();
        assert!([0, 4, 8, 4 * ENTRIES as u64].iter().all(|&pc| table.code(pc, 0).is_none()));
        let (lower, upper) = (0x40_0004, 0xffff_8000_0000_0004);
        assert_eq!((table.set(lower, 70, 0b101), table.set(lower, 71, 0b101)), (Some(1), None));
        assert_eq!((table.code(lower, 0), table.code(lower, 1), table.code(lower, 2)), (Some(71), None, Some(71)));
        assert_eq!(table.code(lower + 4, 0), None);
        assert_eq!((table.set(upper, 72, 1), table.set(lower, 73, 1)), (Some(1), None));
        table.forget(1, 1);
        assert_eq!(table.code(lower, 0), Some(73), "the other half's");
        table.forget(1, 0);
        assert_eq!(table.code(lower, 0), None);
        assert_eq!(table.set(0, 74, 1), Some(0));
        table.remove(4 * ENTRIES as u64);
        assert_eq!(table.code(0, 0), Some(74));
        table.remove(0);
        assert_eq!(table.code(0, 0), None);
    }

    #[test]
    fn generated_code_finds_what_is_set() {
        let mut table = JumpTable::new();
        let pc = 0x1234_5678_9abcu64;
        let place = usize::from(table.set(pc, 75, 0b110).expect("a new place"));
        assert_eq!(place * 4, pc as usize & JUMP_MASK as usize);
        let bytes: Vec<u8> = table.0.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(bytes[16 * place..16 * place + 16], [pc.to_le_bytes(), 75u64.to_le_bytes()].concat());
        assert_eq!(bytes[LANDINGS as usize + 4 * place] & 15, 0b110);
    }
}
