//! Classic BPF as seccomp(2) takes it: programs of `struct sock_filter` that are checked once, and then run on a `struct seccomp_data`.
//! Knows nothing of what their answers mean.
//!
//! The checks are those of `seccomp_check_filter` and `bpf_check_classic` in the kernel. All jumps go forward, so a program ends.

use libc::{BPF_A, BPF_ABS, BPF_ADD, BPF_ALU, BPF_AND, BPF_DIV, BPF_IMM, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JMP, BPF_JSET, BPF_K};
use libc::{BPF_LD, BPF_LDX, BPF_LEN, BPF_LSH, BPF_MEM, BPF_MISC, BPF_MUL, BPF_NEG, BPF_OR, BPF_RET, BPF_RSH, BPF_ST, BPF_STX, BPF_SUB};
use libc::{BPF_TAX, BPF_TXA, BPF_X, BPF_XOR};

/// The most instructions of a program.
pub const LONGEST: usize = libc::BPF_MAXINSNS as usize;
/// Bytes of `struct seccomp_data`.
const DATA: u32 = 64;
/// Words of memory.
const CELLS: usize = libc::BPF_MEMWORDS as usize;

/// `struct seccomp_data` in words, as programs load it.
pub type Data = [u32; DATA as usize / 4];

/// `struct sock_filter`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub code: u16,
    pub if_true: u8,
    pub if_false: u8,
    pub constant: u32,
}

impl Instruction {
    pub const SIZE: usize = 8;

    pub fn from_bytes([code_low, code_high, if_true, if_false, constant @ ..]: [u8; Instruction::SIZE]) -> Instruction {
        let code = u16::from_le_bytes([code_low, code_high]);
        Instruction { code, if_true, if_false, constant: u32::from_le_bytes(constant) }
    }

    pub fn to_bytes(self) -> [u8; Instruction::SIZE] {
        let ([code_low, code_high], [k0, k1, k2, k3]) = (self.code.to_le_bytes(), self.constant.to_le_bytes());
        [code_low, code_high, self.if_true, self.if_false, k0, k1, k2, k3]
    }
}

/// A and X.
#[derive(Clone, Copy, Debug)]
enum Register {
    Accumulator,
    Index,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// A word of the data.
    Data(usize),
    Cell(usize),
    Constant(u32),
}

#[derive(Clone, Copy, Debug)]
enum Operand {
    Constant(u32),
    Register(Register),
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Or,
    And,
    Xor,
    ShiftLeft,
    ShiftRight,
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Equal,
    Greater,
    GreaterOrEqual,
    AnyBit,
}

/// What an instruction does, once it is known to be a good one.
#[derive(Clone, Copy, Debug)]
enum Step {
    Load(Register, Source),
    Store(Register, usize),
    Calculate(Operation, Operand),
    Negate,
    /// X becomes A, or A becomes X: the register that changes.
    Copy(Register),
    /// Instructions that are left out.
    Jump(usize),
    Branch(Test, Operand, usize, usize),
    Return(Operand),
}

impl Step {
    /// Instructions that `bpf_convert_filter` in the kernel makes of one, for eBPF.
    fn cost(&self) -> usize {
        match *self {
            Step::Return(Operand::Constant(_)) => 2,
            Step::Calculate(Operation::Divide, Operand::Register(_)) => 5,
            Step::Branch(test, operand, if_true, if_false) => {
                // Large constants need a register, and there is but one way to jump.
                let large = matches!(operand, Operand::Constant(value) if value as i32 <= -1);
                let two_ways = if_false != 0 && (if_true != 0 || matches!(test, Test::AnyBit));
                1 + usize::from(large) + usize::from(two_ways)
            }
            _ => 1,
        }
    }
}

/// Instructions that the kernel puts before every program.
const PROLOGUE: usize = 3;

/// A program that has been checked.
#[derive(Debug)]
pub struct Program {
    instructions: Box<[Instruction]>,
    steps: Box<[Step]>,
}

