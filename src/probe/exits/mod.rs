//! EXIT rows: small guests that touch what is not there, execute what may be refused, wait and are interrupted; the state at each return of KVM_RUN.
//! A row without `#` is what the set-up answered. The guests themselves are in `cases`.

mod cases;

use super::machine::{DEVICE, Machine, PC, PMU, PSCI, PSTATE, Probe, RAM, SVE, x};
use super::request as r;
use super::sweep::MMIO;
use cases::Case;

/// What a device answers to every read.
const DEVICE_DATA: u64 = 0xf1e2_d3c4_b5a6_9788;
const UNBACKED: u64 = 0x5000_0000;
const EXTRA_SLOT: u64 = 0x1_0000;

/// What happens before the guest runs.
#[derive(Clone, Copy)]
enum Setup {
    Nothing,
    /// KVM_CAP_ARM_NISV_TO_USER.
    Nisv,
    /// A slot at X19: read-only, of inaccessible memory, of memory that is gone.
    ReadOnly,
    Inaccessible,
    Unmapped,
    /// X19 is this.
    X19(u64),
    /// KVM_SET_VCPU_EVENTS.
    ExternalAbort,
    SError,
    SErrorWithSyndrome,
    /// KVM_IRQ_LINE of the CPU's own lines.
    Line(u64),
    /// KVM_SET_GUEST_DEBUG.
    SingleStep,
    SoftwareBreakpoint,
    HardwareBreakpoint,
    ImmediateExit,
    PmuAgain,
    El0,
}

impl Probe {
    pub(super) fn exits(&mut self) {
        for case in cases::all() {
            let needed = match case.features {
                SVE => self.capability(170) > 0,
                PMU => self.capability(126) > 0,
                _ => true,
            };
            if needed {
                self.exit_case(&case);
            }
        }
    }

    fn exit_case(&mut self, case: &Case) {
        let name = case.name;
        let (machine, result) = self.make(PSCI | case.features, true, case.gic);
        if result < 0 {
            self.row(format_args!("EXIT\t{name}\tinit={result}"));
            return self.close(machine);
        }
        self.vectors(&machine, 4);
        self.load_guest(&machine, &case.code);
        let registers = [(19, UNBACKED), (18, RAM + 0x10_0000), (0, 0x1122_3344_5566_7788), (2, 0x99aa_bbcc_ddee_ff00)];
        for (number, value) in registers {
            self.set(machine.vcpu, x(number), value);
        }
        self.set_up(&machine, case.setup);
        for step in 0..case.steps {
            let result = self.run(machine.vcpu);
            self.exit_row(&format!("{name}#{step}"), &machine, result);
            let mmio = result == 0 && self.exit_reason(machine.vcpu) == MMIO;
            let write = self.page(machine.vcpu, 52, 1) != 0;
            if result < 0 || mmio && write && self.mmio(machine.vcpu).0 == DEVICE {
                break;
            }
            if let Some(vcpu) = self.program.vcpu(machine.vcpu).filter(|_| mmio && !write) {
                vcpu.set_mmio_data(DEVICE_DATA);
            }
        }
        self.close(machine);
    }

    fn exit_row(&mut self, tag: &str, machine: &Machine, result: i64) {
        let vcpu = machine.vcpu;
        let reason = self.exit_reason(vcpu);
        let what = if reason == MMIO {
            let (address, data) = self.mmio(vcpu);
            let (length, write) = (self.page(vcpu, 48, 4), self.page(vcpu, 52, 1));
            format!("mmio addr={address:#x} len={length} w={write} data={data:#x}")
        } else {
            format!("raw{}", self.payload(vcpu))
        };
        let [pc, x0, pstate] = [PC, x(0), PSTATE].map(|id| self.value(vcpu, id));
        let flags = self.page(vcpu, 14, 2);
        self.row(format_args!(
            "EXIT\t{tag}\trc={result}\treason={reason}\t{what}\tpc={pc:#x} x0={x0:#x} pstate={pstate:#x} flags={flags:#x}"
        ));
    }

