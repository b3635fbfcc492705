//! vCPUs: one PE each, with the state that KVM keeps around it. Every ioctl of a vCPU takes its lock, as KVM's per-vCPU mutex.

mod at_once;
mod attributes;
mod cluster;
pub mod core_regs;
mod events;
mod exit;
mod guest_debug;
mod halt_poll;
mod hidden;
mod hypercall;
mod id_view;
mod init;
mod inject;
mod memory_copy;
mod mmio;
mod one_reg;
mod pmu;
mod pmu_counters;
mod ports;
mod psci;
mod refusal_info;
mod run;
mod smccc_filter;
mod statistics;
mod stolen_time;
mod sve;
mod sysreg;
mod system_regs;
mod timer_regs;
mod traps;
mod user_interrupts;
mod virtual_memory;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, TryLockError};

use at_once::IdReads;
pub(crate) use attributes::{NO_STEAL_TIME, PmuSetup};
use emu::cpu::{Attention, Cpu, CpuConfig, VcpuSignal};
use emu::engine::{Engine, EngineStats};
use emu::sys::InterruptPort;
use emu::trace::Trace;
pub use exit::VcpuExit;
use guest_debug::DebugState;
pub use guest_debug::GuestDebug;
use halt_poll::HaltPoll;
pub use hidden::HiddenState;
use id_view::IdView;
use pmu_counters::Counting;
pub(crate) use pmu_counters::EventFilter;
pub(crate) use smccc_filter::SmcccFilter;
use statistics::Halts;
use sve::Sve;
use sysregs::SysReg;
pub(crate) use timer_regs::CounterOffsets;
use traps::Controls;
pub use virtual_memory::VirtualMemoryError;

use crate::abi::cap::CAP_SYSTEM_SUSPEND;
use crate::abi::{RunPage, mp_state, vcpu_feature};
use crate::dirty_ring::Ring;
use crate::errno::{EBUSY, EINVAL, Errno};
use crate::idregs::{Refusal, VcpuIds};
use crate::stats::Statistics;
use crate::vm::{TimerIrqs, Vm, VmFd, lock};

/// What CPU_ON hands to the vCPU that it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartRequest {
    pub pc: u64,
    pub context: u64,
}

/// Counts of what the hypervisor did for a vCPU, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitStats {
    /// Trapped system register accesses.
    pub sysreg: u64,
    /// Of those, reads of ID registers.
    pub id_register: u64,
    /// HVC and SMC.
    pub hypercall: u64,
    /// Of those, SMC.
    pub smc: u64,
    /// Of those, HVCs for a workaround, which KVM's vectors answer: no exits to KVM.
    pub workaround: u64,
    /// Accesses to in-kernel device frames, and to devices that the VMM has given to the VM.
    pub device_mmio: u64,
    /// MMIO exits to user space.
    pub user_mmio: u64,
    /// Times the vCPU waited for an interrupt or event.
    pub wait: u64,
    /// Of those, by WFI and WFIT: the others are calls that suspend, and WFET.
    pub wfi: u64,
    /// Runs that a signal ended.
    pub signal: u64,
}

impl std::ops::AddAssign for ExitStats {
    fn add_assign(&mut self, other: ExitStats) {
        self.sysreg += other.sysreg;
        self.id_register += other.id_register;
        self.hypercall += other.hypercall;
        self.smc += other.smc;
        self.workaround += other.workaround;
        self.device_mmio += other.device_mmio;
        self.user_mmio += other.user_mmio;
        self.wait += other.wait;
        self.wfi += other.wfi;
        self.signal += other.signal;
    }
}

/// What the next KVM_RUN has to finish first.
#[derive(Clone, Copy, Debug, Default)]
enum Completion {
    #[default]
    None,
    /// The read that left as an MMIO exit: data is in the run page.
    MmioRead(mmio::Transfer),
    /// The write that left: only the instruction remains to be skipped.
    MmioWrite(mmio::Transfer),
    /// User space asked for an abort, which is in ESR_EL1 and FAR_EL1.
    Abort,
    /// The same, and the access that left completes all the same; the exception is lost by that.
    LostAbort(mmio::Transfer),
}

thread_local! {
    /// A signal has come for this thread while it was in KVM_RUN, or waited for its turn there.
    static INTERRUPTED: AtomicBool = const { AtomicBool::new(false) };
}

