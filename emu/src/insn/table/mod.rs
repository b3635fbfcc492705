//! The rows, one file a group of the Arm ARM's "A64 instruction set encoding" chapter.
//!
//! A row is: `NAME "encoding" operand_format exec::path, "disassembly" FEATURE effects;`
//!
//! `with_instructions!(callback)` hands all rows to `callback!`. Adding a group: write `NAME.rs` like its neighbours and
//! name it in the list below. Nothing here knows what an instruction does.

#[macro_use]
mod dp_imm;
#[macro_use]
mod dp_reg;
#[macro_use]
mod branch;
#[macro_use]
mod ldst;
#[macro_use]
mod ldst_pair;
#[macro_use]
mod ldst_excl;
#[macro_use]
mod lse;
#[macro_use]
mod ldst_simd;
#[macro_use]
mod fp;
#[macro_use]
mod simd_three;
#[macro_use]
mod simd_three_diff;
#[macro_use]
mod simd_element;
#[macro_use]
mod simd_two_reg;
#[macro_use]
mod simd_shift;
#[macro_use]
mod simd_permute;
#[macro_use]
mod simd_crypto;
#[macro_use]
mod simd_fp;
#[macro_use]
mod simd_fp8;
#[macro_use]
mod mops;
#[macro_use]
mod mte;
#[macro_use]
mod rcpc3;
#[macro_use]
mod sve_predicate;
#[macro_use]
mod sve_integer;
#[macro_use]
mod sve_permute;
#[macro_use]
mod sve_fp;
#[macro_use]
mod sve_memory;
#[macro_use]
mod sve2;
#[macro_use]
mod sve2p1;
#[macro_use]
mod sve_fp8;
#[macro_use]
mod sve_multiple;
#[macro_use]
mod marked;
#[macro_use]
mod pauth;

/// Calls `$callback!` with the rows of every group: each group macro adds its rows and calls the next.
macro_rules! with_instructions {
    ($callback:ident) => {
        chain_rows! {
            $callback [
                dp_imm dp_reg branch ldst ldst_pair ldst_excl lse ldst_simd fp simd_three simd_three_diff simd_element simd_two_reg
                simd_shift simd_permute simd_crypto simd_fp simd_fp8 pauth mops mte
                rcpc3 sve_predicate sve_integer sve_permute sve_fp sve_memory sve2 sve2p1 sve_fp8 sve_multiple marked
            ]
        }
    };
}

/// Takes the next group off the list, or hands everything gathered to the callback.
macro_rules! chain_rows {
    ($callback:ident [] $($rows:tt)*) => { $callback! { $($rows)* } };
    ($callback:ident [dp_imm $($rest:ident)*] $($rows:tt)*) => { dp_imm_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [dp_reg $($rest:ident)*] $($rows:tt)*) => { dp_reg_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [branch $($rest:ident)*] $($rows:tt)*) => { branch_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [ldst $($rest:ident)*] $($rows:tt)*) => { ldst_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [ldst_pair $($rest:ident)*] $($rows:tt)*) => { ldst_pair_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [ldst_excl $($rest:ident)*] $($rows:tt)*) => { ldst_excl_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [lse $($rest:ident)*] $($rows:tt)*) => { lse_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [ldst_simd $($rest:ident)*] $($rows:tt)*) => { ldst_simd_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [fp $($rest:ident)*] $($rows:tt)*) => { fp_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_three $($rest:ident)*] $($rows:tt)*) => { simd_three_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_three_diff $($rest:ident)*] $($rows:tt)*) => { simd_three_diff_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_element $($rest:ident)*] $($rows:tt)*) => { simd_element_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_two_reg $($rest:ident)*] $($rows:tt)*) => { simd_two_reg_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_shift $($rest:ident)*] $($rows:tt)*) => { simd_shift_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_permute $($rest:ident)*] $($rows:tt)*) => { simd_permute_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_crypto $($rest:ident)*] $($rows:tt)*) => { simd_crypto_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [mops $($rest:ident)*] $($rows:tt)*) => { mops_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [mte $($rest:ident)*] $($rows:tt)*) => { mte_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [rcpc3 $($rest:ident)*] $($rows:tt)*) => { rcpc3_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_predicate $($rest:ident)*] $($rows:tt)*) => { sve_predicate_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_integer $($rest:ident)*] $($rows:tt)*) => { sve_integer_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_permute $($rest:ident)*] $($rows:tt)*) => { sve_permute_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_fp $($rest:ident)*] $($rows:tt)*) => { sve_fp_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_memory $($rest:ident)*] $($rows:tt)*) => { sve_memory_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve2 $($rest:ident)*] $($rows:tt)*) => { sve2_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve2p1 $($rest:ident)*] $($rows:tt)*) => { sve2p1_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_fp8 $($rest:ident)*] $($rows:tt)*) => { sve_fp8_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [sve_multiple $($rest:ident)*] $($rows:tt)*) => { sve_multiple_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [marked $($rest:ident)*] $($rows:tt)*) => { marked_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [pauth $($rest:ident)*] $($rows:tt)*) => { pauth_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_fp $($rest:ident)*] $($rows:tt)*) => { simd_fp_rows! { $callback [$($rest)*] $($rows)* } };
    ($callback:ident [simd_fp8 $($rest:ident)*] $($rows:tt)*) => { simd_fp8_rows! { $callback [$($rest)*] $($rows)* } };
}
