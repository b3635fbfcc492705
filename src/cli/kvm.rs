//! `invar kvm`. Finds the host, asks the probe, prints.

use clap::{Args, Subcommand};

use ::kvm::Host;

use super::{Failure, output};
use crate::hosts;
use crate::probe::{self, Section};

#[derive(Args)]
pub struct KvmArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Ask a host's KVM everything, by ioctls and by small guests, and print the answers as tab-separated rows
    ///
    /// The rows are those of the recordings of real KVM under tests/data, in the same order, so that two hosts, or a host and a
    /// recording, can be compared with diff.
    Probe(ProbeArgs),
}

#[derive(Args)]
struct ProbeArgs {
    /// The host's CPU: a model's name, or a host file
    #[arg(long, value_name = "NAME")]
    cpu: String,
    /// The host's kernel, such as 6.12
    #[arg(long, value_name = "VERSION")]
    host_kernel: String,
    /// Parts of the probe, in order [default: all of base, configs, wmask, nib, misuse, postrun, hyp, gmisc, guest; there is also user]
    #[arg(long, value_delimiter = ',', value_name = "SECTIONS")]
    section: Vec<Section>,
    /// The board has tag memory, so that MTE shows (models that have it)
    #[arg(long)]
    mte: bool,
    /// KVM runs with kvm-arm.mode=nested
    #[arg(long)]
    nested: bool,
}

/// Runs the verb.
pub fn run(args: &KvmArgs) -> Result<i32, Failure> {
    let Verb::Probe(args) = &args.verb;
    let described = hosts::host_named(&args.cpu)?;
    let kernel = hosts::kernel_named(&args.host_kernel)?;
    let ids = described.only_cluster()?.ids.clone();
    let mut host = Host::with_ids(&described.name, ids, kernel.name()).map_err(|error| Failure::usage(error.to_string(), ""))?;
    if args.mte && !host.add_tag_memory() {
        return Err(Failure::usage(format!("{} has no FEAT_MTE2 that memory for tags could show", args.cpu), ""));
    }
    host.nested = args.nested;
    let mut text = probe::rows(&host, &args.section).join("\n");
    text.push('\n');
    output::print(text).map(|()| 0)
}
