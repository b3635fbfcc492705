#![expect(unsafe_code)]
//! Signals during KVM_RUN. In the kernel a signal ends KVM_RUN with EINTR and its handler runs after that. Here KVM_RUN is a
//! function of the program's own thread, so the program's handlers stand behind one of ours: outside KVM_RUN it calls them;
//! inside, it ends KVM_RUN and sends the signal again once the vCPU is free, so that a handler may use the vCPU or jump away.
//! Signals without a handler do what they always do, unless KVM_SET_SIGNAL_MASK wants them to end KVM_RUN and nothing else.
//!
//! Obligations: a `Running` is reachable by its thread's `CURRENT` only while its frame lives; what our handler does is
//! atomics, plain memory of its own thread and system calls.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering, compiler_fence};

use kvm::VcpuFd;
use libc::{SA_RESETHAND, SA_SIGINFO, SIG_DFL, SIG_ERR, SIG_IGN, sighandler_t, siginfo_t, sigset_t};

use crate::answer::{failed, last_error};
use crate::next;

/// Signals are numbered from 1.
const SIGNALS: usize = 65;
/// More than these at a time are handled at once.
const ROOM: usize = 16;
/// Flags that are ours, because our handler does what they ask for.
const OURS: c_int = SA_SIGINFO | SA_RESETHAND;

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// The program's handlers and its flags among [`OURS`], where one is behind ours.
static HANDLERS: [AtomicUsize; SIGNALS] = [const { AtomicUsize::new(SIG_DFL) }; SIGNALS];
static FLAGS: [AtomicI32; SIGNALS] = [const { AtomicI32::new(0) }; SIGNALS];

thread_local! {
    static CURRENT: Cell<*const Running> = const { Cell::new(std::ptr::null()) };
}

/// A KVM_RUN in progress and the signals that came for it.
struct Running {
    vcpu: *const VcpuFd,
    count: AtomicUsize,
    waiting: [UnsafeCell<MaybeUninit<siginfo_t>>; ROOM],
}

impl Running {
    /// Keeps a signal for later; false without room.
    fn keep(&self, info: &siginfo_t) -> bool {
        // A handler that comes in between takes the next place.
        let Some(place) = self.waiting.get(self.count.fetch_add(1, Ordering::SeqCst)) else { return false };
        // SAFETY: the place is this call's alone, and nobody reads before the thread has left KVM_RUN.
        unsafe { (*place.get()).write(*info) };
        // SAFETY: the vCPU outlives KVM_RUN.
        unsafe { (*self.vcpu).set_interrupted(true) };
        true
    }

    /// Sends what was kept again, in order. Blocked signals stay pending, others are handled here and now.
    fn send_again(&mut self) {
        let kept = (*self.count.get_mut()).min(ROOM);
        for place in self.waiting.iter_mut().take(kept) {
            // SAFETY: the first `kept` places are written.
            let info: &siginfo_t = unsafe { place.get_mut().assume_init_ref() };
            let (process, thread) = (std::process::id(), thread_id());
            // SAFETY: the kernel reads `info`. It fails only when too many signals are pending, and then this one is lost, as
            // the same sent by kill(2) would be.
            unsafe { libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, info.si_signo, std::ptr::from_ref(info)) };
        }
    }
}

fn thread_id() -> libc::pid_t {
    // SAFETY: no pointer is passed.
    unsafe { libc::gettid() }
}

fn set_mask(mask: &sigset_t) -> sigset_t {
    set_mask_of(libc::SIG_SETMASK, mask)
}

/// pthread_sigmask(3); the mask before.
fn set_mask_of(how: c_int, mask: &sigset_t) -> sigset_t {
    let mut old = MaybeUninit::<sigset_t>::zeroed();
    // SAFETY: both sets are valid; a set of zeros is one, too.
    unsafe {
        libc::pthread_sigmask(how, mask, old.as_mut_ptr());
        old.assume_init()
    }
}

