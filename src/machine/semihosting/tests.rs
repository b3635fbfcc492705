//! Every operation against a guest that is an array and a host that is a script. The board's side is tested by whole guests.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::*;

const BASE: u64 = 0x4000_0000;
const SIZE: usize = 0x4_0000;
/// Where tests put the parameter block, names and data.
const BLOCK: u64 = BASE + 0x100;
const NAME: u64 = BASE + 0x1000;
const NAME_2: u64 = BASE + 0x2000;
const DATA: u64 = BASE + 0x3000;
const END: u64 = BASE + SIZE as u64;
/// No memory is here.
const WILD: u64 = 0xdead_0000_0000;

struct Memory(RefCell<Vec<u8>>);

fn offsets(address: u64, length: usize) -> Result<Range<usize>, Errno> {
    let start = address.checked_sub(BASE).ok_or(Errno::FAULT)? as usize;
    let end = start.checked_add(length).filter(|&end| end <= SIZE).ok_or(Errno::FAULT)?;
    Ok(start..end)
}

impl Guest for Memory {
    fn read(&self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        out.copy_from_slice(&self.0.borrow()[offsets(address, out.len())?]);
        Ok(())
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), Errno> {
        self.0.borrow_mut()[offsets(address, data.len())?].copy_from_slice(data);
        Ok(())
    }
}

#[derive(Default)]
struct Script {
    input: RefCell<VecDeque<u8>>,
    more_to_come: bool,
    output: RefCell<Vec<u8>>,
    error: RefCell<Vec<u8>>,
    closed: bool,
}

impl Host for Script {
    fn take_input(&self, max: usize) -> Vec<u8> {
        let mut input = self.input.borrow_mut();
        let count = max.min(input.len());
        input.drain(..count).collect()
    }

    fn input_ended(&self) -> bool {
        self.input.borrow().is_empty() && !self.more_to_come
    }

    fn put(&self, stream: Stream, bytes: &[u8]) -> std::io::Result<()> {
        if self.closed {
            return Err(Errno::PIPE.into());
        }
        let to = if stream == Stream::Output { &self.output } else { &self.error };
        to.borrow_mut().extend(bytes);
        Ok(())
    }

    fn elapsed(&self) -> u64 {
        12_345_678_901
    }

    fn now(&self) -> u64 {
        1_704_067_200_999_999_999
    }
}

struct Bench {
    semihosting: Semihosting,
    memory: Memory,
    host: Script,
}

impl Bench {
    fn new() -> Self {
        let setup = Setup { command_line: "prog -a b".into(), free_memory: 0x4001_0000..0x6000_0000, run: 0x7e57 };
        Bench { semihosting: Semihosting::new(setup), memory: Memory(RefCell::new(vec![0xcc; SIZE])), host: Script::default() }
    }

    /// The call as it is, X1 = `parameter`.
    fn raw(&mut self, operation: u32, parameter: u64) -> Result<Reply, String> {
        self.semihosting.call(operation, parameter, &self.memory, &self.host)
    }

    /// The call with a parameter block.
    fn reply(&mut self, operation: u32, fields: &[u64]) -> Reply {
        for (index, field) in fields.iter().enumerate() {
            self.memory.write(BLOCK + 8 * index as u64, &field.to_le_bytes()).unwrap();
        }
        self.raw(operation, BLOCK).unwrap()
    }

    fn call(&mut self, operation: u32, fields: &[u64]) -> u64 {
        match self.reply(operation, fields) {
            Reply::Result(value) => value,
            other => panic!("{operation:#x}: {other:?}"),
        }
    }

    fn errno(&mut self) -> Errno {
        let Ok(Reply::Result(number)) = self.raw(op::ERRNO, 0) else { panic!("SYS_ERRNO") };
        Errno::from_raw_os_error(number as i32)
    }

    fn put(&self, address: u64, text: &[u8]) -> u64 {
        self.memory.write(address, text).unwrap();
        text.len() as u64
    }

    fn get(&self, address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.memory.read(address, &mut bytes).unwrap();
        bytes
    }

    fn open(&mut self, name: &[u8], mode: u64) -> u64 {
        let length = self.put(NAME, name);
        self.call(op::OPEN, &[NAME, mode, length])
    }
}