    fn set_up(&mut self, machine: &Machine, setup: Setup) {
        let (vm, vcpu) = (machine.vm, machine.vcpu);
        let (name, result) = match setup {
            Setup::Nothing => return,
            Setup::X19(value) => {
                self.set(vcpu, x(19), value);
                return;
            }
            Setup::El0 => {
                self.set(vcpu, PSTATE, 0x3c0);
                return;
            }
            Setup::ImmediateExit => {
                if let Some(vcpu) = self.program.vcpu(vcpu) {
                    vcpu.run_page().set_immediate_exit(true);
                }
                return;
            }
            Setup::Nisv => ("enable_nisv", self.with(vm, r::ENABLE_CAP, &[177])),
            Setup::ReadOnly => ("ro_slot", self.extra_slot(vm, 2, true)),
            Setup::Inaccessible => ("none_slot", self.extra_slot(vm, 0, false)),
            Setup::Unmapped => ("unmapped_slot", self.extra_slot(vm, 0, false)),
            Setup::ExternalAbort => ("ext_dabt", self.with(vcpu, r::SET_VCPU_EVENTS, &[1 << 16])),
            Setup::SError => ("serror", self.with(vcpu, r::SET_VCPU_EVENTS, &[1])),
            Setup::SErrorWithSyndrome => return self.serror_with_syndrome(vcpu),
            Setup::Line(line) => {
                let name = if line == 0 { "irq_line_cpu_irq" } else { "irq_line_cpu_fiq" };
                (name, self.with(vm, r::IRQ_LINE, &[line | 1 << 32]))
            }
            Setup::SingleStep => ("guestdbg_ss", self.with(vcpu, r::SET_GUEST_DEBUG, &[3])),
            Setup::SoftwareBreakpoint => ("guestdbg_sw", self.with(vcpu, r::SET_GUEST_DEBUG, &[0x1_0001])),
            Setup::HardwareBreakpoint => ("guestdbg_hw", self.hardware_breakpoint(vcpu)),
            Setup::PmuAgain => ("pmu_init_again", self.pmu_init(vcpu)),
        };
        self.row(format_args!("EXIT\t{name}\trc={result}"));
    }

    fn extra_slot(&mut self, vm: i64, flags: u64, accessible: bool) -> i64 {
        let address = self.program.map(EXTRA_SLOT as usize, 0x5a);
        if !accessible {
            self.program.unmap(address);
        }
        let result = self.slot(vm, 3, flags, UNBACKED, EXTRA_SLOT, address);
        self.program.unmap(address);
        result
    }

    fn serror_with_syndrome(&mut self, vcpu: i64) {
        use super::program::DATA;
        let result = self.with(vcpu, r::SET_VCPU_EVENTS, &[1 | 1 << 8, 0x11]);
        self.row(format_args!("EXIT\tserror_esr\trc={result}"));
        self.program.store(DATA, &[], 64);
        self.ioctl(vcpu, r::GET_VCPU_EVENTS, DATA);
        let [pending, has_esr, abort] = [0, 1, 2].map(|at| self.program.load(DATA + at, 1));
        let esr = self.program.load(DATA + 8, 8);
        self.row(format_args!("EXIT\tget_events\tserror={pending} has_esr={has_esr} esr={esr:#x} dabt={abort}"));
    }

    /// DBGBVR0 and DBGBCR0 of `kvm_guest_debug_arch`, which follow the two words of control.
    fn hardware_breakpoint(&mut self, vcpu: i64) -> i64 {
        let mut words = [0; 18];
        words[0] = 0x2_0001;
        words[1] = 0x1e7;
        words[17] = RAM + super::code::CODE + 4;
        self.with(vcpu, r::SET_GUEST_DEBUG, &words)
    }
}
