//! The system calls of arm64, in the order of their numbers (`asm-generic/unistd.h`): number, name, arguments, and who answers.
//! What has no row is ENOSYS. Numbers of x86-64 are libc's.
//!
//! d a signed number, n an unsigned one, x flags, o a mode, p an address, s a string, v vectors, of which the next argument says how
//! many. An address that may be the emulator's is changed on the way. a is one that is not, because nothing is read or written there.

use super::host::Answer;
use super::thread::Thread;
use super::{files, memory, programs, rseq, seccomp, signals, threads, vectors, waiting};

/// Of which libc has no name.
const CACHESTAT: libc::c_long = 451;

/// Who answers.
#[derive(Clone, Copy)]
pub enum By {
    /// The host, which has the same call with the same arguments; addresses are its own, too.
    Host(libc::c_long),
    /// Us.
    Us(fn(&mut Thread, [u64; 6]) -> Answer),
}

/// A row.
pub struct Row {
    pub number: u64,
    pub name: &'static str,
    pub arguments: &'static str,
    pub by: By,
}

macro_rules! rows {
    ($($number:literal $name:ident($arguments:literal) $who:ident $what:expr;)*) => {
        /// All rows, by number.
        pub static ROWS: &[Row] = &[$(Row { number: $number, name: stringify!($name), arguments: $arguments, by: rows!(@ $who $what) }),*];
    };
    (@ host $what:expr) => { By::Host($what) };
    (@ us $what:expr) => { By::Us($what) };
}

