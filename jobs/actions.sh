#!/usr/bin/env bash
# Couplings of the action from correlators by diagrams (`nnft action`) beside references that share nothing with it: exact densities by
# Fourier inversion, the formal Edgeworth series, diagrams counted by brute force, integrals over momenta. Tables are printed; every
# number is computed here.
#   jobs/actions.sh [SCALE] [PART …]      NNFT=build/release/src/nnft NP=2 DIR=build/actions; SCALE of the number of networks, 1
# Parts, all if none is named:
#   one-site                one site of the cos net, N = 20 to 1000, beside exact Taylor coefficients of -ln P
#   diagrams                number and symmetry factors of the diagrams through 1/N³
#   four-sites              measured couplings of cos and tanh nets at four sites beside exact ones
#   two-sites               two sites of the cos net beside the exact density
#   cosnet                  the cos-net action as the talk prints it beside what follows from the correlators
#   round-trip              correlators to couplings and back
#   independence-breaking   couplings by powers of the strength
#   operator                couplings of φ⁴ theory back from its correlators
#   density                 Edgeworth series of the density at one and two sites, N = 5, 20, 100, beside histograms, the density given K
#                           and Fourier inversion, and a picture of it, density.png
# Exits with 1 if a check fails and says which.
set -euo pipefail

all=(one-site diagrams four-sites two-sites cosnet independence-breaking operator round-trip density)
scale=1
parts=()
for word in "$@"; do
  case $word in
    one-site | diagrams | four-sites | two-sites | cosnet | round-trip | independence-breaking | operator | density) parts+=("$word") ;;
    *[!0-9.e+-]* | '') sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    *) scale=$word ;;
  esac
