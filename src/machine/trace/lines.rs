//! One CPU's events as lines; the format is described in the parent module. Opens no file.

use std::fmt::{self, Write};
use std::sync::Arc;

use emu::cpu::{Exit, Stage2Abort, SysRegTrap, Vector};
use emu::insn::{Insn, disasm};
use emu::trace::{Mmio, Trace};
use loader::Symbols;
use sysregs::{Encoding, SysOp, SysReg};

use super::{TraceSink, exception_class};
use crate::machine::config::TraceConfig;

/// The trace of one CPU.
pub struct Tracer {
    sink: TraceSink,
    cpu: u64,
    instructions: bool,
    exceptions: bool,
    system_registers: bool,
    exits: bool,
    symbols: Arc<Symbols>,
    /// Reused from line to line.
    line: String,
}

impl Tracer {
    pub fn new(sink: TraceSink, cpu: u64, config: &TraceConfig, symbols: Arc<Symbols>) -> Tracer {
        let TraceConfig { instructions, exceptions, system_registers, exits, .. } = *config;
        Tracer { sink, cpu, instructions, exceptions, system_registers, exits, symbols, line: String::new() }
    }

    fn write(&mut self, kind: &str, pc: u64, what: fmt::Arguments<'_>) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        // Writing to a String cannot fail.
        let _ = write!(line, "cpu{} {kind:9} {pc:#x} {what}", self.cpu);
        if let Some((name, offset)) = self.symbols.lookup(pc) {
            let _ = write!(line, " <{name}+{offset:#x}>");
        }
        line.push('\n');
        self.sink.line(&line);
        self.line = line;
    }
}

/// The name of a system register or operation.
fn name_of(encoding: u16) -> String {
    let encoding = Encoding(encoding);
    let register = SysReg::from_encoding(encoding).map(SysReg::name);
    let operation = || SysOp::from_encoding(encoding).map(SysOp::name);
    register.or_else(operation).map_or_else(|| encoding.generic_name().to_string(), str::to_owned)
}

fn direction(write: bool) -> &'static str {
    if write { "write" } else { "read" }
}

/// An exit in words; `None` for what has lines of its own.
fn describe(exit: &Exit, arguments: [u64; 4]) -> Option<String> {
    let call = |name: &str, immediate: &u16| {
        let [x0, x1, x2, x3] = arguments;
        format!("{name} {immediate:#x} x0={x0:#x} x1={x1:#x} x2={x2:#x} x3={x3:#x}")
    };
    Some(match exit {
        Exit::SysReg(SysRegTrap { encoding, read: true, .. }) => format!("trap read {}", name_of(*encoding)),
        Exit::SysReg(SysRegTrap { encoding, value, .. }) => format!("trap write {} {value:#x}", name_of(*encoding)),
        Exit::Hvc(immediate) => call("hvc", immediate),
        Exit::Smc(immediate) => call("smc", immediate),
        Exit::FpTrap => "trap FP or SIMD".into(),
        Exit::PauthTrap => "trap pointer authentication".into(),
        Exit::Debug { esr, far } => format!("debug ESR_EL2={esr:#x} FAR_EL2={far:#x}"),
        Exit::Stage2(abort) => return describe_abort(abort),
        Exit::Wfi => "wfi".into(),
        Exit::Wfe => "wfe".into(),
        Exit::WaitUntil(alarm) => format!("{} until {:#x}", if alarm.events { "wfet" } else { "wfit" }, alarm.count),
        Exit::MemoryCopy { esr } => format!("memory copy ESR_EL2={esr:#x}"),
        Exit::Yield => "yield".into(),
        Exit::Semihosting => {
            let [x0, x1, ..] = arguments;
            format!("semihosting {:#x} x1={x1:#x}", x0 as u32)
        }
        Exit::Kicked => "kicked".into(),
        Exit::Budget => "budget".into(),
        Exit::UnknownIdValue(register) => format!("unknown value {register}"),
        Exit::Exception(exception) => format!("exception ESR={:#x}", exception.esr),
        Exit::Unimplemented { word } => format!("unimplemented {word:08x}"),
    })
}

/// A stage 2 abort that is not simply an access to a device: those have `mmio` lines.
fn describe_abort(abort: &Stage2Abort) -> Option<String> {
    if abort.syndrome_valid() && !abort.fetch() && !abort.table_walk() {
        return None;
    }
    let what = if abort.fetch() { "fetch" } else { direction(abort.write()) };
    let walk = if abort.table_walk() { " by a table walk" } else { "" };
    Some(format!("stage 2 abort {what}{walk} {:#x} ESR_EL2={:#x} FAR_EL2={:#x}", abort.ipa, abort.esr, abort.far))
}

impl Trace for Tracer {
    fn wants_instructions(&self) -> bool {
        // Stepping makes the address of a register read exact.
        self.instructions || self.system_registers
    }

    fn instruction(&mut self, el: u8, pc: u64, insn: &Insn) {
        if self.instructions {
            self.write("insn", pc, format_args!("el{el} {:08x} {}", insn.word, disasm::disassemble(insn)));
        }
    }

    fn exception(&mut self, vector: Vector, return_address: u64, esr: u64, far: u64) {
        if !self.exceptions {
            return;
        }
        let name = match vector {
            Vector::Irq => return self.write("exception", return_address, format_args!("irq")),
            Vector::Fiq => return self.write("exception", return_address, format_args!("fiq")),
            Vector::Synchronous => "synchronous",
            Vector::SError => "serror",
        };
        let class = (esr >> 26 & 0x3f) as u8;
        let meaning = exception_class::name(class);
        let address = if exception_class::has_fault_address(class) { format!(" FAR={far:#x}") } else { String::new() };
        self.write("exception", return_address, format_args!("{name} EC={class:#04x} ({meaning}) ESR={esr:#x}{address}"));
    }

    fn system_register(&mut self, pc: u64, encoding: u16, write: bool, value: u64) {
        if self.system_registers {
            self.write("sysreg", pc, format_args!("{} {} {value:#x}", direction(write), name_of(encoding)));
        }
    }

    fn mmio(&mut self, pc: u64, access: &Mmio) {
        if !self.exits {
            return;
        }
        let Mmio { address, size, write, value } = *access;
        let direction = direction(write);
        match value {
            Some(value) => self.write("mmio", pc, format_args!("{direction} {size} {address:#x} {value:#x}")),
            None => self.write("mmio", pc, format_args!("{direction} {size} {address:#x} nothing there")),
        }
    }

    fn exit(&mut self, pc: u64, exit: &Exit, arguments: [u64; 4]) {
        if !self.exits {
            return;
        }
        // These leave with pc after the instruction.
        let after = matches!(exit, Exit::Hvc(_) | Exit::Wfi | Exit::Wfe | Exit::WaitUntil(_) | Exit::Yield);
        let pc = if after { pc.wrapping_sub(4) } else { pc };
        if let Some(what) = describe(exit, arguments) {
            self.write("exit", pc, format_args!("{what}"));
        }
    }
}
