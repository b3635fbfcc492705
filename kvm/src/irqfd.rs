//! Interrupts by eventfd (KVM_IRQFD, virt/kvm/eventfd.c) and the table of their numbers (KVM_SET_GSI_ROUTING), pins of the GIC and
//! message-signalled interrupts. A resampling one is for a level: the guest's deactivation lowers it, and another eventfd
//! tells whoever may have a reason to raise it again. Keeps no level itself: the GIC does, and there is one for all sources.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use emu::gic::Gic;

use rustix::event::{PollFd, PollFlags, poll};

use crate::VmFd;
use crate::abi::Msi;
use crate::errno::{EAGAIN, EBUSY, EINVAL, EMFILE, Errno};
use crate::ioctl::{EventFd, UserSpace};
use crate::own_files::{out_of_the_way, unseen};
use crate::vm::{Vm, lock};

/// Flags of `struct kvm_irqfd`.
pub(crate) const DEASSIGN: u32 = 1;
const RESAMPLE: u32 = 2;

/// KVM_MAX_IRQ_ROUTES.
pub(crate) const ROUTES: u32 = 4096;
/// KVM_IRQCHIP_NUM_PINS: the shared peripheral interrupts.
const PINS: u32 = 1020 - FIRST_SPI;
const FIRST_SPI: u32 = 32;
/// KVM_ARM_IRQ_TYPE_SPI of KVM_IRQ_LINE.
const SPI: u32 = 1 << 24;

/// An entry of the table: KVM_IRQ_ROUTING_IRQCHIP or _MSI.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub gsi: u32,
    pub kind: u32,
    pub flags: u32,
    pub chip: u32,
    pub pin: u32,
    /// What a message is; without meaning for a pin.
    pub message: Msi,
}

/// What an eventfd does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Pin(u32),
    Message(Msi),
}

const TO_CHIP: u32 = 1;
const TO_MSI: u32 = 2;
/// KVM_MSI_VALID_DEVID.
const VALID_DEVID: u32 = 1;

/// Eventfds that belong to one VM, of all those of the process, by the kernel's numbers. Locked in [`unseen`] work alone, as nobody forks then.
static OWNED: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

/// One of them, as long as this lives (`add_wait_queue_priority_exclusive`).
struct Claim(u64);

impl Claim {
    fn new(event: &EventFd) -> Option<Claim> {
        let free = unseen(|| lock(&OWNED).insert(event.id));
        free.then(|| Claim(event.id))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        unseen(|| lock(&OWNED).remove(&self.0));
    }
}

struct Listener {
    event: EventFd,
    /// Where the kernel lets nobody else have it.
    _claim: Option<Claim>,
    gsi: u32,
    /// Signalled when the guest has deactivated the interrupt.
    resample: Option<EventFd>,
    /// Its thread shall end.
    ended: Arc<AtomicBool>,
    /// Wakes its thread. A byte and not the end of the stream, because a child of fork(2) has a copy of the socket: that must
    /// neither keep the thread alive nor end it.
    wake: UnixStream,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Without room there are bytes enough to wake it.
        let _ = self.wake.write(&[0]);
    }
}

/// A VM's eventfds for interrupts.
#[derive(Default)]
pub(crate) struct IrqFds {
    listeners: Mutex<Vec<Listener>>,
    /// How many of them resample: mostly none, and nobody has to ask.
    resampling: AtomicUsize,
    /// Whose pins they raise, once it is initialised.
    gic: Mutex<Weak<Gic>>,
    /// None: every number is its pin (`kvm_vgic_setup_default_irq_routing`).
    routes: Mutex<Option<Vec<Route>>>,
}

impl IrqFds {
    fn target(&self, gsi: u32) -> Option<Target> {
        match &*lock(&self.routes) {
            None => (gsi < PINS).then_some(Target::Pin(gsi)),
            Some(routes) => routes.iter().find(|route| route.gsi == gsi).map(|route| match route.kind {
                TO_MSI => Target::Message(route.message),
                _ => Target::Pin(route.pin),
            }),
        }
    }

    /// The number of a pin (`kvm_irq_map_chip_pin`): the last that leads to it.
    pub fn number(&self, pin: u32) -> Option<u32> {
        match &*lock(&self.routes) {
            None => (pin < PINS).then_some(pin),
            Some(routes) => routes.iter().rev().find(|route| route.kind == TO_CHIP && route.pin == pin).map(|route| route.gsi),
        }
    }

