"""The density of the field at one and at two sites by its Edgeworth series, beside histograms, the density given K, and Fourier inversion.

Series from sampled correlators have the noise of these; that of the density given K is the same one, so that their difference, taken
block by block, shows what the series leaves out far below either error. From exact correlators it is beside the exact density.
"""

import math
import re

import numpy as np

import density
import density_picture
import edgeworth
from results import Couplings, Result, check, hotelling, power

POWER_TOLERANCE = 0.15
LARGEST_PULL = 5.0  # of some thousand bins
FEWEST_IN_BIN = 5.0  # value over error of a bin with 25 samples, as for nnft
PHASE_DEVIATION = 1.1  # σ_w |x_2 - x_1|
NUMBER = r"([-+0-9.e]+|nan|inf)"


class Reported:
    """What `nnft action --density` prints of each order: {(width, sites, order): text}."""

    def __init__(self, path):
        self.lines, width, sites = {}, None, None
        with open(path) as log:
            for line in log:
                if found := re.match(r"width (\d+)$", line):
                    width = int(found[1])
                elif found := re.match(r"  sites? (\d(?: \d)*), through order$", line):
                    sites = tuple(map(int, found[1].split()))
                elif sites and (found := re.match(r"    (\d+)  (positive|NEGATIVE)", line)):
                    self.lines[width, sites, int(found[1])] = line

    def histogram(self, width, sites, order):
        """Largest pull and p of the series beside the histogram."""
        text = self.lines[width, sites, order]
        found = re.search(rf"histogram: .*?largest \|pull\| {NUMBER} .*?p = {NUMBER}", text)
        if not found:
            raise ValueError(f"expected a comparison with the histogram in the line of nnft, got '{text.rstrip()}'")
        return float(found[1]), float(found[2])

    def negative_from(self, width, sites, order):
        """The smallest |φ| where nnft says that the series is negative; None if nowhere."""
        found = re.search(rf"NEGATIVE from \|phi\| = {NUMBER} on", self.lines[width, sites, order])
        return float(found[1]) if found else None


class Densities:
    """Of one width: what was measured, the series, and what is exact, in bins whose middles are `phi`."""

    def __init__(self, width):
        self.width = int(width)
        self.sampled, self.series, self.exact_series = Result("density.sample"), Couplings("density"), Couplings("density.exact_series")
        self.phi = self.series.file["bin"][:]
        self.bin_width = self.phi[1] - self.phi[0]
        self.orders = range(self.series.orders)
        self.exact = {"middle": density.density_one_site(self.width, self.phi), "0": density.density_one_site(self.width, self.phi, self.bin_width),
                      "0_1": density.density_two_sites(self.width, PHASE_DEVIATION, self.phi, self.bin_width).ravel()}

    def measured(self, name):
        """Value and error, shape (bins)."""
        return self.series.at_width(name, self.width), self.series.at_width(name + "_err", self.width)

    def through(self, name, exact=False):
        """The series through each order, shape (orders, bins)."""
        return (self.exact_series if exact else self.series).at(f"edgeworth_{name}", self.width)

    def leave_one_out(self, name):
        """Of `histogram_0` or `density_0` minus the series through each order: shape (blocks, orders, bins)."""
        file, place = self.sampled.file, (self.sampled.widths.index(self.width), 0)
        count, sums = file["count"][place].astype(float), file["sum_" + name][place]
        means = (sums.sum(axis=0) - sums) / (count.sum() - count)[:, None]
        cumulants = {n: file[f"G{n}c_jackknife"][(slice(None), *place, self.sampled.tuples(n).index((0,) * n))] for n in (2, 4, 6, 8)}
        if name.startswith("density"):
            return means[:, None] - edgeworth.one_site_density(cumulants, self.phi)
        nodes, weights = np.polynomial.legendre.leggauss(5)
        series = sum(w / 2 * edgeworth.one_site_density(cumulants, self.phi + x * self.bin_width / 2) for x, w in zip(nodes, weights))
        return means[:, None] / self.bin_width - series


