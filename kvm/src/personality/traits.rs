//! What a kernel version does as a whole, where rows per register do not say it.
//! Names behaviours only; whoever implements a behaviour matches on these.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use crate::errno::Errno;

/// MIDR_EL1, REVIDR_EL1, AIDR_EL1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// The boot CPU's, for good (`invariant_sys_regs`); guests read the CPU they run on.
    BootCpu,
    /// The VM's own, writable with KVM_CAP_ARM_WRITABLE_IMP_ID_REGS (`set_imp_id_reg`).
    PerVm,
}

/// CTR_EL0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheType {
    /// An invariant: the boot CPU's own value.
    BootCpu,
    /// An invariant: the system-wide value.
    System,
    /// A register of the VM's ID file.
    PerVm,
}

/// CLIDR_EL1 and the CCSIDR values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheGeometry {
    /// The physical caches', for good.
    Physical,
    /// Made from CTR_EL0, writable per vCPU (`reset_clidr`, `set_ccsidr`).
    Fabricated,
}

/// When the ID file follows the VM's GIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GicFields {
    /// Never.
    Kept,
    /// Cleared at the first run of a VM without a GICv3 (`kvm_finalize_sys_regs`).
    AtFirstRun,
    /// Set at creation of a GIC; cleared at the first run of a VM without any (`kvm_vgic_create`).
    AtCreation,
    /// As at creation, but ID_PFR1_EL1 only with AArch32; and again at the first run (`kvm_vgic_finalize_idregs`).
    AtCreationAndFirstRun,
}

/// vCPUs with EL2 of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nested {
    Unsupported,
    /// Stage-2 granules are what they are.
    FixedGranules,
    /// Stage-2 granules can be declared not implemented.
    RemovableGranules,
}

/// What a vCPU with EL2 of its own is told of ID_AA64PFR1_EL1, ID_AA64MMFR1_EL1 and ID_AA64DFR0_EL1 (`limit_nv_id_reg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedFields {
    /// A few fields, and debug architecture v8.1 at most. DoubleLock is not among them, and zero there means that it is implemented.
    Allowed,
    /// All but a few.
    AllButDenied,
}

/// The AArch32 ID registers on a host without AArch32 at EL0 (`aa32_id_visibility`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aarch32Absent {
    /// Like others: what the host does not have is zero, and nothing else can be written.
    Ordinary,
    /// Zero for everybody; every write is accepted and dropped.
    Zero,
    /// Every write is accepted and dropped; what KVM itself puts there shows: the PMU version, which its reset function
    /// sets without asking for visibility, and from 6.18 to 7.0 the GIC.
    WritesIgnored,
}

/// How PMU versions are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PmuVersion {
    /// As four-bit two's complement: 8 and above are negative, and pass as "less than the host's".
    Signed,
    /// As any field (the correction went into 6.12 stable, too).
    Unsigned,
    /// ID_AA64DFR0_EL1.PMUVer and ID_DFR0_EL1.PerfMon are one value, and it is zero exactly without a vCPU PMU.
    Coupled,
}

/// The core registers in KVM_GET_REG_LIST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreList {
    /// Every 32-bit word of `struct kvm_regs` as if it were a 64-bit register; reading most of them fails.
    EveryWord,
    /// The registers.
    Registers,
}

/// The timer registers in KVM_GET_REG_LIST, under their own ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerList {
    /// The virtual timer's, after the firmware registers; CTL shows the timer condition (ISTATUS).
    Virtual,
    /// The physical timer's, too.
    Both,
    /// Among the system registers; CTL as written, without ISTATUS.
    AmongSystemRegisters,
}

/// KVM_ARM_PREFERRED_TARGET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreferredTarget {
    /// The host CPU's own type where it has one, and no other is accepted.
    HostCpu,
    /// KVM_ARM_TARGET_GENERIC_V8; the host CPU's own is accepted, too.
    Generic,
}

/// Registers that are stopped one by one (HFGRTR_EL2, HFGWTR_EL2) although the host CPU has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FineGrained {
    /// As the host booted: everything newer than SME is stopped.
    AsBooted,
    /// What the VM does not have, but for the guarded control stack.
    ExceptGcs,
    /// What the VM does not have.
    ByFeature,
}

/// vCPUs with KVM_ARM_VCPU_EL1_32BIT beside vCPUs without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MixedWidths {
    Allowed,
    /// Refused, and one that is not initialised yet is one without (`vcpu_allowed_register_width`).
    AmongAll,
    /// The first to be initialised decides (`kvm_set_vm_width`).
    AsFirst,
}

