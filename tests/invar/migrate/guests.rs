//! Small guests to be moved at the marker hypercall, assembled for the address where raw binaries go. They say `same` when they found after
//! the move what they left; they test nothing else.

#![expect(clippy::useless_conversion, reason = "in the expansion of the assembler's macro")]

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use sysregs::SysReg;

type Assembler = VecAssembler<Aarch64Relocation>;

fn register(register: SysReg) -> u32 {
    u32::from(register.encoding().0 & 0x7fff)
}

/// A constant to a general register.
fn constant(ops: &mut Assembler, register: u8, value: u64) {
    let piece = |shift: u32| (value >> shift & 0xffff) as u32;
    dynasm!(ops; .arch aarch64; movz X(register), piece(0); movk X(register), piece(16), lsl 16);
    dynasm!(ops; .arch aarch64; movk X(register), piece(32), lsl 32; movk X(register), piece(48), lsl 48);
}

/// Where the guest is moved; X0 to X3 are lost.
fn mark(ops: &mut Assembler) {
    constant(ops, 0, invar::machine::MARKER);
    dynasm!(ops; .arch aarch64; hvc 0);
}

/// X0 and X1 are lost.
fn print(ops: &mut Assembler, text: &str) {
    dynasm!(ops; .arch aarch64; movz x0, 0x0900, lsl 16);
    for character in text.bytes() {
        dynasm!(ops; .arch aarch64; movz w1, u32::from(character); str w1, [x0]);
    }
}

fn power_off(ops: &mut Assembler) {
    dynasm!(ops; .arch aarch64; movz x0, 0x8400, lsl 16; movk x0, 8; hvc 0);
}

/// Goes to the last part, which says `other`, when two registers differ.
fn must_equal(ops: &mut Assembler, other: dynasmrt::DynamicLabel, a: u8, b: u8) {
    dynasm!(ops; .arch aarch64; cmp X(a), X(b); b.ne =>other);
}

fn end(mut ops: Assembler, other: dynasmrt::DynamicLabel) -> Vec<u8> {
    print(&mut ops, "same\n");
    power_off(&mut ops);
    dynasm!(ops; .arch aarch64; =>other);
    print(&mut ops, "other\n");
    power_off(&mut ops);
    ops.finalize().expect("it assembles")
}

/// Calls the marker so often, and counts in between.
pub fn marks(times: u32) -> Vec<u8> {
    let mut ops = Assembler::new(0);
    dynasm!(ops; .arch aarch64; movz x20, times; again:; movz x21, 500; count:; sub x21, x21, 1; cbnz x21, <count);
    mark(&mut ops);
    dynasm!(ops; .arch aarch64; sub x20, x20, 1; cbnz x20, <again);
    power_off(&mut ops);
    ops.finalize().expect("it assembles")
}

/// Uses LSE's LDADD behind the marker alone.
pub fn atomic_after_the_mark() -> Vec<u8> {
    let mut ops = Assembler::new(0);
    constant(&mut ops, 4, 0x40f0_0000);
    mark(&mut ops);
    dynasm!(ops; .arch aarch64; mov x3, x4; movz x1, 1);
    // ldadd x1, x2, [x3]
    ops.push_u32(0xf821_0062);
    power_off(&mut ops);
    ops.finalize().expect("it assembles")
}

/// The second CPU alone looks at MIDR_EL1 after the move, when the first has told it to.
pub fn the_second_looks() -> Vec<u8> {
    let mut ops = Assembler::new(0);
    let second = ops.new_dynamic_label();
    constant(&mut ops, 20, 0x40f0_0000);
    // PSCI CPU_ON of CPU 1.
    dynasm!(ops; .arch aarch64; movz x0, 0xc400, lsl 16; movk x0, 3; movz x1, 1; adr x2, =>second; mov x3, x20; hvc 0);
    dynasm!(ops; .arch aarch64; there:; yield; ldr x1, [x20, 8]; cbz x1, <there);
    mark(&mut ops);
    dynasm!(ops; .arch aarch64; movz x1, 1; str x1, [x20]; wait:; yield; ldr x1, [x20, 16]; cbz x1, <wait);
    power_off(&mut ops);
    dynasm!(ops
        ; .arch aarch64
        ; =>second
        ; movz x1, 1
        ; str x1, [x0, 8]
        ; told:
        ; yield
        ; ldr x1, [x0]
        ; cbz x1, <told
        ; mrs x1, register(SysReg::MIDR_EL1)
        ; str x1, [x0, 16]
        ; idle:
        ; yield
        ; b <idle
    );
    ops.finalize().expect("it assembles")
}

