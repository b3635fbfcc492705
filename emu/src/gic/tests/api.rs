//! What scripts cannot say: construction, callbacks, threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::super::{Gic, GicConfig, GicError, GicModel, HostInterface, Notify, icc};
use super::{Ear, mpidrs, new};

#[test]
fn shapes_that_kvm_refuses() {
    for (model, cpus, irqs, expected) in [
        (GicModel::V3, 1, 32, Some(GicError::NrIrqs(32))),
        (GicModel::V3, 1, 65, Some(GicError::NrIrqs(65))),
        (GicModel::V3, 1, 1024, Some(GicError::NrIrqs(1024))),
        (GicModel::V3, 1, 992, None),
        (GicModel::V3, 0, 64, None),
        (GicModel::V2, 0, 64, None),
        (GicModel::V3, 512, 64, None),
        (GicModel::V3, 513, 64, Some(GicError::VcpuCount { count: 513, limit: 512 })),
        (GicModel::V2, 8, 64, None),
        (GicModel::V2, 9, 64, Some(GicError::VcpuCount { count: 9, limit: 8 })),
    ] {
        let made = Gic::new(model, &mpidrs(cpus), irqs, Arc::new(Ear::default()));
        assert_eq!(made.err(), expected, "{model:?} {cpus} {irqs}");
    }
    let twice = Gic::new(GicModel::V3, &[0x8000_0001, 1], 64, Arc::new(Ear::default()));
    assert_eq!(twice.err(), Some(GicError::DuplicateAffinity(1)));
}

#[test]
fn lines_that_do_not_exist() {
    let (gic, _) = new(GicModel::V3, 2, 96);
    for (vcpu, intid, ok) in [
        (None, 32, true),
        (None, 95, true),
        (None, 96, false),
        (None, 31, false),
        (Some(0), 16, true),
        (Some(1), 31, true),
        (Some(1), 15, false),
        (Some(1), 32, false),
        (Some(2), 16, false),
        (None, u32::MAX, false),
    ] {
        let expected = if ok { Ok(()) } else { Err(GicError::NoLine { intid, vcpu }) };
        assert_eq!(gic.set_line(vcpu, intid, true), expected);
        gic.pulse(vcpu, intid);
    }
}

#[test]
fn a_vcpu_that_does_not_exist_is_silent() {
    for model in [GicModel::V2, GicModel::V3] {
        let (gic, _) = new(model, 2, 96);
        let before = gic.save();
        for offset in (0..0x2_0000).step_by(4) {
            gic.dist_write(2, offset, 4, !0);
            gic.redist_write(2, offset, 4, !0);
            gic.cpuif_write(2, offset, 4, !0);
            let read = gic.dist_read(2, offset, 4) | gic.redist_read(2, offset, 4) | gic.cpuif_read(2, offset, 4);
            assert_eq!(read, 0);
        }
        for &(_, reg) in icc::NAMES {
            assert_eq!(gic.sysreg_write(2, reg, 1), None);
            assert_eq!(gic.sysreg_read(2, reg), None);
        }
        assert_eq!(gic.lines(2), (false, false));
        assert!(gic.save() == before);
    }
}

#[test]
fn more_preemption_bits_mean_more_registers() {
    let host = HostInterface { priority_bits: 7, preemption_bits: 7, ..HostInterface::default() };
    let mut config = GicConfig::new(GicModel::V3, 64);
    config.host = host;
    let gic = Gic::with_config(config, &[0], Arc::new(Ear::default())).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::CTLR), Some(0x8e00));
    assert_eq!(gic.sysreg_read(0, icc::BPR0), Some(0));
    gic.sysreg_write(0, icc::AP1R3, 1 << 31).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::RPR), Some(0xfe));
    gic.sysreg_write(0, icc::AP0R2, 1).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::RPR), Some(0x80));
    assert_eq!(gic.uaccess_cpu_sysreg_read(0, icc::AP1R3), Ok(1 << 31));
}

