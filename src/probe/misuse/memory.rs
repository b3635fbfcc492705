//! Memory slots, dirty logs, guest_memfd, ioeventfds and coalesced MMIO zones.

use super::super::machine::{Machine, Probe, RAM};
use super::super::program::BUFFER;
use super::super::request as r;
use super::{BAD, KERNEL};

/// A page.
const PAGE: u64 = 0x1000;
/// The slots' host memory.
const HOST_SIZE: usize = 0x40_0000;

/// A case: slot, flags, guest address, size, and where in the host memory.
struct SlotCase(&'static str, u64, u64, u64, u64, Backing);

#[derive(Clone, Copy)]
enum Backing {
    /// In the program's memory, at this offset.
    In(u64),
    /// At this address, whatever is there.
    At(u64),
}

/// First the slots of RAM, then page-sized ones elsewhere.
fn slot_cases() -> Vec<SlotCase> {
    use Backing::{At, In};
    let (ram_size, spare) = (0x20_0000, 0x6000_0000);
    let page = |name, slot, flags, guest| SlotCase(name, slot, flags, guest, PAGE, In(0));
    vec![
        SlotCase("ok", 0, 0, RAM, ram_size, In(0)),
        SlotCase("again_identical", 0, 0, RAM, ram_size, In(0)),
        SlotCase("resize_existing", 0, 0, RAM, 0x10_0000, In(0)),
        SlotCase("change_hva", 0, 0, RAM, ram_size, In(PAGE)),
        page("overlap_other_id", 1, 0, RAM + PAGE),
        SlotCase("overlap_front", 1, 0, RAM - PAGE, 2 * PAGE, In(0)),
        page("adjacent", 1, 0, RAM + ram_size),
        page("misaligned_gpa", 2, 0, spare + 0x800),
        SlotCase("misaligned_size", 2, 0, spare, 0x1800, In(0)),
        SlotCase("misaligned_hva", 2, 0, spare, PAGE, In(8)),
        SlotCase("delete_nonexist", 9, 0, spare, 0, In(0)),
        SlotCase("delete", 1, 0, 0, 0, At(0)),
        page("unknown_flag", 2, 1 << 31, spare),
        page("flag_bit2_guestmemfd", 2, 4, spare),
        page("flag_log", 2, 1, spare),
        page("flag_ro_toggle", 2, 2, spare),
        page("flag_log_off", 2, 0, spare),
        page("ro", 3, 2, 0x6100_0000),
        page("id_32767", 32767, 0, 0x6200_0000),
        page("id_32764", 32764, 0, 0x6210_0000),
        page("id_32763", 32763, 0, 0x6220_0000),
        page("id_508", 508, 0, 0x6230_0000),
        page("asid1", 0x1_0000, 0, 0x6300_0000),
    ]
}

/// The same, after the number of slots.
fn limit_cases() -> Vec<SlotCase> {
    use Backing::{At, In};
    let page = |name, slot, guest| SlotCase(name, slot, 0, guest, PAGE, In(0));
    let at = |name, slot, guest, address| SlotCase(name, slot, 0, guest, PAGE, At(address));
    vec![
        page("gpa_beyond_40", 5, 1 << 40),
        SlotCase("gpa_cross_40", 5, 0, (1 << 40) - PAGE, 2 * PAGE, In(0)),
        page("gpa_last_40", 5, (1 << 40) - PAGE),
        page("gpa_huge", 6, 1 << 60),
        SlotCase("gpa_wrap", 6, 0, !0xfff, 2 * PAGE, In(0)),
        at("hva_kernel", 6, 0x6400_0000, KERNEL),
        at("hva_unmapped", 6, 0x6400_0000, PAGE),
        at("hva_null", 7, 0x6500_0000, 0),
        SlotCase("size_toobig", 8, 0, 0x1_0000_0000, 0x800_0000_0000, In(0)),
    ]
}

impl Probe {
    /// The VM stays, for what needs one with slots.
    pub(super) fn memory_slots(&mut self) -> Machine {
        let machine = self.open();
        let vm = machine.vm;
        let host = self.program.map(HOST_SIZE, 0);
        let ask = |probe: &mut Probe, SlotCase(name, slot, flags, guest, size, backing): SlotCase| {
            let address = match backing {
                Backing::In(offset) => host + offset,
                Backing::At(address) => address,
            };
            let result = probe.slot(vm, slot, flags, guest, size, address);
            probe.err(format_args!("slot.{name}"), result);
        };
        slot_cases().into_iter().for_each(|case| ask(self, case));
        let slots = self.capability(10);
        self.err("slot.nrslots(cap10)", slots);
        limit_cases().into_iter().for_each(|case| ask(self, case));
        let result = self.ioctl(vm, r::SET_USER_MEMORY_REGION, BAD);
        self.err("slot.badptr", result);
        self.dirty_logs(vm, host);
        self.newer_slots(vm, host);
        self.program.unmap(host);
        machine
    }

    fn dirty_logs(&mut self, vm: i64, host: u64) {
        for (name, slot) in [("noflag", 0), ("noslot", 77), ("slotrange", 40000)] {
            let result = self.with(vm, r::GET_DIRTY_LOG, &[slot, BUFFER]);
            self.err(format_args!("dirty.{name}"), result);
        }
        self.slot(vm, 2, 1, 0x6000_0000, PAGE, host);
        let result = self.with(vm, r::GET_DIRTY_LOG, &[2, BUFFER]);
        self.err("dirty.ok", result);
        // Slot, pages, first page, bitmap.
        let result = self.with(vm, r::CLEAR_DIRTY_LOG, &[2 | 1 << 32, 0, BUFFER]);
        self.err("dirty.clear_nocap", result);
    }

    /// KVM_SET_USER_MEMORY_REGION2 and KVM_CREATE_GUEST_MEMFD.
    fn newer_slots(&mut self, vm: i64, host: u64) {
        let result = self.with(vm, r::SET_USER_MEMORY_REGION2, &[11, 0x6600_0000, PAGE, host]);
        self.err("slot2.ok", result);
        let result = self.with(vm, r::SET_USER_MEMORY_REGION2, &[12 | 4 << 32, 0x6700_0000, PAGE, host, 0, 0xffff_ffff]);
        self.err("slot2.gmem_badfd", result);
        let result = self.with(vm, r::CREATE_GUEST_MEMFD, &[PAGE]);
        self.program.close(result);
        self.err("gmem.create", result.min(0));
        let result = self.with(vm, r::CREATE_GUEST_MEMFD, &[PAGE + 1]);
        self.err("gmem.create_unaligned", result);
        let result = self.with(vm, r::CREATE_GUEST_MEMFD, &[PAGE, 1]);
        self.program.close(result);
        self.err("gmem.create_flag1", result.min(0));
    }

    pub(super) fn eventfds(&mut self, machine: &Machine) {
        let vm = machine.vm;
        let event = u64::from(self.program.eventfd() as u32);
        // Length and flags; the descriptor is good but for the last.
        let cases = [
            ("ok4", 4, event, 0),
            ("dup", 4, event, 0),
            ("len3", 3, event, 0),
            ("len0", 0, event, 0),
            ("deassign", 4, event, 4),
            ("deassign_again", 4, event, 4),
            ("pio", 4, event, 2),
            ("badflag", 4, event, 0x100),
            ("badfd", 4, 0xffff_ffff, 0),
        ];
        for (name, length, fd, flags) in cases {
            // datamatch, addr, len and fd, flags
            let result = self.with(vm, r::IOEVENTFD, &[0, 0x1000, length | fd << 32, flags]);
            self.err(format_args!("ioeventfd.{name}"), result);
        }
        // Address, size, port I/O.
        for (name, request, pio) in
            [("reg", r::REGISTER_COALESCED_MMIO, 0), ("unreg", r::UNREGISTER_COALESCED_MMIO, 0), ("reg_pio", r::REGISTER_COALESCED_MMIO, 1)]
        {
            let result = self.with(vm, request, &[0x2000, 0x1000 | pio << 32]);
            self.err(format_args!("coalesced.{name}"), result);
        }
    }
}
