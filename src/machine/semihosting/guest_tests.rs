//! Whole guests that live by semihosting: the board's side of the calls. The operations themselves are tested next door.

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmLabelApi, VecAssembler, dynasm};

use crate::machine::{ConsoleTo, Finished, Machine, MachineConfig, Outcome, Scheduling};

type Assembler = VecAssembler<Aarch64Relocation>;

/// The status of the exit is the word at x19 + 0x108, which `body` has put there.
fn guest(body: impl Fn(&mut Assembler)) -> Vec<u8> {
    let mut ops = Assembler::new(0);
    // A block of parameters at 16 MiB.
    dynasm!(ops; .arch aarch64; movz x19, 0x4100, lsl 16);
    body(&mut ops);
    dynasm!(ops
        ; .arch aarch64
        ; movz x2, 0x26
        ; movk x2, 2, lsl 16
        ; str x2, [x19, 0x100]
        ; add x1, x19, 0x100
        ; movz x0, 0x18
        ; hlt 0xf000
    );
    ops.finalize().unwrap()
}

fn run(image: &[u8], scheduling: Scheduling, input: &[u8]) -> Finished {
    let config = MachineConfig {
        load_addr: Some(0x4008_0000),
        memory: 32 << 20,
        semihosting: true,
        scheduling,
        timeout: Some(std::time::Duration::from_secs(60)),
        ..MachineConfig::default()
    };
    Machine::new(config, image).unwrap().run(ConsoleTo::Memory(input.to_vec())).unwrap()
}

const BOTH: [Scheduling; 2] = [Scheduling::Threads, Scheduling::Deterministic];

/// SYS_READC and SYS_WRITEC until the end of the input; the status is how many there were.
fn echo(ops: &mut Assembler) {
    dynasm!(ops
        ; .arch aarch64
        ; mov x20, xzr
        ; next:
        ; movz x1, 0
        ; movz x0, 7
        ; hlt 0xf000
        ; cmn x0, 1
        ; b.eq >done
        ; strb w0, [x19]
        ; add x20, x20, 1
        ; mov x1, x19
        ; movz x0, 3
        ; hlt 0xf000
        ; b <next
        ; done:
        ; str x20, [x19, 0x108]
    );
}

#[test]
fn console_input_reaches_the_guest_whole() {
    // More than the UART takes for itself.
    let input = b"a line that is longer than the receive FIFO of a PL011\n";
    for scheduling in BOTH {
        let finished = run(&guest(echo), scheduling, input);
        assert_eq!(finished.outcome, Outcome::Exit(input.len() as i32), "{scheduling:?}");
        assert_eq!(finished.output, input, "{scheduling:?}");
    }
}

#[test]
fn time_is_the_machines() {
    let elapsed = guest(|ops| {
        dynasm!(ops
            ; .arch aarch64
            ; add x1, x19, 0x108
            ; movz x0, 0x30
            ; hlt 0xf000
        );
    });
    // movz, add, movz: three instructions are three nanoseconds.
    assert_eq!(run(&elapsed, Scheduling::Deterministic, b"").outcome, Outcome::Exit(3));
    let year = guest(|ops| {
        dynasm!(ops
            ; .arch aarch64
            ; movz x0, 0x11
            ; hlt 0xf000
            ; str x0, [x19, 0x108]
        );
    });
    assert_eq!(run(&year, Scheduling::Deterministic, b"").outcome, Outcome::Exit(1_704_067_200));
    let Outcome::Exit(now) = run(&year, Scheduling::Threads, b"").outcome else { panic!("it exits") };
    assert!(now > 1_704_067_200, "{now}");
}

#[test]
fn an_operation_that_does_not_exist_stops_the_machine_at_the_instruction() {
    let unknown = guest(|ops| {
        dynasm!(ops
            ; .arch aarch64
            ; movz x0, 0x99
            ; movz x1, 5
            ; hlt 0xf000
        );
    });
    for scheduling in BOTH {
        let Outcome::Stuck(stuck) = run(&unknown, scheduling, b"").outcome else { panic!("it stops") };
        assert_eq!((stuck.vcpu, stuck.pc, stuck.word), (0, 0x4008_000c, Some(0xd45e_0000)));
        assert_eq!(stuck.why, "semihosting has no operation 0x99 (X1 = 0x5)");
    }
}

/// Calls a function, reads four bytes of console input over its first instruction, and calls it again.
fn patched(ops: &mut Assembler) {
    dynasm!(ops
        ; .arch aarch64
        ; bl >function
        // SYS_OPEN of :tt for reading: the handle is 1.
        ; adr x2, >name
        ; movz x3, 3
        ; stp x2, xzr, [x19]
        ; str x3, [x19, 16]
        ; mov x1, x19
        ; movz x0, 1
        ; hlt 0xf000
        // SYS_READ of four bytes over the function.
        ; adr x2, >function
        ; movz x3, 4
        ; stp x0, x2, [x19]
        ; str x3, [x19, 16]
        ; movz x0, 6
        ; hlt 0xf000
        ; bl >function
        ; str x0, [x19, 0x108]
        ; b >done
        ; name:
        ; .bytes *b":tt\0"
        ; function:
        ; movz x0, 1
        ; ret
        ; done:
    );
}

#[test]
fn code_that_a_call_writes_is_executed() {
    // movz x0, #77
    let finished = run(&guest(patched), Scheduling::Threads, &0xd280_09a0_u32.to_le_bytes());
    assert_eq!(finished.outcome, Outcome::Exit(77));
}

#[test]
fn a_guest_without_semihosting_gets_an_undef() {
    let config = MachineConfig { load_addr: Some(0x4008_0000), max_instructions: Some(1000), ..MachineConfig::default() };
    let machine = Machine::new(config, &guest(echo)).unwrap();
    let finished = machine.run(ConsoleTo::Memory(b"input".to_vec())).unwrap();
    // With VBAR_EL1 zero the exception leads nowhere.
    assert_eq!((finished.outcome, finished.output), (Outcome::InstructionLimit, Vec::new()));
}