#[test]
fn an_old_kernel_ignores_the_deactivation_of_another_vcpu() {
    let mut config = GicConfig::new(GicModel::V3, 64);
    config.remote_deactivation = false;
    let gic = Gic::with_config(config, &mpidrs(2), Arc::new(Ear::default())).unwrap();
    gic.dist_write(0, 0x304, 4, 1);
    for vcpu in [1, 0] {
        assert_eq!(gic.dist_read(0, 0x304, 4), 1);
        gic.sysreg_write(vcpu, icc::CTLR, 2).unwrap();
        gic.sysreg_write(vcpu, icc::DIR, 32).unwrap();
    }
    assert_eq!(gic.dist_read(0, 0x304, 4), 0);
}

#[test]
fn foreign_states_are_refused_and_change_nothing() {
    let (gic, _) = new(GicModel::V2, 2, 96);
    gic.dist_write(0, 0x104, 4, 0xff);
    let good = gic.save();
    let mut bad = vec![new(GicModel::V3, 2, 96).0.save(), new(GicModel::V2, 2, 128).0.save(), new(GicModel::V2, 3, 96).0.save()];
    let mut owner = good.clone();
    owner.active_on[3] = Some(2);
    let mut target = good.clone();
    target.targets[0] = 4;
    let mut affinity = good.clone();
    affinity.vcpus[1].affinity = 5;
    bad.extend([owner, target, affinity]);
    for state in bad {
        assert!(matches!(gic.restore(&state), Err(GicError::StateMismatch(_))));
        assert!(gic.save() == good);
    }
}

/// What a device in the kernel owns is not for others to move, and what is mapped not for user space to activate.
#[test]
fn owned_lines() {
    let (gic, _) = new(GicModel::V3, 2, 96);
    gic.map_line(0, 27);
    gic.claim_line(None, 40);
    let levels = |vcpu, intid| gic.uaccess_line_level_read(vcpu, intid).unwrap();
    gic.dist_write(0, 0xc08, 4, 0);
    for (vcpu, intid) in [(Some(0), 27), (Some(1), 27), (Some(0), 28), (None, 40), (None, 41)] {
        assert_eq!(gic.set_line(vcpu, intid, true), Ok(()));
    }
    assert_eq!((levels(0, 0), levels(1, 0), levels(0, 32)), (1 << 28, 1 << 27, 1 << 9));
    gic.set_owned_line(Some(0), 27, true).unwrap();
    gic.set_owned_line(None, 40, true).unwrap();
    assert_eq!((levels(0, 0), levels(0, 32)), (3 << 27, 3 << 8));
    gic.uaccess_redist_write(0, 0x1_0300, 3 << 27).unwrap();
    assert_eq!(gic.uaccess_redist_read(0, 0x1_0300), 1 << 28);
    gic.redist_write(0, 0x1_0300, 4, 1 << 27);
    gic.uaccess_redist_write(0, 0x1_0380, 3 << 27).unwrap();
    assert_eq!(gic.uaccess_redist_read(0, 0x1_0300), 1 << 27, "the guest's own doing");
}

/// The first vCPU has what was never routed, whatever its affinity.
#[test]
fn spis_without_a_route() {
    let gic = Gic::new(GicModel::V3, &[1, 0], 64, Arc::new(Ear::default())).unwrap();
    for vcpu in 0..2 {
        gic.sysreg_write(vcpu, icc::PMR, 0xff).unwrap();
        gic.sysreg_write(vcpu, icc::IGRPEN1, 1).unwrap();
    }
    gic.dist_write(0, 0, 4, 2);
    gic.dist_write(0, 0x104, 4, 1);
    gic.pulse(None, 32);
    assert_eq!([0, 1].map(|vcpu| gic.lines(vcpu).0), [true, false]);
    assert_eq!(gic.dist_read(0, 0x6100, 8), 0);
    gic.dist_write(0, 0x6100, 8, 0);
    assert_eq!([0, 1].map(|vcpu| gic.lines(vcpu).0), [false, true]);
}

/// GICD_SGIR: a vCPU sends under its number, and "self" is that number, too.
#[test]
fn senders_are_processor_numbers() {
    let (gic, _) = new(GicModel::V2, 3, 64);
    [2, 0, 5].iter().enumerate().for_each(|(vcpu, &number)| gic.set_processor_number(vcpu, number));
    let sources = || [0, 1, 2].map(|vcpu| gic.dist_read(vcpu, 0xf20, 1));
    gic.dist_write(0, 0xf00, 4, 2 << 24);
    assert_eq!(sources(), [0, 0, 4], "position 2, from number 2");
    gic.dist_write(1, 0xf00, 4, 1 << 24);
    assert_eq!(sources(), [0, 1, 5]);
    gic.dist_write(2, 0xf00, 4, 1 << 16);
    assert_eq!(sources(), [0x20, 1, 5]);
}

