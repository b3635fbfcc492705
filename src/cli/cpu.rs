//! `invar cpu`. Finds hosts, asks the report, prints.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::color::Color;
use super::{Failure, output};
use crate::hosts::{self, Format, HostDescription, HostsError, VcpuFeatures};
use crate::report::{self, Paint};

#[derive(Args)]
pub struct CpuArgs {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// What a guest's vCPU has besides PSCI, where a kernel is named [default: ptrauth if the host has it]
    #[arg(long, global = true, value_enum, value_delimiter = ',', value_name = "FEATURES")]
    vcpu_features: Option<Vec<VcpuFeature>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VcpuFeature {
    /// Nothing besides PSCI, as Firecracker
    None,
    Sve,
    Ptrauth,
    Pmu,
    Mte,
}

/// HOST is a model, a file, or either with @KERNEL: what a guest sees under it.
#[derive(Subcommand)]
enum Verb {
    /// The built-in models
    List {
        #[arg(long)]
        json: bool,
    },
    /// ID registers of HOST (a model, a file, or either with @KERNEL) decoded to fields
    Show {
        host: String,
        /// What a guest sees under this host kernel, such as 6.12; the same as HOST@KERNEL
        #[arg(long, value_name = "VERSION")]
        kernel: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// What differs, field by field, and what it means to a guest that moves from A to B
    Diff {
        /// A model, a file, or either with @KERNEL
        a: String,
        /// The same
        b: String,
        #[arg(long)]
        json: bool,
    },
    /// Write HOST (a model, a file, or either with @KERNEL) down
    Dump {
        host: String,
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
        /// Where to [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Read a host file or register dump in any format, and write it in another
    ///
    /// Known by their content: host files (TOML or JSON with `base`, `revision`, `revidr`, `set`, `cache`, `cluster`), Firecracker's
    /// fingerprints and templates (JSON), lines of KVM register id and value, and host-id tables (TSV).
    Import {
        /// The file; - for standard input
        file: PathBuf,
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
        /// Where to [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Report contradictions; exit status 1 if there are any
    Check {
        host: String,
        #[arg(long)]
        json: bool,
    },
}

impl From<HostsError> for Failure {
    fn from(error: HostsError) -> Failure {
        Failure::usage(error.to_string(), error.hint())
    }
}

impl CpuArgs {
    fn features(&self) -> VcpuFeatures {
        let Some(list) = &self.vcpu_features else { return VcpuFeatures::Usual };
        let has = |feature| list.contains(&feature);
        VcpuFeatures::Exactly {
            sve: has(VcpuFeature::Sve),
            pointer_auth: has(VcpuFeature::Ptrauth),
            pmu: has(VcpuFeature::Pmu),
            mte: has(VcpuFeature::Mte),
        }
    }

    fn find(&self, spec: &str) -> Result<HostDescription, Failure> {
        Ok(hosts::find(spec, self.features())?)
    }

    fn paint(&self) -> Paint {
        self.color.paint()
    }
}

/// Runs the verb.
pub fn run(args: &CpuArgs) -> Result<i32, Failure> {
    let paint = args.paint();
    match &args.verb {
        Verb::List { json: true } => print(&pretty(&report::list_json())),
        Verb::List { json: false } => print(&report::list_text(paint)),
        Verb::Show { host, kernel, json } => {
            let mut shown = args.find(host)?;
            if let Some(kernel) = kernel {
                shown = shown.guest_view(hosts::kernel_named(kernel)?, args.features())?;
            }
            print(&if *json { pretty(&report::show_json(&shown)) } else { report::show_text(&shown, paint) })
        }
        Verb::Diff { a, b, json } => {
            let diff = report::diff(&args.find(a)?, &args.find(b)?);
            print(&if *json { pretty(&diff.to_json()) } else { diff.to_text(paint) })
        }
        Verb::Dump { host, format, output } => write(&args.find(host)?.to_format(*format)?, output.as_deref()),
        Verb::Import { file, format, output } => write(&import(file)?.to_format(*format)?, output.as_deref()),
        Verb::Check { host, json } => {
            let (contradictions, subject) = (report::contradictions(&args.find(host)?), host);
            print(&if *json { pretty(&report::check_json(&contradictions)) } else { report::check_text(subject, &contradictions, paint) })?;
            Ok(i32::from(!contradictions.is_empty()))
        }
    }
}

fn import(file: &Path) -> Result<HostDescription, Failure> {
    if file.as_os_str() != "-" {
        return Ok(hosts::from_file(file)?);
    }
    let text = hosts::text(std::io::stdin()).map_err(|error| Failure::usage(format!("standard input cannot be read: {error}"), ""))?;
    Ok(hosts::parse(&text, "stdin")?)
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn print(text: &str) -> Result<i32, Failure> {
    output::print(text).map(|()| 0)
}

fn write(text: &str, output: Option<&Path>) -> Result<i32, Failure> {
    match output {
        None => print(text),
        Some(path) => output::write(path, text).map(|()| 0),
    }
}
