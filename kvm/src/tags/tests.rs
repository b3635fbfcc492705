//! KVM_ARM_MTE_COPY_TAGS and its capability, by typed calls and by number: every errno, and the state afterwards.

use std::sync::Arc;

use vm_memory::MmapRegion;

use super::{CopyMteTags, TAGS_FROM_GUEST, TAGS_PER_PAGE};
use crate::abi::MemoryRegion;
use crate::errno::{EBUSY, EFAULT, EINVAL, Errno};
use crate::ioctl::{KvmFile, UserSpace, ioctl};
use crate::{Host, Kvm, VmFd};

const RAM: u64 = 0x4000_0000;
const CAP_ARM_MTE: u32 = 205;

fn host(kernel: &str) -> Host {
    let mut host = Host::new("max", kernel).expect("a host");
    assert!(host.add_tag_memory());
    host
}

/// A VM with four pages of RAM and one of ROM after them.
fn vm(kernel: &str) -> VmFd {
    let vm = Kvm::new(host(kernel)).create_vm().expect("a VM");
    let memory = |size| Arc::new(MmapRegion::new(size).expect("memory"));
    vm.add_memory(0, RAM, memory(0x4000)).expect("a slot");
    vm.add_rom(1, RAM + 0x4000, memory(0x1000)).expect("a slot");
    vm
}

fn tagged_vm(kernel: &str) -> VmFd {
    let vm = vm(kernel);
    vm.enable_cap(CAP_ARM_MTE, 0, [0; 4]).expect("offered");
    vm
}

#[test]
fn tags_come_back() {
    let vm = tagged_vm("6.12");
    let tags: Vec<u8> = (0..2 * TAGS_PER_PAGE).map(|granule| (granule * 7 % 16) as u8).collect();
    assert_eq!(vm.mte_copy_tags_to_guest(RAM + 0x1000, &tags), Ok(0x2000));
    let mut read = vec![0xff; 4 * TAGS_PER_PAGE];
    assert_eq!(vm.mte_copy_tags_from_guest(RAM, &mut read), Ok(0x4000));
    assert_eq!(read[TAGS_PER_PAGE..3 * TAGS_PER_PAGE], tags);
    assert!(read[..TAGS_PER_PAGE].iter().chain(&read[3 * TAGS_PER_PAGE..]).all(|&tag| tag == 0));
    // Only four bits of a byte are a tag.
    assert_eq!(vm.mte_copy_tags_to_guest(RAM, &[0xf5; TAGS_PER_PAGE]), Ok(0x1000));
    assert_eq!(vm.mte_copy_tags_from_guest(RAM, &mut read[..TAGS_PER_PAGE]), Ok(0x1000));
    assert_eq!(read[..TAGS_PER_PAGE], [5; TAGS_PER_PAGE]);
    assert_eq!(vm.mte_copy_tags_to_guest(RAM, &[]), Ok(0));
}

#[test]
fn tags_belong_to_the_memory_and_not_to_the_slot() {
    let vm = tagged_vm("6.12");
    let memory = Arc::new(MmapRegion::new(0x1000).expect("memory"));
    vm.add_memory(2, RAM + 0x10_0000, memory.clone()).expect("a slot");
    vm.add_memory(3, RAM + 0x20_0000, memory).expect("a slot");
    let mut tags = [9; TAGS_PER_PAGE];
    assert_eq!(vm.mte_copy_tags_to_guest(RAM + 0x10_0000, &tags), Ok(0x1000));
    tags = [0; TAGS_PER_PAGE];
    assert_eq!(vm.mte_copy_tags_from_guest(RAM + 0x20_0000, &mut tags), Ok(0x1000));
    assert_eq!(tags, [9; TAGS_PER_PAGE]);
}

