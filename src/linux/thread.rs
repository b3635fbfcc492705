//! A thread of the program: a PE at EL0 on a thread of the host's. Runs it, and turns what stops it into system calls, signals
//! and faults. Knows no system call by itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use emu::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Pstate, VcpuSignal};
use emu::engine::Engine;
use emu::mmu::{ProgramMemory, ProgramPage};
use emu::sys::{hcr, hcrx};
use kvm::errno::Errno;
use sysregs::{Feature, SysReg};

use super::frame::Stack;
use super::process::Process;
use super::signals::Fault;
use super::{dispatch, host, inbox, lost_pages, rseq, seccomp, threads};

/// The call left the registers as they are to be.
pub const KEEP: Errno = Errno(513);

/// Faults that `siginfo_t` has codes for.
mod code {
    pub const ILL_ILLOPC: i32 = 1;
    pub const ILL_ILLOPN: i32 = 2;
    pub const TRAP_BRKPT: i32 = 1;
    pub const BUS_ADRALN: i32 = 1;
    pub const SEGV_MAPERR: i32 = 1;
    pub const SEGV_ACCERR: i32 = 2;
}

/// A thread.
pub struct Thread {
    pub cpu: Cpu,
    engine: Engine,
    pub process: Arc<Process>,
    /// Blocked signals.
    pub mask: u64,
    /// Those that a system call blocked instead, which a signal ended.
    pub swapped_mask: Option<u64>,
    /// Alternate stack for handlers.
    pub stack: Stack,
    /// Zeroed, and waiters woken, when the thread ends.
    pub clear_tid: u64,
    /// set_robust_list(2).
    pub robust_list: u64,
    /// rseq(2).
    pub rseq: Option<rseq::Registered>,
    /// Its filters; another thread may add some.
    pub seccomp: Arc<seccomp::Installed>,
    /// Set when the thread is to end: with a code, or below zero with a signal that ends this thread alone.
    pub exit_code: Option<i32>,
}

/// A PE as Linux sets it up for programs.
fn program_cpu(process: &Process) -> Cpu {
    let signal = Arc::new(VcpuSignal::default());
    let mut cpu = Cpu::new(process.config.clone(), process.space.memory.clone(), signal, process.clock.clone());
    cpu.peers = process.space.peers.clone();
    cpu.peers.add(cpu.signal.clone());
    cpu.program = Some(process.space.clone());
    // Access to: memory copies (MSCEn), CTR_EL0 (UCT), cache maintenance (UCI), DC ZVA (DZE), WFI and WFE (nTWI, nTWE).
    let copies = u64::from(cpu.features.contains(Feature::MOPS)) << 33;
    cpu.set_sys(SysReg::SCTLR_EL1, copies | 1 << 26 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14);
    cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
    // The virtual counter.
    cpu.set_sys(SysReg::CNTKCTL_EL1, 2);
    cpu.set_sys(SysReg::HCR_EL2, hcr::API | hcr::APK);
    cpu.set_sys(SysReg::HCRX_EL2, if cpu.features.contains(Feature::MOPS) { hcrx::MSCEN } else { 0 });
    cpu.switch_pstate(Pstate { el: ExceptionLevel::EL0, ..Pstate::default() });
    cpu.budget = u64::MAX;
    cpu
}

impl Thread {
    /// The first thread, with the filters of the program before.
    pub fn first(process: Arc<Process>, entry: u64, stack: u64, mask: u64, seccomp: seccomp::Installed) -> Thread {
        let mut cpu = program_cpu(&process);
        cpu.pc = entry;
        cpu.x[31] = stack;
        let seccomp = Arc::new(seccomp);
        process.seccomp.join(inbox::thread_id(), &seccomp, None);
        Thread { seccomp, ..Thread::with(cpu, process, mask) }
    }

    fn with(cpu: Cpu, process: Arc<Process>, mask: u64) -> Thread {
        let engine = Engine::new(process.settings.engine);
        let (stack, clear_tid, robust_list) = (Stack::default(), 0, 0);
        let (swapped_mask, rseq, seccomp, exit_code) = (None, None, Arc::default(), None);
        Thread { cpu, engine, process, mask, swapped_mask, stack, clear_tid, robust_list, rseq, seccomp, exit_code }
    }

    /// A thread with the same registers, for clone(2); without filters.
    pub fn duplicate(&self) -> Thread {
        let from = &self.cpu;
        let mut cpu = program_cpu(&self.process);
        (cpu.x, cpu.v, cpu.pc, cpu.nzcv) = (from.x, from.v, from.pc, from.nzcv);
        (cpu.fpcr, cpu.fpsr) = (from.fpcr, from.fpsr);
        cpu.set_sys(SysReg::TPIDR_EL0, from.sys(SysReg::TPIDR_EL0));
        Thread::with(cpu, self.process.clone(), self.mask)
    }

    /// In the child of fork(2): nobody else is there, and code memory is the parent's.
    pub fn after_fork(&mut self) {
        let peers = self.process.space.peers.clone();
        for signal in peers.list().iter().filter(|signal| !Arc::ptr_eq(signal, &self.cpu.signal)) {
            peers.remove(signal);
        }
        self.process.threads.store(1, Ordering::SeqCst);
        self.process.turns.after_fork();
        self.process.seccomp.after_fork(inbox::thread_id(), &self.seccomp);
        self.engine = Engine::new(self.process.settings.engine);
    }