    /// The GIC is initialised, which puts the default routes in place of whatever there was (`vgic_init`).
    pub fn connect(&self, gic: &Arc<Gic>) {
        *lock(&self.routes) = None;
        *lock(&self.gic) = Arc::downgrade(gic);
    }

    /// `kvm_set_irq` with level 0, which means nothing to a message.
    fn lower(&self, gsi: u32) {
        let gic = lock(&self.gic).upgrade();
        if let (Some(Target::Pin(pin)), Some(gic)) = (self.target(gsi), gic) {
            // A number beyond the GIC's interrupts has no line.
            let _ = gic.set_line(None, pin + FIRST_SPI, false);
        }
    }

    /// The guest has deactivated a level-sensitive shared interrupt (`kvm_notify_acked_irq`, `irqfd_resampler_ack`): the line goes
    /// down once, then everybody who resamples it is told.
    pub fn deactivated(&self, intid: u32) {
        if self.resampling.load(Ordering::SeqCst) == 0 {
            return;
        }
        let Some(gsi) = intid.checked_sub(FIRST_SPI).and_then(|pin| self.number(pin)) else { return };
        let listeners = lock(&self.listeners);
        let waiting: Vec<&EventFd> = listeners.iter().filter(|one| one.gsi == gsi).filter_map(|one| one.resample.as_ref()).collect();
        if !waiting.is_empty() {
            self.lower(gsi);
        }
        waiting.into_iter().for_each(EventFd::signal);
    }

    /// `kvm_irqfd_deassign`
    fn deassign(&self, event: &EventFd, gsi: u32) {
        self.shut_down(|one| one.event.id == event.id && one.gsi == gsi);
    }

    /// The VM's file is closed (`kvm_irqfd_release`), whoever else keeps the VM.
    pub fn release(&self) {
        self.shut_down(|_| true);
    }

    /// Nobody listens.
    #[cfg(test)]
    pub fn is_silent(&self) -> bool {
        lock(&self.listeners).is_empty()
    }

    /// No more interrupts of some once this returns (`irqfd_shutdown`).
    fn shut_down(&self, ends: impl Fn(&Listener) -> bool) {
        let mut listeners = lock(&self.listeners);
        let (gone, kept) = std::mem::take(&mut *listeners).into_iter().partition(ends);
        *listeners = kept;
        let gone: Vec<Listener> = gone;
        let resampled: Vec<u32> = gone.iter().filter(|one| one.resample.is_some()).map(|one| one.gsi).collect();
        self.resampling.fetch_sub(resampled.len(), Ordering::SeqCst);
        // `irqfd_resampler_shutdown`: with the last of them the line goes down.
        for gsi in resampled {
            if !listeners.iter().any(|one| one.gsi == gsi && one.resample.is_some()) {
                self.lower(gsi);
            }
        }
    }

    /// `kvm_set_irq_routing`
    pub fn set_routes(&self, routes: Vec<Route>) -> Result<(), Errno> {
        for (index, route) in routes.iter().enumerate() {
            let flags = if route.kind == TO_MSI { VALID_DEVID } else { 0 };
            let reachable = match route.kind {
                TO_CHIP => route.chip == 0 && route.pin < PINS,
                TO_MSI => true,
                _ => false,
            };
            // There is one chip, so no number may occur twice.
            let again = routes.iter().take(index).any(|other| other.gsi == route.gsi);
            if route.flags & !flags != 0 || route.gsi >= ROUTES || !reachable || again {
                return Err(EINVAL);
            }
        }
        *lock(&self.routes) = Some(routes);
        Ok(())
    }
}

/// `struct kvm_irqfd`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IrqFdRequest {
    pub fd: i32,
    pub gsi: u32,
    pub flags: u32,
    /// With KVM_IRQFD_FLAG_RESAMPLE.
    pub resample_fd: i32,
}

