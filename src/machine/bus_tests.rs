//! Dispatch, access widths and interrupt lines.

use super::*;

const UART: u64 = 0x0900_0000;
const RTC: u64 = 0x0901_0000;
const NOW: u64 = 1_700_000_000_000_000_000;

#[test]
fn reads_by_address_and_width() {
    let cases: &[(u64, usize, u64)] = &[
        (UART + 0x18, 4, 0x90),
        (UART + 0x18, 1, 0x90),
        (UART + 0x18, 2, 0x90),
        (UART + 0x18, 8, 0x90),
        (UART + 0x30, 8, 0x12_0000_0300),
        (UART + 0x31, 1, 0x03),
        (UART + 0x30, 1, 0x00),
        (UART + 0x32, 2, 0),
        (UART + 0xfe0, 4, 0x11),
        (UART + 0xff8, 8, 0xb1_0000_0005),
        (RTC, 4, 1_700_000_000),
        (RTC + 0xfe0, 4, 0x31),
        (0x0a00_0000, 4, 0x7472_6976),
        (0x0a00_0000, 8, 0x1_7472_6976),
        (0x0a00_3e00, 4, 0x7472_6976),
        (0x0a00_3e08, 4, 0),
        (0x0a00_0208, 4, 0),
    ];
    for (addr, len, expected) in cases {
        assert_eq!(Bus::new().read(*addr, *len, NOW), Ok(*expected), "{addr:#x}, {len}");
    }
}

#[test]
fn refused_accesses() {
    let unmapped = [0, 0x0800_0000, 0x08ff_ffff, 0x0900_1000, 0x0901_1000, 0x0902_0000, 0x0a00_4000, 0x4000_0000, u64::MAX];
    for addr in unmapped {
        assert_eq!(Bus::new().read(addr, 4, NOW), Err(BusError::Unmapped { addr }), "{addr:#x}");
        assert_eq!(Bus::new().write(addr, 4, 0, NOW), Err(BusError::Unmapped { addr }), "{addr:#x}");
    }
    for (addr, len) in [(UART, 0), (UART, 3), (UART, 16), (UART + 3, 2), (UART + 1, 4), (UART + 4, 8), (RTC + 0xffc, 8)] {
        let error = Bus::new().read(addr, len, NOW).expect_err("no such access");
        assert!(matches!(error, BusError::Width { .. }), "{addr:#x}, {len}: {error}");
    }
    let text = BusError::Unmapped { addr: 0x0902_0000 }.to_string();
    assert_eq!(text, "nothing is at 0x9020000 (this board has no fw_cfg)");
    assert_eq!(BusError::Unmapped { addr: 0x0b00_0000 }.to_string(), "nothing is at 0xb000000");
}

#[test]
fn output_is_collected() {
    let mut bus = Bus::new();
    for (len, value) in [(1, 0x48), (2, 0x65), (4, 0x6c), (1, 0xffff_6c), (4, 0x16f)] {
        bus.write(UART, len, value, NOW).unwrap();
    }
    bus.write(UART + 1, 1, 0x41, NOW).unwrap(); // the high byte of DR: the data byte is zero
    bus.write(UART, 8, 0x21, NOW).unwrap();
    assert_eq!(bus.output(), b"Hello\0!");
    assert_eq!(bus.take_output(), b"Hello\0!");
    assert!(bus.take_output().is_empty());
}

#[test]
fn input_and_levels() {
    let mut bus = Bus::new();
    let changes = |bus: &mut Bus| bus.level_changes().collect::<Vec<_>>();
    bus.write(UART + 0x2c, 4, 0x70, NOW).unwrap();
    bus.write(UART + 0x38, 4, 0x10, NOW).unwrap();
    assert_eq!(changes(&mut bus), []);
    assert_eq!(bus.receive(&[b'a'; 20]), 16);
    assert_eq!(bus.receive_space(), 0);
    assert_eq!(changes(&mut bus), [(1, true)]);
    assert_eq!(changes(&mut bus), []);
    for left in (0..16).rev() {
        assert_eq!(bus.read(UART, 4, NOW), Ok(0x61));
        assert_eq!(changes(&mut bus), if left == 0 { vec![(1, false)] } else { vec![] });
    }

    bus.write(RTC + 0x04, 4, 1_700_000_003, NOW).unwrap();
    bus.write(RTC + 0x10, 4, 1, NOW).unwrap();
    let event = bus.next_event(NOW).unwrap();
    assert_eq!(event, NOW + 3_000_000_000);
    bus.advance(event - 1);
    assert_eq!(bus.levels(), 0);
    bus.advance(event);
    assert_eq!(bus.levels(), 1 << 2);
    assert_eq!(changes(&mut bus), [(2, true)]);
    assert_eq!(bus.next_event(event), None);
}

#[test]
fn reserved_words_are_remembered_once() {
    let mut bus = Bus::new();
    for _ in 0..2 {
        assert_eq!(bus.read(UART + 0x50, 4, NOW), Ok(0));
        bus.write(RTC + 0x22, 2, 7, NOW).unwrap();
        bus.write(0x0a00_0070, 4, 1, NOW).unwrap();
    }
    let expected = [
        ReservedAccess { device: Device::Pl011, offset: 0x50, write: false },
        ReservedAccess { device: Device::Pl031, offset: 0x20, write: true },
    ];
    assert_eq!(bus.reserved_accesses(), expected);
    for offset in (0x100..0x800).step_by(4) {
        bus.read(UART + offset, 4, NOW).unwrap();
    }
    assert_eq!(bus.reserved_accesses().len(), RESERVED_MAX);
}

#[test]
fn state_survives_serialisation() {
    let mut bus = Bus::new();
    bus.write(UART + 0x2c, 4, 0x70, NOW).unwrap();
    assert_eq!(bus.receive(b"queued"), 6);
    bus.write(RTC + 0x08, 4, 42, NOW).unwrap();
    let text = serde_json::to_string(&bus).unwrap();
    assert_eq!(serde_json::from_str::<Bus>(&text).unwrap(), bus);
}
