//! SYS: cache, TLB and other maintenance instructions. There are no caches to maintain; what counts is who may use them,
//! what they fault on, and that decoded code and translations are dropped when asked.

use std::sync::LazyLock;

use sysregs::{Encoding, SysOp, SysReg};

use super::Access;
use super::trap_el2::hcr;
use crate::cpu::{Cpu, ExceptionLevel, Exit, Stop};
use crate::insn::Insn;
use crate::mem::{AccessKind, Flush, GRANULE, Halves, Tags, TlbMode, logical_tag};

/// What a TLBI names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// One address.
    Address,
    /// A range of addresses, in one half of the address space.
    Range,
    /// An ASID.
    Asid,
    /// Everything.
    All,
}

/// In the operand of a planned TLBI: it is of one page, on this PE alone.
const PAGE_HERE: u64 = 1 << 32;

/// The address that a TLBI by address names: VA[55:12] in the low 44 bits.
fn page_of(value: u64) -> u64 {
    ((value << 20) as i64 >> 8) as u64
}

/// What kind of operation a [`SysOp`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Tlbi {
        named: Named,
        broadcast: bool,
    },
    At,
    Ic,
    Dc,
    /// CFP, DVP, CPP and COSP RCTX: prediction restriction.
    Prediction,
    Other,
}

/// By operation, taken from its name once.
static GROUPS: LazyLock<Box<[Group]>> = LazyLock::new(|| SysOp::ALL.iter().map(|op| group(op.name())).collect());

fn group(name: &str) -> Group {
    match name.split_once('_').unwrap_or((name, "")) {
        ("TLBI", operation) => {
            let named = match operation {
                _ if operation.starts_with("RVA") => Named::Range,
                _ if operation.starts_with("VA") => Named::Address,
                _ if operation.starts_with("ASID") => Named::Asid,
                _ => Named::All,
            };
            let shareable = operation.trim_end_matches("nXS");
            Group::Tlbi { named, broadcast: shareable.ends_with("IS") || shareable.ends_with("OS") }
        }
        ("AT", _) => Group::At,
        ("IC", _) => Group::Ic,
        ("DC", _) => Group::Dc,
        ("CFP" | "DVP" | "CPP" | "COSP", _) => Group::Prediction,
        _ => Group::Other,
    }
}

impl Cpu {
    /// SYS with `value` from Rt.
    pub fn system_instruction(&mut self, encoding: u16, rt: u8, value: u64) -> Result<(), Stop> {
        let access = Access { encoding, rt, read: false, value };
        let e = Encoding(encoding);
        let Some(op) = SysOp::from_encoding(e).filter(|op| self.features.contains(op.feature())) else {
            return Err(self.unknown_system_instruction(&access));
        };
        // op1 = 4 and above belong to EL2 and EL3; op1 = 3 are the ones that EL0 may use.
        if e.op1() >= 4 || (self.pstate.el == ExceptionLevel::EL0 && e.op1() != 3) {
            return Err(self.undefined());
        }
        match GROUPS[op as usize] {
            Group::Tlbi { named, broadcast } => self.tlbi(op, &access, named, broadcast),
            Group::At => {
                self.check_instruction_traps(op, &access)?;
                self.address_translate(op, value)
            }
            Group::Ic => self.instruction_cache(&access, op.name()),
            Group::Dc => self.data_cache(op, &access),
            // Nothing is predicted. EL0's use is controlled by SCTLR_EL1.EnRCTX.
            Group::Prediction => self.restrict_prediction(op, &access),
            Group::Other => Err(self.exit(Exit::Unimplemented { word: self.system_word(&access) })),
        }
    }

    /// SYSL has no instruction on the modelled CPUs outside IMPLEMENTATION DEFINED space.
    pub fn system_instruction_read(&mut self, encoding: u16, rt: u8) -> Result<u64, Stop> {
        Err(self.unknown_system_instruction(&Access { encoding, rt, read: true, value: 0 }))
    }

    fn unknown_system_instruction(&mut self, access: &Access) -> Stop {
        let e = Encoding(access.encoding);
        let implementation_defined = e.crn() == 11 || e.crn() == 15;
        if implementation_defined && self.pstate.el == ExceptionLevel::EL1 && self.implementation_defined_trapped() {
            return self.trap_to_el2(access);
        }
        self.undefined()
    }

    /// The instruction word of a SYS, for reports.
    fn system_word(&self, access: &Access) -> u32 {
        0xd508_0000 | u32::from(access.encoding & 0x3fff) << 5 | u32::from(access.rt & 31)
    }

    fn hcr(&self, bits: u64) -> bool {
        self.sys(SysReg::HCR_EL2) & bits != 0
    }

    fn restrict_prediction(&mut self, op: SysOp, access: &Access) -> Result<(), Stop> {
        let enabled = self.sys(SysReg::SCTLR_EL1) >> 10 & 1 != 0;
        if self.pstate.el == ExceptionLevel::EL0 && !enabled {
            return Err(self.trap_to_el1(access));
        }
        self.check_instruction_traps(op, access)
    }

