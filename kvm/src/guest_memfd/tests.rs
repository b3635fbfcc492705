//! guest_memfd by typed calls: what is refused and in which order, what a guest sees of its memory, and what is left when it goes.

use std::sync::Arc;

use emu::engine::EngineKind;
use vm_memory::{FileOffset, MmapRegion, VolatileMemory};

use super::{GuestMemFd, INIT_SHARED, KEEP_SIZE, MMAP, PUNCH_HOLE};
use crate::abi::{MemoryRegion, VcpuInit, memory_region, vcpu_feature};
use crate::errno::*;
use crate::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};

const BASE: u64 = 0x4000_0000;
const PAGE: u64 = 0x1000;
const GUEST_MEMFD: u32 = memory_region::GUEST_MEMFD;

fn vm_on(kernel: &str, engine: EngineKind) -> VmFd {
    let host = Host { engine, ..Host::new("neoverse-n1", kernel).expect("known") };
    Kvm::new(host).create_vm().expect("a VM")
}

fn vm() -> VmFd {
    vm_on("6.18", EngineKind::Interpreter)
}

fn region(slot: u32, page: u64, pages: u64) -> MemoryRegion {
    MemoryRegion { slot, flags: GUEST_MEMFD, guest_phys_addr: BASE + page * PAGE, memory_size: pages * PAGE, userspace_addr: 0 }
}

fn usual(vm: &VmFd, pages: u64) -> GuestMemFd {
    vm.create_guest_memfd(pages * PAGE, MMAP | INIT_SHARED).expect("there is memory")
}

/// User space's mapping of it all.
fn mapped(memory: &GuestMemFd) -> MmapRegion {
    let file = memory.mapping(true, false).expect("shared").try_clone().expect("a descriptor");
    MmapRegion::from_file(FileOffset::new(file, 0), memory.size() as usize).expect("mapped")
}

fn put(region: &MmapRegion, offset: u64, words: &[u32]) {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    region.get_slice(offset as usize, bytes.len()).expect("inside").copy_from(&bytes);
}

fn word(region: &MmapRegion, offset: u64) -> u64 {
    let mut bytes = [0; 8];
    region.get_slice(offset as usize, 8).expect("inside").copy_to(&mut bytes);
    u64::from_le_bytes(bytes)
}

fn add_vcpu(vm: &VmFd) -> VcpuFd {
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let VcpuInit { target, mut features } = vm.get_preferred_target();
    features[0] = vcpu_feature::PSCI_0_2;
    vcpu.vcpu_init(&VcpuInit { target, features }).expect("initialised");
    vcpu
}

/// `movz x0, #value; str x0, [x1]; b .`
fn stores(value: u32) -> [u32; 3] {
    [0xd280_0000 | value << 5, 0xf900_0020, 0x1400_0000]
}

fn run(vcpu: &VcpuFd, to: u64) -> Result<VcpuExit, Errno> {
    vcpu.set_reg_u64(core_regs::PC, BASE).expect("set");
    vcpu.set_reg_u64(core_regs::x(1), to).expect("set");
    vcpu.run_for(3)
}

#[test]
fn which_files_there_are() {
    let old = vm_on("6.17", EngineKind::Interpreter);
    assert_eq!(old.create_guest_memfd(PAGE, 0).err(), Some(EINVAL));
    let vm = vm();
    for flags in 0..4 {
        assert!(vm.create_guest_memfd(PAGE, flags).is_ok_and(|memory| memory.size() == PAGE), "{flags}");
    }
    for bit in 2..64 {
        assert_eq!(vm.create_guest_memfd(PAGE, 1 << bit).err(), Some(EINVAL), "{bit}");
    }
    for size in [0, 1, PAGE - 1, PAGE + 1, 1 << 63, !(PAGE - 1)] {
        assert_eq!(vm.create_guest_memfd(size, 0).err(), Some(EINVAL), "{size:#x}");
    }
    // Nothing of it is there before it is used.
    assert!(vm.create_guest_memfd(1 << 40, MMAP).is_ok());
}

