//! op0=1 operations reached through SYS and SYSL: cache, address translation, TLB, prediction.
//! Says which exist and what they are called; what they do is the executing CPU's business.

use crate::{Encoding, Feature};

/// One operation of the SYS space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SysOpRow {
    pub name: &'static str,
    pub encoding: Encoding,
    /// Lowest exception level at which the operation is defined when nothing traps it.
    pub el: u8,
    pub feature: Feature,
    /// Whether the assembler form takes a register (`Xt`); else Rt is XZR.
    pub takes_register: bool,
}

macro_rules! sys_ops {
    ($($name:ident $op0:literal $op1:literal $crn:literal $crm:literal $op2:literal $el:ident $feature:ident $operand:ident;)*) => {
        /// A SYS or SYSL operation, named after its assembler form with `_` for the space.
        #[allow(non_camel_case_types, reason = "the architecture's own spelling")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SysOp { $($name),* }

        const ROWS: &[SysOpRow] = &[$(SysOpRow {
            name: stringify!($name),
            encoding: Encoding::new($op0, $op1, $crn, $crm, $op2),
            el: operand::$el,
            feature: Feature::$feature,
            takes_register: operand::$operand,
        }),*];

        impl SysOp {
            /// Every operation, in encoding order.
            pub const ALL: &'static [SysOp] = &[$(SysOp::$name),*];
        }
    };
}

#[allow(non_upper_case_globals, reason = "spelled as in the rows")]
mod operand {
    pub const EL0: u8 = 0;
    pub const EL1: u8 = 1;
    pub const EL2: u8 = 2;
    pub const EL3: u8 = 3;
    pub const Xt: bool = true;
    pub const None: bool = false;
}

/// [`SysOp::ALL`]'s index by op1, CRn, CRm and op2; beyond its end where there is none. Guests maintain TLBs and caches often.
static BY_ENCODING: [u8; 1 << 14] = {
    let mut places = [u8::MAX; 1 << 14];
    let mut place = 0;
    while place < ROWS.len() {
        places[ROWS[place].encoding.0 as usize % (1 << 14)] = place as u8;
        place += 1;
    }
    places
};
const _: () = assert!(SysOp::COUNT < u8::MAX as usize);

impl SysOp {
    /// Number of operations in the table.
    pub const COUNT: usize = Self::ALL.len();

