//! Code that all regions share: the way in and out, the call of an interpreter function, and the second look at the TLB for
//! unaligned accesses. Emitted once, at the start of the code memory.

use std::mem::offset_of;

use super::asm::{Assembler, x64};
use super::entry::execute_site;
use super::exits::Tag;
use super::flags::{Like, store_host_flags};
use super::layout;
use super::outline;
use crate::cpu::PauthKey;
use crate::cpu::pac_memo::{MODIFIER_SHIFT, Operation, Outcome, PLACE_FACTOR, PLACE_SHIFT, PLACES};
use crate::mem::tlb_layout::{ADDEND, DEVICE, ENTRY_MASK, ENTRY_SHIFT, PHYSICAL, READ, WRITE};

/// Offsets in the code memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Thunks {
    /// Called from Rust.
    pub enter: u32,
    /// Jumped to with the reason in RAX.
    pub exit: u32,
    /// Jumped to with the distance of a site and a tag in RAX.
    pub leave: u32,
    /// Jumped to with the address behind a stub in RAX and the number of its region's frame in RCX.
    pub outline: u32,
    /// Entered from Rust: see [`outline::resume`].
    pub resume: u32,
    /// Called with the distance of a site in RCX, whose low bits go along: compares the outcome with "done".
    pub execute: u32,
    /// Called with the flags of a comparison, by [`Like`]: puts them into the guest's. Clobbers RAX and RCX.
    pub store_flags: [u32; 3],
    /// By log2 of the size, for loads and for stores: address in RAX; ZF, and in RCX the address as if the common addend were
    /// the page's, when the bytes are in one page that may be accessed so.
    pub probe: [[u32; 6]; 2],
    /// The same for naturally aligned addresses, of Device memory too.
    pub probe_aligned: [[u32; 6]; 2],
    /// As `probe`, where pages have nothing in common: the addend in RCX.
    pub probe_scattered: [[u32; 6]; 2],
    /// By whether it is authentication, and key: pointer in RAX, modifier in RDX; "equal", and in RAX what becomes of the pointer, when
    /// that is known. Clobbers RCX.
    pub pac: [[u32; 4]; 2],
}

/// What a probe is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Probe {
    Unaligned,
    Aligned,
    Scattered,
}

/// The code, and where its parts are; `sites` is the address of the first site that is kept.
pub fn build(sites: u64) -> Option<(Vec<u8>, Thunks)> {
    let asm = &mut Assembler::default();
    let mut thunks = Thunks { enter: asm.position(), ..Thunks::default() };
    x64!(asm
        ; push rbx
        ; push rbp
        ; push r12
        ; push r13
        ; push r14
        ; push r15
        ; sub rsp, 8
        ; mov rbp, rdi
        ; mov r14, rdx
        ; mov r15, rcx
        ; jmp rsi
    );
    thunks.exit = asm.position();
    x64!(asm
        ; exit:
        ; mov rdx, r14
        ; add rsp, 8
        ; pop r15
        ; pop r14
        ; pop r13
        ; pop r12
        ; pop rbp
        ; pop rbx
        ; ret
    );
    thunks.leave = asm.position();
    x64!(asm ; mov rcx, QWORD sites as i64 ; add rax, rcx ; jmp <exit);
    thunks.outline = asm.position();
    x64!(asm ; mov QWORD [rbp + layout::FRAME.disp], rcx ; shl rax, 3 ; or rax, Tag::Outline as i32 ; jmp <exit);
    thunks.resume = asm.position();
    outline::resume(asm);
    // By a region's code that was called itself: the stack is aligned.
    thunks.execute = asm.position();
    x64!(asm
        ; mov rsi, QWORD sites as i64
        ; add rsi, rcx
        ; mov QWORD [rbp + layout::SITE.disp], rsi
        ; lea rdi, [rbp - layout::BIAS]
        ; and rsi, -8
        ; mov rax, QWORD execute_site as *const () as usize as i64
        ; call rax
        ; cmp eax, 1
        ; ret
    );
    for (offset, like) in thunks.store_flags.iter_mut().zip(Like::ALL) {
        *offset = asm.position();
        store_host_flags(asm, like);
        x64!(asm ; ret);
    }
    let probes = [
        (&mut thunks.probe, Probe::Unaligned),
        (&mut thunks.probe_aligned, Probe::Aligned),
        (&mut thunks.probe_scattered, Probe::Scattered),
    ];
    for (offsets, kind) in probes {
        for (offsets, tag) in offsets.iter_mut().zip([READ, WRITE]) {
            for (size, offset) in offsets.iter_mut().enumerate() {
                *offset = asm.position();
                probe(asm, 1 << size, tag, kind);
            }
        }
    }
    for (offsets, operation) in thunks.pac.iter_mut().zip([Operation::sign, Operation::authenticate]) {
        for (offset, key) in offsets.iter_mut().zip(PauthKey::OF_POINTERS) {
            *offset = asm.position();
            known_outcome(asm, operation(key), key);
        }
    }
    asm.resolve().then(|| (asm.code().to_vec(), thunks))
}

