//! CALL and CALL2 rows: a guest makes one call, and what it or user space sees of it. The guest is run here.

use crate::bench::{Bench, DEVICE, EXIT_MMIO};
use crate::exceptions::over_all;
use crate::load::{Recording, Row, number};

const HVC: u32 = 0xd400_0002;
const SMC: u32 = 0xd400_0003;
const IMMEDIATE_1: u32 = 1 << 5;

/// Names that say more than HVC #0 with the function and two arguments of the row.
fn instruction(name: &str) -> u32 {
    match name {
        "call_smc" | "psci_version_smc" => SMC,
        "psci_version_hvc1" => HVC | IMMEDIATE_1,
        "psci_version_smc1" => SMC | IMMEDIATE_1,
        _ => HVC,
    }
}

/// `0xc4000003(0x1,0x40020000)`.
fn arguments(column: &str) -> [u64; 3] {
    let (function, rest) = column.split_once('(').expect("a function and its arguments");
    let (first, second) = rest.trim_end_matches(')').split_once(',').expect("two arguments");
    [number(function), number(first), number(second)]
}

/// Columns after the call itself, as the probe prints them; what differs every time is replaced by a star.
fn answer(bench: &Bench, result: i64, what: [u64; 3]) -> String {
    let reason = bench.exit_reason();
    if result == 0 && reason == EXIT_MMIO {
        let kind = if bench.mmio_address() == DEVICE { "ret" } else { "exc" };
        let data = bench.mmio_data();
        let registers = (0..4).map(|x| format!("x{x}={:#x}", bench.x(x))).collect::<Vec<_>>().join(" ");
        return starred(&format!("rc={result}\treason={reason}\t{kind}\t{registers} d={data:#x}"), what);
    }
    let (words, pc, mp) = (bench.payload(), bench.pc(), bench.vcpu.get_mp_state());
    format!("rc={result}\treason={reason}\texit\traw{words} pc={pc:#x} mp={mp}")
}

/// Wall clock and entropy: their registers are compared in form only.
fn starred(columns: &str, [function, first, _]: [u64; 3]) -> String {
    let words = |bits: u64, width: u64| (1..4).map(|x| bits.saturating_sub((3 - x) * width).min(width)).collect::<Vec<_>>();
    let widths = match function {
        0x8600_0001 => vec![32, 32, 32],
        0x8400_0053 => words(first, 32),
        0xc400_0053 => words(first, 64),
        _ => return columns.into(),
    };
    if columns.contains("x0=0xfffffffffffffff") {
        return columns.into();
    }
    let clock = function == 0x8600_0001;
    let starred = |part: &str| {
        let Some((name, value)) = part.split_once('=') else { return part.to_owned() };
        let at = match name {
            "x1" => 0,
            "x2" => 1,
            "x3" => 2,
            _ if clock && (name == "ret\tx0" || name == "x0" || name == "d") => return format!("{name}=*"),
            _ => return part.to_owned(),
        };
        if widths[at] == 0 {
            return part.to_owned();
        }
        let fits = widths[at] == 64 || number(value) >> widths[at] == 0;
        format!("{name}={}", if fits { "*" } else { value })
    };
    columns.split('\t').map(|column| column.split(' ').map(starred).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\t")
}

/// The second vCPU, as CALL2 has it.
fn second(bench: &Bench) -> String {
    let vcpu = bench.second.as_ref().expect("asked for");
    let (mp, pc, x0, pstate) = (vcpu.get_mp_state(), bench.pc_of(vcpu), bench.x_of(vcpu, 0), bench.pstate_of(vcpu));
    format!("vcpu1 mp={mp} pc={pc:#x} x0={x0:#x} pstate={pstate:#x}")
}

fn call(recording: &Recording, row: &Row, two: bool) -> (Bench, String) {
    let (cfg, name, what) = (row[0], row[1], arguments(row[2]));
    let mut bench = Bench::new(recording, cfg);
    if two {
        bench.add_second();
    }
    bench.load(&[instruction(name)]);
    let [function, first, second] = what;
    // The context for the vCPU that starts.
    let third = if name.starts_with("cpu_on") { 7 } else { 0 };
    for (x, value) in [function, first, second, third].into_iter().enumerate() {
        bench.set_x(x as u64, value);
    }
    let result = bench.run();
    let ours = answer(&bench, result, what);
    (bench, ours)
}

#[test]
fn calls() {
    over_all(16, |recording, verdict| {
        let seconds = recording.rows("CALL2");
        for row in recording.rows("CALL") {
            let after = seconds.iter().find(|second| second[..2] == row[..2]);
            let (bench, ours) = call(recording, row, after.is_some());
            let recorded = starred(&row[3..].join("\t"), arguments(row[2]));
            verdict.compare(&format_args!("CALL {} {} {}", row[0], row[1], row[2]), &recorded, &ours);
            if let Some(after) = after {
                verdict.compare(&format_args!("CALL2 {} {}", row[0], row[1]), after[2], &second(&bench));
            }
        }
    });
}
