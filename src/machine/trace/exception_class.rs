//! Names of the exception classes (Arm ARM, "ESR_EL1, Exception Syndrome Register", EC). Decodes no ISS.

/// What ESR_ELx.EC says.
pub fn name(class: u8) -> &'static str {
    match class {
        0x00 => "unknown reason",
        0x01 => "trapped WFI or WFE",
        0x03 => "trapped AArch32 MCR or MRC, coproc 0b1111",
        0x04 => "trapped AArch32 MCRR or MRRC, coproc 0b1111",
        0x05 => "trapped AArch32 MCR or MRC, coproc 0b1110",
        0x06 => "trapped AArch32 LDC or STC",
        0x07 => "FP or SIMD access",
        0x09 => "trapped pointer authentication",
        0x0a => "trapped LD64B or ST64B",
        0x0c => "trapped AArch32 MRRC, coproc 0b1110",
        0x0d => "branch target",
        0x0e => "illegal execution state",
        0x11 => "AArch32 SVC",
        0x14 => "trapped MSRR or MRRS",
        0x15 => "SVC",
        0x16 => "HVC",
        0x17 => "SMC",
        0x18 => "trapped MSR, MRS or system instruction",
        0x19 => "SVE access",
        0x1a => "trapped ERET",
        0x1b => "TSTART",
        0x1c => "pointer authentication failure",
        0x1d => "SME access",
        0x20 => "instruction abort, lower EL",
        0x21 => "instruction abort, same EL",
        0x22 => "PC alignment",
        0x24 => "data abort, lower EL",
        0x25 => "data abort, same EL",
        0x26 => "SP alignment",
        0x27 => "memory operation",
        0x28 => "AArch32 floating-point exception",
        0x2c => "floating-point exception",
        0x2d => "guarded control stack",
        0x2f => "SError",
        0x30 => "breakpoint, lower EL",
        0x31 => "breakpoint, same EL",
        0x32 => "software step, lower EL",
        0x33 => "software step, same EL",
        0x34 => "watchpoint, lower EL",
        0x35 => "watchpoint, same EL",
        0x38 => "AArch32 BKPT",
        0x3c => "BRK",
        0x3d => "PMU exception",
        _ => "reserved class",
    }
}

/// FAR_EL1 is defined for the class.
pub fn has_fault_address(class: u8) -> bool {
    matches!(class, 0x20..=0x22 | 0x24 | 0x25 | 0x34 | 0x35)
}
