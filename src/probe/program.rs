//! The program that asks: its memory, its open files, and its ioctls by number. Knows no register and prints nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use kvm::abi::MemoryRegion;
use kvm::errno::{EBADF, EFAULT, EINVAL, Errno};
use kvm::ioctl::{EventFd, KvmFile, UserSpace, ioctl};
use kvm::{Kvm, VcpuFd, VmFd};
use vm_memory::MmapRegion;

/// A file descriptor, or the errno that a call gave instead.
pub type Fd = i64;

/// First address of the program's ordinary memory, and how much there is.
const BASE: u64 = 0x1_0000;
const SIZE: usize = 0x2_0000;
/// Addresses from here on belong to the kernel (TASK_SIZE with 48-bit addresses).
const TASK_SIZE: u64 = 1 << 48;

/// A process with some memory and a table of open files.
pub struct Program {
    memory: Vec<u8>,
    files: Vec<Option<KvmFile>>,
    /// What it has mapped, by address.
    mappings: BTreeMap<u64, Arc<MmapRegion>>,
    /// Its eventfds, with numbers of their own.
    events: Vec<EventFd>,
}

/// Descriptors of eventfds come after this.
const FIRST_EVENT: i32 = 10_000;

/// Where structures go, what they point to, and a buffer that keeps its content between calls.
pub const ARGUMENT: u64 = BASE + 0x100;
pub const DATA: u64 = BASE + 0x2000;
pub const BUFFER: u64 = BASE + 0x4000;
/// Room for lists of registers.
pub const LIST: u64 = BASE + 0x8000;

impl Program {
    /// A program that has opened /dev/kvm as descriptor 0.
    pub fn new(kvm: Kvm) -> Program {
        Program { memory: vec![0; SIZE], files: vec![Some(KvmFile::System(kvm))], mappings: BTreeMap::new(), events: Vec::new() }
    }

    fn range(&self, address: u64, size: usize) -> Result<std::ops::Range<usize>, Errno> {
        if size == 0 {
            return Ok(0..0);
        }
        let start = usize::try_from(address.checked_sub(BASE).ok_or(EFAULT)?).map_err(|_| EFAULT)?;
        let end = start.checked_add(size).filter(|&end| end <= SIZE).ok_or(EFAULT)?;
        Ok(start..end)
    }

    fn file(&self, fd: Fd) -> Option<&KvmFile> {
        self.files.get(usize::try_from(fd).ok()?)?.as_ref()
    }

    /// The vCPU behind a descriptor.
    pub fn vcpu(&self, fd: Fd) -> Option<VcpuFd> {
        match self.file(fd)? {
            KvmFile::Vcpu(vcpu) => Some(vcpu.clone()),
            _ => None,
        }
    }

    /// The VM behind a descriptor.
    pub fn vm(&self, fd: Fd) -> Option<VmFd> {
        match self.file(fd)? {
            KvmFile::Vm(vm) => Some(vm.clone()),
            _ => None,
        }
    }

    /// ioctl(2): what it returns, or -errno.
    pub fn ioctl(&mut self, fd: Fd, request: u32, argument: u64) -> i64 {
        let Some(file) = self.file(fd).cloned() else { return -i64::from(EBADF.0) };
        ioctl(&file, request, argument, self).unwrap_or_else(|errno| -i64::from(errno.0))
    }

    /// close(2).
    pub fn close(&mut self, fd: Fd) {
        if let Some(file) = usize::try_from(fd).ok().and_then(|fd| self.files.get_mut(fd)) {
            *file = None;
        }
        while self.files.last().is_some_and(Option::is_none) {
            self.files.pop();
        }
    }

    /// Anonymous memory, full of `byte`; its address, or 0 when this machine has no more.
    pub fn map(&mut self, size: usize, byte: u8) -> u64 {
        let Ok(region) = MmapRegion::new(size) else { return 0 };
        if byte != 0 {
            use vm_memory::VolatileMemory;
            region.as_volatile_slice().copy_from(&vec![byte; size]);
        }
        let address = region.as_ptr().expose_provenance() as u64;
        self.mappings.insert(address, Arc::new(region));
        address
    }

    /// munmap(2) of a whole mapping, or mprotect(2) to PROT_NONE: neither the program nor a guest reaches it any more.
    pub fn unmap(&mut self, address: u64) {
        self.mappings.remove(&address);
    }

    /// eventfd(2): a descriptor above all of KVM's, or -1.
    pub fn eventfd(&mut self) -> i32 {
        let made = rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC);
        let Some(event) = made.ok().and_then(|file| EventFd::new(file.into())) else { return -1 };
        let number = self.events.len();
        self.events.push(event);
        FIRST_EVENT + number as i32
    }

    /// Stores words, and zeroes behind them up to `size` bytes.
    pub fn store(&mut self, address: u64, words: &[u64], size: usize) {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let bytes: Vec<u8> = bytes.chain(std::iter::repeat(0)).take(size.max(8 * words.len())).collect();
        // Addresses here are the constants above.
        let _ = self.copy_out(address, &bytes);
    }

    /// Loads `size` bytes, at most eight, little-endian.
    pub fn load(&self, address: u64, size: usize) -> u64 {
        let bytes = self.bytes(address, size);
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    /// Bytes of the program's memory.
    pub fn bytes(&self, address: u64, size: usize) -> &[u8] {
        self.range(address, size).ok().and_then(|range| self.memory.get(range)).unwrap_or_default()
    }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        let range = self.range(address, out.len())?;
        out.copy_from_slice(self.memory.get(range).ok_or(EFAULT)?);
        Ok(())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        let range = self.range(address, data.len())?;
        self.memory.get_mut(range).ok_or(EFAULT)?.copy_from_slice(data);
        Ok(())
    }

    fn install(&mut self, file: KvmFile) -> Result<i32, Errno> {
        self.files.push(Some(file));
        i32::try_from(self.files.len() - 1).map_err(|_| EINVAL)
    }

    fn event_fd(&mut self, fd: i32) -> Result<EventFd, Errno> {
        let number = usize::try_from(fd.wrapping_sub(FIRST_EVENT)).map_err(|_| EBADF)?;
        self.events.get(number).cloned().ok_or(EBADF)
    }

    fn set_memory_region(&mut self, vm: &VmFd, region: &MemoryRegion) -> Result<(), Errno> {
        if region.userspace_addr.checked_add(region.memory_size).is_none_or(|end| end > TASK_SIZE) {
            return Err(EINVAL);
        }
        // The last mapping that begins at or below the address; the VM checks that the range is inside.
        let memory = self.mappings.range(..=region.userspace_addr).next_back().map(|(_, memory)| memory.clone());
        vm.set_owned_memory_region(region, memory)
    }
}
