//! A running guest between two processes, over a connection that the test can cut after any byte.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use invar::machine::fdt::GicVersion;
use invar::migrate::workload::Workload;

use crate::command::{invar, scratch};
use crate::random::Random;

/// Goes on until a byte is on its serial port.
const WORKLOAD: Workload = Workload { cpus: 2, gic: GicVersion::V3, pages: 512, rounds: 3, waits: false, until_key: true };

fn image(folder: &Path, workload: &Workload) -> PathBuf {
    let path = folder.join("workload.bin");
    std::fs::write(&path, workload.assemble().expect("it assembles")).expect("written");
    path
}

pub fn spawn(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invar"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

fn source(folder: &Path, to: &str) -> Child {
    let (image, memory) = (image(folder, &WORKLOAD), WORKLOAD.memory().to_string());
    let arguments = ["run", image.to_str().expect("UTF-8"), "--load-addr", "0x40080000", "-m", &memory, "--smp", "2", "--gic", "3"];
    spawn(&[&arguments[..], &["--timeout", "120", "--at", "console:GO", "--send", to]].concat())
}

/// Reads what a command says on standard error until it has said `until`, or is silent for ever.
fn hear(child: &mut Child, until: &str) -> String {
    let stderr = child.stderr.as_mut().expect("a pipe");
    let (mut said, mut byte) = (String::new(), [0]);
    while !(said.contains(until) && said.ends_with('\n')) && stderr.read(&mut byte).expect("it speaks") == 1 {
        said.push(char::from(byte[0]));
    }
    said
}

/// A destination that listens already, and where.
pub fn destination(at: &str, more: &[&str]) -> (Child, String) {
    let mut child = spawn(&[&["receive", at, "--timeout", "120"], more].concat());
    let address = hear(&mut child, "waits").trim().rsplit(' ').next().unwrap_or_default().to_owned();
    (child, address)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The guest gets its byte, and the command ends.
fn press_key(mut child: Child) -> Output {
    child.stdin.take().expect("a pipe").write_all(b"k").expect("it reads");
    child.wait_with_output().expect("it ends")
}

/// The source has kept its guest, which does its work to the end; the status says that it was not moved.
fn goes_on(mut source: Child, why: &str) -> String {
    let said = hear(&mut source, "the guest goes on here");
    assert!(said.contains("the guest goes on here"), "{why}: {said}");
    let finished = press_key(source);
    assert_eq!(finished.status.code(), Some(74), "{why}: {}", text(&finished.stderr));
    assert_eq!(text(&finished.stdout), format!("GO\n{}\n", WORKLOAD.result()), "{why}");
    said
}

#[test]
fn a_guest_moves_and_finishes_there() {
    let folder = scratch("live");
    for at in [format!("unix:{}", folder.join("direct").display()), "tcp:127.0.0.1:0".into()] {
        let (there, address) = destination(&at, &[]);
        let here = source(&folder, &address).wait_with_output().expect("it ends");
        assert!(text(&here.stderr).contains("invar: moved to"), "{}", text(&here.stderr));
        let there = press_key(there);
        assert_eq!((here.status.code(), there.status.code()), (Some(0), Some(0)), "{}", text(&there.stderr));
        // The guest may stop before or after the end of the line that names the place.
        let [here, there] = [here.stdout, there.stdout].map(|written| text(&written));
        assert!(here.starts_with("GO") && !there.is_empty(), "{here:?} {there:?}");
        assert_eq!(here + &there, format!("GO\n{}\n", WORKLOAD.result()));
    }
}

/// Passes on `limit` bytes from source to destination, then kills the destination.
fn cut_after(limit: usize, listener: &UnixListener, to: &str, mut victim: Child) {
    let (mut source, _) = listener.accept().expect("the source connects");
    let mut there = UnixStream::connect(to.strip_prefix("unix:").expect("a path")).expect("it listens");
    let (mut answers, mut back) = (there.try_clone().expect("a handle"), source.try_clone().expect("a handle"));
    let replies = std::thread::spawn(move || drop(std::io::copy(&mut answers, &mut back)));
    let mut buffer = vec![0; 4096];
    let mut left = limit;
    while left > 0 {
        let wanted = left.min(buffer.len());
        match source.read(&mut buffer[..wanted]) {
            Ok(count) if count > 0 => {
                if there.write_all(&buffer[..count]).is_err() {
                    break;
                }
                left -= count;
            }
            _ => break,
        }
    }
    victim.kill().expect("it can be killed");
    victim.wait().expect("it is dead");
    drop((source, there));
    replies.join().expect("it ends");
}

#[test]
fn a_killed_destination_costs_nothing() {
    let folder = scratch("live-kill");
    let mut random = Random(20_261_125);
    // The shortest streams, of a guest that writes little meanwhile, have about 5,100 bytes.
    let random_cuts: Vec<usize> = (0..5).map(|_| random.below(4_000) as usize).collect();
    for limit in [0, 23, 300].into_iter().chain(random_cuts) {
        let [proxy, beyond] = ["proxy", "beyond"].map(|name| folder.join(format!("{name}-{limit}")));
        // A test that was stopped leaves its socket.
        let _ = std::fs::remove_file(&proxy);
        let listener = UnixListener::bind(&proxy).expect("it listens");
        let (victim, address) = destination(&format!("unix:{}", beyond.display()), &[]);
        let here = source(&folder, &format!("unix:{}", proxy.display()));
        cut_after(limit, &listener, &address, victim);
        drop(listener);
        goes_on(here, &format!("cut after {limit} bytes"));
    }
}

/// Bytes of a stream's header, and of a section's.
const HEADERS: (usize, usize) = (24, 40);
/// Kind of a stream's last section.
const END: u32 = 5;

/// Passes on the stream's header and up to `limit` sections, never the last one, damages one bit of what it passes on where
/// asked to, and closes both connections. Says how many sections there were before the last, if it came that far.
fn pass_on(limit: usize, damage: Option<u64>, listener: &UnixListener, to: &str) -> Option<usize> {
    let (mut source, _) = listener.accept().expect("the source connects");
    let mut there = UnixStream::connect(to.strip_prefix("unix:").expect("a path")).expect("it listens");
    let (mut answers, mut back) = (there.try_clone().expect("a handle"), source.try_clone().expect("a handle"));
    let replies = std::thread::spawn(move || drop(std::io::copy(&mut answers, &mut back)));
    let mut passed = vec![0; HEADERS.0];
    source.read_exact(&mut passed).expect("a header");
    let (mut sections, mut total) = (0, None);
    let mut at = 0;
    loop {
        let end = at + passed.len() as u64;
        if let Some(bit) = damage.filter(|bit| (at..end).contains(&(bit / 8))) {
            passed[(bit / 8 - at) as usize] ^= 1 << (bit % 8);
        }
        at = end;
        // A destination that has found the damage has gone.
        if there.write_all(&passed).is_err() || sections == limit {
            break;
        }
        passed.resize(HEADERS.1, 0);
        if source.read_exact(&mut passed).is_err() {
            break;
        }
        if passed[..4] == END.to_le_bytes() {
            total = Some(sections);
            break;
        }
        let stored = passed[16..24].iter().rev().fold(0, |size, &byte| size << 8 | usize::from(byte));
        passed.resize(HEADERS.1 + stored + 8, 0);
        source.read_exact(&mut passed[HEADERS.1..]).expect("a section");
        sections += 1;
    }
    for socket in [&source, &there] {
        // Whoever has gone already hears nothing.
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }
    replies.join().expect("it ends");
    total
}

/// A move through [`pass_on`]: the destination runs nothing and says why, and the source keeps its guest.
fn broken_move(folder: &Path, name: &str, limit: usize, damage: Option<u64>) -> (Option<usize>, String) {
    let [proxy, beyond] = ["proxy", "beyond"].map(|side| folder.join(format!("{side}-{name}")));
    // A test that was stopped leaves its socket.
    let _ = std::fs::remove_file(&proxy);
    let listener = UnixListener::bind(&proxy).expect("it listens");
    let (there, address) = destination(&format!("unix:{}", beyond.display()), &[]);
    let here = source(folder, &format!("unix:{}", proxy.display()));
    let total = pass_on(limit, damage, &listener, &address);
    drop(listener);
    let there = there.wait_with_output().expect("it ends");
    assert_eq!((there.status.code(), text(&there.stdout)), (Some(1), String::new()), "{name}");
    goes_on(here, name);
    (total, text(&there.stderr))
}

#[test]
fn a_connection_may_close_after_any_message() {
    let folder = scratch("live-close");
    for limit in 0.. {
        let (total, said) = broken_move(&folder, &format!("{limit}-sections"), limit, None);
        // Whether it reads or answers when that happens is a matter of time.
        assert!(said.contains("cut off") || said.contains("reading or writing fails"), "after {limit} sections: {said}");
        if total.is_some() {
            assert!(limit > 5, "{limit} sections are no test");
            break;
        }
    }
}

#[test]
fn a_damaged_stream_is_refused() {
    let folder = scratch("live-damage");
    let mut random = Random(4);
    for bit in (0..12).map(|_| random.below(8 * 8_000)) {
        let (_, said) = broken_move(&folder, &format!("bit-{bit}"), usize::MAX, Some(bit));
        let told = ["damaged", "does not begin with", "cut off", "reading or writing fails"];
        assert!(told.iter().any(|told| said.contains(told)), "bit {bit}: {said}");
    }
}

#[test]
fn a_destination_says_why_not() {
    let folder = scratch("live-refused");
    let at = format!("unix:{}", folder.join("socket").display());
    let (there, address) = destination(&at, &["--cpu", "cortex-a72", "--host-kernel", "4.20"]);
    let here = goes_on(source(&folder, &address), "refused");
    let there = there.wait_with_output().expect("it ends");
    for said in [here, text(&there.stderr)] {
        assert!(said.contains("register") && said.contains("was refused with EINVAL"), "{said}");
    }
    assert_eq!(there.status.code(), Some(1));
    let nobody = goes_on(source(&folder, &address), "nobody there");
    assert!(nobody.contains("no connection to"), "{nobody}");
}

#[test]
fn a_file_in_the_place_of_the_socket_stays() {
    let file = scratch("live-place").join("file");
    std::fs::write(&file, "as it was").expect("written");
    let refused = invar(["receive", &format!("unix:{}", file.display())]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("it is there, and is no socket"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read(&file).expect("there"), b"as it was");
}

#[test]
fn a_second_destination_leaves_the_first_alone() {
    let folder = scratch("live-second");
    let at = format!("unix:{}", folder.join("socket").display());
    let (there, address) = destination(&at, &[]);
    let second = invar(["receive", &at]);
    assert_eq!(second.status.code(), Some(2));
    assert!(text(&second.stderr).contains("in use"), "{}", text(&second.stderr));
    let here = source(&folder, &address).wait_with_output().expect("it ends");
    assert!(text(&here.stderr).contains("invar: moved to"), "{}", text(&here.stderr));
    let there = press_key(there);
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stderr));
}

#[test]
fn a_destination_tells_nothing_of_its_files() {
    let folder = scratch("live-private");
    let file = folder.join("host.toml");
    std::fs::write(&file, "password of this host\n").expect("written");
    let at = format!("unix:{}", folder.join("socket").display());
    let (there, address) = destination(&at, &["--cpu", file.to_str().expect("UTF-8")]);
    let here = goes_on(source(&folder, &address), "refused");
    assert!(here.contains("not usable") && !here.contains("password"), "{here}");
    let there = there.wait_with_output().expect("it ends");
    assert!(text(&there.stderr).contains("password"), "its user is told: {}", text(&there.stderr));
}

#[test]
fn a_snapshot_is_resumed_by_another_process() {
    let folder = scratch("resume");
    let workload = Workload { rounds: 1000, until_key: false, ..WORKLOAD };
    let (image, file) = (image(&folder, &workload), folder.join("guest.snapshot"));
    let [image, file] = [&image, &file].map(|path| path.to_str().expect("UTF-8"));
    let memory = workload.memory().to_string();
    let run = ["run", image, "--load-addr", "0x40080000", "-m", &memory, "--smp", "2", "--gic", "3", "--deterministic"];
    let saved = invar(run.into_iter().chain(["--at", "1000000", "--snapshot", file]));
    assert_eq!((saved.status.code(), text(&saved.stdout)), (Some(0), "GO\n".into()), "{}", text(&saved.stderr));
    let resumed = invar(["resume", file, "--timeout", "120"]);
    assert_eq!(text(&resumed.stdout), format!("{}\n", workload.result()), "{}", text(&resumed.stderr));
    let bytes = std::fs::read(file).expect("there");
    std::fs::write(file, &bytes[..bytes.len() / 2]).expect("written");
    let broken = invar(["resume", file]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(text(&broken.stderr).contains("cut off"), "{}", text(&broken.stderr));
}
