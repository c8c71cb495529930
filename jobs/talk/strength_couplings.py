"""Quartic coupling at first order in independence breaking"""

import math

import numpy as np

from . import printed
from .claims import Claim, Line
from .limits import infinite_width
from .references import density, formal
from .tensors import full, on_legs, symmetric

# kind of deformation: (width, networks)
KINDS = {"weight-quartic": (10, 4e6), "shared-scale": (1000, 5e4)}
CONFIG = """[field]
architecture = cos
sigma-weight = 1.1
[sites]
points = 0; 1
[measure]
orders = 2 4 6
derivatives = differences
derivative-order = 1
[deformation]
strength = 0
"""
STRENGTHS = (0.002, 0.001, 0.0005, 0.00025)  # of the exact mixture; its series in α is extrapolated like one in 1/N
RATIO = 1.25  # of the two scales of the mixture of normal densities
SHOWN = ((0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1))
SOURCE = "slide \"NN-FT: Actions for 1/N and Independence Breaking\", leading order in independence breaking"


def run(runner):
    for kind, (width, networks) in KINDS.items():
        config, name = CONFIG + f"kind = {kind}\n", f"strength_couplings_{kind}"
        runner.sample(name, config, networks, f"--field.width={width}")
        runner.exact(f"{name}_exact", config, f"--field.width={width}")
        runner.action(name, f"{name}_action", "--in", "strength", "--order", "1")


def corrected_sign(n):
    """A vertex with n − 2 self-loops, each −G2⁻¹, in −S."""
    return (-1) ** (n - 1)


def contractions(n):
    """Choices of 4 of 2n legs, times pairings of the others, over (2n)!."""
    return math.comb(2 * n, 4) * math.prod(range(1, 2 * n - 4, 2)) / math.factorial(2 * n)


def quartic(derivatives, inverse, sign):
    """dg4/dα from {2n: dG_2nc/dα, shape (sites)^2n}."""
    total = 0.0
    for order, vertex in derivatives.items():
        for _ in range(order // 2 - 2):
            vertex = np.einsum("...xy,xy->...", vertex, inverse)
        total = total + sign(order // 2) * contractions(order // 2) * symmetric(on_legs(vertex, inverse))
    return total


def shared_scale_line(sign):
    """N = ∞, one site with G2c = 1: dG4c/dα = 3, and no other vertex of first order."""
    exact = [float(density.shared_scale([[1.0]], a, degree=4)[(4,)]) / a for a in STRENGTHS]
    value, uncertainty = infinite_width([1 / a for a in STRENGTHS], exact)
    prediction = float(quartic({4: np.full((1,) * 4, 3.0)}, np.eye(1), sign).item())
    return Line("shared scale, N = ∞, one site, G2c = 1: −ln P by quadrature", prediction, float(value), float(uncertainty), exact=-1 / 8)


def mixture_line(sign, terms=400):
    """P = (1 − α) N(φ; 1) + α N(φ; v): dG_2nc/dα = (2n − 1)!! (v − 1)^n for n > 1, so that every vertex takes part. The term of n is
    sign (2n − 1)!! (2n − 5)!! (v − 1)^n/(4! (2n − 4)!), and −d ln P/dα = 1 − v^(−1/2) e^(φ²(1 − 1/v)/2)."""
    x, total, size = RATIO - 1, 0.0, 3.0 / 24 * (RATIO - 1) ** 2
    for n in range(2, terms):
        total += sign(n) * size
        size *= x * (2 * n + 1) / (2 * n - 2)
    closed = -((1 - 1 / RATIO) ** 2) / (8 * math.sqrt(RATIO))
    return Line(f"two scales, variances 1 and {RATIO:g}, one site: sum over n, beside its closed form", total, closed, 0.0)


def sampled_lines(files, kind, sign):
    source, sampled = files[f"strength_couplings_{kind}_exact"], files[f"strength_couplings_{kind}_action"]
    g2 = full(source.at("G2c"), source.tuples(2), len(source.sites))
    derivatives = {n: full(source.at(f"G{n}c_dstrength"), source.tuples(n), len(source.sites)) for n in (4, 6)}
    prediction = quartic(derivatives, np.linalg.inv(g2), sign)
    series = formal.first_order(g2, {n: dict(zip(source.tuples(n), map(float, source.at(f"G{n}c_dstrength")))) for n in (4, 6)})
    exact = dict(zip(sampled.tuples(4), formal.packed(series, len(source.sites), 4)))
    lines = []
    for sites in SHOWN:
        k = sampled.tuples(4).index(sites)
        value, error = (float(sampled.file["g4" + s][1, 0, 0, k]) for s in ("", "_err"))
        name = f"{kind}, N = {KINDS[kind][0]}, vertices G4c and G6c: dg4/dα({' '.join(map(str, sites))})"
        lines.append(Line(name, float(prediction[sites]), value, error, exact=exact[sites]))
    return lines


def lines_of(files, sign):
    return [shared_scale_line(sign), mixture_line(sign), *(line for kind in KINDS for line in sampled_lines(files, kind, sign))]


def claims(files):
    formula = ("Σₙ {} (1/(2n)!) [∫ G_c⁽²ⁿ⁾ G2⁻¹G2⁻¹G2⁻¹G2⁻¹ ∏ G2⁻¹(y_m, y_m+1) + Comb.], the product read over m = 5, 7, …\n"
               "weight-quartic: P ∝ P₀ e^(−α(ΣW²/N)²); shared scale: one factor of mean 1 and variance α multiplies φ²")
    return [
        Claim("9e", "Quartic coupling at first order in α: signs of the vertices as printed", SOURCE, "g₄ = " + formula.format("(−1)^(2n−4)"),
              lines_of(files, printed.strength_sign),
              argument="(−1)^(2n−4) = 1 for all n: no sign at all. −S = ln P turns all of them, and each of n − 2 self-loops is −G2⁻¹: (−1)^(n−1).\n"
                       "With P = (1 − α) N(φ; 1) + α N(φ; v) the sum over n is −(1/8)(v−1)² (1 + (v−1))^(−5/2), which is exact; as printed it is\n"
                       "(1/8)(v−1)² (1 − (v−1))^(−5/2), and infinite for v ≥ 2."),
        Claim("9f", "Quartic coupling at first order in α, corrected", "this program", "g₄ = " + formula.format("(−1)^(n−1)"),
              lines_of(files, corrected_sign))]
