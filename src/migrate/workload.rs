//! A guest to move about: its CPUs write memory, count together, use SIMD registers and are interrupted by timers, and what it
//! prints at the end depends on none of the times at which that happens. It tests no instruction.
//!
//! It prints `GO` when all CPUs work, and at the end `DONE 0x…`, the sum over what all CPUs wrote.

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{DynamicLabel, DynasmApi, DynasmError, DynasmLabelApi, VecAssembler, dynasm};
use sysregs::SysReg;

use crate::machine::fdt::GicVersion;

/// Where the image is loaded, and its entry point.
pub const LOAD_ADDRESS: u64 = 0x4008_0000;
/// Shared words: the counter of all CPUs, the sum, the CPUs that are done, and whether it is enough.
const SHARED: u32 = 0x40f0;
/// Each CPU's pages, one CPU after the other.
const PAGES: u32 = 0x4100;

type Assembler = VecAssembler<Aarch64Relocation>;

/// What the guest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// CPUs, up to 8.
    pub cpus: u32,
    /// The interrupt controller it drives.
    pub gic: GicVersion,
    /// Pages that each CPU writes.
    pub pages: u32,
    /// How often it writes them all.
    pub rounds: u32,
    /// CPUs wait for an interrupt now and then.
    pub waits: bool,
    /// They begin anew until a byte comes over the serial port.
    pub until_key: bool,
}

impl Workload {
    /// RAM that it needs.
    #[must_use]
    pub fn memory(&self) -> u64 {
        (u64::from(PAGES - 0x4000) << 16) + u64::from(self.cpus) * u64::from(self.pages) * 4096
    }

    /// What it prints at the end.
    #[must_use]
    pub fn result(&self) -> String {
        let mut sum = 0u64;
        for cpu in 0..u64::from(self.cpus) {
            // Every page of a CPU goes through the same values.
            let value = (1..=u64::from(self.rounds)).rev().fold(0u64, |value, left| value.wrapping_mul(31).wrapping_add(left + cpu));
            sum = sum.wrapping_add(value.wrapping_mul(self.pages.into()));
        }
        sum = sum.wrapping_add(u64::from(self.cpus) * u64::from(self.pages) * u64::from(self.rounds));
        format!("DONE 0x{sum:016x}")
    }

    /// Assembles it: a raw binary for [`LOAD_ADDRESS`].
    ///
    /// # Errors
    /// What the assembler reports, which would be a mistake in here.
    pub fn assemble(&self) -> Result<Vec<u8>, DynasmError> {
        let mut ops = Assembler::new(0);
        let labels = Labels { secondary: ops.new_dynamic_label(), vectors: ops.new_dynamic_label(), print: ops.new_dynamic_label() };
        self.boot(&mut ops, labels);
        self.interrupts(&mut ops);
        self.work(&mut ops);
        self.finish(&mut ops, labels);
        self.vectors(&mut ops, labels);
        ops.finalize()
    }

    /// CPU 0 starts the others by PSCI CPU_ON; all meet with their number in x28.
    fn boot(&self, ops: &mut Assembler, labels: Labels) {
        dynasm!(ops; .arch aarch64; mov x28, xzr);
        for cpu in 1..self.cpus {
            dynasm!(ops
                ; .arch aarch64
                ; movz x0, 0xc400, lsl 16
                ; movk x0, 3
                ; movz x1, cpu
                ; adr x2, =>labels.secondary
                ; movz x3, cpu
                ; hvc 0
            );
        }
        dynasm!(ops
            ; .arch aarch64
            ; b >common
            ; =>labels.secondary
            ; mov x28, x0
            ; common:
            ; movz x0, 0x30, lsl 16
            ; msr register(SysReg::CPACR_EL1), x0
            ; adr x0, =>labels.vectors
            ; msr register(SysReg::VBAR_EL1), x0
            ; isb
            ; movz x27, SHARED, lsl 16
            ; movz x24, self.pages & 0xffff
            ; movk x24, self.pages >> 16, lsl 16
            ; lsl x0, x24, 12
            ; mul x26, x0, x28
            ; movz x0, PAGES, lsl 16
            ; add x26, x26, x0
            ; movi v0.d2, 0
        );
    }

