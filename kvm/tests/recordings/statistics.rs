//! KVM_GET_STATS_FD of vCPUs that halt, found by name as a program finds them. Compares with no recording.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kvm::errno::EINTR;
use kvm::ioctl::{KvmFile, ioctl};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, core_regs};

use sysregs::SysReg;

use crate::ioctl_fuzz::Program;
use crate::program::{DEVICE, mrs, str};
use crate::waiting::{NOP, WFET_X0, WFIT_X0, guest};

const GET_STATS_FD: u32 = 0xaece;
const WFI: u32 = 0xd503_207f;
const ADD_X0_X1: u32 = 0x8b01_0000;
const SUB_X2_1: u32 = 0xd100_0442;
const CBNZ_X2_BACK_4: u32 = 0xb5ff_ff82;
const CAP_HALT_POLL: u32 = 182;
/// halt_poll_invalid counts none on arm64.
const POLLS: [&str; 5] = ["halt_attempted_poll", "halt_successful_poll", "halt_poll_invalid", "halt_poll_success_ns", "halt_poll_fail_ns"];
/// Buckets of a histogram.
const BUCKETS: usize = 32;

/// A file of statistics.
struct Statistics(Arc<File>);

impl Statistics {
    fn of(vcpu: &VcpuFd) -> Statistics {
        let mut program = Program::new(Kvm::new(Host::new("max", "6.12").expect("known")));
        let fd = ioctl(&KvmFile::Vcpu(vcpu.clone()), GET_STATS_FD, 0, &mut program).expect("KVM_GET_STATS_FD");
        match program.file(fd) {
            Some(KvmFile::Statistics(file)) => Statistics(file.clone()),
            _ => panic!("no statistics"),
        }
    }

    fn bytes<const N: usize>(&self, at: u64) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.read_exact_at(&mut bytes, at).expect("statistics");
        bytes
    }

    fn word(&self, at: u64) -> u64 {
        u32::from_le_bytes(self.bytes(at)).into()
    }

    /// All of a name: `struct kvm_stats_header` says where the descriptions are, and they where the numbers are.
    fn numbers(&self, name: &str) -> Vec<u64> {
        let [name_size, count, descriptions, data] = [4, 8, 16, 20].map(|at| self.word(at));
        let mut described = (0..count).map(|index| descriptions + index * (16 + name_size));
        let at = described.find(|at| self.bytes::<48>(at + 16).starts_with(format!("{name}\0").as_bytes())).expect("known");
        let (size, offset) = (u64::from(u16::from_le_bytes(self.bytes(at + 6))), self.word(at + 8));
        (0..size).map(|index| u64::from_le_bytes(self.bytes(data + offset + 8 * index))).collect()
    }

    fn number(&self, name: &str) -> u64 {
        self.numbers(name)[0]
    }

    /// halt_wakeup, halt_wait_ns, `blocking`.
    fn halts(&self) -> [u64; 3] {
        ["halt_wakeup", "halt_wait_ns", "blocking"].map(|name| self.number(name))
    }

    /// The buckets of halt_wait_hist that are not empty.
    fn lengths(&self) -> Vec<(usize, u64)> {
        let buckets = self.numbers("halt_wait_hist");
        assert_eq!(buckets.len(), BUCKETS);
        buckets.into_iter().enumerate().filter(|&(_, count)| count != 0).collect()
    }
}

/// Turns: the halt goes on until the next one, by the VM's clock.
#[test]
fn halts_in_turns() {
    // The wait in nanoseconds, and the bucket: the number of its bits, or the last.
    for (waits, bucket) in [(0, 0), (1, 1), (2, 2), (1000, 10), (1023, 10), (1024, 11), ((1 << 30) - 1, 30), (1 << 30, 31), (1 << 40, 31)] {
        let (vm, vcpus) = guest(TimeSource::Virtual, 1, &[NOP, WFI, NOP, WFI]);
        let vcpu = &vcpus[0];
        // Who asks late is told of the first, too.
        for (wakeups, early) in [(0, true), (1, false)] {
            let asked = early.then(|| Statistics::of(vcpu));
            assert_eq!(vcpu.run_for(100), Ok(VcpuExit::Yield));
            let statistics = asked.unwrap_or_else(|| Statistics::of(vcpu));
            assert_eq!(statistics.halts(), [wakeups, wakeups * waits, 1], "{waits}");
            assert_eq!(statistics.lengths(), if early { vec![] } else { vec![(bucket, 1)] }, "{waits}");
            vm.clock().advance(waits);
            assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
            assert_eq!(statistics.halts(), [wakeups + 1, (wakeups + 1) * waits, 0], "{waits}");
            assert_eq!(statistics.lengths(), [(bucket, wakeups + 1)], "{waits}");
            vcpu.set_reg_u64(core_regs::PC, crate::program::CODE).expect("PC");
        }
    }
}

