//! Exits that are answered where they happen, without leaving the guest: hypercalls whose answer depends on the VM alone, accesses
//! to the frames of the interrupt controller and to devices that the VMM has given to the VM, trapped reads of ID registers. What
//! they give is what `run` would give; what is not here leaves for it.

use std::any::Any;
use std::sync::Arc;

use emu::cpu::{Cpu, Exit, Hypervisor, Pending, Stage2Abort, SysRegTrap};
use sysregs::{Encoding, SysReg};

use super::id_view::IdView;
use super::mmio::{DataRules, TRANSLATION, TYPE, Transfer};
use super::smccc_filter::Action;
use super::{ExitStats, VcpuFd, VcpuState};
use crate::mmio_bus::MmioBus;
use crate::vm::Vm;

/// One vCPU's answers.
pub(super) struct AtOnce {
    /// Only there while the vCPU runs: the VM owns its vCPUs.
    vm: Option<Arc<Vm>>,
    bus: Option<Arc<dyn MmioBus>>,
    index: usize,
    rules: DataRules,
    /// The page where no slot was found last, and the version of the slots then.
    no_slot: (u64, u64),
    view: IdView,
    exits: ExitStats,
    id_reads: IdReads,
}

/// How often ID registers were read by a trapped MRS, by encoding.
#[derive(Clone, Debug, Default)]
pub(super) struct IdReads(Vec<(u16, u64)>);

impl IdReads {
    pub fn add(&mut self, encoding: u16, reads: u64) {
        match self.0.iter_mut().find(|(register, _)| *register == encoding) {
            Some((_, count)) => *count += reads,
            None => self.0.push((encoding, reads)),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> {
        self.0.iter().copied()
    }
}

impl Hypervisor for AtOnce {
    fn answer(&mut self, cpu: &mut Cpu) -> bool {
        match cpu.pending {
            Pending::Exit(Exit::Hvc(_)) => self.hypercall(cpu),
            Pending::Exit(Exit::Stage2(abort)) => self.device(cpu, &abort),
            Pending::Exit(Exit::SysReg(trap)) => self.read_register(cpu, &trap),
            _ => false,
        }
    }
}

impl AtOnce {
    fn hypercall(&mut self, cpu: &mut Cpu) -> bool {
        let Some(vm) = &self.vm else { return false };
        let function = cpu.x[0] as u32;
        if vm.is_workaround(function) {
            cpu.x[0] = super::hypercall::SUCCESS;
        } else {
            if vm.smccc_filter.action(function) != Action::Handle {
                return false;
            }
            let Some(results) = vm.standing_answer(function, cpu.x[1] as u32) else { return false };
            cpu.x[..4].copy_from_slice(&results);
        }
        self.exits.hypercall += 1;
        true
    }

    /// As `VcpuFd::handle_abort`, in that order.
    fn device(&mut self, cpu: &mut Cpu, abort: &Stage2Abort) -> bool {
        let Some(vm) = &self.vm else { return false };
        let plain = abort.status() & TYPE == TRANSLATION && abort.syndrome_valid() && !abort.fetch();
        let page = (abort.ipa >> 12, vm.memory.version());
        if self.no_slot != page {
            if vm.memory.is_slot(abort.ipa) {
                return false;
            }
            self.no_slot = page;
        }
        if !plain || abort.table_walk() || abort.cache_maintenance() || abort.ipa >> vm.ipa_bits != 0 {
            return false;
        }
        let transfer = Transfer::from(abort);
        let stored = abort.write().then(|| transfer.stored(cpu, self.rules));
        let data = match vm.device_access(self.index, abort.ipa, abort.size() as u8, stored) {
            Some(data) => data,
            None => {
                let Some(bus) = &self.bus else { return false };
                // Who listens for a write comes first.
                if stored.is_some() && !vm.io_bus.is_empty() {
                    return false;
                }
                let Some(data) = access_bus(&**bus, abort, stored) else { return false };
                data
            }
        };
        if stored.is_none() {
            transfer.load(cpu, data, self.rules);
        }
        self.exits.device_mmio += 1;
        true
    }

    fn read_register(&mut self, cpu: &mut Cpu, trap: &SysRegTrap) -> bool {
        if !trap.read {
            return false;
        }
        let encoding = Encoding(trap.encoding);
        let value = match self.view.read(encoding, &cpu.config.ids) {
            None if encoding == SysReg::CCSIDR_EL1.encoding() => self.view.ccsidr(cpu.sys(SysReg::CSSELR_EL1)),
            value => value,
        };
        let Some(value) = value else { return false };
        cpu.set_r(trap.rt, value);
        self.exits.sysreg += 1;
        self.exits.id_register += 1;
        self.id_reads.add(trap.encoding, 1);
        true
    }
}

fn access_bus(bus: &dyn MmioBus, abort: &Stage2Abort, stored: Option<u64>) -> Option<u64> {
    match stored {
        Some(value) => bus.write(abort.ipa, abort.size(), value).then_some(0),
        None => bus.read(abort.ipa, abort.size()),
    }
}

impl VcpuFd {
    /// Begins to answer at once, where nobody wants to see each exit and nothing depends on the exact count of instructions.
    pub(super) fn begin_answers(&self, state: &mut VcpuState) {
        if state.cpu.trace.is_some() || state.watched_hypercall.is_some() || self.vm.clock.is_virtual() {
            state.cpu.hypervisor = None;
            return;
        }
        if state.cpu.hypervisor.is_none() {
            state.cpu.hypervisor = Some(Box::new(AtOnce {
                vm: None,
                bus: None,
                index: self.vcpu.index,
                rules: self.data_rules(),
                no_slot: (u64::MAX, 0),
                view: state.view.clone(),
                exits: ExitStats::default(),
                id_reads: IdReads::default(),
            }));
        }
        if let Some(answers) = state.answers() {
            answers.vm = Some(self.vm.clone());
            answers.bus = self.vm.mmio_bus.current();
        }
    }
}

impl VcpuState {
    fn answers(&mut self) -> Option<&mut AtOnce> {
        let hypervisor: &mut dyn Any = &mut **self.cpu.hypervisor.as_mut()?;
        hypervisor.downcast_mut()
    }

    /// Ends what [`VcpuFd::begin_answers`] began, and counts what was answered.
    pub(super) fn end_answers(&mut self) {
        let Some(answers) = self.answers() else { return };
        (answers.vm, answers.bus) = (None, None);
        let exits = std::mem::take(&mut answers.exits);
        let reads = std::mem::take(&mut answers.id_reads);
        self.trapped |= exits != ExitStats::default();
        self.exits += exits;
        for (encoding, count) in reads.iter() {
            self.id_reads.add(encoding, count);
        }
    }

    /// What the guest reads has changed.
    pub(super) fn forget_answers(&mut self) {
        self.end_answers();
        self.cpu.hypervisor = None;
    }
}
