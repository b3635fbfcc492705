//! The machines of a move: the product's own, on modelled hosts. What is chosen for them is what a host's description and a policy
//! say; how a machine is made, captured and restored is `machine`'s and `migrate`'s. Judges nothing.

use kvm::abi::vcpu_feature;
use kvm::errno::Errno;
use kvm::idregs::SVE_VECTOR_LENGTHS;

use super::host::LabHost;
use super::observe::Observer;
use super::policy::{Clock, Rules};
use super::view::View;
use crate::machine::fdt::GicVersion;
use crate::machine::{Choices, ConsoleTo, InputSource, Machine, MachineConfig, MachineError, Outcome, Running, Scheduling};
use crate::migrate::{Destination, Snapshot};

const CAP_MTE: u32 = 205;
const CAP_WRITABLE_IMP_ID_REGS: u32 = 239;
/// PPI 7, as the board's device tree has it.
const PMU_INTERRUPT: u32 = 23;

/// A step that the source refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step} was refused with {errno}")]
pub struct Refused {
    pub step: String,
    pub errno: Errno,
}

/// The guest, its machine and what it depends on besides the host.
#[derive(Clone, Debug)]
pub struct Board<'a> {
    pub image: &'a [u8],
    pub load_addr: Option<u64>,
    pub append: &'a str,
    pub cpus: u64,
    pub memory: u64,
    pub seed: u64,
    pub semihosting: bool,
}

/// One side of a move: the host, and the vCPU that the rules make of it.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub host: &'a LabHost,
    pub view: &'a View,
}

impl Side<'_> {
    fn modelled(&self) -> Result<kvm::Host, MachineError> {
        Ok(self.host.description.with_kernel(self.host.kernel.name())?)
    }

    fn capabilities(&self) -> Vec<u32> {
        let features = self.view.vm.features();
        let wanted = [(features.mte, CAP_MTE), (features.writable_implementation, CAP_WRITABLE_IMP_ID_REGS)];
        wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, capability)| capability).collect()
    }

    /// KVM_ARM_VCPU_INIT's features of each vCPU, as the rules' side has them.
    fn features(&self, cpus: u64) -> Vec<[u32; 7]> {
        let features = self.view.vm.features();
        let pointer_auth = vcpu_feature::PTRAUTH_ADDRESS | vcpu_feature::PTRAUTH_GENERIC;
        let rows = [(features.pointer_auth, pointer_auth), (features.sve, vcpu_feature::SVE), (features.pmu, vcpu_feature::PMU_V3)];
        let all = rows.into_iter().filter(|(wanted, _)| *wanted).fold(vcpu_feature::PSCI_0_2, |bits, (_, bit)| bits | bit);
        let power = |id| if id == 0 { 0 } else { vcpu_feature::POWER_OFF };
        (0..cpus).map(|id| [all | power(id), 0, 0, 0, 0, 0, 0]).collect()
    }

    /// The board with its guest, not yet running.
    ///
    /// # Errors
    /// What KVM refuses, and what is wrong with the guest's file.
    pub fn boot(&self, board: &Board<'_>, rules: &Rules) -> Result<Machine, MachineError> {
        let config = MachineConfig {
            cpu: self.host.description.name.clone(),
            host_kernel: self.host.kernel.name().into(),
            smp: board.cpus,
            memory: board.memory,
            gic: if self.host.gic_v2 { GicVersion::V2 } else { GicVersion::V3 },
            append: board.append.into(),
            load_addr: board.load_addr,
            semihosting: board.semihosting,
            implementations: rules.targets.clone(),
            scheduling: Scheduling::Deterministic,
            seed: board.seed,
            ..MachineConfig::default()
        };
        let (capabilities, features) = (self.capabilities(), self.features(board.cpus));
        let choices = Choices {
            capabilities: &capabilities,
            features: Some(&features),
            cluster: self.host.cluster,
            vector_lengths: rules.vector_lengths(),
        };
        Machine::on(self.modelled()?, config, board.image, &choices)
    }

    /// Where `restore` is to make the machine again.
    ///
    /// # Errors
    /// Too little is known of the host.
    pub fn destination(&self, clock: Option<Clock>) -> Result<Destination, MachineError> {
        Ok(Destination {
            cpu: Some(self.host.description.name.clone()),
            kernel: Some(self.host.kernel.name().into()),
            capabilities: self.capabilities(),
            host: Some(self.modelled()?),
            cluster: self.host.cluster,
            semihosting: true,
            clock,
            lengths_late: false,
            masks_as_listed: true,
        })
    }

    /// A capture as the policy's VMM writes it here: vCPUs have the features of this side's command line, and registers that are
    /// compared or kept are not written.
    pub fn arriving(&self, mut snapshot: Snapshot, rules: &Rules) -> Snapshot {
        let features = self.features(snapshot.vcpus.len() as u64);
        let written = |id: u64| rules.mask(id).is_none() && !self.view.names(id).is_some_and(|register| rules.keeps_own(register));
        for (vcpu, features) in snapshot.vcpus.iter_mut().zip(features) {
            vcpu.features = features;
            vcpu.pmu_irq = (features[0] & vcpu_feature::PMU_V3 != 0).then_some(vcpu.pmu_irq.unwrap_or(PMU_INTERRUPT));
            vcpu.registers.retain(|register| written(register.id));
        }
        snapshot
    }
}

/// Writes what a VMM writes before the guest boots; the vector lengths were written when the machine was made.
///
/// # Errors
/// What KVM refuses.
pub fn configure(machine: &Machine, rules: &Rules) -> Result<(), Refused> {
    for vcpu in machine.vcpus() {
        for &(id, value) in rules.before_first_run.iter().filter(|(id, _)| *id != SVE_VECTOR_LENGTHS) {
            let step = || format!("KVM_SET_ONE_REG of {} = {value:#x} before the first run", super::explain::name_of(id));
            vcpu.set_reg_u64(id, value).map_err(|errno| Refused { step: step(), errno })?;
        }
    }
    Ok(())
}

/// Connects a console in memory; an observer sees what every vCPU does.
///
/// # Errors
/// When the console cannot be made.
pub fn start(machine: Machine, limit: u64, observer: &Observer) -> Result<Running, MachineError> {
    let running = machine.limited(Some(limit), None).start(ConsoleTo::Memory(Vec::new()), InputSource::Live)?;
    observer.watch(running.vcpus());
    Ok(running)
}

/// How a run ended, in words.
pub fn ending(running: &Running) -> String {
    let how = match running.outcome() {
        None => "it is there".into(),
        Some(Outcome::PowerOff) => "it powered off".into(),
        Some(Outcome::Reset) => "it asked for a reset".into(),
        Some(Outcome::Exit(status)) => format!("it exited with status {status}"),
        Some(Outcome::Deadlock) => "it waits for ever".into(),
        Some(Outcome::InstructionLimit | Outcome::Timeout) => "it used all instructions it may".into(),
        Some(Outcome::Quit | Outcome::Diverged { .. }) => "it was stopped".into(),
        Some(Outcome::Stuck(stuck)) if running.vcpus().len() > 1 => format!("{}, vCPU {} at {:#x}", stuck.why, stuck.vcpu, stuck.pc),
        Some(Outcome::Stuck(stuck)) => format!("{}, at {:#x}", stuck.why, stuck.pc),
    };
    format!("{how}, after {} instructions", running.executed())
}
