"""φ⁴ theory as a neural network field theory"""

import json
import math

import numpy as np

from . import free_scalar, printed
from .claims import Claim, Line
from .duality import beside, legs, none_expected
from .free_scalar import INTERVAL

SOURCE = "slide \"ϕ⁴ Theory as a NN-FT\""
CUTOFFS = {1: 8, 2: 4, 3: 3}
FREE = """[field]
architecture = free-scalar
mass = 1
width = 20
input-dim = {dimension}
cutoff = {cutoff}
[sites]
points = {points}
[measure]
orders = 2
"""
DISTANCES = (0.0, 0.3, 0.7, 1.5)
WEAK = "0.005 0.01 0.02 0.03 0.05 0.07 0.1"
WEAK_STEP = 0.1  # perturbation theory is evaluated at twice this, too
ORDERS = {"G2c": 3, "G4c": 4}  # of the series in λ
WEAK_TUPLES = ((0, 0), (0, 1), (0, 0, 0, 0), (0, 0, 1, 1))
SQUARE = """[field]
architecture = free-scalar
input-dim = 2
mass = 1
cutoff = 4
[sites]
points = 1 1; 0.4 1
[deformation]
kind = field-operator
strength = 10
box = 2
nodes = 8
[run]
slice = 64
"""
SQUARE_TUPLES = ((0, 0), (0, 1), (1, 1), (0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1))
WIDTHS = "50 100 200 400"
QUADS = ((0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 1, 2))


def run(runner):
    for dimension, cutoff in CUTOFFS.items():
        points = "; ".join(" ".join(["0"] * (dimension - 1) + [str(r)]) for r in DISTANCES)
        config = FREE.format(dimension=dimension, cutoff=cutoff, points=points)
        runner.sample(f"phi4_free_{dimension}", config, 4e6)
        runner.sample(f"phi4_networks_{dimension}", config, 1, "--dump-networks=2")
    runner.sample("phi4_weak", INTERVAL, 2e6, "--field.width=inf", f"--deformation.strength={WEAK}")
    runner.exact("phi4_weak_perturbation", INTERVAL, "--field.width=inf", "--perturbation", f"--deformation.strength={WEAK_STEP} {2 * WEAK_STEP}")
    runner.exact("phi4_weak_curve", INTERVAL, "--field.width=inf", "--perturbation",
                 "--deformation.strength=0 0.02 0.04 0.06 0.08 0.1")  # for the picture
    for variable, order in ORDERS.items():
        runner.fit("phi4_weak", f"phi4_weak_{variable}", "--in", "strength", "--variable", variable, "--order", str(order), "--cuts", "0")
    runner.sample("phi4_square", SQUARE, 1.5e5, "--field.width=30 60 120 240")
    runner.sample("phi4_square_function", SQUARE, 2e6, "--field.width=inf")
    free_scalar.extrapolate(runner, "phi4_square", "1 2 3")
    runner.sample("phi4_interval_free", INTERVAL.split("[deformation]")[0], 1e6, f"--field.width={WIDTHS}")
    free_scalar.extrapolate(runner, "phi4_interval_free", "1 2")


def architecture(files):
    """φ of networks whose parameters the program wrote, beside φ of those parameters as printed."""
    lines = []
    for dimension, cutoff in CUTOFFS.items():
        networks = json.loads(files.text(f"phi4_networks_{dimension}.h5.networks.json"))["points"][0]["networks"]
        sites = files[f"phi4_free_{dimension}"].sites
        for k, network in enumerate(networks):
            parameters = (network["parameters"][name] for name in ("output_weight", "momentum", "phase"))
            a, b, c = (np.reshape(p["values"], p["shape"]) for p in parameters)
            lines.append(Line(f"d = {dimension}, φ of network {k} at x₃", printed.engineered_field(a, b, c, sites[3], cutoff),
                              network["field"][3], 0.0))
    return Claim("11a", "The architecture is the printed one", SOURCE, "φ = √(2vol(B_Λ)/(σ_a²(2π)^d)) Σ a_i cos(b_i·x + c_i)/√(b_i² + m²)", lines)


