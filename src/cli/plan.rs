//! `invar plan`. Gathers the fleet, asks the lab, prints.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, color, output};
use crate::migrate::lab::plan::{fleet, plan};
use crate::migrate::lab::{Policy, Rules};
use crate::report;

#[derive(Args)]
pub struct PlanArgs {
    /// Hosts, as for `invar migrate`: CPU[:REVISION][@KERNEL][+FEATURE…] or host files
    #[arg(value_name = "HOST", required = true)]
    hosts: Vec<String>,
    /// Every host on each of these kernels, such as 5.10,6.1,6.12
    #[arg(long, value_name = "KERNEL", value_delimiter = ',')]
    kernels: Vec<String>,
    #[arg(long, value_enum, default_value = "qemu")]
    policy: Policy,
    /// Linux version whose errata tables guests have
    #[arg(long, default_value = "7.3", value_name = "VERSION", value_parser = clap::builder::PossibleValuesParser::new(sysregs::errata::KERNELS))]
    guest_kernel: String,
    /// Write one HTML page that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: color::Color,
}

/// Runs the plan.
pub fn run(args: &PlanArgs) -> Result<i32, Failure> {
    let hosts = fleet(&args.hosts, &args.kernels)?;
    let rules = Rules { policy: args.policy, guest_kernel: args.guest_kernel.clone(), ..Rules::default() };
    let mut plan = plan(&hosts, &rules);
    if args.html.is_some() || args.json {
        plan.explain(&hosts);
    }
    if let Some(path) = &args.html {
        output::write(path, report::plan_html(&plan))?;
    }
    if args.json {
        output::print(format_args!("{}\n", plan.to_json()))?;
    } else {
        output::print(report::plan_text(&plan, args.color.paint()))?;
    }
    Ok(0)
}
