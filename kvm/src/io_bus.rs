//! What KVM itself does with a guest's MMIO write instead of leaving to user space: an eventfd is signalled (ioeventfd), or the
//! write waits in a ring (coalesced MMIO). Knows no in-kernel device: those have been asked before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::abi::RunPage;
use crate::errno::{EEXIST, EINVAL, ENOENT, ENOSPC, Errno};
use crate::ioctl::EventFd;
use crate::vm::lock;

/// NR_IOBUS_DEVS: zones of one bus. Eventfds do not count.
const DEVICES: usize = 1000;

/// Flags of `struct kvm_ioeventfd`.
const DATAMATCH: u32 = 1;
const PIO: u32 = 2;
pub(crate) const DEASSIGN: u32 = 4;
const VIRTIO_CCW_NOTIFY: u32 = 8;
const KNOWN: u32 = 0xf;

/// What `struct kvm_ioeventfd` asks for, its eventfd apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IoEventRequest {
    pub datamatch: u64,
    pub address: u64,
    pub length: u32,
    pub flags: u32,
}

/// `enum kvm_bus`; an arm64 guest reaches the first alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bus {
    Mmio,
    Pio,
    VirtioCcw,
}

/// Where an eventfd listens.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    bus: Bus,
    address: u64,
    /// 0 is any.
    length: u32,
    /// None is any.
    data: Option<u64>,
}

impl From<&IoEventRequest> for Place {
    fn from(request: &IoEventRequest) -> Place {
        let data = (request.flags & DATAMATCH != 0).then_some(request.datamatch);
        // `ioeventfd_bus_from_flags`
        let bus = match request.flags {
            flags if flags & PIO != 0 => Bus::Pio,
            flags if flags & VIRTIO_CCW_NOTIFY != 0 => Bus::VirtioCcw,
            _ => Bus::Mmio,
        };
        Place { bus, address: request.address, length: request.length, data }
    }
}

impl Place {
    /// `ioeventfd_check_collision`
    fn collides(&self, other: &Place) -> bool {
        let same_access = self.length == other.length && (self.data.is_none() || other.data.is_none() || self.data == other.data);
        self.bus == other.bus && self.address == other.address && (self.length == 0 || other.length == 0 || same_access)
    }

    /// `ioeventfd_in_range`
    fn hit_by(&self, address: u64, length: u32, data: u64) -> bool {
        let same_access = self.length == length && self.data.is_none_or(|wanted| wanted == data);
        self.bus == Bus::Mmio && self.address == address && (self.length == 0 || same_access)
    }
}

/// A range whose writes may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub address: u64,
    pub size: u32,
    pub pio: u32,
}

#[derive(Default)]
struct Listeners {
    events: Vec<(Place, EventFd)>,
    zones: Vec<Zone>,
}

/// Who listens to a VM's MMIO writes.
#[derive(Default)]
pub(crate) struct IoBus {
    listeners: Mutex<Listeners>,
    /// Somebody has listened: most VMs never have one, and their writes need not lock.
    used: AtomicBool,
}

