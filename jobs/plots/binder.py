"""Binder cumulants against μ² in several boxes, and where they cross."""

import configparser
import itertools

import numpy as np

from . import data, style
from .style import NothingToDraw


def box(results):
    config = configparser.ConfigParser(strict=False, interpolation=None)
    config.read_string(results.provenance("config"))
    return float(config["deformation"]["box"])


def crossing(x, first, second):
    """μ² and its error where two measured curves, straight between their points, cross for the last time; None if they do not."""
    apart, error = first[0] - second[0], np.hypot(first[1], second[1])
    for k in reversed(range(len(x) - 1)):
        if apart[k] * apart[k + 1] < 0:
            slope = (apart[k + 1] - apart[k]) / (x[k + 1] - x[k])
            share = apart[k] / (apart[k] - apart[k + 1])
            return x[k] + share * (x[k + 1] - x[k]), np.hypot((1 - share) * error[k], share * error[k + 1]) / abs(slope)
    return None


def binder_figure(boxes, **point):
    """@param boxes files of one theory in different boxes. Crossings of each pair are lines with bands of one standard error."""
    boxes = sorted(boxes, key=box)
    for results in boxes:
        data.needed(results, "binder", "binder_err", "mu2")
    x = np.array(boxes[0].axes["mu2"])
    if len(x) < 2 or any(b.axes["mu2"] != boxes[0].axes["mu2"] for b in boxes):
        raise NothingToDraw(f"{boxes[0].path}: expected two or more values of mu2, the same in all boxes")
    figure, (axis,) = style.panels(2.7)
    fixed, curves = {a: v for a, v in data.first_point(boxes[0], **point).items() if a != "mu2"}, {}
    for k, results in enumerate(boxes):
        value, error = np.array([(results.at("binder", mu2=m, **fixed), results.at("binder_err", mu2=m, **fixed)) for m in x]).T
        style.points(axis, x, value, error, k, f"$L = {box(results):g}$")
        style.curve(axis, x, value, k)
        curves[box(results)] = (value, error)
    for k, ((a, first), (b, second)) in enumerate(itertools.combinations(curves.items(), 2)):
        found = crossing(x, first, second)
        if found:
            label = f"$L = {a:g}, {b:g}$ cross at {found[0]:.2f} ± {found[1]:.2f}"
            axis.axvline(found[0], color="grey", linestyle=style.LINES[k], linewidth=0.8, label=label)
            if found[1] < np.ptp(x) / 8:  # a wider band would hide the curves
                axis.axvspan(found[0] - found[1], found[0] + found[1], color="grey", alpha=style.BAND, linewidth=0)
    axis.set(xlabel=r"$\mu^2$", ylabel=r"$U_4 = 1 - \langle m^4\rangle/3\langle m^2\rangle^2$")
    style.legend(axis, style.place(boxes[0], fixed), columns=2)
    return figure
