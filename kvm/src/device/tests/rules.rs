//! Errors and orders of the GIC device that the kernel's documents and code ask for, where no recording says so.

use emu::cpu::Attention;

use super::super::DeviceFd;
use super::{CPU, DIST, attr, get, gic, set, vcpus, vm};
use crate::abi::{device_type, vgic as abi};
use crate::errno::*;

pub const REDIST: u64 = 0x2_0000;

pub fn v3(vm: &crate::VmFd) -> DeviceFd {
    vm.create_device(device_type::VGIC_V3).expect("a GICv3")
}

pub fn region(index: u64, base: u64, count: u64) -> u64 {
    count << abi::RDIST_COUNT_SHIFT | base | index
}

#[test]
fn redistributor_regions_are_filled_in_order() {
    let vm = vm("6.12");
    let device = v3(&vm);
    let add = |value| set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION, value);
    assert_eq!(add(region(0, CPU, 0)), Err(EINVAL), "no room for any");
    assert_eq!(add(region(1, CPU, 2)), Err(EINVAL), "the first has index 0");
    assert_eq!(add(region(0, CPU, 2) | 1 << abi::RDIST_FLAGS_SHIFT), Err(EINVAL), "flags");
    assert_eq!(add(region(0, CPU, 2)), Ok(()));
    assert_eq!(add(region(0, CPU + 8 * REDIST, 1)), Err(EINVAL), "index again");
    assert_eq!(add(region(1, CPU + REDIST, 1)), Err(EINVAL), "overlap");
    assert_eq!(add(region(1, CPU + 2 * REDIST, 1)), Ok(()));
    assert_eq!(set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST, CPU + 8 * REDIST), Err(EINVAL), "mixed");
    let read = |index| device.get_device_attr_with(&attr(abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION), index);
    assert_eq!(read(1), Ok(region(1, CPU + 2 * REDIST, 1)));
    assert_eq!(read(2), Err(ENOENT));
    let _four = vcpus(&vm, 4);
    assert_eq!(set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_DIST, DIST), Ok(()));
    assert_eq!(set(&device, abi::GRP_CTRL, abi::CTRL_INIT, 0), Ok(()));
    let last = |vcpu: u64| get(&device, abi::GRP_REDIST_REGS, vcpu << 32 | 8).map(|typer| typer >> 4 & 1);
    assert_eq!([0, 1, 2].map(last), [Ok(0), Ok(0), Ok(1)], "adjacent regions are one to the guest");
    assert_eq!(_four[0].run().unwrap_err(), ENXIO, "the fourth has no redistributor");
    assert_eq!(add(region(2, CPU + 9 * REDIST, 1)), Ok(()));
    assert_eq!([2, 3].map(last), [Ok(1), Ok(1)]);
}

#[test]
fn registers_need_an_initialised_gicv3_but_make_a_gicv2() {
    let two = vm("6.12");
    let _vcpus = vcpus(&two, 2);
    let device = two.create_device(device_type::VGIC_V2).expect("a GICv2");
    assert_eq!(device.has_device_attr(&attr(abi::GRP_CPU_REGS, 0xd0)), Ok(()));
    assert_eq!(device.has_device_attr(&attr(abi::GRP_CPU_REGS, 0xd2)), Err(ENXIO));
    assert_eq!(device.has_device_attr(&attr(abi::GRP_CPU_REGS, 7 << 32)), Err(EINVAL), "no such vCPU");
    assert_eq!(device.has_device_attr(&attr(abi::GRP_REDIST_REGS, 0)), Err(ENXIO));
    assert_eq!(get(&device, abi::GRP_DIST_REGS, 1 << 32 | 0x800), Ok(0x0202_0202), "the second vCPU's own targets");
    assert_eq!(two.create_vcpu(5).err(), Some(EBUSY), "initialised by the read");
    let three = vm("6.12");
    let _vcpus = vcpus(&three, 1);
    let device = v3(&three);
    for group in [abi::GRP_DIST_REGS, abi::GRP_REDIST_REGS, abi::GRP_CPU_SYSREGS, abi::GRP_LEVEL_INFO] {
        assert_eq!(get(&device, group, 0), Err(EBUSY), "group {group}");
    }
    assert_eq!(set(&device, abi::GRP_CTRL, abi::CTRL_SAVE_PENDING_TABLES, 0), Err(ENXIO));
}