/// A directory of this test's own, gone at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("invar-semihosting-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn path(&self, name: &str) -> Vec<u8> {
        self.0.join(name).into_os_string().into_encoded_bytes()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_console_by_mode() {
    let mut bench = Bench::new();
    bench.host.input.borrow_mut().extend(b"keys");
    let handles: Vec<u64> = (0..12).map(|mode| bench.open(b":tt", mode)).collect();
    assert!(handles.iter().all(|&handle| handle != 0 && handle != FAILED), "{handles:?}");
    let length = bench.put(DATA, b"text");
    for (mode, &handle) in handles.iter().enumerate() {
        assert_eq!(bench.call(op::ISTTY, &[handle]), 1);
        assert_eq!(bench.call(op::FLEN, &[handle]), 0);
        let left = bench.call(op::WRITE, &[handle, DATA, length]);
        assert_eq!(left, if mode < 4 { length } else { 0 }, "mode {mode}");
    }
    assert_eq!(bench.host.output.borrow().as_slice(), b"text".repeat(4));
    assert_eq!(bench.host.error.borrow().as_slice(), b"text".repeat(4));
    assert_eq!(bench.call(op::READ, &[handles[0], DATA, 3]), 0);
    assert_eq!(bench.call(op::READ, &[handles[3], DATA + 3, 3]), 2);
    assert_eq!(bench.get(DATA, 4), b"keys");
    assert_eq!(bench.call(op::READ, &[handles[0], DATA, 3]), 3, "the end of input");
    assert_eq!(bench.call(op::SEEK, &[handles[0], 0]), FAILED);
    assert_eq!(bench.errno(), Errno::SPIPE);
}

#[test]
fn input_that_is_still_to_come_makes_the_call_wait() {
    let mut bench = Bench::new();
    bench.host.more_to_come = true;
    let handle = bench.open(b":tt", 0);
    assert_eq!(bench.reply(op::READ, &[handle, DATA, 4]), Reply::Wait);
    assert_eq!(bench.call(op::READ, &[handle, DATA, 0]), 0);
    assert_eq!(bench.raw(op::READC, 0), Ok(Reply::Wait));
    bench.host.input.borrow_mut().push_back(b'k');
    assert_eq!(bench.raw(op::READC, 0), Ok(Reply::Result(b'k'.into())));
    bench.host.more_to_come = false;
    assert_eq!(bench.raw(op::READC, 0), Ok(Reply::Result(FAILED)));
}

#[test]
fn characters_and_strings() {
    let mut bench = Bench::new();
    bench.put(DATA, b"A");
    assert_eq!(bench.raw(op::WRITEC, DATA), Ok(Reply::Result(0)));
    // Across a page, and an empty one.
    bench.put(DATA + 0xff0, &[&[b'x'; 32][..], &[0]].concat());
    assert_eq!(bench.raw(op::WRITE0, DATA + 0xff0), Ok(Reply::Result(0)));
    assert_eq!(bench.raw(op::WRITE0, DATA + 0xff0 + 32), Ok(Reply::Result(0)));
    assert_eq!(bench.host.output.borrow().as_slice(), [b"A", &[b'x'; 32][..]].concat());
    bench.host.closed = true;
    assert_eq!(bench.raw(op::WRITEC, DATA), Ok(Reply::Result(FAILED)));
    assert_eq!(bench.errno(), Errno::PIPE);
}

#[test]
fn the_features_are_a_file() {
    let mut bench = Bench::new();
    let handle = bench.open(b":semihosting-features", 0);
    assert_eq!(bench.call(op::FLEN, &[handle]), 5);
    assert_eq!(bench.call(op::ISTTY, &[handle]), 0);
    assert_eq!(bench.call(op::READ, &[handle, DATA, 4]), 0);
    assert_eq!(bench.call(op::READ, &[handle, DATA + 4, 4]), 3);
    assert_eq!(bench.get(DATA, 5), b"SHFB\x03");
    assert_eq!(bench.call(op::SEEK, &[handle, 4]), 0);
    assert_eq!(bench.call(op::READ, &[handle, DATA, 1]), 0);
    assert_eq!(bench.get(DATA, 1), [3]);
    assert_eq!(bench.call(op::SEEK, &[handle, 6]), FAILED);
    assert_eq!(bench.call(op::WRITE, &[handle, DATA, 1]), 1);
    assert_eq!(bench.open(b":semihosting-features", 4), FAILED);
}