/// ICC_SGI1R_EL1.IRM: all but the sender, or all but whoever is where its number says.
#[test]
fn broadcasts() {
    for (broadcast_by_number, expected) in [(false, [0, 2, 2]), (true, [2, 0, 2])] {
        let config = GicConfig { broadcast_by_number, ..GicConfig::new(GicModel::V3, 64) };
        let gic = Gic::with_config(config, &mpidrs(3), Arc::new(Ear::default())).unwrap();
        gic.set_processor_number(0, 1);
        gic.sysreg_write(0, icc::SGI1R, 1 << 40 | 1 << 24).unwrap();
        assert_eq!([0, 1, 2].map(|vcpu| gic.redist_read(vcpu, 0x1_0200, 4)), expected);
    }
}

/// Calls back into the GIC once that is not locked any more.
#[derive(Default)]
struct Curious(Mutex<Weak<Gic>>, Mutex<u32>);

impl Notify for Curious {
    fn irq_changed(&self, vcpu: usize, irq: bool, fiq: bool) {
        if let Some(gic) = self.0.lock().unwrap().upgrade() {
            assert_eq!(gic.lines(vcpu), (irq, fiq));
            *self.1.lock().unwrap() += 1;
        }
    }

    fn wake(&self, vcpu: usize) {
        if let Some(gic) = self.0.lock().unwrap().upgrade() {
            let _ = gic.save();
            assert!(gic.lines(vcpu).0);
            *self.1.lock().unwrap() += 0x100;
        }
    }
}

fn open_cpu_interface(gic: &Gic) {
    gic.dist_write(0, 0, 4, 2);
    gic.sysreg_write(0, icc::PMR, 0xff).unwrap();
    gic.sysreg_write(0, icc::IGRPEN1, 1).unwrap();
}

#[test]
fn who_is_woken_may_call_back() {
    let ear = Arc::new(Curious::default());
    let gic = Arc::new(Gic::new(GicModel::V3, &[0], 64, ear.clone()).unwrap());
    *ear.0.lock().unwrap() = Arc::downgrade(&gic);
    open_cpu_interface(&gic);
    gic.sysreg_write(0, icc::SGI1R, 1).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::IAR1), Some(0));
    assert_eq!(*ear.1.lock().unwrap(), 0x102, "told twice, and woken by the line that went up");
}

/// Keeps the level of IRQ that it was told last, and takes its time.
#[derive(Default)]
struct Slow(AtomicBool);

impl Notify for Slow {
    fn irq_changed(&self, _: usize, irq: bool, _: bool) {
        std::thread::yield_now();
        self.0.store(irq, Ordering::SeqCst);
    }
}

/// One thread takes interrupts while another sends some: what was told last is what the line is.
#[test]
fn lines_are_told_in_the_order_of_their_changes() {
    for _ in 0..1000 {
        let ear = Arc::new(Slow::default());
        let gic = Gic::new(GicModel::V3, &[0, 1], 64, ear.clone()).unwrap();
        open_cpu_interface(&gic);
        // GICR_IPRIORITYR0: SGI 2 preempts SGI 1.
        gic.redist_write(0, 0x1_0400, 4, 0x8000);
        gic.sysreg_write(0, icc::SGI1R, 1 << 24 | 1).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(gic.sysreg_read(0, icc::IAR1).is_some()));
            scope.spawn(|| gic.sysreg_write(1, icc::SGI1R, 2 << 24 | 1).unwrap());
        });
        assert_eq!(ear.0.load(Ordering::SeqCst), gic.lines(0).0);
    }
}

/// Asks again until there is an answer; gives up long after any thread would have had its turn.
fn patiently<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..10_000_000 {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::yield_now();
    }
    panic!("waited for an interrupt that was lost");
}

