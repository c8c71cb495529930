#!/usr/bin/env bash
# φ⁴ theory two ways, by fields of infinite width (function space) and by networks (parameter space), beside exact values,
# perturbation theory and each other. Tables are printed, pictures are PNG files in DIR; every number is computed here.
#   jobs/phi4.sh [SCALE] [PART …]      NNFT=build/release/src/nnft NP=2 DIR=build/phi4; SCALE of the number of samples, 1
# Parts, all if none is named:
#   nodes             interactions at one or two points, N = 10 to inf, beside `nnft exact`
#   function-space    one and two dimensions at λ = 0.1, 1, 10, 50, beside perturbation theory and reference values
#   parameter-space   N = 50 to 1000 extrapolated to infinite width, beside function space
#   series            coefficients of λ and λ² by `nnft fit`, beside perturbation theory
#   variance          what the improved estimators save
#   wells             Binder cumulants and susceptibilities of double wells, where they cross
# Exits with 1 if a check fails and says which.
set -euo pipefail

scale=1
parts=()
for word in "$@"; do
  case $word in
    nodes | function-space | parameter-space | series | variance | wells) parts+=("$word") ;;
    *[!0-9.e+-]* | '') sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    *) scale=$word ;;
  esac
done
if [[ ${#parts[@]} -eq 0 ]]; then parts=(nodes function-space parameter-space series variance wells); fi

default_directory=build/phi4
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import numpy, h5py, matplotlib' 2>/dev/null; then python=$candidate && break; fi
done
if [[ -z $python ]]; then
  echo "$0: no Python with numpy, h5py and matplotlib (jobs/dependencies.sh --tests installs Debian's); set PYTHON" >&2
  exit 2
fi
echo "tables and pictures by $(command -v "$python"), in $PWD"

# child_seconds: puts the processor time of all programs that have ended into $seconds.
child_seconds() {
  times >times.txt
  seconds=$(awk 'NR == 2 { gsub("s", ""); for (k = 1; k <= 2; ++k) { split($k, t, "m"); sum += 60 * t[1] + t[2] } print sum }' times.txt)
}

# run NAME CONFIG NETWORKS OPTION…: samples into NAME.h5, the processor time of all ranks (seconds) into NAME.cpu.
run() {
  local name=$1 config=$2 networks before begin
  networks=$(awk -v n="$3" -v s="$scale" 'BEGIN { n = int(s * n); print n < 1 ? 1 : n }')
  shift 3
  child_seconds
  before=$seconds
  begin=$(date +%s.%N)
  in_parallel "$name.log" sample "$jobs/phi4_$config.ini" --run.networks="$networks" -o "$name.h5" --fresh "$@"
  child_seconds
  # Without SLURM's, whose ranks are no children of this script.
  awk -v a="$before" -v b="$seconds" 'BEGIN { print b - a }' >"$name.cpu"
  awk -v name="$name" -v n="$networks" -v ranks="$ranks" -v cpu="$(cat "$name.cpu")" -v a="$begin" -v b="$(date +%s.%N)" \
    'BEGIN { printf "%-20s %.3g samples per scan point, %.1f s on %d ranks, %.1f s of processors\n", name, n, b - a, ranks, cpu }'
}

# exact NAME CONFIG OPTION…
exact() {
  local name=$1 config=$2
  shift 2
  in_parallel "$name.log" exact "$jobs/phi4_$config.ini" -o "$name.h5" --fresh "$@"
}

# both NAME NETWORKS OPTION…: what is sampled and what is exact.
both() {
  local name=$1 networks=$2
  shift 2
  run "$name" nodes "$networks" "$@"
  exact "$name.exact" nodes "$@"
}

nodes() {
  both one_node 2e5
  both two_nodes 2e5 --deformation.box=1.2 --deformation.nodes=2
  both nonlocal 2e5 --deformation.box=1.2 --deformation.nodes=2 --deformation.range=0.7 --deformation.strength=10 '--field.width=50 inf'
  both sextic 2e5 --deformation.box=1.2 --deformation.nodes=2 --deformation.kappa=10 --deformation.mu2=1.5 --deformation.strength=10 \
    '--field.width=50 inf'
}

function_space() {
  run b1_0.1 b1 2e7 --deformation.strength=0.1
  run b1_1 b1 9e7 --deformation.strength=1
  run b1_10 b1 4.5e7 --deformation.strength=10
  run b1_50 b1 2e7 --deformation.strength=50
  for strength in 0.1 1 10 50; do run "b2_$strength" b2 2e6 --deformation.strength=$strength; done
  for config in b1 b2; do exact "$config.perturbation" $config --perturbation '--deformation.strength=0.1'; done
}

parameter_space() {
  run widths b1 4e5 '--field.width=50 100 200 400 1000' '--deformation.strength=1 10' --run.slice=64 --measure.jackknife=all
  # For the picture: where the sign flips.
  run widths_small b1 4e5 '--field.width=20 30' '--deformation.strength=1 10' --run.slice=64
  run width_inf b1 4e6 '--deformation.strength=1 10' --measure.jackknife=all
  exact width_free b1 --deformation.strength=0 '--field.width=20 30 50 100 200 400 1000'
  for variable in G2c G4c; do
    "$nnft" fit widths.h5 --in width --variable $variable --leading-power 0 --order '1 2 3' --cuts 0 --all --jackknife -o "limit_$variable.h5" \
      --fresh >"limit_$variable.txt"
    # Exits with 1 if they are incompatible, which phi4.py looks for.
    "$nnft" compare "limit_$variable.h5" width_inf.h5 >"compare_$variable.txt" || [[ $? -eq 1 ]]
  done
}

series() {
  run series b1 6e6 '--deformation.strength=0 0.01 0.02 0.04 0.07 0.1 0.15 0.2'
  exact series.perturbation b1 --perturbation '--deformation.strength=0.001 0.002'
  for variable in G2c G4c; do
    "$nnft" fit series.h5 --in strength --variable $variable --order '2 3 4 5' --cuts 0 --all -o "series_$variable.h5" --fresh \
      >"series_$variable.txt"
  done
}

variance() {
  for width in 50 inf; do
    networks=$([[ $width == inf ]] && echo 1.6e7 || echo 1e6)
    plain=(--field.width=$width --deformation.strength=1 --measure.estimator=plain)
    run "factors_$width" b1 "$(awk -v n="$networks" 'BEGIN { print n / 4 }')" --field.width=$width '--deformation.strength=0.1 1 10 50'
    run "cost_reweight_$width" b1 "$networks" "${plain[@]}" --sampling.method=reweight
    run "cost_plain_$width" b1 "$networks" "${plain[@]}"
    run "cost_improved_$width" b1 "$networks" --field.width=$width --deformation.strength=1
  done
}

wells() {
  run wells_4 wells 262144
  run wells_6 wells 131072 --deformation.box=6 --deformation.nodes=24 '--sites.points=3 3'
  run wells_8 wells 65536 --deformation.box=8 --deformation.nodes=32 '--sites.points=4 4'
}

failed=()
for part in "${parts[@]}"; do
  echo
  echo "== $part"
  "${part//-/_}"
  "$python" "$jobs/phi4.py" "$part" "$ranks" "$scale" || failed+=("$part")
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo
  echo "checks failed in: ${failed[*]}" >&2
  exit 1
fi
