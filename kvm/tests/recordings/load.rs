//! Reads the compressed recordings. Interprets no row.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

static COMPRESSED: &[u8] = include_bytes!("../../../tests/data/recordings.tsv.zst");

/// One recording: a kernel on a CPU.
pub struct Recording {
    pub name: &'static str,
    pub kernel: &'static str,
    pub cpu: &'static str,
    /// What QEMU or the kernel was told besides: `mte`, `nested`.
    pub variant: Option<&'static str>,
    rows: BTreeMap<&'static str, Vec<Row>>,
}

/// A row without its record type, by column.
pub type Row = Vec<&'static str>;

impl Recording {
    /// The rows of a record type, in recorded order.
    pub fn rows(&self, record: &str) -> &[Row] {
        self.rows.get(record).map_or(&[], Vec::as_slice)
    }
}

static ALL: LazyLock<Vec<Recording>> = LazyLock::new(|| parse(decompress(COMPRESSED)));

/// A compressed text, for the life of the test.
pub fn decompress(compressed: &[u8]) -> &'static str {
    let mut text = String::new();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(compressed).expect("a zstd frame");
    decoder.read_to_string(&mut text).expect("text");
    text.leak()
}

/// Every recording.
pub fn all() -> &'static [Recording] {
    &ALL
}

fn parse(text: &'static str) -> Vec<Recording> {
    let mut all: Vec<Recording> = Vec::new();
    for line in text.lines() {
        let mut columns = line.split('\t');
        let record = columns.next().expect("split gives one");
        if record == "FILE" {
            all.push(named(columns.next().expect("FILE has a name")));
        } else {
            let recording = all.last_mut().expect("FILE comes first");
            recording.rows.entry(record).or_default().push(columns.collect());
        }
    }
    all
}

/// `7.3-max-nested`: kernel, CPU with its own dashes, perhaps a variant.
fn named(name: &'static str) -> Recording {
    let (kernel, rest) = name.split_once('-').expect("kernel-cpu");
    let variant = ["mte", "nested"].into_iter().find(|variant| rest.ends_with(variant));
    let cpu = variant.map_or(rest, |variant| rest.trim_end_matches(variant).trim_end_matches('-'));
    Recording { name, kernel, cpu, variant, rows: BTreeMap::new() }
}

/// A recorded number: `0x` hex, or decimal.
pub fn number(text: &str) -> u64 {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("`{text}` is not a number"))
}
