//! /dev/kvm of the program: `kvm`, in this process, over the program's own memory. Answers nothing itself.

use kvm::errno::Errno;
use kvm::{Kvm, VcpuFd};
use kvm_process::ioctl;
use kvm_process::table::{self, Entry};

use super::host::Answer;
use super::inbox;
use super::process::Process;
use super::thread::Thread;

/// open(2) of /dev/kvm.
///
/// # Errors
/// EMFILE and the like.
pub fn open(process: &Process, close_on_exec: bool) -> Answer {
    let file = kvm::ioctl::KvmFile::System(Kvm::new(process.settings.host.clone()));
    let entry = Entry { file, owner: table::process() };
    kvm_process::files::open_as(entry, close_on_exec).map(|fd| fd as u64)
}

/// ioctl(2) of one of KVM's files. KVM_RUN is on this thread, and its signals end it.
pub fn ioctl(thread: &mut Thread, entry: &Entry, request: u32, argument: u64) -> Answer {
    let run = |vcpu: &VcpuFd, run: &dyn Fn() -> Result<i64, Errno>| {
        let mask = vcpu.signal_mask();
        if let Some(mask) = mask {
            thread.process.lock_actions().keep(thread.mask & !mask);
        }
        inbox::running(vcpu, mask, run)
    };
    ioctl::ioctl(entry, request, argument, run).map(|value| value as u64)
}
