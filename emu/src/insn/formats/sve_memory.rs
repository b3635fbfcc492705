//! Formats of SVE rows: loads, stores and prefetches. Knows nothing of addresses.
//!
//! `rd` is Zt (or the prefetch operation), `opt` Pg, `size` that of elements in the register, `ra` the registers of a structure.
//! `aux` holds the rest, see [`Insn::memory_size`] and its neighbours. `imm` is what the syntax says: a multiple of the vector's length,
//! or bytes.

use crate::insn::Insn;

/// Positions in `aux`; the size of elements in memory is below.
const SIGNED: u32 = 3;
const EXTENSION: u32 = 4;
const SCALED: u32 = 6;
/// Offsets that are no words to be extended.
const DOUBLEWORDS: u32 = 0;
pub(crate) const UXTW: u32 = 1;
pub(crate) const SXTW: u32 = 2;

impl Insn {
    /// log2 of the bytes that an element has in memory, up to 4.
    #[inline(always)]
    pub(crate) const fn memory_size(&self) -> u8 {
        (self.aux & 7) as u8
    }

    /// Elements are sign-extended.
    #[inline(always)]
    pub(crate) const fn memory_signed(&self) -> bool {
        self.aux >> SIGNED & 1 != 0
    }

    /// How a vector's offsets are extended: 0 not at all, 1 UXTW, 2 SXTW.
    #[inline(always)]
    pub(crate) const fn offset_extension(&self) -> u32 {
        self.aux >> EXTENSION & 3
    }

    /// By how much a vector's offsets are shifted.
    #[inline(always)]
    pub(crate) const fn offset_shift(&self) -> u32 {
        if self.aux >> SCALED & 1 != 0 { self.aux & 7 } else { 0 }
    }

    /// What all have: Zt, Pg, a scalar base; one register.
    pub(super) fn memory_operands(&mut self) {
        (self.rd, self.rn, self.ra) = (self.field5(0), self.or_sp(5), 1);
        self.opt = self.bits(12, 10) as u8;
    }

    pub(super) fn set_sizes(&mut self, register: u8, memory: u32, signed: bool) {
        (self.size, self.aux) = (register, memory | u32::from(signed) << SIGNED);
    }

    /// The size of both, in 24:23.
    fn set_same_size(&mut self) {
        let size = self.bits(24, 23);
        self.set_sizes(size as u8, size, false);
    }

    /// The offset register: 31 is not one.
    pub(super) fn scalar_offset(&mut self) -> bool {
        self.rm = self.field5(16);
        self.rm != 31
    }

    /// The four-bit multiple of as many vectors as there are registers.
    pub(super) fn vector_multiple(&mut self) {
        self.imm = self.signed(19, 16).wrapping_mul(self.ra.into()) as u64;
    }

    fn set_offsets(&mut self, extension: u32, scaled: bool) {
        self.rm = self.field5(16);
        self.aux |= extension << EXTENSION | u32::from(scaled) << SCALED;
    }
}

/// `dtype`: sizes of an element in the register and in memory, and whether it is sign-extended.
fn set_type(insn: &mut Insn, dtype: u32) {
    const REGISTER: [u8; 16] = [0, 1, 2, 3, 3, 1, 2, 3, 3, 2, 2, 3, 3, 2, 1, 3];
    const MEMORY: [u8; 16] = [0, 0, 0, 0, 2, 1, 1, 1, 1, 1, 2, 2, 0, 0, 0, 3];
    let index = dtype as usize & 15;
    insn.set_sizes(REGISTER[index], MEMORY[index].into(), matches!(dtype, 4 | 8 | 9 | 12 | 13 | 14));
}

/// LDR and STR of a Z register.
pub fn sve_whole_vector(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.imm = (insn.signed(21, 16) << 3 | i64::from(insn.bits(12, 10))) as u64;
    true
}

/// LDR and STR of a predicate.
pub fn sve_whole_predicate(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_whole_vector(insn, pc);
    insn.rd &= 15;
    allocated
}

/// LD1 and LDNF1, base plus vectors.
pub fn sve_load_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.vector_multiple();
    set_type(insn, insn.bits(24, 21));
    true
}

