//! Interrupts by eventfd for a level: lowered and told of when the guest deactivates the interrupt, on both GICs. The guest is
//! played by register accesses.

use std::fs::File;
use std::sync::Arc;

use emu::gic::{Gic, icc};
use rustix::event::{EventfdFlags, eventfd};
use rustix::io::{read, write};

use super::super::Device;
use super::{gic, vcpus, vm};
use crate::abi::MemoryRegion;
use crate::errno::{EAGAIN, EBADF, EBUSY, EFAULT, EINVAL, Errno};
use crate::ioctl::{EventFd, KvmFile, UserSpace};
use crate::irqfd::{IrqFdRequest, Route};
use crate::{DeviceFd, VcpuFd, VmFd};

const DEASSIGN: u32 = 1;
const RESAMPLE: u32 = 2;
/// Nothing is pending.
const SPURIOUS: u64 = 1023;

/// A program's eventfds by number.
#[derive(Default)]
struct Events(Vec<EventFd>);

impl Events {
    fn add(&mut self) -> i32 {
        let file = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).expect("an eventfd");
        self.0.push(EventFd::new(File::from(file)).expect("an eventfd"));
        self.0.len() as i32 - 1
    }

    fn signal(&self, fd: i32) {
        write(&*self.0[fd as usize].file, &1u64.to_ne_bytes()).expect("room");
    }

    /// How often it was signalled.
    fn count(&self, fd: i32) -> u64 {
        let mut count = [0; 8];
        let read = read(&*self.0[fd as usize].file, &mut count);
        read.map_or(0, |_| u64::from_ne_bytes(count))
    }
}

impl UserSpace for Events {
    fn copy_in(&mut self, _: u64, _: &mut [u8]) -> Result<(), Errno> {
        Err(EFAULT)
    }

    fn copy_out(&mut self, _: u64, _: &[u8]) -> Result<(), Errno> {
        Err(EFAULT)
    }

    fn install(&mut self, _: KvmFile) -> Result<i32, Errno> {
        Err(EINVAL)
    }

    fn event_fd(&mut self, fd: i32) -> Result<EventFd, Errno> {
        self.0.get(fd as usize).cloned().ok_or(EBADF)
    }

    fn set_memory_region(&mut self, _: &VmFd, _: &MemoryRegion) -> Result<(), Errno> {
        Err(EINVAL)
    }
}

/// A VM with one vCPU, whose guest has enabled the interrupts 40 to 43 (pins 8 to 11); 43 is an edge.
struct Machine {
    vm: VmFd,
    events: Events,
    gic: Arc<Gic>,
    v2: bool,
    _kept: (Vec<VcpuFd>, DeviceFd),
}

impl Machine {
    fn new(v2: bool) -> Machine {
        let vm = vm("6.12");
        let vcpus = vcpus(&vm, 1);
        let device = gic(&vm, v2);
        let Device::Vgic(vgic) = &device.device else { panic!("a GIC") };
        let gic = vgic.emulated().expect("initialised");
        let mut machine = Machine { vm, events: Events::default(), gic, v2, _kept: (vcpus, device) };
        machine.boot();
        machine
    }

    fn boot(&mut self) {
        let dist = |offset, value| self.gic.dist_write(0, offset, 4, value);
        dist(0xc08, 2 << 22);
        dist(0x104, 0xf00);
        if self.v2 {
            dist(0x828, 0x0101_0101);
            dist(0, 1);
            self.gic.cpuif_write(0, 4, 4, 0xff);
            self.gic.cpuif_write(0, 0, 4, 1);
        } else {
            dist(0x84, 0xf00);
            dist(0, 0x12);
            for (register, value) in [(icc::PMR, 0xff), (icc::IGRPEN1, 1)] {
                self.gic.sysreg_write(0, register, value).expect("a register");
            }
        }
    }

    /// The end of an interrupt and its deactivation are two writes.
    fn split(&self) {
        if self.v2 {
            self.gic.cpuif_write(0, 0, 4, 1 | 1 << 9);
        } else {
            self.gic.sysreg_write(0, icc::CTLR, 2).expect("a register");
        }
    }

    fn acknowledge(&self) -> u64 {
        if self.v2 { self.gic.cpuif_read(0, 0xc, 4) } else { self.gic.sysreg_read(0, icc::IAR1).expect("a register") }
    }

    /// Waits for an interrupt, which comes from another thread.
    fn wait(&self) -> u64 {
        loop {
            match self.acknowledge() {
                SPURIOUS => std::thread::yield_now(),
                interrupt => return interrupt,
            }
        }
    }

    /// Waits until an interrupt is pending, without taking it.
    fn wait_pending(&self, interrupt: u32) {
        while self.gic.dist_read(0, 0x204, 4) >> (interrupt - 32) & 1 == 0 {
            std::thread::yield_now();
        }
    }

    fn end(&self, interrupt: u64) {
        if self.v2 {
            self.gic.cpuif_write(0, 0x10, 4, interrupt);
        } else {
            self.gic.sysreg_write(0, icc::EOIR1, interrupt).expect("a register");
        }
    }

