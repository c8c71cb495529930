"""The same correlators from parameter space and from function space"""

import math

from . import free_scalar, printed
from .claims import Claim, Line
from .free_scalar import INTERVAL, ONE_NODE

SOURCE = "slide \"Fields and Parameter-Space / Function-Space Duality\""
SPACES = "E[φ(x₁)…φ(xₙ)] = ∫dθ P(θ) φ_θ(x₁)…φ_θ(xₙ) = ∫Dφ e^{−S[φ]} φ(x₁)…φ(xₙ)"
WIDTHS = (10, 20, 40, 80)
FREE = """[field]
{net}
[sites]
points = 0; 0.7; 1.6
"""
NETS = {"scalar": "architecture = free-scalar\nmass = 1\ncutoff = 8", "cos": "architecture = cos\nsigma-weight = 1.2\nsigma-out = 1.3"}
PAIRS = ((0, 0), (0, 1), (0, 2))
QUADS = ((0, 0, 0, 0), (0, 0, 1, 1), (0, 1, 1, 2))
INTERACTING = ((0, 0), (0, 1), (0, 0, 0, 0), (0, 0, 1, 1))
STRENGTHS = (1, 10)
NODE_WIDTHS = (10, 50, 200, math.inf)


def run(runner):
    for name, net in NETS.items():
        config = FREE.format(net=net)
        runner.sample(f"duality_{name}", config, 2e6, f"--field.width={' '.join(map(str, WIDTHS))}")
        runner.sample(f"duality_{name}_function", config, 2e7, "--field.width=inf", "--measure.estimator=plain")
        runner.exact(f"duality_{name}_exact", config, f"--field.width={' '.join(map(str, WIDTHS))} inf")
        free_scalar.extrapolate(runner, f"duality_{name}", "1 2")
    runner.sample("duality_phi4", INTERVAL, 2.5e5, "--field.width=50 100 200 400", "--deformation.strength=1 10")
    runner.sample("duality_phi4_function", INTERVAL, 1e7, "--field.width=inf", "--deformation.strength=1 10")
    free_scalar.extrapolate(runner, "duality_phi4", "1 2 3")
    widths = f"--field.width={' '.join(map(str, NODE_WIDTHS))}"
    runner.sample("duality_node", ONE_NODE, 1e6, widths, "--deformation.strength=10")
    runner.exact("duality_node_exact", ONE_NODE, widths, "--deformation.strength=10")


def legs(sites):
    return f"G{len(sites)}c({' '.join(map(str, sites))})"


def beside(quantity, parameter, function, exact=math.nan):
    """A line of two measurements: (value, error) in parameter space beside (value, error) in function space."""
    return Line(quantity, printed.parameter_space(function[0]), *parameter, exact, function[1])


def none_expected(quantity, estimate, exact=0.0):
    """A line of a G4c that should vanish: (value, error)."""
    return Line(quantity, printed.gaussian_four_point(), *estimate, exact)


def claims(files):
    two_point, none, vanishing = [], [], []
    for name in NETS:
        parameter, function, exact = files[f"duality_{name}"], files[f"duality_{name}_function"], files[f"duality_{name}_exact"]
        for sites in PAIRS:
            field = function.estimate("G2c", sites)
            two_point += [beside(f"{name}-net, {legs(sites)}, N = {n}", parameter.estimate("G2c", sites, width=n), field,
                                 exact.number("G2c", sites, width=n)) for n in (WIDTHS[0], WIDTHS[-1])]
        for sites in QUADS:
            none.append(none_expected(f"{name}-net, {legs(sites)}, function space", function.estimate("G4c", sites)))
            vanishing.append(none_expected(f"{name}-net, {legs(sites)}, N → ∞", free_scalar.limit(files[f"duality_{name}_G4c"], sites, 0)))
    scale = min(files[f"duality_{name}"].number("G4c", sites, width=WIDTHS[0]) for name in NETS for sites in QUADS)
    interacting = [beside(f"λ = {s}, {legs(sites)}", free_scalar.limit(files[f"duality_phi4_G{len(sites)}c"], sites, s),
                          files["duality_phi4_function"].estimate(f"G{len(sites)}c", sites, strength=s)) for s in STRENGTHS for sites in INTERACTING]
    node, exact = files["duality_node"], files["duality_node_exact"]
    one = []
    for n in NODE_WIDTHS:
        for value, sites in zip(printed.deformed_density_cumulants(n, 10.0), ((0, 0), (0, 0, 0, 0))):
            variable = f"G{len(sites)}c"
            one.append(Line(f"N = {n:g}, {legs(sites)}", value, *node.estimate(variable, sites, width=n), exact.number(variable, sites, width=n)))
    return [
        Claim("3a", "Free fields: two-point functions of networks of every width, beside those of sampled fields (as printed)",
              SOURCE, SPACES, two_point),
        Claim("3b", "Free fields in function space have no connected four-point function (beside that of networks of width 10)",
              "slides \"Free Theory Limits: NNGP Correspondence\", \"Edgeworth Expansion\"",
              "S = ½∫∫ φ G⁻¹ φ  ⇒  G_c⁽⁴⁾ = 0", none, zero=True, scale=scale),
        Claim("3c", "Free fields in parameter space: the connected four-point function vanishes at infinite width",
              "slide \"Free Theory Limits: NNGP Correspondence\"", "G_c⁽⁴⁾ → 0 as N → ∞", vanishing, zero=True, scale=scale),
        Claim("3d", "φ⁴ on an interval: networks extrapolated to infinite width, beside sampled fields (as printed)", SOURCE,
              SPACES, interacting),
        Claim("3e", "φ⁴ at one point: sampled networks of any width, beside an integral over the field with their density (as printed)", SOURCE,
              "⟨φⁿ⟩ = ∫dφ P_N(φ) e^{−λφ⁴/4!} φⁿ / ∫dφ P_N(φ) e^{−λφ⁴/4!}", one)]