    pub fn row(self) -> &'static SysOpRow {
        &ROWS[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn encoding(self) -> Encoding {
        self.row().encoding
    }

    pub fn feature(self) -> Feature {
        self.row().feature
    }

    /// The operation behind an op0=1 encoding.
    pub fn from_encoding(encoding: Encoding) -> Option<SysOp> {
        if encoding.op0() != 1 {
            return None;
        }
        let place = BY_ENCODING[usize::from(encoding.0) % BY_ENCODING.len()];
        Self::ALL.get(usize::from(place)).copied()
    }

    /// Looks a name up in any letter case, `TLBI VAE1IS` or `tlbi_vae1is`.
    pub fn from_name(name: &str) -> Option<SysOp> {
        let same = |a: u8, b: u8| a.eq_ignore_ascii_case(&b) || (a == b'_' && b == b' ');
        Self::ALL.iter().copied().find(|op| {
            let row = op.name().as_bytes();
            row.len() == name.len() && row.iter().zip(name.bytes()).all(|(&a, b)| same(a, b))
        })
    }
}

sys_ops! {
    // name          op0 op1 CRn CRm op2  lowest EL  feature  operand
    IC_IALLUIS         1 0 7  1  0  EL1  Base       None;
    IC_IALLU           1 0 7  5  0  EL1  Base       None;
    DC_IVAC            1 0 7  6  1  EL1  Base       Xt;
    DC_ISW             1 0 7  6  2  EL1  Base       Xt;
    DC_IGVAC           1 0 7  6  3  EL1  MTE2       Xt;
    DC_IGSW            1 0 7  6  4  EL1  MTE2       Xt;
    DC_IGDVAC          1 0 7  6  5  EL1  MTE2       Xt;
    DC_IGDSW           1 0 7  6  6  EL1  MTE2       Xt;
    GCSPUSHX           1 0 7  7  4  EL1  GCS        None;
    GCSPOPCX           1 0 7  7  5  EL1  GCS        None;
    GCSPOPX            1 0 7  7  6  EL1  GCS        None;
    AT_S1E1R           1 0 7  8  0  EL1  Base       Xt;
    AT_S1E1W           1 0 7  8  1  EL1  Base       Xt;
    AT_S1E0R           1 0 7  8  2  EL1  Base       Xt;
    AT_S1E0W           1 0 7  8  3  EL1  Base       Xt;
    AT_S1E1RP          1 0 7  9  0  EL1  PAN2       Xt;
    AT_S1E1WP          1 0 7  9  1  EL1  PAN2       Xt;
    AT_S1E1A           1 0 7  9  2  EL1  ATS1A      Xt;
    DC_CSW             1 0 7  10 2  EL1  Base       Xt;
    DC_CGSW            1 0 7  10 4  EL1  MTE2       Xt;
    DC_CGDSW           1 0 7  10 6  EL1  MTE2       Xt;
    DC_CISW            1 0 7  14 2  EL1  Base       Xt;
    DC_CIGSW           1 0 7  14 4  EL1  MTE2       Xt;
    DC_CIGDSW          1 0 7  14 6  EL1  MTE2       Xt;
    DC_CIVAPS          1 0 7  15 1  EL1  PoPS       Xt;
    DC_CIGDVAPS        1 0 7  15 5  EL1  PoPS       Xt;
    TLBI_VMALLE1OS     1 0 8  1  0  EL1  TLBIOS     None;
    TLBI_VAE1OS        1 0 8  1  1  EL1  TLBIOS     Xt;
    TLBI_ASIDE1OS      1 0 8  1  2  EL1  TLBIOS     Xt;
    TLBI_VAAE1OS       1 0 8  1  3  EL1  TLBIOS     Xt;
    TLBI_VALE1OS       1 0 8  1  5  EL1  TLBIOS     Xt;
    TLBI_VAALE1OS      1 0 8  1  7  EL1  TLBIOS     Xt;
    TLBI_RVAE1IS       1 0 8  2  1  EL1  TLBIRANGE  Xt;
    TLBI_RVAAE1IS      1 0 8  2  3  EL1  TLBIRANGE  Xt;
    TLBI_RVALE1IS      1 0 8  2  5  EL1  TLBIRANGE  Xt;
    TLBI_RVAALE1IS     1 0 8  2  7  EL1  TLBIRANGE  Xt;
    TLBI_VMALLE1IS     1 0 8  3  0  EL1  Base       None;
    TLBI_VAE1IS        1 0 8  3  1  EL1  Base       Xt;
    TLBI_ASIDE1IS      1 0 8  3  2  EL1  Base       Xt;
    TLBI_VAAE1IS       1 0 8  3  3  EL1  Base       Xt;
    TLBI_VALE1IS       1 0 8  3  5  EL1  Base       Xt;
    TLBI_VAALE1IS      1 0 8  3  7  EL1  Base       Xt;
    TLBI_RVAE1OS       1 0 8  5  1  EL1  TLBIRANGE  Xt;
    TLBI_RVAAE1OS      1 0 8  5  3  EL1  TLBIRANGE  Xt;
    TLBI_RVALE1OS      1 0 8  5  5  EL1  TLBIRANGE  Xt;
    TLBI_RVAALE1OS     1 0 8  5  7  EL1  TLBIRANGE  Xt;
    TLBI_RVAE1         1 0 8  6  1  EL1  TLBIRANGE  Xt;
    TLBI_RVAAE1        1 0 8  6  3  EL1  TLBIRANGE  Xt;
    TLBI_RVALE1        1 0 8  6  5  EL1  TLBIRANGE  Xt;
    TLBI_RVAALE1       1 0 8  6  7  EL1  TLBIRANGE  Xt;
    TLBI_VMALLE1       1 0 8  7  0  EL1  Base       None;
    TLBI_VAE1          1 0 8  7  1  EL1  Base       Xt;
    TLBI_ASIDE1        1 0 8  7  2  EL1  Base       Xt;
    TLBI_VAAE1         1 0 8  7  3  EL1  Base       Xt;
    TLBI_VALE1         1 0 8  7  5  EL1  Base       Xt;
    TLBI_VAALE1        1 0 8  7  7  EL1  Base       Xt;
    TLBI_VMALLE1OSnXS  1 0 9  1  0  EL1  XS         None;
    TLBI_VAE1OSnXS     1 0 9  1  1  EL1  XS         Xt;
    TLBI_ASIDE1OSnXS   1 0 9  1  2  EL1  XS         Xt;
    TLBI_VAAE1OSnXS    1 0 9  1  3  EL1  XS         Xt;
    TLBI_VALE1OSnXS    1 0 9  1  5  EL1  XS         Xt;
    TLBI_VAALE1OSnXS   1 0 9  1  7  EL1  XS         Xt;
    TLBI_RVAE1ISnXS    1 0 9  2  1  EL1  XS         Xt;
    TLBI_RVAAE1ISnXS   1 0 9  2  3  EL1  XS         Xt;
    TLBI_RVALE1ISnXS   1 0 9  2  5  EL1  XS         Xt;
    TLBI_RVAALE1ISnXS  1 0 9  2  7  EL1  XS         Xt;
    TLBI_VMALLE1ISnXS  1 0 9  3  0  EL1  XS         None;
    TLBI_VAE1ISnXS     1 0 9  3  1  EL1  XS         Xt;
    TLBI_ASIDE1ISnXS   1 0 9  3  2  EL1  XS         Xt;
    TLBI_VAAE1ISnXS    1 0 9  3  3  EL1  XS         Xt;
    TLBI_VALE1ISnXS    1 0 9  3  5  EL1  XS         Xt;
    TLBI_VAALE1ISnXS   1 0 9  3  7  EL1  XS         Xt;
    TLBI_RVAE1OSnXS    1 0 9  5  1  EL1  XS         Xt;
    TLBI_RVAAE1OSnXS   1 0 9  5  3  EL1  XS         Xt;
    TLBI_RVALE1OSnXS   1 0 9  5  5  EL1  XS         Xt;
    TLBI_RVAALE1OSnXS  1 0 9  5  7  EL1  XS         Xt;
    TLBI_RVAE1nXS      1 0 9  6  1  EL1  XS         Xt;
    TLBI_RVAAE1nXS     1 0 9  6  3  EL1  XS         Xt;
    TLBI_RVALE1nXS     1 0 9  6  5  EL1  XS         Xt;
    TLBI_RVAALE1nXS    1 0 9  6  7  EL1  XS         Xt;
    TLBI_VMALLE1nXS    1 0 9  7  0  EL1  XS         None;
    TLBI_VAE1nXS       1 0 9  7  1  EL1  XS         Xt;
    TLBI_ASIDE1nXS     1 0 9  7  2  EL1  XS         Xt;
    TLBI_VAAE1nXS      1 0 9  7  3  EL1  XS         Xt;
    TLBI_VALE1nXS      1 0 9  7  5  EL1  XS         Xt;
    TLBI_VAALE1nXS     1 0 9  7  7  EL1  XS         Xt;
    BRB_IALL           1 1 7  2  4  EL1  BRBE       None;
    BRB_INJ            1 1 7  2  5  EL1  BRBE       None;
    TRCIT              1 3 7  2  7  EL0  ITE        Xt;
    CFP_RCTX           1 3 7  3  4  EL0  SPECRES    Xt;
    DVP_RCTX           1 3 7  3  5  EL0  SPECRES    Xt;
    COSP_RCTX          1 3 7  3  6  EL0  SPECRES2   Xt;
    CPP_RCTX           1 3 7  3  7  EL0  SPECRES    Xt;
    DC_ZVA             1 3 7  4  1  EL0  Base       Xt;
    DC_GVA             1 3 7  4  3  EL0  MTE        Xt;
    DC_GZVA            1 3 7  4  4  EL0  MTE        Xt;
    IC_IVAU            1 3 7  5  1  EL0  Base       Xt;
    GCSPUSHM           1 3 7  7  0  EL0  GCS        Xt;
    GCSPOPM            1 3 7  7  1  EL0  GCS        Xt;
    GCSSS1             1 3 7  7  2  EL0  GCS        Xt;
    GCSSS2             1 3 7  7  3  EL0  GCS        Xt;
    DC_CVAC            1 3 7  10 1  EL0  Base       Xt;
    DC_CGVAC           1 3 7  10 3  EL0  MTE        Xt;
    DC_CGDVAC          1 3 7  10 5  EL0  MTE        Xt;
    DC_CVAU            1 3 7  11 1  EL0  Base       Xt;
    DC_CVAP            1 3 7  12 1  EL0  DPB        Xt;
    DC_CGVAP           1 3 7  12 3  EL0  MTE        Xt;
    DC_CGDVAP          1 3 7  12 5  EL0  MTE        Xt;
    DC_CVADP           1 3 7  13 1  EL0  DPB2       Xt;
    DC_CGVADP          1 3 7  13 3  EL0  MTE        Xt;
    DC_CGDVADP         1 3 7  13 5  EL0  MTE        Xt;
    DC_CIVAC           1 3 7  14 1  EL0  Base       Xt;
    DC_CIGVAC          1 3 7  14 3  EL0  MTE        Xt;
    DC_CIGDVAC         1 3 7  14 5  EL0  MTE        Xt;
    AT_S1E2R           1 4 7  8  0  EL2  Base       Xt;
    AT_S1E2W           1 4 7  8  1  EL2  Base       Xt;
    AT_S12E1R          1 4 7  8  4  EL2  Base       Xt;
    AT_S12E1W          1 4 7  8  5  EL2  Base       Xt;
    AT_S12E0R          1 4 7  8  6  EL2  Base       Xt;
    AT_S12E0W          1 4 7  8  7  EL2  Base       Xt;
    AT_S1E2A           1 4 7  9  2  EL2  ATS1A      Xt;
    DC_CIPAE           1 4 7  14 0  EL2  MEC        Xt;
    DC_CIGDPAE         1 4 7  14 7  EL2  MEC        Xt;
    TLBI_IPAS2E1IS     1 4 8  0  1  EL2  Base       Xt;
    TLBI_RIPAS2E1IS    1 4 8  0  2  EL2  TLBIRANGE  Xt;
    TLBI_IPAS2LE1IS    1 4 8  0  5  EL2  Base       Xt;
    TLBI_RIPAS2LE1IS   1 4 8  0  6  EL2  TLBIRANGE  Xt;
    TLBI_ALLE2OS       1 4 8  1  0  EL2  TLBIOS     None;
    TLBI_VAE2OS        1 4 8  1  1  EL2  TLBIOS     Xt;
    TLBI_ALLE1OS       1 4 8  1  4  EL2  TLBIOS     None;
    TLBI_VALE2OS       1 4 8  1  5  EL2  TLBIOS     Xt;
    TLBI_VMALLS12E1OS  1 4 8  1  6  EL2  TLBIOS     None;
    TLBI_RVAE2IS       1 4 8  2  1  EL2  TLBIRANGE  Xt;
    TLBI_RVALE2IS      1 4 8  2  5  EL2  TLBIRANGE  Xt;
    TLBI_ALLE2IS       1 4 8  3  0  EL2  Base       None;
    TLBI_VAE2IS        1 4 8  3  1  EL2  Base       Xt;
    TLBI_ALLE1IS       1 4 8  3  4  EL2  Base       None;
    TLBI_VALE2IS       1 4 8  3  5  EL2  Base       Xt;
    TLBI_VMALLS12E1IS  1 4 8  3  6  EL2  Base       None;
    TLBI_IPAS2E1OS     1 4 8  4  0  EL2  TLBIOS     Xt;
    TLBI_IPAS2E1       1 4 8  4  1  EL2  Base       Xt;
    TLBI_RIPAS2E1      1 4 8  4  2  EL2  TLBIRANGE  Xt;
    TLBI_RIPAS2E1OS    1 4 8  4  3  EL2  TLBIRANGE  Xt;
    TLBI_IPAS2LE1OS    1 4 8  4  4  EL2  TLBIOS     Xt;
    TLBI_IPAS2LE1      1 4 8  4  5  EL2  Base       Xt;
    TLBI_RIPAS2LE1     1 4 8  4  6  EL2  TLBIRANGE  Xt;
    TLBI_RIPAS2LE1OS   1 4 8  4  7  EL2  TLBIRANGE  Xt;
    TLBI_RVAE2OS       1 4 8  5  1  EL2  TLBIRANGE  Xt;
    TLBI_RVALE2OS      1 4 8  5  5  EL2  TLBIRANGE  Xt;
    TLBI_RVAE2         1 4 8  6  1  EL2  TLBIRANGE  Xt;
    TLBI_RVALE2        1 4 8  6  5  EL2  TLBIRANGE  Xt;
    TLBI_ALLE2         1 4 8  7  0  EL2  Base       None;
    TLBI_VAE2          1 4 8  7  1  EL2  Base       Xt;
    TLBI_ALLE1         1 4 8  7  4  EL2  Base       None;
    TLBI_VALE2         1 4 8  7  5  EL2  Base       Xt;
    TLBI_VMALLS12E1    1 4 8  7  6  EL2  Base       None;
    TLBI_IPAS2E1ISnXS  1 4 9  0  1  EL2  XS         Xt;
    TLBI_RIPAS2E1ISnXS 1 4 9  0  2  EL2  XS         Xt;
    TLBI_IPAS2LE1ISnXS 1 4 9  0  5  EL2  XS         Xt;
    TLBI_RIPAS2LE1ISnXS 1 4 9  0  6  EL2  XS         Xt;
    TLBI_ALLE2OSnXS    1 4 9  1  0  EL2  XS         None;
    TLBI_VAE2OSnXS     1 4 9  1  1  EL2  XS         Xt;
    TLBI_ALLE1OSnXS    1 4 9  1  4  EL2  XS         None;
    TLBI_VALE2OSnXS    1 4 9  1  5  EL2  XS         Xt;
    TLBI_VMALLS12E1OSnXS 1 4 9  1  6  EL2  XS         None;
    TLBI_RVAE2ISnXS    1 4 9  2  1  EL2  XS         Xt;
    TLBI_RVALE2ISnXS   1 4 9  2  5  EL2  XS         Xt;
    TLBI_ALLE2ISnXS    1 4 9  3  0  EL2  XS         None;
    TLBI_VAE2ISnXS     1 4 9  3  1  EL2  XS         Xt;
    TLBI_ALLE1ISnXS    1 4 9  3  4  EL2  XS         None;
    TLBI_VALE2ISnXS    1 4 9  3  5  EL2  XS         Xt;
    TLBI_VMALLS12E1ISnXS 1 4 9  3  6  EL2  XS         None;
    TLBI_IPAS2E1OSnXS  1 4 9  4  0  EL2  XS         Xt;
    TLBI_IPAS2E1nXS    1 4 9  4  1  EL2  XS         Xt;
    TLBI_RIPAS2E1nXS   1 4 9  4  2  EL2  XS         Xt;
    TLBI_RIPAS2E1OSnXS 1 4 9  4  3  EL2  XS         Xt;
    TLBI_IPAS2LE1OSnXS 1 4 9  4  4  EL2  XS         Xt;
    TLBI_IPAS2LE1nXS   1 4 9  4  5  EL2  XS         Xt;
    TLBI_RIPAS2LE1nXS  1 4 9  4  6  EL2  XS         Xt;
    TLBI_RIPAS2LE1OSnXS 1 4 9  4  7  EL2  XS         Xt;
    TLBI_RVAE2OSnXS    1 4 9  5  1  EL2  XS         Xt;
    TLBI_RVALE2OSnXS   1 4 9  5  5  EL2  XS         Xt;
    TLBI_RVAE2nXS      1 4 9  6  1  EL2  XS         Xt;
    TLBI_RVALE2nXS     1 4 9  6  5  EL2  XS         Xt;
    TLBI_ALLE2nXS      1 4 9  7  0  EL2  XS         None;
    TLBI_VAE2nXS       1 4 9  7  1  EL2  XS         Xt;
    TLBI_ALLE1nXS      1 4 9  7  4  EL2  XS         None;
    TLBI_VALE2nXS      1 4 9  7  5  EL2  XS         Xt;
    TLBI_VMALLS12E1nXS 1 4 9  7  6  EL2  XS         None;
    AT_S1E3R           1 6 7  8  0  EL3  Base       Xt;
    AT_S1E3W           1 6 7  8  1  EL3  Base       Xt;
    AT_S1E3A           1 6 7  9  2  EL3  ATS1A      Xt;
    DC_CIPAPA          1 6 7  14 1  EL3  RME        Xt;
    DC_CIGDPAPA        1 6 7  14 5  EL3  RME        Xt;
    TLBI_ALLE3OS       1 6 8  1  0  EL3  TLBIOS     None;
    TLBI_VAE3OS        1 6 8  1  1  EL3  TLBIOS     Xt;
    TLBI_PAALLOS       1 6 8  1  4  EL3  RME        None;
    TLBI_VALE3OS       1 6 8  1  5  EL3  TLBIOS     Xt;
    TLBI_RVAE3IS       1 6 8  2  1  EL3  TLBIRANGE  Xt;
    TLBI_RVALE3IS      1 6 8  2  5  EL3  TLBIRANGE  Xt;
    TLBI_ALLE3IS       1 6 8  3  0  EL3  Base       None;
    TLBI_VAE3IS        1 6 8  3  1  EL3  Base       Xt;
    TLBI_VALE3IS       1 6 8  3  5  EL3  Base       Xt;
    TLBI_RPAOS         1 6 8  4  3  EL3  RME        Xt;
    TLBI_RPALOS        1 6 8  4  7  EL3  RME        Xt;
    TLBI_RVAE3OS       1 6 8  5  1  EL3  TLBIRANGE  Xt;
    TLBI_RVALE3OS      1 6 8  5  5  EL3  TLBIRANGE  Xt;
    TLBI_RVAE3         1 6 8  6  1  EL3  TLBIRANGE  Xt;
    TLBI_RVALE3        1 6 8  6  5  EL3  TLBIRANGE  Xt;
    TLBI_ALLE3         1 6 8  7  0  EL3  Base       None;
    TLBI_VAE3          1 6 8  7  1  EL3  Base       Xt;
    TLBI_PAALL         1 6 8  7  4  EL3  RME        None;
    TLBI_VALE3         1 6 8  7  5  EL3  Base       Xt;
    TLBI_ALLE3OSnXS    1 6 9  1  0  EL3  XS         None;
    TLBI_VAE3OSnXS     1 6 9  1  1  EL3  XS         Xt;
    TLBI_VALE3OSnXS    1 6 9  1  5  EL3  XS         Xt;
    TLBI_RVAE3ISnXS    1 6 9  2  1  EL3  XS         Xt;
    TLBI_RVALE3ISnXS   1 6 9  2  5  EL3  XS         Xt;
    TLBI_ALLE3ISnXS    1 6 9  3  0  EL3  XS         None;
    TLBI_VAE3ISnXS     1 6 9  3  1  EL3  XS         Xt;
    TLBI_VALE3ISnXS    1 6 9  3  5  EL3  XS         Xt;
    TLBI_RVAE3OSnXS    1 6 9  5  1  EL3  XS         Xt;
    TLBI_RVALE3OSnXS   1 6 9  5  5  EL3  XS         Xt;
    TLBI_RVAE3nXS      1 6 9  6  1  EL3  XS         Xt;
    TLBI_RVALE3nXS     1 6 9  6  5  EL3  XS         Xt;
    TLBI_ALLE3nXS      1 6 9  7  0  EL3  XS         None;
    TLBI_VAE3nXS       1 6 9  7  1  EL3  XS         Xt;
    TLBI_VALE3nXS      1 6 9  7  5  EL3  XS         Xt;
}