#[test]
fn an_interrupt_line_makes_a_gicv2() {
    let vm = vm("6.12");
    let _vcpus = vcpus(&vm, 1);
    let device = vm.create_device(device_type::VGIC_V2).expect("a GICv2");
    assert_eq!(vm.set_irq_line(1 << 24 | 40, true), Ok(()));
    assert_eq!(get(&device, abi::GRP_NR_IRQS, 0), Ok(256));
    let other = super::vm("6.12");
    let _vcpus = vcpus(&other, 1);
    v3(&other);
    assert_eq!(other.set_irq_line(1 << 24 | 40, true), Err(EBUSY));
}

#[test]
fn an_irqchip_is_a_gicv2_without_a_descriptor() {
    let vm = vm("6.12");
    assert_eq!(vm.create_irq_chip(), Ok(()));
    assert_eq!(vm.create_irq_chip(), Err(EEXIST));
    assert_eq!(vm.set_device_address(0, DIST), Ok(()));
    assert_eq!(vm.set_device_address(0, DIST), Err(EEXIST));
    assert_eq!(vm.set_device_address(2, DIST), Err(ENODEV), "a GICv3's frame");
}

#[test]
fn a_gicv2_serves_eight() {
    let vm = vm("6.12");
    let _nine = vcpus(&vm, 9);
    assert_eq!(vm.create_device(device_type::VGIC_V2).err(), Some(E2BIG));
    assert!(vm.create_device(device_type::VGIC_V3).is_ok());
}

#[test]
fn identity_before_and_after_the_initialisation() {
    let device = |kernel| {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 1);
        v3(&vm)
    };
    let iidr = |revision: u64| 0x4b00_043b | revision << 12;
    assert_eq!(get(&device("6.16"), abi::GRP_DIST_REGS, 8), Err(EBUSY));
    let early = device("7.3");
    assert_eq!(get(&early, abi::GRP_DIST_REGS, 8), Ok(iidr(3)));
    assert_eq!(set(&early, abi::GRP_DIST_REGS, 8, iidr(4)), Err(EINVAL));
    assert_eq!(set(&early, abi::GRP_DIST_REGS, 8, iidr(2)), Ok(()));
    assert_eq!(set(&early, abi::GRP_DIST_REGS, 0xc, 1), Err(EINVAL));
    assert_eq!(set(&early, abi::GRP_CTRL, abi::CTRL_INIT, 0), Ok(()));
    assert_eq!(get(&early, abi::GRP_DIST_REGS, 8), Ok(iidr(2)));
    assert_eq!(get(&early, abi::GRP_REDIST_REGS, 0), Ok(0), "revision 2 advertises nothing");
    assert_eq!(set(&early, abi::GRP_DIST_REGS, 0xc, 1), Err(EBUSY));
}

/// `vgic_mmio_uaccess_write_v3_misc`, `vgic_mmio_uaccess_write_v2_misc`: the revision after user space wrote each of 1, 2, 4, 3 and 2.
#[test]
fn revisions_that_user_space_may_select() {
    let iidr = |revision: u64| 0x4b00_043b | revision << 12;
    let refused = Err(EINVAL);
    let (matched, kept) = ([refused, Ok(2), refused, refused, Ok(2)], [Ok(3); 5]);
    let selected = [refused, Ok(2), refused, Ok(3), Ok(2)];
    let expected = [("4.20", matched), ("5.10", matched), ("6.1", selected), ("6.3", kept), ("6.6", kept), ("6.8", kept)];
    let later = [("6.12", selected), ("6.14", kept), ("6.16", kept), ("6.18", kept), ("6.19", kept), ("7.3", selected)];
    for (kernel, expected) in expected.into_iter().chain(later) {
        for v2 in [false, true] {
            let vm = vm(kernel);
            let _vcpus = vcpus(&vm, 1);
            let device = gic(&vm, v2);
            let written = [1, 2, 4, 3, 2].map(|revision| {
                set(&device, abi::GRP_DIST_REGS, 8, iidr(revision))?;
                get(&device, abi::GRP_DIST_REGS, 8).map(|word| word >> 12 & 0xf)
            });
            assert_eq!(written, expected, "{kernel}, GICv2: {v2}");
            let advertised = if v2 || written[4] == Ok(2) { 0 } else { 6 };
            assert_eq!(get(&device, abi::GRP_REDIST_REGS, 0), if v2 { Err(ENXIO) } else { Ok(advertised) }, "{kernel}");
        }
    }
}

