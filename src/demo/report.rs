//! The demonstration's result: host CPU and guest view side by side, and what the run took. Draws nothing.

use kvm::VcpuFd;
use serde::{Serialize, Serializer};
use sysregs::{IdValues, RegisterView, SysReg};

use super::console::Seen;
use super::{DemoConfig, DemoError, Run, encodings, name_of};

/// A field of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRow {
    /// The architecture's name.
    pub name: &'static str,
    /// Highest bit.
    pub msb: u8,
    /// Lowest bit.
    pub lsb: u8,
    /// On the host CPU, if known.
    pub host: Option<i64>,
    /// In the guest, unless the read was UNDEFINED.
    pub guest: Option<i64>,
    /// Both are known, and not the same.
    pub differs: bool,
}

/// A register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterRow {
    /// Its name, or the assembler's for an encoding without one.
    pub name: String,
    /// op0,op1,CRn,CRm,op2.
    pub encoding: String,
    /// What the host CPU has; `None` if the model does not know, or the CPU has no such register.
    #[serde(serialize_with = "as_hex")]
    pub host: Option<u64>,
    /// What the guest read; `None` if the read was UNDEFINED.
    #[serde(serialize_with = "as_hex")]
    pub guest: Option<u64>,
    /// How often the hypervisor answered a trapped read.
    pub traps: u64,
    /// Both are known, and not the same.
    pub differs: bool,
    /// From the top bit down.
    pub fields: Vec<FieldRow>,
}

/// What the run took.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Instructions retired.
    pub instructions: u64,
    /// Seconds from the start of the demonstration (assembler, machine, device tree) to the first instruction of the guest.
    pub seconds_to_first_instruction: f64,
    /// Seconds from there to power off.
    pub seconds_running: f64,
    /// Rate of that time, with all its exits.
    pub million_instructions_per_second: f64,
    /// Trapped reads of ID registers.
    pub exits_id_register: u64,
    /// Other trapped system register accesses.
    pub exits_system_register: u64,
    /// HVC and SMC.
    pub exits_hypercall: u64,
    /// Accesses to devices of the VMM.
    pub exits_mmio: u64,
    /// ESR_EL1 of the UDF.
    #[serde(serialize_with = "as_hex_always")]
    pub undefined_esr: u64,
    /// ELR_EL1 of the UDF.
    #[serde(serialize_with = "as_hex_always")]
    pub undefined_elr: u64,
}

/// The whole result.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Host CPU model.
    pub cpu: String,
    /// Host kernel.
    pub host_kernel: String,
    /// Every register the guest read.
    pub registers: Vec<RegisterRow>,
    /// What the run took.
    pub summary: Summary,
    /// What the guest printed.
    #[serde(skip)]
    pub console: String,
}

/// 64-bit values do not survive as JSON numbers everywhere.
fn as_hex<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_hex_always(value, serializer),
        None => serializer.serialize_none(),
    }
}

fn as_hex_always<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:#x}"))
}

fn differ<T: Copy + PartialEq>(host: Option<T>, guest: Option<T>) -> bool {
    host.is_some() && guest.is_some() && host != guest
}

impl Report {
    /// One JSON object.
    pub fn json(&self) -> String {
        // Plain numbers and strings always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl RegisterRow {
    pub(super) fn new(
        name: String,
        register: Option<SysReg>,
        encoding: String,
        host: Option<u64>,
        guest: Option<u64>,
        traps: u64,
    ) -> RegisterRow {
        let fields = register.map(|register| fields(register, host, guest)).unwrap_or_default();
        RegisterRow { name, encoding, host, guest, traps, differs: differ(host, guest), fields }
    }

    /// Neither side has anything in it.
    pub fn is_zero(&self) -> bool {
        self.host.unwrap_or(0) == 0 && self.guest.unwrap_or(0) == 0
    }
}

impl FieldRow {
    /// Neither side has anything in it.
    pub fn is_zero(&self) -> bool {
        self.host.unwrap_or(0) == 0 && self.guest.unwrap_or(0) == 0
    }
}

fn fields(register: SysReg, host: Option<u64>, guest: Option<u64>) -> Vec<FieldRow> {
    let rows = RegisterView::new(register, 0).fields().map(|(field, _)| {
        let (host, guest) = (host.map(|value| field.extract(value)), guest.map(|value| field.extract(value)));
        FieldRow { name: field.name, msb: field.msb, lsb: field.lsb, host, guest, differs: differ(host, guest) }
    });
    rows.collect()
}

/// Puts host and guest side by side.
pub(super) fn gather(config: &DemoConfig, run: Run) -> Result<Report, DemoError> {
    let missing = |what: &str| DemoError::Missing { what: what.to_owned() };
    let seen = &run.seen;
    let vcpu = run.vcpus.first().ok_or_else(|| missing("anything"))?;
    let host = sysregs::models::by_name(&config.cpu).map(sysregs::models::HostModel::ids).unwrap_or_default();
    let traps = vcpu.id_register_reads();
    let mut registers = Vec::new();
    for encoding in encodings() {
        let name = name_of(encoding);
        let guest = *seen.registers.get(&name).ok_or_else(|| missing(&name))?;
        let register = SysReg::from_encoding(encoding);
        let of_host = register.and_then(|register| host.get(register));
        let traps = traps.get(&encoding.0).copied().unwrap_or_default();
        registers.push(RegisterRow::new(name, register, encoding.to_string(), of_host, guest, traps));
    }
    let reads = traps.get(&SysReg::CCSIDR_EL1.encoding().0).copied().unwrap_or_default();
    registers.extend(caches(seen, &host, reads));
    let undefined = seen.undefined.filter(|undefined| undefined.elr == run.udf).ok_or_else(|| missing("the UNDEF at its UDF"))?;
    let mut summary = summary(vcpu, &run);
    (summary.undefined_esr, summary.undefined_elr) = (undefined.esr, undefined.elr);
    Ok(Report { cpu: config.cpu.clone(), host_kernel: config.host_kernel.clone(), registers, summary, console: run.console })
}

/// A row for each cache that the guest found; it reads each CCSIDR_EL1 as often as every other.
fn caches<'a>(seen: &'a Seen, host: &'a IdValues, reads: u64) -> impl Iterator<Item = RegisterRow> + 'a {
    let encoding = SysReg::CCSIDR_EL1.encoding();
    let traps = reads / seen.caches.len().max(1) as u64;
    seen.caches.iter().map(move |(&selector, &guest)| {
        RegisterRow::new(format!("CCSIDR_EL1[{selector}]"), None, encoding.to_string(), host.ccsidr(selector), guest, traps)
    })
}

fn summary(vcpu: &VcpuFd, run: &Run) -> Summary {
    let (_, exits, instructions) = vcpu.statistics();
    let seconds = run.running.as_secs_f64();
    Summary {
        instructions,
        seconds_to_first_instruction: run.to_first_instruction.as_secs_f64(),
        seconds_running: seconds,
        million_instructions_per_second: if seconds > 0.0 { instructions as f64 / seconds / 1e6 } else { 0.0 },
        exits_id_register: exits.id_register,
        exits_system_register: exits.sysreg - exits.id_register,
        exits_hypercall: exits.hypercall,
        exits_mmio: exits.user_mmio,
        undefined_esr: 0,
        undefined_elr: 0,
    }
}
