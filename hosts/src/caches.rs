//! Cache geometry and CCSIDR_EL1 in both of its formats (Arm ARM D24.2.27). Knows no CPU.

use serde::Deserialize;
use sysregs::IdValues;
use sysregs::fields::aarch64::ID_AA64MMFR2_EL1;
use sysregs::fields::cache::CLIDR_EL1;

use super::error::HostsError;

/// Which cache of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Data,
    Instruction,
    Unified,
}

/// A cache as a host file gives it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheRow {
    level: u8,
    kind: Kind,
    /// In KiB.
    size_kib: u64,
    line: u64,
    ways: u64,
}

/// What CCSIDR_EL1 tells of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub sets: u64,
    pub ways: u64,
    pub line: u64,
}

/// Whether CCSIDR_EL1 has its 64-bit format; `None` if that is unknown.
fn wide(ids: &IdValues) -> Option<bool> {
    ids.get(sysregs::SysReg::ID_AA64MMFR2_EL1).map(|mmfr2| ID_AA64MMFR2_EL1::CCIDX.bits(mmfr2) != 0)
}

impl Geometry {
    /// Decodes; `None` where the format is unknown.
    pub fn decode(ids: &IdValues, ccsidr: u64) -> Option<Geometry> {
        let line = 16 << (ccsidr & 7);
        let (ways, sets) =
            if wide(ids)? { (ccsidr >> 3 & 0x1f_ffff, ccsidr >> 32 & 0xff_ffff) } else { (ccsidr >> 3 & 0x3ff, ccsidr >> 13 & 0x7fff) };
        Some(Geometry { sets: sets + 1, ways: ways + 1, line })
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.sets * self.ways * self.line
    }

    fn encode(&self, wide: bool) -> Option<u64> {
        let line = u64::from(self.line.trailing_zeros()) - 4;
        let (ways, sets) = (self.ways - 1, self.sets - 1);
        if wide {
            (ways <= 0x1f_ffff && sets <= 0xff_ffff).then_some(line | ways << 3 | sets << 32)
        } else {
            (ways <= 0x3ff && sets <= 0x7fff).then_some(line | ways << 3 | sets << 13)
        }
    }
}

/// "level 1 data" for CSSELR_EL1's value.
pub fn name(csselr: u8) -> String {
    format!("level {} {}", (csselr >> 1 & 7) + 1, if csselr & 1 == 0 { "data or unified" } else { "instruction" })
}

/// Enters a cache; the level must exist in CLIDR_EL1.
pub fn set(ids: &mut IdValues, row: &CacheRow) -> Result<(), HostsError> {
    let refuse = |why: &str| HostsError::Cache { level: row.level, why: why.into() };
    if !(1..=7).contains(&row.level) {
        return Err(refuse("levels are 1 to 7"));
    }
    let clidr = ids.clidr().ok_or_else(|| refuse("CLIDR_EL1, which says what caches there are, is unknown"))?;
    // Ctype: 1 instruction, 2 data, 3 both, 4 unified.
    let there = matches!(
        (clidr >> (3 * (row.level - 1)) & 7, row.kind),
        (1, Kind::Instruction) | (2, Kind::Data) | (3, Kind::Instruction | Kind::Data) | (4, Kind::Unified)
    );
    if !there {
        return Err(refuse(&format!("CLIDR_EL1 = {clidr:#x} has no such cache there; set its {} field too", ctype(row.level))));
    }
    if !(16..=2048).contains(&row.line) || !row.line.is_power_of_two() {
        return Err(refuse("`line` is a power of two from 16 to 2048 bytes"));
    }
    let bytes = row.size_kib.checked_mul(1024).filter(|bytes| *bytes != 0);
    let way = row.ways.checked_mul(row.line).filter(|way| *way != 0);
    let (Some(bytes), Some(way)) = (bytes, way) else { return Err(refuse("`size_kib` and `ways` must be positive")) };
    if bytes % way != 0 {
        return Err(refuse("the size is no multiple of ways times line"));
    }
    let wide = wide(ids).ok_or_else(|| refuse("ID_AA64MMFR2_EL1, which says the format of CCSIDR_EL1, is unknown"))?;
    let geometry = Geometry { sets: bytes / way, ways: row.ways, line: row.line };
    let value = geometry.encode(wide).ok_or_else(|| refuse("CCSIDR_EL1 cannot express so many sets or ways"))?;
    ids.set_ccsidr((row.level - 1) << 1 | u8::from(row.kind == Kind::Instruction), value);
    Ok(())
}

fn ctype(level: u8) -> &'static str {
    let bit = 3 * (level - 1);
    CLIDR_EL1::FIELDS.iter().find(|field| field.lsb == bit).map_or("Ctype", |field| field.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_read_back() {
        for wide in [false, true] {
            let geometry = Geometry { sets: 256, ways: 4, line: 64 };
            let mut ids = IdValues::new();
            ids.set(sysregs::SysReg::ID_AA64MMFR2_EL1, ID_AA64MMFR2_EL1::CCIDX.insert(0, i64::from(wide)));
            let value = geometry.encode(wide).expect("fits");
            assert_eq!(Geometry::decode(&ids, value), Some(geometry));
            assert_eq!(geometry.size(), 64 << 10);
        }
        assert_eq!(Geometry { sets: 1 << 16, ways: 1, line: 64 }.encode(false), None);
        assert_eq!(Geometry::decode(&IdValues::new(), 0), None, "the format is unknown");
    }
}
