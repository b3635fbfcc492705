# Sourced by ../build.sh: a position-independent link, then a flat binary.
image_objects=()
for source in image/*.c image/*.S; do
  compile "$source" "build/obj/$source.o" -O2 -mgeneral-regs-only
  image_objects+=("build/obj/$source.o")
done
if outdated build/image.img image/link.ld image/build.sh "${image_objects[@]}" "${LIB_OBJECTS[@]}"; then
  "${CROSS}gcc" -nostdlib -pie -Wl,--no-dynamic-linker,-Bsymbolic,--build-id=none,-z,norelro,-z,noexecstack,-z,max-page-size=4096 \
    -Wl,--no-warn-rwx-segments -Wl,-T,image/link.ld -o build/image.pie.elf "${image_objects[@]}" "${LIB_OBJECTS[@]}"
  if "${CROSS}readelf" -rW build/image.pie.elf | grep -E 'R_AARCH64_' | grep -qvE 'R_AARCH64_(RELATIVE|NONE)'; then
    echo "image: relocations that the image cannot apply to itself" >&2
    exit 1
  fi
  "${CROSS}objcopy" -O binary build/image.pie.elf build/image.img
  echo "built build/image.img"
fi