def jackknife_error(rows):
    return np.sqrt((len(rows) - 1) * rows.var(axis=0))


def print_width(densities, reported):
    width = densities.width
    for sites, name in (((0,), "0"), ((0, 1), "0_1")):
        value, error = densities.measured("histogram_" + name)
        used = value > FEWEST_IN_BIN * error
        exact = densities.exact[name]
        for order in densities.orders:
            pull, p = reported.histogram(width, sites, order)
            off = float(np.max(np.abs(densities.through(name)[order] - value)[used]) / exact.max())
            lost = float(np.max(np.abs(densities.through(name, exact=True)[order] - exact)) / exact.max())
            given = " " * 10
            if name == "0":
                middle = densities.exact["middle"]
                lost = float(np.max(np.abs(densities.through("0_middle", exact=True)[order] - middle)) / middle.max())
                given = f"{float(np.max(np.abs(densities.through('0_middle')[order] - densities.measured('density_0')[0])) / middle.max()):10.2e}"
            negative = reported.negative_from(width, sites, order)
            print(f"  {width:5} {' '.join(map(str, sites)):5} {order:5} {off:10.2e} {pull:7.2f} {p:9.2g} {given} {lost:10.2e}   "
                  + (f"|φ| >= {negative:.3f}" if negative is not None else "nowhere"))


def what_is_measured(densities):
    """Histograms and density given K beside the exact density, without any series."""
    count, worst = 0, 0.0
    for name, exact in (("histogram_0", "0"), ("density_0", "middle"), ("histogram_0_1", "0_1")):
        value, error = densities.measured(name)
        used = value > FEWEST_IN_BIN * error
        count, worst = count + int(used.sum()), max(worst, float(np.max(np.abs(value - densities.exact[exact])[used] / error[used])))
    check(worst < LARGEST_PULL, f"N = {densities.width}: histograms and density given K are those of Fourier inversion, {count} pulls, largest {worst:.2f} < {LARGEST_PULL}")
    value, error = densities.measured("density_0")
    wrong = max(densities.width + 1, round(1.1 * densities.width))
    other = density.density_one_site(wrong, densities.phi)
    off = float(np.max(np.abs(value - other) / error))
    check(off > LARGEST_PULL, f"N = {densities.width}: the density given K is not that of {wrong} neurons, largest pull {off:.1f}")


def series_of_this_file(densities):
    place = (densities.exact_series.widths.index(densities.width), 0)
    exact = Result("density.exact")
    cumulants = {n: np.array([exact.file[f"G{n}c"][place][exact.tuples(n).index((0,) * n)]]) for n in (2, 4, 6, 8)}
    apart = float(np.max(np.abs(edgeworth.one_site_density(cumulants, densities.phi)[0] - densities.through("0_middle", exact=True))))
    check(apart < 1e-12, f"N = {densities.width}: the series of one site are sums of Hermite polynomials, apart {apart:.1e}")


def falls_exactly(narrow, wide):
    """Series from exact correlators beside the exact density, one site in the middle of bins and two sites averaged over them."""
    widths = (narrow.width, wide.width)
    for title, name in (("one site", "0_middle"), ("two sites", "0_1")):
        lost = [np.max(np.abs(d.through(name, exact=True) - d.exact[name.replace("0_middle", "middle")]), axis=1) for d in (narrow, wide)]
        for order in narrow.orders:
            fall = power([x[order] for x in lost], widths)
            check(abs(fall - order - 1) < POWER_TOLERANCE,
                  f"{title}: the series through 1/N^{order} is off the exact density by N^-{fall:.3f} between N = {widths[0]} and {widths[1]}, expected N^-{order + 1}")


