"""The tables of actions.sh, from the files in the working directory: tables.py PART. Exits with 1 if a check fails."""

import math
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np

import breaking
import cosnet
import density
import density_table
import diagrams
import edgeworth
import operator_couplings
import round_trip
from results import Couplings, Result, check, failures, hotelling, power

# Powers of N in the errors are known up to corrections of relative order c/N: at most 0.08 between the two largest widths.
POWER_TOLERANCE = 0.15
LARGEST_PULL = 4.5


def against_edgeworth(name, file, correlators, orders):
    """Every coupling at every order and width beside the logarithm of the formal series from the correlators of the same file."""
    worst, where, count = 0.0, "", 0
    for width in file.widths:
        known = edgeworth.couplings(correlators.correlators(width, 2 * (orders + 1)), orders, 8)
        for n in range(0, 2 * orders + 3, 2):
            measured = file.at(f"g{n}", width)
            for order in range(orders + 1):
                expected = np.array(edgeworth.packed(known[order], file.sites, n))
                scale = max(np.max(np.abs(expected)), 1e-300)
                apart = float(np.max(np.abs(measured[order] - expected))) / scale if np.any(expected) else float(np.max(np.abs(measured[order])))
                count += len(expected)
                if not apart <= worst:
                    worst, where = apart, f"g{n}, 1/N^{order}, N = {width:g}"
    check(worst < 1e-8, f"{name}: {count} contributions are those of the formal Edgeworth series, apart by {worst:.1e} of the largest ({where})")


def errors_by_width(names, exact, couplings, shown):
    """A table of errors by order and width of the couplings in `shown`, and a check of all in `names` ((name, first order), …).

    exact: {width: {name: value}}, couplings: {width: {name: values through each order}}.
    """
    widths = sorted(exact)
    falls = {k: [] for k in (1, 2, 3)}
    print(f"  {'':10} {'N':>5} {'exact':>17} " + " ".join(f"{'through 1/N^' + str(k):>15}" for k in falls))
    for name, first in names:
        errors = {w: [couplings[w][name][k] - exact[w][name] for k in range(4)] for w in widths}
        for width in widths:
            if name in shown:
                row = " ".join(f"{errors[width][k]:15.3e}" if k >= first else " " * 15 for k in falls)
                print(f"  {name:10} {width:5g} {exact[width][name]:17.10g} {row}")
        for pair in zip(widths, widths[1:]):
            powers = {k: power([errors[w][k] for w in pair], pair) for k in falls if k >= first}
            if name in shown:
                row = " ".join(f"{-powers[k]:15.3f}" if k in powers else " " * 15 for k in falls)
                print(f"  {'':10} {'':5} {f'power, {pair[0]:g} to {pair[1]:g}':>17} {row}")
        for k, p in powers.items():
            falls[k].append(p)
    for k, p in falls.items():
        check(all(abs(q - (k + 1)) < POWER_TOLERANCE for q in p),
              f"{len(p)} couplings: errors through 1/N^{k} fall as N^-{min(p):.2f} to N^-{max(p):.2f} between N = {pair[0]:g} and {pair[1]:g}, expected N^-{k + 1}")


def one_site():
    file, correlators = Couplings("one_site"), Result("one_site.exact")
    print("\nOne site, φ = Σ a_i cos b_i, a ~ N(0, 1/N): coefficients of -ln P; errors of the couplings through 1/N, 1/N², 1/N³")
    exact, couplings = {}, {}
    for width in file.widths:
        taylor = density.one_site(int(width))
        exact[width] = {f"φ^{n}": float(taylor[n]) for n in (0, 2, 4, 6)}
        couplings[width] = {f"φ^{n}": np.cumsum(file.at(f"g{n}", width).reshape(4)) for n in (0, 2, 4, 6)}
    names = (("φ^0", 0), ("φ^2", 0), ("φ^4", 1), ("φ^6", 2))
    errors_by_width(names, exact, couplings, [name for name, _ in names])
    against_edgeworth("one site", file, correlators, 3)
    # The other sign of the leading quartic coupling is no small error.
    width = max(file.widths)
    right, first = exact[width]["φ^4"], couplings[width]["φ^4"][1]
    check(abs(first - right) < 0.1 * abs(right) < abs(-first - right),
          f"N = {width:g}: φ^4 is {right:.6e}, -(1/4!) G4c/G2^4 {first:.6e}; + would be off by {abs(-first / right - 1):.1f} of it")


