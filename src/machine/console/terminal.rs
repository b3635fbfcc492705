//! Raw mode of a terminal and, above all, the way back: on drop, on a panic in any thread, and by [`restore`] before a
//! `process::exit`, which runs no destructors. It does not handle signals: in raw mode the keyboard sends none.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, Once, TryLockError};

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, isatty, tcgetattr, tcgetpgrp, tcsetattr,
};

use super::lock;

/// The terminal in raw mode and what it was before. A process has one console.
static SAVED: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);

pub(super) fn is_terminal(fd: impl AsFd) -> bool {
    isatty(fd)
}

/// Whether this process may use the terminal; in the background, setting its modes stops the process.
pub(super) fn is_foreground(fd: impl AsFd) -> bool {
    tcgetpgrp(fd).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Ends raw mode if it is on. Safe to call at any time, more than once.
pub fn restore() {
    restore_from(&mut lock(&SAVED));
}

fn restore_from(saved: &mut Option<(OwnedFd, Termios)>) {
    if let Some((fd, termios)) = saved.take() {
        // Nothing is left to do about a terminal that is gone.
        let _ = tcsetattr(fd, OptionalActions::Now, &termios);
    }
}

/// Keeps a terminal in raw mode.
pub(super) struct RawMode(());

impl RawMode {
    pub(super) fn enter(fd: impl AsFd) -> io::Result<Self> {
        restore_on_panic();
        let fd = fd.as_fd().try_clone_to_owned()?;
        let before = tcgetattr(&fd)?;
        let mut saved = lock(&SAVED);
        if saved.is_some() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the terminal is already a machine's console"));
        }
        tcsetattr(&fd, OptionalActions::Now, &raw(before.clone()))?;
        *saved = Some((fd, before));
        Ok(Self(()))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        restore();
    }
}

/// No echo, no line editing, no signals, no flow control, eight bits; output processing stays, so that a guest's (and our own)
/// bare newline still returns the carriage.
fn raw(mut termios: Termios) -> Termios {
    termios.input_modes &= !(InputModes::IGNBRK
        | InputModes::BRKINT
        | InputModes::PARMRK
        | InputModes::ISTRIP
        | InputModes::INLCR
        | InputModes::IGNCR
        | InputModes::ICRNL
        | InputModes::IXON);
    termios.output_modes |= OutputModes::OPOST;
    termios.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG);
    termios.control_modes &= !(ControlModes::CSIZE | ControlModes::PARENB);
    termios.control_modes |= ControlModes::CS8;
    termios.special_codes[SpecialCodeIndex::VMIN] = 1;
    termios.special_codes[SpecialCodeIndex::VTIME] = 0;
    termios
}

/// A message printed over a raw terminal is hard to read, and a process that aborts leaves the terminal as it is.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // The panicking thread may hold the lock itself.
            match SAVED.try_lock() {
                Ok(mut saved) => restore_from(&mut saved),
                Err(TryLockError::Poisoned(poisoned)) => restore_from(&mut poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
            next(info);
        }));
    });
}
