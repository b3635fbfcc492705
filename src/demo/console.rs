//! What the guest printed, understood line by line. A line that is not one of the guest's is an error: nothing is skipped.

use std::collections::BTreeMap;

use super::DemoError;

/// The UNDEF that the guest provoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// ESR_EL1 in the handler.
    pub esr: u64,
    /// ELR_EL1 in the handler.
    pub elr: u64,
}

/// Everything that the guest printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// By name; `None` where the read was UNDEFINED.
    pub registers: BTreeMap<String, Option<u64>>,
    /// CCSIDR_EL1 by CSSELR_EL1.
    pub caches: BTreeMap<u8, Option<u64>>,
    /// The UDF.
    pub undefined: Option<Undefined>,
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

impl Seen {
    /// Reads the guest's output.
    ///
    /// # Errors
    /// The first line that is not one of the guest's.
    pub fn parse(text: &str) -> Result<Seen, DemoError> {
        let mut seen = Seen::default();
        for line in text.lines() {
            seen.line(line).ok_or_else(|| DemoError::Console { line: line.to_owned() })?;
        }
        Ok(seen)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        if let Some(rest) = line.strip_prefix("UDF #0: ESR_EL1 = ") {
            let (esr, elr) = rest.split_once(", ELR_EL1 = ")?;
            self.undefined = Some(Undefined { esr: hex(esr)?, elr: hex(elr)? });
            return Some(());
        }
        let (name, value) = match line.split_once(" = ") {
            Some((name, value)) => (name, Some(hex(value)?)),
            None => (line.strip_suffix(" UNDEFINED")?, None),
        };
        match name.strip_prefix("CCSIDR_EL1[") {
            Some(selector) => self.caches.insert(selector.strip_suffix(']')?.parse().ok()?, value),
            None => self.registers.insert(name.to_owned(), value),
        };
        Some(())
    }
}
