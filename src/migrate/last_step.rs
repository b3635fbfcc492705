//! What a machine does for one instruction: which vCPU executes it, where, and the exceptions on the way there. Steps nothing itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emu::cpu::{Exit, Vector};
use emu::insn::Insn;
use emu::trace::{Mmio, Trace};
use kvm::{VcpuFd, core_regs};

/// One step of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The vCPU.
    pub vcpu: usize,
    /// Where it was.
    pub pc: u64,
    /// The instruction there, if it can be read.
    pub word: Option<u32>,
    /// Exceptions that it took there, in order.
    pub exceptions: Vec<Taken>,
}

/// An exception to EL1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its kind.
    pub kind: TakenKind,
    /// ESR_EL1, which means something with a synchronous exception or an SError.
    pub esr: u64,
    /// The address that ELR_EL1 has.
    pub at: u64,
}

/// The kinds of exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenKind {
    /// By the instruction itself.
    Synchronous,
    /// IRQ or FIQ.
    Interrupt,
    /// SError.
    SError,
}

/// What was seen of one vCPU.
#[derive(Debug, Default)]
struct Seen {
    exceptions: Vec<Taken>,
    active: bool,
}

/// Watches all vCPUs of a machine in a pause.
pub struct LastStep {
    seen: Vec<Arc<Mutex<Seen>>>,
    before: Vec<(VcpuFd, u64, u64)>,
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LastStep {
    /// Begins; the vCPUs' tracers are replaced.
    pub fn watch(vcpus: &[VcpuFd]) -> LastStep {
        let mut watched = LastStep { seen: Vec::new(), before: Vec::new() };
        for vcpu in vcpus {
            let seen = Arc::new(Mutex::new(Seen::default()));
            vcpu.set_trace(Some(Box::new(Tracer(seen.clone()))));
            watched.seen.push(seen);
            let pc = vcpu.get_reg_u64(core_regs::PC).unwrap_or_default();
            watched.before.push((vcpu.clone(), pc, vcpu.statistics().2));
        }
        watched
    }

    /// The vCPU that has executed an instruction since, or that took an exception instead.
    pub fn seen(&self) -> Option<Step> {
        let retired = |(_, (vcpu, _, before)): &(usize, &(VcpuFd, u64, u64))| vcpu.statistics().2 > *before;
        let active = |(index, _): &(usize, &(VcpuFd, u64, u64))| self.seen.get(*index).is_some_and(|seen| lock(seen).active);
        let vcpus = || self.before.iter().enumerate();
        let (index, (vcpu, pc, _)) = vcpus().find(retired).or_else(|| vcpus().find(active))?;
        let mut bytes = [0; 4];
        let word = vcpu.read_virtual(*pc, &mut bytes).ok().map(|()| u32::from_le_bytes(bytes));
        let exceptions = self.seen.get(index).map(|seen| lock(seen).exceptions.clone()).unwrap_or_default();
        Some(Step { vcpu: index, pc: *pc, word, exceptions })
    }
}

struct Tracer(Arc<Mutex<Seen>>);

impl Trace for Tracer {
    fn wants_instructions(&self) -> bool {
        true
    }

    fn instruction(&mut self, _el: u8, _pc: u64, _insn: &Insn) {
        lock(&self.0).active = true;
    }

    fn exception(&mut self, vector: Vector, return_address: u64, esr: u64, _far: u64) {
        let kind = match vector {
            Vector::Synchronous => TakenKind::Synchronous,
            Vector::Irq | Vector::Fiq => TakenKind::Interrupt,
            Vector::SError => TakenKind::SError,
        };
        let mut seen = lock(&self.0);
        seen.active = true;
        seen.exceptions.push(Taken { kind, esr, at: return_address });
    }

    fn system_register(&mut self, _pc: u64, _encoding: u16, _write: bool, _value: u64) {}

    fn mmio(&mut self, _pc: u64, _access: &Mmio) {}

    fn exit(&mut self, _pc: u64, _exit: &Exit, _arguments: [u64; 4]) {}
}
