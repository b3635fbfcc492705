//! From a number to its answer. Answers nothing itself; keeps calls away from memory that is not the program's, as far as they name it.

use kvm::errno::ENOSYS;

use super::host::Answer;
use super::space::{END, NOBODYS, PAGE, Space};
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

/// The arguments for the host. An address that is not the program's may be the emulator's, so it becomes one that nobody has: the
/// host answers as it does for an address where nothing is, at the point at which it looks.
fn own(space: &Space, row: Option<&Row>, mut arguments: [u64; 6]) -> [u64; 6] {
    let kinds = row.map_or("", |row| row.arguments);
    for (kind, argument) in kinds.chars().zip(&mut arguments) {
        if matches!(kind, 'p' | 's') && (1..END).contains(argument) && !space.has(*argument) {
            *argument = NOBODYS | *argument & (PAGE - 1);
        }
    }
    arguments
}

fn answer(thread: &mut Thread, number: u64, row: Option<&Row>, arguments: [u64; 6]) -> Answer {
    match row.map(|row| row.by) {
        Some(By::Host(number)) => inbox::call(number, own(&thread.process.space, row, arguments)),
        Some(By::Us(handler)) => handler(thread, arguments),
        None => {
            tracing::warn!(number, "no such system call here");
            Err(ENOSYS)
        }
    }
}
