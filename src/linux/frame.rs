//! The frame that a signal's handler finds on its stack: `struct rt_sigframe` of arm64, as `setup_rt_frame` in the kernel fills
//! it and rt_sigreturn(2) reads it. Decides nothing about signals.

use emu::cpu::Cpu;
use kvm::errno::{EFAULT, Errno};

use super::host;
use super::inbox::SignalInfo;

/// Offsets in the frame: `siginfo_t`, then `struct ucontext` with `struct sigcontext` in it.
mod at {
    pub const UCONTEXT: usize = 128;
    pub const STACK: usize = UCONTEXT + 16;
    pub const MASK: usize = UCONTEXT + 40;
    pub const CONTEXT: usize = UCONTEXT + 176;
    pub const FAULT_ADDRESS: usize = CONTEXT;
    pub const REGISTERS: usize = CONTEXT + 8;
    pub const SP: usize = REGISTERS + 31 * 8;
    pub const PC: usize = SP + 8;
    pub const PSTATE: usize = PC + 8;
    /// Records with a magic number and a size each.
    pub const RECORDS: usize = CONTEXT + 288;
}

/// Bytes of the records.
const ROOM: usize = 4096;
/// Bytes of the frame.
pub const SIZE: usize = at::RECORDS + ROOM;
/// Behind the frame: FP and LR of the code that was interrupted, for those who walk the stack.
const LINK: usize = 16;

const FPSIMD_MAGIC: u32 = 0x4650_8001;
const FPSIMD_SIZE: usize = 528;
const ESR_MAGIC: u32 = 0x4553_5201;
const ESR_SIZE: usize = 16;

/// `stack_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    pub start: u64,
    pub flags: u32,
    pub size: u64,
}

impl Stack {
    pub fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        put(&mut bytes, 0, &self.start.to_le_bytes());
        put(&mut bytes, 8, &self.flags.to_le_bytes());
        put(&mut bytes, 16, &self.size.to_le_bytes());
        bytes
    }

    pub fn from_bytes(bytes: &[u8; 24]) -> Stack {
        Stack { start: get(bytes, 0), flags: get(bytes, 8) as u32, size: get(bytes, 16) }
    }
}

/// What a handler is told, and what it goes back to.
pub struct Delivery<'a> {
    pub info: &'a SignalInfo,
    pub number: u32,
    pub handler: u64,
    /// Where the handler returns to.
    pub restorer: u64,
    /// The mask that rt_sigreturn(2) restores.
    pub mask: u64,
    pub stack: Stack,
    /// Top of the stack that the handler uses.
    pub top: u64,
    /// FAR_EL1 and ESR_EL1 of a fault.
    pub fault: Option<(u64, u64)>,
}

fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    bytes.iter_mut().skip(offset).zip(value).for_each(|(to, from)| *to = *from);
}