/// `kvm_vm_ioctl_irq_line` with a number, vCPUs 3 and 0 being made in this order: whose line it is by id, or what it refuses; without an in-kernel
/// GIC, and for a private interrupt of one.
#[test]
fn interrupt_lines_name_vcpus() {
    let refused = Err(EINVAL);
    let (positions, ids) = ([Ok(3), Ok(0), refused, refused], [Ok(0), refused, refused, Ok(3)]);
    let (clamped, lost) = ([Ok(3), Ok(3), refused, refused], [refused, Ok(3), refused, refused]);
    for (kernel, plain, private) in [
        ("4.20", positions, lost),
        ("5.10", positions, clamped),
        ("6.1", positions, lost),
        ("6.3", positions, clamped),
        ("6.6", positions, clamped),
        ("6.8", ids, ids),
        ("6.12", ids, ids),
        ("7.3", ids, ids),
    ] {
        let two = || {
            let vm = vm(kernel);
            let made = [3, 0].map(|id| vm.create_vcpu(id).expect("a vCPU"));
            (vm, made)
        };
        let (vm, _made) = two();
        let raised = [0, 1, 2, 3].map(|number| {
            vm.set_irq_line(number << 16, true)?;
            let vcpus = vm.vm.vcpus();
            let target = vcpus.iter().find(|vcpu| vcpu.signal.bits() & Attention::Irq as u32 != 0).expect("one");
            vm.set_irq_line(number << 16, false)?;
            Ok(target.id)
        });
        assert_eq!(raised, plain, "{kernel}");
        let (vm, _made) = two();
        let device = gic(&vm, false);
        let raised = [0, 1, 2, 3].map(|number| {
            let irq = 2 << 24 | number << 16 | 20;
            vm.set_irq_line(irq, true)?;
            let level = |vcpu: u64| get(&device, abi::GRP_LEVEL_INFO, vcpu << 32) == Ok(1 << 20);
            let target = [0, 3].into_iter().find(|&vcpu| level(vcpu)).expect("one");
            vm.set_irq_line(irq, false)?;
            Ok(target)
        });
        assert_eq!(raised, private, "{kernel}");
    }
}

/// What KVM_IRQ_LINE refuses while a GIC is not initialised, and whether a GICv2 is afterwards: a shared and a private interrupt, one of a
/// vCPU that is none, a private number as a shared one, an SGI.
#[test]
fn interrupt_lines_before_the_initialisation() {
    const LINES: [u32; 5] = [1 << 24 | 40, 2 << 24 | 20, 2 << 24 | 1 << 16 | 20, 1 << 24 | 20, 2 << 24 | 5];
    let (busy, unknown) = (Err(EBUSY), Err(EINVAL));
    for (kernel, first) in [("4.20", false), ("5.10", false), ("6.12", false), ("7.0", false), ("7.2", true), ("7.3", true)] {
        for (line, exists) in LINES.into_iter().zip([true, true, false, false, false]) {
            for v2 in [false, true] {
                let vm = vm(kernel);
                let _vcpus = vcpus(&vm, 1);
                let device = vm.create_device(if v2 { device_type::VGIC_V2 } else { device_type::VGIC_V3 }).expect("a GIC");
                let expected = match (v2, exists) {
                    (true, true) => Ok(()),
                    (true, false) => unknown,
                    (false, true) => busy,
                    (false, false) => {
                        if first {
                            busy
                        } else {
                            unknown
                        }
                    }
                };
                assert_eq!(vm.set_irq_line(line, true), expected, "{kernel} {line:#x}, GICv2: {v2}");
                let shared = if v2 && (exists || first) { 256 } else { 32 };
                assert_eq!(get(&device, abi::GRP_NR_IRQS, 0), Ok(shared), "{kernel} {line:#x}, GICv2: {v2}");
            }
        }
    }
}

/// `vgic_v2_parse_attr` with vCPUs 3 and 0: which numbers it knows, and whose banked register is behind each.
#[test]
fn attributes_of_a_gicv2_name_vcpus() {
    let (positions, ids) = ([true, true, false, false], [true, false, false, true]);
    for (kernel, known) in [
        ("4.20", positions),
        ("5.10", ids),
        ("6.1", ids),
        ("6.3", positions),
        ("6.6", positions),
        ("6.8", ids),
        ("6.12", ids),
        ("7.3", ids),
    ] {
        let vm = vm(kernel);
        let _vcpus = [3, 0].map(|id| vm.create_vcpu(id).expect("a vCPU"));
        let device = gic(&vm, true);
        // The first's targets are bit 0.
        let targets = |number: u64| get(&device, abi::GRP_DIST_REGS, number << 32 | 0x800);
        let first = if known == ids { 3 } else { 0 };
        let expected = [0, 1, 2, 3].map(|number: u64| match known[number as usize] {
            false => Err(EINVAL),
            true => Ok(if number == first { 0x0101_0101 } else { 0x0202_0202 }),
        });
        assert_eq!([0, 1, 2, 3].map(targets), expected, "{kernel}");
        let saved = device.save_registers().expect("all of them are there");
        assert_eq!(device.restore_registers(&saved), Ok(()), "{kernel}");
    }
}

