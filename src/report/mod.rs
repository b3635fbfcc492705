//! What people read: text and JSON about hosts and guests. Decides nothing it tells.

mod consequence;
mod cpu_check;
mod cpu_diff;
mod cpu_show;
mod paint;

pub use consequence::{Consequence, Severity};
pub use cpu_check::{check_json, check_text, contradictions};
pub use cpu_diff::{Change, CpuDiff, diff};
pub use cpu_show::{list_json, list_text, show_json, show_text};
pub use paint::Paint;
