"""Which pictures suit which files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import action, autocorrelation, binder, coupling, data, density, diagrams, pulls, strength, width
from .series import Series
from .style import NothingToDraw

KINDS = ("sample", "exact", "fit", "action", "correlators")


@dataclass
class Picture:
    stem: str  # of its files
    figure: object
    caption: str


def stem(results):
    return Path(results.path).name.removesuffix(".h5")


def operator(results):
    return results.file.attrs.get("strength_of", "") == "field-operator" or "mu2" in results.axes


class Gallery:
    """Pictures of files that were given together: a sampled file meets its exact one and its fits. @param files Results"""

    def __init__(self, files, diagrams_=()):
        self.files, self.diagrams = list(files), list(diagrams_)
        self.fits = [Series(f.path) for f in files if f.kind == "fit"]
        self.exact = [f for f in files if f.kind == "exact"]
        self.used, self.reasons = set(), {}

    def pictures(self):
        for results in self.files:
            if results.kind == "sample":
                yield from self._measured(results)
            elif results.kind in ("action", "correlators"):
                yield from self._expanded(results)
        yield from self._boxes()
        # What no sampled file has drawn stands alone.
        for results in self.exact:
            if results.path not in self.used:
                yield from self._scans(results, None, [])
        for fit in self.fits:
            if fit.path not in self.used:
                yield from self._fit_alone(fit)
        for order in sorted({d.order for d in self.diagrams}):
            some = [d for d in self.diagrams if d.order == order]
            for first in range(0, len(some), diagrams.MOST):
                part = some[first:first + diagrams.MOST]
                yield Picture(f"diagrams_order{order}" + (f"_{first // diagrams.MOST + 1}" if len(some) > diagrams.MOST else ""), diagrams.diagrams_figure(part),
                              f"Diagrams {first + 1} to {first + len(part)} of {len(some)} of order {order} in 1/N. Circles are connected correlators of so many "
                              "legs, blue lines −1/G_c⁽²⁾; below each stand its symmetry factor and what it is multiplied with in S.")

    def undrawn(self):
        """Files that no picture was made of, and why."""
        return {f.path: self.reasons.get(f.path, f"{f.path}: nothing to draw: no scan, exact values, densities or chains in it")
                for f in self.files if f.path not in self.used}

    def _try(self, results, also, name, caption, make, *arguments, **options):
        """A picture, unless the file has not what it needs."""
        try:
            figure = make(*arguments, **options)
        except NothingToDraw as reason:
            self.reasons[results.path] = str(reason)
            return
        self.used |= {results.path, *(other.path for other in also if other)}
        yield Picture(f"{stem(results)}_{name}", figure, f"{Path(results.path).name}: {caption}")

    def _fit(self, results, fits, variable, fitted_in):
        return next((f for f in fits if f.variable == variable and f.fitted_in == fitted_in and f.points.widths == self._fitted_widths(results, f)), None)

    @staticmethod
    def _fitted_widths(results, fit):
        """A fit belongs to a file if it has its widths; infinite width may be left out, and so may some others."""
        return fit.points.widths if set(fit.points.widths) <= set(results.widths) else None

    def _measured(self, results):
        exact = next(iter(data.of_theory(results, self.exact)), None)
        fits = [f for f in self.fits if data.theory(f.points) == data.theory(results)]
        yield from self._scans(results, exact, fits)
        if exact and not _truncated(exact):
            yield from self._try(results, [exact], "pulls", "pulls of all connected correlators from the exact values, beside the unit normal; "
                                 "correlators of one scan point are correlated", pulls.compared_figure, results, exact)
        if not any(f.kind == "action" and density.sites_of(f) for f in data.of_theory(results, self.files)):  # whose pictures have the histograms
            yield from self._densities(results)
        if "tau_int" in results:
            yield from self._chains(results)

    def _scans(self, results, exact, fits):
        several = len(data.finite_widths(results)) > 1
        if operator(results):
            if several:
                for variable in data.correlators(results)[:2]:
                    fit = self._fit(results, fits, variable, "width")
                    yield from self._try(results, [fit], f"{variable}_limit", f"{variable} against 1/N", width.limit_figure, results, variable, fit)
            if len(results.strengths) > 1:
                perturbation = exact if exact and _truncated(exact) else None
                yield from self._try(results, [perturbation], "coupling", "connected correlators against λ" +
                                     (", with perturbation theory at infinite width" if perturbation else ""), coupling.coupling_figure, results, perturbation)
            return
        for variable in data.correlators(results):
            if several:
                fit = self._fit(results, fits, variable, "width")
                for point in _ends(results, "width"):
                    yield from self._try(results, [fit, exact], f"{variable}_width{_tag(results, point)}", f"{variable} against the width", width.width_figure,
                                         results, variable, fit, exact, **point)
            if len(results.strengths) > 1:
                fit = self._fit(results, fits, variable, "strength")
                for point in _ends(results, "strength"):
                    yield from self._try(results, [fit, exact], f"{variable}_strength{_tag(results, point)}", f"shift of {variable} by the deformation; errors are "
                                         "those of the difference", strength.strength_figure, results, variable, exact, fit, **point)

    def _densities(self, results):
        for site in density.sites_of(results):
            for point in _ends(results):
                yield from self._try(results, [], f"density_{site}{_tag(results, point)}", f"density of the field at site {site}", density.density_figure, results,
                                     site, **point)

    def _chains(self, results):
        yield from self._try(results, [], "chains", "integrated autocorrelation times of all scan points; autocorrelation functions and the first samples at the "
                             "slowest of them", autocorrelation.autocorrelation_figure, results)

    def _expanded(self, results):
        if results.kind == "action":
            yield from self._try(results, [], "couplings", "couplings of the action through successive orders", action.action_figure, results)
            yield from self._densities(results)
        else:
            yield from self._scans(results, None, [])
            if "tau_int" in results:
                yield from self._chains(results)

    def _fit_alone(self, fit):
        if fit.fitted_in == "width":
            limit = operator(fit.points)
            make, name = (width.limit_figure, "limit") if limit else (width.width_figure, "width")
            yield from self._try(fit.points, [], f"{fit.variable}_{name}", f"{fit.variable} and the series fitted to it", make, fit.points, fit.variable, fit)
        else:
            self.reasons[fit.path] = f"{fit.path}: nothing to draw alone: expected the file that it was fitted to, too"

    def _boxes(self):
        groups = {}
        for results in self.files:
            if results.kind == "sample" and "binder" in results and len(results.axes.get("mu2", [])) > 1:
                key = (str(sorted(data.theory(results, without=("sites", "box", "nodes")).items())), str(results.axes))
                groups.setdefault(key, []).append(results)
        for number, boxes in enumerate(groups.values()):
            name = "binder" if len(groups) == 1 else f"binder_{number + 1}"
            for point in data.points(boxes[0], mu2=boxes[0].axes["mu2"][0]):
                where = {a: v for a, v in point.items() if a != "mu2"}
                yield from self._try(boxes[0], boxes, name + _tag(boxes[0], where), "Binder cumulants of boxes of side L", binder.binder_figure, boxes, **where)


def _truncated(exact):
    """Whether a file of `nnft exact` is a series."""
    return "expansion" in exact.file.attrs


def _ends(results, scanned=None):
    """First and last values of the axes, but of the scanned one; of widths the finite ones."""
    axes = {axis: [v for v in values if axis != "width" or np.isfinite(v)] or values for axis, values in results.axes.items() if axis != scanned}
    first, last = ({axis: values[end] for axis, values in axes.items()} for end in (0, -1))
    return [first] if first == last else [first, last]


def _tag(results, point):
    """What tells pictures of several scan points apart in their names."""
    return "".join(f"_{axis}{value:g}" for axis, value in point.items() if len(results.axes[axis]) > 1)
