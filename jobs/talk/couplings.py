"""Couplings of the action from correlators, by powers of 1/N"""

import numpy as np

from . import printed
from .claims import Claim, Line
from .edgeworth import one_site_cumulants
from .limits import combined_error, infinite_width
from .references import density
from .tensors import couplings, full

EXACT_WIDTHS, DENSITY_WIDTHS = (40, 80, 160, 320), (20, 40, 80)
WIDTH = 32
CONFIG = "[field]\narchitecture = cos\n[sites]\npoints = 0; 1\n[measure]\n"
SHOWN = {2: ((0, 0), (0, 1)), 4: ((0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1)), 6: ((0,) * 6, (0, 0, 0, 1, 1, 1))}
SOURCE = "slides \"Actions from Interactions\", \"NN-FT: Actions for 1/N and Independence Breaking\""
RANGE, DEGREE = 1.5, 8  # −ln P is fitted by an even polynomial in this range of φ; what is beyond is of order 1/N⁴


def run(runner):
    runner.sample("couplings_density", CONFIG + "histogram = 0\nhistogram-range = 2.4\nhistogram-bins = 96\n", 2e6,
                  f"--field.width={' '.join(map(str, DENSITY_WIDTHS))}", "--sites.points=0")
    runner.diagrams("couplings_diagrams", 2)
    for kind in ("sample", "exact"):
        options = (CONFIG + "orders = 2 4 6\n", *((6e6,) if kind == "sample" else ()), f"--field.width={WIDTH}")
        getattr(runner, kind)(f"couplings_{kind}", *options)
        runner.action(f"couplings_{kind}", f"couplings_{kind}_action", "--order", "2")


def corrected_sign(vertices, internal, legs):
    """−S is the sum of connected diagrams with propagators −G2⁻¹; their legs are even in number."""
    return -((-1) ** internal)


def correlators(file, width):
    return {n: full(file.at(f"G{n}c", width=width), file.tuples(n), len(file.sites)) for n in (2, 4, 6)}


def scaled_cumulants():
    """{n: N^(n/2 − 1) κ_n} of one site, as arrays for one site."""
    return {n: np.full((1,) * n, value) for n, value in one_site_cumulants(1).items()}


def exact_limits():
    """Through Fourier inversion at one site: {(legs, order): (coefficient of N^−order in g_legs for N → ∞, its uncertainty)}."""
    taylor = {n: density.one_site(n) for n in EXACT_WIDTHS}
    first = scaled_cumulants()
    known = {legs: float(couplings(first, legs, 1, corrected_sign).item()) if legs < 6 else 0.0 for legs in (2, 4, 6)}
    limits = {}
    for legs, start in ((2, 1.0), (4, 0.0), (6, 0.0)):
        values = [float(taylor[n][legs]) for n in EXACT_WIDTHS]
        limits[legs, 1] = infinite_width(EXACT_WIDTHS, [n * (v - start) for n, v in zip(EXACT_WIDTHS, values)])
        limits[legs, 2] = infinite_width(EXACT_WIDTHS, [n**2 * (v - start - known[legs] / n) for n, v in zip(EXACT_WIDTHS, values)])
    return {key: tuple(map(float, value)) for key, value in limits.items()}


def measured_quartic(file):
    """N g4 for N → ∞ from −ln of the measured density given K, and its error."""
    phi = file.file["bin"][:]
    used = (phi > 0) & (phi < RANGE)
    fit = np.linalg.pinv(phi[used, None] ** np.arange(0, DEGREE + 1, 2))[2]
    limit = lambda values: infinite_width(DENSITY_WIDTHS, values)[0]
    means, rows = [], []
    for n in DENSITY_WIDTHS:
        sums, count = file.at("sum_density_0", width=n)[:, used], file.at("count", width=n)[:, None]
        means.append(n * float(fit @ -np.log(sums.sum(axis=0) / count.sum())))
        rows.append(-n * np.log((sums.sum(axis=0) - sums) / (count.sum() - count)) @ fit)
    return float(limit(means)), combined_error(rows, limit)


