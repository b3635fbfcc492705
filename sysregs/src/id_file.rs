//! The ID-register file of one VM: values, limits, writable masks, and the freeze at first run.
//! Does not decide limits or masks, which are a kernel version's policy, and knows no errno.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::sanitise::{RuleOf, table_rule};
use crate::{IdField, IdValues, Kind, SafeRule, SysReg, fields_of};

/// What a VM holds for one register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdEntry {
    /// What the guest and the VMM read.
    pub value: u64,
    /// The most that may be promised: the host's value as far as the VM's features show it.
    pub limit: u64,
    /// Bits a VMM may change before the first run.
    pub writable: u64,
}

/// Why a write was refused; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refusal {
    /// The file has no such register.
    NoSuchRegister { register: SysReg },
    /// The VM has run; the file keeps its values.
    Frozen { register: SysReg, value: u64, wanted: u64 },
    /// A writable field would promise what is not safe under its rule.
    Unsafe { field: &'static IdField, rule: SafeRule, limit: i64, wanted: i64 },
    /// Bits that are not writable, or have no rule, differ from the limit.
    ReadOnly { register: SysReg, limit: u64, wanted: u64, differing: u64 },
}

impl Refusal {
    pub fn register(&self) -> SysReg {
        match *self {
            Refusal::NoSuchRegister { register } | Refusal::Frozen { register, .. } | Refusal::ReadOnly { register, .. } => register,
            Refusal::Unsafe { field, .. } => field.register,
        }
    }

    /// The fields at fault, from the top bit down; bits without a field have none.
    pub fn fields(&self) -> Vec<&'static IdField> {
        let differing = match *self {
            Refusal::NoSuchRegister { .. } => 0,
            Refusal::Frozen { value, wanted, .. } => value ^ wanted,
            Refusal::Unsafe { field, .. } => field.mask(),
            Refusal::ReadOnly { differing, .. } => differing,
        };
        fields_of(self.register()).iter().filter(|field| field.mask() & differing != 0).collect()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Refusal::NoSuchRegister { register } => write!(f, "{register} is not in this VM's ID file"),
            Refusal::Frozen { register, value, wanted } => {
                write!(f, "{register} is {value:#x} since the VM first ran; {wanted:#x} comes too late")
            }
            Refusal::Unsafe { field, limit, wanted, rule } => {
                write!(f, "{field}={wanted} is not safe where the limit is {limit} ({rule})")
            }
            Refusal::ReadOnly { register, limit, wanted, differing } => {
                write!(f, "{register}={wanted:#x} differs from {limit:#x} in read-only bits {differing:#x}")?;
                for (i, field) in self.fields().iter().enumerate() {
                    write!(f, "{}{}", if i == 0 { " (" } else { ", " }, field.name)?;
                }
                if self.fields().is_empty() { Ok(()) } else { f.write_str(")") }
            }
        }
    }
}

impl core::error::Error for Refusal {}

/// Whether a value may stand in a register of this limit and writable mask (`arm64_check_features`):
/// a field all of whose bits are writable must be safe, every other bit must equal the limit.
pub fn check_write(register: SysReg, wanted: u64, limit: u64, writable: u64, rule_of: RuleOf) -> Result<(), Refusal> {
    let mut differing = wanted ^ limit;
    if differing == 0 {
        return Ok(());
    }
    for field in fields_of(register) {
        // A field that equals the limit's is safe under every rule.
        if field.mask() & differing == 0 || field.mask() & !writable != 0 {
            continue;
        }
        let rule = rule_of(field);
        if rule == SafeRule::Unlisted {
            continue;
        }
        differing &= !field.mask();
        let (value, most) = (field.extract(wanted), field.extract(limit));
        if !rule.permits(value, most) {
            return Err(Refusal::Unsafe { field, rule, limit: most, wanted: value });
        }
    }
    match differing {
        0 => Ok(()),
        differing => Err(Refusal::ReadOnly { register, limit, wanted, differing }),
    }
}

const NO_SLOT: u8 = u8::MAX;

/// Where a register's entry lies, for the registers of kind `Id`.
static SLOT: [u8; SysReg::COUNT] = {
    let mut slots = [NO_SLOT; SysReg::COUNT];
    let mut used = 0;
    let mut i = 0;
    while i < SysReg::COUNT {
        if matches!(SysReg::ALL[i].row().kind, Kind::Id) {
            slots[i] = used;
            used += 1;
        }
        i += 1;
    }
    slots
};

