//! `libinvar_kvm.so`: under LD_PRELOAD, an x86-64 program that opens /dev/kvm gets the KVM of a modelled arm64 host and
//! talks to it by arm64 ioctl numbers. This crate is the C library's functions that such a program calls and what a process
//! adds to `kvm`: file descriptors, memory, signals, fork. It answers no ioctl itself.
//!
//! | what | how |
//! | --- | --- |
//! | file descriptors | every file of KVM is a real descriptor (an epoll instance that is never used), so that numbers, close-on-exec and limits are the kernel's; [`kvm_process::table`] knows what stands behind one |
//! | `kvm_run` | mmap of a vCPU maps the file that holds the vCPU's pages |
//! | memory | ioctl arguments are copied by process_vm_readv and process_vm_writev, which fail where a load would crash |
//! | signals | handlers that come during KVM_RUN wait until it has returned EINTR, as in the kernel ([`signals`]) |
//! | fork | VMs, vCPUs and devices of the parent answer EIO in the child |
//!
//! What goes past the C library (a static program, `syscall(2)`, io_uring, descriptors sent over a socket) is not seen.

mod answer;
mod call;
mod fork;
mod host;
mod log;
mod names;
mod next;
mod signals;
