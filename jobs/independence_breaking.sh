#!/usr/bin/env bash
# Independence breaking measured: differences and derivatives in the strengths of weight-quartic, weight-ring and shared-scale beside
# exact values, what plain independent runs would need for them, and the formula of the talk (eq. B.7) beside the one that holds.
#   jobs/independence_breaking.sh      NNFT=build/release/src/nnft NP=2 DIR=build/independence SCALE=1 (of the number of networks)
set -euo pipefail

tables=$(realpath "${BASH_SOURCE[0]%/*}")/independence_breaking.py
default_directory=build/independence
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import numpy, h5py' 2>/dev/null; then python=$candidate && break; fi
done
if [[ -z $python ]]; then
  echo "$0: no Python with numpy and h5py (jobs/dependencies.sh --tests installs Debian's); set PYTHON" >&2
  exit 2
fi
echo "tables by $(command -v "$python")"

cat >base.ini <<'INI'
[field]
architecture = cos
width = 50
sigma-weight = 1.1
sigma-out = 1.3
[sites]
points = 0; 0.5; 1; -0.7
[run]
networks = 1
INI

networks() { awk -v n="$1" -v s="${SCALE:-1}" 'BEGIN { print int(s * n) }'; }

# run NAME NETWORKS OPTION…: samples into NAME.h5 and says how long that took.
run() {
  local name=$1 count=$2 begin
  shift 2
  begin=$(date +%s.%N)
  in_parallel "$name.log" sample base.ini --run.networks="$(networks "$count")" -o "$name.h5" --fresh "$@"
  awk -v name="$name" -v n="$(networks "$count")" -v ranks="$ranks" -v a="$begin" -v b="$(date +%s.%N)" \
    'BEGIN { printf "%-16s %.3g networks per scan point, %.1f s on %d ranks\n", name, n, b - a, ranks }'
}

# exact NAME OPTION…
exact() {
  local name=$1
  shift
  "$nnft" exact base.ini -o "$name.h5" --fresh "$@" >"$name.log"
}

quartic=(--deformation.kind=weight-quartic)
ring=(--deformation.kind=weight-ring --deformation.strength=0)
differences=(--measure.derivatives=differences)
score=(--measure.derivatives=score)

steps=("${quartic[@]}" '--deformation.strength=0 0.5 1 2')
run steps 2e5 "${steps[@]}"
exact steps.exact "${steps[@]}"
for strength in 0 0.5 1; do
  run "plain$strength" 2e6 "${quartic[@]}" --deformation.strength=$strength --measure.estimator=plain --run.seed="10${strength/./}"
done
for n in 10 20 50 100 200; do
  run "cost$n" $((10000000 / n)) "${quartic[@]}" --deformation.strength=0 --field.width=$n "${differences[@]}"
  run "score$n" $((10000000 / n)) "${quartic[@]}" --deformation.strength=0 --field.width=$n "${score[@]}"
  exact "cost$n.exact" "${quartic[@]}" --deformation.strength=0 --field.width=$n "${differences[@]}"
done
for kind in quartic ring; do
  if [[ $kind == quartic ]]; then options=("${quartic[@]}" --deformation.strength=0); else options=("${ring[@]}"); fi
  run "second_$kind" 1e7 "${options[@]}" --field.width=100 "${differences[@]}"
  exact "second_$kind.exact" "${options[@]}" --field.width=100 "${differences[@]}"
  run "second_score_$kind" 4e6 "${options[@]}" --field.width=20 "${score[@]}"
  exact "second_score_$kind.exact" "${options[@]}" --field.width=20 "${differences[@]}"
done
run mixed 4e7 "${quartic[@]}" --deformation.strength=0 --deformation-2.kind=weight-ring '--deformation-2.strength=0 -0.03 0.03' \
  --field.width=10 "${score[@]}" --measure.derivative-order=3 '--measure.tuples=0 1 2 3; 0 0 1 2'
for n in 10 20 50 100 200 400 1000; do
  run "leading$n" 2e6 "${quartic[@]}" --deformation.strength=0 --field.width=$n "${differences[@]}" --measure.derivative-order=1
done
exact leading.exact "${quartic[@]}" --deformation.strength=0 '--field.width=10 20 50 100 200 400 1000' "${differences[@]}"
exact leading.formula "${quartic[@]}" '--deformation.strength=0 1' '--field.width=10 20 50 100 200 400 1000' --leading
scale=(--deformation.kind=shared-scale '--deformation.strength=0.1 0.5' '--measure.orders=2 4 6' --field.width=10000)
run scale 3e4 "${scale[@]}"
exact scale.exact "${scale[@]}"

"$python" "$tables"
