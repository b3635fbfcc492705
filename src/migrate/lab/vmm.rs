//! What a VMM does otherwise than KVM wants it: calls in another order, values of its own in the stream. What comes of it is
//! KVM's answer to the same calls; no errno is decided here.

use kvm::VcpuFd;
use kvm::errno::Errno;
use kvm::idregs::SVE_VECTOR_LENGTHS;

use super::explain::any_name_of;
use super::finding::{Effect, Finding, Kind};
use super::policy::Rules;
use super::remedy::Remedy;
use crate::migrate::{Register, Snapshot};
use crate::report::Severity;

/// KVM_REG_ARM_CORE_REG(fp_regs.vregs[0]), and the words from one to the next.
const CORE_VECTOR: u64 = 0x6040_0000_0010_0054;
const CORE_VECTOR_WORDS: usize = 4;

/// A way of calling KVM that some VMM has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Habit {
    /// FP registers are read as core registers, whether or not the vCPU has SVE.
    CoreFpRegisters,
    /// KVM_REG_ARM64_SVE_VLS is written with all other registers: after KVM_ARM_VCPU_FINALIZE.
    VectorLengthsLate,
}

/// Reads V0 to V31 as core registers; a finding for the first that KVM does not give.
pub fn read_core_vectors(vcpu: &VcpuFd) -> Option<Finding> {
    let ids = (CORE_VECTOR..).step_by(CORE_VECTOR_WORDS).take(32);
    let refused = |id| vcpu.get_one_reg(id, &mut [0; 16]).err().map(|errno| (id, errno));
    let (id, errno) = ids.into_iter().find_map(refused)?;
    let mut finding = Finding::new(Kind::Refused, Effect::Refuses, any_name_of(id));
    finding.errno = Some(errno);
    finding.rule = "KVM_GET_ONE_REG on the source: with SVE, V0 to V31 are parts of KVM_REG_ARM64_SVE_ZREG and no core registers".into();
    finding.severity = Severity::Breaks;
    Some(finding)
}

/// The capture as the VMM sends it: with values of its own, and registers that the source does not have.
pub fn sent(mut snapshot: Snapshot, rules: &Rules) -> Snapshot {
    for vcpu in &mut snapshot.vcpus {
        for &(id, value) in &rules.stream {
            let mut bytes = value.to_le_bytes().to_vec();
            bytes.resize(1 << (id >> 52 & 15), 0);
            match vcpu.registers.binary_search_by_key(&id, |register| register.id) {
                Ok(at) => vcpu.registers[at].value = bytes,
                Err(at) => vcpu.registers.insert(at, Register { id, value: bytes }),
            }
        }
    }
    snapshot
}

/// The lengths were refused although they are the destination's, too.
pub fn late_lengths(errno: Errno) -> Finding {
    let mut finding = Finding::new(Kind::Refused, Effect::Refuses, any_name_of(SVE_VECTOR_LENGTHS));
    finding.errno = Some(errno);
    finding.rule = "KVM_SET_ONE_REG after KVM_ARM_VCPU_FINALIZE: vector lengths can be chosen before it only".into();
    finding.severity = Severity::Breaks;
    finding
}

/// What the VMM would have to do otherwise, if it does anything otherwise.
pub fn remedy(rules: &Rules) -> Option<Remedy> {
    let mut what = Vec::new();
    if rules.vmm.contains(&Habit::CoreFpRegisters) {
        what.push("read the registers that KVM_GET_REG_LIST names: with SVE KVM_REG_ARM64_SVE_ZREG, PREG and FFR".to_string());
    }
    if rules.vmm.contains(&Habit::VectorLengthsLate) {
        what.push("write KVM_REG_ARM64_SVE_VLS before KVM_ARM_VCPU_FINALIZE, and everything else after it".into());
    }
    if !rules.stream.is_empty() {
        let names: Vec<String> = rules.stream.iter().map(|&(id, _)| any_name_of(id)).collect();
        what.push(format!("send what KVM_GET_ONE_REG gave on the source, and no value of the VMM's own ({})", names.join(", ")));
    }
    (!what.is_empty()).then(|| Remedy { what, ..Remedy::default() })
}
