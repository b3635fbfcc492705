//! Facts about CPU parts that their ID registers do not tell: performance counters and vector lengths.
//! A part that is not here, of a model that does not say so itself, has neither: unknown is not guessed.

use sysregs::{IdValues, SysReg};

/// Implementer, architecture and part number.
const MODEL: u64 = 0xff0f_fff0;

struct Row {
    model: u64,
    /// PMCR_EL0 out of reset: implementer, identification code, number of counters.
    pmcr: u64,
    /// Bit n: vectors of 128 * (n + 1) bits.
    vector_lengths: u16,
}

macro_rules! parts {
    ($($name:ident $model:literal $pmcr:literal $vectors:literal;)*) => {
        static PARTS: &[Row] = &[$(Row { model: $model, pmcr: $pmcr, vector_lengths: $vectors }),*];
    };
}

// Reset values as QEMU 11 has them for its models, which follow the technical reference manuals; Neoverse V2's number of
// counters from a dump of a Graviton 4. SVE lengths from the manuals.
parts! {
    // part         MIDR        PMCR_EL0    SVE
    CORTEX_A53      0x410fd030  0x41033000  0;
    CORTEX_A35      0x410fd040  0x410a3000  0;
    CORTEX_A55      0x410fd050  0x410b3000  0;
    CORTEX_A57      0x410fd070  0x41013000  0;
    CORTEX_A72      0x410fd080  0x41023000  0;
    CORTEX_A76      0x410fd0b0  0x410b3000  0;
    NEOVERSE_N1     0x410fd0c0  0x410c3000  0;
    NEOVERSE_V1     0x410fd400  0x41213000  0b11;
    CORTEX_A78AE    0x410fd420  0x41223000  0;
    CORTEX_A710     0x410fd470  0x0000a000  0b1;
    NEOVERSE_N2     0x410fd490  0x00003000  0b1;
    NEOVERSE_V2     0x410fd4f0  0x00003000  0b1;
    A64FX           0x460f0010  0x46014040  0b1011;
    QEMU_MAX        0x000f0510  0x41013000  0xffff;
}

fn row(ids: &IdValues) -> Option<&'static Row> {
    let midr = ids.midr()?;
    PARTS.iter().find(|row| row.model == midr & MODEL)
}

/// The host's PMCR_EL0: its own value if the model has one, else the part's.
pub(super) fn pmcr(ids: &IdValues) -> Option<u64> {
    ids.get(SysReg::PMCR_EL0).or_else(|| row(ids).map(|row| row.pmcr))
}

/// SVE vector lengths: bit n for 128 * (n + 1) bits. A model's ZCR_EL1.LEN is what the CPU keeps of a write of all ones: its longest
/// vectors, below which it has every power of two (Arm ARM, ZCR_EL1.LEN); else the part's.
pub(super) fn vector_lengths(ids: &IdValues) -> Option<u16> {
    const LEN: u64 = 0xf;
    let up_to =
        |longest: u64| (0..=4).map(|power| (1 << power) - 1).filter(|length| *length <= longest).fold(0, |set, length| set | 1 << length);
    let own = ids.get(SysReg::ZCR_EL1).map(|zcr| up_to(zcr & LEN));
    own.or_else(|| row(ids).map(|row| row.vector_lengths)).filter(|&lengths| lengths != 0)
}
