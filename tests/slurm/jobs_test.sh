#!/usr/bin/env bash
# jobs/*.sbatch, unchanged, on a SLURM cluster of four emulated nodes: whatever happens to a job, the result has the digest of a local
# run that nothing happened to. With NNFT_SMALL, for slow programs, jobs are shorter, start in one way, and are requeued once.
set -euo pipefail

source "$NNFT_SOURCE_DIR/tests/slurm/cluster.sh"
enter_cluster "$@"

jobs=$NNFT_SOURCE_DIR/jobs
program=$(realpath "$NNFT")

# fail WHAT: ends the test, with the log of the last job. All logs stay in the working directory.
fail() {
  printf 'slurm: %s\n' "$*" >&2
  timeout 10 squeue >&2 || true
  tail -n 30 "${job:+$job.log}" reference.log >&2 || true
  tail -n 30 cluster/slurmctld.log >&2
  exit 1
}

say() { printf 'slurm: %3d s  %s\n' "$SECONDS" "$*"; }

networks=4e6 launchers=(srun mpirun) restarts=2
if [[ -n ${NNFT_SMALL-} ]]; then networks=12e5 launchers=(srun) restarts=1; fi

cat >job.ini <<INI
[field]
architecture = cos
width = 3 60
[sites]
points = -1; -0.4; 0.1; 0.7
[run]
networks = $networks
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
# ranks OUTPUT: the process ids of the ranks at work on it.
ranks() {
  local process
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/exe") == "$program" ]] && grep -qaF -e "$1" "$process/cmdline" 2>/dev/null; then
      printf '%s\n' "${process#/proc/}"
    fi
  done
}

