"""What independence breaking does: shifts of connected correlators against α, from common draws."""

import numpy as np

from nnft_results import jackknife_error

from . import data, style
from .style import NothingToDraw

CURVE = 12  # exact values at so many strengths are drawn as a curve, fewer as marks


def shift(results, variable, sites, point, start):
    """Difference between two scan points with common draws, and its standard error by the jackknife of the difference."""
    value = results.number(variable, sites, **point) - results.number(variable, sites, **start)
    rows = results.leave_one_out(variable, sites, **point) - results.leave_one_out(variable, sites, **start)
    return value, float(jackknife_error(rows))


def strength_figure(results, variable=None, exact=None, fit=None, axis="strength", **point):
    """Shifts from the undeformed theory (or from the first strength) beside exact ones and a fit, and their pulls from the exact ones."""
    strengths = results.axes.get(axis, [])
    if len(strengths) < 2:
        raise NothingToDraw(f"{results.path}: expected at least two values of {axis}")
    variable = variable or data.correlators(results)[-1]
    data.needed(results, variable, f"{variable}_jackknife")
    point = {a: v for a, v in data.first_point(results, **point).items() if a != axis}
    zero = 0.0 if 0.0 in strengths else strengths[0]
    moved = np.array([s for s in strengths if s != zero])
    exact = exact if exact and variable in exact and all(data.has(exact, {axis: s, **point}) for s in strengths) else None
    fit = fit if fit and fit.variable == variable and fit.fitted_in == "strength" and axis == "strength" else None
    figure, axes = style.panels(2.2, 1.0) if exact else style.panels(2.2)
    chosen = data.chosen(results, variable)
    if not chosen:
        raise NothingToDraw(f"{results.path}: {variable} is not known beyond three errors at any tuple")
    shifts = np.array([[shift(results, variable, sites, {axis: s, **point}, {axis: zero, **point}) for s in moved] for sites in chosen])
    scale, text = style.power_of_ten(shifts[:, :, 0])
    step = 0.008 * (max(strengths) - min(strengths))
    for k, (sites, (value, error)) in enumerate(zip(chosen, shifts.transpose(0, 2, 1))):
        x = moved + (k - (len(chosen) - 1) / 2) * step
        style.points(axes[0], x, scale * value, scale * error, k, style.sites_text(sites))
        if fit and fit.has(sites, point):
            fine = np.linspace(min(strengths), max(strengths), 60)
            curve = fit.curve(sites, point, point["width"], fine)[0] - fit.curve(sites, point, point["width"], zero)[0]
            style.curve(axes[0], fine, scale * curve, k, linestyle=":")
        if exact:
            start = exact.number(variable, sites, **{axis: zero}, **point)
            known = {s: exact.number(variable, sites, **{axis: s}, **point) - start for s in exact.axes[axis]}
            _exact(axes[0], known, scale, k)
            apart, sure = value - [known[s] for s in moved], error > 1e-12 * np.abs(value)
            style.points(axes[1], x[sure], apart[sure] / error[sure], np.ones(sure.sum()), k)
    name, symbol = style.correlator(variable), style.strength_symbol(results, axis)
    axes[0].axhline(0, color="grey", linewidth=0.8)
    axes[0].set_ylabel(f"${text}[{name}({symbol}) - {name}({zero:g})]$")
    axes[-1].set_xlabel(f"${symbol}$")
    if exact:
        axes[1].axhline(0, color="grey", linewidth=0.8)
        axes[1].set_ylabel("pull")
    look = {"linestyle": "-"} if exact and len(exact.axes[axis]) >= CURVE else {"linestyle": "none", "marker": "_", "markersize": 9}
    extra = [("exact", look)] * (exact is not None) + [("fit", {"linestyle": ":"})] * (fit is not None)
    style.legend(axes[0], f"sites, {style.place(results, point)}", extra=extra)
    return figure


def _exact(axis, known, scale, k):
    if len(known) >= CURVE:
        style.curve(axis, list(known), scale * np.array(list(known.values())), k, linestyle="-")
    else:
        axis.plot(list(known), scale * np.array(list(known.values())), linestyle="none", marker="_", markersize=9, color=style.COLOURS[k % len(style.COLOURS)])
