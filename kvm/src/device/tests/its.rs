//! An ITS by its attributes: the order of creation, and a move with its mappings in guest memory.

use std::sync::Arc;

use emu::gic::{Gic, icc};
use vm_memory::MmapRegion;

use super::super::{Device, DeviceFd};
use super::{attr, get, gic, set, vcpus, vm};
use crate::abi::cap::CAP_MSI_DEVID;
use crate::abi::{MSI_VALID_DEVID, Msi, device_type, its as abi, vgic};
use crate::errno::*;
use crate::{VcpuFd, VmFd};

const RAM: u64 = 0x4000_0000;
const SIZE: usize = 0x10_0000;
const QUEUE: u64 = RAM + 0x1_0000;
const ITS: u64 = 0x0808_0000;
const VALID: u64 = 1 << 63;
const DEVICE: u32 = 9;

/// A VM with two vCPUs, a GICv3 and an ITS.
struct Machine {
    vm: VmFd,
    gic: DeviceFd,
    its: DeviceFd,
    inner: Arc<Gic>,
    _vcpus: Vec<VcpuFd>,
}

impl Machine {
    fn new() -> Machine {
        let vm = vm("7.3");
        vm.add_memory(0, RAM, Arc::new(MmapRegion::new(SIZE).expect("memory"))).expect("a slot");
        let vcpus = vcpus(&vm, 2);
        let gic = gic(&vm, false);
        let its = vm.create_device(device_type::VGIC_ITS).expect("an ITS");
        set(&its, abi::GRP_ADDR, abi::ADDR_TYPE, ITS).expect("placed");
        let Device::Vgic(vgic) = &gic.device else { panic!("a GIC") };
        let inner = vgic.emulated().expect("initialised");
        Machine { vm, gic, its, inner, _vcpus: vcpus }
    }

    fn guest_write(&self, offset: u64, value: u64) {
        self.vm.vm.its_at(ITS + offset).expect("the frame").0.write(offset, 8, value);
    }

    fn store(&self, address: u64, bytes: &[u8]) {
        self.vm.memory().write_bytes(address, bytes).expect("in memory");
    }

    fn memory(&self) -> Vec<u8> {
        let mut bytes = vec![0; SIZE];
        self.vm.memory().read_bytes(RAM, &mut bytes).expect("in memory");
        bytes
    }

    /// What a guest's driver does: tables, LPIs, one device with three events on two vCPUs.
    fn boot(&self) {
        for vcpu in 0..2u64 {
            self.inner.redist_write(vcpu as usize, 0x70, 8, (RAM + 0x4_0000) | 15);
            self.inner.redist_write(vcpu as usize, 0x78, 8, RAM + 0x5_0000 + vcpu * 0x1_0000);
            self.inner.redist_write(vcpu as usize, 0, 4, 1);
            self.inner.sysreg_write(vcpu as usize, icc::PMR, 0xf8);
            self.inner.sysreg_write(vcpu as usize, icc::IGRPEN1, 1);
        }
        self.inner.dist_write(0, 0, 4, 2);
        self.store(RAM + 0x4_0000, &[0xa1, 0xa0, 0x51]);
        for (offset, value) in [(0x80, QUEUE), (0x100, RAM + 0x2_0000), (0x108, RAM + 0x3_0000)] {
            self.guest_write(offset, value | VALID);
        }
        self.vm.vm.its_at(ITS).expect("the frame").0.write(0, 4, 1);
        let device = u64::from(DEVICE) << 32;
        let commands: [[u64; 4]; 6] = [
            [8 | device, 3, VALID | (RAM + 0x8_0000), 0],
            [9, 0, VALID, 0],
            [9, 0, VALID | 1 << 16 | 1, 0],
            [10 | device, 8192 << 32, 0, 0],
            [10 | device, 8193 << 32 | 1, 1, 0],
            [10 | device, 8194 << 32 | 7, 1, 0],
        ];
        let bytes: Vec<u8> = commands.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        self.store(QUEUE, &bytes);
        self.guest_write(0x88, bytes.len() as u64);
    }

    fn signal(&self, event: u32) -> Result<bool, Errno> {
        self.vm.signal_msi(&Msi { address: ITS + 0x1_0040, data: event, flags: MSI_VALID_DEVID, devid: DEVICE })
    }
}

