# Sourced by ../build.sh: one image per kernel, and one with all of them.
bench_flags=(-O3 -fno-math-errno -fno-tree-loop-distribute-patterns -Ibench)
compile bench/main.c build/obj/bench/main.c.o -O2 -Ibench
bench_objects=()
for source in bench/kernels/*.c; do
  kernel=$(basename "$source" .c)
  object=build/obj/$source.o
  if outdated "$object" bench/bench.h bench/build.sh; then rm -f "$object"; fi
  compile "$source" "$object" "${bench_flags[@]}"
  bench_objects+=("$object")
  if wanted "bench_$kernel" || wanted bench; then
    link "bench_$kernel" build/obj/bench/main.c.o "$object" "${LIB_OBJECTS[@]}"
  fi
done
if wanted bench; then
  link bench build/obj/bench/main.c.o "${bench_objects[@]}" "${LIB_OBJECTS[@]}"
fi
