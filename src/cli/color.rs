//! `--color`. Paints nothing itself.

use std::io::IsTerminal;

use clap::ValueEnum;

use crate::report::Paint;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// For standard output.
    pub fn paint(self) -> Paint {
        Paint::new(match self {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: any value that is not empty
            Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        })
    }
}
