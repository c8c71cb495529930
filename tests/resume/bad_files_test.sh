#!/usr/bin/env bash
# What a run can go on from is used, what it cannot is refused by name; when the place it saves to fails it ends with exit code 3,
# nothing saved before is lost, and the same command goes on once the place is mended. Prints a table of cases.
set -euo pipefail

fail() {
  printf 'bad_files: %s\n' "$*" >&2
  exit 1
}
source "$NNFT_SOURCE_DIR/tests/support/own_mounts.sh"

# The last round of a run, on one rank, is long against a leg of a fifth of a second; the slower the program, the fewer networks.
networks=2e6 more=3e6 ranks_without_directory=(1 3) ranks_on_full_disk=(1 3)
if [[ -n ${NNFT_SMALL-} ]]; then networks=2e5 more=3e5 ranks_without_directory=(1) ranks_on_full_disk=(3); fi
cat >job.ini <<INI
[field]
architecture = cos
width = 3 60
[sites]
points = -1; -0.4; 0.1; 0.7
[run]
networks = $networks
blocks = 2000
slice = 20
checkpoint-interval = 0s
max-memory = 56M
INI

run() {
  local ranks=$1
  shift
  timeout 120 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini "$@" >run.log 2>&1 </dev/null
}
digest() { "$NNFT" show --digest "$1" | cut -d' ' -f1; }

run 2 -o reference.h5 || { cat run.log >&2; fail 'reference'; }
reference=$(digest reference.h5)

# case NAME STATUS MESSAGE [ARGUMENT…]: the run of bad.h5 ends with STATUS and one message that matches MESSAGE.
table=
case_is() {
  local name=$1 expected=$2 message=$3 status=0 told
  shift 3
  run 2 -o bad.h5 "$@" || status=$?
  [[ $status -eq $expected ]] || { cat run.log >&2; fail "$name: expected exit code $expected, got $status"; }
  told=$(grep -cE -e "$message" run.log || true)
  [[ $told -eq 1 ]] || { cat run.log >&2; fail "$name: expected one message with '$message', got $told"; }
  table+=$(printf '%-52s %d  %s' "$name" "$status" "$(grep -E -e "$message" run.log | head -n 1)")$'\n'
}
goes_on() {
  [[ ! -e bad.h5.part && $(digest bad.h5) == "$reference" ]] || fail "$1: another digest, or something is left"
}

# An unfinished run of two memory rounds at one rank: the first is finished, of the second there are two generations.
"$NNFT_MPIEXEC" -n 1 "$NNFT" sample job.ini -o saved.h5 >run.log 2>&1 </dev/null &
job=$!
for ((tries = 0; tries < 1200; ++tries)); do
  if [[ -n $(find saved.h5.part -name 'running.*.h5' -newer saved.h5.part/points.0-0.h5 2>/dev/null) ]]; then break; fi
  sleep 0.02
done
touch saved.h5.STOP
status=0
wait "$job" || status=$?
rm saved.h5.STOP
[[ $status -eq 75 ]] || { cat run.log >&2; fail "expected the run to be stopped in its second round, got exit code $status"; }
part=bad.h5.part
fresh() {
  rm -rf bad.h5 bad.h5.part
  cp -rp saved.h5.part bad.h5.part
}
newest=bad.h5.part/$(basename "$(ls -t saved.h5.part/running.*.h5 | head -n 1)")
[[ -e saved.h5.part/running.0.h5 && -e saved.h5.part/running.1.h5 ]] || fail 'there are no two generations to damage'
flip() { printf 'XXXXXXXX' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc 2>dd.log; }
# edit FILE STATEMENT…: with h5py, as `f`
edit() {
  "$NNFT_PYTHON" -c "import sys, h5py
with h5py.File(sys.argv[1], 'r+') as f:
    exec(sys.argv[2])" "$@"
}

