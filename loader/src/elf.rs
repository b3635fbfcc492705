//! ELF64 little-endian AArch64 executables. It does not relocate: a position-independent file must relocate itself, which
//! is what `-static-pie` start-up code does.

use object::elf::{
    EM_AARCH64, ET_DYN, ET_EXEC, FileHeader64, PF_X, PT_INTERP, PT_LOAD, ProgramHeader64, SHT_SYMTAB, STT_FILE, STT_SECTION,
    SectionHeader64, Sym64,
};
use object::endian::LittleEndian as Le;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, Sym};

use crate::error::{ElfPart, ElfType, Machine};
use crate::{Kind, LoadError, Options, Plan, Role, Segment, Symbol, Symbols};

const CLASS_32: u8 = 1;
const CLASS_64: u8 = 2;
const DATA_LITTLE: u8 = 1;
const DATA_BIG: u8 = 2;
const HEADER_SIZE: u64 = size_of::<FileHeader64<Le>>() as u64;
const PROGRAM_HEADER_SIZE: u16 = size_of::<ProgramHeader64<Le>>() as u16;
const SECTION_HEADER_SIZE: u64 = size_of::<SectionHeader64<Le>>() as u64;
/// `e_phnum` value that says "see section header 0".
const PN_XNUM: u16 = 0xffff;
/// Longer symbol names are cut: they are for people, and a bound keeps a hostile string table from costing time.
const NAME_MAX: usize = 4096;
/// Segments with LMA != VMA whose symbols also get physical addresses; a bound for the same reason.
const MOVED_MAX: usize = 16;
/// Symbols may share the tail of a name, but a table whose names add up to more than this many times its size is damaged.
const NAME_REUSE_MAX: usize = 16;

/// Plans an ELF file whose magic was already recognised.
pub(crate) fn plan<'a>(bytes: &'a [u8], options: &Options<'a>) -> Result<Plan<'a>, LoadError> {
    let header = parse_header(bytes)?;
    let program_headers = program_headers(header, bytes)?;
    let shift = Shift::new(header, program_headers, options)?;
    check_section_headers(header, bytes)?;
    refuse_user_program(program_headers, bytes)?;

    let mut plan = Plan::new(Kind::Elf, options);
    for (index, ph) in program_headers.iter().enumerate() {
        if ph.p_type(Le) == PT_LOAD && ph.p_memsz(Le) != 0 {
            plan.segments.push(segment(index, ph, bytes, shift)?);
        }
    }
    if plan.segments.is_empty() {
        return Err(LoadError::NothingToLoad);
    }
    plan.segments.sort_by_key(|s| s.gpa);
    plan.entry = match options.entry {
        Some(entry) => entry,
        None => entry(header.e_entry(Le), program_headers, shift)?,
    };
    match symbols(header, bytes, program_headers, shift) {
        Some(symbols) => plan.symbols = symbols,
        None => plan.notes.push("the ELF symbol table is damaged, so traces have no names".to_owned()),
    }
    Ok(plan)
}

/// Everything that can be said about the file before its tables: class, byte order, machine, type.
fn parse_header(bytes: &[u8]) -> Result<&FileHeader64<Le>, LoadError> {
    let len = bytes.len() as u64;
    let truncated = LoadError::ElfTruncated { what: ElfPart::Header, end: HEADER_SIZE, len };
    let byte = |at: usize| bytes.get(at).copied().ok_or_else(|| truncated.clone());
    let (class, data, version) = (byte(4)?, byte(5)?, byte(6)?);
    let machine = [byte(18)?, byte(19)?];
    let machine = Machine(if data == DATA_BIG { u16::from_be_bytes(machine) } else { u16::from_le_bytes(machine) });
    if !matches!(class, CLASS_32 | CLASS_64) || !matches!(data, DATA_LITTLE | DATA_BIG) || version != 1 {
        return Err(LoadError::ElfIdentInvalid { class, data, version });
    }
    if class == CLASS_32 {
        return Err(LoadError::Elf32 { machine });
    }
    if data == DATA_BIG {
        return Err(LoadError::ElfBigEndian { machine });
    }
    if machine.0 != EM_AARCH64.0 {
        return Err(LoadError::NotAArch64 { machine });
    }
    let header = FileHeader64::<Le>::parse(bytes).map_err(|_| truncated)?;
    let elf_type = header.e_type(Le);
    if elf_type != ET_EXEC && elf_type != ET_DYN {
        return Err(LoadError::ElfType { elf_type: ElfType(elf_type.0) });
    }
    Ok(header)
}