/// State behind the vCPU's lock.
pub(crate) struct VcpuState {
    pub cpu: Cpu,
    /// The kind of physical CPU that the thread is on.
    cluster: usize,
    engine: Engine,
    /// Features of KVM_ARM_VCPU_INIT, once done.
    features: Option<u32>,
    completion: Completion,
    /// FAR_EL2: virtual address of the guest's last abort.
    fault_address: u64,
    /// ESR_EL2 holds a trap's syndrome.
    trapped: bool,
    /// First-run preparation is done.
    prepared: bool,
    /// The vCPU's own ID registers, once initialised.
    ids: Option<VcpuIds>,
    /// The last refused KVM_SET_ONE_REG: the register's id and the reason.
    refused: Option<(u64, Refusal)>,
    /// Registers and what they hold after a reset.
    reset_values: Vec<(SysReg, u64)>,
    /// SVE registers, with KVM_ARM_VCPU_SVE.
    sve: Option<Sve>,
    /// The PMU's counters.
    counting: Counting,
    /// KVM_SET_GUEST_DEBUG.
    debug: DebugState,
    /// A PSTATE from user space that the CPU does not hold bit by bit; it shows until the vCPU runs.
    foreign_pstate: Option<u64>,
    /// EL2 controls, and what goes with them.
    controls: Controls,
    /// What the guest reads, derived from the VM's and the vCPU's ID registers.
    view: IdView,
    /// What the thread had waited when stolen time was last told.
    stolen: u64,
    /// The vCPU waits (WFI, WFIT, WFET): set in cooperative runs instead of sleeping.
    idle: bool,
    exits: ExitStats,
    halts: Halts,
    polling: HaltPoll,
    /// The HVC that [`VcpuFd::watch_hypercall`] waits for.
    watched_hypercall: Option<u32>,
    /// The bus, when devices were last looked for.
    bus_version: u64,
    /// Times that the guest was entered.
    entries: u32,
    /// Trapped MRS of ID registers by encoding, for those who ask what a guest looked at.
    id_reads: IdReads,
}

/// One vCPU, shared by its file descriptors and its VM.
pub(crate) struct Vcpu {
    pub id: u64,
    /// Position in creation order.
    pub index: usize,
    pub mpidr: u64,
    pub signal: Arc<VcpuSignal>,
    mp_state: AtomicU32,
    /// Its features, or what was left of them by refusals: what other vCPUs see, without its lock.
    pub features: AtomicU32,
    start: Mutex<Option<StartRequest>>,
    /// PMU configuration by attributes.
    pub pmu: Mutex<PmuSetup>,
    /// Its timers' interrupts, which may be all vCPUs'.
    pub timer_irqs: TimerIrqs,
    /// Guest physical address of the steal time structure.
    pub steal_time: AtomicU64,
    state: Mutex<VcpuState>,
    run: RunPage,
    /// Pages that it wrote, where user space asked for rings.
    pub ring: Option<Arc<Ring>>,
    /// KVM_SET_SIGNAL_MASK.
    signal_mask: Mutex<Option<u64>>,
    /// As `device_irq_level`; stays zero with an interrupt controller in the kernel.
    timer_lines: Arc<AtomicU64>,
    /// KVM_GET_STATS_FD, once asked for.
    statistics: OnceLock<Statistics>,
    /// The interrupt controller's port, until the first run takes it.
    port: Mutex<Option<Box<dyn InterruptPort>>>,
}

/// Keeps every vCPU from running (`kvm_trylock_all_vcpus`); EBUSY when one runs, or is busy with an ioctl.
pub(crate) fn stop_all(vcpus: &[Arc<Vcpu>]) -> Result<Vec<MutexGuard<'_, VcpuState>>, Errno> {
    let mut stopped = Vec::with_capacity(vcpus.len());
    for vcpu in vcpus {
        stopped.push(match vcpu.state.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(EBUSY),
        });
    }
    Ok(stopped)
}

/// KVM's default MPIDR_EL1: affinity from the id, four bits in Aff0, eight above (`reset_mpidr`).
fn mpidr_of(id: u64) -> u64 {
    1 << 31 | (id >> 12 & 0xff) << 16 | (id >> 4 & 0xff) << 8 | id & 15
}

