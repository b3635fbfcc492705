//! The cryptographic extensions: registers in, registers out. The algorithms are in [`crate::math`].

use crate::cpu::{Cpu, Stop};
use crate::exec::simd::register;
use crate::insn::Insn;
use crate::math::aes;
use crate::math::sha::{self, Sha1};
use crate::math::simd::Lane;
use crate::math::sm::{self, Sm3};

type Done = Result<(), Stop>;

fn words(cpu: &Cpu, index: u8) -> [u32; 4] {
    *u32::view(register(cpu, index))
}

fn doublewords(cpu: &Cpu, index: u8) -> [u64; 2] {
    *u64::view(register(cpu, index))
}

/// Functions of rows: the result, a whole register, from the state and the operands.
macro_rules! whole_registers {
    ($($name:ident |$cpu:ident, $insn:ident| $result:expr;)*) => {$(
        #[inline(never)]
        pub fn $name($cpu: &mut Cpu, $insn: &Insn) -> Done {
            $cpu.check_fp()?;
            let result = $result;
            $cpu.set_q($insn.rd, result);
            Ok(())
        }
    )*};
}

whole_registers! {
    aese |cpu, insn| aes::shift_and_substitute(cpu.q(insn.rd) ^ cpu.q(insn.rn));
    aesd |cpu, insn| aes::shift_and_substitute_back(cpu.q(insn.rd) ^ cpu.q(insn.rn));
    aesmc |cpu, insn| aes::mix_columns(cpu.q(insn.rn));
    aesimc |cpu, insn| aes::mix_columns_back(cpu.q(insn.rn));
    sha1h |cpu, insn| u32::element(cpu.q(insn.rn), 0).rotate_left(30).into();
    sha1su0 |cpu, insn| sha::sha1_schedule0(cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    eor3 |cpu, insn| cpu.q(insn.rn) ^ cpu.q(insn.rm) ^ cpu.q(insn.ra);
    bcax |cpu, insn| cpu.q(insn.rn) ^ cpu.q(insn.rm) & !cpu.q(insn.ra);
    sm3ss1 |cpu, insn| {
        let top = |index| u32::element(cpu.q(index), 3);
        u128::from(sm::sm3_ss1(top(insn.rn), top(insn.rm), top(insn.ra))) << 96
    };
}

/// Functions of rows on registers as words.
macro_rules! on_words {
    ($($name:ident |$cpu:ident, $insn:ident| $function:expr, $($operand:expr),+;)*) => {
        whole_registers! { $($name |$cpu, $insn| u32::join($function($($operand),+));)* }
    };
}

on_words! {
    sha1c |cpu, insn| sha::sha1_hash, Sha1::Choose, words(cpu, insn.rd), u32::element(cpu.q(insn.rn), 0), words(cpu, insn.rm);
    sha1p |cpu, insn| sha::sha1_hash, Sha1::Parity, words(cpu, insn.rd), u32::element(cpu.q(insn.rn), 0), words(cpu, insn.rm);
    sha1m |cpu, insn| sha::sha1_hash, Sha1::Majority, words(cpu, insn.rd), u32::element(cpu.q(insn.rn), 0), words(cpu, insn.rm);
    sha1su1 |cpu, insn| sha::sha1_schedule1, words(cpu, insn.rd), words(cpu, insn.rn);
    sha256h |cpu, insn| first, sha::sha256_hash(words(cpu, insn.rd), words(cpu, insn.rn), words(cpu, insn.rm));
    sha256h2 |cpu, insn| second, sha::sha256_hash(words(cpu, insn.rn), words(cpu, insn.rd), words(cpu, insn.rm));
    sha256su0 |cpu, insn| sha::sha256_schedule0, words(cpu, insn.rd), words(cpu, insn.rn);
    sha256su1 |cpu, insn| sha::sha256_schedule1, words(cpu, insn.rd), words(cpu, insn.rn), words(cpu, insn.rm);
    sm3partw1 |cpu, insn| sm::sm3_schedule1, words(cpu, insn.rd), words(cpu, insn.rn), words(cpu, insn.rm);
    sm3partw2 |cpu, insn| sm::sm3_schedule2, words(cpu, insn.rd), words(cpu, insn.rn), words(cpu, insn.rm);
    sm4e |cpu, insn| sm::sm4_encrypt, words(cpu, insn.rd), words(cpu, insn.rn);
    sm4ekey |cpu, insn| sm::sm4_next_keys, words(cpu, insn.rn), words(cpu, insn.rm);
    sm3tt1a |cpu, insn| sm3_round, cpu, insn, Sm3::Tt1a;
    sm3tt1b |cpu, insn| sm3_round, cpu, insn, Sm3::Tt1b;
    sm3tt2a |cpu, insn| sm3_round, cpu, insn, Sm3::Tt2a;
    sm3tt2b |cpu, insn| sm3_round, cpu, insn, Sm3::Tt2b;
}

fn first<T>(pair: (T, T)) -> T {
    pair.0
}

fn second<T>(pair: (T, T)) -> T {
    pair.1
}

fn sm3_round(cpu: &Cpu, insn: &Insn, function: Sm3) -> [u32; 4] {
    let schedule = u32::element(cpu.q(insn.rm), insn.imm as u32);
    sm::sm3_round(function, words(cpu, insn.rd), u32::element(cpu.q(insn.rn), 3), schedule)
}

/// Functions of rows on registers as doublewords.
macro_rules! on_doublewords {
    ($($name:ident |$cpu:ident, $insn:ident| $function:expr, $($operand:ident)+;)*) => {
        whole_registers! { $($name |$cpu, $insn| u64::join($function($(doublewords($cpu, $insn.$operand)),+));)* }
    };
}

on_doublewords! {
    sha512h |cpu, insn| sha::sha512_hash, rd rn rm;
    sha512h2 |cpu, insn| sha::sha512_hash2, rd rn rm;
    sha512su0 |cpu, insn| sha::sha512_schedule0, rd rn;
    sha512su1 |cpu, insn| sha::sha512_schedule1, rd rn rm;
    rax1 |cpu, insn| |n: [u64; 2], m: [u64; 2]| [n[0] ^ m[0].rotate_left(1), n[1] ^ m[1].rotate_left(1)], rn rm;
}

/// XAR: exclusive or and rotate.
#[inline(never)]
pub fn xar(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let both = cpu.q(insn.rn) ^ cpu.q(insn.rm);
    cpu.set_q(insn.rd, u64::join(u64::view(&both).map(|lane| lane.rotate_right(insn.imm as u32))));
    Ok(())
}
