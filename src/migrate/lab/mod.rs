//! What a move of a guest from one host to another costs: refusals, silent changes, remedies, whole fleets.
//! Asks `kvm`'s rules and runs guests through its file descriptors; has no rule of a kernel of its own.

pub mod baseline;
mod changes;
mod contract;
mod explain;
mod finding;
pub mod guest;
mod host;
mod keep;
mod migration;
mod mitigations;
mod notice;
mod observe;
mod parting;
pub mod plan;
mod policy;
mod proof;
mod refusal;
mod remedy;
mod run;
mod scenario;
mod settings;
mod shared;
mod side;
mod told;
mod view;
mod vmm;

pub use contract::{Judgement, judge};
pub use explain::{any_name_of, hint_for, id_named, name_of};
pub use finding::{Effect, FieldPair, Finding, Kind, Verdict};
pub use host::LabHost;
pub use keep::{KeepError, scenario_text};
pub use migration::{GuestImage, Migration, MigrationError, Report, States};
pub use parting::Parting;
pub use policy::{Clock, CpuHost, Policy, Rules, Tolerance};
pub use remedy::Remedy;
pub use run::{both, migrate};
pub use scenario::{Check, Scenario, ScenarioError, library};
pub use view::View;
