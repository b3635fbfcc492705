//! The vocabulary of the version files: what a field shows, and the macros that turn rows into data.
//! Evaluates nothing: `idregs` does, with a host and a VM at hand.

use sysregs::{IdField, SysReg};

/// What KVM shows of an ID field before user space changes anything. This is also the limit of what
/// user space may set; what it may set below the limit is the register's writable mask's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Zero: unknown to the host kernel, or masked by KVM.
    Hidden,
    /// Zero; a write of the host's own value is accepted and dropped, because older kernels showed it.
    HiddenIgnored,
    /// The host's sanitised value.
    Host,
    /// The highest of the host's CPUs: the kernel took that for safe.
    HostHighest,
    /// The host's, and a write of zero is refused: EL0 and EL1 cannot be taken away.
    HostNonZero,
    /// The host's; a write of zero where the host has -1 is kept as -1 for a nested-virtualisation vCPU.
    DoubleLock,
    /// The host's; the two reserved policies (VPIPT, AIVIVT) are refused.
    CacheIndex,
    /// 1 when the host is unaffected by the attack that the field tells about, else the host's.
    Csv,
    /// 1 where KVM can offer a GIC with system registers, else the host's; rewritten with the VM's GIC.
    Gic,
    /// The host's; rewritten together with [`Gic`](Shown::Gic).
    Gic32,
    /// 1 on a GICv5 host; rewritten with the VM's GIC.
    GicV5,
    /// The host's where the vCPU has SVE.
    Sve,
    /// The host's where the vCPU has both pointer-authentication features.
    PointerAuth,
    /// The host's where the VM has memory tagging.
    Mte,
    /// As [`Mte`](Shown::Mte); zero is accepted and dropped where the host has MTE2 without asynchronous faults.
    MteFraction,
    /// The host's where it is high enough for the kernel to use WFET and WFIT.
    WaitTimeout,
    /// The host's where the kernel supports permission overlays.
    Overlay,
    /// The host's where PFR0.RAS is exactly 1.
    RasFraction,
    /// Debug architecture v8.0, whatever the host has.
    DebugV8,
    /// The host's debug architecture up to v8.8; user space may not go below v8.0.
    Debug,
    /// The host's PMU version up to v8.1, with or without a vCPU PMU.
    PmuV8p1,
    /// The host's PMU version up to v8.4 where the vCPU has a PMU.
    PmuV8p4,
    /// KVM's PMU version (up to v8.5) where the vCPU has a PMU; IMPLEMENTATION DEFINED is kept as none.
    Pmu,
}

impl Shown {
    /// Whether a written value is looked at, or changed, before the register is checked as a whole.
    pub fn filters_writes(self) -> bool {
        use Shown::*;
        matches!(self, HiddenIgnored | HostNonZero | CacheIndex | Debug | DoubleLock | MteFraction | Pmu)
    }
}

/// One field's rule, from the version that has the row until a later version's row replaces it.
#[derive(Clone, Copy, Debug)]
pub struct FieldRow {
    pub field: &'static IdField,
    pub shown: Shown,
}

/// Which bits of a register user space may change before the first run.
#[derive(Clone, Copy, Debug)]
pub struct WritableRow {
    pub register: SysReg,
    pub bits: u64,
}

/// Row: `REGISTER [FIELD FIELD ...] Shown;`
macro_rules! shown {
    ($($register:ident [$($field:ident)*] $shown:ident;)*) => {{
        #[allow(unused_imports, reason = "a version may have rows of one kind only")]
        use sysregs::fields::{aarch32::*, aarch64::*, cache::*};
        &[$($(crate::personality::rule::FieldRow {
            field: &$register::$field,
            shown: crate::personality::rule::Shown::$shown,
        }),*),*]
    }};
}
pub(super) use shown;

/// Row: `[REGISTER REGISTER ...] bits;`
macro_rules! writable {
    ($([$($register:ident)*] $bits:literal;)*) => {
        &[$($(crate::personality::rule::WritableRow {
            register: sysregs::SysReg::$register,
            bits: $bits,
        }),*),*]
    };
}
pub(super) use writable;
