//! The ABI of the refusal query: the opt-in alternative to a new errno. No Linux has it; the numbers lie outside of what Linux
//! hands out. Decides nothing.

/// KVM_CAP_INVAR_REFUSAL_INFO: KVM_CHECK_EXTENSION answers 1 on every personality; KVM_ENABLE_CAP on a VM turns the query on.
pub const CAP_INVAR_REFUSAL_INFO: u32 = 0x494e_0000;

/// KVM_INVAR_GET_REFUSAL, an ioctl of a vCPU: `_IOR(KVMIO, 0xf0, struct kvm_invar_refusal)`.
pub const GET_REFUSAL: u32 = 0x8040_aef0;

/// `kvm_invar_refusal.flags`: `accepted` holds the only value that would have been taken.
pub const REFUSAL_HAS_ACCEPTED: u32 = 1;

/// `kvm_invar_refusal.reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum RefusalReason {
    /// The VM has no such register.
    Absent = 1,
    /// The VM has run; its present value stays.
    Frozen = 2,
    /// Invariant: the host's value or none.
    Invariant = 3,
    /// A field promises more than the host and the VM's features allow, or is read-only.
    Limit = 4,
    /// A field is below the lowest value that KVM accepts.
    BelowMinimum = 5,
    /// A reserved value, or one against the vCPU's features.
    Inconsistent = 6,
    /// A capability that was not enabled makes the register writable.
    NeedsCapability = 7,
    /// Bits that the register cannot hold.
    ReservedBits = 8,
    /// A cache geometry against CTR_EL0.
    CacheGeometry = 9,
    /// A firmware level that the host does not have.
    FirmwareLevel = 10,
}

/// `struct kvm_invar_refusal`, 64 bytes:
/// ```c
/// struct kvm_invar_refusal {
///     __u64 id;        /* of the register, as in KVM_SET_ONE_REG */
///     __u64 wanted;    /* the refused value */
///     __u64 accepted;  /* with REFUSAL_HAS_ACCEPTED in flags */
///     __u64 fields;    /* mask of the fields at fault; 0 if it is not a matter of fields */
///     __u32 reason;
///     __u32 error;     /* the errno that KVM_SET_ONE_REG gave, positive */
///     __u32 flags;
///     __u32 reserved[5];
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalInfo {
    /// The register's ONE_REG id.
    pub id: u64,
    /// The refused value.
    pub wanted: u64,
    /// The only value that would have been taken, where there is one.
    pub accepted: Option<u64>,
    /// Mask of the fields at fault.
    pub fields: u64,
    /// The rule that the value broke.
    pub reason: RefusalReason,
    /// The errno that KVM_SET_ONE_REG gave, positive.
    pub error: u32,
}

impl RefusalInfo {
    /// Bytes of the structure.
    pub const SIZE: usize = 64;

    /// As user space gets it.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let flags = if self.accepted.is_some() { REFUSAL_HAS_ACCEPTED } else { 0 };
        let long = [self.id, self.wanted, self.accepted.unwrap_or_default(), self.fields];
        let short = [self.reason as u32, self.error, flags];
        let fields = long.iter().flat_map(|value| value.to_le_bytes()).chain(short.iter().flat_map(|value| value.to_le_bytes()));
        let mut bytes = [0; Self::SIZE];
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
        bytes
    }
}
