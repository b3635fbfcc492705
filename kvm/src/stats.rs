//! Binary statistics (virt/kvm/binary_stats.c): the file that KVM_GET_STATS_FD gives, with a header, the owner's name, a
//! description of each number, and the numbers as they were when the vCPU last left the guest for long: for user space, or to
//! sleep. Counts nothing itself.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use rustix::fs::MemfdFlags;

use crate::errno::{EIO, Errno};

/// KVM_STATS_NAME_SIZE.
const NAME: usize = 48;
const HEADER: usize = 24;
/// `struct kvm_stats_desc` without its name.
const DESCRIPTION: usize = 16;
/// HALT_POLL_HIST_COUNT.
pub(crate) const BUCKETS: usize = 32;

/// What a number is: type, unit and exponent (KVM_STATS_TYPE_, KVM_STATS_UNIT_).
#[derive(Clone, Copy, Debug)]
enum Kind {
    Counter,
    /// Nanoseconds.
    Time,
    /// Nanoseconds, in powers of two.
    Histogram,
    /// True or false now.
    State,
}

impl Kind {
    fn flags(self) -> u32 {
        const SECONDS: u32 = 2 << 4;
        match self {
            Kind::Counter => 0,
            Kind::Time => SECONDS,
            Kind::Histogram => 4 | SECONDS,
            Kind::State => 1 | 4 << 4,
        }
    }

    fn exponent(self) -> i16 {
        if matches!(self, Kind::Time | Kind::Histogram) { -9 } else { 0 }
    }

    fn count(self) -> usize {
        if matches!(self, Kind::Histogram) { BUCKETS } else { 1 }
    }
}

/// Of a VM.
const VM: [(&str, Kind); 2] = [("remote_tlb_flush", Kind::Counter), ("remote_tlb_flush_requests", Kind::Counter)];

/// Of a vCPU.
const VCPU: [(&str, Kind); 18] = [
    ("halt_successful_poll", Kind::Counter),
    ("halt_attempted_poll", Kind::Counter),
    ("halt_poll_invalid", Kind::Counter),
    ("halt_wakeup", Kind::Counter),
    ("halt_poll_success_ns", Kind::Time),
    ("halt_poll_fail_ns", Kind::Time),
    ("halt_wait_ns", Kind::Time),
    ("halt_poll_success_hist", Kind::Histogram),
    ("halt_poll_fail_hist", Kind::Histogram),
    ("halt_wait_hist", Kind::Histogram),
    ("blocking", Kind::State),
    ("hvc_exit_stat", Kind::Counter),
    ("wfe_exit_stat", Kind::Counter),
    ("wfi_exit_stat", Kind::Counter),
    ("mmio_exit_user", Kind::Counter),
    ("mmio_exit_kernel", Kind::Counter),
    ("signal_exits", Kind::Counter),
    ("exits", Kind::Counter),
];

/// A file of statistics.
#[derive(Debug)]
pub(crate) struct Statistics {
    file: File,
    rows: &'static [(&'static str, Kind)],
}

impl Statistics {
    pub fn of_vm() -> Result<Statistics, Errno> {
        Statistics::new(&VM, &format!("kvm-{}", std::process::id()))
    }

    pub fn of_vcpu(id: u64) -> Result<Statistics, Errno> {
        Statistics::new(&VCPU, &format!("kvm-{}/vcpu-{id}", std::process::id()))
    }

    fn new(rows: &'static [(&'static str, Kind)], owner: &str) -> Result<Statistics, Errno> {
        let host = |error: rustix::io::Errno| Errno(error.raw_os_error());
        let file = File::from(rustix::fs::memfd_create("kvm-stats", MemfdFlags::CLOEXEC).map_err(host)?);
        let statistics = Statistics { file, rows };
        let descriptions = HEADER + NAME;
        let data = descriptions + rows.len() * (DESCRIPTION + NAME);
        let mut bytes = Vec::new();
        for word in [0, NAME, rows.len(), HEADER, descriptions, data] {
            bytes.extend_from_slice(&(word as u32).to_le_bytes());
        }
        push_name(&mut bytes, owner);
        let mut offset = 0;
        for (name, kind) in rows {
            bytes.extend_from_slice(&kind.flags().to_le_bytes());
            bytes.extend_from_slice(&kind.exponent().to_le_bytes());
            bytes.extend_from_slice(&(kind.count() as u16).to_le_bytes());
            bytes.extend_from_slice(&(offset as u32).to_le_bytes());
            bytes.extend_from_slice(&0u32.to_le_bytes());
            push_name(&mut bytes, name);
            offset += 8 * kind.count();
        }
        bytes.resize(bytes.len() + offset, 0);
        statistics.file.write_all_at(&bytes, 0).map_err(|_| EIO)?;
        Ok(statistics)
    }

    /// The file for a program, which may read it alone.
    ///
    /// # Errors
    /// EMFILE and the like.
    pub fn open(&self) -> Result<Arc<File>, Errno> {
        let again = File::open(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        again.map(Arc::new).map_err(|error| Errno(error.raw_os_error().unwrap_or(EIO.0)))
    }

    /// Writes numbers by name: one, or those of a histogram.
    pub fn update(&self, values: &[(&str, &[u64])]) {
        let data = HEADER + NAME + self.rows.len() * (DESCRIPTION + NAME);
        let mut offset = data;
        for (name, kind) in self.rows {
            if let Some((_, numbers)) = values.iter().find(|(other, _)| other == name) {
                let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
                // A file in memory takes what fits into it.
                let _ = self.file.write_all_at(&bytes, offset as u64);
            }
            offset += 8 * kind.count();
        }
    }
}

fn push_name(bytes: &mut Vec<u8>, name: &str) {
    let end = bytes.len() + NAME;
    bytes.extend_from_slice(name.as_bytes());
    bytes.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(bytes: &[u8], at: usize, size: usize) -> u64 {
        bytes[at..at + size].iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
    }

    #[test]
    fn the_file_describes_itself() {
        let statistics = Statistics::of_vcpu(7).expect("a file");
        statistics.update(&[("exits", &[5]), ("halt_wait_ns", &[9])]);
        let bytes = std::io::Read::bytes(&*statistics.open().expect("opens")).collect::<Result<Vec<u8>, _>>().expect("reads");
        let [names, count, id, descriptions, data] = [4, 8, 12, 16, 20].map(|at| word(&bytes, at, 4) as usize);
        assert_eq!((names, count, id, descriptions), (NAME, VCPU.len(), 24, 72));
        assert!(bytes[id..].starts_with(format!("kvm-{}/vcpu-7\0", std::process::id()).as_bytes()));
        let mut end = 0;
        for index in 0..count {
            let at = descriptions + index * 64;
            assert_eq!(word(&bytes, at + 8, 4) as usize, end);
            end += 8 * word(&bytes, at + 6, 2) as usize;
        }
        assert_eq!(bytes.len(), data + end);
        // Behind three histograms.
        assert_eq!((word(&bytes, data + 48, 8), word(&bytes, data + end - 8, 8)), (9, 5));
        assert_eq!(data + end - 8, data + 56 + 3 * 8 * BUCKETS + 8 * 7);
    }
}
