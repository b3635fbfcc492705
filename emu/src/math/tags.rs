//! Arithmetic on tags (FEAT_MTE2): the next one that is not excluded, and the generator of RGSR_EL1. Knows no CPU.

/// ChooseNonExcludedTag(): `offset` steps on from `tag` among the tags that `exclude` does not have; 0 when it has all.
pub fn choose(mut tag: u8, mut offset: u8, exclude: u16) -> u8 {
    if exclude == u16::MAX {
        return 0;
    }
    let next_included = |mut tag: u8| {
        while exclude >> tag & 1 != 0 {
            tag = (tag + 1) & 15;
        }
        tag
    };
    if offset == 0 {
        return next_included(tag);
    }
    while offset != 0 {
        offset -= 1;
        tag = next_included((tag + 1) & 15);
    }
    tag
}

/// RandomTag(): four bits of the shift register RGSR_EL1.SEED, and what it is afterwards.
pub fn random_offset(mut seed: u16) -> (u8, u16) {
    let mut offset = 0;
    for bit in 0..4 {
        let top = (seed >> 5 ^ seed >> 3 ^ seed >> 2 ^ seed) & 1;
        seed = top << 15 | seed >> 1;
        offset |= (top as u8) << bit;
    }
    (offset, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excluded_tags_are_stepped_over() {
        assert_eq!(choose(3, 0, 0), 3);
        assert_eq!(choose(3, 0, 1 << 3 | 1 << 4), 5);
        assert_eq!(choose(15, 1, 0), 0);
        assert_eq!(choose(15, 1, 1), 1);
        assert_eq!(choose(0, 15, 0xfffe), 0);
        assert_eq!(choose(0, 2, !(1 << 7 | 1 << 9)), 9);
        assert_eq!(choose(5, 3, 0xffff), 0);
    }

    #[test]
    fn a_register_of_zeros_stays_one() {
        assert_eq!(random_offset(0), (0, 0));
        // The feedback is 0, 1, 0, 1; the two zeros of the seed are all that is left of it.
        assert_eq!(random_offset(0b1001), (0b1010, 0xa000));
    }
}
