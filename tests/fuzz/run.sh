#!/usr/bin/env bash
# run.sh [SECONDS] [TARGET…]: builds the fuzz targets with Clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer and
# fuzzes each for so many seconds (60), from the corpora of tests/fuzz/corpus and what earlier calls found. Targets: config, sites,
# result, action, checkpoint, merge; all by default. Prints a table of executions, coverage, time and crashes; inputs that
# crash are left in build/fuzz/found. Exit code 0 only if there are none. Debian: clang, libclang-rt-dev, llvm.
set -euo pipefail

source_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$source_directory"
seconds=${1:-60}
shift || true
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then targets=(config sites result action checkpoint merge); fi

cmake --preset fuzz >/dev/null
cmake --build build/fuzz --parallel "${JOBS:-$(nproc)}" --target fuzz_targets

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_hwloc_base_binding_policy=none
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16  # Open MPI leaks; HDF5 allocates much and often
work=$source_directory/build/fuzz
bash tests/fuzz/make_seeds.sh build/fuzz/src/nnft "$work/seeds"
export NNFT_FUZZ_SEEDS=$work/seeds
mkdir -p "$work/found" "$work/log"

failed=0
printf '%-12s %12s %10s %10s %10s %8s\n' target executions coverage features seconds crashes
for target in "${targets[@]}"; do
  mkdir -p "$work/corpus/$target"
  before=$(find "$work/found" -name "$target-*" | wc -l)
  dictionary=()
  if [[ -e tests/fuzz/$target.dict ]]; then dictionary=(-dict="tests/fuzz/$target.dict"); fi
  begin=$SECONDS
  log=$work/log/$target.log
  "$work/tests/fuzz/${target}_fuzz" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=3000 -malloc_limit_mb=2000 -max_len=4096 \
    -print_final_stats=1 -artifact_prefix="$work/found/$target-" "${dictionary[@]}" \
    "$work/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 </dev/null || failed=1
  crashes=$(($(find "$work/found" -name "$target-*" | wc -l) - before))
  printf '%-12s %12s %10s %10s %10d %8d\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(grep -ao ' cov: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f3)" "$(grep -ao ' ft: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f3)" \
    "$((SECONDS - begin))" "$crashes"
  if [[ $crashes -gt 0 ]]; then grep -a -m 3 'ERROR\|^fuzz: \|SUMMARY' "$log" || true; fi
done
exit "$failed"
