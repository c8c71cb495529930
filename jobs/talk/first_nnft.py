"""A first NN-FT: the network φ(x) = aσ(bσ(cx)), redrawn, is an ensemble of functions with correlators and densities"""

import math

import numpy as np

from . import printed
from .averages import ACTIVATIONS, ERF, pairings, standard_normal
from .claims import Claim, Line, without

POINTS = (0.6, 1.3, -0.9)
BINS, RANGE = 9, 1.8  # of the density at the second site; an odd number, so that φ = 0 is inside a bin
CONFIG = f"""[field]
architecture = mlp
hidden-widths = 1
width = 1
[sites]
points = {"; ".join(map(str, POINTS))}
[measure]
orders = 2 4
histogram = 1
histogram-range = {RANGE}
histogram-bins = {BINS}
"""
NETS = ("tanh", "relu", "sigmoid")
TUPLES = ((0, 0), (0, 1), (0, 0, 1, 1), (1, 1, 1, 1))


def run(runner):
    for net in NETS:
        runner.sample(f"first_{net}", CONFIG, 2e7, f"--field.activation={net}")


def printed_moment(net, sites):
    """∫ da db dc P(a)P(b)P(c) Πφ(x_i), φ as printed."""
    x, w = standard_normal()
    a, wa = np.polynomial.hermite_e.hermegauss(4)
    b, c = x[:, None, None], x[None, :, None]
    field = [printed.first_network(ACTIVATIONS[net], a, b, c, POINTS[s]) for s in sites]
    return float(np.einsum("bca,b,c,a->", np.prod(field, axis=0), w, w, wa)) / wa.sum()


def feature_moment(net, sites):
    """E[Π h(x_i)] of h = σ(bσ(cx)): in closed form for relu, else by the trapezoidal rule in b and c."""
    if net == "relu":
        n = len(sites)
        half = 0.5 * math.prod(range(1, n, 2))  # E[cⁿ; c > 0]
        return half**2 * math.prod(POINTS[s] for s in sites)
    c = np.linspace(-10.0, 10.0, 401)
    w = np.exp(-0.5 * c**2)
    w /= w.sum()
    sigma = ACTIVATIONS[net]
    return float(w @ np.prod([sigma(c[:, None] * sigma(c * POINTS[s])) for s in sites], axis=0) @ w)


def connected(net, sites):
    """G2 or G4c from moments of h, a ~ N(0, 1)."""
    full = feature_moment(net, sites)
    if len(sites) == 2:
        return full
    return 3.0 * full - sum(feature_moment(net, p) * feature_moment(net, q) for p, q in pairings(list(sites)))


def probabilities(net, edges, site):
    """P(φ in each bin): given b and c, φ is normal of standard deviation |h|."""
    x, w = standard_normal(400)
    h = np.abs(printed.first_network(ACTIVATIONS[net], 1.0, x[:, None], x[None, :], POINTS[site])).ravel()
    weights = np.outer(w, w).ravel()
    zero = h == 0.0
    scale = math.sqrt(2.0) * np.where(zero, 1.0, h)
    below = [float(np.sum(weights * np.where(zero, float(e > 0), 0.5 + 0.5 * ERF(e / scale)))) for e in edges]
    return np.diff(below)


def trusted(file, sites):
    """Whether the error bar does not hang on single networks, as it may for relu, whose G4 is an average of (bc)⁴."""
    return bool(file.number(f"G{len(sites)}c_trusted", sites))


def left_out(files, orders):
    return without([f"{net} G{len(t)}({''.join(map(str, t))})" for net in NETS for t in TUPLES
                    if len(t) in orders and not trusted(files[f"first_{net}"], t)])


def correlator_lines(files, net):
    file, lines = files[f"first_{net}"], []
    for sites in filter(lambda t: trusted(file, t), TUPLES):
        name, label = f"G{len(sites)}", "".join(map(str, sites))
        exact = feature_moment(net, sites) * (1.0 if len(sites) == 2 else 3.0)  # times E[aⁿ]
        lines.append(Line(f"{net}: {name}({label})", printed_moment(net, sites), *file.estimate(name, sites), exact=exact))
    return lines


def claims(files):
    correlators = [line for net in NETS for line in correlator_lines(files, net)]
    interacting, densities = [], []
    edges = np.linspace(-RANGE, RANGE, BINS + 1)
    for net in NETS:
        file = files[f"first_{net}"]
        for sites in (t for t in TUPLES if len(t) == 4 and trusted(file, t)):
            full = printed_moment(net, sites) - sum(printed_moment(net, p) * printed_moment(net, q) for p, q in pairings(list(sites)))
            interacting.append(Line(f"{net}: G4c({''.join(map(str, sites))})", full, *file.estimate("G4c", sites), exact=connected(net, sites)))
        measured, error = file.at("histogram_1") * (edges[1] - edges[0]), file.at("histogram_1_err") * (edges[1] - edges[0])
        for k, value in enumerate(probabilities(net, edges, 1)):
            densities.append(Line(f"{net}: P({edges[k]:+.1f} < φ < {edges[k + 1]:+.1f})", float(value), float(measured[k]), float(error[k])))
    slide = "slide \"A First NN-FT\""
    return [
        Claim("1a", "A network of width 1, redrawn, has the correlators of its parameter integral", slide,
              "φ(x) = aσ(bσ(cx)); G⁽ⁿ⁾ = ∫da db dc P(a)P(b)P(c) φ(x₁)…φ(xₙ)" + left_out(files, (2, 4)), correlators),
        Claim("1b", "It is an ensemble of functions: the density of φ at a point", slide,
              "P(φ(x) in a bin) = ∫da db dc P(a)P(b)P(c) 1[aσ(bσ(cx)) in the bin]", densities),
        Claim("1c", "At width 1 it is far from free", "slides \"NN-FT Correspondence\": \"Is it free or interacting?\", \"A First NN-FT\"",
              "G_c⁽⁴⁾ = G⁽⁴⁾ − G⁽²⁾G⁽²⁾ − G⁽²⁾G⁽²⁾ − G⁽²⁾G⁽²⁾ ≠ 0" + left_out(files, (4,)), interacting),
    ]
