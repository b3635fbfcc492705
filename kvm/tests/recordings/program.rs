//! Where the small guests of these tests live, and the few instructions that they are made of. Makes no machine.

use sysregs::{Encoding, SysReg};

/// RAM, the code in it, and the device that guests report to.
pub const RAM: u64 = 0x4000_0000;
pub const CODE: u64 = RAM + 0x1_0000;
pub const DEVICE: u64 = 0x1000_0000;

/// STR Xt, [Xn, #offset].
pub fn str(rt: u32, rn: u32, offset: u32) -> u32 {
    0xf900_0000 | (offset / 8) << 10 | rn << 5 | rt
}

/// MRS Xt, register.
pub fn mrs(register: SysReg, rt: u32) -> u32 {
    0xd530_0000 | move_operand(register.encoding(), rt)
}

/// MSR register, Xt.
pub fn msr(register: SysReg, rt: u32) -> u32 {
    0xd510_0000 | move_operand(register.encoding(), rt)
}

fn move_operand(encoding: Encoding, rt: u32) -> u32 {
    let (op0, op1) = (u32::from(encoding.op0()), u32::from(encoding.op1()));
    let (crn, crm, op2) = (u32::from(encoding.crn()), u32::from(encoding.crm()), u32::from(encoding.op2()));
    (op0 - 2) << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5 | rt
}
