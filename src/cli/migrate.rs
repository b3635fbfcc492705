//! `invar migrate`. Gathers what is asked, asks the lab, prints.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, color, output};
use crate::machine::StopWhen;
use crate::migrate::lab::{
    self, Clock, CpuHost, GuestImage, LabHost, Migration, MigrationError, Policy, Scenario, ScenarioError, Tolerance,
};
use crate::report;

/// The options that describe a move. A scenario says all of that itself, and a list is of no move.
const OF_A_MOVE: [&str; 23] = [
    "from",
    "to",
    "guest",
    "no_guest",
    "append",
    "at",
    "smp",
    "semihosting",
    "policy",
    "cpu_host",
    "clock",
    "set",
    "safe_to_miss",
    "under_mask",
    "writable_implementation",
    "announce",
    "guest_kernel",
    "unknown_from",
    "memory",
    "limit",
    "seed",
    "bisect",
    "console",
];

#[derive(Args)]
pub struct MigrateArgs {
    /// A named scenario or a scenario file instead of --from and --to
    #[arg(value_name = "SCENARIO", conflicts_with_all = OF_A_MOVE)]
    scenario: Option<String>,
    /// Name the scenarios
    #[arg(long, conflicts_with = "scenario", conflicts_with_all = OF_A_MOVE)]
    list: bool,
    /// Exit with 0 when a scenario goes as it expects, with 1 when not
    #[arg(long, requires = "scenario")]
    check: bool,
    /// Source: CPU[:REVISION][@KERNEL][+FEATURE…] or a host file, such as neoverse-n1:r3p1@4.20
    #[arg(long, value_name = "HOST", required_unless_present_any = ["scenario", "list", "replay"])]
    from: Option<String>,
    /// Destination, in the same way
    #[arg(long, value_name = "HOST", required_unless_present_any = ["scenario", "list", "replay"])]
    to: Option<String>,
    /// Guest to move, ELF, Image or raw [default: the embedded guest]
    #[arg(long, value_name = "IMAGE")]
    guest: Option<PathBuf>,
    /// Run no guest: judge by KVM's rules alone
    #[arg(long, conflicts_with = "guest")]
    no_guest: bool,
    /// Kernel command line of the guest
    #[arg(long, default_value = "", value_name = "TEXT")]
    append: String,
    /// When: marker[:N] (hypercall 0xc6004d56), 1000000 (instructions), console:TEXT, 20ms (of the guest's time), seconds:N
    #[arg(long, default_value = "marker", value_name = "POINT")]
    at: StopWhen,
    /// Number of CPUs
    #[arg(long, default_value = "1", value_name = "N")]
    smp: u64,
    /// Serve semihosting calls on both sides
    #[arg(long)]
    semihosting: bool,
    /// Whose contract the destination follows
    #[arg(long, value_enum, default_value = "qemu")]
    policy: Policy,
    /// What `-cpu host` means on the destination
    #[arg(long, value_enum, default_value = "source")]
    cpu_host: CpuHost,
    /// What becomes of the guest's counter
    #[arg(long, value_enum, default_value = "register")]
    clock: Clock,
    /// Write a register on the source before the guest first runs (name or id)
    #[arg(long, value_name = "REGISTER=VALUE", value_parser = assignment)]
    set: Vec<(u64, u64)>,
    /// A register that may be missing on the destination
    #[arg(long, value_name = "REGISTER", value_parser = register)]
    safe_to_miss: Vec<u64>,
    /// A register that is compared under a mask instead of being written
    #[arg(long, value_name = "REGISTER=MASK", value_parser = assignment)]
    under_mask: Vec<(u64, u64)>,
    /// Enable KVM_CAP_ARM_WRITABLE_IMP_ID_REGS on both sides
    #[arg(long)]
    writable_implementation: bool,
    /// Announce both hosts' implementations to the guest before it boots
    #[arg(long)]
    announce: bool,
    /// Linux version whose errata tables the guest has
    #[arg(long, default_value = "7.3", value_name = "VERSION", value_parser = clap::builder::PossibleValuesParser::new(sysregs::errata::KERNELS))]
    guest_kernel: String,
    /// Take what nobody knows of a host from this model, on both sides
    #[arg(long, value_name = "MODEL")]
    unknown_from: Option<String>,
    /// Guest memory in MiB
    #[arg(long, default_value = "16", value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4096))]
    memory: u64,
    /// Instructions that the guest may take to the point, and after it
    #[arg(long, default_value = "50000000", value_name = "COUNT")]
    limit: u64,
    #[arg(long, default_value = "0")]
    seed: u64,
    /// Find the first instruction after which the moved guest does something else than it would have done on the source
    #[arg(long, conflicts_with = "no_guest")]
    bisect: bool,
    /// Write the move and its outcome as a scenario file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "list", "replay"])]
    record: Option<PathBuf>,
    /// Make a recorded move again: exits with 0 when all is as recorded, with 1 when not
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "list"], conflicts_with_all = OF_A_MOVE)]
    replay: Option<String>,
    /// Show findings without effect, too
    #[arg(long)]
    all: bool,
    /// Print what the guest printed instead
    #[arg(long, conflicts_with_all = ["all", "json"])]
    console: bool,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Write the result as JUnit's XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: color::Color,
}

