#!/usr/bin/env bash
# Chains of fields under an operator give the same bits on 1, 2, 3 and 4 ranks, with AVX2 and AVX-512, in one memory round or
# several, stopped, killed in mid-chain and resumed on another number of ranks, extended, and (three theories) in parts: every method,
# in parameter space and in function space. Widths and masses merge. NNFT_SMALL is for slow programs: smaller scans, fewer ranks, and
# parts of one theory only.
set -euo pipefail

fail() {
  printf 'field operator: %s\n' "$*" >&2
  exit 1
}

# run RANKS OUTPUT ARGUMENT…: what the run prints is kept in OUTPUT.log.
run() {
  local ranks=$1 output=$2
  shift 2
  timeout 120 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample "$@" -o "$output" >"$output.log" 2>&1 </dev/null ||
    { cat "$output.log" >&2; fail "$* on $ranks ranks"; }
}

# same WHAT FILE…: all have the digest of the first one.
digest() { timeout 60 "$NNFT" show --digest "$1" | cut -d' ' -f1; }
same() {
  local what=$1 reference file
  reference=$(digest "$2")
  for file in "${@:3}"; do [[ $(digest "$file") == "$reference" ]] || fail "$what: $file has another digest than $2"; done
  printf 'field operator: %s: %s\n' "$reference" "$what"
}

# Networks: of the theories; at first, and at last, of those that are extended; of the run that is killed after so many seconds.
networks=2000 fewer=750 more=4500 long_run=40000 pauses=(0.3 0.8 1.3 2)
ranks=(1 2 3 4) in_parts=(wells plane hybrid) wide=40 strengths='1 10'
if [[ -n ${NNFT_SMALL-} ]]; then
  networks=672 fewer=336 more=1008 long_run=8000 pauses=(1.5 2 3)
  ranks=(1) in_parts=(wells) wide=9 strengths=10
fi

cat >wells.ini <<INI
[field]
architecture = free-scalar
cutoff = 8
width = 5 $wide inf
[sites]
points = 2; 1
[deformation]
kind = field-operator
strength = $strengths
mu2 = 0 1.5
box = 4
nodes = 12
[measure]
histogram = 0 1; 1
histogram-range = 3
histogram-bins = 8
[run]
networks = $networks
blocks = 21
slice = 16
INI
cat >plane.ini <<INI
[field]
architecture = cos
input-dim = 2
width = 6 inf
[sites]
points = 0.5 0.5; 1 0.2
[deformation]
kind = field-operator
strength = 5
kappa = 1
range = 0.3
box = 1
nodes = 4
[sampling]
updates = 2
thermalisation = 30
[measure]
orders = 2 4 6
[run]
networks = $networks
blocks = 21
slice = 16
INI
cat >tanh.ini <<INI
[field]
architecture = mlp
width = 9
sigma-bias = 0.3
out-density = uniform
[sites]
points = -0.9; 0.2
[deformation]
kind = field-operator
strength = 3
box = 1
nodes = 6
[run]
networks = $networks
blocks = 21
slice = 16
INI
# Weights instead of chains.
sed 's/^mu2 .*/mu2 = 0/; s/^strength .*/strength = 0.5/' wells.ini >weights.ini
printf '[sampling]\nmethod = reweight\n[measure]\nsources = 0.5 -0.3\n' >>weights.ini
# Hybrid Monte Carlo also where it is not needed.
sed 's/^width .*/width = inf/' wells.ini >hybrid.ini
printf '[sampling]\nmethod = hmc\n' >>hybrid.ini

