//! The CPU interface's rules, the same for GICv2 and GICv3: masks, priority grouping, preemption,
//! acknowledge, priority drop, deactivation. IHI 0069 chapter 4 and its virtual interface (ICV_*).
//!
//! Not here: register encodings. Where the architecture is UNPREDICTABLE each function says what we do.

use super::config::{HostInterface, PRIVATE_IRQS};
use super::core::{Candidate, Core};
use super::lpi::FIRST_LPI;
use super::state::CpuInterface;

/// `ICC_RPR_EL1` when nothing is active, and the priority that preempts nothing.
pub const IDLE_PRIORITY: u8 = 0xff;
/// No interrupt.
pub const SPURIOUS: u32 = 1023;

impl CpuInterface {
    /// Binary point of group 0 as hardware has it.
    pub fn binary_point0(&self, host: &HostInterface) -> u8 {
        (self.bpr0 & 7).max(7 - host.preemption_bits)
    }

    /// Binary point of group 1 as hardware has it, CBPR apart.
    pub fn binary_point1(&self, host: &HostInterface) -> u8 {
        (self.bpr1 & 7).max(8 - host.preemption_bits)
    }

    /// Priority mask: unimplemented low bits read as zero.
    pub fn mask(&self, host: &HostInterface) -> u8 {
        self.pmr & (0xffu16 << (8 - host.priority_bits)) as u8
    }

    /// Mask of the priority bits that preempt (VPriorityGroup in IHI 0069).
    fn group_mask(&self, host: &HostInterface, group1: bool) -> u8 {
        let shift = if group1 && !self.cbpr { self.binary_point1(host) } else { self.binary_point0(host) + 1 };
        (0xff00u16 >> (8 - shift)) as u8
    }

    /// Whether a pending interrupt preempts what runs. The subpriority bits of neither count: otherwise
    /// a coarse binary point in one group would let it interrupt more urgent work of the other.
    fn preempts(&self, host: &HostInterface, c: Candidate) -> bool {
        let running = self.running_priority(host);
        let mask = self.group_mask(host, c.group1);
        running == IDLE_PRIORITY || c.priority & mask < running & mask
    }

    /// Highest active priority of either group.
    pub fn running_priority(&self, host: &HostInterface) -> u8 {
        let active = self.ap0.iter().zip(&self.ap1).map(|(a, b)| a | b);
        match first_bit(active) {
            Some((word, bit)) => ((word as u32 * 32 + bit) << (8 - host.preemption_bits)) as u8,
            None => IDLE_PRIORITY,
        }
    }

    fn activate(&mut self, host: &HostInterface, c: Candidate, v2: bool) {
        let level = (c.priority & self.group_mask(host, c.group1)) >> (8 - host.preemption_bits);
        let set = if c.group1 || v2 { &mut self.ap1 } else { &mut self.ap0 };
        if let Some(word) = set.get_mut(usize::from(level / 32)) {
            *word |= 1 << (level % 32);
        }
    }

    /// Clears the highest active priority; false if there was none. Of two equal ones group 1's.
    fn drop_priority(&mut self) -> bool {
        let first0 = first_bit(self.ap0.iter().copied());
        let first1 = first_bit(self.ap1.iter().copied());
        let (set, (word, bit)) = match (first0, first1) {
            (Some(a), Some(b)) if a < b => (&mut self.ap0, a),
            (Some(a), None) => (&mut self.ap0, a),
            (_, Some(b)) => (&mut self.ap1, b),
            (None, None) => return false,
        };
        if let Some(word) = set.get_mut(word) {
            *word &= !(1 << bit);
        }
        true
    }
}

fn first_bit(words: impl Iterator<Item = u32>) -> Option<(usize, u32)> {
    words.enumerate().find(|&(_, word)| word != 0).map(|(index, word)| (index, word.trailing_zeros()))
}

impl Core {
    /// The interrupt that the CPU interface signals now, if any: the highest pending one, above the
    /// mask, preempting what runs.
    pub fn signalled(&self, vcpu: usize) -> Option<Candidate> {
        let c = self.highest(vcpu)?;
        let cpu = &self.state.vcpus.get(vcpu)?.cpu;
        let host = &self.config.host;
        (c.priority < cpu.mask(host) && cpu.preempts(host, c)).then_some(c)
    }

    /// Output lines as bits: 1 = IRQ, 2 = FIQ.
    pub fn output(&self, vcpu: usize) -> u8 {
        let Some(c) = self.signalled(vcpu) else {
            return 0;
        };
        let fiq_enable = self.state.vcpus.get(vcpu).is_some_and(|v| v.cpu.fiq_enable);
        if !c.group1 && (fiq_enable || !self.is_v2()) { 2 } else { 1 }
    }