def falls_as_sampled(narrow, wide):
    """Series minus density given K, of the same samples, at the φ where the exact series is off the most."""
    rows = {d: d.leave_one_out("density_0") for d in (narrow, wide)}
    widths = (narrow.width, wide.width)
    for order in narrow.orders:
        k = int(np.argmax(np.abs(wide.through("0_middle", exact=True)[order] - wide.exact["middle"])))
        off = [float(d.measured("density_0")[0][k] - d.through("0_middle")[order][k]) for d in (narrow, wide)]
        relative = [float(jackknife_error(rows[d][:, order, k])) / abs(x) for d, x in zip((narrow, wide), off)]
        fall = power(off, widths)
        error = math.hypot(*relative) / math.log(widths[1] / widths[0])
        text = f"sampled, φ = {wide.phi[k]:.3f}: through 1/N^{order}, what is off the density given K falls as N^-{fall:.3f} +- {error:.3f}"
        if order > 1 and 3 * error > 1 - POWER_TOLERANCE:
            print(f"  -: {text}, more networks could tell")
        else:
            check(3 * error <= 1 - POWER_TOLERANCE and abs(fall - order - 1) < POWER_TOLERANCE + 3 * error, f"{text}, expected N^-{order + 1}")


def accepted_and_rejected(every, reported):
    """By nnft, and for one site by Hotelling's test here, from series of leave-one-out correlators."""
    few, many = every[0], every[-1]
    for densities, order, accepted in ((many, 3, True), (few, 0, False)):
        value, error = densities.measured("histogram_0")
        used = value > FEWEST_IN_BIN * error
        deviation = (value - densities.through("0")[order])[used]
        t2, modes, p = hotelling(deviation, densities.leave_one_out("histogram_0")[:, order][:, used])
        both = [p] + [reported.histogram(densities.width, sites, order)[1] for sites in ((0,), (0, 1))]
        holds = min(both) > 1e-3 if accepted else max(both) < 1e-6
        check(holds, f"N = {densities.width}: histograms {'accept' if accepted else 'reject'} the series through 1/N^{order}: T² = {t2:.1f} in {modes} modes, "
              f"p = {p:.2g}; nnft: p = {both[1]:.2g}, two sites {both[2]:.2g}")


def negative(densities, reported):
    """Where series of two sites are below 0: what nnft says beside the values in its file."""
    found, agree = [], True
    first, second = np.meshgrid(densities.phi, densities.phi, indexing="ij")
    for order in densities.orders:
        below = densities.through("0_1")[order] < 0
        says = reported.negative_from(densities.width, (0, 1), order)
        agree &= below.any() == (says is not None)
        if below.any() and says is not None:
            nearest = float(np.min(np.hypot(first, second).ravel()[below]))
            agree &= abs(nearest - says) < 1e-3 * nearest
            found.append(f"1/N^{order}, {int(below.sum())} of {below.size} bins from |φ| = {nearest:.3f} on")
    check(found and agree, f"N = {densities.width}, two sites: series are negative, and nnft says so: {'; '.join(found) or 'nowhere'}")


def tables():
    reported = Reported("density.log")
    every = [Densities(width) for width in Couplings("density").widths]
    count = int(every[0].sampled.file["count"][0, 0].sum())
    print(f"\ncos net, σ_w = 1.1, σ_out = 1, x = 0, 1, {count} networks: Edgeworth series through 1/N^order, largest differences relative to the peak")
    print(f"  {'N':>5} {'sites':5} {'order':>5} {'histogram':>10} {'|pull|':>7} {'p':>9} {'given K':>10} {'exact':>10}   negative")
    print("  (histogram, given K: of the same samples; exact: series from exact correlators; two sites: means over bins)")
    for densities in every:
        print_width(densities, reported)
    for densities in every:
        what_is_measured(densities)
        series_of_this_file(densities)
    falls_exactly(*every[-2:])
    falls_as_sampled(*every[-2:])
    accepted_and_rejected(every, reported)
    negative(every[0], reported)
    density_picture.draw(every[:2], "density.png")