/// LD1, base plus register.
pub fn sve_load_reg(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    set_type(insn, insn.bits(24, 21));
    insn.scalar_offset()
}

/// LDFF1, base plus register, which may be XZR.
pub fn sve_load_first_fault(insn: &mut Insn, pc: u64) -> bool {
    sve_load_reg(insn, pc);
    insn.rm = insn.source(16);
    true
}

/// ST1, base plus vectors.
pub fn sve_store_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.vector_multiple();
    insn.set_sizes(insn.bits(22, 21) as u8, insn.bits(24, 23), false);
    insn.size >= insn.memory_size()
}

/// ST1, base plus register.
pub fn sve_store_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_store_imm(insn, pc) && insn.scalar_offset()
}

/// LDNT1 and STNT1, LD2 to LD4 and ST2 to ST4, base plus vectors.
pub fn sve_structures_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.ra = insn.bits(22, 21) as u8 + 1;
    insn.set_same_size();
    insn.vector_multiple();
    true
}

/// LDNT1 and STNT1, LD2 to LD4 and ST2 to ST4, base plus register.
pub fn sve_structures_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_structures_imm(insn, pc) && insn.scalar_offset()
}

/// LD1R, base plus elements.
pub fn sve_load_replicate(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    set_type(insn, insn.bits(24, 23) << 2 | insn.bits(14, 13));
    insn.imm = u64::from(insn.bits(21, 16)) << insn.memory_size();
    true
}

/// LD1RQ and LD1RO, base plus blocks of 16 or 32 bytes.
pub fn sve_load_block_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.set_same_size();
    insn.imm = (insn.signed(19, 16) << (4 + insn.bits(22, 21))) as u64;
    true
}

/// LD1RQ and LD1RO, base plus register.
pub fn sve_load_block_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_load_block_imm(insn, pc) && insn.scalar_offset()
}

/// The size of elements of a gather in memory, and whether they are sign-extended (bit 14 is clear); false when that is no load.
fn set_gathered(insn: &mut Insn, register: u8) -> bool {
    let (memory, signed) = (insn.bits(24, 23), !insn.bit(14));
    insn.set_sizes(register, memory, signed);
    memory < u32::from(register) || memory == u32::from(register) && !signed
}

/// UXTW or SXTW.
fn extension(signed: bool) -> u32 {
    if signed { SXTW } else { UXTW }
}

/// LD1 and LDFF1, base plus words, elements of 2^`register` bytes. Bytes are not scaled.
fn gather_words(insn: &mut Insn, register: u8) -> bool {
    insn.memory_operands();
    let allocated = set_gathered(insn, register);
    let scaled = insn.bit(21);
    insn.set_offsets(extension(insn.bit(22)), scaled);
    allocated && !(scaled && insn.memory_size() == 0)
}

/// LD1 and LDFF1, base plus words, to words.
pub fn sve_gather_words(insn: &mut Insn, _: u64) -> bool {
    gather_words(insn, 2)
}

/// LD1 and LDFF1, base plus words, to doublewords.
pub fn sve_gather_unpacked(insn: &mut Insn, _: u64) -> bool {
    gather_words(insn, 3)
}

/// LD1 and LDFF1, base plus doublewords.
pub fn sve_gather_doublewords(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_gather_unpacked(insn, pc);
    insn.aux &= !(3 << EXTENSION);
    allocated
}

/// The addresses are Zn plus an immediate of as many elements.
fn vector_base(insn: &mut Insn) {
    insn.rn = insn.field5(5);
    insn.imm = u64::from(insn.bits(20, 16)) << insn.memory_size();
}

/// LD1 and LDFF1, words at Zn plus immediate.
pub fn sve_gather_at_words(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    let allocated = set_gathered(insn, 2);
    vector_base(insn);
    allocated
}

/// LD1 and LDFF1, doublewords at Zn plus immediate.
pub fn sve_gather_at_doublewords(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    let allocated = set_gathered(insn, 3);
    vector_base(insn);
    allocated
}

/// The addresses are Zn plus a register, which may be XZR.
fn vector_base_scalar(insn: &mut Insn) {
    (insn.rn, insn.rm) = (insn.field5(5), insn.source(16));
}

