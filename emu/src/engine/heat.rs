//! Which addresses are met often enough for translation to pay. Most code of a system runs once or twice; what is translated for that
//! is lost time and lost room. Knows nothing of code that exists.

/// Times that a block is interpreted before it is translated; the count fits the two bits that an address of code does not use.
const HOT: u64 = 3;
const SETS: usize = 8192;

/// Addresses met lately, with counts: two in a set, the colder of which goes first.
pub(super) struct Heat(Box<[[u64; 2]]>);

impl Default for Heat {
    fn default() -> Self {
        Heat(vec![[0; 2]; SETS].into_boxed_slice())
    }
}

impl Heat {
    /// Counts a meeting; true when there were enough before it.
    pub fn is_hot(&mut self, pc: u64) -> bool {
        let set = &mut self.0[((pc >> 2) ^ (pc >> 15)) as usize % SETS];
        if let Some(known) = set.iter_mut().find(|known| **known & !3 == pc) {
            let hot = *known & 3 == HOT;
            *known += u64::from(!hot);
            return hot;
        }
        let colder = usize::from(set[0] & 3 > set[1] & 3);
        set[colder] = pc;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_hot_and_stay_so() {
        let mut heat = Heat::default();
        let met: Vec<bool> = (0..6).map(|_| heat.is_hot(0x4000)).collect();
        assert_eq!(met, [false, false, false, false, true, true]);
        // Two more in the same set take turns; the hot one stays.
        let others = [0x4000 ^ (SETS as u64) << 2 ^ 1 << 15 << 13, 0];
        assert!(others.into_iter().chain([0x4000]).all(|pc| heat.is_hot(pc) == (pc == 0x4000)));
    }
}
