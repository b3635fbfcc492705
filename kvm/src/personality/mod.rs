//! Personalities: which KVM answers, as data. One is a host kernel version's rules for what user space may see and set.
//! Holds no host and no VM; `idregs` applies the rules to one.

pub mod capability;
mod linux;
pub mod registers;
pub mod rule;
pub mod traits;
pub mod version;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sysregs::{IdField, SysReg};

use capability::CapabilityRow;
use linux::Version;
use registers::{Reset, When};
use rule::Shown;
use traits::Traits;

/// The rules of one ID register.
#[derive(Clone, Debug, Default)]
pub struct RegisterRules {
    /// Fields that show something or have a rule of their own; all others are hidden.
    pub fields: Vec<(&'static IdField, Shown)>,
    /// Bits that user space may change before the first run.
    pub writable: u64,
}

/// The rules of one host kernel version.
#[derive(Clone, Debug)]
pub struct Personality {
    name: &'static str,
    traits: Traits,
    /// By register.
    registers: Vec<Option<RegisterRules>>,
    listed: BTreeMap<SysReg, (When, Reset)>,
    capabilities: BTreeMap<u32, CapabilityRow>,
}

static ALL: LazyLock<Vec<Personality>> = LazyLock::new(|| linux::ALL.into_iter().map(Personality::resolve).collect());

/// Every personality, oldest first.
pub fn all() -> &'static [Personality] {
    &ALL
}

/// The personality of that name; `6.12` means `linux-6.12`.
pub fn by_name(name: &str) -> Option<&'static Personality> {
    all().iter().find(|p| p.name == name || p.name.strip_prefix("linux-").is_some_and(|version| version == name))
}

impl Personality {
    /// Its full name, as `linux-6.12`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// `uname -r` and `uname -v` of the build that its rows were held against, where that is known.
    pub fn build(&self) -> Option<(&'static str, &'static str)> {
        linux::BUILDS.iter().find(|(name, ..)| *name == self.name).map(|&(_, release, version)| (release, version))
    }

    pub fn traits(&self) -> &Traits {
        &self.traits
    }

    /// The rules of a register, or `None` for one that is all zeroes and read-only.
    pub fn rules(&self, register: SysReg) -> Option<&RegisterRules> {
        self.registers.get(register as usize).and_then(Option::as_ref)
    }

    /// Every register with rules.
    pub fn registers(&self) -> impl Iterator<Item = (SysReg, &RegisterRules)> {
        SysReg::ALL.iter().filter_map(|&register| Some((register, self.rules(register)?)))
    }

    /// What a field shows.
    pub fn shown(&self, field: &IdField) -> Shown {
        let rules = self.rules(field.register).map_or(&[][..], |rules| &rules.fields);
        rules.iter().find(|(ruled, _)| ruled.lsb == field.lsb).map_or(Shown::Hidden, |&(_, shown)| shown)
    }

    /// Bits of a register that user space may change before the first run.
    pub fn writable(&self, register: SysReg) -> u64 {
        self.rules(register).map_or(0, |rules| rules.writable)
    }

    /// The registers besides identification that some vCPU may have, with who has them and their value at reset.
    pub fn listed(&self) -> impl Iterator<Item = (SysReg, When, Reset)> {
        self.listed.iter().map(|(&register, &(when, reset))| (register, when, reset))
    }

    /// The same for one register.
    pub fn listing(&self, register: SysReg) -> Option<(When, Reset)> {
        self.listed.get(&register).copied()
    }

    /// What is known of a capability; one without a row answers 0 and cannot be enabled.
    pub fn capability(&self, number: u32) -> Option<&CapabilityRow> {
        self.capabilities.get(&number)
    }

    /// Every capability with a row.
    pub fn capabilities(&self) -> impl Iterator<Item = &CapabilityRow> {
        self.capabilities.values()
    }

    fn resolve(version: &'static Version) -> Personality {
        let mut resolved = match version.base {
            Some(base) => Personality { name: version.name, traits: version.traits, ..Personality::resolve(base) },
            None => Personality {
                name: version.name,
                traits: version.traits,
                registers: vec![None; SysReg::COUNT],
                listed: BTreeMap::new(),
                capabilities: BTreeMap::new(),
            },
        };
        resolved.apply(version);
        resolved
    }

    fn rules_mut(&mut self, register: SysReg) -> Option<&mut RegisterRules> {
        self.registers.get_mut(register as usize).map(Option::get_or_insert_default)
    }

    fn apply(&mut self, version: &Version) {
        for row in version.shown {
            let Some(rules) = self.rules_mut(row.field.register) else { continue };
            rules.fields.retain(|(field, _)| field.lsb != row.field.lsb);
            if row.shown != Shown::Hidden {
                rules.fields.push((row.field, row.shown));
            }
        }
        for row in version.writable {
            if let Some(rules) = self.rules_mut(row.register) {
                rules.writable = row.bits;
            }
        }
        for row in version.listed {
            for &register in row.registers {
                if row.when == When::Never {
                    self.listed.remove(&register);
                } else {
                    self.listed.insert(register, (row.when, row.reset));
                }
            }
        }
        for &row in version.capabilities {
            self.capabilities.insert(row.number, row);
        }
    }
}

#[cfg(test)]
mod tests {
    use sysregs::fields_of;

    use super::*;

    #[test]
    fn names() {
        for (given, name) in
            [("6.12", "linux-6.12"), ("linux-6.1", "linux-6.1"), ("rfc-einvariant", "rfc-einvariant"), ("7.3", "linux-7.3")]
        {
            assert_eq!(by_name(given).map(Personality::name), Some(name));
        }
        for unknown in ["", "6", "6.120", "einvariant", "linux-"] {
            assert!(by_name(unknown).is_none(), "{unknown}");
        }
        assert_eq!(all().len(), 16);
    }

    #[test]
    fn shown_fields_have_a_safe_rule() {
        for personality in all() {
            for (register, rules) in personality.registers() {
                for (field, shown) in &rules.fields {
                    assert!(fields_of(register).contains(field));
                    assert_ne!(field.rule, sysregs::SafeRule::Unlisted, "{} {field} {shown:?}", personality.name());
                }
            }
        }
    }
}
