//! No bytes whatsoever make the loader panic or hang, and whatever it accepts obeys the rules of a plan.

use loader::{Fdt, Options, load};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::build::{Elf, NOP, Ph, dtb, elf, image, small_tree};
use crate::options;

/// Overwrites, then maybe a cut: enough to reach every check behind a valid header.
#[derive(Clone, Debug)]
struct Damage {
    writes: Vec<(prop::sample::Index, u64, u8)>,
    cut: Option<prop::sample::Index>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let word = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), 0u64..0x200, 0x3fff_fff0u64..0x4400_0010];
    let write = (any::<prop::sample::Index>(), word, 1u8..=8);
    (vec(write, 0..6), prop::option::weighted(0.2, any::<prop::sample::Index>())).prop_map(|(writes, cut)| Damage { writes, cut })
}

impl Damage {
    fn apply(&self, mut file: Vec<u8>) -> Vec<u8> {
        for (at, value, width) in &self.writes {
            let start = at.index(file.len());
            for (byte, new) in file[start..].iter_mut().zip(value.to_le_bytes()).take((*width).into()) {
                *byte = new;
            }
        }
        if let Some(cut) = &self.cut {
            file.truncate(cut.index(file.len()) + 1);
        }
        file
    }
}

fn good_elf() -> Elf {
    elf().with(|e| {
        e.segments.push(Ph::load(0x4010_0000, b"data").mem_size(0x1000));
        e.segments[0].vaddr += 0xffff_0000_0000_0000;
        e.symbols = vec![("_start", 0x4008_0000, 4), ("main", 0x4008_0004, 0)];
    })
}

/// Loads, and checks what an accepted plan promises.
fn exercise(file: &[u8], options: &Options<'_>) {
    match load(file, options) {
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
        Ok(plan) => {
            let mut free = options.ram.start;
            for segment in &plan.segments {
                assert!(segment.gpa >= free && segment.mem_size >= segment.bytes.len() as u64);
                free = segment.gpa.checked_add(segment.mem_size).expect("no wrap");
            }
            assert!(free <= options.ram.end);
            assert!(plan.segments.iter().any(|s| s.range().contains(&plan.entry)));
            let _ = plan.symbols.lookup(plan.entry);
        }
    }
}

proptest! {
    #[test]
    fn random_bytes(
        file in vec(any::<u8>(), 0..600),
        load_addr in prop::option::of(any::<u64>()),
        entry in prop::option::of(any::<u64>()),
        ram_start in any::<u64>(),
        ram_size in any::<u64>(),
    ) {
        exercise(&file, &Options { load_addr, entry, ..options() });
        exercise(&file, &Options { load_addr, entry, ..Options::new(ram_start..ram_start.saturating_add(ram_size)) });
    }

    #[test]
    fn damaged_elf(damage in damage(), dynamic in any::<bool>(), load_addr in prop::option::of(any::<u64>())) {
        let file = good_elf().with(|e| e.elf_type = if dynamic { 3 } else { 2 }).build();
        exercise(&damage.apply(file), &Options { load_addr, ..options() });
    }

    #[test]
    fn damaged_image(damage in damage(), load_addr in prop::option::of(any::<u64>())) {
        exercise(&damage.apply(image(0x8_0000, 0x1_0000, 0, 96)), &Options { load_addr, ..options() });
    }

    #[test]
    fn random_elf_segments(
        places in vec((0x3fff_ff00u64..0x4010_0000, 0u64..0x1_0000, 0usize..64), 1..8),
        entry in 0x3fff_ff00u64..0x4010_0000,
    ) {
        let file = elf().with(|e| {
            e.entry = entry & !3;
            let segment = |(address, mem_size, len): &(u64, u64, usize)| {
                Ph::load(*address, &vec![NOP[0]; *len]).mem_size(*mem_size)
            };
            e.segments = places.iter().map(segment).collect();
        });
        exercise(&file.build(), &options());
    }

    #[test]
    fn damaged_dtb(damage in damage(), blob in vec(any::<u8>(), 0..200)) {
        let tree = damage.apply(dtb(&small_tree()));
        let _ = Fdt::parse(&blob);
        let parsed = Fdt::parse(&tree).is_ok();
        let kernel = image(0, 0x1000, 0, 64);
        let placed = load(&kernel, &Options { dtb: Some(&tree), ..options() });
        prop_assert_eq!(placed.is_ok(), parsed);
        exercise(&kernel, &Options { dtb: Some(&tree), initrd: Some(&blob), ..options() });
    }
}