/// Turns SVE on, shortens its vectors, and keeps numbers in the part of Z registers that are V registers.
pub fn sve() -> Vec<u8> {
    let mut ops = Assembler::new(0);
    let other = ops.new_dynamic_label();
    // CPACR_EL1.{FPEN,ZEN}.
    constant(&mut ops, 0, 0x33_0000);
    dynasm!(ops; .arch aarch64; msr register(SysReg::CPACR_EL1), x0; isb; movz x20, 1; msr register(SysReg::ZCR_EL1), x20; isb);
    constant(&mut ops, 21, 0x0123_4567_89ab_cdef);
    dynasm!(ops; .arch aarch64; fmov d3, x21; fmov d31, x21);
    mark(&mut ops);
    dynasm!(ops; .arch aarch64; mrs x0, register(SysReg::ZCR_EL1); and x0, x0, 15; fmov x2, d3; fmov x3, d31);
    for (a, b) in [(0, 20), (2, 21), (3, 21)] {
        must_equal(&mut ops, other, a, b);
    }
    end(ops, other)
}

/// Fills a vector and a predicate of 256 bits, and counts and adds up behind the move what is in them.
pub fn sve_instructions() -> Vec<u8> {
    let mut ops = Assembler::new(0);
    let other = ops.new_dynamic_label();
    constant(&mut ops, 0, 0x33_0000);
    dynasm!(ops; .arch aarch64; msr register(SysReg::CPACR_EL1), x0; isb; movz x0, 1; msr register(SysReg::ZCR_EL1), x0; isb);
    // ptrue p0.d; index z3.d, #0, #1
    ops.push_u32(0x25d8_e3e0);
    ops.push_u32(0x04e1_4003);
    mark(&mut ops);
    dynasm!(ops; .arch aarch64; movz x20, 4; movz x21, 6);
    // cntp x2, p0, p0.d; uaddv d0, p0, z3.d
    ops.push_u32(0x25e0_8002);
    ops.push_u32(0x04c1_2060);
    dynasm!(ops; .arch aarch64; fmov x3, d0);
    for (a, b) in [(2, 20), (3, 21)] {
        must_equal(&mut ops, other, a, b);
    }
    end(ops, other)
}

/// Counts instructions by counter 0 and cycles; both go on behind the move, as they were configured.
pub fn pmu() -> Vec<u8> {
    const INST_RETIRED: u32 = 8;
    let mut ops = Assembler::new(0);
    let other = ops.new_dynamic_label();
    constant(&mut ops, 20, 0x8000_0001);
    dynasm!(ops
        ; .arch aarch64
        ; movz x21, INST_RETIRED
        ; msr register(SysReg::PMEVTYPER0_EL0), x21
        ; msr register(SysReg::PMCCFILTR_EL0), xzr
        ; movn x0, 0
        ; msr register(SysReg::PMCNTENCLR_EL0), x0
        ; msr register(SysReg::PMCNTENSET_EL0), x20
        ; mrs x0, register(SysReg::PMCR_EL0)
        ; orr x22, x0, 1
        // Both kinds of counters begin at zero.
        ; orr x0, x22, 6
        ; msr register(SysReg::PMCR_EL0), x0
        ; isb
        ; movz x0, 1000
        ; count:
        ; sub x0, x0, 1
        ; cbnz x0, <count
        ; isb
        ; mrs x23, register(SysReg::PMEVCNTR0_EL0)
        ; mrs x24, register(SysReg::PMCCNTR_EL0)
    );
    mark(&mut ops);
    dynasm!(ops
        ; .arch aarch64
        ; mrs x0, register(SysReg::PMEVCNTR0_EL0)
        ; mrs x1, register(SysReg::PMCCNTR_EL0)
        // Fewer than 2000 instructions before, and fewer than 100 since.
        ; cmp x23, 2000
        ; b.lo =>other
        ; sub x0, x0, x23
        ; cbz x0, =>other
        ; cmp x0, 100
        ; b.hs =>other
        ; cmp x1, x24
        ; b.lo =>other
        ; mrs x2, register(SysReg::PMEVTYPER0_EL0)
        ; mrs x3, register(SysReg::PMCNTENSET_EL0)
        ; mrs x4, register(SysReg::PMCR_EL0)
    );
    for (a, b) in [(2, 21), (3, 20), (4, 22)] {
        must_equal(&mut ops, other, a, b);
    }
    end(ops, other)
}

/// Memory that the interrupt guest gives to the GIC.
const DEVICES: u64 = 0x4101_0000;
const COLLECTIONS: u64 = 0x4102_0000;
const QUEUE: u64 = 0x4103_0000;
const PROPERTIES: u64 = 0x4104_0000;
const PENDING: u64 = 0x4105_0000;
const TRANSLATIONS: u64 = 0x4106_0000;
/// RAM that reaches there.
pub const ITS_MEMORY: u64 = 32 << 20;
const LPI: u64 = 8193;
const VALID: u64 = 1 << 63;

/// The value in x0 to an address; both are lost with x1.
fn store(ops: &mut Assembler, address: u64, value: u64) {
    constant(ops, 0, value);
    constant(ops, 1, address);
    dynasm!(ops; .arch aarch64; str x0, [x1]);
}

fn store_word(ops: &mut Assembler, address: u64, value: u64) {
    constant(ops, 0, value);
    constant(ops, 1, address);
    dynasm!(ops; .arch aarch64; str w0, [x1]);
}