    fn deactivate(&self, interrupt: u64) {
        if self.v2 {
            self.gic.cpuif_write(0, 0x1000, 4, interrupt);
        } else {
            self.gic.sysreg_write(0, icc::DIR, interrupt).expect("a register");
        }
    }

    fn irqfd(&mut self, fd: i32, gsi: u32, flags: u32, resample_fd: i32) -> Result<(), Errno> {
        self.vm.irqfd(&IrqFdRequest { fd, gsi, flags, resample_fd }, &mut self.events)
    }

    /// A trigger and its resampling eventfd.
    fn resampled(&mut self, gsi: u32) -> (i32, i32) {
        let (trigger, resample) = (self.events.add(), self.events.add());
        assert_eq!(self.irqfd(trigger, gsi, RESAMPLE, resample), Ok(()));
        (trigger, resample)
    }
}

#[test]
fn a_deactivation_lowers_the_line_and_tells_everybody_at_it() {
    for v2 in [false, true] {
        let mut m = Machine::new(v2);
        let [(one, one_told), (two, two_told), (other, other_told)] = [8, 8, 9].map(|gsi| m.resampled(gsi));
        let told = |m: &Machine| [one_told, two_told, other_told].map(|fd| m.events.count(fd));
        for (trigger, interrupt, expected) in [(one, 40, [1, 1, 0]), (other, 41, [0, 0, 1]), (two, 40, [1, 1, 0])] {
            m.events.signal(trigger);
            assert_eq!(m.wait(), interrupt, "GICv2 {v2}");
            assert_eq!((m.acknowledge(), told(&m)), (SPURIOUS, [0; 3]), "active, and not ended");
            m.end(interrupt);
            assert_eq!((told(&m), m.acknowledge()), (expected, SPURIOUS), "GICv2 {v2}");
        }
        m.split();
        m.events.signal(one);
        let interrupt = m.wait();
        m.end(interrupt);
        assert_eq!((told(&m), m.acknowledge()), ([0; 3], SPURIOUS), "ended, but active");
        m.deactivate(interrupt);
        assert_eq!((told(&m), m.acknowledge()), ([1, 1, 0], SPURIOUS));
    }
}

#[test]
fn what_does_not_resample_stays_up_and_an_edge_is_nobodys_business() {
    for v2 in [false, true] {
        let mut m = Machine::new(v2);
        let plain = m.events.add();
        assert_eq!(m.irqfd(plain, 8, 0, -1), Ok(()));
        let (edge, edge_told) = m.resampled(11);
        m.events.signal(plain);
        for _ in 0..2 {
            assert_eq!(m.wait(), 40);
            m.end(40);
        }
        m.vm.set_irq_line(1 << 24 | 40, false).expect("a line");
        m.events.signal(edge);
        assert_eq!(m.wait(), 43);
        m.end(43);
        assert_eq!((m.events.count(edge_told), m.acknowledge()), (0, SPURIOUS));
    }
}

#[test]
fn the_last_that_resamples_takes_the_line_with_it() {
    let mut m = Machine::new(false);
    let [(one, one_told), (two, two_told)] = [8, 8].map(|gsi| m.resampled(gsi));
    m.events.signal(one);
    m.wait_pending(40);
    assert_eq!(m.irqfd(one, 9, DEASSIGN, -1), Ok(()), "no such one");
    assert_eq!(m.irqfd(one, 8, DEASSIGN | RESAMPLE, -1), Ok(()));
    assert_eq!(m.wait(), 40, "the other is still there");
    m.end(40);
    assert_eq!([one_told, two_told].map(|fd| m.events.count(fd)), [0, 1]);
    m.events.signal(two);
    m.wait_pending(40);
    assert_eq!(m.irqfd(two, 8, DEASSIGN, -1), Ok(()));
    assert_eq!(m.acknowledge(), SPURIOUS);
    // Free for another one.
    assert_eq!(m.irqfd(one, 10, RESAMPLE, one_told), Ok(()));
    m.events.signal(one);
    assert_eq!(m.wait(), 42);
    m.end(42);
    assert_eq!(m.events.count(one_told), 1);
}

#[test]
fn the_table_of_numbers_leads_there_and_back() {
    let mut m = Machine::new(false);
    let route = |gsi, pin| Route { gsi, kind: 1, flags: 0, chip: 0, pin, message: crate::abi::Msi::default() };
    m.vm.vm.irqfds.set_routes(vec![route(100, 9), route(8, 10)]).expect("good");
    let [(one, one_told), (two, two_told)] = [100, 8].map(|gsi| m.resampled(gsi));
    for (trigger, interrupt, expected) in [(one, 41, [1, 0]), (two, 42, [0, 1])] {
        m.events.signal(trigger);
        assert_eq!(m.wait(), interrupt);
        m.end(interrupt);
        assert_eq!(([one_told, two_told].map(|fd| m.events.count(fd)), m.acknowledge()), (expected, SPURIOUS));
    }
}

