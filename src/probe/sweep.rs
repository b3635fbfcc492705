//! GST, GSTW, GSTX, GSTSUM and GCCSIDR rows: a guest executes MRS of every encoding, MSR to identification registers, and reads every cache's size.

use super::code::{CODE, END, EXCEPTION, ISB, LOOP, mov, mrs, msr, str};
use super::configurations::operands;
use super::machine::{DEVICE, Machine, PC, PSCI, PSTATE, Probe, RAM, sysreg};

/// Where the code that reads cache sizes is.
const CACHE_CODE: u64 = RAM + 0x18_0000;
/// PSTATE of EL0 with everything masked.
const EL0T: u64 = 0x3c0;
/// KVM_EXIT_MMIO.
pub const MMIO: u32 = 6;
const CSSELR_EL1: u64 = sysreg(3, 2, 0, 0, 0);
const CCSIDR_EL1: u64 = sysreg(3, 1, 0, 0, 0);

/// What is swept, of one configuration.
#[derive(Clone, Copy)]
struct Sweep<'a> {
    name: &'a str,
    features: u64,
    gic: bool,
    write: bool,
    /// At EL0, with EL1's controls as they are out of reset.
    user: bool,
    op0: u64,
}

impl Sweep<'_> {
    fn record(&self) -> &'static str {
        match (self.user, self.write) {
            (false, false) => "GST",
            (false, true) => "GSTW",
            (true, false) => "GST0",
            (true, true) => "GSTW0",
        }
    }

    /// Encodings, in order.
    fn encodings(&self) -> Vec<u64> {
        if !self.write {
            return (self.op0 << 14..(self.op0 + 1) << 14).collect();
        }
        let others = [(1, 0), (1, 1), (1, 7), (3, 1), (3, 7)].map(|(op1, op2)| sysreg(3, op1, 0, 0, op2) & 0xffff);
        (0..64).map(|low| sysreg(3, 0, 0, 0, 0) & 0xffff | low).chain(others).collect()
    }
}

impl Probe {
    pub(super) fn sweeps(&mut self) {
        let psci = Sweep { name: "psci", features: PSCI, gic: false, write: false, user: false, op0: 3 };
        self.sweep(psci);
        self.sweep(Sweep { op0: 2, ..psci });
        self.sweep(Sweep { write: true, ..psci });
        if self.full != PSCI {
            self.sweep(Sweep { name: "full", features: self.full, ..psci });
        }
        self.sweep(Sweep { name: "psci_vgic3", gic: true, ..psci });
    }

    /// The same from EL0: an addition of this probe's, of which there is no recording.
    pub(super) fn user_sweeps(&mut self) {
        let psci = Sweep { name: "psci", features: PSCI, gic: false, write: false, user: true, op0: 3 };
        self.sweep(psci);
        self.sweep(Sweep { op0: 2, ..psci });
        self.sweep(Sweep { write: true, ..psci });
        if self.full != PSCI {
            self.sweep(Sweep { name: "full", features: self.full, ..psci });
        }
    }

    fn sweep(&mut self, sweep: Sweep<'_>) {
        let name = sweep.name;
        let (machine, result) = self.make(sweep.features, true, sweep.gic);
        if result < 0 {
            self.row(format_args!("GSTINIT\t{name}\t{result}"));
            return self.close(machine);
        }
        self.vectors(&machine, 8);
        let encodings = sweep.encodings();
        let access = if sweep.write { msr } else { mrs };
        let accesses = encodings.iter().flat_map(|&encoding| [access(encoding, 0), str(0, 20, 0)]);
        let code: Vec<u32> = accesses.chain([str(0, 20, 0x28), LOOP]).collect();
        self.load_guest(&machine, &code);
        if sweep.user {
            self.set(machine.vcpu, PSTATE, EL0T);
        }
        let unlisted = self.accesses(&machine, sweep, &encodings);
        let (op0, write, count) = (sweep.op0, u8::from(sweep.write), encodings.len());
        let sum = if sweep.user { "GSTSUM0" } else { "GSTSUM" };
        self.row(format_args!("{sum}\t{name}\top0={op0}\twrite={write}\tn={count}\tundef_not_listed={unlisted}"));
        if !sweep.write && !sweep.user && op0 == 3 {
            self.cache_sizes(&machine, name);
        }
        self.close(machine);
    }

    /// Runs the accesses one by one; how many were UNDEFINED and are not listed.
    fn accesses(&mut self, machine: &Machine, sweep: Sweep<'_>, encodings: &[u64]) -> usize {
        let (name, record) = (sweep.name, sweep.record());
        let mut unlisted = 0;
        let mut at = 0;
        while at <= encodings.len() {
            let result = self.run(machine.vcpu);
            let encoding = encodings.get(at).copied();
            let reason = self.exit_reason(machine.vcpu);
            if result < 0 || reason != MMIO {
                let what = encoding.map_or("end".into(), operands);
                let pc = self.value(machine.vcpu, PC);
                self.row(format_args!("GSTX\t{name}\t{what}\trc={result} reason={reason} pc={pc:#x}"));
                at += 1;
                self.set(machine.vcpu, PC, RAM + CODE + 8 * at as u64);
                continue;
            }
            let (address, data) = self.mmio(machine.vcpu);
            let Some(encoding) = encoding.filter(|_| address != END) else { break };
            let identification = encoding >> 14 == 3 && encoding >> 7 & 15 == 0;
            let undefined = data >> 26 & 63 == 0;
            let shown = operands(encoding);
            match address {
                DEVICE => self.row(format_args!("{record}\t{name}\t{shown}\tOK\t{data:#x}")),
                EXCEPTION if undefined && !sweep.write && !identification => unlisted += 1,
                EXCEPTION => self.row(format_args!("{record}\t{name}\t{shown}\tEXC\t{data:#x}")),
                _ => self.row(format_args!("GSTX\t{name}\t{shown}\toff={:#x} d={data:#x}", address.wrapping_sub(DEVICE))),
            }
            at += 1;
        }
        unlisted
    }

    fn cache_sizes(&mut self, machine: &Machine, name: &str) {
        let read = |selector| [mov(0, selector), msr(CSSELR_EL1, 0), ISB, mrs(CCSIDR_EL1, 0), str(0, 20, 0)];
        let code: Vec<u32> = (0..16).flat_map(read).chain([str(0, 20, 0x28), LOOP]).collect();
        self.write_guest(machine.vm, CACHE_CODE, &code);
        self.set(machine.vcpu, PC, CACHE_CODE);
        for selector in 0..17 {
            let result = self.run(machine.vcpu);
            if result < 0 || self.exit_reason(machine.vcpu) != MMIO {
                return self.row(format_args!("GSTX\t{name}\tccsidr\t{result}"));
            }
            let (address, data) = self.mmio(machine.vcpu);
            if address == END {
                return;
            }
            let outcome = if address == DEVICE { "OK" } else { "EXC" };
            self.row(format_args!("GCCSIDR\t{name}\tcsselr={selector}\t{outcome}\t{data:#x}"));
        }
    }
}