#[test]
fn host_files() {
    let scratch = Scratch::new("files");
    let (name, renamed) = (scratch.path("a"), scratch.path("b"));
    let mut bench = Bench::new();
    assert_eq!(bench.open(&name, 0), FAILED);
    assert_eq!(bench.errno(), Errno::NOENT);
    let handle = bench.open(&name, 7);
    // More than a chunk, so that the loops turn.
    let content: Vec<u8> = (0..0x1_2345_u32).map(|n| (n * 7 / 8) as u8).collect();
    let length = bench.put(DATA, &content);
    assert_eq!(bench.call(op::WRITE, &[handle, DATA, length]), 0);
    assert_eq!(bench.call(op::FLEN, &[handle]), length);
    assert_eq!(bench.call(op::ISTTY, &[handle]), 0);
    assert_eq!(bench.call(op::SEEK, &[handle, 1]), 0);
    assert_eq!(bench.call(op::READ, &[handle, DATA, length]), 1, "one byte less than asked for");
    assert_eq!(bench.get(DATA, content.len() - 1), content[1..]);
    assert_eq!(bench.call(op::READ, &[handle, DATA, 8]), 8, "the end");
    assert_eq!(bench.call(op::CLOSE, &[handle]), 0);
    assert_eq!(bench.call(op::CLOSE, &[handle]), FAILED);
    assert_eq!(bench.errno(), Errno::BADF);

    let append = bench.open(&name, 8);
    bench.put(DATA, b"end");
    assert_eq!(bench.call(op::WRITE, &[append, DATA, 3]), 0);
    assert_eq!(std::fs::read(scratch.0.join("a")).unwrap(), [&content[..], b"end"].concat());

    let (old, new) = (bench.put(NAME, &name), bench.put(NAME_2, &renamed));
    assert_eq!(bench.call(op::RENAME, &[NAME, old, NAME_2, new]), 0);
    assert!(scratch.0.join("b").exists());
    assert_eq!(bench.call(op::REMOVE, &[NAME_2, new]), 0);
    assert_eq!(bench.call(op::REMOVE, &[NAME_2, new]), FAILED);
    assert_eq!(bench.errno(), Errno::NOENT);
}

#[test]
fn handles_run_out_and_are_reused() {
    let mut bench = Bench::new();
    let mut last = 0;
    for count in 0.. {
        let handle = bench.open(b":tt", 4);
        if handle == FAILED {
            assert_eq!(count, 256);
            break;
        }
        last = handle;
    }
    assert_eq!(bench.errno(), Errno::MFILE);
    assert_eq!(bench.call(op::CLOSE, &[7]), 0);
    assert_eq!(bench.open(b":tt", 4), 7);
    assert_eq!(bench.call(op::CLOSE, &[last]), 0);
}

#[test]
fn names_that_are_no_names() {
    let mut bench = Bench::new();
    let cases: [(&[u64], Errno); 5] = [
        (&[NAME, 12, 3], Errno::INVAL),
        (&[NAME, 0, 4097], Errno::NAMETOOLONG),
        (&[NAME, 0, u64::MAX], Errno::NAMETOOLONG),
        (&[NAME, 0, 0], Errno::NOENT),
        (&[WILD, 0, 3], Errno::FAULT),
    ];
    bench.put(NAME, b":tt");
    for (fields, errno) in cases {
        assert_eq!(bench.call(op::OPEN, fields), FAILED, "{fields:x?}");
        assert_eq!(bench.errno(), errno, "{fields:x?}");
    }
    assert_eq!(bench.open(b"a\0b", 0), FAILED);
    assert_eq!(bench.errno(), Errno::INVAL);
}

#[test]
fn time_comes_from_the_host_trait() {
    let mut bench = Bench::new();
    assert_eq!(bench.raw(op::CLOCK, 0), Ok(Reply::Result(1234)));
    assert_eq!(bench.raw(op::TIME, 0), Ok(Reply::Result(1_704_067_200)));
    assert_eq!(bench.raw(op::TICKFREQ, 0), Ok(Reply::Result(1_000_000_000)));
    assert_eq!(bench.raw(op::ELAPSED, DATA), Ok(Reply::Result(0)));
    assert_eq!(bench.get(DATA, 8), 12_345_678_901_u64.to_le_bytes());
}