impl From<MigrationError> for Failure {
    fn from(error: MigrationError) -> Failure {
        let hint = error.hint();
        Failure::usage(error.to_string(), hint)
    }
}

fn register(text: &str) -> Result<u64, String> {
    lab::id_named(text).ok_or_else(|| format!("there is no register named `{text}`; {}", lab::hint_for(text)))
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("`{text}` is not a number"))
}

fn assignment(text: &str) -> Result<(u64, u64), String> {
    let (name, value) = text.split_once('=').ok_or("expected REGISTER=VALUE")?;
    Ok((register(name)?, number(value)?))
}

impl MigrateArgs {
    fn migration(&self) -> Result<Migration, Failure> {
        let side = |spec: &Option<String>| LabHost::parse(spec.as_deref().unwrap_or_default());
        let (from, to) = (side(&self.from)?, side(&self.to)?);
        let mut migration = Migration::new(from, to);
        migration.guest = self.guest()?;
        migration.at = self.at.clone();
        (migration.cpus, migration.semihosting) = (self.smp, self.semihosting);
        (migration.memory, migration.seed, migration.limit) = (self.memory << 20, self.seed, self.limit);
        migration.unknown_from.clone_from(&self.unknown_from);
        migration.bisect = self.bisect;
        let rules = &mut migration.rules;
        (rules.policy, rules.cpu_host, rules.clock) = (self.policy, self.cpu_host, self.clock);
        rules.before_first_run.clone_from(&self.set);
        rules.writable_implementation = self.writable_implementation;
        rules.guest_kernel.clone_from(&self.guest_kernel);
        rules.tolerances = self.safe_to_miss.iter().map(|&id| Tolerance::SafeToMiss { id }).collect();
        rules.tolerances.extend(self.under_mask.iter().map(|&(id, mask)| Tolerance::UnderMask { id, mask }));
        if self.announce {
            rules.targets = lab::both(&migration.from, &migration.to);
        }
        Ok(migration)
    }