def propagator(files):
    lines = [Line(f"d = {d}, Λ = {cutoff}, r = {r}", printed.engineered_propagator(r, d, cutoff), *files[f"phi4_free_{d}"].estimate("G2c", (0, k)),
                  free_scalar.closed_propagator(r, d, cutoff)) for d, cutoff in CUTOFFS.items() for k, r in enumerate(DISTANCES)]
    return Claim("11b", "The engineered networks are the free scalar field", SOURCE, "G⁽²⁾(p) = 1/(p² + m²)", lines)


def weak(files):
    """Coefficients of λ and λ²; G of `nnft exact --perturbation` is c₀ + c₁λ + c₂λ² exactly."""
    g, weights = free_scalar.covariance(files["phi4_weak"], 8.0)
    theory, h, nodes = files["phi4_weak_perturbation"], WEAK_STEP, len(weights)
    lines = []
    for sites in WEAK_TUPLES:
        variable = f"G{len(sites)}c"
        fit = files[f"phi4_weak_{variable}"]
        power = fit.file["parameter_strength_power"][:].tolist()
        by_hand = (printed.two_point_coefficients if len(sites) == 2 else printed.four_point_coefficients)(g, weights, sites)
        start = g[nodes + sites[0], nodes + sites[1]] if len(sites) == 2 else 0.0
        once, twice = (theory.number(variable, sites, strength=s) - start for s in (h, 2 * h))
        known = (2 * once - twice / 2) / h, (twice - 2 * once) / (2 * h * h)
        for order in (1, 2):
            column = power.index(order)
            value, error = (float(fit.file[name][0, 0, fit.column(sites), column]) for name in ("coefficient", "coefficient_err"))
            lines.append(Line(f"{legs(sites)}, λ{'²' if order == 2 else ''}", by_hand[order - 1], value, error, known[order - 1]))
    return Claim("11c", "Weak coupling: first and second order in λ, by diagrams", SOURCE, "e^{−(λ/4!)∫φ⁴}", lines)


def strong(files):
    lines = [beside(legs(sites), free_scalar.limit(files[f"phi4_square_G{len(sites)}c"], sites, 10),
                    files["phi4_square_function"].estimate(f"G{len(sites)}c", sites)) for sites in SQUARE_TUPLES]
    return Claim("11d", "Strong coupling, λ = 10 on a square: networks at infinite width, beside sampled fields (as printed)", SOURCE,
                 "∫da db dc P(a, b, c) e^{∫Jφ} = ∫Dφ e^{−S_G − (λ/4!)∫φ⁴ + ∫Jφ}", lines)


def survival(files):
    scale = files["phi4_interval_free"].number("G4c", (0, 0, 0, 0), width=50)
    vanishing = [none_expected(f"λ = 0, {legs(sites)}, N → ∞", free_scalar.limit(files["phi4_interval_free_G4c"], sites, 0)) for sites in QUADS]
    remaining = [none_expected(f"λ = {s}, {legs(sites)}, N → ∞", free_scalar.limit(files["duality_phi4_G4c"], sites, s), math.nan)
                 for s in (1, 10) for sites in QUADS]
    return [Claim("11e", "Independent neurons (λ = 0): no interactions at infinite width", SOURCE,
                  "G_c⁽⁴⁾ → 0 as N → ∞", vanishing, zero=True, scale=scale),
            Claim("11f", "For contrast: no interactions at infinite width of dependent neurons (λ > 0) either", SOURCE,
                  "G_c⁽⁴⁾ → 0 as N → ∞, which \"interactions are from independence breaking\" denies", remaining,
                  "P(a, b, c) = P(a)P(b)P(c) e^{−(λ/4!)∫φ⁴} is no product over neurons: the central limit theorem does not apply,\n"
                  "and the limit is that of fields under e^{−V} (3d), not 0.", zero=True, scale=scale, contrast=True)]


def claims(files):
    return [architecture(files), propagator(files), weak(files), strong(files), *survival(files)]
