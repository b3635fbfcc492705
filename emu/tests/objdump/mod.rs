//! What binutils' disassembler says of words, and where it is known to say less than the manual. Judges nothing.

use std::path::PathBuf;
use std::process::Command;

const OBJDUMP: &str = "aarch64-linux-gnu-objdump";

/// Rows (by the beginning of the name) some words of which objdump calls undefined, each with the reason.
const UNDEFINED_THERE: &[(&str, &str)] = &[
    ("LDPSW_", "CONSTRAINED UNPREDICTABLE use of registers"),
    ("LDAR", "fields that should be ones, and are not"),
    ("LDCLRP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("LDSETP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("SWPP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("FAMAX_", "FEAT_FAMINMAX is newer than binutils 2.40"),
    ("FAMIN_", "FEAT_FAMINMAX is newer than binutils 2.40"),
    ("LUTI", "FEAT_LUT is newer than binutils 2.40"),
    ("FCVTNS_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTNU_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTPS_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTPU_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTMS_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTMU_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTZS_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTZU_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTAS_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FCVTAU_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("SCVTF_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("UCVTF_fp", "FEAT_FPRCVT is newer than binutils 2.40"),
    ("FSCALE_", "FEAT_FP8 is newer than binutils 2.40"),
    ("F1CVTL", "FEAT_FP8 is newer than binutils 2.40"),
    ("F2CVTL", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF1CVTL", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF2CVTL", "FEAT_FP8 is newer than binutils 2.40"),
    ("F1CVT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("F2CVT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("F1CVTLT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("F2CVTLT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF1CVT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF2CVT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF1CVTLT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("BF2CVTLT_", "FEAT_FP8 is newer than binutils 2.40"),
    ("FCVTN_", "FEAT_FP8 is newer than binutils 2.40"),
    ("FCVTNB_", "FEAT_FP8 is newer than binutils 2.40"),
    ("FCVTNT_z8", "FEAT_FP8 is newer than binutils 2.40"),
    ("BFCVTN_z8", "FEAT_FP8 is newer than binutils 2.40"),
    ("FMLALB_", "FEAT_FP8FMA is newer than binutils 2.40"),
    ("FMLALT_", "FEAT_FP8FMA is newer than binutils 2.40"),
    ("FMLALL", "FEAT_FP8FMA is newer than binutils 2.40"),
    ("FDOT_", "FEAT_FP8DOT2 and FEAT_FP8DOT4 are newer than binutils 2.40"),
    ("FMMLA_fp8", "FEAT_F8F16MM and FEAT_F8F32MM are newer than binutils 2.40"),
    ("FMMLA_z_z8z8", "FEAT_F8F16MM and FEAT_F8F32MM are newer than binutils 2.40"),
    ("CB_", "FEAT_CMPBR is newer than binutils 2.40"),
    ("CBB", "FEAT_CMPBR is newer than binutils 2.40"),
    ("CBH", "FEAT_CMPBR is newer than binutils 2.40"),
    ("STILP_", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("LDIAPP_", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("STLR_w_pre", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("STLR_x_pre", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("LDAPR_w_post", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("LDAPR_x_post", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("STLUR_", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("LDAPUR_", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("STL1", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("LDAP1", "FEAT_LRCPC3 is newer than binutils 2.40"),
    ("BFADD_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFSUB_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFMUL_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFCLAMP_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFMAX", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFMIN", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFMLA_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("BFMLS_", "FEAT_SVE_B16B16 is newer than binutils 2.40"),
    ("FCLAMP_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SDOT_z_zz_h2s", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UDOT_z_zz_h2s", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SDOT_z_zzi_h2s", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UDOT_z_zzi_h2s", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("BFMLSL", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("DUPQ_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("EXTQ_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ZIPQ", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UZPQ", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("TBLQ_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("TBXQ_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ADDQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SMAXQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UMAXQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SMINQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UMINQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ORQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("EORQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ANDQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("FADDQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("FMAXNMQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("FMINNMQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("FMAXQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("FMINQV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SQCVT", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UQCVT", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SQRSHRN_z_mz2", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("SQRSHRUN_z_mz2", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("UQRSHRN_z_mz2", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("PTRUE_pn", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("CNTP_r_pn", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("PEXT_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("PMOV_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEGE_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEGE_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEGT_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEGT_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEHS_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEHS_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEHI_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILEHI_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELT_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELT_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELE_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELE_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELO_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELO_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELS_pn_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("WHILELS_pp_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD1_zq_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST1W_zq_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST1D_zq_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD2Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD3Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD4Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST2Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST3Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST4Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD1_mz_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LDNT1_mz_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST1_mz_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("STNT1_mz_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("LD1Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
    ("ST1Q_", "FEAT_SVE2p1 is newer than binutils 2.40"),
];

/// Why objdump may not know a word of the row.
pub fn undefined_there(row: &str) -> Option<&'static str> {
    UNDEFINED_THERE.iter().find(|(start, _)| row.starts_with(start)).map(|(_, reason)| *reason)
}

pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// objdump's text for each word, comments and spacing evened out. The first word is at `start`; `label` tells callers apart.
pub fn disassemble(words: &[u32], start: u64, label: &str) -> Result<Vec<String>, String> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{label}-{}.bin", std::process::id()));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    let output = Command::new(OBJDUMP)
        .args(["-D", "-z", "-b", "binary", "-m", "aarch64", &format!("--adjust-vma={start:#x}")])
        .arg(&path)
        .output()
        .map_err(|error| format!("{OBJDUMP}: {error}"));
    std::fs::remove_file(&path).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output?.stdout).into_owned();
    let lines = text.lines().filter_map(|line| line.split_once(":\t")?.1.split_once('\t'));
    let texts: Vec<String> = lines.map(|(_, text)| text.split("//").next().unwrap_or_default().trim().replace('\t', " ")).collect();
    if texts.len() == words.len() { Ok(texts) } else { Err(format!("{OBJDUMP} gave {} lines for {} words", texts.len(), words.len())) }
}
