//! Runs of small elements, as the Advanced SIMD structure loads and stores move them: alignment is that of the element, and
//! nothing is stored unless everything may be. Does not interleave.

use super::raw;
use super::tag_check::Tags;
use super::{AccessKind, TlbMode};
use crate::cpu::{Cpu, Stop};

impl Cpu {
    /// Loads `out.len()` bytes (at most a page) made of elements of `element` bytes.
    pub fn load_elements(&mut self, address: u64, element: u64, out: &mut [u8], tags: Tags) -> Result<(), Stop> {
        let mode = self.tlb.mode();
        let here = self.first_part(mode, address, element, out.len(), AccessKind::Read)?;
        let low = self.host_page(mode, address, AccessKind::Read)?;
        let length = out.len() as u64;
        let (first, second) = out.split_at_mut(here);
        if second.is_empty() {
            self.check_data_access(mode, address, length, AccessKind::Read, tags)?;
        } else {
            let high = self.host_page(mode, next_page(address), AccessKind::Read)?;
            self.check_data_access(mode, address, length, AccessKind::Read, tags)?;
            raw::copy_out(high, second);
        }
        raw::copy_out(low.add(address & 0xfff), first);
        self.order_elements(element, out);
        Ok(())
    }

    /// Stores the bytes of `data` (at most a page) made of elements of `element` bytes; leaves them in memory's order.
    pub fn store_elements(&mut self, address: u64, element: u64, data: &mut [u8], tags: Tags) -> Result<(), Stop> {
        let mode = self.tlb.mode();
        let here = self.first_part(mode, address, element, data.len(), AccessKind::Write)?;
        let low = self.host_page(mode, address, AccessKind::Write)?;
        self.order_elements(element, data);
        let (first, second) = data.split_at(here);
        if second.is_empty() {
            self.check_data_access(mode, address, data.len() as u64, AccessKind::Write, tags)?;
        } else {
            let high = self.host_page(mode, next_page(address), AccessKind::Write)?;
            self.check_data_access(mode, address, data.len() as u64, AccessKind::Write, tags)?;
            raw::copy_in(high, second);
        }
        raw::copy_in(low.add(address & 0xfff), first);
        self.after_crossing_store(mode, address, data.len() as u64);
        Ok(())
    }

    /// Loads bytes that lie in one page, with the permissions of `mode`.
    pub fn load_part(&mut self, mode: TlbMode, address: u64, out: &mut [u8]) -> Result<(), Stop> {
        let page = self.host_page(mode, address, AccessKind::Read)?;
        self.check_data_access(mode, address, out.len() as u64, AccessKind::Read, Tags::Checked)?;
        raw::copy_out(page.add(address & 0xfff), out);
        Ok(())
    }

    /// Stores bytes that lie in one page, with the permissions of `mode`.
    pub fn store_part(&mut self, mode: TlbMode, address: u64, data: &[u8], tags: Tags) -> Result<(), Stop> {
        let page = self.host_page(mode, address, AccessKind::Write)?;
        self.check_data_access(mode, address, data.len() as u64, AccessKind::Write, tags)?;
        raw::copy_in(page.add(address & 0xfff), data);
        self.after_store(mode, address, data.len() as u64);
        Ok(())
    }

    /// Checks alignment, and tells how many of `len` bytes are in the page of `address`.
    fn first_part(&mut self, mode: TlbMode, address: u64, element: u64, len: usize, kind: AccessKind) -> Result<usize, Stop> {
        self.check_alignment(mode, address, element, kind)?;
        Ok(len.min(0x1000 - (address & 0xfff) as usize))
    }
}

fn next_page(address: u64) -> u64 {
    (address | 0xfff).wrapping_add(1)
}
