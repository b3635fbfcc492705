//! The host and the VM of a recorded row, built from its names.

use std::sync::Arc;

use kvm::idregs::firmware::{BITMAPS, FIRMWARE, Firmware};
use kvm::idregs::{HostFacts, HostIds, VcpuIds, VmFeatures, VmIds};
use kvm::personality::{self, Personality};
use sysregs::{SysReg, models};

use crate::load::{Recording, number};

/// A VM with one vCPU.
#[derive(Clone)]
pub struct Machine {
    pub vm: VmIds,
    pub vcpu: VcpuIds,
    pub firmware: Firmware,
    pub ran: bool,
}

pub fn personality_of(recording: &Recording) -> &'static Personality {
    personality::by_name(recording.kernel).expect("a personality for each recorded kernel")
}

pub fn host_of(recording: &Recording) -> Arc<HostIds> {
    let model = models::by_name(recording.cpu).expect("a model for each recorded CPU");
    let ids = if recording.variant == Some("mte") { model.ids_with_tag_memory().expect("has MTE") } else { model.ids() };
    let facts = HostFacts { nested: recording.variant == Some("nested"), ..HostFacts::default() };
    Arc::new(HostIds::new(vec![ids], facts))
}

/// KVM_ARM_VCPU_INIT feature bits by the names of the probe's configurations.
pub fn feature_bits(recording: &Recording, cfg: &str) -> u64 {
    let full = recording.rows("META").iter().find(|row| row[0] == "full_features").expect("recorded");
    match cfg {
        "none" => 0,
        "psci" | "psci_vgic3" | "impid" => 0x4,
        "pmu" => 0xc,
        "el1_32" => 0x6,
        "sve" => 0x14,
        "ptrauth" => 0x64,
        "el2" => 0x84,
        "full" => number(full[1]),
        _ => panic!("unknown configuration {cfg}"),
    }
}

impl Machine {
    /// The probe creates its GICs before KVM_ARM_VCPU_INIT, when there is no ID file yet.
    pub fn new(recording: &Recording, cfg: &str) -> Machine {
        let bits = feature_bits(recording, cfg);
        let features = VmFeatures {
            psci_0_2: bits & 4 != 0,
            el1_32bit: bits & 2 != 0,
            pmu: bits & 8 != 0,
            sve: bits & 0x10 != 0,
            pointer_auth: bits & 0x60 == 0x60,
            mte: false,
            el2: bits & 0x80 != 0,
            e2h0: bits & 0x100 != 0,
            writable_implementation: cfg == "impid",
        };
        let vm = VmIds::new(personality_of(recording), host_of(recording), features).expect("every value is known");
        let vcpu = VcpuIds::new(&vm, 0).expect("every value is known");
        let firmware = Firmware::new(&vm);
        Machine { vm, vcpu, firmware, ran: false }
    }

    /// The vCPU runs, without a GIC.
    pub fn run(&mut self) {
        self.vm.finalize_first_run(None);
        self.ran = true;
    }

    /// KVM_GET_ONE_REG of an ID register or a demultiplexed CCSIDR; else the errno, negative.
    pub fn get(&self, id: u64) -> Result<u64, i64> {
        match sysregs::Encoding::from_kvm_id(id) {
            Some(encoding) => SysReg::from_encoding(encoding).and_then(|register| self.vcpu.get(&self.vm, register)).ok_or(-2),
            None if id & !0xff == DEMUX => self.vcpu.ccsidr(&self.vm, id as u8).map(u64::from).ok_or(-2),
            None if is_firmware(id) => self.firmware.get(&self.vm, id).ok_or(-2),
            None => panic!("{id:#x} is not an ID register"),
        }
    }

    /// KVM_SET_ONE_REG: 0 or the errno, negative.
    pub fn set(&mut self, id: u64, value: u64) -> i64 {
        let done = match sysregs::Encoding::from_kvm_id(id).and_then(SysReg::from_encoding) {
            Some(register) => self.vcpu.set(&mut self.vm, register, value, self.ran),
            None if id & !0xff == DEMUX => self.vcpu.set_ccsidr(&self.vm, id as u8, value as u32),
            None if is_firmware(id) => self.firmware.set(&self.vm, id, value, self.ran),
            None => return -2,
        };
        done.map_or_else(|refusal| -i64::from(refusal.errno.0), |()| 0)
    }
}

/// KVM_REG_ARM_DEMUX ids, but for the selector.
pub const DEMUX: u64 = 0x6020_0000_0011_0000;

/// Firmware pseudo-registers and bitmaps.
pub fn is_firmware(id: u64) -> bool {
    id & !0xffff == FIRMWARE || id & !0xffff == BITMAPS
}