#[test]
fn what_is_refused() {
    let copy = CopyMteTags { guest_ipa: RAM, length: 0x1000, flags: TAGS_FROM_GUEST, reserved: [0; 2] };
    let ask = |vm: &VmFd, copy: CopyMteTags| vm.copy_tags(&copy, &mut |_, _| Ok(()));
    assert_eq!(ask(&vm("6.12"), copy), Err(EINVAL), "without the capability");
    let vm = tagged_vm("6.12");
    assert_eq!(ask(&vm, copy), Ok(0x1000));
    assert_eq!(ask(&vm, CopyMteTags { reserved: [0, 1], ..copy }), Err(EINVAL));
    assert_eq!(ask(&vm, CopyMteTags { flags: 2, ..copy }), Err(EINVAL));
    assert_eq!(ask(&vm, CopyMteTags { length: 0x800, ..copy }), Err(EINVAL));
    assert_eq!(ask(&vm, CopyMteTags { guest_ipa: RAM + 0x10, ..copy }), Err(EINVAL));
    assert_eq!(ask(&vm, CopyMteTags { length: 1 << 31, ..copy }), Err(EINVAL));
    assert_eq!(ask(&vm, CopyMteTags { guest_ipa: RAM - 0x1000, length: 0x2000, ..copy }), Err(EFAULT), "no memory at the start");
    assert_eq!(ask(&vm, CopyMteTags { length: 0x8000, ..copy }), Ok(0x5000), "no memory later");
    assert_eq!(ask(&vm, CopyMteTags { length: 0x8000, flags: 0, ..copy }), Ok(0x4000), "memory that cannot be written");
    assert_eq!(ask(&vm, CopyMteTags { guest_ipa: RAM + 0x4000, flags: 0, ..copy }), Err(EFAULT));
}

#[test]
fn a_broken_copy_leaves_no_stale_tags() {
    let vm = tagged_vm("6.12");
    let mut tags = [3; 2 * TAGS_PER_PAGE];
    assert_eq!(vm.mte_copy_tags_to_guest(RAM, &tags), Ok(0x2000));
    let copy = CopyMteTags { guest_ipa: RAM, length: 0x2000, flags: 0, reserved: [0; 2] };
    let broken = vm.copy_tags(&copy, &mut |offset, page| {
        page.fill(4);
        if offset == 0 { Ok(()) } else { Err(EFAULT) }
    });
    assert_eq!(broken, Ok(0x1000));
    assert_eq!(vm.mte_copy_tags_from_guest(RAM, &mut tags), Ok(0x2000));
    assert_eq!(tags[..TAGS_PER_PAGE], [4; TAGS_PER_PAGE]);
    assert_eq!(tags[TAGS_PER_PAGE..], [0; TAGS_PER_PAGE]);
}

#[test]
fn a_dirty_log_and_tags_for_the_guest() {
    for (kernel, expected) in [("6.12", Ok(0x1000)), ("6.14", Err(EBUSY)), ("7.3", Err(EBUSY))] {
        let vm = tagged_vm(kernel);
        vm.log_dirty_pages(0, true).expect("a slot of ours");
        assert_eq!(vm.mte_copy_tags_to_guest(RAM, &[1; TAGS_PER_PAGE]), expected, "{kernel}");
        assert_eq!(vm.mte_copy_tags_from_guest(RAM, &mut [0; TAGS_PER_PAGE]), Ok(0x1000), "{kernel}");
        vm.log_dirty_pages(0, false).expect("a slot of ours");
        assert_eq!(vm.mte_copy_tags_to_guest(RAM, &[1; TAGS_PER_PAGE]), Ok(0x1000), "{kernel}");
    }
}

#[test]
fn the_capability() {
    let without = Kvm::new(Host::new("max", "6.12").expect("a host")).create_vm().expect("a VM");
    assert_eq!((without.check_extension(CAP_ARM_MTE), without.enable_cap(CAP_ARM_MTE, 0, [0; 4])), (Ok(0), Err(EINVAL)));
    let old = Kvm::new(host("5.10")).create_vm().expect("a VM");
    assert_eq!((old.check_extension(CAP_ARM_MTE), old.enable_cap(CAP_ARM_MTE, 0, [0; 4])), (Ok(0), Err(EINVAL)));
    let vm = vm("6.12");
    assert_eq!((vm.check_extension(CAP_ARM_MTE), vm.enable_cap(CAP_ARM_MTE, 1, [0; 4])), (Ok(1), Err(EINVAL)));
    assert_eq!(vm.enable_cap(CAP_ARM_MTE, 0, [0; 4]), Ok(()));
    // The arguments do not count, nor does a second time.
    assert_eq!(vm.enable_cap(CAP_ARM_MTE, 0, [1; 4]), Ok(()));
    vm.create_vcpu(0).expect("a vCPU");
    assert_eq!(vm.enable_cap(CAP_ARM_MTE, 0, [0; 4]), Err(EINVAL), "too late");
}

