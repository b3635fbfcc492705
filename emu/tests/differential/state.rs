//! The state that both sides start from and end in, in the layout of `driver.c`. Executes nothing.

/// Where the instruction is; the rest of the page is BRK.
pub const CODE: u64 = 0x1_0000;
/// Two pages of memory; what lies around them is not mapped.
pub const DATA: u64 = 0x2_0000;
pub const DATA_SIZE: usize = 0x2000;
/// The part of the data, around the page boundary, that a case fills.
pub const WINDOW: usize = 0xe00;
pub const WINDOW_WORDS: usize = 0x400 / 8;
/// Words that one instruction can change at most.
pub const CHANGES: usize = 40;

/// Bytes of a scalable vector at most: what fits into a signal frame without further memory.
pub const LONGEST_VECTOR: usize = 64;

pub const SIGILL: u32 = 4;
pub const SIGBUS: u32 = 7;
pub const SIGSEGV: u32 = 11;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub x: [u64; 31],
    pub sp: u64,
    pub pc: u64,
    /// Four bits.
    pub nzcv: u32,
    pub fpcr: u32,
    pub fpsr: u32,
    pub v: [u128; 32],
    /// Z0..Z31 above V, of vectors of [`LONGEST_VECTOR`] bytes at most; zero without SVE.
    pub upper: [[u128; LONGEST_VECTOR / 16 - 1]; 32],
    /// P0..P15 and FFR.
    pub p: [u64; 17],
}

/// What an instruction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub state: State,
    /// The signal, 0 when the instruction completed.
    pub signal: u32,
    pub fault_address: u64,
    /// Words of the data that changed: offset and new value.
    pub changes: Vec<(u64, u64)>,
}

impl State {
    /// A general register; 31 is zero.
    pub fn general(&self, number: u32) -> u64 {
        self.x.get(number as usize).copied().unwrap_or(0)
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        self.x.iter().chain([&self.sp, &self.pc]).for_each(|value| out.extend(value.to_le_bytes()));
        for value in [self.nzcv, self.fpcr, self.fpsr, 0] {
            out.extend(value.to_le_bytes());
        }
        out.extend(0u64.to_le_bytes());
        self.v.iter().chain(self.upper.iter().flatten()).for_each(|value| out.extend(value.to_le_bytes()));
        self.p.iter().for_each(|value| out.extend(value.to_le_bytes()));
    }

    /// The names of what differs, with both values.
    pub fn differences(&self, theirs: &State) -> Vec<String> {
        let mut list = Vec::new();
        let mut compare = |name: String, ours: u128, theirs: u128| {
            if ours != theirs {
                list.push(format!("{name}: ours {ours:x}, theirs {theirs:x}"));
            }
        };
        for (number, (ours, theirs)) in self.x.iter().zip(&theirs.x).enumerate() {
            compare(format!("x{number}"), (*ours).into(), (*theirs).into());
        }
        for (number, (ours, theirs)) in self.v.iter().zip(&theirs.v).enumerate() {
            compare(format!("v{number}"), *ours, *theirs);
        }
        for (number, (ours, theirs)) in self.upper.iter().zip(&theirs.upper).enumerate() {
            for (part, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                compare(format!("z{number}[{}]", part + 1), *ours, *theirs);
            }
        }
        for (number, (ours, theirs)) in self.p.iter().zip(&theirs.p).enumerate() {
            compare(if number == 16 { "ffr".into() } else { format!("p{number}") }, (*ours).into(), (*theirs).into());
        }
        compare("sp".into(), self.sp.into(), theirs.sp.into());
        compare("pc".into(), self.pc.into(), theirs.pc.into());
        compare("nzcv".into(), self.nzcv.into(), theirs.nzcv.into());
        compare("fpcr".into(), self.fpcr.into(), theirs.fpcr.into());
        compare("fpsr".into(), self.fpsr.into(), theirs.fpsr.into());
        list
    }
}
