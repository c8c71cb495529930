#!/usr/bin/env bash
# The talk "φ⁴ theory as a neural network field theory" claim by claim: each formula as printed, measured with nnft, beside exact values,
# with a verdict that follows from these numbers. Writes talk.html (one page with pictures), talk.md, talk.txt, talk.json.
#   jobs/talk.sh [--full] [--measured] [CLAIM …]      NNFT=build/release/src/nnft NP=2 DIR=build/talk SCALE=1
# --full: the statistics of a cluster, thirty times as many networks; see talk.sbatch. --measured: verdicts and pages again of the files
# that are in DIR. SCALE of the numbers of networks. A run that is in DIR already is not repeated, one that was stopped goes on.
# CLAIMs, all if none is named, are the modules of jobs/talk that are listed below, in the order of the talk.
# Exit code 0: every claim is decided, whatever the verdict; 1: some number is missing, or too uncertain.
set -euo pipefail

scale=${SCALE:-1}
full=no
words=()
for word in "$@"; do
  case $word in
    --full) full=yes ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && words=(--help) && break ;;
    *) words+=("$word") ;;
  esac
done
if [[ $full == yes ]]; then scale=$(awk -v s="$scale" 'BEGIN { print 30 * s }'); fi

default_directory=build/talk
if [[ $full == yes ]]; then default_directory=build/talk-full; fi
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

python=
for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
  if "$candidate" -c 'import numpy, h5py, mpmath, matplotlib' 2>/dev/null; then python=$candidate && break; fi
done
if [[ -z $python ]]; then
  echo "$0: no Python with numpy, h5py, mpmath and matplotlib (jobs/dependencies.sh --tests installs Debian's); set PYTHON" >&2
  exit 2
fi
echo "by $(command -v "$python"), in $PWD"
PYTHONPATH=$jobs${PYTHONPATH:+:$PYTHONPATH} exec "$python" -m talk --program "$nnft" --scale "$scale" "${words[@]}" \
  --launch "${launch[@]}" -n "$ranks"
