//! KVM_GET_REG_LIST: the ids of every register that user space can save and restore, in the kernel's order.
//! Reads no register.

use sysregs::SysReg;

use super::file::id_space;
use super::firmware::Firmware;
use super::{VcpuIds, VmIds};
use crate::personality::registers::When;
use crate::personality::traits::{CacheGeometry, CacheType, CoreList, Implementation, TimerList};

const CORE_U32: u64 = 0x6020_0000_0010_0000;
const CORE_U64: u64 = 0x6030_0000_0010_0000;
const CORE_U128: u64 = 0x6040_0000_0010_0000;
/// 32-bit words of `struct kvm_regs`, and of its parts.
const CORE_WORDS: u64 = 216;
const CORE_GENERAL_WORDS: u64 = 0x52;
const CORE_VECTORS: std::ops::Range<u64> = 0x54..0xd4;
const CORE_FPSR: u64 = 0xd4;
const CORE_FPCR: u64 = 0xd5;

/// KVM_REG_ARM64_SVE_VLS
pub const SVE_VECTOR_LENGTHS: u64 = 0x6060_0000_0015_ffff;
const SVE_Z: u64 = 0x6080_0000_0015_0000;
const SVE_P: u64 = 0x6050_0000_0015_0400;
const SVE_FFR: u64 = 0x6050_0000_0015_0600;

/// KVM_REG_ARM_DEMUX, CCSIDR by CSSELR value.
pub const CACHE_SIZES: u64 = 0x6020_0000_0011_0000;

/// The id under which a register is listed, read and written: its own, but for two that were swapped when the
/// interface was young (arch/arm64/include/uapi/asm/kvm.h, "the wrong way around").
pub fn one_reg_id(register: SysReg) -> u64 {
    match register {
        SysReg::CNTVCT_EL0 => SysReg::CNTV_CVAL_EL0.encoding().kvm_id(),
        SysReg::CNTV_CVAL_EL0 => SysReg::CNTVCT_EL0.encoding().kvm_id(),
        _ => register.encoding().kvm_id(),
    }
}

const VIRTUAL_TIMER: [SysReg; 3] = [SysReg::CNTV_CTL_EL0, SysReg::CNTVCT_EL0, SysReg::CNTV_CVAL_EL0];
const PHYSICAL_TIMER: [SysReg; 3] = [SysReg::CNTP_CTL_EL0, SysReg::CNTPCT_EL0, SysReg::CNTP_CVAL_EL0];

/// Every id, in order.
pub fn reg_list(vm: &VmIds, vcpu: &VcpuIds) -> Vec<u64> {
    let traits = vm.personality().traits();
    let mut list = Vec::with_capacity(512);
    core(vm, &mut list);
    if vm.features().sve {
        list.push(SVE_VECTOR_LENGTHS);
        list.extend((0..32).map(|n| SVE_Z + (n << 5)));
        list.extend((0..16).map(|n| SVE_P + (n << 5)));
        list.push(SVE_FFR);
    }
    list.extend(Firmware::ids(vm));
    if traits.timers != TimerList::AmongSystemRegisters {
        list.extend(VIRTUAL_TIMER.map(one_reg_id));
    }
    if traits.timers == TimerList::Both {
        list.extend(PHYSICAL_TIMER.map(one_reg_id));
    }
    list.extend(invariants(vm).map(one_reg_id));
    list.extend(system_registers(vm).into_iter().map(one_reg_id));
    list.extend(vcpu.cache_selectors(vm).map(|csselr| CACHE_SIZES + u64::from(csselr)));
    list
}

fn core(vm: &VmIds, list: &mut Vec<u64>) {
    if vm.personality().traits().core_list == CoreList::EveryWord {
        list.extend((0..CORE_WORDS).map(|word| CORE_U64 + word));
        return;
    }
    list.extend((0..CORE_GENERAL_WORDS).step_by(2).map(|word| CORE_U64 + word));
    if !vm.features().sve {
        list.extend(CORE_VECTORS.step_by(4).map(|word| CORE_U128 + word));
    }
    list.extend([CORE_FPSR, CORE_FPCR].map(|word| CORE_U32 + word));
}

/// Registers that KVM keeps apart from its table because they never change.
pub(super) fn invariants(vm: &VmIds) -> impl Iterator<Item = SysReg> {
    let traits = vm.personality().traits();
    let boot_cpu = traits.implementation == Implementation::BootCpu;
    let physical = traits.cache_geometry == CacheGeometry::Physical;
    let fixed_ctr = traits.cache_type != CacheType::PerVm;
    [
        (SysReg::MIDR_EL1, boot_cpu),
        (SysReg::REVIDR_EL1, boot_cpu),
        (SysReg::CLIDR_EL1, physical),
        (SysReg::AIDR_EL1, boot_cpu),
        (SysReg::CTR_EL0, fixed_ctr),
    ]
    .into_iter()
    .filter_map(|(register, invariant)| invariant.then_some(register))
}

/// The registers of KVM's table that this vCPU has, ascending.
fn system_registers(vm: &VmIds) -> Vec<SysReg> {
    let never_changing: Vec<SysReg> = invariants(vm).collect();
    let identification = [SysReg::MIDR_EL1, SysReg::MPIDR_EL1, SysReg::REVIDR_EL1, SysReg::CLIDR_EL1, SysReg::AIDR_EL1, SysReg::CTR_EL0];
    let timers = match vm.personality().traits().timers {
        TimerList::AmongSystemRegisters => [VIRTUAL_TIMER, PHYSICAL_TIMER].concat(),
        TimerList::Virtual | TimerList::Both => Vec::new(),
    };
    let rows = vm.personality().listed().filter(|(_, when, _)| is_listed(*when, vm)).map(|(register, _, _)| register);
    let mut registers: Vec<SysReg> = identification
        .into_iter()
        .filter(|register| !never_changing.contains(register))
        .chain(id_space())
        .chain(timers)
        .chain(rows)
        .collect();
    registers.sort_unstable();
    registers
}

/// A system register that the personality lists for a VM with these ID registers.
pub(crate) fn lists(vm: &VmIds, register: SysReg) -> bool {
    vm.personality().listing(register).is_some_and(|(when, _)| is_listed(when, vm))
}

/// Whether this VM's vCPUs have a register.
pub(super) fn is_listed(when: When, vm: &VmIds) -> bool {
    let features = vm.features();
    match when {
        When::Never => false,
        When::Always => true,
        When::Pmu => features.pmu,
        When::Sve => features.sve,
        When::PointerAuth => features.pointer_auth,
        When::Mte => features.mte,
        When::Has(field) => vm.field(field) > 0,
        When::El2 => features.el2,
        When::El2Has(field) => features.el2 && vm.field(field) > 0,
        When::El2Sve => features.el2 && features.sve,
    }
}
