//! Where initrd and DTB go, compared with what qemu-system-aarch64 7.2 was measured to do.

use loader::{LoadError, Options, Plan, Role, load};

use crate::build::{Ph, dtb, elf, image, small_tree};
use crate::options;

const MIB: u64 = 1 << 20;

fn with_ram(size: u64) -> Options<'static> {
    Options::new(0x4000_0000..0x4000_0000 + size)
}

/// Whatever was placed: inside RAM, sorted, not overlapping.
fn assert_sound(plan: &Plan<'_>) {
    for segment in &plan.segments {
        assert!(segment.gpa >= plan.ram.start && segment.range().end <= plan.ram.end, "{:x?}", segment.range());
        assert!(segment.mem_size >= segment.bytes.len() as u64);
    }
    for pair in plan.segments.windows(2) {
        assert!(pair[0].range().end <= pair[1].gpa);
    }
}

/// RAM size, initrd size, expected initrd address, expected DTB address. The first three are QEMU's; QEMU refuses the
/// others, for which the boot rules leave room.
const LINUX: &[(u64, usize, Option<u64>, u64)] = &[
    (512 * MIB, 0, None, 0x4800_0000),
    (512 * MIB, 5_000_000, Some(0x4800_0000), 0x4860_0000),
    (16 * MIB, 0, None, 0x4080_0000),
    (4 * MIB, 0, None, 0x4000_0000),
    (4 * MIB, 0x1000, Some(0x4022_0000), 0x4000_0000),
    (16 * MIB, 0xa0_0000, Some(0x4022_0000), 0x40e0_0000),
    (0x20_0000 + 0x2_1000, 0, None, 0x4000_0000),
];

#[test]
fn linux_placement() {
    let kernel = image(0, 0x2_0000, 0, 0x1000);
    let tree = dtb(&small_tree());
    for (ram, initrd_size, initrd_at, dtb_at) in LINUX {
        let initrd = vec![0x55; *initrd_size];
        let mut options = with_ram(*ram);
        options.initrd = (*initrd_size > 0).then_some(initrd.as_slice());
        options.dtb = Some(&tree);
        let plan = load(&kernel, &options).unwrap();
        assert_eq!(plan.initrd.as_ref().map(|r| r.start), *initrd_at, "initrd in {ram:#x}");
        assert_eq!(plan.dtb, Some(*dtb_at), "dtb in {ram:#x} after {initrd_size:#x}");
        assert_eq!(plan.registers().x, [*dtb_at, 0, 0, 0]);
        assert_sound(&plan);
    }
}

#[test]
fn an_elf_has_its_dtb_at_the_start_of_ram_if_there_is_room() {
    let tree = dtb(&small_tree());
    let size = tree.len() as u64;
    for (lowest, expected) in [
        (0x4008_0000, Some(0x4000_0000)),
        (0x4000_0000 + size.next_multiple_of(4), Some(0x4000_0000)),
        (0x4000_0000 + size.next_multiple_of(4) - 4, None),
        (0x4000_0000, None),
    ] {
        let file = elf()
            .with(|e| {
                e.entry = lowest;
                e.segments = vec![Ph::load(lowest, &[0x1f; 8])];
            })
            .build();
        let mut plan = load(&file, &options()).unwrap();
        assert_eq!(plan.place_dtb(&tree).unwrap(), expected, "{lowest:#x}");
        assert_eq!(plan.dtb, expected);
        assert_eq!(plan.registers().x, [0; 4], "as QEMU: an ELF gets no address");
        let given = load(&file, &Options { dtb: Some(&tree), ..options() }).unwrap();
        assert_eq!((given.dtb, given.notes.len()), (expected, usize::from(expected.is_none())));
        assert_sound(&plan);
    }
}

#[test]
fn what_does_not_fit() {
    let kernel = image(0, 0x2_0000, 0, 0x1000);
    let tree = dtb(&small_tree());
    let large = vec![0; 3 << 20];
    let ram = loader::load(&kernel, &with_ram(4 * MIB)).unwrap().ram;
    let try_load = |initrd, dtb| load(&kernel, &Options { initrd, dtb, ..with_ram(4 * MIB) }).map(|_| ());
    assert_eq!(try_load(Some(&large), None), Err(LoadError::InitrdDoesNotFit { size: 3 * MIB, ram: ram.clone().into() }));
    assert_eq!(try_load(Some(&[]), None), Err(LoadError::InitrdEmpty));
    let full = image(0x1000, 0x40_0000 - 0x1000, 0, 0x1000);
    let error = load(&full, &Options { dtb: Some(&tree), ..with_ram(4 * MIB) }).map(|p| p.dtb);
    assert_eq!(error, Ok(Some(0x4000_0000)), "the page below the image is free");
    let mut plan = load(&kernel, &with_ram(4 * MIB)).unwrap();
    plan.place_initrd(vec![1; 0x1d_f000]).unwrap();
    plan.place_initrd(vec![1; 0x20_0000]).unwrap();
    plan.place_initrd(vec![1; 0x1000]).unwrap();
    assert_eq!(plan.place_dtb(&tree), Err(LoadError::DtbDoesNotFit { size: tree.len() as u64, ram: plan.ram.clone().into() }));
}

#[test]
fn dtb_twice_too_large_and_padded() {
    let kernel = image(0, 0x2_0000, 0, 0x1000);
    let mut tree = dtb(&small_tree());
    let size = tree.len() as u64;
    tree.resize(0x1_0000, 0); // as QEMU's -M dumpdtb pads files
    let mut plan = load(&kernel, &options()).unwrap();
    let at = plan.place_dtb(&tree).unwrap().unwrap();
    assert_eq!(plan.place_dtb(&tree), Err(LoadError::DtbTwice { at }));
    let placed = plan.segments.iter().find(|s| s.role == Role::Dtb).unwrap();
    assert_eq!((placed.mem_size, placed.bytes.len() as u64), (size, size));

    let total = 2 * 1024 * 1024 + 1u32;
    tree[4..8].copy_from_slice(&total.to_be_bytes());
    tree.resize(total as usize, 0);
    let error = load(&kernel, &Options { dtb: Some(&tree), ..options() }).unwrap_err();
    assert_eq!(error, LoadError::DtbTooLarge { size: total.into(), max: 2 * MIB });
}
