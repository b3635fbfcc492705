//! What can be wrong with a host's name or file, with a hint each. Prints nothing.

use std::path::PathBuf;

use kvm::personality::{self, Personality};
use sysregs::dump::DumpError;
use sysregs::{SanitiseError, SysReg, TextError, models};

/// Why there is no such host.
#[derive(Debug, thiserror::Error)]
pub enum HostsError {
    #[error("there is no CPU model named `{name}`")]
    UnknownModel { name: String, hint: String },
    #[error("there is no host kernel named `{name}`")]
    UnknownKernel { name: String, hint: String },
    #[error("there is no vCPU feature named `{name}`")]
    UnknownFeature { name: String, hint: String },
    #[error("there is nothing named `{name}` that a host could have")]
    UnknownBoard { name: String, hint: String },
    #[error("the host file `{}` cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the host file `{}` is not usable: {error}", path.display())]
    File { path: PathBuf, error: Box<HostsError> },
    #[error("no register is in it")]
    Empty,
    #[error("{0}")]
    Syntax(String),
    #[error("`{name}` = `{value}`: {error}")]
    Value { name: String, value: String, error: TextError },
    #[error("`{0}` is neither a number nor a text nor fields with numbers")]
    NotAValue(String),
    #[error("the revision `{0}` is not of the form r1p2")]
    Revision(String),
    #[error("the cache of level {level}: {why}")]
    Cache { level: u8, why: String },
    #[error(transparent)]
    Host(#[from] kvm::HostError),
    #[error(transparent)]
    Dump(#[from] DumpError),
    #[error("{0} tells what the CPU itself reports, and this format holds what a guest was shown")]
    NotADump(String),
    #[error("{0} has several clusters, and only one kind of CPU has a place here")]
    SeveralClusters(String),
    #[error("{name}: {what}")]
    Unknown { name: String, what: SanitiseError },
    #[error("{name} is known only in part, and a vCPU cannot be made of that; not known: {}", few(registers))]
    PartlyKnown { name: String, registers: Vec<SysReg> },
    #[error("{name} is a guest's view already")]
    AlreadyGuest { name: String },
    #[error("a guest cannot have {feature} on {name} under {kernel}")]
    Feature { feature: &'static str, name: String, kernel: &'static str },
}

impl HostsError {
    pub(super) fn unknown_model(name: &str) -> HostsError {
        let names: Vec<&str> = models::all().iter().map(|model| model.name).collect();
        let hint = match nearest(name, &names) {
            Some(near) => format!("did you mean `{near}`? `invar cpu list` names all models; a file is given by its path"),
            None => format!("the models are {}; a file is given by its path", names.join(", ")),
        };
        HostsError::UnknownModel { name: name.into(), hint }
    }

    pub(super) fn unknown_kernel(name: &str) -> HostsError {
        let names: Vec<&str> = personality::all().iter().map(Personality::name).collect();
        let spelt = || nearest(name, &names).or_else(|| nearest(&format!("linux-{name}"), &names));
        let misspelt = || spelt().map(|near| format!("did you mean `{near}`?"));
        // One digit makes another version: spelling says nothing of which is near.
        let near = personality::version::nearest(name).map(|clause| format!("{clause};")).or_else(misspelt);
        let guess = near.map_or_else(String::new, |near| format!("{near} "));
        HostsError::UnknownKernel { name: name.into(), hint: format!("{guess}the kernels are {}", names.join(", ")) }
    }

    /// What to do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            HostsError::UnknownModel { hint, .. }
            | HostsError::UnknownKernel { hint, .. }
            | HostsError::UnknownFeature { hint, .. }
            | HostsError::UnknownBoard { hint, .. } => hint.clone(),
            HostsError::File { error, .. } => error.hint(),
            HostsError::Value { error: TextError::RestUnknown { field }, .. } => {
                format!("set {} as a whole first, or give a `base` that knows it", field.register)
            }
            HostsError::Value { error: TextError::UnknownName, name, .. } => {
                field_hint(name).unwrap_or_else(|| "`invar cpu show NAME` prints every register and field".into())
            }
            HostsError::Empty | HostsError::Syntax(_) => {
                "a host file is TOML or JSON with `base`, `set`, `cache` and `cluster`; see `invar cpu import --help`".into()
            }
            HostsError::NotADump(_) => "name the kernel too, such as neoverse-n1@6.12, or use --format json".into(),
            HostsError::Unknown { what: SanitiseError::Unknown { register: SysReg::PMCR_EL0, .. }, .. } => {
                "make a host file with this model as `base` and say how many event counters its PMU has: `pmu-counters = 6`".into()
            }
            HostsError::Unknown { what: SanitiseError::Unknown { register: SysReg::ZCR_EL1, .. }, .. } => {
                "make a host file with this model as `base` and say how long its SVE vectors are: `vector-lengths = [128, 256]`".into()
            }
            HostsError::Unknown { .. } => "make a host file with this model as `base` and `set` the register".into(),
            HostsError::PartlyKnown { .. } => {
                "make a host file with this model as `base` and `set` the registers; `invar migrate` takes them from another with --unknown-from MODEL"
                    .into()
            }
            HostsError::Feature { feature, .. } => {
                format!("leave {feature} out of the vCPU's features, which are `+{feature}` behind a host's name or in --vcpu-features")
            }
            HostsError::AlreadyGuest { .. } => "leave the @KERNEL out".into(),
            _ => String::new(),
        }
    }
}

