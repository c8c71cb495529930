"""Connected correlators against the width N: measured, exact and fitted, with what is left of them; and in 1/N where they have a limit."""

import numpy as np

from . import data, style
from .style import NothingToDraw


def _variable(results, variable, fit):
    names = data.correlators(results)
    if variable is None and fit is None and not names:
        raise NothingToDraw(f"{results.path}: expected connected correlators, which the file has not")
    return variable or (fit.variable if fit else names[-1])


def width_figure(results, variable=None, fit=None, exact=None, **point):
    """|G_c| on logarithmic axes, and below how far it is from the exact value or else from the series.

    @param fit Series in 1/N. @param point the other axes of the scan: their first values unless given.
    """
    variable = _variable(results, variable, fit)
    widths = np.array(data.finite_widths(results))
    if len(widths) < 2:
        raise NothingToDraw(f"{results.path}: expected at least two finite widths")
    point = {a: v for a, v in data.first_point(results, **point).items() if a != "width"}
    fit = fit if fit and fit.variable == variable and fit.fitted_in != "strength" else None
    exact = exact if exact and variable in exact else None
    figure, axes = style.panels(2.2, 1.1) if exact or fit else style.panels(2.2)
    negative, least = False, np.inf
    for k, sites in enumerate(data.chosen(results, variable)):
        value, error = data.estimates(results, variable, sites, [{"width": n, **point} for n in widths])
        known = np.isfinite(value) & (value != 0)
        if not known.any():
            continue
        negative = negative or bool((value[known] < 0).any())
        least = min(least, np.abs(value[known]).min())
        style.points_of_both_signs(axes[0], widths[known], value[known], error[known], k, style.sites_text(sites))
        reference = _curves(axes[0], sites, variable, widths, point, fit, exact, k)
        if reference is not None:
            _residual(axes[1], widths * 1.02**k, value, error, reference, k)
    if not np.isfinite(least):
        raise NothingToDraw(f"{results.path}: {variable} is not known beyond three errors at any tuple")
    style.logarithmic(axes[0])
    axes[0].set_ylim(bottom=max(axes[0].get_ylim()[0], least / 5))  # errors may reach below 0
    axes[0].set_ylabel(f"$|{style.correlator(variable)}|$")
    style.plain_ticks(axes[-1], widths)
    axes[-1].set_xlabel("$N$")
    if len(axes) > 1:
        axes[1].axhline(0, color="grey", linewidth=0.8)
        axes[1].set_ylabel("off the exact\nvalue (%)" if exact else "off the\nseries (%)")
    where = style.place(results, point)
    extra = [("exact", {"linestyle": "-"})] * (exact is not None) + [("fit", {"linestyle": ":"})] * (fit is not None)
    extra += [("negative", {"linestyle": "none", "marker": "o", "markerfacecolor": "white"})] * negative
    style.legend(axes[0], f"${style.correlator(variable)}$ at sites" + (f", {where}" if where else ""), extra=extra)
    return figure


def _curves(axis, sites, variable, widths, point, fit, exact, k):
    """Draws what is known of a tuple. → the reference at the widths, of exact values if they are there."""
    fine, reference = np.geomspace(widths[0], widths[-1], 60), None
    if fit and fit.has(sites, point):
        strength = point.get("strength", 0.0)
        value, error = fit.curve(sites, point, fine, strength)
        style.curve(axis, fine, np.abs(value), k, error=error, linestyle=":")
        reference = fit.curve(sites, point, widths, strength)[0]
    if exact and sites in exact.tuples(len(sites)):
        place = [{"width": n, **data.only_axes_of(exact, point)} for n in data.finite_widths(exact)]
        place = [p for p in place if data.has(exact, p)]
        if place:
            known = dict(zip([p["width"] for p in place], data.estimates(exact, variable, sites, place)[0]))
            style.curve(axis, list(known), np.abs(list(known.values())), k, linestyle="-")
            reference = np.array([known.get(n, np.nan) for n in widths])
    return reference


def _residual(axis, widths, value, error, reference, k):
    known = np.isfinite(value) & np.isfinite(reference) & (reference != 0)
    style.points(axis, widths[known], 100 * (value[known] / reference[known] - 1), 100 * np.abs(error[known] / reference[known]), k)


def limit_figure(results, variable=None, fit=None, sites=None, **point):
    """A correlator against 1/N at each strength, the field of infinite width at 1/N = 0, and the series that are fitted.

    @param fit Series in 1/N with leading power 0.
    """
    variable = _variable(results, variable, fit)
    widths = np.array(data.finite_widths(results))
    if len(widths) < 2:
        raise NothingToDraw(f"{results.path}: expected at least two finite widths")
    fit = fit if fit and fit.variable == variable and fit.fitted_in == "width" else None
    sites = sites or results.tuples(int(variable[1]))[0]
    every, infinite = [*widths, *[n for n in results.widths if np.isinf(n)]], any(np.isinf(results.widths))
    figure, axes = style.panels(2.4)
    fixed = {a: v for a, v in data.first_point(results, **point).items() if a not in ("width", "strength")}
    for k, strength in enumerate(results.strengths):
        here = {"strength": strength, **fixed}
        value, error = data.estimates(results, variable, sites, [{"width": n, **here} for n in every])
        style.points(axes[0], [1 / n for n in every], value, error, k, f"${style.strength_symbol(results)} = {strength:g}$")
        if fit and fit.has(sites, here):
            inverse = np.linspace(1e-6, 1 / widths[0], 60)
            series, band = fit.curve(sites, here, 1 / inverse, strength)
            style.curve(axes[0], inverse, series, k, error=band)
    axes[0].locator_params(axis="x", nbins=6)
    axes[0].set(xlabel="$1/N$", ylabel=f"${style.correlator(variable)}$({style.sites_text(sites)})")
    style.legend(axes[0], "points at 0: infinite width" if infinite else None, extra=[("fit", {"linestyle": "-"})] * (fit is not None))
    return figure
