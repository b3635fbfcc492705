//! What the interrupt controller costs a guest: the aim is well below 200 ns for acknowledge and end.
//!
//! Not here: whole interrupts through a CPU; those belong to the end-to-end benches.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use emu::gic::{Gic, GicModel, Notify, icc};

struct Deaf;

impl Notify for Deaf {
    fn irq_changed(&self, _vcpu: usize, _irq: bool, _fiq: bool) {}
}

/// Eight vCPUs and 992 interrupts, all enabled and open.
fn open(model: GicModel) -> Gic {
    let mpidrs: Vec<u64> = (0..8).collect();
    let gic = Gic::new(model, &mpidrs, 992, Arc::new(Deaf)).expect("a shape that KVM takes");
    gic.dist_write(0, 0, 4, 3);
    for bank in 0..31 {
        gic.dist_write(0, 0x100 + 4 * bank, 4, !0);
    }
    for vcpu in 0..8 {
        gic.redist_write(vcpu, 0x1_0100, 4, !0);
        gic.dist_write(vcpu, 0x100, 4, !0);
        gic.cpuif_write(vcpu, 0, 4, 1);
        gic.cpuif_write(vcpu, 4, 4, 0xf8);
        if model == GicModel::V3 {
            gic.sysreg_write(vcpu, icc::PMR, 0xf8);
            gic.sysreg_write(vcpu, icc::IGRPEN1, 1);
        }
    }
    gic
}

fn acknowledge_and_end(c: &mut Criterion) {
    let gic = open(GicModel::V3);
    gic.set_line(Some(0), 27, true).expect("a PPI");
    c.bench_function("gic v3: IAR and EOIR of a level that stays high", |b| {
        b.iter(|| {
            let intid = gic.sysreg_read(0, icc::IAR1).unwrap_or(1023);
            gic.sysreg_write(0, icc::EOIR1, black_box(intid));
        });
    });
    // Two hundred SPIs wait for another vCPU and two hundred for this one.
    for intid in 100..500 {
        gic.dist_write(0, 0x6000 + 8 * intid, 8, intid % 2);
        gic.pulse(None, intid as u32);
    }
    c.bench_function("gic v3: the same among 400 pending SPIs", |b| {
        b.iter(|| {
            let intid = gic.sysreg_read(0, icc::IAR1).unwrap_or(1023);
            gic.sysreg_write(0, icc::EOIR1, black_box(intid));
        });
    });
    let gic = open(GicModel::V2);
    gic.set_line(Some(0), 27, true).expect("a PPI");
    c.bench_function("gic v2: IAR and EOIR", |b| {
        b.iter(|| {
            let iar = gic.cpuif_read(0, 0xc, 4);
            gic.cpuif_write(0, 0x10, 4, black_box(iar));
        });
    });
}

fn injection(c: &mut Criterion) {
    let gic = open(GicModel::V3);
    c.bench_function("gic: a PPI line up and down", |b| {
        b.iter(|| {
            gic.set_line(Some(0), 27, true).ok();
            gic.set_line(Some(0), 27, false).ok();
        });
    });
    c.bench_function("gic: an SGI sent, acknowledged and ended", |b| {
        b.iter(|| {
            gic.sysreg_write(1, icc::SGI1R, 0x300_0001);
            let intid = gic.sysreg_read(0, icc::IAR1).unwrap_or(1023);
            gic.sysreg_write(0, icc::EOIR1, intid);
        });
    });
    c.bench_function("gic: asking for the lines", |b| b.iter(|| black_box(&gic).lines(black_box(3))));
    c.bench_function("gic: PMR written", |b| b.iter(|| gic.sysreg_write(0, icc::PMR, black_box(0xf0))));
}

criterion_group!(benches, acknowledge_and_end, injection);
criterion_main!(benches);
