//! x86-64 machine code under construction, on dynasmrt's labels and relocations; nothing about guests.
//!
//! Fixed sequences are written with [`x64!`], which is `dynasm!` for x86-64. Places that are known by number have labels of their own,
//! because a region has hundreds: a branch to one that is bound already is complete at once. What depends on operands that are only known when guest
//! code is translated has functions here: whether an operand is a register or memory, which displacement is short, and whether a
//! vector instruction takes its SSE or its AVX form are not choices that a mnemonic leaves open.

mod encoding;
mod integer;
mod operands;
mod room;
mod vector;

use std::ops::Range;

use dynasmrt::components::{LabelRegistry, PatchLoc, RelocRegistry, StaticLabel};
use dynasmrt::x64::X64Relocation;
use dynasmrt::{AssemblyOffset, DynamicLabel, DynasmApi, DynasmLabelApi};

pub use operands::*;
use room::Room;
pub use room::{PIECE, ROOM};

/// `dynasm!` for x86-64.
macro_rules! x64 {
    ($assembler:expr ; $($instructions:tt)*) => {{
        #[allow(unused_imports, reason = "which of them depends on the instructions")]
        use dynasmrt::{DynasmApi as _, DynasmLabelApi as _};
        dynasmrt::dynasm!($assembler ; .arch x64 ; $($instructions)*)
    }};
}
pub(crate) use x64;

/// A place in the code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(u32);

impl Label {
    /// In the number of a stub's label.
    const STUB: u32 = 1 << 31;

    /// No place at all.
    pub const NONE: Label = Label(Self::STUB - 1);

    /// The label of a stub ([`Assembler::stubs`]).
    pub fn of_stub(number: usize) -> Label {
        Label(Self::STUB | number as u32)
    }
}

/// Where a label is that is not bound.
const NOWHERE: u32 = u32::MAX;

/// Bytes of a stub.
pub const STUB_BYTES: u32 = 5;

/// Code under construction, position-independent.
pub struct Assembler {
    room: Room,
    /// By number, where labels are.
    labels: Vec<u32>,
    /// Those with a name.
    names: LabelRegistry,
    /// Where the distances of jumps to labels are: the four bytes that end an instruction.
    jumps: Vec<(u32, Label)>,
    relocations: RelocRegistry<X64Relocation>,
    /// Where the stubs are.
    stubs: u32,
    /// A label was bound twice, or something asked for that is not offered here.
    broken: bool,
    /// Vector instructions take their VEX forms.
    pub avx: bool,
}

impl Assembler {
    pub fn new(avx: bool) -> Assembler {
        Assembler {
            room: Room::new(),
            labels: Vec::new(),
            names: LabelRegistry::new(),
            jumps: Vec::new(),
            relocations: RelocRegistry::new(),
            stubs: NOWHERE,
            broken: false,
            avx,
        }
    }

    pub fn clear(&mut self) {
        self.room.clear();
        self.labels.clear();
        self.names.clear();
        self.jumps.clear();
        drop(self.relocations.take_statics());
        self.stubs = NOWHERE;
        self.broken = false;
    }

    pub fn position(&self) -> u32 {
        self.room.length() as u32
    }

    /// What has been emitted.
    pub fn code(&self) -> &[u8] {
        self.room.code()
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(NOWHERE);
        Label(self.labels.len() as u32 - 1)
    }

    /// The label is here.
    #[inline]
    pub fn bind(&mut self, label: Label) {
        let here = self.position();
        self.place(label, here);
    }

    /// Binds a label to the place of another, which is bound.
    pub fn bind_to(&mut self, label: Label, other: Label) {
        let place = self.find(other);
        self.broken |= place == NOWHERE;
        self.place(label, place);
    }

    #[inline]
    fn place(&mut self, label: Label, place: u32) {
        let old = std::mem::replace(&mut self.labels[label.0 as usize], place);
        self.broken |= old != NOWHERE;
    }

    /// Where a label is; None when it was not bound.
    pub fn offset_of(&self, label: Label) -> Option<u32> {
        Some(self.find(label)).filter(|&place| place != NOWHERE)
    }

    #[inline]
    fn find(&self, label: Label) -> u32 {
        match label.0.checked_sub(Label::STUB) {
            Some(_) if self.stubs == NOWHERE => NOWHERE,
            Some(number) => self.stubs + STUB_BYTES * number,
            None => self.labels.get(label.0 as usize).copied().unwrap_or(NOWHERE),
        }
    }

    /// The stubs, as many as there are: calls of what is at `target`, which tells them by their return addresses.
    pub fn stubs(&mut self, count: usize, target: u32) {
        self.stubs = self.position();
        for _ in 0..count {
            let end = self.position() + STUB_BYTES;
            self.relative(0xe8, target.wrapping_sub(end) as i32);
        }
    }

    /// The code that is in a place already, once more. It must not jump.
    pub fn repeat(&mut self, place: Range<usize>) {
        self.room.repeat(place);
    }

    /// Code from elsewhere, of which so many bytes count.
    #[inline(always)]
    pub fn piece(&mut self, code: &[u8; PIECE], bytes: usize) {
        self.room.put(*code, bytes);
    }

