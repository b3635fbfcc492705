//! The PL011 as a story of register accesses: what is written, what must be read.

use super::*;

enum Op {
    Read(u64, u32),
    /// A write that transmits nothing.
    Write(u64, u32),
    /// A write to DR and the byte it sends.
    Send(u32, u8),
    Receive(&'static [u8]),
    Refused(u8),
    Line(bool),
}
use Op::{Line, Read, Receive, Refused, Send, Write};

fn play(name: &str, story: &[Op]) {
    let mut uart = Pl011::default();
    for (step, op) in story.iter().enumerate() {
        match op {
            Read(offset, expected) => {
                let found = uart.read(*offset);
                assert_eq!(found, *expected, "{name}, step {step}: {offset:#x} reads {found:#x}");
            }
            Write(offset, value) => {
                assert_eq!(uart.write(*offset, *value), None, "{name}, step {step}");
            }
            Send(value, byte) => {
                assert_eq!(uart.write(DR, *value), Some(*byte), "{name}, step {step}");
            }
            Receive(bytes) => {
                for byte in *bytes {
                    assert!(uart.receive(*byte), "{name}, step {step}");
                }
            }
            Refused(byte) => assert!(!uart.receive(*byte), "{name}, step {step}"),
            Line(expected) => assert_eq!(uart.interrupt(), *expected, "{name}, step {step}"),
        }
    }
}

/// As qemu-system-aarch64 7.2 -M virt reads before anything was written.
#[test]
fn reset_values() {
    play(
        "reset",
        &[
            Read(DR, 0),
            Read(RSR_ECR, 0),
            Read(FR, 0x90),
            Read(ILPR, 0),
            Read(IBRD, 0),
            Read(FBRD, 0),
            Read(LCR_H, 0),
            Read(CR, 0x300),
            Read(IFLS, 0x12),
            Read(IMSC, 0),
            Read(RIS, 0),
            Read(MIS, 0),
            Read(ICR, 0),
            Read(DMACR, 0),
            Read(0x80, 0),
            Read(0xfe0, 0x11),
            Read(0xfe4, 0x10),
            Read(0xfe8, 0x14),
            Read(0xfec, 0x00),
            Read(0xff0, 0x0d),
            Read(0xff4, 0xf0),
            Read(0xff8, 0x05),
            Read(0xffc, 0xb1),
            Line(false),
        ],
    );
}

#[test]
fn register_widths() {
    for (offset, kept) in [
        (ILPR, 0xff),
        (IBRD, 0xffff),
        (FBRD, 0x3f),
        (LCR_H, 0xff),
        (CR, 0xff87),
        (IFLS, 0x3f),
        (IMSC, 0x7ff),
        (DMACR, 0x7),
        (FR, 0x90),
        (0x50, 0),
        (0xfe0, 0x11),
    ] {
        play("width", &[Write(offset, 0xffff_ffff), Read(offset, kept)]);
    }
}

#[test]
fn transmit() {
    play("polled, never enabled", &[Write(CR, 0), Read(FR, 0x90), Send(0x41, b'A'), Read(FR, 0x90), Send(0xffff_ff42, b'B')]);
    play(
        "interrupt: by the transition only, until cleared",
        &[
            Write(IMSC, 0x20),
            Line(false),
            Send(0x41, b'A'),
            Line(true),
            Read(RIS, 0x20),
            Read(MIS, 0x20),
            Write(ICR, 0x7df),
            Line(true),
            Write(ICR, 0x20),
            Line(false),
            Read(RIS, 0),
            Write(IMSC, 0),
            Send(0x41, b'A'),
            Read(RIS, 0x20),
            Read(MIS, 0),
            Line(false),
        ],
    );
}

#[test]
fn receive_without_fifo() {
    play(
        "holding register",
        &[
            Write(IMSC, 0x10),
            Receive(b"x"),
            Refused(b'y'),
            Read(FR, 0xc0),
            Read(RIS, 0x10),
            Line(true),
            Read(DR, 0x78),
            Read(FR, 0x90),
            Line(false),
            Read(DR, 0),
            Receive(b"y"),
            Read(DR, 0x79),
        ],
    );
}

#[test]
fn receive_with_fifo() {
    play(
        "sixteen deep",
        &[
            Write(LCR_H, 0x70),
            Receive(b"0123456789abcdef"),
            Refused(b'g'),
            Read(FR, 0xc0),
            Read(DR, 0x30),
            Read(FR, 0x80),
            Receive(b"g"),
            Refused(b'h'),
            Read(DR, 0x31),
        ],
    );
    play(
        "interrupts: at the first byte, with the time-out below the level, cleared by reading empty",
        &[
            Write(LCR_H, 0x70),
            Write(IFLS, 0), // two bytes
            Write(IMSC, 0x50),
            Receive(b"a"),
            Read(RIS, 0x50),
            Line(true),
            Receive(b"b"),
            Write(ICR, 0x50),
            Line(false),
            Receive(b"c"),
            Read(RIS, 0x10),
            Read(DR, 0x61),
            Read(DR, 0x62),
            Line(true),
            Read(DR, 0x63),
            Read(RIS, 0),
            Line(false),
        ],
    );
    play("FEN empties", &[Write(LCR_H, 0x10), Receive(b"abc"), Write(LCR_H, 0x60), Read(FR, 0x90), Read(RIS, 0), Read(DR, 0)]);
    play("LCR_H without a change of FEN keeps", &[Write(LCR_H, 0x10), Receive(b"abc"), Write(LCR_H, 0x70), Read(DR, 0x61)]);
}

#[test]
fn receive_levels() {
    for (select, level) in [(0u32, 2usize), (1, 4), (2, 8), (3, 12), (4, 14), (7, 14)] {
        let mut uart = Pl011::default();
        let _ = uart.write(LCR_H, LCR_FIFO_ENABLE);
        let _ = uart.write(IFLS, select << 3);
        for count in 1..=16 {
            let _ = uart.write(ICR, INT_ALL);
            assert!(uart.receive(b'x'));
            let expected = if count < level { INT_RX | INT_RX_TIMEOUT } else { INT_RX };
            assert_eq!(uart.read(RIS), expected, "level {level}, byte {count}");
        }
    }
}

#[test]
fn loopback() {
    play(
        "data comes back and still goes out",
        &[
            Write(CR, 0x381),
            Send(0x5a, 0x5a),
            Read(FR, 0xc0),
            Send(0x5b, 0x5b), // no room: overrun
            Read(RSR_ECR, 8),
            Read(RIS, 0x430),
            Read(DR, 0x85a),
            Write(RSR_ECR, 0),
            Read(RSR_ECR, 0),
            Write(ICR, 0x400),
            Read(RIS, 0x20),
        ],
    );
    play(
        "break",
        &[Write(CR, 0x381), Write(LCR_H, 1), Read(RIS, 0x210), Read(DR, 0x400), Read(RSR_ECR, 4), Write(RSR_ECR, 0), Read(RSR_ECR, 0)],
    );
    play("break without loopback", &[Write(LCR_H, 1), Read(RIS, 0)]);
    play(
        "modem lines",
        &[
            Write(CR, 0x0f00),
            Read(FR, 0x90),
            Write(CR, 0x0f80), // RTS, DTR
            Read(FR, 0x93),
            Read(RIS, 0x0a),
            Write(ICR, 0x7ff),
            Write(CR, 0x3780), // OUT2, OUT1, DTR; RTS falls
            Read(FR, 0x196),
            Read(RIS, 0x07),
        ],
    );
}

#[test]
fn a_fifo_from_elsewhere_holds_no_more_than_it_can() {
    let mut uart = serde_json::to_value(Pl011::default()).expect("a value");
    for (entries, fits) in [(FIFO_DEPTH, true), (FIFO_DEPTH + 1, false)] {
        uart["rx_fifo"] = vec![65; entries].into();
        assert_eq!(serde_json::from_value::<Pl011>(uart.clone()).is_ok(), fits, "{entries}");
    }
}