    /// Acknowledges a signalled interrupt and returns its IAR value (GICv2 SGIs carry their sender).
    pub fn acknowledge(&mut self, vcpu: usize, c: Candidate) -> u32 {
        let (v2, host) = (self.is_v2(), self.config.host);
        let bit = 1u32 << (c.intid % 32);
        let mut source = 0;
        if let Some(v) = self.state.vcpus.get_mut(vcpu) {
            v.cpu.activate(&host, c, v2);
        }
        if c.intid >= FIRST_LPI {
            self.change_lpi(c.intid, |lpi| lpi.pending = false);
            self.dirty.insert(vcpu);
            return c.intid;
        }
        let more = if v2 && c.intid < 16 { self.take_sgi_source(vcpu, c.intid as usize, &mut source) } else { false };
        self.change(vcpu, (c.intid / 32) as usize, bit, |b| {
            b.active |= bit;
            // The latch of a level goes with its deactivation only (vgic_v3_fold_lr_state).
            if b.edge & bit != 0 && !more {
                b.latch &= !bit;
            }
        });
        if let Some(spi) = c.intid.checked_sub(PRIVATE_IRQS)
            && let Some(owner) = self.state.active_on.get_mut(spi as usize)
        {
            *owner = u16::try_from(vcpu).ok();
        }
        // The running priority changed even if the bank is routed elsewhere by now.
        self.dirty.insert(vcpu);
        c.intid | u32::from(source) << 10
    }

    /// The lowest-numbered sender is served first; true if others wait.
    fn take_sgi_source(&mut self, vcpu: usize, sgi: usize, source: &mut u8) -> bool {
        let Some(v) = self.state.vcpus.get_mut(vcpu) else {
            return false;
        };
        let (Some(waiting), Some(active)) = (v.sgi_source.get_mut(sgi), v.sgi_active_source.get_mut(sgi)) else {
            return false;
        };
        *source = (waiting.trailing_zeros() & 7) as u8;
        *waiting &= !(1 << *source);
        *active = *source;
        *waiting != 0
    }

    /// End of interrupt: priority drop, and deactivation unless EOI is split. An INTID that is not
    /// active here, or of the other group on a GICv3, only drops the priority, as a list register
    /// that does not match; a priority changed meanwhile does not hinder deactivation.
    pub fn end_of_interrupt(&mut self, vcpu: usize, intid: u32, group1: Option<bool>) {
        if (1020..=SPURIOUS).contains(&intid) {
            return;
        }
        let Some(v) = self.state.vcpus.get_mut(vcpu) else {
            return;
        };
        let dropped = v.cpu.drop_priority();
        let split = v.cpu.eoi_split;
        self.dirty.insert(vcpu);
        if !dropped || split || intid >= FIRST_LPI || !self.active_here(vcpu, intid) {
            return;
        }
        let bit = 1u32 << (intid % 32);
        let group = self.bank(vcpu, (intid / 32) as usize).map(|b| b.group & bit != 0);
        if group1.is_none() || group1 == group {
            self.deactivate(vcpu, intid);
        }
    }

    /// `DIR`: only with split EOI; another vCPU's SPI too unless the kernel is too old for it. A
    /// GICv2 SGI must name the sender it was acknowledged with.
    pub fn deactivate_by_register(&mut self, vcpu: usize, intid: u32, source: u8) {
        let Some(v) = self.state.vcpus.get(vcpu) else {
            return;
        };
        if !v.cpu.eoi_split || intid >= self.config.nr_irqs {
            return;
        }
        let v2_sgi = self.is_v2() && intid < 16;
        if v2_sgi && v.sgi_active_source.get(intid as usize) != Some(&source) {
            return;
        }
        let remote = self.config.remote_deactivation && intid >= PRIVATE_IRQS;
        if remote || self.active_here(vcpu, intid) {
            self.deactivate(vcpu, intid);
        }
    }

    fn active_here(&self, vcpu: usize, intid: u32) -> bool {
        let bit = 1u32 << (intid % 32);
        let active = self.bank(vcpu, (intid / 32) as usize).is_some_and(|b| b.active & bit != 0);
        let owner = match intid.checked_sub(PRIVATE_IRQS) {
            None => true,
            Some(spi) => {
                let owner = self.state.active_on.get(spi as usize).copied().flatten();
                owner.map(usize::from) == Some(vcpu)
            }
        };
        active && owner
    }

    fn deactivate(&mut self, vcpu: usize, intid: u32) {
        let bit = 1u32 << (intid % 32);
        let mut level = false;
        self.change(vcpu, (intid / 32) as usize, bit, |b| {
            level = b.active & !b.edge & bit != 0;
            b.active &= !bit;
            // KVM forgets the software-pending state of a level when its list register empties.
            b.latch &= b.edge | !bit;
        });
        if level && intid >= PRIVATE_IRQS {
            self.deactivated = Some((vcpu, intid));
        }
    }
}
