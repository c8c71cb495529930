"""Which pictures suit which files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import action, autocorrelation, binder, coupling, data, density, diagrams, pulls, strength, width
from .series import Series
from .style import NothingToDraw

KINDS = ("sample", "exact", "fit", "action", "correlators")
CHAINS = "integrated autocorrelation times of all scan points; autocorrelation functions and the first samples at the slowest of them"
PULLS = "pulls of all connected correlators from the exact values, beside the unit normal; correlators of one scan point are correlated"
DIAGRAMS = "Circles are connected correlators of so many legs, blue lines −1/G_c⁽²⁾; below each stand its symmetry factor and its factor in S."


@dataclass
class Picture:
    stem: str  # of its files
    figure: object
    caption: str


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
            elif results.kind == "action":
                yield from self._draw(results, "couplings", "couplings of the action through successive orders", action.action_figure)
                yield from self._densities(results)
            elif results.kind == "correlators":
                yield from self._scans(results, None, [])
                yield from self._chains(results)
        yield from self._boxes()
        # What no sampled file has drawn stands alone.
        for results in [f for f in self.exact if f.path not in self.used]:
            yield from self._scans(results, None, [])
        for fit in [f for f in self.fits if f.path not in self.used]:
            yield from self._fit_alone(fit)
        yield from self._diagrams()

    def undrawn(self):
        """Of each file that is in no picture: why."""
        return [(self.reasons.get(f.path) or [f"{f.path}: nothing to draw: no scan, exact values, densities or chains in it"])[0]
                for f in self.files if f.path not in self.used]

    def left_out(self):
        """Pictures that files in others are not in, and why."""
        return [reason for path in sorted(self.used) for reason in self.reasons.get(path, [])]

    def _draw(self, results, name, caption, make, also=(), **options):
        """A picture of a file (and of others), unless it has not what the picture needs."""
        try:
            figure = make(results, **options)
        except NothingToDraw as reason:
            self.reasons.setdefault(results.path, []).append(str(reason))
            return
        self.used |= {results.path, *(other.path for other in also if other)}
        yield Picture(f"{_stem(results)}_{name}", figure, f"{Path(results.path).name}: {caption}")

    def _measured(self, results):
        exact = next(iter(data.of_theory(results, self.exact)), None)
        fits = [f for f in self.fits if data.theory(f.points) == data.theory(results)]
        yield from self._scans(results, exact, fits)
        if exact and not _truncated(exact):
            yield from self._draw(results, "pulls", PULLS, pulls.compared_figure, [exact], exact=exact)
        if not any(f.kind == "action" and density.sites_of(f) for f in data.of_theory(results, self.files)):  # whose pictures have the histograms
            yield from self._densities(results)
        yield from self._chains(results)

    def _scans(self, results, exact, fits):
        """Connected correlators along the axes of the scan."""
        if _operator(results):
            yield from self._operator_scans(results, exact, fits)
            return
        for variable in data.correlators(results):
            if len(data.finite_widths(results)) > 1:
                fit = _fit(results, fits, variable, "width")
                for point in _ends(results, "width"):
                    yield from self._draw(results, f"{variable}_width{_tag(results, point)}", f"{variable} against the width", width.width_figure,
                                          [fit, exact], fit=fit, exact=exact, variable=variable, **point)
            for axis in [a for a in results.axes if a.startswith("strength") and len(results.axes[a]) > 1]:
                fit = _fit(results, fits, variable, "strength")
                caption = f"shift of {variable} by the deformation; errors are those of the difference"
                for point in _ends(results, axis):
                    yield from self._draw(results, f"{variable}_{axis}{_tag(results, point)}", caption, strength.strength_figure,
                                          [fit, exact], fit=fit, exact=exact, variable=variable, axis=axis, **point)

    def _operator_scans(self, results, exact, fits):
        if len(data.finite_widths(results)) > 1:
            for variable in data.correlators(results)[:2]:
                fit = _fit(results, fits, variable, "width")
                yield from self._draw(results, f"{variable}_limit", f"{variable} against 1/N", width.limit_figure, [fit], fit=fit, variable=variable)
        if len(results.strengths) > 1:
            known = exact if exact and _truncated(exact) else None
            caption = "connected correlators against λ" + (", with perturbation theory at infinite width" if known else "")
            yield from self._draw(results, "coupling", caption, coupling.coupling_figure, [known], perturbation=known)

    def _densities(self, results):
        for site in density.sites_of(results):
            for point in _ends(results):
                name, caption = f"density_{site}{_tag(results, point)}", f"density of the field at site {site}"
                yield from self._draw(results, name, caption, density.density_figure, site=site, **point)

    def _chains(self, results):
        if "tau_int" in results:
            yield from self._draw(results, "chains", CHAINS, autocorrelation.autocorrelation_figure)

    def _fit_alone(self, fit):
        if fit.fitted_in == "strength":
            self.reasons[fit.path] = [f"{fit.path}: nothing to draw alone: expected the file that it was fitted to, too"]
            return
        make, name = (width.limit_figure, "limit") if _operator(fit.points) else (width.width_figure, "width")
        yield from self._draw(fit.points, f"{fit.variable}_{name}", f"{fit.variable} and the series fitted to it", make, fit=fit)

    def _boxes(self):
        groups = {}
        for results in self.files:
            if results.kind == "sample" and "binder" in results and len(results.axes.get("mu2", [])) > 1:
                theory = data.theory(results, without=("sites", "box", "nodes"))
                groups.setdefault((str(sorted(theory.items())), str(results.axes)), []).append(results)
        for boxes in groups.values():
            for point in data.points(boxes[0], mu2=boxes[0].axes["mu2"][0]):
                where = {axis: value for axis, value in point.items() if axis != "mu2"}
                yield from self._draw(boxes[0], f"binder{_tag(boxes[0], where)}", "Binder cumulants of boxes of side L", binder.binder_figure, boxes,
                                      others=boxes[1:], **where)

    def _diagrams(self):
        for order in sorted({d.order for d in self.diagrams}):
            some = [d for d in self.diagrams if d.order == order]
            for first in range(0, len(some), diagrams.MOST):
                part = some[first:first + diagrams.MOST]
                number = f"_{first // diagrams.MOST + 1}" if len(some) > diagrams.MOST else ""
                caption = f"Diagrams {first + 1} to {first + len(part)} of {len(some)} of order {order} in 1/N. {DIAGRAMS}"
                yield Picture(f"diagrams_order{order}{number}", diagrams.diagrams_figure(part), caption)


def _stem(results):
    return Path(results.path).name.removesuffix(".h5")


def _operator(results):
    return "mu2" in results.axes


def _truncated(exact):
    """Whether a file of `nnft exact` is a series."""
    return "expansion" in exact.file.attrs


def _fit(results, fits, variable, fitted_in):
    """A fit to points that the file has; some may have been left out."""
    return next((f for f in fits if f.variable == variable and f.fitted_in == fitted_in and set(f.points.widths) <= set(results.widths)), None)


def _ends(results, scanned=None):
    """First and last values of the axes, but of the scanned one; of widths the finite ones."""
    axes = {axis: [v for v in values if axis != "width" or np.isfinite(v)] or values for axis, values in results.axes.items() if axis != scanned}
    first, last = ({axis: values[end] for axis, values in axes.items()} for end in (0, -1))
    return [first] if first == last else [first, last]


def _tag(results, point):
    """What tells pictures of several scan points apart in their names."""
    return "".join(f"_{axis}{'_' if axis[-1].isdigit() else ''}{value:g}" for axis, value in point.items() if len(results.axes[axis]) > 1)
