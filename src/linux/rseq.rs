//! Restartable sequences (rseq(2)): the program reads the CPU that it is on without a call, and code between two addresses
//! starts again elsewhere when its thread was interrupted there. The host's kernel knows nothing of them.
//!
//! **What counts as an interruption.** The host may take its CPU away from a thread at any moment, which nobody here notices. So
//! a process's threads run one at a time from the first critical section on that is found: a thread gives up its turn between
//! two instructions alone, when it calls the system, has a signal, or has had its share, and at each such point a critical
//! section that it is in is abandoned. A section is found at those points, too, of which there is one every [`FIRST_SHARE`]
//! instructions at the latest.
//!
//! The CPU's number is looked at whenever the thread goes on with the program: so it is right after every system call.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use emu::cpu::Attention;
use kvm::errno::{EBUSY, EFAULT, EINVAL, EPERM, Errno};

use super::host::{self, Answer};
use super::inbox;
use super::process::Process;
use super::space::END;
use super::thread::Thread;

/// RSEQ_FLAG_UNREGISTER.
const UNREGISTER: u64 = 1;
/// Size of the first `struct rseq`, and its alignment.
const ORIGINAL: u64 = 32;
/// Bytes of it that kernels since 6.3 fill.
pub const FEATURES: u64 = 28;
/// RSEQ_CPU_ID_UNINITIALIZED.
const NO_CPU: u32 = u32::MAX;
/// MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ.
const MEMBARRIER_RSEQ: u64 = 1 << 7;

/// Offsets in `struct rseq`.
mod at {
    pub const CPU_START: u64 = 0;
    pub const CRITICAL: u64 = 8;
    pub const NODE: u64 = 20;
}

/// Instructions of a thread between two looks for its first critical section.
const FIRST_SHARE: u64 = 20_000_000;
/// Instructions of a turn.
const SHARE: u64 = 1_000_000;
/// How long a thread waits for its turn: who has it may wait for a page that this thread is to bring.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What a thread has registered.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    address: u64,
    length: u64,
    signature: u32,
    /// The CPU that the program was told.
    cpu: Option<u32>,
    /// The thread was interrupted since it last ran.
    interrupted: bool,
}

/// Turns of a process's threads, once it has critical sections.
#[derive(Default)]
pub struct Turns {
    needed: AtomicBool,
    next: AtomicU32,
    serving: AtomicU32,
}

/// A turn, until it is dropped.
pub struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.serving.fetch_add(1, Ordering::SeqCst);
    }
}