    /// Runs the thread to its end; the exit code.
    pub fn run(&mut self) -> i32 {
        inbox::attach(&self.cpu.signal.clone());
        inbox::set_mask(self.mask);
        let code = loop {
            if let Some(code) = self.exit_code {
                break code;
            }
            lost_pages::give_back(&self.process.space);
            self.deliver();
            self.process.space.pass();
            let exit = self.run_program();
            self.handle(&exit);
        };
        self.process.seccomp.leave(&self.seccomp);
        threads::end(self);
        inbox::block_all();
        inbox::detach();
        self.process.space.peers.remove(&self.cpu.signal);
        code
    }

    /// The program, until something stops it.
    fn run_program(&mut self) -> Exit {
        let process = self.process.clone();
        let turn = process.turns.take();
        if rseq::resume(self).is_err() {
            self.die(libc::SIGSEGV);
        }
        // It may just have been found that there are turns.
        let _turn = turn.or_else(|| process.turns.take());
        let exit = self.engine.run(&mut self.cpu);
        lost_pages::give_back(&process.space);
        exit
    }

    fn handle(&mut self, exit: &Exit) {
        match exit {
            Exit::Exception(exception) if exception.class() == ExceptionClass::Svc64 as u8 => self.system_call(),
            Exit::Exception(exception) => {
                if !self.was_in_between(exception) {
                    let fault = self.fault_of(exception);
                    self.fault(&fault);
                }
            }
            Exit::Kicked | Exit::Budget => {
                rseq::interrupted(self);
                self.cpu.budget = rseq::share(self);
            }
            Exit::Wfi | Exit::Wfe | Exit::Yield => std::thread::yield_now(),
            Exit::Unimplemented { word } => {
                let text = emu::insn::disasm::disassemble_word(*word, self.cpu.pc);
                let told = format!("invar exec: the emulator does not execute `{text}` ({word:08x}) at {:#x}\n", self.cpu.pc);
                // The program's signal says that something is wrong where this cannot.
                let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
                self.fault(&self.illegal(code::ILL_ILLOPC));
            }
            // What traps to EL2 on a host is UNDEFINED for its programs.
            _ => self.fault(&self.illegal(code::ILL_ILLOPC)),
        }
    }

    /// A fault of memory that another thread was just replacing, which Linux does in one step (its page faults wait for mmap_lock):
    /// after it has, the access is allowed, and happens again.
    fn was_in_between(&self, exception: &Exception) -> bool {
        let fetch = exception.class() == ExceptionClass::InstructionAbortLower as u8;
        let data = exception.class() == ExceptionClass::DataAbortLower as u8;
        // Translation and permission faults.
        let missing = matches!(exception.esr & 0x3f, 0b000100..=0b000111 | 0b001100..=0b001111);
        let (true, true, Some(address)) = (fetch || data, missing, exception.far) else { return false };
        drop(self.process.space.change());
        let store = data && exception.esr >> 6 & 1 != 0;
        let allowed = |page: ProgramPage| {
            if fetch {
                page.execute
            } else if store {
                page.write
            } else {
                page.read
            }
        };
        self.process.space.page(address << 8 >> 8).is_some_and(allowed)
    }

    fn illegal(&self, code: i32) -> Fault {
        Fault { number: libc::SIGILL, code, address: self.cpu.pc, syndrome: None }
    }

    /// The signal that Linux makes of an exception (`esr_to_fault_info` and its neighbours).
    fn fault_of(&self, exception: &Exception) -> Fault {
        use ExceptionClass as Class;
        let is = |class: Class| exception.class() == class as u8;
        let address = exception.far.unwrap_or(self.cpu.pc);
        let syndrome = Some(exception.esr);
        if is(Class::DataAbortLower) || is(Class::InstructionAbortLower) {
            let (number, code) = match exception.esr & 0x3f {
                0b100001 => (libc::SIGBUS, code::BUS_ADRALN),
                0b001100..=0b001111 => (libc::SIGSEGV, code::SEGV_ACCERR),
                _ => (libc::SIGSEGV, code::SEGV_MAPERR),
            };
            return Fault { number, code, address, syndrome };
        }
        if is(Class::PcAlignment) || is(Class::SpAlignment) {
            return Fault { number: libc::SIGBUS, code: code::BUS_ADRALN, address, syndrome };
        }
        if is(Class::Brk) {
            return Fault { number: libc::SIGTRAP, code: code::TRAP_BRKPT, address: self.cpu.pc, syndrome: None };
        }
        self.illegal(if is(Class::PauthFailure) { code::ILL_ILLOPN } else { code::ILL_ILLOPC })
    }

    fn system_call(&mut self) {
        // The architecture's monitor is the kernel's to clear when it returns.
        self.cpu.monitor.clear();
        // The kernel looks at half the register.
        let number = u64::from(self.cpu.x[8] as u32);
        let arguments = std::array::from_fn(|index| self.cpu.x[index]);
        let answer = dispatch::call(self, number, arguments);
        match answer {
            Err(KEEP) => {}
            // SVC executes again after the signal.
            Err(host::RESTART) => {}
            answer => {
                self.cpu.x[0] = result(answer);
                self.cpu.pc = self.cpu.pc.wrapping_add(4);
            }
        }
    }
}

/// What a program finds in X0.
pub fn result(answer: host::Answer) -> u64 {
    answer.unwrap_or_else(|errno| i64::from(-errno.0) as u64)
}
