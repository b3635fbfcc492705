//! `invar demo`. Prints what the demonstration found.

use clap::Args;

use super::{Failure, cpu_names, output};
use crate::demo::{self, DemoConfig};
use crate::migrate::lab::Scenario;
use crate::report;

/// The scenario that closes the demonstration.
const STORY: &str = "neoverse-n1-stepping";

#[derive(Args)]
pub struct DemoArgs {
    #[arg(long, default_value = "neoverse-v1", help = cpu_names::help())]
    cpu: String,
    /// Host kernel whose KVM the guest runs on, such as 6.12
    #[arg(long, default_value = "6.12", value_name = "VERSION")]
    host_kernel: String,
    /// Show registers and fields that are zero, too
    #[arg(long)]
    all: bool,
    /// Print what the guest sent to its serial port instead
    #[arg(long, conflicts_with_all = ["all", "json"])]
    console: bool,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Runs the embedded guest; then one is moved between hosts.
pub fn run(args: &DemoArgs) -> Result<i32, Failure> {
    let config = DemoConfig { cpu: args.cpu.clone(), host_kernel: args.host_kernel.clone() };
    let report = demo::run(&config).map_err(|error| Failure::usage(error.to_string(), error.hint()))?;
    if args.json {
        output::print(format_args!("{}\n", report.json()))?;
    } else if args.console {
        output::print(&report.console)?;
    } else {
        output::print(report.table(args.all))?;
        let scenario = Scenario::find(STORY)?;
        output::print(format_args!("\n{}", report::story_text(&scenario, &scenario.run()?)))?;
    }
    Ok(0)
}
