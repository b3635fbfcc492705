//! Properties of ID files that no recording shows: order, refusals, freezing, several clusters, the 2018 proposal.

use std::sync::Arc;

use proptest::prelude::*;
use sysregs::fields::aarch64::*;
use sysregs::{IdValues, SysReg, models};

use super::*;
use crate::errno::{EBUSY, EINVAL, EINVARIANT, ENOENT};
use crate::personality::{self, Personality};

fn kernel(name: &str) -> &'static Personality {
    personality::by_name(name).expect("known")
}

fn host(cpu: &str) -> Arc<HostIds> {
    Arc::new(HostIds::of(&models::by_name(cpu).expect("known").ids()))
}

fn vm(name: &str, cpu: &str) -> VmIds {
    VmIds::new(kernel(name), host(cpu), VmFeatures { psci_0_2: true, ..VmFeatures::default() }).expect("every value is known")
}

/// Models that leave nothing unknown.
fn complete() -> Vec<&'static str> {
    let whole = |name: &&str| VmIds::new(kernel("7.3"), host(name), VmFeatures::default()).is_ok();
    models::all().iter().map(|model| model.name).filter(whole).collect()
}

/// Every register that user space may write, with the VM's own and the vCPU's.
fn writes() -> impl Strategy<Value = Vec<(SysReg, u64)>> {
    let register = proptest::sample::select(
        SysReg::ALL
            .iter()
            .copied()
            .filter(|r| r.encoding().crn() == 0 && r.encoding().op0() == 3 && r.encoding().op1() != 2)
            .collect::<Vec<_>>(),
    );
    let value = prop_oneof![any::<u64>(), (0_u32..64).prop_map(|bit| 1 << bit), Just(0), Just(u64::MAX)];
    proptest::collection::vec((register, value), 1..40)
}