rows! {
    5 setxattr("sspnx") host libc::SYS_setxattr;
    6 lsetxattr("sspnx") host libc::SYS_lsetxattr;
    7 fsetxattr("dspnx") host libc::SYS_fsetxattr;
    8 getxattr("sspn") host libc::SYS_getxattr;
    9 lgetxattr("sspn") host libc::SYS_lgetxattr;
    10 fgetxattr("dspn") host libc::SYS_fgetxattr;
    11 listxattr("spn") host libc::SYS_listxattr;
    12 llistxattr("spn") host libc::SYS_llistxattr;
    13 flistxattr("dpn") host libc::SYS_flistxattr;
    14 removexattr("ss") host libc::SYS_removexattr;
    15 lremovexattr("ss") host libc::SYS_lremovexattr;
    16 fremovexattr("ds") host libc::SYS_fremovexattr;
    17 getcwd("pn") host libc::SYS_getcwd;
    19 eventfd2("nx") host libc::SYS_eventfd2;
    20 epoll_create1("x") host libc::SYS_epoll_create1;
    21 epoll_ctl("dddp") us waiting::epoll_ctl;
    22 epoll_pwait("dpddpn") us waiting::epoll_pwait;
    23 dup("d") us files::dup;
    24 dup3("ddx") us files::dup3;
    25 fcntl("ddp") us files::fcntl;
    26 inotify_init1("x") host libc::SYS_inotify_init1;
    27 inotify_add_watch("dsx") host libc::SYS_inotify_add_watch;
    28 inotify_rm_watch("dd") host libc::SYS_inotify_rm_watch;
    29 ioctl("dxa") us files::ioctl;
    30 ioprio_set("ddn") host libc::SYS_ioprio_set;
    31 ioprio_get("dd") host libc::SYS_ioprio_get;
    32 flock("dx") host libc::SYS_flock;
    33 mknodat("dson") host libc::SYS_mknodat;
    34 mkdirat("dso") host libc::SYS_mkdirat;
    35 unlinkat("dsx") host libc::SYS_unlinkat;
    36 symlinkat("sds") host libc::SYS_symlinkat;
    37 linkat("dsdsx") host libc::SYS_linkat;
    38 renameat("dsds") host libc::SYS_renameat;
    39 umount2("sx") host libc::SYS_umount2;
    40 mount("sssxp") host libc::SYS_mount;
    43 statfs("sp") us files::statfs;
    44 fstatfs("dp") host libc::SYS_fstatfs;
    45 truncate("sn") host libc::SYS_truncate;
    46 ftruncate("dn") host libc::SYS_ftruncate;
    47 fallocate("dxnn") us files::fallocate;
    48 faccessat("dsx") us files::faccessat;
    49 chdir("s") host libc::SYS_chdir;
    50 fchdir("d") host libc::SYS_fchdir;
    51 chroot("s") host libc::SYS_chroot;
    52 fchmod("do") host libc::SYS_fchmod;
    53 fchmodat("dso") host libc::SYS_fchmodat;
    54 fchownat("dsddx") host libc::SYS_fchownat;
    55 fchown("ddd") host libc::SYS_fchown;
    56 openat("dsxo") us files::openat;
    57 close("d") us files::close;
    59 pipe2("px") us files::pipe2;
    61 getdents64("dpn") host libc::SYS_getdents64;
    62 lseek("ddd") us files::lseek;
    63 read("dpn") host libc::SYS_read;
    64 write("dpn") host libc::SYS_write;
    65 readv("dvn") host libc::SYS_readv;
    66 writev("dvn") host libc::SYS_writev;
    67 pread64("dpnn") host libc::SYS_pread64;
    68 pwrite64("dpnn") host libc::SYS_pwrite64;
    69 preadv("dvnnn") host libc::SYS_preadv;
    70 pwritev("dvnnn") host libc::SYS_pwritev;
    71 sendfile("ddpn") host libc::SYS_sendfile;
    72 pselect6("dppppp") us waiting::pselect6;
    73 ppoll("pnppn") us waiting::ppoll;
    74 signalfd4("dpnx") host libc::SYS_signalfd4;
    75 vmsplice("dvnx") host libc::SYS_vmsplice;
    76 splice("dpdpnx") host libc::SYS_splice;
    77 tee("ddnx") host libc::SYS_tee;
    78 readlinkat("dspn") us files::readlinkat;
    79 newfstatat("dspx") us files::newfstatat;
    80 fstat("dp") us files::fstat;
    81 sync("") host libc::SYS_sync;
    82 fsync("d") host libc::SYS_fsync;
    83 fdatasync("d") host libc::SYS_fdatasync;
    84 sync_file_range("dnnx") host libc::SYS_sync_file_range;
    85 timerfd_create("dx") host libc::SYS_timerfd_create;
    86 timerfd_settime("dxpp") host libc::SYS_timerfd_settime;
    87 timerfd_gettime("dp") host libc::SYS_timerfd_gettime;
    88 utimensat("dspx") host libc::SYS_utimensat;
    90 capget("pp") host libc::SYS_capget;
    91 capset("pp") host libc::SYS_capset;
    92 personality("x") host libc::SYS_personality;
    93 exit("d") us threads::exit;
    94 exit_group("d") us threads::exit_group;
    95 waitid("ddpxp") host libc::SYS_waitid;
    96 set_tid_address("p") us threads::set_tid_address;
    97 unshare("x") host libc::SYS_unshare;
    98 futex("pxnppn") host libc::SYS_futex;
    99 set_robust_list("pn") us threads::set_robust_list;
    101 nanosleep("pp") host libc::SYS_nanosleep;
    102 getitimer("dp") host libc::SYS_getitimer;
    103 setitimer("dpp") host libc::SYS_setitimer;
    107 timer_create("dpp") host libc::SYS_timer_create;
    108 timer_gettime("dp") host libc::SYS_timer_gettime;
    109 timer_getoverrun("d") host libc::SYS_timer_getoverrun;
    110 timer_settime("dxpp") host libc::SYS_timer_settime;
    111 timer_delete("d") host libc::SYS_timer_delete;
    112 clock_settime("dp") host libc::SYS_clock_settime;
    113 clock_gettime("dp") host libc::SYS_clock_gettime;
    114 clock_getres("dp") host libc::SYS_clock_getres;
    115 clock_nanosleep("dxpp") host libc::SYS_clock_nanosleep;
    118 sched_setparam("dp") host libc::SYS_sched_setparam;
    119 sched_setscheduler("ddp") host libc::SYS_sched_setscheduler;
    120 sched_getscheduler("d") host libc::SYS_sched_getscheduler;
    121 sched_getparam("dp") host libc::SYS_sched_getparam;
    122 sched_setaffinity("dnp") host libc::SYS_sched_setaffinity;
    123 sched_getaffinity("dnp") host libc::SYS_sched_getaffinity;
    124 sched_yield("") host libc::SYS_sched_yield;
    125 sched_get_priority_max("d") host libc::SYS_sched_get_priority_max;
    126 sched_get_priority_min("d") host libc::SYS_sched_get_priority_min;
    127 sched_rr_get_interval("dp") host libc::SYS_sched_rr_get_interval;
    129 kill("dd") host libc::SYS_kill;
    130 tkill("dd") host libc::SYS_tkill;
    131 tgkill("ddd") host libc::SYS_tgkill;
    132 sigaltstack("pp") us signals::sigaltstack;
    133 rt_sigsuspend("pn") us signals::rt_sigsuspend;
    134 rt_sigaction("dppn") us signals::rt_sigaction;
    135 rt_sigprocmask("dppn") us signals::rt_sigprocmask;
    136 rt_sigpending("pn") host libc::SYS_rt_sigpending;
    137 rt_sigtimedwait("pppn") host libc::SYS_rt_sigtimedwait;
    138 rt_sigqueueinfo("ddp") host libc::SYS_rt_sigqueueinfo;
    139 rt_sigreturn("") us signals::rt_sigreturn;
    140 setpriority("ddd") host libc::SYS_setpriority;
    141 getpriority("dd") host libc::SYS_getpriority;
    143 setregid("dd") host libc::SYS_setregid;
    144 setgid("d") host libc::SYS_setgid;
    145 setreuid("dd") host libc::SYS_setreuid;
    146 setuid("d") host libc::SYS_setuid;
    147 setresuid("ddd") host libc::SYS_setresuid;
    148 getresuid("ppp") host libc::SYS_getresuid;
    149 setresgid("ddd") host libc::SYS_setresgid;
    150 getresgid("ppp") host libc::SYS_getresgid;
    151 setfsuid("d") host libc::SYS_setfsuid;
    152 setfsgid("d") host libc::SYS_setfsgid;
    153 times("p") host libc::SYS_times;
    154 setpgid("dd") host libc::SYS_setpgid;
    155 getpgid("d") host libc::SYS_getpgid;
    156 getsid("d") host libc::SYS_getsid;
    157 setsid("") host libc::SYS_setsid;
    158 getgroups("dp") host libc::SYS_getgroups;
    159 setgroups("np") host libc::SYS_setgroups;
    160 uname("p") us programs::uname;
    161 sethostname("sn") host libc::SYS_sethostname;
    162 setdomainname("sn") host libc::SYS_setdomainname;
    163 getrlimit("dp") host libc::SYS_getrlimit;
    164 setrlimit("dp") host libc::SYS_setrlimit;
    165 getrusage("dp") host libc::SYS_getrusage;
    166 umask("o") host libc::SYS_umask;
    167 prctl("dpxxx") us programs::prctl;
    168 getcpu("pp") host libc::SYS_getcpu;
    169 gettimeofday("pp") host libc::SYS_gettimeofday;
    170 settimeofday("pp") host libc::SYS_settimeofday;
    171 adjtimex("p") host libc::SYS_adjtimex;
    172 getpid("") host libc::SYS_getpid;
    173 getppid("") host libc::SYS_getppid;
    174 getuid("") host libc::SYS_getuid;
    175 geteuid("") host libc::SYS_geteuid;
    176 getgid("") host libc::SYS_getgid;
    177 getegid("") host libc::SYS_getegid;
    178 gettid("") host libc::SYS_gettid;
    179 sysinfo("p") host libc::SYS_sysinfo;
    198 socket("dxd") host libc::SYS_socket;
    199 socketpair("dxdp") host libc::SYS_socketpair;
    200 bind("dpn") host libc::SYS_bind;
    201 listen("dd") host libc::SYS_listen;
    202 accept("dpp") host libc::SYS_accept;
    203 connect("dpn") host libc::SYS_connect;
    204 getsockname("dpp") host libc::SYS_getsockname;
    205 getpeername("dpp") host libc::SYS_getpeername;
    206 sendto("dpnxpn") host libc::SYS_sendto;
    207 recvfrom("dpnxpp") host libc::SYS_recvfrom;
    208 setsockopt("dddpn") host libc::SYS_setsockopt;
    209 getsockopt("dddpp") host libc::SYS_getsockopt;
    210 shutdown("dd") host libc::SYS_shutdown;
    211 sendmsg("dpx") us vectors::sendmsg;
    212 recvmsg("dpx") us vectors::recvmsg;
    213 readahead("dnn") host libc::SYS_readahead;
    214 brk("a") us memory::brk;
    215 munmap("an") us memory::munmap;
    216 mremap("annxa") us memory::mremap;
    220 clone("xapap") us threads::clone;
    221 execve("spp") us programs::execve;
    222 mmap("anxxdn") us memory::mmap;
    223 fadvise64("dnnd") host libc::SYS_fadvise64;
    226 mprotect("anx") us memory::mprotect;
    227 msync("pnx") host libc::SYS_msync;
    228 mlock("pn") host libc::SYS_mlock;
    229 munlock("pn") host libc::SYS_munlock;
    230 mlockall("x") host libc::SYS_mlockall;
    231 munlockall("") host libc::SYS_munlockall;
    232 mincore("pnp") host libc::SYS_mincore;
    233 madvise("and") us memory::madvise;
    235 mbind("pndpnx") host libc::SYS_mbind;
    236 get_mempolicy("ppnpx") host libc::SYS_get_mempolicy;
    237 set_mempolicy("dpn") host libc::SYS_set_mempolicy;
    239 move_pages("dnpppx") host libc::SYS_move_pages;
    240 rt_tgsigqueueinfo("dddp") host libc::SYS_rt_tgsigqueueinfo;
    242 accept4("dppx") host libc::SYS_accept4;
    243 recvmmsg("dpnxp") us vectors::recvmmsg;
    260 wait4("dpxp") host libc::SYS_wait4;
    261 prlimit64("ddpp") host libc::SYS_prlimit64;
    266 clock_adjtime("dp") host libc::SYS_clock_adjtime;
    267 syncfs("d") host libc::SYS_syncfs;
    269 sendmmsg("dpnx") us vectors::sendmmsg;
    270 process_vm_readv("dpnpnx") us vectors::process_vm_readv;
    271 process_vm_writev("dpnpnx") us vectors::process_vm_writev;
    274 sched_setattr("dpx") host libc::SYS_sched_setattr;
    275 sched_getattr("dpnx") host libc::SYS_sched_getattr;
    276 renameat2("dsdsx") host libc::SYS_renameat2;
    277 seccomp("xxp") us seccomp::seccomp;
    278 getrandom("pnx") host libc::SYS_getrandom;
    279 memfd_create("sx") host libc::SYS_memfd_create;
    282 userfaultfd("x") host libc::SYS_userfaultfd;
    283 membarrier("dxd") us rseq::membarrier;
    284 mlock2("pnx") host libc::SYS_mlock2;
    285 copy_file_range("dpdpnx") host libc::SYS_copy_file_range;
    286 preadv2("dvnnnx") host libc::SYS_preadv2;
    287 pwritev2("dvnnnx") host libc::SYS_pwritev2;
    291 statx("dsxxp") us files::statx;
    293 rseq("pnxx") us rseq::rseq;
    424 pidfd_send_signal("ddpx") host libc::SYS_pidfd_send_signal;
    434 pidfd_open("dx") host libc::SYS_pidfd_open;
    435 clone3("pn") us threads::clone3;
    436 close_range("nnx") us files::close_range;
    437 openat2("dspn") us files::openat2;
    439 faccessat2("dsxx") us files::faccessat2;
    441 epoll_pwait2("dpdppn") us waiting::epoll_pwait2;
    451 cachestat("dppx") host CACHESTAT;
    452 fchmodat2("dsox") host libc::SYS_fchmodat2;
}

/// The row of a number.
pub fn find(number: u64) -> Option<&'static Row> {
    ROWS.binary_search_by_key(&number, |row| row.number).ok().and_then(|index| ROWS.get(index))
}

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn rows_are_in_order() {
        assert!(ROWS.is_sorted_by_key(|row| row.number) && ROWS.windows(2).all(|pair| pair[0].number != pair[1].number));
        assert!(ROWS.iter().all(|row| row.arguments.len() <= 6 && row.arguments.chars().all(|kind| "dnxopsva".contains(kind))));
    }
}
