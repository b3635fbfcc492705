//! Adds to a user's device tree what only the loader knows: memory, command line, initrd. Everything else stays as it is; names
//! that the specification does not allow (`__symbols__`, long vendor properties) included, which is why the blob is written
//! here and not by vm-fdt.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use loader::{Fdt, Node};

use super::fdt::FdtError;
use super::memory_map;

/// What to put into the tree; QEMU does the same to `-dtb` files (hw/arm/boot.c, `arm_load_dtb`).
#[derive(Clone, Debug)]
pub struct Amendment<'a> {
    /// Replaces the memory nodes.
    pub memory_size: u64,
    /// Replaces `bootargs`, unless empty.
    pub command_line: &'a str,
    pub initrd: Option<Range<u64>>,
}

/// Rewrites the blob.
///
/// # Errors
/// When the blob is malformed or the result would be too large.
pub fn amend(blob: &[u8], amendment: &Amendment<'_>) -> Result<Vec<u8>, FdtError> {
    let fdt = Fdt::parse(blob)?;
    let mut root = OwnedNode::new(fdt.root());
    let address_cells = root.cell("#address-cells").unwrap_or(2);
    let size_cells = root.cell("#size-cells").unwrap_or(1);
    root.children.retain(|child| !child.is_memory());
    let mut memory = OwnedNode::named(&format!("memory@{:x}", memory_map::RAM_BASE));
    memory.set("device_type", b"memory\0".to_vec());
    let mut reg = sized(memory_map::RAM_BASE, address_cells)?;
    reg.extend(sized(amendment.memory_size, size_cells)?);
    memory.set("reg", reg);
    root.children.push(memory);

    let chosen = root.child("chosen");
    if !amendment.command_line.is_empty() {
        let mut text = amendment.command_line.as_bytes().to_vec();
        if text.contains(&0) {
            return Err(FdtError::Writer(vm_fdt::Error::InvalidString));
        }
        text.push(0);
        chosen.set("bootargs", text);
    }
    if let Some(initrd) = &amendment.initrd {
        chosen.set("linux,initrd-start", initrd.start.to_be_bytes().to_vec());
        chosen.set("linux,initrd-end", initrd.end.to_be_bytes().to_vec());
    }
    Blob::default().finish(&root, fdt.reservations(), fdt.boot_cpuid())
}

/// A number in so many cells.
fn sized(value: u64, cells: u32) -> Result<Vec<u8>, FdtError> {
    match cells {
        1 => match u32::try_from(value) {
            Ok(value) => Ok(value.to_be_bytes().to_vec()),
            Err(_) => Err(FdtError::TooMuchMemory { size: value, max: u32::MAX.into() }),
        },
        2 => Ok(value.to_be_bytes().to_vec()),
        cells => Err(FdtError::Cells { cells }),
    }
}

struct OwnedNode<'a> {
    name: Cow<'a, str>,
    properties: Vec<(&'a str, Cow<'a, [u8]>)>,
    children: Vec<OwnedNode<'a>>,
}

impl<'a> OwnedNode<'a> {
    fn new(node: &Node<'a>) -> Self {
        Self {
            name: Cow::Borrowed(node.name),
            properties: node.properties.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))).collect(),
            children: node.children.iter().map(Self::new).collect(),
        }
    }

    fn named(name: &str) -> Self {
        Self { name: Cow::Owned(name.to_owned()), properties: Vec::new(), children: Vec::new() }
    }

    fn cell(&self, name: &str) -> Option<u32> {
        let (_, value) = self.properties.iter().find(|(known, _)| *known == name)?;
        Some(u32::from_be_bytes(value.as_ref().try_into().ok()?))
    }

    fn is_memory(&self) -> bool {
        let typed = |(name, value): &(&str, Cow<'_, [u8]>)| *name == "device_type" && value.as_ref() == b"memory\0";
        self.name == "memory" || self.name.starts_with("memory@") || self.properties.iter().any(typed)
    }

    fn set(&mut self, name: &'a str, value: Vec<u8>) {
        match self.properties.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = Cow::Owned(value),
            None => self.properties.push((name, Cow::Owned(value))),
        }
    }

    /// The child of that name, made if it is not there.
    fn child(&mut self, name: &str) -> &mut Self {
        let index = self.children.iter().position(|child| child.name == name).unwrap_or_else(|| {
            self.children.push(Self::named(name));
            self.children.len() - 1
        });
        &mut self.children[index]
    }
}

