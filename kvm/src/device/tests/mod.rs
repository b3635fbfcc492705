//! The GIC device by its attributes: moves of random states, and the rules that no recording asks for. Runs no guest.

mod frames;
mod its;
mod moves;
mod resample;
mod rules;

use super::DeviceFd;
use crate::abi::{DeviceAttr, VcpuInit, device_type, vcpu_feature, vgic as abi};
use crate::errno::Errno;
use crate::{Host, Kvm, VcpuFd, VmFd};

const DIST: u64 = 0x0800_0000;
/// Redistributors, or the CPU interface of a GICv2.
const CPU: u64 = 0x080a_0000;

/// A VM whose host has both GICs.
fn vm(kernel: &str) -> VmFd {
    let mut host = Host::new("neoverse-n1", kernel).expect("known names");
    host.gicv2_compatible = true;
    Kvm::new(host).create_vm().expect("a VM")
}

fn vcpus(vm: &VmFd, count: u64) -> Vec<VcpuFd> {
    (0..count)
        .map(|id| {
            let vcpu = vm.create_vcpu(id).expect("a vCPU");
            let mut init: VcpuInit = vm.get_preferred_target();
            init.features[0] = vcpu_feature::PSCI_0_2;
            vcpu.vcpu_init(&init).expect("initialised");
            vcpu
        })
        .collect()
}

fn attr(group: u32, attr: u64) -> DeviceAttr {
    DeviceAttr { flags: 0, group, attr }
}

fn set(device: &DeviceFd, group: u32, number: u64, value: u64) -> Result<(), Errno> {
    device.set_device_attr(&attr(group, number), value)
}

fn get(device: &DeviceFd, group: u32, number: u64) -> Result<u64, Errno> {
    device.get_device_attr(&attr(group, number))
}

/// A GIC, placed and initialised, with 96 interrupts.
fn gic(vm: &VmFd, v2: bool) -> DeviceFd {
    let device = vm.create_device(if v2 { device_type::VGIC_V2 } else { device_type::VGIC_V3 }).expect("a GIC");
    let (dist, cpu) = if v2 { (abi::V2_ADDR_TYPE_DIST, abi::V2_ADDR_TYPE_CPU) } else { (abi::V3_ADDR_TYPE_DIST, abi::V3_ADDR_TYPE_REDIST) };
    set(&device, abi::GRP_ADDR, dist, DIST).expect("distributor");
    set(&device, abi::GRP_ADDR, cpu, CPU).expect("CPU part");
    set(&device, abi::GRP_NR_IRQS, 0, 96).expect("interrupts");
    set(&device, abi::GRP_CTRL, abi::CTRL_INIT, 0).expect("initialised");
    device
}
