//! Traps that the hypervisor sets: which control of HCR_EL2, MDCR_EL2, CPTR_EL2 or CNTHCTL_EL2 stops which register.
//! Of the fine-grained traps only those of registers that enable by a set bit are here; the rest no personality sets.

use std::sync::LazyLock;

use sysregs::{Feature, Kind, SysReg};

use super::{Access, trap_el1};
use crate::cpu::{Cpu, Stop};

/// Bits of HCR_EL2.
pub mod hcr {
    /// Trap WFI.
    pub const TWI: u64 = 1 << 13;
    /// Trap WFE.
    pub const TWE: u64 = 1 << 14;
    /// Trap ID group 0.
    pub const TID0: u64 = 1 << 15;
    /// Trap ID group 1 (REVIDR_EL1, AIDR_EL1, SMIDR_EL1).
    pub const TID1: u64 = 1 << 16;
    /// Trap ID group 2 (CTR_EL0, CCSIDR_EL1, CLIDR_EL1, CSSELR_EL1).
    pub const TID2: u64 = 1 << 17;
    /// Trap ID group 3 (the ID register space).
    pub const TID3: u64 = 1 << 18;
    /// Trap SMC.
    pub const TSC: u64 = 1 << 19;
    /// Trap IMPLEMENTATION DEFINED registers.
    pub const TIDCP: u64 = 1 << 20;
    /// Trap ACTLR_EL1.
    pub const TACR: u64 = 1 << 21;
    /// Trap cache maintenance by set and way.
    pub const TSW: u64 = 1 << 22;
    /// Trap cache maintenance to the point of coherency.
    pub const TPCP: u64 = 1 << 23;
    /// Trap cache maintenance to the point of unification.
    pub const TPU: u64 = 1 << 24;
    /// Trap TLB maintenance.
    pub const TTLB: u64 = 1 << 25;
    /// Trap writes of the virtual memory controls.
    pub const TVM: u64 = 1 << 26;
    /// Trap DC ZVA.
    pub const TDZ: u64 = 1 << 28;
    /// HVC is UNDEFINED.
    pub const HCD: u64 = 1 << 29;
    /// Trap reads of the virtual memory controls.
    pub const TRVM: u64 = 1 << 30;
    /// Trap LORegion registers.
    pub const TLOR: u64 = 1 << 35;
    /// Trap error record registers.
    pub const TERR: u64 = 1 << 36;
    /// Do not trap PAuth key registers.
    pub const APK: u64 = 1 << 40;
    /// Do not trap PAuth instructions.
    pub const API: u64 = 1 << 41;
    /// Trap ID group 4 (CCSIDR_EL1, CLIDR_EL1, CSSELR_EL1).
    pub const TID4: u64 = 1 << 49;
    /// Trap TLB maintenance of the Outer Shareable domain.
    pub const TTLBOS: u64 = 1 << 55;
    /// Allow allocation tags.
    pub const ATA: u64 = 1 << 56;
    /// Trap ID group 5 (GMID_EL1).
    pub const TID5: u64 = 1 << 58;
    /// Do not trap SCXTNUM_EL1 and SCXTNUM_EL0.
    pub const ENSCXT: u64 = 1 << 53;
}

/// Bits of HCRX_EL2.
pub mod hcrx {
    /// Do not trap ST64BV0, LD64B and ST64B, and ST64BV.
    pub const ENAS0: u64 = 1;
    /// See [`ENAS0`].
    pub const ENALS: u64 = 1 << 1;
    /// See [`ENAS0`].
    pub const ENASR: u64 = 1 << 2;
    /// Memory Copy and Memory Set exceptions of EL1 go to EL2.
    pub const MCE2: u64 = 1 << 10;
    /// Memory copy and memory set instructions are not UNDEFINED.
    pub const MSCEN: u64 = 1 << 11;
    /// Do not trap TCR2_EL1.
    pub const TCR2EN: u64 = 1 << 14;
    /// Do not trap SCTLR2_EL1.
    pub const SCTLR2EN: u64 = 1 << 15;
    /// Do not trap FPMR.
    pub const ENFPM: u64 = 1 << 23;
}