/// `vgic_init` makes the default table, whatever there was.
#[test]
fn a_gic_begins_with_the_default_table() {
    let vm = vm("6.12");
    let _vcpus = vcpus(&vm, 1);
    let route = Route { gsi: 5, kind: 1, flags: 0, chip: 0, pin: 7, message: crate::abi::Msi::default() };
    vm.vm.irqfds.set_routes(vec![route]).expect("good");
    assert_eq!((vm.vm.irqfds.number(7), vm.vm.irqfds.number(8)), (Some(5), None));
    let _gic = gic(&vm, false);
    assert_eq!((vm.vm.irqfds.number(7), vm.vm.irqfds.number(8)), (Some(7), Some(8)));
}

/// An eventfd of one VM is another's, too, until 6.17 (`kvm_irqfd_register`); there once it is free.
#[test]
fn vms_that_share_an_eventfd() {
    for (kernel, second) in [("6.14", Ok(())), ("6.17", Err(EBUSY)), ("7.3", Err(EBUSY))] {
        let (one, two) = (vm(kernel), vm(kernel));
        let (_vcpu, other_vcpu) = (vcpus(&one, 1), vcpus(&two, 1));
        let (_gic, other_gic) = (gic(&one, false), gic(&two, false));
        let mut events = Events::default();
        let fd = events.add();
        let assign = IrqFdRequest { fd, gsi: 8, flags: 0, resample_fd: -1 };
        let deassign = IrqFdRequest { flags: DEASSIGN, ..assign };
        assert_eq!(one.irqfd(&assign, &mut events), Ok(()), "{kernel}");
        assert_eq!(two.irqfd(&assign, &mut events), second, "{kernel}");
        assert_eq!(two.irqfd(&deassign, &mut events), Ok(()), "{kernel}");
        assert_eq!(one.irqfd(&assign, &mut events), Err(EBUSY), "{kernel}");
        assert_eq!(one.irqfd(&deassign, &mut events), Ok(()), "{kernel}");
        assert_eq!(two.irqfd(&assign, &mut events), Ok(()), "{kernel}");
        drop(two);
        assert_eq!(one.irqfd(&assign, &mut events), Ok(()), "{kernel}");
        drop((other_vcpu, other_gic));
    }
}

/// `kvm_vm_release`: the VM's own file is closed, and a vCPU's, a device's or nobody's keeps the VM. A duplicate keeps the file, what a vCPU
/// says its VM is does not.
#[test]
fn a_vm_without_its_file_has_no_eventfds() {
    for (duplicated, of_a_vcpu) in [(false, false), (false, true), (true, false)] {
        let mut m = Machine::new(false);
        let [plain, level, level_told] = [0; 3].map(|_| m.events.add());
        assert_eq!(m.irqfd(plain, 11, 0, -1), Ok(()));
        assert_eq!(m.irqfd(level, 8, RESAMPLE, level_told), Ok(()));
        m.events.signal(level);
        m.wait_pending(40);
        let kept = if of_a_vcpu { Some(m._kept.0[0].vm()) } else { duplicated.then(|| m.vm.clone()) };
        let Machine { vm, events, gic, v2, _kept } = m;
        drop(vm);
        let m = Machine { vm: _kept.0[0].vm(), events, gic, v2, _kept };
        if duplicated {
            assert_eq!(m.wait(), 40);
            m.end(40);
            assert_eq!(m.events.count(level_told), 1);
            drop(kept);
        }
        assert_eq!(m.acknowledge(), SPURIOUS, "{duplicated} {of_a_vcpu}: the line went down");
        m.events.signal(plain);
        m.events.signal(level);
        assert!(m.vm.vm.irqfds.is_silent());
        assert_eq!((m.acknowledge(), m.events.count(plain), m.events.count(level)), (SPURIOUS, 1, 1), "nobody listens");
    }
}

#[test]
fn errnos() {
    let early = vm("6.12");
    let mut events = Events::default();
    let fd = events.add();
    let request = IrqFdRequest { fd, gsi: 8, flags: RESAMPLE, resample_fd: fd };
    assert_eq!(early.irqfd(&request, &mut events), Err(EAGAIN), "without a GIC");
    let mut m = Machine::new(false);
    let [one, two, told] = [0; 3].map(|_| m.events.add());
    assert_eq!(m.irqfd(one, 8, 4, told), Err(EINVAL));
    assert_eq!(m.irqfd(99, 8, RESAMPLE, 99), Err(EBADF));
    assert_eq!(m.irqfd(one, 8, RESAMPLE, 99), Err(EBADF));
    assert_eq!(m.irqfd(one, 8, RESAMPLE, told), Ok(()));
    assert_eq!(m.irqfd(one, 9, RESAMPLE, told), Err(EBUSY), "one interrupt for an eventfd");
    assert_eq!(m.irqfd(two, 8, RESAMPLE, told), Ok(()), "which may be told of several");
    assert_eq!(m.irqfd(99, 8, DEASSIGN, -1), Err(EBADF));
    m.events.signal(two);
    let interrupt = m.wait();
    m.end(interrupt);
    assert_eq!((interrupt, m.events.count(told)), (40, 2));
}
