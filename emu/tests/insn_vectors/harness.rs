#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! One vector: parse, set up a PE with identity-mapped Normal memory, execute one instruction, compare everything.

#[path = "scalable.rs"]
mod scalable;

use std::collections::BTreeMap;
use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Exit, VcpuSignal};
use emu::engine::{Interpreter, Jit, JitLevel};
use emu::insn::decode::decode;
use emu::insn::disasm::disassemble;
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::{Feature, SysReg};

const RAM: u64 = 0x1_0000;
const RAM_SIZE: usize = 0x2_0000;
const CODE: u64 = 0x1_0000;
const DATA: u64 = 0x2_0000;
const TABLE: u64 = 0x1_8000;
const VECTORS: u64 = 0x1_4000;

type State = BTreeMap<String, u128>;

fn parse_state(text: &str) -> Result<State, String> {
    let mut state = State::new();
    for item in text.split_whitespace() {
        if item == "undef" {
            state.insert("esr".into(), 0x200_0000);
            continue;
        }
        if item == "trapped" {
            state.insert("trapped".into(), 1);
            continue;
        }
        let (key, value) = item.split_once('=').ok_or(format!("`{item}` is not KEY=VALUE"))?;
        if scalable::insert(&mut state, key, value)? {
            continue;
        }
        let value = u128::from_str_radix(value, 16).map_err(|error| format!("`{item}`: {error}"))?;
        state.insert(key.into(), value);
    }
    Ok(state)
}

/// Identity maps 0..1 GiB: level 1 block, Normal write-back, AF, inner shareable; user pages may not be executed by EL1, so
/// code has a page table of its own: level 2 and 3 below index 0 with EL1-only code and EL0-accessible data.
fn map(memory: &mut [u64], user: bool, data_attribute: u64) {
    let entry = |address: u64| ((address - RAM) / 8) as usize;
    memory[entry(TABLE)] = (TABLE + 0x1000) | 3;
    memory[entry(TABLE + 0x1000)] = (TABLE + 0x2000) | 3;
    for page in 0..(RAM_SIZE as u64 + RAM) >> 12 {
        let address = page << 12;
        if address < RAM {
            continue;
        }
        let access = if address >= DATA || user { 1 << 6 } else { 0 };
        let attribute = if address >= DATA { data_attribute << 2 } else { 0 };
        memory[entry(TABLE + 0x2000 + page * 8)] = address | attribute | access | 1 << 10 | 3 << 8 | 3;
    }
}

fn new_cpu(model: &str, memory: &mut [u64], user: bool) -> Result<Cpu, String> {
    let (model, feature) = model.split_once('+').map_or((model, None), |(model, feature)| (model, Some(feature)));
    let tags = feature == Some("tags");
    map(memory, user, tags.into());
    let physical = Arc::new(PhysicalMemory::default());
    // SAFETY: the caller keeps `memory` until the PE is gone, and nothing else runs.
    physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, RAM_SIZE as u64, memory.as_mut_ptr().cast(), SlotFlags::default()) });
    let host = sysregs::models::by_name(model).ok_or(format!("no model {model}"))?;
    let ids = if tags { host.ids_with_tag_memory().ok_or(format!("{model} has no tags"))? } else { host.ids() };
    let config = CpuConfig::new(ids, 0x8000_0000, true).map_err(|error| error.to_string())?;
    let mut cpu = Cpu::new(Arc::new(config), physical, Arc::new(VcpuSignal::default()), Arc::new(Clock::virtual_time(1_000_000_000)));
    if let Some(name) = feature.filter(|_| !tags) {
        cpu.features.insert(Feature::from_name(name).ok_or(format!("no feature {name}"))?);
    }
    cpu.set_sys(SysReg::HCR_EL2, emu::sys::hcr::APK | emu::sys::hcr::API | if tags { emu::sys::hcr::ATA } else { 0 });
    cpu.set_sys(SysReg::HCRX_EL2, emu::sys::hcrx::MSCEN | emu::sys::hcrx::ENFPM);
    cpu.set_sys(SysReg::TTBR0_EL1, TABLE);
    // TBI0 with tags; attribute 1 is Tagged.
    cpu.set_sys(SysReg::TCR_EL1, 25 | 1 << 23 | 2 << 32 | if tags { 1 << 37 } else { 0 });
    cpu.set_sys(SysReg::MAIR_EL1, 0xf0ff);
    // MMU on; UCI, UCT, DZE, nTWE, nTWI, SPAN and the PAuth enables on.
    let pauth = 1 << 31 | 1 << 30 | 1 << 27 | 1 << 13;
    // ATA and ATA0; TCF and TCF0 synchronous.
    let tagging = if tags { 3 << 42 | 1 << 40 | 1 << 38 } else { 0 };
    cpu.set_sys(SysReg::SCTLR_EL1, tagging | pauth | 1 | 1 << 26 | 1 << 23 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14);
    cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
    cpu.set_sys(SysReg::VBAR_EL1, VECTORS);
    cpu.pc = CODE;
    cpu.x[31] = 0x2_8000;
    Ok(cpu)
}