impl Program {
    /// Checks a program; None for one that the kernel answers EINVAL to.
    pub fn new(instructions: Vec<Instruction>) -> Option<Program> {
        let length = instructions.len();
        if length == 0 || length > LONGEST {
            return None;
        }
        let steps: Vec<Step> = instructions.iter().map(|&instruction| step(instruction)).collect::<Option<_>>()?;
        let whole = matches!(steps.last(), Some(Step::Return(_)));
        let good = whole && steps.iter().enumerate().all(|(at, step)| stays_inside(step, length - at - 1)) && reads_what_it_wrote(&steps);
        good.then(|| Program { instructions: instructions.into(), steps: steps.into() })
    }

    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// Instructions of the program as the kernel counts them when there are many filters: after it has made eBPF of them.
    pub fn cost(&self) -> usize {
        PROLOGUE + self.steps.iter().map(Step::cost).sum::<usize>()
    }

    /// What the program returns for some data.
    pub fn run(&self, data: &Data) -> u32 {
        let mut machine = Machine { accumulator: 0, index: 0, cells: [0; CELLS] };
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match *step {
                Step::Load(register, source) => {
                    let value = machine.source(source, data);
                    *machine.register(register) = value;
                }
                Step::Store(register, cell) => {
                    let value = *machine.register(register);
                    machine.cells.iter_mut().skip(cell).take(1).for_each(|to| *to = value);
                }
                Step::Calculate(operation, operand) => match calculate(operation, machine.accumulator, machine.operand(operand)) {
                    Some(value) => machine.accumulator = value,
                    // The kernel ends a program that divides by zero so.
                    None => return 0,
                },
                Step::Negate => machine.accumulator = machine.accumulator.wrapping_neg(),
                Step::Copy(Register::Accumulator) => machine.accumulator = machine.index,
                Step::Copy(Register::Index) => machine.index = machine.accumulator,
                Step::Jump(over) => at += over,
                Step::Branch(test, operand, if_true, if_false) => {
                    at += if passes(test, machine.accumulator, machine.operand(operand)) { if_true } else { if_false };
                }
                Step::Return(operand) => return machine.operand(operand),
            }
        }
        // Not reached: a program ends with a return, and jumps to none but its own instructions.
        0
    }
}

struct Machine {
    accumulator: u32,
    index: u32,
    cells: [u32; CELLS],
}

impl Machine {
    fn register(&mut self, register: Register) -> &mut u32 {
        match register {
            Register::Accumulator => &mut self.accumulator,
            Register::Index => &mut self.index,
        }
    }

    fn operand(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Constant(value) => value,
            Operand::Register(Register::Accumulator) => self.accumulator,
            Operand::Register(Register::Index) => self.index,
        }
    }

    fn source(&self, source: Source, data: &Data) -> u32 {
        match source {
            Source::Data(word) => data.get(word).copied().unwrap_or_default(),
            Source::Cell(cell) => self.cells.get(cell).copied().unwrap_or_default(),
            Source::Constant(value) => value,
        }
    }
}

/// None for a division by zero.
fn calculate(operation: Operation, left: u32, right: u32) -> Option<u32> {
    Some(match operation {
        Operation::Add => left.wrapping_add(right),
        Operation::Subtract => left.wrapping_sub(right),
        Operation::Multiply => left.wrapping_mul(right),
        Operation::Divide => return left.checked_div(right),
        Operation::Or => left | right,
        Operation::And => left & right,
        Operation::Xor => left ^ right,
        // By X modulo 32, as eBPF's 32 bit shifts do, which the kernel makes of them.
        Operation::ShiftLeft => left.wrapping_shl(right),
        Operation::ShiftRight => left.wrapping_shr(right),
    })
}

fn passes(test: Test, left: u32, right: u32) -> bool {
    match test {
        Test::Equal => left == right,
        Test::Greater => left > right,
        Test::GreaterOrEqual => left >= right,
        Test::AnyBit => left & right != 0,
    }
}

/// Fields of a code.
const CLASS: u32 = 0x07;
const OPERAND: u32 = 0x08;

