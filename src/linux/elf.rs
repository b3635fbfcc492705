//! A program's file: what an aarch64 ELF says of itself, and its segments in memory. Relocates nothing: programs, and their
//! interpreter, do that themselves.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use libc::{MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_NORESERVE, MAP_PRIVATE};

use super::process::Process;
use super::space::{PAGE, prot};
use super::{ExecError, host};

const EM_AARCH64: u16 = 183;
const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const PT_LOAD: u32 = 1;
const PT_INTERP: u32 = 3;
const PT_PHDR: u32 = 6;
const HEADER: usize = 64;
pub const PROGRAM_HEADER: usize = 56;

/// Whether a file that begins so is for aarch64, little-endian.
pub fn is_arm64(head: &[u8]) -> bool {
    head.get(..6) == Some(b"\x7fELF\x02\x01") && head.get(18..20) == Some(&EM_AARCH64.to_le_bytes())
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    in_file: u64,
    in_memory: u64,
}

/// What the headers say.
pub struct Image {
    file: File,
    fixed: bool,
    entry: u64,
    headers: u64,
    segments: Vec<Segment>,
    /// PT_INTERP.
    pub interpreter: Option<Vec<u8>>,
}

/// Where it is in memory.
#[derive(Clone, Copy, Debug)]
pub struct Loaded {
    pub entry: u64,
    /// What is added to the file's addresses.
    pub bias: u64,
    /// Address and number of the program headers.
    pub headers: u64,
    pub count: u64,
    /// Behind everything.
    pub end: u64,
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes.iter().skip(at).take(size).rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

impl Image {
    /// Reads the headers.
    ///
    /// # Errors
    /// It cannot be read, is no ELF file, or none for arm64.
    pub fn open(path: &Path) -> Result<Image, ExecError> {
        let unreadable = |source| ExecError::Unreadable { path: path.into(), source };
        let broken = |what| ExecError::NotAProgram { path: path.into(), what };
        let mut file = File::open(path).map_err(unreadable)?;
        let mut head = Vec::new();
        (&mut file).take(HEADER as u64).read_to_end(&mut head).map_err(unreadable)?;
        if head.len() < HEADER || !is_arm64(&head) {
            let machine = if head.starts_with(b"\x7fELF") { "an ELF file, but not for aarch64" } else { "not an ELF file" };
            return Err(broken(machine));
        }
        let (kind, entry, headers) = (number(&head, 16, 2) as u16, number(&head, 24, 8), number(&head, 32, 8));
        let (size, count) = (number(&head, 54, 2) as usize, number(&head, 56, 2) as usize);
        if !matches!(kind, ET_EXEC | ET_DYN) || size != PROGRAM_HEADER || count == 0 {
            return Err(broken("an ELF file, but no program"));
        }
        let mut table = vec![0; size * count];
        file.read_exact_at(&mut table, headers).map_err(unreadable)?;
        let segments: Vec<Segment> = table
            .chunks_exact(PROGRAM_HEADER)
            .map(|row| Segment {
                kind: number(row, 0, 4) as u32,
                flags: number(row, 4, 4) as u32,
                offset: number(row, 8, 8),
                address: number(row, 16, 8),
                in_file: number(row, 32, 8),
                in_memory: number(row, 40, 8),
            })
            .collect();
        let interpreter = match segments.iter().find(|segment| segment.kind == PT_INTERP) {
            None => None,
            Some(segment) if segment.in_file > 4096 => return Err(broken("a program whose interpreter has too long a name")),
            Some(segment) => {
                let mut name = vec![0; segment.in_file as usize];
                file.read_exact_at(&mut name, segment.offset).map_err(unreadable)?;
                name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
                Some(name)
            }
        };
        let loads = || segments.iter().filter(|segment| segment.kind == PT_LOAD);
        let fits = |segment: &Segment| {
            segment.in_file <= segment.in_memory
                && segment.address % PAGE == segment.offset % PAGE
                && segment.address.checked_add(segment.in_memory).is_some_and(|end| end <= super::space::END)
        };
        if loads().next().is_none() || !loads().all(fits) {
            return Err(broken("a program whose segments make no sense"));
        }
        let has = file.metadata().map_err(unreadable)?.len();
        let end = |segment: &Segment| segment.offset.saturating_add(segment.in_file);
        let beyond = |segment: &Segment| segment.kind == PT_LOAD && segment.in_file != 0 && end(segment) > has;
        if let Some((number, segment)) = segments.iter().enumerate().find(|(_, segment)| beyond(segment)) {
            return Err(ExecError::CutOff { path: path.into(), segment: number, needs: end(segment), has });
        }
        Ok(Image { file, fixed: kind == ET_EXEC, entry, headers, segments, interpreter })
    }