impl Vcpu {
    pub fn new(vm: &Vm, id: u64, index: usize) -> Result<Vcpu, Errno> {
        let mpidr = mpidr_of(id);
        let config = CpuConfig::new(vm.host.ids.clone(), mpidr, vm.host.semihosting).map_err(|_| EINVAL)?;
        let signal = Arc::new(VcpuSignal::default());
        let mut cpu = Cpu::new(Arc::new(config), vm.memory.clone(), signal.clone(), vm.clock.clone());
        cpu.peers = vm.peers.clone();
        cpu.random_state = vm.host.seed ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let state = VcpuState {
            cpu,
            cluster: 0,
            engine: Engine::new(vm.host.engine),
            features: None,
            completion: Completion::None,
            fault_address: 0,
            trapped: false,
            prepared: false,
            ids: None,
            refused: None,
            reset_values: Vec::new(),
            sve: None,
            counting: Counting::default(),
            debug: DebugState::default(),
            foreign_pstate: None,
            controls: Controls::default(),
            view: IdView::default(),
            stolen: 0,
            idle: false,
            exits: ExitStats::default(),
            halts: Halts::default(),
            polling: HaltPoll::default(),
            watched_hypercall: None,
            bus_version: 0,
            entries: 0,
            id_reads: IdReads::default(),
        };
        let ring = vm.dirty_rings.ring(&signal)?;
        Ok(Vcpu {
            id,
            index,
            mpidr,
            signal,
            mp_state: AtomicU32::new(mp_state::RUNNABLE),
            features: AtomicU32::new(0),
            start: Mutex::new(None),
            pmu: Mutex::default(),
            timer_irqs: vm.timer_irqs(),
            steal_time: AtomicU64::new(NO_STEAL_TIME),
            state: Mutex::new(state),
            run: RunPage::new()?,
            ring,
            signal_mask: Mutex::default(),
            timer_lines: Arc::default(),
            statistics: OnceLock::new(),
            port: Mutex::new(None),
        })
    }

    /// Connects the interrupt controller, from the first run on. May be called with the vCPU's lock held.
    pub fn connect(&self, port: Box<dyn InterruptPort>) {
        *lock(&self.port) = Some(port);
    }

    pub fn power(&self) -> u32 {
        self.mp_state.load(Ordering::SeqCst)
    }

    pub fn set_power(&self, state: u32) {
        self.mp_state.store(state, Ordering::SeqCst);
        self.signal.set(Attention::Kick);
    }

    /// KVM_ARM_VCPU_EL1_32BIT is among its features.
    pub fn is_narrow(&self) -> bool {
        self.features.load(Ordering::SeqCst) & vcpu_feature::EL1_32BIT != 0
    }

    /// CPU_ON: the vCPU resets and starts when it runs next. False when it is on already.
    pub fn start(&self, request: StartRequest) -> bool {
        let mut start = lock(&self.start);
        if self.power() != mp_state::STOPPED {
            return false;
        }
        *start = Some(request);
        self.set_power(mp_state::RUNNABLE);
        true
    }
}

/// A vCPU file descriptor.
#[derive(Clone)]
pub struct VcpuFd {
    pub(crate) vm: Arc<Vm>,
    vcpu: Arc<Vcpu>,
}

impl VcpuFd {
    pub(crate) fn new(vm: Arc<Vm>, vcpu: Arc<Vcpu>) -> VcpuFd {
        VcpuFd { vm, vcpu }
    }

    /// KVM_GET_MP_STATE.
    pub fn get_mp_state(&self) -> u32 {
        self.vcpu.power()
    }

    /// KVM_SET_MP_STATE.
    ///
    /// # Errors
    /// EINVAL for states other than RUNNABLE, STOPPED and, on kernels that let guests suspend (5.19), SUSPENDED.
    pub fn set_mp_state(&self, state: u32) -> Result<(), Errno> {
        match state {
            mp_state::RUNNABLE | mp_state::STOPPED => {}
            mp_state::SUSPENDED if self.vm.host.personality.capability(CAP_SYSTEM_SUSPEND).is_some() => {}
            _ => return Err(EINVAL),
        }
        self.vcpu.set_power(state);
        Ok(())
    }

    /// Its VM, whose file this does not keep open.
    pub fn vm(&self) -> VmFd {
        VmFd::without_file(self.vm.clone())
    }

    pub(crate) fn machine(&self) -> &Vm {
        &self.vm
    }

    /// The shared pages (`struct kvm_run`).
    pub fn run_page(&self) -> &RunPage {
        &self.vcpu.run
    }

    /// The dirty ring as a file, for a mapping that shares it.
    pub fn dirty_ring(&self) -> Option<&std::fs::File> {
        self.vcpu.ring.as_deref().map(Ring::file)
    }

    /// Slots and pages in them out of the dirty ring, which [`VmFd::reset_dirty_rings`] then has free; None for a VM without rings. For
    /// user space that does not map the ring: whoever does has a place of his own in it.
    pub fn dirty_log_ring_iter(&self) -> Option<impl Iterator<Item = (u32, u64)>> {
        let ring = self.vcpu.ring.clone()?;
        Some(std::iter::from_fn(move || ring.harvest()))
    }