#[test]
fn an_its_moves_with_guest_memory() {
    let (source, destination) = (Machine::new(), Machine::new());
    source.boot();
    assert_eq!(source.signal(7), Ok(true));
    assert_eq!(source.signal(1), Ok(true), "disabled, but pending");
    assert_eq!(source.signal(3), Ok(false), "not mapped");
    source.gic.save_tables().expect("pending tables");
    source.its.save_tables().expect("mappings");
    let saved = [&source.gic, &source.its].map(|device| device.save_registers().expect("nobody runs"));
    let memory = source.memory();
    destination.store(RAM, &memory);
    destination.gic.restore_registers(&saved[0]).expect("the GIC first");
    destination.its.restore_registers(&saved[1]).expect("then the ITS");
    destination.gic.save_tables().expect("pending tables");
    destination.its.save_tables().expect("mappings");
    assert_eq!([&destination.gic, &destination.its].map(|device| device.save_registers().expect("nobody runs")), saved);
    assert!(destination.memory() == memory, "the second save writes the same tables");
    for machine in [&source, &destination] {
        assert_eq!(machine.inner.sysreg_read(1, icc::IAR1), Some(8194));
        machine.inner.sysreg_write(1, icc::EOIR1, 8194);
        assert_eq!(machine.inner.sysreg_read(1, icc::IAR1), Some(1023));
        machine.store(RAM + 0x4_0001, &[0x41]);
        machine.inner.redist_write(1, 0xb0, 8, 0);
        assert_eq!(machine.inner.sysreg_read(1, icc::IAR1), Some(8193), "pending since before the move");
        assert_eq!(machine.signal(0), Ok(true));
        assert_eq!(machine.inner.sysreg_read(0, icc::IAR1), Some(8192));
    }
}

#[test]
fn messages_that_cannot_be() {
    let machine = Machine::new();
    assert_eq!(machine.signal(0), Err(EBUSY), "not enabled");
    machine.boot();
    let send = |address, flags| machine.vm.signal_msi(&Msi { address, data: 0, flags, devid: DEVICE });
    assert_eq!(send(ITS + 0x1_0040, 0), Err(EINVAL), "no device number");
    assert_eq!(send(ITS + 0x1_0040, 3), Err(EINVAL), "unknown flag");
    assert_eq!(send(RAM, MSI_VALID_DEVID), Err(EINVAL), "no ITS there");
    assert_eq!(send(ITS + 0x1_0040, MSI_VALID_DEVID), Ok(true));
}

#[test]
fn registers_by_attribute() {
    let vm = vm("6.12");
    let _vcpus = vcpus(&vm, 1);
    let its = vm.create_device(device_type::VGIC_ITS).expect("before the GIC");
    assert_eq!(get(&its, abi::GRP_REGS, 0), Err(ENXIO), "no address");
    assert_eq!(set(&its, abi::GRP_ADDR, abi::ADDR_TYPE, ITS), Ok(()));
    assert_eq!(get(&its, abi::GRP_ADDR, abi::ADDR_TYPE), Ok(ITS));
    assert_eq!(get(&its, abi::GRP_ADDR, 3), Err(ENODEV));
    assert_eq!(get(&its, abi::GRP_REGS, 0x84), Err(EINVAL), "half of a register");
    assert_eq!(get(&its, abi::GRP_REGS, 0x98), Err(ENXIO));
    assert_eq!(its.has_device_attr(&attr(abi::GRP_REGS, 0x98)), Err(ENXIO));
    assert_eq!(its.has_device_attr(&attr(abi::GRP_REGS, 0x138)), Ok(()));
    assert_eq!(its.has_device_attr(&attr(abi::GRP_REGS, 0x84)), Err(EINVAL), "half of a register");
    assert_eq!(its.has_device_attr(&attr(abi::GRP_CTRL, 9)), Err(ENXIO));
    assert_eq!(set(&its, abi::GRP_CTRL, 9, 0), Ok(()), "does nothing");
    let device = gic(&vm, false);
    assert_eq!(get(&device, vgic::GRP_REDIST_REGS, 8), Ok(0x11), "LPIs, and last");
    let all = vm.vm.vcpus();
    let _busy = crate::vcpu::stop_all(&all);
    assert_eq!(get(&its, abi::GRP_REGS, 0), Err(EBUSY));
    assert_eq!(set(&its, abi::GRP_CTRL, abi::CTRL_SAVE_TABLES, 0), Err(EBUSY));
    assert_eq!(set(&its, abi::GRP_CTRL, abi::CTRL_INIT, 0), Ok(()));
}