impl IoBus {
    fn lock(&self) -> MutexGuard<'_, Listeners> {
        lock(&self.listeners)
    }

    /// The checks of `kvm_assign_ioeventfd`, before it looks at the file descriptor.
    pub fn check(request: &IoEventRequest) -> Result<(), Errno> {
        let IoEventRequest { address, length, flags, .. } = *request;
        let bad_length = !matches!(length, 0 | 1 | 2 | 4 | 8) || address.checked_add(length.into()).is_none();
        if bad_length || flags & !KNOWN != 0 || (length == 0 && flags & DATAMATCH != 0) { Err(EINVAL) } else { Ok(()) }
    }

    /// `kvm_assign_ioeventfd_idx`
    pub fn assign(&self, request: &IoEventRequest, event: EventFd) -> Result<(), Errno> {
        let place = Place::from(request);
        let mut listeners = self.lock();
        if listeners.events.iter().any(|(other, _)| place.collides(other)) {
            return Err(EEXIST);
        }
        listeners.events.push((place, event));
        self.used.store(true, Ordering::Release);
        Ok(())
    }

    /// `kvm_deassign_ioeventfd_idx`
    pub fn deassign(&self, request: &IoEventRequest, event: &EventFd) -> Result<(), Errno> {
        let place = Place::from(request);
        let mut listeners = self.lock();
        let found = listeners.events.iter().position(|(other, listening)| *other == place && listening.id == event.id);
        listeners.events.remove(found.ok_or(ENOENT)?);
        Ok(())
    }

    /// `kvm_vm_ioctl_register_coalesced_mmio`
    pub fn register(&self, zone: Zone) -> Result<(), Errno> {
        if zone.pio > 1 {
            return Err(EINVAL);
        }
        let mut listeners = self.lock();
        // Each kind of zone is on a bus of its own.
        if listeners.zones.iter().filter(|other| other.pio == zone.pio).count() >= DEVICES {
            return Err(ENOSPC);
        }
        listeners.zones.push(zone);
        self.used.store(true, Ordering::Release);
        Ok(())
    }

    /// `kvm_vm_ioctl_unregister_coalesced_mmio`: every zone that the given one lies in.
    pub fn unregister(&self, zone: Zone) -> Result<(), Errno> {
        if zone.pio > 1 {
            return Err(EINVAL);
        }
        self.lock().zones.retain(|other| other.pio != zone.pio || !within(zone.address, zone.size.into(), other));
        Ok(())
    }

    /// Nobody listens.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.used.load(Ordering::Acquire) || self.has_none()
    }

    fn has_none(&self) -> bool {
        let listeners = self.lock();
        listeners.events.is_empty() && listeners.zones.is_empty()
    }

    /// A guest's write; true when it has been dealt with. The ring is the VM's in KVM and the vCPU's here, so without a `ring`,
    /// which a VM of several vCPUs does not have, the write leaves, as it does when the ring is full.
    pub fn write(&self, address: u64, length: u32, data: u64, ring: Option<&RunPage>) -> bool {
        let listeners = self.lock();
        if let Some((_, event)) = listeners.events.iter().find(|(place, _)| place.hit_by(address, length, data)) {
            event.signal();
            return true;
        }
        let waits = listeners.zones.iter().any(|zone| zone.pio == 0 && within(address, length.into(), zone));
        waits && ring.is_some_and(|ring| ring.push_coalesced(address, length, data))
    }
}

