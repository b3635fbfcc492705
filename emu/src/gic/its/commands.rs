//! The command queue (IHI 0069 chapter 5.3). A command with an error is ignored, as KVM does; that is what `None` says here.

use std::collections::BTreeMap;

use super::registers::{COMMAND, VALID};
use super::{Core, Device, Event};
use crate::gic::lpi::FIRST_LPI;

/// Bits 51:12 of GITS_CBASER.
const QUEUE_ADDRESS: u64 = 0x000f_ffff_ffff_f000;
/// Bits 51:8 of a translation table's address.
const TABLE_ADDRESS: u64 = 0x000f_ffff_ffff_ff00;
/// Event numbers have this many bits (GITS_TYPER.ID_bits).
pub const EVENT_BITS: u32 = 16;

/// Command numbers.
mod number {
    pub const MOVI: u64 = 0x01;
    pub const INT: u64 = 0x03;
    pub const CLEAR: u64 = 0x04;
    pub const MAPD: u64 = 0x08;
    pub const MAPC: u64 = 0x09;
    pub const MAPTI: u64 = 0x0a;
    pub const MAPI: u64 = 0x0b;
    pub const INV: u64 = 0x0c;
    pub const INVALL: u64 = 0x0d;
    pub const MOVALL: u64 = 0x0e;
    pub const DISCARD: u64 = 0x0f;
}

/// A command's four words.
#[derive(Clone, Copy)]
struct Command([u64; 4]);

impl Command {
    fn number(self) -> u64 {
        self.0[0] & 0xff
    }

    fn device(self) -> u32 {
        (self.0[0] >> 32) as u32
    }

    fn event(self) -> u32 {
        self.0[1] as u32
    }

    fn interrupt(self) -> u32 {
        (self.0[1] >> 32) as u32
    }

    fn event_bits(self) -> u32 {
        (self.0[1] & 0x1f) as u32 + 1
    }

    fn collection(self) -> u16 {
        self.0[2] as u16
    }

    /// A processor number, in bits 47:16 of a word.
    fn target(self, word: usize) -> u64 {
        self.0[word] >> 16 & 0xffff_ffff
    }

    fn valid(self) -> bool {
        self.0[2] & VALID != 0
    }
}

