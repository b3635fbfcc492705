//! The probe's misuse of ioctls, repeated through the raw entry point and compared by the recorded names.
//! What needs a running guest, a register of the GIC or an eventfd is not here.

use std::collections::BTreeMap;

use kvm::abi::MemoryRegion;
use kvm::errno::{EFAULT, EINVAL, Errno};
use kvm::ioctl::{KvmFile, UserSpace, ioctl};
use kvm::{Kvm, VmFd};

use crate::exceptions::over_all;
use crate::real::kvm_of;

const BASE: u64 = 0x10000;
const SIZE: usize = 0x10000;
/// Addresses that the probe uses as bad pointers.
pub const BAD: u64 = 8;
const KERNEL: u64 = 0xffff_8000_0000_0000;

/// A program with 64 KiB of memory and a table of open files.
struct Program {
    memory: Vec<u8>,
    files: Vec<KvmFile>,
}

impl Program {
    fn range(&self, address: u64, size: usize) -> Result<std::ops::Range<usize>, Errno> {
        let start = usize::try_from(address.checked_sub(BASE).ok_or(EFAULT)?).map_err(|_| EFAULT)?;
        let end = start.checked_add(size).filter(|&end| end <= SIZE).ok_or(EFAULT)?;
        Ok(start..end)
    }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        let range = self.range(address, out.len())?;
        out.copy_from_slice(&self.memory[range]);
        Ok(())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        let range = self.range(address, data.len())?;
        self.memory[range].copy_from_slice(data);
        Ok(())
    }

    fn install(&mut self, file: KvmFile) -> Result<i32, Errno> {
        self.files.push(file);
        i32::try_from(self.files.len() - 1).map_err(|_| EINVAL)
    }

    fn set_memory_region(&mut self, _: &VmFd, _: &MemoryRegion) -> Result<(), Errno> {
        Err(EINVAL)
    }
}

const GET_ONE_REG: u32 = 0x4010_aeab;
const SET_ONE_REG: u32 = 0x4010_aeac;
const GET_REG_LIST: u32 = 0xc008_aeb0;
const VCPU_INIT: u32 = 0x4020_aeae;
const GET_MP_STATE: u32 = 0x8004_ae98;
const SET_MP_STATE: u32 = 0x4004_ae99;
const FINALIZE: u32 = 0x4004_aec2;
const GET_EVENTS: u32 = 0x8040_ae9f;
const SET_EVENTS: u32 = 0x4040_aea0;
pub const RUN: u32 = 0xae80;
pub const SET_ATTR: u32 = 0x4018_aee1;
pub const GET_ATTR: u32 = 0x4018_aee2;
pub const HAS_ATTR: u32 = 0x4018_aee3;
pub const IRQ_LINE: u32 = 0x4008_ae61;

const CORE: u64 = 0x6030_0000_0010_0000;
const PC: u64 = CORE + 64;
const PSTATE: u64 = CORE + 66;
const PFR0: u64 = 0x6030_0000_0013_c020;
const VLS: u64 = 0x6060_0000_0015_ffff;
/// The structure and the data that it points to.
pub const ARGUMENT: u64 = BASE + 0x100;
pub const DATA: u64 = BASE + 0x1000;

/// A probe in progress: a program, and what it printed.
pub struct Probe {
    program: Program,
    pub printed: BTreeMap<String, String>,
}

impl Probe {
    pub fn new(kvm: &Kvm) -> Probe {
        Probe { program: Program { memory: vec![0; SIZE], files: vec![KvmFile::System(kvm.clone())] }, printed: BTreeMap::new() }
    }

    pub fn call(&mut self, fd: usize, request: u32, argument: u64) -> i64 {
        let file = self.program.files[fd].clone();
        ioctl(&file, request, argument, &mut self.program).unwrap_or_else(|errno| -i64::from(errno.0))
    }

