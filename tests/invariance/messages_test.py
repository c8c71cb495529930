#!/usr/bin/env python3
"""What a run sends, writes and holds does not grow with the networks, nor on any rank with the ranks.

Counts come from tests/support/message_counts.cpp, preloaded. NNFT_RANKS="1 2 4 16 64" names other numbers of ranks.
"""

import os
import subprocess
import sys

RANKS = [int(r) for r in os.environ.get("NNFT_RANKS", "1 2 4 16").split()]
SITES = 8
BLOCKS = 64
STRENGTHS = 8
MIB = 1 << 20

CONFIG = """
[field]
architecture = cos
width = 8
[sites]
points = -1; -0.7; -0.4; -0.1; 0.1; 0.4; 0.7; 1
[deformation]
kind = shared-scale
strength = {strengths}
[measure]
jackknife = none
[run]
networks = {networks}
blocks = {blocks}
slice = {slice}
checkpoint-interval = 1d
simd = generic
"""


class Counts:
    """The table of one run: counts[call] sums the lines of a caller."""

    def __init__(self, path):
        self.rows, self.peak = {}, 0
        with open(path) as lines:
            names = next(lines).split()[2:]
            for line in lines:
                words = line.split()
                if words[0] == "peak_memory":
                    self.peak = int(words[1])
                else:
                    self.rows[words[0], words[1]] = dict(zip(names, map(int, words[2:])))

    def get(self, caller, call, name):
        return self.rows.get((caller, call), {}).get(name, 0)

    def total(self, caller, name, calls=None):
        return sum(row[name] for (who, call), row in self.rows.items() if who == caller and (calls is None or call in calls))


def run(ranks, networks, blocks=BLOCKS, strengths=STRENGTHS, slice=16):
    values = " ".join(f"{0.02 * k:.2f}" for k in range(strengths))
    with open("job.ini", "w") as job:
        job.write(CONFIG.format(networks=networks, blocks=blocks, strengths=values, slice=slice))
    for stale in ("counts.txt", "out.h5"):
        if os.path.exists(stale):
            os.remove(stale)
    environment = ["env", "LD_PRELOAD=" + os.environ["NNFT_COUNTER"], "NNFT_MESSAGE_COUNTS=counts.txt",
                   "ASAN_OPTIONS=verify_asan_link_order=0"]
    command = [os.environ["NNFT_MPIEXEC"], "-n", str(ranks)] + environment + [os.environ["NNFT"], "sample", "job.ini", "-o", "out.h5"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=120, text=True)
    if done.returncode != 0:
        sys.exit(f"messages: {ranks} ranks: exit code {done.returncode}\n{done.stdout}")
    return Counts("counts.txt")


if __name__ == "__main__":
    for ranks in RANKS:
        for networks in (4 * BLOCKS * 16, 8 * BLOCKS * 16):
            counts = run(ranks, networks)
            print(ranks, networks, "peak", counts.peak // MIB, "MiB")
            for (caller, call), row in counts.rows.items():
                print(" ", caller, call, row)