/// A set of signals as the kernel has it.
fn set_of(bits: u64) -> sigset_t {
    let mut set = MaybeUninit::<sigset_t>::zeroed();
    // SAFETY: the first call initialises the set, the others change it.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in (1..=64).filter(|signal| bits >> (signal - 1) & 1 != 0) {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

/// Signals that are blocked, and that `mask` unblocks for KVM_RUN, end it and stay pending, whatever their default is
/// (`kvm_sigset_activate`): those that nobody handles come to our handler from now on.
fn keep_unblocked(mask: u64) {
    let blocked = set_mask_of(libc::SIG_BLOCK, &set_of(0));
    for signal in (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 0) {
        let mut known = action(SIG_DFL, 0);
        // SAFETY: the sets and actions are valid. The C library refuses its own signals.
        unsafe {
            let Some(real) = next::sigaction() else { return };
            let is_blocked = libc::sigismember(&blocked, signal) == 1;
            if !is_blocked || real(signal, std::ptr::null(), &raw mut known) != 0 || known.sa_sigaction != SIG_DFL {
                continue;
            }
            if let Some((handler, flags)) = behind(signal) {
                handler.store(SIG_DFL, Ordering::SeqCst);
                flags.store(known.sa_flags & OURS, Ordering::SeqCst);
                let ours = action((on_signal as Handler as *const c_void).expose_provenance(), known.sa_flags | SA_SIGINFO);
                real(signal, &ours, std::ptr::null_mut());
            }
        }
    }
}

/// Runs a vCPU so that signals end it.
pub fn interruptible<T>(vcpu: &VcpuFd, run: &dyn Fn() -> T) -> T {
    let empty = [const { UnsafeCell::new(MaybeUninit::uninit()) }; ROOM];
    let mut running = Running { vcpu, count: AtomicUsize::new(0), waiting: empty };
    let outside = CURRENT.replace(&raw const running);
    compiler_fence(Ordering::SeqCst);
    // Signals that were blocked until now come here, and end KVM_RUN at once.
    let blocked = vcpu.signal_mask().map(|bits| {
        keep_unblocked(bits);
        set_mask(&set_of(bits))
    });
    let result = run();
    if let Some(blocked) = blocked {
        set_mask(&blocked);
    }
    CURRENT.set(outside);
    compiler_fence(Ordering::SeqCst);
    vcpu.set_interrupted(false);
    running.send_again();
    result
}

/// Raised by an instruction of this thread, which goes on only after the handler.
fn is_fault(info: &siginfo_t) -> bool {
    info.si_code > 0 && matches!(info.si_signo, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE | libc::SIGTRAP)
}

/// Stands in front of every handler of the program.
extern "C" fn on_signal(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let errno = last_error();
    // SAFETY: the kernel gave SA_SIGINFO's argument, and CURRENT points to a living frame of this thread or nowhere.
    let kept = unsafe { CURRENT.get().as_ref().is_some_and(|running| !is_fault(&*info) && running.keep(&*info)) };
    failed(errno);
    if !kept {
        call_program(signal, info, context);
    }
}

fn call_program(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let Some((handler, flags)) = behind(signal) else { return };
    let handler = handler.load(Ordering::SeqCst);
    if flags.load(Ordering::SeqCst) & SA_RESETHAND != 0 {
        let default = action(SIG_DFL, 0);
        // SAFETY: a valid action.
        unsafe { sigaction(signal, &default, std::ptr::null_mut()) };
    }
    if handler == SIG_DFL {
        do_default(signal);
    } else if handler != SIG_IGN {
        // SAFETY: the program gave this address as a handler. One that takes the number alone ignores the rest.
        let handler = unsafe { std::mem::transmute::<*const c_void, Handler>(std::ptr::with_exposed_provenance(handler)) };
        handler(signal, info, context);
    }
}

/// A signal that only KVM_RUN was to notice came outside of it, where it is not blocked: the kernel does the default once our handler
/// has returned, which blocks the signal.
fn do_default(signal: c_int) {
    let default = action(SIG_DFL, 0);
    if let Some(real) = next::sigaction() {
        // SAFETY: a valid action, and no pointer.
        unsafe {
            real(signal, &default, std::ptr::null_mut());
            libc::syscall(libc::SYS_tgkill, std::process::id(), thread_id(), signal);
        }
    }
}

fn behind(signal: c_int) -> Option<(&'static AtomicUsize, &'static AtomicI32)> {
    let index = usize::try_from(signal).ok()?;
    Some((HANDLERS.get(index)?, FLAGS.get(index)?))
}

fn action(handler: sighandler_t, flags: c_int) -> libc::sigaction {
    // SAFETY: all zeros is an action: the default, with an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    action
}

/// sigaction(2).
///
/// # Safety
/// As for the C function.
pub unsafe fn sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    let Some(real) = next::sigaction() else { return failed(kvm::errno::ENOSYS) };
    let ours = (on_signal as Handler as *const c_void).expose_provenance();
    let Some((handler, flags)) = behind(signal) else {
        // SAFETY: the caller's own call.
        return unsafe { real(signal, new, old) };
    };
    let before = (handler.load(Ordering::SeqCst), flags.load(Ordering::SeqCst));
    // SAFETY: null or valid, says the caller.
    let mut wanted = unsafe { new.as_ref() }.copied();
    if let Some(wanted) = wanted.as_mut().filter(|wanted| wanted.sa_sigaction != SIG_DFL && wanted.sa_sigaction != SIG_IGN) {
        // First, because a signal may come as soon as the kernel knows.
        handler.store(wanted.sa_sigaction, Ordering::SeqCst);
        flags.store(wanted.sa_flags & OURS, Ordering::SeqCst);
        wanted.sa_sigaction = ours;
        wanted.sa_flags = wanted.sa_flags & !SA_RESETHAND | SA_SIGINFO;
    }
    let given = wanted.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: a valid action or null; `old` is the caller's.
    let result = unsafe { real(signal, given, old) };
    if result != 0 {
        handler.store(before.0, Ordering::SeqCst);
        flags.store(before.1, Ordering::SeqCst);
        return result;
    }
    // SAFETY: null or valid, says the caller.
    if let Some(old) = unsafe { old.as_mut() }.filter(|old| old.sa_sigaction == ours) {
        old.sa_sigaction = before.0;
        old.sa_flags = old.sa_flags & !OURS | before.1;
    }
    0
}

/// signal(3) in one of its two meanings: what flags it stands for differs.
pub fn signal(number: c_int, handler: sighandler_t, flags: c_int) -> sighandler_t {
    let mut new = action(handler, flags);
    let mut old = action(SIG_DFL, 0);
    // SAFETY: both are valid.
    unsafe {
        if flags & libc::SA_NODEFER == 0 && libc::sigaddset(&raw mut new.sa_mask, number) != 0 {
            return SIG_ERR;
        }
        if sigaction(number, &new, &raw mut old) != 0 { SIG_ERR } else { old.sa_sigaction }
    }
}