impl VmFd {
    /// KVM_IRQFD (`kvm_irqfd`), with the eventfds that `user` has.
    pub(crate) fn irqfd(&self, request: &IrqFdRequest, user: &mut dyn UserSpace) -> Result<(), Errno> {
        let &IrqFdRequest { fd, gsi, flags, resample_fd } = request;
        let irqfds = &self.vm.irqfds;
        if flags & !(DEASSIGN | RESAMPLE) != 0 {
            return Err(EINVAL);
        }
        if flags & DEASSIGN != 0 {
            irqfds.deassign(&user.event_fd(fd)?, gsi);
            return Ok(());
        }
        if !self.vm.vgic.get().is_some_and(|vgic| vgic.initialised()) {
            return Err(EAGAIN);
        }
        let event = user.event_fd(fd)?;
        let resample = if flags & RESAMPLE != 0 { Some(user.event_fd(resample_fd)?) } else { None };
        let mut listeners = lock(&irqfds.listeners);
        if listeners.iter().any(|listener| listener.event.id == event.id) {
            return Err(EBUSY);
        }
        let exclusive = self.vm.host.personality.traits().irqfd_exclusive;
        let claim = if exclusive { Some(Claim::new(&event).ok_or(EBUSY)?) } else { None };
        let (wake, woken) = wires().map_err(|error| error.raw_os_error().map_or(EMFILE, Errno))?;
        let ended = Arc::new(AtomicBool::new(false));
        let (vm, heard, end) = (Arc::downgrade(&self.vm), event.clone(), ended.clone());
        user.spawn(Box::new(move || listen(&vm, &heard, gsi, &woken, &end)))?;
        irqfds.resampling.fetch_add(usize::from(resample.is_some()), Ordering::SeqCst);
        listeners.push(Listener { event, _claim: claim, gsi, resample, ended, wake });
        Ok(())
    }
}

/// Where a thread is woken, and where it listens.
fn wires() -> std::io::Result<(UnixStream, UnixStream)> {
    let aside = |end: UnixStream| UnixStream::from(out_of_the_way(end.into()));
    unseen(|| UnixStream::pair().map(|(wake, woken)| (aside(wake), aside(woken))))
}

/// Raises the interrupt whenever the eventfd is signalled (`irqfd_inject`).
fn listen(vm: &Weak<Vm>, event: &EventFd, gsi: u32, mut woken: &UnixStream, ended: &AtomicBool) {
    loop {
        let mut ready = [PollFd::new(&*event.file, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        let polled = poll(&mut ready, None);
        let [heard, called] = ready.map(|fd| !fd.revents().is_empty());
        if ended.load(Ordering::SeqCst) || polled.is_err_and(|error| error != rustix::io::Errno::INTR) {
            return;
        }
        if called && woken.read(&mut [0; 16]).is_err() {
            return;
        }
        if !heard || (&*event.file).read(&mut [0; 8]).is_err() {
            continue;
        }
        let Some(vm) = vm.upgrade() else { return };
        let vm = VmFd::without_file(vm);
        // Who ends the listener waits for an interrupt that is on its way.
        let _listeners = lock(&vm.vm.irqfds.listeners);
        // The read waits if somebody else has been quicker, so the end may have come meanwhile.
        if ended.load(Ordering::SeqCst) {
            continue;
        }
        let target = vm.vm.irqfds.target(gsi);
        let sent = match target {
            // `kvm_arch_set_irq_inatomic` raises the line, and lowers it never: that is for KVM_IRQ_LINE.
            Some(Target::Pin(pin)) => vm.set_irq_line(SPI | (pin + FIRST_SPI), true),
            Some(Target::Message(message)) => vm.signal_msi(&message).map(|_| ()),
            None => Ok(()),
        };
        if let Err(errno) = sent {
            tracing::warn!(gsi, %errno, "an interrupt by eventfd is lost");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(gsi: u32, pin: u32) -> Route {
        Route { gsi, kind: TO_CHIP, flags: 0, chip: 0, pin, message: Msi::default() }
    }

    #[test]
    fn routes_replace_the_identity() {
        let table = IrqFds::default();
        let pin = |gsi| table.target(gsi).map(|target| if let Target::Pin(pin) = target { pin } else { u32::MAX });
        assert_eq!((pin(0), pin(987), pin(988)), (Some(0), Some(987), None));
        let message = Msi { address: 0x0808_0040, data: 3, flags: VALID_DEVID, devid: 8 };
        table.set_routes(vec![route(5, 7), Route { kind: TO_MSI, flags: VALID_DEVID, message, ..route(6, 0) }]).expect("good");
        assert_eq!((pin(5), table.target(6), pin(7)), (Some(7), Some(Target::Message(message)), None));
        for bad in [
            vec![route(4096, 0)],
            vec![route(0, 988)],
            vec![route(1, 1), route(1, 2)],
            vec![Route { chip: 1, ..route(0, 0) }],
            vec![Route { flags: 1, ..route(0, 0) }],
            vec![Route { kind: 3, ..route(0, 0) }],
        ] {
            assert_eq!(table.set_routes(bad.clone()), Err(EINVAL), "{bad:?}");
        }
        assert_eq!(pin(5), Some(7), "a refused table changes nothing");
        table.set_routes(Vec::new()).expect("empty");
        assert_eq!(pin(5), None);
    }
}