    /// A TLBI that generated code may call, at EL1 and with nothing that traps it: what [`Self::planned_invalidation`] finds in the
    /// instruction's immediate operand.
    pub(crate) fn plan_invalidation(&self, encoding: u16) -> Option<u64> {
        let op = SysOp::from_encoding(Encoding(encoding)).filter(|op| self.features.contains(op.feature()))?;
        let called =
            matches!(GROUPS[op as usize], Group::Tlbi { .. }) && self.pstate.el == ExceptionLevel::EL1 && !self.instruction_trapped(op);
        let of_a_page = GROUPS[op as usize] == Group::Tlbi { named: Named::Address, broadcast: false };
        called.then_some(op as u64 | if of_a_page { PAGE_HERE } else { 0 })
    }

    /// Executes a TLBI that was planned; the address, if it was of one page on this PE alone.
    #[inline]
    pub(crate) fn planned_invalidation(&mut self, insn: &Insn) -> Option<u64> {
        if insn.imm & PAGE_HERE != 0 {
            let address = page_of(self.r(insn.rd));
            self.tlb.flush_page(address);
            return Some(address);
        }
        if let Some(&Group::Tlbi { named, broadcast }) = GROUPS.get(insn.imm as usize) {
            self.invalidate(self.r(insn.rd), named, broadcast);
        }
        None
    }

    /// All TLBI operations drop at least what they name. Inner and Outer Shareable ones reach the other PEs; a later DSB
    /// waits until they have acted.
    fn tlbi(&mut self, op: SysOp, access: &Access, named: Named, broadcast: bool) -> Result<(), Stop> {
        self.check_instruction_traps(op, access)?;
        self.invalidate(access.value, named, broadcast);
        Ok(())
    }

    fn invalidate(&mut self, value: u64, named: Named, broadcast: bool) {
        let flush = match named {
            Named::Address => {
                let address = page_of(value);
                self.tlb.flush_page(address);
                Flush::Halves(Halves::of(address))
            }
            // BaseADDR in bits 36:0, sign-extended.
            Named::Range => Flush::Halves(Halves::of(((value << 27) as i64 >> 8) as u64)),
            Named::Asid => Flush::Asid,
            Named::All => Flush::Halves(Halves::ALL),
        };
        if named != Named::Address {
            self.tlb.flush_reached(flush.bits());
        }
        if broadcast {
            self.broadcast_tlb_flush(flush);
        }
    }

    fn broadcast_tlb_flush(&mut self, flush: Flush) {
        let own = self.signal.clone();
        for (index, peer) in self.peers.list().iter().enumerate() {
            if !std::sync::Arc::ptr_eq(peer, &own) {
                let ticket = peer.request_flush(flush);
                self.flush_tickets.push((index, ticket));
                self.jit.maintenance_pending = true;
            }
        }
    }

    /// DSB: waits until the other PEs have done what our broadcast maintenance asked for. While waiting we serve the same
    /// requests of others, so that two waiting PEs cannot block each other.
    pub(crate) fn complete_maintenance(&mut self) {
        if self.flush_tickets.is_empty() {
            return;
        }
        self.jit.maintenance_pending = false;
        let peers = self.peers.list();
        for (index, ticket) in std::mem::take(&mut self.flush_tickets) {
            while peers.get(index).is_some_and(|peer| !peer.flush_finished(ticket)) {
                self.serve_flush();
                std::thread::yield_now();
            }
        }
    }

    /// Does a TLB flush that another PE asked for.
    pub fn serve_flush(&mut self) {
        if self.signal.take(crate::cpu::Attention::FlushTlb) {
            let ticket = self.signal.flushes_asked();
            let bits = self.signal.take_flush_bits();
            self.tlb.flush_reached(bits);
            self.signal.finish_flushes(ticket);
        }
    }

    fn instruction_cache(&mut self, access: &Access, name: &str) -> Result<(), Stop> {
        if self.hcr(hcr::TPU) {
            return Err(self.trap_to_el2(access));
        }
        if name != "IC_IVAU" {
            self.stale_code.push(None);
            self.broadcast_stale(u64::MAX);
            return Ok(());
        }
        if self.pstate.el == ExceptionLevel::EL0 {
            self.check_el0_maintenance(access, false)?;
        }
        let physical = self.maintenance_address(access.value)?;
        let line = 4u64 << (self.config.ids.get(SysReg::CTR_EL0).unwrap_or_default() & 15);
        // Most lines are invalidated before any code of them was decoded.
        if let Some(physical) = physical.filter(|physical| self.memory.take_code(physical & !(line - 1), line)) {
            self.code_written(physical & !0xfff);
        }
        Ok(())
    }

    /// The permissions that maintenance by VA needs: PSTATE.PAN is for accesses to data, of which DC ZVA and its neighbours are the only
    /// ones here.
    fn maintenance_mode(&self) -> TlbMode {
        match self.tlb.mode() {
            TlbMode::KernelPan => TlbMode::Kernel,
            mode => mode,
        }
    }

