#!/usr/bin/env bash
# A scan whose tables are twice run.max-memory is worked in rounds: no rank ever takes more than the limit, and the numbers are
# those of a run with room for everything.
set -euo pipefail

fail() {
  printf 'memory: %s\n' "$*" >&2
  exit 1
}

limit=$((64 << 20))
cat >job.ini <<INI
[field]
architecture = cos
width = $(seq -s ' ' 1 46)
[sites]
points = -1; -0.7; -0.4; -0.1; 0.1; 0.4; 0.7; 1
[measure]
jackknife = none
[run]
networks = 5000
blocks = 1000
slice = 5
INI
# 366 sums of 8 bytes in 1000 blocks of 46 scan points
tables=$((46 * 1000 * 366 * 8))
[[ $tables -gt $((2 * limit)) ]] || fail 'the tables are smaller than twice the limit'

# sampled RANKS LIMIT: the digest; $peak is what the largest rank took, as the kernel counted it.
sampled() {
  rm -f out.h5
  timeout 120 "$NNFT_MPIEXEC" -n "$1" "$NNFT" sample job.ini --run.max-memory="$2" -o out.h5 >run.log 2>&1 </dev/null ||
    { cat run.log >&2; fail "$1 ranks with $2"; }
  peak=$("$NNFT_PYTHON" -c "import h5py; print(h5py.File('out.h5')['provenance'].attrs['peak_memory'])")
  digest=$("$NNFT" show --digest out.h5 | cut -d' ' -f1)
}

sampled 2 4G
grep -q 'in 1 round,' run.log || fail 'the reference needs rounds'
[[ $peak -gt $limit ]] || fail "all tables at once took $peak bytes: nothing is tested"
reference=$digest
printf 'memory: tables of %d MiB, one round: %d MiB per rank\n' $((tables >> 20)) $((peak >> 20))
for ranks in 1 4; do
  sampled "$ranks" 64M
  [[ $peak -le $limit ]] || fail "$ranks ranks: $peak bytes, limit $limit"
  [[ $digest == "$reference" ]] || fail "$ranks ranks: another digest"
  printf 'memory: limit 64 MiB, %d ranks: %d MiB per rank, %s\n' "$ranks" $((peak >> 20)) "$(grep -o 'in [0-9]* rounds' run.log)"
done

# Strengths that share their draws keep their layers side by side.
cat >job.ini <<'INI'
[field]
architecture = mlp
hidden-widths = 600
hidden-draw = weights
width = 2
[sites]
points = -1; -0.7; -0.4; -0.1; 0.1; 0.4; 0.7; 1
[deformation]
kind = weight-ring
strength = -0.4 -0.3 -0.2 -0.1 0.1 0.2 0.3 0.4
[measure]
derivatives = differences
[run]
networks = 64
blocks = 4
slice = 16
INI
sampled 1 2G
said=$(sed -n 's/^memory per rank at most \([0-9]*\).*/\1/p' run.log)
[[ $peak -gt $((48 << 20)) ]] || fail "8 strengths of a deep net took $peak bytes: nothing is tested"
[[ $peak -le $((said << 20)) ]] || fail "8 strengths of a deep net: $peak bytes, at most $said MiB were said to be needed"
printf 'memory: 8 strengths of a deep net: %d MiB, at most %d were foreseen\n' $((peak >> 20)) "$said"