impl Core {
    /// Executes what lies between GITS_CREADR and GITS_CWRITER.
    pub fn process_commands(&mut self) {
        if !self.state.enabled {
            return;
        }
        let base = self.state.cbaser & QUEUE_ADDRESS;
        while self.state.cwriter != self.state.creadr {
            let mut bytes = [0; COMMAND as usize];
            // A queue without memory behind it is skipped.
            if self.memory.read_bytes(base + self.state.creadr, &mut bytes).is_ok() {
                let mut words = [0; 4];
                for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
                    *word = bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
                }
                let _ignored = self.execute(Command(words));
            }
            self.state.creadr += COMMAND;
            if self.state.creadr >= self.state.queue_size() {
                self.state.creadr = 0;
            }
        }
    }

    fn execute(&mut self, command: Command) -> Option<()> {
        match command.number() {
            number::MAPD => self.map_device(command),
            number::MAPC => self.map_collection(command),
            number::MAPTI => self.map_event(command, command.interrupt()),
            number::MAPI => self.map_event(command, command.event()),
            number::MOVI => self.move_event(command),
            number::MOVALL => self.move_all(command),
            number::DISCARD => self.discard(command),
            number::INT => self.trigger(command.device(), command.event()).ok().map(|_| ()),
            number::CLEAR => {
                let lpi = self.event(command.device(), command.event())?.lpi;
                self.gic.as_ref()?.set_lpi_pending(lpi, false);
                Some(())
            }
            number::INV => {
                let lpi = self.event(command.device(), command.event())?.lpi;
                self.gic.as_ref()?.reload_lpi(lpi).ok()
            }
            number::INVALL => {
                let target = self.target(command.collection())?;
                self.gic.as_ref()?.reload_lpis(target.into());
                Some(())
            }
            // SYNC: nothing is ever under way. Others do not exist.
            _ => None,
        }
    }

    /// Mapping again forgets what was mapped.
    fn map_device(&mut self, command: Command) -> Option<()> {
        let (device, event_bits) = (command.device(), command.event_bits());
        let entry = self.device_entry(device)?;
        if command.valid() && event_bits > EVENT_BITS {
            return None;
        }
        if let Some(old) = self.state.devices.remove(&device) {
            self.forget_events(&old);
        }
        if !command.valid() {
            return self.clear_entry(entry);
        }
        let table = command.0[2] & TABLE_ADDRESS;
        self.state.devices.insert(device, Device { table, event_bits, events: BTreeMap::new() });
        Some(())
    }

    fn map_collection(&mut self, command: Command) -> Option<()> {
        let (collection, target) = (command.collection(), self.processor(command.target(2)));
        if !command.valid() {
            if target.is_some() || !self.rules.unmapping_names_target {
                self.forget_collection(collection);
            }
            return Some(());
        }
        let target = target?;
        if !self.state.collections.contains_key(&collection) {
            self.collection_fits(collection)?;
        }
        self.state.collections.insert(collection, Some(target));
        let gic = self.gic.as_ref()?;
        let events = self.state.devices.values().flat_map(|device| device.events.values());
        events.filter(|event| event.collection == Some(collection)).for_each(|event| gic.move_lpi(event.lpi, Some(target)));
        Some(())
    }

    /// An event that is mapped already stays as it is. Before there is a GIC GICR_PROPBASER has room for no LPI.
    fn map_event(&mut self, command: Command, lpi: u32) -> Option<()> {
        let (event, collection) = (command.event(), command.collection());
        self.event_entry(self.state.devices.get(&command.device())?, event)?;
        let gic = self.gic.clone()?;
        if !(FIRST_LPI..gic.lpi_limit()).contains(&lpi) {
            return None;
        }
        if self.event(command.device(), event).is_some() {
            return Some(());
        }
        let known = self.state.collections.contains_key(&collection);
        if !known {
            self.collection_fits(collection)?;
        }
        self.map_lpi(&gic, lpi, self.target(collection)).ok().filter(|&mapped| mapped)?;
        self.state.collections.entry(collection).or_insert(None);
        let device = self.state.devices.get_mut(&command.device())?;
        device.events.insert(event, Event { lpi, collection: Some(collection) });
        Some(())
    }

    fn move_event(&mut self, command: Command) -> Option<()> {
        let found = self.event(command.device(), command.event())?;
        self.target(found.collection?)?;
        let target = self.target(command.collection())?;
        let device = self.state.devices.get_mut(&command.device())?;
        device.events.get_mut(&command.event())?.collection = Some(command.collection());
        self.gic.as_ref()?.move_lpi(found.lpi, Some(target));
        Some(())
    }

    fn move_all(&mut self, command: Command) -> Option<()> {
        let (from, to) = (self.processor(command.target(2))?, self.processor(command.target(3))?);
        if from != to {
            let of = (!self.rules.moves_every_lpi).then_some(from.into());
            self.gic.as_ref()?.move_all_lpis(of, to);
        }
        Some(())
    }

    fn discard(&mut self, command: Command) -> Option<()> {
        let found = self.event(command.device(), command.event())?;
        self.target(found.collection?)?;
        let device = self.state.devices.get_mut(&command.device())?;
        device.events.remove(&command.event());
        let entry = device.table + u64::from(command.event()) * super::registers::ENTRY;
        self.gic.as_ref()?.unmap_lpi(found.lpi);
        self.clear_entry(entry)
    }

    /// What was saved there for a move must not come back with a later one.
    fn clear_entry(&self, entry: u64) -> Option<()> {
        if self.rules.leaves_entries { Some(()) } else { self.memory.write_bytes(entry, &[0; 8]).ok() }
    }
}