    /// The physical address of a maintenance operation by VA; it faults like a load, except that an address without memory
    /// behind it is skipped (the hypervisor does the same).
    fn maintenance_address(&mut self, address: u64) -> Result<Option<u64>, Stop> {
        let mode = self.maintenance_mode();
        match self.translate(address, AccessKind::Cache, mode) {
            Ok(translation) => Ok(self.memory.backing(translation.physical).map(|_| translation.physical)),
            Err(fault) => Err(self.abort(address, AccessKind::Cache, fault)),
        }
    }

    fn data_cache(&mut self, op: SysOp, access: &Access) -> Result<(), Stop> {
        let user = self.pstate.el == ExceptionLevel::EL0;
        let operation = op.name().trim_start_matches("DC_");
        if matches!(operation, "ZVA" | "GVA" | "GZVA") {
            if user {
                self.check_el0_maintenance(access, true)?;
            }
            if self.hcr(hcr::TDZ) {
                return Err(self.trap_to_el2(access));
            }
            return match operation {
                "GVA" => self.tag_block(access.value),
                "GZVA" => self.zero_block(access.value, Some(logical_tag(access.value))),
                _ => self.zero_block(access.value, None),
            };
        }
        if operation.ends_with("SW") {
            return if self.hcr(hcr::TSW) { Err(self.trap_to_el2(access)) } else { Ok(()) };
        }
        if user {
            self.check_el0_maintenance(access, false)?;
        }
        let trap = if operation.ends_with('U') { hcr::TPU } else { hcr::TPCP };
        if self.hcr(trap) {
            return Err(self.trap_to_el2(access));
        }
        self.check_instruction_traps(op, access)?;
        if matches!(operation, "IVAC" | "IGVAC" | "IGDVAC") {
            return self.check_invalidate(access.value);
        }
        self.maintenance_address(access.value)?;
        Ok(())
    }

    /// DC IVAC and its neighbours may lose data, so they need write permission.
    fn check_invalidate(&mut self, address: u64) -> Result<(), Stop> {
        let mode = self.maintenance_mode();
        match self.translate(address, AccessKind::MayWrite, mode) {
            Ok(_) => self.check_watchpoints(mode, address & !(self.config.data_line - 1), self.config.data_line, AccessKind::Cache),
            Err(fault) => Err(self.abort(address, AccessKind::Cache, fault)),
        }
    }

    /// DC GVA: gives the aligned block the tag of the address.
    fn tag_block(&mut self, address: u64) -> Result<(), Stop> {
        let Some(bits) = self.config.zero_block else { return Err(self.undefined()) };
        self.store_tags(self.tlb.mode(), address & !((1u64 << bits) - 1), (1 << bits) / GRANULE, |_| logical_tag(address))
    }

    /// DC ZVA: stores zeros to the aligned block; with a tag, which becomes its Allocation Tag, it is Tag Unchecked. Device memory gives
    /// an Alignment fault.
    pub(crate) fn zero_block(&mut self, address: u64, tag: Option<u8>) -> Result<(), Stop> {
        let Some(bits) = self.config.zero_block else { return Err(self.undefined()) };
        let base = address & !((1u64 << bits) - 1);
        let mode = self.tlb.mode();
        let writable = match self.translate(address, AccessKind::Attributes, mode) {
            Ok(translation) if translation.device => return Err(self.alignment_fault(address, AccessKind::Write)),
            Ok(translation) => translation.write,
            Err(fault) => return Err(self.abort(address, AccessKind::Write, fault)),
        };
        // The fault is of this address, not of the block's.
        if !writable && let Err(fault) = self.translate(address, AccessKind::Write, mode) {
            return Err(self.abort(address, AccessKind::Write, fault));
        }
        match tag {
            Some(tag) => self.store_tags(mode, base, (1 << bits) / GRANULE, |_| tag)?,
            None => self.probe_write(base, 1 << bits, Tags::Checked)?,
        }
        for offset in (0..1u64 << bits).step_by(16) {
            self.store(base + offset, 0u128, Tags::Unchecked)?;
        }
        Ok(())
    }

    /// Somebody else (a debugger, semihosting) wrote physical memory for this stopped PE, inside one page: what was decoded from
    /// there is dropped, on every PE.
    pub fn note_foreign_store(&mut self, address: u64, size: u64) {
        if self.memory.note_store(address, size) {
            self.code_written(address & !0xfff);
        }
    }

    /// A store (or IC IVAU) hit a page that holds decoded code: everybody drops it.
    pub(crate) fn code_written(&mut self, page: u64) {
        self.stale_code.push(Some(page));
        self.signal.set(crate::cpu::Attention::FlushCode);
        self.broadcast_stale(page);
    }

    fn broadcast_stale(&mut self, page: u64) {
        self.signal.set(crate::cpu::Attention::FlushCode);
        let own = self.signal.clone();
        for peer in self.peers.list().iter().filter(|peer| !std::sync::Arc::ptr_eq(peer, &own)) {
            peer.add_stale_page(page);
        }
    }
}
