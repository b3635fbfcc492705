//! Signals of the program: what it wants done with each, its masks, and delivery. How signals come is `inbox`'s business, how a
//! handler's stack looks `frame`'s.

use kvm::errno::{EFAULT, EINTR, EINVAL, ENOMEM, Errno};

use super::frame::{self, Delivery, Stack};
use super::host::{self, Answer};
use super::inbox::{self, Host, SignalInfo};
use super::thread::{KEEP, Thread};

/// Signals are numbered from 1 to this.
const LAST: usize = 64;
/// SIGKILL and SIGSTOP.
const UNBLOCKABLE: u64 = 1 << (libc::SIGKILL - 1) | 1 << (libc::SIGSTOP - 1);
/// Size of a signal set.
const SET: u64 = 8;
const SIG_DFL: u64 = 0;
const SIG_IGN: u64 = 1;
const SS_ONSTACK: u32 = 1;
const SS_DISABLE: u32 = 2;
const SS_AUTODISARM: u32 = 1 << 31;
/// MINSIGSTKSZ of arm64.
const SMALLEST_STACK: u64 = 5120;
/// Of the program's flags, those that the host's kernel acts on.
const HOST_FLAGS: u64 = (libc::SA_RESTART | libc::SA_NOCLDSTOP | libc::SA_NOCLDWAIT) as u64;

/// `struct sigaction` as the kernel has it, on arm64 as on x86-64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Action {
    handler: u64,
    flags: u64,
    restorer: u64,
    mask: u64,
}

/// One for each signal.
#[derive(Clone, Debug)]
pub struct Actions {
    each: [Action; LAST],
    /// Signals that the host hands over whatever the program wants done with them.
    kept: u64,
}

impl Default for Actions {
    fn default() -> Actions {
        // SIGBUS may be about memory of the program's.
        Actions { each: [Action::default(); LAST], kept: bit(libc::SIGBUS as u32) }
    }
}

impl Actions {
    fn slot(&mut self, number: u32) -> Option<&mut Action> {
        self.each.get_mut((number as usize).checked_sub(1)?)
    }

    fn get(&self, number: u32) -> Action {
        self.each.get((number as usize).wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// What the host is to do with a signal for which the program wants `action`.
    fn host_for(&self, number: u32, action: Action) -> Host {
        if self.kept & bit(number) != 0 { Host::Keep(action.flags & HOST_FLAGS) } else { action.host() }
    }

    /// KVM_RUN is about to unblock these: they end it and stay pending, whatever their default is (`kvm_sigset_activate`). From
    /// now on the host hands them over, and [`Thread::deliver`] does what is the default.
    pub fn keep(&mut self, signals: u64) {
        for number in 1..=LAST as u32 {
            let new = signals & !self.kept & !UNBLOCKABLE & bit(number) != 0;
            if new && self.get(number).handler == SIG_DFL {
                self.kept |= bit(number);
                // Every signal that can be blocked can be handled.
                let _ = inbox::set_host_action(number, self.host_for(number, self.get(number)));
            }
        }
    }

    /// Forgets all handlers; the signals that have one.
    fn clear(&mut self) -> Vec<u32> {
        let mut handled = Vec::new();
        for (number, action) in (1..).zip(&mut self.each) {
            if action.handler != SIG_IGN {
                if action.handler != SIG_DFL {
                    handled.push(number);
                }
                *action = Action::default();
            }
        }
        handled
    }

    /// Signals that are ignored, as the process was started.
    pub fn inherit(&mut self, number: u32) {
        if let Some(action) = self.slot(number) {
            action.handler = SIG_IGN;
        }
    }
}

impl Action {
    const SIZE: usize = 32;

    fn has(&self, flag: i32) -> bool {
        self.flags & flag as u32 as u64 != 0
    }

    fn host(&self) -> Host {
        match self.handler {
            SIG_DFL => Host::Default,
            SIG_IGN => Host::Ignore,
            _ => Host::Keep(self.flags & HOST_FLAGS),
        }
    }

    fn from_bytes(bytes: &[u8; Action::SIZE]) -> Action {
        let word = |index: usize| bytes.iter().skip(8 * index).take(8).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
        Action { handler: word(0), flags: word(1), restorer: word(2), mask: word(3) & !UNBLOCKABLE }
    }

    fn to_bytes(self) -> [u8; Action::SIZE] {
        let words = [self.handler, self.flags, self.restorer, self.mask];
        let mut bytes = [0; Action::SIZE];
        bytes.iter_mut().zip(words.into_iter().flat_map(u64::to_le_bytes)).for_each(|(to, from)| *to = from);
        bytes
    }
}

fn bit(number: u32) -> u64 {
    1u64.checked_shl(number.wrapping_sub(1)).unwrap_or(0)
}

/// A fault of the program's own doing, as `siginfo_t` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub number: i32,
    pub code: i32,
    pub address: u64,
    /// ESR_EL1, for faults of memory.
    pub syndrome: Option<u64>,
}

impl Fault {
    /// `siginfo_t`.
    pub fn info(&self) -> SignalInfo {
        let mut info = [0; 128];
        let mut put = |at: usize, bytes: &[u8]| info.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
        put(0, &self.number.to_le_bytes());
        put(8, &self.code.to_le_bytes());
        put(16, &self.address.to_le_bytes());
        info
    }
}

impl Thread {
    /// Delivers all signals that wait.
    pub fn deliver(&mut self) {
        while let Some(info) = inbox::take() {
            self.cpu.signal.clear(emu::cpu::Attention::Kick);
            self.deliver_one(&info);
            self.swapped_mask = None;
            inbox::set_mask(self.mask);
        }
    }

