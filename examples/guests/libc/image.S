/* The static program that build.sh has linked. */
.section .rodata
.balign 4096
.global libc_image, libc_image_end
libc_image:
    .incbin "build/libc-program"
libc_image_end:
    .byte 0
