//! KVM_RUN: enter the guest, deal with what comes back, until something is user space's business.

use std::sync::atomic::Ordering;

use emu::cpu::{Attention, Exit, Vector};
use emu::timer::Alarm;

use super::{Completion, INTERRUPTED, VcpuExit, VcpuFd, VcpuState};
use crate::abi::{exit as reason, mp_state, system_event};
use crate::dirty_ring::Ring;
use crate::errno::{EINTR, Errno};
use crate::personality::traits::MapFailure;
use crate::vm::lock;

/// KVM_DEBUG_ARCH_HSR_HIGH_VALID.
const HSR_HIGH_VALID: u64 = 1;

/// Entries of the guest between two looks at the timers, when it leaves before it has executed as many instructions as there
/// are between two looks otherwise.
const ENTRIES_PER_LOOK: u32 = 8;

/// What ends a wait.
const WAKE: u32 =
    Attention::Irq as u32 | Attention::Fiq as u32 | Attention::SError as u32 | Attention::Kick as u32 | Attention::Event as u32;

/// How a run is bounded.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Instructions.
    budget: u64,
    /// Waiting returns instead of sleeping.
    cooperative: bool,
}

impl VcpuFd {
    /// KVM_RUN.
    ///
    /// # Errors
    /// EIO for a dead VM, ENOEXEC before KVM_ARM_VCPU_INIT, EINTR on a kick, ENOSYS for MMIO without a syndrome, and what first-run checks refuse.
    pub fn run(&self) -> Result<VcpuExit, Errno> {
        self.enter(Bounds { budget: u64::MAX, cooperative: false })
    }

