//! The GICv3 system registers: `ICC_*_EL1` as a guest has them (in truth `ICV_*`), and as
//! `KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS` shows them to user space.
//!
//! Not here: whether EL0 or a disabled `ICC_SRE_EL1` traps; that is the CPU's business.

use super::config::HostInterface;
use super::core::Core;
use super::cpuif::SPURIOUS;
use super::error::UserError;
use super::v2::apr_words;

/// `op0<<14 | op1<<11 | CRn<<7 | CRm<<3 | op2`, as in KVM's device attributes.
pub const fn encode(op0: u16, op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

/// Rows of name, CRm and op2 of the registers at 3,0,12.
macro_rules! icc {
    ($($name:ident $crm:literal $op2:literal;)*) => {
        $(
            #[doc = concat!("`ICC_", stringify!($name), "_EL1`")]
            pub const $name: u16 = encode(3, 0, 12, $crm, $op2);
        )*
        /// Every register of this file by name, for scripts and traces.
        pub static NAMES: &[(&str, u16)] = &[("PMR", PMR), $((stringify!($name), $name)),*];
    };
}

/// `ICC_PMR_EL1`
pub const PMR: u16 = encode(3, 0, 4, 6, 0);
icc! {
    IAR0 8 0; EOIR0 8 1; HPPIR0 8 2; BPR0 8 3;
    AP0R0 8 4; AP0R1 8 5; AP0R2 8 6; AP0R3 8 7;
    AP1R0 9 0; AP1R1 9 1; AP1R2 9 2; AP1R3 9 3; NMIAR1 9 5;
    DIR 11 1; RPR 11 3; SGI1R 11 5; ASGI1R 11 6; SGI0R 11 7;
    IAR1 12 0; EOIR1 12 1; HPPIR1 12 2; BPR1 12 3;
    CTLR 12 4; SRE 12 5; IGRPEN0 12 6; IGRPEN1 12 7;
}

/// SRE, DFB and DIB: no GICv2 compatibility, no bypass.
const SRE_VALUE: u64 = 7;

impl Core {
    /// MRS; `None` is UNDEF.
    pub fn sysreg_read(&mut self, vcpu: usize, reg: u16) -> Option<u64> {
        if self.is_v2() {
            return None;
        }
        let host = self.config.host;
        let words = apr_words(host.preemption_bits);
        let cpu = &self.state.vcpus.get(vcpu)?.cpu;
        Some(u64::from(match reg {
            PMR => u32::from(cpu.mask(&host)),
            IAR0 => self.take(vcpu, false),
            IAR1 => self.take(vcpu, true),
            HPPIR0 => self.peek(vcpu, false),
            HPPIR1 => self.peek(vcpu, true),
            BPR0 => u32::from(cpu.binary_point0(&host)),
            BPR1 if cpu.cbpr => u32::from(cpu.binary_point0(&host) + 1).min(7),
            BPR1 => u32::from(cpu.binary_point1(&host)),
            RPR => u32::from(cpu.running_priority(&host)),
            CTLR => ctlr(&host, host.priority_bits, host.id_bits) | ctlr_modes(cpu.cbpr, cpu.eoi_split),
            SRE => return Some(SRE_VALUE),
            IGRPEN0 => u32::from(cpu.group0),
            IGRPEN1 => u32::from(cpu.group1),
            // No NMI is ever pending.
            NMIAR1 if host.nmi => SPURIOUS,
            _ => {
                let (group1, n) = apr(reg)?;
                let set = if group1 { &cpu.ap1 } else { &cpu.ap0 };
                *set.get(n).filter(|_| n < words)?
            }
        }))
    }

    /// MSR; `None` is UNDEF.
    pub fn sysreg_write(&mut self, vcpu: usize, reg: u16, value: u64) -> Option<()> {
        if self.is_v2() {
            return None;
        }
        let host = self.config.host;
        let words = apr_words(host.preemption_bits);
        let cpu = &mut self.state.vcpus.get_mut(vcpu)?.cpu;
        let (intid, small) = (value as u32 & 0xff_ffff, value as u8 & 7);
        match reg {
            // The bits that hardware does not have are never set.
            PMR => {
                cpu.pmr = value as u8;
                cpu.pmr = cpu.mask(&host);
            }
            EOIR0 => self.end_of_interrupt(vcpu, intid, Some(false)),
            EOIR1 => self.end_of_interrupt(vcpu, intid, Some(true)),
            DIR => self.deactivate_by_register(vcpu, intid, 0),
            SGI1R => self.send_sgi(vcpu, value, true),
            SGI0R | ASGI1R => self.send_sgi(vcpu, value, false),
            BPR0 => cpu.bpr0 = small.max(7 - host.preemption_bits),
            BPR1 if cpu.cbpr => {}
            BPR1 => cpu.bpr1 = small.max(8 - host.preemption_bits),
            CTLR => {
                cpu.cbpr = value & 1 != 0;
                cpu.eoi_split = value & 2 != 0;
            }
            // KVM traps and ignores it.
            SRE => {}
            IGRPEN0 => cpu.group0 = value & 1 != 0,
            IGRPEN1 => cpu.group1 = value & 1 != 0,
            _ => {
                let (group1, n) = apr(reg)?;
                let set = if group1 { &mut cpu.ap1 } else { &mut cpu.ap0 };
                *set.get_mut(n).filter(|_| n < words)? = value as u32;
            }
        }
        self.dirty.insert(vcpu);
        Some(())
    }

    fn take(&mut self, vcpu: usize, group1: bool) -> u32 {
        match self.signalled(vcpu).filter(|c| c.group1 == group1) {
            Some(c) => self.acknowledge(vcpu, c),
            None => SPURIOUS,
        }
    }

    fn peek(&self, vcpu: usize, group1: bool) -> u32 {
        let best = self.highest(vcpu).filter(|c| c.group1 == group1);
        best.map_or(SPURIOUS, |c| c.intid)
    }

    /// Sends an SGI (`vgic_v3_dispatch_sgi`). With one security state SGI1R reaches either group,
    /// SGI0R and ASGI1R group 0 only. The range selector is not implemented.
    fn send_sgi(&mut self, sender: usize, value: u64, any_group: bool) {
        let sgi = (value >> 24 & 0xf) as u32;
        if value >> 40 & 1 != 0 {
            let number = self.state.vcpus.get(sender).map_or(sender, |v| usize::from(v.number));
            let spared = if self.config.broadcast_by_number { number } else { sender };
            for vcpu in (0..self.state.vcpus.len()).filter(|&v| v != spared) {
                self.raise_sgi(vcpu, sgi, any_group);
            }
            return;
        }
        let cluster = (value >> 48 & 0xff) << 32 | (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8;
        for aff0 in super::core::bits(value as u32 & 0xffff) {
            if let Some(vcpu) = self.vcpu_by_affinity(cluster | u64::from(aff0)) {
                self.raise_sgi(vcpu, sgi, any_group);
            }
        }
    }

    fn raise_sgi(&mut self, vcpu: usize, sgi: u32, any_group: bool) {
        let bit = 1u32 << sgi;
        self.change(vcpu, 0, bit, |b| {
            if any_group || b.group & bit == 0 {
                b.latch |= bit;
            }
        });
    }

    /// User-space read: values as stored, which are zero until the vCPU was first loaded.
    pub fn user_sysreg_read(&self, vcpu: usize, reg: u16) -> Result<u64, UserError> {
        let known = self.user_sysreg_known(reg);
        let v = self.state.vcpus.get(vcpu).filter(|_| known);
        let cpu = &v.ok_or(UserError::UnknownRegister)?.cpu;
        Ok(match reg {
            PMR => u64::from(cpu.pmr),
            BPR0 => u64::from(cpu.bpr0),
            BPR1 if cpu.cbpr => u64::from((cpu.bpr0 + 1).min(7)),
            BPR1 => u64::from(cpu.bpr1),
            CTLR => {
                let ids = ctlr(&self.config.host, cpu.user_priority_bits, cpu.user_id_bits);
                u64::from(ids | ctlr_modes(cpu.cbpr, cpu.eoi_split))
            }
            SRE => SRE_VALUE,
            IGRPEN0 => u64::from(cpu.group0),
            IGRPEN1 => u64::from(cpu.group1),
            _ => {
                let (group1, n) = apr(reg).ok_or(UserError::UnknownRegister)?;
                let set = if group1 { &cpu.ap1 } else { &cpu.ap0 };
                let word = set.get(n).filter(|_| n < user_apr_words(cpu.user_priority_bits));
                u64::from(*word.ok_or(UserError::InvalidValue)?)
            }
        })
    }

    /// User-space write.
    pub fn user_sysreg_write(&mut self, vcpu: usize, reg: u16, value: u64) -> Result<(), UserError> {
        let known = self.user_sysreg_known(reg);
        let host = self.config.host;
        let v = self.state.vcpus.get_mut(vcpu).filter(|_| known);
        let cpu = &mut v.ok_or(UserError::UnknownRegister)?.cpu;
        match reg {
            PMR => cpu.pmr = value as u8,
            BPR0 => cpu.bpr0 = value as u8 & 7,
            BPR1 if cpu.cbpr => {}
            BPR1 => cpu.bpr1 = value as u8 & 7,
            CTLR => {
                let (priority, id) = ((value >> 8 & 7) as u8 + 1, (value >> 11 & 7) as u8);
                let same = (value >> 14 & 1 != 0) == host.seis && (value >> 15 & 1 != 0) == host.a3v;
                if priority > cpu.user_priority_bits || id > cpu.user_id_bits || !same {
                    return Err(UserError::InvalidValue);
                }
                (cpu.user_priority_bits, cpu.user_id_bits) = (priority, id);
                cpu.cbpr = value & 1 != 0;
                cpu.eoi_split = value & 2 != 0;
            }
            SRE if value & 1 == 0 => return Err(UserError::InvalidValue),
            SRE => {}
            IGRPEN0 => cpu.group0 = value & 1 != 0,
            IGRPEN1 => cpu.group1 = value & 1 != 0,
            _ => {
                let (group1, n) = apr(reg).ok_or(UserError::UnknownRegister)?;
                let words = user_apr_words(cpu.user_priority_bits);
                let set = if group1 { &mut cpu.ap1 } else { &mut cpu.ap0 };
                let word = set.get_mut(n).filter(|_| n < words);
                *word.ok_or(UserError::InvalidValue)? = value as u32;
            }
        }
        self.dirty.insert(vcpu);
        Ok(())
    }

    /// The registers of `gic_v3_icc_reg_descs`.
    pub fn user_sysreg_known(&self, reg: u16) -> bool {
        !self.is_v2() && user_register_exists(reg)
    }

    /// What `ICH_VMCR_EL2` makes of values below its minima when a vCPU is loaded: from then on user
    /// space reads the raised ones.
    pub fn load(&mut self, vcpu: usize) {
        let host = self.config.host;
        if let Some(v) = self.state.vcpus.get_mut(vcpu) {
            v.cpu.pmr = v.cpu.mask(&host);
            v.cpu.bpr0 = v.cpu.binary_point0(&host);
            v.cpu.bpr1 = v.cpu.binary_point1(&host);
        }
    }
}

/// The registers of `gic_v3_icc_reg_descs`.
pub fn user_register_exists(reg: u16) -> bool {
    matches!(reg, PMR | BPR0 | BPR1 | CTLR | SRE | IGRPEN0 | IGRPEN1) || apr(reg).is_some()
}

/// Group (1 = true) and number of an active-priorities register.
fn apr(reg: u16) -> Option<(bool, usize)> {
    match reg {
        AP0R0..=AP0R3 => Some((false, usize::from(reg - AP0R0))),
        AP1R0..=AP1R3 => Some((true, usize::from(reg - AP1R0))),
        _ => None,
    }
}

/// KVM sizes user space's view by priority bits (`vgic_v3_max_apr_idx`).
fn user_apr_words(priority_bits: u8) -> usize {
    apr_words(priority_bits.min(7))
}

fn ctlr(host: &HostInterface, priority_bits: u8, id_bits: u8) -> u32 {
    u32::from(priority_bits.saturating_sub(1) & 7) << 8
        | u32::from(id_bits & 7) << 11
        | u32::from(host.seis) << 14
        | u32::from(host.a3v) << 15
}

fn ctlr_modes(cbpr: bool, eoi_split: bool) -> u32 {
    u32::from(cbpr) | u32::from(eoi_split) << 1
}