    /// The virtual timer's interrupt, 27, at this CPU.
    fn interrupts(&self, ops: &mut Assembler) {
        match self.gic {
            GicVersion::V2 => dynasm!(ops
                ; .arch aarch64
                ; movz x0, 0x0800, lsl 16
                ; movz w1, 1
                ; str w1, [x0]
                ; movz w1, 0x0800, lsl 16
                ; str w1, [x0, 0x100]
                ; movz x29, 0x0801, lsl 16
                ; movz w1, 0xff
                ; str w1, [x29, 4]
                ; movz w1, 1
                ; str w1, [x29]
            ),
            GicVersion::V3 => dynasm!(ops
                ; .arch aarch64
                ; movz x0, 0x0800, lsl 16
                ; movz w1, 0x12
                ; str w1, [x0]
                ; movz x0, 0x080a, lsl 16
                ; lsl x1, x28, 17
                ; add x0, x0, x1
                ; str wzr, [x0, 0x14]
                ; add x0, x0, 16, lsl 12
                ; movz w1, 0x0800, lsl 16
                ; str w1, [x0, 0x100]
                ; movz x1, 0xff
                ; msr register(SysReg::ICC_PMR_EL1), x1
                ; movz x1, 1
                ; msr register(SysReg::ICC_IGRPEN1_EL1), x1
            ),
        }
        dynasm!(ops
            ; .arch aarch64
            ; mrs x25, register(SysReg::CNTFRQ_EL0)
            ; lsr x25, x25, 13
            ; add x25, x25, 16
            ; msr register(SysReg::CNTV_TVAL_EL0), x25
            ; movz x0, 1
            ; msr register(SysReg::CNTV_CTL_EL0), x0
            ; isb
            ; msr daifclr, 2
        );
        // CPU 0 says that everybody has been started.
        dynasm!(ops
            ; .arch aarch64
            ; cbnz x28, >quiet
            ; movz x0, 0x0900, lsl 16
            ; movz w1, 'G' as u32
            ; str w1, [x0]
            ; movz w1, 'O' as u32
            ; str w1, [x0]
            ; movz w1, 10
            ; str w1, [x0]
            ; quiet:
        );
    }

    /// x20 rounds left, x21 pages left, x22 the page.
    fn work(&self, ops: &mut Assembler) {
        let begin = ops.new_dynamic_label();
        dynasm!(ops
            ; .arch aarch64
            ; =>begin
            ; movz x20, self.rounds & 0xffff
            ; movk x20, self.rounds >> 16, lsl 16
            ; movz x19, 31
            ; round:
            ; mov x21, x24
            ; mov x22, x26
            ; page:
            ; ldr x0, [x22]
            ; mul x0, x0, x19
            ; add x0, x0, x20
            ; add x0, x0, x28
            ; str x0, [x22]
            ; fmov d1, x0
            ; add v0.d2, v0.d2, v1.d2
            ; again:
            ; ldaxr x1, [x27]
            ; add x1, x1, 1
            ; stlxr w2, x1, [x27]
            ; cbnz w2, <again
        );
        if self.waits {
            dynasm!(ops
                ; .arch aarch64
                ; tst x21, 0x3f
                ; b.ne >busy
                ; wfi
                ; busy:
            );
        }
        dynasm!(ops
            ; .arch aarch64
            ; add x22, x22, 1, lsl 12
            ; sub x21, x21, 1
            ; cbnz x21, <page
            ; sub x20, x20, 1
            ; cbnz x20, <round
        );
        if self.until_key {
            self.begin_anew(ops, begin);
        }
    }

    /// Without a key, everything that was done is undone: pages are zero again, and the counter has what it had. CPU 0 looks at
    /// the serial port and tells the others.
    fn begin_anew(&self, ops: &mut Assembler, begin: DynamicLabel) {
        let counted = self.pages.wrapping_mul(self.rounds);
        dynasm!(ops
            ; .arch aarch64
            ; add x4, x27, 24
            ; cbnz x28, >look
            ; movz x0, 0x0900, lsl 16
            ; ldr w1, [x0, 0x18]
            ; tbnz w1, 4, >look
            ; ldr w1, [x0]
            ; movz x1, 1
            ; stlr x1, [x4]
            ; look:
            ; ldar x1, [x4]
            ; cbnz x1, >enough
            ; movz x3, counted & 0xffff
            ; movk x3, counted >> 16, lsl 16
            ; back:
            ; ldaxr x1, [x27]
            ; sub x1, x1, x3
            ; stlxr w2, x1, [x27]
            ; cbnz w2, <back
            ; mov x21, x24
            ; mov x22, x26
            ; zero:
            ; str xzr, [x22]
            ; add x22, x22, 1, lsl 12
            ; sub x21, x21, 1
            ; cbnz x21, <zero
            ; b =>begin
            ; enough:
        );
    }

