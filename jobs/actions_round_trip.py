"""Correlators → couplings → correlators, each to the same power of 1/N: what is lost, and how it falls with N."""

import numpy as np

from actions_results import Result, check, power

POWER_TOLERANCE = 0.3


def lost(order, widths):
    """{n: largest |G_nc returned - G_nc| over tuples, relative to the largest |G_nc|, shape (widths)}."""
    start, back = Result("round_trip.exact"), Result(f"round_trip_{order}.back")
    result = {}
    for n in range(2, 2 * (order + 1) + 1, 2):
        original = np.array([start.file[f"G{n}c"][start.widths.index(w), 0] for w in widths])
        returned = np.array([back.file[f"G{n}c"][:, back.widths.index(w), 0].sum(axis=0) for w in widths])
        result[n] = np.max(np.abs(returned - original), axis=1) / np.max(np.abs(original), axis=1)
    return result


def tables():
    widths = Result("round_trip.exact").widths
    print("\nRound trip, two sites of the cos net: largest |G_nc returned - G_nc| over the largest |G_nc|, and log10 of it")
    print(f"  {'order':>5} {'':5} " + " ".join(f"{'N = ' + format(w, 'g'):>20}" for w in widths))
    for order in (1, 2, 3):
        for n, values in lost(order, widths).items():
            print(f"  {order:5} {f'G{n}c':5} " + " ".join(f"{v:11.3e} {np.log10(max(v, 1e-300)):8.3f}" for v in values))
            # G_nc is itself of order N^(1 - n/2), so that what is missing beyond 1/N^order is of relative order order + 2 - n/2.
            expected = order + 2 - n // 2
            fall = power(values[-2:], widths[-2:])
            check(abs(fall - expected) < POWER_TOLERANCE, f"order {order}: what G{n}c loses falls as N^-{fall:.2f}, expected N^-{expected}")
