//! Numbers and layouts of the arm64 KVM UAPI (include/uapi/linux/kvm.h and arch/arm64/include/uapi/asm/kvm.h), typed by
//! meaning. They differ from x86's in places, so the host's own headers must never be used. No behaviour here.

pub mod layout;
pub mod refusal;
mod run_page;

pub use run_page::{MMAP_SIZE, RunPage};

/// Numbers, and the C expression of each for the check against the kernel's headers.
macro_rules! numbers {
    ($($(#[$doc:meta])* mod $module:ident $prefix:literal { $($name:ident = $value:expr;)* })*) => {
        $(
            $(#[$doc])*
            #[allow(missing_docs, reason = "the names are the UAPI's")]
            pub mod $module {
                $(pub const $name: u32 = $value;)*
            }
        )*
        /// All of them: the start of the C expression, its end, and the value.
        pub const NUMBERS: &[(&str, &str, u32)] = &[$($(($prefix, stringify!($name), $value),)*)*];
    };
}

numbers! {
    /// KVM_EXIT_* values.
    mod exit "KVM_EXIT_" {
        UNKNOWN = 0;
        HYPERCALL = 3;
        DEBUG = 4;
        MMIO = 6;
        FAIL_ENTRY = 9;
        INTR = 10;
        INTERNAL_ERROR = 17;
        SYSTEM_EVENT = 24;
        ARM_NISV = 28;
        DIRTY_RING_FULL = 31;
        MEMORY_FAULT = 39;
        ARM_LDST64B = 42;
    }
    /// KVM_EXIT_FAIL_ENTRY_* values.
    mod fail_entry "KVM_EXIT_FAIL_ENTRY_" {
        CPU_UNSUPPORTED = 1;
    }
    /// KVM_SYSTEM_EVENT_* values.
    mod system_event "KVM_SYSTEM_EVENT_" {
        SHUTDOWN = 1;
        RESET = 2;
        CRASH = 3;
        WAKEUP = 4;
        SUSPEND = 5;
    }
    /// KVM_MP_STATE_* values.
    mod mp_state "KVM_MP_STATE_" {
        RUNNABLE = 0;
        STOPPED = 5;
        SUSPENDED = 10;
    }
    /// Bits of `kvm_vcpu_init.features[0]`.
    mod vcpu_feature "1 << KVM_ARM_VCPU_" {
        POWER_OFF = 1 << 0;
        EL1_32BIT = 1 << 1;
        PSCI_0_2 = 1 << 2;
        PMU_V3 = 1 << 3;
        SVE = 1 << 4;
        PTRAUTH_ADDRESS = 1 << 5;
        PTRAUTH_GENERIC = 1 << 6;
        HAS_EL2 = 1 << 7;
        HAS_EL2_E2H0 = 1 << 8;
    }
    /// KVM_GUESTDBG_* values.
    mod guest_debug "KVM_GUESTDBG_" {
        ENABLE = 1 << 0;
        SINGLESTEP = 1 << 1;
        USE_SW_BP = 1 << 16;
        USE_HW = 1 << 17;
    }
}

/// KVM_CAP_* numbers that something here decides on by itself; all others are rows of the personalities.
pub(crate) mod cap {
    pub const CAP_NR_MEMSLOTS: u32 = 10;
    pub const CAP_MAX_VCPUS: u32 = 66;
    pub const CAP_MAX_VCPU_ID: u32 = 128;
    pub const CAP_MSI_DEVID: u32 = 131;
    pub const CAP_INJECT_SERROR_ESR: u32 = 158;
    pub const CAP_MANUAL_DIRTY_LOG_PROTECT2: u32 = 168;
    pub const CAP_DIRTY_LOG_RING_ACQ_REL: u32 = 223;
    pub const CAP_DIRTY_LOG_RING_WITH_BITMAP: u32 = 225;
    pub const CAP_POINTER_AUTH: u32 = 171;
    pub const CAP_NISV_TO_USER: u32 = 177;
    pub const CAP_SVE: u32 = 170;
    pub const CAP_INJECT_EXT_DABT: u32 = 178;
    pub const CAP_HALT_POLL: u32 = 182;
    pub const CAP_STEAL_TIME: u32 = 187;
    pub const CAP_MTE: u32 = 205;
    pub const CAP_SYSTEM_EVENT_DATA: u32 = 215;
    pub const CAP_SYSTEM_SUSPEND: u32 = 216;
    pub const CAP_EAGER_SPLIT_CHUNK_SIZE: u32 = 228;
    pub const CAP_SUPPORTED_BLOCK_SIZES: u32 = 229;
    pub const CAP_COUNTER_OFFSET: u32 = 227;
    pub const CAP_GUEST_MEMFD: u32 = 234;
    pub const CAP_WRITABLE_IMP_ID_REGS: u32 = 239;
    pub const CAP_GUEST_MEMFD_FLAGS: u32 = 244;
    pub const CAP_SEA_TO_USER: u32 = 245;
}

/// Groups and attributes of KVM_SET_DEVICE_ATTR on a vCPU.
pub mod vcpu_attribute {
    #![allow(missing_docs, reason = "the names are the UAPI's")]
    pub const PMU_V3: u32 = 0;
    pub const TIMER: u32 = 1;
    pub const PVTIME: u32 = 2;
    pub const PMU_IRQ: u64 = 0;
    pub const PMU_INIT: u64 = 1;
    pub const PMU_FILTER: u64 = 2;
    pub const PMU_SET_PMU: u64 = 3;
    pub const PMU_SET_NR_COUNTERS: u64 = 4;
}

/// `struct kvm_vcpu_events`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VcpuEvents {
    /// A virtual SError is pending.
    pub serror_pending: bool,
    /// It has (or, read, could have) a syndrome of user space's.
    pub serror_has_esr: bool,
    /// A synchronous external abort at the last MMIO exit; reads as false.
    pub ext_dabt_pending: bool,
    /// ISS of the SError's syndrome.
    pub serror_esr: u64,
}

/// Device types of KVM_CREATE_DEVICE.
pub mod device_type {
    #![allow(missing_docs, reason = "the names are the UAPI's")]
    pub const VFIO: u32 = 4;
    pub const VGIC_V2: u32 = 5;
    pub const VGIC_V3: u32 = 7;
    pub const VGIC_ITS: u32 = 8;
}

/// Attribute groups and attributes of the vGIC device.
pub mod vgic {
    #![allow(missing_docs, reason = "the names are the UAPI's")]
    pub const GRP_ADDR: u32 = 0;
    pub const GRP_DIST_REGS: u32 = 1;
    pub const GRP_CPU_REGS: u32 = 2;
    pub const GRP_NR_IRQS: u32 = 3;
    pub const GRP_CTRL: u32 = 4;
    pub const GRP_REDIST_REGS: u32 = 5;
    pub const GRP_CPU_SYSREGS: u32 = 6;
    pub const GRP_LEVEL_INFO: u32 = 7;
    pub const GRP_MAINT_IRQ: u32 = 9;
    pub const V2_ADDR_TYPE_DIST: u64 = 0;
    pub const V2_ADDR_TYPE_CPU: u64 = 1;
    pub const V3_ADDR_TYPE_DIST: u64 = 2;
    pub const V3_ADDR_TYPE_REDIST: u64 = 3;
    pub const V3_ADDR_TYPE_REDIST_REGION: u64 = 5;
    pub const RDIST_INDEX_MASK: u64 = 0xfff;
    pub const RDIST_FLAGS_SHIFT: u32 = 12;
    pub const RDIST_BASE_MASK: u64 = 0x000f_ffff_ffff_0000;
    pub const RDIST_COUNT_SHIFT: u32 = 52;
    pub const CTRL_INIT: u64 = 0;
    pub const CTRL_SAVE_PENDING_TABLES: u64 = 3;
}

/// Attribute groups and attributes of the ITS device.
pub mod its {
    #![allow(missing_docs, reason = "the names are the UAPI's")]
    pub const GRP_ADDR: u32 = 0;
    pub const GRP_CTRL: u32 = 4;
    pub const GRP_REGS: u32 = 8;
    pub const ADDR_TYPE: u64 = 4;
    pub const CTRL_INIT: u64 = 0;
    pub const CTRL_SAVE_TABLES: u64 = 1;
    pub const CTRL_RESTORE_TABLES: u64 = 2;
    pub const CTRL_RESET: u64 = 4;
}

/// `struct kvm_msi`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Msi {
    /// Where the device's store goes: GITS_TRANSLATER.
    pub address: u64,
    /// What it stores: the event.
    pub data: u32,
    /// [`MSI_VALID_DEVID`].
    pub flags: u32,
    /// The device's number.
    pub devid: u32,
}

/// KVM_MSI_VALID_DEVID.
pub const MSI_VALID_DEVID: u32 = 1;

/// Flags of `kvm_userspace_memory_region`.
pub mod memory_region {
    #![allow(missing_docs, reason = "the names are the UAPI's")]
    pub const LOG_DIRTY_PAGES: u32 = 1;
    pub const READONLY: u32 = 2;
    pub const GUEST_MEMFD: u32 = 4;
}

/// KVM_ARM_TARGET_GENERIC_V8.
pub const TARGET_GENERIC_V8: u32 = 5;
/// KVM_MAX_VCPU_IDS on arm64 with a GICv3.
pub const MAX_VCPUS: u64 = 512;

/// `struct kvm_userspace_memory_region`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryRegion {
    /// Slot number, address space in bits 31:16.
    pub slot: u32,
    /// See [`memory_region`].
    pub flags: u32,
    /// First guest physical address.
    pub guest_phys_addr: u64,
    /// Bytes; 0 deletes the slot.
    pub memory_size: u64,
    /// Host virtual address.
    pub userspace_addr: u64,
}

/// `struct kvm_vcpu_init`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VcpuInit {
    /// CPU target.
    pub target: u32,
    /// Feature bits.
    pub features: [u32; 7],
}

/// `struct kvm_device_attr`, with the data it points to passed beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceAttr {
    /// Must be 0.
    pub flags: u32,
    /// Group.
    pub group: u32,
    /// Attribute.
    pub attr: u64,
}
