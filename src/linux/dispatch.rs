//! From a number to its answer, unless a filter has one. Answers nothing itself; keeps calls away from memory that is not the program's, as far as they name it.

use kvm::errno::ENOSYS;

use super::host::Answer;
use super::space::Space;
use super::table::{self, By, Row};
use super::thread::Thread;
use super::vectors::Copy;
use super::{arena, inbox, seccomp, strace};

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

/// The arguments as the host's kernel may see them. Vectors are copied, and the copy must live as long as the call.
fn own(space: &Space, row: Option<&Row>, mut arguments: [u64; 6]) -> ([u64; 6], Option<Copy>) {
    let mut vectors = None;
    let counts = arguments.into_iter().skip(1);
    for ((kind, argument), count) in row.map_or("", |row| row.arguments).chars().zip(arguments.iter_mut()).zip(counts) {
        if kind == 'v' {
            vectors = Copy::of_vectors(space, *argument, count);
        }
        if matches!(kind, 'p' | 's' | 'v') {
            *argument = vectors.as_mut().filter(|_| kind == 'v').map_or_else(|| arena::own(*argument), Copy::address);
        }
    }
    (arguments, vectors)
}

fn answer(thread: &mut Thread, number: u64, row: Option<&Row>, arguments: [u64; 6]) -> Answer {
    if thread.seccomp.is_on()
        && let Some(answer) = seccomp::judge(thread, number, &arguments)
    {
        return answer;
    }
    let (arguments, _vectors) = own(&thread.process.space, row, arguments);
    match row.map(|row| row.by) {
        Some(By::Host(number)) => inbox::call(number, arguments),
        Some(By::Us(handler)) => handler(thread, arguments),
        None => {
            tracing::warn!(number, "no such system call here");
            Err(ENOSYS)
        }
    }
}