/// PMCR_EL0 after reset (`reset_pmcr`) and after a guest's write (`access_pmcr`, `kvm_pmu_handle_pmcr`).
#[derive(Clone, Copy, Debug)]
pub struct PmcrRules {
    /// The bits that software writes (`ARMV8_PMU_PMCR_MASK`).
    pub mask: u64,
    /// LC is set where there is no AArch32 at EL0.
    pub sets_lc: bool,
    /// P and C stay, although the guest reads zero.
    pub keeps_actions: bool,
    /// LP stays, although counters have 32 bits.
    pub keeps_lp: bool,
}

/// The STALL_SLOT events in PMCEID1_EL0, which need PMMIR_EL1 to make sense (`kvm_pmu_get_pmceid`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StallSlots {
    /// As the hardware has them.
    Shown,
    /// STALL_SLOT is left out on hosts with PMUv3 for Armv8.4.
    OneLeftOut,
    /// STALL_SLOT, STALL_SLOT_FRONTEND and STALL_SLOT_BACKEND are, but for KVM_ARM_VCPU_PMU_V3_STRICT.
    AllLeftOut,
}

/// The answers of a whole kernel version.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// Errno for a value that an ID register, an invariant or a cache register refuses.
    pub refusal: Errno,
    /// ID registers are the VM's, not each vCPU's view, and are frozen (EBUSY) once a vCPU has run.
    pub frozen_after_run: bool,
    pub aarch32_absent: Aarch32Absent,
    pub implementation: Implementation,
    pub cache_type: CacheType,
    pub cache_geometry: CacheGeometry,
    pub gic_fields: GicFields,
    pub pmu_version: PmuVersion,
    pub nested: Nested,
    pub nested_fields: NestedFields,
    /// A vCPU with EL2 has the host's ID_AA64MMFR4_EL1.NV_frac up to NV3; else NV2 only.
    pub nested_fraction_of_host: bool,
    /// KVM_ARM_GET_REG_WRITABLE_MASKS exists.
    pub reports_masks: bool,
    /// The mask of CLIDR_EL1 has every bit, RES0 ones too, as that of each register that is no ID register.
    pub clidr_mask_whole: bool,
    /// Stage-1 permission features without what they need are dropped at the first run
    /// (`kvm_idregs_enforce_dependencies`).
    pub dependencies_enforced: bool,
    pub core_list: CoreList,
    pub timers: TimerList,
    /// The timers' PPIs are the VM's, and fixed when a vCPU has run; else each vCPU's, and all must be the same (before 6.4).
    pub timer_irqs_of_vm: bool,
    /// KVM_SET_ONE_REG reads the value before it asks whether there is such a system register (`kvm_sys_reg_set_user`, since 6.0).
    pub value_before_register: bool,
    /// KVM_ARM_VCPU_INIT leaves a pending SError and a CPU's own interrupt lines as they are once the vCPU has run (`vcpu_reset_hcr`).
    pub init_keeps_pending: bool,
    /// A first run is the first although its preparation fails: the next one enters the guest, without what failed, and a GIC that failed is given
    /// up (`kvm_vcpu_first_run_init`, `kvm_vgic_map_resources`); else it is prepared again.
    pub first_run_once: bool,
    /// KVM_CREATE_VCPU looks at the low 32 bits of the id only (`kvm_vm_ioctl_create_vcpu`).
    pub vcpu_id_truncated: bool,
    /// KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS are for initialised vCPUs only (a correction that later 6.1 and 6.12
    /// stable releases have, too).
    pub events_need_init: bool,
    /// `kvm_run.flags` says that the upper half of a debug exit's syndrome is valid.
    pub debug_exit_flags: bool,
    /// An ID register that the VM does not have is reported as FEAT_IDST does, where the VM's CPU has that.
    pub id_space_traps: bool,
    /// The newest PSCI version, as in KVM_REG_ARM_PSCI_VERSION.
    pub psci: u64,
    /// How many of KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1, _2, _3 there are.
    pub workarounds: u8,
    /// ARCH_WORKAROUND_2 looks at the VM's PFR1.SSBS, not at the host's.
    pub workaround_2_of_vm: bool,
    /// SMCCC_ARCH_FEATURES says of ARCH_WORKAROUND_1 whether a CPU's part is on a list (`kvm_arm_harden_branch_predictor`), and of _2 what
    /// the host does (`kvm_arm_have_ssbd`); else what their firmware registers say.
    pub workarounds_of_host: bool,
    /// What SMCCC_ARCH_FEATURES answers has 32 bits, negative numbers too (`kvm_hvc_call_handler`).
    pub arch_features_narrow: bool,
    /// Errno for a firmware register that does not exist (`kvm_arm_get_fw_reg`).
    pub unknown_firmware: Errno,
    /// How many firmware feature bitmaps there are.
    pub bitmaps: u8,
    pub preferred_target: PreferredTarget,
    /// Number of vCPU features known to KVM_ARM_VCPU_INIT.
    pub vcpu_features: u8,
    /// All vCPUs of a VM have the same features, but for KVM_ARM_VCPU_POWER_OFF, which may also change.
    pub uniform_features: bool,
    pub mixed_widths: MixedWidths,
    /// KVM_ARM_VCPU_INIT asks whether there is a PMU for KVM_ARM_VCPU_PMU_V3 to stand on (`kvm_reset_vcpu`).
    pub pmu_feature_checked: bool,
    /// Attributes of KVM_ARM_VCPU_PMU_V3_CTRL that exist, from the first on.
    pub pmu_attributes: u64,
    /// A vCPU whose PMU is not set up runs, and its registers read as zero, as those of one that has none (`kvm_arm_pmu_v3_ready`);
    /// else the first does not run, and the second's are UNDEFINED (`pmu_visibility`).
    pub unready_pmu_is_zero: bool,
    pub pmcr: PmcrRules,
    /// KVM_ARM_VCPU_PMU_V3_FILTER is accepted when a vCPU has run.
    pub late_event_filters: bool,
    pub stall_slots: StallSlots,
    /// PMMIR_EL1 is there, and zero; else it is UNDEFINED.
    pub pmmir_known: bool,
    /// KVM_SET_ONE_REG of PMCR_EL0 and of the counters' bit masks keeps what the host has (`set_pmcr`, `set_pmreg`).
    pub pmu_registers_masked: bool,
    /// A counter's overflow interrupts only while the counter is enabled (`kvm_pmu_overflow_status` with PMCNTENSET_EL0; stable series have
    /// the correction, too).
    pub overflow_of_enabled: bool,
    /// KVM_SET_ONE_REG of those bit masks assigns; else by their names it sets bits only, or clears them only (since 6.15).
    pub pmu_masks_assigned: bool,
    /// KVM uses 52-bit guest physical addresses with 4 KiB pages where the host has FEAT_LPA2.
    pub large_ipa: bool,
    /// SMC #0 is a call like HVC (`handle_smc` calls `kvm_smccc_call_handler`); else it gives NOT_SUPPORTED.
    pub smc_calls: bool,
    /// PSCI refuses bits of an affinity that an MPIDR does not have (`kvm_psci_valid_affinity`); else it looks at the others.
    pub affinity_checked: bool,
    /// A filter of no functions is refused from function 0 on, too (`kvm_smccc_set_filter`, since 7.2); else that one is of all functions.
    pub empty_filter_refused: bool,
    /// Stolen time (`kvm_hypercall_pv_features`).
    pub pv_time: bool,
    /// Allocation Tags are not copied to a VM that logs dirty pages (`kvm_vm_ioctl_mte_copy_tags`, since 6.13).
    pub unlogged_tags_refused: bool,
    /// A VM has memory tagging or slots with a guest_memfd (`kvm_arch_prepare_memory_region`, since 7.2); else it may have both.
    pub guest_memfd_excludes_tags: bool,
    /// ESR_EL1 of an injected abort.
    pub abort_syndrome: AbortSyndrome,
    /// What KVM_SET_VCPU_EVENTS with `ext_dabt_pending` does.
    pub asked_abort: AskedAbort,
    /// An SError that is not masked is taken when it is injected, and not pending; SCTLR2_EL1's NMEA and EASE count
    /// (`kvm_inject_serror_esr`, since 6.17). Else HCR_EL2.VSE says that it is pending.
    pub serrors_taken: bool,
    /// An external abort on a walk of the guest's tables tells the level of the descriptor (`inject_abt64`, since 7.0); else it is like
    /// any other.
    pub walk_aborts_tell_level: bool,
    /// Sign-extending loads from devices extend; else the extension is masked off again (`vcpu_data_host_to_guest`).
    pub mmio_sign_extends: bool,
    /// The byte order of EL0's accesses to devices is SCTLR_EL1.E0E's; else EE's, as EL1's (`kvm_vcpu_is_be`).
    pub mmio_order_by_level: bool,
    pub fine_grained: FineGrained,
    /// What user space has hidden in the ID registers by a vCPU's first run is UNDEFINED where the host CPU can stop it: registers, memory copy
    /// instructions, TLB maintenance (`kvm_calculate_traps`, since 6.9); else KVM_ARM_VCPU_INIT decides about registers and memory copies.
    pub hidden_stops: bool,
    /// Error record registers are UNDEFINED for a VM that is not told of them (`access_ras`, since 6.17); else they are zero.
    pub error_records_of_vm: bool,
    /// Maintenance of tags by set and way is known (`access_dcgsw`, absent in 6.2, there in 6.5), for VMs that have tags; else it is UNDEFINED.
    pub tag_sets: bool,
    /// An eventfd raises interrupts of one VM (`add_wait_queue_priority_exclusive`, since 6.17); else of as many as ask, once in each.
    pub irqfd_exclusive: bool,
    /// halt_poll_ns_shrink: what a vCPU's time of polling is divided by after a long halt; zero ends it, as before 6.12.
    pub halt_poll_shrinks_by: u64,
    pub gic: GicRules,
}

