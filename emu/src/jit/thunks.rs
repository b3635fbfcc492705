//! Code that all regions share: the way in and out, the call of an interpreter function, and the second look at the TLB for
//! unaligned accesses. Emitted once, at the start of the code memory.

use super::asm::{Assembler, x64};
use super::entry::execute_site;
use super::exits::Tag;
use super::flags::{Like, store_host_flags};
use super::layout;
use super::outline;
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
