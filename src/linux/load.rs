#![expect(unsafe_code)]
//! Makes a process of a program's file, and runs it. Executes nothing itself.
//!
//! Obligation: the program's PEs reach what is in its `Space` alone, and a range leaves that before it is unmapped.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock};

use emu::cpu::CpuConfig;
use emu::mem::PhysicalMemory;
use emu::mmu::ProgramMemory;
use emu::timer::Clock;
use kvm::HostPageIs;
use kvm::errno::Errno;
use kvm_process::table;
use libc::{MAP_ANONYMOUS, MAP_NORESERVE, MAP_PRIVATE};
use sysregs::{FeatureSet, SysReg};

use super::elf::{Image, Loaded};
use super::inbox::{self, Host};
use super::process::{Brk, Process, Settings};
use super::rseq::{self, Turns};
use super::seccomp;
use super::signals::Actions;
use super::space::{END, PAGE, Space, prot};
use super::start::Start;
use super::thread::Thread;
use super::{ExecError, arena, host, paths, threads};

/// Where a program goes that may lie anywhere: far from everything, so that its heap can grow.
const PROGRAM: u64 = 0x2000_0000_0000;
/// Its stack, when there is no limit to it.
const STACK: u64 = 8 << 20;
/// Hz, when the model does not say.
const FREQUENCY: u64 = 62_500_000;
/// `mov x8, #139; svc #0`: rt_sigreturn.
const RESTORER: [u32; 2] = [0xd280_1168, 0xd400_0001];

/// What to run.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its file.
    pub path: PathBuf,
    /// Arguments, the name first.
    pub arguments: Vec<Vec<u8>>,
    /// Environment, `NAME=VALUE`.
    pub environment: Vec<Vec<u8>>,
    /// The descriptor with the seccomp filters of the program that executed this one, if it had some.
    pub filters: Option<i32>,
}

/// Runs a program; its exit code. A program that ends by a signal or by exit_group(2) takes this process with it.
///
/// # Errors
/// It cannot be started.
pub fn exec(program: &Program, settings: Settings) -> Result<i32, ExecError> {
    // First of all, because the descriptor is not the program's.
    let filters = match program.filters {
        Some(descriptor) => seccomp::take_over(descriptor).ok_or(ExecError::NoFilters { descriptor })?,
        None => seccomp::Installed::default(),
    };
    let image = Image::open(&program.path)?;
    let config = Arc::new(CpuConfig::new(settings.host.ids.clone(), 1 << 31, false)?);
    let frequency = config.ids.get(SysReg::CNTFRQ_EL0).filter(|&frequency| frequency != 0).unwrap_or(FREQUENCY);
    let end = arena::find().map_err(|source| ExecError::Unreadable { path: "/proc/self/maps".into(), source })?;
    // SAFETY: the space says which pages there are; see the file's obligation.
    let memory = unsafe { PhysicalMemory::identity(END) };
    let mut process = Process {
        settings,
        space: Arc::new(Space::new(Arc::new(memory), end)),
        config,
        clock: Arc::new(Clock::host(frequency)),
        restorer: 0,
        executable: std::fs::canonicalize(&program.path).unwrap_or_else(|_| program.path.clone()),
        arguments: program.arguments.clone(),
        auxiliary: Vec::new(),
        brk: Mutex::default(),
        actions: Mutex::default(),
        seccomp: seccomp::Members::default(),
        turns: Turns::default(),
        threads: AtomicUsize::new(1),
        leader_code: AtomicI32::new(0),
    };
    let no_room = |errno: Errno| ExecError::NoRoom { path: program.path.clone(), errno };
    let loaded = image.load(&process, &program.path, PROGRAM)?;
    let interpreter = interpreter(&process, &image, &program.path)?;
    let heap = loaded.end.next_multiple_of(PAGE);
    process.brk = Mutex::new(Brk { start: heap, end: heap });
    process.restorer = trampoline(&process).map_err(no_room)?;
    let top = stack(&process).map_err(no_room)?;
    let features = FeatureSet::from_ids(&process.config.ids);
    let start = Start {
        program: loaded,
        interpreter: interpreter.map_or(0, |interpreter| interpreter.bias),
        features: &features,
        rseq_features: rseq::has_features(&process),
        path: program.path.as_os_str().as_bytes(),
        arguments: &program.arguments,
        environment: &program.environment,
        random: random(),
    };
    let stack = start.write(top).map_err(|_| no_room(kvm::errno::E2BIG))?;
    process.auxiliary = stack.auxiliary;
    let entry = interpreter.unwrap_or(loaded).entry;
    Ok(run(process, &program.path, entry, stack.pointer, filters))
}