/// Has the ITS map an event to an LPI and raises it with interrupts masked; behind the move that LPI is pending still, and the mapping
/// raises it again.
pub fn its() -> Vec<u8> {
    const ITS: u64 = 0x0808_0000;
    const REDISTRIBUTOR: u64 = 0x080a_0000;
    let mut ops = Assembler::new(0);
    let other = ops.new_dynamic_label();
    store_word(&mut ops, 0x0800_0000, 0x12);
    store_word(&mut ops, REDISTRIBUTOR + 0x14, 0);
    constant(&mut ops, 0, 0xff);
    dynasm!(ops; .arch aarch64; msr register(SysReg::ICC_PMR_EL1), x0; movz x0, 1; msr register(SysReg::ICC_IGRPEN1_EL1), x0; isb);
    // Priority 0xa0, enabled.
    constant(&mut ops, 0, 0xa1);
    constant(&mut ops, 1, PROPERTIES + (LPI - 8192));
    dynasm!(ops; .arch aarch64; strb w0, [x1]);
    let (table, lpi) = (7 << 59 | 1 << 10, 7 << 7 | 1 << 10);
    store(&mut ops, REDISTRIBUTOR + 0x70, PROPERTIES | lpi | 15);
    store(&mut ops, REDISTRIBUTOR + 0x78, PENDING | lpi);
    store_word(&mut ops, REDISTRIBUTOR, 1);
    store(&mut ops, ITS + 0x100, VALID | table | 2 << 8 | DEVICES);
    store(&mut ops, ITS + 0x108, VALID | table | 2 << 8 | COLLECTIONS);
    store(&mut ops, ITS + 0x80, VALID | table | QUEUE);
    store(&mut ops, ITS + 0x88, 0);
    store_word(&mut ops, ITS, 1);
    let device = 3 << 32;
    let commands = [
        // MAPD with four bits of event, MAPC to the first CPU, MAPTI of event 1, INT twice.
        [0x08 | device, 3, VALID | TRANSLATIONS, 0],
        [0x09, 0, VALID | 5, 0],
        [0x0a | device, LPI << 32 | 1, 5, 0],
        [0x03 | device, 1, 0, 0],
        [0x03 | device, 1, 0, 0],
    ];
    for (at, word) in (QUEUE..).step_by(8).zip(commands.as_flattened()) {
        store(&mut ops, at, *word);
    }
    store(&mut ops, ITS + 0x88, 4 * 32);
    constant(&mut ops, 20, LPI);
    mark(&mut ops);
    for again in [true, false] {
        dynasm!(ops; .arch aarch64; mrs x2, register(SysReg::ICC_IAR1_EL1); msr register(SysReg::ICC_EOIR1_EL1), x2);
        must_equal(&mut ops, other, 2, 20);
        if again {
            store(&mut ops, ITS + 0x88, 5 * 32);
        }
    }
    dynasm!(ops; .arch aarch64; mrs x2, register(SysReg::ICC_IAR1_EL1); movz x3, 1023);
    must_equal(&mut ops, other, 2, 3);
    end(ops, other)
}

/// A semihosting call: operation, and up to three words of its block.
fn call(ops: &mut Assembler, operation: u32, words: [u8; 3]) {
    // The block lies in the last page of 16 MiB.
    constant(ops, 1, 0x40ff_f000);
    let [a, b, c] = words;
    dynasm!(ops; .arch aarch64; str X(a), [x1]; str X(b), [x1, 8]; str X(c), [x1, 16]; movz x0, operation);
    ops.push_u32(0xd45e_0000);
}

/// Opens a file by semihosting, writes to it, is moved, writes to it, closes it, is marked again, and exits with status 7.
pub fn semihosting(file: &str) -> Vec<u8> {
    const OPEN: u32 = 1;
    const CLOSE: u32 = 2;
    const WRITE: u32 = 5;
    const EXIT_EXTENDED: u32 = 0x20;
    let mut ops = Assembler::new(0);
    let (name, text) = (ops.new_dynamic_label(), ops.new_dynamic_label());
    dynasm!(ops; .arch aarch64; adr x2, =>name; movz x3, 4; movz x4, file.len() as u32);
    call(&mut ops, OPEN, [2, 3, 4]);
    dynasm!(ops; .arch aarch64; mov x20, x0);
    for _ in 0..2 {
        dynasm!(ops; .arch aarch64; adr x3, =>text; movz x4, 5);
        call(&mut ops, WRITE, [20, 3, 4]);
        mark(&mut ops);
    }
    call(&mut ops, CLOSE, [20, 20, 20]);
    mark(&mut ops);
    constant(&mut ops, 2, 0x2_0026);
    dynasm!(ops; .arch aarch64; movz x3, 7);
    call(&mut ops, EXIT_EXTENDED, [2, 3, 3]);
    dynasm!(ops; .arch aarch64; =>name; .bytes file.as_bytes(); .bytes [0]; .align 4; =>text; .bytes b"text\n");
    ops.finalize().expect("it assembles")
}