    fn deliver_one(&mut self, info: &SignalInfo) {
        let number = u32::from_le_bytes([info[0], info[1], info[2], info[3]]);
        let (action, kept) = {
            let actions = self.process.lock_actions();
            (actions.get(number), actions.kept & bit(number) != 0)
        };
        let blocked = self.swapped_mask.unwrap_or(self.mask) & bit(number) != 0;
        let by_default = matches!(action.handler, SIG_DFL | SIG_IGN);
        // SIGBUS cannot wait when it is about memory.
        if by_default && kept && (!blocked || number == libc::SIGBUS as u32) {
            if action.handler == SIG_DFL {
                self.do_default(number as i32);
            }
            return;
        }
        if blocked || by_default {
            // Came in while KVM_RUN had another mask, or its handler was taken away meanwhile: the kernel knows what to do.
            inbox::send_again(info);
            return;
        }
        self.call_handler(number, info, action, None);
    }

    /// What the kernel does with a signal that nobody handles (signal(7)).
    fn do_default(&self, number: i32) {
        match number {
            libc::SIGCHLD | libc::SIGURG | libc::SIGWINCH | libc::SIGCONT => {}
            libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU => {
                // The program is stopped until somebody sends SIGCONT.
                let _ = host::call(libc::SYS_kill, [u64::from(std::process::id()), libc::SIGSTOP as u64, 0, 0, 0, 0]);
            }
            _ => self.die(number),
        }
    }

    fn call_handler(&mut self, number: u32, info: &SignalInfo, action: Action, fault: Option<(u64, u64)>) {
        if super::rseq::leave_critical_section(self).is_err() {
            self.die(libc::SIGSEGV);
        }
        let stack = self.current_stack();
        let on_alternate = action.has(libc::SA_ONSTACK) && stack.flags & (SS_DISABLE | SS_ONSTACK) == 0;
        let top = if on_alternate { stack.start.wrapping_add(stack.size) } else { self.cpu.x[31] };
        let restorer = if action.flags & 0x0400_0000 != 0 { action.restorer } else { self.process.restorer };
        let delivery = Delivery { info, number, handler: action.handler, restorer, mask: self.mask, stack, top, fault };
        if self.process.settings.strace {
            super::strace::signal(number, action.handler);
        }
        if frame::enter(&mut self.cpu, &delivery).is_err() {
            self.die(libc::SIGSEGV);
        }
        if self.stack.flags & SS_AUTODISARM != 0 && on_alternate {
            self.stack = Stack { flags: SS_DISABLE, ..Stack::default() };
        }
        let own = if action.has(libc::SA_NODEFER) { 0 } else { bit(number) };
        self.mask = (self.swapped_mask.take().unwrap_or(self.mask) | action.mask | own) & !UNBLOCKABLE;
        if action.has(libc::SA_RESETHAND) {
            let mut actions = self.process.lock_actions();
            if let Some(slot) = actions.slot(number) {
                slot.handler = SIG_DFL;
            }
            // It was a signal that can be handled.
            let _ = inbox::set_host_action(number, actions.host_for(number, Action::default()));
        }
    }

