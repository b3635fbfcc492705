//! Colours, where someone sees them. Never the only carrier of a meaning.

use std::fmt::Display;

/// Paints, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

impl Paint {
    pub const fn new(on: bool) -> Paint {
        Paint { on }
    }

    fn with(self, code: &str, text: impl Display) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    pub fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    pub fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }

    pub fn red(self, text: impl Display) -> String {
        self.with("31", text)
    }

    pub fn green(self, text: impl Display) -> String {
        self.with("32", text)
    }

    pub fn yellow(self, text: impl Display) -> String {
        self.with("33", text)
    }

    pub fn cyan(self, text: impl Display) -> String {
        self.with("36", text)
    }
}
