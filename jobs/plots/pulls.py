"""Pulls beside the unit normal: of a file's correlators from exact ones, or of the lines of a report."""

import numpy as np

from . import data, style
from .style import NothingToDraw

EDGE, BIN = 5.0, 0.5


def pulls_figure(pulls, what="correlators"):
    """Histogram of (measured − exact)/error with the errors of counts. Those beyond the edges are counted in the legend."""
    pulls = np.array([p for p in pulls if np.isfinite(p)])
    if len(pulls) == 0:
        raise NothingToDraw(f"expected pulls of {what}, there are none")
    inside = pulls[np.abs(pulls) <= EDGE]
    edges = np.arange(-EDGE, EDGE + BIN / 2, BIN)
    counts, _ = np.histogram(inside, edges)
    figure, (axis,) = style.panels(2.3)
    middle, x = (edges[1:] + edges[:-1]) / 2, np.linspace(-EDGE, EDGE, 300)
    axis.bar(middle, counts, BIN, color=style.COLOURS[5], alpha=0.45, edgecolor="none")
    some, label = counts > 0, f"{len(inside)} {what}" + (f", rms {np.sqrt(np.mean(inside**2)):.2f}" if len(inside) else "")
    style.points(axis, middle[some], counts[some], np.sqrt(counts[some]), 0, label)
    style.curve(axis, x, len(inside) * BIN * np.exp(-x**2 / 2) / np.sqrt(2 * np.pi), 1, "unit normal")
    beyond = len(pulls) - len(inside)
    style.legend(axis, columns=2, extra=[(f"{beyond} beyond ±{EDGE:g}", {"linestyle": "none"})] * (beyond > 0))
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel="pull (standard errors)", ylabel=f"number in {BIN:g}", xlim=(-EDGE, EDGE), ylim=(0, None))
    return figure


def compared_figure(measured, exact):
    return pulls_figure(data.compared(measured, exact), "correlators")


def claims_figure(claims):
    """Of the lines of a report that were measured with an error."""
    return pulls_figure([line.pull for claim in claims for line in claim.lines if not line.certain], "numbers")
