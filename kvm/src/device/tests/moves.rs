//! A GIC is driven into a random state, saved, restored elsewhere: a second save is the same, and so is whatever the guest
//! does then. Left out is what KVM itself loses: routes changed while an interrupt is active, configurations changed while a line
//! is high, ICC_BPR1_EL1 behind CBPR, levels and active SGIs' senders of a GICv2.
//! `PROPTEST_CASES` makes it longer.

use std::sync::Arc;

use emu::gic::{Gic, icc};
use proptest::prelude::*;

use super::super::DeviceFd;
use super::{gic, vcpus, vm};
use crate::VcpuFd;

const VCPUS: u64 = 3;
const IRQS: u32 = 96;

/// What guest or devices do.
#[derive(Clone, Copy, Debug)]
enum Act {
    Dist { vcpu: usize, offset: u64, value: u32 },
    Redist { vcpu: usize, offset: u64, value: u32 },
    Icc { vcpu: usize, register: u16, value: u64 },
    Acknowledge { vcpu: usize, group1: bool },
    CpuInterface { vcpu: usize, offset: u64, value: u32 },
    Line { vcpu: Option<usize>, intid: u32, level: bool },
    Pulse { intid: u32 },
}

impl Act {
    /// What the guest reads, if it reads.
    fn perform(self, gic: &Gic) -> u64 {
        match self {
            Act::Dist { vcpu, offset, value } => gic.dist_write(vcpu, offset, 4, value.into()),
            Act::Redist { vcpu, offset, value } => gic.redist_write(vcpu, offset, 4, value.into()),
            Act::Icc { vcpu, register, value } => {
                gic.sysreg_write(vcpu, register, value);
            }
            Act::Acknowledge { vcpu, group1 } => {
                let both = gic.sysreg_read(vcpu, if group1 { icc::IAR1 } else { icc::IAR0 });
                return both.unwrap_or_else(|| gic.cpuif_read(vcpu, 0xc, 4));
            }
            Act::CpuInterface { vcpu, offset, value } => gic.cpuif_write(vcpu, offset, 4, value.into()),
            Act::Line { vcpu, intid, level } => gic.set_line(vcpu, intid, level).expect("a line"),
            Act::Pulse { intid } => gic.pulse(None, intid),
        }
        0
    }
}

fn vcpu() -> impl Strategy<Value = usize> {
    0..VCPUS as usize
}

/// A word of the banks of shared interrupts.
fn shared(base: u64, bits: u64) -> impl Strategy<Value = u64> {
    (bits..u64::from(IRQS / 32) * bits).prop_map(move |word| base + word * 4)
}

fn setup(v2: bool) -> BoxedStrategy<Act> {
    let route = if v2 {
        (shared(0x800, 8), any::<u32>()).prop_map(|(offset, value)| Act::Dist { vcpu: 0, offset, value }).boxed()
    } else {
        (0x6100u64..0x6300, 0..4u32).prop_map(|(at, value)| Act::Dist { vcpu: 0, offset: at & !7, value }).boxed()
    };
    let configuration = (shared(0xc00, 2), any::<u32>()).prop_map(move |(offset, value)| Act::Dist {
        vcpu: 0,
        offset,
        // Levels of a GICv2 do not move.
        value: if v2 { !0 } else { value },
    });
    prop_oneof![route, configuration].boxed()
}

