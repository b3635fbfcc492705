//! What kernels do differently with an ITS, rule by rule, and what they all do with an LPI whose event is gone. Has no recording to compare with.

use std::sync::Arc;

use super::super::its::{Its, ItsError, ItsRules};
use super::super::{GicModel, icc};
use super::its::{BASE, Bench, COLLECTIONS, DEVICES, PROPERTIES, QUEUE, VALID, ready_with};
use super::new;

/// Where events without a collection are no successors, the last that is saved says so.
#[test]
fn successors_of_events() {
    for (successors_have_collections, next) in [(false, [1, 1, 1, 0]), (true, [2, 0, 0, 0])] {
        let (bench, _gic) = ready_with(ItsRules { successors_have_collections, ..ItsRules::default() });
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        for event in 0..4 {
            bench.command("mapti", &[1, event, 8192 + event, event % 2]).unwrap();
        }
        bench.command("unmapc", &[1]).unwrap();
        bench.its.save_tables().unwrap();
        let entries = [0, 1, 2, 3].map(|event| bench.load(BASE + 0x8_0000 + event * 8, 8).unwrap() >> 48);
        assert_eq!(entries, [next[0], 0, next[2], 0]);
    }
}

/// MOVALL: which LPIs go, pending or not, and numbers that are no vCPU's or one vCPU's.
#[test]
fn moving_all() {
    for moves_every_lpi in [false, true] {
        let bench = Bench::with(ItsRules { moves_every_lpi, ..ItsRules::default() });
        let gic = Arc::new(new(GicModel::V3, 3, 96).0);
        bench.announce(&gic);
        bench.bring_up(&gic, 3);
        bench.store(PROPERTIES, &[0xa1; 4]).unwrap();
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        for cpu in 0..3 {
            bench.command("mapc", &[cpu, cpu]).unwrap();
            bench.command("mapti", &[1, cpu, 8192 + cpu, cpu]).unwrap();
            bench.command("int", &[1, cpu]).unwrap();
        }
        bench.command("mapti", &[1, 3, 8195, 9]).unwrap();
        let targets = || -> Vec<Option<u16>> { gic.save().lpis.values().map(|lpi| lpi.target).collect() };
        for (from, to) in [(0, 3), (3, 0), (1, 1)] {
            bench.command("movall", &[from, to]).unwrap();
            assert_eq!(targets(), [Some(0), Some(1), Some(2), None], "{from} to {to}");
        }
        bench.command("movall", &[0, 1]).unwrap();
        let expected = if moves_every_lpi { [Some(1); 4] } else { [Some(1), Some(1), Some(2), None] };
        assert_eq!(targets(), expected);
        let pending = [0, 1, 2].map(|vcpu| gic.sysreg_read(vcpu, icc::HPPIR1));
        assert_eq!(pending, [Some(1023), Some(8192), Some(if moves_every_lpi { 1023 } else { 8194 })]);
        bench.command("int", &[1, 0]).unwrap();
        assert_eq!(gic.sysreg_read(1, icc::IAR1), Some(8192), "the collection is still the first's, the LPI is not");
    }
}

/// DISCARD, MAPD without Valid, and a reset of the ITS with an LPI that is on its way: it comes once, unless the distributor stops; and what becomes
/// of it when it is mapped again meanwhile.
#[test]
fn an_lpi_that_outlives_its_event() {
    let ready = |rules| {
        let (bench, gic) = ready_with(rules);
        bench.store(PROPERTIES, &[0xa1, 0xa0]).unwrap();
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        for event in 0..2 {
            bench.command("mapc", &[event, event]).unwrap();
            bench.command("mapti", &[1, event, 8192 + event, 0]).unwrap();
            bench.command("int", &[1, event]).unwrap();
        }
        (bench, gic)
    };
    let ends: [fn(&Bench); 3] = [
        |bench| (0..2).for_each(|event| bench.command("discard", &[1, event]).unwrap()),
        |bench| bench.command("unmapd", &[1]).unwrap(),
        |bench| bench.its.reset(),
    ];
    for end in ends {
        let (bench, gic) = ready(ItsRules::default());
        end(&bench);
        assert_eq!(gic.save().lpis.keys().copied().collect::<Vec<_>>(), [8192], "the other is disabled");
        assert_eq!(gic.restore(&gic.save()), Ok(()));
        assert_eq!(gic.sysreg_read(0, icc::IAR1), Some(8192));
        gic.sysreg_write(0, icc::EOIR1, 8192).unwrap();
        assert_eq!(gic.sysreg_read(0, icc::IAR1), Some(1023));
        assert!(gic.save().lpis.is_empty());
        let (bench, gic) = ready(ItsRules::default());
        end(&bench);
        gic.dist_write(0, 0, 4, 0);
        gic.dist_write(0, 0, 4, 2);
        assert_eq!(gic.sysreg_read(0, icc::IAR1), Some(1023), "nothing was forwarded for a while");
    }
    for (one_event_per_lpi, vcpu) in [(false, 0), (true, 1)] {
        let (bench, gic) = ready(ItsRules { one_event_per_lpi, ..ItsRules::default() });
        bench.command("discard", &[1, 0]).unwrap();
        bench.command("mapti", &[1, 5, 8192, 1]).unwrap();
        assert_eq!(gic.sysreg_read(vcpu, icc::IAR1), Some(8192), "{one_event_per_lpi}");
        gic.sysreg_write(vcpu, icc::EOIR1, 8192).unwrap();
        assert_eq!(bench.its.signal(1, 5), Ok(true));
    }
}