fn apply(cpu: &mut Cpu, memory: &mut [u64], state: &State) -> Result<(), String> {
    for (key, &value) in state {
        match split(key) {
            ("x", Some(number)) => cpu.x[number] = value as u64,
            ("q", Some(number)) => cpu.v[number] = value,
            _ if scalable::apply(cpu, key, value) => (),
            _ => match key.as_str() {
                "sp" => cpu.x[31] = value as u64,
                "pc" => cpu.pc = value as u64,
                "nzcv" => cpu.nzcv = (value as u32) << 28,
                "fpcr" => cpu.fpcr = value as u32,
                "fpsr" => cpu.fpsr = value as u32,
                "pstate.btype" => cpu.pstate.btype = value as u8,
                "pstate.tco" => cpu.pstate.tco = value != 0,
                "guarded" => guard(memory),
                "pstate.el" => {
                    let sp = cpu.x[31];
                    cpu.switch_pstate(emu::cpu::Pstate {
                        el: if value == 0 { emu::cpu::ExceptionLevel::EL0 } else { emu::cpu::ExceptionLevel::EL1 },
                        sp: value != 0,
                        ..cpu.pstate
                    });
                    cpu.x[31] = sp;
                }
                _ if key.starts_with("tag") => set_tag(cpu, memory_address(&key[3..]).ok_or("no address of a tag")?, value as u64),
                _ => match (memory_address(key), SysReg::from_name(&key.to_uppercase())) {
                    (Some(address), _) => write_memory(memory, address, value as u64),
                    (None, Some(register)) => cpu.set_sys(register, value as u64),
                    (None, None) => return Err(format!("unknown state `{key}`")),
                },
            },
        }
    }
    cpu.update_derived();
    Ok(())
}

/// The Allocation Tag of a granule.
fn set_tag(cpu: &Cpu, address: u64, tag: u64) {
    let mut tags = cpu.memory.page_tags(address).expect("RAM");
    let (word, shift) = ((address & 0xfff) as usize >> 8, (address >> 4 & 15) * 4);
    tags[word] = tags[word] & !(15 << shift) | tag << shift;
    assert!(cpu.memory.set_page_tags(address, &tags));
}

/// The Allocation Tags of the data area that are not zero.
fn insert_tags(state: &mut State, cpu: &Cpu) {
    for page in (DATA..RAM + RAM_SIZE as u64).step_by(0x1000) {
        let words = cpu.memory.page_tags(page).expect("RAM");
        for granule in 0..256 {
            let tag = words[granule / 16] >> (granule % 16 * 4) & 15;
            if tag != 0 {
                state.insert(format!("tag[{:x}]", page + 16 * granule as u64), tag.into());
            }
        }
    }
}

/// Sets GP in the descriptors of the pages of code.
fn guard(memory: &mut [u64]) {
    let entry = |address: u64| ((TABLE + 0x2000 - RAM) / 8 + (address >> 12)) as usize;
    for page in [CODE, VECTORS] {
        memory[entry(page)] |= 1 << 50;
    }
}

fn split(key: &str) -> (&str, Option<usize>) {
    let digits = key.find(|c: char| c.is_ascii_digit()).unwrap_or(key.len());
    (&key[..digits], key[digits..].parse().ok().filter(|&number: &usize| number < 32))
}

fn memory_address(key: &str) -> Option<u64> {
    u64::from_str_radix(key.strip_prefix('[')?.strip_suffix(']')?, 16).ok()
}

fn write_memory(memory: &mut [u64], address: u64, value: u64) {
    for (index, byte) in value.to_le_bytes().into_iter().enumerate() {
        let at = (address + index as u64 - RAM) as usize;
        let shift = 8 * (at % 8);
        memory[at / 8] = memory[at / 8] & !(0xff << shift) | u64::from(byte) << shift;
    }
}

/// Everything the guest can see, for comparison; memory as the words of the data area that are not zero.
fn observe(cpu: &Cpu, memory: &[u64]) -> State {
    let mut state = State::new();
    for number in 0..31 {
        state.insert(format!("x{number}"), cpu.x[number].into());
    }
    for (number, value) in cpu.v.iter().enumerate() {
        state.insert(format!("q{number}"), *value);
    }
    state.insert("sp".into(), cpu.x[31].into());
    state.insert("nzcv".into(), (cpu.nzcv >> 28).into());
    state.insert("fpcr".into(), cpu.fpcr.into());
    state.insert("fpsr".into(), cpu.fpsr.into());
    state.insert("pc".into(), cpu.pc.into());
    state.insert("pstate.btype".into(), cpu.pstate.btype.into());
    scalable::observe(cpu, &mut state);
    insert_data(&mut state, memory);
    insert_tags(&mut state, cpu);
    state
}