/// GICC_DIR, for user space.
#[test]
fn a_register_that_deactivates() {
    let register = attr(abi::GRP_CPU_REGS, 0x1000);
    for (kernel, expected) in [("6.17", Err(ENXIO)), ("7.0", Ok(()))] {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 1);
        let device = vm.create_device(device_type::VGIC_V2).expect("a GICv2");
        assert_eq!(device.has_device_attr(&register), expected, "{kernel}");
        assert_eq!(device.has_device_attr(&attr(abi::GRP_CPU_REGS, 0x1004)), Err(ENXIO), "{kernel}");
    }
}

/// GICD_IIDR before the initialisation, since 6.17; what is written there counts since 7.2.
#[test]
fn early_revisions_by_kernel() {
    let iidr = |revision: u64| 0x4b00_043b | revision << 12;
    for (kernel, expected) in [("6.17", 3), ("7.0", 3), ("7.2", 2), ("7.3", 2)] {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 1);
        let device = v3(&vm);
        assert_eq!(get(&device, abi::GRP_DIST_REGS, 8), Ok(iidr(3)), "{kernel}");
        assert_eq!(set(&device, abi::GRP_DIST_REGS, 8, iidr(2)), Ok(()), "{kernel}");
        assert_eq!(get(&device, abi::GRP_DIST_REGS, 8), Ok(iidr(expected)), "{kernel}");
    }
}

#[test]
fn maintenance_interrupts_are_private() {
    let with = vm("6.16");
    let _vcpus = vcpus(&with, 1);
    let device = v3(&with);
    assert_eq!(get(&device, abi::GRP_MAINT_IRQ, 0), Ok(25));
    assert_eq!(set(&device, abi::GRP_MAINT_IRQ, 0, 15), Err(EINVAL));
    assert_eq!(set(&device, abi::GRP_MAINT_IRQ, 0, 20), Ok(()));
    assert_eq!(set(&device, abi::GRP_CTRL, abi::CTRL_INIT, 0), Ok(()));
    assert_eq!(set(&device, abi::GRP_MAINT_IRQ, 0, 21), Err(EBUSY));
    assert_eq!(get(&device, abi::GRP_MAINT_IRQ, 0), Ok(20));
    let without = vm("6.14");
    let _vcpus = vcpus(&without, 1);
    assert_eq!(get(&gic(&without, false), abi::GRP_MAINT_IRQ, 0), Err(ENXIO));
}

#[test]
fn nothing_is_read_while_a_vcpu_is_busy() {
    let vm = vm("6.12");
    let vcpus = vcpus(&vm, 2);
    let device = gic(&vm, false);
    let all = vm.vm.vcpus();
    let busy = crate::vcpu::stop_all(&all[1..]).expect("idle");
    assert_eq!(get(&device, abi::GRP_DIST_REGS, 0), Err(EBUSY));
    assert_eq!(set(&device, abi::GRP_CPU_SYSREGS, 0xc230, 0), Err(EBUSY));
    assert_eq!(device.save_registers(), Err(EBUSY));
    assert_eq!((vm.set_counter_offset(0, 0), vm.set_counter_offset(0, 1)), (Err(EBUSY), Err(EINVAL)));
    assert_eq!(device.has_device_attr(&attr(abi::GRP_DIST_REGS, 0)), Ok(()), "existence is no access");
    drop(busy);
    assert!(device.save_registers().is_ok() && vm.set_counter_offset(0, 0).is_ok());
    drop(vcpus);
}

#[test]
fn cpu_registers_by_affinity_and_encoding() {
    let vm = vm("6.12");
    let _vcpus = vcpus(&vm, 17);
    let device = gic(&vm, false);
    let pmr = 0xc230;
    assert_eq!(set(&device, abi::GRP_CPU_SYSREGS, 0x100 << 32 | pmr, 0xf8), Ok(()), "vCPU 16 is 0.0.1.0");
    assert_eq!(get(&device, abi::GRP_CPU_SYSREGS, pmr), Ok(0));
    assert_eq!(get(&device, abi::GRP_CPU_SYSREGS, 0x100 << 32 | pmr), Ok(0xf8));
    assert_eq!(get(&device, abi::GRP_CPU_SYSREGS, 0x200 << 32 | pmr), Err(EINVAL));
    assert_eq!(get(&device, abi::GRP_CPU_SYSREGS, 0), Err(ENOENT));
    assert_eq!(get(&device, abi::GRP_LEVEL_INFO, 1 << 10), Err(EINVAL), "an unknown kind of level");
    assert_eq!(get(&device, abi::GRP_LEVEL_INFO, 33), Err(EINVAL), "not a multiple of 32");
    let old = super::vm("5.10");
    let _vcpus = vcpus(&old, 1);
    assert_eq!(get(&gic(&old, false), abi::GRP_CPU_SYSREGS, 0), Err(ENXIO));
}

