//! KVM_GET_ONE_REG and KVM_SET_ONE_REG of ids that name nothing, with bad pointers and refused values; KVM_GET_REG_LIST.

use super::super::machine::{CORE, Machine, PC, PFR0, PSTATE, Probe, sysreg};
use super::super::nibbles::FIRMWARE;
use super::super::postrun::BITMAPS;
use super::super::program::{ARGUMENT, BUFFER, LIST};
use super::super::request as r;
use super::{BAD, KERNEL};

const UNDEFINED: u64 = sysreg(3, 0, 0, 3, 3);
const RESERVED: u64 = sysreg(3, 0, 0, 7, 7);
const UNKNOWN: u64 = sysreg(3, 7, 15, 15, 7);
const PFR0_32: u64 = PFR0 & !(15 << 52) | 2 << 52;
const CNTV_CTL: u64 = sysreg(3, 3, 14, 3, 1);

/// Reads whose names begin with `reg.get_`, after the ID registers.
const READS: [(&str, u64); 26] = [
    ("core_u32_pc", 0x6020_0000_0010_0040),
    ("core_u64_odd", CORE + 0x41),
    ("core_past_end", CORE + 0xd6),
    ("core_big", CORE + 0xfffe),
    ("core_fpsr_u64", CORE + 0xd4),
    ("core_fpsr_u32", 0x6020_0000_0010_00d4),
    ("core_vq0_u128", 0x6040_0000_0010_0054),
    ("core_vq0_u64", 0x6030_0000_0010_0054),
    ("x86id", 0x2030_0000_0000_0000),
    ("arm32id", 0x4020_0000_0010_0000),
    ("id0", 0),
    ("idff", u64::MAX),
    ("coproc_unknown_0x0012", 0x6030_0000_0012_0000),
    ("coproc_unknown_0x00ff", 0x6030_0000_00ff_0000),
    ("sys_upperbits", PFR0 | 1 << 32),
    ("fw_0", FIRMWARE),
    ("fw_99", FIRMWARE + 0x99),
    ("fwbmap_0", BITMAPS),
    ("fwbmap_9", BITMAPS + 9),
    ("sve_z0_nosve", 0x6080_0000_0015_0000),
    ("sve_vls_nosve", 0x6060_0000_0015_ffff),
    ("demux_0", 0x6020_0000_0011_0000),
    ("demux_15", 0x6020_0000_0011_000f),
    ("demux_16", 0x6020_0000_0011_0010),
    ("demux_id1", 0x6020_0000_0011_0100),
    ("demux_u64", 0x6030_0000_0011_0000),
];

impl Probe {
    fn err_get(&mut self, vcpu: i64, name: &str, id: u64) {
        let result = self.get(vcpu, id);
        self.err(format_args!("reg.get_{name}"), result);
    }

    fn err_set(&mut self, vcpu: i64, name: &str, id: u64, value: u64) {
        let result = self.set(vcpu, id, value);
        self.err(format_args!("reg.{name}"), result);
    }

    pub(super) fn register_ids(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        let original = self.value(vcpu, PFR0);
        self.err_set(vcpu, "set_unchanged_pfr0", PFR0, original);
        self.err_get(vcpu, "undef_3_0_0_3_3", UNDEFINED);
        let value = self.buffer();
        self.err_hex("reg.undef_3_0_0_3_3.value", value);
        self.err_set(vcpu, "set0_undef_3_0_0_3_3", UNDEFINED, 0);
        self.err_set(vcpu, "set1_undef_3_0_0_3_3", UNDEFINED, 1);
        self.program.store(BUFFER, &[0], 8);
        self.err_get(vcpu, "3_0_0_7_7", RESERVED);
        let value = self.buffer();
        self.err_hex("reg.3_0_0_7_7.value", value);
        self.err_set(vcpu, "set0_3_0_0_7_7", RESERVED, 0);
        self.err_set(vcpu, "set1_3_0_0_7_7", RESERVED, 1);
        self.err_get(vcpu, "3_0_0_8_0", sysreg(3, 0, 0, 8, 0));
        self.err_get(vcpu, "3_0_0_0_1", sysreg(3, 0, 0, 0, 1));
        self.err_get(vcpu, "unknown_sys_3_7_15_15_7", UNKNOWN);
        self.err_set(vcpu, "set_unknown_sys_3_7_15_15_7", UNKNOWN, 0);
        self.err_get(vcpu, "op0_0", sysreg(0, 0, 0, 0, 0));
        self.err_get(vcpu, "op0_1", sysreg(1, 0, 0, 0, 0));
        self.err_get(vcpu, "sys_u32", PFR0_32);
        self.err_get(vcpu, "sys_u128", PFR0 & !(15 << 52) | 4 << 52);
        self.err_set(vcpu, "set_sys_u32", PFR0_32, original);
        for (name, id) in READS {
            self.err_get(vcpu, name, id);
        }
        self.bad_pointers(vcpu);
    }

