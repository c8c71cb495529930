#!/usr/bin/env bash
# The same run on 1 and on 2 ranks, in turn: medians of the seconds, and of their ratio, over PAIRS pairs.
#   two_ranks.sh [CONFIG [PAIRS [NETWORKS [OPTION …]]]]        NNFT=build/release/src/nnft   MPIEXEC=mpiexec   RANKS='1 2'
# From each time that of a run of one slice per block, made right before it, is subtracted: launching, pilot, analysis and files.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
nnft=$(realpath "${NNFT:-build/release/src/nnft}") config=$(realpath "${1:-jobs/cosnet.ini}") pairs=${2:-7} networks=${3:-4e6}
shift $(($# < 3 ? $# : 3))
read -r few many <<<"${RANKS:-1 2}"
export OMPI_MCA_rmaps_base_oversubscribe=1
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
if (($(nproc) < many)); then export OMPI_MCA_mpi_yield_when_idle=1; fi
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd "$(dirname "$config")"

# seconds RANKS OPTION…: of one run from launch to end.
seconds() {
  local begin=$EPOCHREALTIME ranks=$1
  shift
  "${MPIEXEC:-mpiexec}" -n "$ranks" "$nnft" sample "$config" "$@" -o "$work/out.h5" --fresh >"$work/log" 2>&1 </dev/null ||
    { cat "$work/log" >&2; return 1; }
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}
work_seconds() {
  local ranks=$1 idle busy
  shift
  idle=$(seconds "$ranks" "$@" --run.networks=1)
  busy=$(seconds "$ranks" "$@" --run.networks="$networks")
  awk "BEGIN { print $busy - $idle }"
}
spread() {
  sort -g | awk '{ x[NR] = $1 } END { printf "%.3f (%.3f to %.3f)", (x[int((NR + 1) / 2)] + x[int((NR + 2) / 2)]) / 2, x[1], x[NR] }'
}

one='' two='' ratios=''
for ((pair = 0; pair < pairs; ++pair)); do
  # Each goes first half of the time.
  if ((pair % 2)); then
    b=$(work_seconds "$many" "$@") a=$(work_seconds "$few" "$@")
  else
    a=$(work_seconds "$few" "$@") b=$(work_seconds "$many" "$@")
  fi
  one+=$a$'\n' two+=$b$'\n' ratios+=$(awk "BEGIN { print $a / $b }")$'\n'
done
echo "$pairs pairs on $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg): median (smallest to largest)"
echo "$few ranks: $(printf %s "$one" | spread) s"
echo "$many ranks: $(printf %s "$two" | spread) s"
echo "speed-up: $(printf %s "$ratios" | spread)"