    /// With a structure of 64-bit words.
    pub fn with(&mut self, fd: usize, request: u32, words: &[u64]) -> i64 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).chain([0; 600]).collect();
        self.program.copy_out(ARGUMENT, &bytes).expect("in range");
        self.call(fd, request, ARGUMENT)
    }

    pub fn word(&mut self, address: u64, size: usize) -> u64 {
        let mut bytes = [0; 8];
        self.program.copy_in(address, &mut bytes[..size]).expect("in range");
        u64::from_le_bytes(bytes)
    }

    pub fn print(&mut self, name: &str, result: i64) {
        self.printed.insert(name.into(), result.to_string());
    }

    pub fn print_hex(&mut self, name: &str, value: u64) {
        self.printed.insert(name.into(), format!("{value:#x}"));
    }

    pub fn create(&mut self) -> (usize, usize) {
        let vm = self.call(0, 0xae01, 0) as usize;
        (vm, self.call(vm, 0xae41, 0) as usize)
    }

    pub fn init(&mut self, vcpu: usize, vm: usize, features: u64) -> i64 {
        self.call(vm, 0x8020_aeaf, DATA);
        let target = self.word(DATA, 4);
        self.with(vcpu, VCPU_INIT, &[target | features << 32])
    }

    pub fn get(&mut self, vcpu: usize, id: u64) -> i64 {
        self.with(vcpu, GET_ONE_REG, &[id, DATA])
    }

    fn set(&mut self, vcpu: usize, id: u64, value: u64) -> i64 {
        self.program.copy_out(DATA, &[0; 512]).expect("in range");
        self.program.copy_out(DATA, &value.to_le_bytes()).expect("in range");
        self.with(vcpu, SET_ONE_REG, &[id, DATA])
    }

    pub fn attribute(&mut self, fd: usize, request: u32, group: u64, attr: u64, value: u64) -> i64 {
        self.program.copy_out(DATA, &value.to_le_bytes()).expect("in range");
        self.with(fd, request, &[group << 32, attr, DATA])
    }
}

fn before_init(probe: &mut Probe, vcpu: usize) {
    let rows = [
        ("KVM_RUN", probe.call(vcpu, RUN, 0)),
        ("GET_ONE_REG_pc", probe.get(vcpu, PC)),
        ("SET_ONE_REG_pc", probe.set(vcpu, PC, 0)),
        ("GET_REG_LIST_n0", probe.with(vcpu, GET_REG_LIST, &[0])),
        ("GET_MP_STATE", probe.call(vcpu, GET_MP_STATE, DATA)),
        ("SET_MP_STATE_0", probe.with(vcpu, SET_MP_STATE, &[0])),
        ("FINALIZE_SVE", probe.with(vcpu, FINALIZE, &[4])),
        ("HAS_ATTR_pmu_init", probe.attribute(vcpu, HAS_ATTR, 0, 1, 0)),
        ("SET_ATTR_pmu_init", probe.attribute(vcpu, SET_ATTR, 0, 1, 0)),
        ("HAS_ATTR_vtimer_irq", probe.attribute(vcpu, HAS_ATTR, 1, 0, 0)),
        ("SET_ATTR_vtimer_irq27", probe.attribute(vcpu, SET_ATTR, 1, 0, 27)),
        ("GET_ATTR_vtimer_irq", probe.attribute(vcpu, GET_ATTR, 1, 0, 0)),
    ];
    for (name, result) in rows {
        probe.print(&format!("pre_init.{name}"), result);
    }
    let irq = probe.word(DATA, 4);
    probe.print("pre_init.vtimer_irq", irq as i64);
    let badptr = probe.call(vcpu, VCPU_INIT, BAD);
    probe.print("init.badptr", badptr);
}