/// MAPC without Valid, and the processor number that it does not need.
#[test]
fn unmapping_a_collection() {
    for unmapping_names_target in [false, true] {
        let (bench, _gic) = ready_with(ItsRules { unmapping_names_target, ..ItsRules::default() });
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        bench.command("mapc", &[2, 1]).unwrap();
        bench.command("mapti", &[1, 0, 8192, 2]).unwrap();
        bench.queue([9, 0, 2 << 16 | 2, 0]).unwrap();
        assert_eq!(bench.its.signal(1, 0), Ok(unmapping_names_target), "there is no processor 2");
        bench.queue([9, 0, 1 << 16 | 2, 0]).unwrap();
        assert_eq!(bench.its.signal(1, 0), Ok(false));
    }
}

/// Two events that would be one LPI: by commands, by tables, and by tables that are restored before there is a GIC.
#[test]
fn an_lpi_of_two_events() {
    for one_event_per_lpi in [false, true] {
        let rules = ItsRules { one_event_per_lpi, ..ItsRules::default() };
        let (bench, gic) = ready_with(rules);
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        bench.command("mapc", &[0, 0]).unwrap();
        bench.command("mapti", &[1, 0, 8192, 0]).unwrap();
        bench.command("mapti", &[1, 1, 8192, 5]).unwrap();
        bench.command("mapc", &[5, 1]).unwrap();
        let second = |its: &Its| [0, 1].map(|event| its.signal(1, event));
        assert_eq!(second(&bench.its), [Ok(true), Ok(!one_event_per_lpi)]);
        let entries: Vec<u8> = [1u64 << 48 | 8192 << 16, 8192 << 16 | 5].iter().flat_map(|entry| entry.to_le_bytes()).collect();
        bench.its.save_tables().unwrap();
        bench.store(BASE + 0x8_0000, &entries).unwrap();
        let restore = |its: &Its| {
            for (at, value) in [(0x80, QUEUE), (0x100, DEVICES), (0x108, COLLECTIONS)] {
                its.write(at, 8, value | VALID);
            }
            its.restore_tables().unwrap();
            its.write(0, 4, 1);
        };
        bench.its.reset();
        assert!(gic.save().lpis.is_empty());
        restore(&bench.its);
        assert_eq!(second(&bench.its), [Ok(true), Ok(!one_event_per_lpi)]);
        bench.its.reset();
        let early = Its::new(bench.memory.clone(), rules);
        (0..2).for_each(|number| early.add_processor(number));
        bench.add_memory_at_zero();
        restore(&early);
        early.connect(gic.clone());
        assert_eq!(second(&early), [Ok(true), Ok(!one_event_per_lpi)]);
    }
}

/// Before tables were checked: events need no memory, what does not fit comes back, what came before a refused entry stays.
#[test]
fn tables_that_nobody_checks() {
    for tables_unchecked in [false, true] {
        let (bench, _gic) = ready_with(ItsRules { tables_unchecked, ..ItsRules::default() });
        bench.command("mapc", &[1, 0]).unwrap();
        bench.command("mapd", &[1, 0x10_0000, 4]).unwrap();
        bench.command("mapti", &[1, 0, 8192, 1]).unwrap();
        assert_eq!(bench.its.signal(1, 0), Ok(tables_unchecked), "no memory at the event's entry");
        bench.its.reset();
        for (at, value) in [(0x100, DEVICES), (0x108, COLLECTIONS)] {
            bench.its.write(at, 8, value | VALID);
        }
        let restored = |entries: [u64; 3]| {
            (0..).zip(entries).for_each(|(at, entry)| bench.store(COLLECTIONS + at * 8, &entry.to_le_bytes()).unwrap());
            bench.its.restore_tables()
        };
        let big = restored([VALID | 0x2001, VALID | 1, 0]);
        assert_eq!(big, if tables_unchecked { Ok(()) } else { Err(ItsError::Invalid) }, "the table has room for 0x2000");
        bench.its.save_tables().unwrap();
        assert_eq!(bench.load(COLLECTIONS, 8).unwrap(), if tables_unchecked { VALID | 1 } else { 0 }, "left out");
        bench.its.write(0x108, 8, 0);
        bench.its.write(0x108, 8, COLLECTIONS | VALID);
        assert_eq!(restored([VALID | 3, VALID | 77 << 16 | 2, 0]), Err(ItsError::Invalid));
        let again = restored([VALID | 3, 0, 0]);
        assert_eq!(again, if tables_unchecked { Err(ItsError::Duplicate) } else { Ok(()) }, "the refusal freed nothing, or all");
    }
}
