//! Criterion benches of the register interface: GET_ONE_REG, SET_ONE_REG, GET_REG_LIST, creation of vCPUs. What a trapped MRS costs a
//! guest is in `engine`.

use criterion::{Criterion, criterion_group, criterion_main};
use kvm::abi::VcpuInit;
use kvm::{Host, Kvm, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;

const HOSTS: [(&str, &str); 2] = [("neoverse-n1", "6.12"), ("max", "7.3")];
/// KVM_ARM_VCPU_PSCI_0_2.
const PSCI: u32 = 4;

fn init(vm: &VmFd) -> VcpuInit {
    VcpuInit { features: [PSCI, 0, 0, 0, 0, 0, 0], ..vm.get_preferred_target() }
}

fn new_vcpu(kvm: &Kvm) -> VcpuFd {
    let vm = kvm.create_vm().expect("a VM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&init(&vm)).expect("features that every host has");
    vcpu
}

/// One register of each kind.
fn registers() -> [(&'static str, u64); 4] {
    [
        ("X5", core_regs::x(5)),
        ("SCTLR_EL1", SysReg::SCTLR_EL1.encoding().kvm_id()),
        ("ID_AA64PFR0_EL1", SysReg::ID_AA64PFR0_EL1.encoding().kvm_id()),
        ("PSCI version", 0x6030_0000_0014_0000),
    ]
}

fn one_register(criterion: &mut Criterion) {
    for (cpu, kernel) in HOSTS {
        let vcpu = new_vcpu(&Kvm::new(Host::new(cpu, kernel).expect("known")));
        let mut group = criterion.benchmark_group(format!("one register, {cpu} under {kernel}"));
        for (name, id) in registers() {
            let value = vcpu.get_reg_u64(id).expect("listed");
            group.bench_function(format!("get {name}"), |bencher| bencher.iter(|| vcpu.get_reg_u64(id)));
            group.bench_function(format!("set {name}"), |bencher| bencher.iter(|| vcpu.set_reg_u64(id, value)));
        }
        group.bench_function("list", |bencher| bencher.iter(|| vcpu.get_reg_list()));
        group.finish();
    }
}

fn creation(criterion: &mut Criterion) {
    for (cpu, kernel) in HOSTS {
        let kvm = Kvm::new(Host::new(cpu, kernel).expect("known"));
        criterion.bench_function(&format!("VM with one vCPU, {cpu} under {kernel}"), |bencher| bencher.iter(|| new_vcpu(&kvm)));
    }
}

criterion_group!(benches, one_register, creation);
criterion_main!(benches);
