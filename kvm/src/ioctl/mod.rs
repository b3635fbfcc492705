//! Raw ioctls by their arm64 numbers: structures are decoded from user memory here and handed to the typed handlers, which alone
//! decide. Knows no file descriptor number, no process and no address of this one: the caller brings those.

mod device;
mod request;
mod system;
mod vcpu;
mod vm;

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use request::{GET_ONE_REG, REQUESTS, RUN};

use crate::abi::{DeviceAttr, MemoryRegion};
use crate::errno::{EAGAIN, EBADF, EFAULT, ENOTTY, Errno};
use crate::vm::Vm;
use crate::{DeviceFd, GuestMemFd, Kvm, VcpuFd, VmFd};

/// What an ioctl needs from the program that calls it.
pub trait UserSpace {
    /// Copies from the program's memory.
    ///
    /// # Errors
    /// EFAULT when some byte is not readable.
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno>;

    /// Copies to the program's memory.
    ///
    /// # Errors
    /// EFAULT when some byte is not writable.
    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno>;

    /// Gives an object that an ioctl created a file descriptor.
    ///
    /// # Errors
    /// EMFILE and the like.
    fn install(&mut self, file: KvmFile) -> Result<i32, Errno>;

    /// The eventfd behind a descriptor of the program's.
    ///
    /// # Errors
    /// EBADF when there is no such descriptor, which is so for programs without any; EINVAL when it is something else.
    fn event_fd(&mut self, fd: i32) -> Result<EventFd, Errno> {
        let _ = fd;
        Err(EBADF)
    }

    /// The guest_memfd behind a descriptor of the program's.
    ///
    /// # Errors
    /// EBADF when there is no such descriptor, which is so for programs without any; EINVAL when it is something else.
    fn guest_memfd(&mut self, fd: i32) -> Result<GuestMemFd, Errno> {
        let _ = fd;
        Err(EBADF)
    }

    /// Starts a thread of KVM's own, which is to handle no signal of the program's.
    ///
    /// # Errors
    /// EAGAIN when there can be no more threads.
    fn spawn(&mut self, work: Box<dyn FnOnce() + Send>) -> Result<(), Errno> {
        std::thread::Builder::new().spawn(work).map(|_| ()).map_err(|_| EAGAIN)
    }

    /// KVM_SET_USER_MEMORY_REGION: calls [`VmFd::set_user_memory_region`] with the program's memory, whose lifetime only the
    /// caller can promise.
    ///
    /// # Errors
    /// What the call answers, and EINVAL for addresses that a program cannot have.
    fn set_memory_region(&mut self, vm: &VmFd, region: &MemoryRegion) -> Result<(), Errno>;
}

/// An eventfd that a program gave to KVM.
#[derive(Clone, Debug)]
pub struct EventFd {
    /// A descriptor of its own.
    pub file: Arc<File>,
    /// The same for every descriptor of one eventfd.
    pub id: u64,
}

impl EventFd {
    /// Of a descriptor of its own; `None` if it is of something else.
    pub fn new(file: File) -> Option<EventFd> {
        // The kernel names an eventfd by a number of its own, and nothing else has such a line.
        let facts = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).ok()?;
        let id = facts.lines().find_map(|line| line.strip_prefix("eventfd-id:"))?;
        Some(EventFd { id: id.trim().parse().ok()?, file: Arc::new(file) })
    }

    /// Adds one (`eventfd_signal`), and never waits: a counter without room has somebody to wake already.
    pub(crate) fn signal(&self) {
        let mut room = [PollFd::new(&*self.file, PollFlags::OUT)];
        if poll(&mut room, Some(&Timespec::default())) == Ok(1) {
            // Between the two somebody of the program's may have filled it: that is its affair.
            let _ = (&*self.file).write(&1u64.to_ne_bytes());
        }
    }
}

