//! Code of slots that are deleted or moved: what a guest executes afterwards is what is there then. Compares with no recording.

use std::sync::Arc;

use emu::engine::{EngineKind, JitLevel};
use kvm::abi::MemoryRegion;
use kvm::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use vm_memory::MmapRegion;

use crate::program::{DEVICE, RAM, str};
use crate::waiting::NOP;

const SIZE: usize = 0x20_0000;
const ROUNDS: u64 = 1000;

/// ADD X0, X0, #step; SUBS X1, X1, #1; B.NE to the first; and X0 to the device. In front of it what is stepped over after an MMIO exit.
fn program(step: u32) -> Vec<u8> {
    [NOP, 0x9100_0000 | step << 10, 0xf100_0421, 0x54ff_ffc1, str(0, 20, 0)].into_iter().flat_map(u32::to_le_bytes).collect()
}

fn memory() -> Arc<MmapRegion> {
    Arc::new(MmapRegion::new(SIZE).expect("memory"))
}

/// What the program at an address reports.
fn reported(vcpu: &VcpuFd, at: u64) -> u64 {
    for (register, value) in [(core_regs::PC, at), (core_regs::x(0), 0), (core_regs::x(1), ROUNDS), (core_regs::x(20), DEVICE)] {
        vcpu.set_reg_u64(register, value).expect("a core register");
    }
    match vcpu.run() {
        Ok(VcpuExit::MmioWrite { data, .. }) => data,
        other => panic!("{other:?}"),
    }
}

fn delete(vm: &VmFd, _: &Arc<MmapRegion>) {
    let region = MemoryRegion { slot: 0, flags: 0, guest_phys_addr: RAM, memory_size: 0, userspace_addr: 0 };
    vm.set_owned_memory_region(&region, None).expect("deleted");
}

fn moved(memory: &Arc<MmapRegion>) -> MemoryRegion {
    let userspace_addr = memory.as_ptr().expose_provenance() as u64;
    MemoryRegion { slot: 0, flags: 0, guest_phys_addr: RAM + SIZE as u64, memory_size: SIZE as u64, userspace_addr }
}

fn move_up(vm: &VmFd, memory: &Arc<MmapRegion>) {
    vm.set_owned_memory_region(&moved(memory), Some(memory.clone())).expect("moved");
}

fn move_unmapped(vm: &VmFd, memory: &Arc<MmapRegion>) {
    vm.set_owned_memory_region(&moved(memory), None).expect("moved");
}

#[test]
fn other_memory_in_a_slots_place_has_other_code() {
    let engines = [EngineKind::Interpreter, EngineKind::Jit(JitLevel::Calls), EngineKind::Jit(JitLevel::default())];
    for engine in engines {
        let changes = [("delete", delete as fn(&VmFd, &Arc<MmapRegion>)), ("move", move_up), ("move, unmapped", move_unmapped)];
        for (what, change) in changes {
            let vm = Kvm::new(Host { engine, ..Host::new("max", "6.12").expect("known") }).create_vm().expect("a VM");
            let first = memory();
            vm.add_memory(0, RAM, first.clone()).expect("a slot");
            vm.memory().write_bytes(RAM, &program(1)).expect("RAM");
            let vcpu = vm.create_vcpu(0).expect("a vCPU");
            vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
            assert_eq!(reported(&vcpu, RAM), ROUNDS);
            change(&vm, &first);
            vm.add_memory(1, RAM, memory()).expect("a slot");
            vm.memory().write_bytes(RAM, &program(2)).expect("RAM");
            assert_eq!(reported(&vcpu, RAM), 2 * ROUNDS, "{engine:?}, {what}");
        }
    }
}
