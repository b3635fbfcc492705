//! The embedded guest, assembled when asked for. At EL1 it reads every ID register by MRS and prints it over the PL011, provokes
//! an UNDEF and comes back from it, and powers off by PSCI. It uses no RAM but its own code: no stack, no tables.
//!
//! Lines that it prints:
//! ```text
//! MIDR_EL1 = 0x00000000410fd401
//! GMID_EL1 UNDEFINED
//! CCSIDR_EL1[2] = 0x...          (by CSSELR_EL1)
//! UDF #0: ESR_EL1 = 0x0000000002000000, ELR_EL1 = 0x...
//! unexpected exception: ESR_EL1 = 0x..., ELR_EL1 = 0x..., FAR_EL1 = 0x...
//! ```

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};
use sysregs::{Encoding, Kind, SysReg};

/// Where the guest is loaded, and its entry point.
pub const LOAD_ADDRESS: u64 = 0x4008_0000;

/// Registers that the guest keeps: x19 UART, x20 an UNDEF was taken, x21 and x22 its ESR and ELR. x26
/// CLIDR_EL1. x0 to x4 are scratch, x23 to x25 belong to one routine each.
pub(crate) type Assembler = VecAssembler<Aarch64Relocation>;

/// The assembled guest.
pub struct Guest {
    /// A raw binary for [`LOAD_ADDRESS`].
    pub image: Vec<u8>,
    /// Address of the UDF.
    pub udf: u64,
}

/// What a register is called in the guest's output: its name, or the assembler's for an encoding without one.
pub fn name_of(encoding: Encoding) -> String {
    SysReg::from_encoding(encoding).map_or_else(|| encoding.generic_name().to_string(), |register| register.name().to_owned())
}

/// Every encoding that the guest reads: all of 3,0,0,c0-c7, and the identification registers elsewhere.
pub fn encodings() -> Vec<Encoding> {
    let space = (0..8).flat_map(|crm| (0..8).map(move |op2| Encoding::new(3, 0, 0, crm, op2)));
    let elsewhere = SysReg::ALL.iter().filter(|register| register.row().kind == Kind::Id).map(|register| register.encoding());
    let mut encodings: Vec<_> = space.chain(elsewhere).collect();
    encodings.sort();
    encodings.dedup();
    encodings
}

/// The operand of MRS and MSR: everything but op0's upper bit.
pub(crate) fn operand(encoding: Encoding) -> u32 {
    u32::from(encoding.0 & 0x7fff)
}

pub(crate) fn register(register: SysReg) -> u32 {
    operand(register.encoding())
}

/// The routines that the body calls.
#[derive(Clone, Copy)]
pub(crate) struct Routines {
    pub put_string: DynamicLabel,
    pub put_hex: DynamicLabel,
    pub report: DynamicLabel,
    pub fatal: DynamicLabel,
    pub power_off: DynamicLabel,
}

impl Routines {
    pub fn new(ops: &mut Assembler) -> Routines {
        let mut label = || ops.new_dynamic_label();
        Routines { put_string: label(), put_hex: label(), report: label(), fatal: label(), power_off: label() }
    }
}

/// Assembles the guest.
///
/// # Errors
/// What the assembler reports, which would be a mistake in here.
pub fn assemble() -> Result<Guest, DynasmError> {
    let mut ops = Assembler::new(0);
    let vectors = ops.new_dynamic_label();
    let routines = Routines::new(&mut ops);
    start(&mut ops, vectors);
    for encoding in encodings() {
        read_register(&mut ops, &routines, encoding);
    }
    for selector in 0..14 {
        read_cache(&mut ops, &routines, selector);
    }
    let udf = LOAD_ADDRESS + undefined_instruction(&mut ops, &routines) as u64;
    power_off(&mut ops, &routines);
    print_routines(&mut ops, &routines);
    report_routine(&mut ops, &routines);
    exception_vectors(&mut ops, vectors, &routines);
    fatal_routine(&mut ops, &routines);
    Ok(Guest { image: ops.finalize()?, udf })
}

/// The first instruction is the read of a system register, which a trace sees: that is how time to it is measured.
fn start(ops: &mut Assembler, vectors: DynamicLabel) {
    dynasm!(ops
        ; .arch aarch64
        ; mrs x0, register(SysReg::CurrentEL)
        ; adr x0, =>vectors
        ; msr register(SysReg::VBAR_EL1), x0
        ; isb
        ; movz x19, 0x0900, lsl 16
    );
}

/// A string beside the code; leaves its address in x0.
pub(crate) fn load_string(ops: &mut Assembler, text: &str) {
    dynasm!(ops
        ; .arch aarch64
        ; adr x0, >text
        ; b >over
        ; text:
        ; .bytes text.bytes().chain([0])
        ; .align 4
        ; over:
    );
}

pub(crate) fn print(ops: &mut Assembler, routines: &Routines, text: &str) {
    load_string(ops, text);
    dynasm!(ops; .arch aarch64; bl =>routines.put_string);
}

/// Reads one register and prints it. An UNDEF is recovered from by the vectors, which leave x20 set.
fn read_register(ops: &mut Assembler, routines: &Routines, encoding: Encoding) {
    dynasm!(ops
        ; .arch aarch64
        ; mov x20, xzr
        ; mrs x1, operand(encoding)
    );
    if encoding == SysReg::CLIDR_EL1.encoding() {
        dynasm!(ops; .arch aarch64; mov x26, x1);
    }
    load_string(ops, &name_of(encoding));
    dynasm!(ops; .arch aarch64; bl =>routines.report);
}

