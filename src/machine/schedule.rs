//! Running vCPUs to the end: one thread each, or all on one in fixed quanta. Decides nothing about devices.

use std::sync::Arc;
use std::time::Duration;

use kvm::VcpuExit;

use super::board::Board;
use super::config::{MachineError, Outcome};

/// Instructions of one vCPU before the next has its turn, in deterministic runs.
const QUANTUM: u64 = 20_000;
/// Instructions taken from a limit at a time.
const SLICE: u64 = 1 << 20;

/// One thread a vCPU.
pub fn run_threads(board: &Arc<Board>) -> Result<(), MachineError> {
    let mut threads = Vec::new();
    for index in 0..board.vcpus.len() {
        let shared = board.clone();
        let thread = std::thread::Builder::new().name(format!("vcpu{index}")).spawn(move || run_vcpu(&shared, index));
        match thread {
            Ok(thread) => threads.push(thread),
            Err(error) => {
                board.end(Outcome::Quit);
                return Err(MachineError::Thread(error));
            }
        }
    }
    board.wait();
    for thread in threads {
        // A panicking vCPU thread has printed its message; the run is over either way.
        let _ = thread.join();
    }
    Ok(())
}

fn run_vcpu(board: &Board, index: usize) {
    let Some(vcpu) = board.vcpus.get(index) else { return };
    while board.outcome().is_none() {
        let exit = if board.limited() {
            let slice = board.take_budget(SLICE);
            if slice == 0 {
                return board.end(Outcome::InstructionLimit);
            }
            let before = vcpu.statistics().2;
            let exit = vcpu.run_bounded(slice);
            board.return_budget(slice.saturating_sub(vcpu.statistics().2 - before));
            exit
        } else {
            vcpu.run()
        };
        if !board.handle(vcpu, index as u64, exit) {
            return;
        }
    }
}

/// All vCPUs in turn on this thread.
pub fn run_deterministic(board: &Board) {
    while !board.over() {
        board.poll_devices();
        let mut progress = false;
        for (index, vcpu) in board.vcpus.iter().enumerate() {
            progress |= run_quantum(board, vcpu, index as u64);
            if board.outcome().is_some() {
                return;
            }
        }
        if !progress && !skip_idle_time(board) {
            return board.end(Outcome::Deadlock);
        }
    }
}

/// One vCPU's turn: a quantum, or until it waits. True when it executed anything.
fn run_quantum(board: &Board, vcpu: &kvm::VcpuFd, index: u64) -> bool {
    if vcpu.idle() && !vcpu.interrupt_pending() {
        // Still in WFI: running it would only wake it for nothing, and time would never be skipped.
        return false;
    }
    let start = vcpu.statistics().2;
    let mut left = board.take_budget(QUANTUM);
    if left == 0 {
        board.end(Outcome::InstructionLimit);
        return true;
    }
    while left > 0 {
        let before = vcpu.statistics().2;
        let exit = vcpu.run_for(left);
        let turn_over = matches!(exit, Ok(VcpuExit::Quantum | VcpuExit::Yield));
        left = left.saturating_sub(vcpu.statistics().2 - before);
        if !board.handle(vcpu, index, exit) || turn_over {
            break;
        }
    }
    board.return_budget(left);
    vcpu.statistics().2 != start
}

/// Everybody waits: moves virtual time to the next timer or device event. False when there is none.
fn skip_idle_time(board: &Board) -> bool {
    if board.vcpus.iter().any(|vcpu| !vcpu.idle()) {
        return true;
    }
    let clock = board.vm.clock();
    let waiting = board.vcpus.iter().filter(|vcpu| vcpu.get_mp_state() == kvm::abi::mp_state::RUNNABLE);
    let timers = waiting.filter_map(kvm::VcpuFd::next_deadline).map(|ticks| clock.duration(ticks).as_nanos() as u64);
    let next = timers.chain(board.next_device_event()).min();
    match next {
        Some(nanoseconds) => clock.advance(nanoseconds.max(1)),
        None if board.input_ended() => return false,
        // Only a key can help; waiting for it takes no virtual time.
        None => std::thread::sleep(Duration::from_millis(1)),
    }
    true
}