fn act(v2: bool) -> BoxedStrategy<Act> {
    let mask = || prop_oneof![any::<u32>(), Just(!0u32)];
    let bits = prop_oneof![Just(0x80u64), Just(0x100), Just(0x180), Just(0x200), Just(0x280), Just(0x380)];
    let bank =
        (vcpu(), bits.clone(), 1..3u64, mask()).prop_map(|(vcpu, base, word, value)| Act::Dist { vcpu, offset: base + 4 * word, value });
    let priority = (vcpu(), shared(0x400, 8), any::<u32>()).prop_map(|(vcpu, offset, value)| Act::Dist { vcpu, offset, value });
    let control = (vcpu(), prop_oneof![9 => Just(3u32), 1 => Just(0)]).prop_map(|(vcpu, value)| Act::Dist { vcpu, offset: 0, value });
    let pulse = (32..IRQS).prop_map(|intid| Act::Pulse { intid });
    let acknowledge = (vcpu(), any::<bool>()).prop_map(|(vcpu, group1)| Act::Acknowledge { vcpu, group1 });
    if v2 {
        let private = (vcpu(), bits, mask()).prop_map(|(vcpu, offset, value)| Act::Dist { vcpu, offset, value });
        let interface = prop_oneof![
            Just((0x0u64, 0x20fu32)),
            Just((0x0, 3)),
            (Just(0x4), any::<u32>()),
            (Just(0x8), 0..8u32),
            (Just(0x1c), 0..8u32),
            (prop_oneof![Just(0x10), Just(0x1000)], 0..IRQS)
        ];
        let interface = (vcpu(), interface).prop_map(|(vcpu, (offset, value))| Act::CpuInterface { vcpu, offset, value });
        // From and to itself: a move makes the receiver the sender of an active one.
        let sgi = (0..16u32).prop_map(|sgi| Act::Dist { vcpu: 0, offset: 0xf00, value: 2 << 24 | sgi });
        return prop_oneof![bank, private, priority, control, pulse, acknowledge, interface, sgi].boxed();
    }
    let private = (vcpu(), bits, mask()).prop_map(|(vcpu, base, value)| Act::Redist { vcpu, offset: 0x1_0000 + base, value });
    let priorities =
        (vcpu(), 0..8u64, any::<u32>()).prop_map(|(vcpu, word, value)| Act::Redist { vcpu, offset: 0x1_0400 + 4 * word, value });
    let line = (prop_oneof![16..32u32, 32..IRQS], vcpu(), any::<bool>()).prop_map(|(intid, vcpu, level)| Act::Line {
        vcpu: (intid < 32).then_some(vcpu),
        intid,
        level,
    });
    let registers = prop_oneof![
        (Just(icc::PMR), 0..256u64),
        (Just(icc::BPR0), 0..8u64),
        (Just(icc::BPR1), 0..8u64),
        (Just(icc::CTLR), prop_oneof![Just(0u64), Just(2)]),
        (Just(icc::IGRPEN0), 0..2u64),
        (Just(icc::IGRPEN1), 0..2u64),
        (prop_oneof![Just(icc::EOIR0), Just(icc::EOIR1), Just(icc::DIR)], 0..u64::from(IRQS)),
        (prop_oneof![Just(icc::SGI0R), Just(icc::SGI1R)], (0..16u64, 0..8u64).prop_map(|(sgi, targets)| sgi << 24 | targets)),
    ];
    let registers = (vcpu(), registers).prop_map(|(vcpu, (register, value))| Act::Icc { vcpu, register, value });
    prop_oneof![bank, private, priority, priorities, control, pulse, line, acknowledge, registers].boxed()
}

struct Machine {
    device: DeviceFd,
    gic: Arc<Gic>,
    _vcpus: Vec<VcpuFd>,
}

fn machine(v2: bool) -> Machine {
    let vm = vm("7.3");
    let vcpus = vcpus(&vm, VCPUS);
    let device = gic(&vm, v2);
    let crate::device::Device::Vgic(vgic) = &device.device else { panic!("a GIC") };
    let gic = vgic.emulated().expect("initialised");
    Machine { device, gic, _vcpus: vcpus }
}

fn check(v2: bool, setup: &[Act], before: &[Act], after: &[Act]) -> Result<(), TestCaseError> {
    let (source, destination) = (machine(v2), machine(v2));
    for act in setup.iter().chain(before) {
        act.perform(&source.gic);
    }
    let saved = source.device.save_registers().expect("nobody runs");
    destination.device.restore_registers(&saved).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let again = destination.device.save_registers().expect("nobody runs");
    for (first, second) in saved.iter().zip(&again) {
        prop_assert_eq!(first, second);
    }
    prop_assert_eq!(saved.len(), again.len());
    for vcpu in 0..VCPUS as usize {
        source.gic.load_vcpu(vcpu);
        destination.gic.load_vcpu(vcpu);
    }
    for act in after {
        let reads = [act.perform(&source.gic), act.perform(&destination.gic)];
        prop_assert_eq!(reads[0], reads[1], "{:?}", act);
        for vcpu in 0..VCPUS as usize {
            prop_assert_eq!(source.gic.lines(vcpu), destination.gic.lines(vcpu), "vCPU {} after {:?}", vcpu, act);
        }
    }
    prop_assert_eq!(source.device.save_registers(), destination.device.save_registers());
    Ok(())
}

fn acts(v2: bool) -> impl Strategy<Value = (Vec<Act>, Vec<Act>, Vec<Act>)> {
    let many = move || prop::collection::vec(act(v2), 0..120);
    (prop::collection::vec(setup(v2), 0..20), many(), many())
}

proptest! {
    #[test]
    fn a_gicv3_moves((setup, before, after) in acts(false)) {
        check(false, &setup, &before, &after)?;
    }

    #[test]
    fn a_gicv2_moves((setup, before, after) in acts(true)) {
        check(true, &setup, &before, &after)?;
    }
}