/// Reads the geometry of one cache, if CLIDR_EL1 has it. Ctype: 1 instruction, 2 data, 3 both, 4 unified.
fn read_cache(ops: &mut Assembler, routines: &Routines, selector: u32) {
    let (level, instruction) = (selector / 2, selector % 2);
    dynasm!(ops
        ; .arch aarch64
        ; lsr x3, x26, 3 * level
        ; and x3, x3, 7
    );
    let skip = ops.new_dynamic_label();
    if instruction == 1 {
        dynasm!(ops; .arch aarch64; tbz x3, 0, =>skip);
    } else {
        dynasm!(ops; .arch aarch64; cmp x3, 2; b.lo =>skip);
    }
    dynasm!(ops
        ; .arch aarch64
        ; movz x0, selector
        ; msr register(SysReg::CSSELR_EL1), x0
        ; isb
        ; mov x20, xzr
        ; mrs x1, register(SysReg::CCSIDR_EL1)
    );
    load_string(ops, &format!("CCSIDR_EL1[{selector}]"));
    dynasm!(ops; .arch aarch64; bl =>routines.report; =>skip);
}

/// The UDF and its report; returns its offset.
fn undefined_instruction(ops: &mut Assembler, routines: &Routines) -> usize {
    dynasm!(ops; .arch aarch64; mov x20, xzr; mov x21, xzr; mov x22, xzr);
    let offset = ops.offset().0;
    dynasm!(ops; .arch aarch64; udf 0);
    print(ops, routines, "UDF #0: ESR_EL1 = 0x");
    dynasm!(ops; .arch aarch64; mov x0, x21; bl =>routines.put_hex);
    print(ops, routines, ", ELR_EL1 = 0x");
    dynasm!(ops; .arch aarch64; mov x0, x22; bl =>routines.put_hex);
    print(ops, routines, "\n");
    offset
}

/// PSCI SYSTEM_OFF by HVC; it does not return.
pub(crate) fn power_off(ops: &mut Assembler, routines: &Routines) {
    dynasm!(ops
        ; .arch aarch64
        ; =>routines.power_off
        ; movz x0, 0x8400, lsl 16
        ; movk x0, 8
        ; hvc 0
        ; stay:
        ; wfi
        ; b <stay
    );
}

pub(crate) fn print_routines(ops: &mut Assembler, routines: &Routines) {
    dynasm!(ops
        ; .arch aarch64
        // The string at x0. FR.TXFF is bit 5 of the word at 0x18.
        ; =>routines.put_string
        ; next:
        ; ldrb w1, [x0], 1
        ; cbz w1, >done
        ; full:
        ; ldr w2, [x19, 0x18]
        ; tbnz w2, 5, <full
        ; str w1, [x19]
        ; b <next
        ; done:
        ; ret
        // x0 in sixteen digits.
        ; =>routines.put_hex
        ; movz w3, 16
        ; digit:
        ; ror x0, x0, 60
        ; and w1, w0, 15
        ; cmp w1, 10
        ; movz w2, '0' as u32
        ; movz w4, 'a' as u32 - 10
        ; csel w2, w2, w4, lo
        ; add w1, w1, w2
        ; full:
        ; ldr w2, [x19, 0x18]
        ; tbnz w2, 5, <full
        ; str w1, [x19]
        ; sub w3, w3, 1
        ; cbnz w3, <digit
        ; ret
    );
}

/// The name at x0 and the value x1, or UNDEFINED when x20 is set.
fn report_routine(ops: &mut Assembler, routines: &Routines) {
    dynasm!(ops
        ; .arch aarch64
        ; =>routines.report
        ; mov x23, x30
        ; mov x24, x1
        ; bl =>routines.put_string
        ; cbnz x20, >undefined
    );
    print(ops, routines, " = 0x");
    dynasm!(ops; .arch aarch64; mov x0, x24; bl =>routines.put_hex);
    print(ops, routines, "\n");
    dynasm!(ops; .arch aarch64; ret x23; undefined:);
    print(ops, routines, " UNDEFINED\n");
    dynasm!(ops; .arch aarch64; ret x23);
}

/// Sixteen vectors; all but the synchronous one of the current EL with its own stack pointer are fatal. That one skips an
/// instruction that is UNDEFINED (EC 0, or EC 0x18 for unallocated ID space on CPUs with FEAT_IDST).
fn exception_vectors(ops: &mut Assembler, vectors: DynamicLabel, routines: &Routines) {
    dynasm!(ops; .arch aarch64; .align 2048; =>vectors);
    for vector in 0..16 {
        if vector == 4 {
            dynasm!(ops
                ; .arch aarch64
                ; mrs x21, register(SysReg::ESR_EL1)
                ; mrs x22, register(SysReg::ELR_EL1)
                ; lsr x25, x21, 26
                ; cbz x25, >recover
                ; cmp x25, 0x18
                ; b.ne =>routines.fatal
                ; recover:
                ; movz x20, 1
                ; add x25, x22, 4
                ; msr register(SysReg::ELR_EL1), x25
                ; eret
            );
        } else {
            dynasm!(ops; .arch aarch64; b =>routines.fatal);
        }
        dynasm!(ops; .arch aarch64; .align 128);
    }
}

pub(crate) fn fatal_routine(ops: &mut Assembler, routines: &Routines) {
    dynasm!(ops; .arch aarch64; =>routines.fatal);
    let parts =
        [(SysReg::ESR_EL1, "unexpected exception: ESR_EL1 = 0x"), (SysReg::ELR_EL1, ", ELR_EL1 = 0x"), (SysReg::FAR_EL1, ", FAR_EL1 = 0x")];
    for (number, text) in parts {
        print(ops, routines, text);
        dynasm!(ops; .arch aarch64; mrs x0, register(number); bl =>routines.put_hex);
    }
    print(ops, routines, "\n");
    dynasm!(ops; .arch aarch64; b =>routines.power_off);
}
