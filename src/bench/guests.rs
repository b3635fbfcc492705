//! The guests: position-dependent raw images for the `virt` board, assembled here so that no cross compiler is needed.
//! Each turns the MMU on with 1 GiB identity blocks, runs its loop, sends X0 over the PL011 and powers off.

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use sysregs::SysReg;

/// Where the image is loaded and starts.
pub const LOAD_ADDRESS: u64 = 0x4008_0000;
/// Level 1 table, inside the image's first megabyte.
const TABLE: u64 = 0x4010_0000;
/// Working memory of the loops.
const DATA: u64 = 0x4020_0000;
const STACK: u64 = 0x4030_0000;
const PL011: u64 = 0x0900_0000;
const RTC: u64 = 0x0901_0000;
const GIC_DISTRIBUTOR: u64 = 0x0800_0000;

type Assembler = VecAssembler<Aarch64Relocation>;

/// Emits the loop: X19 holds the iterations, X20 the data area; the result is left in X0.
pub type Program = fn(&mut Assembler);

/// Loads a constant, sixteen bits at a time.
#[expect(clippy::useless_conversion, reason = "the assembler's macro converts register numbers")]
fn constant(asm: &mut Assembler, register: u8, value: u64) {
    dynasm!(asm ; .arch aarch64 ; movz X(register), value as u32 & 0xffff);
    for shift in [16, 32, 48] {
        let part = (value >> shift) as u32 & 0xffff;
        if part != 0 {
            dynasm!(asm ; .arch aarch64 ; movk X(register), part, lsl shift);
        }
    }
}

/// A system register as the assembler wants it: op0 without its upper bit, which is always set.
fn encoding(register: SysReg) -> u32 {
    u32::from(register.encoding().0) & 0x7fff
}

/// The whole image for `iterations` of `program`.
pub fn image(program: Program, iterations: u64) -> Vec<u8> {
    let mut asm = Assembler::new(LOAD_ADDRESS as usize);
    prologue(&mut asm);
    constant(&mut asm, 19, iterations);
    constant(&mut asm, 20, DATA);
    program(&mut asm);
    epilogue(&mut asm);
    // The guests are fixed text: assembling them cannot fail on a user's input.
    asm.finalize().unwrap_or_default()
}

/// Page table, MMU on, stack.
fn prologue(asm: &mut Assembler) {
    // Blocks: 0..1 GiB Device (attribute 0, execute-never), 1..2 GiB Normal (attribute 1).
    let device = 1 | 1 << 10 | 3 << 53;
    let normal = 0x4000_0000 | 1 | 1 << 2 | 3 << 8 | 1 << 10;
    constant(asm, 1, TABLE);
    constant(asm, 2, device);
    constant(asm, 3, normal);
    dynasm!(asm ; .arch aarch64 ; stp x2, x3, [x1]);
    constant(asm, 2, 0xff00);
    constant(asm, 3, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32);
    dynasm!(asm
        ; .arch aarch64
        ; msr encoding(SysReg::TTBR0_EL1), x1
        ; msr encoding(SysReg::MAIR_EL1), x2
        ; msr encoding(SysReg::TCR_EL1), x3
        ; isb
        ; mrs x4, encoding(SysReg::SCTLR_EL1)
        ; orr x4, x4, 1
        ; msr encoding(SysReg::SCTLR_EL1), x4
        ; isb
    );
    constant(asm, 4, STACK);
    dynasm!(asm ; .arch aarch64 ; mov sp, x4);
}

/// Sends X0, low byte first, and powers off by PSCI.
fn epilogue(asm: &mut Assembler) {
    constant(asm, 1, PL011);
    constant(asm, 9, 0x8400_0008);
    dynasm!(asm
        ; .arch aarch64
        ; mov x2, 8
        ; send:
        ; strb w0, [x1]
        ; lsr x0, x0, 8
        ; subs x2, x2, 1
        ; b.ne <send
        ; mov x0, x9
        ; hvc 0
        ; forever:
        ; b <forever
    );
}

