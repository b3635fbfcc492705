#![expect(unsafe_code)]
//! Messages on standard error: events of `kvm` at the level that INVAR_LOG names (`error` unless it says otherwise; `off`,
//! `warn`, `info`, `debug`, `trace`). No lock is held while writing, because a fork may come at any time.
//!
//! Obligation: none; write(2) reads a slice.

use std::fmt::Write;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Says something about the library itself.
pub fn say(text: &str) {
    write_line(&format!("invar-kvm: {text}\n"));
}

fn write_line(line: &str) {
    // SAFETY: the slice is readable. A closed standard error cannot be told to anyone.
    unsafe { libc::write(libc::STDERR_FILENO, line.as_ptr().cast(), line.len()) };
}

/// To be called before the first ioctl.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let wanted = std::env::var("INVAR_LOG").unwrap_or_else(|_| "error".into());
        let level = wanted.parse().unwrap_or_else(|_| {
            say(&format!("INVAR_LOG is off, error, warn, info, debug or trace, not `{wanted}`"));
            LevelFilter::ERROR
        });
        // Nobody else in this library could have set one.
        let _ = tracing::subscriber::set_global_default(Stderr { level });
    });
}

struct Stderr {
    level: LevelFilter,
}

impl Subscriber for Stderr {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        say(&format!("{}:{}", event.metadata().level().as_str().to_lowercase(), line.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The message, then the fields as `name=value`.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0.insert_str(0, &format!(" {value:?}"));
        } else {
            // A string takes everything.
            let _ = write!(self.0, " {}={value:?}", field.name());
        }
    }
}