/// Bits of HFGRTR_EL2 and HFGWTR_EL2 that let an access through.
#[allow(missing_docs, reason = "named after the registers")]
pub mod fine {
    pub const N_ACCDATA_EL1: u64 = 1 << 50;
    pub const N_GCS_EL0: u64 = 1 << 52;
    pub const N_GCS_EL1: u64 = 1 << 53;
    pub const N_SMPRI_EL1: u64 = 1 << 54;
    pub const N_TPIDR2_EL0: u64 = 1 << 55;
    pub const N_RCWMASK_EL1: u64 = 1 << 56;
    pub const N_PIRE0_EL1: u64 = 1 << 57;
    pub const N_PIR_EL1: u64 = 1 << 58;
    pub const N_POR_EL0: u64 = 1 << 59;
    pub const N_POR_EL1: u64 = 1 << 60;
    pub const N_S2POR_EL1: u64 = 1 << 61;
    pub const N_MAIR2_EL1: u64 = 1 << 62;
    pub const N_AMAIR2_EL1: u64 = 1 << 63;
}

/// Bits of MDCR_EL2.
pub mod mdcr {
    /// Trap PMCR_EL0.
    pub const TPMCR: u64 = 1 << 5;
    /// Trap performance monitor registers.
    pub const TPM: u64 = 1 << 6;
    /// Trap debug registers.
    pub const TDA: u64 = 1 << 9;
    /// Trap OS lock and double lock registers.
    pub const TDOSA: u64 = 1 << 10;
    /// Trap debug ROM address registers.
    pub const TDRA: u64 = 1 << 11;
}

/// Bits of CPTR_EL2 (with HCR_EL2.E2H clear).
pub mod cptr {
    /// Trap SVE.
    pub const TZ: u64 = 1 << 8;
    /// Trap SME.
    pub const TSM: u64 = 1 << 12;
    /// Trap FP and SIMD.
    pub const TFP: u64 = 1 << 10;
    /// Trap CPACR_EL1.
    pub const TCPAC: u64 = 1 << 31;
}

impl Cpu {
    pub(super) fn implementation_defined_trapped(&self) -> bool {
        self.sys(SysReg::HCR_EL2) & hcr::TIDCP != 0
    }

    pub(crate) fn fp_trapped_to_el2(&self) -> bool {
        self.sys(SysReg::CPTR_EL2) & cptr::TFP != 0
    }

    #[inline]
    pub(super) fn check_el2_traps(&mut self, register: SysReg, access: &Access) -> Result<(), Stop> {
        if self.trapped_to_el2(register, access.read) { Err(self.trap_to_el2(access)) } else { Ok(()) }
    }

    /// The EL2 controls trap a read or write of `register` by EL1.
    #[inline]
    pub(super) fn trapped_to_el2(&self, register: SysReg, read: bool) -> bool {
        match CONTROLS[register as usize] {
            Control::None => false,
            Control::Hcr(bits) => self.sys(SysReg::HCR_EL2) & bits != 0,
            Control::HcrClear(bits) => self.sys(SysReg::HCR_EL2) & bits == 0,
            Control::HcrxClear(bits) => self.sys(SysReg::HCRX_EL2) & bits == 0,
            Control::FineGrainedClear(bits) => {
                self.features.contains(Feature::FGT) && self.sys(if read { SysReg::HFGRTR_EL2 } else { SysReg::HFGWTR_EL2 }) & bits == 0
            }
            Control::MpamClear(bits) => self.sys(SysReg::MPAM2_EL2) & bits == 0,
            Control::VirtualMemory => self.sys(SysReg::HCR_EL2) & if read { hcr::TRVM } else { hcr::TVM } != 0,
            Control::Mdcr(bits) => self.sys(SysReg::MDCR_EL2) & bits != 0,
            Control::Cptr(bits) => self.sys(SysReg::CPTR_EL2) & bits != 0,
            Control::CnthctlClear(bits) => self.sys(SysReg::CNTHCTL_EL2) & bits == 0,
        }
    }
}

/// What traps a register to EL2: any of these bits set (or clear, where the control enables).
#[derive(Clone, Copy)]
enum Control {
    None,
    Hcr(u64),
    HcrClear(u64),
    HcrxClear(u64),
    FineGrainedClear(u64),
    MpamClear(u64),
    VirtualMemory,
    Mdcr(u64),
    Cptr(u64),
    CnthctlClear(u64),
}

/// The control of each register, looked up on every access.
static CONTROLS: LazyLock<Box<[Control]>> = LazyLock::new(|| SysReg::ALL.iter().map(|&register| control(register)).collect());

