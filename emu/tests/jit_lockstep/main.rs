//! The JIT against the interpreter: random programs with loops, calls, faults, floating-point special cases and code that changes
//! itself, in lockstep over random slices. What an instruction should do is other tests' business: here both must do the same.
//! `INVAR_JIT_CASES` asks for more cases, `INVAR_JIT_SEED` repeats one, with slices up to `INVAR_JIT_SLICE`.

mod layout;
mod programs;
#[path = "../random/mod.rs"]
mod random;
mod world;

use emu::cpu::{Cpu, Exit};
use emu::engine::{Interpreter, Jit, JitLevel};
use emu::insn::disasm::disassemble_word;
use layout::{ELSEWHERE, RAM};
use random::Random;
use sysregs::SysReg;
use world::{wanders, world};

/// What differs between two PEs.
fn difference(expected: &Cpu, actual: &Cpu) -> Option<String> {
    let mut all = Vec::new();
    let mut check = |name: String, left: u128, right: u128| {
        if left != right {
            all.push(format!("{name}: interpreter {left:#x}, JIT {right:#x}"));
        }
    };
    for number in 0..33 {
        check(format!("x{number}"), expected.x[number].into(), actual.x[number].into());
    }
    for number in 0..32 {
        check(format!("q{number}"), expected.v[number], actual.v[number]);
    }
    for number in 0..32 {
        let (left, right) = (expected.whole_z(number), actual.whole_z(number));
        (1..16).for_each(|part| check(format!("z{number}[{part}]"), left.quadword(part), right.quadword(part)));
    }
    let predicates = |cpu: &Cpu| (0..16).map(|number| cpu.whole_p(number)).chain([cpu.ffr()]).collect::<Vec<_>>();
    for (number, (left, right)) in predicates(expected).iter().zip(predicates(actual)).enumerate() {
        check(format!("p{number}"), left.0[0].into(), right.0[0].into());
    }
    check("pc".into(), expected.pc.into(), actual.pc.into());
    check("nzcv".into(), expected.nzcv.into(), actual.nzcv.into());
    check("fpsr".into(), expected.fpsr.into(), actual.fpsr.into());
    check("fpcr".into(), expected.fpcr.into(), actual.fpcr.into());
    let monitor =
        |cpu: &Cpu| cpu.monitor.marked().map_or(0, |(address, size, value)| u128::from(address) << 8 ^ u128::from(size) ^ value << 3);
    check("monitor".into(), monitor(expected), monitor(actual));
    check("retired".into(), expected.retired.into(), actual.retired.into());
    check("budget".into(), expected.budget.into(), actual.budget.into());
    check("pstate".into(), expected.pstate.to_spsr(0).into(), actual.pstate.to_spsr(0).into());
    for &register in SysReg::ALL {
        check(register.name().into(), expected.sys(register).into(), actual.sys(register).into());
    }
    (!all.is_empty()).then(|| all.join("\n  "))
}

/// The number of pages that moved.
fn run_case(seed: u64, level: JitLevel, cramped: bool, longest: u64) -> u64 {
    let (mut left, mut right) = (world(seed), world(seed));
    let (mut interpreter, mut jit) = (Interpreter::default(), Jit::new(level).eager());
    if cramped {
        jit = jit.cramped();
    }
    let mut random = Random(seed ^ 0x55);
    let mut total = 0;
    while total < 6000 {
        let slice = if random.below(8) == 0 { 1 + random.below(4) } else { 1 + random.below(longest) };
        if wanders(seed) && random.below(2) == 0 {
            let distance = ELSEWHERE.chain([0]).nth(random.below(6) as usize).unwrap_or_default();
            left.wander(distance, seed % 8 == 7);
            right.wander(distance, seed % 8 == 7);
        }
        let start = left.cpu.pc;
        (left.cpu.budget, right.cpu.budget) = (slice, slice);
        let (wanted, got) = (interpreter.run(&mut left.cpu), jit.run(&mut right.cpu));
        let place = || {
            let word = left.memory.get((start.wrapping_sub(RAM) / 8) as usize).map_or(0, |word| (word >> (8 * (start & 4))) as u32);
            format!(
                "seed {seed}, {level:?}, cramped {cramped}, slice of {slice} from {start:#x} ({}) after {total}",
                disassemble_word(word, start)
            )
        };
        assert_eq!(wanted, got, "{}", place());
        if let Some(difference) = difference(&left.cpu, &right.cpu) {
            panic!("{}:\n  {difference}", place());
        }
        if let Some(at) = left.memory.iter().zip(&right.memory).position(|(left, right)| left != right) {
            panic!("{}: memory at {:#x}: interpreter {:#x}, JIT {:#x}", place(), RAM + 8 * at as u64, left.memory[at], right.memory[at]);
        }
        if wanted != Exit::Budget {
            for cpu in [&mut left.cpu, &mut right.cpu] {
                cpu.pc = cpu.pc.wrapping_add(4);
            }
        }
        total += slice;
    }
    jit.stats().pages_moved
}

#[test]
fn jit_and_interpreter_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("INVAR_JIT_CASES").unwrap_or(60);
    let seeds = match number("INVAR_JIT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..cases,
    };
    // Shorter slices place a difference more exactly, where they still show it.
    let longest = number("INVAR_JIT_SLICE").unwrap_or(400);
    let (mut cases, mut moved) = (0, 0);
    for seed in seeds {
        for (level, cramped) in [(JitLevel::Calls, false), (JitLevel::V2, false), (JitLevel::V3, false), (JitLevel::V3, true)] {
            moved += run_case(seed, level, cramped, longest);
            cases += 1;
        }
    }
    assert!(cases < 100 || moved > cases / 6, "{moved} pages moved in {cases} cases");
}
