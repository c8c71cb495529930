#!/usr/bin/env bash
# jobs/*.sbatch, unchanged, on a SLURM cluster of four emulated nodes: whatever happens to a job, the result has the digest of a local
# run that nothing happened to.
set -euo pipefail

source "$NNFT_SOURCE_DIR/tests/slurm/cluster.sh"
enter_cluster "$@"

jobs=$NNFT_SOURCE_DIR/jobs
trap 'scancel_all' EXIT
scancel_all() { timeout 5 scancel -u root 2>/dev/null || true; }

# fail WHAT: ends the test, with the logs.
fail() {
  local log
  timeout 10 squeue >&2 || true
  for log in *.log cluster/slurmctld.log; do
    printf -- '--- %s\n' "$log" >&2
    tail -n 25 "$log" >&2
  done
  printf 'slurm: %s\n' "$*" >&2
  exit 1
}

say() { printf 'slurm: %3d s  %s\n' "$SECONDS" "$*"; }

cat >job.ini <<'INI'
[field]
architecture = cos
width = 3 60
[sites]
points = -1; -0.4; 0.1; 0.7
[run]
networks = 6e6
blocks = 24
slice = 50
checkpoint-interval = 0s
INI

digest() { "$NNFT" show --digest "$1" | cut -d' ' -f1; }

# same FILE WHAT: FILE is complete, leaves nothing beside it, and has the reference's numbers.
same() {
  [[ -e $1 ]] || fail "$2: no output"
  [[ ! -e $1.part ]] || fail "$2: $1.part is left"
  [[ $(digest "$1") == "$reference" ]] || fail "$2: another digest"
  say "${reference:0:16}… $2"
}

# submit SCRIPT ARGUMENT…: submits it with the options in $options; the job's number is then in $job, its log is $job.log.
options=()
submit() {
  local script=$1
  shift
  job=$(timeout 20 sbatch --parsable --output=%j.log "${options[@]}" "$jobs/$script" "$@") || fail "sbatch $script"
}

# within SECONDS WHAT COMMAND…: waits until the command succeeds.
within() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [[ $SECONDS -lt $end ]] || fail "waited in vain for: $what"
    sleep 0.1
  done
}

state_of() { timeout 10 scontrol show job "$1" | sed -n 's/^ *JobState=\([A-Z_]*\).*/\1/p' | head -n 1; }
is() { [[ $(state_of "$1") == "$2" ]]; }
over() { [[ $(state_of "$1") != @(PENDING|CONFIGURING|RUNNING|COMPLETING|SUSPENDED|STOPPED) ]]; }
exit_code() { timeout 10 scontrol show job "$1" | sed -n 's/.* ExitCode=\([0-9]*\):.*/\1/p' | head -n 1; }
saved() { compgen -G "$1.part/running.*.h5" >/dev/null; }
logged() { grep -q -e "$2" "$1"; }

# ends JOB CODE WHAT
ends() {
  within 90 "$3: the end of job $1" over "$1"
  [[ $(exit_code "$1") == "$2" ]] || fail "$3: expected exit code $2, got $(exit_code "$1"), $(state_of "$1")"
}

start_cluster
say '4 nodes are up'
timeout 120 "$NNFT_MPIEXEC" -n 2 "$NNFT" sample job.ini -o reference.h5 >reference.log 2>&1 </dev/null || fail 'the local run'
reference=$(digest reference.h5)
say "${reference:0:16}… local run, uninterrupted, 2 ranks"

# Both launchers, on four nodes.
for launcher in srun mpirun; do
  options=(--nodes=4 --ntasks-per-node=1 --export="ALL,NNFT_LAUNCHER=$launcher")
  submit run.sbatch job.ini -o "$launcher.h5"
  ends "$job" 0 "$launcher"
  same "$launcher.h5" "4 nodes, $launcher"
  grep -h '^nnft: job' "$job.log"
done
