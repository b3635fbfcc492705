//! The guests of EXIT rows. Each ends with a report of X0. X0 and X2 are fixed, X18 points into RAM, X19 is unbacked, X20 is the device.

use super::super::code::{ISB, LOOP, mov, mrs, msr, str};
use super::super::machine::{PMU, SVE, sysreg};
use super::Setup;

/// A guest and how it is run.
pub struct Case {
    pub name: &'static str,
    /// Besides PSCI.
    pub features: u64,
    pub gic: bool,
    pub steps: usize,
    pub setup: Setup,
    pub code: Vec<u32>,
}

fn case(name: &'static str, steps: usize, setup: Setup, code: &[u32]) -> Case {
    let code = code.iter().copied().chain([str(0, 20, 0), LOOP]).collect();
    Case { name, features: 0, gic: false, steps, setup, code }
}

const X19: u32 = 19 << 5;
const X20: u32 = 20 << 5;
const LDP: u32 = 0xa940_0000 | X19 | 2 << 10;
const STP: u32 = 0xa900_0000 | X19 | 2 << 10;
const LDR: u32 = 0xf940_0000 | X19;
const STR: u32 = 0xf900_0000 | X19;
const BR: u32 = 0xd61f_0000 | X19;
const NOP: u32 = 0xd503_201f;
const WFI: u32 = 0xd503_207f;
/// MSR DAIFClr of A, I and F.
const UNMASK_A: u32 = 0xd503_44ff;
const UNMASK_I: u32 = 0xd503_42ff;
const UNMASK_F: u32 = 0xd503_41ff;
const HVC: u32 = 0xd400_0002;
const SMC: u32 = 0xd400_0003;
const BRK_5: u32 = 0xd420_0000 | 5 << 5;
const RDVL: u32 = 0x04bf_5020;
const CPACR: u64 = sysreg(3, 0, 1, 0, 2);
/// MOV X0 of CPACR_EL1.FPEN, and of FPEN with ZEN.
const FPEN: u32 = 0xd2a0_0600;
const FPEN_ZEN: u32 = 0xd2a0_0660;

/// Every case, in order.
pub fn all() -> Vec<Case> {
    [device_accesses(), unbacked_accesses(), slots(), instructions(), features(), system(), el0(), interrupts()]
        .into_iter()
        .flatten()
        .collect()
}

fn device_accesses() -> Vec<Case> {
    let words = [
        ("ldrb", 0x3940_0000),
        ("ldrh", 0x7940_0000),
        ("ldrw", 0xb940_0000),
        ("ldrx", 0xf940_0000),
        ("ldrsb_x", 0x3980_0000),
        ("ldrsb_w", 0x39c0_0000),
        ("ldrsh_x", 0x7980_0000),
        ("ldrsh_w", 0x79c0_0000),
        ("ldrsw", 0xb980_0000),
        ("ldr_xzr", 0xf940_001f),
    ];
    words.map(|(name, word)| case(name, 3, Setup::Nothing, &[word | X20])).into()
}

fn unbacked_accesses() -> Vec<Case> {
    let one = |name, word| case(name, 3, Setup::Nothing, &[word]);
    vec![
        one("strb", 0x3900_0000 | X19),
        one("strh", 0x7900_0000 | X19),
        one("strw", 0xb900_0000 | X19),
        one("strx", STR),
        one("str_xzr", STR | 31),
        one("ldr_unaligned", 0xf840_1000 | X19),
        one("str_postidx", 0xf800_8400 | X19),
        one("ldr_postidx", 0xf840_8400 | X19),
        one("ldar", 0xc8df_fc00 | X19),
        one("stlr", 0xc89f_fc00 | X19),
        one("ldp", LDP),
        one("stp", STP),
        case("ldp_nisv", 2, Setup::Nisv, &[LDP]),
        case("ldrq", 3, Setup::Nothing, &[FPEN, msr(CPACR, 0), ISB, 0x3dc0_0000 | X19]),
        one("ldxr", 0xc85f_7c00 | X19),
        one("ldadd", 0xf822_0000 | X19),
        one("cas", 0xc8a2_7c00 | X19),
        one("dczva", 0xd50b_7420 | 19),
        one("dccivac", 0xd50b_7e20 | 19),
        one("dccvau", 0xd50b_7b20 | 19),
        one("icivau", 0xd50b_7520 | 19),
        one("dcivac", 0xd508_7620 | 19),
        one("dcisw", 0xd508_7640),
        one("prfm", 0xf980_0000 | X19),
        case("at_s1e1r", 3, Setup::Nothing, &[0xd508_7800 | 18, mrs(sysreg(3, 0, 7, 4, 0), 0)]),
        case("br_unbacked", 2, Setup::Nothing, &[BR]),
    ]
}

fn slots() -> Vec<Case> {
    use Setup::{Inaccessible, ReadOnly, Unmapped, X19 as At};
    let three = |name, setup, code: &[u32]| case(name, 3, setup, code);
    vec![
        three("ro_load", ReadOnly, &[LDR]),
        three("ro_store", ReadOnly, &[STR]),
        three("ro_stp", ReadOnly, &[STP]),
        three("ro_ldxr_stxr", ReadOnly, &[0xc85f_7c00 | X19, 0xc803_7c00 | X19]),
        three("none_load", Inaccessible, &[LDR]),
        three("unm_load", Unmapped, &[LDR]),
        three("unm_store", Unmapped, &[STR]),
        three("unm_fetch", Unmapped, &[BR]),
        three("ro_fetch", ReadOnly, &[BR]),
        three("ipa_hi40_load", At(1 << 40), &[LDR]),
        three("ipa_hi47_load", At(1 << 47), &[LDR]),
        three("ipa_hi40_fetch", At(1 << 40), &[BR]),
        three("ipa_hi40_ldp", At(1 << 40), &[LDP]),
    ]
}

