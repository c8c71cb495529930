"""φ⁴ theory: correlators against λ at every width, with perturbation theory."""

import numpy as np

from . import data, style
from .style import NothingToDraw


def expansion(perturbation, variable, sites, **point):
    """Coefficients of 1, λ, λ² in a file of `nnft exact --perturbation`, or None if it has too few strengths to tell."""
    strengths = np.array(perturbation.strengths)
    if len(strengths) < 3:
        return None
    values = [perturbation.number(variable, sites, strength=s, **point) for s in strengths]
    return np.linalg.lstsq(np.vander(strengths, 3, increasing=True), values, rcond=None)[0]


def coupling_figure(results, perturbation=None, sites=0, **point):
    """G_c⁽²⁾ and G_c⁽⁴⁾ of a single site; points are widths, lines the first two orders at infinite width."""
    strengths = np.array(results.strengths)
    if len(strengths) < 2:
        raise NothingToDraw(f"{results.path}: expected at least two strengths")
    fixed = {a: v for a, v in data.first_point(results, **point).items() if a not in ("width", "strength")}
    names = data.correlators(results)[:2]
    figure, axes = style.panels(*[1.9] * len(names))
    logarithmic = strengths.min() > 0 and strengths.max() / strengths.min() > 5
    for axis, name in zip(axes, names):
        legs, low, high = (sites,) * int(name[1]), [], []
        for k, width in enumerate(results.widths):
            value, error = data.estimates(results, name, legs, [{"width": width, "strength": s, **fixed} for s in strengths])
            if not np.isfinite(value).any():
                continue
            x = strengths * 1.03 ** (k - (len(results.widths) - 1) / 2) if logarithmic else strengths
            style.points(axis, x, value, error, k, "$N = " + (r"\infty$" if np.isinf(width) else f"{width:g}$"))
            low.append(np.nanmin(value - error))
            high.append(np.nanmax(value + error))
        if not low:
            raise NothingToDraw(f"{results.path}: {name} is not known anywhere")
        if perturbation and name in perturbation:
            _orders(axis, perturbation, name, legs, strengths, logarithmic, fixed)
        margin = 0.15 * (max(high) - min(low))
        axis.set(ylim=(min(low) - margin, max(high) + margin), ylabel=f"${style.correlator(name)}$({style.sites_text(legs)})")
    if logarithmic:
        style.plain_ticks(axes[-1], strengths)
    axes[-1].set_xlabel(r"$\lambda$")
    style.legend(axes[0], style.place(results, fixed) or None)
    return figure


def _orders(axis, perturbation, name, legs, strengths, logarithmic, fixed):
    fixed = {"width": perturbation.widths[-1], **data.only_axes_of(perturbation, fixed)}
    coefficients = expansion(perturbation, name, legs, **fixed)
    if coefficients is None:
        known = [perturbation.number(name, legs, strength=s, **fixed) for s in perturbation.strengths]
        axis.plot(perturbation.strengths, known, color="black", linestyle="-", linewidth=0.8, label=r"to $\lambda^2$")
        return
    fine = np.geomspace(strengths.min(), strengths.max(), 200) if logarithmic else np.linspace(0, strengths.max(), 200)
    for order, line in ((1, ":"), (2, "--")):
        value = sum(c * fine**k for k, c in enumerate(coefficients[:order + 1]))
        axis.plot(fine, value, color="black", linestyle=line, linewidth=0.9, label=r"to $\lambda$" if order == 1 else r"to $\lambda^2$")