fn control(register: SysReg) -> Control {
    use SysReg as R;
    let name = register.name();
    match register {
        R::MIDR_EL1 | R::MPIDR_EL1 | R::DCZID_EL0 => Control::None,
        R::REVIDR_EL1 | R::AIDR_EL1 | R::SMIDR_EL1 => Control::Hcr(hcr::TID1),
        R::CTR_EL0 => Control::Hcr(hcr::TID2),
        R::CCSIDR_EL1 | R::CCSIDR2_EL1 | R::CLIDR_EL1 | R::CSSELR_EL1 => Control::Hcr(hcr::TID2 | hcr::TID4),
        R::GMID_EL1 => Control::Hcr(hcr::TID5),
        R::SCTLR_EL1
        | R::TTBR0_EL1
        | R::TTBR1_EL1
        | R::TCR_EL1
        | R::ESR_EL1
        | R::FAR_EL1
        | R::AFSR0_EL1
        | R::AFSR1_EL1
        | R::MAIR_EL1
        | R::AMAIR_EL1
        | R::CONTEXTIDR_EL1 => Control::VirtualMemory,
        R::ACTLR_EL1 => Control::Hcr(hcr::TACR),
        R::CPACR_EL1 => Control::Cptr(cptr::TCPAC),
        R::FPCR | R::FPSR => Control::Cptr(cptr::TFP),
        R::PMCR_EL0 => Control::Mdcr(mdcr::TPMCR | mdcr::TPM),
        R::PMINTENSET_EL1 | R::PMINTENCLR_EL1 | R::PMMIR_EL1 => Control::Mdcr(mdcr::TPM),
        R::CNTPCT_EL0 | R::CNTPCTSS_EL0 => Control::CnthctlClear(1),
        R::CNTP_CTL_EL0 | R::CNTP_CVAL_EL0 | R::CNTP_TVAL_EL0 => Control::CnthctlClear(2),
        R::OSLAR_EL1 | R::OSLSR_EL1 | R::OSDLR_EL1 | R::DBGPRCR_EL1 => Control::Mdcr(mdcr::TDOSA),
        R::MDRAR_EL1 => Control::Mdcr(mdcr::TDRA | mdcr::TDA),
        R::ZCR_EL1 => Control::Cptr(cptr::TZ),
        R::SMCR_EL1 | R::SVCR => Control::Cptr(cptr::TSM),
        R::RGSR_EL1 | R::GCR_EL1 | R::TFSR_EL1 | R::TFSRE0_EL1 => Control::HcrClear(hcr::ATA),
        R::SCXTNUM_EL0 | R::SCXTNUM_EL1 => Control::HcrClear(hcr::ENSCXT),
        R::TCR2_EL1 => Control::HcrxClear(hcrx::TCR2EN),
        R::SCTLR2_EL1 => Control::HcrxClear(hcrx::SCTLR2EN),
        R::FPMR => Control::HcrxClear(hcrx::ENFPM),
        // EnMPAMSM.
        R::MPAMSM_EL1 => Control::MpamClear(1 << 50),
        R::ACCDATA_EL1 => Control::FineGrainedClear(fine::N_ACCDATA_EL1),
        R::GCSPR_EL0 | R::GCSCRE0_EL1 => Control::FineGrainedClear(fine::N_GCS_EL0),
        R::GCSCR_EL1 | R::GCSPR_EL1 => Control::FineGrainedClear(fine::N_GCS_EL1),
        R::SMPRI_EL1 => Control::FineGrainedClear(fine::N_SMPRI_EL1),
        R::TPIDR2_EL0 => Control::FineGrainedClear(fine::N_TPIDR2_EL0),
        R::PIR_EL1 => Control::FineGrainedClear(fine::N_PIR_EL1),
        R::PIRE0_EL1 => Control::FineGrainedClear(fine::N_PIRE0_EL1),
        R::POR_EL0 => Control::FineGrainedClear(fine::N_POR_EL0),
        R::POR_EL1 => Control::FineGrainedClear(fine::N_POR_EL1),
        R::S2POR_EL1 => Control::FineGrainedClear(fine::N_S2POR_EL1),
        R::MAIR2_EL1 => Control::FineGrainedClear(fine::N_MAIR2_EL1),
        R::AMAIR2_EL1 => Control::FineGrainedClear(fine::N_AMAIR2_EL1),
        _ if is_pauth_key(register) => Control::HcrClear(hcr::APK),
        _ if register.row().kind == Kind::Id => Control::Hcr(hcr::TID3),
        _ if register.encoding().op0() == 2 => Control::Mdcr(mdcr::TDA),
        _ if trap_el1::is_pmu(register) => Control::Mdcr(mdcr::TPM),
        _ if name.starts_with("LOR") => Control::Hcr(hcr::TLOR),
        _ if name.starts_with("ERX") || name.starts_with("ERR") => Control::Hcr(hcr::TERR),
        _ => Control::None,
    }
}

fn is_pauth_key(register: SysReg) -> bool {
    let e = register.encoding();
    e.op0() == 3 && e.op1() == 0 && e.crn() == 2 && (1..=3).contains(&e.crm())
}
