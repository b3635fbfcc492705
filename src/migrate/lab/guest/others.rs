//! The other CPUs of the guest that is moved: each counts from before the move on, and the first looks whether they still do. They read no
//! register and use no instruction of interest.

use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};

use super::{DATA, Parts, line, place};
use crate::demo::guest::Assembler;

/// What each other CPU counts while it runs.
const BEATS: u32 = 0x3000;
/// How often the first CPU looks whether another counts.
const PATIENCE: u32 = 1000;

/// Starts every other CPU by PSCI CPU_ON, and waits until it counts.
pub fn start(ops: &mut Assembler, parts: &Parts, cpus: u64) {
    place(ops, BEATS);
    dynasm!(ops
        ; .arch aarch64
        ; mov x26, x3
        ; movz x25, cpus as u32
        ; movz x21, 1
        ; next:
        ; cmp x21, x25
        ; b.hs >over
        // KVM numbers CPUs in Aff1 and four bits of Aff0.
        ; and x1, x21, 15
        ; lsr x2, x21, 4
        ; orr x1, x1, x2, lsl 8
        ; adr x2, =>parts.secondary
        ; mov x3, x21
        ; movz x0, 0xc400, lsl 16
        ; movk x0, 3
        ; hvc 0
        ; wait:
        ; yield
        ; ldr x2, [x26, x21, lsl 3]
        ; cbz x2, <wait
        ; add x21, x21, 1
        ; b <next
        ; over:
    );
}

/// Another CPU counts, for as long as there is a machine.
pub fn count(ops: &mut Assembler, parts: &Parts) {
    dynasm!(ops
        ; .arch aarch64
        ; =>parts.secondary
        ; movz x27, (DATA >> 16) as u32, lsl 16
        ; movk x27, (DATA & 0xffff) as u32
        ; mov x21, x0
        ; movz x3, BEATS
        ; add x3, x27, x3
        ; again:
        ; ldr x2, [x3, x21, lsl 3]
        ; add x2, x2, 1
        ; str x2, [x3, x21, lsl 3]
        ; yield
        ; b <again
    );
}

/// The other CPUs still count.
pub fn tell(ops: &mut Assembler, parts: &Parts, cpus: u64) {
    place(ops, BEATS);
    dynasm!(ops
        ; .arch aarch64
        ; mov x26, x3
        ; movz x25, cpus as u32
        ; movz x21, 1
        ; next:
        ; cmp x21, x25
        ; b.hs >every_one
        ; ldr x22, [x26, x21, lsl 3]
        ; movz x23, PATIENCE
        ; look:
        ; yield
        ; ldr x24, [x26, x21, lsl 3]
        ; cmp x24, x22
        ; b.ne >counts
        ; sub x23, x23, 1
        ; cbnz x23, <look
    );
    line(ops, parts, "stopped", 1);
    dynasm!(ops; .arch aarch64; counts:; add x21, x21, 1; b <next; every_one:);
}
