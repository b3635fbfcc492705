//! The tables in guest memory, in KVM's layout of ABI revision 0 (Documentation/virt/kvm/devices/arm-vgic-its.rst): written and
//! read for a move. KVM keeps the mappings to itself in between; the entries' addresses are checked whenever one is made.

use std::collections::BTreeMap;

use super::commands::EVENT_BITS;
use super::registers::{ENTRY, INDIRECT, PAGE, VALID};
use super::{Core, Device, Event, ItsError};
use crate::gic::lpi::FIRST_LPI;

/// Bits 47:16; 15:12 are bits 51:48.
const TABLE_LOW: u64 = 0x0000_ffff_ffff_0000;
/// Address of a second level.
const LEVEL_2: u64 = 0x000f_ffff_ffff_0000;
const PER_PAGE: u64 = PAGE / ENTRY;
const DEVICE_BITS: u32 = 16;
/// What "next" of a device and of an event can hold.
const NEXT_DEVICE_MAX: u32 = (1 << 14) - 1;
const NEXT_EVENT_MAX: u32 = (1 << 16) - 1;
const DEVICE_TABLE_ADDRESS: u64 = (1 << 44) - 1;
/// RDBase of a collection that is not mapped.
const NOT_MAPPED: u32 = u32::MAX;

/// What an entry says: how many entries further the next one is (0: it was the last).
type Next = Result<u64, ItsError>;

fn address(baser: u64) -> u64 {
    baser & TABLE_LOW | (baser >> 12 & 0xf) << 48
}

fn table_size(baser: u64) -> u64 {
    ((baser & 0xff) + 1) * PAGE
}

/// Distance from one number to the next, 0 after the last.
fn distance(this: u32, next: Option<u32>, max: u32) -> u64 {
    next.map_or(0, |next| (next - this).min(max)).into()
}

impl Core {
    fn visible(&self, entry: u64) -> Option<u64> {
        self.memory.backing(entry).map(|_| entry)
    }

