//! Disassembly from the table's syntax column, or an alias's (`mov`, `cmp`, `lsl` …) where one is preferred; the text is that
//! of GNU objdump. Symbols are not known here.
//!
//! A template is text with `{operand:kind}` places. The operand is a letter: `d` rd, `n` rn, `m` rm, `a` ra, `i` imm, `o`
//! opt, `s` size, `u` aux, `w` the whole word; the kind says how it is written, see [`kinds`].

mod aliases;
mod fp;
mod kinds;
mod memory;
mod simd;
mod sve;
mod sve2;
mod sve_fp;
mod sve_integer;
mod sve_memory;
mod sve_permute;
mod sve_predicate;
mod system;

use std::fmt::Write;

use super::Insn;

/// One line of assembly, without the address.
pub fn disassemble(insn: &Insn) -> String {
    let mut out = String::new();
    let mut rest = aliases::template(insn).unwrap_or(insn.row().syntax);
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        write_place(&mut out, insn, &rest[open + 1..open + close]);
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out.truncate(out.trim_end_matches([' ', ',']).len());
    out
}

/// Disassembles a word fetched from `pc`; an unallocated word is shown as data.
pub fn disassemble_word(word: u32, pc: u64) -> String {
    super::decode::decode(word, pc).map_or_else(|| format!(".inst {word:#010x}"), |insn| disassemble(&insn))
}

fn write_place(out: &mut String, insn: &Insn, place: &str) {
    let (operand, kind) = place.split_once(':').unwrap_or((place, "u"));
    let value = match operand {
        "d" => insn.rd.into(),
        "n" => insn.rn.into(),
        "m" => insn.rm.into(),
        "a" => insn.ra.into(),
        "i" => insn.imm,
        "o" => insn.opt.into(),
        "s" => insn.size.into(),
        "u" => insn.aux.into(),
        _ => insn.word.into(),
    };
    if !kinds::write(out, insn, kind, value) {
        // A kind that nobody defined is an error in the table; the test over all rows finds it.
        let _ = write!(out, "<{place}>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insn::ROWS;
    use crate::insn::decode::decode;

    #[test]
    fn every_template_place_has_a_kind() {
        for row in ROWS {
            let samples = [row.pattern.value, row.pattern.value | !row.pattern.mask & 0x0014_8421];
            for insn in samples.iter().filter_map(|&word| decode(word, 0x1000)).filter(|insn| insn.op == row.op) {
                let text = disassemble(&insn);
                assert!(!text.contains('<'), "{}: {text}", row.name);
            }
        }
    }

    #[test]
    fn samples() {
        let cases = [
            (0x9100_0420, "add x0, x1, #0x1"),
            (0x5100_07ff, "sub wsp, wsp, #0x1"),
            (0xd503_3fdf, "isb"),
            (0xd503_3b9f, "dsb ish"),
            (0xd538_0000, "mrs x0, midr_el1"),
            (0xd518_1000, "msr sctlr_el1, x0"),
            (0xd508_871f, "tlbi vmalle1"),
            (0x5400_0041, "b.ne 0x1008"),
        ];
        for (word, text) in cases {
            assert_eq!(disassemble_word(word, 0x1000), text);
        }
    }
}
