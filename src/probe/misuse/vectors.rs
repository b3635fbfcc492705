//! SVE: before and after KVM_ARM_VCPU_FINALIZE.

use super::super::machine::{CORE, PSCI, Probe, SVE, sysreg};
use super::super::program::{ARGUMENT, BUFFER};
use super::super::request as r;

const Z0: u64 = 0x6080_0000_0015_0000;
const P0: u64 = 0x6050_0000_0015_0400;
const FFR: u64 = 0x6050_0000_0015_0600;
const V0: u64 = 0x6040_0000_0010_0054;
/// KVM_REG_ARM64_SVE_VLS.
const LENGTHS: u64 = 0x6060_0000_0015_ffff;

impl Probe {
    pub(super) fn scalable_vectors(&mut self) {
        if self.capability(170) <= 0 {
            return;
        }
        let machine = self.open_with_vcpu();
        let vcpu = machine.vcpu;
        let result = self.init_preferred(vcpu, PSCI | SVE);
        self.err("sve.init", result);
        let result = self.with(vcpu, r::GET_REG_LIST, &[0]);
        self.err("sve.reglist_unfinalized", result);
        let count = self.program.load(ARGUMENT, 8);
        self.err("sve.reglist_unfinalized.n", count as i64);
        let result = self.run(vcpu);
        self.err("sve.run_unfinalized", result);
        let get = |probe: &mut Probe, name: &str, id| {
            let result = probe.get(vcpu, id);
            probe.err(format_args!("sve.get_{name}"), result);
        };
        get(self, "z0_unfinalized", Z0);
        get(self, "x0_unfinalized", CORE);
        self.program.store(BUFFER, &[], 64);
        get(self, "vls_unfinalized", LENGTHS);
        let lengths = self.buffer();
        self.err_hex("sve.vls", lengths);
        for (name, value) in [("0", 0), ("only128", 1), ("only256", 2), ("bit16", 0x1_0001), ("same", lengths)] {
            let result = self.set(vcpu, LENGTHS, value);
            self.err(format_args!("sve.set_vls_{name}"), result);
        }
        for name in ["finalize", "finalize_again"] {
            let result = self.with(vcpu, r::ARM_VCPU_FINALIZE, &[4]);
            self.err(format_args!("sve.{name}"), result);
        }
        let result = self.set(vcpu, LENGTHS, lengths);
        self.err("sve.set_vls_after", result);
        let zcr = sysreg(3, 0, 1, 2, 0);
        let ids = [("vls_after", LENGTHS), ("z0", Z0), ("z0_slice1", Z0 + 1), ("p0", P0), ("ffr", FFR), ("core_v0", V0), ("zcr", zcr)];
        for (name, id) in ids {
            get(self, name, id);
        }
        for (name, features) in [("after_finalize", PSCI | SVE), ("other", PSCI)] {
            let result = self.init_preferred(vcpu, features);
            self.err(format_args!("sve.reinit_{name}"), result);
        }
        self.close(machine);
    }
}
