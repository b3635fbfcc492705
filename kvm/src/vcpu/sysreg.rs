//! Trapped system registers: what KVM emulates (arch/arm64/kvm/sys_regs.c). A register that nobody emulates is UNDEFINED for
//! the guest, and says so in the trace.

use emu::cpu::SysRegTrap;
use sysregs::{Encoding, SysOp, SysReg};

use super::traps::is_error_record;
use super::{VcpuFd, VcpuState, pmu};
use crate::vm::lock;

/// What the guest gets for a trapped access.
enum Answer {
    /// A read gives this value.
    Value(u64),
    /// A write is taken (or ignored); a read leaves its register alone.
    Done,
    /// The access is UNDEFINED.
    Undefined,
    /// The access is reported to EL1 as trapped (FEAT_IDST).
    Trapped,
}

impl VcpuFd {
    pub(super) fn handle_sysreg(&self, state: &mut VcpuState, trap: &SysRegTrap) {
        state.exits.sysreg += 1;
        if self.vm.host.personality.traits().late_event_filters && is_pmu(trap) {
            state.counting.filter.clone_from(&lock(&self.vm.pmu_filter));
        }
        let answer = match (self.is_unready_pmu(trap), trap.read) {
            (true, true) => Answer::Value(0),
            (true, false) => Answer::Done,
            (false, true) => state.read_trapped(trap),
            (false, false) => state.write_trapped(trap),
        };
        match answer {
            Answer::Value(value) => {
                state.trace_trapped(trap, value);
                state.cpu.set_r(trap.rt, value);
                state.skip_instruction();
            }
            Answer::Done => {
                state.trace_trapped(trap, trap.value);
                state.skip_instruction();
            }
            Answer::Undefined => {
                let encoding = Encoding(trap.encoding);
                tracing::debug!(register = %encoding.generic_name(), %encoding, read = trap.read, pc = state.cpu.pc, "UNDEFINED for the guest");
                state.inject_undefined();
            }
            Answer::Trapped => state.inject_system_register_trap(trap),
        }
    }

    /// A register of a PMU that is not ready, where that makes it zero; at EL0, too. None of these kernels knows PMMIR_EL1.
    fn is_unready_pmu(&self, trap: &SysRegTrap) -> bool {
        let concerned = self.vm.host.personality.traits().unready_pmu_is_zero && is_pmu(trap);
        concerned && trap.encoding != SysReg::PMMIR_EL1.encoding().0 && !lock(&self.vcpu.pmu).ready
    }
}

impl VcpuState {
    fn count_id_read(&mut self, encoding: u16) {
        self.exits.id_register += 1;
        self.id_reads.add(encoding, 1);
    }

    fn trace_trapped(&mut self, trap: &SysRegTrap, value: u64) {
        if let Some(trace) = &mut self.cpu.trace {
            trace.system_register(self.cpu.pc, trap.encoding, !trap.read, value);
        }
    }

    fn read_trapped(&mut self, trap: &SysRegTrap) -> Answer {
        use SysReg as R;
        let encoding = Encoding(trap.encoding);
        if let Some(value) = self.view.read(encoding, &self.cpu.config.ids) {
            self.count_id_read(trap.encoding);
            return Answer::Value(value);
        }
        match SysReg::from_encoding(encoding) {
            Some(R::CCSIDR_EL1) => {
                self.count_id_read(trap.encoding);
                self.view.ccsidr(self.cpu.sys(R::CSSELR_EL1)).map_or(Answer::Done, Answer::Value)
            }
            Some(R::CSSELR_EL1) => {
                let mask = if self.controls.hardware_csselr { 15 } else { u64::MAX };
                Answer::Value(self.cpu.sys(R::CSSELR_EL1) & mask)
            }
            Some(register @ (R::CNTP_CTL_EL0 | R::CNTP_CVAL_EL0 | R::CNTP_TVAL_EL0)) => Answer::Value(self.read_physical_timer(register)),
            Some(R::PMMIR_EL1) if !self.controls.pmmir_known => Answer::Undefined,
            Some(R::PMMIR_EL1) if self.controls.pmmir_always => Answer::Value(0),
            Some(register) if pmu::is_pmu(register) => self.read_pmu(register).map_or(Answer::Undefined, Answer::Value),
            // `trap_loregion`: no regions.
            Some(R::LORSA_EL1 | R::LOREA_EL1 | R::LORN_EL1 | R::LORC_EL1) => Answer::Value(0),
            // System registers are enabled, and stay so.
            Some(R::ICC_SRE_EL1) => Answer::Value(7),
            Some(R::ACTLR_EL1) => Answer::Value(self.cpu.sys(R::ACTLR_EL1)),
            Some(R::OSLSR_EL1) => Answer::Value(self.cpu.sys(R::OSLSR_EL1) | 8),
            Some(R::OSDLR_EL1 | R::DBGPRCR_EL1 | R::MDRAR_EL1 | R::LORID_EL1) => Answer::Value(0),
            Some(register) if self.controls.no_records.contains(&register) => Answer::Undefined,
            Some(register) if is_error_record(register) => Answer::Value(0),
            Some(register) if self.controls.open_gic => idle_interface(register).map_or(Answer::Undefined, Answer::Value),
            _ if self.controls.id_space_traps && self.view.has_idst() && is_feature_space(encoding) => Answer::Trapped,
            _ => Answer::Undefined,
        }
    }

