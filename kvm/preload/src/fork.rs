#![expect(unsafe_code)]
//! fork(2): the child has the descriptors, and with them /dev/kvm, but VMs belong to the parent's memory. Forks nothing.
//!
//! Obligation: the handlers are plain functions of this library, which is never unloaded.

use std::sync::Once;

use kvm_process::table;

extern "C" fn before() {
    table::hold();
}

extern "C" fn in_parent() {
    table::release();
}

extern "C" fn in_child() {
    table::set_process(std::process::id());
    table::release();
}

/// To be called before the first descriptor is ours.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        table::set_process(std::process::id());
        // SAFETY: functions that outlive the process. It fails only without memory, and then a child's VMs are not refused.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    });
}