    fn read_entry(&self, entry: u64) -> Result<u64, ItsError> {
        let mut bytes = [0; 8];
        self.memory.read_bytes(entry, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn write_entry(&self, entry: u64, value: u64) -> Result<(), ItsError> {
        Ok(self.memory.write_bytes(entry, &value.to_le_bytes())?)
    }

    /// Where a device's entry lies, if the table has room and memory for it (`vgic_its_check_id`).
    pub fn device_entry(&self, device: u32) -> Option<u64> {
        let (baser, id) = (self.state.device_table, u64::from(device));
        if id >> DEVICE_BITS != 0 {
            return None;
        }
        if baser & INDIRECT == 0 {
            return self.visible(address(baser) + id * ENTRY).filter(|_| id < table_size(baser) / ENTRY);
        }
        let index = id / PER_PAGE;
        if index >= table_size(baser) / ENTRY {
            return None;
        }
        let level_2 = self.read_entry(address(baser) + index * ENTRY).ok().filter(|entry| entry & VALID != 0)?;
        self.visible((level_2 & LEVEL_2) + id % PER_PAGE * ENTRY)
    }

    /// Whether the collection table has room for a number.
    pub fn collection_fits(&self, collection: u16) -> Option<()> {
        let (baser, id) = (self.state.collection_table, u64::from(collection));
        let room = id < table_size(baser) / ENTRY;
        self.visible(address(baser) + id * ENTRY).filter(|_| room).map(|_| ())
    }

    /// Where an event's entry lies (`vgic_its_check_event_id`).
    pub fn event_entry(&self, device: &Device, event: u32) -> Option<u64> {
        let entry = device.table + u64::from(event) * ENTRY;
        let there = self.rules.tables_unchecked || self.visible(entry).is_some();
        (there && event >> device.event_bits == 0).then_some(entry)
    }

    /// `vgic_its_save_tables_v0`
    pub fn save_tables(&self) -> Result<(), ItsError> {
        self.save_devices()?;
        self.save_collections()
    }

    fn save_devices(&self) -> Result<(), ItsError> {
        if self.state.device_table & VALID == 0 {
            return Ok(());
        }
        let skips = self.rules.saves_what_fits;
        let mut devices = self.state.devices.iter().filter(|&(&id, _)| !skips || self.device_entry(id).is_some()).peekable();
        while let Some((&id, device)) = devices.next() {
            let entry = self.device_entry(id).ok_or(ItsError::Invalid)?;
            self.save_events(device)?;
            let next = distance(id, devices.peek().map(|&(&next, _)| next), NEXT_DEVICE_MAX);
            self.write_entry(entry, VALID | next << 49 | (device.table >> 8) << 5 | u64::from(device.event_bits - 1))?;
        }
        Ok(())
    }

    /// An event whose collection is gone cannot be written down, nor come back: its entry is zero, and may have its place in the
    /// row (`vgic_its_save_ite`).
    fn save_events(&self, device: &Device) -> Result<(), ItsError> {
        let counts = |event: &Event| event.collection.is_some() || !self.rules.successors_have_collections;
        for (&id, event) in &device.events {
            let successor = device.events.range(id + 1..).find(|(_, later)| counts(later));
            let next = distance(id, successor.map(|(&next, _)| next), NEXT_EVENT_MAX);
            let value = event.collection.map_or(0, |collection| next << 48 | u64::from(event.lpi) << 16 | u64::from(collection));
            self.write_entry(device.table + u64::from(id) * ENTRY, value)?;
        }
        Ok(())
    }

    /// One after the other; an invalid one ends the list if there is room.
    fn save_collections(&self) -> Result<(), ItsError> {
        let baser = self.state.collection_table;
        if baser & VALID == 0 {
            return Ok(());
        }
        let mut entry = address(baser);
        for (&id, &target) in &self.state.collections {
            let base = target.and_then(|vcpu| self.processors.get(usize::from(vcpu)).copied()).unwrap_or(NOT_MAPPED);
            self.write_entry(entry, VALID | u64::from(base) << 16 | u64::from(id))?;
            entry += ENTRY;
        }
        if entry < address(baser) + table_size(baser) { self.write_entry(entry, 0) } else { Ok(()) }
    }

    /// `vgic_its_restore_tables_v0`
    pub fn restore_tables(&mut self) -> Result<(), ItsError> {
        let forgets = !self.rules.tables_unchecked;
        let mut restored = self.restore_collections();
        if restored.is_ok() {
            restored = self.restore_devices();
            if restored.is_err() && forgets {
                self.forget_devices();
            }
        }
        if restored.is_err() && forgets {
            self.forget_collections();
        }
        restored
    }

    fn restore_collections(&mut self) -> Result<(), ItsError> {
        let baser = self.state.collection_table;
        if baser & VALID == 0 {
            return Ok(());
        }
        for entry in (address(baser)..address(baser) + table_size(baser)).step_by(ENTRY as usize) {
            let value = self.read_entry(entry)?;
            if value & VALID == 0 {
                break;
            }
            let (base, id) = ((value >> 16) as u32, value as u16);
            let target = self.processor(base.into());
            if base != NOT_MAPPED && target.is_none() {
                return Err(ItsError::Invalid);
            }
            if self.state.collections.contains_key(&id) {
                return Err(ItsError::Duplicate);
            }
            match self.collection_fits(id) {
                Some(()) => _ = self.state.collections.insert(id, target),
                // `vgic_its_alloc_collection` says so with a positive number, which means that there are more.
                None if self.rules.tables_unchecked => {}
                None => return Err(ItsError::Invalid),
            }
        }
        Ok(())
    }

    /// Calls `entry` with number and value of entries, each time as far on as it says; true when the last one came before the
    /// table's end (`scan_its_table`).
    fn scan(&mut self, base: u64, size: u64, first: u64, mut entry: impl FnMut(&mut Core, u64, u64) -> Next) -> Result<bool, ItsError> {
        let mut index = 0;
        while index * ENTRY < size {
            let value = self.read_entry(base + index * ENTRY)?;
            match entry(self, first + index, value)? {
                0 => return Ok(true),
                next => index += next,
            }
        }
        Ok(false)
    }

    fn restore_devices(&mut self) -> Result<(), ItsError> {
        let baser = self.state.device_table;
        if baser & VALID == 0 {
            return Ok(());
        }
        let (base, size) = (address(baser), table_size(baser));
        if baser & INDIRECT == 0 {
            self.scan(base, size, 0, Core::restore_device)?;
            return Ok(());
        }
        self.scan(base, size, 0, |core, index, value| {
            if value & VALID == 0 {
                return Ok(1);
            }
            let last = core.scan(value & LEVEL_2, PAGE, index * PER_PAGE, Core::restore_device)?;
            Ok(u64::from(!last))
        })?;
        Ok(())
    }

    fn restore_device(&mut self, id: u64, value: u64) -> Next {
        if value & VALID == 0 {
            return Ok(1);
        }
        let id = u32::try_from(id).map_err(|_| ItsError::Invalid)?;
        if !self.rules.tables_unchecked {
            self.device_entry(id).ok_or(ItsError::Invalid)?;
        }
        let table = (value >> 5 & DEVICE_TABLE_ADDRESS) << 8;
        let event_bits = (value & 0x1f) as u32 + 1;
        // KVM would go on to look for billions of entries.
        if event_bits > EVENT_BITS {
            return Err(ItsError::Invalid);
        }
        let replaced = self.state.devices.insert(id, Device { table, event_bits, events: BTreeMap::new() });
        if let Some(old) = replaced {
            self.forget_events(&old);
        }
        let restored = self.scan(table, ENTRY << event_bits, 0, |core, event, value| core.restore_event(id, event, value));
        if restored.is_err()
            && let Some(refused) = self.state.devices.remove(&id)
        {
            self.forget_events(&refused);
        }
        restored?;
        Ok(value >> 49 & u64::from(NEXT_DEVICE_MAX))
    }

    fn restore_event(&mut self, device: u32, event: u64, value: u64) -> Next {
        let (next, lpi, collection) = (value >> 48, (value >> 16) as u32, value as u16);
        if lpi == 0 {
            return Ok(1);
        }
        let parent = self.state.devices.get(&device).ok_or(ItsError::Invalid)?;
        let known = self.state.collections.contains_key(&collection);
        let event = u32::try_from(event).map_err(|_| ItsError::Invalid)?;
        if lpi < FIRST_LPI || u64::from(event) + next >= 1 << parent.event_bits || !known {
            return Err(ItsError::Invalid);
        }
        self.event_entry(parent, event).ok_or(ItsError::Invalid)?;
        let mapped = match &self.gic {
            Some(gic) => self.map_lpi(gic, lpi, self.target(collection))?,
            None => self.may_map_lpi(lpi) && self.configuration_is_there(lpi)?,
        };
        if let Some(parent) = self.state.devices.get_mut(&device).filter(|_| mapped) {
            parent.events.insert(event, Event { lpi, collection: Some(collection) });
        }
        Ok(next)
    }

    /// Before there is a GIC: GICR_PROPBASER is still zero, and the LPI's configuration is there.
    fn configuration_is_there(&self, lpi: u32) -> Result<bool, ItsError> {
        self.memory.read_bytes((lpi - FIRST_LPI).into(), &mut [0])?;
        Ok(true)
    }
}