    /// Everybody adds up; CPU 0 waits for all, prints and powers off.
    fn finish(&self, ops: &mut Assembler, labels: Labels) {
        dynasm!(ops
            ; .arch aarch64
            ; movz x3, 0
            ; mov x21, x24
            ; mov x22, x26
            ; sum:
            ; ldr x0, [x22]
            ; add x3, x3, x0
            ; add x22, x22, 1, lsl 12
            ; sub x21, x21, 1
            ; cbnz x21, <sum
            ; add x4, x27, 8
            ; sum_again:
            ; ldaxr x1, [x4]
            ; add x1, x1, x3
            ; stlxr w2, x1, [x4]
            ; cbnz w2, <sum_again
            ; add x4, x27, 16
            ; done_again:
            ; ldaxr x1, [x4]
            ; add x1, x1, 1
            ; stlxr w2, x1, [x4]
            ; cbnz w2, <done_again
            ; cbz x28, >wait
            // PSCI CPU_OFF.
            ; movz x0, 0x8400, lsl 16
            ; movk x0, 2
            ; hvc 0
            ; wait:
            ; yield
            ; ldar x1, [x4]
            ; cmp x1, self.cpus
            ; b.ne <wait
            ; msr register(SysReg::CNTV_CTL_EL0), xzr
            ; ldr x0, [x27]
            ; ldr x1, [x27, 8]
            ; add x0, x0, x1
            ; movz x19, 0x0900, lsl 16
        );
        for character in "DONE 0x".bytes() {
            dynasm!(ops; .arch aarch64; movz w1, u32::from(character); str w1, [x19]);
        }
        dynasm!(ops
            ; .arch aarch64
            ; bl =>labels.print
            ; movz w1, 10
            ; str w1, [x19]
            ; movz x0, 0x8400, lsl 16
            ; movk x0, 8
            ; hvc 0
            // x0 in sixteen digits.
            ; =>labels.print
            ; movz w3, 16
            ; digit:
            ; ror x0, x0, 60
            ; and w1, w0, 15
            ; cmp w1, 10
            ; movz w2, '0' as u32
            ; movz w4, 'a' as u32 - 10
            ; csel w2, w2, w4, lo
            ; add w1, w1, w2
            ; str w1, [x19]
            ; sub w3, w3, 1
            ; cbnz w3, <digit
            ; ret
        );
    }

    /// IRQs of the current EL count in x18 and set the timer again; x9 to x11 are theirs. Everything else hangs, and is noticed
    /// by that.
    fn vectors(&self, ops: &mut Assembler, labels: Labels) {
        dynasm!(ops; .arch aarch64; .align 2048; =>labels.vectors);
        for vector in 0..16 {
            if vector == 5 {
                match self.gic {
                    GicVersion::V2 => dynasm!(ops; .arch aarch64; ldr w9, [x29, 0xc]),
                    GicVersion::V3 => dynasm!(ops; .arch aarch64; mrs x9, register(SysReg::ICC_IAR1_EL1)),
                }
                dynasm!(ops; .arch aarch64; msr register(SysReg::CNTV_TVAL_EL0), x25; add x18, x18, 1);
                match self.gic {
                    GicVersion::V2 => dynasm!(ops; .arch aarch64; str w9, [x29, 0x10]),
                    GicVersion::V3 => dynasm!(ops; .arch aarch64; msr register(SysReg::ICC_EOIR1_EL1), x9),
                }
                dynasm!(ops; .arch aarch64; eret);
            } else {
                dynasm!(ops; .arch aarch64; b 0);
            }
            dynasm!(ops; .arch aarch64; .align 128);
        }
    }
}

#[derive(Clone, Copy)]
struct Labels {
    secondary: DynamicLabel,
    vectors: DynamicLabel,
    print: DynamicLabel,
}

fn register(register: SysReg) -> u32 {
    u32::from(register.encoding().0 & 0x7fff)
}