/// Writes version 17 (Devicetree Specification 0.4, chapter 5).
#[derive(Default)]
struct Blob<'a> {
    structure: Vec<u8>,
    strings: Vec<u8>,
    known: HashMap<&'a str, u32>,
}

impl<'a> Blob<'a> {
    fn finish(mut self, root: &'a OwnedNode<'a>, reservations: &[(u64, u64)], boot_cpuid: u32) -> Result<Vec<u8>, FdtError> {
        self.node(root)?;
        self.word(9);
        let reservations_size = 16 * (reservations.len() + 1);
        let structure_at = 40 + reservations_size;
        let strings_at = structure_at + self.structure.len();
        let total = strings_at + self.strings.len();
        let mut blob = Vec::with_capacity(total);
        let (strings_size, structure_size) = (size(self.strings.len())?, size(self.structure.len())?);
        let offsets = [size(total)?, size(structure_at)?, size(strings_at)?, 40];
        let header = [&[0xd00d_feed], &offsets[..], &[17, 16, boot_cpuid, strings_size, structure_size]];
        for value in header.concat() {
            blob.extend(value.to_be_bytes());
        }
        for (address, size) in reservations.iter().chain([&(0, 0)]) {
            blob.extend(address.to_be_bytes());
            blob.extend(size.to_be_bytes());
        }
        blob.extend(self.structure);
        blob.extend(self.strings);
        Ok(blob)
    }

    fn node(&mut self, node: &'a OwnedNode<'a>) -> Result<(), FdtError> {
        self.word(1);
        self.structure.extend(node.name.as_bytes());
        self.structure.push(0);
        self.pad();
        for (name, value) in &node.properties {
            let offset = self.string(name)?;
            self.word(3);
            self.word(size(value.len())?);
            self.word(offset);
            self.structure.extend(value.as_ref());
            self.pad();
        }
        for child in &node.children {
            self.node(child)?;
        }
        self.word(2);
        Ok(())
    }

    fn string(&mut self, name: &'a str) -> Result<u32, FdtError> {
        if let Some(offset) = self.known.get(name) {
            return Ok(*offset);
        }
        let offset = size(self.strings.len())?;
        self.strings.extend(name.as_bytes());
        self.strings.push(0);
        self.known.insert(name, offset);
        Ok(offset)
    }

    fn word(&mut self, value: u32) {
        self.structure.extend(value.to_be_bytes());
    }

    fn pad(&mut self) {
        self.structure.resize(self.structure.len().next_multiple_of(4), 0);
    }
}