fn registers(probe: &mut Probe, vcpu: usize) {
    let rows = [
        ("get_badptr8", probe.with(vcpu, GET_ONE_REG, &[PC, BAD])),
        ("set_badptr8", probe.with(vcpu, SET_ONE_REG, &[PC, BAD])),
        ("get_badptr8_sys", probe.with(vcpu, GET_ONE_REG, &[PFR0, BAD])),
        ("set_badptr8_sys", probe.with(vcpu, SET_ONE_REG, &[PFR0, BAD])),
        ("get_kaddr", probe.with(vcpu, GET_ONE_REG, &[PC, KERNEL])),
        ("get_badstruct", probe.call(vcpu, GET_ONE_REG, BAD)),
        ("get_badptr_unknownid", probe.with(vcpu, GET_ONE_REG, &[0x6030_0000_0013_ffff, BAD])),
        ("get_unaligned_ptr", probe.with(vcpu, GET_ONE_REG, &[PC, DATA + 3])),
        ("set_pstate_el0t", probe.set(vcpu, PSTATE, 0)),
        ("set_pstate_el1h", probe.set(vcpu, PSTATE, 0x3c5)),
        ("set_pstate_el2h", probe.set(vcpu, PSTATE, 0x3c9)),
        ("set_pstate_el2t", probe.set(vcpu, PSTATE, 0x3c8)),
        ("set_pstate_el3h", probe.set(vcpu, PSTATE, 0x3cd)),
        ("set_pstate_mode2", probe.set(vcpu, PSTATE, 0x3c2)),
        ("set_pstate_a32usr", probe.set(vcpu, PSTATE, 0x1d0)),
        ("set_pstate_a32svc", probe.set(vcpu, PSTATE, 0x1d3)),
        ("set_pstate_junkhi", probe.set(vcpu, PSTATE, 0xffff_ffff_0000_03c5)),
    ];
    for (name, result) in rows {
        probe.print(&format!("reg.{name}"), result);
    }
    probe.get(vcpu, PSTATE);
    let pstate = probe.word(DATA, 8);
    probe.print_hex("reg.pstate_after_junkhi", pstate);
    probe.set(vcpu, PSTATE, 0x3c5);
    let timer = 0x6030_0000_0013_df19;
    let set = probe.set(vcpu, timer, 0xff);
    probe.print("reg.set_cntv_ctl_ff", set);
    probe.get(vcpu, timer);
    let control = probe.word(DATA, 8);
    probe.print_hex("reg.cntv_ctl_after_ff", control);
    probe.set(vcpu, timer, 0);
    let short = probe.with(vcpu, GET_REG_LIST, &[1]);
    probe.print("reglist.n1", short);
    let needed = probe.word(ARGUMENT, 8);
    probe.print("reglist.n1.n", needed as i64);
    let bad = probe.call(vcpu, GET_REG_LIST, BAD);
    probe.print("reglist.badptr", bad);
    let roomy = probe.with(vcpu, GET_REG_LIST, &[needed + 5]);
    probe.print("reglist.n+5", roomy);
}

fn odd_requests(probe: &mut Probe, vm: usize, vcpu: usize) {
    let rows = [
        ("kvm_unknown", 0, 0xaefe, 0),
        ("vm_unknown", vm, 0xaefe, 0),
        ("vcpu_unknown", vcpu, 0xaefe, 0),
        ("vcpu_wrongtype", vcpu, 0x5801, 0),
        ("kvm_TCGETS", 0, 0x5401, DATA),
        ("GET_API_VERSION_arg1", 0, 0xae00, 1),
        ("GET_VCPU_MMAP_SIZE_arg1", 0, 0xae04, 1),
        ("vm_GET_API_VERSION", vm, 0xae00, 0),
        ("vcpu_GET_REGS", vcpu, 0x8360_ae81, DATA),
        ("vcpu_TRANSLATE", vcpu, 0xc018_ae85, DATA),
        ("vcpu_KVM_RUN_arg1", vcpu, RUN, 1),
        ("vm_on_vcpu_CREATE_VCPU", vcpu, 0xae41, 3),
        ("run_on_vm", vm, RUN, 0),
        ("kvm_PREFERRED_TARGET", 0, 0x8020_aeaf, DATA),
        ("vm_PREFERRED_TARGET_badptr", vm, 0x8020_aeaf, BAD),
    ];
    for (name, fd, request, argument) in rows {
        let result = probe.call(fd, request, argument);
        probe.print(&format!("ioc.{name}"), result);
    }
    let garbage = probe.with(vm, GET_ONE_REG, &[u64::MAX, 0]);
    probe.print("ioc.vcpu_on_vm_GET_ONE_REG", garbage);
}

