//! Moving a running guest between two processes: pages are sent while it runs, then it stops for the rest. Until the destination
//! says that the guest is its own, the source can go on; after that it never does. How a stream looks is `snapshot`'s.

mod address;
mod destination;
mod source;

pub use address::{Address, Connection, Listener};
pub use destination::{Answer, ReceiveError, Received, receive};
pub use source::{Limits, Progress, SendError, Sent, Silent, send};

use serde::{Deserialize, Serialize};

/// Content of [`super::snapshot::Kind::Refused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// In words.
    pub why: String,
    /// The refused register, if it is one.
    pub register: Option<super::Hex>,
    /// The errno, if KVM refused a value.
    pub errno: Option<i32>,
}

/// Content of [`super::snapshot::Kind::Round`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// From 0.
    pub number: u32,
    /// Pages of it.
    pub pages: u64,
}
