//! What the lab watches while a guest runs, on all its vCPUs together: the features whose instructions it uses, the ID registers
//! it reads, exceptions for UNDEFINED instructions. Changes nothing in the run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use emu::cpu::{Exit, Vector};
use emu::insn::Insn;
use emu::trace::{Mmio, Trace};
use kvm::VcpuFd;
use sysregs::{Encoding, Feature, SysReg};

/// ESR_ELx.EC of an instruction that is UNDEFINED.
const EC_UNKNOWN: u64 = 0;

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Instructions executed, by the feature that they need.
    pub uses: BTreeMap<Feature, u64>,
    /// Reads of identification registers.
    pub reads: BTreeMap<SysReg, u64>,
    /// UNDEFINED instructions, by vCPU and address.
    pub undefined: BTreeMap<(usize, u64), u64>,
}

/// Shared with the tracers.
#[derive(Clone, Debug, Default)]
pub struct Observer(Arc<Mutex<Seen>>);

impl Observer {
    pub fn with<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Watches vCPUs; every instruction is looked at, which is slow.
    pub fn watch(&self, vcpus: &[VcpuFd]) {
        for (index, vcpu) in vcpus.iter().enumerate() {
            vcpu.set_trace(Some(Box::new(Tracer { seen: self.clone(), vcpu: index })));
        }
    }
}

struct Tracer {
    seen: Observer,
    vcpu: usize,
}

impl Trace for Tracer {
    fn wants_instructions(&self) -> bool {
        true
    }

    fn instruction(&mut self, _el: u8, _pc: u64, insn: &Insn) {
        let feature = insn.op.row().feature;
        if feature != Feature::Base {
            self.seen.with(|seen| *seen.uses.entry(feature).or_default() += 1);
        }
    }

    fn exception(&mut self, vector: Vector, return_address: u64, esr: u64, _far: u64) {
        if matches!(vector, Vector::Synchronous) && esr >> 26 == EC_UNKNOWN {
            self.seen.with(|seen| *seen.undefined.entry((self.vcpu, return_address)).or_default() += 1);
        }
    }

    fn system_register(&mut self, _pc: u64, encoding: u16, write: bool, _value: u64) {
        let named = SysReg::from_encoding(Encoding(encoding)).filter(|register| register.row().kind == sysregs::Kind::Id);
        if let (false, Some(register)) = (write, named) {
            self.seen.with(|seen| *seen.reads.entry(register).or_default() += 1);
        }
    }

    fn mmio(&mut self, _pc: u64, _access: &Mmio) {}

    fn exit(&mut self, _pc: u64, _exit: &Exit, _arguments: [u64; 4]) {}
}
