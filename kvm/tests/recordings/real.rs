//! The recordings replayed through `VcpuFd`: lists and values as user space gets them. The policy behind is replayed elsewhere.

use kvm::abi::{DeviceAttr, device_type, vcpu_feature, vgic};
use kvm::errno::Errno;
use kvm::{Host, Kvm, VcpuFd};

use crate::exceptions::{find, over_all};
use crate::load::{Recording, number};
use crate::machine::feature_bits;

/// The host of a recording; None for what a `Host` cannot be told yet (nested virtualisation).
pub fn kvm_of(recording: &Recording) -> Option<Kvm> {
    if recording.variant == Some("nested") {
        return None;
    }
    let mut host = Host::new(recording.cpu, recording.kernel).expect("a model and a personality");
    if recording.variant == Some("mte") {
        assert!(host.add_tag_memory(), "has MTE");
    }
    Some(Kvm::new(host))
}

/// The vCPU of a VM that is made for a configuration as the probe does.
pub fn real(kvm: &Kvm, recording: &Recording, cfg: &str) -> Result<VcpuFd, Errno> {
    let vm = kvm.create_vm()?;
    if cfg == "impid" {
        vm.enable_cap(239, 0, [0; 4])?;
    }
    let vcpu = vm.create_vcpu(0)?;
    let gic = matches!(cfg, "psci_vgic3" | "el2").then(|| vm.create_device(device_type::VGIC_V3)).transpose()?;
    let features = feature_bits(recording, cfg) as u32;
    let mut init = vm.get_preferred_target();
    init.features[0] = features;
    vcpu.vcpu_init(&init)?;
    if features & vcpu_feature::SVE != 0 {
        vcpu.vcpu_finalize(4)?;
    }
    if let Some(gic) = &gic {
        for (kind, base) in [(vgic::V3_ADDR_TYPE_DIST, 0x800_0000), (vgic::V3_ADDR_TYPE_REDIST, 0x80a_0000)] {
            gic.set_device_attr(&DeviceAttr { flags: 0, group: vgic::GRP_ADDR, attr: kind }, base)?;
        }
        gic.set_device_attr(&DeviceAttr { flags: 0, group: vgic::GRP_CTRL, attr: vgic::CTRL_INIT }, 0)?;
    }
    Ok(vcpu)
}

/// A register's bytes as the recordings print them: one big number.
fn digits(vcpu: &VcpuFd, id: u64) -> String {
    let mut bytes = [0; 256];
    match vcpu.get_one_reg(id, &mut bytes) {
        Ok(size) => bytes[..size].iter().rev().fold(String::from("0x"), |text, byte| text + &format!("{byte:02x}")),
        Err(errno) => format!("-{}", errno.0),
    }
}

#[test]
fn lists_and_values() {
    over_all(16, |recording, verdict| {
        let Some(kvm) = kvm_of(recording) else { return };
        for row in recording.rows("INIT") {
            let (cfg, ours) = (row[0], real(&kvm, recording, row[0]));
            let result = ours.as_ref().map_or_else(|errno| -i64::from(errno.0), |_| 0);
            verdict.compare(&format_args!("INIT {cfg}"), row[2], &result.to_string());
            let Ok(ours) = ours else { continue };
            let rows: Vec<_> = recording.rows("REG").iter().filter(|row| row[0] == cfg).collect();
            let recorded: Vec<u64> = rows.iter().map(|row| number(row[1])).collect();
            let list = ours.get_reg_list().expect("initialised and finalised");
            verdict.compare(&format_args!("list {cfg}"), &format!("{recorded:x?}"), &format!("{list:x?}"));
            for row in rows.into_iter().filter(|row| find(recording, "REG", row).is_none()) {
                verdict.compare(&format_args!("REG {cfg} {}", row[1]), row[3], &digits(&ours, number(row[1])));
            }
        }
    });
}

