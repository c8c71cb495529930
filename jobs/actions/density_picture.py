"""A picture of the density of the field at one site: histogram, Edgeworth series by order, and their residuals from the exact density."""

import os
from pathlib import Path

import numpy as np

# Okabe and Ito's colours, which can be told apart with any colour vision; lines differ in their dashes, too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
DASHES = ("-", "--", "-.", ":")


def pyplot():
    """None without matplotlib."""
    os.environ.setdefault("MPLCONFIGDIR", str(Path("matplotlib").absolute()))
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"figure.dpi": 150, "font.size": 9, "axes.grid": True, "grid.alpha": 0.3, "figure.constrained_layout.use": True})
    return plt


def draw(every, path):
    """@param every densities of a few widths, side by side."""
    plt = pyplot()
    if plt is None:
        print("  no picture: matplotlib is not there")
        return
    figure, axes = plt.subplots(2, len(every), figsize=(5 * len(every), 6), sharex=True, squeeze=False, height_ratios=(3, 2))
    for (upper, lower), densities in zip(axes.T, every):
        draw_density(upper, densities)
        draw_residuals(lower, densities)
    axes[0, 0].legend(loc="upper left", fontsize=7.5, framealpha=1)
    figure.savefig(path)
    print(f"  picture: {Path(path).absolute()}")


def draw_density(axis, densities):
    value, error = densities.measured("histogram_0")
    axis.errorbar(densities.phi, value, error, fmt="o", color="black", markersize=2.5, linewidth=0.8, capsize=1.5, label="histogram")
    for order, series in enumerate(densities.through("0_middle")):
        axis.plot(densities.phi, series, DASHES[order], color=COLOURS[order], linewidth=1.3, label=f"through $1/N^{order}$")
    axis.set(title=f"cos net, N = {densities.width}, one site", ylabel=r"density $P(\phi)$")


def draw_residuals(axis, densities):
    """Relative to the peak: of the histogram from means over bins, of the series from the density in their middles."""
    peak = densities.exact["middle"].max()
    value, error = densities.measured("histogram_0")
    axis.errorbar(densities.phi, 100 * (value - densities.exact["0"]) / peak, 100 * error / peak, fmt="o", color="black", markersize=2.5, linewidth=0.8, capsize=1.5)
    for order, series in enumerate(densities.through("0_middle")):
        axis.plot(densities.phi, 100 * (series - densities.exact["middle"]) / peak, DASHES[order], color=COLOURS[order], linewidth=1.3)
    axis.axhline(0, color="grey", linewidth=0.8)
    axis.set(xlabel=r"$\phi$", ylabel="off the exact density\n(% of the peak)")
