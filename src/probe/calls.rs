//! CALL and CALL2 rows: a guest makes one call by HVC or SMC, and what it, its user space and a second vCPU see of it.

use super::code::{LOOP, str};
use super::machine::{DEVICE, Machine, NONE, PC, POWER_OFF, PSCI, PSTATE, Probe, RAM, x};
use super::request as r;
use super::sweep::MMIO;

const HVC: u32 = 0xd400_0002;
const SMC: u32 = 0xd400_0003;
const IMMEDIATE_1: u32 = 1 << 5;
/// Where CPU_ON starts the second vCPU.
const ENTRY: u64 = RAM + 0x2_0000;

/// Functions of every range of the SMCCC, and neighbours of known ones.
const FUNCTIONS: [u64; 34] = [
    0x8000_0000,
    0x8000_0002,
    0x8000_3fff,
    0x8000_7fff,
    0x8000_8000,
    0x8400_0050,
    0x8400_0051,
    0x8400_0052,
    0x8400_0053,
    0xc400_0053,
    0xc500_0020,
    0xc500_0021,
    0x8600_ff00,
    0x8600_ff01,
    0x8600_ff03,
    0x8600_0000,
    0x8600_0001,
    0xc600_0002,
    0xc600_0003,
    0x8600_0040,
    0x8600_0041,
    0xc500_0022,
    0x8100_0000,
    0x8200_0000,
    0x8300_0000,
    0x8500_0000,
    0xdead_beef,
    0,
    0xffff_ffff,
    0x95c1_ba5e,
    0x95c1_ba5f,
    0x95c1_ba60,
    0x95c1_ba61,
    0xc100_0000,
];
/// Arguments of TRNG_FEATURES.
const TRNG: [u64; 6] = [0x8400_0050, 0x8400_0051, 0x8400_0052, 0x8400_0053, 0xc400_0053, 0x8400_0054];

/// A call: X0 to X3 and how it is made.
#[derive(Clone, Copy)]
struct Call {
    name: &'static str,
    instruction: u32,
    arguments: [u64; 4],
    /// There is a second vCPU, powered off.
    two: bool,
}

fn hvc(name: &'static str, function: u64, first: u64) -> Call {
    Call { name, instruction: HVC, arguments: [function, first, 0, 0], two: false }
}

fn with_two(name: &'static str, function: u64, first: u64, second: u64, third: u64) -> Call {
    Call { name, instruction: HVC, arguments: [function, first, second, third], two: true }
}

/// Every call, in order.
fn all() -> Vec<Call> {
    let mut calls = Vec::new();
    for number in 0..0x17 {
        calls.extend([hvc("psci32_hvc", 0x8400_0000 + number, 0), hvc("psci64_hvc", 0xc400_0000 + number, 0)]);
    }
    for number in 0..0x17 {
        calls.extend([hvc("features32", 0x8400_000a, 0x8400_0000 + number), hvc("features64", 0x8400_000a, 0xc400_0000 + number)]);
    }
    calls.push(hvc("features_smccc", 0x8400_000a, 0x8000_0000));
    for function in FUNCTIONS {
        calls.extend([hvc("call_hvc", function, 0), hvc("arch_features", 0x8000_0001, function)]);
        calls.push(Call { instruction: SMC, ..hvc("call_smc", function, 0) });
    }
    calls.extend(TRNG.map(|function| hvc("trng_features", 0x8400_0051, function)));
    calls.extend(special());
    calls
}