paths=(auto)
if grep -q avx2 /proc/cpuinfo && grep -q avx512dq /proc/cpuinfo; then paths=(avx2 avx512); fi
if [[ -n ${NNFT_SMALL-} ]]; then paths=("${paths[0]}"); fi
for theory in wells plane tanh weights hybrid; do
  files=()
  for n in "${ranks[@]}"; do
    run "$n" "$theory.$n.h5" "$theory.ini"
    files+=("$theory.$n.h5")
  done
  for path in "${paths[@]}"; do
    run 2 "$theory.$path.h5" "$theory.ini" --run.simd="$path"
    files+=("$theory.$path.h5")
  done
  if [[ " ${in_parts[*]} " == *" $theory "* ]]; then
    for part in 0 1 2; do run 2 "$theory.part$part.h5" "$theory.ini" --part "$part/3"; done
    timeout 60 "$NNFT" merge -o "$theory.merged.h5" "$theory".part?.h5 >"$theory.merge.log" 2>&1 ||
      { cat "$theory.merge.log" >&2; fail "merge of $theory"; }
    files+=("$theory.merged.h5")
  fi
  run 3 "$theory.extended.h5" "$theory.ini" "--run.networks=$fewer"
  run 2 "$theory.extended.h5" "$theory.ini"
  same "$theory on ${ranks[*]} ranks, ${paths[*]}, merged, extended" "${files[@]}" "$theory.extended.h5"
done
[[ $(digest wells.1.h5) != $(digest hybrid.1.h5) ]] || fail 'two theories have one digest'

# Widths and masses in jobs of their own, whose chains have states of other lengths; then on from there.
for width in 5 "$wide" inf; do run 2 "width.$width.h5" wells.ini --field.width="$width" --deformation.mu2=0; done
run 2 mass.h5 wells.ini --deformation.mu2=1.5
timeout 60 "$NNFT" merge -o scan.h5 width.{5,"$wide",inf}.h5 mass.h5 >scan.log 2>&1 || { cat scan.log >&2; fail 'merge of widths'; }
same 'widths and masses merged' wells.1.h5 scan.h5
run 2 scan.h5 wells.ini "--run.networks=$more"
run 3 more.h5 wells.ini "--run.networks=$more"
same 'merged, then extended' more.h5 scan.h5

# The chains of all scan points do not fit together.
run 2 rounds.h5 wells.ini --run.max-memory=40M
grep -qE 'in ([2-9]|[1-9][0-9]+) rounds' rounds.h5.log || { head -5 rounds.h5.log >&2; fail 'expected several memory rounds'; }
same 'several memory rounds' wells.1.h5 rounds.h5

# Stopped by a file after the first leg, then killed in mid-chain, then finished.
long=(wells.ini "--run.networks=$long_run" --run.checkpoint-interval=0s)
run 1 uninterrupted.h5 "${long[@]}"
touch killed.h5.STOP
status=0
timeout 120 "$NNFT_MPIEXEC" -n 2 "$NNFT" sample "${long[@]}" -o killed.h5 >stopped.log 2>&1 </dev/null || status=$?
[[ $status -eq 75 ]] || { cat stopped.log >&2; fail "expected exit code 75 of a stopped run, got $status"; }
rm killed.h5.STOP
kills=0
# Each rank writes its process id.
cat >rank.sh <<'SH2'
echo "$$" >"pid.${OMPI_COMM_WORLD_RANK:-0}"
exec "$NNFT" "$@"
SH2
for pause in "${pauses[@]}"; do
  [[ ! -e killed.h5 ]] || break
  rm -f pid.*
  "$NNFT_MPIEXEC" -n 3 bash rank.sh sample "${long[@]}" -o killed.h5 >killed.log 2>&1 </dev/null &
  job=$!
  sleep "$pause"
  if compgen -G 'pid.*' >/dev/null && cat pid.* | xargs kill -KILL 2>/dev/null; then kills=$((kills + 1)); fi
  timeout 60 tail -s 0.05 --pid="$job" -f /dev/null || kill -KILL "$job"
  wait "$job" 2>/dev/null || true
done
[[ $kills -gt 0 ]] || fail 'the run ended before it could be killed'
run 4 killed.h5 "${long[@]}"
same "stopped, killed $kills times, resumed" uninterrupted.h5 killed.h5
