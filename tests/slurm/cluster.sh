# Sourced by the tests of this directory: a SLURM cluster of four emulated nodes on this machine, with everything it needs inside
# namespaces of its own (processes, network, mounts, hostname). When the test ends, by whatever, all that is in there ends.
#   enter_cluster "$@"     goes on in the namespaces, or exits with 77 and the reason where that cannot be
#   start_cluster          munged, slurmctld and slurmd of n1 … n4; their logs stay in cluster/
#   crash_node n2          and start_node n2

# cannot REASON…: skips the test.
cannot() {
  printf 'slurm: SKIPPED, %s\n' "$*"
  exit 77
}

namespaces=(--mount --propagation private --uts --ipc --net --pid --fork --kill-child=KILL --mount-proc)

enter_cluster() {
  export PATH=$PATH:/usr/sbin:/sbin
  if [[ ${NNFT_IN_CLUSTER:-} == yes ]]; then
    # The first process of the namespace does not die of signals that it does not catch.
    trap 'exit 130' INT
    trap 'exit 143' TERM
    return
  fi
  local tool missing=()
  [[ $(uname -s) == Linux ]] || cannot 'namespaces need Linux'
  [[ $(id -u) -eq 0 ]] || cannot 'the daemons of a cluster need root'
  for tool in slurmctld slurmd sbatch munged munge unshare setpriv ip; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [[ ${#missing[@]} -eq 0 ]] || cannot "not found: ${missing[*]}. Debian: jobs/dependencies.sh --tests"
  unshare "${namespaces[@]}" unshare --uts --mount mount -t tmpfs none /run 2>unshare.log ||
    cannot "no namespaces of its own: $(tail -n 1 unshare.log)"
  local inside status=0
  NNFT_IN_CLUSTER=yes setpriv --pdeathsig KILL unshare "${namespaces[@]}" bash "$0" "$@" &
  inside=$!
  # shellcheck disable=SC2064 # this process id
  trap "kill -KILL $inside" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  wait "$inside" || status=$?
  trap - EXIT
  exit "$status"
}

write_slurm_conf() {
  cat <<CONF
ClusterName=nnft
SlurmctldHost=head(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
# A job that is requeued waits until the credentials of its last run have expired.
AuthInfo=socket=$state/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$state/slurmctld
SlurmdSpoolDir=$state/%n/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/%n/slurmd.pid
SlurmctldLogFile=$PWD/cluster/slurmctld.log
SlurmdLogFile=$PWD/cluster/slurmd.%n.log
# mpi/pmix makes directories in here whose names do not tell nodes apart.
TmpFS=$state/%n/tmp
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$PWD/cluster/jobs.log
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
PropagateResourceLimits=NONE
ReturnToService=2
JobRequeue=1
KillWait=5
MinJobAge=3600
SlurmdTimeout=60
SlurmctldTimeout=60
UnkillableStepTimeout=30
# More cores than the machine may have.
SlurmdParameters=config_overrides
NodeName=n[1-4] NodeAddr=127.0.0.1 Port=[17001-17004] CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=10
CONF
}

# start_node NAME: its slurmd, with a hostname and a table of hosts of its own, so that Open MPI sees different machines.
start_node() {
  mkdir -p "$state/$1/spool" "$state/$1/tmp"
  chmod 1777 "$state/$1/tmp"
  # shellcheck disable=SC2016 # for the inner shell
  unshare --uts --mount --propagation private sh -ec \
    'hostname "$1"; mount --bind "$2/hosts" /etc/hosts; exec slurmd -f "$2/slurm.conf" -N "$1"' sh "$1" "$state" \
    </dev/null >>"cluster/slurmd.$1.out" 2>&1
}

# crash_node NAME: everything on it is gone at once, as in a power failure. start_node brings it back.
crash_node() {
  local hostname process
  hostname=$(readlink "/proc/$(cat "$state/$1/slurmd.pid")/ns/uts")
  for process in /proc/[0-9]*; do
    if [[ $(readlink "$process/ns/uts") == "$hostname" ]]; then kill -KILL "${process#/proc/}" 2>/dev/null || true; fi
  done
}

start_cluster() {
  local node tries log
  mkdir -p cluster
  ip link set lo up
  # Names are not looked up where there are loopback addresses only.
  ip address add 192.0.2.1/32 dev lo
  export OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_btl_tcp_if_include=lo
  hostname head
  mount -t tmpfs -o mode=755 none /run
  state=/run/nnft
  mkdir -p "$state"/{munge,slurmctld}
  printf '127.0.0.1 %s\n' localhost head n1 n2 n3 n4 >"$state/hosts"
  mount --bind "$state/hosts" /etc/hosts
  (umask 077 && head -c 1024 /dev/urandom >"$state/munge/key")
  munged --key-file="$state/munge/key" --socket="$state/munge/socket" --pid-file="$state/munge/pid" \
    --seed-file="$state/munge/seed" --log-file="$state/munge/log" || { cat "$state/munge/log" >&2; return 1; }
  write_slurm_conf >"$state/slurm.conf"
  export SLURM_CONF=$state/slurm.conf
  slurmctld -f "$SLURM_CONF" </dev/null >>cluster/slurmctld.out 2>&1
  for node in n1 n2 n3 n4; do start_node "$node"; done
  for ((tries = 0; tries < 100; ++tries)); do
    if ! kill -0 "$(cat "$state/slurmctld.pid")" 2>/dev/null; then break; fi
    if [[ $(timeout 5 sinfo -h -N -o '%t' 2>/dev/null | grep -c '^idle$') -eq 4 ]]; then return; fi
    sleep 0.2
  done
  for log in cluster/*.log cluster/*.out; do tail -n 12 "$log" >&2; done
  printf 'slurm: the cluster did not come up\n' >&2
  return 1
}
