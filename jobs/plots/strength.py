"""What independence breaking does: shifts of connected correlators against α, from common draws."""

import numpy as np

from nnft_results import jackknife_error

from . import data, style
from .style import NothingToDraw


def shift(results, variable, sites, point, start):
    """Difference between two scan points with common draws, and its standard error by the jackknife of the difference."""
    value = results.number(variable, sites, **point) - results.number(variable, sites, **start)
    if point == start:
        return 0.0, 0.0
    rows = results.leave_one_out(variable, sites, **point) - results.leave_one_out(variable, sites, **start)
    return value, float(jackknife_error(rows))


def strength_figure(results, variable=None, exact=None, fit=None, axis="strength", **point):
    """Shifts from the undeformed theory (or from the first strength), exact ones as curves, and the pulls of their difference."""
    strengths = results.axes.get(axis, [])
    if len(strengths) < 2:
        raise NothingToDraw(f"{results.path}: expected at least two values of {axis}")
    variable = variable or data.correlators(results)[-1]
    data.needed(results, variable, f"{variable}_jackknife")
    point = {a: v for a, v in data.first_point(results, **point).items() if a != axis}
    zero = 0.0 if 0.0 in strengths else strengths[0]
    exact = exact if exact and variable in exact and all(data.has(exact, {axis: s, **point}) for s in strengths) else None
    fit = fit if fit and fit.variable == variable and fit.fitted_in == "strength" and axis == "strength" else None
    symbol, moved = style.strength_symbol(results, axis), np.array([s for s in strengths if s != zero])
    figure, axes = style.panels(2.2, 1.0) if exact else style.panels(2.2)
    step = 0.008 * (max(strengths) - min(strengths))
    for k, sites in enumerate(data.chosen(results, variable)):
        pairs = [shift(results, variable, sites, {axis: s, **point}, {axis: zero, **point}) for s in moved]
        value, error = np.array(pairs).T
        style.points(axes[0], moved + k * step, value, error, k, style.sites_text(sites))
        if fit and fit.has(sites, point):
            fine = np.linspace(min(strengths), max(strengths), 60)
            curve = fit.curve(sites, point, point["width"], fine)[0] - fit.curve(sites, point, point["width"], zero)[0]
            style.curve(axes[0], fine, curve, k, linestyle=":")
        if exact:
            known = np.array([exact.number(variable, sites, **{axis: s}, **point) for s in strengths])
            known -= exact.number(variable, sites, **{axis: zero}, **point)
            style.curve(axes[0], strengths, known, k, linestyle="-")
            apart = value - known[[s != zero for s in strengths]]
            sure = error > 0
            style.points(axes[1], (moved + k * step)[sure], (apart[sure] / error[sure]), np.ones(sure.sum()), k)
    name = style.correlator(variable)
    axes[0].axhline(0, color="grey", linewidth=0.8)
    start = "0" if zero == 0 else f"{zero:g}"
    axes[0].set_ylabel(f"${name}({symbol}) - {name}({start})$")
    axes[0].ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    axes[-1].set_xlabel(f"${symbol}$")
    if exact:
        axes[1].axhline(0, color="grey", linewidth=0.8)
        axes[1].set_ylabel("pull")
    extra = [("exact", {"linestyle": "-"})] * (exact is not None) + [("fit", {"linestyle": ":"})] * (fit is not None)
    style.legend(axes[0], f"sites, {style.place(results, point)}", extra=extra)
    return figure
