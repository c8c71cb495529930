#!/usr/bin/env bash
# From a fresh clone to a first result: installs what is missing, builds, and samples jobs/cosnet.ini on NP (default 2) ranks.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
ranks=${NP:-2}
build=build/release
run=build/quickstart
mkdir -p "$run"

# quietly LOG COMMAND…: the command's output goes to LOG and is shown only if the command fails.
quietly() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 || status=$?
  if [[ $status -ne 0 ]]; then
    cat "$log" >&2
    printf 'quickstart: failed (exit code %d): %s\n' "$status" "$*" >&2
    exit "$status"
  fi
}

echo 'quickstart: looking for compiler and libraries (missing ones are installed)'
quietly "$run/install.log" bash jobs/dependencies.sh
echo "quickstart: building into $build"
generator=()
if ! command -v ninja >/dev/null && [[ ! -f $build/CMakeCache.txt ]]; then
  generator=(-G 'Unix Makefiles')
fi
quietly "$run/configure.log" cmake --preset release "${generator[@]}" -DNNFT_TESTS=OFF
quietly "$run/build.log" cmake --build "$build" --target nnft --parallel "${JOBS:-$(nproc)}"

mpiexec=$(sed -n 's/^MPIEXEC_EXECUTABLE:[^=]*=//p' "$build/CMakeCache.txt")
# Open MPI counts cores, of which a small machine may have fewer than ranks, and wants to be asked twice to run as root.
export OMPI_MCA_rmaps_base_oversubscribe=1
if [[ $(id -u) -eq 0 ]]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
echo "quickstart: nnft sample jobs/cosnet.ini on $ranks ranks"
status=0
"$mpiexec" -n "$ranks" "$build/src/nnft" sample jobs/cosnet.ini -o "$run/cosnet.h5" --fresh || status=$?
if [[ $status -ne 0 ]]; then
  printf 'quickstart: nnft ended with exit code %d\n' "$status" >&2
  exit "$status"
fi
printf '\nThe result is %s; to see it again:\n  %s show %s\n' "$run/cosnet.h5" "$build/src/nnft" "$run/cosnet.h5"
