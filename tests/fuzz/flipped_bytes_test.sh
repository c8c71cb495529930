#!/usr/bin/env bash
# flipped_bytes_test.sh PROGRAM [STRIDE]: flips bytes of a result, a checkpoint and an action: no flip may be silently wrong.
# Every byte in turn: STRIDE 1 (some minutes). Then shows that the count can fail, and what the program says when HDF5 crashes.
set -euo pipefail

fail() {
  printf 'flipped_bytes: %s\n' "$*" >&2
  exit 1
}
program=$1
stride=${2:-$([[ -n ${NNFT_SMALL-} ]] && echo 499 || echo 97)}
bash "$NNFT_SOURCE_DIR/tests/fuzz/make_seeds.sh" "$NNFT" seeds
for file in result/conditional.h5 checkpoint/unfinished/running.1.h5 action/width.h5; do
  timeout 1000 "$program" "seeds/$file" "$stride" </dev/null || fail "$file"
done

# Without the checksum of the texts flips in them go unseen, and are counted as such.
"$NNFT_PYTHON" -c "import h5py
with h5py.File('seeds/action/width.h5', 'r+') as f:
    del f['provenance'].attrs['texts_sha256']"
status=0
timeout 300 "$program" seeds/action/width.h5 "$stride" >unprotected.log 2>&1 </dev/null || status=$?
[[ $status -eq 1 ]] && grep -q ' [1-9][0-9]* silently wrong' unprotected.log || fail "a file without checksum: $(cat unprotected.log)"

# An object of the heap that a text refers to is gone, which crashes HDF5 1.10: the program must see it first.
"$NNFT_PYTHON" - <<'PYTHON'
content = bytearray(open("seeds/result/exact.h5", "rb").read())
heap = content.index(b"GCOL")
content[heap + 16] ^= 0x40
open("crash.h5", "wb").write(content)
PYTHON
status=0
"$NNFT" show crash.h5 >crash.log 2>&1 </dev/null || status=$?
if [[ $status -ne 3 ]] || ! grep -q '^nnft: crash.h5: .*the heap of texts is damaged' crash.log; then
  cat crash.log >&2
  fail "a damaged heap of texts: expected exit code 3 and the file's name, got exit code $status"
fi
tail -n 1 crash.log