    /// Makes a running or sleeping KVM_RUN return EINTR soon, as a signal to its thread does.
    pub fn kick(&self) {
        self.vcpu.run.set_immediate_exit(true);
        self.vcpu.signal.set(Attention::Kick);
    }

    /// Says that a signal has come for this thread, so that KVM_RUN of this vCPU here returns EINTR (a signal handler may call it),
    /// or takes that back. Others that want to run the same vCPU go on waiting, or running.
    pub fn set_interrupted(&self, on: bool) {
        INTERRUPTED.with(|interrupted| interrupted.store(on, Ordering::SeqCst));
        if on {
            self.vcpu.signal.set(Attention::Kick);
        }
    }

    /// KVM_SET_SIGNAL_MASK: the signals that stay blocked during KVM_RUN. Setting them is up to who runs the vCPU's thread.
    pub fn set_signal_mask(&self, mask: Option<u64>) {
        *lock(&self.vcpu.signal_mask) = mask;
    }

    /// What [`Self::set_signal_mask`] set last.
    pub fn signal_mask(&self) -> Option<u64> {
        *lock(&self.vcpu.signal_mask)
    }

    /// MPIDR_EL1 of the vCPU.
    pub fn mpidr(&self) -> u64 {
        self.vcpu.mpidr
    }

    /// Sends every event of this vCPU to `trace`. An addition of this shim.
    pub fn set_trace(&self, trace: Option<Box<dyn Trace>>) {
        let mut state = lock(&self.vcpu.state);
        state.cpu.trace = trace;
        // Generated code does not tell of everything.
        state.cpu.drop_code();
    }

    /// Instructions retired so far. An addition of this shim.
    pub fn retired(&self) -> u64 {
        lock(&self.vcpu.state).cpu.retired
    }

    /// What engine and hypervisor did so far, and how many instructions retired. An addition of this shim.
    pub fn statistics(&self) -> (EngineStats, ExitStats, u64) {
        let state = lock(&self.vcpu.state);
        let folded: u64 = state.cpu.folded_reads().map(|(_, count)| count).sum();
        let (sysreg, id_register) = (state.exits.sysreg + folded, state.exits.id_register + folded);
        (state.engine.stats(), ExitStats { sysreg, id_register, ..state.exits }, state.cpu.retired)
    }

    /// Rows that the interpreter's functions executed in place of generated code, the most frequent first: name, calls from
    /// generated code, steps between entries. An addition of this shim.
    pub fn interpreted_rows(&self) -> Vec<(&'static str, u64, u64)> {
        lock(&self.vcpu.state).cpu.interpreted_rows()
    }

    /// How often the guest read each ID register by a trapped MRS, by encoding. An addition of this shim.
    pub fn id_register_reads(&self) -> std::collections::BTreeMap<u16, u64> {
        let state = lock(&self.vcpu.state);
        let mut reads = std::collections::BTreeMap::new();
        for (encoding, count) in state.id_reads.iter().chain(state.cpu.folded_reads()) {
            *reads.entry(encoding).or_default() += count;
        }
        reads
    }

    /// KVM_RUN is to come back with [`VcpuExit::Watched`] after every HVC with this function in W0, whoever answers the call; the
    /// guest does not notice. An addition of this shim.
    pub fn watch_hypercall(&self, function: Option<u32>) {
        lock(&self.vcpu.state).watched_hypercall = function;
    }

    /// True when running it would do nothing: it is off, or its last cooperative run ended because the guest waits for an
    /// interrupt, or in WFIT or WFET for its time. CPU_ON from another vCPU ends the former at once.
    pub fn idle(&self) -> bool {
        let waits = |state: &VcpuState| {
            let event = state.cpu.timers.alarm.is_some_and(|alarm| alarm.events) && self.vcpu.signal.has(Attention::Event);
            state.idle && !event && !state.cpu.timers.alarm_due()
        };
        self.vcpu.power() != mp_state::RUNNABLE || waits(&lock(&self.vcpu.state))
    }

    /// Ticks until this vCPU's next timer can fire, or its WFIT or WFET ends.
    pub fn next_deadline(&self) -> Option<u64> {
        lock(&self.vcpu.state).cpu.timers.next_deadline()
    }

    /// True when an interrupt is pending at the vCPU, masked or not.
    pub fn interrupt_pending(&self) -> bool {
        lock(&self.vcpu.state).cpu.interrupt_pending()
    }
}
