#!/usr/bin/env bash
# Builds the bare-metal guests into build/: one directory here is one guest (NAME.elf), one file of bench/kernels is one bench guest
# (bench_KERNEL.elf), and bench.elf runs them all. Rebuilds only what is older than its inputs. `build.sh NAME...` builds only those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

CROSS=${CROSS:-aarch64-linux-gnu-}
if ! command -v "${CROSS}gcc" >/dev/null; then
  echo "build.sh: ${CROSS}gcc not found: install Debian's package gcc-aarch64-linux-gnu" >&2
  exit 3
fi

COMMON=(-std=gnu11 -Wall -Wextra -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables
        -fno-common -mno-outline-atomics -march=armv8-a -g0 -Ilib)
# The library runs with the MMU off and with FP trapped: aligned accesses and general registers only.
LIB=(-O2 -mgeneral-regs-only -mstrict-align -fno-tree-loop-distribute-patterns -fno-builtin)
LINK=(-nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -Wl,-T,link.ld)

mkdir -p build/obj

# outdated TARGET INPUT...: is TARGET missing or older than an input?
outdated() {
  local target=$1 input
  shift
  [[ -e $target ]] || return 0
  for input in "$@"; do
    [[ $input -nt $target ]] && return 0
  done
  return 1
}

# compile SOURCE OBJECT FLAG...; headers count as inputs as a whole: they are few.
compile() {
  local source=$1 object=$2 shared=(lib/*.h build.sh) local_headers=()
  shift 2
  shopt -s nullglob
  local_headers=("$(dirname "$source")"/*.h "$(dirname "$source")"/*.inc)
  shopt -u nullglob
  outdated "$object" "$source" "${shared[@]}" "${local_headers[@]}" || return 0
  mkdir -p "$(dirname "$object")"
  "${CROSS}gcc" "${COMMON[@]}" "$@" -c "$source" -o "$object"
}

# link NAME OBJECT...
link() {
  local elf=build/$1.elf
  shift
  outdated "$elf" link.ld "$@" || return 0
  "${CROSS}gcc" "${LINK[@]}" -o "$elf" "$@" -lgcc
  echo "built $elf"
}

# leave_out NAME REASON: a guest that needs more than the compiler, and has it not. build/left-out says so to who runs them all; who
# asked for this one gets status 3.
leave_out() {
  echo "build.sh: $1: $2" >&2
  [[ ${#ONLY[@]} -eq 0 ]] || exit 3
  rm -f "build/$1.elf"
  echo "$1 $2" >>build/left-out
}

wanted() {
  [[ ${#ONLY[@]} -eq 0 ]] && return 0
  local name
  for name in "${ONLY[@]}"; do
    [[ $name == "$1" ]] && return 0
  done
  return 1
}

ONLY=("$@")
[[ ${#ONLY[@]} -gt 0 ]] || : >build/left-out
LIB_OBJECTS=()
for source in lib/*.c lib/*.S; do
  object=build/obj/$source.o
  compile "$source" "$object" "${LIB[@]}"
  LIB_OBJECTS+=("$object")
done

# A guest may name its own flags, one a line, in NAME/flags (after the defaults, so they win); NAME/build.sh replaces all of this.
for directory in */; do
  name=${directory%/}
  case $name in lib | build | bench) continue ;; esac
  wanted "$name" || continue
  if [[ -e $name/build.sh ]]; then
    source "$name/build.sh"
    continue
  fi
  flags=(-O2)
  [[ -e $name/flags ]] && mapfile -t -O 1 flags <"$name/flags"
  objects=()
  shopt -s nullglob
  sources=("$name"/*.c "$name"/*.S)
  shopt -u nullglob
  [[ ${#sources[@]} -gt 0 ]] || continue
  for source in "${sources[@]}"; do
    compile "$source" "build/obj/$source.o" "${flags[@]}"
    objects+=("build/obj/$source.o")
  done
  link "$name" "${objects[@]}" "${LIB_OBJECTS[@]}"
done
[[ -e bench/build.sh ]] && source bench/build.sh
true
