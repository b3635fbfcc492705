/* The 64-byte Linux arm64 Image header (Documentation/arch/arm64/booting.rst), then self-relocation: the image runs wherever a loader
 * puts it, at any 2 MiB boundary. */

.section .text.head, "ax"
.global image_head
image_head:
    b       image_entry
    .long   0
    .quad   0                       /* text_offset from a 2 MiB boundary */
    .quad   __image_size
    .quad   0xa                     /* little-endian, 4K pages, anywhere in RAM */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

image_entry:
    mrs     x4, currentel
    mrs     x5, daif
    mrs     x6, sctlr_el1
    adr     x7, image_head

    adrp    x8, __rela_start
    add     x8, x8, :lo12:__rela_start
    adrp    x9, __rela_end
    add     x9, x9, :lo12:__rela_end
1:  cmp     x8, x9
    b.hs    2f
    ldp     x10, x11, [x8], #24     /* r_offset, r_info */
    cmp     x11, #1027              /* R_AARCH64_RELATIVE; build.sh lets nothing else through but R_AARCH64_NONE */
    b.ne    1b
    ldr     x12, [x8, #-8]
    add     x12, x12, x7
    str     x12, [x10, x7]
    b       1b

2:  adrp    x8, entry_state
    add     x8, x8, :lo12:entry_state
    stp     x0, x1, [x8]
    stp     x2, x3, [x8, #16]
    stp     x4, x5, [x8, #32]
    stp     x6, x7, [x8, #48]
    ic      iallu
    dsb     sy
    isb
    b       _start

.section .data.entry_state, "aw"
.balign 64
.global entry_state
entry_state:
    .skip   64
