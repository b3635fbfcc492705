//! From a number to its answer. Answers nothing itself.

use kvm::errno::ENOSYS;

use super::host::Answer;
use super::table::{self, By, Row};
use super::thread::Thread;
use super::{inbox, strace};

/// A system call.
pub fn call(thread: &mut Thread, number: u64, arguments: [u64; 6]) -> Answer {
    let row = table::find(number);
    if thread.process.settings.strace {
        let line = strace::before(number, row, &arguments);
        let answer = answer(thread, number, row, arguments);
        strace::after(&line, answer);
        return answer;
    }
    answer(thread, number, row, arguments)
}

fn answer(thread: &mut Thread, number: u64, row: Option<&Row>, arguments: [u64; 6]) -> Answer {
    match row.map(|row| row.by) {
        Some(By::Host(number)) => inbox::call(number, arguments),
        Some(By::Us(handler)) => handler(thread, arguments),
        None => {
            tracing::warn!(number, "no such system call here");
            Err(ENOSYS)
        }
    }
}