impl Turns {
    /// Waits for a turn, where there are turns.
    pub fn take(&self) -> Option<Turn<'_>> {
        if !self.needed.load(Ordering::SeqCst) {
            return None;
        }
        let mine = self.next.fetch_add(1, Ordering::SeqCst);
        let turn = Turn(self);
        let end = Instant::now() + LONGEST_WAIT;
        while (self.serving.load(Ordering::SeqCst).wrapping_sub(mine) as i32) < 0 && Instant::now() < end {
            std::thread::yield_now();
        }
        Some(turn)
    }

    /// In the child of fork(2), which is alone.
    pub fn after_fork(&self) {
        self.serving.store(self.next.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

/// Whether a kernel fills node_id and mm_cid: 6.3 and later.
pub fn has_features(process: &Process) -> bool {
    let release = process.settings.host.personality.build().map_or("", |(release, _)| release);
    let mut numbers = release.split(|sign: char| !sign.is_ascii_digit()).map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= (6, 3)
}

/// rseq(2).
pub fn rseq(thread: &mut Thread, [address, length, flags, signature, ..]: [u64; 6]) -> Answer {
    let (length, signature) = (length & 0xffff_ffff, signature as u32);
    let flags = flags & 0xffff_ffff;
    let same = |known: &Registered| known.address == address && known.length == length;
    if flags & UNREGISTER != 0 {
        let known = thread.rseq.filter(|known| flags == UNREGISTER && same(known)).ok_or(EINVAL)?;
        if known.signature != signature {
            return Err(EPERM);
        }
        tell(thread, &known, NO_CPU, 0, 0)?;
        thread.rseq = None;
        return Ok(0);
    }
    if flags != 0 {
        return Err(EINVAL);
    }
    if let Some(known) = &thread.rseq {
        return Err(if !same(known) {
            EINVAL
        } else if known.signature != signature {
            EPERM
        } else {
            EBUSY
        });
    }
    let extensible = has_features(&thread.process) && length > ORIGINAL;
    if !address.is_multiple_of(ORIGINAL) || (length != ORIGINAL && !extensible) {
        return Err(EINVAL);
    }
    if address >= END {
        return Err(EFAULT);
    }
    thread.rseq = Some(Registered { address, length, signature, cpu: None, interrupted: true });
    thread.cpu.budget = share(thread);
    Ok(0)
}

/// membarrier(2): one command restarts critical sections.
pub fn membarrier(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    let answer = inbox::call(libc::SYS_membarrier, arguments)?;
    if arguments[0] == MEMBARRIER_RSEQ {
        interrupt_others(thread);
    }
    Ok(answer)
}

/// All other threads are between two instructions once, which counts as an interruption.
fn interrupt_others(thread: &Thread) {
    let peers = &thread.process.space.peers;
    peers.list().iter().for_each(|peer| peer.set(Attention::Kick));
    peers.flush_and_wait();
}

/// Writes the fields that tell of the CPU (`rseq_update_cpu_node_id`, `rseq_reset_rseq_cpu_node_id`).
fn tell(thread: &Thread, known: &Registered, cpu: u32, start: u32, node: u32) -> Result<(), Errno> {
    let both = u64::from(cpu) << 32 | u64::from(start);
    host::copy_out(known.address + at::CPU_START, &both.to_le_bytes())?;
    if has_features(&thread.process) {
        // mm_cid: no two threads that run at once have the same, as a process with threads enough gets them.
        let both = u64::from(start) << 32 | u64::from(node);
        host::copy_out(known.address + at::NODE, &both.to_le_bytes())?;
    }
    Ok(())
}

/// The host's CPU and its node.
fn here() -> (u32, u32) {
    let mut place = [0u32; 2];
    let address = place.as_mut_ptr().expose_provenance() as u64;
    // It fails for bad addresses alone.
    let _ = host::call(libc::SYS_getcpu, [address, address + 4, 0, 0, 0, 0]);
    (place[0], place[1])
}

/// Instructions until the thread is to be looked at again.
pub fn share(thread: &Thread) -> u64 {
    match &thread.rseq {
        _ if thread.process.turns.needed.load(Ordering::SeqCst) => SHARE,
        Some(_) => FIRST_SHARE,
        None => u64::MAX,
    }
}

/// The thread was stopped between two instructions.
pub fn interrupted(thread: &mut Thread) {
    if let Some(known) = &mut thread.rseq {
        known.interrupted = true;
    }
}

/// Before the thread goes on with the program (`__rseq_handle_notify_resume`).
///
/// # Errors
/// What is registered, or the descriptor of a critical section, is not what it should be: SIGSEGV.
pub fn resume(thread: &mut Thread) -> Result<(), Errno> {
    let Some(known) = thread.rseq else { return Ok(()) };
    let (cpu, node) = here();
    let moved = known.cpu != Some(cpu);
    if known.interrupted || moved {
        leave_critical_section(thread)?;
    }
    if moved {
        tell(thread, &known, cpu, cpu, node)?;
    }
    thread.rseq = Some(Registered { cpu: Some(cpu), interrupted: false, ..known });
    Ok(())
}

/// `rseq_ip_fixup`: a critical section that the thread is in goes on at its abort handler; one that it has left is forgotten.
///
/// # Errors
/// As [`resume`].
pub fn leave_critical_section(thread: &mut Thread) -> Result<(), Errno> {
    let Some(known) = thread.rseq else { return Ok(()) };
    let descriptor = host::read_u64(known.address + at::CRITICAL)?;
    if descriptor == 0 {
        return Ok(());
    }
    if !thread.process.turns.needed.swap(true, Ordering::SeqCst) {
        interrupt_others(thread);
    }
    let word = |index: u64| host::read_u64(descriptor.wrapping_add(8 * index));
    let (head, start, length, abort) = (word(0)?, word(1)?, word(2)?, word(3)?);
    let end = start.checked_add(length).ok_or(EINVAL)?;
    // The version and the flags are zero.
    if head != 0 || start >= END || end >= END || abort >= END || abort.wrapping_sub(start) < length {
        return Err(EINVAL);
    }
    if host::read_u32(abort.wrapping_sub(4))? != known.signature {
        return Err(EINVAL);
    }
    host::copy_out(known.address + at::CRITICAL, &[0; 8])?;
    if thread.cpu.pc.wrapping_sub(start) < length {
        thread.cpu.pc = abort;
    }
    Ok(())
}
