//! What only a GICv2 has: software-generated interrupts with senders, target masks, and the
//! memory-mapped CPU interface, which KVM lets guests reach directly (`GICV_*`, IHI 0048 chapter 5).
//!
//! Not here: the rules behind the CPU interface (`cpuif`), and `GICH_*`, which no guest sees.

use super::config::PRIVATE_IRQS;
use super::core::{Core, bits};
use super::cpuif::SPURIOUS;
use super::mmio::Access;

/// IAR without AckCtl when group 1 is pending.
const GROUP1_PENDING: u32 = 1022;

impl Core {
    /// Changes the sender sets of some SGIs.
    pub fn sources_of(&mut self, vcpu: usize, sgis: u32, f: impl Fn(&mut u8)) {
        if let Some(v) = self.state.vcpus.get_mut(vcpu) {
            for sgi in bits(sgis & 0xffff) {
                f(&mut v.sgi_source[sgi as usize % 16]);
            }
        }
    }

    pub fn read_targets(&self, a: Access) -> u32 {
        let byte = |intid: u32| match intid.checked_sub(PRIVATE_IRQS) {
            None => 1u8 << (a.vcpu % 8),
            Some(spi) => self.state.targets.get(spi as usize).copied().unwrap_or(0),
        };
        let count = u32::from(a.size);
        (0..count).rev().fold(0, |word, i| word << 8 | u32::from(byte(a.intid() + i)))
    }

    /// Private interrupts have fixed targets; CPUs that do not exist cannot be chosen.
    pub fn write_targets(&mut self, a: Access, word: u32) {
        let Some(first) = a.intid().checked_sub(PRIVATE_IRQS) else {
            return;
        };
        let cpus = (0xffu16 >> (8 - self.state.vcpus.len().min(8))) as u8;
        let bytes = word.to_le_bytes().into_iter().take(usize::from(a.size));
        for (spi, byte) in (first as usize..).zip(bytes) {
            if let Some(slot) = self.state.targets.get_mut(spi) {
                *slot = byte & cpus;
                self.reroute(spi);
            }
        }
    }

    /// A vCPU as the sender of an SGI. KVM takes its id there, which need not be its position.
    pub fn sgi_sender(&self, vcpu: usize) -> u8 {
        self.state.vcpus.get(vcpu).map_or(0, |v| 1u32.wrapping_shl(v.number.into()) as u8)
    }

    /// `vgic_mmio_write_sgir`: targets are positions, but for "self" and "all but self".
    pub fn write_sgir(&mut self, sender: usize, word: u32) {
        let (sgi, list) = (word & 0xf, word >> 16 & 0xff);
        let own = u32::from(self.sgi_sender(sender));
        let targets = match word >> 24 & 3 {
            0 => list,
            1 => !own,
            2 => own,
            _ => return,
        };
        for vcpu in 0..self.state.vcpus.len().min(8) {
            if targets >> vcpu & 1 != 0 {
                self.sources_of(vcpu, 1 << sgi, |s| *s |= own as u8);
                self.change(vcpu, 0, 1 << sgi, |b| b.latch |= 1 << sgi);
            }
        }
    }

    pub fn read_sgi_sources(&self, a: Access) -> u32 {
        let first = (a.offset & 0xf) as usize;
        let Some(v) = self.state.vcpus.get(a.vcpu) else {
            return 0;
        };
        let sources = v.sgi_source.iter().skip(first).take(usize::from(a.size));
        sources.rev().fold(0, |word, &s| word << 8 | u32::from(s))
    }

    pub fn write_sgi_sources(&mut self, a: Access, word: u32, set: bool) {
        let first = a.offset & 0xf;
        let bytes = word.to_le_bytes().into_iter().take(usize::from(a.size));
        for (sgi, byte) in (first..16).zip(bytes) {
            let mut waiting = 0;
            if let Some(v) = self.state.vcpus.get_mut(a.vcpu) {
                let slot = &mut v.sgi_source[sgi as usize % 16];
                *slot = if set { *slot | byte } else { *slot & !byte };
                waiting = *slot;
            }
            let bit = 1u32 << sgi;
            self.change(a.vcpu, 0, bit, |b| {
                b.latch = b.latch & !bit | if waiting != 0 { bit } else { 0 };
            });
        }
    }

    /// A guest's read of its CPU interface; words only.
    pub fn cpuif_read(&mut self, vcpu: usize, offset: u64, size: u8) -> u32 {
        let host = self.config.host;
        let Some(v) = self.state.vcpus.get(vcpu) else {
            return 0;
        };
        if size != 4 || !self.is_v2() {
            return 0;
        }
        let cpu = &v.cpu;
        match offset {
            0x00 => self.gicc_ctlr(vcpu),
            0x04 => u32::from(cpu.mask(&host)),
            0x08 => u32::from(cpu.binary_point0(&host)),
            0x0c => self.gicc_iar(vcpu),
            0x14 => u32::from(cpu.running_priority(&host)),
            0x18 => self.gicc_hppir(vcpu),
            0x1c => u32::from(cpu.binary_point1(&host)),
            0x20 => self.gicc_aiar(vcpu),
            0x28 => self.gicc_ahppir(vcpu),
            0xd0..=0xdc => apr_index(offset).and_then(|n| cpu.ap1.get(n)).map_or(0, |&w| w),
            0xfc => self.config.gicv_iidr,
            _ => 0,
        }
    }

