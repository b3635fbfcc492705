//! The stage 1 table walk (AArch64.S1Translate and its helpers in the Arm ARM). Reads descriptors from physical memory and
//! updates access flag and dirty state where FEAT_HAFDBS is on; keeps no cache. Permission overlays (FEAT_S1POE) are not here.

use super::regime::{Granule, Half, Regime};
use super::{Fault, Translation, plain_walk};
use crate::mem::{AccessKind, SlotView, TlbMode};

const AF: u64 = 1 << 10;
/// AP[2], which with DBM set means "clean".
const READ_ONLY: u64 = 1 << 7;
const DBM: u64 = 1 << 51;
const CONTIGUOUS: u64 = 1 << 52;

/// What table descriptors that have been put together forbid below them (APTable, UXNTable, PXNTable).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hierarchy(u64);

impl Hierarchy {
    /// Where a table descriptor has them.
    pub const BITS: u64 = 0xf << 59;

    /// Of descriptors that have been put together.
    #[inline]
    pub fn of(descriptors: u64) -> Hierarchy {
        Hierarchy(descriptors & Hierarchy::BITS)
    }

    fn has(self, bit: u32) -> bool {
        self.0 >> bit & 1 != 0
    }

    fn no_unprivileged(self) -> bool {
        self.has(61)
    }

    fn read_only(self) -> bool {
        self.has(62)
    }

    fn unprivileged_xn(self) -> bool {
        self.has(60)
    }

    fn privileged_xn(self) -> bool {
        self.has(59)
    }
}

/// What leaf descriptors were found to permit in a regime: most pages are like others before them.
#[derive(Debug)]
pub(crate) struct KnownPermissions([(u64, Translation); KNOWN]);

const KNOWN: usize = 8;

impl Default for KnownPermissions {
    fn default() -> Self {
        let nothing = Translation {
            physical: 0,
            read: false,
            write: false,
            execute: false,
            device: false,
            span: 0,
            not_global: false,
            attributes: 0,
            shareability: 0,
            guarded: false,
        };
        KnownPermissions([(0, nothing); KNOWN])
    }
}

impl KnownPermissions {
    /// As [`permissions`], of which the descriptor's address is no part.
    #[inline(always)]
    fn of(&mut self, regime: &Regime, half: &Half, upper: bool, leaf: &Leaf, mode: TlbMode) -> Translation {
        let (key, place) = Self::key_and_place(upper, leaf, mode);
        let (known, translation) = &self.0[place];
        if *known == key {
            return *translation;
        }
        let translation = permissions(regime, half, leaf, mode);
        self.0[place] = (key, translation);
        translation
    }

    #[inline(always)]
    fn key_and_place(upper: bool, leaf: &Leaf, mode: TlbMode) -> (u64, usize) {
        // In the address's place what else decides. A leaf's bit 0 is set, so no key is zero.
        let others = leaf.hierarchy.0 >> 47 | u64::from(leaf.bits) << 16 | (mode as u64) << 24 | u64::from(upper) << 26;
        let key = leaf.descriptor & !DESCRIPTOR_ADDRESS | others;
        (key, (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61) as usize % KNOWN)
    }

    /// What is known already.
    #[inline(always)]
    fn look_up(&self, upper: bool, leaf: &Leaf, mode: TlbMode) -> Option<&Translation> {
        let (key, place) = Self::key_and_place(upper, leaf, mode);
        let (known, translation) = &self.0[place];
        (*known == key).then_some(translation)
    }
}

/// Bits of a leaf descriptor that permissions do not depend on, whatever the granule.
const DESCRIPTOR_ADDRESS: u64 = 0x0000_ffff_ffff_f000;

/// A leaf descriptor and where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub descriptor: u64,
    pub address: u64,
    pub level: i32,
    /// log2 of the mapping's size.
    pub bits: u32,
    pub hierarchy: Hierarchy,
}

