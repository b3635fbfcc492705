//! Request numbers of arm64 KVM (LP64), which differ from other architectures' where a structure does. No behaviour.

/// A request, written by its name where it has one.
pub(super) struct Named(pub u32);

macro_rules! requests {
    ($($name:ident $number:literal;)*) => {
        $(pub const $name: u32 = $number;)*

        /// The requests by name, without the prefix KVM_.
        pub const REQUESTS: &[(&str, u32)] = &[$((stringify!($name), $number)),*];

        impl std::fmt::Display for Named {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.0 {
                    // Two files give the same number a meaning each.
                    GET_ONE_REG => f.write_str("KVM_GET_ONE_REG or KVM_ARM_SET_DEVICE_ADDR"),
                    $($name => f.write_str(concat!("KVM_", stringify!($name))),)*
                    other => write!(f, "request {other:#010x} (type {:#04x}, number {:#04x}, {} bytes)", other >> 8 & 0xff, other & 0xff, other >> 16 & 0x3fff),
                }
            }
        }
    };
}

/// On a VM: the number is that of KVM_GET_ONE_REG on a vCPU.
pub const ARM_SET_DEVICE_ADDR: u32 = 0x4010_aeab;
/// On a vCPU.
pub const GET_ONE_REG: u32 = 0x4010_aeab;

requests! {
    GET_API_VERSION 0x0000_ae00;
    CREATE_VM 0x0000_ae01;
    CHECK_EXTENSION 0x0000_ae03;
    GET_VCPU_MMAP_SIZE 0x0000_ae04;
    CREATE_VCPU 0x0000_ae41;
    GET_DIRTY_LOG 0x4010_ae42;
    SET_USER_MEMORY_REGION 0x4020_ae46;
    SET_USER_MEMORY_REGION2 0x40a0_ae49;
    CREATE_IRQCHIP 0x0000_ae60;
    IRQ_LINE 0x4008_ae61;
    IRQ_LINE_STATUS 0xc008_ae67;
    REGISTER_COALESCED_MMIO 0x4010_ae67;
    UNREGISTER_COALESCED_MMIO 0x4010_ae68;
    SET_GSI_ROUTING 0x4008_ae6a;
    IRQFD 0x4020_ae76;
    IOEVENTFD 0x4040_ae79;
    RUN 0x0000_ae80;
    GET_REGS 0x8360_ae81;
    SET_REGS 0x4360_ae82;
    TRANSLATE 0xc018_ae85;
    SET_SIGNAL_MASK 0x4004_ae8b;
    GET_MP_STATE 0x8004_ae98;
    SET_MP_STATE 0x4004_ae99;
    SET_GUEST_DEBUG 0x4208_ae9b;
    GET_VCPU_EVENTS 0x8040_ae9f;
    SET_VCPU_EVENTS 0x4040_aea0;
    ENABLE_CAP 0x4068_aea3;
    SIGNAL_MSI 0x4020_aea5;
    SET_ONE_REG 0x4010_aeac;
    ARM_VCPU_INIT 0x4020_aeae;
    ARM_PREFERRED_TARGET 0x8020_aeaf;
    GET_REG_LIST 0xc008_aeb0;
    ARM_MTE_COPY_TAGS 0x8030_aeb4;
    ARM_SET_COUNTER_OFFSET 0x4010_aeb5;
    ARM_GET_REG_WRITABLE_MASKS 0x8040_aeb6;
    CLEAR_DIRTY_LOG 0xc018_aec0;
    ARM_VCPU_FINALIZE 0x4004_aec2;
    RESET_DIRTY_RINGS 0x0000_aec7;
    GET_STATS_FD 0x0000_aece;
    SET_MEMORY_ATTRIBUTES 0x4020_aed2;
    CREATE_GUEST_MEMFD 0xc040_aed4;
    PRE_FAULT_MEMORY 0xc040_aed5;
    CREATE_DEVICE 0xc00c_aee0;
    SET_DEVICE_ATTR 0x4018_aee1;
    GET_DEVICE_ATTR 0x4018_aee2;
    HAS_DEVICE_ATTR 0x4018_aee3;
}
