"""Breaking the independence of neurons: the connected four-point function by powers of α"""

import math

import numpy as np

from nnft_results import jackknife_error

from . import printed
from .claims import Claim, Line
from .quartic import X, SIGMA_A, SIGMA_W, exact_derivative, first_order, relu_correlator, ring_correlator_derivatives

BASE = f"""[field]
architecture = cos
sigma-weight = {SIGMA_W}
sigma-out = {SIGMA_A}
"""
TUPLES = ((0, 1, 2, 3), (0, 0, 1, 2), (0, 0, 1, 1), (1, 1, 1, 1))
MEASURE = "[measure]\ntuples = " + "; ".join(" ".join(map(str, t)) for t in TUPLES) + "\n"
LIMIT_WIDTHS = (50, 100)  # N² dG4c/dα is a constant and a term in 1/N, which is taken out
SERIES_WIDTH, RELU_WIDTH, RELU_STRENGTHS = 10, 50, (0.5, 1.0, 2.0)
RELU_SITES = np.array([[1.0, 0.0], [0.6, 0.8], [-0.3, 1.2], [0.8, -0.9]])
KINDS = ("quartic", "ring")


def sites(points):
    return "[sites]\npoints = " + "; ".join(" ".join(map(str, p)) for p in points) + "\n"


def run(runner):
    for d, x in X.items():
        config = BASE + f"input-dim = {d}\nwidth = {' '.join(map(str, LIMIT_WIDTHS))}\n" + sites(x) + MEASURE
        runner.sample(f"quartic_{d}", config + "derivatives = differences\n[deformation]\nkind = weight-quartic\nstrength = 0\n", 1.5e6)
    for kind in KINDS:
        config = BASE + f"width = {SERIES_WIDTH}\n" + sites(X[1]) + MEASURE + f"[deformation]\nkind = weight-{kind}\nstrength = 0\n"
        for method in ("score", "differences"):
            runner.sample(f"series_{kind}_{method}", config, 1e7, f"--measure.derivatives={method}")
        runner.exact(f"series_{kind}_exact", config, "--measure.derivatives=differences")
    runner.sample("relu_quartic", "[field]\narchitecture = mlp\nactivation = relu\ninput-dim = 2\n"
                  f"sigma-weight = {SIGMA_W}\nsigma-out = {SIGMA_A}\nwidth = {RELU_WIDTH}\n" + sites(RELU_SITES) + MEASURE
                  + f"[deformation]\nkind = weight-quartic\nstrength = 0 {' '.join(map(str, RELU_STRENGTHS))}\n", 1e6)


def named(legs):
    return " ".join(map(str, legs))


def limit(file, legs):
    """N² dG4c/dα for N → ∞ from two widths, and its error."""
    small, large = LIMIT_WIDTHS
    (y1, e1), (y2, e2) = (tuple(n**2 * v for v in file.estimate("G4c_dstrength", legs, width=n)) for n in LIMIT_WIDTHS)
    return (large * y2 - small * y1) / (large - small), math.hypot(large * e2, small * e1) / (large - small)


def b7_claims(files):
    undeformed, as_printed, corrected, finite = [], [], [], []
    for d, points in X.items():
        file = files[f"quartic_{d}"]
        for legs in TUPLES:
            x, width = points[list(legs)], LIMIT_WIDTHS[0]
            name = f"d = {d}, sites {named(legs)}"
            undeformed.append(Line(name, printed.b7(x, SIGMA_W, SIGMA_A, width, 0.0), *file.estimate("G4c", legs, width=width),
                                   exact=exact_derivative(x, width, 0)))
            term = printed.b7(x, SIGMA_W, SIGMA_A, 1, 1.0) - printed.b7(x, SIGMA_W, SIGMA_A, 1, 0.0)
            value, error = limit(file, legs)
            as_printed.append(Line(name, term, value, error, exact=first_order(x)))
            corrected.append(Line(name, first_order(x), value, error, exact=first_order(x)))
            exact = exact_derivative(x, width, 1)
            finite.append(Line(name, exact, *file.estimate("G4c_dstrength", legs, width=width), exact=exact))
    source = "backup slide \"A Connected 4-pt Example\", eq. (B.7)"
    return [
        Claim("7a", "Four-point function of the cos net, independent neurons", source,
              "G4c = σ_a⁴/8N Σ [3e^(−sq²/2) − 2e^(−s(A+B)/2)],  Σ over the three pairings (ab, cd), read so,\n"
              "σ_a = σ_W1, σ_w = σ_W0, s = σ_w²/d, A = |x_a − x_b|², B = |x_c − x_d|², q² = |x_a − x_b + x_c − x_d|²", undeformed),
        Claim("7b", "First order in α of the four-point function: N² dG4c/dα for N → ∞", source,
              "σ_a⁴ s²/8 Σ [−6e^(−s(A+B)/2) + 3e^(−sq²/2) + 3sq² e^(−sq²/2) − 2s(A+B)e^(−s(A+B)/2) − 2s²AB e^(−s(A+B)/2)]",
              as_printed,
              argument="At four coincident points φ = Σ aᵢ cos(Wᵢ·x + bᵢ) with bᵢ uniform on the circle has a distribution that does not know W:\n"
                       "α must drop out. The printed formula leaves −(9/8) σ_a⁴σ_w⁴/d² there, from its first two terms.\n"
                       "Exactly d/dα E e^(ik·W) = (4s²/N²) c (Nd + 2 − c) e^(−c), c = s|k|²/2, for V = (Σ W²/N)²: no term without c, that is\n"
                       "without q², A or B; and those of first order in q², A, B have a factor d, since Nd weights take part.\n"
                       "V is read outside Σ_ij; inside it would be Nd times as large: another α, for which the first two terms remain."),
        Claim("7c", "First order in α, corrected", "this program",
              "N² dG4c/dα → σ_a⁴ s³/8 Σ [6d q² e^(−sq²/2) − 4d(A+B) e^(−s(A+B)/2) − 4sAB e^(−s(A+B)/2)]",
              corrected),
        Claim("7d", f"First order in α at N = {LIMIT_WIDTHS[0]}, no expansion in 1/N", "this program",
              "dG4c/dα = σ_a⁴ {3/8N Σ Φ′(q²) + ¼ Σ [(1 − 1/N) Φ′(A+B) − Φ′(A)Φ(B) − Φ(A)Φ′(B)]},"
              "  Φ = e^(−c), Φ′ = (4s²/N²) c (Nd + 2 − c) e^(−c)",
              finite)]


