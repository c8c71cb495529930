"""Inserting exp(−λ∫O) into the density of the parameters deforms the action by λ∫O"""

import math

from . import free_scalar, printed
from .claims import Claim, Line
from .duality import beside, legs, none_expected
from .free_scalar import INTERVAL, ONE_NODE

SOURCE = "slides \"Theory Deformations in Function- and Parameter-Space\", \"Deforming a Free NN-FT\""
ACTION = "P(θ) = P_G(θ) e^{−λ∫O_φ}  ⇔  S = S_G + λ∫O_φ"
SHIFTS = (2, 8)  # μ² of a term (μ²/2)∫φ² in the action: −mu2 of the program
NETWORKS_SHIFT = 2  # that of the networks
MASS_TERM = INTERVAL.replace("[run]", "strength = 0\nmu2 = -2 -8\n[run]")
BIG_BOX = """[field]
architecture = free-scalar
width = inf
mass = 1
cutoff = 16
[sites]
points = 4; 4.5; 5
[deformation]
kind = field-operator
strength = 0
mu2 = -1
box = 8
nodes = 160
[run]
slice = 64
"""
PAIRS = ((0, 0), (0, 1), (1, 1), (1, 2))
QUADS = ((0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 1, 2))
TWO_NODES = ONE_NODE.replace("box = 1", "box = 1.2").replace("nodes = 1", "nodes = 2\nstrength = 10")
NODE_WIDTHS = (10, 50, math.inf)
NODE_TUPLES = ((0, 0), (0, 1), (0, 0, 0, 0), (0, 0, 1, 1))


def run(runner):
    runner.sample("deformation_mass", MASS_TERM, 2e6, "--field.width=inf")
    runner.exact("deformation_mass_exact", MASS_TERM, "--field.width=inf")
    runner.sample("deformation_networks", MASS_TERM, 2e5, "--field.width=50 100 200 400", f"--deformation.mu2={-NETWORKS_SHIFT}")
    free_scalar.extrapolate(runner, "deformation_networks", "1 2 3")
    runner.sample("deformation_big_box", BIG_BOX, 3e5)
    runner.exact("deformation_big_box_exact", BIG_BOX)
    widths = f"--field.width={' '.join(map(str, NODE_WIDTHS))}"
    runner.sample("deformation_nodes", TWO_NODES, 3e5, widths)
    runner.sample("deformation_nodes_inserted", TWO_NODES, 2e6, widths, "--sampling.method=reweight", "--measure.estimator=plain", "--run.seed=2")
    runner.exact("deformation_nodes_exact", TWO_NODES, widths)


def claims(files):
    field, exact = files["deformation_mass"], files["deformation_mass_exact"]
    g, weights = free_scalar.covariance(field, 8.0)
    function, parameter, gaussian = [], [], []
    for shift in SHIFTS:
        g_shifted = printed.deformed_propagator(g, weights, shift)
        for i, j in PAIRS:
            known = exact.number("G2c", (i, j), mu2=-shift)
            function.append(Line(f"μ² = {shift}, {legs((i, j))}", g_shifted[i, j], *field.estimate("G2c", (i, j), mu2=-shift), known))
            if shift == NETWORKS_SHIFT:
                parameter.append(Line(f"μ² = {shift}, {legs((i, j))}, N → ∞", g_shifted[i, j],
                                      *free_scalar.limit(files["deformation_networks_G2c"], (i, j), 0), known))
        for sites in QUADS:
            gaussian.append(none_expected(f"μ² = {shift}, {legs(sites)}, function space", field.estimate("G4c", sites, mu2=-shift)))
    gaussian += [none_expected(f"μ² = {NETWORKS_SHIFT}, {legs(sites)}, N → ∞", free_scalar.limit(files["deformation_networks_G4c"], sites, 0))
                 for sites in QUADS]
    scale = files["deformation_networks"].number("G4c", (0, 0, 0, 0), width=50)
    big, big_exact = files["deformation_big_box"], files["deformation_big_box_exact"]
    shifted = [Line(f"r = {0.5 * k}", printed.shifted_mass(0.5 * k, 16.0, 1.0, 1.0), *big.estimate("G2c", (0, k)), big_exact.number("G2c", (0, k)))
               for k in range(3)]
    deformed, inserted, nodes = files["deformation_nodes"], files["deformation_nodes_inserted"], files["deformation_nodes_exact"]
    two = []
    for n in NODE_WIDTHS:
        for sites in NODE_TUPLES:
            at = (f"G{len(sites)}c", sites)
            two.append(beside(f"N = {n:g}, {legs(sites)}", deformed.estimate(*at, width=n), inserted.estimate(*at, width=n),
                              nodes.number(*at, width=n)))
    return [
        Claim("10a", "A mass term, sampled fields: the action becomes S_G + (μ²/2)∫φ²", SOURCE, "G = (G_G⁻¹ + μ² on the box)⁻¹", function),
        Claim("10b", "The same term in the density of the parameters, at infinite width", SOURCE, ACTION, parameter),
        Claim("10c", "With a mass term the field remains Gaussian", SOURCE, "G_c⁽⁴⁾ = 0 for quadratic O", gaussian, zero=True, scale=scale),
        Claim("10d", "In the middle of a long interval the mass is shifted", SOURCE, "G(p) = 1/(p² + m² + μ²)", shifted),
        Claim("10e", "φ⁴ at two points: networks from the deformed density, beside e^{−V} inserted into free networks (as printed)", SOURCE,
              "E_G[e^{−λ∫O} φ…φ]/E_G[e^{−λ∫O}] = ∫dθ P(θ) φ_θ…φ_θ", two)]