fn events_and_states(probe: &mut Probe, vm: usize, vcpu: usize) {
    let rows = [
        ("get", probe.call(vcpu, GET_EVENTS, DATA)),
        ("set_reserved", probe.with(vcpu, SET_EVENTS, &[0, 0, 1])),
        ("set_pad", probe.with(vcpu, SET_EVENTS, &[1 << 24])),
        ("set_hasesr_only", probe.with(vcpu, SET_EVENTS, &[1 << 8])),
        ("set_badesr", probe.with(vcpu, SET_EVENTS, &[1 << 8 | 1, 1 << 30])),
    ];
    for (name, result) in rows {
        probe.print(&format!("ev.{name}"), result);
    }
    for state in 0..12 {
        let result = probe.with(vcpu, SET_MP_STATE, &[state]);
        probe.print(&format!("mp.set_{state}"), result);
    }
    probe.call(vcpu, GET_MP_STATE, DATA);
    let state = probe.word(DATA, 4);
    probe.print("mp.after_all", state as i64);
    for feature in 0..9 {
        let result = probe.with(vcpu, FINALIZE, &[feature]);
        probe.print(&format!("finalize.{feature}_nosve"), result);
    }
    for (name, irq) in
        [("cpu_num2", 2), ("cpu_vcpu1", 1 << 16), ("type3", 3 << 24), ("spi_novgic", 1 << 24 | 32), ("ppi_novgic", 2 << 24 | 20)]
    {
        let result = probe.with(vm, IRQ_LINE, &[irq | 1 << 32]);
        probe.print(&format!("irqline.{name}"), result);
    }
    let flags = probe.with(vm, 0x4068_aea3, &[177 | 1 << 32]);
    probe.print("encap.flags1", flags);
    for group in 0..5 {
        for attr in 0..8 {
            let result = probe.attribute(vcpu, HAS_ATTR, group, attr, 0);
            probe.print(&format!("vcpuattr.has_{group}_{attr}"), result);
        }
    }
    for attr in 0..4 {
        let result = probe.attribute(vm, HAS_ATTR, 0, attr, 0);
        probe.print(&format!("vmattr.has_0_{attr}"), result);
    }
}

fn scalable_vectors(probe: &mut Probe) {
    const Z0: u64 = 0x6080_0000_0015_0000;
    let (vm, vcpu) = probe.create();
    if probe.init(vcpu, vm, 0x14) != 0 {
        return;
    }
    probe.get(vcpu, VLS);
    let lengths = probe.word(DATA, 8);
    let rows = [
        ("reglist_unfinalized", probe.with(vcpu, GET_REG_LIST, &[0])),
        ("run_unfinalized", probe.call(vcpu, RUN, 0)),
        ("get_z0_unfinalized", probe.get(vcpu, Z0)),
        ("get_x0_unfinalized", probe.get(vcpu, CORE)),
        ("get_vls_unfinalized", probe.get(vcpu, VLS)),
        ("set_vls_0", probe.set(vcpu, VLS, 0)),
        ("set_vls_only128", probe.set(vcpu, VLS, 1)),
        ("set_vls_only256", probe.set(vcpu, VLS, 2)),
        ("set_vls_bit16", probe.set(vcpu, VLS, 0x1_0001)),
        ("set_vls_same", probe.set(vcpu, VLS, lengths)),
        ("finalize", probe.with(vcpu, FINALIZE, &[4])),
        ("finalize_again", probe.with(vcpu, FINALIZE, &[4])),
        ("set_vls_after", probe.set(vcpu, VLS, lengths)),
        ("get_vls_after", probe.get(vcpu, VLS)),
        ("get_z0", probe.get(vcpu, Z0)),
        ("get_z0_slice1", probe.get(vcpu, Z0 + 1)),
        ("get_core_v0", probe.get(vcpu, 0x6040_0000_0010_0054)),
        ("reinit_after_finalize", probe.init(vcpu, vm, 0x14)),
        ("reinit_other", probe.init(vcpu, vm, 4)),
    ];
    for (name, result) in rows {
        probe.print(&format!("sve.{name}"), result);
    }
    probe.print_hex("sve.vls", lengths);
}

