//! Running vCPUs to the end or a pause: one thread each, or all on one in fixed quanta. Decides nothing about devices.

use std::sync::Arc;

use kvm::VcpuExit;
use serde::{Deserialize, Serialize};

use super::board::Board;
use super::config::{MachineError, Outcome};

/// Instructions of one vCPU before the next has its turn, in deterministic runs.
const QUANTUM: u64 = 20_000;
/// Instructions taken from a limit at a time.
const SLICE: u64 = 1 << 20;

/// One thread a vCPU, until the end or a pause.
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
    // A panic is an error of ours: it goes on here, when no thread uses the machine any more.
    let ends: Vec<_> = threads.into_iter().map(std::thread::JoinHandle::join).collect();
    if let Some(panic) = ends.into_iter().find_map(Result::err) {
        std::panic::resume_unwind(panic);
    }
    Ok(())
}

/// Does something when the thread panics: who waits for the end of the run would wait forever.
struct OnPanic<F: Fn()>(F);

impl<F: Fn()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

fn run_vcpu(board: &Board, index: usize) {
    let Some(vcpu) = board.vcpus.get(index) else { return };
    let _end = OnPanic(|| board.end(Outcome::Quit));
    // A guest's sleep of a microsecond is not to become the host's usual fifty. Where that is refused, it does.
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    while !board.has_ended() && !board.pause_due() {
        let exit = if board.limited() {
            let slice = board.take_budget(SLICE.min(board.until_pause()));
            if slice == 0 {
                return board.end(Outcome::InstructionLimit);
            }
            let before = vcpu.retired();
            let exit = vcpu.run_bounded(slice);
            let used = vcpu.retired() - before;
            board.return_budget(slice.saturating_sub(used));
            board.count(used);
            exit
        } else {
            vcpu.run()
        };
        if !board.handle(vcpu, index as u64, exit) {
            return;
        }
    }
}

/// Where a deterministic run stands between two instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Index of the vCPU whose turn it is.
    vcpu: usize,
    /// Instructions left of its turn, if that has begun.
    left: Option<u64>,
    /// Some vCPU has executed something in this round.
    progress: bool,
}

impl Turn {
    /// Whether a machine of so many vCPUs can stand there; behind the last of them a round is over.
    pub fn is_of(&self, vcpus: usize) -> bool {
        self.vcpu <= vcpus && self.left.is_none_or(|left| left <= QUANTUM)
    }
}

/// All vCPUs in turn on this thread, from where the board's turn stands, until the end or a pause.
pub fn run_deterministic(board: &Board) {
    let mut turn = board.turn();
    while !board.over() && !board.pause_due() {
        if turn == Turn::default() {
            board.poll_devices();
        }
        let Some(vcpu) = board.vcpus.get(turn.vcpu) else {
            if !turn.progress && !skip_idle_time(board) {
                board.end(Outcome::Deadlock);
            }
            turn = Turn::default();
            continue;
        };
        if run_turn(board, vcpu, &mut turn) {
            turn = Turn { vcpu: turn.vcpu + 1, left: None, ..turn };
        }
    }
    board.set_turn(turn);
}

/// One vCPU's turn: a quantum, or until it waits. False when a pause cuts it short.
fn run_turn(board: &Board, vcpu: &kvm::VcpuFd, turn: &mut Turn) -> bool {
    if turn.left.is_none() && vcpu.idle() && !vcpu.interrupt_pending() {
        // Still in WFI: running it would only wake it for nothing, and time would never be skipped.
        return true;
    }
    let mut left = turn.left.unwrap_or(QUANTUM);
    while left > 0 {
        let wanted = left.min(board.until_pause());
        let granted = board.take_budget(wanted);
        if granted == 0 {
            if wanted > 0 {
                board.end(Outcome::InstructionLimit);
            }
            break;
        }
        let before = vcpu.retired();
        let exit = vcpu.run_for(granted);
        let mut used = vcpu.retired() - before;
        board.count(used);
        let over = matches!(exit, Ok(VcpuExit::Yield));
        board.handle(vcpu, turn.vcpu as u64, exit);
        let pausing = board.pause_due();
        if pausing {
            // What left for a device is finished first: nothing but registers and memory is kept of a vCPU in a pause.
            let _ = vcpu.run_for(0);
            let all = vcpu.retired() - before;
            board.count(all - used);
            used = all;
        }
        turn.progress |= used != 0;
        board.return_budget(granted.saturating_sub(used));
        left = left.saturating_sub(used);
        if over || board.has_ended() {
            return true;
        }
        if pausing {
            break;
        }
    }
    turn.left = Some(left);
    left == 0
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
        // Only a key can help; waiting for it takes no virtual time.
        None => return board.can_receive() && board.await_input(),
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_panic_ends_the_run() {
        let ended = Arc::new(AtomicUsize::new(0));
        for panics in [false, true] {
            let ended = Arc::clone(&ended);
            let thread = std::thread::spawn(move || {
                let _end = OnPanic(|| _ = ended.fetch_add(1, Ordering::SeqCst));
                assert!(!panics, "a panic on purpose, to see the run end");
            });
            assert_eq!(thread.join().is_err(), panics);
        }
        assert_eq!(ended.load(Ordering::SeqCst), 1);
    }
}
