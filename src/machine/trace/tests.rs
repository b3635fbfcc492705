//! Lines for every event, and the trace of a whole guest.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, aarch64::Aarch64Relocation, dynasm};
use emu::cpu::{Exit, Stage2Abort, SysRegTrap, Vector};
use emu::insn::decode::decode;
use emu::trace::{Mmio, Trace};
use loader::{Symbol, Symbols};
use sysregs::{SysOp, SysReg};

use super::TraceSink;
use crate::machine::{ConsoleTo, Machine, MachineConfig, MachineError, Outcome, TraceConfig};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes some bytes, then fails.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn everything() -> TraceConfig {
    TraceConfig { instructions: true, exceptions: true, system_registers: true, exits: true, file: None }
}

/// What `events` leaves of a tracer for CPU 3.
fn lines(config: &TraceConfig, events: impl Fn(&mut dyn Trace)) -> Vec<String> {
    let shared = Shared::default();
    let sink = TraceSink::new("memory".into(), Box::new(shared.clone()));
    let symbols = Symbols::new([Symbol { address: 0x1000, size: 0x100, name: "main".into() }]);
    events(&mut *sink.tracer(3, config, Arc::new(symbols)));
    sink.finish().unwrap();
    let text = String::from_utf8(shared.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

type Action = Box<dyn Fn(&mut dyn Trace)>;

fn exit(exit: Exit) -> Action {
    Box::new(move |trace| trace.exit(0x1010, &exit, [0x8400_0008, 1, 2, 3]))
}

fn events() -> Vec<(&'static str, Action)> {
    let register =
        |register: SysReg, write| -> Action { Box::new(move |trace| trace.system_register(0x2000, register.encoding().0, write, 0x22)) };
    let mmio = |write, value| -> Action { Box::new(move |trace| trace.mmio(0x2000, &Mmio { address: 0x900_0000, size: 4, write, value })) };
    let exception = |vector, esr| -> Action { Box::new(move |trace| trace.exception(vector, 0x1004, esr, 0xfa2)) };
    let trapped = |encoding, read| Exit::SysReg(SysRegTrap { encoding, read, rt: 0, value: 7 });
    let abort = |esr| Exit::Stage2(Stage2Abort { esr, far: 0xf0, ipa: 0x8000, walk_level: None });
    vec![
        ("insn      0x1004 el1 d5033fdf isb <main+0x4>", Box::new(|t| t.instruction(1, 0x1004, &decode(0xd503_3fdf, 0x1004).unwrap()))),
        ("insn      0x1100 el0 d5033f5f clrex", Box::new(|t| t.instruction(0, 0x1100, &decode(0xd503_3f5f, 0x1100).unwrap()))),
        ("sysreg    0x2000 read ID_AA64PFR0_EL1 0x22", register(SysReg::ID_AA64PFR0_EL1, false)),
        ("sysreg    0x2000 write VBAR_EL1 0x22", register(SysReg::VBAR_EL1, true)),
        ("exception 0x1004 synchronous EC=0x00 (unknown reason) ESR=0x2000000 <main+0x4>", exception(Vector::Synchronous, 0x200_0000)),
        (
            "exception 0x1004 synchronous EC=0x25 (data abort, same EL) ESR=0x96000010 FAR=0xfa2 <main+0x4>",
            exception(Vector::Synchronous, 0x9600_0010),
        ),
        ("exception 0x1004 serror EC=0x2f (SError) ESR=0xbe000000 <main+0x4>", exception(Vector::SError, 0xbe00_0000)),
        ("exception 0x1004 irq <main+0x4>", exception(Vector::Irq, 0x9600_0010)),
        ("exception 0x1004 fiq <main+0x4>", exception(Vector::Fiq, 0)),
        ("mmio      0x2000 write 4 0x9000000 0x41", mmio(true, Some(0x41))),
        ("mmio      0x2000 read 4 0x9000000 nothing there", mmio(false, None)),
        ("exit      0x100c hvc 0x0 x0=0x84000008 x1=0x1 x2=0x2 x3=0x3 <main+0xc>", exit(Exit::Hvc(0))),
        ("exit      0x1010 smc 0x5 x0=0x84000008 x1=0x1 x2=0x2 x3=0x3 <main+0x10>", exit(Exit::Smc(5))),
        ("exit      0x100c wfi <main+0xc>", exit(Exit::Wfi)),
        ("exit      0x1010 semihosting 0x84000008 x1=0x1 <main+0x10>", exit(Exit::Semihosting)),
        ("exit      0x1010 trap read MIDR_EL1 <main+0x10>", exit(trapped(SysReg::MIDR_EL1.encoding().0, true))),
        ("exit      0x1010 trap write DC_CISW 0x7 <main+0x10>", exit(trapped(SysOp::DC_CISW.encoding().0, false))),
        ("exit      0x1010 trap read S3_7_C15_C15_7 <main+0x10>", exit(trapped(0xffff, true))),
        ("exit      0x1010 stage 2 abort fetch 0x8000 ESR_EL2=0x82000006 FAR_EL2=0xf0 <main+0x10>", exit(abort(0x8200_0006))),
        ("exit      0x1010 stage 2 abort write 0x8000 ESR_EL2=0x92000046 FAR_EL2=0xf0 <main+0x10>", exit(abort(0x9200_0046))),
        ("exit      0x1010 unimplemented 04200000 <main+0x10>", exit(Exit::Unimplemented { word: 0x0420_0000 })),
    ]
}

#[test]
fn a_line_an_event() {
    for (expected, event) in events() {
        assert_eq!(lines(&everything(), &*event), [format!("cpu3 {expected}")]);
    }
    // An access that a device will answer is told when it has.
    let access = Exit::Stage2(Stage2Abort { esr: 0x9380_0006, far: 0, ipa: 0x900_0000, walk_level: None });
    assert!(lines(&everything(), &*exit(access)).is_empty());
}

#[test]
fn only_the_kinds_asked_for() {
    let off = TraceConfig::default;
    let cases: [(&str, TraceConfig, bool); 5] = [
        ("", off(), false),
        ("insn", TraceConfig { instructions: true, ..off() }, true),
        ("exception", TraceConfig { exceptions: true, ..off() }, false),
        ("sysreg", TraceConfig { system_registers: true, ..off() }, true),
        ("mmio exit", TraceConfig { exits: true, ..off() }, false),
    ];
    for (kinds, config, steps) in cases {
        for (expected, event) in events() {
            let wanted = kinds.split(' ').any(|kind| !kind.is_empty() && expected.starts_with(kind));
            assert_eq!(lines(&config, &*event).len(), usize::from(wanted), "{kinds}: {expected}");
        }
        lines(&config, |trace| assert_eq!(trace.wants_instructions(), steps, "{kinds}"));
    }
}

#[test]
fn a_full_disk_is_told_at_the_end() {
    let sink = TraceSink::new("disk".into(), Box::new(Full(100)));
    let mut tracer = sink.tracer(0, &everything(), Arc::default());
    for _ in 0..10 {
        tracer.exit(0, &Exit::Wfi, [0; 4]);
    }
    let Err(MachineError::Trace { path, source }) = sink.finish() else { panic!("the failure is told") };
    assert_eq!((path.to_str(), source.kind()), (Some("disk"), io::ErrorKind::StorageFull));
}

#[test]
fn a_place_that_cannot_be_written() {
    let trace = TraceConfig { file: Some("/nonexistent/trace".into()), ..everything() };
    let config = MachineConfig { trace: Some(trace), load_addr: Some(0x4008_0000), ..MachineConfig::default() };
    let machine = Machine::new(config, &guest()).unwrap();
    assert!(matches!(machine.run(ConsoleTo::Memory(Vec::new())), Err(MachineError::Trace { .. })));
}

/// Reads an ID register, prints an A, touches an empty address, and powers off in the handler.
fn guest() -> Vec<u8> {
    let system = |register: SysReg| u32::from(register.encoding().0 & 0x7fff);
    let mut ops = VecAssembler::<Aarch64Relocation>::new(0);
    dynasm!(ops
        ; .arch aarch64
        ; adr x0, >vectors
        ; msr system(SysReg::VBAR_EL1), x0
        ; mrs x1, system(SysReg::ID_AA64ISAR0_EL1)
        ; movz x2, 0x0900, lsl 16
        ; movz w3, 0x41
        ; str w3, [x2]
        ; movz x2, 0x0902, lsl 16
        ; ldr w3, [x2]
        ; .align 2048
        ; vectors:
        ; .bytes [0; 0x200]
        ; movz x0, 0x8400, lsl 16
        ; movk x0, 8
        ; hvc 0
    );
    ops.finalize().unwrap()
}

#[test]
fn a_whole_run_in_order() {
    let path = std::env::temp_dir().join(format!("invar-trace-{}", std::process::id()));
    let trace = TraceConfig { file: Some(path.clone()), ..everything() };
    let config = MachineConfig { trace: Some(trace), load_addr: Some(0x4008_0000), ..MachineConfig::default() };
    let finished = Machine::new(config, &guest()).unwrap().run(ConsoleTo::Memory(Vec::new())).unwrap();
    assert_eq!((finished.outcome, finished.output.as_slice()), (Outcome::PowerOff, b"A".as_slice()));
    assert!(finished.trace_error.is_none());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut rest = text.as_str();
    for expected in [
        "cpu0 insn      0x40080000 el1 100",
        "cpu0 sysreg    0x40080004 write VBAR_EL1 0x40080800\n",
        "cpu0 insn      0x40080008 el1 d5380601 mrs x1, id_aa64isar0_el1\n",
        "cpu0 exit      0x40080008 trap read ID_AA64ISAR0_EL1\n",
        "cpu0 sysreg    0x40080008 read ID_AA64ISAR0_EL1 0x",
        "cpu0 mmio      0x40080014 write 4 0x9000000 0x41\n",
        "cpu0 mmio      0x4008001c read 4 0x9020000 nothing there\n",
        "cpu0 exception 0x4008001c synchronous EC=0x25 (data abort, same EL) ESR=0x96000010 FAR=0x9020000\n",
        "cpu0 insn      0x40080a00 el1 d2b08000 ",
        "cpu0 exit      0x40080a08 hvc 0x0 x0=0x84000008 x1=0x",
    ] {
        let at = rest.find(expected).unwrap_or_else(|| panic!("`{expected}` is not in:\n{rest}"));
        rest = &rest[at + expected.len()..];
    }
    assert_eq!(rest.lines().count(), 1, "{rest}");
}