fn pmu(probe: &mut Probe) {
    let (vm, vcpu) = probe.create();
    if probe.init(vcpu, vm, 0xc) != 0 {
        return;
    }
    for attr in 0..6 {
        let result = probe.attribute(vcpu, HAS_ATTR, 0, attr, 0);
        probe.print(&format!("pmu.has_{attr}"), result);
    }
    let rows = [
        ("run_uninit", probe.call(vcpu, RUN, 0)),
        ("irq23_novgic", probe.attribute(vcpu, SET_ATTR, 0, 0, 23)),
        ("init_novgic", probe.attribute(vcpu, SET_ATTR, 0, 1, 0)),
        ("init_again", probe.attribute(vcpu, SET_ATTR, 0, 1, 0)),
    ];
    for (name, result) in rows {
        probe.print(&format!("pmu.{name}"), result);
    }
    let (vm, vcpu) = probe.create();
    probe.init(vcpu, vm, 0xc);
    let rows = [
        ("filter_ok", probe.attribute(vcpu, SET_ATTR, 0, 2, 4 << 16)),
        ("filter_action2", probe.attribute(vcpu, SET_ATTR, 0, 2, 4 << 16 | 2 << 32)),
        ("set_pmu_-5", probe.attribute(vcpu, SET_ATTR, 0, 3, 0xffff_fffb)),
        ("set_nr_counters_2", probe.attribute(vcpu, SET_ATTR, 0, 4, 2)),
        ("set_nr_counters_99", probe.attribute(vcpu, SET_ATTR, 0, 4, 99)),
    ];
    for (name, result) in rows {
        probe.print(&format!("pmu.{name}"), result);
    }
}

fn answers(kvm: &Kvm) -> BTreeMap<String, String> {
    let mut probe = Probe::new(kvm);
    let (vm, vcpu) = probe.create();
    before_init(&mut probe, vcpu);
    assert_eq!(probe.init(vcpu, vm, 4), 0);
    registers(&mut probe, vcpu);
    odd_requests(&mut probe, vm, vcpu);
    events_and_states(&mut probe, vm, vcpu);
    scalable_vectors(&mut probe);
    pmu(&mut probe);
    for (name, kind) in
        (0..70).map(|bits| (format!("type_{bits}"), bits)).chain([("type_0x100".into(), 0x100), ("type_1<<32".into(), 1 << 32)])
    {
        let result = probe.call(0, 0xae01, kind).min(0);
        probe.print(&format!("create_vm.{name}"), result);
    }
    probe.printed
}

#[test]
fn misuse() {
    over_all(16, |recording, verdict| {
        let rows = recording.rows("ERR");
        let Some(kvm) = kvm_of(recording).filter(|_| rows.len() > 100) else { return };
        let ours = answers(&kvm);
        let asked: Vec<_> = rows.iter().filter_map(|row| Some((row, ours.get(row[0])?))).collect();
        assert!(asked.len() >= 200, "{}: only {} recorded rows are asked", recording.name, asked.len());
        for (row, answer) in asked {
            verdict.compare(&format_args!("ERR {}", row[0]), row[1], answer);
        }
    });
}
