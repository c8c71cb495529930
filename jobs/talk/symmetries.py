"""Symmetries of the correlators, and reflection positivity"""

import numpy as np

from nnft_results import jackknife_error

from . import free_scalar, printed
from .claims import Claim, Line

SOURCE = "slide \"NN-FT: Definition and Discussion\": symmetries of full theory [J.H., Maiti, Stoner], [J.H.]"
BASE = np.array([[0.1, 0.2], [0.7, -0.1], [-0.2, 0.5]])
SHIFT = np.array([0.8, -0.5])
ANGLE = 0.9
TUPLES = ((0, 0), (0, 1), (1, 2), (0, 0, 0, 0), (0, 0, 1, 2), (0, 1, 1, 2))
NETS = {
    "cos": "architecture = cos\nsigma-weight = 1.5",
    "free-scalar": "architecture = free-scalar\nmass = 1\ncutoff = 4",
    "tanh": "architecture = mlp\nactivation = tanh\nsigma-weight = 1.5\nsigma-bias = 0.5",
    "relu": "architecture = mlp\nactivation = relu\nsigma-bias = 0.5",
}
INVARIANT = ("cos", "free-scalar")  # under translations
# Reflection of the first coordinate; sites where it is positive, then their images.
HALF_SPACES = {1: np.array([[0.2], [0.8]]), 2: np.array([[0.2, 0.0], [0.7, 0.4], [0.5, -0.5]])}
CUTOFFS = (2, 4, 8, 16, 32)


def points_text(points):
    return "; ".join(" ".join(f"{c:.17g}" for c in point) for point in points)


def moved(kind, sites):
    """Indices of the sites that a transformation makes of `sites`."""
    return tuple(s + len(BASE) * ("base", "shifted", "rotated").index(kind) for s in sites)


def run(runner):
    rotation = np.array([[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]])
    points = np.vstack([BASE, BASE + SHIFT, BASE @ rotation.T])
    quads = "; ".join(" ".join(map(str, moved(kind, t))) for kind in ("base", "shifted", "rotated") for t in TUPLES if len(t) == 4)
    for name, net in NETS.items():
        runner.sample(f"symmetries_{name}", f"[field]\n{net}\nwidth = 8\ninput-dim = 2\n[sites]\npoints = {points_text(points)}\n"
                      f"[measure]\ntuples = {quads}\n", 2e6)
    for dimension, half in HALF_SPACES.items():
        sites = points_text(np.vstack([half, half * reflection(dimension)]))
        for cutoff in CUTOFFS:  # momentum-exponent 0 has the same two-point function with less noise
            runner.sample(f"symmetries_reflected_{dimension}_{cutoff}",
                          f"[field]\narchitecture = free-scalar\nmomentum-exponent = 0\nmass = 1\ncutoff = {cutoff}\n"
                          f"width = 20\ninput-dim = {dimension}\n[sites]\npoints = {sites}\n[measure]\norders = 2\n", 2e6)
        runner.sample(f"symmetries_reflected_{dimension}_cos", f"[field]\narchitecture = cos\nwidth = 20\ninput-dim = {dimension}\n"
                      f"[sites]\npoints = {sites}\n[measure]\norders = 2\n", 2e6)


def reflection(dimension):
    """Factors of the coordinates."""
    return np.array([-1.0] + [1.0] * (dimension - 1))


def differences(files, net, kind):
    """Correlators at transformed sites minus those at the sites themselves, as lines of what should vanish; the smallest of the correlators."""
    file, lines, scale = files[f"symmetries_{net}"], [], np.inf
    for sites in TUPLES:
        variable = f"G{len(sites)}c"
        here, there = file.number(variable, sites), file.number(variable, moved(kind, sites))
        error = jackknife_error(file.leave_one_out(variable, moved(kind, sites)) - file.leave_one_out(variable, sites))
        lines.append(Line(f"{net}, {variable}({' '.join(map(str, sites))}), {kind} − base", printed.invariance(), there - here, float(error)))
        scale = min(scale, abs(here))
    return lines, scale


def invariance(number, title, files, nets, kind, formula, argument="", contrast=False):
    parts = [differences(files, net, kind) for net in nets]
    lines, scale = [line for lines, _ in parts for line in lines], min(scale for _, scale in parts)
    return Claim(number, title, SOURCE, formula, lines, argument, zero=True, scale=scale, contrast=contrast)