#[inline(always)]
pub(super) fn walk(
    memory: &mut SlotView<'_>,
    regime: &Regime,
    known: &mut KnownPermissions,
    address: u64,
    kind: AccessKind,
    mode: TlbMode,
) -> Result<Translation, Fault> {
    let upper = address >> 55 & 1 != 0;
    let half = if upper { &regime.upper } else { &regime.lower };
    let untagged = regime.untagged(address, kind);
    let input_bits = input_bits(half, untagged)?;
    if half.no_unprivileged && mode == TlbMode::User {
        return Err(Fault::translation(0));
    }
    loop {
        let leaf = match half.plain.as_ref().and_then(|start| plain_walk::find(memory, start, untagged)) {
            Some(leaf) => leaf,
            None => find_leaf(memory, regime, half, untagged, input_bits)?,
        };
        if leaf.descriptor & AF == 0 && !regime.hardware_access_flag {
            return Err(Fault::access_flag(leaf.level));
        }
        let mut translation = known.of(regime, half, upper, &leaf, mode);
        let mask = (1u64 << leaf.bits) - 1;
        translation.physical = output_address(leaf.descriptor, half) & !mask | untagged & mask;
        check(&translation, kind, leaf.level)?;
        if update_leaf(memory, regime, &leaf, kind, &mut translation)? {
            return Ok(translation);
        }
        // Somebody changed the descriptor meanwhile: walk again.
    }
}

/// As [`walk`], for a load or a store that is like others before it: the physical address, and what else is known of such pages. None
/// leaves it to [`walk`], whatever comes of that.
#[inline(always)]
pub(super) fn walk_plainly<'a>(
    memory: &mut SlotView<'_>,
    regime: &Regime,
    known: &'a KnownPermissions,
    address: u64,
    mode: TlbMode,
    store: bool,
) -> Option<(u64, &'a Translation)> {
    let upper = address >> 55 & 1 != 0;
    let half = if upper { &regime.upper } else { &regime.lower };
    let untagged = regime.untagged(address, AccessKind::Read);
    if input_bits(half, untagged).is_err() || half.no_unprivileged {
        return None;
    }
    let leaf = plain_walk::find(memory, half.plain.as_ref()?, untagged)?;
    let translation = known.look_up(upper, &leaf, mode)?;
    let mask = (1u64 << leaf.bits) - 1;
    let permitted = if store { translation.write } else { translation.read };
    // A clean page is to become dirty, or to look as if it could not be written.
    let clean = regime.hardware_dirty && leaf.descriptor & (DBM | READ_ONLY) == DBM | READ_ONLY;
    let ordinary = leaf.descriptor & AF != 0 && permitted && !clean;
    ordinary.then_some((leaf.descriptor & DESCRIPTOR_ADDRESS & !mask | untagged & mask, translation))
}

/// The number of input address bits; a Translation fault at level 0 when the address is outside the half.
fn input_bits(half: &Half, address: u64) -> Result<u32, Fault> {
    let bits = half.start.input_bits;
    let top = address as i64 >> bits;
    let expected = if address >> 55 & 1 != 0 { -1 } else { 0 };
    if half.disabled || top != expected { Err(Fault::translation(0)) } else { Ok(bits) }
}

/// Output address of a table or leaf descriptor. With the 64K granule bits 15:12 hold address bits 51:48 (FEAT_LPA), in long
/// descriptors bits 9:8 hold address bits 51:50 (FEAT_LPA2).
fn output_address(descriptor: u64, half: &Half) -> u64 {
    let low = descriptor & 0x0000_ffff_ffff_f000;
    if half.long_descriptors {
        let page = (1 << half.granule.bits()) - 1;
        return descriptor & 0x0003_ffff_ffff_f000 & !page | (descriptor >> 8 & 3) << 50;
    }
    match half.granule {
        Granule::K4 => low,
        Granule::K16 => low & !0x3fff,
        Granule::K64 => low & !0xffff | (descriptor >> 12 & 0xf) << 48,
    }
}

