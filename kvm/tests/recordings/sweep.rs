//! Guests that execute MRS of every encoding, and MSR to identification registers: the recorded value or the recorded exception.
//! Asks the policy nothing: everything here comes out of a running vCPU.

use std::collections::BTreeMap;
use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuInit, device_type};
use kvm::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::Encoding;
use vm_memory::MmapRegion;

use crate::exceptions::{self, over_all};
use crate::load::{Recording, Row, number};
use crate::machine::feature_bits;

const RAM: u64 = 0x4000_0000;
const RAM_SIZE: usize = 0x20_0000;
const VECTORS: u64 = 0x1000;
const CODE: u64 = 0x1_0000;
/// Unbacked: a store here tells the value; 0x10 above, an exception; 0x28 above, the end.
const REPORT: u64 = 0x1000_0000;
const EXCEPTION: u64 = REPORT + 0x10;
const END: u64 = REPORT + 0x28;

/// MRS Xt, or MSR with `write`.
fn access(encoding: Encoding, write: bool, rt: u32) -> u32 {
    0xd510_0000 | u32::from(!write) << 21 | u32::from(encoding.0) << 5 | rt
}

/// STR Xt, [X20, #offset].
fn report(rt: u32, offset: u32) -> u32 {
    0xf900_0000 | ((offset / 8) << 10) | (20 << 5) | rt
}

/// Each vector tells its number and ESR_EL1, then goes on behind what stopped.
fn vectors() -> Vec<u8> {
    let elr = Encoding::new(3, 0, 4, 0, 1);
    let mut bytes = Vec::new();
    for vector in 0..16u32 {
        let words = [
            access(Encoding::new(3, 0, 5, 2, 0), false, 21),
            0xd280_0016 | vector << 5,
            0xaa16_e2b5,
            report(21, 0x10),
            access(elr, false, 21),
            // ADD X21, X21, #8: past the STR behind the access.
            0x9100_22b5,
            access(elr, true, 21),
            0xd69f_03e0,
        ];
        bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(0x80), 0);
    }
    bytes
}

/// What an access gave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Value(u64),
    /// Vector and ESR_EL1.
    Exception(u64),
}

impl Outcome {
    /// EC 0 is an UNDEFINED instruction.
    fn is_undefined(self) -> bool {
        matches!(self, Outcome::Exception(esr) if esr >> 26 & 63 == 0)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Value(value) => write!(f, "OK {value:#x}"),
            Outcome::Exception(esr) => write!(f, "EXC {esr:#x}"),
        }
    }
}

/// A vCPU of a recorded configuration.
struct Guest {
    vm: VmFd,
    vcpu: VcpuFd,
}

impl Guest {
    fn new(recording: &Recording, cfg: &str) -> Guest {
        let host = Host::new(recording.cpu, recording.kernel).expect("a host for each recording");
        let vm = Kvm::new(host).create_vm().expect("a VM");
        vm.add_memory(0, RAM, Arc::new(MmapRegion::new(RAM_SIZE).expect("memory"))).expect("a slot");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let gic = (cfg == "psci_vgic3").then(|| vm.create_device(device_type::VGIC_V3).expect("a GIC"));
        let bits = feature_bits(recording, cfg) as u32;
        vcpu.vcpu_init(&VcpuInit { features: [bits, 0, 0, 0, 0, 0, 0], ..vm.get_preferred_target() }).expect("features");
        if let Some(gic) = gic {
            for (group, attr, value) in [(0, 2, 0x800_0000), (0, 3, 0x80a_0000), (4, 0, 0)] {
                gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value).expect("an attribute");
            }
        }
        let guest = Guest { vm, vcpu };
        guest.write(VECTORS, &vectors());
        guest.set(Encoding::new(3, 0, 12, 0, 0).kvm_id(), RAM + VECTORS);
        guest.set(core_regs::x(20), REPORT);
        guest
    }

    fn set(&self, id: u64, value: u64) {
        self.vcpu.set_reg_u64(id, value).expect("a register");
    }

    fn write(&self, offset: u64, bytes: &[u8]) {
        self.vm.memory().write_bytes(RAM + offset, bytes).expect("in the slot");
    }

    /// Runs `program`, pieces of code that each end in one report; their reports.
    fn run(&self, program: impl Iterator<Item = u32>) -> Vec<Outcome> {
        let words = program.chain([report(0, 0x28), 0x1400_0000]);
        self.write(CODE, &words.flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
        self.set(core_regs::PC, RAM + CODE);
        let mut outcomes = Vec::new();
        loop {
            match self.vcpu.run() {
                Ok(VcpuExit::MmioWrite { address: REPORT, data, .. }) => outcomes.push(Outcome::Value(data)),
                Ok(VcpuExit::MmioWrite { address: EXCEPTION, data, .. }) => outcomes.push(Outcome::Exception(data)),
                Ok(VcpuExit::MmioWrite { address: END, .. }) => return outcomes,
                other => panic!("{other:?} after {} reports", outcomes.len()),
            }
        }
    }

    fn sweep(&self, encodings: &[Encoding], write: bool) -> Vec<Outcome> {
        let outcomes = self.run(encodings.iter().flat_map(|&encoding| [access(encoding, write, 0), report(0, 0)]));
        assert_eq!(outcomes.len(), encodings.len());
        outcomes
    }
}

