//! The embedded guest that is moved, assembled when asked for. It boots like a kernel does: reads every identification register,
//! chooses work-arounds by MIDR and REVIDR (or the list of implementations that the hypervisor announces), uses the instructions
//! that are announced, signs a pointer, reads its counter; then calls the hypervisor with [`MARKER`]. Wherever it wakes up after
//! that, it does all of it again and tells what is different. It needs no interrupt and knows nothing of hosts.
//!
//! Lines that it prints after the marker:
//! ```text
//! register 0x5 0x413fd0c1 0x414fd0c1     number, before, after (UNDEFINED is all ones in `0x…`, with a flag in bit 63 of the number)
//! undefined 0x1 0x64                     number of the feature, uses before
//! signature 0x... 0x...                  pointer, what authenticating it gave
//! erratum 0x12                           number of the capability
//! counter 0x... 0x...                    before, after
//! stopped 0x2                            number of a CPU that ran before and does not now
//! done
//! ```

mod others;

use std::collections::BTreeMap;

use dynasmrt::{DynamicLabel, DynasmApi, DynasmError, DynasmLabelApi, dynasm};
use sysregs::errata::{Condition, ERRATA, Match};
use sysregs::fields::aarch64::{ID_AA64ISAR0_EL1, ID_AA64ISAR1_EL1, ID_AA64ISAR2_EL1};
use sysregs::{Feature, IdField, SysReg};

use super::view::identification;
use crate::demo::LOAD_ADDRESS;
use crate::demo::guest::{Assembler, Routines, operand, power_off, print, print_routines, register};
use crate::machine::MARKER;

/// How often each announced instruction is used before the move.
pub const USES: u32 = 100;

/// Where the guest keeps what it found, from here on.
const DATA: u64 = LOAD_ADDRESS + 0x8_0000;
/// Bytes of RAM that it needs, for itself and what it keeps: in whole MiB.
pub const MEMORY: u64 = 2 << 20;
const AFTER: u32 = 0x1000;
const ENABLED: u32 = 0x2000;
const NEEDED: u32 = 0x2400;
const COUNTS: u32 = 0x2800;
const POINTER: u32 = 0x2a00;
const COUNTER: u32 = 0x2a08;
const SCRATCH: u32 = 0x2a10;

