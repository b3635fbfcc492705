//! Moving a machine: what is captured of it, how it is stored and sent, how it is made again elsewhere. Whether a destination
//! *should* take it is decided in `lab`.

pub mod attribute;
mod bisect;
mod capture;
mod gic;
mod hash;
pub mod lab;
mod last_step;
pub mod live;
mod record;
mod refused;
mod restore;
pub mod snapshot;
mod state;
pub mod workload;

pub use bisect::{BisectError, Divergence, Side, bisect};
pub use capture::{CaptureError, PTIMER_CNT, TIMER_CNT, capture, capture_ended, capture_state, capture_vcpu, read_memory};
pub use hash::{Difference, Ignore, Word, compare, hash, state_hash};
pub use last_step::{Step, Taken, TakenKind};
pub use record::{End, RecordError, Recording, Run};
pub use refused::{Action, OnRefused, Place, Refused, strict};
pub use restore::{Clock, Destination, RestoreError, Target, restore, restore_vcpu};
pub use state::{
    Counters, Devices, GicRegister, GicState, Hex, HostState, ImplementationState, MachineState, Memory, PAGE_SIZE, Page, PageTags,
    Register, Snapshot, StreamHead, TAG_BYTES, VcpuEvents, VcpuState, VmState,
};
