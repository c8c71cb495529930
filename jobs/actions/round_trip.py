"""Correlators to couplings to correlators: by integrals over e^-S with S cut off after a power of 1/N, with what is lost and how it falls
with N; by fields drawn from e^-S; and by the dual series, order by order."""

import math

import numpy as np

import edgeworth
from results import Couplings, Result, check, power
from series import logarithm, total

POWER_TOLERANCE = 0.2
LARGEST_PULL = 4.5
ROUNDING = 1e-9


def fall_table(title, order, widths, lost):
    """lost: {n: |G_nc returned - G_nc|, shape (widths)}; all that S through 1/N^order does not determine is of order 1/N^(order + 1)."""
    for n, values in lost.items():
        print(f"  {order:5} {f'G{n}c':5} " + " ".join(f"{v:11.3e} {math.log10(v) if v > 0 else -math.inf:8.3f}" for v in values))
        falls = [power(values[k : k + 2], widths[k : k + 2]) for k in range(len(widths) - 1)]
        print(f"  {'':5} {'power':5} {'':20} " + " ".join(f"{-f:20.3f}" for f in falls))
        check(abs(falls[-1] - order - 1) < POWER_TOLERANCE, f"{title}: through 1/N^{order}, what G{n}c loses falls as N^-{falls[-1]:.2f}, expected N^-{order + 1}")


def heading(text, widths):
    print(f"\n{text}: |G_nc returned - G_nc|, largest over sites, and its log10")
    print(f"  {'order':>5} {'':5} " + " ".join(f"{'N = ' + format(w, 'g'):>20}" for w in widths))


def cumulants_of(file, order, width):
    """{n: κ_n} of one field with the density e^-S, S through 1/N^order, by the trapezoidal rule."""
    phi = np.linspace(-9.0, 9.0, 4001)
    s = sum(file.through(n, order, width)[0] * phi**n for n in range(2, 2 * (order + 1) + 1, 2))
    weight = np.exp(-(s - s.min()))
    moments = {(n,): float(np.sum(weight * phi**n) / np.sum(weight)) / math.factorial(n) for n in range(0, 7, 2)}
    return {n: math.factorial(n) * kappa for (n,), kappa in logarithm(moments, lambda e: e[0] <= 6, one=1.0).items()}


def by_integrals():
    """One site, output weights of one size and either sign, so that all leading couplings are positive and e^-S has moments."""
    start, file = Result("positive.exact"), Couplings("positive")
    widths = start.widths
    heading("One site, φ = Σ ±cos(b_i)/√N: cumulants of e^-S, S through 1/N^order with all couplings, by integration over φ", widths)
    for order in (1, 2, 3):
        lost = {n: [] for n in range(2, 2 * (order + 1) + 1, 2) if n <= 6}
        for width in widths:
            cumulants = cumulants_of(file, order, width)
            for n in lost:
                lost[n].append(abs(cumulants[n] - start.file[f"G{n}c"][start.widths.index(width), 0, 0]))
        fall_table("by integration", order, widths, lost)


def by_draws():
    """Fields drawn from e^-S by `nnft correlators --draw` have the cumulants of the integral, not those the couplings come from."""
    start, file, drawn = Result("few.exact"), Couplings("few"), Result("few.drawn")
    order = int(drawn.file["order"][0])
    print(f"\nThe same action through 1/N^{order} by `nnft correlators --draw`: {int(drawn.file['samples'][0, 0, 0])} fields for each width")
    print(f"  {'N':>5} {'':5} {'drawn':>14} {'error':>9} {'integral':>14} {'pull':>6} {'the net':>14} {'pull':>8}")
    pulls, others = [], []
    for k, width in enumerate(drawn.widths):
        expected = cumulants_of(file, order, width)
        for n in (2, 4, 6):
            value, error = (float(drawn.file[f"G{n}c{suffix}"][0, k, 0, 0]) for suffix in ("", "_err"))
            original = float(start.file[f"G{n}c"][start.widths.index(width), 0, 0])
            pulls.append((value - expected[n]) / error)
            others.append((value - original) / error)
            print(f"  {width:5g} {f'G{n}c':5} {value:14.8f} {error:9.1e} {expected[n]:14.8f} {pulls[-1]:+6.2f} {original:14.8f} {others[-1]:+8.2f}")
    largest = max(map(abs, pulls))
    check(largest < LARGEST_PULL, f"drawn fields have the cumulants of the integral: largest pull {largest:.2f} < {LARGEST_PULL}")
    check(max(map(abs, others)) > 2 * LARGEST_PULL, f"what S through 1/N^{order} lacks is seen at small N: pull {max(map(abs, others)):.1f} from the net")


