//! Random words of a row and random states that suit it. Deterministic for a seed.

use emu::insn::decode::decode;
use emu::insn::effects::{FP, LOAD, STORE};
use emu::insn::{Insn, Row};

use super::driver::Case;
use super::random::Random;
use super::state::{CODE, DATA, DATA_SIZE, State, WINDOW, WINDOW_WORDS};

impl Random {
    /// A value of the kind on which arithmetic goes wrong.
    pub fn value(&mut self) -> u64 {
        const EDGES: [u64; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, i64::MAX as u64, i64::MIN as u64, u64::MAX];
        match self.below(4) {
            0 => EDGES[self.below(8) as usize],
            1 => self.below(256),
            2 => self.next() >> self.below(64),
            _ => self.next(),
        }
    }

    /// A vector of floating-point specials, integer edges or anything.
    pub fn vector(&mut self) -> u128 {
        const SINGLES: [u32; 10] =
            [0, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001, 1, 0x7f7f_ffff];
        const DOUBLES: [u64; 8] = [
            0,
            1 << 63,
            0x3ff0_0000_0000_0000,
            0x7ff0_0000_0000_0000,
            0xfff8_0000_0000_0000,
            0x7ff0_0000_0000_0001,
            1,
            0x4330_0000_0000_0001,
        ];
        match self.below(4) {
            0 => (0..4).fold(0, |whole, _| whole << 32 | u128::from(SINGLES[self.below(10) as usize])),
            1 => (0..2).fold(0, |whole, _| whole << 64 | u128::from(DOUBLES[self.below(8) as usize])),
            2 => u128::from(self.value()) << 64 | u128::from(self.value()),
            _ => u128::from(self.next()) << 64 | u128::from(self.next()),
        }
    }
}

/// A word that decodes to the row; None when the row refuses everything that was tried.
pub fn word_of(row: &Row, random: &mut Random) -> Option<Insn> {
    (0..200).find_map(|_| {
        let word = row.pattern.value | random.next() as u32 & !row.pattern.mask;
        decode(steer(row, word, random), CODE).filter(|insn| insn.op == row.op)
    })
}

/// The instruction, for a load or store with two before it that bring its base into the data.
pub fn with_base(insn: &Insn, random: &mut Random) -> Vec<u32> {
    if insn.row().effects & (LOAD | STORE) == 0 || insn.row().name.ends_with("_lit") {
        return vec![insn.word];
    }
    let (base, place) = (insn.bits(9, 5), 0x800 + 8 * random.below(0x200) as u32);
    let (movz, movk) = (0xd280_0000, 0xf2a0_0000);
    vec![movz | place << 5 | base, movk | ((DATA >> 16) as u32) << 5 | base, insn.word]
}

/// Most labels would lie where nothing is mapped: literal loads get one inside the page of code.
fn steer(row: &Row, word: u32, random: &mut Random) -> u32 {
    if !row.name.ends_with("_lit") || random.one_in(8) {
        return word;
    }
    word & !0x00ff_ffe0 | (random.below(1020) as u32) << 5
}

/// A value that is not inside the driver's own memory: signals would be delivered wrongly there.
fn stack_pointer(random: &mut Random) -> u64 {
    let value = random.value() & !15;
    if value < 0x8000 { value } else { value | 1 << 55 }
}

pub fn case_for(insn: &Insn, random: &mut Random) -> Case {
    let effects = insn.row().effects;
    let mut state = State { sp: stack_pointer(random), pc: CODE, nzcv: random.below(16) as u32, ..State::default() };
    state.x.fill_with(|| random.value());
    state.v.fill_with(|| random.vector());
    if effects & FP != 0 && effects & (LOAD | STORE) == 0 && random.one_in(2) {
        // RMode, FZ, DN, AHP; FZ16.
        state.fpcr = random.next() as u32 & 0x07c8_0000;
    }
    if random.one_in(4) {
        state.fpsr = random.next() as u32 & 0x0800_009f;
    }
    let mut window = [0; WINDOW_WORDS];
    window.fill_with(|| random.next());
    if effects & (LOAD | STORE) != 0 && !super::scalable::is_row(insn.row()) {
        aim(insn, &mut state, &mut window, random);
    }
    Case { state, window }
}

/// Where an access should go: mostly the window, half of the time aligned, some across the page boundary; or where nothing is
/// mapped on either side (the driver itself is mapped in the lower half, above the data).
fn target(random: &mut Random) -> u64 {
    let unaligned = if random.one_in(2) { random.below(16) } else { 0 };
    match random.below(32) {
        0 => random.below(0x8000),
        1 => random.next() | 1 << 55,
        2 => DATA + DATA_SIZE as u64 - 16 + random.below(32),
        3 => DATA - 16 + random.below(32),
        4..12 => DATA + 0x1000 - 16 + random.below(32),
        _ => DATA + WINDOW as u64 + 0x100 + 16 * random.below(0x1f) + unaligned,
    }
}

fn aim(insn: &Insn, state: &mut State, window: &mut [u64; WINDOW_WORDS], random: &mut Random) {
    let target = target(random);
    let index_register = insn.word & 0x3b20_0c00 == 0x3820_0800;
    if index_register && insn.rm < 31 {
        state.x[usize::from(insn.rm)] = random.below(33).wrapping_sub(16);
    }
    let offset = if index_register {
        let value = if insn.rm < 31 { state.x[usize::from(insn.rm)] } else { 0 };
        emu::math::bits::extend(value, insn.aux as u8) << insn.imm
    } else if insn.row().syntax.contains("],") {
        0
    } else {
        insn.imm
    };
    let base = target.wrapping_sub(offset);
    match insn.rn {
        31 => state.sp = base,
        number => state.x[usize::from(number)] = base,
    }
    // Compare-and-swap sometimes finds what it wants.
    if insn.row().name.starts_with("CAS") && random.one_in(2) {
        for number in [insn.bits(20, 16) as usize, insn.bits(20, 16) as usize + 1] {
            if number < 31 && number != usize::from(insn.rn) {
                state.x[number] = 0x0101_0101_0101_0101;
            }
        }
        window.fill(0x0101_0101_0101_0101);
    }
}
