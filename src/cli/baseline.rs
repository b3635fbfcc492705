//! `invar baseline`. Gathers the fleet, asks the solver, prints.

use clap::{Args, ValueEnum};

use super::{Failure, color, output};
use crate::migrate::lab::baseline::{Moves, Solution, solve, ways_out};
use crate::migrate::lab::plan::fleet;
use crate::migrate::lab::{Policy, Rules};
use crate::report::{self, Paint};

#[derive(Args)]
pub struct BaselineArgs {
    /// Hosts, as for `invar migrate`: CPU[:REVISION][@KERNEL][+FEATURE…] or host files
    #[arg(value_name = "HOST", required = true, num_args = 2..)]
    hosts: Vec<String>,
    #[arg(long, value_enum, default_value = "upstream")]
    policy: Policy,
    /// What to write
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: color::Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// Everything, for programs
    Json,
    /// A host file for `invar cpu`
    Model,
    /// A custom CPU template
    Firecracker,
    /// The argument of -cpu
    Qemu,
}

/// Solves; status 1 when there is no baseline, 3 when there is one that nobody refuses and a guest would notice.
pub fn run(args: &BaselineArgs) -> Result<i32, Failure> {
    let hosts = fleet(&args.hosts, &[])?;
    let rules = Rules { policy: args.policy, ..Rules::default() };
    match solve(&hosts, &rules, Moves::All)? {
        Solution::Baseline(mut found) => {
            let restored = found.restore_everywhere()?;
            let file = !matches!(args.format, Format::Text | Format::Json);
            for noticed in found.noticed.iter().filter(|_| file) {
                output::tell(format_args!("accepted, but the guest would notice: {}", noticed.finding.label()));
            }
            match args.format {
                Format::Text => output::print(report::baseline_text(&found, restored, args.color.paint()))?,
                Format::Json => output::print(format_args!("{:#}\n", report::baseline_json(&found, restored)))?,
                Format::Model => output::print(report::baseline_model(&found))?,
                Format::Firecracker => {
                    report::baseline_firecracker_notes(&found).iter().for_each(output::tell);
                    output::print(format_args!("{:#}\n", report::baseline_firecracker(&found)))?;
                }
                Format::Qemu => {
                    let qemu = report::baseline_qemu(&found);
                    qemu.notes.iter().for_each(output::tell);
                    output::print(format_args!("{}\n", qemu.argument))?;
                }
            }
            Ok(found.verdict().status())
        }
        Solution::None(obstacles) => {
            let ways = ways_out(&hosts, &rules)?;
            match args.format {
                Format::Json => output::print(format_args!("{:#}\n", report::obstacles_json(&obstacles, &ways)))?,
                Format::Text => output::print(report::obstacles_text(&obstacles, &ways, args.color.paint()))?,
                // Standard output is for a file that there is not.
                _ => output::tell(report::obstacles_text(&obstacles, &ways, Paint::new(false)).trim_end()),
            }
            Ok(1)
        }
    }
}
