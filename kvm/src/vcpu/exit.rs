//! What KVM_RUN comes back with, typed; names and shapes as in kvm-ioctls. The same facts are in the run page.

/// Why KVM_RUN returned.
#[derive(Debug, PartialEq, Eq)]
pub enum VcpuExit {
    /// KVM_EXIT_MMIO, a read: the data goes to [`super::VcpuFd::set_mmio_data`] before the next run.
    MmioRead {
        /// Guest physical address.
        address: u64,
        /// Bytes: 1, 2, 4 or 8.
        length: u32,
    },
    /// KVM_EXIT_MMIO, a write.
    MmioWrite {
        /// Guest physical address.
        address: u64,
        /// Bytes: 1, 2, 4 or 8.
        length: u32,
        /// Little-endian data.
        data: u64,
    },
    /// KVM_EXIT_SYSTEM_EVENT.
    SystemEvent {
        /// KVM_SYSTEM_EVENT_*.
        kind: u32,
        /// data[0].
        flags: u64,
    },
    /// KVM_EXIT_HYPERCALL: a call that the SMCCC filter forwards; user space answers in X0 to X3.
    Hypercall {
        /// The function identifier.
        number: u64,
        /// KVM_HYPERCALL_EXIT_SMC in bit 0.
        flags: u64,
    },
    /// KVM_EXIT_ARM_NISV: an access without a valid syndrome, with KVM_CAP_ARM_NISV_TO_USER enabled.
    Nisv {
        /// ESR_EL2.ISS.
        iss: u64,
        /// Faulting guest physical address.
        ipa: u64,
    },
    /// KVM_EXIT_ARM_LDST64B: LD64B, ST64B, ST64BV or ST64BV0 where there is no memory. User space executes it, and moves pc on.
    LoadStore64 {
        /// ESR_EL2 without DFSC.
        esr: u64,
        /// Faulting guest physical address.
        ipa: u64,
    },
    /// KVM_EXIT_FAIL_ENTRY: the guest was not entered.
    FailEntry {
        /// KVM_EXIT_FAIL_ENTRY_*.
        reason: u64,
        /// The physical CPU, by which the shim means its kind ([`super::VcpuFd::move_to_cluster`]).
        cpu: u32,
    },
    /// KVM_EXIT_DEBUG.
    Debug {
        /// ESR_EL2: `hsr` and `hsr_high`.
        esr: u64,
        /// FAR_EL2 of a watchpoint.
        far: u64,
    },
    /// KVM_EXIT_DIRTY_RING_FULL: user space is to take pages out of the vCPU's ring first.
    DirtyRingFull,
    /// A semihosting call (only on hosts that were asked for it): X0 operation, X1 parameter. An addition of this shim.
    Semihosting,
    /// The instructions of [`super::VcpuFd::run_for`] are used up. An addition of this shim.
    Quantum,
    /// The guest has made the call that [`super::VcpuFd::watch_hypercall`] waits for, and has its answer. An addition of this shim.
    Watched,
    /// The guest gave up its turn of [`super::VcpuFd::run_for`]: it waits, or yields. An addition of this shim.
    Yield,
    /// The guest ran into something that this emulator does not implement; pc is at the instruction. An addition of this shim.
    Unsupported {
        /// The instruction word.
        word: u32,
        /// What is missing.
        what: String,
    },
}
