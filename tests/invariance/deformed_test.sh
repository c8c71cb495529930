#!/usr/bin/env bash
# Deformed ensembles give the same bits on 1, 2, 3 and 4 ranks, in one memory round or several that split the strengths of a width,
# stopped and resumed, extended, in parts, and with the strengths scanned in runs of their own. At strength 0 they are the bits of
# the undeformed ensemble. Merging strengths whose product is not complete is refused. NNFT_SMALL is for slow programs: fewer
# networks, widths and ranks.
set -euo pipefail

fail() {
  printf 'deformed: %s\n' "$*" >&2
  exit 1
}

# run RANKS OUTPUT ARGUMENT…: what the run prints is kept in OUTPUT.log.
run() {
  local ranks=$1 output=$2
  shift 2
  timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample "$@" -o "$output" >"$output.log" 2>&1 </dev/null ||
    { cat "$output.log" >&2; fail "$* on $ranks ranks"; }
}

# later COMMAND…: side by side with others, because starting a job is mostly waiting. settle: all of them have succeeded.
started=()
later() {
  "$@" &
  started+=("$!")
  if [[ ${#started[@]} -ge 4 ]]; then settle; fi
}
settle() {
  local failed=0 pid
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  started=()
  if [[ $failed -ne 0 ]]; then exit 1; fi
}

# same WHAT FILE…: all have the digest of the first one.
digest() { timeout 60 "$NNFT" show --digest "$1" | cut -d' ' -f1; }
same() {
  local what=$1 reference file
  reference=$(digest "$2")
  for file in "${@:3}"; do [[ $(digest "$file") == "$reference" ]] || fail "$what: $file has another digest than $2"; done
  printf 'deformed: %s: %s\n' "$reference" "$what"
}

# rounds FILE LEAST: it was worked in at least so many memory rounds.
rounds() {
  local found
  found=$(sed -n 's/^memory .* in \([0-9]*\) rounds\?,.*/\1/p' "$1.log")
  [[ ${found:-0} -ge $2 ]] || fail "$1: expected at least $2 memory rounds, got '$found'"
}

# Widths and networks; networks of the second theory, and of runs that are extended.
widths='3 17' networks=9600 of_tanh=4800 fewer=2400 ranks=(1 2 3 4) in_rounds=(2 4)
if [[ -n ${NNFT_SMALL-} ]]; then widths=3 networks=1920 of_tanh=960 fewer=480 ranks=(1 3) in_rounds=(2); fi

cat >cos.ini <<INI
[field]
architecture = cos
width = $widths
[sites]
points = -1.3; -0.9; -0.1; 0.2; 0.7; 1.1
[deformation]
kind = weight-quartic
strength = 0 0.5 2
[deformation-2]
kind = shared-scale
strength = 0 0.3
[measure]
derivatives = score
[run]
networks = $networks
blocks = 24
slice = 20
INI
cat >tanh.ini <<INI
[field]
architecture = mlp
depth = 2
width = 3 8
sigma-bias = 0.3
[sites]
points = -0.9; 0.2; 1.1
[deformation]
kind = weight-ring
strength = -0.3 0 0.4
[measure]
derivatives = differences
histogram = 2 0; 1
histogram-range = 2
histogram-bins = 9
[run]
networks = $of_tanh
blocks = 24
slice = 20
INI

for n in "${ranks[@]}"; do
  later run "$n" "cos.$n.h5" cos.ini
done
for n in "${in_rounds[@]}"; do
  later run "$n" "rounds.$n.h5" cos.ini --run.max-memory=40700K
done
for n in "${ranks[@]}"; do
  later run "$n" "tanh.$n.h5" tanh.ini
done
for n in "${ranks[@]}"; do
  later run "$n" "plain.$n.h5" tanh.ini --measure.estimator=plain --measure.derivatives=score --field.activation=relu
done
settle
rounds cos.1.h5 1
for n in "${in_rounds[@]}"; do rounds "rounds.$n.h5" 3; done
same "cos, weight-quartic x shared-scale, score, ${ranks[*]} ranks, in one round and in several" cos.?.h5 rounds.?.h5
same "tanh of depth 2, weight-ring, differences, ${ranks[*]} ranks" tanh.?.h5
same "relu of depth 2, weight-ring, plain, score, ${ranks[*]} ranks" plain.?.h5
[[ $(digest tanh.1.h5) != "$(digest plain.1.h5)" ]] || fail 'two ensembles have one digest'

# stopped OUTPUT CONFIG ARGUMENT…: on 3 ranks at its first chance, resumed on 2.
stopped() {
  local status=0 output=$1
  shift
  touch "$output.STOP"
  timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" sample "$@" -o "$output" >"$output.log" 2>&1 </dev/null || status=$?
  [[ $status -eq 75 && -d $output.part && ! -e $output ]] || { cat "$output.log" >&2; fail "$output was not stopped: $status"; }
  rm "$output.STOP"
  run 2 "$output" "$@"
}
extended() {
  run 3 "$1" "${@:2}" "--run.networks=$fewer"
  run 1 "$1" "${@:2}"
}
# joined OUTPUT IN…
joined() {
  timeout 60 "$NNFT_MPIEXEC" -n 2 "$NNFT" merge -o "$@" >"$1.log" 2>&1 </dev/null || { cat "$1.log" >&2; fail "merge of $*"; }
}
for job in cos tanh; do
  later stopped "stopped.$job.h5" "$job.ini"
  later extended "extended.$job.h5" "$job.ini"
  for part in 0 1 2; do later run 1 "part$part.$job.h5" "$job.ini" --part "$part/3"; done
done
later stopped stopped.rounds.h5 cos.ini --run.max-memory=40700K
later run 1 low.h5 cos.ini --deformation.strength='0 0.5'
later run 1 high.h5 cos.ini --deformation.strength=2
later run 1 unscaled.h5 cos.ini --deformation-2.strength=0
later run 1 scaled.h5 cos.ini --deformation-2.strength=0.3
later run 1 negative.h5 tanh.ini --deformation.strength=-0.3
later run 1 other.h5 tanh.ini --deformation.strength='0 0.4'
later run 1 corner.h5 cos.ini --deformation.strength=0 --deformation-2.strength=0
later run 1 opposite.h5 cos.ini --deformation.strength=2 --deformation-2.strength=0.3
sed '/^\[deformation\]/,/^\[run\]/{/^\[run\]/!d}' cos.ini >free.ini
later run 1 free.h5 free.ini
settle
for job in cos tanh; do later joined "parts.$job.h5" part{1,0,2}.$job.h5; done
later joined strengths.h5 low.h5 high.h5
later joined scales.h5 unscaled.h5 scaled.h5
later joined rings.h5 negative.h5 other.h5
settle
same 'stopped and resumed, extended, in parts, strengths by themselves' cos.1.h5 stopped.cos.h5 stopped.rounds.h5 extended.cos.h5 \
  parts.cos.h5 strengths.h5 scales.h5
same 'stopped and resumed, extended, in parts, strengths by themselves' tanh.1.h5 stopped.tanh.h5 extended.tanh.h5 parts.tanh.h5 \
  rings.h5

# refuses STATUS TEXT IN…: merging them says why not, and writes nothing.
refuses() {
  local expected=$1 text=$2 status=0
  shift 2
  timeout 60 "$NNFT" merge -o refused.h5 "$@" >refused.log 2>&1 || status=$?
  [[ $status -eq $expected && ! -e refused.h5 ]] && grep -qF -e "$text" refused.log ||
    { cat refused.log >&2; fail "merge $*: expected exit code $expected and '$text', got $status"; }
}
refuses 2 'width 3, strength 0, strength2 0.3: no file holds this scan point; merged files must hold every combination' \
  corner.h5 opposite.h5
refuses 2 'block 0 of width 3, strength 0, strength2 0 is in both low.h5 and corner.h5' low.h5 corner.h5
refuses 2 'Keys that differ:' cos.1.h5 free.h5
refuses 2 'deformation.kind' cos.1.h5 free.h5

# What is sampled at strength 0, and with any shared scale, is the undeformed ensemble.
cat >sums.py <<'PYTHON'
"""sums.py DEFORMED FREE: the sums of the free ensemble are those at strength 0, whatever strength2, and not those elsewhere."""
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1]) as deformed, h5py.File(sys.argv[2]) as free:
    assert list(deformed["strength"][...]) == [0.0, 0.5, 2.0] and list(deformed["strength2"][...]) == [0.0, 0.3]
    names = ["sum2", "sum4", "sum_power1", "largest", "subtree_sum4"]
    for name in names:
        here, there = deformed[name][...], free[name][...]
        if name.startswith("subtree"):
            here, there = here.swapaxes(0, 1).swapaxes(1, 2).swapaxes(2, 3), there.swapaxes(0, 1).swapaxes(1, 2)
        for k in range(2):
            assert here[:, 0, k].tobytes() == there[:, 0].tobytes(), f"{name} at strength 0"
            assert here[:, 1, k].tobytes() == here[:, 1, 0].tobytes(), f"{name} depends on strength2"
            assert here[:, 1, k].tobytes() != there[:, 0].tobytes(), f"{name} does not depend on strength"
    g4c, of_free = deformed["G4c"][:, 0], free["G4c"][:, 0]
    assert np.abs(g4c[:, 0] - of_free).max() < 1e-12 * np.abs(of_free).max(), "G4c at strength 0"
    assert (np.abs(g4c[:, 1] / of_free - 1.0) > 0.1).all(), "G4c does not depend on strength2"
PYTHON
timeout 60 "$NNFT_PYTHON" sums.py cos.1.h5 free.h5 || fail 'the sums at strength 0 are not those of the undeformed ensemble'
if timeout 60 "$NNFT_PYTHON" sums.py cos.1.h5 cos.1.h5 2>/dev/null; then fail 'sums.py takes anything'; fi
echo 'deformed: every way to the same numbers leads there'