fn run(process: Process, path: &Path, entry: u64, stack: u64, filters: seccomp::Installed) -> i32 {
    table::set_process(std::process::id());
    SPACE.get_or_init(|| process.space.clone());
    kvm_process::set_probe(page_is);
    inherit(&mut process.lock_actions());
    name(path);
    let mask = inbox::block_all();
    let mut thread = Thread::first(Arc::new(process), entry, stack, mask, filters);
    let code = thread.run();
    threads::leave(&thread, code);
    code
}

/// The program's memory, for those who ask without a thread.
static SPACE: OnceLock<Arc<Space>> = OnceLock::new();

/// What a page of a slot is: asked before a vCPU uses it first.
fn page_is(address: u64) -> HostPageIs {
    match SPACE.get().and_then(|space| space.page(address)) {
        Some(page) if page.write => HostPageIs::Writable,
        Some(page) if page.read => HostPageIs::Readable,
        _ => HostPageIs::Absent,
    }
}

/// The program's interpreter, if it has one.
fn interpreter(process: &Process, image: &Image, program: &Path) -> Result<Option<Loaded>, ExecError> {
    let Some(name) = &image.interpreter else { return Ok(None) };
    let missing = || ExecError::NoInterpreter {
        path: program.into(),
        interpreter: String::from_utf8_lossy(name).into_owned(),
        sysroot: process.settings.sysroot.clone(),
    };
    let Ok(paths::Named::File(file)) = process.named(name) else { return Err(missing()) };
    let path = Path::new(OsStr::from_bytes(file.as_bytes()));
    let image = Image::open(path).map_err(|_| missing())?;
    image.load(process, path, 0).map(Some)
}

/// The page with the code that a handler returns to.
fn trampoline(process: &Process) -> Result<u64, Errno> {
    let page = process.map(0, PAGE, prot::READ | prot::WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)?;
    let code: Vec<u8> = RESTORER.iter().flat_map(|word| word.to_le_bytes()).collect();
    host::copy_out(page, &code)?;
    process.space.protect(&(page..page + PAGE), prot::READ | prot::EXEC);
    Ok(page)
}

/// The first thread's stack, as large as the limit says: its end.
fn stack(process: &Process) -> Result<u64, Errno> {
    let mut limit = [0u64; 2];
    let address = limit.as_mut_ptr().expose_provenance() as u64;
    host::call(libc::SYS_prlimit64, [0, u64::from(libc::RLIMIT_STACK), 0, address, 0, 0])?;
    // Half a terabyte and more is "no limit" in other words.
    let size = if limit[0] < 1 << 39 { limit[0].max(1 << 17).next_multiple_of(PAGE) } else { STACK };
    // A page below it stays nobody's.
    let guard = process.map(0, size + PAGE, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)?;
    process.unmap(guard, size + PAGE)?;
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    Ok(process.map(guard + PAGE, size, prot::READ | prot::WRITE, flags, -1, 0)? + size)
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    // It cannot fail for so few; and if it does, zeros are as good for what a program does with them.
    let _ = host::call(libc::SYS_getrandom, [bytes.as_mut_ptr().expose_provenance() as u64, 16, 0, 0, 0, 0]);
    bytes
}

/// Signals that were ignored stay so, but for SIGPIPE, which Rust ignores for itself; of its own handlers none stays.
fn inherit(actions: &mut Actions) {
    for number in 1..=64 {
        let mut action = [0u64; 4];
        let address = action.as_mut_ptr().expose_provenance() as u64;
        let known = host::call(libc::SYS_rt_sigaction, [number, 0, address, 8, 0, 0]);
        if known.is_ok() && action[0] == libc::SIG_IGN as u64 && number != libc::SIGPIPE as u64 {
            actions.inherit(number as u32);
        } else {
            // SIGKILL and SIGSTOP refuse.
            let _ = inbox::set_host_action(number as u32, Host::Default);
        }
    }
    // It comes for loads of the program's, too, whatever it wants done with it.
    let _ = inbox::set_host_action(libc::SIGBUS as u32, Host::Keep(0));
}

/// The process's name, as execve(2) sets it.
fn name(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| CString::new(name.as_bytes()).ok()) else { return };
    // A name cannot be refused.
    let _ = host::call(libc::SYS_prctl, [libc::PR_SET_NAME as u64, paths::address(&name), 0, 0, 0, 0]);
}