/// An open file of KVM.
#[derive(Clone)]
pub enum KvmFile {
    /// /dev/kvm.
    System(Kvm),
    /// KVM_CREATE_VM.
    Vm(VmFd),
    /// KVM_CREATE_VCPU.
    Vcpu(VcpuFd),
    /// KVM_CREATE_DEVICE.
    Device(DeviceFd),
    /// KVM_CREATE_GUEST_MEMFD, which has no ioctl.
    GuestMemory(GuestMemFd),
    /// KVM_GET_STATS_FD: a file to read, which has no ioctl.
    Statistics(Arc<File>),
}

/// An ioctl on one of KVM's files.
///
/// # Errors
/// The errno; EINVAL for requests that the file does not have, ENOTTY on devices, EIO for a dead VM.
pub fn ioctl(file: &KvmFile, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    if let Some(vm) = vm_of(file) {
        vm.alive()?;
    }
    let (kind, result) = match file {
        KvmFile::System(kvm) => ("/dev/kvm", system::ioctl(kvm, request, argument, user)),
        KvmFile::Vm(vm) => ("VM", vm::ioctl(vm, request, argument, user)),
        KvmFile::Vcpu(vcpu) => ("vCPU", vcpu::ioctl(vcpu, request, argument, user)),
        KvmFile::Statistics(_) => ("statistics", Err(unknown(request, ENOTTY))),
        KvmFile::GuestMemory(_) => ("guest_memfd", Err(unknown(request, ENOTTY))),
        KvmFile::Device(device) => ("device", device::ioctl(device, request, argument, user)),
    };
    if let Err(errno) = result {
        tracing::debug!(kind, request = %request::Named(request), argument = format_args!("{argument:#x}"), %errno, "ioctl");
    }
    result
}

/// The VM that a file belongs to.
fn vm_of(file: &KvmFile) -> Option<&Vm> {
    match file {
        KvmFile::Vm(vm) => Some(&vm.vm),
        KvmFile::Vcpu(vcpu) => Some(vcpu.machine()),
        KvmFile::Device(device) => Some(&device.vm),
        KvmFile::System(_) | KvmFile::Statistics(_) | KvmFile::GuestMemory(_) => None,
    }
}

/// The errno for a request that a file does not have, after naming it in the trace.
fn unknown(request: u32, errno: Errno) -> Errno {
    tracing::warn!(request = %request::Named(request), "no such ioctl here");
    errno
}

/// Little-endian fields of a structure in user memory.
struct Fields<const N: usize>([u8; N]);

impl<const N: usize> Fields<N> {
    fn read(user: &mut dyn UserSpace, address: u64) -> Result<Fields<N>, Errno> {
        let mut bytes = [0; N];
        user.copy_in(address, &mut bytes)?;
        Ok(Fields(bytes))
    }

    fn u32(&self, offset: usize) -> u32 {
        self.number(offset, 4) as u32
    }

    fn u64(&self, offset: usize) -> u64 {
        self.number(offset, 8)
    }

    fn u8(&self, offset: usize) -> u8 {
        self.number(offset, 1) as u8
    }

    fn number(&self, offset: usize, size: usize) -> u64 {
        let bytes = self.0.get(offset..offset + size).unwrap_or_default();
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    fn any_set(&self, range: std::ops::Range<usize>) -> bool {
        self.0.get(range).is_some_and(|bytes| bytes.iter().any(|&byte| byte != 0))
    }
}

/// `struct kvm_device_attr`: the attribute, and the address of its data.
fn device_attr(user: &mut dyn UserSpace, argument: u64) -> Result<(DeviceAttr, u64), Errno> {
    use crate::abi::layout::device_attr as l;
    let attr = Fields::<{ l::SIZE }>::read(user, argument)?;
    let named = DeviceAttr { flags: attr.u32(l::FLAGS), group: attr.u32(l::GROUP), attr: attr.u64(l::ATTR) };
    Ok((named, attr.u64(l::ADDRESS)))
}

/// An address in a structure that lies at `address`.
fn field(address: u64, offset: usize) -> Result<u64, Errno> {
    address.checked_add(offset as u64).ok_or(EFAULT)
}