/// How far a load address moves the file: `from` is its lowest link address.
#[derive(Clone, Copy)]
struct Shift {
    from: u64,
    to: u64,
}

impl Shift {
    /// Only a position-independent file may move.
    fn new(header: &FileHeader64<Le>, program_headers: &[ProgramHeader64<Le>], options: &Options<'_>) -> Result<Self, LoadError> {
        let Some(load_addr) = options.load_addr else {
            return Ok(Self { from: 0, to: 0 });
        };
        if header.e_type(Le) != ET_DYN {
            return Err(LoadError::LoadAddressFixed { load_addr });
        }
        let loads = program_headers.iter().filter(|ph| ph.p_type(Le) == PT_LOAD);
        let from = loads.map(|ph| ph.p_paddr(Le)).min().ok_or(LoadError::NothingToLoad)?;
        Ok(Self { from, to: load_addr })
    }

    fn apply(self, address: u64) -> Result<u64, LoadError> {
        let Self { from, to } = self;
        let overflow = LoadError::AddressOverflow { base: to, offset: address.wrapping_sub(from) };
        address.checked_sub(from).and_then(|offset| to.checked_add(offset)).ok_or(overflow)
    }
}

fn program_headers<'a>(header: &FileHeader64<Le>, bytes: &'a [u8]) -> Result<&'a [ProgramHeader64<Le>], LoadError> {
    let count = header.e_phnum(Le);
    if header.e_phoff(Le) == 0 || count == 0 {
        return Err(LoadError::NothingToLoad);
    }
    let found = header.e_phentsize(Le);
    if found != PROGRAM_HEADER_SIZE {
        return Err(LoadError::ProgramHeaderSize { found, expected: PROGRAM_HEADER_SIZE });
    }
    let count = match count {
        PN_XNUM => header.phnum(Le, bytes).map_err(|_| LoadError::ProgramHeaderCount)?,
        count => u32::from(count),
    };
    let size = u64::from(count) * u64::from(PROGRAM_HEADER_SIZE);
    within(ElfPart::ProgramHeaders, header.e_phoff(Le), size, bytes)?;
    header.program_headers(Le, bytes).map_err(|_| LoadError::ProgramHeaderCount)
}

/// Section headers are not needed to run, but they are the last thing in a file: a table past the end means a copy that
/// was cut short, and code or data may be missing with it.
fn check_section_headers(header: &FileHeader64<Le>, bytes: &[u8]) -> Result<(), LoadError> {
    let offset = header.e_shoff(Le);
    if offset == 0 {
        return Ok(());
    }
    let size = u64::from(header.e_shnum(Le)) * SECTION_HEADER_SIZE;
    within(ElfPart::SectionHeaders, offset, size, bytes)
}

/// A program that names an interpreter needs an operating system under it.
fn refuse_user_program(program_headers: &[ProgramHeader64<Le>], bytes: &[u8]) -> Result<(), LoadError> {
    for (index, ph) in program_headers.iter().enumerate() {
        if ph.p_type(Le) == PT_INTERP {
            let name = file_bytes(index, ph, bytes)?;
            let name: Vec<u8> = name.iter().copied().take(256).take_while(|b| *b != 0).collect();
            return Err(LoadError::UserProgram { interpreter: String::from_utf8_lossy(&name).into_owned() });
        }
    }
    Ok(())
}

fn segment<'a>(index: usize, ph: &ProgramHeader64<Le>, bytes: &'a [u8], shift: Shift) -> Result<Segment<'a>, LoadError> {
    let (file_size, mem_size) = (ph.p_filesz(Le), ph.p_memsz(Le));
    if file_size > mem_size {
        return Err(LoadError::FileSizeExceedsMemorySize { index, file_size, mem_size });
    }
    let gpa = shift.apply(ph.p_paddr(Le))?;
    let mut segment = Segment::new(Role::Image, gpa, file_bytes(index, ph, bytes)?);
    segment.mem_size = mem_size;
    Ok(segment)
}

