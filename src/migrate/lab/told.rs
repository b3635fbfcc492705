//! What the embedded guest printed after its move, understood line by line. A line that is not one of its lines is an error.

use sysregs::{Feature, SysReg};

use super::guest::{PROBES, capabilities, registers};

/// What the guest told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Register, before, after; `None` where the read was UNDEFINED.
    pub registers: Vec<(SysReg, Option<u64>, Option<u64>)>,
    /// Feature and uses before.
    pub undefined: Vec<(Feature, u64)>,
    /// Signed pointer and what authenticating it gave.
    pub signature: Option<(u64, u64)>,
    pub errata: Vec<&'static str>,
    /// CPUs that do not run any more.
    pub stopped: Vec<u64>,
    /// CNTVCT_EL0 before and after.
    pub counter: Option<(u64, u64)>,
    pub done: bool,
}

impl Told {
    /// Reads the guest's lines; the first that is not one of them is an error.
    ///
    /// # Errors
    /// That line.
    pub fn parse(text: &str, kernel: &str) -> Result<Told, String> {
        let mut told = Told::default();
        let (registers, capabilities) = (registers(), capabilities(kernel));
        for line in text.lines() {
            told.line(line, &registers, &capabilities).ok_or_else(|| line.to_string())?;
        }
        Ok(told)
    }

    fn line(&mut self, line: &str, registers: &[SysReg], capabilities: &[&'static str]) -> Option<()> {
        let mut words = line.split(' ');
        let word = words.next()?;
        let numbers = words.map(|word| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()).collect::<Option<Vec<u64>>>()?;
        let known = |value: u64| (value != u64::MAX).then_some(value);
        match (word, numbers.as_slice()) {
            ("register", &[number, before, after]) => {
                self.registers.push((*registers.get(usize::try_from(number).ok()?)?, known(before), known(after)));
            }
            ("undefined", &[number, uses]) => self.undefined.push((PROBES.get(usize::try_from(number).ok()?)?.0, uses)),
            ("signature", &[pointer, result]) => self.signature = Some((pointer, result)),
            ("erratum", &[number]) => self.errata.push(capabilities.get(usize::try_from(number).ok()?)?),
            ("stopped", &[cpu]) => self.stopped.push(cpu),
            ("counter", &[before, after]) => self.counter = Some((before, after)),
            ("done", []) => self.done = true,
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let text =
            "counter 0x5 0x9\nregister 0x0 0x1 0xffffffffffffffff\nundefined 0x1 0x64\nsignature 0x1 0x2\nerratum 0x0\nstopped 0x3\ndone\n";
        let told = Told::parse(text, "7.3").expect("its lines");
        assert_eq!(told.counter, Some((5, 9)));
        assert_eq!(told.registers, [(registers()[0], Some(1), None)]);
        assert_eq!(told.undefined, [(Feature::CRC32, 100)]);
        assert_eq!(told.errata, [capabilities("7.3")[0]]);
        assert_eq!(told.stopped, [3]);
        assert!(told.done);
        for wrong in
            ["counter 0x5", "register 0xfff 0x1 0x2", "undefined 0x99 0x1", "erratum 0xffff", "erratum -1", "hello", "done 0x1", ""]
        {
            assert_eq!(Told::parse(&format!("{wrong}\n"), "7.3"), Err(wrong.to_string()));
        }
    }
}
