//! What the interpreter's functions do in place of generated code, counted by row: it tells which emitter would pay. Not part of
//! the guest's state.

use crate::cpu::Cpu;
use crate::insn::{Op, ROWS};

/// Counts of one row.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: u64,
    steps: u64,
}

/// Counts by row.
#[derive(Debug)]
pub struct Interpreted(Vec<Counts>);

impl Default for Interpreted {
    fn default() -> Self {
        Interpreted(vec![Counts::default(); ROWS.len()])
    }
}

impl Interpreted {
    /// Generated code called the function: there is no emitter, or it left the case at hand to it.
    pub fn call(&mut self, op: Op) {
        self.0[op as usize].calls += 1;
    }

    /// The engine executed the instruction between two entries of generated code.
    pub fn step(&mut self, op: Op) {
        self.0[op as usize].steps += 1;
    }
}

impl Cpu {
    /// Rows that the interpreter's functions executed where generated code was, the most frequent first: name, calls from generated
    /// code, steps between entries.
    pub fn interpreted_rows(&self) -> Vec<(&'static str, u64, u64)> {
        let counts = ROWS.iter().zip(&self.jit.interpreted.0);
        let mut rows: Vec<_> = counts.map(|(row, counts)| (row.name, counts.calls, counts.steps)).collect();
        rows.retain(|&(_, calls, steps)| calls + steps > 0);
        rows.sort_by_key(|&(_, calls, steps)| std::cmp::Reverse(calls + steps));
        rows
    }
}
