#!/usr/bin/env bash
# Calls of MPI and HDF5 that fail, one at a time, on one of 1 to 4 ranks or on all: the job ends within a minute with exit code 3,
# one of its messages names the call, and no output is left.
set -euo pipefail

fail() {
  printf 'mpi_faults: %s\n' "$*" >&2
  exit 1
}

cat >job.ini <<'INI'
[field]
architecture = cos
width = 3 5
[sites]
points = 0; 0.5
[run]
networks = 128
blocks = 8
slice = 8
INI

# with_fault DIRECTORY FAULT RANKS ARGUMENT…: the program in DIRECTORY; its exit code is $status, what it prints in DIRECTORY/log.
with_fault() {
  local directory=$1 fault=$2 ranks=$3
  shift 3
  mkdir -p "$directory"
  status=0
  (cd "$directory" && NNFT_MPI_FAULT=$fault timeout -s KILL 60 "$NNFT_MPIEXEC" -n "$ranks" \
    env LD_PRELOAD="$NNFT_MPI_FAULT_LIBRARY" "$NNFT" "$@" >log 2>&1 </dev/null) || status=$?
}

# ends RANKS FAULT MESSAGE [ARGUMENT…]: a job that samples, or what ARGUMENT… says, ends as it should.
ends() {
  local ranks=$1 fault=$2 message=$3 status
  local directory=${fault//:/_}_$ranks
  shift 3
  if [[ $# -eq 0 ]]; then set -- sample ../job.ini -o out.h5; fi
  with_fault "$directory" "$fault" "$ranks" "$@"
  if [[ $status -ne 3 ]] || ! grep -q "^nnft: .*$message" "$directory/log" || [[ -e $directory/out.h5 ]]; then
    cat "$directory/log" >&2
    fail "$fault on $ranks ranks: expected exit code 3, no output and a message with '$message', got $status$(ls "$directory")"
  fi
  printf 'mpi_faults: %-28s %d ranks: %s\n' "$fault" "$ranks" "$(grep -m1 "^nnft: .*$message" "$directory/log" | cut -c1-110)"
}

# later COMMAND…: three at a time, because starting a job is mostly waiting. settle: all of them have succeeded.
started=()
settle() {
  local failed=0 pid
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  started=()
  [[ $failed -eq 0 ]] || exit 1
}
cases=0
later() {
  "$@" &
  started+=("$!")
  cases=$((cases + 1))
  if [[ ${#started[@]} -ge 3 ]]; then settle; fi
}

# What waits for other ranks before it ends comes first.
later ends 2 MPI_Barrier:1:1 'H5Fflush: MPI failed'
later ends 3 MPI_File_write_at_all:2:2 'MPI_File_write_at_all failed'
later ends 2 H5Dwrite:2:1 'H5Dwrite failed'

later ends 2 MPI_Init:1:all 'MPI_Init failed'
later ends 1 MPI_Comm_dup:1 'MPI_Comm_dup failed'
later ends 2 MPI_Comm_dup:1:1 'MPI_Comm_dup failed'
later ends 1 MPI_Comm_set_errhandler:3 'MPI_Comm_set_errhandler failed'
later ends 2 MPI_Comm_rank:1 'MPI_Comm_rank failed'
later ends 2 MPI_Comm_size:1:1 'MPI_Comm_size failed'
later ends 1 MPI_Allreduce:5 'MPI_Allreduce failed'
later ends 4 MPI_Allreduce:40:3 'MPI_Allreduce failed'
later ends 2 MPI_Bcast:1 'MPI_Bcast failed'
later ends 3 MPI_Bcast:2:2 'MPI_Bcast failed'
later ends 2 MPI_Allgather:1:1 'MPI_Allgather failed'
later ends 4 MPI_Reduce_scatter_block:1:2 'MPI_Reduce_scatter_block failed'
later ends 2 MPI_Isend:1:1 'MPI_Isend failed'
later ends 2 MPI_Probe:1 'MPI_Probe failed'
later ends 3 MPI_Recv:1 'MPI_Recv failed'
later ends 2 MPI_Get_count:1 'MPI_Get_count failed'
later ends 2 MPI_Waitall:2:1 'MPI_Waitall failed'
later ends 2 MPI_Get_library_version:1 'MPI_Get_library_version failed'
later ends 2 MPI_File_open:1:all 'H5Fopen failed'
later ends 2 MPI_File_sync:1:all 'MPI_File_sync failed'
later ends 2 MPI_File_close:1:all 'out.h5'
later ends 1 H5Fcreate:1 'H5Fcreate failed'
later ends 2 H5Fopen:1 'H5Fopen failed'
later ends 2 H5Fflush:1:all 'H5Fflush failed'
later ends 1 H5Dopen2:1 'H5Dopen2 failed'
later ends 1 H5Dwrite:1 'H5Dwrite failed'
later ends 2 H5Pcreate:1 'H5Pcreate failed'
later ends 1 H5Awrite:3 'H5Awrite failed'
later ends 2 H5DSattach_scale:1 'H5DSattach_scale failed'
settle

# Readers, by what they read.
"$NNFT" sample job.ini -o good.h5 >good.log 2>&1
for command in 'show' 'fit' 'action'; do
  later ends 1 H5Dread:2 'H5Dread failed' $command ../good.h5
  settle
done
later ends 2 H5Aread:1 'H5Aread failed' show ../good.h5
later ends 1 H5Dget_space:1 'H5Dget_space failed' compare ../good.h5 ../good.h5
settle

# At the end everything is there, and the exit code still tells.
with_fault finalize MPI_Finalize:1:all 2 sample ../job.ini -o out.h5
[[ $status -eq 3 && -e finalize/out.h5 ]] && grep -q 'MPI_Finalize failed' finalize/log || { cat finalize/log >&2; fail "MPI_Finalize: $status"; }

# What is printed and lost.
status=0
"$NNFT" show good.h5 >/dev/full 2>full.log || status=$?
[[ $status -eq 3 ]] && grep -q 'standard output: cannot be written' full.log || { cat full.log >&2; fail "output to a full device: $status"; }

# The check itself rejects a job that ends well, and a message that does not name the call.
must_reject() {
  if ("$@") >/dev/null 2>&1; then fail "not noticed: $*"; fi
}
must_reject ends 1 MPI_Allreduce:100000 'MPI_Allreduce failed'
must_reject ends 1 MPI_Allreduce:6 'MPI_Bcast failed'
printf 'mpi_faults: %d calls failed, and every job ended and named them\n' "$cases"