const SLOTS: usize = {
    let mut count = 0;
    let mut i = 0;
    while i < SysReg::COUNT {
        count += (SLOT[i] != NO_SLOT) as usize;
        i += 1;
    }
    count
};

/// The one home of a VM's ID values.
#[derive(Clone, Debug)]
pub struct IdFile {
    entries: Box<[Option<IdEntry>; SLOTS]>,
    rule_of: RuleOf,
    frozen: bool,
}

impl Default for IdFile {
    fn default() -> Self {
        Self::new(table_rule)
    }
}

impl IdFile {
    /// An empty file whose writes obey these rules.
    pub fn new(rule_of: RuleOf) -> Self {
        IdFile { entries: Box::new([None; SLOTS]), rule_of, frozen: false }
    }

    /// What the VM holds; `None` for a register that this VM hides.
    pub fn entry(&self, register: SysReg) -> Option<&IdEntry> {
        self.entries.get(usize::from(SLOT[register as usize]))?.as_ref()
    }

    /// The value that guest and VMM read.
    pub fn get(&self, register: SysReg) -> Option<u64> {
        self.entry(register).map(|entry| entry.value)
    }

    /// Enters a register at its limit. Only registers of kind `Id` have a place here.
    pub fn define(&mut self, register: SysReg, limit: u64, writable: u64) -> Result<(), Refusal> {
        self.put(register, Some(IdEntry { value: limit, limit, writable }))
    }

    /// Takes a register out of the file.
    pub fn hide(&mut self, register: SysReg) -> Result<(), Refusal> {
        self.put(register, None)
    }

    /// Replaces the limit and leaves the value: KVM computes limits anew at each write.
    pub fn set_limit(&mut self, register: SysReg, limit: u64) -> Result<(), Refusal> {
        let entry = *self.entry(register).ok_or(Refusal::NoSuchRegister { register })?;
        self.put(register, Some(IdEntry { limit, ..entry }))
    }

    /// Replaces the value whatever the limit: for what the hypervisor itself rewrites.
    pub fn overrule(&mut self, register: SysReg, value: u64) -> Result<(), Refusal> {
        let entry = *self.entry(register).ok_or(Refusal::NoSuchRegister { register })?;
        self.put(register, Some(IdEntry { value, ..entry }))
    }

    /// What [`write`](Self::write) would answer.
    pub fn check(&self, register: SysReg, wanted: u64) -> Result<(), Refusal> {
        let entry = self.entry(register).ok_or(Refusal::NoSuchRegister { register })?;
        if self.frozen {
            return if wanted == entry.value { Ok(()) } else { Err(Refusal::Frozen { register, value: entry.value, wanted }) };
        }
        check_write(register, wanted, entry.limit, entry.writable, self.rule_of)
    }

    /// A VMM's write: all of it takes effect, or nothing.
    pub fn write(&mut self, register: SysReg, wanted: u64) -> Result<(), Refusal> {
        self.check(register, wanted)?;
        if self.frozen { Ok(()) } else { self.overrule(register, wanted) }
    }

    /// The VM runs for the first time: from now on values stay.
    pub fn freeze(&mut self) {
        self.frozen = true;
    }

    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// The registers in the file with what the VM holds for each, in encoding order.
    pub fn iter(&self) -> impl Iterator<Item = (SysReg, &IdEntry)> {
        SysReg::ALL.iter().filter_map(|&register| Some((register, self.entry(register)?)))
    }

    /// The values alone, as a guest would find them.
    pub fn values(&self) -> IdValues {
        let mut ids = IdValues::new();
        for (register, entry) in self.iter() {
            ids.set(register, entry.value);
        }
        ids
    }

    fn put(&mut self, register: SysReg, entry: Option<IdEntry>) -> Result<(), Refusal> {
        let old = self.entry(register).copied();
        let slot = self.entries.get_mut(usize::from(SLOT[register as usize]));
        let slot = slot.ok_or(Refusal::NoSuchRegister { register })?;
        if self.frozen && entry != old {
            let value = old.map_or(0, |e| e.value);
            return Err(Refusal::Frozen { register, value, wanted: entry.map_or(0, |e| e.value) });
        }
        *slot = entry;
        Ok(())
    }
}
