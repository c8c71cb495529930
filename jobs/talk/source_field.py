"""Source-field duality: couplings to correlators and back"""

import math

import numpy as np

from nnft_results import jackknife_error

from . import printed
from .claims import Claim, Line
from .limits import falls, infinite_width

# φ⁴ theory on two nodes: S = ½φG⁻¹φ + (w λ/4!) Σ φ⁴ at λ → 0.
MASS, CUTOFF, NODES, NODE_WEIGHT = 1.0, 8.0, (0.25, 0.75), 0.5
STRENGTHS = (0.025, 0.05, 0.1, 0.2)
PHI4 = f"""[field]
architecture = free-scalar
width = inf
mass = {MASS:g}
cutoff = {CUTOFF:g}
[sites]
points = {NODES[0]}; {NODES[1]}
[deformation]
kind = field-operator
strength = {' '.join(map(str, STRENGTHS))}
box = 1
nodes = 2
rule = midpoint
"""
SHOWN = ((0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 1))
# Nets with output weights ±1 have an action that is bounded below.
NET = "[field]\narchitecture = cos\nout-density = rademacher\n[measure]\norders = 2 4 6 8\n"
DRAWN_WIDTH, EXACT_WIDTHS = 24, (20, 40, 80, 160)  # at 24 what the action through 1/N³ lacks is a fifth of an error
FIELDS = 6e7
SOURCE = "slide \"An Unexpected Source-Field Duality\""


def run(runner):
    runner.sample("source_phi4", PHI4, 4e5)
    runner.action("source_phi4", "source_phi4_action", "--order", "1")
    runner.exact("source_net", NET, "--sites.points=0", f"--field.width={DRAWN_WIDTH}")
    runner.action("source_net", "source_net_action", "--order", "3")
    fields = str(int(max(1e5, FIELDS * runner.scale)))
    runner.correlators("source_net_action", "source_drawn", "--draw", fields, "--order", "3", "--orders", "2 4 6")
    runner.exact("source_pair", NET, "--sites.points=0; 1", f"--field.width={' '.join(map(str, EXACT_WIDTHS))}")
    for order in (1, 2, 3):
        runner.action("source_pair", f"source_pair_action_{order}", "--order", str(order))
        runner.correlators(f"source_pair_action_{order}", f"source_pair_back_{order}")


def towards_zero(values_over_strength):
    """Limit λ → 0 of the polynomial through all strengths; the last axis runs over them."""
    return infinite_width([1 / s for s in STRENGTHS][::-1], np.asarray(values_over_strength)[..., ::-1])[0]


def by_strength(file, variable, sites):
    """Limit λ → 0 of variable/λ and its error; strengths block by block."""
    value = towards_zero([file.number(variable, sites, strength=s, mu2=0.0) / s for s in STRENGTHS])
    rows = np.stack([file.leave_one_out(variable, sites, strength=s, mu2=0.0) / s for s in STRENGTHS], axis=-1)
    return float(value), float(jackknife_error(towards_zero(rows)))


def first_coupling(file, sites):
    """The same of g4 at leading order, whose files have the order before the scan axes."""
    k = file.tuples(4).index(sites)
    value = towards_zero(file.file["g4"][1, 0, :, 0, k] / STRENGTHS)
    return float(value), float(jackknife_error(towards_zero(file.file["g4_jackknife"][:, 1, 0, :, 0, k] / STRENGTHS)))


def free_covariance():
    """(1/π) ∫_0^Λ cos(pr)/(p² + m²) dp between the nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    p = CUTOFF / 2 * (nodes + 1)
    r = np.abs(np.subtract.outer(NODES, NODES))
    return np.cos(r[..., None] * p) / (p**2 + MASS**2) @ weights * CUTOFF / (2 * math.pi)


def correlator_lines(files, sign):
    """dG4c/dλ = sign 4! g4/λ Σ_z G_az G_bz G_cz G_dz, g4 = wλ/4!, from the operator e^(sign g4 ∂⁴) on e^(½JGJ)."""
    file = files["source_phi4"]
    g = free_covariance()
    diagram = lambda s: NODE_WEIGHT * float(np.sum(np.prod(g[list(s)], axis=0)))
    return [Line(f"dG4c/dλ({' '.join(map(str, s))}) at λ = 0", sign * diagram(s), *by_strength(file, "G4c", s)) for s in SHOWN]


def coupling_lines(files):
    file = files["source_phi4_action"]
    put_in = lambda s: NODE_WEIGHT / math.factorial(4) if len(set(s)) == 1 else 0.0
    return [Line(f"g4({' '.join(map(str, s))})/λ at λ → 0", put_in(s), *first_coupling(file, s)) for s in SHOWN]


def round_trip_lines(files):
    drawn, net = files["source_drawn"], files["source_net"]
    estimate = lambda n: (float(drawn.file[f"G{n}c{s}"][0, 0, 0, 0]) for s in ("", "_err"))
    lines = [Line(f"G{n}c of fields drawn from e^(−S), one site, N = {DRAWN_WIDTH}", net.number(f"G{n}c", (0,) * n), *estimate(n)) for n in (2, 4, 6)]
    pair = files["source_pair"]
    for order in (1, 2, 3):
        back = files[f"source_pair_back_{order}"]
        returned = {n: back.file["G4c"][:, back.widths.index(n), 0].sum(axis=0) for n in EXACT_WIDTHS}
        lost = [float(np.linalg.norm(returned[n] - pair.at("G4c", width=n))) for n in EXACT_WIDTHS]
        lines.append(Line(f"G4c by diagrams and back through 1/N^{order}: lost ∝ 1/N^", order + 1,
                          *map(float, infinite_width(EXACT_WIDTHS[1:], falls(EXACT_WIDTHS, lost)))))
    return lines


def claims(files):
    return [
        Claim("9g", "Correlators from couplings, sign as printed", SOURCE, "e^W[J] = c′ exp(Σ (−1)^r ∫ g_r δ/δJ…δ/δJ) e^(−S₀[J])",
              correlator_lines(files, printed.duality_sign(4)),
              argument="e^(−S_int[φ]) becomes exp(−∫ g_r δ/δJ…δ/δJ) acting on the Gaussian integral e^(+½JG2J): each g_r has −,\n"
                       "while (−1)^r is + for even r.\n"
                       "In Edgeworth's formula (−1)^r is right, since −∂_φ stands for J. S₀ = ∫∫JΔJ is read with Δ = −½G2, which e^(−S₀) needs."),
        Claim("9h", "Correlators from couplings, corrected", "this program", "e^W[J] = c exp(−Σ ∫ g_r δ/δJ…δ/δJ) e^(½JG2J)",
              correlator_lines(files, -1.0)),
        Claim("9i", "Couplings from the correlators of φ⁴ theory are those that were put in",
              SOURCE + ": \"Compute couplings as Feyn diags w/ corr-vertices!\"",
              "S = ½φG2⁻¹φ + (wλ/4!) Σ φ⁴ at two nodes, w = ½", coupling_lines(files)),
        Claim("9j", "Correlators to couplings and back", SOURCE,
              "W[J] = log Z[J] and S[φ] = −log P[φ] give each other by connected diagrams", round_trip_lines(files))]