fn probe(asm: &mut Assembler, bytes: i32, tag: i32, kind: Probe) {
    x64!(asm
        ; mov ecx, eax
        ; shr ecx, ENTRY_SHIFT as i8
        ; and ecx, ENTRY_MASK
    );
    if kind == Probe::Scattered {
        x64!(asm ; add rcx, r15);
    } else {
        x64!(asm ; add rcx, QWORD [rbp + layout::ENTRIES.disp]);
    }
    if kind == Probe::Aligned {
        x64!(asm
            ; mov rdx, rax
            ; and rdx, !0xfff | (bytes - 1)
            ; cmp rdx, QWORD [rcx + tag]
            ; jne >fail
        );
    } else {
        x64!(asm
            ; lea rdx, [rax + bytes - 1]
            ; and rdx, !0xfff
            ; cmp rdx, QWORD [rcx + tag]
            ; jne >fail
            ; test BYTE [rcx + PHYSICAL], DEVICE as i8
            ; jne >fail
        );
    }
    x64!(asm ; mov rcx, QWORD [rcx + ADDEND]);
    if kind != Probe::Scattered {
        x64!(asm ; sub rcx, r15 ; add rcx, rax);
    }
    // Equal again: arithmetic has changed the flags.
    x64!(asm
        ; cmp eax, eax
        ; fail:
        ; ret
    );
}

/// Looks for what became of a pointer lately, in the place that [`crate::cpu::pac_memo`] has for it.
fn known_outcome(asm: &mut Assembler, operation: Operation, key: PauthKey) {
    let line = size_of::<Outcome>().trailing_zeros();
    let first = (operation.first_place() * size_of::<Outcome>()) as i32;
    let field = |offset: usize| first + offset as i32;
    let (high, low) = key.registers();
    x64!(asm
        ; mov rcx, rdx
        ; shr rcx, MODIFIER_SHIFT as i8
        ; xor ecx, eax
        ; imul ecx, ecx, PLACE_FACTOR as i32
        ; shr ecx, (PLACE_SHIFT - line) as i8
        ; and ecx, ((PLACES - 1) << line) as i32
        ; add rcx, QWORD [rbp + layout::PAC_MEMO.disp]
        ; cmp rax, QWORD [rcx + field(offset_of!(Outcome, pointer))]
        ; jne >fail
        ; cmp rdx, QWORD [rcx + field(offset_of!(Outcome, modifier))]
        ; jne >fail
        ; cmp BYTE [rcx + field(offset_of!(Outcome, operation))], operation.number() as i8
        ; jne >fail
        ; mov rdx, QWORD [rbp + layout::SYSTEM.disp]
        ; mov rax, QWORD [rdx + 8 * low as i32]
        ; cmp rax, QWORD [rcx + field(offset_of!(Outcome, low))]
        ; jne >fail
        ; mov rax, QWORD [rdx + 8 * high as i32]
        ; cmp rax, QWORD [rcx + field(offset_of!(Outcome, high))]
        ; jne >fail
        ; mov rax, QWORD [rcx + field(offset_of!(Outcome, result))]
        ; fail:
        ; ret
    );
}