def smallest_eigenvalue(file, count):
    """Of the symmetric part of M_ij = G2(θx_i, x_j), without the bias of first order; its standard error; the largest eigenvalue."""
    def eigenvalues(values):
        m = np.array([[values[..., file.column((j, count + i))] for j in range(count)] for i in range(count)])
        m = np.moveaxis(m, (0, 1), (-2, -1))
        return np.linalg.eigvalsh(0.5 * (m + np.swapaxes(m, -2, -1)))
    every, rows = eigenvalues(file.at("G2c")), eigenvalues(file.leave_one_out("G2c"))[:, 0]
    bias = (len(rows) - 1) * (rows.mean() - every[0])
    return float(every[0] - bias), float(jackknife_error(rows)), float(every[-1])


def known(kernel, dimension):
    """Smallest eigenvalue of M from the two-point function kernel(distance)."""
    half = HALF_SPACES[dimension]
    distances = np.linalg.norm((half * reflection(dimension))[:, None] - half[None], axis=2)
    return float(np.linalg.eigvalsh(kernel(distances))[0])


def reflected(files):
    """Smallest eigenvalues beside exact ones, and beside what reflection positivity allows."""
    exact_lines, positive, scales = [], {1: [], 2: [], "cos": []}, {1: [], 2: [], "cos": []}
    for dimension, half in HALF_SPACES.items():
        for cutoff in (*CUTOFFS, "cos"):
            value, error, scale = smallest_eigenvalue(files[f"symmetries_reflected_{dimension}_{cutoff}"], len(half))
            if cutoff == "cos":
                name, exact = f"cos-net, d = {dimension}", known(lambda r: 0.5 * np.exp(-r * r / (2 * dimension)), dimension)
            else:
                name, exact = f"free scalar, d = {dimension}, Λ = {cutoff}", known(lambda r: free_scalar.propagator(r, dimension, cutoff), dimension)
            exact_lines.append(Line(name, exact, value, error, exact))
            group = "cos" if cutoff == "cos" else dimension
            positive[group].append(Line(name, printed.reflection_positive(value), value, error, exact))
            scales[group].append(scale)
    formula = "M_ij = G⁽²⁾(θx_i, x_j), x_i in a half-space: no negative eigenvalue; as printed: the nearest number that is allowed"
    source = "slide \"NN-FT: Definition and Discussion\": quantum field theories need the Osterwalder–Schrader axioms [J.H.]"
    sharp = ("Without cutoff M is positive; in d = 1 M_ij = e^{−mx_i} e^{−mx_j}/2m, of rank one. The cutoff takes away\n"
             "(1/π)∫_{p>Λ} cos(pr)/(p² + m²) dp ≈ −sin(Λr)/(πΛ²r), r = x_i + x_j, which has either sign and vanishes as Λ → ∞.")
    gaussian = "In d = 1 M_ij ∝ e^{−s(x_i + x_j)²/2}; for two sites x ≠ y det M ∝ e^{−2s(x² + y²)} − e^{−s(x + y)²} < 0."
    largest = max(scales[1] + scales[2])
    return [Claim("12d", "Smallest eigenvalue of reflected two-point functions, beside quadrature", source,
                  "smallest eigenvalue of M_ij = G⁽²⁾(θx_i, x_j)", exact_lines),
            Claim("12e", "For contrast: reflection positivity of the free scalar at every cutoff, d = 1", source, formula, positive[1],
                  sharp, zero=True, scale=max(scales[1]), contrast=True),
            Claim("12f", "For contrast: reflection positivity of the free scalar at every cutoff, d = 2", source, formula, positive[2],
                  sharp, zero=True, scale=max(scales[2]), contrast=True),
            Claim("12g", f"Reflection positivity of the free scalar at the largest cutoff, Λ = {CUTOFFS[-1]}", source, formula,
                  [positive[1][-1], positive[2][-1]], sharp, zero=True, scale=largest),
            Claim("12h", "For contrast: reflection positivity of the cos-net", source, formula, positive["cos"],
                  gaussian, zero=True, scale=max(scales["cos"]), contrast=True)]


def claims(files):
    biases = "Neurons σ(W·x + b) of normal W and b: Var(W·x + b) = σ_w²|x|²/d + σ_b² depends on where x is."
    return [invariance("12a", "Translation invariance of cos- and free-scalar nets", files, INVARIANT, "shifted", "G⁽ⁿ⁾(x₁ + t, …) = G⁽ⁿ⁾(x₁, …)"),
            invariance("12b", "Rotation invariance of all nets with rotation-invariant densities of the input weights", files, NETS, "rotated",
                       "G⁽ⁿ⁾(Rx₁, …) = G⁽ⁿ⁾(x₁, …)"),
            invariance("12c", "For contrast: translation invariance of multilayer perceptrons", files, [n for n in NETS if n not in INVARIANT],
                       "shifted", "G⁽ⁿ⁾(x₁ + t, …) = G⁽ⁿ⁾(x₁, …)", biases, contrast=True),
            *reflected(files)]