/// No halt: a WFIT whose time is over, and WFET, for which KVM only yields.
#[test]
fn what_is_no_halt() {
    for (word, until, halts) in [(WFIT_X0, 0, 0), (WFET_X0, u64::MAX, 0), (WFIT_X0, u64::MAX, 1), (WFI, 0, 1)] {
        let (_vm, vcpus) = guest(TimeSource::Virtual, 1, &[word, NOP, NOP]);
        let statistics = Statistics::of(&vcpus[0]);
        vcpus[0].set_reg_u64(core_regs::x(0), until).expect("X0");
        let over = word == WFIT_X0 && until == 0;
        assert_eq!(vcpus[0].run_for(2), Ok(if over { VcpuExit::Quantum } else { VcpuExit::Yield }));
        assert_eq!(statistics.number("blocking"), halts, "{word:#x} {until}");
        assert_eq!(vcpus[0].run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!(statistics.halts(), [halts, 0, 0], "{word:#x} {until}");
    }
}

/// KVM_RUN sleeps, and says so meanwhile. An interrupt wakes the vCPU; a signal only its thread.
#[test]
fn halts_of_a_thread() {
    for (by_signal, wakeups) in [(false, 1), (true, 0)] {
        let (vm, vcpus) = guest(TimeSource::Virtual, 1, &[WFI, NOP, NOP]);
        let vcpu = &vcpus[0];
        let statistics = Statistics::of(vcpu);
        let (asleep, ended) = std::thread::scope(|scope| {
            let runner = scope.spawn(|| vcpu.run_bounded(2));
            let limit = Instant::now() + Duration::from_secs(20);
            while statistics.number("blocking") == 0 && Instant::now() < limit {
                std::thread::yield_now();
            }
            let asleep = statistics.halts();
            vm.clock().advance(5000);
            if by_signal {
                vcpu.kick();
            } else {
                vm.set_irq_line(0, true).expect("KVM_IRQ_LINE");
            }
            (asleep, runner.join().expect("a run"))
        });
        assert_eq!(asleep, [0, 0, 1]);
        assert_eq!(ended, if by_signal { Err(EINTR) } else { Ok(VcpuExit::Quantum) });
        assert_eq!((statistics.halts(), statistics.lengths()), ([wakeups, 5000, 0], vec![(13, 1)]));
    }
}

/// What one run of short halts leaves in the statistics.
#[derive(Debug)]
struct Polls {
    attempts: u64,
    successes: u64,
    invalid: u64,
    success_ns: u64,
    /// Of the histograms of successes, failures and waits.
    lengths: [u64; 3],
}

const HALTS: u64 = 200;

/// WFIT for some microseconds, again and again: each time the count is X1 more than it was.
fn short_halts(time: TimeSource, limit: Option<u64>) -> Polls {
    let words = [mrs(SysReg::CNTVCT_EL0, 0), ADD_X0_X1, WFIT_X0, SUB_X2_1, CBNZ_X2_BACK_4, mrs(SysReg::CNTVCT_EL0, 3), str(3, 20, 0)];
    let (vm, vcpus) = guest(time, 1, &words);
    let vcpu = &vcpus[0];
    if let Some(limit) = limit {
        vm.enable_cap(CAP_HALT_POLL, 0, [limit, 0, 0, 0]).expect("KVM_CAP_HALT_POLL");
    }
    let ticks = vm.clock().frequency() / 200_000;
    for (number, value) in [(1, ticks), (2, HALTS), (20, DEVICE)] {
        vcpu.set_reg_u64(core_regs::x(number), value).expect("KVM_SET_ONE_REG");
    }
    let statistics = Statistics::of(vcpu);
    let left = std::thread::scope(|scope| {
        let runner = scope.spawn(|| vcpu.run());
        // Virtual time does not go on by itself.
        while !runner.is_finished() {
            vm.clock().advance(10_000);
            std::thread::yield_now();
        }
        runner.join().expect("a run")
    });
    assert!(matches!(left, Ok(VcpuExit::MmioWrite { .. })), "{left:?}");
    let [attempts, successes, invalid, success_ns, _] = POLLS.map(|name| statistics.number(name));
    let lengths =
        ["halt_poll_success_hist", "halt_poll_fail_hist", "halt_wait_hist"].map(|name| statistics.numbers(name).iter().sum::<u64>());
    Polls { attempts, successes, invalid, success_ns, lengths }
}

/// Short halts, which are polled for where time is the host's and KVM_CAP_HALT_POLL allows it, with CPUs enough. Where others have the CPU all the
/// time no poll succeeds, so that there are several runs until one does.
#[test]
fn polls_before_it_sleeps() {
    const RUNS: usize = 5000;
    let several = std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1);
    for (time, limit, polls) in [
        (TimeSource::Host, None, several),
        (TimeSource::Host, Some(1_000_000), several),
        (TimeSource::Host, Some(0), false),
        (TimeSource::Virtual, None, false),
    ] {
        let mut polled = false;
        for _ in 0..if polls { RUNS } else { 1 } {
            let told = short_halts(time, limit);
            let context = format!("{time:?} {limit:?}: {told:?}");
            assert_eq!((told.lengths[0], told.lengths[1], told.invalid), (told.successes, told.attempts - told.successes, 0), "{context}");
            // A halt that was over when it was looked at first is none.
            assert!(told.lengths[2] + told.successes <= HALTS && told.lengths[2] >= told.lengths[1], "{context}");
            assert!(polls || told.attempts == 0, "{context}");
            assert_eq!(told.successes != 0, told.success_ns != 0, "{context}");
            polled |= told.successes != 0;
            if polled {
                break;
            }
        }
        assert_eq!(polled, polls, "{time:?} {limit:?}");
    }
}

