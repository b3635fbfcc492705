//! Completion of model names in `--help`. Knows no model.

/// Names of all host CPU models, for help texts.
pub fn help() -> String {
    let names: Vec<_> = sysregs::models::all().iter().map(|model| model.name).collect();
    format!("Host CPU model, or the path of a host file: {}", names.join(", "))
}
