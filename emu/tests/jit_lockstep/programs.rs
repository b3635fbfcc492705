//! Random programs: straight pieces, branches, loops, calls, accesses side by side, exclusives, system registers, stores to code and changes
//! of mappings. Runs nothing.

use emu::insn::decode::decode;
use emu::insn::{Op, ROWS, effects};

use super::layout::{ALIAS, CODE, DATA, DATA_SIZE, FUNCTION, POINTERS, TABLE};
use super::random::Random;

/// Counts loops.
const COUNTER: u32 = 19;
const NOP: u32 = 0xd503_201f;

/// Rows whose execution depends only on what both engines are given.
fn usable(op: Op) -> bool {
    let row = op.row();
    let excluded = effects::BRANCH | effects::SYSTEM | effects::UNIMPLEMENTED;
    // A counter, and what waits for others.
    row.effects & excluded == 0 && !matches!(op, Op::MRS | Op::SEV | Op::SEVL)
}

/// One instruction that is not a branch; loads and stores mostly have a base that exists.
pub fn plain(random: &mut Random) -> u32 {
    loop {
        let row = &ROWS[random.below(ROWS.len() as u64) as usize];
        // There are many scalable ones, all of which are called.
        if !usable(row.op) || row.pattern.value >> 25 & 15 == 2 && random.below(6) != 0 {
            continue;
        }
        let mut word = row.pattern.value | random.next() as u32 & !row.pattern.mask;
        let memory = row.effects & (effects::LOAD | effects::STORE) != 0;
        // Destinations below 16, so that pointers and counters last.
        word &= !(0x10 & !row.pattern.mask);
        if memory {
            // Rarely something else.
            let base = if random.below(16) != 0 { POINTERS.start + random.below(4) as u32 } else { random.below(31) as u32 };
            word = word & !(0x1f << 5) | base << 5;
        }
        if row.pattern.matches(word) && decode(word, CODE).is_some_and(|insn| usable(insn.op)) {
            return word;
        }
    }
}

fn move_wide(register: u32, value: u64) -> [u32; 2] {
    [0xd280_0000 | (value as u32 & 0xffff) << 5 | register, 0xf2a0_0000 | (value as u32 >> 16 & 0xffff) << 5 | register]
}

/// MRS of NZCV, FPCR, FPSR, DAIF, DCZID_EL0, CTR_EL0, CurrentEL, TPIDR_EL0; MSR of NZCV, FPSR, DAIF, TPIDR_EL0.
const SYSTEM_ACCESSES: [u32; 12] = [
    0xd53b_4200,
    0xd53b_4400,
    0xd53b_4420,
    0xd53b_4220,
    0xd53b_00e0,
    0xd53b_0020,
    0xd538_4240,
    0xd53b_d040,
    0xd51b_4200,
    0xd51b_4420,
    0xd51b_4220,
    0xd51b_d040,
];

/// A program: straight pieces, forward branches, counted loops, calls, pointers that are set again, and stores to code.
pub fn program(random: &mut Random, words: usize) -> Vec<u32> {
    let mut code = Vec::new();
    while code.len() < words {
        match random.below(24) {
            0 | 1 => {
                let pointer = POINTERS.start + random.below(4) as u32;
                let unaligned = if random.below(6) == 0 { random.below(16) } else { 0 };
                let address = DATA + (random.below(DATA_SIZE) & !15).clamp(0x200, DATA_SIZE - 0x200) + unaligned;
                code.extend(move_wide(pointer, address));
            }
            2..=4 => {
                // B.cond, CBZ, TBZ over a few instructions.
                let skip = 2 + random.below(6) as u32;
                code.push(match random.below(3) {
                    0 => 0x5400_0000 | skip << 5 | random.below(16) as u32,
                    1 => 0x3400_0000 | (random.next() as u32 & 0x8100_0000) | skip << 5 | random.below(16) as u32,
                    _ => 0x3600_0000 | (random.next() as u32 & 0x81f8_0000) | skip << 5 | random.below(16) as u32,
                });
                code.extend((0..skip).map(|_| plain(random)));
            }
            5 | 6 => {
                // A counted loop, its end a comparison or a flag-setting subtraction.
                code.extend(move_wide(COUNTER, 3 + random.below(12)));
                let start = code.len();
                code.extend((0..2 + random.below(7)).map(|_| plain(random)));
                let end = if random.below(2) == 0 {
                    vec![0xf100_0400 | COUNTER << 5 | COUNTER]
                } else {
                    vec![0xd100_0400 | COUNTER << 5 | COUNTER, 0xf100_001f | COUNTER << 5]
                };
                code.extend(end);
                let back = (start as i64 - code.len() as i64) as u32 & 0x7_ffff;
                code.push(0x5400_0001 | back << 5);
            }
            7 => {
                // BL, or BLR by way of X15.
                let here = CODE + 4 * code.len() as u64;
                if random.below(2) == 0 {
                    code.push(0x9400_0000 | ((FUNCTION - here) >> 2) as u32);
                } else {
                    code.extend(move_wide(15, FUNCTION));
                    code.push(0xd63f_0000 | 15 << 5);
                }
            }
            8 if code.len() + 20 < 1024 => store_to_code(random, &mut code),
            9 => code.push(0xd400_0001),
            11 => exclusive(random, &mut code),
            15 | 16 => neighbours(random, &mut code),
            13 if random.below(4) == 0 => {
                // FCVTZS and SCVTF of what it made.
                let (double, register, source) = (random.below(2) as u32 * 0x40_0000, random.below(16) as u32, random.below(16) as u32);
                code.extend([
                    0x5ea1_b800 | double | source << 5 | register,
                    0x5e21_d800 | double | register << 5 | random.below(16) as u32,
                ]);
            }
            // DC ZVA.
            12 if random.below(4) == 0 => code.push(0xd50b_7420 | (POINTERS.start + random.below(4) as u32)),
            13 if code.len() + 20 < 1024 && random.below(2) == 0 => map_again(random, &mut code),
            14 if random.below(2) == 0 => {
                let access = SYSTEM_ACCESSES[random.below(SYSTEM_ACCESSES.len() as u64) as usize];
                code.push(access | random.below(15) as u32);
            }
            17 if random.below(2) == 0 => sign(random, &mut code),
            10 => code.push(0x5ac0_0000 | plain(random) & 0x1f),
            _ => code.push(plain(random)),
        }
    }
    // Over again.
    let back = (-(code.len() as i64)) as u32 & 0x3ff_ffff;
    code.push(0x1400_0000 | back);
    code
}

