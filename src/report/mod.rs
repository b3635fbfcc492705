//! What people read: text and JSON about hosts and guests. Decides nothing it tells.

mod baseline_text;
mod consequence;
mod cpu_check;
mod cpu_diff;
mod cpu_show;
mod junit;
mod migrate_text;
mod paint;
mod parting;
mod plan_html;
mod plan_text;
pub mod templates;

pub use baseline_text::{
    baseline_firecracker, baseline_firecracker_notes, baseline_json, baseline_model, baseline_qemu, baseline_text, obstacles_json,
    obstacles_text,
};
pub use consequence::{Consequence, Severity};
pub use cpu_check::{check_json, check_text, contradictions};
pub use cpu_diff::{Change, CpuDiff, diff, register_changes};
pub use cpu_show::{list_json, list_text, show_json, show_text};
pub use junit::{Case, junit};
pub use migrate_text::{migrate_json, migrate_text, scenario_json, scenario_text, story_text};
pub use paint::Paint;
pub use parting::{parting_json, parting_text};
pub use plan_html::plan_html;
pub use plan_text::plan_text;