/// Some names, and how many more.
fn few(registers: &[SysReg]) -> String {
    let (shown, rest) = registers.split_at(registers.len().min(6));
    let names: Vec<&str> = shown.iter().map(|register| register.name()).collect();
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    names.join(", ") + &more
}

/// For a misspelt register or field, the nearest that exists.
fn field_hint(name: &str) -> Option<String> {
    let (register, field) = name.split_once('.').unwrap_or((name, ""));
    match sysregs::SysReg::from_name(register) {
        Some(known) => {
            let names: Vec<&str> = sysregs::fields_of(known).iter().map(|field| field.name).collect();
            Some(match nearest(field, &names) {
                Some(near) => format!("did you mean `{known}.{near}`?"),
                None => format!("the fields of {known} are {}", names.join(", ")),
            })
        }
        None => {
            let names: Vec<&str> = sysregs::fields::registers().map(|(register, _)| register.name()).collect();
            nearest(register, &names).map(|near| format!("did you mean `{near}`?"))
        }
    }
}

/// The candidate with the fewest edits, if they are few.
pub fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let best = candidates.iter().map(|candidate| (edits(&wanted, &candidate.to_lowercase()), *candidate)).min()?;
    (best.0 <= (wanted.len() / 3).max(1)).then_some(best.1)
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((&y, pair), left) in b.iter().zip(row.windows(2)).zip(0..) {
            let (diagonal, above) = (pair.first().copied().unwrap_or(i), pair.last().copied().unwrap_or(i));
            let before = next.get(left).copied().unwrap_or(i);
            next.push((diagonal + usize::from(x != y)).min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        assert_eq!(edits("kitten", "sitting"), 3);
        let names = ["neoverse-n1", "neoverse-n2", "cortex-a72"];
        assert_eq!(nearest("neovers-n2", &names), Some("neoverse-n2"));
        assert_eq!(nearest("CORTEX-72", &names), Some("cortex-a72"));
        assert_eq!(nearest("pentium", &names), None);
    }

    #[test]
    fn near_kernels() {
        for (given, hint) in [
            ("6.9", "the nearest are `linux-6.8` before it and `linux-6.12` after it; the kernels are linux-4.20, "),
            ("linux-6.12.107", "that series is `linux-6.12`; the kernels are "),
            ("rfc-einvarient", "did you mean `rfc-einvariant`? the kernels are "),
            ("6-12", "did you mean `linux-6.12`? the kernels are "),
            ("minix", "the kernels are "),
        ] {
            let error = HostsError::unknown_kernel(given);
            assert!(error.hint().starts_with(hint), "{given}: {}", error.hint());
        }
    }
}