    /// A guest's write of its CPU interface; words only.
    pub fn cpuif_write(&mut self, vcpu: usize, offset: u64, size: u8, word: u32) {
        if size != 4 || !self.is_v2() {
            return;
        }
        self.dirty.insert(vcpu);
        let (intid, source) = (word & 0x3ff, (word >> 10 & 7) as u8);
        match offset {
            // Either group is accepted: which one EOIR may end without AckCtl is UNPREDICTABLE.
            0x10 | 0x24 => self.end_of_interrupt(vcpu, intid, None),
            0x1000 => self.deactivate_by_register(vcpu, intid, source),
            _ => self.cpuif_set(vcpu, offset, word),
        }
    }

    fn cpuif_set(&mut self, vcpu: usize, offset: u64, word: u32) {
        let apr_words = apr_words(self.config.host.preemption_bits);
        let Some(v) = self.state.vcpus.get_mut(vcpu) else {
            return;
        };
        let cpu = &mut v.cpu;
        match offset {
            0x00 => {
                cpu.group0 = word & 1 != 0;
                cpu.group1 = word & 2 != 0;
                cpu.ack_ctl = word & 4 != 0;
                cpu.fiq_enable = word & 8 != 0;
                cpu.cbpr = word & 0x10 != 0;
                cpu.eoi_split = word & 0x200 != 0;
            }
            0x04 => cpu.pmr = word as u8,
            0x08 => cpu.bpr0 = word as u8 & 7,
            0x1c => cpu.bpr1 = word as u8 & 7,
            0xd0..=0xdc => {
                let slot = apr_index(offset).filter(|&n| n < apr_words);
                if let Some(slot) = slot.and_then(|n| cpu.ap1.get_mut(n)) {
                    *slot = word;
                }
            }
            _ => {}
        }
    }

    pub fn gicc_ctlr(&self, vcpu: usize) -> u32 {
        let Some(v) = self.state.vcpus.get(vcpu) else {
            return 0;
        };
        let c = &v.cpu;
        u32::from(c.group0)
            | u32::from(c.group1) << 1
            | u32::from(c.ack_ctl) << 2
            | u32::from(c.fiq_enable) << 3
            | u32::from(c.cbpr) << 4
            | u32::from(c.eoi_split) << 9
    }

    fn ack_ctl(&self, vcpu: usize) -> bool {
        self.state.vcpus.get(vcpu).is_some_and(|v| v.cpu.ack_ctl)
    }

    fn gicc_iar(&mut self, vcpu: usize) -> u32 {
        match self.signalled(vcpu) {
            None => SPURIOUS,
            Some(c) if c.group1 && !self.ack_ctl(vcpu) => GROUP1_PENDING,
            Some(c) => self.acknowledge(vcpu, c),
        }
    }

    fn gicc_aiar(&mut self, vcpu: usize) -> u32 {
        match self.signalled(vcpu).filter(|c| c.group1) {
            None => SPURIOUS,
            Some(c) => self.acknowledge(vcpu, c),
        }
    }

    fn gicc_hppir(&self, vcpu: usize) -> u32 {
        match self.highest(vcpu) {
            None => SPURIOUS,
            Some(c) if c.group1 && !self.ack_ctl(vcpu) => GROUP1_PENDING,
            Some(c) => c.intid | self.next_sender(vcpu, c.intid) << 10,
        }
    }

    fn gicc_ahppir(&self, vcpu: usize) -> u32 {
        match self.highest(vcpu).filter(|c| c.group1) {
            None => SPURIOUS,
            Some(c) => c.intid | self.next_sender(vcpu, c.intid) << 10,
        }
    }

    fn next_sender(&self, vcpu: usize, intid: u32) -> u32 {
        let v = self.state.vcpus.get(vcpu);
        v.and_then(|v| v.sgi_source.get(intid as usize)).map_or(0, |s| s.trailing_zeros() & 7)
    }

    /// `KVM_DEV_ARM_VGIC_GRP_CPU_REGS`, in KVM's own layout: PMR is `GICH_VMCR.VMPriMask`, five bits
    /// at bit 0, and the binary points are as stored.
    pub fn user_cpuif_read(&self, vcpu: usize, offset: u64) -> Option<u32> {
        let cpu = &self.state.vcpus.get(vcpu)?.cpu;
        Some(match offset {
            0x00 => self.gicc_ctlr(vcpu),
            0x04 => u32::from(cpu.pmr >> 3),
            0x08 => u32::from(cpu.bpr0),
            0x1c => u32::from(cpu.bpr1),
            0xd0..=0xdc => *cpu.ap1.get(apr_index(offset)?)?,
            0xfc => 0x4b << 20 | 2 << 16 | 0x43b,
            _ => return None,
        })
    }

    pub fn user_cpuif_write(&mut self, vcpu: usize, offset: u64, word: u32) {
        self.dirty.insert(vcpu);
        match offset {
            0x04 => self.cpuif_set(vcpu, offset, word << 3),
            _ => self.cpuif_set(vcpu, offset, word),
        }
    }
}

fn apr_index(offset: u64) -> Option<usize> {
    let bytes = usize::try_from(offset).ok()?.checked_sub(0xd0)?;
    bytes.is_multiple_of(4).then_some(bytes / 4)
}

/// Words of active priorities: one for each 32 preemption levels.
pub fn apr_words(preemption_bits: u8) -> usize {
    1 << preemption_bits.saturating_sub(5)
}