/// Accesses at small distances from one register, in one page or in two, with something else between them or not.
fn neighbours(random: &mut Random, code: &mut Vec<u32>) {
    let pointer = POINTERS.start + random.below(4) as u32;
    if random.below(3) != 0 {
        let in_page = [0x200, 0x200, 0xf80, 0xfc0, 0xff0, 0][random.below(6) as usize] + 8 * random.below(8);
        let unaligned = [0, 0, 0, 8, 4, 1][random.below(6) as usize];
        code.extend(move_wide(pointer, DATA + 0x1000 * random.below(DATA_SIZE >> 12) + in_page + unaligned));
    }
    let base = if random.below(4) == 0 { 31 } else { pointer };
    if base == 31 {
        // ADD SP, X, #a multiple of sixteen, mostly.
        let distance = if random.below(8) == 0 { 8 } else { 16 * random.below(8) as u32 };
        code.push(0x9100_0000 | distance << 10 | pointer << 5 | 31);
    }
    for _ in 0..3 + random.below(8) {
        match random.below(16) {
            0 => code.push(plain(random)),
            1 => code.push(0x9100_0000 | (8 * random.below(4) as u32) << 10 | base << 5 | base),
            2 => code.push(SYSTEM_ACCESSES[random.below(SYSTEM_ACCESSES.len() as u64) as usize] | random.below(15) as u32),
            3 => code.push(0x8b00_0000 | plain(random) & 0x000f_01ef),
            _ => code.push(neighbour(random, base)),
        }
    }
}

/// A load or store of one or two registers at a small distance from its base.
fn neighbour(random: &mut Random, base: u32) -> u32 {
    loop {
        let vector = (random.below(4) == 0) as u32;
        let target = if random.below(24) == 0 && vector == 0 { base } else { random.below(16) as u32 };
        let any = |random: &mut Random, count: u64| random.below(count) as u32;
        let word = match random.below(3) {
            // The unsigned offset, scaled.
            0 => any(random, 4) << 30 | 0x3900_0000 | any(random, 4) << 22 | any(random, 14) << 10,
            // The signed one, and write-back.
            1 => {
                let distance = (any(random, 24).wrapping_sub(8) << 3) + u32::from(random.below(8) == 0);
                let mode = [0, 0, 0, 1, 3][random.below(5) as usize];
                any(random, 4) << 30 | 0x3800_0000 | any(random, 4) << 22 | (distance & 0x1ff) << 12 | mode << 10
            }
            _ => {
                let (distance, mode) = (any(random, 12).wrapping_sub(4) & 0x7f, [2, 2, 2, 1, 3][random.below(5) as usize]);
                any(random, 3) << 30 | 0x2800_0000 | mode << 23 | any(random, 2) << 22 | distance << 15 | any(random, 16) << 10
            }
        };
        let word = word | vector << 26 | base << 5 | target;
        if decode(word, CODE).is_some_and(|insn| usable(insn.op)) {
            return word;
        }
    }
}

