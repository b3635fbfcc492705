//! Logical operations on predicates, bit by bit. Looks at no elements.

use super::set_bytes;
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;

/// Pd = f(Pg, Pn, Pm).
fn logical(cpu: &mut Cpu, insn: &Insn, f: impl Fn(u64, u64, u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (g, n, m) = (cpu.p(insn.opt), cpu.p(insn.rn), cpu.p(insn.rm));
    let mut out = g;
    for (out, (n, m)) in out.0.iter_mut().zip(n.0.into_iter().zip(m.0)) {
        *out = f(*out, n, m);
    }
    set_bytes(cpu, insn, &g, &out);
    Ok(())
}

macro_rules! logical {
    ($($name:ident |$g:ident, $n:ident, $m:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            logical(cpu, insn, |$g, $n, $m| $result)
        }
    )*};
}

logical! {
    and |g, n, m| g & n & m;
    bic |g, n, m| g & n & !m;
    eor |g, n, m| g & (n ^ m);
    sel |g, n, m| g & n | !g & m;
    orr |g, n, m| g & (n | m);
    orn |g, n, m| g & (n | !m);
    nor |g, n, m| g & !(n | m);
    nand |g, n, m| g & !(n & m);
}
