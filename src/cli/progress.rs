//! A bar for a live migration: the round, its pages, and the rate. Shows nothing where standard error is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::migrate::live::Progress;

/// The bar of one migration.
#[derive(Default)]
pub struct Bar {
    bar: Option<ProgressBar>,
    /// Bytes of stream when the round began, and when that was.
    began: Option<(u64, std::time::Instant)>,
    bytes: u64,
}

impl Bar {
    /// Takes it away.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn round(&mut self, number: u32, pages: u64) {
        self.finish();
        let bar = ProgressBar::new(pages);
        // The template is a constant, and a wrong one only costs the looks.
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} pages  {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(format!("round {number}"));
        bar.enable_steady_tick(Duration::from_millis(200));
        self.bar = Some(bar);
        self.began = Some((self.bytes, std::time::Instant::now()));
    }

    fn sent(&mut self, pages: u64, bytes: u64) {
        self.bytes = bytes;
        let (Some(bar), Some((before, since))) = (&self.bar, self.began) else { return };
        let rate = (bytes - before) as f64 / since.elapsed().as_secs_f64().max(1e-9) / f64::from(1 << 20);
        bar.set_message(format!("{rate:.0} MiB/s"));
        bar.inc(pages);
    }
}