def series_claims(files):
    by_series, second = [], []
    for kind in KINDS:
        score, differences = (files[f"series_{kind}_{m}"] for m in ("score", "differences"))
        for variable, order in (("G4c_dstrength", 1), ("G4c_d2strength", 2)):
            for legs in TUPLES[:2]:
                name, point, x = f"weight-{kind}, α^{order}, sites {named(legs)}", {"width": SERIES_WIDTH}, X[1][list(legs)]
                apart = jackknife_error(score.leave_one_out(variable, legs, **point) - differences.leave_one_out(variable, legs, **point))
                by_series.append(Line(name, score.number(variable, legs, **point), differences.number(variable, legs, **point), float(apart)))
                if order == 2:
                    truth = exact_derivative(x, SERIES_WIDTH, 2) if kind == "quartic" else ring_correlator_derivatives(x, SERIES_WIDTH)[2]
                    exact = files[f"series_{kind}_exact"].number(variable, legs, **point)
                    second.append(Line(name, exact, *differences.estimate(variable, legs, **point), exact=truth))
    ring = files["series_ring_differences"]
    first = {legs: ring.estimate("G4c_dstrength", legs, width=SERIES_WIDTH) for legs in TUPLES[:3]}
    leading = [Line(f"dG4c/dα, sites {named(legs)}", 0.0, *estimate, exact=0.0) for legs, estimate in first.items()]
    size = abs(files["series_ring_exact"].number("G4c_d2strength", TUPLES[0], width=SERIES_WIDTH)) / 2
    return [
        Claim("7e", f"The series in α: coefficients on the independent ensemble are those of ensembles at finite α (N = {SERIES_WIDTH})",
              "slides \"Interactions from Independence Breaking\", \"Interactions in NN-FT\"",
              "W_φ[J] = log[∏ E e^(JX/√N) + Σ_k α^k/k! E[e^(JΣX/√N) 𝒫_k]],  𝒫_k = (1/P) ∂_α^k P\n"
              "here P ∝ P₀ e^(−αV), weight-quartic: V = (Σ W²/N)², weight-ring: V = (1/s) Σ Wᵢ·Wᵢ₊₁; the series (as printed) beside differences",
              by_series),
        Claim("7f", f"Second order in α: d²G4c/dα² at N = {SERIES_WIDTH}",
              "slides \"Interactions from Independence Breaking\", \"Interactions in NN-FT\", k = 2", "d²G4c/dα² at α = 0", second),
        Claim("7g", f"A ring of correlated neighbours is even in α: its leading order is α² (N = {SERIES_WIDTH}; beside the α² coefficient)",
              "this program, for the series above",
              "V = (1/s) Σ Wᵢ·Wᵢ₊₁, N even: W → −W, b → −b of every second neuron maps α to −α, so that dG4c/dα = 0",
              leading, zero=True, scale=size)]


def relu_claim(files):
    file, lines = files["relu_quartic"], []
    for alpha in RELU_STRENGTHS:
        for legs in TUPLES[:2]:
            difference = lambda f: f(alpha) - f(0.0)
            error = jackknife_error(difference(lambda a: file.leave_one_out("G4c", legs, strength=a)))
            exact = difference(lambda a: relu_correlator(RELU_SITES[list(legs)], RELU_WIDTH, a))
            lines.append(Line(f"G4c({alpha:g}) − G4c(0), sites {named(legs)}", exact, difference(lambda a: file.number("G4c", legs, strength=a)),
                              float(error), exact=exact))
    return Claim("7h", f"Independence breaking in the relu net, d = 2, N = {RELU_WIDTH}, at every α",
                 "slide that begins \"CLT followed from i.i.d. assumption\": \"e.g. independence-breaking corrections in ReLU-net\"",
                 "G4c(α) = Σ [ρ₂ E₀(KK) − ρ₁² E₀(K)E₀(K)],  ρ_k = E_α[R^k]/E₀[R^k], R = Σ W², density of W ∝ e^(−R/2s − αR²/N²)", lines)


def claims(files):
    return [*b7_claims(files), *series_claims(files), relu_claim(files)]