/// The words of the data area that are not zero; a missing one counts as zero.
fn insert_data(state: &mut State, memory: &[u64]) {
    let words = memory.iter().enumerate().skip(((DATA - RAM) / 8) as usize).filter(|(_, word)| **word != 0);
    state.extend(words.map(|(index, word)| (format!("[{:x}]", RAM + 8 * index as u64), (*word).into())));
}

fn expected(before: &State, outputs: &State, memory: &mut [u64]) -> State {
    let mut state = before.clone();
    state.retain(|key, _| memory_address(key).is_none());
    state.retain(|key, _| memory_address(key).is_none());
    state.insert("pc".into(), u128::from(CODE) + 4);
    for (key, value) in outputs {
        if let Some(address) = memory_address(key) {
            write_memory(memory, address, *value as u64);
        } else {
            state.insert(key.clone(), *value);
        }
    }
    insert_data(&mut state, memory);
    state
}

fn differences(expected: &State, actual: &State) -> String {
    let value = |state: &State, key: &str| state.get(key).copied().unwrap_or_default();
    let keys: std::collections::BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
    keys.into_iter()
        .map(|key| (key, value(expected, key), value(actual, key)))
        .filter(|(_, expected, actual)| expected != actual)
        .map(|(key, expected, actual)| format!("{key}: expected {expected:x}, got {actual:x}"))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Runs one case on every engine.
pub fn run_case(model: &str, line: &str) -> Result<(), String> {
    run_on(model, line, &mut |cpu| Interpreter::default().run(cpu)).map_err(|why| format!("interpreter: {why}"))?;
    for level in [JitLevel::Calls, JitLevel::V2, JitLevel::V3] {
        run_on(model, line, &mut |cpu| Jit::new(level).eager().run(cpu)).map_err(|why| format!("JIT {level:?}: {why}"))?;
    }
    Ok(())
}

fn run_on(model: &str, line: &str, run: &mut dyn FnMut(&mut Cpu) -> Exit) -> Result<(), String> {
    let (head, states) = line.split_once('|').ok_or("no `|`")?;
    let (word, text) = head.trim().split_once(' ').ok_or("no disassembly")?;
    let word = u32::from_str_radix(word, 16).map_err(|error| error.to_string())?;
    let (inputs, outputs) = states.split_once("=>").ok_or("no `=>`")?;
    let (inputs, mut outputs) = (parse_state(inputs)?, parse_state(outputs)?);
    if let Some(insn) = decode(word, CODE) {
        let ours = disassemble(&insn);
        if ours != text.trim() {
            return Err(format!("disassembles as `{ours}`"));
        }
    }
    let mut memory = vec![0u64; RAM_SIZE / 8];
    let user = inputs.get("pstate.el") == Some(&0);
    let mut cpu = new_cpu(model, &mut memory, user)?;
    apply(&mut cpu, &mut memory, &inputs)?;
    write_memory(&mut memory, CODE, word.into());
    // Exceptions land on a NOP, which uses up the budget.
    for vector in [0, 0x200, 0x400] {
        write_memory(&mut memory, VECTORS + vector, 0xd503_201f);
    }
    let before = observe(&cpu, &memory);
    let mut wanted_memory = memory.clone();
    cpu.budget = 1;
    let exception = outputs.contains_key("esr");
    let exit = run(&mut cpu);
    let mut actual = observe(&cpu, &memory);
    for key in outputs.keys().filter(|key| !before.contains_key(*key)) {
        if let Some(register) = SysReg::from_name(&key.to_uppercase()) {
            actual.insert(key.clone(), cpu.sys(register).into());
        }
    }
    if exception {
        for (key, register) in [("esr", SysReg::ESR_EL1), ("far", SysReg::FAR_EL1)] {
            if outputs.contains_key(key) {
                actual.insert(key.into(), cpu.sys(register).into());
            }
        }
        // Taking the exception is the one instruction of the budget: pc and SP are the handler's.
        outputs.insert("pc".into(), actual["pc"]);
        actual.insert("pstate.btype".into(), before["pstate.btype"]);
        actual.insert("sp".into(), before["sp"]);
    } else if outputs.remove("trapped").is_some() {
        if exit != Exit::FpTrap {
            return Err(format!("left with {exit:?}, not for the hypervisor's trap"));
        }
        outputs.insert("pc".into(), CODE.into());
    } else if exit != Exit::Budget {
        return Err(format!("left with {exit:?}"));
    }
    let wanted = expected(&before, &outputs, &mut wanted_memory);
    let difference = differences(&wanted, &actual);
    if difference.is_empty() { Ok(()) } else { Err(difference) }
}
