//! `--stats`: counters of a finished run, for people and programs. Counts nothing.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::machine::Finished;

/// Rows that people are shown.
const MOST_FREQUENT: usize = 12;

/// What the interpreter's functions did for one kind of instruction, in place of generated code.
#[derive(Serialize)]
struct InterpretedRow {
    instruction: &'static str,
    calls: u64,
    steps: u64,
}

#[derive(Serialize)]
struct VcpuStats {
    instructions: u64,
    exceptions: u64,
    interrupts: u64,
    blocks_built: u64,
    instructions_decoded: u64,
    lookups_fast: u64,
    lookups_slow: u64,
    cache_flushes: u64,
    pages_invalidated: u64,
    pages_moved: u64,
    instructions_translated: u64,
    outlines_made: u64,
    code_bytes: u64,
    code_entries: u64,
    translation_nanoseconds: u64,
    interpreted: Vec<InterpretedRow>,
    exits_sysreg: u64,
    exits_id_register: u64,
    exits_hypercall: u64,
    exits_device_mmio: u64,
    exits_user_mmio: u64,
    waits: u64,
}

#[derive(Serialize)]
struct RunStats {
    outcome: String,
    seconds: f64,
    instructions: u64,
    million_instructions_per_second: f64,
    vcpus: Vec<VcpuStats>,
}

fn gather(finished: &Finished, elapsed: Duration) -> RunStats {
    let vcpus: Vec<_> = finished.vcpus.iter().map(vcpu).collect();
    let instructions = vcpus.iter().map(|vcpu| vcpu.instructions).sum();
    let seconds = elapsed.as_secs_f64();
    let rate = if seconds > 0.0 { instructions as f64 / seconds / 1e6 } else { 0.0 };
    RunStats { outcome: format!("{:?}", finished.outcome), seconds, instructions, million_instructions_per_second: rate, vcpus }
}

fn vcpu(vcpu: &kvm::VcpuFd) -> VcpuStats {
    let (engine, exits, instructions) = vcpu.statistics();
    let rows = vcpu.interpreted_rows().into_iter();
    let interpreted = rows.map(|(instruction, calls, steps)| InterpretedRow { instruction, calls, steps }).collect();
    VcpuStats {
        instructions,
        exceptions: engine.exceptions,
        interrupts: engine.interrupts,
        blocks_built: engine.blocks_built,
        instructions_decoded: engine.instructions_decoded,
        lookups_fast: engine.lookups_fast,
        lookups_slow: engine.lookups_slow,
        cache_flushes: engine.cache_flushes,
        pages_invalidated: engine.pages_invalidated,
        pages_moved: engine.pages_moved,
        instructions_translated: engine.instructions_translated,
        outlines_made: engine.outlines_made,
        code_bytes: engine.code_bytes,
        code_entries: engine.entries,
        translation_nanoseconds: engine.translation_nanoseconds,
        interpreted,
        exits_sysreg: exits.sysreg,
        exits_id_register: exits.id_register,
        exits_hypercall: exits.hypercall,
        exits_device_mmio: exits.device_mmio,
        exits_user_mmio: exits.user_mmio,
        waits: exits.wait,
    }
}

/// One JSON object.
pub fn json(finished: &Finished, elapsed: Duration) -> String {
    // Plain numbers and strings always serialise.
    serde_json::to_string(&gather(finished, elapsed)).unwrap_or_default()
}

/// Lines for people.
pub fn human(finished: &Finished, elapsed: Duration) -> String {
    let stats = gather(finished, elapsed);
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} instructions in {:.3} s ({:.1} million/s), ended by {}",
        stats.instructions, stats.seconds, stats.million_instructions_per_second, stats.outcome
    );
    for (index, vcpu) in stats.vcpus.iter().enumerate() {
        let _ = writeln!(
            out,
            "cpu {index}: {} instructions, {} exceptions, {} interrupts, {} waits\n  exits: {} system register ({} ID), {} hypercall, {} GIC frame, {} MMIO\n  code: {} blocks of {} instructions decoded, {} look-ups by address, {} slow, {} pages invalidated, {} moved, {} flushes, {} entries\n  generated: {} bytes for {} instructions and {} pieces made late in {:.3} s",
            vcpu.instructions,
            vcpu.exceptions,
            vcpu.interrupts,
            vcpu.waits,
            vcpu.exits_sysreg,
            vcpu.exits_id_register,
            vcpu.exits_hypercall,
            vcpu.exits_device_mmio,
            vcpu.exits_user_mmio,
            vcpu.blocks_built,
            vcpu.instructions_decoded,
            vcpu.lookups_fast,
            vcpu.lookups_slow,
            vcpu.pages_invalidated,
            vcpu.pages_moved,
            vcpu.cache_flushes,
            vcpu.code_entries,
            vcpu.code_bytes,
            vcpu.instructions_translated,
            vcpu.outlines_made,
            vcpu.translation_nanoseconds as f64 / 1e9
        );
        let rows = vcpu.interpreted.iter().take(MOST_FREQUENT).map(|row| format!("{} {}", row.instruction, row.calls + row.steps));
        let _ = writeln!(out, "  interpreted: {}", rows.collect::<Vec<_>>().join(", "));
    }
    out
}