fn file_bytes<'a>(index: usize, ph: &ProgramHeader64<Le>, bytes: &'a [u8]) -> Result<&'a [u8], LoadError> {
    within(ElfPart::Segment(index), ph.p_offset(Le), ph.p_filesz(Le), bytes)?;
    Ok(ph.data(Le, bytes).unwrap_or_default())
}

/// `offset..offset + size` lies in the file.
fn within(what: ElfPart, offset: u64, size: u64, bytes: &[u8]) -> Result<(), LoadError> {
    let len = bytes.len() as u64;
    let end = offset.checked_add(size).ok_or(LoadError::AddressOverflow { base: offset, offset: size })?;
    if end > len { Err(LoadError::ElfTruncated { what, end, len }) } else { Ok(()) }
}

/// The distance of `address` from the start of a segment that holds it.
fn offset_in(ph: &ProgramHeader64<Le>, address: u64) -> Option<u64> {
    let offset = address.checked_sub(ph.p_vaddr(Le))?;
    (ph.p_type(Le) == PT_LOAD && offset < ph.p_memsz(Le)).then_some(offset)
}

/// The physical entry. A program linked high but loaded low (VMA != LMA) starts with the MMU off, so the virtual address in
/// the header is translated by the executable segment that holds it; QEMU's ELF loader does the same.
fn entry(address: u64, program_headers: &[ProgramHeader64<Le>], shift: Shift) -> Result<u64, LoadError> {
    let code = program_headers.iter().filter(|ph| ph.p_flags(Le).0 & PF_X.0 != 0);
    let found = code.filter_map(|ph| Some((ph.p_paddr(Le), offset_in(ph, address)?))).next();
    let Some((base, offset)) = found else {
        return shift.apply(address);
    };
    shift.apply(base.checked_add(offset).ok_or(LoadError::AddressOverflow { base, offset })?)
}

/// The symbol table, at virtual addresses and, where they differ, at physical ones too: start-up code runs there. `None`
/// when it is damaged; it is only needed for names.
fn symbols(header: &FileHeader64<Le>, bytes: &[u8], program_headers: &[ProgramHeader64<Le>], shift: Shift) -> Option<Symbols> {
    let sections = header.section_headers(Le, bytes).ok()?;
    let Some(table) = sections.iter().find(|s| s.sh_type(Le) == SHT_SYMTAB) else {
        return Some(Symbols::default());
    };
    let entries: &[Sym64<Le>] = table.data_as_array(Le, bytes).ok()?;
    let strings = sections.get(table.sh_link(Le) as usize)?.data(Le, bytes).ok()?;
    let moved: Vec<_> = program_headers.iter().filter(|ph| ph.p_vaddr(Le) != ph.p_paddr(Le)).take(MOVED_MAX).collect();
    let mut budget = strings.len().saturating_mul(NAME_REUSE_MAX);
    let mut found = Vec::new();
    // The ELF rules put local symbols first, but the global name of an address says more.
    let (locals, globals): (Vec<&Sym64<Le>>, Vec<&Sym64<Le>>) = entries.iter().partition(|entry| entry.is_local());
    for entry in globals.into_iter().chain(locals) {
        let Some(name) = symbol_name(strings, entry.st_name(Le)) else {
            continue;
        };
        if entry.is_undefined(Le) || entry.st_type() == STT_FILE || entry.st_type() == STT_SECTION {
            continue;
        }
        budget = budget.checked_sub(name.len())?;
        let (value, size) = (entry.st_value(Le), entry.st_size(Le));
        let physical = moved.iter().find_map(|ph| ph.p_paddr(Le).checked_add(offset_in(ph, value)?));
        for address in [Some(value), physical].into_iter().flatten() {
            if let Ok(address) = shift.apply(address) {
                found.push(Symbol { address, size, name: name.clone() });
            }
        }
    }
    Some(Symbols::new(found))
}

/// A name worth showing: not empty, and not a mapping symbol ($x, $d; ELF for the Arm 64-bit Architecture, 5.5.4).
fn symbol_name(strings: &[u8], offset: u32) -> Option<String> {
    let rest = strings.get(offset as usize..)?;
    let bounded = rest.get(..NAME_MAX).unwrap_or(rest);
    let name = bounded.split(|b| *b == 0).next()?;
    if name.is_empty() || name.starts_with(b"$x") || name.starts_with(b"$d") {
        return None;
    }
    Some(String::from_utf8_lossy(name).into_owned())
}
