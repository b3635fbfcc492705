//! Runs the scripts of `emu/tests/gic`. Their language is explained in `emu/tests/gic/README.md`.

use std::sync::Arc;

use super::super::its::ItsError;
use super::super::{Gic, GicModel, icc};
use super::its::Bench;
use super::{Ear, new};

struct Case<'a> {
    name: &'a str,
    gic: Arc<Gic>,
    ear: Arc<Ear>,
    shape: (GicModel, u64, u32),
    /// An ITS, set up as a driver does.
    its: Option<Bench>,
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(&hex.replace('_', ""), 16),
        None => text.parse(),
    };
    parsed.map_err(|e| format!("{text}: {e}"))
}

fn register(name: &str) -> Result<u16, String> {
    let found = icc::NAMES.iter().find(|(n, _)| *n == name);
    found.map(|&(_, reg)| reg).ok_or(format!("no register {name}"))
}

/// `OFFSET` or `OFFSET/SIZE`.
fn place(text: &str) -> Result<(u64, u8), String> {
    let (offset, size) = text.split_once('/').unwrap_or((text, "4"));
    Ok((number(offset)?, number(size)? as u8))
}

fn shape(words: &[&str]) -> Result<(GicModel, u64, u32), String> {
    let mut shape = (GicModel::V3, 1, 96);
    for word in words {
        match word.split_once('=') {
            None if *word == "v2" => shape.0 = GicModel::V2,
            None if *word == "v3" => shape.0 = GicModel::V3,
            None if *word == "its" => {}
            Some(("cpus", n)) => shape.1 = number(n)?,
            Some(("irqs", n)) => shape.2 = number(n)? as u32,
            _ => return Err(format!("shape {word}")),
        }
    }
    Ok(shape)
}

impl<'a> Case<'a> {
    fn begin(header: &'a str) -> Result<Self, String> {
        let (name, rest) = header.split_once(':').ok_or("a case needs a colon")?;
        let shape = shape(&rest.split_whitespace().collect::<Vec<_>>())?;
        let (gic, ear) = new(shape.0, shape.1, shape.2);
        let gic = Arc::new(gic);
        let its = rest.split_whitespace().any(|word| word == "its").then(Bench::new);
        if let Some(its) = &its {
            its.announce(&gic);
            its.bring_up(&gic, shape.1);
        }
        Ok(Self { name: name.trim(), gic, ear, shape, its })
    }

