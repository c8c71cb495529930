"""Z[J] and W[J] = ln Z[J] in parameter space; connected correlators are derivatives of W at J = 0"""

import math

import numpy as np
from nnft_results import jackknife_error

from . import printed
from .averages import cumulants, neuron_cumulant4, standard_normal
from .claims import Claim, Line
from .limits import combined_error, infinite_width

POINTS, SIGMA, WIDTH = (0.4, 1.1), 1.5, 4
DIRECTIONS = {"J₀": (1, 0), "J₁": (0, 1), "J₀+J₁": (1, 1), "J₀−J₁": (1, -1)}
STEP, MULTIPLES = 0.25, 5
SOURCES = [tuple(STEP * m * j for j in direction) for direction in DIRECTIONS.values() for m in range(1, MULTIPLES + 1)]
WIDE = [(1.0, 1.0), (1.5, -0.5)]
WIDTHS = (8, 16, 32, 64)


def config(sources):
    return f"""[field]
architecture = mlp
activation = tanh
sigma-weight = {SIGMA}
[sites]
points = {"; ".join(map(str, POINTS))}
[measure]
sources = {"; ".join(f"{a} {b}" for a, b in sources)}
"""


def run(runner):
    runner.sample("functional", config(SOURCES), 4e6, f"--field.width={WIDTH}", "--measure.orders=2 4 6")
    runner.exact("functional_exact", config(SOURCES), f"--field.width={WIDTH}", "--measure.orders=2")
    runner.sample("functional_widths", config(WIDE), 4e6, f"--field.width={' '.join(map(str, WIDTHS))}", "--measure.orders=2 4")
    runner.fit("functional_widths", "functional_limit", "--variable", "W", "--leading-power", "0")
    runner.exact("functional_free", config(WIDE), "--field.width=inf", "--measure.orders=2 4 6")


def features():
    """tanh at the two sites on the nodes of the weight, and the weights of the nodes."""
    x, w = standard_normal()
    return [np.tanh(SIGMA * x * point) for point in POINTS], w


def taylor(values, points):
    """Coefficients of t², t⁴, … of the even polynomial through W(t_m), (…, m); W(0) = 0."""
    t = STEP * np.arange(1, points + 1)
    return np.linalg.solve(t[:, None] ** (2 * np.arange(1, points + 1)), np.asarray(values)[..., :points, None])[..., 0]


def derivative(W, direction, n, points=MULTIPLES):
    """n-th derivative of W along a direction at J = 0, W on SOURCES: (…, source)."""
    first = MULTIPLES * list(DIRECTIONS).index(direction)
    return printed.correlator_from_W(taylor(W[..., first:first + MULTIPLES], points)[..., n // 2 - 1], n)


def polarised(W, sites, points=MULTIPLES):
    """δⁿW/δJ(x₁)…δJ(x_n) from derivatives along directions."""
    d = lambda direction: derivative(W, direction, len(sites), points)
    if len(set(sites)) == 1:
        return d("J₁" if sites[0] else "J₀")
    if len(sites) == 2:
        return (d("J₀+J₁") - d("J₀−J₁")) / 4.0
    return (d("J₀+J₁") + d("J₀−J₁") - 2.0 * d("J₀") - 2.0 * d("J₁")) / 12.0  # sites 0 0 1 1


def exact_correlator(sites):
    h, w = features()
    if len(sites) == 2:
        return float(np.sum(w * h[sites[0]] * h[sites[1]]))
    if len(sites) == 4:
        return neuron_cumulant4(h, w, sites) / WIDTH
    moments = [0.0 if n % 2 else math.prod(range(1, n, 2)) * float(np.sum(w * h[sites[0]] ** n)) for n in range(7)]
    return cumulants(moments)[6] / WIDTH**2


def derivative_lines(file):
    lines, W, rows = [], file.at("W"), file.leave_one_out("W")
    for sites in ((0, 0), (0, 1), (1, 1, 1, 1), (0, 0, 1, 1), (0,) * 6, (1,) * 6):
        name = f"G{len(sites)}c"
        by_W = float(polarised(W, sites))
        truncation = abs(by_W - float(polarised(W, sites, MULTIPLES - 1)))
        error = float(jackknife_error(file.leave_one_out(name, sites) - polarised(rows, sites)))
        lines.append(Line(f"{name}({''.join(map(str, sites))})", by_W, file.number(name, sites), error, exact_correlator(sites), truncation))
    return lines


def W_lines(measured, exact):
    h, w = features()
    lines = []
    for place, source in enumerate(SOURCES):
        if (place + 1) % MULTIPLES in (0, 2):
            value = WIDTH * math.log(printed.one_neuron_Z(source, h, w, WIDTH))
            label = f"W at J = ({source[0]:g}, {source[1]:g})"
            lines.append(Line(label, value, float(measured.at("W")[place]), float(measured.at("W_err")[place]), float(exact.at("W")[place])))
    return lines


def free_lines(limit, free):
    h, w = features()
    G = np.array([[float(np.sum(w * a * b)) for b in h] for a in h])
    lines = []
    for k, source in enumerate(WIDE):
        value, label = float(printed.gaussian_W(G, np.array(source))), f"J = ({source[0]:g}, {source[1]:g})"
        lines.append(Line(f"W, {label}: limit of N = 8 … 64", value, float(limit.file["average"][0, k, 0]), float(limit.file["average_err"][0, k, 0]),
                          float(free.at("W")[k])))
    return lines


def vanishing_lines(file):
    """G4c for N → ∞ by the polynomial in 1/N through all widths."""
    lines, limit = [], lambda values: infinite_width(WIDTHS, values)[0]
    for sites in ((0, 0, 0, 0), (0, 0, 1, 1), (1, 1, 1, 1)):
        value = float(limit([file.number("G4c", sites, width=N) for N in WIDTHS]))
        error = combined_error([file.leave_one_out("G4c", sites, width=N) for N in WIDTHS], limit)
        lines.append(Line(f"G4c({''.join(map(str, sites))}): limit of N = 8 … 64", printed.gaussian_correlator(4), value, error, exact=0.0))
    return lines


def claims(files):
    limit = "slide \"Central Limit Theorem from Generating Functions\""
    slide = "slide \"Fields and Parameter-Space / Function-Space Duality\""
    return [
        Claim("2a", "Z[J] is an integral over parameters", slide, "W[J] = ln Z[J], Z[J] = ∫dθ P(θ) e^{∫Jφ}",
              W_lines(files["functional"], files["functional_exact"])),
        Claim("2b", "Connected correlators, measured directly, beside derivatives of W by finite differences (as printed) of the same networks",
              limit, "G_c⁽ⁿ⁾(x₁, …, x_n) = δ/δJ(x₁) … δ/δJ(x_n) W[J] at J = 0", derivative_lines(files["functional"])),
        Claim("2c", "Gaussian if all G_c⁽ⁿ⁾, n > 2, vanish: W is quadratic in the limit of infinite width", limit,
              "Gaussian if G_c⁽ⁿ⁾ = 0 for n > 2: W[J] = ½∫∫J G⁽²⁾ J", free_lines(files["functional_limit"], files["functional_free"])),
        Claim("2d", "In this limit the fourth cumulant vanishes (beside that of N = 8)", limit, "Gaussian if G_c⁽ⁿ⁾ = 0 for n > 2",
              vanishing_lines(files["functional_widths"]), zero=True, scale=abs(neuron_cumulant4(*features(), (0, 0, 0, 0))) / WIDTHS[0]),
    ]