/// Every encoding of MRS with this op0, in order.
fn space(op0: u8) -> Vec<Encoding> {
    let first = Encoding::new(op0, 0, 0, 0, 0).0;
    (first..=first | 0x3fff).map(Encoding).collect()
}

/// Configurations of a recording's rows of this kind, with the rows by encoding. The columns are cfg, encoding, answer.
fn by_configuration(recording: &'static Recording, record: &str) -> BTreeMap<&'static str, BTreeMap<u16, &'static Row>> {
    let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in recording.rows(record) {
        all.entry(row[0]).or_default().insert(row[1].parse::<Encoding>().expect("an encoding").0, row);
    }
    all
}

/// KVM_ARM_VCPU_SVE is not executed yet.
fn runs(recording: &Recording, cfg: &str) -> bool {
    feature_bits(recording, cfg) & 0x10 == 0
}

#[test]
#[ignore = "its PMU configurations need the PMU INIT attribute before the first run"]
fn reads_of_every_encoding() {
    over_all(16, |recording, verdict| {
        for (cfg, rows) in by_configuration(recording, "GST") {
            if !runs(recording, cfg) {
                continue;
            }
            for op0 in [3, 2] {
                let sum = format!("op0={op0}");
                let swept = recording.rows("GSTSUM").iter().any(|row| row[0] == cfg && row[1] == sum && row[2] == "write=0");
                if !swept {
                    continue;
                }
                let encodings: Vec<Encoding> = space(op0).into_iter().filter(|&e| exceptions::guest(recording, e).is_none()).collect();
                for (&encoding, outcome) in encodings.iter().zip(Guest::new(recording, cfg).sweep(&encodings, false)) {
                    let in_id_space = op0 == 3 && encoding.crn() == 0;
                    let ours = if outcome.is_undefined() && !in_id_space { "not listed".into() } else { outcome.to_string() };
                    let row = rows.get(&encoding.0);
                    let recorded = row.map_or("not listed".into(), |row| row[2..].join(" "));
                    verdict.compare(&format_args!("GST {cfg} {encoding} {}", encoding.generic_name()), &recorded, &ours);
                }
            }
        }
    });
}

#[test]
fn writes_of_identification() {
    over_all(16, |recording, verdict| {
        for (cfg, rows) in by_configuration(recording, "GSTW") {
            let encodings: Vec<Encoding> = rows.keys().map(|&bits| Encoding(bits)).collect();
            let outcomes = Guest::new(recording, cfg).sweep(&encodings, true);
            for ((encoding, row), ours) in encodings.iter().zip(rows.values()).zip(outcomes) {
                verdict.compare(&format_args!("GSTW {cfg} {encoding}"), &row[2..].join(" "), &ours.to_string());
            }
        }
    });
}

#[test]
#[ignore = "its PMU configurations need the PMU INIT attribute before the first run"]
fn cache_sizes_read_by_a_guest() {
    over_all(16, |recording, verdict| {
        let mut configurations: Vec<&str> = recording.rows("GCCSIDR").iter().map(|row| row[0]).collect();
        configurations.dedup();
        for cfg in configurations.into_iter().filter(|cfg| runs(recording, cfg)) {
            let rows: Vec<&Row> = recording.rows("GCCSIDR").iter().filter(|row| row[0] == cfg).collect();
            let select = |row: &Row| number(row[1].strip_prefix("csselr=").expect("csselr=n")) as u32;
            let (csselr, ccsidr) = (Encoding::new(3, 2, 0, 0, 0), Encoding::new(3, 1, 0, 0, 0));
            let program = rows.iter().flat_map(|row| {
                let selector = 0xd280_0000 | select(row) << 5;
                [selector, access(csselr, true, 0), 0xd503_3fdf, access(ccsidr, false, 0), report(0, 0)]
            });
            for (row, ours) in rows.iter().zip(Guest::new(recording, cfg).run(program)) {
                verdict.compare(&format_args!("GCCSIDR {cfg} {}", row[1]), &row[2..].join(" "), &ours.to_string());
            }
        }
    });
}