/// Two steps without any set-up.
fn two(name: &'static str, code: &[u32]) -> Case {
    case(name, 2, Setup::Nothing, code)
}

fn instructions() -> Vec<Case> {
    vec![
        two("wfi", &[WFI]),
        two("wfe", &[0xd503_205f]),
        two("brk", &[BRK_5]),
        two("hlt", &[0xd440_0000 | 0xf000 << 5]),
        two("svc", &[0xd400_0001 | 7 << 5]),
        two("udf", &[0]),
        two("eret", &[0xd69f_03e0]),
        two("drps", &[0xd6bf_03e0]),
    ]
}

fn features() -> Vec<Case> {
    let enable = |value| [value, msr(CPACR, 0), ISB];
    let with = |value, rest: &[u32]| enable(value).iter().chain(rest).copied().collect::<Vec<_>>();
    let sve = |case| Case { features: SVE, ..case };
    vec![
        two("fp_notenabled", &[0x1e60_2000]),
        two("fp_enabled", &with(FPEN, &[0x9e67_0020, 0x9e66_0000])),
        two("sve_rdvl_nosve_cpacr", &with(FPEN_ZEN, &[RDVL])),
        sve(two("sve_rdvl_sve", &with(FPEN_ZEN, &[RDVL]))),
        sve(two("sve_rdvl_notenabled", &[RDVL])),
        two("pacia_nopa", &[0xdac1_0020]),
        two("pacda_nopa", &[0xdac1_0820]),
        two("xpaci_nopa", &[0xdac1_43e0]),
        two("pacga_nopa", &[0x9ac2_3020]),
        two("rndr", &[mrs(sysreg(3, 3, 2, 4, 0), 0)]),
        two("paciasp_nopa", &[0xd503_233f]),
    ]
}

fn system() -> Vec<Case> {
    let actlr = sysreg(3, 0, 1, 0, 1);
    vec![
        two("tlbi_vmalle1", &[0xd508_871f]),
        two("tlbi_alle1", &[0xd50c_879f]),
        two("tlbi_vmalle1os", &[0xd508_811f]),
        two("msr_actlr", &[msr(actlr, 0), mrs(actlr, 0)]),
        two("msr_sctlr_mrs", &[mrs(sysreg(3, 0, 1, 0, 0), 0)]),
        two("msr_oslar", &[msr(sysreg(2, 0, 1, 0, 4), 31), mrs(sysreg(2, 0, 1, 1, 4), 0)]),
        two("mrs_hcr", &[mrs(sysreg(3, 4, 1, 1, 0), 0)]),
    ]
}

fn el0() -> Vec<Case> {
    let words = [
        ("el0_svc", 0xd400_0001),
        ("el0_mrs_midr", mrs(sysreg(3, 0, 0, 0, 0), 0)),
        ("el0_mrs_ctr", mrs(sysreg(3, 3, 0, 0, 1), 0)),
        ("el0_mrs_pmccntr", mrs(sysreg(3, 3, 9, 13, 0), 0)),
        ("el0_hvc", HVC),
        ("el0_smc", SMC),
        ("el0_wfi", WFI),
        ("el0_ldp_mmio", LDP),
    ];
    words.map(|(name, word)| case(name, 2, Setup::El0, &[word])).into()
}

fn interrupts() -> Vec<Case> {
    use Setup::{HardwareBreakpoint, Line, PmuAgain, SingleStep, SoftwareBreakpoint};
    let timer = |op2| sysreg(3, 3, 14, 3, op2);
    let physical = |op2| sysreg(3, 3, 14, 2, op2);
    let fire = |of: fn(u64) -> u64| [mov(0, 0), msr(of(0), 0), mov(0, 1), msr(of(1), 0), ISB];
    let [v0, v1, v2, v3, v4] = fire(timer);
    let [p0, p1, p2, p3, p4] = fire(physical);
    vec![
        case("ext_dabt_inject", 2, Setup::ExternalAbort, &[NOP]),
        case("serror_masked", 2, Setup::SError, &[NOP]),
        case("serror_unmasked", 2, Setup::SError, &[UNMASK_A, NOP]),
        case("serror_esr_unmasked", 2, Setup::SErrorWithSyndrome, &[UNMASK_A, NOP]),
        case("irq_masked", 2, Line(0), &[NOP]),
        case("irq_unmasked", 2, Line(0), &[UNMASK_I, NOP, NOP]),
        case("fiq_unmasked", 2, Line(1), &[UNMASK_F, NOP, NOP]),
        case("wfi_irq_masked", 2, Line(0), &[WFI]),
        case("dbg_ss", 4, SingleStep, &[NOP, NOP]),
        case("dbg_sw", 2, SoftwareBreakpoint, &[NOP, BRK_5]),
        case("dbg_hw", 2, HardwareBreakpoint, &[NOP, NOP]),
        case("immediate_exit", 1, Setup::ImmediateExit, &[NOP]),
        Case { features: PMU, ..case("pmu_run", 1, PmuAgain, &[NOP]) },
        Case { gic: true, ..case("vgic_irqline_cpu", 2, Line(0), &[NOP]) },
        case("vtimer_novgic", 3, Setup::Nothing, &[v0, v1, v2, v3, v4, WFI, mrs(timer(1), 0)]),
        case("ptimer_read", 3, Setup::Nothing, &[mrs(physical(1), 0)]),
        case("ptimer_wr_novgic", 3, Setup::Nothing, &[p0, p1, p2, p3, p4, mrs(physical(1), 0)]),
    ]
}
