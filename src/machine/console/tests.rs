//! The console on pipes, a pseudo-terminal and memory. Nothing sleeps: each wait is for an event that must come.

use std::io::{PipeReader, Read as _, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OutputModes, tcgetattr};

use super::*;

/// An event that does not come in this time will not come.
const LONG: Duration = Duration::from_secs(20);

fn kick() -> (impl Fn(Event) + Send + 'static, Receiver<Event>) {
    let (sender, receiver): (Sender<Event>, _) = channel();
    let kick = move |event| {
        // The test may have seen enough.
        let _ = sender.send(event);
    };
    (kick, receiver)
}

fn silent() -> Output {
    Output::new(std::io::sink(), Buffering::None).unwrap()
}

/// Takes input until there is as much as expected.
fn take(console: &Console, events: &Receiver<Event>, count: usize) -> Vec<u8> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let more = console.take_input(100);
        if more.is_empty() {
            assert_eq!(events.recv_timeout(LONG), Ok(Event::Input));
        }
        taken.extend(more);
    }
    taken
}

fn wait_for(events: &Receiver<Event>, expected: Event) {
    while events.recv_timeout(LONG).expect("the event comes") != expected {}
}

#[test]
fn memory_console() {
    let (console, written) = Console::memory(b"typed").unwrap();
    assert_eq!(console.pending_input(), 5);
    assert_eq!(console.take_input(3), b"typ");
    assert!(!console.input_ended());
    assert_eq!(console.take_input(3), b"ed");
    assert!(console.input_ended());
    console.write(b"one").unwrap();
    console.write(b"two\n").unwrap();
    assert_eq!(written.contents(), b"onetwo\n");
}

#[test]
fn a_pipe_is_transparent_and_ends() {
    let (source, mut typed) = std::io::pipe().unwrap();
    let (kick, events) = kick();
    let console = Console::open(source, silent(), kick).unwrap();
    typed.write_all(b"\x01x\x03 all of it").unwrap();
    assert_eq!(take(&console, &events, 13), b"\x01x\x03 all of it");
    assert!(!console.input_ended());
    drop(typed);
    wait_for(&events, Event::EndOfInput);
    assert!(console.input_ended());
}

#[test]
fn a_large_file_waits_for_the_guest() {
    let (source, mut typed) = std::io::pipe().unwrap();
    let (kick, events) = kick();
    let console = Console::open(source, silent(), kick).unwrap();
    let sent: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
    let expected = sent.clone();
    let writer = std::thread::spawn(move || typed.write_all(&sent));
    assert_eq!(take(&console, &events, expected.len()), expected);
    writer.join().unwrap().unwrap();
}

/// Neither a reader that waits for input nor one that waits for room keeps the console from closing.
#[test]
fn closes_while_waiting() {
    let (source, typed) = std::io::pipe().unwrap();
    let (kick_idle, _events) = kick();
    drop(Console::open(source, silent(), kick_idle).unwrap());
    drop(typed);

    let (source, mut typed) = std::io::pipe().unwrap();
    let (kick_full, events) = kick();
    let console = Console::open(source, silent(), kick_full).unwrap();
    typed.write_all(&[b'x'; 8192]).unwrap();
    wait_for(&events, Event::Input);
    drop(console);
}

fn open_pty() -> (OwnedFd, OwnedFd) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let terminal = rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap();
    (controller, terminal)
}

/// One test for all that a terminal does: the state to restore is the process's, so two at a time would meet.
#[test]
fn a_terminal_is_raw_until_the_end_and_has_escape_keys() {
    let (controller, terminal) = open_pty();
    let modes = || {
        let termios = tcgetattr(&terminal).unwrap();
        (termios.local_modes, termios.input_modes, termios.output_modes)
    };
    let before = modes();
    let cooked = LocalModes::ICANON | LocalModes::ISIG | LocalModes::ECHO;
    assert!(before.0.contains(cooked));

    let (kick_1, events) = kick();
    let console = Console::open(terminal.try_clone().unwrap(), silent(), kick_1).unwrap();
    assert!(!modes().0.intersects(cooked));
    assert!(modes().2.contains(OutputModes::OPOST));
    let (kick_2, _) = kick();
    let second = Console::open(terminal.try_clone().unwrap(), silent(), kick_2);
    assert_eq!(second.err().map(|e| e.kind()), Some(std::io::ErrorKind::AlreadyExists));

    rustix::io::write(&controller, b"\x03\x01\x01\rk").unwrap();
    assert_eq!(take(&console, &events, 4), b"\x03\x01\rk");
    rustix::io::write(&controller, b"\x01x").unwrap();
    wait_for(&events, Event::Quit);
    drop(console);
    assert_eq!(modes(), before, "restored on drop");

    let raw = RawMode::enter(&terminal).unwrap();
    assert!(!modes().0.intersects(cooked));
    restore_terminal();
    assert_eq!(modes(), before, "restored on request");
    drop(raw);
    assert_eq!(modes(), before);

    let raw = RawMode::enter(&terminal).unwrap();
    assert!(std::thread::spawn(|| panic!("a panic on purpose, to see the terminal restored")).join().is_err());
    assert_eq!(modes(), before, "restored on a panic");
    drop(raw);
}

#[test]
fn lines_go_out_whole_and_the_rest_at_the_end() {
    #[derive(Clone, Default)]
    struct Calls(Arc<Mutex<Vec<Vec<u8>>>>);
    impl Write for Calls {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            lock(&self.0).push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let calls = Calls::default();
    let output = Output::new(calls.clone(), Buffering::Line).unwrap();
    for byte in b"a line\n" {
        output.write(&[*byte]).unwrap();
    }
    // How many calls the first line took depends on whether the flusher was faster; the bytes do not.
    assert_eq!(lock(&calls.0).concat(), b"a line\n");
    output.write(&[b'x'; BIG]).unwrap();
    assert_eq!(lock(&calls.0).concat().len(), 7 + BIG);
    output.write(b"tail").unwrap();
    drop(output);
    assert!(lock(&calls.0).concat().ends_with(b"xtail"));
}

const BIG: usize = 5000;

/// A prompt has no newline, and a guest that waits for the answer writes no more.
#[test]
fn a_prompt_appears_by_itself() {
    let (mut shown, sink) = std::io::pipe().unwrap();
    let output = Output::new(sink, Buffering::Line).unwrap();
    output.write(b"login: ").unwrap();
    let mut prompt = [0; 7];
    shown.read_exact(&mut prompt).unwrap();
    assert_eq!(&prompt, b"login: ");
}

#[test]
fn a_closed_pipe_is_an_error_each_time() {
    let (shown, sink): (PipeReader, _) = std::io::pipe().unwrap();
    let output = Output::new(sink, Buffering::Line).unwrap();
    drop(shown);
    for _ in 0..2 {
        let error = output.write(b"unheard\n").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    }
    assert!(output.flush().is_err());
}
