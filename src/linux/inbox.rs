#![expect(unsafe_code)]
//! Signals as the host delivers them to a program's thread. The host's handler only keeps a signal and sees to it that whatever
//! the thread does ends soon: guest code, a system call that waits, KVM_RUN. What becomes of the signal is `signals`' business.
//!
//! From the moment at which a signal is kept until the thread asks for the next, the host blocks all others, so there is never
//! more than one, and the kernel keeps the rest with its own rules about queues and order.
//!
//! Obligations: the pointers in an [`Inbox`] live as long as they are there; a handler does atomics, plain memory of its own
//! thread and system calls.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use emu::cpu::{Attention, VcpuSignal};
use kvm::VcpuFd;
use kvm::errno::Errno;
use libc::{siginfo_t, ucontext_t};

use super::{host, lost_pages};

/// `siginfo_t`, which is the same on arm64.
pub type SignalInfo = [u8; 128];

struct Inbox {
    /// Not zero: a signal waits.
    full: AtomicU32,
    info: UnsafeCell<SignalInfo>,
    signal: Cell<*const VcpuSignal>,
    vcpu: Cell<*const VcpuFd>,
}

thread_local! {
    static INBOX: Inbox = const {
        Inbox {
            full: AtomicU32::new(0),
            info: UnsafeCell::new([0; 128]),
            signal: Cell::new(std::ptr::null()),
            vcpu: Cell::new(std::ptr::null()),
        }
    };
}

/// A signal for this thread ends the run of this PE, which must live until [`detach`].
pub fn attach(signal: &VcpuSignal) {
    INBOX.with(|inbox| inbox.signal.set(signal));
}

/// The thread's PE is about to go.
pub fn detach() {
    INBOX.with(|inbox| inbox.signal.set(std::ptr::null()));
}

/// Whether a signal waits.
pub fn is_full() -> bool {
    INBOX.with(|inbox| inbox.full.load(Ordering::SeqCst) != 0)
}

/// Takes the signal that waits. All are blocked until [`set_mask`].
pub fn take() -> Option<SignalInfo> {
    INBOX.with(|inbox| {
        // SAFETY: while the box is full no handler writes to it, and only this thread's handlers do.
        (inbox.full.load(Ordering::SeqCst) != 0).then(|| unsafe { *inbox.info.get() }).inspect(|_| inbox.full.store(0, Ordering::SeqCst))
    })
}

/// A system call of the program's that a signal keeps from beginning, or ends.
///
/// # Errors
/// What the kernel answers, and [`host::RESTART`].
pub fn call(number: libc::c_long, arguments: [u64; 6]) -> host::Answer {
    INBOX.with(|inbox| host::call_unless(&inbox.full, number, arguments))
}

/// KVM_RUN on this thread: signals end it. `mask` are the signals that are blocked meanwhile.
pub fn running<T>(vcpu: &VcpuFd, mask: Option<u64>, run: &dyn Fn() -> T) -> T {
    INBOX.with(|inbox| {
        inbox.vcpu.set(vcpu);
        compiler_fence(Ordering::SeqCst);
        let before = mask.map(set_mask);
        if inbox.full.load(Ordering::SeqCst) != 0 {
            vcpu.set_interrupted(true);
        }
        let result = run();
        if let Some(before) = before {
            block_all();
            // With a signal in the box all stay blocked.
            if inbox.full.load(Ordering::SeqCst) == 0 {
                set_mask(before);
            }
        }
        inbox.vcpu.set(std::ptr::null());
        compiler_fence(Ordering::SeqCst);
        vcpu.set_interrupted(false);
        result
    })
}

/// Blocks these signals and no others; what was blocked before.
pub fn set_mask(mask: u64) -> u64 {
    let mut before = 0u64;
    let arguments = [libc::SIG_SETMASK as u64, address(&mask), (&raw mut before).expose_provenance() as u64, 8, 0, 0];
    // Both sets are valid, so this cannot fail.
    let _ = host::call(libc::SYS_rt_sigprocmask, arguments);
    before
}