#[inline(never)]
pub(super) fn find_leaf(memory: &mut SlotView<'_>, regime: &Regime, half: &Half, address: u64, input_bits: u32) -> Result<Leaf, Fault> {
    let granule_bits = half.granule.bits();
    let stride = granule_bits - 3;
    let mut level = half.start.level;
    let mut table = half.start.table.ok_or(Fault::address_size(0))?;
    let mut tables = 0;
    let mut top = input_bits;
    loop {
        let shift = granule_bits + stride * (3 - level) as u32;
        let index = (address & (u64::MAX >> (64 - top))) >> shift;
        let descriptor_address = table + index * 8;
        let raw = memory.read::<u64>(descriptor_address).ok_or(Fault::stage2_walk(descriptor_address, level))?;
        let descriptor = if regime.big_endian_walk { raw.swap_bytes() } else { raw };
        let is_table = descriptor & 3 == 3 && level < 3;
        let is_leaf = if level == 3 { descriptor & 3 == 3 } else { descriptor & 3 == 1 && block_allowed(half, level, regime) };
        if !is_table && !is_leaf {
            return Err(Fault::translation(level));
        }
        let output = output_address(descriptor, half);
        if output >> half.start.output_bits != 0 {
            return Err(Fault::address_size(level));
        }
        if is_leaf {
            return Ok(Leaf { descriptor, address: descriptor_address, level, bits: shift, hierarchy: Hierarchy::of(tables) });
        }
        if !half.no_hierarchy && regime.indirect.is_none() {
            tables |= descriptor;
        }
        table = output;
        top = shift;
        level += 1;
    }
}

/// Levels at which block descriptors exist.
fn block_allowed(half: &Half, level: i32, regime: &Regime) -> bool {
    match half.granule {
        Granule::K4 => level == 1 || level == 2 || (level == 0 && half.long_descriptors),
        Granule::K16 => level == 2 || (level == 1 && half.long_descriptors),
        Granule::K64 => level == 2 || (level == 1 && regime.large_pa),
    }
}

/// What the descriptor says: permissions in the mode of the access, and attributes.
#[inline(never)]
fn permissions(regime: &Regime, half: &Half, leaf: &Leaf, mode: TlbMode) -> Translation {
    let d = leaf.descriptor;
    let attributes = (regime.mair >> (8 * (d >> 2 & 7))) as u8;
    // Attr 0b0000dd00 (and 0b0000dd01 with FEAT_XS) are Device; every other encoding is Normal.
    let device = attributes & 0xf0 == 0;
    let (read, write, execute) = match regime.indirect {
        Some(tables) => indirect_permissions(regime, tables, leaf, mode),
        None => direct_permissions(regime, leaf, mode),
    };
    Translation {
        physical: 0,
        read,
        write,
        execute,
        device,
        span: span(half, leaf),
        not_global: d >> 11 & 1 != 0,
        attributes,
        shareability: if half.long_descriptors { half.shareability } else { (d >> 8 & 3) as u8 },
        guarded: d >> 50 & 1 != 0,
    }
}

/// log2 of the size of the mapping, or of the set of mappings that the Contiguous bit makes one.
#[inline(always)]
fn span(half: &Half, leaf: &Leaf) -> u8 {
    let contiguous = match (half.granule, leaf.level) {
        (Granule::K4, _) => 4,
        (Granule::K16, 3) => 7,
        (Granule::K16, _) | (Granule::K64, _) => 5,
    };
    let bits = if leaf.descriptor & CONTIGUOUS != 0 { leaf.bits + contiguous } else { leaf.bits };
    bits as u8
}

/// A four-bit permission of PIR_EL1 or PIRE0_EL1: read, write, execute. Reserved values give nothing; 0b0110 would give back the
/// execution that its write takes away only with overlays.
fn indirect_permission(table: u64, index: u64) -> (bool, bool, bool) {
    match table >> (4 * index) & 15 {
        0b0001 | 0b1000 | 0b1001 => (true, false, false),
        0b0010 => (false, false, true),
        0b0011 | 0b1010 => (true, false, true),
        0b0101 | 0b0110 | 0b1100 => (true, true, false),
        0b0111 | 0b1110 => (true, true, true),
        _ => (false, false, false),
    }
}

