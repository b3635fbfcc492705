//! The vocabulary of capability rows: what KVM_CHECK_EXTENSION answers, and whether KVM_ENABLE_CAP may be asked.
//! Evaluates nothing: `idregs` does, with a host at hand.

/// What KVM_CHECK_EXTENSION answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Is(i64),
    /// KVM_SIGNAL_MSI wants a device's number: 1 on a VM with an ITS, 0 on one without, EINVAL on /dev/kvm.
    MessageDevice,
    /// The CPUs of the host.
    Cpus,
    /// As many vCPUs as the GIC that the host can offer allows; the number is for a GICv3.
    Vcpus(i64),
    /// AArch32 at EL1.
    Aarch32El1,
    Breakpoints,
    Watchpoints,
    Pmu,
    /// The RAS extension.
    Ras,
    /// Guest physical address bits.
    IpaBits,
    Sve,
    /// Pointer authentication, of addresses and generic.
    PointerAuth,
    Mte,
    /// EL2 for guests.
    Nested,
    /// EL2 without VHE for guests.
    NestedE2h0,
    /// Cacheable mappings of device memory: stage 2 forces write-back, and caches are coherent. EINVAL on /dev/kvm.
    CacheablePfnmap,
}

/// Whether KVM_ENABLE_CAP on a VM takes the capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enable {
    No,
    /// At any time.
    Yes,
    /// As long as the VM has no vCPU.
    BeforeVcpus,
    /// Depends on its arguments.
    Arguments,
}

/// One capability, until a later version's row replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapabilityRow {
    pub number: u32,
    pub name: &'static str,
    pub answer: Answer,
    pub enable: Enable,
}

/// Row: `number NAME answer enable;`
macro_rules! capabilities {
    ($($number:literal $name:ident $answer:ident $(($value:literal))? $enable:ident;)*) => {
        &[$(crate::personality::capability::CapabilityRow {
            number: $number,
            name: stringify!($name),
            answer: crate::personality::capability::Answer::$answer $(($value))?,
            enable: crate::personality::capability::Enable::$enable,
        }),*]
    };
}
pub(super) use capabilities;