/// Twin of [`super::native::memory_mix`].
pub fn memory_mix(asm: &mut Assembler) {
    constant(asm, 3, 0x9e37_79b9_7f4a_7c15);
    dynasm!(asm
        ; .arch aarch64
        ; mov x0, 1
        ; mov x1, 0
        ; again:
        ; and x4, x1, 1023
        ; ldr x5, [x20, x4, lsl 3]
        ; eor x0, x0, x5
        ; madd x0, x0, x3, x1
        ; str x0, [x20, x4, lsl 3]
        ; add x1, x1, 1
        ; cmp x1, x19
        ; b.ne <again
    );
}

/// Twin of [`super::native::calls`].
pub fn calls(asm: &mut Assembler) {
    dynasm!(asm
        ; .arch aarch64
        ; mov x21, 0
        ; again:
        ; mov x0, 20
        ; bl >fibonacci
        ; add x21, x21, x0
        ; subs x19, x19, 1
        ; b.ne <again
        ; mov x0, x21
        ; b >done
        ; fibonacci:
        ; cmp x0, 2
        ; b.lo >leaf
        ; stp x29, x30, [sp, -32]!
        ; str x22, [sp, 16]
        ; mov x22, x0
        ; sub x0, x0, 1
        ; bl <fibonacci
        ; mov x23, x0
        ; str x23, [sp, 24]
        ; sub x0, x22, 2
        ; bl <fibonacci
        ; ldr x23, [sp, 24]
        ; add x0, x0, x23
        ; ldr x22, [sp, 16]
        ; ldp x29, x30, [sp], 32
        ; leaf:
        ; ret
        ; done:
    );
}

/// Twin of [`super::native::bytes`].
pub fn bytes(asm: &mut Assembler) {
    constant(asm, 3, 0x9e37_79b9_7f4a_7c15);
    dynasm!(asm
        ; .arch aarch64
        ; mov x0, 1
        ; outer:
        ; mov x1, x20
        ; add x2, x20, 1, lsl 12
        ; inner:
        ; ldrb w4, [x1], 1
        ; eor x0, x0, x4
        ; mul x0, x0, x3
        ; cmp x1, x2
        ; b.ne <inner
        ; subs x19, x19, 1
        ; b.ne <outer
    );
}

/// One trapped ID register read an iteration.
pub fn mrs_id(asm: &mut Assembler) {
    dynasm!(asm
        ; .arch aarch64
        ; again:
        ; mrs x0, encoding(SysReg::ID_AA64ISAR0_EL1)
        ; subs x19, x19, 1
        ; b.ne <again
    );
}

/// One write and one read of a plain system register an iteration.
pub fn msr_el1(asm: &mut Assembler) {
    dynasm!(asm
        ; .arch aarch64
        ; again:
        ; msr encoding(SysReg::CONTEXTIDR_EL1), x19
        ; mrs x0, encoding(SysReg::CONTEXTIDR_EL1)
        ; subs x19, x19, 1
        ; b.ne <again
    );
}

/// One hypercall an iteration, of a function that nobody has.
pub fn hvc(asm: &mut Assembler) {
    constant(asm, 21, 0x8400_1fff);
    dynasm!(asm
        ; .arch aarch64
        ; again:
        ; mov x0, x21
        ; hvc 0
        ; subs x19, x19, 1
        ; b.ne <again
    );
}

fn device_reads(asm: &mut Assembler, address: u64) {
    constant(asm, 1, address);
    dynasm!(asm
        ; .arch aarch64
        ; again:
        ; ldr w0, [x1]
        ; subs x19, x19, 1
        ; b.ne <again
    );
}

/// One read of a register of the VMM's real-time clock an iteration.
pub fn mmio_user(asm: &mut Assembler) {
    device_reads(asm, RTC + 8);
}

/// One read of GICD_TYPER an iteration.
pub fn mmio_gic(asm: &mut Assembler) {
    device_reads(asm, GIC_DISTRIBUTOR + 4);
}