    fn guest(&self) -> Result<GuestImage, Failure> {
        if self.no_guest {
            return Ok(GuestImage::None);
        }
        let Some(path) = &self.guest else { return Ok(GuestImage::Embedded) };
        let bytes = crate::hosts::read_file(path, crate::machine::image_max(self.memory << 20))
            .map_err(|error| Failure::usage(format!("`{}` cannot be read: {error}", path.display()), ""))?;
        Ok(GuestImage::Image { bytes, append: self.append.clone() })
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Failure {
        let hint = error.hint();
        Failure::usage(error.to_string(), hint)
    }
}

/// Runs the move, or a scenario.
pub fn run(args: &MigrateArgs) -> Result<i32, Failure> {
    if args.list {
        return list(args.json);
    }
    for path in args.record.iter().chain(&args.junit) {
        output::probe(path)?;
    }
    match (&args.replay, &args.scenario) {
        (Some(recording), _) => scenario_run(args, &Scenario::find(recording)?, true),
        (None, Some(scenario)) => scenario_run(args, &Scenario::find(scenario)?, args.check),
        (None, None) => one(args),
    }
}

fn list(json: bool) -> Result<i32, Failure> {
    let scenarios = lab::library()?;
    if json {
        let row = |scenario: &Scenario| serde_json::json!({ "name": scenario.name, "title": scenario.title, "report": scenario.report });
        output::print(format_args!("{:#}\n", scenarios.iter().map(row).collect::<serde_json::Value>()))?;
    } else {
        let width = scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or_default();
        let line = |scenario: &Scenario| format!("{:width$}  {}\n", scenario.name, scenario.title);
        output::print(scenarios.iter().map(line).collect::<String>())?;
    }
    Ok(0)
}

fn one(args: &MigrateArgs) -> Result<i32, Failure> {
    let migration = args.migration()?;
    let report = lab::migrate(&migration)?;
    if args.json {
        output::print(format_args!("{:#}\n", report::migrate_json(&report, None)))?;
    } else if args.console {
        output::print(&report.console)?;
    } else {
        output::print(report::migrate_text(&report, args.all, args.color.paint()))?;
    }
    let failed = report.verdict != lab::Verdict::Migrates;
    let case = report::Case {
        name: format!("{} -> {}", report.from, report.to),
        failure: failed.then(|| report.verdict.sentence().into()),
        output: report::migrate_text(&report, true, report::Paint::new(false)),
    };
    write_junit(args, "invar migrate", &[case])?;
    if let Some(path) = &args.record {
        let text = lab::scenario_text(&migration, &report, args.guest.as_deref());
        let text = text.map_err(|error| Failure::usage(error.to_string(), ""))?;
        output::write(path, text)?;
    }
    let parts = report.parting.as_ref().is_some_and(|parting| parting.divergence.is_some());
    Ok(if parts && !failed { lab::Verdict::Changes.status() } else { report.verdict.status() })
}

fn scenario_run(args: &MigrateArgs, scenario: &Scenario, check: bool) -> Result<i32, Failure> {
    // A remedy may be there to be looked at; a case without expectation would agree with everything.
    if check && scenario.steps.first().is_none_or(|case| case.expect.is_none()) {
        return Err(Failure::usage(format!("{}: it has no expectation", scenario.name), "[case.expect] says what is to be expected"));
    }
    let checks = scenario.run()?;
    if args.json {
        output::print(format_args!("{:#}\n", report::scenario_json(scenario, &checks)))?;
    } else {
        output::print(report::scenario_text(scenario, &checks, args.all, args.color.paint()))?;
    }
    let case = |check: &lab::Check| report::Case {
        name: check.what.clone(),
        failure: check.differences.as_ref().filter(|differences| !differences.is_empty()).map(|differences| differences.join("; ")),
        output: report::migrate_text(&check.report, true, report::Paint::new(false)),
    };
    write_junit(args, &scenario.name, &checks.iter().map(case).collect::<Vec<_>>())?;
    if check {
        return Ok(i32::from(checks.iter().any(|check| check.as_expected() == Some(false))));
    }
    Ok(checks.first().map_or(0, |check| check.report.verdict.status()))
}

fn write_junit(args: &MigrateArgs, suite: &str, cases: &[report::Case]) -> Result<(), Failure> {
    let Some(path) = &args.junit else { return Ok(()) };
    output::write(path, report::junit(suite, cases))
}