/// A field of an ID register, and the least value that announces something.
type Announced = (&'static IdField, u32);

/// Instructions to use: who announces them, how, and the word.
pub const PROBES: [(Feature, &[Announced], u32); 6] = [
    // ldadd x1, x2, [x3]
    (Feature::LSE, &[(&ID_AA64ISAR0_EL1::ATOMIC, 2)], 0xf821_0062),
    // crc32x w1, w1, x2
    (Feature::CRC32, &[(&ID_AA64ISAR0_EL1::CRC32, 1)], 0x9ac2_4c21),
    // aese v0.16b, v1.16b
    (Feature::AES, &[(&ID_AA64ISAR0_EL1::AES, 1)], 0x4e28_4820),
    // udot v0.4s, v1.16b, v2.16b
    (Feature::DotProd, &[(&ID_AA64ISAR0_EL1::DP, 1)], 0x6e82_9420),
    // ldapr x1, [x3]
    (Feature::LRCPC, &[(&ID_AA64ISAR1_EL1::LRCPC, 1)], 0xf8bf_c061),
    // pacga x1, x2, x3
    (Feature::PACGA, &[(&ID_AA64ISAR1_EL1::GPA, 1), (&ID_AA64ISAR1_EL1::GPI, 1), (&ID_AA64ISAR2_EL1::GPA3, 1)], 0x9ac3_3041),
];

/// The registers that the guest reads, in its numbers' order.
pub fn registers() -> Vec<SysReg> {
    identification().filter(|register| *register != SysReg::MPIDR_EL1).collect()
}

/// The capabilities of a Linux version's table, in the guest's numbers' order.
pub fn capabilities(kernel: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = ERRATA.iter().filter(|row| row.in_kernel(kernel)).map(|row| row.capability).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    names
}

/// Labels of the guest's own routines.
struct Parts {
    common: Routines,
    secondary: DynamicLabel,
    vectors: DynamicLabel,
    read_all: DynamicLabel,
    match_errata: DynamicLabel,
    rows: DynamicLabel,
    rows_end: DynamicLabel,
}

/// Assembles the guest for so many CPUs with the errata tables of a Linux version; a raw binary for [`LOAD_ADDRESS`].
///
/// # Errors
/// What the assembler reports, which would be a mistake in here.
pub fn assemble(kernel: &str, cpus: u64) -> Result<Vec<u8>, DynasmError> {
    let mut ops = Assembler::new(0);
    let common = Routines::new(&mut ops);
    let mut label = || ops.new_dynamic_label();
    let parts =
        Parts { common, secondary: label(), vectors: label(), read_all: label(), match_errata: label(), rows: label(), rows_end: label() };
    boot(&mut ops, &parts);
    use_instructions(&mut ops);
    sign(&mut ops);
    choose_work_arounds(&mut ops, &parts);
    others::start(&mut ops, &parts, cpus);
    read_counter(&mut ops);
    mark(&mut ops);
    tell_counter(&mut ops, &parts);
    tell_registers(&mut ops, &parts);
    tell_instructions(&mut ops, &parts);
    tell_signature(&mut ops, &parts);
    tell_errata(&mut ops, &parts, capabilities(kernel).len() as u32);
    others::tell(&mut ops, &parts, cpus);
    print(&mut ops, &parts.common, "done\n");
    power_off(&mut ops, &parts.common);
    print_routines(&mut ops, &parts.common);
    others::count(&mut ops, &parts);
    read_all_routine(&mut ops, &parts);
    match_routine(&mut ops, &parts);
    vectors(&mut ops, &parts);
    errata_rows(&mut ops, &parts, kernel);
    ops.finalize()
}

/// x19 UART, x20 exception class and 1 of the last exception, x27 the guest's data. SCTLR_EL1.EnIA, CPACR_EL1.FPEN.
fn boot(ops: &mut Assembler, parts: &Parts) {
    dynasm!(ops
        ; .arch aarch64
        ; adr x0, =>parts.vectors
        ; msr register(SysReg::VBAR_EL1), x0
        ; movz x0, 0x30, lsl 16
        ; msr register(SysReg::CPACR_EL1), x0
        ; isb
        ; movz x19, 0x0900, lsl 16
        ; movz x27, (DATA >> 16) as u32, lsl 16
        ; movk x27, (DATA & 0xffff) as u32
        ; mov x28, x27
        ; bl =>parts.read_all
    );
}

/// A field of a register that the guest has read before the marker, into w0.
fn load_field(ops: &mut Assembler, field: &IdField) {
    let number = registers().iter().position(|known| *known == field.register).unwrap_or_default() as u32;
    dynasm!(ops; .arch aarch64; ldr x0, [x27, 8 * number]; ubfx x0, x0, u32::from(field.lsb), field.width());
}

/// Jumps to `yes` when one of the fields is at least its value.
fn if_announced(ops: &mut Assembler, fields: &[Announced], yes: DynamicLabel) {
    for (field, least) in fields {
        load_field(ops, field);
        dynasm!(ops; .arch aarch64; cmp x0, *least; b.hs =>yes);
    }
}

/// Address of a place in the guest's data, in x3.
fn place(ops: &mut Assembler, offset: u32) {
    dynasm!(ops; .arch aarch64; movz x3, offset; add x3, x27, x3);
}

fn use_instructions(ops: &mut Assembler) {
    for (number, (_, fields, word)) in PROBES.iter().enumerate() {
        let (announced, over) = (ops.new_dynamic_label(), ops.new_dynamic_label());
        if_announced(ops, fields, announced);
        dynasm!(ops; .arch aarch64; b =>over; =>announced; movz w21, USES; movz x22, 0; again:; mov x20, xzr);
        place(ops, SCRATCH);
        ops.push_u32(*word);
        dynasm!(ops; .arch aarch64; cbnz x20, >failed; add x22, x22, 1; failed:; sub w21, w21, 1; cbnz w21, <again);
        place(ops, COUNTS + 8 * number as u32);
        dynasm!(ops; .arch aarch64; str x22, [x3]; =>over);
    }
}

/// Who announces address authentication with key A.
const SIGNING: &[Announced] = &[(&ID_AA64ISAR1_EL1::APA, 1), (&ID_AA64ISAR1_EL1::API, 1), (&ID_AA64ISAR2_EL1::APA3, 1)];

/// Signs the address of the data with its own value as the modifier (PACIA), where that is announced.
fn sign(ops: &mut Assembler) {
    let (announced, over) = (ops.new_dynamic_label(), ops.new_dynamic_label());
    if_announced(ops, SIGNING, announced);
    dynasm!(ops
        ; .arch aarch64
        ; b =>over
        ; =>announced
        ; mrs x0, register(SysReg::SCTLR_EL1)
        ; movz x1, 0x8000, lsl 16
        ; orr x0, x0, x1
        ; msr register(SysReg::SCTLR_EL1), x0
        ; movz x0, 0x1234
        ; movk x0, 0x5678, lsl 48
        ; msr register(SysReg::APIAKeyLo_EL1), x0
        ; msr register(SysReg::APIAKeyHi_EL1), x0
        ; isb
        ; mov x4, x27
        ; mov x5, x27
        ; mov x20, xzr
    );
    // pacia x4, x5
    ops.push_u32(0xdac1_00a4);
    dynasm!(ops; .arch aarch64; cbnz x20, =>over);
    place(ops, POINTER);
    dynasm!(ops; .arch aarch64; str x4, [x3]; =>over);
}

/// As Linux does: by the announced implementations if the hypervisor announces any (vendor features, DISCOVER_IMPL_VER and
/// DISCOVER_IMPL_CPUS), else by the CPU's own registers.
fn choose_work_arounds(ops: &mut Assembler, parts: &Parts) {
    place(ops, ENABLED);
    dynasm!(ops
        ; .arch aarch64
        ; mov x26, x3
        ; movz x0, 0x8600, lsl 16
        ; hvc 0
        ; tbnz x0, 63, >own
        ; and x2, x2, 3
        ; cmp x2, 3
        ; b.ne >own
        ; movz x0, 0xc600, lsl 16
        ; movk x0, 0x40
        ; hvc 0
        ; cbnz x0, >own
        ; cbz x2, >own
        ; mov x25, x2
        ; mov x24, xzr
        ; next:
        ; movz x0, 0xc600, lsl 16
        ; movk x0, 0x41
        ; mov x1, x24
        ; hvc 0
        ; cbnz x0, >own
        ; bl =>parts.match_errata
        ; add x24, x24, 1
        ; cmp x24, x25
        ; b.lo <next
        ; b >chosen
        ; own:
        ; mrs x1, register(SysReg::MIDR_EL1)
        ; mrs x2, register(SysReg::REVIDR_EL1)
        ; bl =>parts.match_errata
        ; chosen:
    );
}

fn read_counter(ops: &mut Assembler) {
    place(ops, COUNTER);
    dynasm!(ops; .arch aarch64; isb; mrs x0, register(SysReg::CNTVCT_EL0); str x0, [x3]);
}

fn mark(ops: &mut Assembler) {
    dynasm!(ops; .arch aarch64; movz x0, (MARKER >> 16) as u32, lsl 16; movk x0, (MARKER & 0xffff) as u32; hvc 0);
}

/// `word`, then each value in hexadecimal, from x21, x22 and x24.
#[expect(clippy::useless_conversion, reason = "in the expansion of the assembler's macro")]
fn line(ops: &mut Assembler, parts: &Parts, word: &str, values: usize) {
    print(ops, &parts.common, word);
    for value in [21, 22, 24].into_iter().take(values) {
        print(ops, &parts.common, " 0x");
        dynasm!(ops; .arch aarch64; mov x0, X(value); bl =>parts.common.put_hex);
    }
    print(ops, &parts.common, "\n");
}

fn tell_counter(ops: &mut Assembler, parts: &Parts) {
    place(ops, COUNTER);
    dynasm!(ops; .arch aarch64; isb; mrs x22, register(SysReg::CNTVCT_EL0); ldr x21, [x3]);
    line(ops, parts, "counter", 2);
}

/// Reads all registers again and compares.
fn tell_registers(ops: &mut Assembler, parts: &Parts) {
    let count = registers().len() as u32;
    dynasm!(ops
        ; .arch aarch64
        ; movz x28, AFTER
        ; add x28, x27, x28
        ; bl =>parts.read_all
        ; mov x21, xzr
        ; next:
        ; ldr x22, [x27, x21, lsl 3]
        ; ldr x24, [x28, x21, lsl 3]
        ; cmp x22, x24
        ; b.eq >same
    );
    line(ops, parts, "register", 3);
    dynasm!(ops; .arch aarch64; same:; add x21, x21, 1; cmp x21, count; b.lo <next);
}

/// Uses each instruction that was used before once more.
fn tell_instructions(ops: &mut Assembler, parts: &Parts) {
    for (number, (.., word)) in PROBES.iter().enumerate() {
        let over = ops.new_dynamic_label();
        place(ops, COUNTS + 8 * number as u32);
        dynasm!(ops; .arch aarch64; ldr x22, [x3]; cbz x22, =>over; mov x20, xzr);
        place(ops, SCRATCH);
        ops.push_u32(*word);
        dynasm!(ops; .arch aarch64; cbz x20, =>over; movz x21, number as u32);
        line(ops, parts, "undefined", 2);
        dynasm!(ops; .arch aarch64; =>over);
    }
}

/// Authenticates the pointer (AUTIA); a failure leaves another address, or is an exception with FEAT_FPAC.
fn tell_signature(ops: &mut Assembler, parts: &Parts) {
    let over = ops.new_dynamic_label();
    place(ops, POINTER);
    dynasm!(ops; .arch aarch64; ldr x4, [x3]; cbz x4, =>over; mov x21, x4; mov x5, x27; mov x20, xzr);
    // autia x4, x5
    ops.push_u32(0xdac1_10a4);
    dynasm!(ops; .arch aarch64; mov x22, x4; cbnz x20, >bad; cmp x4, x27; b.eq =>over; bad:);
    line(ops, parts, "signature", 2);
    dynasm!(ops; .arch aarch64; =>over);
}

/// Matches the tables with what the registers say now.
fn tell_errata(ops: &mut Assembler, parts: &Parts, count: u32) {
    place(ops, NEEDED);
    dynasm!(ops
        ; .arch aarch64
        ; mov x26, x3
        ; mrs x1, register(SysReg::MIDR_EL1)
        ; mrs x2, register(SysReg::REVIDR_EL1)
        ; bl =>parts.match_errata
        ; mov x21, xzr
        ; next:
        ; ldrb w22, [x26, x21]
        ; cbz w22, >fine
        ; movz x3, ENABLED
        ; add x3, x27, x3
        ; ldrb w22, [x3, x21]
        ; cbnz w22, >fine
    );
    line(ops, parts, "erratum", 1);
    dynasm!(ops; .arch aarch64; fine:; add x21, x21, 1; cmp x21, count; b.lo <next);
}

/// Every register to the table at x28; all ones for one that is UNDEFINED.
fn read_all_routine(ops: &mut Assembler, parts: &Parts) {
    dynasm!(ops; .arch aarch64; =>parts.read_all);
    for (number, named) in registers().into_iter().enumerate() {
        dynasm!(ops
            ; .arch aarch64
            ; mov x20, xzr
            ; mrs x1, operand(named.encoding())
            ; cmp x20, 0
            ; csinv x1, x1, xzr, eq
            ; str x1, [x28, 8 * number as u32]
        );
    }
    dynasm!(ops; .arch aarch64; ret);
}

/// Marks in the byte table at x26 what MIDR x1 and REVIDR x2 need (`__is_affected_midr_range`).
fn match_routine(ops: &mut Assembler, parts: &Parts) {
    let dic = registers().iter().position(|known| *known == SysReg::CTR_EL0).unwrap_or_default() as u32;
    dynasm!(ops
        ; .arch aarch64
        ; =>parts.match_errata
        ; ubfx x3, x1, 20, 4
        ; lsl x3, x3, 4
        ; ubfx x4, x1, 0, 4
        ; orr x3, x3, x4
        ; adr x5, =>parts.rows
        ; adr x6, =>parts.rows_end
        ; row:
        ; cmp x5, x6
        ; b.hs >end
        ; ldp w7, w8, [x5]
        ; eor w9, w7, w1
        ; tst w9, w8
        ; b.ne >no
        ; ldrb w9, [x5, 8]
        ; cmp w3, w9
        ; b.lo >no
        ; ldrb w9, [x5, 9]
        ; cmp w3, w9
        ; b.hi >no
        // Fixed in this revision when the bit of REVIDR is set.
        ; ldrb w9, [x5, 10]
        ; ldrb w10, [x5, 11]
        ; cmp w9, w3
        ; b.ne >affected
        ; cmp w10, 64
        ; b.hs >affected
        ; lsr x11, x2, x10
        ; tbnz w11, 0, >no
        ; affected:
        // Conditions: 0 always, 1 never in a guest, 2 with CTR_EL0.DIC.
        ; ldrb w9, [x5, 12]
        ; cbz w9, >yes
        ; cmp w9, 2
        ; b.ne >no
        ; ldr x9, [x27, 8 * dic]
        ; tbz x9, 29, >no
        ; yes:
        ; ldrb w9, [x5, 13]
        ; movz w10, 1
        ; strb w10, [x26, x9]
        ; no:
        ; add x5, x5, 16
        ; b <row
        ; end:
        ; ret
    );
}

/// Sixteen vectors; the synchronous one of the current EL leaves class and 1 in x20 and skips the instruction.
fn vectors(ops: &mut Assembler, parts: &Parts) {
    dynasm!(ops; .arch aarch64; .align 2048; =>parts.vectors);
    for vector in 0..16 {
        if vector == 4 {
            dynasm!(ops
                ; .arch aarch64
                ; mrs x20, register(SysReg::ESR_EL1)
                ; lsr x20, x20, 26
                ; add x20, x20, 1
                ; mrs x18, register(SysReg::ELR_EL1)
                ; add x18, x18, 4
                ; msr register(SysReg::ELR_EL1), x18
                ; eret
            );
        } else {
            dynasm!(ops; .arch aarch64; b =>parts.common.power_off);
        }
        dynasm!(ops; .arch aarch64; .align 128);
    }
}

/// The table: part and mask, first and last revision, the revision that a REVIDR bit fixes, condition, capability.
fn errata_rows(ops: &mut Assembler, parts: &Parts, kernel: &str) {
    let numbers: BTreeMap<&str, u8> = capabilities(kernel).into_iter().zip(0..).collect();
    dynasm!(ops; .arch aarch64; .align 16; =>parts.rows);
    for row in ERRATA.iter().filter(|row| row.in_kernel(kernel)) {
        ops.push_u32(row.model as u32);
        ops.push_u32(match row.matching {
            Match::Part => 0xff0f_fff0,
            Match::Kryo => 0xff0f_f000,
        });
        let (fixed_revision, fixed_bit) = row.fixed.unwrap_or((0, u8::MAX));
        let condition = match row.condition {
            Condition::Always => 0,
            Condition::HasDic => 2,
            // A guest at EL1 without SME.
            Condition::AtEl2 | Condition::El2AndThreads | Condition::HasSme => 1,
        };
        let capability = numbers.get(row.capability).copied().unwrap_or_default();
        for byte in [row.first, row.last, fixed_revision, fixed_bit, condition, capability, 0, 0] {
            ops.push(byte);
        }
    }
    dynasm!(ops; .arch aarch64; =>parts.rows_end);
}