/// What kernels do differently with a GIC.
#[derive(Clone, Copy, Debug)]
pub struct GicRules {
    /// Newest implementation revision, which a new GIC has (`KVM_VGIC_IMP_REV_LATEST`).
    pub revision: u8,
    /// What user space may write into GICD_IIDR.
    pub iidr_write: IidrWrite,
    /// GICD_IIDR and GICD_TYPER2 are accessible before the initialisation (`reg_allowed_pre_init`).
    pub early_identity: bool,
    pub frames: FrameRules,
    /// GICR_INVLPIR, GICR_INVALLR and GICR_SYNCR exist (since 5.19).
    pub invalidation_registers: bool,
    /// A vCPU deactivates what another one acknowledged.
    pub remote_deactivation: bool,
    pub failure: MapFailure,
    /// KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ exists.
    pub maintenance_irq: bool,
    /// A GICv2 has GICC_DIR for user space, too, which reads as zero (`vgic_v2_cpu_registers`, since 7.0).
    pub deactivate_register: bool,
    /// An unknown KVM_DEV_ARM_VGIC_GRP_CTRL of an ITS is refused (`vgic_its_ctrl`, since 6.17); else it does nothing.
    pub its_control_checked: bool,
    /// Errno for a CPU system register that does not exist.
    pub unknown_register: Errno,
    /// An ITS's collections name vCPUs by their ids, as GICR_TYPER does (since 6.7); else by their positions in the order of creation, which
    /// broadcast SGIs mistake for the sender's id. KVM_IRQ_LINE, too: and there a private interrupt is then the vCPU's at the position that is
    /// the found one's id.
    pub vcpus_by_id: bool,
    /// KVM_IRQ_LINE initialises a GICv2, and finds a GICv3 not to be, before it looks at the number (`kvm_vm_ioctl_irq_line`, since 7.2); else
    /// when it has found what the number means.
    pub line_needs_it_first: bool,
    /// Where that position is none, the first vCPU is meant (`kvm_get_vcpu`, before a correction of 6.14 that stable series have, too).
    pub positions_clamped: bool,
    /// Attributes of a GICv2 name vCPUs by their ids (`vgic_v2_parse_attr`, a correction that stable series have, too); else by their
    /// positions.
    pub attributes_by_id: bool,
    pub its: ItsRules,
}