fn special() -> [Call; 23] {
    const CPU_ON: u64 = 0xc400_0003;
    const AFFINITY_INFO: u64 = 0xc400_0004;
    let on_self = |name, target| Call { two: false, ..with_two(name, CPU_ON, target, RAM, 7) };
    let reset = |name, function, kind, cookie| Call { two: false, ..with_two(name, function, kind, cookie, 0) };
    [
        hvc("trng_rnd32_96", 0x8400_0053, 96),
        hvc("trng_rnd64_192", 0xc400_0053, 192),
        hvc("trng_rnd64_193", 0xc400_0053, 193),
        hvc("trng_rnd64_1", 0xc400_0053, 1),
        hvc("pvtime_features_st", 0xc500_0020, 0xc500_0021),
        Call { instruction: SMC, ..hvc("psci_version_smc", 0x8400_0000, 0) },
        Call { instruction: HVC | IMMEDIATE_1, ..hvc("psci_version_hvc1", 0x8400_0000, 0) },
        Call { instruction: SMC | IMMEDIATE_1, ..hvc("psci_version_smc1", 0x8400_0000, 0) },
        on_self("cpu_on_self", 0x8000_0000),
        on_self("cpu_on_self0", 0),
        with_two("cpu_on_1", CPU_ON, 1, ENTRY, 7),
        with_two("cpu_on_1_noaff", CPU_ON, 2, ENTRY, 7),
        with_two("cpu_on_1_resbits", CPU_ON, 0x8000_0001, RAM, 7),
        with_two("cpu_on32_1", 0x8400_0003, 1, ENTRY, 7),
        with_two("aff_info_0", AFFINITY_INFO, 0, 0, 0),
        with_two("aff_info_1", AFFINITY_INFO, 1, 0, 0),
        with_two("aff_info_2", AFFINITY_INFO, 2, 0, 0),
        with_two("aff_info_1_l1", AFFINITY_INFO, 1, 1, 0),
        with_two("aff_info_1_l4", AFFINITY_INFO, 1, 4, 0),
        reset("reset2_type1", 0x8400_0012, 1, 0),
        reset("reset2_vendor", 0xc400_0012, 0x8000_0000, 0x55),
        reset("sysoff2_c4000015", 0xc400_0015, 0, 0),
        reset("sysoff2_hib", 0xc400_0015, 1, 0),
    ]
}

impl Probe {
    pub(super) fn calls(&mut self) {
        for (name, features) in [("psci", PSCI), ("none", 0)] {
            all().into_iter().for_each(|call| self.call(name, features, call));
        }
    }

    fn call(&mut self, configuration: &str, features: u64, call: Call) {
        let (mut machine, result) = self.make(features, true, false);
        if result < 0 {
            return self.close(machine);
        }
        machine.second = NONE;
        if call.two {
            machine.second = self.ioctl(machine.vm, r::CREATE_VCPU, 1);
            self.init_preferred(machine.second, features | POWER_OFF);
        }
        self.vectors(&machine, 4);
        self.load_guest(&machine, &[call.instruction, str(0, 20, 0), LOOP]);
        for (number, argument) in (0..).zip(call.arguments) {
            self.set(machine.vcpu, x(number), argument);
        }
        let result = self.run(machine.vcpu);
        let answer = self.answer(&machine, result);
        let (name, [function, first, second, _]) = (call.name, call.arguments);
        self.row(format_args!("CALL\t{configuration}\t{name}\t{function:#x}({first:#x},{second:#x})\t{answer}"));
        if call.two {
            let mp_state = self.mp_state(machine.second, 99);
            let [pc, x0, pstate] = [PC, x(0), PSTATE].map(|id| self.value(machine.second, id));
            self.row(format_args!("CALL2\t{configuration}\t{name}\tvcpu1 mp={mp_state} pc={pc:#x} x0={x0:#x} pstate={pstate:#x}"));
        }
        self.close(machine);
    }

    /// How the call came back: to the guest, by an exception, or to user space.
    fn answer(&mut self, machine: &Machine, result: i64) -> String {
        let vcpu = machine.vcpu;
        let reason = self.exit_reason(vcpu);
        if result == 0 && reason == MMIO {
            let (address, data) = self.mmio(vcpu);
            let kind = if address == DEVICE { "ret" } else { "exc" };
            let [x0, x1, x2, x3] = [0, 1, 2, 3].map(|number| self.value(vcpu, x(number)));
            self.run(vcpu);
            return format!("rc={result}\treason={reason}\t{kind}\tx0={x0:#x} x1={x1:#x} x2={x2:#x} x3={x3:#x} d={data:#x}");
        }
        let payload = self.payload(vcpu);
        let (mp_state, pc) = (self.mp_state(vcpu, 99), self.value(vcpu, PC));
        format!("rc={result}\treason={reason}\texit\traw{payload} pc={pc:#x} mp={mp_state}")
    }
}