    /// Writes over code that is there.
    #[inline(always)]
    pub fn write_over<const COUNT: usize>(&mut self, at: u32, bytes: [u8; COUNT]) {
        self.room.set(at as usize, bytes);
    }

    /// Fills in the jumps; false when one goes nowhere.
    pub fn resolve(&mut self) -> bool {
        let mut jumps = std::mem::take(&mut self.jumps);
        let mut complete = !self.broken && self.room.is_complete();
        for (end, label) in jumps.drain(..) {
            let target = self.find(label);
            complete &= target != NOWHERE;
            self.room.set(end as usize - 4, target.wrapping_sub(end).to_le_bytes());
        }
        self.jumps = jumps;
        let Assembler { room, names, relocations, .. } = self;
        for (place, label) in relocations.take_statics() {
            let target = names.resolve_static(&label);
            complete &= target.is_ok_and(|target| place.patch(room.part(place.range(0)), 0, target.0).is_ok());
        }
        complete
    }

    fn relocation(&self, target_offset: isize, field_offset: u8, reference: u8, relocation: X64Relocation) -> PatchLoc<X64Relocation> {
        PatchLoc::new(self.offset(), target_offset, field_offset, reference, relocation)
    }

    /// The distance to a label from the end of a jump of so many bytes here.
    #[inline]
    fn distance(&mut self, label: Label, bytes: u32) -> u32 {
        let (end, target) = (self.position() + bytes, self.find(label));
        if target == NOWHERE {
            self.jumps.push((end, label));
        }
        target.wrapping_sub(end)
    }

    /// The distance of a jump that ends at a position, and is there already, is that to the label.
    #[inline]
    pub fn jump_from(&mut self, end: u32, label: Label) {
        self.jumps.push((end, label));
    }

    #[inline]
    pub fn jmp(&mut self, label: Label) {
        let distance = self.distance(label, 5);
        let [a, b, c, d] = distance.to_le_bytes();
        self.room.push([0xe9, a, b, c, d]);
    }

    #[inline]
    pub fn jcc(&mut self, cc: Cc, label: Label) {
        let distance = self.distance(label, 6);
        let [a, b, c, d] = distance.to_le_bytes();
        self.room.push([0x0f, 0x80 | cc as u8, a, b, c, d]);
    }

    /// A conditional jump whose distance is known.
    pub fn relative_jcc(&mut self, cc: Cc, distance: i32) {
        let [a, b, c, d] = distance.to_le_bytes();
        self.room.push([0x0f, 0x80 | cc as u8, a, b, c, d]);
    }

    /// A jump or call whose distance is known: `opcode` E9 or E8.
    pub fn relative(&mut self, opcode: u8, distance: i32) {
        let [a, b, c, d] = distance.to_le_bytes();
        self.room.push([opcode, a, b, c, d]);
    }
}

impl Default for Assembler {
    fn default() -> Self {
        Assembler::new(false)
    }
}

impl Extend<u8> for Assembler {
    fn extend<T: IntoIterator<Item = u8>>(&mut self, bytes: T) {
        bytes.into_iter().for_each(|byte| self.room.push([byte]));
    }
}

impl<'a> Extend<&'a u8> for Assembler {
    fn extend<T: IntoIterator<Item = &'a u8>>(&mut self, bytes: T) {
        bytes.into_iter().for_each(|&byte| self.room.push([byte]));
    }
}

impl DynasmApi for Assembler {
    fn offset(&self) -> AssemblyOffset {
        AssemblyOffset(self.room.length())
    }

    fn push(&mut self, byte: u8) {
        self.room.push([byte]);
    }

    fn align(&mut self, alignment: usize, with: u8) {
        while !self.room.length().is_multiple_of(alignment) {
            self.room.push([with]);
        }
    }
}

impl DynasmLabelApi for Assembler {
    type Relocation = X64Relocation;

    fn local_label(&mut self, name: &'static str) {
        self.names.define_local(name, self.offset());
    }

    fn global_label(&mut self, name: &'static str) {
        self.broken |= self.names.define_global(name, AssemblyOffset(self.room.length())).is_err();
    }

    /// Labels by number are [`Label`]s.
    fn dynamic_label(&mut self, _id: DynamicLabel) {
        self.broken = true;
    }

    fn forward_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        let label = self.names.place_local_reference(name).map_or_else(|| StaticLabel::first(name), StaticLabel::next);
        self.relocations.add_static(label, self.relocation(target_offset, field_offset, ref_offset, kind));
    }

    fn backward_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        match self.names.place_local_reference(name) {
            Some(label) => self.relocations.add_static(label, self.relocation(target_offset, field_offset, ref_offset, kind)),
            None => self.broken = true,
        }
    }

    fn global_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        self.relocations.add_static(StaticLabel::global(name), self.relocation(target_offset, field_offset, ref_offset, kind));
    }

    fn dynamic_relocation(&mut self, _id: DynamicLabel, _target: isize, _field: u8, _reference: u8, _kind: X64Relocation) {
        self.broken = true;
    }

    /// Code is position-independent.
    fn value_relocation(&mut self, _value: usize, _field_offset: u8, _ref_offset: u8, _kind: X64Relocation) {
        self.broken = true;
    }
}