/// ID_AA64PFR1_EL1.MTE and the registers of the list: only with the capability.
#[test]
fn what_a_vm_is_told() {
    const PFR1: u64 = 0x6030_0000_0013_c021;
    let registers = [0x6030_0000_0013_c085u64, 0x6030_0000_0013_c086, 0x6030_0000_0013_c2b0, 0x6030_0000_0013_c2b1];
    for (vm, level) in [(vm("6.12"), 0), (tagged_vm("6.12"), 3), (tagged_vm("7.3"), 3)] {
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        vcpu.vcpu_init(&vm.get_preferred_target()).expect("initialised");
        let mut value = [0; 8];
        vcpu.get_one_reg(PFR1, &mut value).expect("listed");
        assert_eq!(u64::from_le_bytes(value) >> 8 & 15, level);
        let list = vcpu.get_reg_list().expect("initialised");
        for register in registers {
            assert_eq!(list.contains(&register), level != 0, "{register:#x}");
            assert_eq!(vcpu.get_one_reg(register, &mut value).is_ok(), level != 0, "{register:#x}");
        }
    }
}

/// A program with a page of memory at 0x1000.
struct Program(Vec<u8>);

impl Program {
    fn part(&mut self, address: u64, length: usize) -> Result<&mut [u8], Errno> {
        let start = usize::try_from(address.wrapping_sub(0x1000)).map_err(|_| EFAULT)?;
        self.0.get_mut(start..).and_then(|rest| rest.get_mut(..length)).ok_or(EFAULT)
    }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        out.copy_from_slice(self.part(address, out.len())?);
        Ok(())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        self.part(address, data.len())?.copy_from_slice(data);
        Ok(())
    }

    fn install(&mut self, _: KvmFile) -> Result<i32, Errno> {
        Err(EINVAL)
    }

    fn set_memory_region(&mut self, _: &VmFd, _: &MemoryRegion) -> Result<(), Errno> {
        Err(EINVAL)
    }
}

/// KVM_ARM_MTE_COPY_TAGS of these fields, which lie at the start of the program's memory.
fn raw(vm: &VmFd, program: &mut Program, fields: [u64; 6]) -> Result<i64, Errno> {
    const COPY_TAGS: u32 = 0x8030_aeb4;
    let bytes: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
    program.copy_out(0x1000, &bytes)?;
    ioctl(&KvmFile::Vm(vm.clone()), COPY_TAGS, 0x1000, program)
}

#[test]
fn the_same_by_its_number() {
    let (untagged, vm) = (vm("7.3"), tagged_vm("7.3"));
    let mut program = Program(vec![7; 0x1000]);
    let buffer = 0x1100;
    assert_eq!(raw(&vm, &mut program, [RAM, 0x2000, buffer, 0, 0, 0]), Ok(0x2000));
    program.0.fill(0);
    assert_eq!(raw(&vm, &mut program, [RAM + 0x1000, 0x2000, buffer, 1, 0, 0]), Ok(0x2000));
    assert_eq!(program.0[0x100..0x200], [7; 0x100]);
    assert_eq!(program.0[0x200..0x300], [0; 0x100]);
    assert_eq!(raw(&vm, &mut program, [RAM, 0x1000, buffer, 0, 1, 0]), Err(EINVAL));
    assert_eq!(raw(&vm, &mut program, [RAM, 0x1000, buffer, 0, 0, 1]), Err(EINVAL));
    assert_eq!(raw(&vm, &mut program, [RAM, 0x1000, buffer, 2, 0, 0]), Err(EINVAL));
    // The buffer ends after one page of tags.
    assert_eq!(raw(&vm, &mut program, [RAM, 0x2000, 0x1f00, 1, 0, 0]), Ok(0x1000));
    assert_eq!(raw(&vm, &mut program, [RAM, 0x1000, 0x2000, 1, 0, 0]), Err(EFAULT));
    assert_eq!(raw(&untagged, &mut program, [RAM, 0x1000, buffer, 1, 0, 0]), Err(EINVAL));
    let file = KvmFile::Vm(vm);
    assert_eq!(ioctl(&file, 0x8030_aeb4, 0x9000, &mut program), Err(EFAULT));
}