fn size(value: usize) -> Result<u32, FdtError> {
    u32::try_from(value).map_err(|_| FdtError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::super::fdt::{FdtConfig, GicVersion, build};
    use super::*;

    fn blob() -> Vec<u8> {
        let config = FdtConfig {
            mpidrs: &[0, 1],
            cpu_compatible: "arm,cortex-a57",
            memory_size: 64 << 20,
            gic: GicVersion::V3,
            its: false,
            pmu: false,
            command_line: "old",
            initrd: None,
            seed: 1,
        };
        build(&config).unwrap()
    }

    fn amendment() -> Amendment<'static> {
        Amendment { memory_size: 5 << 30, command_line: "new", initrd: Some(0x4800_0000..0x4900_0000) }
    }

    #[test]
    fn replaces_memory_and_chosen_and_keeps_the_rest() {
        let old = blob();
        let new = amend(&old, &amendment()).unwrap();
        let (old, new) = (Fdt::parse(&old).unwrap(), Fdt::parse(&new).unwrap());
        assert_eq!(new.node("/memory").unwrap().cells("reg").unwrap(), [0, 0x4000_0000, 1, 0x4000_0000]);
        let chosen = new.node("/chosen").unwrap();
        assert_eq!(chosen.strings("bootargs").unwrap(), ["new"]);
        assert_eq!(chosen.cells("linux,initrd-start").unwrap(), [0, 0x4800_0000]);
        assert_eq!(chosen.cells("linux,initrd-end").unwrap(), [0, 0x4900_0000]);
        assert_eq!(chosen.property("rng-seed"), old.node("/chosen").unwrap().property("rng-seed"));
        assert_eq!(new.root().properties, old.root().properties);
        let kept = |fdt: &Fdt<'_>| {
            let nodes = fdt.root().children.iter().filter(|n| !["chosen", "memory@40000000"].contains(&n.name));
            nodes.map(|n| format!("{n:?}")).collect::<Vec<_>>()
        };
        assert_eq!(kept(&new), kept(&old));
    }

    #[test]
    fn empty_command_line_keeps_the_trees_own() {
        let new = amend(&blob(), &Amendment { command_line: "", initrd: None, ..amendment() }).unwrap();
        let fdt = Fdt::parse(&new).unwrap();
        assert_eq!(fdt.node("/chosen").unwrap().strings("bootargs").unwrap(), ["old"]);
        assert!(fdt.node("/chosen").unwrap().property("linux,initrd-start").is_none());
    }

    /// One cell for addresses and sizes, several memory nodes, no chosen, names that vm-fdt refuses, a reservation.
    #[test]
    fn odd_trees() {
        let mut root = OwnedNode::named("");
        root.set("#address-cells", 1u32.to_be_bytes().to_vec());
        root.set("#size-cells", 1u32.to_be_bytes().to_vec());
        root.child("memory");
        root.child("ram@1000").set("device_type", b"memory\0".to_vec());
        root.child("__symbols__").set("a-vendor,property-name-that-is-longer-than-allowed", vec![1, 2, 3]);
        let old = Blob::default().finish(&root, &[(0x1000, 0x10)], 3).unwrap();
        let new = amend(&old, &Amendment { memory_size: 1 << 20, ..amendment() }).unwrap();
        let fdt = Fdt::parse(&new).unwrap();
        let names: Vec<_> = fdt.root().children.iter().map(|n| n.name).collect();
        assert_eq!(names, ["__symbols__", "memory@40000000", "chosen"]);
        assert_eq!(fdt.node("/memory").unwrap().cells("reg").unwrap(), [0x4000_0000, 0x10_0000]);
        let symbols = fdt.node("/__symbols__").unwrap();
        assert_eq!(symbols.properties, [("a-vendor,property-name-that-is-longer-than-allowed", &[1u8, 2, 3][..])]);
        assert_eq!((fdt.reservations(), fdt.boot_cpuid()), (&[(0x1000, 0x10)][..], 3));
    }

    #[test]
    fn refuses_garbage() {
        assert!(matches!(amend(b"not a tree", &amendment()), Err(FdtError::Blob(_))));
        let with_nul = Amendment { command_line: "a\0b", ..amendment() };
        assert!(matches!(amend(&blob(), &with_nul), Err(FdtError::Writer(_))));
        for (cells, memory_size, expected) in
            [(1, 4 << 30, FdtError::TooMuchMemory { size: 4 << 30, max: 0xffff_ffff }), (3, 1 << 30, FdtError::Cells { cells: 3 })]
        {
            let mut root = OwnedNode::named("");
            root.set("#size-cells", u32::to_be_bytes(cells).to_vec());
            let odd = Blob::default().finish(&root, &[], 0).unwrap();
            assert_eq!(amend(&odd, &Amendment { memory_size, ..amendment() }), Err(expected));
        }
    }
}
