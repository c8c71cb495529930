"""The density of the field at a site: histogram, conditional density, and the Edgeworth series through each order."""

import re

import numpy as np

from . import data, style
from .style import NothingToDraw


def sites_of(results):
    """Sites that the file has a density of."""
    return sorted({int(found[1]) for name in results.file if (found := re.fullmatch(r"(?:histogram|density|edgeworth)_(\d+)", name))})


def through(results, name, point):
    """Orders of an Edgeworth series and their errors, shape (order, bin)."""
    place = (slice(None), *results.place(**point))
    return results.file[name][place], results.file[f"{name}_err"][place]


def density_figure(results, site=None, **point):
    """P(φ), and below what the series through each order are off the conditional density in the middle of the bins, or else off the histogram."""
    if not sites_of(results):
        raise NothingToDraw(f"{results.path}: expected histograms or Edgeworth series of one site, which the file has not")
    site, point = sites_of(results)[0] if site is None else site, data.first_point(results, **point)
    phi = results.file["bin"][:]
    histogram, conditional, edgeworth = f"histogram_{site}" in results, f"density_{site}" in results, f"edgeworth_{site}" in results
    residual = edgeworth and (histogram or conditional)
    figure, axes = style.panels(2.2, 1.2) if residual else style.panels(2.4)
    measured = f"histogram_{site}" if histogram else f"density_{site}"
    if histogram or conditional:
        value, error = results.at(measured, **point), results.at(f"{measured}_err", **point)
        axes[0].errorbar(phi, value, error, linestyle="none", marker="o", markersize=2, color="black", elinewidth=0.7, capsize=1.2, label=measured.split("_")[0])
    if edgeworth:
        series, errors = through(results, f"edgeworth_{site}_middle", point)
        for order, (value, error) in enumerate(zip(series, errors)):
            style.curve(axes[0], phi, value, order, "Gaussian" if order == 0 else f"through {_power(results, order)}", error=error)
    if residual:
        _residuals(axes[1], results, site, point, conditional)
    axes[0].set(ylabel=r"$P(\phi)$", ylim=(0, None))
    axes[-1].set_xlabel(r"$\phi$")
    style.legend(axes[0], f"site {site}, {style.place(results, point)}", columns=2)
    return figure


def _power(results, order):
    name = results.file.attrs.get("expanded_in", "1/N")
    base = "1/N" if name == "1/N" else r"\alpha"
    if order == 1:
        return f"${base}$"
    return f"$1/N^{order}$" if name == "1/N" else rf"$\alpha^{order}$"


def _residuals(axis, results, site, point, conditional):
    name, suffix = (f"density_{site}", "_middle") if conditional else (f"histogram_{site}", "")
    reference, error = results.at(name, **point), results.at(f"{name}_err", **point)
    phi, peak = results.file["bin"][:], np.nanmax(reference)
    axis.errorbar(phi, np.zeros(len(phi)), 100 * error / peak, linestyle="none", color="black", elinewidth=0.7, capsize=1.2)
    series, errors = through(results, f"edgeworth_{site}{suffix}", point)
    for order, (value, band) in enumerate(zip(series, errors)):
        style.curve(axis, phi, 100 * (value - reference) / peak, order, error=100 * band / peak)
    off = 100 * np.nanmax(np.abs(series - reference), axis=1) / peak
    rest = max(np.nanmax(off[1:], initial=0.0), 100 * np.nanmax(error) / peak)
    if off[0] > 6 * rest:  # the Gaussian leaves the panel
        axis.set_ylim(-1.5 * rest, 1.5 * rest)
    axis.set_ylabel(f"off the {name.split('_')[0]}\n(% of the peak)")