/// What becomes of a VM whose first run fails at the GIC (`kvm_vgic_map_resources`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapFailure {
    /// The GIC is taken down, but the distributor and the vCPUs keep their places.
    TakenDown,
    /// All of it is forgotten, and may be set up again.
    Forgotten,
    /// It is the VM's last (`kvm_vm_dead`; stable series have it, too).
    Final,
}

/// How user space places a GIC's and an ITS's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameRules {
    /// An address is checked, without its size, before it is seen to be set already. A region of redistributors that no vCPU can use stays;
    /// its last one is GICR_TYPER.Last whatever lies behind, and user space is not told.
    Addresses,
    /// What is set already comes first, and the whole range is checked. User space reads GICR_TYPER.Last, which the last of
    /// adjacent regions has.
    Ranges,
}

/// ESR_EL1 of an abort that KVM injects (`inject_abt64`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortSyndrome {
    /// IL as in the last trap's ESR_EL2: zero for a vCPU that has not trapped yet.
    OfLastTrap,
    /// The same; class constants are ints, and spread their sign over ESR_EL1's upper half.
    SignExtended,
    /// IL is one.
    WithLength,
}

/// The abort that user space asks for, and the access to a device for which the vCPU has left, if it has (`kvm_handle_mmio_return`). In between only
/// the first and the last show it in the PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedAbort {
    /// The exception is taken at once. Then the access completes, and the guest goes on with the second instruction of its vector.
    TakenThenCompleted,
    /// ESR_EL1 and FAR_EL1 are written at once. The access completes, but for the PC: the exception is forgotten, the instruction executes again
    /// (`INCREMENT_PC` lies over `EXCEPT_MASK`).
    LostToCompletion,
    /// ESR_EL1 and FAR_EL1 are written at once. KVM_RUN takes the exception in place of completion (`kvm_pending_sync_exception`, a
    /// correction of 6.13 that stable series have, too).
    TakenByRun,
    /// The exception is taken at once, and the access is over (`commit_pending_events`, since 6.17).
    Taken,
}
