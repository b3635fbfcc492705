#!/usr/bin/env bash
# Compiles C programs for aarch64 Linux: build.sh OUTPUT_FOLDER static|dynamic FILE.c...
# Exit status 3: there is no cross compiler or no C library for it.
set -euo pipefail

compiler=${AARCH64_CC:-aarch64-linux-gnu-gcc}
command -v "$compiler" >/dev/null || { echo "no cross compiler ($compiler; Debian: gcc-aarch64-linux-gnu)" >&2; exit 3; }
[ -f "$("$compiler" -print-file-name=libc.a)" ] || { echo "no static C library (Debian: libc6-dev-arm64-cross)" >&2; exit 3; }

out=$1
flags=()
[ "$2" = dynamic ] || flags+=(-static)
shift 2
for source in "$@"; do
  "$compiler" -O1 -w "${flags[@]}" "$source" -o "$out/$(basename "$source" .c)" -lpthread
done