/// LDNT1, words at Zn plus register. What tells signed from unsigned is bit 13.
pub fn sve_gather_plus_words(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    vector_base_scalar(insn);
    let (memory, signed) = (insn.bits(24, 23), !insn.bit(13));
    insn.set_sizes(2, memory, signed);
    memory < 2 || memory == 2 && !signed
}

/// LDNT1, doublewords at Zn plus register.
pub fn sve_gather_plus_doublewords(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    vector_base_scalar(insn);
    set_gathered(insn, 3)
}

fn scatter(insn: &mut Insn, register: u8) -> bool {
    insn.memory_operands();
    insn.set_sizes(register, insn.bits(24, 23), false);
    insn.memory_size() <= register
}

/// ST1, base plus words, of 2^`register` bytes.
fn scatter_words(insn: &mut Insn, register: u8) -> bool {
    let allocated = scatter(insn, register);
    let scaled = insn.bit(21);
    insn.set_offsets(extension(insn.bit(14)), scaled);
    allocated && !(scaled && insn.memory_size() == 0)
}

/// ST1, base plus words, of words.
pub fn sve_scatter_words(insn: &mut Insn, _: u64) -> bool {
    scatter_words(insn, 2)
}

/// ST1, base plus words, of doublewords.
pub fn sve_scatter_unpacked(insn: &mut Insn, _: u64) -> bool {
    scatter_words(insn, 3)
}

/// ST1, base plus doublewords.
pub fn sve_scatter_doublewords(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_scatter_unpacked(insn, pc);
    insn.aux &= !(3 << EXTENSION);
    allocated
}

/// ST1, words at Zn plus immediate.
pub fn sve_scatter_at_words(insn: &mut Insn, _: u64) -> bool {
    let allocated = scatter(insn, 2);
    vector_base(insn);
    allocated
}

/// ST1, doublewords at Zn plus immediate.
pub fn sve_scatter_at_doublewords(insn: &mut Insn, _: u64) -> bool {
    let allocated = scatter(insn, 3);
    vector_base(insn);
    allocated
}

/// STNT1, words at Zn plus register.
pub fn sve_scatter_plus_words(insn: &mut Insn, _: u64) -> bool {
    let allocated = scatter(insn, 2);
    vector_base_scalar(insn);
    allocated
}

/// STNT1, doublewords at Zn plus register.
pub fn sve_scatter_plus_doublewords(insn: &mut Insn, _: u64) -> bool {
    let allocated = scatter(insn, 3);
    vector_base_scalar(insn);
    allocated
}

/// The operation of a prefetch is in `rd`; its size, of both kinds, is at `lo`.
fn prefetch(insn: &mut Insn, lo: u32, register: u8) {
    insn.memory_operands();
    insn.rd &= 15;
    insn.set_sizes(register, insn.bits(lo + 1, lo), false);
}

/// PRFB to PRFD, base plus vectors.
pub fn sve_prefetch_imm(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 13, 0);
    insn.imm = insn.signed(21, 16) as u64;
    true
}

/// PRFB to PRFD, base plus register.
pub fn sve_prefetch_reg(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 23, 0);
    insn.scalar_offset()
}

/// PRFB to PRFD, words at Zn plus immediate.
pub fn sve_prefetch_at_words(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 23, 2);
    vector_base(insn);
    true
}

/// PRFB to PRFD, doublewords at Zn plus immediate.
pub fn sve_prefetch_at_doublewords(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 23, 3);
    vector_base(insn);
    true
}

/// PRFB to PRFD, base plus words in vectors of words.
pub fn sve_prefetch_words(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 13, 2);
    insn.set_offsets(extension(insn.bit(22)), true);
    true
}

/// PRFB to PRFD, base plus words in vectors of doublewords.
pub fn sve_prefetch_unpacked(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 13, 3);
    insn.set_offsets(extension(insn.bit(22)), true);
    true
}

/// PRFB to PRFD, base plus doublewords.
pub fn sve_prefetch_doublewords(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn, 13, 3);
    insn.set_offsets(DOUBLEWORDS, true);
    true
}
