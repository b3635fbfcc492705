//! The host that the environment names, as /dev/kvm is opened. Knows no model and no kernel itself.

use kvm::Kvm;
use kvm::errno::{ENODEV, Errno};

use crate::log;

/// As `--cpu` of `invar run`, and `+gicv2` behind it for a host that offers a GICv2, too.
const CPU: &str = "INVAR_CPU";
/// As `--host-kernel` of `invar run`.
const KERNEL: &str = "INVAR_HOST_KERNEL";

fn variable(name: &str, default: &str) -> Result<String, Errno> {
    match std::env::var(name) {
        Ok(value) => Ok(value),
        Err(std::env::VarError::NotPresent) => Ok(default.into()),
        Err(error) => {
            log::say(&format!("error: {name}: {error}"));
            Err(ENODEV)
        }
    }
}

/// Opens /dev/kvm of the host.
///
/// # Errors
/// ENODEV for a host that does not exist, after saying so on standard error.
pub fn open() -> Result<Kvm, Errno> {
    let (cpu, kernel) = (variable(CPU, "neoverse-n1")?, variable(KERNEL, "6.12")?);
    hosts::behind_program(&cpu, &kernel).map(Kvm::new).map_err(|error| {
        log::say(&format!(
            "error: {error}\n hint: {CPU} is the name of a host model or the path of a host file, {KERNEL} the version of a host kernel"
        ));
        ENODEV
    })
}
