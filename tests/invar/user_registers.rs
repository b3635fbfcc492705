//! System registers from EL0, over the whole space of encodings, against the Arm ARM: what EL0 may not use, what EL1's controls
//! stop as they are out of reset, and how each is reported (FEAT_IDST). The guests are those of `invar kvm probe --section user`.

use std::collections::HashMap;

use invar::probe::{self, Section};
use kvm::Host;
use sysregs::{Encoding, Feature, FeatureSet, SysReg};

/// CPUs with and without FEAT_IDST, VHE, SVE, RNDR; old and new kernels.
const HOSTS: [(&str, &str); 7] = [
    ("cortex-a57", "6.1"),
    ("cortex-a53", "7.3"),
    ("neoverse-n1", "6.12"),
    ("neoverse-n1", "7.3"),
    ("neoverse-v1", "6.12"),
    ("a64fx", "6.18"),
    ("max", "7.3"),
];

/// ESR_EL1.EC.
const UNDEFINED: u64 = 0;
const FP: u64 = 0x07;
const TRAPPED: u64 = 0x18;

/// What an access gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Value(u64),
    Exception { class: u64, vector: u64 },
}

/// Rows of a record type of configuration `psci`; an encoding that is not listed is UNDEFINED.
fn outcomes(rows: &[String], record: &str) -> HashMap<u16, Outcome> {
    let mut all = HashMap::new();
    for row in rows {
        let columns: Vec<&str> = row.split('\t').collect();
        assert_ne!(columns[0], "GSTX", "a guest came back with something else: {row}");
        let [kind, "psci", encoding, outcome, value] = columns[..] else { continue };
        if kind != record {
            continue;
        }
        let value = u64::from_str_radix(value.trim_start_matches("0x"), 16).expect("hexadecimal");
        let outcome =
            if outcome == "OK" { Outcome::Value(value) } else { Outcome::Exception { class: value >> 26 & 0x3f, vector: value >> 56 } };
        all.insert(encoding.parse::<Encoding>().expect("an encoding").0, outcome);
    }
    all
}

/// Encodings whose reads FEAT_IDST reports as trapped.
fn in_id_space(encoding: Encoding) -> bool {
    encoding.op0() == 3 && matches!(encoding.op1(), 0 | 1 | 3) && encoding.crn() == 0 && encoding.crm() < 8
}

/// Registers that EL0 may read, and what their reads give out of reset: SCTLR_EL1.{UCT,UMA,DZE,EnTP2}, CNTKCTL_EL1, CPACR_EL1 and
/// MDSCR_EL1 are clear; without a vCPU PMU its registers are UNDEFINED, as KVM has it.
const USER: [(SysReg, Result<(), u64>); 22] = [
    (SysReg::NZCV, Ok(())),
    (SysReg::TPIDR_EL0, Ok(())),
    (SysReg::TPIDRRO_EL0, Ok(())),
    (SysReg::DCZID_EL0, Ok(())),
    (SysReg::MDCCSR_EL0, Ok(())),
    (SysReg::SSBS, Ok(())),
    (SysReg::DIT, Ok(())),
    (SysReg::RNDR, Ok(())),
    (SysReg::CTR_EL0, Err(TRAPPED)),
    (SysReg::DAIF, Err(TRAPPED)),
    (SysReg::CNTFRQ_EL0, Err(TRAPPED)),
    (SysReg::CNTVCT_EL0, Err(TRAPPED)),
    (SysReg::CNTPCT_EL0, Err(TRAPPED)),
    (SysReg::CNTV_CTL_EL0, Err(TRAPPED)),
    (SysReg::CNTP_CTL_EL0, Err(TRAPPED)),
    (SysReg::FPCR, Err(FP)),
    (SysReg::FPSR, Err(FP)),
    (SysReg::PMCCNTR_EL0, Err(UNDEFINED)),
    (SysReg::PMCR_EL0, Err(UNDEFINED)),
    (SysReg::PMSELR_EL0, Err(UNDEFINED)),
    (SysReg::PMUSERENR_EL0, Err(UNDEFINED)),
    (SysReg::PMEVCNTR0_EL0, Err(UNDEFINED)),
];

fn check_reads(name: &str, reads: &HashMap<u16, Outcome>, features: &FeatureSet) {
    let has_idst = features.contains(Feature::IDST);
    for bits in 2 << 14..4 << 14 {
        let encoding = Encoding(bits as u16);
        let outcome = reads.get(&encoding.0).copied().unwrap_or(Outcome::Exception { class: UNDEFINED, vector: 8 });
        let register = SysReg::from_encoding(encoding).filter(|register| features.contains(register.row().feature));
        let expected = match register {
            Some(register) if register.row().read_el == 0 => match USER.iter().find(|(other, _)| *other == register) {
                Some(&(_, expected)) => expected,
                // Features with controls of their own.
                None => continue,
            },
            // IMPLEMENTATION DEFINED registers are out of EL0's reach by SCTLR_EL1.TIDCP or HCR_EL2.TIDCP, or UNDEFINED.
            None if encoding.crn() == 11 || encoding.crn() == 15 => continue,
            _ if in_id_space(encoding) && has_idst => Err(TRAPPED),
            _ => Err(UNDEFINED),
        };
        let ours = match outcome {
            Outcome::Value(_) => Ok(()),
            Outcome::Exception { class, vector } => {
                assert_eq!(vector, 8, "{name} {encoding}: an exception from EL0 goes to the vector for a lower EL");
                Err(class)
            }
        };
        assert_eq!(ours, expected, "{name}: MRS of {encoding} ({}) at EL0: EC", encoding.generic_name());
    }
}

#[test]
fn reads_and_writes_from_el0() {
    for (cpu, kernel) in HOSTS {
        let name = format!("{cpu} under {kernel}");
        let host = Host::new(cpu, kernel).expect("known");
        let features = FeatureSet::from_ids(&host.ids);
        let rows = probe::rows(&host, &[Section::User]);
        let reads = outcomes(&rows, "GST0");
        check_reads(&name, &reads, &features);
        // DC ZVA is prohibited by SCTLR_EL1.DZE, and DCZID_EL0.DZP says so.
        let dczid = reads.get(&SysReg::DCZID_EL0.encoding().0);
        assert!(matches!(dczid, Some(Outcome::Value(value)) if value & 0x10 != 0), "{name}: {dczid:?}");
        let writes = outcomes(&rows, "GSTW0");
        assert!(!writes.is_empty());
        for (bits, outcome) in writes {
            let expected = Outcome::Exception { class: UNDEFINED, vector: 8 };
            assert_eq!(outcome, expected, "{name}: MSR of {} at EL0", Encoding(bits));
        }
    }
}