# signal_ranks SIGNAL OUTPUT N: to the N ranks at work on it, one of which must know when its job will be ended.
signal_ranks() {
  local process processes knows=0
  mapfile -t processes < <(ranks "$2")
  [[ ${#processes[@]} -eq $3 ]] || fail "$2: ${#processes[@]} ranks at work, not $3"
  for process in "${processes[@]}"; do
    if grep -qaE 'SLURM_JOB_END_TIME=[0-9]{10}' "/proc/$process/environ"; then knows=1; fi
  done
  [[ $knows -eq 1 ]] || fail "$2: no rank knows when the job will be ended"
  kill "-$1" "${processes[@]}"
}

# shown JOB PATTERN: prints the lines of its log that begin with the pattern, of which there must be one.
shown() { sed -n "s/^$2.*/  | &/p" "$1.log" | grep . || fail "the log of job $1 does not say '$2'"; }
# at_least N FILE PATTERN: N lines of it.
at_least() { [[ $(grep -sc -e "$3" "$2") -ge $1 ]]; }
logged() { grep -sq -e "$2" "$1"; }

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

timeout 20 srun --ntasks=1 --mpi=pmix true 2>srun.log || cannot "srun --mpi=pmix: $(tail -n 1 srun.log)"

# Both launchers, on four nodes.
for launcher in "${launchers[@]}"; do
  options=(--nodes=4 --ntasks-per-node=1 --export="ALL,NNFT_LAUNCHER=$launcher")
  submit run.sbatch job.ini -o "$launcher.h5"
  ends "$job" 0 "$launcher"
  same "$launcher.h5" "4 nodes, $launcher"
  shown "$job" 'nnft: job'
done

# Strong scaling over one and four of the tasks of a job.
options=(--nodes=4 --ntasks-per-node=1 --export=ALL,KINDS=strong,DIR=scaling)
submit scaling.sbatch job.ini 1 4
ends "$job" 0 scaling
for count in 1 4; do same scaling/strong.$count.1.h5 "strong scaling, $count ranks"; done
[[ -s scaling/scaling.svg && $(grep -c '^ *[14] ' scaling/scaling.txt) -eq 2 ]] || fail 'scaling leaves no plot, or another table than of 1 and 4 ranks'

# A section of the talk.
options=(--nodes=4 --ntasks-per-node=1 --export=ALL,SCALE=0.005,DIR=talk,PYTHON=$NNFT_PYTHON)
submit talk.sbatch generating_functional
ends "$job" 0 talk
[[ $(grep -c '=> holds' talk/talk.txt) -eq 4 && -s talk/talk.html ]] || fail 'the talk: expected four claims that hold'
[[ $("$NNFT" show talk/functional.h5 | awk '$1 == "ranks" { print $2 }') -eq 4 ]] || fail 'the talk was not measured on all tasks'

# The time limit is too short: saved and stopped before it, requeued, twice. The ranks are halted while the end draws near, as if
# there were much more to do. Both launchers at a time; and all of it beside the next jobs, because it is mostly waiting, on nodes that
# none of them needs.
chain() {
  local launcher=$1 output=chain.$1.h5 restart
  options=(--nodes=2 '--nodelist=n[3-4]' --ntasks-per-node=1 --signal=B:USR1@60 --export="ALL,NNFT_LAUNCHER=$launcher")
  submit chain.sbatch job.ini -o "$output"
  for ((restart = 0; restart < restarts; ++restart)); do
    within 90 "restart $restart" logged "$job.log" "restart $restart,"
    within 60 'the start of the ranks' at_least $((restart + 1)) "$job.log" '^memory per rank'
    within 60 'a first checkpoint' saved "$output"
    signal_ranks STOP "$output" 2
    scontrol update JobId="$job" EndTime="$(date -d '+55 sec' +%FT%T)"
    within 60 'SIGUSR1 before the time limit' at_least $((restart + 1)) "$job.log" 'SIGUSR1, the ranks'
    signal_ranks CONT "$output" 2
  done
  within 90 "restart $restarts" logged "$job.log" "restart $restarts,"
  ends "$job" 0 'the chain'
  shown "$job" 'nnft: \(job\|SIGUSR1\|stopped\|requeueing\)'
  same "$output" "time limit too short, $launcher, requeued $restarts times"
}
chains=()
for launcher in "${launchers[@]}"; do
  chain "$launcher" &
  chains+=("$!")
done

# Four parts, three of them at a time, and a merge that waits for them; the last one is stopped and requeued.
options=(--array=0-3%3 --ntasks=1 --output=%A_%a.log)
submit array.sbatch parts.h5 job.ini
options=(--ntasks=2 "--dependency=afterok:$job" --kill-on-invalid-dep=yes)
array=$job
submit merge.sbatch parts.h5
within 20 'the merge waits for the array' is "$job" PENDING
within 60 'a checkpoint of the last part' saved parts.h5.3-of-4.h5
signal_ranks STOP parts.h5.3-of-4.h5 1
scancel --batch --signal=USR1 "${array}_3"
within 20 'SIGUSR1 in the last part' logged "${array}_3.log" 'SIGUSR1, the ranks'
signal_ranks CONT parts.h5.3-of-4.h5 1
ends "$job" 0 'array and merge'
if at_least 1 "${array}_2.log" 'restart 1'; then fail 'all tasks of the array were requeued'; fi
shown "${array}_3" 'nnft: \(job\|requeueing\)'
same parts.h5 "array $array of 4 parts, job $job merged them"

# A running job is told to stop, as the ranks of its steps; the same line goes on.
options=(--nodes=2 --ntasks-per-node=1)
submit run.sbatch job.ini -o stop.h5
within 60 'a first checkpoint' saved stop.h5
scancel --signal=TERM "$job"
ends "$job" 75 'scancel --signal=TERM'
shown "$job" 'nnft: stopped because of SIGTERM'
touch stop.h5.STOP
submit chain.sbatch job.ini -o stop.h5
ends "$job" 75 'OUTPUT.STOP'
shown "$job" 'nnft: stopped'
rm stop.h5.STOP
submit chain.sbatch job.ini -o stop.h5 --run.networks=-1
ends "$job" 2 'a wrong config'
submit run.sbatch job.ini -o stop.h5
ends "$job" 0 'the same line again'
same stop.h5 'stopped by scancel --signal=TERM, submitted again'

# A job is cancelled, and saves in the seconds that SLURM leaves it; it is killed while it writes, and has no chance to.
submit chain.sbatch job.ini -o kill.h5
within 60 'a first checkpoint' saved kill.h5
scancel "$job"
within 60 'the end of a cancelled job' over "$job"
is "$job" CANCELLED || fail "scancel: expected CANCELLED, got $(state_of "$job")"
shown "$job" 'nnft: stopped because of SIGTERM'
submit chain.sbatch job.ini -o kill.h5
within 60 'the start of the ranks' logged "$job.log" '^memory per rank'
scancel --signal=KILL "$job.0"
ends "$job" 137 'a kill'
shown "$job" 'nnft: job .* exit code 137'
if logged "$job.log" 'stopped because'; then fail 'the job was stopped and not killed: nothing is tested'; fi
[[ ! -e kill.h5 ]] || fail 'a killed job left an output'
submit chain.sbatch job.ini -o kill.h5
ends "$job" 0 'after a kill'
same kill.h5 'cancelled, submitted again, killed while it wrote, submitted again'

# A node is lost: the job is requeued by SLURM and goes on elsewhere.
submit run.sbatch job.ini -o node.h5
within 60 'a first checkpoint' saved node.h5
crash_node n2
scontrol update NodeName=n2 State=DOWN Reason=test
within 60 'the restart' logged "$job.log" 'restart 1'
ends "$job" 0 'after the loss of a node'
shown "$job" 'nnft: job .* restart'
same node.h5 'node n2 crashed, requeued by SLURM'
start_node n2

# A single rank dies: the job does not wait for it until the time limit. (Looked at after the next job.)
submit run.sbatch job.ini -o rank.h5
within 60 'a first checkpoint' saved rank.h5
mapfile -t processes < <(ranks rank.h5)
kill -KILL "${processes[0]}"
lost=$job

job=
for chain in "${chains[@]}"; do wait "$chain" || fail 'time limit too short'; done

# Where the site requeues jobs that end with 75 by itself, a chain leaves it to do so.
printf 'RequeueExit=75\n' >>"$SLURM_CONF"
scontrol reconfigure
within 20 'RequeueExit' eval "scontrol show config | grep -q '^RequeueExit *= 75'"
submit chain.sbatch job.ini -o exit.h5
within 60 'a first checkpoint' saved exit.h5
scancel --batch --signal=USR1 "$job"
within 60 'the restart' logged "$job.log" 'restart 1'
ends "$job" 0 'RequeueExit'
shown "$job" 'nnft: job'
if logged "$job.log" 'requeueing'; then fail 'the job requeued itself although SLURM does'; fi
same exit.h5 'stopped by scancel --batch --signal=USR1, requeued by RequeueExit'
sed -i '/^RequeueExit=/d' "$SLURM_CONF"
scontrol reconfigure
within 20 'no RequeueExit' eval "scontrol show config | grep -q '^RequeueExit *= (null)'"

job=$lost
ends "$job" 137 'a rank was killed'
shown "$job" 'nnft: job .* exit code 137'
submit run.sbatch job.ini -o rank.h5
ends "$job" 0 'after a rank was killed'
same rank.h5 "one rank of job $lost killed, submitted again"