    /// Cache maintenance by set and way (`access_dcsw`, `access_dcgsw`): the caches are coherent, nothing is left to do. Whatever else is
    /// trapped is of a feature that the VM does not have.
    fn is_set_maintenance(&self, op: SysOp) -> bool {
        let kind = op.name().trim_start_matches("DC_");
        kind.ends_with("SW") && (self.controls.tag_sets || !kind.contains('G'))
    }

    fn write_trapped(&mut self, trap: &SysRegTrap) -> Answer {
        use SysReg as R;
        let encoding = Encoding(trap.encoding);
        if let Some(op) = SysOp::from_encoding(encoding) {
            return if self.is_set_maintenance(op) { Answer::Done } else { Answer::Undefined };
        }
        match SysReg::from_encoding(encoding) {
            Some(R::CSSELR_EL1) => {
                self.cpu.set_sys(R::CSSELR_EL1, trap.value & 15);
                Answer::Done
            }
            Some(R::OSLAR_EL1) if !self.controls.os_lock => Answer::Done,
            Some(R::OSLAR_EL1) => {
                self.cpu.set_sys(R::OSLSR_EL1, 8 | (trap.value & 1) << 1);
                self.cpu.update_debug();
                Answer::Done
            }
            Some(register @ (R::CNTP_CTL_EL0 | R::CNTP_CVAL_EL0 | R::CNTP_TVAL_EL0)) => {
                self.write_physical_timer(register, trap.value);
                Answer::Done
            }
            Some(R::ACTLR_EL1 | R::OSDLR_EL1 | R::DBGPRCR_EL1) => Answer::Done,
            Some(register) if pmu::is_pmu(register) => self.write_pmu(register, trap.value).map_or(Answer::Undefined, |()| Answer::Done),
            Some(R::LORSA_EL1 | R::LOREA_EL1 | R::LORN_EL1 | R::LORC_EL1) => Answer::Done,
            Some(register) if self.controls.no_records.contains(&register) => Answer::Undefined,
            Some(register) if is_error_record(register) => Answer::Done,
            _ => Answer::Undefined,
        }
    }
}

fn is_pmu(trap: &SysRegTrap) -> bool {
    SysReg::from_encoding(Encoding(trap.encoding)).is_some_and(pmu::is_pmu)
}

/// The encodings that FEAT_IDST covers.
fn is_feature_space(encoding: Encoding) -> bool {
    encoding.op0() == 3 && matches!(encoding.op1(), 0 | 1 | 3) && encoding.crn() == 0 && encoding.crm() < 8
}

/// What the virtual CPU interface of a GICv3 shows that nobody has set up (ICV_ registers), where KVM leaves it open to VMs
/// without a GIC: no interrupt is pending or active.
fn idle_interface(register: SysReg) -> Option<u64> {
    use SysReg as R;
    Some(match register {
        R::ICC_IAR0_EL1 | R::ICC_IAR1_EL1 | R::ICC_HPPIR0_EL1 | R::ICC_HPPIR1_EL1 | R::ICC_NMIAR1_EL1 => 0x3ff,
        R::ICC_RPR_EL1 => 0xff,
        R::ICC_BPR0_EL1 => 2,
        R::ICC_BPR1_EL1 => 3,
        R::ICC_CTLR_EL1 => 0x8c00,
        R::ICC_PMR_EL1 | R::ICC_AP0R0_EL1 | R::ICC_AP1R0_EL1 | R::ICC_IGRPEN0_EL1 | R::ICC_IGRPEN1_EL1 => 0,
        _ => return None,
    })
}