#[test]
fn what_may_be_mapped() {
    let vm = vm();
    let make = |flags| vm.create_guest_memfd(PAGE, flags).expect("there is memory");
    for (flags, shared, executed, expected) in [
        (0, true, false, Err(ENODEV)),
        (INIT_SHARED, true, false, Err(ENODEV)),
        (MMAP, false, false, Err(EINVAL)),
        (MMAP, true, true, Err(EPERM)),
        // Every touch is beyond its end.
        (MMAP, true, false, Ok(0)),
        (MMAP | INIT_SHARED, true, false, Ok(PAGE)),
    ] {
        let memory = make(flags);
        let size = memory.mapping(shared, executed).map(|file| file.metadata().expect("a file").len());
        assert_eq!(size, expected, "{flags} {shared} {executed}");
        assert_eq!(memory.file().metadata().expect("a file").len(), PAGE);
    }
}

#[test]
fn holes_and_what_fallocate_refuses() {
    let vm = vm();
    let memory = usual(&vm, 4);
    let mapping = mapped(&memory);
    put(&mapping, PAGE, &[7]);
    put(&mapping, 2 * PAGE, &[8]);
    const BOTH: u32 = KEEP_SIZE | PUNCH_HOLE;
    let page = PAGE as i64;
    for (mode, offset, length, expected) in [
        (0, 0, page, Err(EOPNOTSUPP)),
        (PUNCH_HOLE, 0, page, Err(EOPNOTSUPP)),
        (KEEP_SIZE | 16, 0, page, Err(EOPNOTSUPP)),
        (BOTH | 8, 0, page, Err(EOPNOTSUPP)),
        (BOTH, -page, page, Err(EINVAL)),
        (BOTH, 0, 0, Err(EINVAL)),
        (BOTH, 0, -page, Err(EINVAL)),
        (BOTH, 1, page, Err(EINVAL)),
        (BOTH, page, page - 1, Err(EINVAL)),
        (BOTH, i64::MAX & !0xfff, page, Err(EFBIG)),
        (KEEP_SIZE, 4 * page, page, Err(EINVAL)),
        (KEEP_SIZE, 3 * page, 2 * page, Err(EINVAL)),
        (KEEP_SIZE, 0, 4 * page, Ok(())),
        (BOTH, 4 * page, page, Ok(())),
        (BOTH, 0, page, Ok(())),
    ] {
        assert_eq!(memory.fallocate(mode, offset, length), expected, "{mode} {offset:#x} {length:#x}");
        assert_eq!((word(&mapping, PAGE), word(&mapping, 2 * PAGE)), (7, 8));
    }
    assert_eq!(memory.fallocate(BOTH, 2 * page, 9 * page), Ok(()));
    assert_eq!((word(&mapping, PAGE), word(&mapping, 2 * PAGE)), (7, 0));
}

#[test]
fn a_guest_runs_in_it_and_sees_its_holes() {
    for engine in [EngineKind::Interpreter, EngineKind::Jit(emu::engine::JitLevel::default())] {
        let vm = vm_on("6.18", engine);
        let memory = usual(&vm, 8);
        let mapping = mapped(&memory);
        // The guest's pages 0 to 3 are the file's 4 to 7, its pages 16 and 17 the file's 1 and 2.
        assert_eq!(vm.set_guest_memfd_region(&region(1, 0, 4), &memory, 4 * PAGE), Ok(()));
        assert_eq!(vm.set_guest_memfd_region(&region(2, 16, 2), &memory, PAGE), Ok(()));
        put(&mapping, 4 * PAGE, &stores(5));
        let vcpu = add_vcpu(&vm);
        for (page, place) in [(3, 7), (16, 1), (17, 2)] {
            assert_eq!(run(&vcpu, BASE + page * PAGE + 8), Ok(VcpuExit::Quantum));
            assert_eq!(word(&mapping, place * PAGE + 8), 5, "{engine:?}");
        }
        for value in 6..30 {
            // New code, where the old was long decoded.
            assert_eq!(memory.fallocate(KEEP_SIZE | PUNCH_HOLE, 4 * PAGE as i64, PAGE as i64), Ok(()));
            put(&mapping, 4 * PAGE, &stores(value));
            (0..20).for_each(|_| assert_eq!(run(&vcpu, BASE + 2 * PAGE), Ok(VcpuExit::Quantum)));
            assert_eq!((word(&mapping, 6 * PAGE), word(&mapping, 7 * PAGE + 8)), (value.into(), 5), "{engine:?}");
        }
        // A page that becomes a hole is new to the guest, too.
        assert_eq!(memory.fallocate(KEEP_SIZE | PUNCH_HOLE, 6 * PAGE as i64, PAGE as i64), Ok(()));
        assert_eq!(vm.memory().read::<u64>(BASE + 2 * PAGE), Some(0));
    }
}

