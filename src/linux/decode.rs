//! Arguments in words, for `--strace`: flags and choices of system calls, registers and structures of KVM's requests. Judges none.

use kvm::abi::layout::LAYOUTS;

use super::{flags, host};

type Names = &'static [(u64, &'static str)];

macro_rules! names {
    ($($name:ident)*) => { &[$((libc::$name as u64, stringify!($name))),*] };
}

const PROTECTION: Names = names!(PROT_READ PROT_WRITE PROT_EXEC);
const SHARING: Names = names!(MAP_SHARED MAP_PRIVATE MAP_SHARED_VALIDATE);
const MAPPING: Names =
    names!(MAP_FIXED MAP_ANONYMOUS MAP_GROWSDOWN MAP_LOCKED MAP_NORESERVE MAP_POPULATE MAP_STACK MAP_HUGETLB MAP_FIXED_NOREPLACE);
const MOVING: Names = names!(MREMAP_MAYMOVE MREMAP_FIXED MREMAP_DONTUNMAP);
const ADVICE: Names = names!(MADV_NORMAL MADV_RANDOM MADV_SEQUENTIAL MADV_WILLNEED MADV_DONTNEED MADV_FREE MADV_REMOVE MADV_DONTFORK MADV_HUGEPAGE
    MADV_NOHUGEPAGE MADV_DONTDUMP MADV_POPULATE_READ MADV_POPULATE_WRITE);
const ACCESS: Names = names!(O_RDONLY O_WRONLY O_RDWR);
const OPENING: Names =
    names!(O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK O_DSYNC O_DIRECT O_DIRECTORY O_NOFOLLOW O_NOATIME O_CLOEXEC O_PATH);
const SIGNALS: Names = names!(SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM
    SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS);
const MASKING: Names = names!(SIG_BLOCK SIG_UNBLOCK SIG_SETMASK);
const FUTEX: Names = names!(FUTEX_WAIT FUTEX_WAKE FUTEX_FD FUTEX_REQUEUE FUTEX_CMP_REQUEUE FUTEX_WAKE_OP FUTEX_LOCK_PI FUTEX_UNLOCK_PI
    FUTEX_TRYLOCK_PI FUTEX_WAIT_BITSET FUTEX_WAKE_BITSET FUTEX_WAIT_REQUEUE_PI FUTEX_CMP_REQUEUE_PI);
const FUTEX_FLAGS: Names = names!(FUTEX_PRIVATE_FLAG FUTEX_CLOCK_REALTIME);
const CLONING: Names = names!(CLONE_VM CLONE_FS CLONE_FILES CLONE_SIGHAND CLONE_VFORK CLONE_PARENT CLONE_THREAD CLONE_SYSVSEM CLONE_SETTLS
    CLONE_PARENT_SETTID CLONE_CHILD_CLEARTID CLONE_DETACHED CLONE_CHILD_SETTID);
const CLOCKS: Names = names!(CLOCK_REALTIME CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID CLOCK_THREAD_CPUTIME_ID CLOCK_MONOTONIC_RAW
    CLOCK_REALTIME_COARSE CLOCK_MONOTONIC_COARSE CLOCK_BOOTTIME);