def sampled_lines(files, legs, order, formula):
    sampled, exact = files["couplings_sample_action"], files["couplings_exact_action"]
    prediction = formula(correlators(files["couplings_exact"], WIDTH))
    lines = []
    for sites in SHOWN[legs]:
        k = sampled.tuples(legs).index(sites)
        value, error, truth = (float(file.file[f"g{legs}{s}"][order, 0, 0, k]) for file, s in ((sampled, ""), (sampled, "_err"), (exact, "")))
        name = f"g{legs}({' '.join(map(str, sites))}) of order 1/N^{order}, N = {WIDTH}, two sites"
        lines.append(Line(name, float(prediction[sites]), value, error, exact=truth))
    return lines


def leading_lines(files, sign):
    formula = lambda g: sign * printed.g4_leading(g[4], np.linalg.inv(g[2]))
    limit, uncertainty = exact_limits()[4, 1]
    value, error = measured_quartic(files["couplings_density"])
    one = float(formula(scaled_cumulants()).item())
    return [Line("N g4, N → ∞, one site: φ⁴ of −ln P by Fourier inversion", one, limit, uncertainty, exact=-0.25),
            Line("N g4, N → ∞, one site: φ⁴ of −ln P as measured", one, value, error, exact=-0.25), *sampled_lines(files, 4, 1, formula)]


def rule_lines(files, sign):
    limits, lines = exact_limits(), []
    for legs, order in ((2, 1), (2, 2), (4, 2), (6, 2)):
        one = float(couplings(scaled_cumulants(), legs, order, sign).item())
        lines.append(Line(f"g{legs} of order 1/N^{order}, one site: φ^{legs} of −ln P by Fourier inversion", one, *limits[legs, order]))
    for legs, order in ((2, 1), (4, 2), (6, 2)):
        lines += sampled_lines(files, legs, order, lambda g: couplings(g, legs, order, sign))
    return lines


def claims(files):
    return [
        Claim("9a", "Leading quartic coupling in 1/N, sign as in the general formula", SOURCE,
              "g₄ = +(1/4!) [∫ G4c G2⁻¹G2⁻¹G2⁻¹G2⁻¹ + Comb.] + O(1/N²)\n"
              "Comb. is read as other choices of external legs, of which a vertex with four legs has none", leading_lines(files, 1.0),
              argument="S = −ln P. Positive G4c means heavy tails: P is larger there than the normal density and S smaller, so that g₄ < 0.\n"
                       "Edgeworth: P ∝ (1 + κ₄/4! He₄) e^(−φ²/2κ₂), whose −ln has −κ₄/(4! κ₂⁴) φ⁴.\n"
                       "The talk's own cos-net action has this sign."),
        Claim("9b", "Leading quartic coupling in 1/N, corrected", "this program", "g₄ = −(1/4!) ∫ G4c G2⁻¹G2⁻¹G2⁻¹G2⁻¹ + O(1/N²)",
              leading_lines(files, -1.0)),
        Claim("9c", "Feynman rules for couplings: all diagrams of an order in 1/N, signs as printed",
              "slide \"Actions from Interactions\", Feynman rules 1 to 4, eqs. (3.22), (3.23)",
              "propagators +G2⁻¹, vertices (−1)ⁿ ∫ G_c⁽ⁿ⁾, divided by the symmetry factor and (−1)^r of g_r",
              rule_lines(files, printed.diagram_sign),
              argument="−S = ln P is the sum of connected diagrams: −S, not S, so that all signs turn; and ∂ acting twice in the exponent of\n"
                       "e^(−φG2⁻¹φ/2) leaves −G2⁻¹, so that internal propagators are −G2⁻¹ (external legs −G2⁻¹φ, even in number).\n"
                       "Diagrams with an odd number of internal propagators come out right as printed, the others with the other sign."),
        Claim("9d", "Feynman rules, corrected", "this program",
              "−g_r: vertices (−1)ⁿ ∫ G_c⁽ⁿ⁾, internal propagators −G2⁻¹, legs −G2⁻¹, divided by the symmetry factor",
              rule_lines(files, corrected_sign))]
