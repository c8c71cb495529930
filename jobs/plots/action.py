"""Couplings of the action against the width, through successive powers of the expansion parameter."""

import numpy as np

from nnft_results import jackknife_error

from . import data, style
from .style import NothingToDraw


def couplings(results):
    return [name for name in ("g2", "g4", "g6", "g8") if name in results]


def through(results, variable, sites, order, **point):
    """A coupling summed over the orders up to this one, and the error of the sum by the jackknife if leave-one-out values are there."""
    column, place = results.column(sites), results.place(**point)
    value = float(np.sum(results.file[variable][(slice(0, order + 1), *place, column)]))
    if f"{variable}_jackknife" in results:
        rows = np.sum(results.file[f"{variable}_jackknife"][(slice(None), slice(0, order + 1), *place, column)], axis=1)
        return value, float(jackknife_error(rows[np.isfinite(rows)]))
    return value, float(np.sum(results.file[f"{variable}_err"][(slice(0, order + 1), *place, column)]))


def action_figure(results, sites=0, **point):
    """|g_n| of a single site against N, one panel for each n."""
    widths = np.array(data.finite_widths(results))
    if len(widths) < 2 or not couplings(results):
        raise NothingToDraw(f"{results.path}: expected couplings at two or more finite widths")
    fixed = {a: v for a, v in data.first_point(results, **point).items() if a != "width"}
    names = couplings(results)
    figure, axes = style.panels(*[1.6] * len(names))
    orders, negative = len(results.file["order"]), False
    for axis, name in zip(axes, names):
        drawn = False
        for order in range(orders):
            values, errors = np.array([through(results, name, (sites,) * int(name[1:]), order, width=n, **fixed) for n in widths]).T
            known = np.isfinite(values) & (values != 0)
            if not known.any():
                continue
            negative, drawn = negative or bool((values[known] < 0).any()), True
            x = widths[known] * 1.03**order
            style.points_of_both_signs(axis, x, values[known], errors[known], order, f"through order {order}")
            style.curve(axis, x, np.abs(values[known]), order)
        if drawn:
            style.logarithmic(axis)
        axis.set_ylabel(f"$|{style.correlator(name)}|$({' '.join([str(sites)] * int(name[1:]))})")
    style.plain_ticks(axes[-1], widths)
    axes[-1].set_xlabel("$N$")
    extra = [("negative", {"linestyle": "none", "marker": "o", "markerfacecolor": "white"})] * negative
    style.legend(axes[0], f"in {results.file.attrs['expanded_in']}", columns=2, extra=extra)
    return figure
