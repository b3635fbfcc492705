//! The host behind the /dev/kvm of another program, which sees this machine besides. Starts none.

use std::path::Path;
use std::thread::available_parallelism;

use kvm::Host;

use crate::error::HostsError;
use crate::modelled;

/// What the host's board may have, behind `+`.
const BOARD: [&str; 1] = ["gicv2"];

/// As [`modelled`], with `+gicv2` behind either name for a GIC with the compatibility interface, without which KVM offers no GICv2.
/// The host has as many CPUs as this machine, since those are the ones that the program finds.
///
/// # Errors
/// As [`modelled`], and other words behind `+`.
pub fn behind_program(cpu: &str, kernel: &str) -> Result<Host, HostsError> {
    let ((cpu, of_cpu), (kernel, of_kernel)) = (split(cpu), split(kernel));
    let mut host = modelled(cpu, kernel)?;
    for word in of_cpu.chain(of_kernel) {
        match word {
            "gicv2" => host.gicv2_compatible = true,
            _ => return Err(HostsError::UnknownBoard { name: word.into(), hint: format!("there is {}", BOARD.join(", ")) }),
        }
    }
    host.cpus = available_parallelism().ok().and_then(|cpus| u32::try_from(cpus.get()).ok());
    Ok(host)
}

/// A name and the words behind `+`, which no model has; a file's name may.
fn split(spec: &str) -> (&str, impl Iterator<Item = &str>) {
    let (name, words) = if Path::new(spec).exists() { (spec, "") } else { spec.split_once('+').unwrap_or((spec, "")) };
    (name, words.split('+').filter(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards() {
        for (cpu, kernel, gicv2) in [("cortex-a57", "6.1", false), ("cortex-a57+gicv2", "6.1", true), ("cortex-a57", "6.1+gicv2", true)] {
            let host = behind_program(cpu, kernel).expect("known");
            assert_eq!((host.cpu.as_str(), host.personality.name(), host.gicv2_compatible), ("cortex-a57", "linux-6.1", gicv2));
            assert!(host.cpus.is_some_and(|cpus| cpus > 0));
        }
        let error = behind_program("cortex-a57+gicv4", "6.1").expect_err("no such thing");
        assert!(error.hint().contains("gicv2"), "{}", error.hint());
    }
}
