"""The look of every picture: one column wide, Okabe and Ito's colours with a marker and a line of its own each, symbols of the papers."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatterSciNotation

COLUMN = 3.4  # inches, so that 7 pt here are 7 pt in a column
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^vPX"
LINES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 2)), (0, (8, 2)))
BAND = 0.2  # opacity of a band of one standard error

matplotlib.rcParams.update({
    "font.size": 8, "axes.labelsize": 8, "axes.titlesize": 8, "legend.fontsize": 7, "legend.title_fontsize": 7, "xtick.labelsize": 7,
    "ytick.labelsize": 7, "axes.linewidth": 0.6, "lines.linewidth": 1.0, "lines.markersize": 3.5, "errorbar.capsize": 2.0, "axes.grid": True,
    "grid.alpha": 0.3, "grid.linewidth": 0.4, "legend.frameon": False, "legend.handlelength": 2.2, "pdf.fonttype": 42, "figure.dpi": 100,
})


class NothingToDraw(Exception):
    """A file has not what the picture needs; the text says what that is."""


def panels(*heights, share=True):
    """A figure of one column with panels of these heights in inches, from top to bottom."""
    figure = Figure(figsize=(COLUMN, sum(heights)), layout="constrained")
    return figure, figure.subplots(len(heights), 1, sharex=share, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]


def points(axis, x, y, error, k, label=None, **options):
    """Measured values: no line between them."""
    return axis.errorbar(x, y, error, linestyle="none", marker=MARKERS[k % len(MARKERS)], color=COLOURS[k % len(COLOURS)], elinewidth=0.8, label=label,
                         **options)


def points_of_both_signs(axis, x, y, error, k, label=None):
    """On a logarithmic axis; negative ones are open."""
    x, y, error = map(np.asarray, (x, y, error))
    positive = y > 0
    points(axis, x[positive], y[positive], error[positive], k, label if positive.any() else None)
    if not positive.all():
        points(axis, x[~positive], -y[~positive], error[~positive], k, None if positive.any() else label, markerfacecolor="white")


def curve(axis, x, y, k, label=None, error=None, **options):
    colour = COLOURS[k % len(COLOURS)]
    line, = axis.plot(x, y, **{"linestyle": LINES[k % len(LINES)], "color": colour, "label": label, **options})
    if error is not None:
        axis.fill_between(x, np.asarray(y) - error, np.asarray(y) + error, color=line.get_color(), alpha=BAND, linewidth=0)


def logarithmic(axis):
    """A logarithmic y axis that has numbers even if it spans hardly a decade."""
    axis.set_yscale("log")
    axis.yaxis.set_minor_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(1.6, 0.5)))


def legend(axis, title=None, columns=3, extra=()):
    """Above the panel, so that it covers nothing. @param extra: (label, style of a line) that explain what has no label."""
    handles, labels = axis.get_legend_handles_labels()
    for label, look in extra:
        handles.append(Line2D([], [], **{"color": "black", **look}))
        labels.append(label)
    axis.legend(handles, labels, loc="lower left", bbox_to_anchor=(0.0, 1.01), ncols=columns, borderaxespad=0.2, columnspacing=1.2, title=title,
                alignment="left")


def power_of_ten(values):
    """10^k that brings the largest of them to order one, and its text before a label."""
    largest = np.nanmax(np.abs(values), initial=0.0)
    k = -int(np.floor(np.log10(largest))) if largest > 0 else 0
    return (1.0, "") if -1 <= k <= 1 else (10.0**k, rf"10^{{{k}}}\,")


def plain_ticks(axis, values):
    """A logarithmic x axis with these numbers on it, as many as there is room for."""
    values = np.array(sorted(set(values)), dtype=float)
    kept = [values[0]]
    for value in values[1:]:
        if value / kept[-1] > (values[-1] / values[0]) ** 0.09:
            kept.append(value)
    axis.set_xscale("log")
    axis.set_xticks(kept, [f"{v:g}" for v in kept])
    axis.set_xticks([], minor=True)


def correlator(variable):
    """G4c → G_c^(4), g4 → g_4, G4c_dstrength → its derivative; in mathematical text without the dollars."""
    if variable.startswith("g"):
        return f"g_{variable[1:]}"
    name, _, derivative = variable.partition("_")
    symbol = f"G_c^{{({name[1:-1]})}}"
    return rf"\partial {symbol} ({derivative.replace('_', ' ')})" if derivative else symbol


SYMBOLS = {"weight-quartic": r"\alpha_\mathrm{IB}", "field-operator": r"\lambda", "width": "N", "mu2": r"\mu^2"}


def strength_symbol(results, axis="strength"):
    if axis == "strength" and "mu2" in results.axes:
        return SYMBOLS["field-operator"]
    return SYMBOLS.get(results.file.attrs.get(f"{axis}_of", ""), r"\alpha")


def symbol(results, axis):
    """Of an axis of the scan, in mathematical text without the dollars."""
    return SYMBOLS[axis] if axis in SYMBOLS else strength_symbol(results, axis)


def place(results, point):
    """N = 20, α = 0.5: a scan point by the axes that are theories of their own."""
    words = []
    for axis, value in point.items():
        if axis == "width" or len(results.axes[axis]) > 1 or value != 0:
            words.append(f"${symbol(results, axis)} = " + (r"\infty$" if np.isinf(value) else f"{value:g}$"))
    return ", ".join(words)


def sites_text(sites):
    return " ".join(map(str, sites))


def save(figure, directory, stem):
    """STEM.png and STEM.pdf."""
    paths = [Path(directory) / f"{stem}.{kind}" for kind in ("png", "pdf")]
    for path in paths:
        figure.savefig(path, dpi=300)
    return paths
