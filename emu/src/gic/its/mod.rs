//! The interrupt translation service as KVM emulates it: devices' events become LPIs. Registers are here, the commands in
//! `commands`, the tables in guest memory, which are written and read for a move only, in `tables`.
//!
//! Not here: GITS_TRANSLATER. A store of a CPU carries no device's number, and KVM ignores it; a message comes by
//! [`Its::signal`].

mod commands;
mod registers;
mod tables;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::Gic;
use crate::mem::{MemoryError, PhysicalMemory};

/// Bytes of the two frames, the second with GITS_TRANSLATER.
pub const FRAME_SIZE: u64 = 0x2_0000;

/// Why user space is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ItsError {
    /// KVM answers ENXIO.
    #[error("no such ITS register")]
    NoRegister,
    /// KVM answers EINVAL.
    #[error("value or table entry refused by the ITS")]
    Invalid,
    /// KVM answers EBUSY.
    #[error("not while the ITS or the LPIs are enabled, or before they are")]
    Busy,
    /// KVM answers EEXIST.
    #[error("collection listed twice")]
    Duplicate,
    /// KVM answers EFAULT.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

/// What kernels do differently with an ITS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItsRules {
    /// Any new value of a GITS_BASER forgets what was in its table; else only one without Valid does.
    pub new_table_forgets: bool,
    /// Devices that their table has no room for any more are left out when tables are saved; else saving fails.
    pub saves_what_fits: bool,
    /// MAPD without Valid and DISCARD leave the entry in guest memory as it was; else they clear it (a correction that stable
    /// series have, too).
    pub leaves_entries: bool,
    /// MOVALL takes the LPIs of all vCPUs along, and those without one (`vgic_its_cmd_handle_movall`, since LPIs are in an xarray, before
    /// `update_affinity` knew where from).
    pub moves_every_lpi: bool,
    /// MAPC without Valid is refused where its processor number is no vCPU's (`vgic_its_cmd_handle_mapc`).
    pub unmapping_names_target: bool,
    /// An event does not become an LPI that another event is already: MAPTI and MAPI are refused, and an entry is skipped when tables are restored
    /// (`vgic_its_map_lpi`); else both are one LPI.
    pub one_event_per_lpi: bool,
    /// An event without a collection, whose entry is zero, is no event's successor in a saved table (`compute_next_eventid_offset`).
    pub successors_have_collections: bool,
    /// An event needs no memory at its entry, what a restored table lists is not held against the tables' sizes, and what was restored until it is
    /// refused stays (before 5.19).
    pub tables_unchecked: bool,
}

/// A device's event: which LPI it is and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    lpi: u32,
    /// None after its collection was unmapped.
    collection: Option<u16>,
}

/// A mapped device.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Device {
    /// Address of its interrupt translation table.
    table: u64,
    event_bits: u32,
    events: BTreeMap<u32, Event>,
}

/// Everything that a guest or user space can change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    enabled: bool,
    cbaser: u64,
    creadr: u64,
    cwriter: u64,
    device_table: u64,
    collection_table: u64,
    devices: BTreeMap<u32, Device>,
    /// vCPU of each collection, by its position; None for one that is known but not mapped.
    collections: BTreeMap<u16, Option<u16>>,
}

/// An ITS with its connections.
struct Core {
    memory: Arc<PhysicalMemory>,
    gic: Option<Arc<Gic>>,
    rules: ItsRules,
    /// Processor numbers of the vCPUs, by position.
    processors: Vec<u32>,
    state: State,
}

/// An interrupt translation service.
pub struct Its {
    core: Mutex<Core>,
}

impl Its {
    /// A freshly reset ITS with its tables in `memory`, and no vCPU.
    pub fn new(memory: Arc<PhysicalMemory>, rules: ItsRules) -> Its {
        let mut state = State::default();
        state.reset_tables();
        Its { core: Mutex::new(Core { memory, gic: None, rules, processors: Vec::new(), state }) }
    }

    /// There is another vCPU, which commands and tables call by this number.
    pub fn add_processor(&self, number: u32) {
        self.lock().processors.push(number);
    }

    /// Connects the redistributors, of the same vCPUs in the same order.
    pub fn connect(&self, gic: Arc<Gic>) {
        self.lock().connect(gic);
    }

    /// Guest read.
    pub fn read(&self, offset: u64, size: u8) -> u64 {
        self.lock().read(offset, size)
    }

    /// Guest write.
    pub fn write(&self, offset: u64, size: u8, value: u64) {
        self.lock().write(offset, size, value);
    }

    /// `KVM_HAS_DEVICE_ATTR` of `KVM_DEV_ARM_VGIC_GRP_ITS_REGS`.
    pub fn has_register(offset: u64) -> bool {
        registers::find(offset).is_some()
    }