const COMMANDS: Names = names!(F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_DUPFD_CLOEXEC F_SETPIPE_SZ F_GETPIPE_SZ F_ADD_SEALS F_GET_SEALS);
const EPOLL: Names = names!(EPOLL_CTL_ADD EPOLL_CTL_DEL EPOLL_CTL_MOD);
const EVENTFD: Names = names!(EFD_SEMAPHORE EFD_NONBLOCK EFD_CLOEXEC);
const MEMFD: Names = names!(MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB);
const SEEKING: Names = names!(SEEK_SET SEEK_CUR SEEK_END SEEK_DATA SEEK_HOLE);
const SECCOMP: Names = names!(SECCOMP_SET_MODE_STRICT SECCOMP_SET_MODE_FILTER SECCOMP_GET_ACTION_AVAIL SECCOMP_GET_NOTIF_SIZES);
const SECCOMP_FLAGS: Names = names!(SECCOMP_FILTER_FLAG_TSYNC SECCOMP_FILTER_FLAG_LOG SECCOMP_FILTER_FLAG_SPEC_ALLOW
    SECCOMP_FILTER_FLAG_NEW_LISTENER SECCOMP_FILTER_FLAG_TSYNC_ESRCH SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
const PROCESS: Names = names!(PR_SET_PDEATHSIG PR_GET_PDEATHSIG PR_GET_DUMPABLE PR_SET_DUMPABLE PR_GET_KEEPCAPS PR_SET_KEEPCAPS PR_SET_NAME
    PR_GET_NAME PR_GET_SECCOMP PR_SET_SECCOMP PR_CAPBSET_READ PR_CAPBSET_DROP PR_GET_SECUREBITS PR_SET_SECUREBITS PR_SET_TIMERSLACK
    PR_GET_TIMERSLACK PR_SET_CHILD_SUBREAPER PR_GET_CHILD_SUBREAPER PR_SET_NO_NEW_PRIVS PR_GET_NO_NEW_PRIVS PR_SET_THP_DISABLE
    PR_GET_THP_DISABLE PR_CAP_AMBIENT PR_MCE_KILL PR_MCE_KILL_GET PR_SET_VMA);

/// What an argument's number means: one of several in the bits of a mask, and flags in the others.
struct Meaning {
    mask: u64,
    choices: Names,
    flags: Names,
}

fn choice(choices: Names) -> Meaning {
    Meaning { mask: u64::from(u32::MAX), choices, flags: &[] }
}

fn flag(flags: Names) -> Meaning {
    Meaning { mask: 0, choices: &[], flags }
}

fn meaning(call: &str, index: usize) -> Option<Meaning> {
    Some(match (call, index) {
        ("mmap" | "mprotect", 2) => flag(PROTECTION),
        ("mmap", 3) => Meaning { mask: 15, choices: SHARING, flags: MAPPING },
        ("mremap", 3) => flag(MOVING),
        ("madvise", 2) => choice(ADVICE),
        ("openat", 2) => Meaning { mask: libc::O_ACCMODE as u64, choices: ACCESS, flags: OPENING },
        ("dup3", 2) | ("pipe2", 1) => flag(OPENING),
        ("kill" | "tkill", 1) | ("tgkill" | "rt_tgsigqueueinfo", 2) | ("rt_sigaction", 0) => choice(SIGNALS),
        ("rt_sigprocmask", 0) => choice(MASKING),
        ("futex", 1) => Meaning { mask: 0x7f, choices: FUTEX, flags: FUTEX_FLAGS },
        ("clone", 0) => Meaning { mask: 0xff, choices: SIGNALS, flags: CLONING },
        ("clock_gettime" | "clock_settime" | "clock_getres" | "clock_nanosleep" | "timerfd_create" | "timer_create", 0) => choice(CLOCKS),
        ("fcntl", 1) => choice(COMMANDS),
        ("epoll_ctl", 1) => choice(EPOLL),
        ("eventfd2", 1) => flag(EVENTFD),
        ("memfd_create", 1) => flag(MEMFD),
        ("lseek", 2) => choice(SEEKING),
        ("seccomp", 0) => choice(SECCOMP),
        ("seccomp", 1) => flag(SECCOMP_FLAGS),
        ("prctl", 0) => choice(PROCESS),
        _ => return None,
    })
}

/// An argument of a call in words, where its numbers have some.
pub fn argument(call: &str, index: usize, value: u64) -> Option<String> {
    let Meaning { mask, choices, flags } = meaning(call, index)?;
    let value = if std::ptr::eq(flags, OPENING) { flags::to_host(value) } else { u64::from(value as u32) };
    let mut words = Vec::new();
    if mask != 0 && (value & mask != 0 || choices.first().is_some_and(|(first, _)| *first == 0)) {
        let found = choices.iter().find(|(number, _)| *number == value & mask);
        words.push(found.map_or_else(|| (value & mask).to_string(), |(_, name)| (*name).to_owned()));
    }
    let mut rest = value & !mask;
    for (bits, name) in flags.iter().filter(|(bits, _)| *bits != 0) {
        if rest & bits == *bits {
            words.push((*name).to_owned());
            rest &= !bits;
        }
    }
    if rest != 0 || words.is_empty() {
        words.push(if rest == 0 { "0".to_owned() } else { format!("{rest:#x}") });
    }
    Some(words.join("|"))
}

/// Requests of KVM's, by name, with the structure that they point to.
const STRUCTURES: &[(&str, &str)] = &[
    ("ARM_VCPU_INIT", "kvm_vcpu_init"),
    ("SET_VCPU_EVENTS", "kvm_vcpu_events"),
    ("SET_MP_STATE", "kvm_mp_state"),
    ("ARM_MTE_COPY_TAGS", "kvm_arm_copy_mte_tags"),
    ("GET_DIRTY_LOG", "kvm_dirty_log"),
    ("CLEAR_DIRTY_LOG", "kvm_clear_dirty_log"),
    ("SET_GUEST_DEBUG", "kvm_guest_debug"),
    ("SET_SIGNAL_MASK", "kvm_signal_mask"),
    ("SET_DEVICE_ATTR", "kvm_device_attr"),
    ("GET_DEVICE_ATTR", "kvm_device_attr"),
    ("HAS_DEVICE_ATTR", "kvm_device_attr"),
    ("CREATE_DEVICE", "kvm_create_device"),
    ("ENABLE_CAP", "kvm_enable_cap"),
    ("IRQ_LINE", "kvm_irq_level"),
    ("SET_USER_MEMORY_REGION", "kvm_userspace_memory_region"),
    ("SET_USER_MEMORY_REGION2", "kvm_userspace_memory_region2"),
    ("CREATE_GUEST_MEMFD", "kvm_create_guest_memfd"),
    ("REGISTER_COALESCED_MMIO", "kvm_coalesced_mmio_zone"),
    ("UNREGISTER_COALESCED_MMIO", "kvm_coalesced_mmio_zone"),
    ("IOEVENTFD", "kvm_ioeventfd"),
    ("IRQFD", "kvm_irqfd"),
    ("SET_GSI_ROUTING", "kvm_irq_routing"),
    ("SIGNAL_MSI", "kvm_msi"),
    ("ARM_SET_DEVICE_ADDR", "kvm_arm_device_addr"),
    ("ARM_SET_COUNTER_OFFSET", "kvm_arm_counter_offset"),
];

/// The structure that a request of KVM's points to, field by field.
pub fn structure(request: &str, address: u64) -> Option<String> {
    let (_, tag) = STRUCTURES.iter().find(|(name, _)| *name == request)?;
    let layout = LAYOUTS.iter().find(|layout| layout.name == *tag)?;
    let mut bytes = vec![0; layout.size];
    host::copy_in(address, &mut bytes).ok()?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let fields = layout.fields.iter().filter(|(name, _, size)| *size <= 32 && !name.contains("pad")).map(|(name, offset, size)| {
        let field = bytes.get(*offset..*offset + *size).unwrap_or_default();
        match number(field.get(..8).unwrap_or(field)) {
            _ if *size > 8 => format!("{name}={:x?}", field.chunks(4).map(number).collect::<Vec<_>>()),
            value if value < 0x1000 => format!("{name}={value}"),
            value => format!("{name}={value:#x}"),
        }
    });
    Some(format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")))
}

/// The register of a `struct kvm_one_reg`.
pub fn register(address: u64) -> Option<String> {
    host::read_u64(address).ok().map(sysregs::dump::name_of_id)
}

/// Its value, of as many bytes as its number says.
pub fn register_value(address: u64) -> Option<String> {
    let id = host::read_u64(address).ok()?;
    let mut bytes = vec![0; 1 << (id >> 52 & 7)];
    host::copy_in(host::read_u64(address.wrapping_add(8)).ok()?, &mut bytes).ok()?;
    Some(bytes.iter().rev().fold(String::from("0x"), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        let words = |call, index, value| argument(call, index, value).unwrap_or_default();
        assert_eq!(words("mmap", 2, 3), "PROT_READ|PROT_WRITE");
        assert_eq!((words("mmap", 2, 0), words("mmap", 3, 0x32)), ("0".into(), "MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS".into()));
        // arm64's numbers.
        assert_eq!(words("openat", 2, 0o40000), "O_RDONLY|O_DIRECTORY");
        assert_eq!(words("openat", 2, 0o2000002), "O_RDWR|O_CLOEXEC");
        assert_eq!((words("futex", 1, 129), words("futex", 1, 0)), ("FUTEX_WAKE|FUTEX_PRIVATE_FLAG".into(), "FUTEX_WAIT".into()));
        assert_eq!((words("kill", 1, 9), words("kill", 1, 0), words("kill", 1, 40)), ("SIGKILL".into(), "0".into(), "40".into()));
        assert_eq!(words("mprotect", 2, 0x1000_0001), "PROT_READ|0x10000000");
        assert_eq!(words("clone", 0, 0x11), "SIGCHLD");
        assert_eq!((words("seccomp", 0, 0), words("seccomp", 0, 1)), ("SECCOMP_SET_MODE_STRICT".into(), "SECCOMP_SET_MODE_FILTER".into()));
        assert_eq!(words("seccomp", 1, 0x11), "SECCOMP_FILTER_FLAG_TSYNC|SECCOMP_FILTER_FLAG_TSYNC_ESRCH");
        assert_eq!((words("prctl", 0, 38), words("prctl", 0, 1000)), ("PR_SET_NO_NEW_PRIVS".into(), "1000".into()));
        assert_eq!(argument("read", 1, 5), None);
    }

    #[test]
    fn every_structure_has_a_layout_and_every_request_a_number() {
        for (request, tag) in STRUCTURES {
            assert!(LAYOUTS.iter().any(|layout| layout.name == *tag), "{tag}");
            assert!(*request == "ARM_SET_DEVICE_ADDR" || kvm::ioctl::REQUESTS.iter().any(|(name, _)| name == request), "{request}");
        }
    }
}
