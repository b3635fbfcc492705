//! What the lab watches while a guest runs: the marker, the features whose instructions it uses, exceptions for UNDEFINED ones.
//! Changes nothing in the run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use emu::cpu::{Exit, Vector};
use emu::insn::Insn;
use emu::trace::{Mmio, Trace};
use kvm::VcpuFd;
use sysregs::Feature;

use super::guest::MARKER;

/// ESR_ELx.EC of an instruction that is UNDEFINED.
const EC_UNKNOWN: u64 = 0;

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Instructions executed, by the feature that they need.
    pub uses: BTreeMap<Feature, u64>,
    /// Addresses of UNDEFINED instructions, with how often.
    pub undefined: BTreeMap<u64, u64>,
    /// The marker was called.
    pub marked: bool,
}

/// Shared with the tracer.
#[derive(Clone, Debug, Default)]
pub struct Observer(Arc<Mutex<Seen>>);

impl Observer {
    pub fn with<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Watches a vCPU until [`VcpuFd::set_trace`] takes the tracer away; `counting` looks at every instruction, which is slow.
    pub fn watch(&self, vcpu: &VcpuFd, counting: bool) {
        vcpu.set_trace(Some(Box::new(Tracer { seen: self.clone(), vcpu: vcpu.clone(), counting })));
    }
}

struct Tracer {
    seen: Observer,
    vcpu: VcpuFd,
    counting: bool,
}

impl Trace for Tracer {
    fn wants_instructions(&self) -> bool {
        self.counting
    }

    fn instruction(&mut self, _el: u8, _pc: u64, insn: &Insn) {
        let feature = insn.op.row().feature;
        if feature != Feature::Base {
            self.seen.with(|seen| *seen.uses.entry(feature).or_default() += 1);
        }
    }

    fn exception(&mut self, _vector: Vector, return_address: u64, esr: u64, _far: u64) {
        if esr >> 26 == EC_UNKNOWN {
            self.seen.with(|seen| *seen.undefined.entry(return_address).or_default() += 1);
        }
    }

    fn system_register(&mut self, _pc: u64, _encoding: u16, _write: bool, _value: u64) {}

    fn mmio(&mut self, _pc: u64, _access: &Mmio) {}

    fn exit(&mut self, _pc: u64, exit: &Exit, arguments: [u64; 4]) {
        if matches!(exit, Exit::Hvc(_)) && arguments.first() == Some(&MARKER) {
            self.seen.with(|seen| seen.marked = true);
            self.vcpu.kick();
        }
    }
}
