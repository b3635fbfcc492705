//! The PE's side of an interrupt controller. Holds no interrupt state.

use crate::timer::TimerId;

/// What a PE needs from the interrupt controller that the hypervisor has connected.
pub trait InterruptPort: Send {
    /// The CPU interface is system registers (GICv3); otherwise ICC_ accesses trap to the hypervisor.
    fn has_registers(&self) -> bool;
    /// MRS of an ICC_ register; None when this controller has no such register.
    fn read(&mut self, encoding: u16) -> Option<u64>;
    /// MSR of an ICC_ register; None when this controller has no such register.
    fn write(&mut self, encoding: u16, value: u64) -> Option<()>;
    /// The level of a timer's interrupt line changed.
    fn timer_line(&mut self, timer: TimerId, level: bool);
}