    /// A fault: its handler runs, or the program ends.
    pub fn fault(&mut self, fault: &Fault) {
        self.force(fault, &fault.info());
    }

    /// The same with more in its `siginfo_t`.
    pub fn force(&mut self, fault: &Fault, info: &SignalInfo) {
        let number = fault.number as u32;
        let action = self.process.lock_actions().get(number);
        if matches!(action.handler, SIG_DFL | SIG_IGN) || self.mask & bit(number) != 0 {
            if self.process.settings.strace {
                super::strace::fatal(fault, self.cpu.pc);
            }
            self.die(fault.number);
        }
        inbox::block_all();
        self.call_handler(number, info, action, fault.syndrome.map(|syndrome| (fault.address, syndrome)));
        // A signal that came before they were blocked is delivered next, on top.
        if !inbox::is_full() {
            inbox::set_mask(self.mask);
        }
    }

    /// CLONE_CLEAR_SIGHAND.
    pub fn clear_handlers(&self) {
        let mut actions = self.process.lock_actions();
        for number in actions.clear() {
            // It had a handler, so it can be set.
            let _ = inbox::set_host_action(number, actions.host_for(number, Action::default()));
        }
    }

    /// Ends the process as a signal does that nobody handles.
    pub fn die(&self, number: i32) -> ! {
        inbox::block_all();
        let _ = inbox::set_host_action(number as u32, Host::Default);
        let _ = host::call(libc::SYS_tgkill, [u64::from(std::process::id()), inbox::thread_id(), number as u64, 0, 0, 0]);
        inbox::set_mask(!bit(number as u32));
        // Not reached: the default of the signals that come here is to end the process.
        std::process::abort()
    }

    /// The alternate stack, as sigaltstack(2) tells it.
    fn current_stack(&self) -> Stack {
        let Stack { start, flags, size } = self.stack;
        let inside = flags & SS_AUTODISARM == 0 && self.cpu.x[31].wrapping_sub(start).wrapping_sub(1) < size;
        let used = if size == 0 {
            SS_DISABLE
        } else if inside {
            SS_ONSTACK
        } else {
            0
        };
        Stack { flags: used | flags & SS_AUTODISARM, ..self.stack }
    }

