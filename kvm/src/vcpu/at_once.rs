//! Exits that are answered where they happen, without leaving the guest: hypercalls whose answer depends on the VM alone, accesses
//! to the frames of the interrupt controller and to devices that the VMM has given to the VM, trapped reads of ID registers. What
//! they give is what `run` would give; what is not here leaves for it.

use std::any::Any;
use std::sync::Arc;

use emu::cpu::{Cpu, Exit, Hypervisor, Pending, PublishedWord, Stage2Abort, SysRegTrap};
use sysregs::{Encoding, SysReg};

use super::id_view::IdView;
use super::mmio::{DataRules, TRANSLATION, TYPE, Transfer};
use super::ports::Port;
use super::smccc_filter::Action;
use super::{ExitStats, VcpuFd, VcpuState};
use crate::device::Frame;
use crate::mmio_bus::MmioBus;
use crate::vm::Vm;

/// One vCPU's answers.
pub(super) struct AtOnce {
    /// Only there while the vCPU runs: the VM owns its vCPUs.
    vm: Option<Arc<Vm>>,
    bus: Option<Arc<dyn MmioBus>>,
    index: usize,
    rules: DataRules,
    /// The page that was asked for last, the versions of the slots and ITSs then, and its port.
    recent: (u64, (u64, u64), u64),
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
            Pending::Exit(Exit::Hvc(_)) => self.hypercall(&mut cpu.x),
            Pending::Exit(Exit::Stage2(abort)) => self.device(cpu, &abort),
            Pending::Exit(Exit::SysReg(trap)) => self.read_register(cpu, &trap),
            _ => false,
        }
    }

    fn hypercall(&mut self, x: &mut [u64; 64]) -> bool {
        let Some(vm) = &self.vm else { return false };
        let function = x[0] as u32;
        if vm.is_workaround(function) {
            x[0] = super::hypercall::SUCCESS;
            self.exits.workaround += 1;
        } else {
            if vm.smccc_filter.action(function) != Action::Handle {
                return false;
            }
            let Some(results) = vm.standing_answer(function, x[1] as u32) else { return false };
            x[..4].copy_from_slice(&results);
        }
        self.exits.hypercall += 1;
        true
    }

    fn port(&mut self, address: u64) -> u64 {
        self.vm.as_ref().map_or(0, |vm| vm.port(address).to_word())
    }

    fn published(&mut self, port: u64, page: u64) -> Vec<PublishedWord> {
        match (Port::at(port, page), &self.bus) {
            (Port::Vmm, Some(bus)) => bus.published(page),
            (Port::Gic(Frame::Distributor(0)), _) => {
                let words = self.vm.as_ref().and_then(|vm| vm.vgic.get()).map(|vgic| vgic.published_words());
                let words = words.into_iter().flatten();
                words.map(|(offset, value)| PublishedWord { address: page + offset, value }).collect()
            }
            _ => Vec::new(),
        }
    }

    fn load(&mut self, port: u64, address: u64, size: u8) -> Option<u64> {
        let vm = self.vm.as_deref()?;
        let data = match Port::at(port, address) {
            Port::Vmm => self.bus.as_ref()?.read(address, 1 << size)?,
            Port::Gic(frame) => vm.vgic.get()?.mmio_read(self.index, frame, 1 << size),
            Port::Its => vm.device_access(self.index, address, 1 << size, None)?,
            Port::Nobody => return None,
        };
        self.exits.device_mmio += 1;
        Some(data)
    }

    fn store(&mut self, port: u64, address: u64, size: u8, value: u64) -> bool {
        let Some(vm) = self.vm.as_deref() else { return false };
        let done = match Port::at(port, address) {
            // Who listens for a write comes first.
            Port::Vmm => vm.io_bus.is_empty() && self.bus.as_ref().is_some_and(|bus| bus.write(address, 1 << size, value)),
            Port::Gic(frame) => vm.vgic.get().inspect(|vgic| vgic.mmio_write(self.index, frame, 1 << size, value)).is_some(),
            Port::Its => vm.device_access(self.index, address, 1 << size, Some(value)).is_some(),
            Port::Nobody => false,
        };
        self.exits.device_mmio += u64::from(done);
        done
    }
}

impl AtOnce {
    /// As `VcpuFd::handle_abort`.
    fn device(&mut self, cpu: &mut Cpu, abort: &Stage2Abort) -> bool {
        let plain = abort.status() & TYPE == TRANSLATION && abort.syndrome_valid() && !abort.fetch() && abort.load_store_type() == 0;
        if !plain || abort.table_walk() || abort.cache_maintenance() {
            return false;
        }
        let Some(port) = self.recent_port(abort.ipa) else { return false };
        let (transfer, size) = (Transfer::from(abort), abort.size().ilog2() as u8);
        if abort.write() {
            return self.store(port, abort.ipa, size, transfer.stored(cpu, self.rules));
        }
        let Some(data) = self.load(port, abort.ipa, size) else { return false };
        transfer.load(cpu, data, self.rules);
        true
    }

    /// The port of an address, for who does not remember it.
    fn recent_port(&mut self, address: u64) -> Option<u64> {
        let vm = self.vm.as_ref()?;
        let (page, versions) = (address >> 12, (vm.memory.version(), vm.its_version()));
        if (self.recent.0, self.recent.1) != (page, versions) {
            self.recent = (page, versions, vm.port(address).to_word());
        }
        Some(self.recent.2)
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
                recent: (u64::MAX, (0, 0), 0),
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
        let published = std::mem::take(&mut self.cpu.published_loads);
        let Some(answers) = self.answers() else { return };
        (answers.vm, answers.bus) = (None, None);
        let mut exits = std::mem::take(&mut answers.exits);
        exits.device_mmio += published;
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
