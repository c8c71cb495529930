"""What pictures ask of files: scan points, tuples that stand for all, pulls, and whether two files are about the same theory."""

import configparser
import itertools
import math

import numpy as np

from nnft_results import DIMENSIONS

from .style import NothingToDraw

ROUNDING = 1e-9  # of the largest correlator: smaller ones vanish
SCANNED = {"width", "strength", "mu2"}  # keys of a config that may differ between files of one theory


def correlators(results):
    """G2c, G4c, … that the file has."""
    return [f"G{order}c" for order in DIMENSIONS if f"G{order}c" in results]


def finite_widths(results):
    return sorted(n for n in results.axes.get("width", []) if math.isfinite(n))


def first_point(results, **given):
    """A point with the first value of every axis that is not given."""
    return {axis: given.get(axis, values[0]) for axis, values in results.axes.items()}


def points(results, **given):
    """All scan points with the given values."""
    axes = {axis: [given[axis]] if axis in given else values for axis, values in results.axes.items()}
    return [dict(zip(axes, values)) for values in itertools.product(*axes.values())]


def has(results, point):
    try:
        results.place(**point)
    except (KeyError, ValueError):
        return False
    return True


def only_axes_of(results, point):
    return {axis: value for axis, value in point.items() if axis in results.axes}


def chosen(results, variable, most=4):
    """Tuples that stand for all: the first with one site, two different ones, … of those whose correlator is known not to vanish."""
    found, somewhere = {}, [first_point(results)]
    known = {sites: estimates(results, variable, sites, somewhere) for sites in results.tuples(int(variable[1]))}
    largest = max((abs(value[0]) for value, _ in known.values() if np.isfinite(value[0])), default=0.0)
    for sites, ((value,), (error,)) in known.items():
        if abs(value) > max(3 * error, ROUNDING * largest):
            found.setdefault(len(set(sites)), sites)
    return [found[count] for count in sorted(found)][:most]


def estimates(results, variable, sites, points_):
    """Values and errors, of correlators or couplings by orders their sum; NaN where the file has none. A sum of orders has the sum of their errors,
    which bounds its own."""
    if "order" in results.file and results.kind in ("action", "correlators"):
        column, whole = results.column(sites), []
        for point in points_:
            at = (slice(None), *results.place(**point), column)
            whole.append((float(np.sum(results.file[variable][at])), float(np.sum(results.file[variable + "_err"][at]))))
    else:
        whole = [results.estimate(variable, sites, **point) for point in points_]
    return np.array([v for v, _ in whole]), np.array([e for _, e in whole])


def theory(results, without=()):
    """The part of the config that makes the theory: section and key to value."""
    config = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        config.read_string(results.provenance("config"))
    except KeyError:
        return None
    return {(section, key): value for section in config.sections() for key, value in config[section].items()
            if section.split("-")[0] in ("field", "sites", "deformation") and key not in SCANNED and key not in without and section not in without}


def of_theory(results, others):
    """Those of the other files that are about the same theory."""
    mine = theory(results)
    return [other for other in others if mine is not None and theory(other) == mine]


def compared(measured, exact):
    """Pulls of every connected correlator at every scan point that both files have."""
    pulls = []
    for variable in correlators(measured):
        if variable not in exact or measured.tuples(int(variable[1])) != exact.tuples(int(variable[1])):
            continue
        for point in points(measured):
            if not has(exact, only_axes_of(exact, point)):
                continue
            value, error = measured.at(variable, **point), measured.at(variable + "_err", **point)
            truth = exact.at(variable, **only_axes_of(exact, point))
            known = np.isfinite(value) & np.isfinite(truth) & (error > 0)
            pulls += list((value - truth)[known] / error[known])
    return pulls


def needed(results, *names):
    for name in names:
        if name not in results:
            raise NothingToDraw(f"{results.path}: expected {name}, which the file has not")