    /// Sets the signals that are blocked. RESTART when a signal came before, which is to be delivered first.
    fn change_mask(&mut self, change: impl FnOnce(u64) -> Result<u64, Errno>) -> Result<(), Errno> {
        inbox::block_all();
        if inbox::is_full() {
            return Err(host::RESTART);
        }
        let changed = change(self.mask);
        if let Ok(mask) = changed {
            self.mask = mask & !UNBLOCKABLE;
        }
        inbox::set_mask(self.mask);
        changed.map(|_| ())
    }
}

/// rt_sigaction(2).
pub fn rt_sigaction(thread: &mut Thread, [number, new, old, size, ..]: [u64; 6]) -> Answer {
    let number = number as u32;
    if size != SET || number == 0 || number as usize > LAST {
        return Err(EINVAL);
    }
    let mut bytes = [0; Action::SIZE];
    let wanted = if new == 0 {
        None
    } else {
        host::copy_in(new, &mut bytes)?;
        Some(Action::from_bytes(&bytes))
    };
    let mut actions = thread.process.lock_actions();
    let before = actions.get(number);
    if let Some(wanted) = wanted {
        if bit(number) & UNBLOCKABLE != 0 {
            return Err(EINVAL);
        }
        // First, because a signal may come as soon as the kernel knows.
        if let Some(slot) = actions.slot(number) {
            *slot = wanted;
        }
        inbox::set_host_action(number, actions.host_for(number, wanted))?;
    }
    drop(actions);
    if old != 0 {
        host::copy_out(old, &before.to_bytes())?;
    }
    Ok(0)
}

/// rt_sigprocmask(2).
pub fn rt_sigprocmask(thread: &mut Thread, [how, new, old, size, ..]: [u64; 6]) -> Answer {
    if size != SET {
        return Err(EINVAL);
    }
    let before = thread.mask;
    if new != 0 {
        let set = host::read_u64(new)?;
        thread.change_mask(|mask| match how as i32 {
            libc::SIG_BLOCK => Ok(mask | set),
            libc::SIG_UNBLOCK => Ok(mask & !set),
            libc::SIG_SETMASK => Ok(set),
            _ => Err(EINVAL),
        })?;
    }
    if old != 0 {
        host::copy_out(old, &before.to_le_bytes())?;
    }
    Ok(0)
}

/// rt_sigreturn(2).
pub fn rt_sigreturn(thread: &mut Thread, _: [u64; 6]) -> Answer {
    let Ok((mask, stack)) = frame::leave(&mut thread.cpu) else {
        let fault = Fault { number: libc::SIGSEGV, code: libc::SI_KERNEL, address: 0, syndrome: None };
        thread.fault(&fault);
        return Err(KEEP);
    };
    thread.mask = mask & !UNBLOCKABLE;
    // As sigaltstack(2); what does not fit is not restored.
    let _ = thread.set_stack(stack);
    inbox::block_all();
    if !inbox::is_full() {
        inbox::set_mask(thread.mask);
    }
    Err(KEEP)
}

/// rt_sigsuspend(2).
pub fn rt_sigsuspend(thread: &mut Thread, [set, size, ..]: [u64; 6]) -> Answer {
    if size != SET {
        return Err(EINVAL);
    }
    let mask = host::read_u64(set)?;
    thread.with_mask(Some(mask), || inbox::call(libc::SYS_rt_sigsuspend, [set, size, 0, 0, 0, 0]))
}

impl Thread {
    /// A system call that blocks other signals while it waits.
    pub fn with_mask(&mut self, mask: Option<u64>, call: impl FnOnce() -> Answer) -> Answer {
        let answer = call();
        // What ended the call is delivered with that mask.
        if answer == Err(EINTR) {
            self.swapped_mask = mask.map(|mask| mask & !UNBLOCKABLE);
        }
        answer
    }

    fn set_stack(&mut self, stack: Stack) -> Result<(), Errno> {
        if self.current_stack().flags & SS_ONSTACK != 0 {
            return Err(kvm::errno::EPERM);
        }
        let mode = stack.flags & !SS_AUTODISARM;
        if mode & !(SS_DISABLE | SS_ONSTACK) != 0 {
            return Err(EINVAL);
        }
        self.stack = if mode == SS_DISABLE {
            Stack { flags: stack.flags & SS_AUTODISARM, ..Stack::default() }
        } else if stack.size < SMALLEST_STACK {
            return Err(ENOMEM);
        } else {
            Stack { flags: stack.flags & SS_AUTODISARM, ..stack }
        };
        Ok(())
    }
}

/// sigaltstack(2).
pub fn sigaltstack(thread: &mut Thread, [new, old, ..]: [u64; 6]) -> Answer {
    let before = thread.current_stack();
    if new != 0 {
        let mut bytes = [0; 24];
        host::copy_in(new, &mut bytes).map_err(|_| EFAULT)?;
        thread.set_stack(Stack::from_bytes(&bytes))?;
    }
    if old != 0 {
        host::copy_out(old, &before.to_bytes())?;
    }
    Ok(0)
}