def by_series():
    """The dual series of nnft's couplings gives back every correlator at the order where it belongs, and nothing else."""
    start = Result("round_trip.exact")
    print("\nTwo sites of the cos net: correlators by `nnft action --order n` and the dual series ln exp(-S_int(∂_J)) e^(J M⁻¹ J/2):"
          "\nlargest difference at any order over the largest correlator")
    print(f"  {'order':>5} {'':5} " + " ".join(f"{'N = ' + format(w, 'g'):>12}" for w in start.widths))
    for order in (1, 2, 3):
        file = Couplings(f"round_trip_{order}")
        orders = range(2, 2 * (order + 1) + 1, 2)
        off = {n: [] for n in orders}
        for width in start.widths:
            returned = edgeworth.correlators(monomials(file, orders, width), file.sites)
            for n in orders:
                original = start.correlators(width, n)[n]
                expected = lambda k, legs: original[legs] if k == n // 2 - 1 else 0.0
                differences = [terms.get(edgeworth.powers_of_tuple(legs, file.sites), 0.0) - expected(k, legs)
                               for k, terms in enumerate(returned) for legs in original]
                off[n].append(max(map(abs, differences)) / max(map(abs, original.values())))
        for n, values in off.items():
            print(f"  {order:5} {f'G{n}c':5} " + " ".join(f"{v:12.1e}" for v in values))
        worst = max(map(max, off.values()))
        check(worst < ROUNDING, f"through 1/N^{order}, G_2kc comes back at 1/N^(k - 1) and nothing at other orders, apart {worst:.1e}")


def by_diagrams():
    """`nnft correlators` counts a vertex with the whole g_2k as N^(1 - k) and has 2 g2 with all its corrections as inverse propagator: the
    dual series with those vertices says what each order contributes, and what is lost is of the first order left out."""
    start = Result("round_trip.exact")
    heading("Two sites of the cos net: `nnft action --order n`, then `nnft correlators`, all orders added", start.widths)
    for order in (1, 2, 3):
        file, back = Couplings(f"round_trip_{order}"), Result(f"round_trip_{order}.back")
        orders, worst = range(2, 2 * (order + 1) + 1, 2), 0.0
        lost = {n: [] for n in orders}
        for width in start.widths:
            merged = [{} for _ in range(order + 1)]
            for n in orders:
                for terms in monomials(file, [n], width):
                    merged[n // 2 - 1] = total(merged[n // 2 - 1], terms)
            series = edgeworth.correlators(merged, file.sites)
            for n in orders:
                found = back.file[f"G{n}c"][:, back.widths.index(width), 0]
                expected = np.array([[terms.get(edgeworth.powers_of_tuple(legs, file.sites), 0.0) for legs in back.tuples(n)] for terms in series])
                worst = max(worst, float(np.max(np.abs(found - expected)) / np.max(np.abs(expected))))
                lost[n].append(float(np.max(np.abs(found.sum(axis=0) - start.file[f"G{n}c"][start.widths.index(width), 0]))))
        fall_table("by diagrams", order, start.widths, lost)
        check(worst < ROUNDING, f"through 1/N^{order}, contributions by order are those of the dual series, apart {worst:.1e}")


def monomials(file, orders, width):
    """By orders of 1/N the coefficients of S, {powers: coefficient}."""
    result = [{} for _ in range(file.orders)]
    for n in orders:
        for k, row in enumerate(file.at(f"g{n}", width)):
            for legs, value in zip(file.tuples(n), row):
                powers = edgeworth.powers_of_tuple(legs, file.sites)
                if value != 0.0:
                    result[k][powers] = float(value) * math.factorial(n) / math.prod(math.factorial(p) for p in powers)
    return result


def tables():
    by_integrals()
    by_draws()
    by_series()
    by_diagrams()
