//! How a program begins: its stack with arguments, environment and auxiliary vector, as `create_elf_tables` in the kernel lays
//! it out, and what it is told of its CPU. Maps no file.

use sysregs::{Feature, FeatureSet};

use super::elf::{Loaded, PROGRAM_HEADER};
use super::space::PAGE;
use super::{frame, host, rseq};

/// Features by the bit of HWCAP that announces each; without those that the emulator does not give programs: CPUID, SVE, SME,
/// pointer authentication, memory tags.
const HWCAP: [(Feature, u32); 27] = [
    (Feature::FP, 0),
    (Feature::AdvSIMD, 1),
    (Feature::AES, 3),
    (Feature::PMULL, 4),
    (Feature::SHA1, 5),
    (Feature::SHA256, 6),
    (Feature::CRC32, 7),
    (Feature::LSE, 8),
    (Feature::FP16, 9),
    (Feature::FP16, 10),
    (Feature::RDM, 12),
    (Feature::JSCVT, 13),
    (Feature::FCMA, 14),
    (Feature::LRCPC, 15),
    (Feature::DPB, 16),
    (Feature::SHA3, 17),
    (Feature::SM3, 18),
    (Feature::SM4, 19),
    (Feature::DotProd, 20),
    (Feature::SHA512, 21),
    (Feature::FHM, 23),
    (Feature::DIT, 24),
    (Feature::LSE2, 25),
    (Feature::LRCPC2, 26),
    (Feature::FlagM, 27),
    (Feature::SSBS2, 28),
    (Feature::SB, 29),
];
/// The same with HWCAP2.
const HWCAP2: [(Feature, u32); 10] = [
    (Feature::DPB2, 0),
    (Feature::FlagM2, 7),
    (Feature::FRINTTS, 8),
    (Feature::I8MM, 13),
    (Feature::BF16, 14),
    (Feature::DGH, 15),
    (Feature::RNG, 16),
    (Feature::WFxT, 31),
    (Feature::CSSC, 34),
    (Feature::MOPS, 43),
];

fn bits(features: &FeatureSet, table: &[(Feature, u32)]) -> u64 {
    table.iter().filter(|(feature, _)| features.contains(*feature)).fold(0, |all, (_, bit)| all | 1 << bit)
}

/// Entries of the auxiliary vector.
mod at {
    pub const PHDR: u64 = 3;
    pub const PHENT: u64 = 4;
    pub const PHNUM: u64 = 5;
    pub const PAGESZ: u64 = 6;
    pub const BASE: u64 = 7;
    pub const FLAGS: u64 = 8;
    pub const ENTRY: u64 = 9;
    pub const UID: u64 = 11;
    pub const EUID: u64 = 12;
    pub const GID: u64 = 13;
    pub const EGID: u64 = 14;
    pub const PLATFORM: u64 = 15;
    pub const HWCAP: u64 = 16;
    pub const CLKTCK: u64 = 17;
    pub const SECURE: u64 = 23;
    pub const RANDOM: u64 = 25;
    pub const HWCAP2: u64 = 26;
    pub const RSEQ_FEATURE_SIZE: u64 = 27;
    pub const RSEQ_ALIGN: u64 = 28;
    pub const EXECFN: u64 = 31;
    pub const MINSIGSTKSZ: u64 = 51;
}

/// What goes on the stack.
pub struct Start<'a> {
    pub program: Loaded,
    /// Where the interpreter is, or zero.
    pub interpreter: u64,
    pub features: &'a FeatureSet,
    /// The kernel says how much of `struct rseq` it fills.
    pub rseq_features: bool,
    pub path: &'a [u8],
    pub arguments: &'a [Vec<u8>],
    pub environment: &'a [Vec<u8>],
    pub random: [u8; 16],
}

/// What lies there then.
pub struct Stack {
    pub pointer: u64,
    pub auxiliary: Vec<u8>,
}

fn identity(number: libc::c_long) -> u64 {
    host::call(number, [0; 6]).unwrap_or_default()
}

impl Start<'_> {
    /// Writes it all below `top`.
    ///
    /// # Errors
    /// EFAULT when there is too much of it.
    pub fn write(&self, top: u64) -> Result<Stack, kvm::errno::Errno> {
        let mut at = top - 16;
        let mut push = |bytes: &[u8]| {
            at -= bytes.len() as u64;
            host::copy_out(at, bytes).map(|()| at)
        };
        let mut text = |bytes: &[u8]| push(&[bytes, &[0]].concat());
        let path = text(self.path)?;
        let environment = self.environment.iter().map(|entry| text(entry)).collect::<Result<Vec<_>, _>>()?;
        let arguments = self.arguments.iter().map(|argument| text(argument)).collect::<Result<Vec<_>, _>>()?;
        let platform = text(b"aarch64")?;
        let random = push(&self.random)?;
        let auxiliary = self.auxiliary(path, platform, random);
        let mut words = vec![arguments.len() as u64];
        words.extend(arguments.into_iter().chain([0]));
        words.extend(environment.into_iter().chain([0]));
        let vector: Vec<u8> = auxiliary.iter().flat_map(|(key, value)| [key.to_le_bytes(), value.to_le_bytes()].concat()).collect();
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        bytes.extend_from_slice(&vector);
        let pointer = (at - bytes.len() as u64) & !15;
        host::copy_out(pointer, &bytes)?;
        Ok(Stack { pointer, auxiliary: vector })
    }

    fn auxiliary(&self, path: u64, platform: u64, random: u64) -> Vec<(u64, u64)> {
        let mut entries = vec![
            (at::HWCAP, bits(self.features, &HWCAP)),
            (at::PAGESZ, PAGE),
            (at::CLKTCK, 100),
            (at::PHDR, self.program.headers),
            (at::PHENT, PROGRAM_HEADER as u64),
            (at::PHNUM, self.program.count),
            (at::BASE, self.interpreter),
            (at::FLAGS, 0),
            (at::ENTRY, self.program.entry),
            (at::UID, identity(libc::SYS_getuid)),
            (at::EUID, identity(libc::SYS_geteuid)),
            (at::GID, identity(libc::SYS_getgid)),
            (at::EGID, identity(libc::SYS_getegid)),
            (at::SECURE, 0),
            (at::RANDOM, random),
            (at::HWCAP2, bits(self.features, &HWCAP2)),
            (at::EXECFN, path),
            (at::PLATFORM, platform),
            (at::MINSIGSTKSZ, frame::SIZE as u64 + 32),
        ];
        if self.rseq_features {
            entries.extend([(at::RSEQ_FEATURE_SIZE, rseq::FEATURES), (at::RSEQ_ALIGN, 32)]);
        }
        entries.push((0, 0));
        entries
    }
}
