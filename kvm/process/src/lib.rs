//! The files of KVM in a real process, for both doors through which a program finds /dev/kvm: the one that is preloaded into an
//! x86-64 program, and `invar exec`, which runs an aarch64 one. Both have a program whose memory lies in this process; they
//! differ in how its system calls arrive and how its signals are handled, which is not here.

pub mod files;
pub mod ioctl;
mod signals;
pub mod table;
mod user;

pub use signals::all_blocked;
pub use user::{Program, set_probe};