/// What was read can be written, and reads the same then: a migration to the same host.
#[test]
fn every_register_can_be_restored() {
    over_all(16, |recording, verdict| {
        let Some(kvm) = kvm_of(recording) else { return };
        let (Ok(source), Ok(destination)) = (real(&kvm, recording, "full"), real(&kvm, recording, "full")) else { return };
        for id in source.get_reg_list().expect("initialised") {
            let mut bytes = [0; 256];
            let Ok(size) = source.get_one_reg(id, &mut bytes) else { continue };
            // The vector lengths are for before KVM_ARM_VCPU_FINALIZE, and refuse even themselves after.
            let expected = if id == kvm::idregs::SVE_VECTOR_LENGTHS { Err(kvm::errno::EPERM) } else { Ok(size) };
            let written = destination.set_one_reg(id, &bytes[..size]);
            verdict.compare(&format_args!("restore {id:#x}"), &format!("{expected:?}"), &format!("{written:?}"));
        }
    });
}

fn bits() -> impl Iterator<Item = u64> {
    (0..4).map(|n| 0xa5a5_1234_0000_0000 | n << 13 | n)
}

/// General registers, stack pointers, SPSRs and vectors keep what is written, each in its own place.
#[test]
fn core_registers_are_distinct_storage() {
    let kvm = Kvm::new(Host::new("neoverse-n1", "6.12").expect("known"));
    let vm = kvm.create_vm().expect("a VM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&vm.get_preferred_target()).expect("no features");
    let ids: Vec<u64> = vcpu.get_reg_list().expect("initialised").into_iter().filter(|id| id >> 16 & 0xfff == 0x10).collect();
    let pattern = |id: u64, size: usize| -> Vec<u8> { (0..size).map(|at| (id as u8).wrapping_mul(7).wrapping_add(at as u8)).collect() };
    let is_pstate = |id: u64| id == kvm::core_regs::PSTATE;
    for &id in ids.iter().filter(|&&id| !is_pstate(id)) {
        let size = 1 << (id >> 52 & 15);
        assert_eq!(vcpu.set_one_reg(id, &pattern(id, size)), Ok(size), "{id:#x}");
    }
    for &id in ids.iter().filter(|&&id| !is_pstate(id)) {
        let size = 1 << (id >> 52 & 15);
        let mut bytes = [0; 16];
        assert_eq!(vcpu.get_one_reg(id, &mut bytes), Ok(size));
        assert_eq!(bytes[..size], pattern(id, size), "{id:#x}");
    }
    for value in bits() {
        vcpu.set_reg_u64(kvm::core_regs::x(30), value).expect("x30");
        assert_eq!(vcpu.get_reg_u64(kvm::core_regs::x(30)), Ok(value));
    }
}

/// Counters: a write sets the VM's offset, unless KVM_ARM_SET_COUNTER_OFFSET came first.
#[test]
fn counters() {
    const CNTVCT: u64 = 0x6030_0000_0013_df1a;
    let mut host = Host::new("neoverse-n1", "6.12").expect("known");
    host.time = kvm::TimeSource::Virtual;
    let kvm = Kvm::new(host);
    let vm = kvm.create_vm().expect("a VM");
    let vcpus = [0, 1].map(|id| vm.create_vcpu(id).expect("a vCPU"));
    for vcpu in &vcpus {
        vcpu.vcpu_init(&vm.get_preferred_target()).expect("no features");
    }
    vm.clock().advance(1_000_000);
    vcpus[0].set_reg_u64(CNTVCT, 5).expect("CNTVCT");
    assert_eq!(vcpus.each_ref().map(|vcpu| vcpu.get_reg_u64(CNTVCT)), [Ok(5), Ok(5)]);
    let frequency = vm.clock().frequency();
    vm.set_counter_offset(0, 0).expect("6.4 and later");
    vcpus[1].set_reg_u64(CNTVCT, 5).expect("ignored");
    assert_eq!(vcpus[0].get_reg_u64(CNTVCT), Ok(frequency / 1000));
}