#[test]
fn command_line_heap_and_names() {
    let mut bench = Bench::new();
    assert_eq!(bench.call(op::GET_CMDLINE, &[DATA, 10]), 0);
    assert_eq!(bench.get(DATA, 11), b"prog -a b\0\xcc");
    assert_eq!(bench.get(BLOCK + 8, 8), 9_u64.to_le_bytes());
    assert_eq!(bench.call(op::GET_CMDLINE, &[DATA, 9]), FAILED, "no room for the zero");
    assert_eq!(bench.errno(), Errno::TOOBIG);

    assert_eq!(bench.call(op::HEAPINFO, &[DATA]), 0);
    let words = [0x4001_0000_u64, 0x6000_0000, 0x6000_0000, 0x4001_0000].map(u64::to_le_bytes);
    assert_eq!(bench.get(DATA, 32), words.as_flattened());

    assert_eq!(bench.call(op::TMPNAM, &[DATA, 0xab, 200]), 0);
    let name = String::from_utf8(bench.get(DATA, 200)).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
    assert!(name.split('\0').next().unwrap().ends_with("/invar-7e57-ab"), "{name}");
    assert_eq!(bench.call(op::TMPNAM, &[DATA, 256, 200]), FAILED);
    assert_eq!(bench.call(op::TMPNAM, &[DATA, 1, 4]), FAILED);
}

#[test]
fn status_words() {
    let mut bench = Bench::new();
    for (status, expected) in [(0, 0), (1, 0), (FAILED, 1), (1 << 63, 1)] {
        assert_eq!(bench.call(op::ISERROR, &[status]), expected, "{status:#x}");
    }
    assert_eq!(bench.call(op::SYNCCACHE, &[DATA, 64]), 0);
    assert_eq!(bench.call(op::SYSTEM, &[NAME, 2]), FAILED);
    assert_eq!(bench.errno(), Errno::PERM);
}

#[test]
fn exits() {
    let mut bench = Bench::new();
    for operation in [op::EXIT, op::EXIT_EXTENDED] {
        for (fields, status) in
            [([0x2_0026, 0], 0), ([0x2_0026, 42], 42), ([0x2_0026, u64::MAX], -1), ([0x2_0023, 0], 1), ([0x2_0024, 7], 1), ([0, 0], 1)]
        {
            assert_eq!(bench.reply(operation, &fields), Reply::Exit(status), "{fields:x?}");
        }
    }
}

#[test]
fn unknown_operations_are_named() {
    let mut bench = Bench::new();
    for operation in [0, 0x0b, 0x14, 0x17, 0x1f, 0x32, 0x100, u32::MAX] {
        let why = bench.raw(operation, 5).expect_err("no such operation");
        assert!(why.contains(&format!("{operation:#x}")) && why.contains("X1 = 0x5"), "{why}");
    }
}

#[test]
fn a_wild_parameter_is_efault_for_every_operation_that_has_one() {
    let without = [op::READC, op::CLOCK, op::TIME, op::SYSTEM, op::ERRNO, op::SYNCCACHE, op::TICKFREQ];
    for operation in 1..=0x31 {
        let mut bench = Bench::new();
        let Ok(reply) = bench.raw(operation, WILD) else { continue };
        if !without.contains(&operation) {
            assert_eq!(reply, Reply::Result(FAILED), "{operation:#x}");
            assert_eq!(bench.errno(), Errno::FAULT, "{operation:#x}");
        }
        // The last byte of the address space, and a block that ends outside.
        for parameter in [u64::MAX, END - 4] {
            let _ = Bench::new().raw(operation, parameter);
        }
    }
}

#[test]
fn wild_buffers_move_nothing() {
    let mut bench = Bench::new();
    let (out, features) = (bench.open(b":tt", 4), bench.open(b":semihosting-features", 0));
    let zero = bench.open(b"/dev/zero", 0);
    for (operation, handle, address, length, left) in [
        (op::WRITE, out, WILD, 5, 5),
        (op::WRITE, out, END - 2, 5, 5),
        (op::WRITE, out, END - 2, u64::MAX, u64::MAX),
        (op::READ, features, WILD, 5, 5),
        (op::READ, zero, WILD, u64::MAX, u64::MAX),
        (op::READ, zero, END - 0x1_0000, u64::MAX, u64::MAX - 0x1_0000),
    ] {
        assert_eq!(bench.call(operation, &[handle, address, length]), left, "{address:#x} {length:#x}");
        assert_eq!(bench.errno(), Errno::FAULT);
    }
    assert!(bench.host.output.borrow().is_empty());
    bench.host.input.borrow_mut().extend(b"k");
    let keys = bench.open(b":tt", 0);
    assert_eq!(bench.call(op::READ, &[keys, WILD, 1]), FAILED);
    assert_eq!(bench.errno(), Errno::FAULT);
    // A string without an end.
    bench.memory.0.borrow_mut().fill(b'x');
    assert_eq!(bench.raw(op::WRITE0, BASE), Ok(Reply::Result(FAILED)));
}