/// Blocks every signal that can be blocked; what was blocked before.
pub fn block_all() -> u64 {
    set_mask(u64::MAX)
}

fn address<T>(value: &T) -> u64 {
    std::ptr::from_ref(value).expose_provenance() as u64
}

/// Sends a signal to this thread as it was sent before.
pub fn send_again(info: &SignalInfo) {
    let number = u64::from(u32::from_le_bytes([info[0], info[1], info[2], info[3]]));
    let thread = thread_id();
    let arguments = [u64::from(std::process::id()), thread, number, address(info), 0, 0];
    // It fails only when too many signals wait already, and then this one is lost, as when it is sent.
    let _ = host::call(libc::SYS_rt_tgsigqueueinfo, arguments);
}

/// gettid(2).
pub fn thread_id() -> u64 {
    // SAFETY: no pointer is passed.
    unsafe { libc::gettid() as u64 }
}

/// What the host does with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Default,
    Ignore,
    /// Keeps it; with the flags of the program's own that the kernel acts on.
    Keep(u64),
}

/// The kernel's `struct sigaction`.
#[repr(C)]
struct HostAction {
    handler: usize,
    flags: u64,
    restorer: usize,
    mask: u64,
}

const SA_RESTORER: u64 = 0x0400_0000;

// The C library's own is not for others to use.
std::arch::global_asm!(".pushsection .text", "invar_linux_restore:", "mov eax, 15", "syscall", "ud2", ".popsection");

unsafe extern "C" {
    fn invar_linux_restore();
}

/// sigaction(2) on the host.
///
/// # Errors
/// EINVAL for signals that cannot be handled.
pub fn set_host_action(number: u32, what: Host) -> Result<(), Errno> {
    let flags = libc::SA_SIGINFO as u64 | libc::SA_ONSTACK as u64 | SA_RESTORER;
    let (handler, flags) = match what {
        Host::Default => (libc::SIG_DFL, SA_RESTORER),
        Host::Ignore => (libc::SIG_IGN, SA_RESTORER),
        Host::Keep(more) => ((on_signal as extern "C" fn(_, _, _) as *const c_void).addr(), flags | more),
    };
    let action = HostAction { handler, flags, restorer: (invar_linux_restore as *const c_void).addr(), mask: u64::MAX };
    host::call(libc::SYS_rt_sigaction, [number.into(), address(&action), 0, 8, 0, 0]).map(|_| ())
}

/// The only handler there is.
extern "C" fn on_signal(_: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Ok(()) = INBOX.try_with(|inbox| {
        // SAFETY: the kernel gave both; a box that is full has all signals blocked, so nobody reads or writes it now. The
        // pointers live while they are there.
        unsafe {
            let context = &mut *context.cast::<ucontext_t>();
            if (*info).si_signo == libc::SIGBUS && (*info).si_code > 0 && !lost_pages::give((*info).si_addr().addr() as u64) {
                // Ours, and no program's fault: it comes again, and ends the process.
                let _ = set_host_action(libc::SIGBUS as u32, Host::Default);
                return;
            }
            if inbox.full.load(Ordering::SeqCst) == 0 {
                *inbox.info.get() = *info.cast::<SignalInfo>();
            }
            inbox.full.store(1, Ordering::SeqCst);
            // But for SIGBUS, which cannot wait when it is about memory.
            let blocked = !(1 << (libc::SIGBUS - 1));
            (&raw mut context.uc_sigmask).cast::<MaybeUninit<u64>>().write(MaybeUninit::new(blocked));
            let place = &mut context.uc_mcontext.gregs[libc::REG_RIP as usize];
            *place = host::abandoned(*place).unwrap_or(*place);
            if let Some(signal) = inbox.signal.get().as_ref() {
                signal.set(Attention::Kick);
            }
            if let Some(vcpu) = inbox.vcpu.get().as_ref() {
                vcpu.set_interrupted(true);
            }
        }
    }) else {
        return;
    };
}
