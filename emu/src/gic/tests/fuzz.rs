//! Random accesses: nothing panics, no interrupt is lost, what is derived agrees with the state, and a
//! saved state restores exactly. `PROPTEST_CASES` makes it longer.

use proptest::prelude::*;

use super::super::{Gic, GicModel, GicState, icc};
use super::new;

const CPUS: u64 = 3;

#[derive(Clone, Debug)]
enum Step {
    Dist(usize, u64, u8, Option<u64>),
    Redist(usize, u64, u8, Option<u64>),
    Cpuif(usize, u64, u8, Option<u64>),
    Icc(usize, u16, Option<u64>),
    UserDist(usize, u64, u32),
    UserRedist(usize, u64, u32),
    UserCpuif(usize, u64, u32),
    UserIcc(usize, u16, u64),
    Levels(usize, u32, u32),
    Line(Option<usize>, u32, bool),
    Pulse(Option<usize>, u32),
    Load(usize),
    /// Acknowledge and end, as a guest's handler does.
    Handle(usize),
}

fn cpu() -> impl Strategy<Value = usize> {
    0..CPUS as usize + 1
}

fn value() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => any::<u64>(),
        3 => (0u32..64).prop_map(|b| 1 << b),
        2 => 0u64..96,
        1 => Just(!0),
    ]
}

/// Half of the time an offset where something is, else anywhere.
fn offset() -> impl Strategy<Value = u64> {
    let known: Vec<u64> = [
        0, 4, 8, 0x80, 0x100, 0x104, 0x180, 0x184, 0x200, 0x204, 0x280, 0x284, 0x300, 0x304, 0x380, 0x384, 0x400, 0x420, 0x424, 0x820,
        0xc08, 0xf00, 0xf10, 0xf20, 0x6100, 0x6108, 0x1_0080, 0x1_0100, 0x1_0180, 0x1_0200, 0x1_0280, 0x1_0300, 0x1_0380, 0x1_0404, 0x70,
        0x78,
    ]
    .to_vec();
    prop_oneof![
        3 => prop::sample::select(known),
        1 => 0u64..0x2_0004,
        1 => any::<u64>(),
    ]
}

fn size() -> impl Strategy<Value = u8> {
    prop_oneof![6 => Just(4u8), 1 => Just(8), 1 => Just(1), 1 => any::<u8>()]
}

fn register() -> impl Strategy<Value = u16> {
    let known: Vec<u16> = icc::NAMES.iter().map(|&(_, reg)| reg).collect();
    prop_oneof![9 => prop::sample::select(known), 1 => any::<u16>()]
}

fn line() -> impl Strategy<Value = (Option<usize>, u32)> {
    prop_oneof![
        4 => (32u32..40).prop_map(|i| (None, i)),
        3 => (cpu(), 16u32..32).prop_map(|(c, i)| (Some(c), i)),
        1 => (prop::option::of(cpu()), 0u32..1100),
    ]
}

fn access() -> impl Strategy<Value = (usize, u64, u8, Option<u64>)> {
    (cpu(), offset(), size(), prop::option::weighted(0.8, value()))
}

fn step() -> impl Strategy<Value = Step> {
    let v2_interface = prop_oneof![
        Just(0u64),
        Just(4),
        Just(8),
        Just(0xc),
        Just(0x10),
        Just(0x1c),
        Just(0x20),
        Just(0x24),
        Just(0xd0),
        Just(0x1000),
        0u64..0x2000
    ];
    prop_oneof![
        4 => access().prop_map(|(c, o, s, v)| Step::Dist(c, o, s, v)),
        3 => access().prop_map(|(c, o, s, v)| Step::Redist(c, o, s, v)),
        3 => (cpu(), v2_interface, size(), prop::option::of(value()))
            .prop_map(|(c, o, s, v)| Step::Cpuif(c, o, s, v)),
        4 => (cpu(), register(), prop::option::of(value())).prop_map(|(c, r, v)| Step::Icc(c, r, v)),
        1 => (cpu(), offset(), any::<u32>()).prop_map(|(c, o, v)| Step::UserDist(c, o, v)),
        1 => (cpu(), offset(), any::<u32>()).prop_map(|(c, o, v)| Step::UserRedist(c, o, v)),
        1 => (cpu(), 0u64..0x110, any::<u32>()).prop_map(|(c, o, v)| Step::UserCpuif(c, o, v)),
        1 => (cpu(), register(), value()).prop_map(|(c, r, v)| Step::UserIcc(c, r, v)),
        1 => (cpu(), 0u32..130, any::<u32>()).prop_map(|(c, i, v)| Step::Levels(c, i, v)),
        6 => (line(), any::<bool>()).prop_map(|((c, i), l)| Step::Line(c, i, l)),
        2 => line().prop_map(|(c, i)| Step::Pulse(c, i)),
        1 => cpu().prop_map(Step::Load),
        4 => cpu().prop_map(Step::Handle),
    ]
}

fn apply(gic: &Gic, step: &Step) {
    match *step {
        Step::Dist(c, o, s, None) => drop(gic.dist_read(c, o, s)),
        Step::Dist(c, o, s, Some(v)) => gic.dist_write(c, o, s, v),
        Step::Redist(c, o, s, None) => drop(gic.redist_read(c, o, s)),
        Step::Redist(c, o, s, Some(v)) => gic.redist_write(c, o, s, v),
        Step::Cpuif(c, o, s, None) => drop(gic.cpuif_read(c, o, s)),
        Step::Cpuif(c, o, s, Some(v)) => gic.cpuif_write(c, o, s, v),
        Step::Icc(c, r, None) => drop(gic.sysreg_read(c, r)),
        Step::Icc(c, r, Some(v)) => drop(gic.sysreg_write(c, r, v)),
        Step::UserDist(c, o, v) => drop(gic.uaccess_dist_write(c, o, v)),
        Step::UserRedist(c, o, v) => drop(gic.uaccess_redist_write(c, o, v)),
        Step::UserCpuif(c, o, v) => gic.uaccess_cpuif_write(c, o, v),
        Step::UserIcc(c, r, v) => drop(gic.uaccess_cpu_sysreg_write(c, r, v)),
        Step::Levels(c, i, v) => drop(gic.uaccess_line_level_write(c, i, v)),
        Step::Line(c, i, l) => drop(gic.set_line(c, i, l)),
        Step::Pulse(c, i) => gic.pulse(c, i),
        Step::Load(c) => drop(gic.load_vcpu(c)),
        Step::Handle(c) => handle(gic, c),
    }
}