/// What an instruction does; None when it is not for programs of seccomp(2).
fn step(instruction: Instruction) -> Option<Step> {
    let code = u32::from(instruction.code);
    let constant = instruction.constant;
    match code & CLASS {
        BPF_LD => Some(Step::Load(Register::Accumulator, source(code & !CLASS, constant).or_else(|| word(code & !CLASS, constant))?)),
        BPF_LDX => Some(Step::Load(Register::Index, source(code & !CLASS, constant)?)),
        BPF_ST if code == BPF_ST => Some(Step::Store(Register::Accumulator, cell(constant)?)),
        BPF_STX if code == BPF_STX => Some(Step::Store(Register::Index, cell(constant)?)),
        BPF_ALU if code == BPF_ALU | BPF_NEG => Some(Step::Negate),
        BPF_ALU => calculation(code & !(CLASS | OPERAND), operand(code, constant)),
        BPF_JMP if code == BPF_JMP | BPF_JA => Some(Step::Jump(constant as usize)),
        BPF_JMP => {
            let test = test(code & !(CLASS | OPERAND))?;
            Some(Step::Branch(test, operand(code, constant), instruction.if_true.into(), instruction.if_false.into()))
        }
        BPF_RET if code == BPF_RET | BPF_K => Some(Step::Return(Operand::Constant(constant))),
        BPF_RET if code == BPF_RET | BPF_A => Some(Step::Return(Operand::Register(Register::Accumulator))),
        BPF_MISC if code == BPF_MISC | BPF_TAX => Some(Step::Copy(Register::Index)),
        BPF_MISC if code == BPF_MISC | BPF_TXA => Some(Step::Copy(Register::Accumulator)),
        _ => None,
    }
}

/// What both registers can be loaded with.
fn source(mode: u32, constant: u32) -> Option<Source> {
    match mode {
        BPF_IMM => Some(Source::Constant(constant)),
        BPF_MEM => cell(constant).map(Source::Cell),
        BPF_LEN => Some(Source::Constant(DATA)),
        _ => None,
    }
}

/// A word of the data, which A alone is loaded with.
fn word(mode: u32, offset: u32) -> Option<Source> {
    (mode == BPF_ABS && offset < DATA && offset.is_multiple_of(4)).then_some(Source::Data(offset as usize / 4))
}

fn cell(number: u32) -> Option<usize> {
    Some(number as usize).filter(|&cell| cell < CELLS)
}

fn operand(code: u32, constant: u32) -> Operand {
    if code & OPERAND == BPF_X { Operand::Register(Register::Index) } else { Operand::Constant(constant) }
}

fn calculation(operation: u32, operand: Operand) -> Option<Step> {
    let operation = match (operation, operand) {
        (BPF_DIV, Operand::Constant(0)) | (BPF_LSH | BPF_RSH, Operand::Constant(32..)) => return None,
        (BPF_ADD, _) => Operation::Add,
        (BPF_SUB, _) => Operation::Subtract,
        (BPF_MUL, _) => Operation::Multiply,
        (BPF_DIV, _) => Operation::Divide,
        (BPF_OR, _) => Operation::Or,
        (BPF_AND, _) => Operation::And,
        (BPF_XOR, _) => Operation::Xor,
        (BPF_LSH, _) => Operation::ShiftLeft,
        (BPF_RSH, _) => Operation::ShiftRight,
        _ => return None,
    };
    Some(Step::Calculate(operation, operand))
}

fn test(code: u32) -> Option<Test> {
    match code {
        BPF_JEQ => Some(Test::Equal),
        BPF_JGT => Some(Test::Greater),
        BPF_JGE => Some(Test::GreaterOrEqual),
        BPF_JSET => Some(Test::AnyBit),
        _ => None,
    }
}

/// Jumps to an instruction of the program, which has `after` behind this one.
fn stays_inside(step: &Step, after: usize) -> bool {
    match *step {
        Step::Jump(over) => over < after,
        Step::Branch(_, _, if_true, if_false) => if_true < after && if_false < after,
        _ => true,
    }
}

/// `check_load_and_stores`: a cell is loaded only where it has been stored to, on whatever way.
fn reads_what_it_wrote(steps: &[Step]) -> bool {
    // Of each instruction, the cells that are written on all jumps to it.
    let mut written_at = vec![u16::MAX; steps.len()];
    let mut written = 0u16;
    for (at, step) in steps.iter().enumerate() {
        written &= written_at.get(at).copied().unwrap_or_default();
        let mut jump = |over: usize| written_at.iter_mut().skip(at + 1 + over).take(1).for_each(|cells| *cells &= written);
        match *step {
            Step::Store(_, cell) => written |= 1 << cell,
            Step::Load(_, Source::Cell(cell)) if written & 1 << cell == 0 => return false,
            Step::Jump(over) => {
                jump(over);
                written = u16::MAX;
            }
            Step::Branch(_, _, if_true, if_false) => {
                jump(if_true);
                jump(if_false);
                written = u16::MAX;
            }
            _ => {}
        }
    }
    true
}
