//! The EL2 controls that a vCPU runs with: what each kernel version traps of which guest
//! (`vcpu_reset_hcr`, `kvm_init_sysreg`, `__activate_traps`). Emulates no trapped access; that is `sysreg`'s and `pmu`'s.

use emu::sys::{cptr, fine, hcr, hcrx, instructions, mdcr};
use sysregs::fields::aarch64::ID_AA64MMFR2_EL1;
use sysregs::{Feature, SysReg};

use super::pmu::Pmu;
use crate::abi::vcpu_feature;
use crate::errno::{EINVAL, Errno};
use crate::idregs::{VmIds, lists};
use crate::personality::traits::{CacheGeometry, FineGrained, Implementation};

/// What does not change over the life of a vCPU, once it has run.
#[derive(Clone, Debug, Default)]
pub(super) struct Controls {
    /// EL2 registers.
    hypervisor: Vec<(SysReg, u64)>,
    /// The vCPU has a PMU.
    pub pmu: Option<Pmu>,
    /// The kernel knows PMMIR_EL1.
    pub pmmir_known: bool,
    /// It reads as zero for a guest without a PMU, too.
    pub pmmir_always: bool,
    /// The interface of the host's GIC shows through where the VM has none.
    pub open_gic: bool,
    /// ID registers that the VM does not have are reported as FEAT_IDST does.
    pub id_space_traps: bool,
    /// There is an OS lock, as OSLSR_EL1 has a place in the vCPU's state; else OSLAR_EL1 is ignored.
    pub os_lock: bool,
    /// Error record registers that the VM does not have, where KVM looks for that.
    pub no_records: Vec<SysReg>,
    /// Maintenance of tags by set and way is ignored, and not UNDEFINED.
    pub tag_sets: bool,
    /// CSSELR_EL1 is the hardware's, with its four bits.
    pub hardware_csselr: bool,
}

impl Controls {
    /// For a vCPU with these registers.
    pub fn new(vm: &VmIds, reset_values: &[(SysReg, u64)], features: u32) -> Result<Controls, Errno> {
        let traits = vm.personality().traits();
        // Counters are the guest's own, and with VHE the physical timer is, too; without, KVM needs that one itself.
        let own_timer = vm.host().all(Feature::VHE);
        let mut hypervisor = vec![
            (SysReg::MDCR_EL2, mdcr::TPM | mdcr::TPMCR | mdcr::TDRA | mdcr::TDOSA),
            (SysReg::CPTR_EL2, cptr::TSM | if features & vcpu_feature::SVE != 0 { 0 } else { cptr::TZ }),
            (SysReg::CNTHCTL_EL2, if own_timer { 3 } else { 1 }),
        ];
        hypervisor.extend(by_ids(vm, features));
        // The first VMID that a kernel gives. A guest sees of it what a breakpoint compares; one with an EL2 has its own.
        if features & vcpu_feature::HAS_EL2 == 0 {
            let wide = if vm.host().all(Feature::VMID16) { 1 << 19 } else { 0 };
            hypervisor.extend([(SysReg::VTTBR_EL2, 1 << 48), (SysReg::VTCR_EL2, wide)]);
        }
        let pmu = if features & vcpu_feature::PMU_V3 != 0 { Some(Pmu::new(vm, features).map_err(|_| EINVAL)?) } else { None };
        Ok(Controls {
            hypervisor,
            pmu,
            pmmir_known: traits.pmmir_known,
            pmmir_always: traits.fine_grained != FineGrained::ByFeature,
            open_gic: traits.fine_grained == FineGrained::AsBooted,
            id_space_traps: traits.id_space_traps,
            os_lock: reset_values.iter().any(|&(register, _)| register == SysReg::OSLSR_EL1),
            no_records: Vec::new(),
            tag_sets: traits.tag_sets && vm.features().mte,
            hardware_csselr: traits.cache_geometry == CacheGeometry::Physical,
        })
    }

    /// Writes them all.
    pub fn apply(&self, cpu: &mut emu::cpu::Cpu) {
        for &(register, value) in &self.hypervisor {
            cpu.set_sys(register, value);
        }
        // Generated code knows what these trap.
        cpu.drop_code();
    }

    /// At the first run, with the ID registers that the VM keeps.
    pub fn settle(&mut self, vm: &VmIds, features: u32, cpu: &mut emu::cpu::Cpu) {
        self.no_records = hidden_records(vm);
        if vm.personality().traits().hidden_stops {
            let settled = by_ids(vm, features);
            self.hypervisor.retain(|(register, _)| settled.iter().all(|(other, _)| other != register));
            self.hypervisor.extend(settled);
            self.apply(cpu);
        }
    }
}

/// What the VM's ID registers have a say in.
fn by_ids(vm: &VmIds, features: u32) -> [(SysReg, u64); 5] {
    let registers = fine_grained(vm);
    [
        (SysReg::HCR_EL2, hypervisor_configuration(vm, features)),
        (SysReg::HCRX_EL2, extended_configuration(vm)),
        (SysReg::HFGRTR_EL2, registers),
        (SysReg::HFGWTR_EL2, registers),
        (SysReg::HFGITR_EL2, hidden_instructions(vm)),
    ]
}

