#!/usr/bin/env bash
# The numbers in a result depend on neither the number of ranks, nor the schedule, nor the memory, nor the other scan points.
# And the digests and comparisons that say so do see another seed, another slice and another instruction set. NNFT_SMALL is for slow
# programs: fewer networks and ranks.
set -euo pipefail

fail() {
  printf 'ranks: %s\n' "$*" >&2
  exit 1
}

# sample RANKS OUTPUT ARGUMENT…: what the run prints is kept in OUTPUT.log.
sample() {
  local ranks=$1 output=$2
  shift 2
  if ! timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample "$@" -o "$output" >"$output.log" 2>&1; then
    cat "$output.log" >&2
    fail "nnft sample $* failed on $ranks ranks"
  fi
}

# later COMMAND…: side by side with others, because starting a job is mostly waiting. settle: all of them have succeeded.
started=()
later() {
  "$@" &
  started+=("$!")
  if [[ ${#started[@]} -ge 3 ]]; then settle; fi
}
settle() {
  local failed=0 pid
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  started=()
  if [[ $failed -ne 0 ]]; then exit 1; fi
}

# same FILE FILE…: all have one digest. different FILE FILE: they have two.
digests() {
  timeout 60 "$NNFT" show --digest "$@" >digests.log || fail "no digests of $*"
  [[ $(grep -cE '^[0-9a-f]{64}  ' digests.log) -eq $# ]] || fail "not one digest for each of $*"
  cut -d' ' -f1 digests.log | sort -u | wc -l
}
same() {
  if [[ $(digests "$@") -ne 1 ]]; then
    cat digests.log >&2
    fail 'these should be one result'
  fi
}
different() {
  if [[ $(digests "$@") -ne 2 ]]; then fail "$2 has the digest of $1"; fi
}

# Memory for a few scan points only, so that they are worked in several rounds.
in_rounds() {
  grep -Eq 'memory .* in ([2-9]|[1-9][0-9]+) rounds' "$1.log" || {
    cat "$1.log" >&2
    fail "$1 was not sampled in several rounds"
  }
}

# How many networks in the conditional and in the plain estimator, in a large scan, and on how many ranks.
conditional=600100 plain=60100 large=3000 many=(1 2 3 4 7)
if [[ -n ${NNFT_SMALL-} ]]; then conditional=60100 plain=10100 large=320 many=(1 4); fi

# A cheap and a dear width, fewer blocks than ranks, a slice that no vector length divides, and enough networks for the work to be
# dealt out several times, by speeds that were measured meanwhile.
cat >uneven.ini <<INI
[field]
architecture = cos
width = 3 200
[sites]
points = -1; -0.4; 0.1; 1
[run]
networks = $conditional
blocks = 3
slice = 50
[measure]
histogram = 0; 3 1
histogram-range = 2
histogram-bins = 10
INI
for estimator in conditional plain; do
  networks=$conditional
  if [[ $estimator == plain ]]; then networks=$plain; fi
  for ranks in "${many[@]}"; do
    later sample "$ranks" "$estimator.$ranks.h5" uneven.ini --measure.estimator="$estimator" --run.networks="$networks"
  done
  settle
  same "$estimator".[0-9].h5
done
different conditional.1.h5 plain.1.h5

# More scan points than fit into memory at once; at 1 rank also all at once.
cat >large.ini <<INI
[field]
architecture = cos
width = 3 5 7 11 13 17 19 23 29 31 37 200
[sites]
points = -1; -0.7; -0.4; -0.1; 0.1; 0.4; 0.7; 1
[run]
networks = $large
blocks = 32
slice = 5
max-memory = 41015K
INI
for estimator in conditional plain; do
  sample 1 "large.$estimator.h5" large.ini --measure.estimator="$estimator" --run.max-memory=2G
  if (in_rounds "large.$estimator.h5") 2>/dev/null; then fail '2G were not enough for one round'; fi
  for ranks in "${many[@]}"; do
    later sample "$ranks" "large.$estimator.$ranks.h5" large.ini --measure.estimator="$estimator"
  done
  settle
  for ranks in "${many[@]}"; do in_rounds "large.$estimator.$ranks.h5"; done
  same "large.$estimator.h5" "large.$estimator".[0-9].h5
done

# Another seed or another slice is another result, down to the digest.
small=(uneven.ini --run.networks=3000)
later sample 2 small.h5 "${small[@]}"
later sample 2 seed.h5 "${small[@]}" --run.seed=2
later sample 2 slice.h5 "${small[@]}" --run.slice=25
settle
different small.h5 seed.h5
different small.h5 slice.h5

cat >compare.py <<'PYTHON'
"""compare.py A B TOLERANCE: every number of every width of A is in B, within TOLERANCE of the largest of its dataset and width."""
import sys

import h5py
import numpy as np


def datasets(path):
    """Values, and which axis is that of the width, if any."""
    with h5py.File(path) as file:
        found = {}
        for name, item in file["/"].items():
            if isinstance(item, h5py.Dataset):
                dimensions = [d[0].name if len(d) else None for d in item.dims]
                found[name] = item[...], dimensions.index("/width") if "/width" in dimensions else None
        return found


def of_width(dataset, row):
    values, axis = dataset
    return values if axis is None else values.take(row, axis)


a, b, tolerance = datasets(sys.argv[1]), datasets(sys.argv[2]), float(sys.argv[3])
assert list(a) == list(b) and a["G4c_jackknife"][1] == 1 and "subtree_sum_histogram_3_1" in a, "not the same datasets"
worst = 0.0
for row, width in enumerate(a["width"][0]):
    (there,) = np.flatnonzero(b["width"][0] == width)
    for name in set(a) - {"width"}:
        mine, theirs = of_width(a[name], row), of_width(b[name], there)
        assert mine.shape == theirs.shape and np.isfinite(mine).all() and np.isfinite(theirs).all(), name
        if tolerance == 0.0:
            assert mine.tobytes() == theirs.tobytes(), f"{name} of width {width:g} differs"
        # Errors and biases are small differences of the correlators.
        largest = name.split("_")[0] if name[0] == "G" else name
        scale = np.abs(of_width(a[largest], row)).max()
        # A kurtosis is a quotient of small differences.
        weight = 1e-3 if name.endswith(("_kurtosis", "_err_err")) else 1.0
        worst = max(worst, weight * np.abs(mine - theirs).max() / (scale or 1.0))
assert worst <= tolerance, f"off by {worst:.2g}"
print(f"largest relative difference {worst:.2g}")
PYTHON
contains() { timeout 60 "$NNFT_PYTHON" compare.py "$@"; }

# A width's numbers do not depend on which others are scanned, nor on their order.
sample 2 more.h5 "${small[@]}" --field.width='200 17 3'
contains small.h5 more.h5 0 >contains.log 2>&1 || { cat contains.log >&2; fail 'widths 3 and 200 change when 17 is scanned too'; }
if contains more.h5 small.h5 0 >contains.log 2>&1; then fail 'compare.py found a width that is not there'; fi
if contains small.h5 seed.h5 0 >contains.log 2>&1; then fail 'compare.py took another seed for the same numbers'; fi

# Instruction sets agree to rounding errors, and the file says which one it was.
recorded() {
  timeout 60 "$NNFT_PYTHON" -c 'import sys, h5py; print(h5py.File(sys.argv[1], "r")["provenance"].attrs["simd"])' "$1"
}
for estimator in conditional plain; do
  widest=
  for simd in generic avx2 avx512; do
    output=$estimator.$simd.h5
    status=0
    timeout 60 "$NNFT" sample "${small[@]}" --measure.estimator="$estimator" --run.simd="$simd" -o "$output" >"$output.log" 2>&1 ||
      status=$?
    if [[ $status -eq 2 && $simd != generic ]] && grep -q 'run.simd: expected auto or at most' "$output.log"; then
      [[ ! -e $output ]] || fail "$output was written without $simd"
      printf 'ranks: %s not tried: %s\n' "$simd" "$(cat "$output.log")"
      continue
    fi
    [[ $status -eq 0 ]] || { cat "$output.log" >&2; fail "--run.simd=$simd ended with exit code $status"; }
    [[ $(recorded "$output") == "$simd" ]] || fail "$output says it was made by $(recorded "$output"), not $simd"
    contains "$estimator.generic.h5" "$output" 1e-11 >contains.log 2>&1 || {
      cat contains.log >&2
      fail "$simd and generic differ"
    }
    widest=$output
  done
  if [[ -e $estimator.avx512.h5 ]]; then same "$estimator.avx2.h5" "$estimator.avx512.h5"; fi
  sample 2 "$estimator.auto.h5" "${small[@]}" --measure.estimator="$estimator" --run.simd=auto
  same "$widest" "$estimator.auto.h5"
  if [[ $widest != "$estimator.generic.h5" ]]; then
    printf 'ranks: %s, generic and %s: %s\n' "$estimator" "$(recorded "$widest")" "$(cat contains.log)"
  fi
done
if contains small.h5 seed.h5 1e-11 >contains.log 2>&1; then fail 'another seed agrees to 1e-11'; fi

echo "ranks: bit-identical on ${many[*]} ranks, in one round or several, with or without another width"
