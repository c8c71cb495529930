#!/usr/bin/env python3
"""What a run sends, writes and holds does not grow with the networks, nor on any rank with the ranks.

Counts come from tests/support/message_counts.cpp, preloaded. NNFT_RANKS="1 2 4 16 64" names other numbers of ranks. NNFT_SMALL is for slow programs: fewer ranks, and a shorter run of several legs.
"""

import os
import subprocess
import sys

SMALL = bool(os.environ.get("NNFT_SMALL"))
RANKS = [int(r) for r in os.environ.get("NNFT_RANKS", "1 4" if SMALL else "1 4 16").split()]
SITES = 8
BLOCKS = 64
STRENGTHS = 8
MIB = 1 << 20
LONG = 9 if SMALL else 11  # binary logarithm of the slices per block of a run of several legs

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
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=600, text=True)
    if done.returncode != 0:
        sys.exit(f"messages: {ranks} ranks: exit code {done.returncode}\n{done.stdout}")
    return Counts("counts.txt")


def stored_bytes(path="out.h5"):
    """Of all block sums, as many as of the finished subtrees, of which these runs have one per block; and of everything else."""
    import h5py

    with h5py.File(path) as file:
        table = sum(data.size * 8 for name, data in file.items() if name.startswith("subtree_"))
        return table, sum(data.size * 8 for data in file.values() if isinstance(data, h5py.Dataset)) - 2 * table


SUMS = ("Isend", "Recv")  # of the program: subtrees on their way to their owners, and tables on their way to the file
AGREED = ("Allreduce", "Allgather", "Alltoall", "Bcast", "Reduce_scatter_block")
TEXT = 4096  # what tables and provenance, which are text, may add


def wrong_with_networks(fewer, more):
    """Twice the networks in as many legs."""
    complaints = []
    for caller, calls in (("nnft", SUMS), ("nnft", AGREED), ("hdf5", ("File_write_at_all", "File_write_at"))):
        small, large = (c.total(caller, "sent_sum", calls) for c in (fewer, more))
        if abs(large - small) > TEXT:
            complaints.append(f"{caller} {'/'.join(calls)}: {small} bytes, with twice the networks {large}")
    return complaints