/// SGIs from three threads to a fourth, which is slower: each one is seen exactly once.
#[test]
fn threads_do_not_lose_interrupts() {
    let (gic, _) = new(GicModel::V2, 4, 64);
    gic.dist_write(0, 0, 4, 1);
    gic.cpuif_write(0, 0, 4, 1);
    gic.cpuif_write(0, 4, 4, 0xf0);
    let rounds = 200;
    std::thread::scope(|scope| {
        for sender in 1..4usize {
            let gic = &gic;
            scope.spawn(move || {
                for _ in 0..rounds {
                    gic.dist_write(sender, 0xf00, 4, 0x1_0000);
                    patiently(|| (gic.dist_read(0, 0xf20, 1) >> sender & 1 == 0).then_some(()));
                }
            });
        }
        for _ in 0..3 * rounds {
            let iar = patiently(|| Some(gic.cpuif_read(0, 0xc, 4)).filter(|&iar| iar != 1023));
            gic.cpuif_write(0, 0x10, 4, iar);
        }
    });
    assert_eq!(gic.cpuif_read(0, 0xc, 4), 1023);
    assert_eq!(gic.lines(0), (false, false));
}

/// A GIC that is made anew, with fewer interrupts and another vCPU: what is private goes on as it was, what is shared begins again.
#[test]
fn a_successor_keeps_what_is_private() {
    let (before, _) = new(GicModel::V3, 1, 256);
    before.claim_line(Some(0), 23);
    before.map_line(0, 27);
    before.claim_line(None, 40);
    before.uaccess_dist_write(0, 0, 2).unwrap();
    before.uaccess_redist_write(0, 0x1_0080, 0).unwrap();
    for offset in [0x1_0100, 0x1_0200, 0x1_0300] {
        before.uaccess_redist_write(0, offset, 1 << 20).unwrap();
    }
    before.uaccess_redist_write(0, 0x1_0414, 0x80).unwrap();
    before.uaccess_dist_write(0, 0x104, 0xff).unwrap();
    let (after, _) = new(GicModel::V3, 2, 64);
    after.succeed(&before).unwrap();
    for (offset, values) in
        [(0x1_0080, [!0, !0]), (0x1_0100, [0x10_ffff, 0xffff]), (0x1_0200, [1 << 20, 0]), (0x1_0300, [1 << 20, 0]), (0x1_0414, [0x80, 0])]
    {
        assert_eq!([0, 1].map(|vcpu| after.uaccess_redist_read(vcpu, offset)), values, "{offset:#x}");
    }
    assert_eq!((after.uaccess_dist_read(0, 0) & 2, after.uaccess_dist_read(0, 0x104)), (2, 0));
    // The interrupt was on its way to the first vCPU, and is so for good; to the second, which is new, it comes.
    for (vcpu, delivered) in [(0, 1023), (1, 20)] {
        after.sysreg_write(vcpu, icc::PMR, 0xf8).unwrap();
        after.sysreg_write(vcpu, icc::IGRPEN1, 1).unwrap();
        after.uaccess_redist_write(vcpu, 0x1_0080, !0).unwrap();
        after.uaccess_redist_write(vcpu, 0x1_0300, 0).unwrap();
        after.uaccess_redist_write(vcpu, 0x1_0380, !0).unwrap();
        after.uaccess_redist_write(vcpu, 0x1_0100, 1 << 20).unwrap();
        after.uaccess_redist_write(vcpu, 0x1_0200, 1 << 20).unwrap();
        assert_eq!(after.sysreg_read(vcpu, icc::HPPIR1), Some(delivered));
    }
    after.sysreg_write(0, icc::SGI1R, 1).unwrap();
    assert_eq!(after.sysreg_read(0, icc::HPPIR1), Some(0), "others come");
    after.dist_write(0, 0xc08, 4, 0);
    for (vcpu, intid, follows) in [(Some(0), 23, false), (Some(0), 27, false), (Some(0), 28, true), (Some(1), 23, true), (None, 40, true)] {
        assert_eq!(after.set_line(vcpu, intid, true), Ok(()));
        let levels = after.uaccess_line_level_read(vcpu.unwrap_or(0), intid & !31).unwrap();
        assert_eq!(levels >> (intid % 32) & 1 != 0, follows, "{vcpu:?} {intid}");
    }
}
