//! Sizes and offsets of the structures that ioctls carry, on LP64. One row serves the code that decodes and the check against
//! the kernel's headers. Describes no meaning.

/// A structure as C knows it.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// `struct` tag.
    pub name: &'static str,
    /// `sizeof`.
    pub size: usize,
    /// Member, `offsetof` and `sizeof` of each field that something here looks at.
    pub fields: &'static [(&'static str, usize, usize)],
    /// A macro that headers with this structure define.
    pub with: &'static str,
}

macro_rules! layouts {
    ($($module:ident $name:literal $size:literal with $with:literal { $($field:ident $member:literal $offset:literal $bytes:literal;)* })*) => {
        $(
            #[allow(missing_docs, reason = "the names are the UAPI's")]
            pub mod $module {
                pub const SIZE: usize = $size;
                $(pub const $field: usize = $offset;)*
            }
        )*
        /// All of them.
        pub const LAYOUTS: &[Layout] =
            &[$(Layout { name: $name, size: $size, fields: &[$(($member, $offset, $bytes)),*], with: $with }),*];
    };
}

layouts! {
    one_reg "kvm_one_reg" 16 with "KVM_GET_ONE_REG" {
        ID "id" 0 8;
        ADDRESS "addr" 8 8;
    }
    reg_list "kvm_reg_list" 8 with "KVM_GET_REG_LIST" {
        COUNT "n" 0 8;
    }
    vcpu_init "kvm_vcpu_init" 32 with "KVM_ARM_VCPU_INIT" {
        TARGET "target" 0 4;
        FEATURES "features" 4 28;
    }
    vcpu_events "kvm_vcpu_events" 64 with "KVM_GET_VCPU_EVENTS" {
        SERROR_PENDING "exception.serror_pending" 0 1;
        SERROR_HAS_ESR "exception.serror_has_esr" 1 1;
        EXT_DABT_PENDING "exception.ext_dabt_pending" 2 1;
        PADDING "exception.pad" 3 5;
        SERROR_ESR "exception.serror_esr" 8 8;
        RESERVED "reserved" 16 48;
    }
    mp_state "kvm_mp_state" 4 with "KVM_GET_MP_STATE" {
        STATE "mp_state" 0 4;
    }
    copy_mte_tags "kvm_arm_copy_mte_tags" 48 with "KVM_ARM_MTE_COPY_TAGS" {
        GUEST_IPA "guest_ipa" 0 8;
        LENGTH "length" 8 8;
        ADDRESS "addr" 16 8;
        FLAGS "flags" 24 8;
        RESERVED "reserved" 32 16;
    }
    dirty_log "kvm_dirty_log" 16 with "KVM_GET_DIRTY_LOG" {
        SLOT "slot" 0 4;
        BITMAP "dirty_bitmap" 8 8;
    }
    clear_dirty_log "kvm_clear_dirty_log" 24 with "KVM_CLEAR_DIRTY_LOG" {
        SLOT "slot" 0 4;
        NUM_PAGES "num_pages" 4 4;
        FIRST_PAGE "first_page" 8 8;
        BITMAP "dirty_bitmap" 16 8;
    }
    guest_debug "kvm_guest_debug" 520 with "KVM_SET_GUEST_DEBUG" {
        CONTROL "control" 0 4;
        REGISTERS "arch" 8 512;
    }
    signal_mask "kvm_signal_mask" 4 with "KVM_SET_SIGNAL_MASK" {
        LENGTH "len" 0 4;
        SET "sigset" 4 0;
    }
    device_attr "kvm_device_attr" 24 with "KVM_SET_DEVICE_ATTR" {
        FLAGS "flags" 0 4;
        GROUP "group" 4 4;
        ATTR "attr" 8 8;
        ADDRESS "addr" 16 8;
    }
    create_device "kvm_create_device" 12 with "KVM_CREATE_DEVICE" {
        TYPE "type" 0 4;
        FD "fd" 4 4;
        FLAGS "flags" 8 4;
    }
    enable_cap "kvm_enable_cap" 104 with "KVM_ENABLE_CAP" {
        CAP "cap" 0 4;
        FLAGS "flags" 4 4;
        ARGS "args" 8 32;
    }
    irq_level "kvm_irq_level" 8 with "KVM_IRQ_LINE" {
        IRQ "irq" 0 4;
        LEVEL "level" 4 4;
    }
    memory_region "kvm_userspace_memory_region" 32 with "KVM_SET_USER_MEMORY_REGION" {
        SLOT "slot" 0 4;
        FLAGS "flags" 4 4;
        GUEST_PHYS_ADDR "guest_phys_addr" 8 8;
        MEMORY_SIZE "memory_size" 16 8;
        USERSPACE_ADDR "userspace_addr" 24 8;
    }
    memory_region2 "kvm_userspace_memory_region2" 160 with "KVM_SET_USER_MEMORY_REGION2" {
        GUEST_MEMFD_OFFSET "guest_memfd_offset" 32 8;
        GUEST_MEMFD "guest_memfd" 40 4;
    }
    create_guest_memfd "kvm_create_guest_memfd" 64 with "KVM_CREATE_GUEST_MEMFD" {
        SIZE_OF_FILE "size" 0 8;
        FLAGS "flags" 8 8;
    }
    dirty_gfn "kvm_dirty_gfn" 16 with "KVM_RESET_DIRTY_RINGS" {
        FLAGS "flags" 0 4;
        SLOT "slot" 4 4;
        OFFSET "offset" 8 8;
    }
    coalesced_mmio_zone "kvm_coalesced_mmio_zone" 16 with "KVM_REGISTER_COALESCED_MMIO" {
        ADDRESS "addr" 0 8;
        SIZE_OF_ZONE "size" 8 4;
        PIO "pio" 12 4;
    }
    coalesced_mmio_ring "kvm_coalesced_mmio_ring" 8 with "KVM_REGISTER_COALESCED_MMIO" {
        FIRST "first" 0 4;
        LAST "last" 4 4;
    }
    coalesced_mmio "kvm_coalesced_mmio" 24 with "KVM_REGISTER_COALESCED_MMIO" {
        PHYS_ADDR "phys_addr" 0 8;
        LENGTH "len" 8 4;
        PIO "pio" 12 4;
        DATA "data" 16 8;
    }
    ioeventfd "kvm_ioeventfd" 64 with "KVM_IOEVENTFD" {
        DATAMATCH "datamatch" 0 8;
        ADDRESS "addr" 8 8;
        LENGTH "len" 16 4;
        FD "fd" 20 4;
        FLAGS "flags" 24 4;
    }
    irqfd "kvm_irqfd" 32 with "KVM_IRQFD" {
        FD "fd" 0 4;
        GSI "gsi" 4 4;
        FLAGS "flags" 8 4;
        RESAMPLE_FD "resamplefd" 12 4;
    }
    irq_routing "kvm_irq_routing" 8 with "KVM_SET_GSI_ROUTING" {
        COUNT "nr" 0 4;
        FLAGS "flags" 4 4;
    }
    irq_routing_entry "kvm_irq_routing_entry" 48 with "KVM_SET_GSI_ROUTING" {
        GSI "gsi" 0 4;
        TYPE "type" 4 4;
        FLAGS "flags" 8 4;
        CHIP "u.irqchip.irqchip" 16 4;
        PIN "u.irqchip.pin" 20 4;
        ADDRESS_LO "u.msi.address_lo" 16 4;
        ADDRESS_HI "u.msi.address_hi" 20 4;
        DATA "u.msi.data" 24 4;
        DEVID "u.msi.devid" 28 4;
    }
    msi "kvm_msi" 32 with "KVM_SIGNAL_MSI" {
        ADDRESS_LO "address_lo" 0 4;
        ADDRESS_HI "address_hi" 4 4;
        DATA "data" 8 4;
        FLAGS "flags" 12 4;
        DEVID "devid" 16 4;
    }
    device_addr "kvm_arm_device_addr" 16 with "KVM_ARM_SET_DEVICE_ADDR" {
        ID "id" 0 8;
        ADDRESS "addr" 8 8;
    }
    counter_offset "kvm_arm_counter_offset" 16 with "KVM_ARM_SET_COUNTER_OFFSET" {
        OFFSET "counter_offset" 0 8;
        RESERVED "reserved" 8 8;
    }
    reg_mask_range "reg_mask_range" 64 with "KVM_ARM_GET_REG_WRITABLE_MASKS" {
        ADDRESS "addr" 0 8;
        RANGE "range" 8 4;
        RESERVED "reserved" 12 52;
    }
    smccc_filter "kvm_smccc_filter" 24 with "KVM_ARM_SET_COUNTER_OFFSET" {
        BASE "base" 0 4;
        FUNCTIONS "nr_functions" 4 4;
        ACTION "action" 8 1;
        PADDING "pad" 9 15;
    }
    run "kvm_run" 2352 with "KVM_RUN" {
        IMMEDIATE_EXIT "immediate_exit" 1 1;
        EXIT_REASON "exit_reason" 8 4;
        FLAGS "flags" 14 2;
        PHYS_ADDR "mmio.phys_addr" 32 8;
        MMIO_DATA "mmio.data" 40 8;
        MMIO_LENGTH "mmio.len" 48 4;
        MMIO_IS_WRITE "mmio.is_write" 52 1;
        SYSTEM_EVENT_TYPE "system_event.type" 32 4;
        SYSTEM_EVENT_COUNT "system_event.ndata" 36 4;
        SYSTEM_EVENT_DATA "system_event.data" 40 128;
        HYPERCALL_NUMBER "hypercall.nr" 32 8;
        HYPERCALL_FLAGS "hypercall.longmode" 96 4;
        DEBUG_HSR "debug.arch.hsr" 32 4;
        DEBUG_FAR "debug.arch.far" 40 8;
        SUBERROR "internal.suberror" 32 4;
        FAIL_REASON "fail_entry.hardware_entry_failure_reason" 32 8;
        FAIL_CPU "fail_entry.cpu" 40 4;
        ESR_ISS "arm_nisv.esr_iss" 32 8;
        FAULT_IPA "arm_nisv.fault_ipa" 40 8;
        DEVICE_IRQ_LEVEL "s.regs.device_irq_level" 304 8;
    }
}