    fn run(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["line", cpu, intid, level] => self.line(cpu, intid, level),
            ["pulse", cpu, intid] => {
                self.gic.pulse(owner(cpu)?, number(intid)? as u32);
                Ok(())
            }
            ["lines", cpu, "->", expected] => self.lines(number(cpu)? as usize, expected),
            ["load", cpu] => {
                self.gic.load_vcpu(number(cpu)? as usize);
                Ok(())
            }
            ["resampled", intid] => self.resampled(number(intid)? as u32),
            ["move"] => self.migrate(),
            ["command", name, arguments @ ..] => {
                let arguments = arguments.iter().map(|word| number(word)).collect::<Result<Vec<_>, _>>()?;
                self.bench()?.command(name, &arguments)
            }
            ["msi", device, event, "->", expected] => {
                let got = match self.bench()?.its.signal(number(device)? as u32, number(event)? as u32) {
                    Ok(true) => "delivered",
                    Ok(false) => "blocked",
                    Err(ItsError::Busy) => "busy",
                    Err(_) => "refused",
                };
                if got == *expected { Ok(()) } else { Err(got.into()) }
            }
            ["tables", what, "->", expected] => {
                let its = &self.bench()?.its;
                let done = match *what {
                    "save" => its.save_tables(),
                    "pending" => self.gic.save_pending_tables().map_err(ItsError::from),
                    "restore" => its.restore_tables(),
                    _ => return Err(format!("no such thing: {what}")),
                };
                let got = if done.is_ok() { "done" } else { "refused" };
                if got == *expected { Ok(()) } else { Err(format!("{done:?}")) }
            }
            ["reset"] => {
                self.bench()?.its.reset();
                Ok(())
            }
            [what, cpu, at, "->", expected] => {
                let got = self.read(what, number(cpu)? as usize, at)?;
                expect(got, expected)
            }
            [what, cpu, at, "=", value] => self.write(what, number(cpu)? as usize, at, number(value)?),
            [what, cpu, at, "=", value, "refused"] => match self.write(what, number(cpu)? as usize, at, number(value)?) {
                Err(e) if e.starts_with("refused") => Ok(()),
                other => Err(format!("not refused: {other:?}")),
            },
            _ => Err("not understood".into()),
        }
    }

    fn bench(&self) -> Result<&Bench, String> {
        self.its.as_ref().ok_or("the case has no ITS".into())
    }

    fn line(&self, cpu: &str, intid: &str, level: &str) -> Result<(), String> {
        let intid = number(intid)? as u32;
        self.gic.set_line(owner(cpu)?, intid, number(level)? != 0).map_err(|e| e.to_string())
    }

    fn lines(&self, cpu: usize, expected: &str) -> Result<(), String> {
        let got = match self.gic.lines(cpu) {
            (false, false) => "none",
            (true, false) => "irq",
            (false, true) => "fiq",
            (true, true) => "both",
        };
        let told = self.ear.changes.lock().unwrap();
        let last = told.iter().rev().find(|c| c.0 == cpu).map(|c| (c.1, c.2));
        if last.unwrap_or((false, false)) != self.gic.lines(cpu) {
            return Err(format!("told {last:?}, lines are {got}"));
        }
        if got == expected { Ok(()) } else { Err(format!("lines are {got}")) }
    }

    fn resampled(&self, intid: u32) -> Result<(), String> {
        let told = std::mem::take(&mut *self.ear.deactivated.lock().unwrap());
        if told.iter().any(|&(_, i)| i == intid) { Ok(()) } else { Err(format!("told only of {told:?}")) }
    }

    /// Goes on in another GIC with the saved state: nothing may be noticed.
    fn migrate(&mut self) -> Result<(), String> {
        let state = self.gic.save();
        let (gic, ear) = new(self.shape.0, self.shape.1, self.shape.2);
        let gic = Arc::new(gic);
        if let Some(its) = &self.its {
            its.connect(&gic);
        }
        gic.restore(&state).map_err(|e| e.to_string())?;
        if gic.save() != state {
            return Err("a restored state differs".into());
        }
        for cpu in 0..self.shape.1 as usize {
            if gic.lines(cpu) != self.gic.lines(cpu) {
                return Err(format!("lines of {cpu} differ after a restore"));
            }
        }
        (self.gic, self.ear) = (gic, ear);
        Ok(())
    }

    fn read(&self, what: &str, cpu: usize, at: &str) -> Result<Option<u64>, String> {
        if what == "icc" {
            return Ok(self.gic.sysreg_read(cpu, register(at)?));
        }
        if what == "uicc" {
            return Ok(self.gic.uaccess_cpu_sysreg_read(cpu, register(at)?).ok());
        }
        let (offset, size) = place(at)?;
        Ok(Some(match what {
            "dist" => self.gic.dist_read(cpu, offset, size),
            "redist" => self.gic.redist_read(cpu, offset, size),
            "cpuif" => self.gic.cpuif_read(cpu, offset, size),
            "its" => self.bench()?.its.read(offset, size),
            "uits" => return Ok(self.bench()?.its.user_read(offset).ok()),
            "mem" => self.bench()?.load(offset, size)?,
            "udist" => u64::from(self.gic.uaccess_dist_read(cpu, offset)),
            "uredist" => u64::from(self.gic.uaccess_redist_read(cpu, offset)),
            "ucpuif" => u64::from(self.gic.uaccess_cpuif_read(cpu, offset)),
            "ulevel" => {
                let levels = self.gic.uaccess_line_level_read(cpu, offset as u32);
                return Ok(levels.ok().map(u64::from));
            }
            _ => return Err(format!("no such thing: {what}")),
        }))
    }

    fn write(&self, what: &str, cpu: usize, at: &str, value: u64) -> Result<(), String> {
        if what == "icc" {
            let done = self.gic.sysreg_write(cpu, register(at)?, value);
            return done.ok_or("refused: UNDEF".into());
        }
        if what == "uicc" {
            let done = self.gic.uaccess_cpu_sysreg_write(cpu, register(at)?, value);
            return done.map_err(|e| format!("refused: {e}"));
        }
        let (offset, size) = place(at)?;
        let word = value as u32;
        let done = match what {
            "dist" => {
                self.gic.dist_write(cpu, offset, size, value);
                Ok(())
            }
            "redist" => {
                self.gic.redist_write(cpu, offset, size, value);
                Ok(())
            }
            "mem" => {
                self.bench()?.store(offset, &value.to_le_bytes()[..usize::from(size)])?;
                Ok(())
            }
            "its" => {
                self.bench()?.its.write(offset, size, value);
                Ok(())
            }
            "uits" => return self.bench()?.its.user_write(offset, value).map_err(|e| format!("refused: {e}")),
            "cpuif" => {
                self.gic.cpuif_write(cpu, offset, size, value);
                Ok(())
            }
            "ucpuif" => {
                self.gic.uaccess_cpuif_write(cpu, offset, word);
                Ok(())
            }
            "udist" => self.gic.uaccess_dist_write(cpu, offset, word),
            "uredist" => self.gic.uaccess_redist_write(cpu, offset, word),
            "ulevel" => self.gic.uaccess_line_level_write(cpu, offset as u32, word),
            _ => return Err(format!("no such thing: {what}")),
        };
        done.map_err(|e| format!("refused: {e}"))
    }
}

fn owner(cpu: &str) -> Result<Option<usize>, String> {
    if cpu == "spi" { Ok(None) } else { Ok(Some(number(cpu)? as usize)) }
}

fn expect(got: Option<u64>, expected: &str) -> Result<(), String> {
    let wanted = match expected {
        "UNDEF" | "refused" => None,
        n => Some(number(n)?),
    };
    if got == wanted { Ok(()) } else { Err(format!("got {got:#x?}")) }
}

/// Runs every case of a file; `moving` interposes a save and restore before every line.
fn run(file: &str, text: &str, moving: bool) {
    let mut case: Option<Case> = None;
    let mut cases = 0;
    for (number, raw) in text.lines().enumerate() {
        let line = raw.split('#').next().unwrap_or("").trim();
        let result = if let Some(header) = line.strip_prefix("==") {
            cases += 1;
            Case::begin(header).map(|c| case = Some(c))
        } else if line.is_empty() {
            Ok(())
        } else if let Some(c) = case.as_mut() {
            let resampling = line.starts_with("resampled");
            let moved = if moving && !resampling { c.migrate() } else { Ok(()) };
            moved.and_then(|()| c.run(line))
        } else {
            Err("before the first case".into())
        };
        if let Err(e) = result {
            let name = case.map_or("", |c| c.name);
            panic!("{file}:{}: {name}: `{line}`: {e}", number + 1);
        }
    }
    assert!(cases > 0, "{file} has no cases");
}

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let text = include_str!(concat!("../../../tests/gic/", stringify!($name), ".gic"));
            for moving in [false, true] {
                run(stringify!($name), text, moving);
            }
        }
    )*};
}

scripts! { v3_basic v3_priority v3_sgi v3_eoi v3_user v2_basic v2_sgi v2_groups v2_user its_commands its_tables }