#[test]
fn a_vfio_device_knows_no_file() {
    let vm = vm("6.12");
    let device = vm.create_device(device_type::VFIO).expect("one");
    assert_eq!(vm.create_device(device_type::VFIO).err(), Some(EBUSY), "one for a VM");
    assert_eq!(device.has_device_attr(&attr(1, 1)), Ok(()));
    assert_eq!(device.has_device_attr(&attr(1, 3)), Err(ENXIO));
    assert_eq!(set(&device, 1, 1, 0), Err(EBADF));
    assert_eq!(get(&device, 1, 1), Err(EPERM));
    assert_eq!(device.save_registers(), Ok(Vec::new()));
}

#[test]
fn a_gic_without_vcpus_stays_without() {
    for v2 in [false, true] {
        let vm = vm("6.12");
        gic(&vm, v2);
        assert_eq!(vm.create_vcpu(0).err(), Some(EBUSY));
        assert_eq!(vm.set_irq_line(1 << 24 | 40, true), Ok(()), "an SPI has no target");
        assert_eq!(vm.set_irq_line(2 << 24 | 20, true), Err(EINVAL), "no vCPU");
    }
}

/// `kvm_vm_ioctl_create_vcpu`, `kvm_arch_vcpu_precreate`
#[test]
fn the_number_of_vcpus_the_gic_and_the_id_are_asked_in_turn() {
    let created = |vcpus: u64, initialised: bool, id: u64| {
        let vm = vm("6.12");
        let _vcpus: Vec<_> = (0..vcpus).map(|id| vm.create_vcpu(id).expect("a vCPU")).collect();
        let device = vm.create_device(device_type::VGIC_V2).expect("a GICv2");
        if initialised {
            set(&device, abi::GRP_CTRL, abi::CTRL_INIT, 0).expect("initialised");
        }
        vm.create_vcpu(id).err()
    };
    assert_eq!(created(1, false, 7), None);
    assert_eq!(created(1, false, 8), Some(EINVAL));
    assert_eq!([7, 8, 511, 512].map(|id| created(1, true, id)), [Some(EBUSY), Some(EBUSY), Some(EBUSY), Some(EINVAL)]);
    assert_eq!(created(8, true, 0), Some(EINVAL), "eight are all");
    assert_eq!(created(7, false, 0), Some(EEXIST));
}

/// The attribute has twelve bits for an index, of which `kvm_vgic_addr` keeps eight.
#[test]
fn a_regions_index_has_eight_bits() {
    let vm = vm("6.12");
    let device = v3(&vm);
    let region = |value| set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION, value);
    assert_eq!(region(0x100 | CPU | 1 << abi::RDIST_COUNT_SHIFT), Ok(()), "the first");
    let read = |index| device.get_device_attr_with(&attr(abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION), index);
    assert_eq!(read(0xf00), Ok(CPU | 1 << abi::RDIST_COUNT_SHIFT));
}

/// As many as are online, whatever the VM's GIC, and no more than there may be on a host.
#[test]
fn recommended_vcpus_are_the_hosts_cpus() {
    use crate::abi::cap::CAP_MAX_VCPUS;
    const CAP_NR_VCPUS: u32 = 9;
    for (cpus, recommended) in [(None, 1), (Some(4), 4), (Some(64), 64), (Some(1000), 512)] {
        let mut host = crate::Host::new("neoverse-n1", "6.12").expect("known names");
        (host.gicv2_compatible, host.cpus) = (true, cpus);
        let kvm = crate::Kvm::new(host);
        assert_eq!(kvm.check_extension(CAP_NR_VCPUS), Ok(recommended));
        let vm = kvm.create_vm().expect("a VM");
        vm.create_irq_chip().expect("a GICv2");
        assert_eq!((vm.check_extension(CAP_NR_VCPUS), vm.check_extension(CAP_MAX_VCPUS)), (Ok(recommended), Ok(8)));
    }
}