def wrong_on_a_rank(counts, ranks, table, estimates):
    """No rank sends more than its share, or receives or writes more than that and the points that it analyses."""
    holders = min(ranks, STRENGTHS)
    waves = -(-STRENGTHS // ranks)  # each of which may write the chunks of estimates again
    bounds = {
        ("nnft", "sent_max"): (SUMS, 3 * table / ranks + 16 * TEXT),
        ("nnft", "received_max"): (SUMS, 3 * table / holders + 16 * TEXT),
        ("hdf5", "sent_max"): (("File_write_at_all", "File_write_at", "Isend"), 2.2 * table / holders + waves * estimates + 16 * TEXT),
    }
    complaints = []
    for (caller, name), (calls, bound) in bounds.items():
        value = counts.total(caller, name, calls)
        if value > bound:
            complaints.append(f"{ranks} ranks: {caller} {'/'.join(calls)} {name}: {value} bytes, at most {bound:.0f} expected")
    # Numbers that all ranks agree on; a few from each rank where ranks are counted or timed.
    calls = sum(counts.get("nnft", call, "calls_max") for call in AGREED)
    agreed = counts.total("nnft", "received_max", AGREED)
    bound = 16 * calls + 8 * ranks * counts.get("nnft", "Allgather", "calls_max") + 8 * STRENGTHS * SITES**2 + TEXT
    if agreed > bound:
        complaints.append(f"{ranks} ranks: {agreed} bytes in {calls} collectives, at most {bound} expected")
    return complaints


def wrong_with_legs(short, long, ranks, table):
    """A longer run has more legs: of each a few numbers, and what was sampled by others than its owners."""
    complaints = []
    legs = long.get("nnft", "Allgather", "calls_max") - short.get("nnft", "Allgather", "calls_max")
    if legs < 1:
        return [f"{legs} more legs: nothing is tested"]
    agreed = long.total("nnft", "sent_max", ("Allreduce",)) - short.total("nnft", "sent_max", ("Allreduce",))
    if agreed > legs * (64 + 8 * 4 * BLOCKS):  # the latter where progress is reported: four sums of each block
        complaints.append(f"{agreed} bytes agreed on in {legs} legs")
    # A leg cuts the line of slices into ranks parts; pieces of a block are a few subtrees each.
    sums = long.total("nnft", "sent_sum", SUMS) - short.total("nnft", "sent_sum", SUMS)
    if sums > legs * 2 * (1 + 2 * ranks / BLOCKS) * 8 * table:
        complaints.append(f"{sums} bytes of sums in {legs} legs, table of {table}")
    return complaints


def wrong_memory(small, large, ranks, table, points):
    """Memory beyond that of a small table: this rank's share of the trees, and one point's table several times over."""
    growth = large.peak - small.peak
    bound = 3 * table / ranks + 8 * table / points + 4 * MIB
    return [f"{ranks} ranks: {growth >> 20} MiB for a table of {table >> 20}, at most {bound / MIB:.0f} expected"] if growth > bound else []


def compare_memory(complaints, rejected):
    points, blocks = 32, 1024  # one rank may hold it all
    for ranks in RANKS[1:]:
        small = run(ranks, 64 * 2 * 4, blocks=64, strengths=points, slice=4)
        large = run(ranks, blocks * 2 * 4, blocks=blocks, strengths=points, slice=4)
        table, _ = stored_bytes()
        complaints += wrong_memory(small, large, ranks, table, points)
        print(f"messages: {ranks} ranks: {small.peak >> 20} MiB, with a table of {table >> 20} MiB {large.peak >> 20} MiB", flush=True)
        if ranks >= 16:
            large.peak = small.peak + table
            rejected.append(wrong_memory(small, large, ranks, table, points))


def main():
    complaints, rejected = [], []
    print("messages: ranks; bytes of sums sent by all, by one; received by one; agreed; written by one; peak MiB", flush=True)
    for ranks in RANKS:
        fewer, more = (run(ranks, slices * BLOCKS * 16) for slices in (4, 8))
        table, estimates = stored_bytes()
        legs = {c.get("nnft", "Allgather", "calls_max") for c in (fewer, more)}
        if legs != {1}:
            complaints.append(f"{ranks} ranks: {legs} legs, one each expected")
        complaints += wrong_with_networks(fewer, more) + wrong_on_a_rank(more, ranks, table, estimates)
        print("messages:", ranks, more.total("nnft", "sent_sum", SUMS), more.total("nnft", "sent_max", SUMS),
              more.total("nnft", "received_max", SUMS), more.total("nnft", "received_max", AGREED),
              more.get("hdf5", "File_write_at_all", "sent_max"), more.peak >> 20, flush=True)
        if ranks == 4:
            long = run(ranks, 2**LONG * BLOCKS * 16)
            complaints += wrong_with_legs(more, long, ranks, table)
            print(f"messages: {long.get('nnft', 'Allgather', 'calls_max')} legs:", long.total("nnft", "sent_sum", SUMS), "bytes of sums")
        if ranks > 1:
            # What would be if a rank got everything from all, or sent its sums network by network.
            more.rows["nnft", "Recv"]["received_max"] += ranks * table
            rejected.append(wrong_on_a_rank(more, ranks, table, estimates))
            more.rows["nnft", "Isend"]["sent_sum"] *= 2
            rejected.append(wrong_with_networks(fewer, more))
    if os.environ.get("NNFT_SANITIZE"):
        print("messages: memory not compared: sanitizers keep what is freed")
    else:
        compare_memory(complaints, rejected)
    if not all(rejected):
        complaints.append("wrong counts were not rejected: nothing is tested")
    for complaint in complaints:
        print("messages:", complaint, file=sys.stderr)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
