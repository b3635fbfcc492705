//! The vocabulary of rows about registers that are not identification: who has them, and what they hold after reset.
//! Stores nothing and resets nothing: `registers` (the room above) answers for a VM.

use sysregs::{Encoding, IdField, SysReg};

/// Which vCPUs have a register in KVM_GET_REG_LIST.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    Never,
    Always,
    /// With a PMU.
    Pmu,
    Sve,
    PointerAuth,
    Mte,
    /// Where the VM's ID registers show the field as at least 1, at the time of asking.
    Has(&'static IdField),
    /// With EL2 of its own.
    El2,
    /// With EL2 of its own, where the VM's ID registers show the field as at least 1.
    El2Has(&'static IdField),
    /// With EL2 of its own and SVE.
    El2Sve,
}

/// What a register holds after KVM_ARM_VCPU_INIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    Value(u64),
    /// KVM's recognisable pattern for what the architecture leaves UNKNOWN (`reset_unknown`).
    Unknown,
    /// The host's PMCR_EL0 with the pattern in its writable bits.
    PmcrOfHost,
    /// The host's number of counters and nothing else, but LC on hosts without AArch32.
    PmcrCounters,
    /// The pattern in the bits of existing counters.
    CounterBits,
    /// The pattern in five bits.
    CounterSelector,
    /// The pattern in 32 bits.
    EventCounter,
    /// The pattern in the bits that KVM ever allows.
    EventType,
    /// The pattern in the bits that the VM's ID registers allow.
    EventTypeOfVm,
}

/// Some registers' rule, until a later version's row replaces it.
#[derive(Clone, Copy, Debug)]
pub struct ListedRow {
    pub registers: &'static [SysReg],
    pub when: When,
    pub reset: Reset,
}

/// Row: `[REGISTER ...] when reset;` or `GROUP when reset;`
macro_rules! listed {
    ($($registers:tt $when:ident $(($of:ident $field:ident))? $reset:ident $(($value:literal))?;)*) => {
        &[$(crate::personality::registers::ListedRow {
            registers: crate::personality::registers::listed!(@ $registers),
            when: crate::personality::registers::When::$when $((&sysregs::fields::aarch64::$of::$field))?,
            reset: crate::personality::registers::Reset::$reset $(($value))?,
        }),*]
    };
    (@ [$($register:ident)*]) => { &[$(sysregs::SysReg::$register),*] };
    (@ $group:ident) => { &crate::personality::registers::$group };
}
pub(super) use listed;

/// Registers numbered by op2 and then CRm, from `first` on.
const fn numbered<const N: usize>(first: Encoding, step: u16) -> [SysReg; N] {
    let mut registers = [SysReg::MIDR_EL1; N];
    let mut n = 0;
    while n < N {
        match SysReg::from_encoding(Encoding(first.0 + n as u16 * step)) {
            Some(register) => registers[n] = register,
            None => panic!("a gap in a numbered row of registers"),
        }
        n += 1;
    }
    registers
}

/// DBGBVR<n>_EL1, DBGBCR<n>_EL1, DBGWVR<n>_EL1, DBGWCR<n>_EL1: all sixteen of each, whatever the host has.
pub static BREAKPOINT_VALUES: [SysReg; 16] = numbered(Encoding::new(2, 0, 0, 0, 4), 8);
pub static BREAKPOINT_CONTROLS: [SysReg; 16] = numbered(Encoding::new(2, 0, 0, 0, 5), 8);
pub static WATCHPOINT_VALUES: [SysReg; 16] = numbered(Encoding::new(2, 0, 0, 0, 6), 8);
pub static WATCHPOINT_CONTROLS: [SysReg; 16] = numbered(Encoding::new(2, 0, 0, 0, 7), 8);
/// PMEVCNTR<n>_EL0 and PMEVTYPER<n>_EL0: all 31, whatever the host has.
pub static EVENT_COUNTERS: [SysReg; 31] = numbered(Encoding::new(3, 3, 14, 8, 0), 1);
pub static EVENT_TYPES: [SysReg; 31] = numbered(Encoding::new(3, 3, 14, 12, 0), 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_what_they_say() {
        assert_eq!(BREAKPOINT_VALUES[15], SysReg::DBGBVR15_EL1);
        assert_eq!(BREAKPOINT_CONTROLS[7], SysReg::DBGBCR7_EL1);
        assert_eq!(WATCHPOINT_VALUES[8], SysReg::DBGWVR8_EL1);
        assert_eq!(WATCHPOINT_CONTROLS[1], SysReg::DBGWCR1_EL1);
        assert_eq!(EVENT_COUNTERS[30], SysReg::PMEVCNTR30_EL0);
        assert_eq!(EVENT_TYPES[30], SysReg::PMEVTYPER30_EL0);
    }
}