done
if [[ ${#parts[@]} -eq 0 ]]; then parts=("${all[@]}"); fi

default_directory=build/actions
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import numpy, h5py, mpmath' 2>/dev/null; then python=$candidate && break; fi
done
if [[ -z $python ]]; then
  echo "$0: no Python with numpy, h5py and mpmath (jobs/dependencies.sh --tests installs Debian's); set PYTHON" >&2
  exit 2
fi
echo "tables by $(command -v "$python"), in $PWD"

cat >base.ini <<'INI'
[field]
architecture = cos
width = 64
[sites]
points = 0
[measure]
orders = 2 4 6
[run]
networks = 1
INI

# exact NAME OPTION…
exact() {
  local name=$1
  shift
  "$nnft" exact base.ini -o "$name.h5" --fresh "$@" >"$name.log"
}

# run NAME NETWORKS OPTION…: samples into NAME.h5 and says how long that took.
run() {
  local name=$1 networks begin
  networks=$(awk -v n="$2" -v s="$scale" 'BEGIN { n = int(s * n); print n < 1 ? 1 : n }')
  shift 2
  begin=$(date +%s.%N)
  in_parallel "$name.log" sample base.ini --run.networks="$networks" --measure.jackknife=all -o "$name.h5" --fresh "$@"
  awk -v name="$name" -v n="$networks" -v ranks="$ranks" -v a="$begin" -v b="$(date +%s.%N)" \
    'BEGIN { printf "%-16s %.3g networks per scan point, %.1f s on %d ranks\n", name, n, b - a, ranks }'
}

# action FILE NAME OPTION…: couplings of FILE.h5 into NAME.h5.
action() {
  local file=$1 name=$2
  shift 2
  "$nnft" action "$file.h5" -o "$name.h5" --fresh "$@" >"$name.log"
}

one_site() {
  exact one_site.exact '--field.width=20 100 1000' '--measure.orders=2 4 6 8'
  action one_site.exact one_site --order 3
}

diagrams() {
  "$nnft" action --diagrams --order 3 >diagrams.txt
}

four_sites() {
  local cos=(--field.sigma-weight=1.1 --field.sigma-out=1.3 '--sites.points=0; 1.1; 2.3; -1.4')
  local tanh=(--field.architecture=mlp --field.activation=tanh --field.depth=1 --field.sigma-weight=1.5 --field.sigma-bias=1
    --field.sigma-out=1.3 '--sites.points=0; 1; 2.5; -1.5')
  local net options
  for net in cos tanh; do
    if [[ $net == cos ]]; then options=("${cos[@]}"); else options=("${tanh[@]}"); fi
    run "$net.sample" 4e6 "${options[@]}"
    exact "$net.exact" "${options[@]}"
    action "$net.sample" "$net" --order 2
    action "$net.exact" "$net.exact_couplings" --order 2
  done
}

two_sites() {
  exact two_sites.exact '--field.width=40 160 640' --field.sigma-weight=1.1 '--sites.points=0; 1' '--measure.orders=2 4 6 8'
  action two_sites.exact two_sites --order 3
}

cosnet() {
  local dimension sigma places points
  for dimension in 1 2; do
    for sigma in 0.7 1.1; do
      # The same places in units of σ_w⁻¹.
      if [[ $dimension == 1 ]]; then places='0 1.3 2.7 -1.5'; else places='0 0.3 1.2 -0.4 -0.9 0.7 0.5 1.6'; fi
      points=$(awk -v s="$sigma" -v d="$dimension" -v places="$places" 'BEGIN {
        n = split(places, u)
        for (k = 1; k <= n; ++k) printf "%s%.17g", k == 1 ? "" : (k - 1) % d ? " " : "; ", u[k] / s }')
      exact "cosnet_${dimension}_$sigma.exact" --field.input-dim="$dimension" --field.sigma-weight="$sigma" --field.sigma-out=1.3 \
        --sites.points="$points" '--measure.orders=2 4'
      action "cosnet_${dimension}_$sigma.exact" "cosnet_${dimension}_$sigma" --order 1
    done
  done
  exact one_site_cosnet.exact '--field.width=100 1000' '--measure.orders=2 4'
  action one_site_cosnet.exact one_site_cosnet --order 1
}

round_trip() {
  local order
  exact positive.exact '--field.width=16 32 64 128 256' --field.out-density=rademacher '--measure.orders=2 4 6 8'
  action positive.exact positive --order 3
  # As many fields whatever SCALE is: fewer would not tell the net from its action through 1/N.
  exact few.exact '--field.width=16 32' --field.out-density=rademacher '--measure.orders=2 4 6 8'
  action few.exact few --order 3
  in_parallel few.drawn.log correlators few.h5 --draw 4e7 --order 1 --orders '2 4 6' -o few.drawn.h5 --fresh
  exact round_trip.exact '--field.width=16 32 64 128 256' --field.sigma-weight=1.1 '--sites.points=0; 1' '--measure.orders=2 4 6 8'
  for order in 1 2 3; do
    action round_trip.exact "round_trip_$order" --order $order
    "$nnft" correlators "round_trip_$order.h5" -o "round_trip_$order.back.h5" --fresh >"round_trip_$order.back.log"
  done
}

independence_breaking() {
  exact shared_scale.exact --field.width=inf --field.sigma-weight=1.1 --field.sigma-out=1.3 '--sites.points=0; 1; 2.3' \
    --deformation.kind=shared-scale --deformation.strength=0 --measure.derivatives=differences
  action shared_scale.exact shared_scale --in strength --order 2
  local quartic=(--field.width=20 --field.sigma-weight=1.1 --field.sigma-out=1.3 '--sites.points=0; 1; 2.3'
    --deformation.kind=weight-quartic --deformation.strength=0 --measure.derivatives=score --measure.derivative-order=1)
  run quartic.sample 4e6 "${quartic[@]}"
  exact quartic.exact "${quartic[@]}"
  action quartic.sample quartic --in strength --order 1
  action quartic.exact quartic.exact_couplings --in strength --order 1
}

operator() {
  exact operator.exact --field.architecture=free-scalar --field.width=inf --field.mass=1 --field.cutoff=8 \
    '--sites.points=0.25; 0.75' --deformation.kind=field-operator '--deformation.strength=0 0.02 0.04' '--deformation.mu2=0 0.2' \
    --deformation.box=1 --deformation.nodes=2 --deformation.rule=midpoint '--measure.orders=2 4 6 8'
  action operator.exact operator --order 3
}

density() {
  local net=('--field.width=5 20 100' --field.sigma-weight=1.1 '--sites.points=0; 1' '--measure.orders=2 4 6 8')
  net+=('--measure.histogram=0; 0 1' --measure.histogram-range=2.8)
  run density.sample 1e6 "${net[@]}"
  exact density.exact "${net[@]}"
  action density.sample density --density '0; 0 1'
  action density.exact density.exact_series --density '0; 0 1'
}

failed=()
for part in "${parts[@]}"; do
  echo
  echo "== $part"
  "${part//-/_}"
  "$python" "$jobs/actions/tables.py" "$part" || failed+=("$part")
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo
  echo "checks failed in: ${failed[*]}" >&2
  exit 1
fi