    fn bad_pointers(&mut self, vcpu: i64) {
        let cases = [
            ("get_badptr8", r::GET_ONE_REG, PC, BAD),
            ("set_badptr8", r::SET_ONE_REG, PC, BAD),
            ("get_badptr8_sys", r::GET_ONE_REG, PFR0, BAD),
            ("set_badptr8_sys", r::SET_ONE_REG, PFR0, BAD),
            ("get_kaddr", r::GET_ONE_REG, PC, KERNEL),
        ];
        for (name, request, id, address) in cases {
            let result = self.with(vcpu, request, &[id, address]);
            self.err(format_args!("reg.{name}"), result);
        }
        let result = self.ioctl(vcpu, r::GET_ONE_REG, BAD);
        self.err("reg.get_badstruct", result);
        let result = self.with(vcpu, r::GET_ONE_REG, &[UNKNOWN, BAD]);
        self.err("reg.get_badptr_unknownid", result);
        let result = self.with(vcpu, r::GET_ONE_REG, &[PC, BUFFER + 3]);
        self.err("reg.get_unaligned_ptr", result);
    }

    pub(super) fn register_values(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        let states = [
            ("el0t", 0),
            ("el1h", 0x3c5),
            ("el2h", 0x3c9),
            ("el2t", 0x3c8),
            ("el3h", 0x3cd),
            ("mode2", 0x3c2),
            ("a32usr", 0x1d0),
            ("a32svc", 0x1d3),
            ("junkhi", 0xffff_ffff_0000_03c5),
        ];
        for (name, value) in states {
            self.err_set(vcpu, &format!("set_pstate_{name}"), PSTATE, value);
        }
        let state = self.value(vcpu, PSTATE);
        self.err_hex("reg.pstate_after_junkhi", state);
        self.set(vcpu, PSTATE, 0x3c5);
        self.err_set(vcpu, "set_cntvct_tmrcnt", sysreg(3, 3, 14, 3, 2), 0);
        self.err_get(vcpu, "cntvct", sysreg(3, 3, 14, 3, 2));
        self.err_get(vcpu, "cntv_ctl", CNTV_CTL);
        self.err_set(vcpu, "set_cntv_ctl_ff", CNTV_CTL, 0xff);
        let control = self.value(vcpu, CNTV_CTL);
        self.err_hex("reg.cntv_ctl_after_ff", control);
        self.set(vcpu, CNTV_CTL, 0);
        self.err_get(vcpu, "cntvoff", sysreg(3, 4, 14, 0, 3));
        self.err_get(vcpu, "cntpct_3_3_14_0_1", sysreg(3, 3, 14, 0, 1));
        self.err_set(vcpu, "set_cntpct_0", sysreg(3, 3, 14, 0, 1), 0);
        self.err_get(vcpu, "cntp_ctl", sysreg(3, 3, 14, 2, 1));
        self.err_get(vcpu, "cntfrq", sysreg(3, 3, 14, 0, 0));
        self.err_get(vcpu, "midr_el1", sysreg(3, 0, 0, 0, 0));
    }

    pub(super) fn firmware_values(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        for (name, version) in
            [("0", 0), ("1", 1), ("2", 2), ("1.0", 0x1_0000), ("1.1", 0x1_0001), ("1.2", 0x1_0002), ("1.3", 0x1_0003), ("1.4", 0x1_0004)]
        {
            self.err_set(vcpu, &format!("set_fw0_psci_{name}"), FIRMWARE, version);
        }
        for number in 0..4 {
            let (id, name) = (BITMAPS + number, format!("fwbmap{number}"));
            let value = self.value(vcpu, id);
            self.err_hex(&format!("reg.{name}.value"), value);
            for bit in 0..6 {
                self.err_set(vcpu, &format!("{name}.set_bit{bit}"), id, 1 << bit);
            }
            self.err_set(vcpu, &format!("{name}.set0"), id, 0);
            self.err_set(vcpu, &format!("{name}.restore"), id, value);
        }
    }

    pub(super) fn misuse_of_list(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        let result = self.with(vcpu, r::GET_REG_LIST, &[1]);
        self.err("reglist.n1", result);
        let count = self.program.load(ARGUMENT, 8);
        self.err("reglist.n1.n", count as i64);
        let result = self.ioctl(vcpu, r::GET_REG_LIST, BAD);
        self.err("reglist.badptr", result);
        let count = self.reg_list(vcpu).len() as u64;
        for (name, room) in [("n-1", count.wrapping_sub(1)), ("n+5", count + 5)] {
            self.program.store(LIST, &[room], 8);
            let result = self.ioctl(vcpu, r::GET_REG_LIST, LIST);
            self.err(format_args!("reglist.{name}"), result);
            let now = self.program.load(LIST, 8);
            self.err(format_args!("reglist.{name}.n"), now.wrapping_sub(count) as i64);
        }
    }
}
