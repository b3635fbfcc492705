//! Reads the compressed recordings. Interprets no row.

use std::io::Read;
use std::sync::LazyLock;

use invar::probe::Section;

static COMPRESSED: &[u8] = include_bytes!("../../data/recordings.tsv.zst");

/// One recording: a kernel on a CPU.
pub struct Recording {
    pub name: &'static str,
    pub kernel: &'static str,
    pub cpu: &'static str,
    /// What QEMU or the kernel was told besides: `mte`, `nested`.
    pub variant: Option<&'static str>,
    pub rows: Vec<&'static str>,
}

/// How the recorder marks the end of a run.
const END: &str = "META\tend\t";

/// The order of a recording made in one run.
const IN_ONE_RUN: [Section; 9] = [
    Section::Base,
    Section::Configs,
    Section::Wmask,
    Section::Nib,
    Section::Misuse,
    Section::Postrun,
    Section::Guest,
    Section::Hyp,
    Section::Gmisc,
];

impl Recording {
    /// The sections that it has, in its order.
    pub fn sections(&self) -> Vec<Section> {
        let ends: Vec<&str> = self.rows.iter().filter_map(|row| row.strip_prefix(END)).collect();
        match ends.as_slice() {
            ["ok"] => IN_ONE_RUN.into(),
            names => names.iter().map(|name| name.parse().expect("a section")).collect(),
        }
    }
}

/// The end of a run is the recorder's business, and no answer of KVM's.
pub fn is_end(row: &str) -> bool {
    row.starts_with(END)
}

static ALL: LazyLock<Vec<Recording>> = LazyLock::new(|| {
    let mut text = String::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(COMPRESSED).expect("a zstd frame");
    decoder.read_to_string(&mut text).expect("text");
    parse(text.leak())
});

/// Every recording.
pub fn all() -> &'static [Recording] {
    &ALL
}

fn parse(text: &'static str) -> Vec<Recording> {
    let mut all: Vec<Recording> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("FILE\t") {
            Some(name) => all.push(named(name)),
            None => all.last_mut().expect("FILE comes first").rows.push(line),
        }
    }
    all
}

/// `7.3-max-nested`: kernel, CPU with its own dashes, perhaps a variant.
fn named(name: &'static str) -> Recording {
    let (kernel, rest) = name.split_once('-').expect("kernel-cpu");
    let variant = ["mte", "nested"].into_iter().find(|variant| rest.ends_with(variant));
    let cpu = variant.map_or(rest, |variant| rest.trim_end_matches(variant).trim_end_matches('-'));
    Recording { name, kernel, cpu, variant, rows: Vec::new() }
}