fn anywhere() -> impl Strategy<Value = (usize, &'static str)> {
    (0..personality::all().len(), proptest::sample::select(complete()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Accepted values read back (but for what is documented to be dropped), refused ones change nothing, others are not touched.
    #[test]
    fn writes_are_all_or_nothing((kernel, cpu) in anywhere(), writes in writes(), lowered in any::<bool>()) {
        let personality = &personality::all()[kernel];
        let mut vm = VmIds::new(personality, host(cpu), VmFeatures::default()).expect("every value is known");
        let mut vcpu = VcpuIds::new(&vm, 3).expect("known");
        for (register, mask) in writes {
            let before = vm.file().values();
            let Some(old) = vcpu.get(&vm, register) else {
                prop_assert_eq!(vcpu.set(&mut vm, register, mask, false).map_err(|refusal| refusal.errno), Err(ENOENT));
                continue;
            };
            let value = if lowered { old & mask } else { old ^ mask };
            match vcpu.set(&mut vm, register, value, false) {
                Ok(()) => {
                    for (other, kept) in before.registers().filter(|(other, _)| *other != register) {
                        let coupled = matches!(other, SysReg::ID_AA64DFR0_EL1 | SysReg::ID_DFR0_EL1) && personality.name() == "linux-6.3";
                        prop_assert!(coupled || vm.get(other) == Some(kept), "{} changed with {}", other, register);
                    }
                    // What was accepted is accepted again.
                    prop_assert_eq!(vcpu.set(&mut vm, register, value, false), Ok(()));
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal.errno, personality.traits().refusal);
                    prop_assert_eq!(vm.file().values(), before);
                    prop_assert_eq!(vcpu.get(&vm, register), Some(old));
                    prop_assert!(!refusal.to_string().is_empty());
                }
            }
            // The present value is always accepted.
            let now = vcpu.get(&vm, register).expect("still there");
            prop_assert_eq!(vcpu.set(&mut vm, register, now, false), Ok(()));
            prop_assert_eq!(vcpu.get(&vm, register), Some(now));
        }
    }

    /// Since 6.6 nothing of the VM's changes after the first run, whatever is written.
    #[test]
    fn frozen_means_frozen(cpu in proptest::sample::select(complete()), kernel in 6..13_usize, writes in writes()) {
        let personality = &personality::all()[kernel];
        prop_assert!(personality.traits().frozen_after_run);
        let features = VmFeatures { writable_implementation: true, ..VmFeatures::default() };
        let mut vm = VmIds::new(personality, host(cpu), features).expect("known");
        vm.finalize_first_run(None);
        let frozen = vm.file().values();
        for (register, value) in writes {
            let answer = vm.set(register, value, true);
            prop_assert_eq!(&vm.file().values(), &frozen);
            if vm.get(register).is_some_and(|now| now == value) {
                prop_assert_eq!(answer, Ok(()));
            }
        }
    }

    /// The file stays one that the host can have: whatever was accepted, a fresh VM of the same host accepts as a whole.
    #[test]
    fn what_was_accepted_moves((kernel, cpu) in anywhere(), writes in writes()) {
        let personality = &personality::all()[kernel];
        let new = || VmIds::new(personality, host(cpu), VmFeatures::default()).expect("every value is known");
        let (mut vm, mut fresh) = (new(), new());
        for (register, value) in writes {
            // What is refused is no part of it.
            let _ = vm.set(register, value, false);
        }
        for (register, value) in vm.file().values().registers() {
            prop_assert_eq!(fresh.set(register, value, false), Ok(()), "{} {:#x}", register, value);
        }
        prop_assert_eq!(fresh.file().values(), vm.file().values());
    }

    /// The order in which values are set does not matter.
    #[test]
    fn order_does_not_matter(mut writes in writes(), cpu in proptest::sample::select(complete())) {
        let fresh = vm("7.3", cpu);
        writes.sort_by_key(|(register, _)| *register);
        writes.dedup_by_key(|(register, _)| *register);
        let all = |order: &mut dyn Iterator<Item = &(SysReg, u64)>| {
            let mut vm = fresh.clone();
            for &(register, mask) in order {
                let lowered = vm.get(register).unwrap_or_default() & mask;
                let _ = vm.set(register, lowered, false);
            }
            vm.file().values()
        };
        prop_assert_eq!(all(&mut writes.iter()), all(&mut writes.iter().rev()));
    }
}

/// The patch of 2018 changes the errno at three places, and only there.
#[test]
fn einvariant_at_three_places() {
    for (name, errno) in [("linux-4.20", EINVAL), ("rfc-einvariant", EINVARIANT)] {
        let mut vm = vm(name, "neoverse-n1");
        let mut vcpu = VcpuIds::new(&vm, 0).expect("known");
        // __set_id_reg: sanitised, hidden and unallocated ID registers.
        for register in [SysReg::ID_AA64PFR0_EL1, SysReg::ID_AA64ZFR0_EL1, SysReg::S3_0_C0_C7_7] {
            let value = vm.get(register).expect("listed");
            assert_eq!(vm.set(register, value ^ 1, false).expect_err("refused").errno, errno, "{name} {register}");
            assert_eq!(vm.set(register, value, true), Ok(()));
        }
        // set_invariant_sys_reg
        for register in [SysReg::MIDR_EL1, SysReg::REVIDR_EL1, SysReg::CLIDR_EL1, SysReg::AIDR_EL1, SysReg::CTR_EL0] {
            let value = vcpu.get(&vm, register).expect("listed");
            for after_run in [false, true] {
                let refused = vcpu.set(&mut vm, register, value ^ 1, after_run).expect_err("refused");
                assert_eq!((refused.errno, refused.reason), (errno, Reason::Invariant { value }), "{name} {register}");
            }
        }
        // demux_c15_set
        let size = vcpu.ccsidr(&vm, 0).expect("a level 1 cache");
        assert_eq!(vcpu.set_ccsidr(&vm, 0, size ^ 1).expect_err("refused").errno, errno);
        assert_eq!(vcpu.set_ccsidr(&vm, 13, 0).expect_err("absent").errno, ENOENT);
        // Elsewhere nothing changed.
        assert_eq!(vcpu.set(&mut vm, SysReg::MPIDR_EL1, 0x1234, true), Ok(()));
        assert_eq!(vm.set(SysReg::SCTLR_EL1, 0, false).expect_err("not an ID register").errno, ENOENT);
        let mut fw = firmware::Firmware::new(&vm);
        assert_eq!(fw.set(&vm, firmware::FIRMWARE, 0x1_0001, false).expect_err("unknown version").errno, EINVAL);
    }
}

/// The seed of 2018: the next stepping of a part refuses the MIDR, until 6.16 with the capability.
#[test]
fn a_midr_moves_since_6_16() {
    let wanted = 0x413f_d0c1;
    for (name, capability, after_run, answer) in [
        ("6.12", true, false, Err(EINVAL)),
        ("6.16", false, false, Err(EINVAL)),
        ("6.16", true, false, Ok(())),
        ("7.3", true, true, Err(EBUSY)),
    ] {
        let features = VmFeatures { writable_implementation: capability, ..VmFeatures::default() };
        let mut vm = VmIds::new(kernel(name), host("neoverse-n1"), features).expect("known");
        let answered = vm.set(SysReg::MIDR_EL1, wanted, after_run).map_err(crate::errno::Errno::from);
        assert_eq!(answered, answer, "{name}");
        let expected = if answer.is_ok() { wanted } else { 0x414f_d0c1 };
        assert_eq!(vm.get(SysReg::MIDR_EL1), Some(expected));
    }
}

/// A refusal names what was wrong.
#[test]
fn refusals_name_the_field() {
    let mut vm = vm("6.12", "neoverse-n1");
    let isar0 = vm.get(SysReg::ID_AA64ISAR0_EL1).expect("listed");
    let refusal = vm.set(SysReg::ID_AA64ISAR0_EL1, ID_AA64ISAR0_EL1::SHA3.insert(isar0, 1), false).expect_err("the host has no SHA3");
    assert_eq!(refusal.fields(), [&ID_AA64ISAR0_EL1::SHA3]);
    assert_eq!(
        refusal.to_string(),
        "ID_AA64ISAR0_EL1=0x100110211120: ID_AA64ISAR0_EL1.SHA3=1 is not safe where the limit is 0 (lower is safe) (EINVAL (22))"
    );
    vm.finalize_first_run(None);
    let refusal = vm.set(SysReg::ID_AA64ISAR0_EL1, ID_AA64ISAR0_EL1::AES.insert(isar0, 0), true).expect_err("frozen");
    assert_eq!((refusal.errno, refusal.fields()), (EBUSY, vec![&ID_AA64ISAR0_EL1::AES]));
}

/// Two clusters: what both have, whichever comes first; but the boot CPU's own registers.
#[test]
fn clusters() {
    let ids = |name: &str| models::by_name(name).expect("known").ids();
    let both = |a: &str, b: &str| {
        let host = Arc::new(HostIds::new(vec![ids(a), ids(b)], HostFacts::default()));
        VmIds::new(kernel("7.3"), host, VmFeatures::default()).expect("known")
    };
    let (one, other) = (both("cortex-a55", "cortex-a76"), both("cortex-a76", "cortex-a55"));
    for (register, entry) in one.file().iter().filter(|(register, _)| register.encoding().crm() != 0) {
        assert_eq!(other.get(register), Some(entry.value), "{register}");
    }
    assert_eq!(one.get(SysReg::MIDR_EL1), Some(0x412f_d050));
    assert_eq!(other.get(SysReg::MIDR_EL1), Some(0x414f_d0b1));
    assert_eq!(one.field(&ID_AA64PFR0_EL1::EL1), 1, "the A76 has no AArch32 at EL1");
}

/// What a kernel took for safe: of ID_AA64ISAR2_EL1.CLRBHB in 5.10 and of BC in 6.3 the highest value.
#[test]
fn fields_of_which_the_highest_was_safe() {
    for (kernel_name, clrbhb, bc) in [("5.10", 1, 0), ("6.1", 0, 0), ("6.3", 0, 1), ("6.6", 0, 0), ("7.3", 0, 0)] {
        let old = models::by_name("neoverse-n1").expect("known").ids();
        let mut new = old.clone();
        let both = ID_AA64ISAR2_EL1::CLRBHB.insert(ID_AA64ISAR2_EL1::BC.insert(0, 1), 1);
        new.set(SysReg::ID_AA64ISAR2_EL1, both);
        for cpus in [vec![old.clone(), new.clone()], vec![new, old]] {
            let host = Arc::new(HostIds::new(cpus, HostFacts::default()));
            let vm = VmIds::new(kernel(kernel_name), host, VmFeatures::default()).expect("known");
            let shown = (vm.field(&ID_AA64ISAR2_EL1::CLRBHB), vm.field(&ID_AA64ISAR2_EL1::BC));
            assert_eq!(shown, (clrbhb, bc), "{kernel_name}");
        }
    }
}

/// A value that nobody recorded stops a VM that needs it, and only such a one.
#[test]
fn unknown_values_are_refused() {
    let mut ids: IdValues = models::by_name("neoverse-n1").expect("known").ids();
    ids.forget(SysReg::ID_AA64ZFR0_EL1);
    let host = Arc::new(HostIds::of(&ids));
    assert!(VmIds::new(kernel("6.12"), host.clone(), VmFeatures::default()).is_ok());
    let error = VmIds::new(kernel("6.12"), host, VmFeatures { sve: true, ..VmFeatures::default() }).expect_err("unknown");
    assert!(error.to_string().starts_with("ID_AA64ZFR0_EL1 of CPU 0 is unknown"), "{error}");
}

/// What follows the VM's interrupt controller, by kernel: value after creation of a GICv3, after the first run with it, and without.
#[test]
fn the_gic_field_follows_the_gic() {
    for (name, created, with, without) in [
        ("6.1", 1, 1, 1),
        ("6.8", 1, 1, 1),
        ("6.12", 1, 1, 0),
        ("6.16", 1, 1, 0),
        ("6.17", 1, 1, 0),
        ("6.18", 1, 1, 0),
        ("7.0", 1, 1, 0),
        ("7.2", 1, 1, 0),
        ("7.3", 1, 1, 0),
    ] {
        let fresh = vm(name, "neoverse-n1");
        let mut with_gic = fresh.clone();
        with_gic.vgic_created(VgicKind::V3);
        assert_eq!(with_gic.field(&ID_AA64PFR0_EL1::GIC), created, "{name} created");
        with_gic.finalize_first_run(Some(VgicKind::V3));
        assert_eq!(with_gic.field(&ID_AA64PFR0_EL1::GIC), with, "{name} ran");
        let mut without_gic = fresh.clone();
        without_gic.finalize_first_run(None);
        assert_eq!(without_gic.field(&ID_AA64PFR0_EL1::GIC), without, "{name} without");
        let mut v2 = fresh;
        v2.vgic_created(VgicKind::V2);
        let at_creation = if matches!(name, "6.18" | "7.0" | "7.2" | "7.3") { 0 } else { 1 };
        assert_eq!(v2.field(&ID_AA64PFR0_EL1::GIC), at_creation, "{name} GICv2");
    }
    // A zero that user space wrote comes back with the GIC in 7.3, and stays in 6.12.
    for (name, value) in [("6.12", 0), ("6.18", 0), ("7.0", 0), ("7.2", 1), ("7.3", 1)] {
        let mut vm = vm(name, "neoverse-n1");
        vm.vgic_created(VgicKind::V3);
        let pfr0 = vm.get(SysReg::ID_AA64PFR0_EL1).expect("listed");
        vm.set(SysReg::ID_AA64PFR0_EL1, ID_AA64PFR0_EL1::GIC.insert(pfr0, 0), false).expect("writable");
        vm.finalize_first_run(Some(VgicKind::V3));
        assert_eq!(vm.field(&ID_AA64PFR0_EL1::GIC), value, "{name}");
    }
}

/// Linux 6.3: one PMU version behind two registers, and it must agree with the vCPU's feature.
#[test]
fn pmu_version_of_6_3() {
    let features = VmFeatures { pmu: true, ..VmFeatures::default() };
    let mut vm = VmIds::new(kernel("6.3"), host("neoverse-v1"), features).expect("known");
    let dfr0 = vm.get(SysReg::ID_AA64DFR0_EL1).expect("listed");
    assert_eq!(ID_AA64DFR0_EL1::PMUVer.extract(dfr0), 5);
    vm.set(SysReg::ID_AA64DFR0_EL1, ID_AA64DFR0_EL1::PMUVer.insert(dfr0, 1), false).expect("lower");
    assert_eq!(vm.field(&sysregs::fields::aarch32::ID_DFR0_EL1::PerfMon), 3);
    for wanted in [0, 15, 6] {
        assert!(vm.set(SysReg::ID_AA64DFR0_EL1, ID_AA64DFR0_EL1::PMUVer.insert(dfr0, wanted), false).is_err(), "{wanted}");
    }
}

/// Ordinary registers with a mind of their own: kernel, register, before, written, after the first run, then.
#[test]
fn stored_values() {
    let cases = [
        ("6.12", SysReg::TTBR0_EL1, 1, u64::MAX, false, Ok(u64::MAX)),
        ("6.12", SysReg::OSLSR_EL1, 8, 10, true, Ok(10)),
        ("6.12", SysReg::OSLSR_EL1, 8, 0, false, Err(EINVAL)),
        ("6.1", SysReg::PMCR_EL0, 0x3000, 0xffff, false, Ok(0xffff)),
        ("6.12", SysReg::PMCR_EL0, 0x3000, 0x1001, false, Ok(0x1001)),
        ("6.12", SysReg::PMCR_EL0, 0x3000, 0x1001, true, Ok(0x3001)),
        ("6.12", SysReg::PMCR_EL0, 0x3000, 0xffff_ffff, false, Ok(0x30ff)),
        ("6.12", SysReg::PMINTENSET_EL1, 0, u64::MAX, false, Ok(0x8000_003f)),
        ("6.16", SysReg::CNTV_CTL_EL0, 0, 0xff, false, Ok(0xff)),
        ("6.17", SysReg::CNTV_CTL_EL0, 0, 0xff, false, Ok(0xff)),
        ("6.18", SysReg::CNTV_CTL_EL0, 0, 0xff, false, Ok(0xfb)),
    ];
    for (name, register, before, wanted, after_run, then) in cases {
        let answer = stored(&vm(name, "neoverse-n1"), register, before, wanted, after_run);
        assert_eq!(answer.map_err(|refusal| refusal.errno), then, "{name} {register}");
    }
}

/// A host without AArch32: what its AArch32 ID registers show all the same, with a PMU and a GICv3.
#[test]
fn aarch32_leftovers() {
    use sysregs::fields::aarch32::{ID_DFR0_EL1, ID_PFR1_EL1};
    for (name, perfmon, gic) in [
        ("6.1", 0, 0),
        ("6.3", 0, 0),
        ("6.6", 4, 0),
        ("6.12", 4, 0),
        ("6.17", 4, 0),
        ("6.18", 4, 1),
        ("7.0", 4, 1),
        ("7.2", 4, 0),
        ("7.3", 4, 0),
    ] {
        let features = VmFeatures { pmu: true, ..VmFeatures::default() };
        let mut vm = VmIds::new(kernel(name), host("a64fx"), features).expect("known");
        vm.vgic_created(VgicKind::V3);
        assert_eq!(vm.field(&ID_DFR0_EL1::PerfMon), perfmon, "{name}");
        assert_eq!(vm.field(&ID_PFR1_EL1::GIC), gic, "{name}");
        let before = vm.get(SysReg::ID_DFR0_EL1);
        assert_eq!(vm.set(SysReg::ID_DFR0_EL1, u64::MAX, true), Ok(()), "{name}");
        assert_eq!(vm.get(SysReg::ID_DFR0_EL1), before, "{name}");
        assert!(vm.set(SysReg::ID_AFR0_EL1, 1, false).is_err(), "{name}: not an AArch32 register that KVM knows");
    }
}

/// The registers of a vCPU with EL2: kernel, and fields of a host that has more than a guest may know.
#[test]
fn what_a_vcpu_with_el2_is_told() {
    let mut ids = models::by_name("max").expect("known").ids();
    let mut give = |field: &sysregs::IdField, value| {
        let register = ids.get(field.register).expect("known");
        ids.set(field.register, field.insert(register, value));
    };
    give(&ID_AA64MMFR4_EL1::NV_frac, 2);
    give(&ID_AA64DFR0_EL1::DoubleLock, -1);
    give(&ID_AA64DFR0_EL1::DebugVer, 11);
    give(&ID_AA64MMFR1_EL1::XNX, 1);
    give(&ID_AA64MMFR1_EL1::HAFDBS, 2);
    give(&ID_AA64PFR1_EL1::DF2, 1);
    let fields = [
        &ID_AA64MMFR4_EL1::NV_frac,
        &ID_AA64DFR0_EL1::DoubleLock,
        &ID_AA64DFR0_EL1::DebugVer,
        &ID_AA64MMFR1_EL1::XNX,
        &ID_AA64MMFR1_EL1::HAFDBS,
        &ID_AA64PFR1_EL1::DF2,
        &ID_AA64MMFR1_EL1::VH,
    ];
    let host = Arc::new(HostIds::of(&ids));
    for (name, e2h0, expected) in [
        ("6.16", false, [1, 0, 7, 0, 0, 0, 1]),
        ("6.17", false, [1, 0, 7, 0, 0, 0, 1]),
        ("6.18", false, [1, -1, 10, 1, 1, 1, 1]),
        ("7.2", false, [1, -1, 10, 1, 1, 1, 1]),
        ("7.3", false, [2, -1, 10, 1, 1, 1, 1]),
        ("7.3", true, [0, -1, 10, 1, 1, 1, 0]),
    ] {
        let features = VmFeatures { el2: true, e2h0, ..VmFeatures::default() };
        let vm = VmIds::new(kernel(name), host.clone(), features).expect("known");
        assert_eq!(fields.map(|field| vm.field(field)), expected, "{name} {e2h0}");
    }
}

/// Registers that E2H0 takes away from a vCPU with EL2, and since when.
#[test]
fn registers_without_vhe() {
    let has = |name: &str, e2h0: bool, register| {
        let features = VmFeatures { el2: true, e2h0, ..VmFeatures::default() };
        let vm = VmIds::new(kernel(name), host("max"), features).expect("known");
        let vcpu = VcpuIds::new(&vm, 0).expect("known");
        reg_list::reg_list(&vm, &vcpu).contains(&reg_list::one_reg_id(register))
    };
    for (name, vncr, cnthv) in [("6.16", false, true), ("6.17", false, true), ("6.18", false, false), ("7.3", false, false)] {
        for (register, left) in [(SysReg::VNCR_EL2, vncr), (SysReg::CNTHV_CTL_EL2, cnthv), (SysReg::CNTHP_CTL_EL2, true)] {
            assert!(has(name, false, register), "{name} {register}");
            assert_eq!(has(name, true, register), left, "{name} {register}");
        }
    }
}

/// Rows and traits of the youngest kernels: since which one.
#[test]
fn since_which_kernel() {
    use crate::personality::rule::Shown;
    type Holds = fn(&Personality) -> bool;
    let cases: [(&str, Holds); 23] = [
        ("6.17", |p| p.shown(&ID_AA64PFR1_EL1::DF2) == Shown::Host),
        ("6.17", |p| p.shown(&ID_AA64PFR1_EL1::RAS_frac) == Shown::RasFraction),
        ("6.17", |p| p.shown(&ID_AA64PFR2_EL1::MTESTOREONLY) == Shown::Mte),
        ("6.17", |p| p.shown(&ID_AA64MMFR3_EL1::SCTLRX) == Shown::Host),
        ("6.17", |p| p.writable(SysReg::ID_AA64PFR0_EL1) & ID_AA64PFR0_EL1::RAS.mask() != 0),
        ("6.17", |p| p.writable(SysReg::ID_AA64PFR1_EL1) & ID_AA64PFR1_EL1::RAS_frac.mask() != 0),
        ("6.17", |p| p.capability(243).is_some()),
        ("6.17", |p| p.listing(SysReg::SCTLR2_EL1).is_some() && p.listing(SysReg::VDISR_EL2).is_some()),
        ("6.18", |p| p.shown(&ID_AA64ISAR3_EL1::LSFE) == Shown::Host),
        ("6.18", |p| p.shown(&ID_AA64DFR0_EL1::DoubleLock) == Shown::DoubleLock),
        ("6.18", |p| p.writable(SysReg::ID_AA64ISAR3_EL1) & ID_AA64ISAR3_EL1::LSFE.mask() != 0),
        ("6.18", |p| p.writable(SysReg::ID_AA64MMFR1_EL1) & ID_AA64MMFR1_EL1::TWED.mask() != 0),
        ("6.18", |p| p.writable(SysReg::ID_PFR0_EL1) != 0 && p.capability(234).is_some() && p.traits().events_need_init),
        ("7.0", |p| p.shown(&ID_AA64ISAR1_EL1::LS64) == Shown::Host && p.traits().id_space_traps),
        ("7.0", |p| p.shown(&ID_AA64MMFR3_EL1::S1POE) == Shown::Overlay),
        ("7.0", |p| p.writable(SysReg::ID_AA64ISAR0_EL1) & 0xf00_0000 == 0),
        ("7.2", |p| p.shown(&ID_AA64PFR2_EL1::GCIE) == Shown::GicV5 && p.shown(&ID_AA64FPFR0_EL1::F16MM2) == Shown::Host),
        ("7.2", |p| p.shown(&ID_AA64ISAR2_EL1::ATS1A) == Shown::Host && p.shown(&ID_AA64ISAR3_EL1::LSUI) == Shown::Host),
        ("7.2", |p| p.writable(SysReg::ID_AA64FPFR0_EL1) == 0xfc00_80ff),
        ("7.2", |p| p.traits().pmu_version == crate::personality::traits::PmuVersion::Unsigned),
        ("7.2", |p| p.writable(SysReg::ID_AA64PFR2_EL1) & ID_AA64PFR2_EL1::GCIE.mask() != 0),
        ("7.2", |p| p.writable(SysReg::ID_AA64ISAR3_EL1) & ID_AA64ISAR3_EL1::LSUI.mask() != 0),
        ("7.3", |p| p.listing(SysReg::PMMIR_EL1).is_some() && p.traits().vcpu_features == 10 && p.traits().dependencies_enforced),
    ];
    let young: Vec<&Personality> = personality::all().iter().skip_while(|personality| personality.name() != "linux-6.14").collect();
    for (case, (since, holds)) in cases.iter().enumerate() {
        let first = young.iter().position(|personality| personality.name() == kernel(since).name());
        for (at, personality) in young.iter().enumerate() {
            assert_eq!(holds(personality), Some(at) >= first, "case {case} on {}", personality.name());
        }
    }
}