#[test]
fn a_slot_whose_file_is_gone_has_no_memory() {
    for keeps_mapping in [false, true] {
        let vm = vm();
        let memory = usual(&vm, 2);
        vm.memory();
        assert_eq!(vm.set_guest_memfd_region(&region(1, 0, 2), &memory, 0), Ok(()));
        let code: Vec<u8> = stores(5).iter().flat_map(|word| word.to_le_bytes()).collect();
        vm.memory().write_bytes(BASE, &code).expect("there is memory");
        let vcpu = add_vcpu(&vm);
        assert_eq!(run(&vcpu, BASE + PAGE), Ok(VcpuExit::Quantum));
        let mapping = keeps_mapping.then(|| mapped(&memory));
        let copy = memory.clone();
        drop(memory);
        assert_eq!(run(&vcpu, BASE + PAGE), Ok(VcpuExit::Quantum), "there is another descriptor");
        drop(copy);
        if keeps_mapping {
            assert_eq!(run(&vcpu, BASE + PAGE), Ok(VcpuExit::Quantum));
            assert_eq!(mapping.map(|mapping| word(&mapping, PAGE)), Some(5));
            continue;
        }
        assert_eq!(run(&vcpu, BASE + PAGE), Err(EFAULT));
        let page = vcpu.run_page();
        assert_eq!((page.exit_reason(), page.read(32, 8), page.read(40, 8), page.read(48, 8)), (39, 0, BASE, PAGE));
        // The slot is still there, and can be nothing but deleted.
        let other = usual(&vm, 2);
        assert_eq!(vm.set_guest_memfd_region(&region(1, 0, 2), &other, 0), Err(EINVAL));
        assert_eq!(vm.set_guest_memfd_region(&region(1, 0, 0), &other, 0), Ok(()));
        assert_eq!(vm.set_guest_memfd_region(&region(1, 0, 2), &other, 0), Ok(()));
        vm.memory().write_bytes(BASE, &code).expect("there is memory");
        assert_eq!(run(&vcpu, BASE + PAGE), Ok(VcpuExit::Quantum));
    }
}

