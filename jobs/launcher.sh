# Sourced by the scripts of this directory: the program, how it is launched, and where results go.
#   NNFT=build/release/src/nnft   NP=2 ranks   MPIEXEC=mpiexec   DIR=the directory given as $default_directory
nnft=$(realpath "${NNFT:-build/release/src/nnft}")
ranks=${NP:-2}
launcher=${MPIEXEC:-mpiexec}
# Open MPI counts cores, of which a small machine may have fewer than ranks, and wants to be asked twice to run as root.
export OMPI_MCA_rmaps_base_oversubscribe=1
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
mkdir -p "${DIR:-$default_directory}"
cd "${DIR:-$default_directory}"

# in_parallel LOG ARGUMENT…: runs the program on all ranks; what it prints goes to LOG and is shown only if it fails.
in_parallel() {
  local log=$1
  shift
  "$launcher" -n "$ranks" "$nnft" "$@" >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    exit 1
  }
}
