//! Filters across execve(2), which goes on with another emulator: they lie in a file without a name, whose descriptor the command line
//! gives. Installs nothing for a process that runs already.
//!
//! Of each filter, from the oldest: whether it is logged, its instructions' number, and these.

use std::ffi::CString;

use kvm::errno::Errno;

use super::bpf::{Instruction, Program};
use super::filters::{Installed, Member};
use crate::linux::{host, paths};

/// A descriptor of the host's for the program that is about to be executed, closed when that fails. There is no fork meanwhile, so no
/// other program gets it.
pub struct HandedOver<'a> {
    pub descriptor: u64,
    _members: std::sync::MutexGuard<'a, Vec<Member>>,
}

impl Drop for HandedOver<'_> {
    fn drop(&mut self) {
        // It is open.
        let _ = host::call(libc::SYS_close, [self.descriptor, 0, 0, 0, 0, 0]);
    }
}

/// Writes a thread's filters down.
///
/// # Errors
/// No descriptor, or no memory.
pub fn hand_over<'a>(members: &'a super::Members, installed: &Installed) -> Result<HandedOver<'a>, Errno> {
    let members = members.lock();
    let name: CString = c"seccomp".to_owned();
    let descriptor = host::call(libc::SYS_memfd_create, [paths::address(&name), 0, 0, 0, 0, 0])?;
    let handed = HandedOver { descriptor, _members: members };
    let bytes = to_bytes(installed);
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        let from = rest.as_ptr().expose_provenance() as u64;
        written += host::call(libc::SYS_pwrite64, [descriptor, from, rest.len() as u64, written as u64, 0, 0])? as usize;
    }
    Ok(handed)
}

fn to_bytes(installed: &Installed) -> Vec<u8> {
    let newest = installed.newest();
    let filters: Vec<_> = newest.iter().flat_map(|newest| newest.chain()).collect();
    let mut bytes = Vec::new();
    for filter in filters.into_iter().rev() {
        let instructions = filter.program.instructions();
        bytes.extend(u32::from(filter.log).to_le_bytes());
        bytes.extend((instructions.len() as u32).to_le_bytes());
        bytes.extend(instructions.iter().flat_map(|instruction| instruction.to_bytes()));
    }
    bytes
}

/// What was handed over, whose descriptor is closed then; None when it is not what [`hand_over`] writes.
pub fn take_over(descriptor: i32) -> Option<Installed> {
    let bytes = std::fs::read(format!("/proc/self/fd/{descriptor}")).ok()?;
    // It was just read.
    let _ = host::call(libc::SYS_close, [descriptor as u64, 0, 0, 0, 0, 0]);
    from_bytes(&bytes)
}

fn from_bytes(mut bytes: &[u8]) -> Option<Installed> {
    let installed = Installed::default();
    while let Some((log, rest)) = bytes.split_first_chunk() {
        let (length, rest) = rest.split_first_chunk()?;
        let (program, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize * Instruction::SIZE)?;
        let (instructions, _) = program.as_chunks();
        installed.add(Program::new(instructions.iter().copied().map(Instruction::from_bytes).collect())?, u32::from_le_bytes(*log) != 0);
        bytes = rest;
    }
    (bytes.is_empty() && installed.is_on()).then_some(installed)
}

#[cfg(test)]
mod tests {
    use super::super::bpf_tests::program;
    use super::*;

    #[test]
    fn filters_come_as_they_were() {
        let installed = Installed::default();
        assert!(from_bytes(&to_bytes(&installed)).is_none());
        for (text, log) in [("ld [0]; jeq #1, 0, 1; ret #0x50001; ret #0x7fff0000", true), ("ret #0x7ffc0000", false)] {
            installed.add(Program::new(program(text)).expect("a good program"), log);
        }
        let bytes = to_bytes(&installed);
        let again = from_bytes(&bytes).expect("what was written");
        assert_eq!((bytes.clone(), installed.mode()), (to_bytes(&again), again.mode()));
        let newest = |installed: &Installed| installed.newest().expect("a filter").run(&[1; 16]);
        assert_eq!((newest(&again), newest(&installed)), ((0x50001, true), (0x50001, true)));
        for cut in 1..bytes.len() {
            // But for the end of the first filter, where the second is missing and nothing tells.
            assert_eq!(from_bytes(&bytes[..cut]).is_some(), cut == 40, "{cut}");
        }
    }
}
