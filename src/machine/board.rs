//! The VMM's side of a running machine: answers to MMIO, console, the end of the run. Knows no scheduling.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kvm::errno::Errno;
use kvm::{MmioBus, PublishedWord, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::errata::Implementation;

use super::bus::{Bus, Device};
use super::config::{MachineConfig, Outcome, Scheduling, Stuck};
use super::console::Console;
use super::host_input::{Delivery, HostInput, InputSource};
use super::memory_map::{PL011, spi_to_intid};
use super::pause::Pause;
use super::pl011;
use super::schedule::Turn;
use super::semihosting::Semihosting;

/// KVM_IRQ_LINE type SPI.
const IRQ_TYPE_SPI: u32 = 1 << 24;
/// The wall clock of deterministic runs starts here: 2024-01-01 00:00:00 UTC in seconds.
const VIRTUAL_EPOCH: u64 = 1_704_067_200;

/// The UART's flag register.
const UART_FLAGS: u64 = PL011.base + pl011::FR;

/// How often input is looked for while nothing else can happen.
const PATIENCE: Duration = Duration::from_millis(1);

/// How often devices are asked whether time alone changed them.
const DEVICE_POLL: Duration = Duration::from_millis(200);

/// Everything that vCPU threads share.
pub struct Board {
    pub vm: VmFd,
    pub vcpus: Vec<VcpuFd>,
    bus: Mutex<Bus>,
    /// The UART's flag register, as it was when the devices were last left alone.
    uart_flags: Arc<AtomicU32>,
    console: Console,
    semihosting: Option<Mutex<Semihosting>>,
    deterministic: bool,
    pub(super) implementations: Vec<Implementation>,
    /// When real time is up.
    deadline: Option<Instant>,
    /// Instructions that may still be handed out.
    budget: AtomicU64,
    outcome: Mutex<Option<Outcome>>,
    /// There is an outcome; looked at after every exit.
    has_ended: AtomicBool,
    pub(super) ended: Condvar,
    pub(super) pause: Mutex<Pause>,
    /// A pause is due; checked often.
    pub(super) pausing: AtomicBool,
    /// A pause comes by itself, after time or instructions.
    pub(super) pause_watched: AtomicBool,
    /// Instructions of all vCPUs so far.
    pub(super) executed: AtomicU64,
    pub(super) turn: Mutex<Turn>,
    input: Mutex<HostInput>,
}

impl MmioBus for Board {
    fn read(&self, address: u64, length: u32) -> Option<u64> {
        self.load(address, length)
    }

    fn published(&self, page: u64) -> Vec<PublishedWord> {
        // Programs look at it before each character.
        let flags = PublishedWord { address: UART_FLAGS, value: self.uart_flags.clone() };
        if page == PL011.base { vec![flags] } else { Vec::new() }
    }

    fn write(&self, address: u64, length: u32, data: u64) -> bool {
        self.store(address, length, data)
    }
}

/// Where a board begins: at power-on, or as it was captured.
#[derive(Debug, Default)]
pub struct Start {
    pub bus: Bus,
    pub turn: Turn,
    pub input: InputSource,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    /// The time limit counts from here.
    pub fn new(
        vm: VmFd,
        vcpus: Vec<VcpuFd>,
        console: Console,
        config: &MachineConfig,
        semihosting: Option<Semihosting>,
        start: Start,
    ) -> Board {
        let executed = vcpus.iter().map(|vcpu| vcpu.statistics().2).sum();
        Board {
            vm,
            vcpus,
            uart_flags: Arc::new(AtomicU32::new(start.bus.uart_flags())),
            bus: Mutex::new(start.bus),
            console,
            semihosting: semihosting.map(Mutex::new),
            deterministic: config.scheduling == Scheduling::Deterministic,
            implementations: config.implementations.clone(),
            deadline: config.timeout.and_then(|limit| Instant::now().checked_add(limit)),
            budget: AtomicU64::new(config.max_instructions.unwrap_or(u64::MAX)),
            outcome: Mutex::new(None),
            has_ended: AtomicBool::new(false),
            ended: Condvar::new(),
            pause: Mutex::default(),
            pausing: AtomicBool::new(false),
            pause_watched: AtomicBool::new(false),
            executed: AtomicU64::new(executed),
            turn: Mutex::new(start.turn),
            input: Mutex::new(HostInput::new(start.input)),
        }
    }

    /// The board's devices.
    pub(super) fn bus(&self) -> MutexGuard<'_, Bus> {
        lock(&self.bus)
    }

    /// Nanoseconds since 1970 as the guest's devices see them.
    pub(super) fn now(&self) -> u64 {
        if self.deterministic {
            return VIRTUAL_EPOCH * 1_000_000_000 + self.vm.clock().nanoseconds();
        }
        // The one device with time counts seconds, so the host's cheap clock will do.
        let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        u64::try_from(time.tv_sec).unwrap_or_default().saturating_mul(1_000_000_000).saturating_add(time.tv_nsec.unsigned_abs())
    }

    /// Ends the run, unless it has ended already, and gets every vCPU out of the guest.
    pub fn end(&self, outcome: Outcome) {
        let mut slot = lock(&self.outcome);
        slot.get_or_insert(outcome);
        self.has_ended.store(true, Ordering::SeqCst);
        drop(slot);
        self.ended.notify_all();
        for vcpu in &self.vcpus {
            vcpu.kick();
        }
    }

    /// How the run ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        lock(&self.outcome).clone()
    }

    /// True when there is an outcome.
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// True when the run has ended; the time limit ends it.
    pub fn over(&self) -> bool {
        let ended = self.has_ended();
        if !ended && self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.end(Outcome::Timeout);
            return true;
        }
        ended
    }

    /// Waits for the end or a pause.
    pub fn wait(&self) {
        while !self.over() && !self.pause_due() {
            let slot = lock(&self.outcome);
            if slot.is_none() && !self.pause_due() {
                let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
                // The RTC's alarm is the only device event that nobody else announces.
                let nap = [left, self.until_deadline()].into_iter().flatten().fold(DEVICE_POLL, Duration::min);
                drop(self.ended.wait_timeout(slot, nap).unwrap_or_else(PoisonError::into_inner));
            }
            self.poll_devices();
        }
    }

    /// Takes up to `wanted` instructions of the run's limit; 0 when it is used up.
    pub fn take_budget(&self, wanted: u64) -> u64 {
        let take = |left: u64| if left == u64::MAX { None } else { Some(left - left.min(wanted)) };
        match self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take) {
            Ok(left) => left.min(wanted),
            Err(_) => wanted,
        }
    }

    /// Gives back what a run did not use.
    pub fn return_budget(&self, unused: u64) {
        let put = |left: u64| if left == u64::MAX { None } else { Some(left + unused) };
        // Err means that there is no limit.
        let _ = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, put);
    }

    /// True when the run has a limit of instructions, or is to pause after so many.
    pub fn limited(&self) -> bool {
        self.budget.load(Ordering::SeqCst) != u64::MAX || self.until_pause() != u64::MAX
    }

    /// Console input and device time.
    pub fn poll_devices(&self) {
        let mut bus = lock(&self.bus);
        bus.advance(self.now());
        self.feed(&mut bus);
    }

    /// Console input to the UART, and interrupt levels to the GIC.
    fn feed(&self, bus: &mut Bus) {
        let input = self.take_input(bus.receive_space());
        if !input.is_empty() {
            // `take_input` gave no more than there is room for.
            let _ = bus.receive(&input);
        }
        self.forward_levels(bus);
    }

    fn take_input(&self, max: usize) -> Vec<u8> {
        match lock(&self.input).take(max, self.executed(), &self.console) {
            Ok(bytes) => bytes,
            Err(diverged) => {
                self.end(Outcome::Diverged { instructions: diverged.instructions });
                Vec::new()
            }
        }
    }

    /// Input has come: in deterministic runs the schedule looks for it by itself.
    pub fn input_arrived(&self) {
        if !self.deterministic {
            self.poll_devices();
        }
    }

    /// Waits until a byte of input can be had, the run ends or pauses; false when none will come.
    pub fn await_input(&self) -> bool {
        while !self.over() && !self.pause_due() {
            let input = lock(&self.input);
            if input.waiting(&self.console) {
                return true;
            }
            if input.ended(&self.console) {
                return false;
            }
            drop(input);
            std::thread::sleep(PATIENCE);
        }
        true
    }

    /// True when the UART can take input.
    pub fn can_receive(&self) -> bool {
        lock(&self.bus).receive_space() > 0
    }

    /// Input that was recorded so far.
    pub fn recorded(&self) -> Vec<Delivery> {
        lock(&self.input).recorded().to_vec()
    }

    /// Nanoseconds until a device acts by itself.
    pub fn next_device_event(&self) -> Option<u64> {
        let now = self.now();
        lock(&self.bus).next_event(now).map(|at| at.saturating_sub(now))
    }

    /// True when no console input will ever come.
    pub fn input_ended(&self) -> bool {
        lock(&self.input).ended(&self.console)
    }

    /// Writes out what the console holds back.
    pub fn flush(&self) {
        // A closed standard output is noticed by the user, not by the guest.
        let _ = self.console.flush();
    }

    /// After everything that may change a device: others are told.
    fn forward_levels(&self, bus: &mut Bus) {
        self.uart_flags.store(bus.uart_flags(), Ordering::Release);
        for (spi, level) in bus.level_changes() {
            // The SPIs of the board exist in the GIC that the board made.
            let _ = self.vm.set_irq_line(IRQ_TYPE_SPI | spi_to_intid(spi), level);
        }
    }

    /// Answers an exit; false when the vCPU shall not go on.
    pub fn handle(&self, vcpu: &VcpuFd, index: u64, exit: Result<VcpuExit, Errno>) -> bool {
        match exit {
            Ok(VcpuExit::MmioRead { address, length }) => self.mmio_read(vcpu, address, length),
            Ok(VcpuExit::MmioWrite { address, length, data }) => self.mmio_write(vcpu, address, length, data),
            Ok(VcpuExit::Quantum | VcpuExit::Yield) => {}
            Ok(VcpuExit::Watched) => self.note_marker(),
            Ok(VcpuExit::Hypercall { number, .. }) => self.answer_hypercall(vcpu, number),
            Ok(VcpuExit::SystemEvent { kind: kvm::abi::system_event::SHUTDOWN, .. }) => self.end(Outcome::PowerOff),
            Ok(VcpuExit::SystemEvent { kind: kvm::abi::system_event::RESET, .. }) => self.end(Outcome::Reset),
            Ok(VcpuExit::Semihosting) => self.semihosting_call(vcpu, index),
            Ok(VcpuExit::Unsupported { word, what }) => self.stuck(vcpu, index, Some(word), what),
            Ok(other) => self.stuck(vcpu, index, None, format!("this machine has no answer to the exit {other:?}")),
            Err(kvm::errno::EINTR) => {}
            Err(kvm::errno::ENOSYS) => {
                self.stuck(
                    vcpu,
                    index,
                    None,
                    "the instruction accesses a device in a way that KVM cannot describe to a VMM (KVM_RUN gives ENOSYS)".into(),
                );
            }
            Err(errno) => self.stuck(vcpu, index, None, format!("KVM_RUN gives {errno}")),
        }
        !self.has_ended()
    }

    /// [`Self::now`], for who needs it.
    fn time_at(&self, address: u64) -> u64 {
        if Bus::device(address).is_some_and(Device::has_time) { self.now() } else { 0 }
    }

    /// A load by the guest; None when nothing is there.
    fn load(&self, address: u64, length: u32) -> Option<u64> {
        let mut bus = lock(&self.bus);
        let space = bus.receive_space();
        let data = bus.read(address, length as usize, self.time_at(address)).ok()?;
        // Input that waited for room, and in deterministic runs every look counts.
        if self.deterministic || bus.receive_space() != space {
            self.feed(&mut bus);
        } else {
            self.forward_levels(&mut bus);
        }
        Some(data)
    }

    /// A store by the guest; false when nothing is there.
    fn store(&self, address: u64, length: u32, data: u64) -> bool {
        let mut bus = lock(&self.bus);
        let done = bus.write(address, length as usize, data, self.time_at(address)).is_ok();
        if !bus.output().is_empty() {
            let output = bus.take_output();
            // The guest does not notice a closed standard output.
            let _ = self.console.write(&output);
            self.note_output(&output);
        }
        self.forward_levels(&mut bus);
        done
    }

    fn mmio_read(&self, vcpu: &VcpuFd, address: u64, length: u32) {
        match self.load(address, length) {
            Some(data) => vcpu.set_mmio_data(data),
            None => vcpu.inject_external_abort(),
        }
    }

    fn mmio_write(&self, vcpu: &VcpuFd, address: u64, length: u32, data: u64) {
        if !self.store(address, length, data) {
            vcpu.inject_external_abort();
        }
    }

    fn semihosting_call(&self, vcpu: &VcpuFd, index: u64) {
        if let Err(why) = self.serve_semihosting(vcpu) {
            self.stuck(vcpu, index, None, why);
        }
    }

    pub(super) fn semihosting(&self) -> Option<&Mutex<Semihosting>> {
        self.semihosting.as_ref()
    }

    pub(super) fn console(&self) -> &Console {
        &self.console
    }

    /// Console input for a reader that is not the UART; what the UART holds and the guest has not read from it comes first.
    pub(super) fn take_console_input(&self, max: usize) -> Vec<u8> {
        let mut bus = lock(&self.bus);
        let mut input = bus.take_received(max);
        input.extend(self.take_input(max - input.len()));
        self.forward_levels(&mut bus);
        input
    }

    fn stuck(&self, vcpu: &VcpuFd, index: u64, word: Option<u32>, why: String) {
        let pc = vcpu.get_reg_u64(core_regs::PC).unwrap_or_default();
        let mut bytes = [0; 4];
        let fetched = vcpu.read_virtual(pc, &mut bytes).ok().map(|()| u32::from_le_bytes(bytes));
        self.end(Outcome::Stuck(Box::new(Stuck { vcpu: index, pc, word: word.filter(|&word| word != 0).or(fetched), why })));
    }
}