fn handle(gic: &Gic, cpu: usize) {
    if let Some(intid) = gic.sysreg_read(cpu, icc::IAR1) {
        if intid < 1020 {
            gic.sysreg_write(cpu, icc::EOIR1, intid);
        }
    } else {
        let iar = gic.cpuif_read(cpu, 0xc, 4);
        gic.cpuif_write(cpu, 0x10, 4, iar);
    }
}

/// The vCPU that should take an SPI, from the saved state alone.
fn target(state: &GicState, spi: usize) -> Option<usize> {
    if state.model == GicModel::V2 {
        let mask = state.targets[spi];
        return Some(if mask == 0 { 0 } else { mask.trailing_zeros() as usize });
    }
    let Some(route) = state.routers[spi] else { return Some(0) };
    let route = u64::from(route);
    state.vcpus.iter().position(|v| v.affinity == route)
}

/// What the lines of a vCPU should be: the slow way, interrupt by interrupt, with the group rules of
/// IHI 0069 written as a table of masks instead of shifts.
fn expected_lines(state: &GicState, cpu: usize) -> (bool, bool) {
    let v = &state.vcpus[cpu];
    let mut best: Option<(u8, u32, bool)> = None;
    for intid in 0..32 + state.spis.len() as u32 * 32 {
        let bit = 1u32 << (intid % 32);
        let bank = match intid.checked_sub(32) {
            None => &v.private,
            Some(spi) if target(state, spi as usize) == Some(cpu) => &state.spis[spi as usize / 32],
            Some(_) => continue,
        };
        let level_high = bank.edge & bit == 0 && bank.line & bit != 0;
        let pending = bank.latch & bit != 0 || level_high;
        let group1 = bank.group & bit != 0;
        let wanted = if group1 { v.cpu.group1 } else { v.cpu.group0 };
        let on = bank.enabled & bit != 0 && bank.active & bit == 0;
        let key = (bank.priority(intid), intid, group1);
        if pending && on && wanted && state.enabled && best.is_none_or(|b| key < b) {
            best = Some(key);
        }
    }
    let Some((priority, _, group1)) = best else {
        return (false, false);
    };
    const MASKS: [u8; 9] = [0xff, 0xfe, 0xfc, 0xf8, 0xf0, 0xe0, 0xc0, 0x80, 0];
    let bpr0 = usize::from(v.cpu.bpr0.max(2)) + 1;
    let bpr1 = usize::from(v.cpu.bpr1.max(3));
    let mask = MASKS[if group1 && !v.cpu.cbpr { bpr1 } else { bpr0 }];
    let running = (0..32u8).find(|&b| (v.cpu.ap0[0] | v.cpu.ap1[0]) >> b & 1 != 0);
    let preempts = running.is_none_or(|r| priority & mask < (r * 8) & mask);
    if priority >= v.cpu.pmr & 0xf8 || !preempts {
        return (false, false);
    }
    let fiq = !group1 && (v.cpu.fiq_enable || state.model == GicModel::V3);
    (!fiq, fiq)
}

fn run(model: GicModel, steps: &[Step]) {
    let (gic, ear) = new(model, CPUS, 96);
    for step in steps {
        apply(&gic, step);
        let state = gic.save();
        for cpu in 0..CPUS as usize {
            assert_eq!(gic.lines(cpu), expected_lines(&state, cpu), "cpu {cpu} after {step:?}");
        }
    }
    let mut told = [(false, false); CPUS as usize];
    for &(cpu, irq, fiq) in &*ear.changes.lock().unwrap() {
        assert_ne!(told[cpu], (irq, fiq), "told the same twice");
        told[cpu] = (irq, fiq);
    }
    let state = gic.save();
    let (other, _) = new(model, CPUS, 96);
    other.restore(&state).unwrap();
    assert!(other.save() == state);
    for (cpu, &last) in told.iter().enumerate() {
        assert_eq!(gic.lines(cpu), last);
        assert_eq!(other.lines(cpu), last);
    }
}

/// Without this most random guests never get an interrupt: enable everything first.
fn awake() -> Vec<Step> {
    let mut steps = vec![Step::Dist(0, 0, 4, Some(3)), Step::Dist(0, 0x104, 4, Some(!0))];
    for c in 0..CPUS as usize {
        steps.push(Step::Redist(c, 0x1_0100, 4, Some(!0)));
        steps.push(Step::Dist(c, 0x100, 4, Some(!0)));
        steps.push(Step::Cpuif(c, 0, 4, Some(0xf)));
        steps.push(Step::Cpuif(c, 4, 4, Some(0xff)));
        for reg in [icc::PMR, icc::IGRPEN0, icc::IGRPEN1] {
            steps.push(Step::Icc(c, reg, Some(0xff)));
        }
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost(
        v2 in any::<bool>(),
        started in any::<bool>(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut all = if started { awake() } else { Vec::new() };
        all.extend(steps);
        run(if v2 { GicModel::V2 } else { GicModel::V3 }, &all);
    }
}
