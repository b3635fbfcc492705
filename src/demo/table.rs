//! The report as a table for a terminal of 100 columns. Decides nothing about the values.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::report::{FieldRow, RegisterRow, Report};

/// Marks what host and guest see differently.
const MARK: &str = "≠";

impl Report {
    /// The table and a summary. Registers and fields that are zero on both sides are left out unless `all`.
    pub fn table(&self, all: bool) -> String {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(["", "register", "field", "bits", "host CPU", "guest saw", "traps"]);
        let shown = self.registers.iter().filter(|row| all || !row.is_zero());
        for row in shown {
            table.add_row(cells(row, all).0.map(|cell| cell.trim_end_matches('\n').to_owned()));
        }
        for column in [4, 5, 6] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut out: String = table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect();
        // Writing to a String cannot fail.
        let _ = self.write_summary(&mut out, all);
        out
    }

    fn write_summary(&self, out: &mut impl Write, all: bool) -> std::fmt::Result {
        let differing = self.registers.iter().filter(|row| row.differs).count();
        let fields = self.registers.iter().flat_map(|row| &row.fields).filter(|field| field.differs).count();
        let hidden = self.registers.iter().filter(|row| row.is_zero()).count();
        let summary = &self.summary;
        writeln!(out, "\n{} under Linux {}: the guest read {} ID registers;", self.cpu, self.host_kernel, self.registers.len())?;
        writeln!(out, "{differing} of them, in {fields} named fields, are not what the host CPU has ({MARK}).")?;
        if !all && hidden > 0 {
            writeln!(out, "{hidden} that are zero or absent on both sides are not shown; --all shows them.")?;
        }
        writeln!(
            out,
            "UDF #0 at {:#x} gave ESR_EL1 = {:#x} and was recovered from; then PSCI SYSTEM_OFF.",
            summary.undefined_elr, summary.undefined_esr
        )?;
        writeln!(
            out,
            "{} instructions; exits: {} ID register, {} other system register, {} hypercall, {} MMIO.",
            summary.instructions, summary.exits_id_register, summary.exits_system_register, summary.exits_hypercall, summary.exits_mmio
        )?;
        writeln!(
            out,
            "First instruction after {:.2} ms; {:.2} ms to power off ({:.1} million instructions/s, exits included).",
            summary.seconds_to_first_instruction * 1e3,
            summary.seconds_running * 1e3,
            summary.million_instructions_per_second
        )
    }
}

/// The cells of one register: a line for itself, and one for each field.
#[derive(Default)]
struct Cells([String; 7]);

impl Cells {
    fn add(&mut self, line: [&str; 7]) {
        for (cell, text) in self.0.iter_mut().zip(line) {
            cell.push_str(text);
            cell.push('\n');
        }
    }
}

fn cells(row: &RegisterRow, all: bool) -> Cells {
    let host = row.host.map_or_else(|| "unknown".to_owned(), |value| format!("{value:#x}"));
    let guest = row.guest.map_or_else(|| "UNDEFINED".to_owned(), |value| format!("{value:#x}"));
    let traps = if row.traps == 0 { "-".to_owned() } else { row.traps.to_string() };
    let mut cells = Cells::default();
    cells.add([mark(row.differs), &row.name, "", "", &host, &guest, &traps]);
    for field in row.fields.iter().filter(|field| all || !field.is_zero()) {
        let bits = if field.msb == field.lsb { field.msb.to_string() } else { format!("{}:{}", field.msb, field.lsb) };
        let (host, guest) = (number(field, field.host), number(field, field.guest));
        cells.add([mark(field.differs), "", field.name, &bits, &host, &guest, ""]);
    }
    cells
}

/// Wide fields are codes, narrow ones are numbers.
fn number(field: &FieldRow, value: Option<i64>) -> String {
    match value {
        None => "-".into(),
        Some(value) if value >= 0 && field.msb - field.lsb > 3 => format!("{value:#x}"),
        Some(value) => value.to_string(),
    }
}

fn mark(differs: bool) -> &'static str {
    if differs { MARK } else { "" }
}