fresh
touch $part/points.0-0.h5.tmp-1234-5.lock # of MPI, left behind by a kill
case_is 'nothing wrong' 0 'written to bad.h5'
goes_on 'nothing wrong'
fresh
truncate -s 20000 "$newest"
case_is 'newest generation truncated' 0 "$newest: .*"
goes_on 'newest generation truncated'
grep -q 'this generation is passed over; the work since the one before it is done again' run.log || fail 'the loss is not said'
fresh
: >"$newest"
case_is 'newest generation empty' 0 "$newest: .*not an HDF5 file"
goes_on 'newest generation empty'
fresh
flip "$newest"
case_is 'newest generation with flipped bits' 0 "$newest: .*"
goes_on 'newest generation with flipped bits'
fresh
edit "$newest" "f['provenance'].attrs.modify('sequence', '7777')"
case_is 'newest generation, header changed' 0 "$newest: the checksum of its texts, texts_sha256 of /provenance, does not match them"
goes_on 'newest generation, header changed'
fresh
flip $part/running.0.h5
flip $part/running.1.h5
case_is 'both generations with flipped bits' 3 "$part: no sound generation of the running round is left; --fresh starts over"
[[ $(grep -c "$part/running.[01].h5: " run.log) -eq 2 ]] || fail 'both generations: not named'
fresh
flip $part/points.0-0.h5
case_is 'finished round with flipped bits' 3 "$part/points.0-0.h5: .*"
fresh
truncate -s 30000 $part/points.0-0.h5
case_is 'finished round truncated' 3 "$part/points.0-0.h5: .*"
fresh
edit $part/points.0-0.h5 "f['slices_done'][0] -= 1"
case_is 'finished round that lacks what it claims' 3 "$part/points.0-0.h5: scan point 0, block [0-9]*: expected [0-9]* slices, got [0-9]*"
fresh
edit "$newest" "f.attrs.modify('nnft_format', '999')"
case_is 'another format version' 2 "$newest: has format version 999; this program reads version 2; go on with the program that wrote it"
fresh
edit "$newest" "f['provenance'].attrs.modify('rng', 'mt19937'); del f['provenance'].attrs['texts_sha256']"
case_is 'other random numbers' 2 "$newest: has random numbers of version mt19937; this program draws version philox"
fresh
case_is 'another run' 2 "field.sigma-weight: there '1', here '2'" --field.sigma-weight=2
case_is 'another part' 2 "command line.part: there nothing, here '0/2'" --part 0/2
[[ -z $(diff -rq -x "*.lock" saved.h5.part bad.h5.part) ]] || fail 'a refused run changed what was saved'
case_is 'other kernels' 2 'run.simd: expected [a-z0-9]*, with which this run began, got generic' --run.simd=generic
rm -rf bad.h5.part
cp reference.h5 bad.h5
at=$("$NNFT_PYTHON" -c "import h5py
print(h5py.File('bad.h5')['subtree_sum4'].id.get_chunk_info(0).byte_offset)")
printf 'XXXXXXXX' | dd of=bad.h5 bs=1 seek=$((at + 800)) conv=notrunc 2>dd.log
case_is 'result to be extended with flipped bits' 3 'bad.h5: .*' "--run.networks=$more"
head -c 100000 reference.h5 >bad.h5
case_is 'result to be extended truncated' 3 'bad.h5: .*' "--run.networks=$more"
echo text >bad.h5
case_is 'output is another file' 3 'bad.h5: is not a result file of nnft: it is not an HDF5 file'
[[ $(cat bad.h5) == text ]] || fail 'another file was overwritten'
case_is 'output is another file, --fresh' 0 'written to bad.h5' --fresh
goes_on 'output is another file, --fresh'

# Another process holds the result: HDF5 says so through flock, and so do network file systems without locks.
"$NNFT_PYTHON" -c "import fcntl, time
f = open('bad.h5', 'r+b')
fcntl.flock(f, fcntl.LOCK_EX)
open('locked', 'w').close()
time.sleep(60)" &
job=$!
while [[ ! -e locked ]]; do sleep 0.05; done
case_is 'locked file' 3 'bad.h5: .*set HDF5_USE_FILE_LOCKING=FALSE' "--run.networks=$more"
HDF5_USE_FILE_LOCKING=FALSE case_is 'locked file, with the cure' 0 'bad.h5 is complete already'
kill "$job"
wait "$job" 2>/dev/null || true
job=

# The place fails while the job runs: it has saved something, and then cannot. It is mended and the job goes on.
trap 'if [[ -n $job ]]; then kill "$job" 2>/dev/null || true; fi' EXIT
# fails_in_place NAME RANKS MESSAGE BREAK MEND
fails_in_place() {
  local name=$1 ranks=$2 message=$3 status=0 tries before
  rm -rf place/* place.away
  "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini -o place/out.h5 >run.log 2>&1 </dev/null &
  job=$!
  for ((tries = 0; tries < 600; ++tries)); do
    if compgen -G 'place/out.h5.part/running.*.h5' >/dev/null; then break; fi
    sleep 0.02
  done
  eval "$4"
  wait "$job" || status=$?
  job=
  [[ $status -eq 3 ]] || { cat run.log >&2; fail "$name at $ranks ranks: expected exit code 3, got $status"; }
  [[ $(grep -cE "^nnft: (rank [0-9]*: )?place/out.h5.*$message" run.log) -eq 1 ]] || { cat run.log >&2; fail "$name: expected one message with '$message'"; }
  table+=$(printf '%-52s %d  %s' "$name, $ranks ranks" "$status" "$(grep -E "$message" run.log | head -n 1)")$'\n'
  eval "$5"
  [[ ! -e place/out.h5 ]] || fail "$name: there is an output"
  compgen -G 'place/out.h5.part/running.*.h5' >/dev/null || fail "$name: what was saved is lost"
  before=$("$NNFT" show place/out.h5 | sed -n 's/^  in all \([0-9.]*\) %.*/\1/p')
  awk -v b="$before" 'BEGIN { exit !(b > 0) }' || fail "$name: nothing is left of what was saved"
  run 2 -o place/out.h5 || { cat run.log >&2; fail "$name: resume"; }
  [[ $(digest place/out.h5) == "$reference" ]] || fail "$name: another digest after resuming from $before %"
}
mkdir place
for ranks in "${ranks_without_directory[@]}"; do
  fails_in_place 'directory vanishes in mid-run' "$ranks" '[Nn]o such file or directory' 'mv place place.away' 'mv place.away place'
done
if [[ $mounts == yes ]]; then
  mount -t tmpfs -o size=100m none place
  for ranks in "${ranks_on_full_disk[@]}"; do
    fails_in_place 'disk becomes full in mid-run' "$ranks" 'No space left on device' \
      'dd if=/dev/zero of=place/fill bs=64k >dd.log 2>&1 || true' 'rm place/fill'
  done
  # Between two sessions: the kernel makes nothing read-only that a job has open.
  rm -rf place/* bad.h5*
  cp -rp saved.h5.part place/out.h5.part
  mount -o remount,ro none place
  ln -s place/out.h5.part bad.h5.part
  case_is 'file system read-only at resume' 3 'bad.h5.part/job.lock: cannot be opened: Read-only file system'
  rm bad.h5.part
  mount -o remount,rw none place
  run 2 -o place/out.h5 || { cat run.log >&2; fail 'resume after read-only'; }
  [[ $(digest place/out.h5) == "$reference" ]] || fail 'another digest after read-only'
else
  printf 'bad_files: SKIPPED: read-only and full file systems: none of our own can be mounted: %s\n' "$(cat probe.log)"
fi

printf '%s' "$table"
echo "bad_files: all as it should be; digest after every repair $reference"
