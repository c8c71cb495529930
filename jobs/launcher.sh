# Sourced by the scripts of this directory: the program, how it is launched, and where results go.
#   NNFT=build/release/src/nnft   DIR=the directory given as $default_directory, if any
#   elsewhere than in a SLURM job:   NP=2 ranks   MPIEXEC=mpiexec
#   in a SLURM job:                  NNFT_LAUNCHER=srun or mpirun, on all tasks of the job
# $ranks is how many in_parallel starts, and may be changed.
jobs=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
if [[ -e $jobs/modules.sh ]]; then source "$jobs/modules.sh"; fi

nnft=${NNFT:-$jobs/../build/release/src/nnft}
if [[ -z ${NNFT:-} && ! -x $nnft ]]; then nnft=$(command -v nnft || echo "$nnft"); fi
nnft=$(realpath "$nnft")
# Open MPI counts cores, of which a small machine may have fewer than ranks, and wants to be asked twice to run as root.
export OMPI_MCA_rmaps_base_oversubscribe=1
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi

if [[ -z ${SLURM_JOB_ID:-} ]]; then
  launch=("${MPIEXEC:-mpiexec}")
  ranks=${NP:-2}
elif [[ ${NNFT_LAUNCHER:-srun} == srun ]]; then
  # --wait: when a rank dies, the others would wait for it until the time limit. Not --kill-on-bad-exit, which hides exit code 75.
  launch=(srun --export=ALL --wait=20)
  if [[ -z ${SLURM_MPI_TYPE:-} && $(srun --mpi=list 2>&1) == *pmix* ]]; then launch+=(--mpi=pmix); fi
elif [[ $NNFT_LAUNCHER == mpirun ]]; then
  launch=("${MPIEXEC:-mpirun}")
else
  printf "nnft: NNFT_LAUNCHER is srun or mpirun, not '%s'\n" "$NNFT_LAUNCHER" >&2
  exit 2
fi

ranks=${ranks:-${SLURM_NTASKS:-1}}

if [[ -n ${default_directory:-} ]]; then
  mkdir -p "${DIR:-$default_directory}"
  cd "${DIR:-$default_directory}"
fi

# in_parallel LOG ARGUMENT…: runs the program on $ranks ranks; what it prints goes to LOG and is shown only if it fails.
in_parallel() {
  local log=$1
  shift
  "${launch[@]}" -n "$ranks" "$nnft" "$@" >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    exit 1
  }
}

# in_job ARGUMENT…: runs the program on all tasks of a SLURM job; its exit code is then in $status. SIGUSR1 to this script goes on
# to the ranks, which save and stop. SIGTERM (scancel, time limit) reaches srun and mpirun by itself; it makes $cancelled `yes`.
in_job() {
  local pid again
  # The number of the last task of an array is that of the whole array.
  job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
  job=${job:-$SLURM_JOB_ID}
  cancelled=no
  stopped=no
  trap 'again=yes; stopped=yes; echo "nnft: SIGUSR1, the ranks save and stop"; kill -USR1 "$pid"' USR1
  trap 'again=yes; cancelled=yes; echo "nnft: SIGTERM, the job ends"' TERM
  # Older SLURM does not tell when the job must end; nnft stops in time by itself if it knows.
  if [[ -z ${SLURM_JOB_END_TIME:-} ]]; then
    SLURM_JOB_END_TIME=$(date +%s -d "$(squeue -h -j "$job" -o %e)" 2>/dev/null) || SLURM_JOB_END_TIME=
    if [[ -n $SLURM_JOB_END_TIME ]]; then export SLURM_JOB_END_TIME; else unset SLURM_JOB_END_TIME; fi
  fi
  printf 'nnft: job %s, restart %d, %s tasks on %s: %s nnft %s\n' \
    "$job" "${SLURM_RESTART_COUNT:-0}" "${SLURM_NTASKS:-$SLURM_JOB_NUM_NODES}" "$SLURM_JOB_NODELIST" "${launch[*]}" "$*"
  "${launch[@]}" "$nnft" "$@" </dev/null &
  pid=$!
  # A trap interrupts `wait`.
  while
    again=no
    status=0
    wait "$pid" || status=$?
    [[ $again == yes ]]
  do :; done
  printf 'nnft: job %s ends with exit code %d\n' "$job" "$status"
}

# end_or_requeue: ends the job with $status. A job that stopped with everything saved (75) goes back into the queue, unless it was
# cancelled or stopped at once without being told to, as it would again and again (OUTPUT.STOP is there).
end_or_requeue() {
  if [[ $status -eq 75 && $cancelled == no ]]; then
    if [[ $stopped == no && $SECONDS -lt 60 ]]; then
      echo 'nnft: stopped within a minute of its start, not requeued'
    elif [[ ,$(scontrol show config | sed -n 's/^RequeueExit *= *//p'), != *,75,* ]]; then
      printf 'nnft: requeueing job %s\n' "$job"
      scontrol requeue "$job"
    fi
  fi
  exit "$status"
}