    /// KVM_RUN for at most `instructions`, never sleeping: for schedulers that run several vCPUs on one thread. Ends with
    /// [`VcpuExit::Quantum`] when they are used up, or [`VcpuExit::Yield`] when the guest waits ([`Self::idle`]) or yields. An
    /// addition of this shim.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_for(&self, instructions: u64) -> Result<VcpuExit, Errno> {
        self.enter(Bounds { budget: instructions, cooperative: true })
    }

    /// KVM_RUN for at most `instructions`; sleeps like KVM_RUN. An addition of this shim.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_bounded(&self, instructions: u64) -> Result<VcpuExit, Errno> {
        self.enter(Bounds { budget: instructions, cooperative: false })
    }

    fn enter(&self, bounds: Bounds) -> Result<VcpuExit, Errno> {
        self.vm.alive()?;
        let mut state = lock(&self.vcpu.state);
        let state = &mut *state;
        self.check_complete(state)?;
        self.prepare(state)?;
        if !state.adopt_pstate() {
            return Ok(VcpuExit::Unsupported { word: 0, what: "the emulator does not execute AArch32 state and EL2".into() });
        }
        state.use_counter_offsets(self.vm.counters.offsets());
        self.follow_counters(state);
        state.debug.begin(&mut state.cpu);
        // What completes is the first instruction of the run.
        state.cpu.budget = bounds.budget;
        state.cpu.quantum_start = state.cpu.retired;
        self.complete(state);
        state.cpu.finish_quantum();
        if self.vcpu.run.immediate_exit() {
            state.debug.end(&mut state.cpu);
            // Alone it leaves exit_reason as it was; a kick is a signal, too.
            if self.vcpu.signal.take(Attention::Kick) {
                self.vcpu.run.set_exit_reason(reason::INTR);
            }
            return Err(EINTR);
        }
        if VcpuFd::take_interrupt() {
            state.debug.end(&mut state.cpu);
            return Err(self.interrupted());
        }
        self.vcpu.run.set_exit_reason(reason::UNKNOWN);
        self.vcpu.run.set_flags(0);
        if let Some(exit) = self.on_unsupported_cpu(state) {
            state.debug.end(&mut state.cpu);
            return Ok(exit);
        }
        // `kvm_timer_vcpu_load_gic`: whatever user space wrote there, the timers say again what their lines are.
        if self.vm.vgic.get().is_some_and(|vgic| vgic.entering(self.vcpu.index)) {
            // A vCPU whose first run failed, where that was its last, is with the GIC that was made since.
            if state.cpu.interrupts.is_some()
                && let Some(port) = lock(&self.vcpu.port).take()
            {
                state.cpu.interrupts = Some(port);
            }
            state.cpu.timers.forget_lines();
            state.cpu.next_timer_check = state.cpu.retired;
        }
        let _running = self.vcpu.ring.as_ref().map(Ring::running);
        self.record_stolen_time(state);
        self.end_halt(state);
        state.stop_waiting();
        state.start_counting();
        let result = self.run_loop(state, bounds);
        state.end_answers();
        state.debug.end(&mut state.cpu);
        state.cpu.finish_quantum();
        self.report_timers();
        state.exits.signal += u64::from(result.as_ref().is_err_and(|&errno| errno == EINTR));
        self.vcpu.tell_statistics(state);
        result
    }

    fn take_interrupt() -> bool {
        INTERRUPTED.with(|interrupted| interrupted.load(Ordering::SeqCst) && interrupted.swap(false, Ordering::SeqCst))
    }

    fn interrupted(&self) -> Errno {
        self.vcpu.signal.take(Attention::Kick);
        self.vcpu.run.set_exit_reason(reason::INTR);
        EINTR
    }

    /// First-run preparation (`kvm_arch_vcpu_run_pid_change`, `kvm_vcpu_first_run_init`).
    fn prepare(&self, state: &mut VcpuState) -> Result<(), Errno> {
        if state.prepared {
            return Ok(());
        }
        let ready = self.prepare_interrupts(state);
        if !self.vm.host.personality.traits().first_run_once {
            ready?;
        }
        if let Some(ids) = &mut *lock(&self.vm.ids) {
            ids.finalize_first_run(self.vm.vgic.get().map(|vgic| vgic.kind()));
            state.controls.settle(ids, state.features.unwrap_or_default(), &mut state.cpu);
        }
        self.derive_view(state)?;
        state.cpu.interrupts = match self.vm.vgic.get() {
            Some(_) => lock(&self.vcpu.port).take(),
            None => Some(self.vcpu.user_timer_port()),
        };
        state.counting.filter.clone_from(&lock(&self.vm.pmu_filter));
        self.adopt_counters(state);
        state.reload_pmu(self.vm.host.personality.traits().pmu_registers_masked);
        state.prepared = true;
        self.vm.has_run.store(true, Ordering::SeqCst);
        ready
    }

    fn prepare_interrupts(&self, state: &VcpuState) -> Result<(), Errno> {
        let Some(vgic) = self.vm.vgic.get() else { return self.check_interrupts(state) };
        vgic.check_ready(&self.vm).inspect_err(|_| match self.vm.host.personality.traits().gic.failure {
            MapFailure::TakenDown => vgic.give_up(&self.vm, false),
            MapFailure::Forgotten => vgic.give_up(&self.vm, true),
            MapFailure::Final => self.vm.dead.store(true, Ordering::SeqCst),
        })?;
        self.check_interrupts(state)?;
        vgic.claim_timer_lines(&self.vm, &self.vcpu);
        Ok(())
    }

    fn run_loop(&self, state: &mut VcpuState, bounds: Bounds) -> Result<VcpuExit, Errno> {
        self.notice_bus(state);
        // Getting ready costs something: without a bus, who leaves for user space each time never needs it.
        let mut answers = self.vm.mmio_bus.is_present();
        if answers {
            self.begin_answers(state);
        }
        loop {
            match self.vcpu.power() {
                mp_state::RUNNABLE => {}
                mp_state::SUSPENDED => {
                    if let Some(exit) = self.suspended(state, bounds) {
                        return Ok(exit);
                    }
                }
                _ if bounds.cooperative => return Ok(VcpuExit::Yield),
                _ => self.vcpu.signal.sleep(Attention::Kick as u32, None),
            }
            self.serve_start(state);
            if self.vcpu.power() != mp_state::RUNNABLE {
                self.vcpu.signal.take(Attention::Kick);
                if self.vcpu.run.immediate_exit() || VcpuFd::take_interrupt() {
                    return Err(self.interrupted());
                }
                continue;
            }
            // `kvm_dirty_ring_check_request`
            if self.vcpu.ring.as_ref().is_some_and(|ring| ring.soft_full()) {
                self.vcpu.run.set_exit_reason(reason::DIRTY_RING_FULL);
                return Ok(VcpuExit::DirtyRingFull);
            }
            state.look_at_timers();
            let held = state.limit_to_overflow();
            let exit = state.engine.run(&mut state.cpu);
            state.cpu.budget += held;
            self.update_pmu_interrupt(state);
            if exit == Exit::Budget && held != 0 {
                continue;
            }
            let handled = self.handle(state, &exit, bounds)?;
            self.update_pmu_interrupt(state);
            if let Some(exit) = handled {
                return Ok(exit);
            }
            if !answers {
                self.begin_answers(state);
                answers = true;
            }
        }
    }

    /// Another bus has other words published.
    fn notice_bus(&self, state: &mut VcpuState) {
        let version = self.vm.mmio_bus.version();
        if std::mem::replace(&mut state.bus_version, version) != version {
            state.cpu.tlb.forget_holes();
        }
    }

    /// Performs the reset that CPU_ON asked for.
    pub(super) fn serve_start(&self, state: &mut VcpuState) {
        let Some(request) = lock(&self.vcpu.start).take() else { return };
        state.reset(state.features.unwrap_or_default());
        self.reset_counter_masks(state);
        self.reset_timer_lines(state);
        state.cpu.pc = request.pc;
        state.cpu.x[0] = request.context;
    }

    /// One exit of the guest: None to go on.
    fn handle(&self, state: &mut VcpuState, exit: &Exit, bounds: Bounds) -> Result<Option<VcpuExit>, Errno> {
        state.trapped |= !matches!(exit, Exit::Kicked | Exit::Budget);
        match *exit {
            Exit::SysReg(ref trap) => self.handle_sysreg(state, trap),
            Exit::Stage2(ref abort) => return self.handle_abort(state, abort),
            Exit::Hvc(immediate) => {
                let watched = state.watched_hypercall == Some(state.cpu.x[0] as u32);
                let exit = self.handle_hypercall(state, false, immediate, bounds);
                return Ok(exit.or_else(|| watched.then_some(VcpuExit::Watched)));
            }
            Exit::Smc(immediate) => return Ok(self.handle_hypercall(state, true, immediate, bounds)),
            Exit::Wfi => {
                state.exits.wfi += 1;
                return Ok(self.wait(state, bounds));
            }
            Exit::WaitUntil(alarm) => return Ok(self.wait_until(state, alarm, bounds)),
            Exit::MemoryCopy { esr } => state.restart_memory_copy(esr),
            Exit::Wfe | Exit::Yield => {
                if bounds.cooperative {
                    return Ok(Some(VcpuExit::Yield));
                }
                std::thread::yield_now();
            }
            Exit::Kicked => {
                if self.vcpu.run.immediate_exit() || VcpuFd::take_interrupt() || self.timers_to_report() {
                    self.vcpu.run.set_exit_reason(reason::INTR);
                    return Err(EINTR);
                }
            }
            Exit::Budget => return Ok(Some(VcpuExit::Quantum)),
            Exit::Debug { esr, far } => {
                self.vcpu.run.set_exit_reason(reason::DEBUG);
                let exit = state.debug.exit(&mut state.cpu, esr, far);
                if let VcpuExit::Debug { esr, far } = exit {
                    self.vcpu.run.set_debug(esr, far);
                    let upper_half = self.vm.host.personality.traits().debug_exit_flags;
                    self.vcpu.run.set_flags(if upper_half { HSR_HIGH_VALID } else { 0 });
                }
                return Ok(Some(exit));
            }
            Exit::Semihosting => return Ok(Some(VcpuExit::Semihosting)),
            Exit::FpTrap | Exit::PauthTrap => state.inject_undefined(),
            Exit::UnknownIdValue(register) => {
                let what = format!("the host model does not know the value of {}", register.name());
                return Ok(Some(VcpuExit::Unsupported { word: 0, what }));
            }
            // Only PEs without an operating system have those.
            Exit::Exception(exception) => {
                return Ok(Some(VcpuExit::Unsupported { word: 0, what: format!("exception {:#x} of a program", exception.esr) }));
            }
            Exit::Unimplemented { word } => {
                let what = format!("the emulator does not execute `{}`", emu::insn::disasm::disassemble_word(word, state.cpu.pc));
                return Ok(Some(VcpuExit::Unsupported { word, what }));
            }
        }
        Ok(None)
    }

    /// KVM_MP_STATE_SUSPENDED (`kvm_vcpu_suspend`): an interrupt that would end WFI is user space's business, which decides whether the vCPU
    /// goes on; until it does, the state stays.
    fn suspended(&self, state: &mut VcpuState, bounds: Bounds) -> Option<VcpuExit> {
        // An event is nothing that it waits for, and stays where it is.
        let waits = self.sleep(state, bounds, WAKE & !(Attention::Event as u32));
        if state.cpu.interrupt_pending() {
            self.vcpu.run.set_exit_reason(reason::SYSTEM_EVENT);
            self.vcpu.run.set_system_event(system_event::WAKEUP, &[]);
            return Some(VcpuExit::SystemEvent { kind: system_event::WAKEUP, flags: 0 });
        }
        waits
    }

    /// WFI (`kvm_vcpu_wfi`): sleeps until an interrupt is pending or a timer fires.
    pub(super) fn wait(&self, state: &mut VcpuState, bounds: Bounds) -> Option<VcpuExit> {
        state.exits.wait += 1;
        self.sleep(state, bounds, WAKE)
    }

    fn sleep(&self, state: &mut VcpuState, bounds: Bounds, wake: u32) -> Option<VcpuExit> {
        if bounds.cooperative {
            state.idle = !state.cpu.interrupt_pending();
            if state.idle && !self.wakes(state, wake) {
                self.begin_halt(state);
            }
            return Some(VcpuExit::Yield);
        }
        let halt = self.poll(state, wake);
        let mut waited = false;
        loop {
            // Asked first: a timer that fires from here on is either seen to be pending, or has a deadline.
            let deadline = state.cpu.timers.next_deadline().map(|ticks| state.cpu.timers.clock.duration(ticks));
            if self.wakes(state, wake) {
                break;
            }
            waited = true;
            self.begin_halt(state);
            self.vcpu.signal.sleep(wake, deadline);
            state.cpu.next_timer_check = state.cpu.retired;
        }
        self.end_halt(state);
        self.end_poll(state, halt, waited);
        None
    }

    /// True when there is something not to sleep for (`kvm_vcpu_check_block`).
    pub(super) fn wakes(&self, state: &mut VcpuState, wake: u32) -> bool {
        state.cpu.interrupt_pending() || self.vcpu.signal.bits() & wake != 0 || state.cpu.timers.alarm_due()
    }

    /// WFIT and WFET: as WFI, or until the virtual counter has come that far (`kvm_handle_wfx`; there WFET only yields).
    fn wait_until(&self, state: &mut VcpuState, alarm: Alarm, bounds: Bounds) -> Option<VcpuExit> {
        state.exits.wfi += u64::from(!alarm.events);
        state.cpu.timers.alarm = Some(alarm);
        let exit = self.wait(state, bounds);
        if !state.idle {
            state.cpu.timers.alarm = None;
        }
        exit
    }

    /// Finishes the instruction that left as MMIO, unless user space took the exit back: then the guest makes the access again.
    fn complete(&self, state: &mut VcpuState) {
        let taken_back = self.vcpu.run.exit_reason() != reason::MMIO;
        match std::mem::take(&mut state.completion) {
            Completion::None => {}
            Completion::MmioRead(_) | Completion::MmioWrite(_) if taken_back => {}
            Completion::MmioRead(transfer) => state.finish_read(&transfer, self.vcpu.run.mmio_data(), self.data_rules()),
            Completion::MmioWrite(_) => state.skip_instruction(),
            Completion::LostAbort(transfer) if !taken_back => {
                if !transfer.is_write() {
                    transfer.load(&mut state.cpu, self.vcpu.run.mmio_data(), self.data_rules());
                }
            }
            Completion::Abort | Completion::LostAbort(_) => {
                state.enter(Vector::Synchronous);
                state.count_injection();
            }
        }
    }

    /// Moves past a semihosting call, with its result in X0. An addition of this shim.
    pub fn finish_semihosting(&self, result: u64) {
        let mut state = lock(&self.vcpu.state);
        state.cpu.x[0] = result;
        state.skip_instruction();
    }

    /// The data of the MMIO read that [`VcpuExit::MmioRead`] asked for, little-endian.
    pub fn set_mmio_data(&self, data: u64) {
        self.vcpu.run.set_mmio_data(data);
    }
}

impl VcpuState {
    /// Whatever the vCPU waited for, it goes on.
    pub(super) fn stop_waiting(&mut self) {
        self.idle = false;
        self.cpu.timers.alarm = None;
    }

    /// Has the engine look at the timers when it is time: virtual time goes on while other vCPUs run, and a guest that leaves
    /// often executes few instructions in much time.
    fn look_at_timers(&mut self) {
        self.entries = self.entries.wrapping_add(1);
        if self.entries.is_multiple_of(ENTRIES_PER_LOOK) || self.cpu.timers.clock.is_virtual() {
            self.cpu.next_timer_check = self.cpu.retired;
        }
    }

    /// The trapped instruction counts as executed.
    pub(super) fn skip_instruction(&mut self) {
        self.cpu.pc = self.cpu.pc.wrapping_add(4);
        self.cpu.retired += 1;
        self.cpu.budget = self.cpu.budget.saturating_sub(1);
        // The ERET back to the guest does it (AArch64.ExceptionReturn()).
        self.cpu.monitor.clear();
        // kvm_skip_instr also clears single-step and branch-type state.
        self.cpu.pstate.btype = 0;
        if self.cpu.stepping() {
            self.cpu.finish_step(false);
        }
    }
}