/// `coalesced_mmio_in_range`
fn within(address: u64, length: u64, zone: &Zone) -> bool {
    let end = |start: u64, size: u64| start.checked_add(size);
    match (end(address, length), end(zone.address, zone.size.into())) {
        (Some(last), Some(limit)) => zone.address <= address && last <= limit,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;

    use super::*;

    /// A stream stands for an eventfd: what is written can be read at the other end.
    fn event(id: u64) -> (EventFd, UnixStream) {
        let (ours, theirs) = UnixStream::pair().expect("a pair");
        theirs.set_nonblocking(true).expect("a socket");
        let file = std::fs::File::from(std::os::fd::OwnedFd::from(ours));
        (EventFd { file: Arc::new(file), id }, theirs)
    }

    fn signalled(end: &mut UnixStream) -> bool {
        end.read(&mut [0; 8]).is_ok_and(|read| read == 8)
    }

    fn at(address: u64, length: u32, datamatch: Option<u64>) -> IoEventRequest {
        IoEventRequest { datamatch: datamatch.unwrap_or(0), address, length, flags: u32::from(datamatch.is_some()) }
    }

    #[test]
    fn an_ioeventfd_takes_the_writes_it_asked_for() {
        let bus = IoBus::default();
        let ((one, mut one_end), (any, mut any_end)) = (event(1), event(2));
        bus.assign(&at(0x1000, 4, Some(7)), one.clone()).expect("free");
        bus.assign(&at(0x1000, 4, Some(8)), any.clone()).expect("other data");
        assert_eq!(bus.assign(&at(0x1000, 4, None), any.clone()), Err(EEXIST));
        assert_eq!(bus.assign(&at(0x1000, 0, None), any.clone()), Err(EEXIST));
        bus.assign(&at(0x1000, 2, None), any.clone()).expect("other length");
        assert!(bus.write(0x1000, 4, 7, None) && signalled(&mut one_end) && !signalled(&mut any_end));
        assert!(bus.write(0x1000, 2, 7, None) && signalled(&mut any_end));
        assert!(!bus.write(0x1000, 4, 9, None) && !bus.write(0x1001, 2, 7, None) && !bus.write(0x1000, 1, 7, None));
        assert_eq!(bus.deassign(&at(0x1000, 4, Some(7)), &any), Err(ENOENT));
        bus.deassign(&at(0x1000, 4, Some(7)), &one).expect("there");
        assert!(!bus.write(0x1000, 4, 7, None));
    }

    #[test]
    fn ioeventfds_are_as_many_as_there_are_descriptors() {
        let (bus, (one, _end)) = (IoBus::default(), event(1));
        (0..2000).for_each(|number| bus.assign(&at(0x1000 + 4 * number, 4, None), one.clone()).expect("no limit"));
        let zone = |number: u64| Zone { address: 0x10_0000 + 16 * number, size: 16, pio: 0 };
        (0..DEVICES as u64).for_each(|number| bus.register(zone(number)).expect("room"));
        assert_eq!(bus.register(zone(DEVICES as u64)), Err(ENOSPC));
        bus.register(Zone { pio: 1, ..zone(0) }).expect("another bus");
    }

    #[test]
    fn other_buses_are_out_of_the_guests_reach() {
        let (bus, (one, mut end)) = (IoBus::default(), event(1));
        for flags in [PIO, VIRTIO_CCW_NOTIFY, PIO | VIRTIO_CCW_NOTIFY] {
            let request = IoEventRequest { flags, ..at(0x1000, 4, None) };
            assert_eq!(bus.assign(&request, one.clone()).is_ok(), flags != PIO | VIRTIO_CCW_NOTIFY, "{flags}");
        }
        assert!(!bus.write(0x1000, 4, 7, None) && !signalled(&mut end));
        bus.assign(&at(0x1000, 4, None), one.clone()).expect("another bus");
        assert!(bus.write(0x1000, 4, 7, None) && signalled(&mut end));
    }

    #[test]
    fn malformed_ioeventfds_are_refused() {
        for (request, good) in [
            (at(0, 8, Some(1)), true),
            (at(0, 0, None), true),
            (at(0, 3, None), false),
            (at(0, 16, None), false),
            (at(0, 0, Some(1)), false),
            (at(u64::MAX, 2, None), false),
            (IoEventRequest { flags: 0x10, ..at(0, 4, None) }, false),
        ] {
            assert_eq!(IoBus::check(&request).is_ok(), good, "{request:?}");
        }
    }

    #[test]
    fn coalesced_writes_wait_until_the_ring_is_full() {
        let (bus, page) = (IoBus::default(), RunPage::new().expect("pages"));
        let zone = Zone { address: 0x2000, size: 0x10, pio: 0 };
        bus.register(zone).expect("room");
        assert_eq!(bus.register(Zone { pio: 2, ..zone }), Err(EINVAL));
        assert!(!bus.write(0x2000, 4, 1, None) && !bus.write(0x200e, 4, 1, Some(&page)) && !bus.write(0x1fff, 1, 1, Some(&page)));
        let taken = (0..1000).take_while(|&data| bus.write(0x200c, 4, data, Some(&page))).count();
        // KVM_COALESCED_MMIO_MAX of a 4 KiB page is 170, and one entry stays free.
        assert_eq!(taken, 169);
        assert_eq!((page.read(4096, 4), page.read(4100, 4)), (0, 169));
        let entry = 4096 + 8 + 24 * 3;
        assert_eq!((page.read(entry, 8), page.read(entry + 8, 4), page.read(entry + 16, 8)), (0x200c, 4, 3));
        page.write(4096, 4, 1);
        assert!(bus.write(0x2000, 1, 0, Some(&page)) && page.read(4100, 4) == 0);
        // What the program writes there is its own affair.
        page.write(4100, 4, 5000);
        assert!(!bus.write(0x2000, 1, 0, Some(&page)));
        page.write(4100, 4, 1);
        // A zone goes when what is named lies in it, not when it lies in that.
        bus.unregister(Zone { address: 0x1000, size: 0x8000, pio: 0 }).expect("none there");
        bus.unregister(Zone { pio: 1, ..zone }).expect("none there");
        assert!(bus.write(0x2000, 1, 0, Some(&page)));
        bus.unregister(Zone { address: 0x2004, size: 4, pio: 0 }).expect("there");
        page.write(4100, 4, 1);
        assert!(!bus.write(0x2000, 1, 0, Some(&page)));
    }
}
