//! The arm64 KVM API, answered by an emulated CPU: file descriptors' behaviour, ioctls, ONE_REG, devices, personalities.
//! The only crate that knows an errno. Executes no instruction itself: `emu` does, and comes back with an exit.
//!
//! The typed API has the names of kvm-ioctls: [`Kvm`], [`VmFd`], [`VcpuFd`], [`VcpuExit`], [`DeviceFd`].

pub mod abi;
mod capabilities;
mod device;
mod dirty_log;
mod dirty_ring;
pub mod errno;
mod guest_memfd;
mod host;
pub mod idregs;
mod io_bus;
pub mod ioctl;
mod irqfd;
mod kvm;
mod mmio_bus;
pub mod own_files;
mod owned_memory;
pub mod personality;
mod stats;
mod tags;
mod vcpu;
mod vm;

pub use emu::mem::{HostPageIs, HostProbe};

pub use device::{DeviceFd, RestoreError, SavedRegister};
pub use dirty_ring::OFFSET as DIRTY_RING_OFFSET;
pub use guest_memfd::GuestMemFd;
pub use host::{Host, HostError, TimeSource};
pub use kvm::Kvm;
pub use mmio_bus::{MmioBus, PublishedWord};
pub use tags::{CopyMteTags, TAGS_FROM_GUEST, TAGS_PER_PAGE};
pub use vcpu::{ExitStats, GuestDebug, HiddenState, VcpuExit, VcpuFd, VirtualMemoryError, core_regs};
pub use vm::{VmFd, WeakVm};