    /// Reads a whole register.
    pub fn user_read(&self, offset: u64) -> Result<u64, ItsError> {
        let register = registers::find(offset).ok_or(ItsError::NoRegister)?;
        Ok(self.lock().read(offset, register.size()))
    }

    /// Writes a whole register; read-only ones of the guest are not all read-only here.
    pub fn user_write(&self, offset: u64, value: u64) -> Result<(), ItsError> {
        self.lock().user_write(offset, value)
    }

    /// A message of a device (`vgic_its_trigger_msi`): false when the guest has not mapped the event.
    pub fn signal(&self, device: u32, event: u32) -> Result<bool, ItsError> {
        self.lock().trigger(device, event)
    }

    /// `KVM_DEV_ARM_ITS_SAVE_TABLES`
    pub fn save_tables(&self) -> Result<(), ItsError> {
        self.lock().save_tables()
    }

    /// `KVM_DEV_ARM_ITS_RESTORE_TABLES`
    pub fn restore_tables(&self) -> Result<(), ItsError> {
        self.lock().restore_tables()
    }

    /// `KVM_DEV_ARM_ITS_CTRL_RESET`
    pub fn reset(&self) {
        self.lock().reset();
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Events that were restored before become LPIs now.
    fn connect(&mut self, gic: Arc<Gic>) {
        for event in self.state.devices.values().flat_map(|device| device.events.values()) {
            // Where memory that could be read then is gone, the event has no LPI.
            let _unreadable = gic.map_lpi(event.lpi, event.collection.and_then(|collection| self.target(collection)));
        }
        self.gic = Some(gic);
    }

    /// False where the LPI has an event and may not have another. One that is still on its way from before goes where this event's go since
    /// `vgic_its_map_lpi`, and else where it went.
    fn map_lpi(&self, gic: &Gic, lpi: u32, target: Option<u16>) -> Result<bool, MemoryError> {
        if self.rules.one_event_per_lpi && gic.is_mapped_lpi(lpi) {
            return Ok(false);
        }
        gic.map_lpi(lpi, target)?;
        if self.rules.one_event_per_lpi {
            gic.move_lpi(lpi, target);
        }
        Ok(true)
    }

    /// The same before there is a GIC, when this ITS's events are all that is known.
    fn may_map_lpi(&self, lpi: u32) -> bool {
        let mut events = self.state.devices.values().flat_map(|device| device.events.values());
        !self.rules.one_event_per_lpi || !events.any(|event| event.lpi == lpi)
    }

    /// Forgets the mappings; attributes of the table registers stay.
    fn reset(&mut self) {
        self.forget_devices();
        let State { device_table, collection_table, .. } = self.state;
        self.state = State {
            device_table: device_table & !registers::VALID,
            collection_table: collection_table & !registers::VALID,
            ..State::default()
        };
    }

    fn forget_devices(&mut self) {
        for device in std::mem::take(&mut self.state.devices).into_values() {
            self.forget_events(&device);
        }
    }

    fn forget_events(&self, device: &Device) {
        if let Some(gic) = &self.gic {
            device.events.values().for_each(|event| gic.unmap_lpi(event.lpi));
        }
    }

    /// An event's collection is gone, and the LPI has no target by it; the mapping stays.
    fn forget_collection(&mut self, collection: u16) {
        self.state.collections.remove(&collection);
        for device in self.state.devices.values_mut() {
            for event in device.events.values_mut().filter(|event| event.collection == Some(collection)) {
                event.collection = None;
            }
        }
    }

    fn forget_collections(&mut self) {
        let all: Vec<u16> = self.state.collections.keys().copied().collect();
        all.into_iter().for_each(|collection| self.forget_collection(collection));
    }

    fn event(&self, device: u32, event: u32) -> Option<Event> {
        self.state.devices.get(&device)?.events.get(&event).copied()
    }

    /// A vCPU by its processor number (GITS_TYPER.PTA is 0).
    fn processor(&self, number: u64) -> Option<u16> {
        let position = self.processors.iter().position(|&known| u64::from(known) == number)?;
        u16::try_from(position).ok()
    }

    /// The vCPU that a mapped collection is at.
    fn target(&self, collection: u16) -> Option<u16> {
        self.state.collections.get(&collection).copied().flatten()
    }

    /// `vgic_its_resolve_lpi`, and what follows.
    fn trigger(&mut self, device: u32, event: u32) -> Result<bool, ItsError> {
        if !self.state.enabled {
            return Err(ItsError::Busy);
        }
        let Some(found) = self.event(device, event) else { return Ok(false) };
        let Some(target) = found.collection.and_then(|collection| self.target(collection)) else { return Ok(false) };
        let gic = self.gic.as_ref().filter(|gic| gic.lpis_enabled(target.into())).ok_or(ItsError::Busy)?;
        gic.set_lpi_pending(found.lpi, true);
        Ok(true)
    }
}