/// What is counted as an exit: WFI and WFIT. No WFE and WFET: they do not trap where nobody else wants the CPU (`kvm_vcpu_should_clear_twe`). A call
/// that suspends is a call, by HVC; one by SMC has no name of its own, unless it is one of the workarounds that the vectors answer an HVC for.
#[test]
fn exits_by_name() {
    const WFE: u32 = 0xd503_205f;
    const HVC: u32 = 0xd400_0002;
    const SMC: u32 = 0xd400_0003;
    const CPU_SUSPEND: u64 = 0x8400_0001;
    const PSCI_VERSION: u64 = 0x8400_0000;
    for (word, x0, expected) in [
        (WFI, 0, [0, 0, 1, 1]),
        (WFIT_X0, u64::MAX, [0, 0, 1, 1]),
        (WFE, 0, [0, 0, 0, 0]),
        (WFET_X0, u64::MAX, [0, 0, 0, 0]),
        (HVC, CPU_SUSPEND, [1, 0, 0, 1]),
        (HVC, PSCI_VERSION, [1, 0, 0, 1]),
        (SMC, PSCI_VERSION, [0, 0, 0, 1]),
        (HVC, 0x8000_8000, [0, 0, 0, 0]),
        (HVC, 0x8000_7fff, [0, 0, 0, 0]),
        (HVC, 0x8000_3fff, [0, 0, 0, 0]),
        (SMC, 0x8000_8000, [0, 0, 0, 1]),
        (NOP, 0, [0, 0, 0, 0]),
    ] {
        let (_vm, vcpus) = guest(TimeSource::Virtual, 1, &[word, NOP]);
        vcpus[0].set_reg_u64(core_regs::x(0), x0).expect("X0");
        assert!(matches!(vcpus[0].run_for(1), Ok(VcpuExit::Yield | VcpuExit::Quantum)), "{word:#x}");
        let statistics = Statistics::of(&vcpus[0]);
        let names = ["hvc_exit_stat", "wfe_exit_stat", "wfi_exit_stat", "exits"];
        assert_eq!(names.map(|name| statistics.number(name)), expected, "{word:#x} {x0:#x}");
    }
}
