#!/usr/bin/env bash
# Compiles C programs that speak arm64 KVM, as x86-64 programs: build.sh OUTPUT_FOLDER FILE.c...
# KVM's own headers are the arm64 ones of Debian's linux-libc-dev-arm64-cross; every other header is this machine's.
# Exit status 3: there is no compiler or there are no such headers.
set -euo pipefail

headers=${ARM64_HEADERS:-/usr/aarch64-linux-gnu/include}
compiler=${CC:-gcc}
command -v "$compiler" >/dev/null || { echo "no C compiler ($compiler)" >&2; exit 3; }
[ -f "$headers/linux/kvm.h" ] || { echo "no arm64 headers in $headers (Debian: linux-libc-dev-arm64-cross)" >&2; exit 3; }

out=$1
shift
include=$out/include
mkdir -p "$include/linux" "$include/asm"
for header in linux/kvm.h linux/psci.h asm/kvm.h asm/ptrace.h asm/sve_context.h asm/hwcap.h; do
  ln -sf "$headers/$header" "$include/$header"
done
for source in "$@"; do
  "$compiler" -O1 -Wall -Werror -isystem "$include" "$source" -o "$out/$(basename "$source" .c)" -lpthread
done