fn hypervisor_configuration(vm: &VmIds, features: u32) -> u64 {
    let traits = vm.personality().traits();
    // Tags are accessible, or their registers are trapped; GMID_EL1 only by newer kernels.
    let tags = match (vm.features().mte, traits.id_space_traps) {
        (true, _) => hcr::ATA,
        (false, true) => hcr::TID5,
        (false, false) => 0,
    };
    let mut controls = hcr::TSC | hcr::TWE | hcr::TWI | hcr::TIDCP | hcr::TACR | hcr::TSW | hcr::TID2 | hcr::TID3 | hcr::TERR | hcr::TLOR;
    controls |= tags;
    if traits.implementation == Implementation::PerVm {
        controls |= hcr::TID1;
    }
    if features & vcpu_feature::PTRAUTH_ADDRESS != 0 {
        controls |= hcr::APK | hcr::API;
    }
    // Other CPUs than those of FEAT_EVT ignore the bit.
    let outer_stops = vm.host().field(&ID_AA64MMFR2_EL1::EVT).is_ok_and(|level| level >= 2);
    if traits.hidden_stops && outer_stops && !Feature::TLBIOS.implemented(&vm.file().values()) {
        controls |= hcr::TTLBOS;
    }
    controls
}

/// HCRX_EL2: what a VM has registers of, and memory copy instructions when it is told of them, whose exceptions at EL1 are then KVM's.
fn extended_configuration(vm: &VmIds) -> u64 {
    let memory_copy = vm.get(SysReg::ID_AA64ISAR2_EL1).is_some_and(|value| value >> 16 & 15 != 0);
    let bits = [(SysReg::TCR2_EL1, hcrx::TCR2EN), (SysReg::SCTLR2_EL1, hcrx::SCTLR2EN), (SysReg::FPMR, hcrx::ENFPM)];
    let initial = if memory_copy { hcrx::MSCEN | hcrx::MCE2 } else { 0 };
    allowed(vm, &bits) | initial | load_store_64(vm)
}

/// What the VM is told of 64-byte loads and stores; KVM never enables ST64BV0 (`vcpu_set_hcrx`).
fn load_store_64(vm: &VmIds) -> u64 {
    let values = vm.file().values();
    let bits = [(Feature::LS64, hcrx::ENALS), (Feature::LS64_V, hcrx::ENASR)];
    bits.iter().filter(|(feature, _)| feature.implemented(&values)).fold(0, |all, (_, bit)| all | bit)
}

/// The bits of registers that the VM has: listed, and since KVM looks for that, of a feature that is not hidden.
fn allowed(vm: &VmIds, bits: &[(SysReg, u64)]) -> u64 {
    let values = vm.file().values();
    let shown = |register: SysReg| !vm.personality().traits().hidden_stops || register.row().feature.implemented(&values);
    bits.iter().filter(|(register, _)| lists(vm, *register) && shown(*register)).fold(0, |all, (_, bit)| all | bit)
}

/// HFGRTR_EL2 and HFGWTR_EL2.
fn fine_grained(vm: &VmIds) -> u64 {
    let bits = [
        (SysReg::PIR_EL1, fine::N_PIR_EL1),
        (SysReg::PIRE0_EL1, fine::N_PIRE0_EL1),
        (SysReg::POR_EL0, fine::N_POR_EL0),
        (SysReg::POR_EL1, fine::N_POR_EL1),
    ];
    allowed(vm, &bits)
        | match vm.personality().traits().fine_grained {
            FineGrained::AsBooted => fine::N_SMPRI_EL1 | fine::N_TPIDR2_EL0,
            FineGrained::ExceptGcs => fine::N_GCS_EL0 | fine::N_GCS_EL1,
            FineGrained::ByFeature => 0,
        }
}

fn hidden_records(vm: &VmIds) -> Vec<SysReg> {
    if !vm.personality().traits().error_records_of_vm {
        return Vec::new();
    }
    let values = vm.file().values();
    SysReg::ALL.iter().copied().filter(|&register| is_error_record(register) && !register.row().feature.implemented(&values)).collect()
}

/// ERRIDR_EL1, ERRSELR_EL1 and the registers of the record that it selects.
pub(super) fn is_error_record(register: SysReg) -> bool {
    ["ERR", "ERX"].iter().any(|prefix| register.name().starts_with(prefix))
}

/// HFGITR_EL2: instructions of features that the VM does not have.
fn hidden_instructions(vm: &VmIds) -> u64 {
    let traits = vm.personality().traits();
    let always: &[Feature] = if traits.hidden_stops { &[Feature::TLBIOS, Feature::TLBIRANGE, Feature::PAN2, Feature::ATS1A] } else { &[] };
    let newer: &[Feature] = match traits.fine_grained {
        FineGrained::ByFeature => &[Feature::SPECRES, Feature::SPECRES2, Feature::DPB2],
        FineGrained::AsBooted | FineGrained::ExceptGcs => &[],
    };
    let values = vm.file().values();
    let hidden: Vec<Feature> = always.iter().chain(newer).copied().filter(|feature| !feature.implemented(&values)).collect();
    instructions(|op| hidden.contains(&op.feature()))
}
