//! x86-64 machine code under construction, on dynasmrt's labels and relocations; nothing about guests.
//!
//! Fixed sequences are written with [`x64!`], which is `dynasm!` for x86-64. What depends on operands that are only known when guest
//! code is translated has functions here: whether an operand is a register or memory, which displacement is short, and whether a
//! vector instruction takes its SSE or its AVX form are not choices that a mnemonic leaves open.

mod encoding;
mod integer;
mod operands;
mod vector;

use dynasmrt::components::{LabelRegistry, PatchLoc, RelocRegistry, StaticLabel};
use dynasmrt::relocations::Relocation;
use dynasmrt::x64::X64Relocation;
use dynasmrt::{AssemblyOffset, DynamicLabel, DynasmApi, DynasmLabelApi};

pub use operands::*;

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
pub type Label = DynamicLabel;

/// Code under construction, position-independent.
pub struct Assembler {
    pub code: Vec<u8>,
    labels: LabelRegistry,
    /// Where the distances of jumps to labels are: the four bytes that end an instruction.
    jumps: Vec<(u32, Label)>,
    relocations: RelocRegistry<X64Relocation>,
    /// A label was bound twice, or an address asked for that only a place has.
    broken: bool,
    /// Vector instructions take their VEX forms.
    pub avx: bool,
}

impl Assembler {
    pub fn new(avx: bool) -> Assembler {
        Assembler {
            code: Vec::new(),
            labels: LabelRegistry::new(),
            jumps: Vec::new(),
            relocations: RelocRegistry::new(),
            broken: false,
            avx,
        }
    }

    pub fn clear(&mut self) {
        self.code.clear();
        self.labels.clear();
        self.jumps.clear();
        drop(self.relocations.take_statics());
        self.broken = false;
    }

    pub fn position(&self) -> u32 {
        self.code.len() as u32
    }

    pub fn label(&mut self) -> Label {
        self.labels.new_dynamic_label()
    }

    pub fn bind(&mut self, label: Label) {
        self.dynamic_label(label);
    }

    /// Binds a label to the place of another, which is bound.
    pub fn bind_to(&mut self, label: Label, other: Label) {
        let place = self.labels.resolve_dynamic(other).ok();
        self.broken |= place.is_none_or(|place| self.labels.define_dynamic(label, place).is_err());
    }

    /// Where a label is; None when it was not bound.
    pub fn offset_of(&self, label: Label) -> Option<u32> {
        Some(self.labels.resolve_dynamic(label).ok()?.0 as u32)
    }

    /// Fills in the jumps; false when one goes nowhere.
    pub fn resolve(&mut self) -> bool {
        let Assembler { code, labels, jumps, relocations, .. } = self;
        let mut complete = !self.broken;
        for (end, label) in jumps.drain(..) {
            let Ok(target) = labels.resolve_dynamic(label) else { return false };
            let distance = (target.0 as u32).wrapping_sub(end);
            code[end as usize - 4..end as usize].copy_from_slice(&distance.to_le_bytes());
        }
        for (place, label) in relocations.take_statics() {
            let target = labels.resolve_static(&label);
            complete &= target.is_ok_and(|target| place.patch(&mut code[place.range(0)], 0, target.0).is_ok());
        }
        complete
    }

    fn place(&self, target_offset: isize, field_offset: u8, reference: u8, relocation: X64Relocation) -> PatchLoc<X64Relocation> {
        PatchLoc::new(self.offset(), target_offset, field_offset, reference, relocation)
    }

    /// The distance of a jump or call to a label, in the four bytes that follow.
    fn distance(&mut self, label: Label) {
        self.push_i32(0);
        self.jumps.push((self.position(), label));
    }

    pub fn jmp(&mut self, label: Label) {
        self.push(0xe9);
        self.distance(label);
    }

    pub fn jcc(&mut self, cc: Cc, label: Label) {
        self.extend([0x0f, 0x80 | cc as u8]);
        self.distance(label);
    }

    /// A jump or call whose distance is known: `opcode` E9 or E8.
    pub fn relative(&mut self, opcode: u8, distance: i32) {
        self.push(opcode);
        self.push_i32(distance);
    }
}

impl Default for Assembler {
    fn default() -> Self {
        Assembler::new(false)
    }
}

impl Extend<u8> for Assembler {
    fn extend<T: IntoIterator<Item = u8>>(&mut self, bytes: T) {
        self.code.extend(bytes);
    }
}

impl<'a> Extend<&'a u8> for Assembler {
    fn extend<T: IntoIterator<Item = &'a u8>>(&mut self, bytes: T) {
        self.code.extend(bytes);
    }
}

impl DynasmApi for Assembler {
    fn offset(&self) -> AssemblyOffset {
        AssemblyOffset(self.code.len())
    }

    fn push(&mut self, byte: u8) {
        self.code.push(byte);
    }

    fn align(&mut self, alignment: usize, with: u8) {
        self.code.resize(self.code.len().next_multiple_of(alignment), with);
    }
}

impl DynasmLabelApi for Assembler {
    type Relocation = X64Relocation;

    fn local_label(&mut self, name: &'static str) {
        self.labels.define_local(name, self.offset());
    }

    fn global_label(&mut self, name: &'static str) {
        self.broken |= self.labels.define_global(name, AssemblyOffset(self.code.len())).is_err();
    }

    fn dynamic_label(&mut self, id: DynamicLabel) {
        self.broken |= self.labels.define_dynamic(id, AssemblyOffset(self.code.len())).is_err();
    }

    fn forward_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        let label = self.labels.place_local_reference(name).map_or_else(|| StaticLabel::first(name), StaticLabel::next);
        self.relocations.add_static(label, self.place(target_offset, field_offset, ref_offset, kind));
    }

    fn backward_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        match self.labels.place_local_reference(name) {
            Some(label) => self.relocations.add_static(label, self.place(target_offset, field_offset, ref_offset, kind)),
            None => self.broken = true,
        }
    }

    fn global_relocation(&mut self, name: &'static str, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        self.relocations.add_static(StaticLabel::global(name), self.place(target_offset, field_offset, ref_offset, kind));
    }

    fn dynamic_relocation(&mut self, id: DynamicLabel, target_offset: isize, field_offset: u8, ref_offset: u8, kind: X64Relocation) {
        // Jumps and calls have no other form; what else refers to a label is not position-independent, or has a name.
        self.broken |= (target_offset, field_offset, ref_offset, kind.size()) != (0, 4, 0, 4);
        self.jumps.push((self.position(), id));
    }

    /// Code is position-independent.
    fn value_relocation(&mut self, _value: usize, _field_offset: u8, _ref_offset: u8, _kind: X64Relocation) {
        self.broken = true;
    }
}