/// AArch64.S1IndirectBasePermissions(): the index is UXN, PXN, DBM, AP[1]; AP[2] says "not dirty".
fn indirect_permissions(regime: &Regime, (privileged, user): (u64, u64), leaf: &Leaf, mode: TlbMode) -> (bool, bool, bool) {
    let d = leaf.descriptor;
    let index = (d >> 54 & 1) << 3 | (d >> 53 & 1) << 2 | (d >> 51 & 1) << 1 | d >> 6 & 1;
    let unprivileged = indirect_permission(user, index);
    let dirty = d & READ_ONLY == 0 || regime.hardware_dirty;
    let (read, write, execute) = if mode == TlbMode::User { unprivileged } else { indirect_permission(privileged, index) };
    let user_page = unprivileged.0 || unprivileged.1 || (regime.execute_pan && unprivileged.2);
    let never = mode == TlbMode::KernelPan && user_page;
    (read && !never, write && !never && dirty, execute)
}

/// AArch64.S1DirectBasePermissions() and its neighbours.
#[inline(always)]
fn direct_permissions(regime: &Regime, leaf: &Leaf, mode: TlbMode) -> (bool, bool, bool) {
    let d = leaf.descriptor;
    let user_access = d >> 6 & 1 != 0 && !leaf.hierarchy.no_unprivileged();
    let clean = d & READ_ONLY != 0 && !(regime.hardware_dirty && d & DBM != 0);
    let writable = !clean && !leaf.hierarchy.read_only();
    let unprivileged_xn = d >> 54 & 1 != 0 || leaf.hierarchy.unprivileged_xn();
    let mut privileged_xn = d >> 53 & 1 != 0 || leaf.hierarchy.privileged_xn();
    // Memory that EL0 can write is never executable at EL1.
    privileged_xn |= user_access && writable;
    let (read, write, execute) = match mode {
        TlbMode::User => (user_access, user_access && writable, !unprivileged_xn),
        TlbMode::Kernel => (true, writable, !privileged_xn),
        TlbMode::KernelPan => {
            let user_page = user_access || (regime.execute_pan && !unprivileged_xn);
            (!user_page, writable && !user_page, !privileged_xn)
        }
    };
    let execute = execute && !(regime.write_implies_xn && writable && (mode != TlbMode::User || user_access));
    (read, write, execute)
}

#[inline(always)]
fn check(translation: &Translation, kind: AccessKind, level: i32) -> Result<(), Fault> {
    let permitted = match kind {
        AccessKind::Read | AccessKind::Cache => translation.read,
        AccessKind::Write | AccessKind::MayWrite => translation.write,
        AccessKind::Fetch => translation.execute,
        AccessKind::Attributes => true,
    };
    if permitted { Ok(()) } else { Err(Fault::permission(level)) }
}

/// Hardware update of access flag and dirty state; false when the descriptor changed under us.
#[inline(always)]
fn update_leaf(
    memory: &mut SlotView<'_>,
    regime: &Regime,
    leaf: &Leaf,
    kind: AccessKind,
    translation: &mut Translation,
) -> Result<bool, Fault> {
    let mut new = leaf.descriptor | AF;
    // With indirect permissions bit 51 is part of the index, and every writable page has a dirty state.
    let managed = if regime.indirect.is_some() { READ_ONLY } else { DBM | READ_ONLY };
    if regime.hardware_dirty && translation.write && leaf.descriptor & managed == managed {
        if kind == AccessKind::Write {
            new &= !READ_ONLY;
        } else {
            // Still clean: the first store has to come back here.
            translation.write = false;
        }
    }
    if new == leaf.descriptor {
        return Ok(true);
    }
    let order = |value: u64| if regime.big_endian_walk { value.swap_bytes() } else { value };
    let swapped = memory.memory.compare_exchange(leaf.address, order(leaf.descriptor), order(new));
    swapped.ok_or(Fault::stage2_walk(leaf.address, leaf.level))
}