#[test]
fn what_a_slot_may_have() {
    let (vm, stranger) = (vm(), vm());
    let memory = usual(&vm, 8);
    let bind = |region: MemoryRegion, offset: u64| vm.set_guest_memfd_region(&region, &memory, offset);
    let with = |flags| MemoryRegion { flags: GUEST_MEMFD | flags, ..region(1, 0, 1) };
    for refused in [
        bind(with(memory_region::LOG_DIRTY_PAGES), 0),
        bind(with(memory_region::READONLY), 0),
        bind(with(8), 0),
        bind(MemoryRegion { memory_size: PAGE + 1, ..region(1, 0, 1) }, 0),
        bind(MemoryRegion { guest_phys_addr: BASE + 1, ..region(1, 0, 1) }, 0),
        bind(MemoryRegion { userspace_addr: 1, ..region(1, 0, 1) }, 0),
        bind(MemoryRegion { userspace_addr: 0xffff_8000_0000_0000, ..region(1, 0, 1) }, 0),
        bind(region(1 << 16, 0, 1), 0),
        bind(region(1, 0, 1), 1),
        bind(region(1, 0, 1), !(PAGE - 1)),
        bind(region(1, 0, 1), 8 * PAGE),
        bind(region(1, 0, 9), 0),
        bind(region(1, 0, 0), 0),
        vm.set_guest_memfd_region(&region(1, 0, 1), &usual(&stranger, 1), 0),
        vm.set_guest_memfd_region(&region(1, 0, 1), &vm.create_guest_memfd(PAGE, 0).expect("there is memory"), 0),
        vm.set_guest_memfd_region(&region(1, 0, 1), &vm.create_guest_memfd(PAGE, INIT_SHARED).expect("there is memory"), 0),
    ] {
        assert_eq!(refused, Err(EINVAL));
    }
    assert_eq!(bind(region(1, 0, 2), 2 * PAGE), Ok(()));
    assert_eq!(bind(region(1, 0, 2), 2 * PAGE), Err(EINVAL), "a slot never changes");
    for (pages, offset) in [(1, 2), (1, 3), (4, 0), (8, 0), (2, 1)] {
        assert_eq!(bind(region(2, 32, pages), offset * PAGE), Err(EINVAL), "{pages} at {offset} are partly taken");
    }
    assert_eq!(bind(region(2, 1, 1), 0), Err(EEXIST), "guest addresses of another slot");
    assert_eq!(bind(region(2, (1 << 40) / PAGE, 1), 0), Err(EFAULT), "beyond the VM's addresses");
    assert_eq!(bind(region(2, 32, 2), 4 * PAGE), Ok(()));
    // The file is looked for last but for the range in it.
    let missing = |region: MemoryRegion| vm.bind_guest_memfd(&region, 0, &mut || Err(EBADF));
    assert_eq!(missing(region(3, 0, 1)), Err(EEXIST));
    assert_eq!(missing(region(3, 64, 1)), Err(EBADF));
    assert_eq!(missing(region(3, 64, 0)), Err(EINVAL));
    // Other memory cannot take its place, nor is there a log.
    let plain = Arc::new(MmapRegion::new(2 * PAGE as usize).expect("memory"));
    assert_eq!(vm.add_memory(1, BASE, plain.clone()), Err(EINVAL));
    assert_eq!(vm.get_dirty_log(1), Err(ENOENT));
    // Either way of deleting does.
    let gone = MemoryRegion { slot: 1, ..MemoryRegion::default() };
    assert_eq!(vm.set_owned_memory_region(&gone, None), Ok(()));
    assert_eq!(bind(region(5, 0, 2), 3 * PAGE), Err(EINVAL), "the fifth page is still another's");
    assert_eq!(bind(region(2, 0, 0), 0), Ok(()));
    assert_eq!(bind(region(5, 0, 4), 2 * PAGE), Ok(()));
    assert_eq!(vm.add_memory(6, BASE + 64 * PAGE, plain), Ok(()));
    assert_eq!(bind(region(6, 64, 2), 0), Err(EINVAL), "nor does other memory become a file's");
    let old = vm_on("6.16", EngineKind::Interpreter);
    assert_eq!(old.bind_guest_memfd(&region(1, 0, 1), 0, &mut || Err(EBADF)), Err(EINVAL));
}

/// Memory tagging, and slots with a guest_memfd: since 7.2 whichever comes second is refused.
#[test]
fn tags_and_files() {
    const CAP_ARM_MTE: u32 = 205;
    for (kernel, both) in [("6.18", true), ("7.0", true), ("7.2", false)] {
        let tagging = || {
            let mut host = Host::new("max", kernel).expect("known");
            assert!(host.add_tag_memory());
            Kvm::new(host).create_vm().expect("a VM")
        };
        let (first, second) = (tagging(), tagging());
        assert_eq!(first.enable_cap(CAP_ARM_MTE, 0, [0; 4]), Ok(()));
        let bound = first.set_guest_memfd_region(&region(0, 0, 1), &usual(&first, 1), 0);
        assert_eq!(bound, if both { Ok(()) } else { Err(EINVAL) }, "{kernel}");
        let memory = usual(&second, 1);
        assert_eq!(second.set_guest_memfd_region(&region(0, 0, 1), &memory, 0), Ok(()));
        let enabled = second.enable_cap(CAP_ARM_MTE, 0, [0; 4]);
        assert_eq!(enabled, if both { Ok(()) } else { Err(EINVAL) }, "{kernel}");
        assert_eq!(second.set_guest_memfd_region(&MemoryRegion { memory_size: 0, ..region(0, 0, 1) }, &memory, 0), Ok(()));
        assert_eq!(second.enable_cap(CAP_ARM_MTE, 0, [0; 4]), Ok(()), "{kernel}: the slot is gone");
    }
}