fn get(bytes: &[u8], offset: usize) -> u64 {
    bytes.iter().skip(offset).take(8).rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Writes the frame, and makes the PE go on with the handler.
///
/// # Errors
/// EFAULT when there is no such stack; then nothing has changed.
pub fn enter(cpu: &mut Cpu, delivery: &Delivery) -> Result<(), Errno> {
    let link = (delivery.top & !15).wrapping_sub(LINK as u64);
    let frame = link.wrapping_sub(SIZE as u64);
    let mut bytes = vec![0; SIZE + LINK];
    put(&mut bytes, 0, delivery.info);
    put(&mut bytes, at::STACK, &delivery.stack.to_bytes());
    put(&mut bytes, at::MASK, &delivery.mask.to_le_bytes());
    save(cpu, &mut bytes, delivery.fault);
    put(&mut bytes, SIZE, &cpu.x[29].to_le_bytes());
    put(&mut bytes, SIZE + 8, &cpu.x[30].to_le_bytes());
    host::copy_out(frame, &bytes)?;
    cpu.x[0] = delivery.number.into();
    cpu.x[1] = frame;
    cpu.x[2] = frame + at::UCONTEXT as u64;
    cpu.x[29] = link;
    cpu.x[30] = delivery.restorer;
    cpu.x[31] = frame;
    cpu.pc = delivery.handler;
    // A handler may be called by BLR from the kernel's view: it must begin with a landing pad where code is guarded.
    cpu.pstate.btype = if cpu.features.contains(sysregs::Feature::BTI) { 2 } else { 0 };
    cpu.pstate.tco = false;
    cpu.monitor.clear();
    Ok(())
}

fn save(cpu: &Cpu, bytes: &mut [u8], fault: Option<(u64, u64)>) {
    for (index, register) in cpu.x.iter().take(31).enumerate() {
        put(bytes, at::REGISTERS + 8 * index, &register.to_le_bytes());
    }
    put(bytes, at::SP, &cpu.x[31].to_le_bytes());
    put(bytes, at::PC, &cpu.pc.to_le_bytes());
    put(bytes, at::PSTATE, &cpu.spsr_image().to_le_bytes());
    let mut next = at::RECORDS;
    record(bytes, next, FPSIMD_MAGIC, FPSIMD_SIZE);
    put(bytes, next + 8, &cpu.fpsr.to_le_bytes());
    put(bytes, next + 12, &cpu.fpcr.to_le_bytes());
    for (index, vector) in cpu.v.iter().enumerate() {
        put(bytes, next + 16 + 16 * index, &vector.to_le_bytes());
    }
    next += FPSIMD_SIZE;
    if let Some((address, syndrome)) = fault {
        put(bytes, at::FAULT_ADDRESS, &address.to_le_bytes());
        record(bytes, next, ESR_MAGIC, ESR_SIZE);
        put(bytes, next + 8, &syndrome.to_le_bytes());
    }
    // What follows is zero, which ends the records.
}

fn record(bytes: &mut [u8], offset: usize, magic: u32, size: usize) {
    put(bytes, offset, &magic.to_le_bytes());
    put(bytes, offset + 4, &(size as u32).to_le_bytes());
}

/// rt_sigreturn(2): the mask and the alternate stack of the frame at SP, whose registers the PE has afterwards.
///
/// # Errors
/// EFAULT when there is no frame at SP, EINVAL for one that the kernel would refuse.
pub fn leave(cpu: &mut Cpu) -> Result<(u64, Stack), Errno> {
    let frame = cpu.x[31];
    if !frame.is_multiple_of(16) {
        return Err(EFAULT);
    }
    let mut bytes = vec![0; SIZE];
    host::copy_in(frame, &mut bytes)?;
    let floating = floating_point(&bytes)?;
    let pstate = get(&bytes, at::PSTATE);
    // valid_user_regs: a program is at EL0 in AArch64 state with nothing masked.
    if pstate & 0x1f != 0 || pstate & 0x3c0 != 0 {
        return Err(kvm::errno::EINVAL);
    }
    for (index, register) in cpu.x.iter_mut().take(31).enumerate() {
        *register = get(&bytes, at::REGISTERS + 8 * index);
    }
    cpu.x[31] = get(&bytes, at::SP);
    cpu.pc = get(&bytes, at::PC);
    cpu.nzcv = pstate as u32 & 0xf000_0000;
    cpu.pstate.btype = if cpu.features.contains(sysregs::Feature::BTI) { (pstate >> 10 & 3) as u8 } else { 0 };
    cpu.pstate.ssbs = pstate >> 12 & 1 != 0 && cpu.features.contains(sysregs::Feature::SSBS);
    cpu.fpsr = get(&bytes, floating + 8) as u32;
    cpu.fpcr = get(&bytes, floating + 12) as u32;
    for (index, vector) in cpu.v.iter_mut().enumerate() {
        let low = get(&bytes, floating + 16 + 16 * index);
        let high = get(&bytes, floating + 24 + 16 * index);
        *vector = u128::from(high) << 64 | u128::from(low);
    }
    cpu.monitor.clear();
    let mut stack = [0; 24];
    stack.copy_from_slice(&bytes[at::STACK..at::STACK + 24]);
    Ok((get(&bytes, at::MASK), Stack::from_bytes(&stack)))
}

/// Where the record of FP and SIMD registers is, which must be there.
fn floating_point(bytes: &[u8]) -> Result<usize, Errno> {
    let mut offset = at::RECORDS;
    let mut found = None;
    while offset + 8 <= SIZE {
        let head = get(bytes, offset);
        let (magic, size) = (head as u32, (head >> 32) as usize);
        match (magic, size) {
            (0, 0) => return found.ok_or(kvm::errno::EINVAL),
            (FPSIMD_MAGIC, FPSIMD_SIZE) if offset + size <= SIZE => found = Some(offset),
            _ if size < 16 || size % 16 != 0 => return Err(kvm::errno::EINVAL),
            _ => {}
        }
        offset += size;
    }
    Err(kvm::errno::EINVAL)
}
