//! Where frames may lie and which registers are in them: what older kernels do otherwise. Runs no guest.

use super::super::{Device, DeviceFd};
use super::rules::{REDIST, region, v3};
use super::{CPU, DIST, attr, get, set, vcpus, vm};
use crate::abi::{device_type, its, vgic as abi};
use crate::errno::*;

/// `vgic_check_ioaddr` and `vgic_check_iorange`, of a frame that is set already and of one that is not.
#[test]
fn frames_are_checked_by_address_or_by_range() {
    let end = 1 << 40;
    // An address, and the errno of older and newer kernels for a frame that is at DIST.
    let again = [(DIST, EEXIST, EEXIST), (DIST + 0x800, EINVAL, EEXIST), (end, E2BIG, EEXIST), (end + 0x800, E2BIG, EEXIST)];
    for (kernel, old) in [("4.20", true), ("5.10", true), ("6.1", false), ("6.12", false), ("7.3", false)] {
        let three = vm(kernel);
        let device = v3(&three);
        let its = three.create_device(device_type::VGIC_ITS).expect("an ITS");
        let place = |address| set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_DIST, address);
        let place_its = |address| set(&its, abi::GRP_ADDR, its::ADDR_TYPE, address);
        for at in [end, end + 0x800] {
            let expected = Err(if at == end || old { E2BIG } else { EINVAL });
            assert_eq!((place(at), place_its(at)), (expected, expected), "{kernel} {at:#x}");
        }
        assert_eq!((place(DIST), place_its(DIST + 0x10_0000)), (Ok(()), Ok(())));
        for (address, older, newer) in again {
            let expected = Err(if old { older } else { newer });
            assert_eq!((place(address), place_its(address)), (expected, expected), "{kernel} {address:#x}");
        }
        let two = vm(kernel).create_device(device_type::VGIC_V2).expect("a GICv2");
        // The CPU interface is two pages.
        let last_page = set(&two, abi::GRP_ADDR, abi::V2_ADDR_TYPE_CPU, end - 0x1000);
        assert_eq!(last_page, if old { Ok(()) } else { Err(E2BIG) }, "{kernel}");
    }
}

/// `vgic_v3_insert_redist_region`, `vgic_v3_alloc_redist_region`, and what becomes of a region that does not work out.
#[test]
fn regions_of_older_kernels() {
    let add = |device: &DeviceFd, value| set(device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION, value);
    let grow = |device: &DeviceFd, address| set(device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST, address);
    for (kernel, old) in [("4.20", true), ("5.10", true), ("6.1", false), ("7.3", false)] {
        let growing = v3(&vm(kernel));
        assert_eq!((grow(&growing, CPU), grow(&growing, CPU)), (Ok(()), Err(if old { EINVAL } else { EEXIST })), "{kernel}");
        let behind = add(&growing, region(1, CPU + 8 * REDIST, 1));
        assert_eq!(behind, if old { Err(EINVAL) } else { Ok(()) }, "{kernel}: behind one that grows");
        let top = vm(kernel);
        let _vcpus = vcpus(&top, 1);
        let high = add(&v3(&top), region(0, (1 << 40) - REDIST, 4));
        assert_eq!(high, if old { Ok(()) } else { Err(E2BIG) }, "{kernel}");
        let met = vm(kernel);
        let _vcpus = vcpus(&met, 1);
        let device = v3(&met);
        assert_eq!(set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_DIST, CPU), Ok(()));
        assert_eq!(add(&device, region(0, CPU, 1)), Err(EINVAL), "{kernel}: at the distributor");
        let left = get(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST);
        assert_eq!(left, Ok(if old { CPU } else { u64::MAX }), "{kernel}");
    }
}

/// GICR_TYPER.Last as a guest and as user space read it, of two adjacent regions.
#[test]
fn the_last_redistributor() {
    for (kernel, old) in [("4.20", true), ("5.10", true), ("6.1", false), ("7.3", false)] {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 2);
        let device = v3(&vm);
        for (number, at) in [(0, CPU), (1, CPU + REDIST)] {
            set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_REDIST_REGION, region(number, at, 1)).expect("a region");
        }
        set(&device, abi::GRP_ADDR, abi::V3_ADDR_TYPE_DIST, DIST).expect("distributor");
        set(&device, abi::GRP_CTRL, abi::CTRL_INIT, 0).expect("initialised");
        let Device::Vgic(vgic) = &device.device else { panic!("a GIC") };
        let guest = vgic.emulated().expect("initialised");
        let seen = [0, 1].map(|vcpu| guest.redist_read(vcpu, 8, 8) >> 4 & 1);
        assert_eq!(seen, [u64::from(old), 1], "{kernel}");
        let read = [0, 1].map(|vcpu: u64| get(&device, abi::GRP_REDIST_REGS, vcpu << 32 | 8).map(|typer| typer >> 4 & 1));
        assert_eq!(read, if old { [Ok(0); 2] } else { seen.map(Ok) }, "{kernel}");
    }
}

/// Revision 3 brought GICR_INVLPIR, GICR_INVALLR and GICR_SYNCR.
#[test]
fn registers_of_redistributors() {
    for (kernel, known) in [("4.20", false), ("5.10", false), ("6.1", true), ("7.3", true)] {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 1);
        let device = v3(&vm);
        for (offset, exists) in [(0x70, true), (0x78, true), (0xa0, known), (0xa4, known), (0xb0, known), (0xc0, known), (0xc4, false)] {
            let has = device.has_device_attr(&attr(abi::GRP_REDIST_REGS, offset));
            assert_eq!(has, if exists { Ok(()) } else { Err(ENXIO) }, "{kernel} {offset:#x}");
        }
    }
}