/// KVM_CAP_MSI_DEVID (`msis_require_devid`).
#[test]
fn messages_need_a_device_once_there_is_an_its() {
    let vm = vm("6.12");
    assert_eq!(vm.check_extension(CAP_MSI_DEVID), Ok(0));
    vm.create_device(device_type::VGIC_ITS).expect("an ITS");
    assert_eq!(vm.check_extension(CAP_MSI_DEVID), Ok(1));
}

/// A collection table as saved under a kernel: by ids since 6.7, by positions before.
#[test]
fn collections_name_vcpus_as_the_kernel_does() {
    for (kernel, expected) in [("6.1", [0, 1]), ("6.6", [0, 1]), ("6.8", [2, 4]), ("6.12", [2, 4]), ("7.3", [2, 4])] {
        let vm = vm(kernel);
        vm.add_memory(0, RAM, Arc::new(MmapRegion::new(SIZE).expect("memory"))).expect("a slot");
        let _first = vm.create_vcpu(2).expect("a vCPU");
        let its = vm.create_device(device_type::VGIC_ITS).expect("between two vCPUs");
        let _second = vm.create_vcpu(4).expect("a vCPU");
        set(&its, abi::GRP_ADDR, abi::ADDR_TYPE, ITS).expect("placed");
        set(&its, abi::GRP_REGS, 0x108, VALID | (RAM + 0x3_0000)).expect("a collection table");
        let restored = |target: u64| {
            vm.memory().write_bytes(RAM + 0x3_0000, &(VALID | target << 16 | 7).to_le_bytes()).expect("in memory");
            let restored = set(&its, abi::GRP_CTRL, abi::CTRL_RESTORE_TABLES, 0);
            set(&its, abi::GRP_REGS, 0x108, 0).expect("forgotten");
            set(&its, abi::GRP_REGS, 0x108, VALID | (RAM + 0x3_0000)).expect("a collection table");
            restored
        };
        let accepted: Vec<u64> = (0..6).filter(|&target| restored(target).is_ok()).collect();
        assert_eq!(accepted, expected, "{kernel}");
    }
}

/// `vgic_mmio_write_its_baser`, `vgic_its_save_device_tables`, `vgic_its_restore_tables_v0`, `compute_next_eventid_offset`; the commands MAPD,
/// DISCARD, MAPC, MOVALL, MAPTI.
#[test]
fn kernels_differ_in_tables() {
    use emu::gic::its::ItsRules;
    let rules = |kernel| crate::personality::by_name(kernel).expect("known").traits().gic.its;
    let first = ItsRules { unmapping_names_target: true, ..ItsRules::default() };
    let corrected = ItsRules { new_table_forgets: true, saves_what_fits: true, ..ItsRules::default() };
    for (kernels, expected) in [
        (&["4.20", "rfc-einvariant"][..], ItsRules { leaves_entries: true, tables_unchecked: true, ..first }),
        (&["5.10"], ItsRules { tables_unchecked: true, ..first }),
        (&["6.1"], first),
        (&["6.3", "6.6"], ItsRules { leaves_entries: true, ..first }),
        (&["6.8"], ItsRules { leaves_entries: true, ..ItsRules::default() }),
        (&["6.12", "6.14", "6.16", "6.17", "6.18", "6.19", "7.0"], ItsRules { moves_every_lpi: true, ..ItsRules::default() }),
        (&["7.2"], corrected),
        (&["7.3"], ItsRules { one_event_per_lpi: true, successors_have_collections: true, ..corrected }),
    ] {
        for kernel in kernels {
            assert_eq!(rules(kernel), expected, "{kernel}");
        }
    }
}

/// What nobody knows an ITS to do: nothing, or refused since 6.17.
#[test]
fn unknown_controls() {
    for (kernel, expected) in [("6.14", Ok(())), ("6.17", Err(ENXIO)), ("7.2", Err(ENXIO))] {
        let vm = vm(kernel);
        let _vcpus = vcpus(&vm, 1);
        let its = vm.create_device(device_type::VGIC_ITS).expect("an ITS");
        assert_eq!(set(&its, abi::GRP_CTRL, 9, 0), expected, "{kernel}");
    }
}