/// Signs a pointer and authenticates it, mostly with the same key and modifier, more than once; a key may change, or which are enabled.
fn sign(random: &mut Random, code: &mut Vec<u32>) {
    let (register, modifier) = (random.below(16) as u32, if random.below(3) == 0 { 31 } else { random.below(24) as u32 });
    let key = random.below(4) as u32;
    let other = if random.below(6) == 0 { random.below(4) as u32 } else { key };
    code.extend(move_wide(COUNTER, 2 + random.below(4)));
    let start = code.len();
    if random.below(3) == 0 {
        sign_alike(random, code, register, modifier);
    }
    // PACIA, PACIB, PACDA, PACDB and the same of AUT; or PACIASP and AUTIASP, or those of B.
    let by_stack = random.below(4) == 0;
    code.push(if by_stack { 0xd503_233f | (key & 1) << 6 } else { 0xdac1_0000 | key << 10 | modifier << 5 | register });
    match random.below(6) {
        // MSR APIAKeyLo_EL1 and the others; SCTLR_EL1 with all keys or one disabled.
        0 => code.push((0xd518_2100 + ((random.below(2) as u32) << 8)) | (random.below(4) as u32) << 5 | random.below(16) as u32),
        1 => {
            let disabled = [31, 30, 27, 13][random.below(4) as usize];
            // MRS X16, SCTLR_EL1; EOR X16, X16, #1 << disabled; MSR SCTLR_EL1, X16; ISB.
            let rotation = 64 - disabled;
            code.extend([0xd538_1010, 0xd240_0000 | rotation << 16 | 16 << 5 | 16, 0xd518_1010, 0xd503_3fdf]);
        }
        2 => code.push(plain(random)),
        _ => {}
    }
    code.push(if by_stack { 0xd503_23bf | (other & 1) << 6 } else { 0xdac1_1000 | other << 10 | modifier << 5 | register });
    code.push(0xf100_0400 | COUNTER << 5 | COUNTER);
    let back = (start as i64 - code.len() as i64) as u32 & 0x7_ffff;
    code.push(0x5400_0001 | back << 5);
}

/// The same pointer twice, by two keys, which may have the same value, or with modifiers that differ in a high bit.
fn sign_alike(random: &mut Random, code: &mut Vec<u32>, register: u32, modifier: u32) {
    for key in [random.below(4) as u32, random.below(4) as u32] {
        // MOV X17, the pointer; PACIA X17, the modifier; EOR of X17 into X14.
        code.extend([0xaa00_03f1 | register << 16, 0xdac1_0011 | key << 10 | modifier << 5, 0xca11_01ce]);
        if modifier < 16 && random.below(2) == 0 {
            // EOR of the modifier, #1 << 62.
            code.push(0xd242_0000 | modifier << 5 | modifier);
        }
    }
}

/// A load-exclusive, something else or not, and a store-exclusive that mostly matches it; or STLR and LDAR.
fn exclusive(random: &mut Random, code: &mut Vec<u32>) {
    let base = POINTERS.start + random.below(4) as u32;
    let register = |random: &mut Random| random.below(16) as u32;
    let size = random.below(4) as u32;
    let ordered = (random.next() as u32) & 1 << 15;
    code.push(0x085f_7c00 | size << 30 | ordered | base << 5 | register(random));
    if random.below(3) == 0 {
        code.push(plain(random));
    }
    let size = if random.below(8) == 0 { random.below(4) as u32 } else { size };
    code.push(0x0800_7c00 | size << 30 | ordered | register(random) << 16 | base << 5 | register(random));
    code.push(0x089f_fc00 | size << 30 | (random.next() as u32 & 1 << 22) | base << 5 | register(random));
}

/// Replaces an instruction a little further on, with all that the architecture asks for.
fn store_to_code(random: &mut Random, code: &mut Vec<u32>) {
    let target = CODE + 4 * (code.len() as u64 + 12);
    code.extend(move_wide(16, target + ALIAS));
    code.extend(move_wide(17, plain(random).into()));
    // STR W17, [X16]; MOV X16, its other address; DC CVAU; DSB ISH; IC IVAU; DSB ISH; ISB.
    code.push(0xb900_0000 | 16 << 5 | 17);
    code.extend(move_wide(16, target));
    code.extend([0xd50b_7b20 | 16, 0xd503_3b9f, 0xd50b_7520 | 16, 0xd503_3b9f, 0xd503_3fdf, NOP, NOP]);
}

/// Gives a page of the data another place, or only says so, with all that the architecture asks for.
fn map_again(random: &mut Random, code: &mut Vec<u32>) {
    let page = (DATA >> 12) + random.below(8);
    if random.below(3) != 0 {
        code.extend(move_wide(16, TABLE + 0x2000 + ALIAS + 8 * page));
        code.extend(move_wide(17, (page ^ random.below(4)) << 12 | 1 << 10 | 3 << 8 | 3));
        // STR X17, [X16].
        code.push(0xf900_0000 | 16 << 5 | 17);
    }
    // Of code, too.
    let named = if random.below(4) == 0 { CODE >> 12 } else { page };
    code.extend(move_wide(16, named));
    // DSB ISHST; TLBI VAE1, VAE1IS, VAALE1, ASIDE1 or VMALLE1; DSB ISH; ISB.
    let operations = [0xd508_8720 | 16, 0xd508_8320 | 16, 0xd508_87e0 | 16, 0xd508_8740 | 16, 0xd508_871f];
    code.extend([0xd503_3a9f, operations[random.below(5) as usize], 0xd503_3b9f, 0xd503_3fdf]);
}
