#!/usr/bin/env python3
"""Table and plot of strong and weak scaling from the provenance of results.

    scaling.py [--nnft PROGRAM] [--plot FILE.svg] strong.1.h5 strong.2.h5 … weak.1.h5 …

What the files' names begin with is the kind; the rest is read from them: ranks, and seconds from core-hours. Of several files of one
kind on as many ranks the median counts. The plot is made with matplotlib if that is there, otherwise written as SVG.
"""

import argparse
import collections
import math
import os
import re
import statistics
import subprocess


def provenance(nnft, path):
    text = subprocess.run([nnft, "show", path], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = {name: re.search(rf"^ *{name}\s+(\S+)", text, re.MULTILINE) for name in ("ranks", "core_hours")}
    for name, match in found.items():
        if not match:
            raise SystemExit(f"scaling: {path} says nothing of its {name}")
    ranks = int(found["ranks"].group(1))
    return ranks, 3600 * float(found["core_hours"].group(1)) / ranks


def read_times(nnft, paths):
    times = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in paths:
        ranks, seconds = provenance(nnft, path)
        times[os.path.basename(path).split(".")[0]][ranks].append(seconds)
    return times


def rows_of(kind, times):
    """(ranks, seconds, speed-up, efficiency) beside the fewest ranks; with weak scaling the work grows with the ranks."""
    fewest = min(times)
    base = statistics.median(times[fewest])
    rows = []
    for ranks in sorted(times):
        seconds = statistics.median(times[ranks])
        speed_up = base / seconds * (ranks / fewest if kind == "weak" else 1)
        rows.append((ranks, seconds, speed_up, speed_up * fewest / ranks))
    return rows


def plot_with_matplotlib(path, tables):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    for kind, rows in tables.items():
        axes.plot([r[0] for r in rows], [r[2] for r in rows], "o-", label=kind)
    ranks = sorted({r[0] for rows in tables.values() for r in rows})
    axes.plot(ranks, [r / ranks[0] for r in ranks], "k:", label="ideal")
    axes.set(xscale="log", yscale="log", xlabel="ranks", ylabel="speed-up")
    axes.legend()
    figure.savefig(path)


def write_svg(path, tables):
    """Speed-up against ranks, both logarithmic."""
    width, height, margin = 480, 360, 60
    ranks = sorted({r[0] for rows in tables.values() for r in rows})
    ideal = [r / ranks[0] for r in ranks]
    low = math.log2(min([1.0] + [r[2] for rows in tables.values() for r in rows]))
    high = math.log2(max(ideal + [2.0] + [r[2] for rows in tables.values() for r in rows]))
    first, last = math.log2(ranks[0]), math.log2(max(ranks[-1], 2 * ranks[0]))

    def x(value):
        return margin + (math.log2(value) - first) / (last - first) * (width - 2 * margin)

    def y(value):
        return height - margin - (math.log2(value) - low) / (high - low) * (height - 2 * margin)

    def line(points, style):
        return f'<polyline fill="none" {style} points="' + " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points) + '"/>'

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             f'<rect x="{margin}" y="{margin}" width="{width - 2 * margin}" height="{height - 2 * margin}" fill="none" stroke="black"/>',
             line(zip(ranks, ideal), 'stroke="black" stroke-dasharray="2 4"'),
             f'<text x="{width / 2}" y="{height - 16}" text-anchor="middle">ranks</text>',
             f'<text x="18" y="{height / 2}" text-anchor="middle" transform="rotate(-90 18 {height / 2})">speed-up</text>']
    for value in ranks:
        parts.append(f'<text x="{x(value):.1f}" y="{height - margin + 16}" text-anchor="middle">{value}</text>')
    for power in range(math.ceil(low), math.floor(high) + 1):
        parts.append(f'<text x="{margin - 6}" y="{y(2.0 ** power) + 4:.1f}" text-anchor="end">{2.0 ** power:g}</text>')
    for place, (colour, (kind, rows)) in enumerate(zip(("#1f77b4", "#d62728", "#2ca02c"), tables.items())):
        parts.append(line([(r[0], r[2]) for r in rows], f'stroke="{colour}" stroke-width="2"'))
        parts += [f'<circle cx="{x(r[0]):.1f}" cy="{y(r[2]):.1f}" r="4" fill="{colour}"/>' for r in rows]
        parts.append(f'<text x="{margin + 10}" y="{margin + 18 + 16 * place}" fill="{colour}">{kind}</text>')
    with open(path, "w") as file:
        file.write("\n".join(parts + ["</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nnft", default="build/release/src/nnft")
    parser.add_argument("--plot", default="scaling.svg")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    times = read_times(arguments.nnft, arguments.files)
    tables = {kind: rows_of(kind, of_kind) for kind, of_kind in times.items()}
    for kind, rows in tables.items():
        print(f"{kind} scaling\n{'ranks':>8} {'seconds':>10} {'speed-up':>9} {'efficiency':>10}")
        for ranks, seconds, speed_up, efficiency in rows:
            print(f"{ranks:8d} {seconds:10.3f} {speed_up:9.2f} {efficiency:10.3f}")
    try:
        plot_with_matplotlib(arguments.plot, tables)
        how = "with matplotlib"
    except ImportError:
        write_svg(arguments.plot, tables)
        how = "without matplotlib"
    print(f"plot ({how}): {arguments.plot}")


if __name__ == "__main__":
    main()
