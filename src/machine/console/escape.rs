//! The escape keys of an interactive console, those of QEMU's `-nographic` that make sense here. It only sorts bytes.

/// Shown for the help key.
pub const HELP: &str = "
Ctrl-A h       this help
Ctrl-A x       stop the machine
Ctrl-A Ctrl-A  send Ctrl-A to the guest
";

const CTRL_A: u8 = 0x01;

/// What becomes of a typed byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Send(u8),
    Swallow,
    Help,
    Quit,
}

/// Remembers whether the last byte was the escape.
#[derive(Default)]
pub(super) struct EscapeKeys {
    armed: bool,
}

impl EscapeKeys {
    pub(super) fn feed(&mut self, byte: u8) -> Key {
        if !std::mem::take(&mut self.armed) {
            if byte != CTRL_A {
                return Key::Send(byte);
            }
            self.armed = true;
            return Key::Swallow;
        }
        match byte {
            CTRL_A => Key::Send(CTRL_A),
            b'x' | b'X' => Key::Quit,
            b'h' | b'H' | b'?' => Key::Help,
            _ => Key::Swallow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        use Key::{Help, Quit, Send, Swallow};
        let cases: &[(&[u8], &[Key])] = &[
            (b"ax\x03", &[Send(b'a'), Send(b'x'), Send(3)]),
            (b"\x01x", &[Swallow, Quit]),
            (b"\x01\x01x", &[Swallow, Send(1), Send(b'x')]),
            (b"\x01h", &[Swallow, Help]),
            (b"\x01?a", &[Swallow, Help, Send(b'a')]),
            (b"\x01qx", &[Swallow, Swallow, Send(b'x')]),
            (b"\x01\x01\x01\x01", &[Swallow, Send(1), Swallow, Send(1)]),
        ];
        for (typed, expected) in cases {
            let mut keys = EscapeKeys::default();
            let found: Vec<Key> = typed.iter().map(|byte| keys.feed(*byte)).collect();
            assert_eq!(found, *expected, "{typed:x?}");
        }
    }
}