def two_sites():
    file, correlators = Couplings("two_sites"), Result("two_sites.exact")
    x = correlators.file["site_x"][:, 0]
    deviation = 1.1 * abs(x[1] - x[0])
    print(f"\nTwo sites of the cos net, σ_w = 1.1, σ_out = 1, d = 1, x = {x[0]:g}, {x[1]:g}: g_n, constants included")
    exact, couplings = {}, {}
    names = [("g0", 0)] + [(f"g{n}({''.join(map(str, t))})", n // 2 - 1) for n in (2, 4, 6) for t in edgeworth.sorted_tuples(2, n)]
    for width in file.widths:
        taylor = density.two_sites(int(width), deviation)
        exact[width] = {"g0": taylor[(0, 0)]}
        couplings[width] = {"g0": np.cumsum(file.at("g0", width))}
        for n in (2, 4, 6):
            sums = np.cumsum(file.at(f"g{n}", width), axis=0)
            for k, (legs, value) in enumerate(zip(file.tuples(n), edgeworth.packed(taylor, 2, n))):
                name = f"g{n}({''.join(map(str, legs))})"
                exact[width][name], couplings[width][name] = value, sums[:, k]
    errors_by_width(names, exact, couplings, ("g0", "g2(00)", "g2(01)", "g4(0000)", "g4(0001)", "g4(0011)", "g6(000000)", "g6(000111)"))
    against_edgeworth("two sites", file, correlators, 3)


def count_diagrams():
    series, counted = diagrams.zero_dimensional(3), {}
    for order in (1, 2, 3):
        counted.update(diagrams.brute_force(order))
    listed = diagrams.listed(Path("diagrams.txt").read_text())
    print("\nDiagrams by vertices and external legs: number and Σ 1/symmetry factor")
    print(f"  {'order':>5} {'vertices':10} {'legs':>4} {'nnft':>5} {'counted':>7} {'Σ nnft':>10} {'Σ counted':>10} {'Σ logarithm':>11}")
    inverse = lambda factors: sum((Fraction(1, f) for f in factors), Fraction(0))
    sums = Counter()
    order_of = lambda vertices: sum(n // 2 - 1 for n in vertices)
    for vertices, legs in sorted(counted, key=lambda key: (order_of(key[0]), key)):
        ours, theirs = counted[vertices, legs], listed.get((vertices, legs), [])
        names = " ".join(f"G{n}" for n in vertices)
        print(f"  {order_of(vertices):5} {names:10} {legs:4} {len(theirs):5} {len(ours):7} {str(inverse(theirs)):>10} {str(inverse(ours)):>10} "
              f"{str(series[vertices, legs]):>11}")
        sums[order_of(vertices)] += len(ours)
    check({key: inverse(factors) for key, factors in counted.items()} == series, "brute force agrees with the logarithm of the Edgeworth series of one variable")
    check(listed == counted, f"nnft's {' + '.join(str(sums[k]) for k in (1, 2, 3))} diagrams have the symmetry factors that were counted, one by one")


def four_sites():
    for net, title in (("cos", "cos, N = 64"), ("tanh", "tanh, N = 64")):
        measured, exact = Couplings(f"{net}"), Couplings(f"{net}.exact_couplings")
        width = measured.widths[0]
        condition = float(measured.file["condition_number"][0, 0])
        print(f"\n{title}, four sites, {int(Result(net + '.sample').file['count'][0, 0].sum())} networks, condition number of G2c {condition:.3g}")
        print(f"  {'':12} {'measured':>14} {'error':>9} {'exact':>14} {'pull':>6}   of which 1/N² {'':>8} {'exact':>14} {'pull':>6}")
        deviations, samples, flipped, first_only, pulls = [], [], [], [], []
        for n in (2, 4, 6):
            value, truth = measured.at(f"g{n}", width), exact.at(f"g{n}", width)
            rows = measured.jackknife(n, width)
            error = np.sqrt((len(rows) - 1) * rows.sum(axis=1).var(axis=0))
            off = value.sum(axis=0) - truth.sum(axis=0)
            second = measured.file[f"g{n}_err"][2, 0, 0]
            for k, legs in enumerate(measured.tuples(n)):
                if legs in ((0,) * n, tuple(s % 4 for s in range(n)), (0,) * (n // 2) + (1,) * (n // 2)):
                    print(f"  g{n}({''.join(map(str, legs))}){'':{8 - n}} {value[:, k].sum():14.6g} {error[k]:9.2g} {truth[:, k].sum():14.6g} "
                          f"{off[k] / error[k]:+6.2f}   "
                          f"{value[2, k]:14.6g} +- {second[k]:<9.2g} {truth[2, k]:14.6g} {(value[2, k] - truth[2, k]) / second[k]:+6.2f}")
            deviations.append(off)
            samples.append(rows.sum(axis=1))
            flipped.append(off + 2 * truth[2] if n == 4 else off)
            first_only.append(off + truth[2])
            pulls += list(off / error) + list((value[2] - truth[2]) / second)
        deviations, flipped, first_only = (np.concatenate(d) for d in (deviations, flipped, first_only))
        samples = np.hstack(samples)
        largest, rms = float(np.max(np.abs(pulls))), float(np.sqrt(np.mean(np.square(pulls))))
        check(largest < LARGEST_PULL, f"{net}: {len(pulls)} pulls (totals and 1/N² alone), rms {rms:.2f}, largest {largest:.2f} < {LARGEST_PULL}")
        t2, modes, p = hotelling(deviations, samples)
        check(p > 1e-4, f"{net}: all {len(deviations)} couplings together, T² = {t2:.1f} in {modes} modes, p = {p:.3g}")
        for wrong, text in ((flipped, "1/N² of g4 with the other sign"), (first_only, "no terms in 1/N²")):
            t2, modes, p = hotelling(wrong, samples)
            check(p < 1e-6, f"{net}: {text} is rejected, T² = {t2:.4g} in {modes} modes, p = {p:.2g}")


PARTS = {"one-site": one_site, "diagrams": count_diagrams, "four-sites": four_sites, "two-sites": two_sites, "cosnet": cosnet.tables,
         "round-trip": round_trip.tables, "independence-breaking": breaking.tables, "operator": operator_couplings.tables,
         "density": density_table.tables}
if __name__ == "__main__":
    PARTS[sys.argv[1]]()
    if failures:
        print(f"\n{sys.argv[1]}: {len(failures)} of the checks failed:", file=sys.stderr)
        for text in failures:
            print(f"  {text}", file=sys.stderr)
        sys.exit(1)
