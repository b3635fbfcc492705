# Sourced by ../build.sh: a static program with Debian's cross glibc, and the kernel that carries it.
if [[ ! -e $("${CROSS}gcc" -print-file-name=libc.a) ]]; then
  leave_out libc "no static C library for aarch64: install Debian's package libc6-dev-arm64-cross"
  return 0
fi
libc_sources=(libc/program/*.c)
if outdated build/libc-program libc/build.sh libc/program/*.h libc/program/*.inc "${libc_sources[@]}"; then
  # No built-ins: the calls are the library's. Contraction would change what the compiler's own arithmetic gives.
  "${CROSS}gcc" -std=gnu11 -Wall -Wextra -O2 -fno-builtin -ffp-contract=off -static -no-pie -Wl,-Ttext-segment=0x50000000 -Wl,--build-id=none -s \
    -o build/libc-program "${libc_sources[@]}" -lm
fi
libc_objects=(build/obj/libc/libc.c.o build/obj/libc/image.S.o)
compile libc/libc.c build/obj/libc/libc.c.o -O2 -mgeneral-regs-only -mstrict-align
if outdated build/obj/libc/image.S.o build/libc-program; then rm -f build/obj/libc/image.S.o; fi
compile libc/image.S build/obj/libc/image.S.o
link libc "${libc_objects[@]}" "${LIB_OBJECTS[@]}"
