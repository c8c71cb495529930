"""Markov chains: autocorrelation functions, integrated autocorrelation times, effective samples, and the beginning of a few chains."""

import configparser

import numpy as np

from nnft_results import jackknife_error

from . import data, style

OBSERVABLES = (("V", "$V$", 3), ("F", r"$\int\phi^2$", 5), ("m2", "$m^2$", 8))  # name, symbol, place of its sum in `chain_sum`
DRAWN = ("$S$", r"$\overline{\phi^2}$", r"$\overline{\phi}^2$")  # observables of fields drawn from an action
LAGS = 20


def slice_length(results):
    config = configparser.ConfigParser(strict=False, interpolation=None)
    config.read_string(results.provenance("config"))
    return int(config["run"]["slice"])


def autocorrelation(results, name, column, point):
    """ρ(l) and its jackknife error over the chains, from the sums that FORMAT.md defines."""
    sums, edges = results.at(f"sum_lag_{name}", **point), results.at(f"sum_edge_{name}", **point)
    chain, count, length = results.at("sum_chain", **point)[:, column], results.at("count", **point), slice_length(results)
    lags = np.arange(min(LAGS + 1, length, sums.shape[1]))

    def rho(keep):
        slices, mean = count[keep].sum() / length, chain[keep].sum() / count[keep].sum()
        pairs = slices * (length - lags)
        total = sums[keep].sum(0)[lags] - mean * (2 * chain[keep].sum() - edges[keep].sum(0)[lags])
        gamma = total / pairs + mean**2
        return gamma / gamma[0]

    present = np.flatnonzero(count > 0)
    return lags, rho(present), jackknife_error(np.array([rho(present[present != b]) for b in present]))


def scanned(results):
    """The axis to draw against: the longest."""
    return max(results.axes, key=lambda axis: len(results.axes[axis]))


def autocorrelation_figure(results, **point):
    """At the scan point of the longest autocorrelation time, unless it is given; times and effective samples along the longest axis of the scan."""
    data.needed(results, "tau_int", "tau_int_err")
    names, axis_name = (DRAWN if "samples" in results else [text for _, text, _ in OBSERVABLES]), scanned(results)
    slowest = max(data.points(results, **point), key=lambda p: np.nan_to_num(_at(results, "tau_int", p).max(), nan=-1.0))
    chains = [name for name, _, _ in OBSERVABLES if f"sum_lag_{name}" in results]
    heights = [1.7] + [1.5] * bool("n_eff" in results) + [1.7] * bool(chains) + [1.5] * ("V_series" in results)
    figure, axes = style.panels(*heights, share=False)
    _times(axes[0], results, axis_name, slowest, names)
    rest = list(axes[1:])
    if "n_eff" in results:
        _effective(rest.pop(0), results, axis_name, slowest)
    if chains:
        _functions(rest.pop(0), results, slowest)
    if "V_series" in results:
        _beginning(rest.pop(0), results, slowest)
    return figure


def _at(results, name, point):
    place = results.place(**point)
    return results.file[name][(-1, *place)] if "samples" in results else results.file[name][place]


def _along(axis, results, axis_name, slowest):
    """Points along an axis of the scan, and where to draw them; infinite width at twice the widest."""
    values = results.axes[axis_name]
    finite = [v for v in values if np.isfinite(v)]
    x = np.array([v if np.isfinite(v) else 2 * max(finite, default=1.0) for v in values])
    ticks = [f"{v:g}" if np.isfinite(v) else r"$\infty$" for v in values]
    if x.min() > 0 and x.max() / x.min() > 8:
        axis.set_xscale("log")
        axis.set_xticks([], minor=True)
        axis.set_xlim(x.min() / 1.5, x.max() * 1.5)
    axis.set_xticks(x, ticks)
    axis.set_xlabel(f"${style.symbol(results, axis_name)}$")
    return x, [{**slowest, axis_name: v} for v in values]


def _times(axis, results, axis_name, slowest, names):
    x, points = _along(axis, results, axis_name, slowest)
    for k, name in enumerate(names):
        value, error = (np.array([_at(results, n, p)[k] for p in points]) for n in ("tau_int", "tau_int_err"))
        shifted = x * 1.03**k if axis.get_xscale() == "log" else x + 0.01 * k * (np.ptp(x) or 1.0)
        style.points(axis, shifted, value, error, k, name)
    axis.axhline(0.5, color="grey", linewidth=0.8)
    axis.set_ylabel(r"$\tau_\mathrm{int}$ (samples)")
    fixed = {a: v for a, v in slowest.items() if a != axis_name}
    style.legend(axis, style.place(results, fixed) or None)


def _effective(axis, results, axis_name, slowest):
    """n_eff of n samples; its error is that of the autocorrelation time."""
    x, points = _along(axis, results, axis_name, slowest)
    for k in range(len(OBSERVABLES)):
        value = np.array([results.at("n_eff", **p)[k] / results.networks(**p) for p in points])
        error = value * np.array([results.at("tau_int_err", **p)[k] / results.at("tau_int", **p)[k] for p in points])
        shifted = x * 1.03**k if axis.get_xscale() == "log" else x + 0.01 * k * (np.ptp(x) or 1.0)
        style.points(axis, shifted, value, error, k)
    axis.set(ylabel=r"$n_\mathrm{eff}/n$", ylim=(0, 1.1 * axis.get_ylim()[1]))


def _functions(axis, results, point):
    for k, (name, text, column) in enumerate(OBSERVABLES):
        lags, rho, error = autocorrelation(results, name, column, point)
        style.points(axis, lags + 0.15 * (k - 1), rho, error, k, text)
    axis.axhline(0, color="grey", linewidth=0.8)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel="lag (samples)", ylabel=r"$\rho$")
    axis.text(0.97, 0.93, style.place(results, point), transform=axis.transAxes, ha="right", va="top", fontsize=7)


def _beginning(axis, results, point, chains=3):
    """The first samples of a few chains, with the mean over all of them and its spread over chains."""
    rows = results.at("V_series", **point)
    mean, spread = rows.mean(0), rows.std(0) / np.sqrt(len(rows))
    for k, row in enumerate(rows[:chains]):
        style.curve(axis, np.arange(len(row)), row, k, linewidth=0.7)
    axis.errorbar(np.arange(len(mean)), mean, spread, color="black", marker=".", markersize=2, linestyle="none", elinewidth=0.6, capsize=0,
                  label=f"mean of {len(rows)} chains")
    axis.set(xlabel="sample", ylabel="$V$")
    style.legend(axis, columns=2)