    fn loads(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| segment.kind == PT_LOAD)
    }

    /// Maps the segments; a program that may lie anywhere goes to `hint` when there is room.
    ///
    /// # Errors
    /// There is no room.
    pub fn load(&self, process: &Process, path: &Path, hint: u64) -> Result<Loaded, ExecError> {
        let failed = |errno: kvm::errno::Errno| ExecError::NoRoom { path: path.into(), errno };
        let start = self.loads().map(|segment| segment.address).min().unwrap_or_default() & !(PAGE - 1);
        let end = self.loads().map(|segment| segment.address + segment.in_memory).max().unwrap_or_default();
        let length = end.next_multiple_of(PAGE) - start;
        let (place, fixed) = if self.fixed { (start, MAP_FIXED_NOREPLACE) } else { (hint, 0) };
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed;
        let base = process.map(place, length, 0, flags, -1, 0).map_err(failed)?;
        let bias = base.wrapping_sub(start);
        for segment in self.loads() {
            self.map(process, segment, bias).map_err(failed)?;
        }
        // What lies between segments is nobody's.
        let mut at = base;
        let mut loads: Vec<_> = self.loads().collect();
        loads.sort_by_key(|segment| segment.address);
        for segment in loads {
            let first = (segment.address & !(PAGE - 1)).wrapping_add(bias);
            if at < first {
                process.unmap(at, first - at).map_err(failed)?;
            }
            at = (segment.address + segment.in_memory).next_multiple_of(PAGE).wrapping_add(bias);
        }
        let headers = match self.segments.iter().find(|segment| segment.kind == PT_PHDR) {
            Some(segment) => segment.address,
            None => {
                let holds = |segment: &&Segment| (segment.offset..segment.offset + segment.in_file).contains(&self.headers);
                self.loads().find(holds).map_or(0, |segment| segment.address + (self.headers - segment.offset))
            }
        };
        Ok(Loaded {
            entry: self.entry.wrapping_add(bias),
            bias,
            headers: headers.wrapping_add(bias),
            count: self.segments.len() as u64,
            end: end.wrapping_add(bias),
        })
    }

    fn map(&self, process: &Process, segment: &Segment, bias: u64) -> Result<(), kvm::errno::Errno> {
        let bit = |from: u32, to: u32| if segment.flags & from != 0 { to } else { 0 };
        let protection = bit(4, prot::READ) | bit(2, prot::WRITE) | bit(1, prot::EXEC);
        let address = segment.address.wrapping_add(bias);
        let first = address & !(PAGE - 1);
        let file_end = address + segment.in_file;
        let end = address + segment.in_memory;
        let mapped_end = if segment.in_file == 0 { first } else { file_end.next_multiple_of(PAGE) };
        if segment.in_file != 0 {
            let offset = segment.offset & !(PAGE - 1);
            process.map(first, mapped_end - first, protection, MAP_PRIVATE | MAP_FIXED, self.file.as_raw_fd(), offset)?;
        }
        if end > mapped_end {
            let length = end.next_multiple_of(PAGE) - mapped_end;
            process.map(mapped_end, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)?;
        }
        // The rest of the last page of the file is zero, where the segment goes on.
        if segment.in_file != 0 && end > file_end && protection & prot::WRITE != 0 {
            host::copy_out(file_end, &vec![0; (mapped_end.min(end.next_multiple_of(PAGE)) - file_end) as usize])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_arm64;

    #[test]
    fn only_little_endian_64_bit_files_for_aarch64() {
        let mut head = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0";
        assert!(is_arm64(&head));
        head[5] = 2;
        assert!(!is_arm64(&head) && !is_arm64(b"\x7fELF") && !is_arm64(b""));
    }
}
